-- The citizen's rights: how long what is kept, and what was erased. The last part that makes tables but the
-- comments they share, for each table about a citizen has a rule.

CREATE TABLE care.erasure (
	citizen bigint PRIMARY KEY,
	records bigint[] NOT NULL,
	reason text NOT NULL CHECK (btrim(reason) <> ''),
	erased jsonb NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	login name NOT NULL DEFAULT session_user,
	role_name name NOT NULL DEFAULT smartcare.my_role()
);

COMMENT ON TABLE care.erasure IS 'What care.erase() has erased: that there was a record, and how much of it, no more.';
COMMENT ON COLUMN care.erasure.citizen IS 'The number of the record that is gone; it is given to nobody else.';
COMMENT ON COLUMN care.erasure.records IS 'With the numbers of those that had been merged into it.';
COMMENT ON COLUMN care.erasure.reason IS 'Why, in the words of who erased it.';
COMMENT ON COLUMN care.erasure.erased IS 'How many rows of which tables.';
COMMENT ON COLUMN care.erasure.at IS 'When.';
COMMENT ON COLUMN care.erasure.login IS 'The login of the session.';
COMMENT ON COLUMN care.erasure.role_name IS 'The role it acted in.';

CREATE TABLE care.retention_rule (
	entity name PRIMARY KEY,
	kept interval CHECK (kept >= '0'),
	counted_from name,
	reason text NOT NULL CHECK (reason <> ''),
	source text NOT NULL CHECK (source <> ''),
	confirmed boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE care.retention_rule IS
'How long rows about a citizen have to be kept, and why: one rule for each table. Nothing is erased by a rule, but by care.erase(), which asks them. What has no rule is kept.';
COMMENT ON COLUMN care.retention_rule.entity IS 'The table.';
COMMENT ON COLUMN care.retention_rule.kept IS 'How long at least; null: without end.';
COMMENT ON COLUMN care.retention_rule.counted_from IS 'The column from whose time that counts; null: the rows go with the rest of the record.';
COMMENT ON COLUMN care.retention_rule.reason IS 'Why they are kept, as a citizen reads it.';
COMMENT ON COLUMN care.retention_rule.source IS 'Where that is said.';
COMMENT ON COLUMN care.retention_rule.confirmed IS 'Whether somebody who has to know has confirmed it; none of the first rules is. What is not confirmed is shown as due, and not erased.';

INSERT INTO care.retention_rule (entity, kept, counted_from, reason, source)
SELECT t.entity, CASE t.entity WHEN 'access_log' THEN interval '5 years' WHEN 'erasure' THEN NULL ELSE interval '10 years' END, (
		SELECT a.attname FROM pg_attribute a
		WHERE a.attrelid = t.id AND a.attname IN ('recorded_at', 'received_at', 'merged_at', 'moved_at', 'at')
		ORDER BY array_position('{recorded_at,received_at,merged_at,moved_at,at}', a.attname::text) LIMIT 1),
	CASE
		WHEN t.entity IN ('access_log', 'access_chain', 'access_verdict') THEN 'Who has seen the record can be asked for five years'
		WHEN t.entity = 'erasure' THEN 'It says that there was a record, and nothing of it'
		ELSE 'The record is kept for ten years after the last entry' END,
	CASE
		WHEN t.entity IN ('access_log', 'access_chain', 'access_verdict') THEN 'Former security order (sikkerhedsbekendtgoerelsen), section 19: 6 months to 5 years'
		WHEN t.entity = 'erasure' THEN 'GDPR, article 5 (2)'
		ELSE 'Danish rules on the keeping of patient records (journalfoering); GDPR, article 17 (3) (c)' END
FROM (
	SELECT c.oid AS id, c.relname AS entity
	FROM pg_class c
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'citizen'
	WHERE c.relnamespace = 'care'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
) t;
-- These count as the log does.
UPDATE care.retention_rule SET kept = '5 years' WHERE entity IN ('access_chain', 'access_verdict');
