#!/usr/bin/perl
# The reference pages tell the truth: of each page the ```sql blocks are run in order, in a database of the page's own and
# one transaction, and where a block without language follows, psql must print what stands there, but for white space at line ends.
# ACCEPT=1 writes what psql prints into the pages: read the diff before you commit.
use strict;
use warnings;

my $test = 0;
for my $page (sort glob('doc/*.md'), 'README.md') {
	my $text = do { local (@ARGV, $/) = $page; <> };
	my @blocks = $text =~ /^```sql\n(.*?)^```$(?:\n```\n(.*?)^```$)?/msg or next;

	open my $script, '>', "$ENV{SCRATCH}/doc.sql" or die;
	print $script "\\set ON_ERROR_ROLLBACK on\nBEGIN;\n";
	for (my $i = 0; $i < @blocks; $i += 2) {
		print $script "\\echo \@block\n$blocks[$i]";
	}
	print $script "\\echo \@block\nROLLBACK;\n";
	close $script;
	system('createdb -T pgtap -O layout_owner page') == 0 or die;
	my (undef, @printed) = split /^\@block\n/m, `psql -Xq -d page -f $ENV{SCRATCH}/doc.sql 2>&1`;
	system('dropdb page');

	for (my $i = 0; $i < @blocks; $i += 2) {
		my ($sql, $expected) = @blocks[$i, $i + 1];
		(my $output = $printed[$i / 2]) =~ s/^psql:\S+?:\d+: //mg;
		my ($want, $have) = map { my $plain = $_ // ''; $plain =~ s/[ \t]+$//mg; $plain =~ s/\n+\z/\n/; $plain } $expected, $output;
		my ($name) = $sql =~ /^(.*)/;
		$test++;
		if (defined $expected ? $want eq $have : $have !~ /ERROR/) {
			print "ok $test - $page: $name\n";
		} elsif ($ENV{ACCEPT} && defined $expected) {
			my $before = "$sql```\n```\n";
			$text =~ s/\Q$before$expected\E/$before$have/ or die;
			print "ok $test - $page: $name # skip accepted\n";
		} else {
			print "not ok $test - $page: $name\n";
			print "# $_\n" for "should print", split(/\n/, $want), "prints", split(/\n/, $have);
		}
	}
	if ($ENV{ACCEPT}) {
		open my $out, '>', $page or die;
		print $out $text;
		close $out;
	}
}
print "1..$test\n";
