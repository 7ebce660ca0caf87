# For tests that are shell scripts: psql that stops at errors, and checks that pass where a command succeeds, in TAP.

sql() {
	psql -XAtq -v ON_ERROR_STOP=1 "$@"
}

tests=0
# check NAME COMMAND ...
check() {
	local output
	tests=$((tests + 1))
	if output=$("${@:2}" 2>&1); then
		echo "ok $tests - $1"
	else
		printf 'not ok %s\n' "$tests - $1"
		head -n 20 <<< "$output" | cut -c 1-1000 | sed 's/^/# /'
	fi
}
