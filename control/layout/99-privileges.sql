-- Nobody but the owner may do anything, until a part above grants it.

REVOKE ALL ON ALL ROUTINES IN SCHEMA care FROM PUBLIC;
