#!/usr/bin/perl
# Rows that are started for a user (.late): they may write in that user's
# home and nowhere else, by Landlock and, without it, by uid.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;

my @uid = $ROOT ? (1234, 1235) : ($>, $>);
my @home = map { "$T/home.$_" } 0 .. 1;
for (0 .. 1) {
	mkdir $home[$_], 0700;
	chown $uid[$_], $uid[$_], $home[$_] if $ROOT;
}
conf('demod', "state: $T/state\nstop-grace: 1s", limit => 1);
my $d = daemon('demod');
ok(up('demod'), 'up without them');
my $before = fds('demod');
ok((ctl('demod', 'status'))[1] !~ /mda/, 'they are not in the status');

sub deliver { return ctl('demod', 'deliver', @_) }

sub gone {
	return until_ok { (ctl('demod', 'status'))[1] !~ /^mda/m };
}

my ($status, $text) = deliver(0, $uid[0], $home[0], 'stay');
is($status, 0, 'one is started');
ok($text =~ /home=ok dir=ok/, 'it works in the home') or note($text);
is((stat "$home[0]/new/mail")[4], $uid[0], 'what it wrote is the user\'s');
if (seen('demod', 'mda.0: event=landlock state=off')) {
	note('no Landlock here');
	if ($ROOT) {
		ok($text =~ /above=EACCES .* shadow=EACCES/,
		    'by uid it may write nowhere else');
	} else {
		skip('neither root nor Landlock', 'nowhere else');
	}
} else {
	ok($text =~ /above=EACCES tmp=EACCES passwd=EACCES shadow=EACCES/,
	    'and nowhere else') or note($text);
}
ok(until_seen('demod', 'mda.0: event=noted n=4711'), 'it has its peers');
is(truth('demod', $ROOT ? ('-u', "mda=$uid[0]") : ()), '',
    '/proc says what the tables say');
if ($ROOT) {
	my %s = proc_status(pid('demod', 'mda.0'));
	is("$s{Uid} | $s{Groups}", join("\t", ($uid[0]) x 4) . " | $uid[0] ",
	    'it is the user, in no group besides');
} else {
	skip('not root', 'user and groups');
}
($status, $text) = deliver(0, $uid[0], $home[0], 'stay');
ok($status == 1 && $text =~ /busy/, 'an instance runs once');

($status, $text) = deliver(1, $uid[1], $home[1], 'stay');
is($status, 0, 'a second instance, for another user');
($status, $text) = deliver(1, $uid[1], $home[1], 'stay');
my $pid = pid('demod', 'mda.1');
forget('demod');
kill 'KILL', pid('demod', 'store');
ok(until_seen('demod', 'mda.0: event=noted') &&
	until_seen('demod', 'mda.1: event=noted'),
    'both are linked anew with a peer that died');
kill 'KILL', $pid;
ok(until_seen('demod', 'event=ended instance=1 status=9'),
    'the daemon hears of an end');
ok(pid('demod', 'mda.0') != 0 && until_ok {
	(ctl('demod', 'status'))[1] !~ /^mda\.1/m
}, 'nobody replaces it');
($status, $text) = deliver(1, $uid[1], $home[0], 'leave');
if ($ROOT) {
	ok($text =~ /home=no/, 'another one\'s home is closed') or note($text);
} else {
	skip('not root', 'another one\'s home is closed');
}
kill 'KILL', pid('demod', 'mda.0');
gone();

forget('demod');
($status, $text) = deliver(0, $uid[0], $home[0], 'crash');
ok($status == 1 && $text eq "ended\n" && until_seen('demod', 'status=6'),
    'a crash is told');
($status, $text) = deliver(0, 0, $home[0], 'leave') if $ROOT;
ok(!$ROOT || ($status == 1 && $text eq "ended\n"), 'root is refused');
ok(seen('demod', 'mda.0: sandbox: '), 'by itself') if $ROOT;
my $bad = 0;
for (1 .. 3 * $KILLS) {
	gone();
	($status) = deliver($_ % 2, $uid[0], $home[0],
	    $_ % 3 ? 'leave' : 'crash');
	$bad++ if $status != ($_ % 3 ? 0 : 1);
}
is($bad, 0, 3 * $KILLS . ' more, a third of them crash');
gone();
my $after;
until_ok { ($after = fds('demod')) eq $before };
is($after, $before, 'no descriptor is left');
is(zombies($d), 0, 'no zombie');

($status) = deliver(0, $uid[0], $home[0], 'stay');
$pid = pid('demod', 'mda.0');
ctl('demod', 'stop');
is(wait_end($d), 0, 'the daemon stops');
ok(!alive($pid), 'and they with it');
done;
