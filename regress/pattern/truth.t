#!/usr/bin/perl
# Does regress/tools/truth find lies? It is given a status that names other
# processes, a wrong root, wrong programs.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;

if (!$ROOT) {
	print "1..0 # SKIP not root: there is little to be seen\n";
	exit 0;
}
conf('demod', "state: $T/state");
my $d = daemon('demod');
up('demod');
my ($status, $text) = ctl('demod', 'status');
is(truth('demod'), '', 'the truth');

# the status, with something else in it
sub told {
	my ($from, $to) = @_;
	write_file("$T/told", $text =~ s/$from/$to/r);
	return truth('demod', '-s', "$T/told");
}

is(told('x', 'x'), '', 'a saved status is as good');
my $root = spawn_cmd({}, 'sleep', '100');
my $lies = told('session pid=\d+', "session pid=$root");
for (qr/runs as root/, qr/uids 0 0 0 0, not 65534/, qr/gids 0/, qr/groups/,
    qr/CapPrm/, qr/CapEff/, qr/CapBnd/, qr/NoNewPrivs 0/, qr/Seccomp 0/,
    qr{root /, not }, qr{runs \S+/sleep, not},
    qr/no channel/, qr/0 event loops/, qr/is called sleep/, qr/log is/) {
	ok($lies =~ /session: .*$_/, "a stranger: $_");
}
my $user = spawn_cmd({ user => 65534, out => "$T/open", pre => sub {
	open my $f, '<', '/etc/passwd';
	POSIX::dup2(fileno $f, 9);
} }, 'sleep', '100');
until_ok { (readlink("/proc/$user/exe") // '') =~ /sleep/ };
$lies = told('session pid=\d+', "session pid=$user");
ok($lies !~ /as root|uids|gids/, 'another process of its user');
ok($lies =~ /can be traced/, 'that may be traced');
ok($lies =~ m{holds /etc/passwd}, 'that holds a file');
ok($lies =~ m{descriptor 1 is \S+/open}, 'and writes one');
$lies = told('store pid=\d+', "store pid=" . pid('demod', 'session'));
ok($lies =~ /store: root .*empty, not/ && $lies =~ /store: runs .*demod, not/,
    'a row in another one\'s place');
$lies = told('demod pid=\d+', "demod pid=$$");
ok($lies =~ /demod: CapEff/, 'a parent with more than its capabilities');
$lies = told('session .*\n', '');
ok($lies =~ /session: is not there/, 'a row that is missing');
$lies = told('session', 'nobody');
ok($lies =~ /nobody: not in the table/, 'a row too many');
$lies = truth('demod', '-D', "state=$T/run");
ok($lies =~ /store: root/, 'a root that is not what was said');
$lies = truth('demod', '-L', '/bin');
ok($lies =~ /store: runs/, 'a program that is not what was said');
$lies = truth('demod', '-t', 'store=2');
ok($lies =~ /store: 1 threads/, 'a thread too few');
kill 'KILL', $root, $user;
wait_end($_) for $root, $user;
kill 'TERM', $d;
is(wait_end($d), 0, 'stop');
done;
