#!/usr/bin/perl
# One daemon under fire: deaths, crimes, sandbox, reload, stop. Not root: all
# rows are one user without roots; the rest is the same.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;
use Socket;

sub set {
	my ($evil, %restart) = @_;
	conf('demod', "state: $T/state\nevil: $evil\nstop-grace: 1s", %restart);
}

# commits this crime from now on
sub evil {
	set(@_);
	forget('demod');
	my ($status, $text) = ctl('demod', 'reload');
	note("reload: $text") if $status != 0;
}

sub good_again {
	evil('none');
	until_seen('demod', 'event=linked');
	until_seen('demod', 'event=death', 0);
}

set('none');
my $d = daemon('demod');
ok(up('demod') && until_seen('demod', 'event=linked'),
    'all rows start and are linked');
is(truth('demod'), '', '/proc says what the tables say');

# --- deaths

my $before = fds('demod');
my $bad = 0;
for my $k (1 .. $KILLS) {
	my @v = ([qw(session)], [qw(store)], [qw(session store)])[$k % 3]->@*;
	my %p = pids('demod');
	forget('demod');
	kill 'KILL', map { $p{$_} // () } @v;
	until_seen('demod', 'event=linked') or $bad = $k;
	last if $bad;
	until_ok { my %q = pids('demod'); keys %q == keys %p };
}
ok(!$bad, "$KILLS kills: peers are connected again")
    or note("kill $bad");
my $after;
until_ok { ($after = fds('demod')) eq $before };
is($after, $before, 'no descriptor leaks');
is(zombies($d), 0, 'no zombie');
ok(seen('demod', 'event=death process=\w+ signal=9 uptime=\d+ deaths=\d+'),
    'a death is told with its signal and uptime');
my ($status, $text) = ctl('demod', 'status');
my $sum = 0;
$sum += $_ for $text =~ /deaths=(\d+)/g;
ok($sum >= $KILLS, 'status counts them');

# --- crimes

my $store = pid('demod', 'store');
evil('msg');
ok(until_seen('demod', 'event=crime process=session said_by=store', 2),
    'a message out of its row kills the sender');
good_again();
is(pid('demod', 'store'), $store, 'and not the receiver');

my $session = pid('demod', 'session');
# the sanitizers want to open files, and may: there are none
my $error = $O =~ /asan/ ? '(?:Permission denied|No such file)' :
    'Permission denied';
evil('open');
ok(until_seen('demod', "open=$error", 3),
    'open without promise: EACCES');
is(pid('demod', 'session'), $session, 'and it lives');

evil('kill');
ok(until_seen('demod', 'event=sandbox syscall=\d+') &&
	until_seen('demod', 'process=session signal=31\(sandbox\)', 2),
    'a call without promise: killed, -v says which');
evil('wx');
ok(until_seen('demod', 'process=session signal=31\(sandbox\)', 2),
    'executable memory: killed');
evil('none');
($status) = ctl('demod', 'log', 'brief');
is($status, 0, 'log brief');
forget('demod');
evil('kill');
ok(until_seen('demod', 'process=session signal=31\(sandbox\)', 2),
    'the same without -v');
evil('none');
until_seen('demod', 'event=linked');
evil('kill');
until_seen('demod', 'process=session signal=31', 2);
is(seen('demod', 'event=sandbox'), 0, 'where nothing is said of it');
good_again();

evil('accuse');
ok(until_seen('demod', 'event=crime process=store said_by=session', 6) &&
	until_seen('demod', 'event=death process=session signal=9'),
    'the false accuser dies with his budget');
good_again();
evil('hasty', limit => 3);
kill 'KILL', pid('demod', 'store');
ok(until_seen('demod', 'event=death process=session signal=9', 6) &&
	until_seen('demod', 'event=death process=store', 4),
    'who is accused before it is ready');
is(seen('demod', 'event=giveup'), 0, 'is no reason to give up');
good_again();
evil('stranger');
ok(until_seen('demod', 'event=crime process=\? said_by=session') &&
	until_seen('demod', 'event=death process=session signal=9'),
    'who accuses a row that is not his peer dies at once');
is(seen('demod', 'event=death process=login'), 0, 'the stranger does not');
good_again();

# --- a full queue

$store = pid('demod', 'store');
kill 'STOP', $store;
evil('full');
ok(until_seen('demod', 'full=No buffer space available bytes=1\d{6}', 2),
    'a queue has a cap; who fills it is told');
evil('none');
kill 'CONT', $store;
my ($old) = ctl('demod', 'stats');
ok(until_ok {
	my ($s, $t) = ctl('demod', 'stats');
	$t =~ /^store\.puts (\d+)/m && $1 > 255;
}, 'all of it arrives when the peer reads again');
is(pid('demod', 'store'), $store, 'nobody died of it');

# --- reload

my $conf = read_file("$T/demod.conf");
write_file("$T/bad", "evil: none\nrestrat: 1\n");
($status, $text) = run_cmd("$O/demod/demod", '-n', '-f', "$T/bad");
ok($status == 1 && $text =~ m{^\Q$T\E/bad:2:1: restrat: unknown key},
    '-n says file, line, column');
write_file("$T/demod.conf", "$conf\nrestrat: 1\n");
forget('demod');
my $line = ($conf =~ tr/\n//) + 2;
($status, $text) = ctl('demod', 'reload');
is($status, 1, 'reload of a broken file fails');
ok($text =~ /the old configuration stays/, 'and says so');
ok(until_seen('demod', 'event=reload result=kept') &&
	seen('demod', "demod.conf:$line:1: restrat: unknown key"),
    'the log has file, line, column');
write_file("$T/demod.conf", ($conf =~ s/none/open/r) . "\nreload: later\n");
($status, $text) = ctl('demod', 'reload');
ok($status == 1 && until_seen('demod', 'evil: one evil at a time'),
    'an error across keys too');
($status, $text) = ctl('demod', 'status');
is($status, 0, 'the daemon goes on');

write_file("$T/demod.conf", "$conf\nreload: refuse\n");
($status, $text) = ctl('demod', 'reload');
ok($status == 1 && $text =~ /see the log/, 'the daemon may refuse one');
write_file("$T/demod.conf", "$conf\nreload: later\n");
($status, $text) = ctl('demod', 'reload');
is($status, 0, 'reload at once');
($status, $text) = ctl('demod', 'reload');
is($status, 0, 'reload that is decided later: the answer waits for it');
socket my $s, AF_UNIX, SOCK_SEQPACKET, 0;
connect $s, pack_sockaddr_un("$T/run/demod.sock");
send $s, "reload\0", 0;
($status, $text) = ctl('demod', 'reload');
ok($status == 1 && $text =~ /under way/, 'meanwhile the daemon works');
recv $s, $text, 100, 0;
is($text, 'x0', 'who asked first is answered');
write_file("$T/demod.conf", "$conf\nreload: later-bad\n");
until_ok { (ctl('demod', 'reload'))[0] == 0 };
($status, $text) = ctl('demod', 'reload');
ok($status == 1 && $text =~ /it thought better of it; the old/,
    'which may be a refusal, with the reason');
kill 'HUP', $d;
ok(until_seen('demod', 'result=kept why="it thought better', 2),
    'SIGHUP is a reload');

# --- the end

$store = pid('demod', 'store');
($status) = ctl('demod', 'stop');
is($status, 0, 'stop');
is(wait_end($d), 0, 'graceful stop: exit 0');
ok(!-e "$T/run/demod.sock" && !alive($store), 'nothing is left');

set('none');
forget('demod');
$d = daemon('demod');
up('demod');
$store = pid('demod', 'store');
kill 'STOP', $store;
kill 'TERM', $d;
is(wait_end($d), 0, 'SIGTERM is a stop; who does not listen');
ok(!alive($store), 'dies after stop-grace');

forget('demod');
$d = daemon('demod');
up('demod');
my %p = pids('demod');
kill 'KILL', $d;
wait_end($d);
ok(until_ok { !grep { alive($_) } values %p },
    'a parent that is killed takes its children along');

# --- restart.limit, .delay, .ceiling

set('kill', limit => 2, ceiling => '20ms');
forget('demod');
$d = daemon('demod');
ok(until_seen('demod', 'process=session signal=31', 6),
    'deaths in service do not end the daemon');
ok(alive($d) && (ctl('demod', 'status'))[0] == 0, 'it lives');
ctl('demod', 'stop');
is(wait_end($d), 0, 'until it is stopped');

set('none', delay => '50ms', ceiling => '200ms');
forget('demod');
$d = daemon('demod');
up('demod');
my @took;
for (1 .. 5) {
	my $victim = pid('demod', 'session');
	kill 'KILL', $victim;
	my $start = Time::HiRes::time;
	until_ok { pid('demod', 'session') != $victim };
	push @took, Time::HiRes::time - $start;
}
ok($took[0] >= 0.04 && $took[0] < 0.5, 'first restart.delay')
    or note("@took");
ok($took[1] >= 0.09 && $took[2] >= 0.19, 'which doubles');
ok($took[4] < 0.7, 'up to restart.ceiling');
ctl('demod', 'stop');
is(wait_end($d), 0, 'stop');
done;
