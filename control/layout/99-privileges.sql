-- Nobody but the owner may do anything, but for what care.role_grant says.

REVOKE ALL ON SCHEMA care FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA care FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA care FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA care FROM PUBLIC;

SELECT care.grant_roles();
