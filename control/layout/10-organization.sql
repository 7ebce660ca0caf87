-- Who takes part in care: organizations and practitioners. Reference tables:
-- small, read everywhere, and never pointing at a citizen.

CREATE SEQUENCE care.organization_id_seq;

CREATE TABLE care.organization (
	id bigint PRIMARY KEY DEFAULT nextval('care.organization_id_seq'),
	sector text NOT NULL DEFAULT 'unclassified' CHECK (sector IN (
		'hospital', 'municipality', 'general practice', 'specialist',
		'pharmacy', 'therapist', 'social', 'region', 'unclassified')),
	kind text NOT NULL DEFAULT 'organization',
	name text NOT NULL CHECK (name <> ''),
	parent bigint REFERENCES care.organization,
	sor text UNIQUE,
	gln text UNIQUE,
	provider_number text UNIQUE,
	municipality_code text UNIQUE,
	city text,
	active boolean NOT NULL DEFAULT true,
	role_name name UNIQUE,
	source text,
	issued timestamptz,
	digest text,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CHECK (parent <> id)
);
ALTER SEQUENCE care.organization_id_seq OWNED BY care.organization.id;
CREATE INDEX organization_parent_idx ON care.organization (parent);

COMMENT ON TABLE care.organization IS
'Hospitals and their departments, municipalities and their units, practices, pharmacies ...: one row each, departments under their parent.';
COMMENT ON COLUMN care.organization.sector IS
'Which part of the health service it belongs to; ''unclassified'' where the source does not tell.';
COMMENT ON COLUMN care.organization.kind IS
'What it is within its sector: region, hospital, department, municipality, home care, general practice ...';
COMMENT ON COLUMN care.organization.name IS 'What it is called.';
COMMENT ON COLUMN care.organization.parent IS 'The organization that it is a unit of.';
COMMENT ON COLUMN care.organization.sor IS 'Danish health organization register (SOR) identifier.';
COMMENT ON COLUMN care.organization.gln IS 'Global location number, 13 digits, to which messages are addressed.';
COMMENT ON COLUMN care.organization.provider_number IS 'Provider number of a practice (ydernummer).';
COMMENT ON COLUMN care.organization.municipality_code IS 'Three-digit code of a municipality.';
COMMENT ON COLUMN care.organization.role_name IS
'The NOLOGIN role whose members are its staff; null until the organization has one.';

CREATE SEQUENCE care.practitioner_id_seq;

CREATE TABLE care.practitioner (
	id bigint PRIMARY KEY DEFAULT nextval('care.practitioner_id_seq'),
	name text NOT NULL CHECK (name <> ''),
	authorization_id text UNIQUE,
	active boolean NOT NULL DEFAULT true,
	source text,
	issued timestamptz,
	digest text,
	recorded_at timestamptz NOT NULL DEFAULT now()
);
ALTER SEQUENCE care.practitioner_id_seq OWNED BY care.practitioner.id;

COMMENT ON TABLE care.practitioner IS 'Persons who give care, as the sources name them.';
COMMENT ON COLUMN care.practitioner.name IS 'What the practitioner is called.';
COMMENT ON COLUMN care.practitioner.authorization_id IS 'Danish authorization id: five digits or consonants.';
