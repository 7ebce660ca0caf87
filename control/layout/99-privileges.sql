-- Nobody but the owner may do anything, but for what a part above grants to a role by name.

REVOKE ALL ON SCHEMA care FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA care FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA care FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA care FROM PUBLIC;
