#!/usr/bin/perl
# The control socket: who may what, requests of every shape, long answers,
# clients that are slow, silent or gone; the client's exit statuses.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;
use Socket;

sub client { return run_cmd("$O/regress/pattern/patternctl", @_) }

sub dial {
	socket my $s, AF_UNIX, SOCK_SEQPACKET, 0 or die;
	setsockopt $s, SOL_SOCKET, SO_RCVTIMEO, pack 'l!l!', 20, 0;
	connect $s, pack_sockaddr_un("$T/run/demod.sock") or die "$!";
	return $s;
}

# what comes until it hangs up
sub rest {
	my ($s) = @_;
	my ($all, $r) = ('');
	for (;;) {
		$r = '';
		# the first word of one who did not read all of ours
		defined recv $s, $r, 65536, 0 or $!{ECONNRESET} and next;
		return $all if $r eq '';
		$all .= $r;
	}
}

my $socket = "$T/run/demod.sock";
my ($status, $text) = client($socket, 'status');
ok($status == 3 && $text =~ /not running/, 'nobody there: 3');
conf('demod', "state: $T/state");
my $d = daemon('demod');
up('demod');
until_seen('demod', 'event=linked');

# --- the client

($status, $text) = client($socket, 'status');
is($status, 0, 'status: 0');
my $row = qr/pid=[1-9]\d* state=ready uptime=\d+ deaths=0\n/;
ok($text =~ /^demod ${row}session ${row}store ${row}login $row$/,
    'a line for each process') or note($text);
($status, $text) = client($socket, 'nonsense');
ok($status == 1 && $text eq "nonsense: no such command\n", 'nonsense: 1');
($status, $text) = client($socket);
is($status, 1, 'no word: usage');
($status, $text) = client($socket, 'x' x 3000, 'y' x 3000);
ok($status == 1 && $text =~ /too many words/, 'more than a request holds');
($status, $text) = client("$T/" . 'x' x 200, 'status');
is($status, 3, 'an impossible socket');
($status, $text) = client($socket, 'status', 'now');
ok($status == 1 && $text =~ /status: too many words/, 'a word too many');
($status, $text) = client($socket, ('big') x 9);
is($status, 1, 'far too many');
($status, $text) = client($socket, 'big', '20000');
ok($status == 0 && length($text) == 20000 * 15 &&
	$text =~ /^line 000019999$/m, 'an answer of many records');
($status, $text) = client($socket, 'big', '100000');
ok($status == 1 && length($text) <= 1024 * 1024 && $text =~ /\n\z/,
    'one that is too long is cut, and says so by its status');
($status, $text) = client($socket, 'log', 'loudly');
ok($status == 1 && $text =~ /was meant/, 'log takes two words only');

# --- who

($status, $text) = client($socket, 'whoami');
is($text, "$>\n", 'the daemon knows who asks');
if ($ROOT) {
	my $nobody = (getpwnam 'nobody')[2];
	my $file = "$T/nobody.out";
	write_file($file, '');
	chmod 0666, $file;
	my $try = sub {
		my ($word) = @_;
		as_nobody {
			my ($s, $t) = ctl('demod', $word);
			write_file($file, "$s $t");
			1;
		};
		return read_file($file);
	};
	is($try->('whoami'), "0 $nobody\n",
	    'another user may what its row says');
	for (qw(status stats reload stop deliver)) {
		is($try->($_), "1 $_: permission denied\n", "but not $_");
	}
} else {
	skip('not root', 'other users') for 1 .. 6;
}
is((stat $socket)[2] & 0777, 0666, 'the socket is open to all');

# --- statistics, verbosity

($status, $text) = client($socket, 'stats');
ok($text =~ /^session\.rounds [1-9]/m && $text =~ /^store\.notes 0$/m,
    'each counter by its name') or note($text);
my $store = pid('demod', 'store');
kill 'STOP', $store;
($status, $text) = client($socket, 'stats');
ok($status == 0 && $text =~ /session\.rounds/ && $text !~ /store\.puts/,
    'who does not count in time is left out');
kill 'CONT', $store;
my $one = dial();
kill 'STOP', $store;
send $one, "stats\0", 0;
($status, $text) = client($socket, 'stats');
ok($status == 1 && $text =~ /somebody else is asking/, 'one at a time');
kill 'CONT', $store;
ok(rest($one) =~ /store\.puts .*x0\z/s, 'who came first is answered');

# --- requests of every shape

for ("\0", "\0\0\0", 'status', 'x' x 4096, "status\0\0", "\377\376\0",
    "status\nstop\0", 'status' . "\0" x 4000) {
	($status, $text) = ctl_raw('demod', $_);
	ok(defined $status && $status <= 1, 'a record of ' . length() .
		' bytes is answered');
}
my $s = dial();
send $s, "status\0", 0;
send $s, "stop\0", 0;
ok(rest($s) =~ /x0\z/, 'a second request on one connection');
ok(alive($d) && (ctl('demod', 'status'))[0] == 0, 'is not heard');

# --- clients that are slow, silent, gone

my $slow = dial();
send $slow, "big\00060000\0", 0;
($status) = ctl('demod', 'status');
is($status, 0, 'nobody waits for one who does not read');
ok(length(rest($slow)) > 60000 * 15, 'who gets all the same');
for (1 .. 40) {
	my $c = dial();
	send $c, $_ % 2 ? "big\00060000\0" : "stats\0", 0;
}
ok(until_ok { defined((ctl('demod', 'status'))[0]) },
    'forty who left at once');
my @silent = map { dial() } 1 .. 16;
my $start = Time::HiRes::time;
ok(until_ok { defined((ctl('demod', 'status'))[0]) },
    'sixteen who say nothing give way');
ok(Time::HiRes::time - $start < 5, 'soon');

if ($ROOT) {
	pipe my $r, my $w or die;
	my $pid = fork // die;
	if ($pid == 0) {
		POSIX::setuid((getpwnam 'nobody')[2]);
		my @mine = map { dial() } 1 .. 16;
		syswrite $w, 'x';
		sleep 100;
		POSIX::_exit(0);
	}
	sysread $r, my $byte, 1;
	$start = Time::HiRes::time;
	my $answered = grep { defined((ctl('demod', 'status'))[0]) } 1 .. 20;
	is($answered, 20, 'another user\'s leave room for us');
	ok(Time::HiRes::time - $start < 0.5, 'at once');
	kill 'KILL', $pid;
	waitpid $pid, 0;
} else {
	skip('not root', 'another user\'s silence') for 1 .. 2;
}

# one who leaves while the daemon works for it
my $home = "$T/home";
mkdir $home;
chown 1234, 1234, $home if $ROOT;
my $uid = $ROOT ? 1234 : $>;
for (1 .. 5) {
	my $c = dial();
	send $c, join("\0", 'deliver', 0, $uid, $home, 'leave', ''), 0;
	close $c;
	until_seen('demod', 'event=ended instance=0', $_);
}
is((ctl('demod', 'status'))[0], 0, 'who asked and left harms nobody');
my $before = scalar fd_links($d);
ctl('demod', 'status') for 1 .. 50;
until_ok { scalar(fd_links($d)) <= $before };
ok(scalar(fd_links($d)) <= $before, 'no descriptor is left') if $ROOT;

($status, $text) = client($socket, 'stop');
is($status, 0, 'stop is answered');
is(wait_end($d), 0, 'and done');
done;
