#!/usr/bin/perl
# The log: who speaks, how much, where to; a full disk; rotation.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;

sub set {
	my ($evil, $log) = @_;
	my $path = conf('demod', "state: $T/state\nevil: $evil");
	return if !defined $log;
	my $text = read_file($path);
	write_file($path, $text =~ s/^log: .*/log: $log/mr);
}

sub evil {
	set(@_);
	ctl('demod', 'reload');
}

sub rounds {
	my ($n) = (ctl('demod', 'stats'))[1] =~ /^session\.rounds (\d+)/m;
	return $n // 0;
}

set('none');
my $d = daemon('demod');
up('demod');
evil('forge');
ok(until_seen('demod', '^session: forged\?Wdemod: event=up\?\[2J\?$'),
    'control bytes are escaped, the speaker is named');
is(seen('demod', '^W?demod:'), 0, 'nobody speaks as somebody else');
evil('flood');
my $start = rounds();
ok(until_ok { rounds() > $start + 100 }, 'a child that floods its log works');
is(seen('demod', '^session: '), 1000, '1000 lines a minute are kept');
my $pid = pid('demod', 'session');
evil('open');
my $n = rounds();
until_ok { rounds() > $n + 5 };
is(seen('demod', 'open='), 0, 'the rest is lost, whatever it says');
is(pid('demod', 'session'), $pid, 'it is no crime');
kill 'TERM', $d;
is(wait_end($d), 0, 'stop');

# --- to a file; a supervisor wants no background

sub in_file {
	my ($log, $re) = @_;
	return until_ok { read_file($log) =~ /$re/m };
}

sub to_file {
	return daemon_file({ env => { NOTIFY_SOCKET => "$T/nobody" } });
}

sub daemon_file {
	return spawn_cmd({ err => "$T/err.log", %{ $_[0] } },
	    "$O/demod/demod", '-L', "$O/demod", '-f', "$T/demod.conf");
}

set('none', "$T/a.file");
$d = to_file();
ok(in_file("$T/a.file",
	'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z event=linked'),
    'a file has the time in front, in UTC');
is((stat "$T/a.file")[2] & 07777, 0640, 'it is not for everybody');
rename "$T/a.file", "$T/a.old";
kill 'USR1', $d;
ok(until_ok { -e "$T/a.file" }, 'SIGUSR1 opens it anew');
my $size = -s "$T/a.old";
kill 'KILL', pid('demod', 'session');
ok(in_file("$T/a.file", 'event=death process=session'), 'what follows');
is(-s "$T/a.old", $size, 'goes there only');
kill 'TERM', $d;
wait_end($d);
is(-s "$T/err.log" // 0, 0, 'standard error stays silent');

# --- a full disk

mkdir "$T/small";
my $mounted = $ROOT &&
    (run_cmd('mount', '-t', 'tmpfs', '-o', 'size=16k', 'tmpfs',
	    "$T/small"))[0] == 0;
END { system "umount -l $T/small 2>/dev/null" if $mounted }
if ($mounted) {
	set('flood', "$T/small/log");
	$d = to_file();
	ok(until_ok { (-s "$T/small/log" // 0) >= 16384 }, 'the disk is full');
	my %p = pids('demod');
	kill 'KILL', $p{store};
	ok(until_ok { pid('demod', 'store') != $p{store} },
	    'supervision goes on');
	evil('none', "$T/small/log");
	is(pid('demod', 'session'), $p{session}, 'nobody died of it');
	truncate "$T/small/log", 0;
	kill 'KILL', $p{session};
	ok(in_file("$T/small/log", 'event=log_lost lines=\d+'),
	    'what was lost is counted');
	ok(in_file("$T/small/log", 'event=death process=session'),
	    'and it is written again');
	kill 'TERM', $d;
	is(wait_end($d), 0, 'stop');
} else {
	skip('cannot mount', 'a full disk') for 1 .. 6;
}

# --- no file at all

mkdir "$T/dir";
set('none', "$T/dir");
$d = to_file();
is(wait_end($d), 1, 'a log that cannot be opened ends the start');
symlink "$T/a.file", "$T/link";
set('none', "$T/link");
$d = to_file();
is(wait_end($d), 1, 'a symbolic link is not followed');
done;
