#!/usr/bin/perl
# How a daemon starts, in the foreground and in the background, and how it
# does not; options; other builds; a second instance.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;
use File::Copy;
use Socket;

my $demod = "$O/demod/demod";

# a libexec directory with these programs in place of others
sub libexec {
	my ($name, %other) = @_;
	my $dir = "$T/$name";
	mkdir $dir;
	for my $p (qw(demod-store demod-login demod-mda)) {
		copy($other{$p} // "$O/demod/$p", "$dir/$p") or die "$p: $!";
		chmod 0755, "$dir/$p";
	}
	return $dir;
}

sub set { return conf('demod', "state: $T/state\nstop-grace: 1s", @_) }

# --- options

my $conf = set();
my ($status, $text) = run_cmd($demod, '-n', '-f', $conf);
ok($status == 0 && $text eq "$conf: configuration OK\n", '-n');
($status, $text) = run_cmd($demod, '-nn', '-f', $conf);
ok($status == 0 && $text =~ /^evil: none$/m && $text =~ /^  delay: 1ms$/m,
    '-nn prints all values') or note($text);
write_file("$T/again.conf", $text);
my ($s2, $t2) = run_cmd($demod, '-nn', '-f', "$T/again.conf");
is($t2, $text, 'which it reads as the same');
($status, $text) = run_cmd($demod, '-M');
ok($status == 0 && $text =~ /^\.It/m && $text =~ /restart\.ceiling/,
    '-M writes the manual\'s part');
($status, $text) = run_cmd($demod, '-A');
ok($status == 0 && $text =~ /^process demod .* caps=401e0 /m &&
	$text =~ /^process guest .* n=8 zygote=login /m &&
	$text =~ /^process mda user=- root=- .* late /m &&
	$text =~ /^foreign gated\.relay n=cores peers=login roles=relay$/m,
    '-A prints the processes');
ok($text =~ /^message put session -> store 1\.\.4096$/m &&
	$text =~ /^message conn relay -> taker 464\.\.\d+ \+fd$/m,
    'and the messages');
for (['-q'], ['-f'], ['-x', 'store.0:1:1'], ['more'], ['-f', 'x' x 600]) {
	($status, $text) = run_cmd($demod, @$_);
	is($status, 1, substr("@$_", 0, 20) . ': refused');
}
($status, $text) = run_cmd("$O/demod/demod-store");
ok($status == 1 && $text =~ /run by its daemon only/,
    'a program of rows is not for people');
($status, $text) = run_cmd($demod, '-f', "$T/nowhere.conf");
ok($status == 1 && $text =~ /nowhere\.conf/, 'no configuration');
write_file("$T/empty.conf", '');
($status, $text) = run_cmd($demod, '-n', '-f', "$T/empty.conf");
ok($status == 1 && $text =~ /state/, 'a key that must be given');

# --- in the background

sub background {
	my ($opt, @options) = @_;
	return run_cmd($opt, $demod, '-L', "$O/demod", @options);
}

# all that is left to the daemon is the pid in its status
sub stop {
	my $pid = { pids('demod') }->{demod} // return 0;
	ctl('demod', 'stop');
	return until_ok { !alive($pid) };
}

my $start = Time::HiRes::time;
($status, $text) = background({ pre => sub {
	open my $f, '<', '/etc/passwd';
	POSIX::dup2(fileno $f, $_) for 7, 50;
} }, '-f', $conf);
is("$status $text", '0 ', 'the start is over when all are ready');
my $pid = pid('demod', 'demod');
is((ctl('demod', 'status'))[1] =~ s/ pid.* state=(\w+) .*\n/=$1 /gr,
    'demod=ready session=ready store=ready login=ready ', 'as they are');
{
	my %fd = map { $_ => readlink "/proc/$pid/fd/$_" } 0 .. 2;
	is("@fd{0 .. 2}", '/dev/null ' x 2 . '/dev/null',
	    'it lets go of the terminal');
	ok(!(grep { m{/etc/passwd} } fd_links($pid)),
	    'and of what it inherited');
	is(readlink "/proc/$pid/cwd", '/', 'and of its directory');
	my ($sid) = read_file("/proc/$pid/stat") =~
	    /^\d+ \(.*\) \S \d+ \d+ (\d+)/;
	is($sid, $pid, 'and of the session');
}
for my $p (values %{ { pids('demod') } }) {
	next if $p == $pid || !$ROOT;
	ok(!(grep { m{/etc/passwd} } fd_links($p)), 'as do its children');
}
($status, $text) = background({}, '-f', $conf);
ok($status == 1 && $text =~ /another instance runs/,
    'a second one is refused, and says why');
ok(stop(), 'stop');

($status) = run_cmd({ cwd => "$O/demod" }, './demod', '-L', '.', '-f', $conf);
is($status, 0, 'a directory of programs may be relative');
ok(stop(), 'stop');
($status) = background({ cwd => $T }, '-f', 'demod.conf');
is($status, 0, 'so may the configuration');
is((ctl('demod', 'reload'))[0], 0, 'and can be read again');
ok(stop(), 'stop');

system 'rm', '-rf', "$T/run";
($status) = background({}, '-f', $conf);
is($status, 0, 'a directory for sockets that is not there is made');
is((stat "$T/run/empty")[2] & 0777, 0755, 'with the empty one in it');
ok(stop(), 'stop');

# --- starts that fail

($status, $text) = background({}, '-L', "$T/nowhere", '-f', $conf);
ok($status == 1 && $text =~ m{nowhere/demod-store: No such file},
    'no program: 1, and why');
conf('demod', "state: $T/nostate");
($status, $text) = background({}, '-f', $conf);
ok($status == 1 && $text =~ /nostate: No such file/, 'the daemon says no');
set(limit => 3);
($status, $text) = run_cmd($demod, '-L',
    libexec('false', 'demod-store' => '/bin/false'), '-f', $conf);
ok($status == 1 && $text =~ /event=giveup process=store/,
    'deaths before ready end it');
is(scalar(() = $text =~ /event=death process=store exit=1/g), 3,
    'after restart.limit of them');
ok(!-e "$T/run/demod.sock", 'no socket is left');
($status, $text) = run_cmd($demod, '-L',
    libexec('odd', 'demod-store' => "$O/demod/demod-odd"), '-f', $conf);
ok($status == 1 && $text =~ /store: its program has other tables/,
    'a program of another build is refused');
($status, $text) = run_cmd($demod, '-L',
    libexec('other', 'demod-store' => "$O/demod/demod-mda"), '-f', $conf);
ok($status == 1 && $text =~ /store: \w+ is not in this program/,
    'so is one of other rows');
($status, $text) = run_cmd($demod, '-d', '-L', "$T/false", '-f', $conf);
is($status, 1, 'the same in the foreground');

# --- a program that is replaced meanwhile

my $dir = libexec('replaced');
my $d = spawn_cmd({ err => "$T/demod.log" }, $demod, '-dv', '-L', $dir, '-f',
    set());
up('demod');
my $store = pid('demod', 'store');
copy('/bin/false', "$dir/new");
chmod 0755, "$dir/new";
rename "$dir/new", "$dir/demod-store";
kill 'KILL', $store;
ok(until_ok { pid('demod', 'store') != $store }, 'it is replaced');
if ($ROOT) {
	ok(readlink("/proc/" . pid('demod', 'store') . '/exe') =~
		m{\Q$dir\E/demod-store \(deleted\)},
	    'by the program that the parent knows');
} else {
	skip('not root', 'by the program that the parent knows');
}
kill 'INT', $d;
is(wait_end($d), 0, '^C is a stop');

# --- for a supervisor

for my $name ("$T/notify", "\0gatelodge-$$") {
	socket my $s, AF_UNIX, SOCK_DGRAM, 0 or die;
	bind $s, pack_sockaddr_un($name) or die "bind: $!";
	forget('demod');
	$d = spawn_cmd({ env => { NOTIFY_SOCKET => $name =~ s/^\0/@/r } },
	    $demod, '-L', "$O/demod", '-f', $conf);
	my $said = '';
	setsockopt $s, SOL_SOCKET, SO_RCVTIMEO, pack 'l!l!', 10, 0;
	recv $s, $said, 100, 0;
	is($said, 'READY=1', 'NOTIFY_SOCKET is told');
	is((ctl('demod', 'status'))[1] =~ s/ .* state=(\w+) .*\n/=$1 /gr,
	    'demod=ready session=ready store=ready login=ready ',
	    'when all are ready');
	ok(!defined wait_end($d, 0), 'the one who was started stays');
	kill 'TERM', $d;
	is(wait_end($d), 0, 'and ends');
}

# --- at the gate

conf('gated', "listen: $T/in");
my $g = daemon('gated');
up('gated');
forget('demod');
$d = daemon('demod-odd');
ok(until_seen('gated', 'event=refuse daemon="demod" why="tables differ"') &&
	until_seen('demod', 'event=refused daemon=gated why="tables differ"'),
    'another table of the gate: refused, by name');
kill 'TERM', $d;
is(wait_end($d), 0, 'stop');
$d = daemon('demod');
ok(served(2), 'the right one is taken at once');
mkdir "$T/run2";
symlink "$T/run/gate.sock", "$T/run2/gate.sock";
write_file("$T/demod2.conf", read_file($conf) =~ s{/run$}{/run2}mr);
my $d2 = spawn_cmd({ err => "$T/demod2.log" }, $demod, '-d', '-L', "$O/demod",
    '-f', "$T/demod2.conf");
ok(until_seen('gated',
	'event=refuse daemon="demod" why="connected already"') &&
	until_seen('demod2', 'event=refused daemon=gated why="its log"'),
    'a second house of that name is refused');
ok(served(2), 'the first is served');
kill 'TERM', $d;
is(wait_end($d), 0, 'stop');
ok(until_seen('demod2', 'event=welcome daemon=gated') && served(2),
    'now it is admitted');
kill 'TERM', $d2;
is(wait_end($d2), 0, 'stop');
kill 'TERM', $g;
is(wait_end($g), 0, 'stop');
done;
