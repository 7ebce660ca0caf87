-- Access: with whose eyes a session reads, and which records it has opened. The rules
-- are the layout's; what is here is what no SQL can forge.

CREATE FUNCTION smartcare.my_role() RETURNS name
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.my_role() IS
'Who the caller acts as: the login, or the role that SET ROLE named. Within SECURITY DEFINER functions still who called them';

CREATE FUNCTION smartcare.my_roles() RETURNS name[]
LANGUAGE c STABLE PARALLEL RESTRICTED COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.my_roles() IS
'The roles that the caller acts for, in the order of their names: smartcare.my_role(), and all whose privileges that has without SET ROLE. In filters write (SELECT smartcare.my_roles()), which is asked once a statement';

CREATE FUNCTION smartcare.sees_all() RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.sees_all() IS
'Whether the caller (as in smartcare.my_roles()) is a superuser or acts for the owner of schema care, who reads the tables anyway';

CREATE FUNCTION smartcare.open_records() RETURNS bigint[]
LANGUAGE c STABLE PARALLEL RESTRICTED COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.open_records() IS
'The citizens whose records this session has opened with care.open_record() and may read now, in order: opened by this login in this role (SET ROLE), committed, and not yet over. Closed by care.close_record(), by RESET ALL, DISCARD ALL, and by setting smartcare.records_open to anything. Raises 25006 on a standby, which cannot log';

CREATE FUNCTION smartcare.open_record_access(citizen bigint) RETURNS bigint
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.open_record_access(bigint) IS
'The access, id of a row in care.access_log, by which a citizen''s record is open here; NULL if it is not among smartcare.open_records(). Raises 25006 on a standby';

CREATE FUNCTION smartcare.set_record_open(citizen bigint, access bigint, until timestamptz) RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.set_record_open(bigint, bigint, timestamptz) IS
'For the functions of schema care: once this transaction has committed, and a log row has reached the disk by that, the record is open until then. A rollback, to a savepoint too, leaves it closed, and the transaction cannot be prepared. Raises 42501 unless it runs as the owner of schema care, 22023 for more than 24 hours, 54000 with 1000 records open';

CREATE FUNCTION smartcare.set_record_closed(citizen bigint) RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.set_record_closed(bigint) IS
'For the functions of schema care: the record is closed at once, even if the transaction is rolled back. Raises 42501 unless it runs as the owner of schema care';

CREATE FUNCTION smartcare.set_rights_changed() RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.set_rights_changed() IS
'For the functions of schema care: this transaction has changed what rights rest on, as who treats or who is a citizen. smartcare.have_rights_changed() says so until it ends';

CREATE FUNCTION smartcare.have_rights_changed() RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.have_rights_changed() IS
'Whether this transaction has changed what rights rest on: what it reads by them could be read without a trace, for it can still be rolled back';

CREATE FUNCTION smartcare.trace_rollback(line text) RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.trace_rollback(text) IS
'For the functions of schema care: if what this transaction has done by now is rolled back, the server''s log has the line; the transaction cannot be prepared, and its commit waits for the disk. Raises 42501 unless it runs as the owner of schema care';

CREATE FUNCTION smartcare.chain_at_commit(chain regprocedure, key text, id bigint, at timestamptz) RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 10
AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION smartcare.chain_at_commit(regprocedure, text, bigint, timestamptz) IS
'For the functions of schema care: the last that this transaction does, once all else that happens at its commit is done, is to call a function with these (text, bigint, timestamptz), by key and id; what is rolled back to a savepoint is not. It cannot be prepared. Raises 42501 unless it runs as the owner of schema care';
