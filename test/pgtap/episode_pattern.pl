#!/usr/bin/perl
# Random patterns over random episodes, against the definition: here every way to bind a pattern's phases is tried, and of
# those that begin with one phase the least is taken. The server's answer must be that, by ~, match() and match_count(),
# with and without a horizon, from the text as written and from the canonical text, and through an index.
use strict;
use warnings;
use POSIX qw(strftime);

my $cases = $ENV{PATTERN_CASES} || 2000;
my $too_many = 3000;
srand($ENV{PATTERN_SEED} // 42);

my @labels = ('a', 'b', 'c', 'd', 'on-hold', 'x "y"');
sub some { return $_[rand @_] }
sub chance { return rand() < shift }

# Episodes: phases as [start, end or undef, label], in hours, in order.
sub order {
	my ($p, $q) = @_;
	my ($e, $f) = map { $_->[1] // 1e9 } $p, $q;
	return $p->[0] <=> $q->[0] || $e <=> $f || $p->[2] cmp $q->[2];
}
sub episode {
	my $used = 2 + int rand 4;
	my $room = some(6, 20, 60);
	return [sort { order($a, $b) } map {
		my $start = int rand $room;
		[$start, chance(0.1) ? undef : $start + 1 + int rand some(3, 12), $labels[rand $used]]
	} 1 .. 1 + int rand 9];
}
sub timestamp { return strftime('%Y-%m-%d %H:%M:%S+00', gmtime($_[0] * 3600 + 946684800)) }
sub quoted { my $label = shift; return $label =~ /^[\w-]+$/ ? $label : '"' . $label =~ s/"/""/gr . '"' }
sub episode_text {
	return '{' . join(', ', map { quoted($_->[2]) . '@[' . timestamp($_->[0]) . ', ' . (defined $_->[1] ? timestamp($_->[1]) : '') . ')' } @{$_[0]}) . '}';
}

# Patterns, as trees.
sub positive { return chance(0.15) ? ['*'] : [map { $labels[rand 4] } 1 .. some(1, 1, 1, 2, 3)] }
sub set {
	my $labels = positive();
	return { labels => $labels, not => $labels->[0] ne '*' && chance(0.15) };
}
sub bounds {
	my @bounds;
	while (chance(0.5) && @bounds < 2) {
		push @bounds, [some('<', '<=', '>=', '>', '='), 1 + int rand 12];
	}
	# none that nothing can satisfy
	return (grep { my $x = $_; !grep { !compare($x, @$_) } @bounds } map { $_ / 2 } 0 .. 40) ? \@bounds : [];
}
sub link_ {
	my $next = chance(0.2);
	return { next => $next, bounds => chance(0.5) ? bounds() : [], blocked => !$next && chance(0.2) ? positive() : undef };
}
sub timed { return { set => set(), bounds => chance(0.25) ? bounds() : [] } }
sub step {
	my $depth = shift;
	my $step;
	if ($depth > 0 && chance(0.25)) {
		$step = { group => [map { sequence($depth - 1) } 1 .. some(1, 2, 2, 3)] };
	} else {
		$step = { phase => timed() };
		$step->{overlaps} = [map { { absent => chance(0.3), %{timed()} } } 1 .. some(1, 1, 2)] if chance(0.15);
	}
	$step->{count} = some([1, 1], [2, 2], [1, 2], [2, 3], [1, undef], [2, undef]) if !$step->{overlaps} && chance(0.12);
	return $step;
}
sub sequence {
	my $depth = shift;
	my @items = (step($depth));
	while (chance(0.5) && @items < 4) {
		my $link = link_();
		push @items, chance(0.2) && $depth > 0 ?
			{ link => $link, tail => sequence($depth - 1), count => some([0, 1], [1, 2], [0, undef], [2, 2], [2, undef], [0, 3]) } :
			{ link => $link, %{step($depth)} };
	}
	return \@items;
}
sub pattern {
	return [map {
		my $end = rand;
		{ first => chance(0.1), sequence => sequence(2), last => $end < 0.1,
			$end > 0.8 ? (absence => { %{link_()}, blocked => undef }, target => set()) : () }
	} 1 .. some(1, 1, 1, 1, 2)];
}

# ... and as texts, in a spelling of many.
sub space { return some('', ' ', ' ', "\n") }
sub positive_text {
	my @labels = map { $_ eq '*' ? '*' : chance(0.1) ? '"' . $_ =~ s/"/""/gr . '"' : quoted($_) } @{$_[0]};
	return @labels > 1 || chance(0.1) ? '(' . join('|', @labels) . ')' : $labels[0];
}
sub set_text { my $set = shift; return ($set->{not} ? '!' . space() : '') . positive_text($set->{labels}) }
sub hours {
	my $hours = shift;
	return some("$hours hour" . ($hours == 1 ? '' : 's'), "${hours}h", $hours * 60 . ' minutes', $hours - 1 . " h 60min");
}
sub bounds_text { return join(',' . space(), map { $_->[0] . space() . hours($_->[1]) } @{$_[0]}) }
sub link_text {
	my $link = shift;
	my $stroke = $link->{next} ? '=' : '-';
	my @parts = (@{$link->{bounds}} ? bounds_text($link->{bounds}) : (), $link->{blocked} ? '!' . positive_text($link->{blocked}) : ());
	return some(' ', "\n") . ($link->{absent} ? '!' : '') .
		(@parts ? "${stroke}[" . join(', ', @parts) . "]$stroke>" : !$link->{next} && !$link->{absent} && chance(0.1) ? '-> ... ->' : "$stroke>") . space();
}
sub count_text {
	my ($least, $most) = @{$_[0]};
	return "{$least" . (!defined $most ? ',' : $most > $least ? ",$most" : '') . '}';
}
sub timed_text { my $timed = shift; return set_text($timed->{set}) . (@{$timed->{bounds}} ? space() . '{' . bounds_text($timed->{bounds}) . '}' : '') }
sub step_text {
	my $step = shift;
	my $text = $step->{group} ? '(' . join(space() . '|' . space(), map { sequence_text($_) } @{$step->{group}}) . ')' :
		timed_text($step->{phase}) . join('', map { ($_->{absent} ? ' !&' : ' &') . space() . timed_text($_) } @{$step->{overlaps} || []});
	$text = "($text)" if chance(0.05);
	return $text . ($step->{count} ? count_text($step->{count}) : '');
}
sub sequence_text {
	my ($first, @more) = @{$_[0]};
	return step_text($first) . join('', map {
		$_->{tail} ? ' (' . link_text($_->{link}) . sequence_text($_->{tail}) . ')' . count_text($_->{count}) : link_text($_->{link}) . step_text($_)
	} @more);
}
sub pattern_text {
	return join(' | ', map {
		($_->{first} ? '^ ' : '') . sequence_text($_->{sequence}) .
			($_->{absence} ? link_text({ %{$_->{absence}}, absent => 1 }) . set_text($_->{target}) : $_->{last} ? ' $' : '')
	} @{$_[0]});
}

# The definition.
our ($phases, $known, $paths);
sub compare {
	my ($x, $comparison, $y) = @_;
	return $comparison eq '<' ? $x < $y : $comparison eq '<=' ? $x <= $y : $comparison eq '=' ? $x == $y :
		$comparison eq '>=' ? $x >= $y : $x > $y;
}
sub within { my ($x, $bounds) = @_; return !grep { !compare($x, @$_) } @$bounds }
sub among { my ($label, $labels) = @_; return $labels->[0] eq '*' || !!grep { $_ eq $label } @$labels }
sub in_set { my ($p, $set) = @_; return among($phases->[$p][2], $set->{labels}) != !!$set->{not} }
sub fits {
	my ($p, $timed) = @_;
	my ($start, $end) = @{$phases->[$p]};
	return 0 unless in_set($p, $timed->{set});
	return within($end - $start, $timed->{bounds}) if defined $end;
	# still going on: at least as long as until now
	return !grep { $_->[0] !~ /^>/ || !compare($known - $start, @$_) } @{$timed->{bounds}};
}
sub overlapping {
	my ($p, $timed) = @_;
	my ($start, $end) = @{$phases->[$p]};
	for my $q (0 .. $#$phases) {
		my ($s, $e) = @{$phases->[$q]};
		return $q if $q != $p && fits($q, $timed) && (!defined $end || $s < $end) && (!defined $e || $start < $e);
	}
	return;
}
# Phases that start after another has ended, and before an instant.
sub started {
	my ($p, $until) = @_;
	my $end = $phases->[$p][1];
	return grep { $phases->[$_][0] >= $end && (!defined $until || $phases->[$_][0] < $until) } 0 .. $#$phases;
}
sub linked {
	my ($p, $q, $link) = @_;
	my ($end, $start) = ($phases->[$p][1], $phases->[$q][0]);
	return 0 unless defined $end && $start >= $end && within($start - $end, $link->{bounds});
	my @between = started($p, $start);
	return $link->{next} ? !@between : !$link->{blocked} || !grep { among($phases->[$_][2], $link->{blocked}) } @between;
}
sub absent {
	my ($p, $link, $target) = @_;
	my $end = $phases->[$p][1];
	return 0 unless defined $end;
	return 0 if grep { linked($p, $_, $link) && in_set($_, $target) } 0 .. $#$phases;
	return 1 if $link->{next} && started($p);
	# the greatest gap that would do, of what the bounds admit
	my ($most) = sort { $a <=> $b } map { $_->[0] eq '<' ? $_->[1] - 1e-6 : $_->[1] } grep { $_->[0] =~ /^[<=]/ } @{$link->{bounds}};
	return !defined $most || $known - $end >= $most;
}
# Every way to bind a part, beginning with a phase that a link leads to from another.
sub paths {
	my @paths = @_;
	die "too many\n" if ($paths += @paths) > $too_many;
	return @paths;
}
sub bind_step {
	my ($step, $from, $link) = @_;
	my @candidates = grep { !defined $from || linked($from, $_, $link) } 0 .. $#$phases;
	if (!$step->{group}) {
		return paths(map { [$_] } grep {
			my $p = $_;
			fits($p, $step->{phase}) && !grep { defined overlapping($p, $_) == !!$_->{absent} } @{$step->{overlaps} || []}
		} @candidates);
	}
	return paths(map { bind_sequence($_, $from, $link) } @{$step->{group}});
}
sub bind_often {
	my ($bind, $count, $from, $link, $again) = @_;
	my ($least, $most) = @$count;
	my (@found, @paths);
	push @found, [] if $least == 0;
	for (my $i = 1; !defined $most || $i <= $most; $i++) {
		@paths = $i == 1 ? $bind->($from, $link) : paths(map { my $path = $_; map { [@$path, @$_] } $bind->($path->[-1], $again) } @paths);
		last unless @paths;
		push @found, @paths if $i >= $least;
	}
	return @found;
}
sub bind_counted {
	my ($step, $from, $link) = @_;
	return bind_often(sub { bind_step($step, @_) }, $step->{count} || [1, 1], $from, $link, { bounds => [] });
}
sub bind_sequence {
	my ($sequence, $from, $link) = @_;
	my ($first, @more) = @$sequence;
	my @paths = bind_counted($first, $from, $link);
	for my $item (@more) {
		@paths = paths(map {
			my $path = $_;
			my $end = $path->[-1];
			map { [@$path, @$_] } $item->{tail} ?
				bind_often(sub { bind_sequence($item->{tail}, @_) }, $item->{count}, $end, $item->{link}, $item->{link}) :
				bind_counted($item, $end, $item->{link});
		} @paths);
	}
	return @paths;
}
sub least {
	my ($p, $q) = @_;
	for (my $i = 0; $i < @$p && $i < @$q; $i++) {
		return $p->[$i] <=> $q->[$i] if $p->[$i] != $q->[$i];
	}
	return @$p <=> @$q;
}
sub matches {
	my $pattern = shift;
	my %match;
	for my $branch (@$pattern) {
		for my $path (bind_sequence($branch->{sequence})) {
			my $last = $path->[-1];
			next if $branch->{first} && $phases->[$path->[0]][0] > $phases->[0][0];
			next if $branch->{last} && $phases->[$last][0] < $phases->[-1][0];
			next if $branch->{absence} && !absent($last, $branch->{absence}, $branch->{target});
			my $best = $match{$path->[0]};
			$match{$path->[0]} = $path if !$best || least($path, $best) < 0;
		}
	}
	return map { $match{$_} } sort { $a <=> $b } keys %match;
}
# Each match as the phases that its steps bind; one step alone, also what it overlaps.
sub answer {
	my $pattern = shift;
	my @matches = matches($pattern);
	my $first = $pattern->[0]{sequence}[0];
	my $alone = @$pattern == 1 && @{$pattern->[0]{sequence}} == 1 && $first->{phase};
	return join(' ', map {
		my $match = $_;
		join('-', map { $_ + 1 } @$match) . join('', map { '&' . (overlapping($match->[0], $_) + 1) } grep { $alone && !$_->{absent} } @{$first->{overlaps} || []})
	} @matches);
}

open my $sql, '>', "$ENV{SCRATCH}/episode_pattern.sql" or die;
print $sql <<'SQL';
SET client_min_messages = warning;
BEGIN;
SET search_path = public, smartcare;
SET timezone = 'UTC';
SET jit = off;
CREATE TEMP TABLE given (id integer, e episode, written text, horizon timestamptz, alone boolean);
COPY given FROM STDIN;
SQL
my @expected;
my $matching = 0;
while (@expected < $cases) {
	local $phases = episode();
	my $pattern = pattern();
	my ($horizon) = some(undef, undef, 'infinity', int rand 80);
	local $known = (sort { $b <=> $a } map { ($_->[0], $_->[1] // $_->[0]) } @$phases)[0];
	$known = $horizon eq 'infinity' ? 1e12 : $horizon if defined $horizon && ($horizon eq 'infinity' || $horizon > $known);
	local $paths = 0;
	my $answer = eval { answer($pattern) };
	next if $@ eq "too many\n";
	die $@ if $@;
	$matching++ if $answer ne '';
	push @expected, [$answer, pattern_text($pattern)];
	my $first = $pattern->[0]{sequence}[0];
	my @fields = ($#expected, episode_text($phases), $expected[-1][1], !defined $horizon ? undef : $horizon eq 'infinity' ? $horizon : timestamp($horizon),
		@$pattern == 1 && @{$pattern->[0]{sequence}} == 1 && $first->{phase} ? 't' : 'f');
	print $sql join("\t", map { defined $_ ? s/\\/\\\\/gr =~ s/\n/\\n/gr : '\N' } @fields), "\n";
}
print $sql <<'SQL';
\.
CREATE FUNCTION pg_temp.compile(written text) RETURNS episode_pattern LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT written::episode_pattern);
EXCEPTION WHEN program_limit_exceeded THEN
	RETURN NULL;
END
$$;
CREATE TEMP TABLE asked AS SELECT *, pg_temp.compile(written) AS p FROM given WHERE pg_temp.compile(written) IS NOT NULL;
\pset format unaligned
\pset tuples_only
\pset fieldsep '\t'
SELECT id, p::text, p::text::episode_pattern::text = p::text,
	matches(e, p, horizon), horizon IS NOT NULL OR e ~ p = matches(e, p, horizon) AND p ~ e = (e ~ p),
	match_count(e, p, horizon), coalesce(m.matches, ''), coalesce(c.matches, ''),
	first_match(e, p, horizon) IS NULL OR first_match(e, p, horizon) ~ '*'
FROM asked,
	LATERAL (SELECT string_agg(m, ' ' ORDER BY match) FROM (
		SELECT match, string_agg(CASE WHEN n > 1 THEN '&' WHEN step > 1 THEN '-' ELSE '' END || phase, '' ORDER BY o)
		FROM (SELECT *, row_number() OVER (PARTITION BY match, step ORDER BY o) AS n FROM match(e, p, horizon) WITH ORDINALITY AS x (match, step, phase, label, period, o)) AS y
		WHERE n = 1 OR alone GROUP BY match) AS z (match, m)) AS m (matches),
	LATERAL (SELECT string_agg(m, ' ' ORDER BY match) FROM (
		SELECT match, string_agg(CASE WHEN n > 1 THEN '&' WHEN step > 1 THEN '-' ELSE '' END || phase, '' ORDER BY o)
		FROM (SELECT *, row_number() OVER (PARTITION BY match, step ORDER BY o) AS n FROM match(e, p::text::episode_pattern, horizon) WITH ORDINALITY AS x (match, step, phase, label, period, o)) AS y
		WHERE n = 1 OR alone GROUP BY match) AS z (match, m)) AS c (matches)
ORDER BY id;
-- Patterns through an index, and without.
CREATE INDEX ON asked USING gin (e);
ANALYZE asked;
CREATE FUNCTION pg_temp.ids(pattern episode_pattern, by_index boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	line text;
BEGIN
	PERFORM set_config('enable_seqscan', (NOT by_index)::text, true), set_config('enable_bitmapscan', by_index::text, true);
	FOR line IN EXECUTE format('EXPLAIN (COSTS OFF) SELECT id FROM asked WHERE e ~ %L', pattern) LOOP
		IF line ~ 'Index Scan' <> by_index AND line ~ 'Scan' AND line !~ 'Heap' THEN
			RETURN line;
		END IF;
	END LOOP;
	EXECUTE format('SELECT string_agg(id::text, '' '' ORDER BY id) FROM asked WHERE e ~ %L', pattern) INTO result;
	RETURN result;
END
$$;
SELECT 'index', count(*), count(*) FILTER (WHERE pg_temp.ids(p, true) IS NOT DISTINCT FROM pg_temp.ids(p, false))
FROM asked WHERE id < 100;
ROLLBACK;
SQL
close $sql;

my ($wrong, $right, $indexed) = (0, 0, '');
for (`psql -Xq -v ON_ERROR_STOP=1 -d pgtap -f $ENV{SCRATCH}/episode_pattern.sql 2>&1`) {
	chomp;
	my @fields = split /\t/, $_, -1;
	if ($fields[0] eq 'index') {
		$indexed = $fields[1] == $fields[2] ? 'same' : "$fields[2] of $fields[1] the same";
		next;
	}
	if (@fields < 9 || $fields[0] !~ /^\d+$/) {
		print "# $_\n";
		next;
	}
	my ($id, $canonical, $again, $found, $operator, $count, $matches, $of_canonical, $first) = @fields;
	my ($answer, $text) = @{$expected[$id]};
	if ($again eq 't' && $operator eq 't' && $first eq 't' && $matches eq $answer && $of_canonical eq $answer &&
		$found eq ($answer eq '' ? 'f' : 't') && $count == (() = $answer =~ /\S+/g)) {
		$right++;
	} elsif ($wrong++ < 10) {
		print "# case $id: $text\n# canonical $canonical\n# expected '$answer', is '$matches' ($of_canonical), @fields[2 .. 5] $first\n";
	}
}
print !$wrong && $right > 0.95 * $cases ? '' : 'not ',
	"ok 1 - $right random patterns match as the definition says, $matching of them at all ($wrong do not, others are too complex)\n";
print $indexed eq 'same' ? '' : 'not ', "ok 2 - an index finds what a scan finds ($indexed)\n";
print $matching > $cases / 4 && $matching < $cases * 0.95 ? '' : 'not ', "ok 3 - some match and some do not\n";
print "1..3\n";
