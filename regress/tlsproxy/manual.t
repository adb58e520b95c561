#!/bin/sh
# The manuals tell the truth: options of tlsproxy.conf(5) are what -M prints,
# usage and commands are all there, examples and the sample are good files.
# "manual.t -w" writes what -M prints into the manual.
set -u
. "$SRC/regress/tlsproxy/lib.sh"
M=$SRC/tlsproxy
begin='^\.\\" begin of tlsproxy -M$' end='^\.\\" end of tlsproxy -M$'

# what -M prints of a build with the usual directories
options()
{
	"$P" -M >"$T/M"
	for d in SYSCONFDIR=/etc/gatelodge RUNDIR=/run/gatelodge \
	    LOGDIR=/var/log/gatelodge STATEDIR=/var/lib/gatelodge; do
		is=$(tr ' ' '\n' <"$O/lib/.cc" |
		    sed -n "s/^-D${d%%=*}='\"\(.*\)\"'\$/\1/p")
		sed -i "s|\"$is|\"${d#*=}|" "$T/M"
	done
	cat "$T/M"
}

if [ "${1-}" = -w ]; then
	options >"$T/options"
	sed -i -e "/$begin/r $T/options" -e "/$begin/,/$end/{/$begin/b" \
	    -e "/$end/b" -e d -e '}' "$M/tlsproxy.conf.5"
	rm -rf "$T"
	exit
fi

# the nth literal text of a manual
literal()
{
	awk -v want="$2" '/^\.Ed/ { on = 0 }
	    on { gsub(/\\e/, "\\"); print }
	    /^\.Bd -literal/ { on = ++n == want }' "$M/$1"
}

# out lists each word of the file $2, marked up by $1
all_say()
{
	while read -r word; do
		says "^\.It $1 $word\b" || return
	done <"$2"
}

sed -n "/$begin/,/$end/p" "$M/tlsproxy.conf.5" | sed '1d;$d' >"$T/is"
options | diff "$T/is" - >"$T/out"
ok "tlsproxy.conf(5) has the options; if not: $0 -w"

for m in tlsproxy.8 tlsctl.8 tlsproxy.conf.5; do
	if command -v mandoc >/dev/null; then
		mandoc -Tlint -Wwarning "$M/$m" >"$T/out" 2>/dev/null
		[ ! -s "$T/out" ]
		ok "$m: mandoc finds nothing"
	fi
	cp "$M/$m" "$T/out"
	for s in NAME SYNOPSIS DESCRIPTION FILES 'EXIT STATUS' EXAMPLES \
	    'SEE ALSO' STANDARDS CAVEATS; do
		case $m$s in
		*.5SYNOPSIS | *.5EXIT*) continue ;;
		esac
		says "^\.Sh $s\$" || break
	done
	ok "$m: has its sections"
done

"$C" 2>&1 | sed 's/.*\[-s socket\] \([a-z]*\).*/\1/' >"$T/commands"
cp "$M/tlsctl.8" "$T/out"
all_say 'Ic' "$T/commands" && [ "$(wc -l <"$T/commands")" -ge 9 ]
ok "tlsctl(8): has the commands of its usage"
"$P" -h 2>&1 | grep -o '\[-[AdMnv]*\]' | grep -o '[A-Za-z]' >"$T/flags"
cp "$M/tlsproxy.8" "$T/out"
all_say 'Fl' "$T/flags" && [ -s "$T/flags" ]
ok "tlsproxy(8): has the options of its usage"

literal tlsproxy.8 1 >"$T/conf"
gives 0 "$P" -n -f "$T/conf"
ok "tlsproxy(8): its example"
for i in 2 3 4; do
	literal tlsproxy.conf.5 $i >"$T/conf"
	gives 0 "$P" -nn -f "$T/conf" && says '    to: '
	ok "tlsproxy.conf(5): example $((i - 1))"
done

sample=$SRC/etc/tlsproxy.conf
gives 0 "$P" -n -f "$sample"
ok "the sample"
sed 's/^#\(  [a-z ]\|limits\|dial\)/\1/' "$sample" >"$T/conf"
gives 0 "$P" -nn -f "$T/conf" && [ "$(grep -c '    to: ' "$T/out")" -eq \
    "$(grep -c '    to: ' "$sample")" ]
ok "the sample with all its services"
finish
