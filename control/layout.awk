# Writes smartcare.layout_parts(): a function that returns the files named on the command line as they are,
# so that the layout is written as plain SQL and not inside a string literal.

BEGIN {
	print "\nCREATE FUNCTION smartcare.layout_parts(OUT part text, OUT source text) RETURNS SETOF record"
	print "LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS " (ARGC - 1)
	print "SET search_path = pg_catalog, pg_temp"
	print "AS $layout_parts$ VALUES"
}

/\$layout_(part|parts)\$/ {
	print FILENAME ": the quotes $layout_part$ and $layout_parts$ are taken" > "/dev/stderr"
	exit failed = 1
}

FNR == 1 {
	name = FILENAME
	gsub(/.*\/|\.sql$/, "", name)
	if (name !~ /^[0-9][0-9]-[a-z_]+$/) {
		print FILENAME ": not named NN-area.sql" > "/dev/stderr"
		exit failed = 1
	}
	printf "%s('%s', $layout_part$", (NR == 1 ? "" : "$layout_part$),\n"), name
}

{ print }

END {
	if (failed)
		exit 1
	print "$layout_part$)\n$layout_parts$;"
	print "COMMENT ON FUNCTION smartcare.layout_parts() IS"
	print "'The SQL that smartcare.setup() and smartcare.migrate() run, in the order of part';"
}
