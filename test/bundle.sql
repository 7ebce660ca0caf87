-- For tests of imports: bundles of resources, or of entries with their resource; "url" is their fullUrl. And what a report tells.
CREATE FUNCTION pg_temp.bundle(VARIADIC resources jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'entry', (
		SELECT jsonb_agg(CASE WHEN r ? 'resource' THEN r WHEN r ? 'url' THEN jsonb_build_object('fullUrl', r -> 'url', 'resource', r - 'url')
			ELSE jsonb_build_object('resource', r) END ORDER BY o)
		FROM unnest(resources) WITH ORDINALITY AS u (r, o)))
$$;
CREATE FUNCTION pg_temp.skipped(report jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s: %s', s ->> 'count', s ->> 'resourceType', s ->> 'reason'), E'\n' ORDER BY s ->> 'resourceType', s ->> 'reason')
	FROM jsonb_array_elements(report -> 'skipped') AS s
$$;
CREATE FUNCTION pg_temp.counts(report jsonb, resource_type text) RETURNS text LANGUAGE sql AS
$$ SELECT concat_ws('/', c ->> 'created', c ->> 'updated', c ->> 'unchanged', c ->> 'skipped') FROM (SELECT report #> ARRAY['resources', resource_type]) AS r (c) $$;
