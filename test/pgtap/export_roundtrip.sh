#!/bin/bash
# What is exported and imported into an empty record is the same record there, and exports to the same Bundle.
set -eu
export PGOPTIONS='-c role=layout_owner -c client_min_messages=warning -c timezone=Europe/Copenhagen'
. test/check.sh
data=$PWD/${SMARTCARE_DATA:-../shared/data}/fhir-synthea
citizens=$PWD/test/citizens.sql
scratch=$(mktemp -d "$SCRATCH/export.XXXXXX")
cd "$scratch"

# All records that stand, as lines of Bundles without the time of export.
export_all() {
	sql -d "$1" -c "SELECT care.export_bundle(citizen) - 'timestamp' FROM care.citizen WHERE merged_into IS NULL ORDER BY 1"
}

import_all() {
	{
		echo 'CREATE TEMP TABLE line (bundle jsonb); COPY line FROM STDIN;'
		sed 's/\\/\\\\/g' "$2"
		echo '\.'
		echo 'SELECT count(care.import_bundle(bundle)) FROM line;'
	} | sql -d "$1" -o /dev/null
}

# What the tables say, without the numbers by which rows know each other: an independent look at what was exchanged.
contents() {
	sql -d "$1" <<-'END'
		SELECT format('SELECT %L, (to_jsonb(t) - %L::text[])::text FROM care.%I AS t ORDER BY 2', t.name,
			'{citizen,id,source,issued,recorded_at,organization,practitioner,encounter,episode_of_care,care_plan,service_request,transferred_from,enrollment,'
			'requester,performer,owner,offered_to,grantee,addresses,goals,planned,programme,questionnaire,appointment,related_person}', t.name)
		FROM unnest('{episode_of_care,encounter,condition,medication_statement,allergy,care_plan,care_plan_activity,goal,service_request,task,appointment,'
			'consent,care_team_member,related_person,questionnaire_response,diary_entry}'::text[]) AS t (name) \gexec
		SELECT 'point', m.measure, m."time", m.value, m.unit, m.comparator, m.original_value, m.original_unit, m.note
		FROM care.measurement m ORDER BY m.measure, m."time", m.value;
		SELECT 'identifier', i.system, i.value FROM care.citizen_identifier i JOIN care.citizen c ON c.citizen = care.current_citizen(i.citizen)
		WHERE i.citizen = c.citizen ORDER BY 1, 2, 3;
		SELECT 'reference', count(encounter), count(episode_of_care), count(organization) FROM care.encounter e
			CROSS JOIN LATERAL (SELECT service_request AS encounter) AS s;
	END
}

for database in random random_again synthea synthea_again; do
	PGOPTIONS= createdb -T pgtap -O layout_owner "$database"
	# A copy of a record takes itself for it.
	sql -d "$database" -c "UPDATE care.setting SET value = left(md5('$database'), 12) WHERE name = 'record'"
done
trap 'for database in random random_again synthea synthea_again; do PGOPTIONS= dropdb --if-exists "$database"; done' EXIT

seed=$(printf '0.%s' $((RANDOM)))
echo "# seed $seed"
{
	echo 'SET smartcare_test.citizens = 9;'
	echo "\\set seed $seed"
	echo "\\i $citizens"
} | sql -d random
export_all random > random.bundles
check 'random records are imported' import_all random_again random.bundles
export_all random_again > random_again.bundles
check 'and export to the same Bundles' diff <(sort random.bundles) <(sort random_again.bundles)
contents random > random.contents
contents random_again > random_again.contents
check 'for their entries say the same' diff random.contents random_again.contents
check 'imported where they were made' import_all random random.bundles
export_all random > random.bundles_again
check 'they change nothing' diff random.bundles random.bundles_again
check 'imported back from elsewhere' import_all random random_again.bundles
export_all random > random.bundles_again
check 'neither' diff random.bundles random.bundles_again

if [ -e "$data" ]; then
	for file in "$data"/*.json; do tr -d '\n' < "$file"; echo; done > synthea.json
	import_all synthea synthea.json
	export_all synthea > synthea.bundles
	check 'example bundles are exported and imported elsewhere' import_all synthea_again synthea.bundles
	export_all synthea_again > synthea_again.bundles
	check 'and export to the same Bundles' diff <(sort synthea.bundles) <(sort synthea_again.bundles)
	contents synthea > synthea.contents
	contents synthea_again > synthea_again.contents
	check 'for their entries say the same' diff synthea.contents synthea_again.contents
	# By type how many there are: in the examples, and exported.
	count='SELECT r, count(*) FROM (SELECT DISTINCT e ->> $$fullUrl$$, e #>> $${resource,resourceType}$$ AS r FROM line, jsonb_array_elements(bundle -> $$entry$$) AS e) AS d
		WHERE r IN ($$Encounter$$, $$Condition$$, $$MedicationRequest$$, $$CarePlan$$, $$Goal$$, $$AllergyIntolerance$$, $$Patient$$) GROUP BY r ORDER BY r'
	for lines in synthea.json synthea.bundles; do
		{ echo 'CREATE TEMP TABLE line (bundle jsonb); COPY line FROM STDIN;'; sed 's/\\/\\\\/g' $lines; echo '\.'; echo "$count;"; } | sql -d synthea > "$lines.counts"
	done
	check 'none is missing' diff synthea.json.counts synthea.bundles.counts
else
	echo "# No example bundles in $data: SMARTCARE_DATA names the directory that has fhir-synthea/."
	echo "ok $((tests += 1)) # skip no example bundles"
fi
echo "1..$tests"
