#!/usr/bin/perl
# Two daemons: programs, instances, a zygote of jobs, channels through the
# gate, crimes across it. Relays by exec and by fork.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;
use Time::HiRes qw(time sleep);

my $RELAYS = 2;

sub set {
	my ($evil, %restart) = @_;
	conf('demod', "state: $T/state\nevil: $evil", %restart);
}

sub guests { return children(pid('demod', 'login')) }

set('none');
conf('gated', "listen: $T/in\nrelays: $RELAYS");

my $d = daemon('demod');
until_seen('demod', 'event=linked');
my $g = daemon('gated');
ok(served($RELAYS), 'the daemon waits for the gate; all relays reach login');
is(truth('demod'), '', '/proc says what the tables of the house say');
is(truth('gated'), '', 'and of the gate');

# --- programs

SKIP: {
	if (!$ROOT) {
		skip('not root: maps cannot be read', 'libraries') for 1 .. 2;
		last SKIP;
	}
	my $yaml = grep { read_file("/proc/" . pid('demod', $_) . '/maps') =~
		/libyaml/ } qw(store login);
	is($yaml, 0, 'a program links what its rows need only');
	is(read_file('/proc/' . pid('demod', 'store') . '/cmdline'),
	    "child\0-x\0store.0:65534:65534\0", 'a child is told who it is');
}

# --- guests

my ($login, $store) = (pid('demod', 'login'), pid('demod', 'store'));
my $h = spawn_cmd({}, "$O/regress/pattern/hammer", "$T/in.0", 1, 1, 'sleep');
my $guest;
until_ok { ($guest) = guests() };
ok(until_ok {
	my %s = proc_status($guest);
	($s{Name} // '') eq 'guest' && ($s{Seccomp_filters} // 2) == 2;
}, 'a guest has a name and a filter more');
is(truth('demod'), '', 'and the table knows it');
if ($ROOT) {
	my @l = sort map { s/:.*//r } fd_links($guest);
	is("@l", '/dev/null /dev/null /dev/null anon_inode pipe pipe socket '
		. 'socket', 'it holds its connection, its channel, its loop');
} else {
	skip('not root: descriptors cannot be seen', 'descriptors of a guest');
}
wait_end($h);

my $before = all_fds();
my (%h, @h);
@h = map { spawn_cmd({ out => "$T/hammer.$_" }, "$O/regress/pattern/hammer",
	"$T/in.$_", 200, 40, 'mixed') } 0 .. 1;
my ($most, @end) = (0);
for my $i (0 .. 1) {
	until_ok {
		my $n = grep { ({ proc_status($_) }->{State} // 'Z') !~ /^Z/ }
		    children($login);
		$most = $n if $n > $most;
		defined($end[$i] = wait_end($h[$i], 0));
	} 60;
}
is("@end", '0 0', '400 connections, 80 at a time, some of them evil');
my @said = map { read_file("$T/hammer.$_") } 0 .. 1;
ok((grep { /served=172 bad=28 lost=0 hung=0/ } @said) == 2,
    'all served but the evil') or note(@said);
ok($most <= 8, "by 8 guests at most ($most seen)");
my $after;
until_ok { ($after = all_fds()) eq $before };
is($after, $before, 'no descriptor is left');
is(all_zombies(), 0, 'no zombie');
is(scalar(() = guests()), 0, 'no guest');
ok(pid('demod', 'store') == $store && pid('demod', 'login') == $login,
    'crashes and crimes harmed nobody else');

# --- crimes of guests

for my $word (qw(row accuse)) {
	forget('demod');
	$login = pid('demod', 'login');
	hammer(0, 1, 1, $word);
	ok(until_seen('demod', 'process=guest id=.*\(crime\)'),
	    "a guest out of its rows dies ($word)");
	ok(pid('demod', 'login') == $login && pid('demod', 'store') == $store,
	    'alone');
}
my $flood = spawn_cmd({}, "$O/regress/pattern/hammer", "$T/in.0", 40, 4,
    'flood');
%h = hammer(1, 100, 2, 'hello');
is($h{served}, 100, 'guests that flood: no message of another one is lost');
wait_end($flood);
is(pid('demod', 'store'), $store, 'and store lives');

# more descriptors on their way than a relay may have open: it waits
$login = pid('demod', 'login');
my %relay = pids('gated');
kill 'STOP', $login;
my @waiting = map { my $r = $_; map { say($r, 'hello') } 1 .. 130 } 0 .. 1;
until_ok {
	my ($n) = (ctl('gated', 'stats'))[1] =~ /^relay\.1\.conns (\d+)/m;
	($n // 0) >= 130;
};
kill 'CONT', $login;
my $served = grep {
	my $line = '';
	sysread($_, $line, 100) && $line =~ /^ok /;
} @waiting;
is($served, 260, '260 descriptors in flight under a quota of 160');
@waiting = ();
my %relay2 = pids('gated');
ok($relay{'relay.0'} == $relay2{'relay.0'} &&
	$relay{'relay.1'} == $relay2{'relay.1'} &&
	pid('demod', 'login') == $login,
    'nobody died of it');
forget('demod');
hammer(0, 1, 1, 'fork');
ok(until_seen('demod', 'guest id=\w+: event=sandbox syscall=\d+') &&
	until_seen('demod', 'process=guest id=\w+ signal=31'),
    'a guest cannot fork; -v says which call it was');
hammer(0, 1, 1, 'log');
ok(until_seen('demod', 'login: guest id=\w+: line of a guest'),
    'its log line bears the id that its zygote knows');
forget('demod');
hammer(0, 1, 1, 'chatter');
ok(until_seen('demod', 'process=guest id=.*\(crime\)'),
    'too many of them are a crime');

# --- renewal of a zygote of jobs

ok(served($RELAYS), 'served');
$login = pid('demod', 'login');
forget('demod');
my $quiet = say(0, 'sleep');
until_ok { guests() };
for (1 .. 25) {
	hammer(1, 1, 1, 'crash');
	last if seen('demod', 'event=renewal');
}
ok(until_seen('demod', 'login: event=renewal deaths=20'),
    'after 20 deaths by signal a zygote is renewed');
ok(until_ok { pid('demod', 'login') != $login },
    'though one is quiet: it is another process');
ok(served($RELAYS), 'which serves');
close $quiet;

# --- counters

my ($status, $text) = ctl('gated', 'stats');
my ($conns, $dones) = (0, 0);
$conns += $_ for $text =~ /^relay\.\d\.conns (\d+)/mg;
ok($status == 0 && $conns > 500, 'relays count') or note($text);
ok($text =~ /^relay\.0\.dones \d+\nrelay\.0\.refused \d+\n/m,
    'each counter of each instance');

# --- a second instance, strangers at the gate

for my $x (qw(demod gated)) {
	($status, $text) = run_cmd("$O/$x/$x", '-L', "$O/$x", '-d', '-f',
	    "$T/$x.conf");
	ok($status == 1 && $text =~ /another instance runs/,
	    "a second $x is refused");
}
ok(served($RELAYS), 'the first goes on');

forget('gated');
my @answer = ctl_raw('gate', 'HELLO');
ok(until_seen('gated', 'event=refuse daemon="\?" why="no greeting"'),
    'gate.sock: HELLO only');
if ($ROOT) {
	forget('gated');
	ok(as_nobody { !defined((ctl_raw('gate', 'HELLO'))[0]) },
	    'root only: by its mode');
	chmod 0666, "$T/run/gate.sock";
	ok(as_nobody { !defined((ctl_raw('gate', 'HELLO'))[0]) },
	    'and by who asks');
	chmod 0600, "$T/run/gate.sock";
	ok(served($RELAYS) && !seen('gated', 'no greeting'),
	    'who is not even heard');
} else {
	skip('not root', 'gate.sock is for root') for 1 .. 3;
}

# --- a crime across daemons

$login = pid('demod', 'login');
my $relay = pid('gated', 'relay.0');
forget($_) for qw(demod gated);
set('gate');
ctl('demod', 'reload');
ok(until_seen('gated', 'event=crime process=login said_by=relay') &&
	until_seen('demod', 'event=crime process=login said_by=gated'),
    'out of its row across daemons: the relay accuses');
set('none');
ctl('demod', 'reload');
ok(until_ok { pid('demod', 'login') != $login }, 'its own parent kills it');
ok(served($RELAYS) && pid('gated', 'relay.0') == $relay, 'not the relay');

# --- the gate comes and goes; relays by fork

ctl('gated', 'stop');
is(wait_end($g), 0, 'the gate stops');
ok(!-e "$T/run/gated.sock" && !-e "$T/run/gate.sock", 'no socket is left');
forget('gated');
$g = daemon('gated-fork');
ok(up('gated') && served($RELAYS), 'another gate, whose relays a zygote forks');
is(truth('gated-fork'), '', '/proc says what its tables say');
is(truth('demod'), '', 'and of the house');
%h = hammer(1, 200, 20, 'mixed');
ok($h{lost} == 0 && $h{hung} == 0, 'it serves') or note($h{text});

ctl($_, 'stop') for qw(demod gated);
is(wait_end($d), 0, 'the house stops');
is(wait_end($g), 0, 'the gate stops');
done;
