#!/usr/bin/perl
# Published glucose data, person by person: what SQL says of a series is what the formulas, written here once more and in
# another way, say of the rows of the file. Numbers agree to 1e-9 of their size; counts, times and flags exactly.
use strict;
use warnings;
use List::Util 'min';
use Time::Local 'timegm';

my $directory = ($ENV{SMARTCARE_DATA} // '../shared/data') . '/cgm';
my @files = glob "$directory/*.csv";
if (!@files) {
	print "# No glucose data in $directory: SMARTCARE_DATA names the directory that has cgm/.\n1..0 # skip no glucose data\n";
	exit;
}

# {subject}{time in seconds} = mg/dL; of two at one instant the greater. Readings that are no number are left out.
my %data;
open my $copy, '>', "$ENV{SCRATCH}/cgm.copy" or die;
for my $file (@files) {
	open my $in, '<', $file or die;
	while (<$in>) {
		my ($subject, $time, $value) = /^([^,]+),(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d+(?:\.\d+)?)\r?$/ or next;
		my ($y, $m, $d, $h, $min, $s) = $time =~ /\d+/g;
		my $seconds = timegm($s, $min, $h, $d, $m - 1, $y);
		my $known = $data{$subject}{$seconds};
		$data{$subject}{$seconds} = $value + 0 if !defined $known || $value > $known;
		print $copy "$subject\t$time+00\t$value\n";
	}
}
close $copy;

sub cadence {
	my @d = sort { $a <=> $b } map { $_[0][$_] - $_[0][$_ - 1] } 1 .. $#{$_[0]};
	return $d[(@d - 1) / 2];
}

# What time each reading stands for.
sub held {
	my ($t, $i, $gap) = @_;
	return 0 if $i == $#$t;
	my $d = $t->[$i + 1] - $t->[$i];
	return $d < $gap ? $d : $gap;
}

# Parts below 54, 54 to 69, 70 to 180, 181 to 250, above.
sub ranges {
	my ($v, $weight) = @_;
	my ($total, @sum) = (0, 0, 0, 0, 0, 0);
	for my $i (0 .. $#$v) {
		my $x = int $v->[$i] + 0.5;
		$sum[$x < 54 ? 0 : $x < 70 ? 1 : $x <= 180 ? 2 : $x <= 250 ? 3 : 4] += $weight->[$i];
		$total += $weight->[$i];
	}
	return map { $_ / $total } @sum;
}

# Runs of low and not low, cut at gaps; then short runs between are taken away.
sub episodes {
	my ($t, $v, $below, $gap) = @_;
	my (@found, @runs);
	for my $i (0 .. $#$t) {
		my $low = int($v->[$i] + 0.5) < $below ? 1 : 0;
		my $until = $t->[$i] + held($t, $i, $gap);
		if (@runs && $runs[-1]{low} == $low && $runs[-1]{until} == $t->[$i]) {
			$runs[-1]{until} = $until;
			$runs[-1]{least} = $v->[$i] if $v->[$i] < $runs[-1]{least};
		} else {
			push @runs, {low => $low, from => $t->[$i], until => $until, least => $v->[$i]};
		}
	}
	while (@runs) {
		my $run = shift @runs;
		next if !$run->{low} || $run->{until} - $run->{from} < 900;
		while (@runs > 1 && $runs[0]{from} == $run->{until} && $runs[1]{from} == $runs[0]{until} && $runs[0]{until} - $runs[0]{from} < 900) {
			shift @runs;
			my $more = shift @runs;
			$run->{until} = $more->{until};
			$run->{least} = $more->{least} if $more->{least} < $run->{least};
		}
		push @found, join ' ', $run->{from}, $run->{until}, $run->{least}, $run->{until} - $run->{from} > 7200 ? 't' : 'f';
	}
	return join ', ', @found;
}

# Of the peaks and nadirs, the two that differ least are taken away, again and again, until all differ by more than the
# threshold; an end goes alone.
sub mage {
	my ($t, $v, $sd) = @_;
	my (@all, $first);
	my @stretches = [];
	for my $i (0 .. $#$t) {
		push @stretches, [] if $i && $t->[$i] - $t->[$i - 1] > 3 * 3600;
		push @{$stretches[-1]}, $v->[$i];
	}
	for my $stretch (@stretches) {
		my @x;
		for my $value (@$stretch) {
			next if @x && $x[-1] == $value;
			pop @x if @x > 1 && ($x[-1] <=> $x[-2]) == ($value <=> $x[-1]);
			push @x, $value;
		}
		while (@x > 1) {
			my $size = min(map { abs($x[$_] - $x[$_ - 1]) } 1 .. $#x);
			last if $size > $sd;
			my $i = 0;
			while ($i < $#x) {
				if (abs($x[$i + 1] - $x[$i]) > $size) {
					$i++;
				} elsif ($i > 0 && $i + 1 < $#x) {
					splice @x, $i, 2;
					$i = $i > 1 ? $i - 2 : 0;
				} else {
					splice @x, $i == 0 ? 0 : $#x, 1;
					$i = 0 if $i == 0;
				}
			}
		}
		push @all, map { $x[$_] - $x[$_ - 1] } 1 .. $#x;
	}
	return '' if !@all;
	my @counted = grep { ($_ > 0) == ($all[0] > 0) } @all;
	my $sum = 0;
	$sum += abs for @counted;
	return $sum / @counted;
}

# By the hour: count and percentiles.
sub agp {
	my ($t, $v) = @_;
	my (@hours, @rows);
	push @{$hours[$t->[$_] % 86400 / 3600]}, $v->[$_] for 0 .. $#$t;
	for my $hour (grep { $hours[$_] } 0 .. $#hours) {
		my @x = sort { $a <=> $b } @{$hours[$hour]};
		push @rows, $hour, scalar @x;
		for my $p (5, 25, 50, 75, 95) {
			my $place = $p * $#x / 100;
			my $i = int $place;
			push @rows, $x[$i] * (1 - $place + $i) + ($x[$i + 1] // $x[$i]) * ($place - $i);
		}
	}
	return @rows;
}

my @names = qw(num_readings num_days cadence active sufficient mean sd cv gmi gmi_mmol_mol
	very_low low in_range high very_high very_low_r low_r in_range_r high_r very_high_r mage);
sub expected {
	my ($points) = @_;
	my @t = sort { $a <=> $b } keys %$points;
	my @v = @$points{@t};
	my ($sum, $squares, %days) = (0, 0);
	$sum += $_ for @v;
	my $mean = $sum / @v;
	$squares += ($_ - $mean) ** 2 for @v;
	my $sd = sqrt($squares / (@v - 1));
	$days{int $_ / 86400} = 1 for @t;
	my $cadence = cadence(\@t);
	my $active = @t / (($t[-1] - $t[0]) / $cadence + 1);
	$active = 1 if $active > 1;
	my $sufficient = $active >= 0.7 && @t * $cadence >= 0.7 * 14 * 86400 ? 1 : 0;
	my $gap = 3 * $cadence;
	my $hold = [map { held(\@t, $_, $gap) } 0 .. $#t];
	return ([scalar @t, scalar keys %days, $cadence, $active, $sufficient, $mean, $sd, $sd / $mean * 100, 3.31 + 0.02392 * $mean,
			12.71 + 4.70587 * $mean / 18.01559, ranges(\@v, $hold), ranges(\@v, [(1) x @t]), mage(\@t, \@v, $sd)],
		[agp(\@t, \@v)], episodes(\@t, \@v, 70, $gap), episodes(\@t, \@v, 54, $gap));
}

open my $script, '>', "$ENV{SCRATCH}/cgm.sql" or die;
print $script <<"END";
SET search_path = public, smartcare;
SET timezone = 'UTC';
CREATE TEMP TABLE reading (subject text, "time" timestamptz, value float8);
\\copy reading from '$ENV{SCRATCH}/cgm.copy'
CREATE TEMP TABLE cgm AS SELECT subject, series_agg("time", value) AS points FROM reading GROUP BY subject;
CREATE FUNCTION pg_temp.episodes(points series, below float8) RETURNS text LANGUAGE sql AS \$\$
	SELECT string_agg(concat_ws(' ', extract(epoch FROM start_time)::bigint, extract(epoch FROM end_time)::bigint, lowest, prolonged), ', ' ORDER BY start_time)
	FROM hypoglycemia(points, 'mg/dL', below)
\$\$;
SELECT subject, concat_ws(' ', s.num_readings, s.num_days, extract(epoch FROM s.cadence), s.active, s.sufficient::integer, s.mean, s.sd, s.cv, s.gmi, gmi(points, 'mg/dL', 'mmol/mol'),
		s.very_low, s.low, s.in_range, s.high, s.very_high, r.very_low, r.low, r.in_range, r.high, r.very_high, mage(points, 'mg/dL')),
	(SELECT string_agg(concat_ws(' ', extract(hour FROM a.clock), a.num_readings, p05, p25, p50, p75, p95), ' ' ORDER BY clock) FROM agp(points, 'mg/dL', 'UTC') AS a),
	pg_temp.episodes(points, 70), pg_temp.episodes(points, 54)
FROM cgm, glucose_summary(points, 'mg/dL', zone => 'UTC') AS s, glucose_summary(points, 'mg/dL', weight => 'readings') AS r
ORDER BY subject;
END
close $script;

sub differ {
	my ($have, $want) = @_;
	return "$have, not $want" if !length $have || !length $want;
	return abs($have - $want) > 1e-9 * (abs($want) || 1) ? "$have, not $want" : '';
}

my ($test, %seen) = 0;
my @printed = `psql -XAtq -d pgtap -v ON_ERROR_STOP=1 -f $ENV{SCRATCH}/cgm.sql`;
for (@printed) {
	chomp;
	my ($subject, $figures, $agp, @episodes) = split /\|/, $_, -1;
	my ($want, $want_agp, @want_episodes) = expected($data{$subject});
	my @have = split / /, $figures, -1;
	my @have_agp = split / /, $agp;
	my @wrong;
	for my $i (0 .. $#names) {
		my $difference = differ($have[$i] // '', $want->[$i]);
		push @wrong, "$names[$i] is $difference" if $difference;
	}
	push @wrong, 'the profile has other rows' if @have_agp != @$want_agp;
	push @wrong, grep { s/^(?=.)/the profile has / } map { differ($have_agp[$_] // '', $want_agp->[$_]) } 0 .. $#$want_agp;
	push @wrong, grep { $_ } map { $episodes[$_] eq $want_episodes[$_] ? '' : "episodes are $episodes[$_], not $want_episodes[$_]" } 0, 1;
	$test++;
	$seen{$subject} = 1;
	print @wrong ? 'not ' : '', "ok $test - $subject, $have[0] readings\n", map { "# $_\n" } @wrong;
}
$test++;
print keys %seen == keys %data ? '' : 'not ', "ok $test - nobody was left out\n1..$test\n";
