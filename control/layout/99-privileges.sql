-- Nobody but the owner may do anything, but for what care.role_grant says.

SELECT care.grant_roles();
