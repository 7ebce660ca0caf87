-- Where entries come from: imported bundles, the identities of the resources in
-- them, every version received, and what waits for something not yet known.

CREATE SEQUENCE care.bundle_import_id_seq;

CREATE TABLE care.bundle_import (
	id bigint PRIMARY KEY DEFAULT nextval('care.bundle_import_id_seq'),
	bundle_id text,
	bundle_type text NOT NULL,
	report jsonb,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	recorded_by name NOT NULL DEFAULT smartcare.my_role()
);
ALTER SEQUENCE care.bundle_import_id_seq OWNED BY care.bundle_import.id;

COMMENT ON TABLE care.bundle_import IS 'One row for each FHIR Bundle imported, with the report that the caller got.';
COMMENT ON COLUMN care.bundle_import.bundle_id IS 'Id of the Bundle, if it had one.';
COMMENT ON COLUMN care.bundle_import.bundle_type IS 'Type of the Bundle.';
COMMENT ON COLUMN care.bundle_import.report IS 'What care.import_bundle() returned.';

CREATE TABLE care.resource_key (
	resource_type text NOT NULL,
	key text NOT NULL CHECK (key <> ''),
	citizen bigint,
	id bigint NOT NULL,
	PRIMARY KEY (resource_type, key)
);
CREATE INDEX resource_key_citizen_idx ON care.resource_key (citizen);

COMMENT ON TABLE care.resource_key IS
'Look-up, keyed by a resource''s identity in its source (urn:uuid, absolute or relative URL): which entry it became here.';
COMMENT ON COLUMN care.resource_key.citizen IS 'Whose entry; null for organizations and practitioners.';
COMMENT ON COLUMN care.resource_key.id IS 'Id of the entry in the table of its type; of a Patient the citizen.';

CREATE SEQUENCE care.resource_version_id_seq;

CREATE TABLE care.resource_version (
	citizen bigint NOT NULL REFERENCES care.citizen,
	id bigint NOT NULL DEFAULT nextval('care.resource_version_id_seq'),
	resource_type text NOT NULL,
	key text NOT NULL,
	version bigint NOT NULL DEFAULT 0,
	issued timestamptz NOT NULL DEFAULT '-infinity',
	digest text NOT NULL,
	content jsonb NOT NULL,
	stands boolean NOT NULL,
	import bigint REFERENCES care.bundle_import,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (citizen, id),
	UNIQUE (citizen, resource_type, key, digest)
);
ALTER SEQUENCE care.resource_version_id_seq OWNED BY care.resource_version.id;
ALTER TABLE care.resource_version ALTER content SET COMPRESSION lz4;

COMMENT ON TABLE care.resource_version IS
'Every version of every resource received about a citizen, as it came. Rows are added, never removed: the history behind the entries.';
COMMENT ON COLUMN care.resource_version.stands IS
'Whether the entry shows this version: of one key the one latest by (version, issued, digest), whatever the order of arrival.';

CREATE SEQUENCE care.parked_resource_id_seq;

CREATE TABLE care.parked_resource (
	resource_type text NOT NULL,
	awaited_key text NOT NULL,
	id bigint NOT NULL DEFAULT nextval('care.parked_resource_id_seq'),
	key text NOT NULL,
	content jsonb NOT NULL,
	import bigint REFERENCES care.bundle_import,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (resource_type, awaited_key, id)
);
ALTER SEQUENCE care.parked_resource_id_seq OWNED BY care.parked_resource.id;

COMMENT ON TABLE care.parked_resource IS
'Look-up, keyed by what is awaited: resources that refer to something not known yet. Applied when it arrives, in whatever bundle.';
COMMENT ON COLUMN care.parked_resource.resource_type IS 'Type of the resource that is awaited.';
COMMENT ON COLUMN care.parked_resource.awaited_key IS 'Identity of the resource that is awaited.';
COMMENT ON COLUMN care.parked_resource.key IS 'Identity of the resource that waits.';
COMMENT ON COLUMN care.parked_resource.content IS 'The resource that waits; of one that has an entry already its type alone.';
