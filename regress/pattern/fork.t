#!/usr/bin/perl
# Rows that a zygote forks and the parent supervises (.fork): killed one by
# one, killed with the zygote, renewed with it; a zygote that lies. KILLS=n
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;

conf('gated', "listen: $T/in\nrelays: 4");
my $g = daemon('gated-fork');
ok(up('gated'), 'all relays are forked');
my @relays = map { "relay.$_" } 0 .. 3;

sub ready {
	my %want = map { $_ => 1 } 'gated', 'hatch', @relays;
	return until_ok {
		my ($status, $text) = ctl('gated', 'status');
		my @r = $text =~ /^(\S+) pid=[1-9]\d* state=ready/mg;
		@r == keys %want;
	};
}

# for its zygote
sub waits {
	my ($i) = @_;
	my ($status, $text) = ctl('gated', 'status');
	return $text =~ /^relay\.$i pid=0 state=starting/m;
}

sub same {
	my ($a, $b, @names) = @_;
	return !grep { $a->{$_} != $b->{$_} } @names;
}

my %p = pids('gated');
my %s = proc_status($p{'relay.2'});
is($s{PPid}, $g, 'they are children of the parent, not of the zygote');
is($s{Name}, 'relay', 'they bear their own name');
is(truth('gated-fork'), '', '/proc says what the tables say');
my $before = fds('gated');

my $bad = '';
for my $k (1 .. $KILLS) {
	my $victim = $relays[$k % 4];
	my $pid = pid('gated', $victim);
	kill 'KILL', $pid;
	until_ok { pid('gated', $victim) != $pid } or $bad = "$victim, $k";
}
is($bad, '', "$KILLS kills: each is replaced");
ready();
until_ok { fds('gated') eq $before };
is(fds('gated'), $before, 'no descriptor is left');
is(zombies($g), 0, 'no zombie');
is(scalar(children($g)), 5, 'no child too many');

# --- the zygote

my %now;
%p = pids('gated');
kill 'KILL', $p{hatch};
ok(until_ok {
	%now = pids('gated');
	($now{hatch} // $p{hatch}) != $p{hatch};
} && ready(), 'a zygote that is killed is replaced');
ok(same(\%p, \%now, @relays), 'the relays live on');
kill 'KILL', @now{qw(hatch relay.0 relay.1)};
ok(until_ok { ready() && pid('gated', 'relay.1') != $now{'relay.1'} },
    'killed together with some of them: all are replaced');

%p = pids('gated');
kill 'STOP', $p{hatch};
kill 'KILL', $p{'relay.3'};
ok(until_ok { waits(3) },
    'while the zygote sleeps, a start waits');
kill 'KILL', $p{hatch};
ok(ready(), 'and is made anew when it dies meanwhile');
%p = pids('gated');
kill 'STOP', $p{hatch};
kill 'KILL', $p{'relay.3'};
until_ok { waits(3) };
kill 'CONT', $p{hatch};
ok(ready(), 'or goes on when it wakes');
is(pid('gated', 'hatch'), $p{hatch}, 'no zygote died of that');

# --- a lying one

my $victim = spawn_cmd({}, 'sleep', '100');
for my $other ([$victim, 'a stranger'], [pid('gated', 'relay.1'), 'a sister'],
    [$g, 'its parent']) {
	%p = pids('gated');
	kill 'STOP', $p{hatch};
	ctl('gated', 'lie', $other->[0]);
	kill 'KILL', $p{'relay.0'};
	until_ok { waits(0) };
	kill 'CONT', $p{hatch};
	ok(until_ok { pid('gated', 'hatch') != $p{hatch} } && ready(),
	    "a zygote that claims $other->[1] is killed");
	ok(alive($other->[0]), "$other->[1] is not");
}
%p = pids('gated');
ctl('gated', 'lie', $victim);
ok(until_ok { pid('gated', 'hatch') != $p{hatch} } && ready(),
    'nor may it answer what nobody asked');
kill 'KILL', $victim;
wait_end($victim);

# --- renewal

forget('gated');
%p = pids('gated');
for (1 .. 25) {
	last if seen('gated', 'event=renewal');
	my $pid = pid('gated', 'relay.2');
	kill 'SEGV', $pid;
	until_ok { pid('gated', 'relay.2') != $pid };
}
ok(until_seen('gated', 'event=renewal process=hatch deaths=20'),
    'after 20 deaths by signal the zygote is renewed');
ok(until_ok { pid('gated', 'hatch') != $p{hatch} } && ready(),
    'it is another process');
%now = pids('gated');
ok(same(\%p, \%now, 'relay.0', 'relay.1', 'relay.3'), 'the others live on');
until_ok { fds('gated') eq $before };
is(fds('gated'), $before, 'no descriptor is left');
is(zombies($g), 0, 'no zombie');
is(scalar(children($g)), 5, 'no child too many');
is(truth('gated-fork'), '', 'the tables are still true');

# --- the end

%p = pids('gated');
kill 'KILL', $g;
wait_end($g);
ok(until_ok { !grep { alive($_) } values %p },
    'a parent that is killed takes all along');
forget('gated');
$g = daemon('gated-fork');
up('gated');
%p = pids('gated');
kill 'STOP', $p{hatch};
kill 'KILL', $p{'relay.3'};
until_ok { waits(3) };
ctl('gated', 'stop');
kill 'CONT', $p{hatch};
is(wait_end($g), 0, 'a stop while one is being forked');
ok(until_ok { !grep { alive($_) } values %p }, 'nobody is left');
done;
