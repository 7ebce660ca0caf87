#!/usr/bin/perl
# Every transition is printed in a reference page as it is in the data (what the pages print is compared by doc.pl), and
# every step that somebody takes is named in one by its function.
use strict;
use warnings;

my (%printed, $text);
for my $page (glob 'doc/*.md') {
	my $content = do { local (@ARGV, $/) = $page; <> };
	$text .= $content;
	for my $line (split /\n/, $content) {
		my @cell = map { s/^\s+|\s+$//gr } split /\|/, $line, -1;
		$printed{join '|', @cell[0 .. 3]} = 1 if @cell > 3;
	}
}

my (%missing, %unnamed);
for (`psql -XAtc "SELECT entity, from_status, step, to_status, actors <> '{}' FROM care.workflow_transition ORDER BY 1, 2, 3"`) {
	chomp;
	my ($entity, $from, $step, $to, $taken) = split /\|/, $_, -1;
	$missing{$entity} //= [];
	push @{$missing{$entity}}, "$from -> $step -> $to" unless $printed{"$entity|$from|$step|$to"};
	$unnamed{$step} = 1 if $taken eq 't' and $text !~ /\b$step[`(]/;
}
my $test = 0;
for my $entity (sort keys %missing) {
	$test++;
	print @{$missing{$entity}} ? 'not ok' : 'ok', " $test - the transitions of $entity are in a reference page\n";
	print "# missing: $_\n" for @{$missing{$entity}};
}
$test++;
print %unnamed ? 'not ok' : 'ok', " $test - every step is named in one\n";
print "# not named: $_\n" for sort keys %unnamed;
print "1..$test\n";
