# What the tests here share: a directory of their own, daemons that end with
# them, a client of control sockets, waiting without sleeping.
package Pattern;
use strict;
use warnings;
use Cwd 'abs_path';
use Exporter 'import';
use File::Basename;
use File::Temp 'tempdir';
use Fcntl;
use IO::Handle;
use POSIX qw(:sys_wait_h setuid setgid);
use Socket;
use Time::HiRes qw(time sleep);

our @EXPORT = qw($T $O $SRC $ROOT $KILLS ok is skip done note until_ok write_file
    read_file run_cmd spawn_cmd wait_end conf daemon ctl ctl_raw pids
    pid fds fd_links zombies seen until_seen forget proc_status as_nobody
    hammer truth alive stop_all children up
    served say all_fds all_zombies);

our $SRC = abs_path(dirname(__FILE__) . '/../..');
our $O = $ENV{O} // '.build';
$O = "$SRC/$O" if $O !~ m{^/};
our $ROOT = $> == 0;
our $KILLS = $ENV{KILLS} // 10;
our $T = tempdir('pattern.XXXXXX', DIR => $ENV{TMP} // '/tmp', CLEANUP => 0);
my $owner = $$;
my ($n, $failed) = (0, 0);
my %running; # pid => 1

chmod 0755, $T;
mkdir "$T/run";
mkdir "$T/state";
chown((getpwnam 'nobody')[2, 3], "$T/state") if $ROOT;
STDOUT->autoflush(1);

sub note { print map { "# $_\n" } map { split /\n/ } @_ }

sub ok($$) {
	my ($good, $what) = @_;
	$n++;
	print $good ? "ok $n - $what\n" : "not ok $n - $what\n";
	$failed++ if !$good;
	my $up = 0;
	$up++ while ((caller $up)[0] // '') eq 'Pattern';
	note('line ' . (caller $up)[2]) if !$good;
	return $good;
}

sub is($$$) {
	my ($is, $want, $what) = @_;
	$is //= '(nothing)';
	&ok($is eq $want, $what) or note("is:   $is", "want: $want");
}

# one test, or all of them, that cannot be done here
sub skip {
	my ($why, $what) = @_;
	$n++;
	print "ok $n - $what # SKIP $why\n";
}

sub done {
	print "1..$n\n";
	exit($failed != 0);
}

END {
	my $status = $?;
	if ($$ == $owner) {
		if ($failed) {
			for (glob "$T/*.log") {
				my @l = split /\n/, read_file($_);
				@l = @l[-40 .. -1] if @l > 40;
				note("--- $_", @l);
			}
		}
		stop_all();
		system 'rm', '-rf', $T if !$ENV{KEEP};
	}
	$? = $status;
}
$SIG{$_} = sub { exit 1 } for qw(INT TERM HUP);

sub until_ok(&;$) {
	my ($cond, $seconds) = @_;
	my $end = time + ($seconds // 10);
	my $wait = 0.002;
	until ($cond->()) {
		return 0 if time > $end;
		sleep $wait;
		$wait *= 1.5 if $wait < 0.05;
	}
	return 1;
}

sub write_file {
	my ($path, $text) = @_;
	open my $f, '>', $path or die "$path: $!";
	print $f $text;
	close $f or die "$path: $!";
}

sub read_file {
	my ($path) = @_;
	open my $f, '<', $path or return '';
	local $/;
	return <$f> // '';
}

# --- programs

# options: out, err: file; user: uid; cwd; env: {}; pre: sub
sub spawn_cmd {
	my ($opt, @cmd) = @_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', $opt->{out} // '/dev/null' or POSIX::_exit(99);
		open STDERR, '>>', $opt->{err} // '/dev/null' or POSIX::_exit(99);
		chdir $opt->{cwd} or POSIX::_exit(99) if $opt->{cwd};
		$ENV{$_} = $opt->{env}{$_} for keys %{ $opt->{env} // {} };
		$opt->{pre}->() if $opt->{pre};
		if ($opt->{user}) {
			$) = "$opt->{user} $opt->{user}";
			$( = $opt->{user};
			setgid($opt->{user});
			setuid($opt->{user});
		}
		no warnings 'exec';
		exec @cmd;
		POSIX::_exit(98);
	}
	$running{$pid} = 1;
	return $pid;
}

# exit status, or 1000 + signal; undef: still there
sub wait_end {
	my ($pid, $seconds) = @_;
	my ($got, $status);
	until_ok {
		$got = waitpid $pid, WNOHANG;
		$status = $?;
		$got != 0;
	} $seconds // 20 or return undef;
	delete $running{$pid};
	return $status & 127 ? 1000 + ($status & 127) : $status >> 8;
}

# (status, output and errors)
sub run_cmd {
	my $opt = ref $_[0] ? shift : {};
	my $file = "$T/out";
	unlink $file;
	my $pid = spawn_cmd({ out => $file, err => $file, %$opt }, @_);
	my $status = wait_end($pid, 30);
	if (!defined $status) {
		kill 'KILL', $pid;
		wait_end($pid);
		$status = 999;
	}
	return ($status, read_file($file));
}

# and no zombie
sub alive {
	my %s = proc_status($_[0]);
	return ($s{State} // 'Z') !~ /^Z/;
}

sub stop_all {
	my @pids = keys %running;
	kill 'TERM', @pids;
	for my $pid (@pids) {
		next if defined wait_end($pid, 5);
		kill 'KILL', $pid;
		wait_end($pid, 5);
	}
}

# --- daemons

# (name, lines of YAML) -> path of its configuration; indentation by the caller
sub conf {
	my ($name, $text, %restart) = @_;
	my $path = "$T/$name.conf";
	%restart = (delay => '1ms', ceiling => '50ms', limit => 1000,
	    %restart);
	write_file("$path.new", "rundir: $T/run\nlog: $T/$name.file\n" .
	    "restart:\n" .
	    join('', map { "  $_: $restart{$_}\n" } sort keys %restart) .
	    $text . "\n");
	rename "$path.new", $path;
	return $path;
}

sub binary {
	my ($program) = @_;
	my $folder = $program =~ /^gated/ ? 'gated' : 'demod';
	return ("$O/$folder/$program", '-L', "$O/$folder");
}

# in the foreground, verbose, its log in $T/<name>.log; options as spawn_cmd()
sub daemon {
	my ($program, $opt) = @_;
	(my $name = $program) =~ s/-.*//;
	return spawn_cmd({ err => "$T/$name.log", %{ $opt // {} } },
	    binary($program), '-dv', '-f', "$T/$name.conf");
}

# until all rows of a daemon that was just started are ready
sub up {
	my ($name, $seconds) = @_;
	return until_ok { seen($name, '^event=up ') } $seconds // 10;
}

sub ctl_raw {
	my ($name, $record, $shutdown) = @_;
	my ($answer, $r) = ('', '');
	socket my $s, AF_UNIX, SOCK_SEQPACKET, 0 or return (undef, "$!");
	setsockopt $s, SOL_SOCKET, SO_RCVTIMEO, pack 'l!l!', 20, 0;
	connect $s, pack_sockaddr_un("$T/run/$name.sock")
	    or return (undef, "$!");
	defined send $s, $record, 0 or return (undef, "$!");
	for (;;) {
		$r = '';
		defined recv $s, $r, 65536, 0 or return (undef, "$!");
		return (undef, $answer) if $r eq '';
		return (ord(substr $r, 1) - 48, $answer) if $r =~ /^x/;
		$answer .= substr $r, 1;
	}
}

sub ctl {
	my ($name, @words) = @_;
	return ctl_raw($name, join '', map { "$_\0" } @words);
}

# name => pid of those that run
sub pids {
	my ($status, $text) = ctl($_[0], 'status');
	my %p;
	$p{$1} = $2 while $text =~ /^(\S+) pid=([1-9]\d*) /mg;
	return %p;
}

# of a row that is ready
sub pid {
	my ($name, $row) = @_;
	my $pid;
	until_ok {
		my ($status, $text) = ctl($name, 'status');
		($pid) = $text =~ /^\Q$row\E pid=([1-9]\d*) state=ready/m;
	} or &ok(0, "$row of $name is ready");
	return $pid // 0;
}

sub children {
	my ($pid) = @_;
	return split ' ', read_file("/proc/$pid/task/$pid/children");
}

sub fd_links {
	my ($pid) = @_;
	opendir my $d, "/proc/$pid/fd" or return ();
	return map { readlink "/proc/$pid/fd/$_" } grep { /^\d+$/ } readdir $d;
}

# descriptors of all rows of a daemon, as a text to compare
sub fds {
	my %p = pids($_[0]);
	sleep 0.005; # our own connection is closed now
	return join ' ', map { "$_=" . (() = fd_links($p{$_})) } sort keys %p;
}

sub proc_status {
	return map { /^(\w+):\s*(.*)$/ ? ($1, $2) : () } split /\n/,
	    read_file("/proc/$_[0]/status");
}

# below these processes
sub zombies {
	my $n = 0;
	for my $pid (@_) {
		for (children($pid)) {
			my %s = proc_status($_);
			$n++ if ($s{State} // '') =~ /^Z/;
		}
	}
	return $n;
}

# how often the log of a daemon says it
my %from;
sub seen {
	my ($name, $re) = @_;
	my $text = substr read_file("$T/$name.log"), $from{$name} // 0;
	return scalar(() = $text =~ /$re/mg);
}

# what the log has said so far does not count any more
sub forget {
	my ($name) = @_;
	$from{$name} = -s "$T/$name.log" // 0;
}

sub until_seen {
	my ($name, $re, $n, $seconds) = @_;
	return until_ok { seen($name, $re) >= ($n // 1) } $seconds // 10;
}

# runs the code as nobody, in a process; its result is whether it was true
sub as_nobody(&) {
	my ($code) = @_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		my ($u, $g) = (getpwnam 'nobody')[2, 3];
		$) = "$g $g";
		setgid($g);
		setuid($u);
		POSIX::_exit($code->() ? 0 : 1);
	}
	waitpid $pid, 0;
	return $? == 0;
}

# relay, connections, at a time, word -> its counts
sub hammer {
	my ($relay, $count, $atonce, $word) = @_;
	my ($status, $text) = run_cmd("$O/regress/pattern/hammer",
	    "$T/in.$relay", $count, $atonce, $word);
	my %r = (text => $text);
	$r{$1} = $2 while $text =~ /(\w+)=(\d+)/g;
	return %r;
}

# one connection by every relay is served
sub served {
	my ($relays, $seconds) = @_;
	for my $r (0 .. $relays - 1) {
		until_ok {
			my %h = hammer($r, 1, 1, 'hello');
			($h{served} // 0) == 1;
		} $seconds // 5 or return 0;
	}
	return 1;
}

# a connection that said this and waits
sub say {
	my ($relay, $word) = @_;
	socket my $s, AF_UNIX, SOCK_STREAM, 0 or die "socket: $!";
	connect $s, pack_sockaddr_un("$T/in.$relay") or die "connect: $!";
	send $s, $word, 0;
	return $s;
}

# when no guest is left, and nothing changes any more
sub all_fds {
	my ($now, $last) = ('', '?');
	until_ok { !children(pid('demod', 'login')) };
	until_ok {
		$last = $now;
		$now = join ' ', map { fds($_) } qw(demod gated);
		$now eq $last;
	};
	return $now;
}

sub all_zombies {
	return zombies(map { my %p = pids($_); values %p } qw(demod gated));
}

# the lies of a daemon
sub truth {
	my ($program, @options) = @_;
	my ($binary, @more) = binary($program);
	my ($status, $text) = run_cmd("$SRC/regress/tools/truth", @more,
	    '-D', "state=$T/state", @options, $binary, "$T/run");
	return $status == 0 && $text eq '' ? '' : "$status: $text";
}
1;
