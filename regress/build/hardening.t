#!/bin/sh
# Every program that is installed has what a program in danger should have.
set -u
n=0
say()
{
	n=$((n + 1))
	echo "$1 $n - $2"
}

case $O in
*-asan) echo "1..0 # SKIP a sanitizer build"; exit 0 ;;
esac
command -v readelf >/dev/null || { echo "1..0 # SKIP no readelf"; exit 0; }
for p in $(find "$O" -path "$O/regress" -prune -o -type f -perm /111 \
    -print | sort); do
	name=${p#"$O"/}
	dynamic=$(readelf -dW "$p" 2>/dev/null) || continue
	segments=$(readelf -lW "$p")
	symbols=$(readelf -sW --dyn-syms "$p")
	good=ok
	lacks()
	{
		good="not ok"
		echo "# $name: $1"
	}
	echo "$dynamic" | grep -q 'FLAGS_1.*PIE' || lacks "not PIE"
	echo "$dynamic" | grep -q 'BIND_NOW\|FLAGS_1.*NOW' || lacks "lazy"
	echo "$dynamic" | grep -q 'TEXTREL\|RPATH\|RUNPATH' && lacks "rpath"
	echo "$segments" | grep -q GNU_RELRO || lacks "no RELRO"
	echo "$segments" | grep -q 'GNU_STACK.*RWE' && lacks "executable stack"
	echo "$segments" | grep -q 'LOAD.*RWE' && lacks "writable code"
	# the smallest programs may have nothing that these two guard
	if [ "$(echo "$symbols" | grep -c 'FUNC.*UND')" -gt 40 ]; then
		echo "$symbols" | grep -q __stack_chk_fail || lacks "no canary"
		echo "$symbols" | grep -q '_chk@' || lacks "not fortified"
	fi
	say "$good" "$name is hardened"
done
flags=$(cat "$O/lib/.cc")
for f in -fstack-protector-strong -fstack-clash-protection \
    -D_FORTIFY_SOURCE=2 -ftrivial-auto-var-init=zero -Werror; do
	case $flags in
	*" $f "*) say ok "built with $f" ;;
	*) say "not ok" "built with $f" ;;
	esac
done
[ $n -gt 0 ] || { echo "1..0 # SKIP no programs"; exit 0; }
echo "1..$n"
