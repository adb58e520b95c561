#!/bin/sh
# tlsproxy.conf: each .in of regress/tlsproxy-conf through -nn says its .ok;
# what is printed back is read as the same; files that cannot be read.
set -u
. "$SRC/regress/tlsproxy/lib.sh"
cd "$SRC/regress/tlsproxy-conf" || exit 1

same()
{
	diff "$1" "$T/out" >"$T/diff" && return
	mv "$T/diff" "$T/out"
	false
}

for f in *.in; do
	name=${f%.in}
	case $(head -n 1 "$name.ok") in
	"$f":*)
		gives 1 "$P" -nn -f "$f" && same "$name.ok"
		ok "$name"
		gives 1 "$P" -n -f "$f" && same "$name.ok"
		ok "$name: -n says the same"
		;;
	*)
		gives 0 "$P" -nn -f "$f" && same "$name.ok"
		ok "$name"
		gives 0 "$P" -nn -f "$name.ok" && same "$name.ok"
		ok "$name: printed back, it is the same"
		gives 0 "$P" -n -f "$f" && says "^$f: configuration OK$"
		ok "$name: -n"
		;;
	esac
done

gives 1 "$P" -n -f "$T/none" && says "^$T/none: No such file or directory$"
ok "no file"
gives 1 "$P" -n -f "$T" && says "^$T: Is a directory$"
ok "a directory"
if [ "$(id -u)" != 0 ]; then
	: >"$T/secret"
	chmod 0 "$T/secret"
	gives 1 "$P" -n -f "$T/secret" && says ': Permission denied$'
	ok "an unreadable file"
fi
printf 'relays: 1\0\n' >"$T/nul"
gives 1 "$P" -n -f "$T/nul" && says "^$T/nul:1:10: "
ok "a NUL"
gives 1 "$P" -n more && says '^usage: '
ok "words behind the options"
finish
