#!/usr/bin/perl
# Two daemons whose processes are killed at random, their parents too: each
# time all is linked and served again; nothing is left behind. KILLS=n
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;

my $RELAYS = 2;
my @victims = ([qw(session)], [qw(store)], [qw(login)], [qw(relay.0)],
	[qw(relay.1)], [qw(session relay.0 login)], [qw(store login)]);
my (%p, $gate);

sub start {
	my ($name) = @_;
	forget($name);
	$p{$name} = daemon($name eq 'gated' ? $gate : $name);
	return up($name);
}

sub slay {
	my %all = map { pids($_) } qw(demod gated);
	my @pids = grep { defined } @all{@_};
	forget('demod');
	kill 'KILL', @pids;
	# session tells when it is linked anew
	return 1 if !grep { /^s/ } @_;
	return until_seen('demod', 'event=linked');
}

sub storm {
	for my $k (1 .. $KILLS) {
		my @v = @{ $victims[rand @victims] };
		push @v, 'hatch' if $gate =~ /fork/ && $k % 5 == 0;
		my $boss = $k % 20 == 7 ? 'demod' : $k % 20 == 9 ? 'gated' : '';
		if ($boss ne '') {
			kill 'KILL', $p{$boss};
			wait_end($p{$boss});
			@v = ($boss);
			start($boss) or return "$k ($boss): does not start";
		} elsif (!slay(@v)) {
			return "$k (@v): not linked";
		}
		served($RELAYS) or return "$k (@v): not served";
	}
	return '';
}

my $seed = $ENV{SEED} // time;
srand $seed;
note("SEED=$seed");
conf('demod', "state: $T/state");
conf('gated', "listen: $T/in\nrelays: $RELAYS");
for (qw(gated gated-fork)) {
	$gate = $_;
	start('gated');
	start('demod');
	ok(served($RELAYS), "$gate: all relays reach login");
	my $before = all_fds();
	my $why = storm();
	is($why, '', "$gate: $KILLS kills and of each parent: served again");
	my $after;
	until_ok { ($after = all_fds()) eq $before };
	is($after, $before, "$gate: no descriptor is left");
	is(all_zombies(), 0, "$gate: no zombie");
	is(truth('demod') . truth($gate), '', "$gate: the tables are true");
	for my $name (qw(demod gated)) {
		ctl($name, 'stop');
		is(wait_end($p{$name}), 0, "$gate: $name stops");
	}
}
done;
