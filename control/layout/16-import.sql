-- What the parts of an import hand to each other.

CREATE TYPE care.import_entry AS (
	resource_type text,
	key text,
	subject text,
	citizen bigint,
	version bigint,
	issued timestamptz,
	digest text,
	content jsonb,
	import bigint
);

COMMENT ON TYPE care.import_entry IS 'Internal: a resource on its way in.';
COMMENT ON COLUMN care.import_entry.key IS 'Its identity in the source, by which others refer to it.';
COMMENT ON COLUMN care.import_entry.subject IS 'Key of the Patient that it is about; null for organizations and practitioners.';
COMMENT ON COLUMN care.import_entry.import IS 'The import that it came with: an earlier one for what had been parked.';

CREATE TYPE care.import_refusal AS (
	resource_type text,
	key text,
	reason text,
	whole boolean
);

COMMENT ON TYPE care.import_refusal IS 'Internal: a resource, or a part of one, that is not taken, and why.';
COMMENT ON COLUMN care.import_refusal.whole IS 'Whether nothing of the resource is taken.';

CREATE TYPE care.import_projection AS (
	resource_type text,
	key text,
	citizen bigint,
	id bigint,
	issued timestamptz,
	content jsonb,
	import bigint,
	links jsonb
);

COMMENT ON TYPE care.import_projection IS 'Internal: the version of a resource that stands, on its way into the table of its type.';
COMMENT ON COLUMN care.import_projection.links IS 'By role the ids of the entries that the resource refers to.';
