#!/usr/bin/perl
# The same without root: one user, no roots, the rest of the sandbox stands.
# Copies programs and tests to where that user can read them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Pattern;

if (!$ROOT) {
	print "1..0 # SKIP not root: the other scripts are this one\n";
	exit 0;
}
my $uid = (getpwnam 'nobody')[2];
for ("$T/src/regress/pattern", "$T/src/regress/tools", "$T/build/regress",
    "$T/tmp") {
	system 'mkdir', '-p', $_;
}
chown $uid, -1, "$T/tmp";
system "cp $SRC/regress/pattern/*.t $SRC/regress/pattern/*.pm " .
    "$T/src/regress/pattern";
system "cp $SRC/regress/tools/truth $T/src/regress/tools";
system "cp -r $O/demod $O/gated $T/build";
system "cp -r $O/regress/pattern $T/build/regress";
system "chmod -R go+rX $T/src $T/build";
for my $t (qw(start supervise gate storm fork late log ctl)) {
	my ($status, $text) = run_cmd({
		user => $uid,
		cwd => $T,
		env => { O => "$T/build", TMP => "$T/tmp" },
	}, $^X, "$T/src/regress/pattern/$t.t");
	my $n = () = $text =~ /^ok /mg;
	ok($status == 0, "$t.t as nobody: $n tests") or note($text);
}
done;
