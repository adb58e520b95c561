#!/bin/sh
# make install into a directory: twice is once, edits survive, uninstall is
# clean, init scripts have headers that insserv can read.
set -u
cd "$SRC" || exit 1
case $O in
*-asan) echo "1..0 # SKIP a sanitizer build"; exit 0 ;;
esac
n=0
T=$(mktemp -d "$TMP/install.XXXXXX")
D=$T/root
export DESTDIR="$D"

ok()
{
	status=$?
	n=$((n + 1))
	if [ $status -eq 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' "$T/out"
	fi
}

tree()
{
	(cd "$D" && find . -printf '%p %M %s %T@ %l\n' | sort)
}

header() # what insserv and systemd's generator parse
{
	sh -n "$1" || return 1
	sed -n '2,/^### END INIT INFO$/p' "$1" >"$T/header"
	[ "$(head -n 1 "$T/header")" = '### BEGIN INIT INFO' ] || return 1
	for key in Provides Required-Start Required-Stop Default-Start \
	    Default-Stop Short-Description; do
		[ "$(grep -c "^# $key: *[^ ]" "$T/header")" = 1 ] || return 1
	done
	! grep -q '@\|[[:space:]]$' "$T/header" &&
	    ! sed '1d;$d' "$T/header" | grep -qv '^# [A-Z][A-Za-z-]*: *[^ ]'
}

etc/install.sh install >"$T/out" 2>&1
ok "installs"
tree >"$T/1"
etc/install.sh install >"$T/out" 2>&1 && tree >"$T/2" &&
    diff "$T/1" "$T/2" >>"$T/out"
ok "a second time changes nothing"
! grep -r -l '@[A-Z]*@' "$D/etc" "$D/usr/local/lib" >"$T/out" 2>&1
ok "templates are filled"

for f in "$D"/etc/init.d/*; do
	[ -f "$f" ] || continue
	header "$f" 2>"$T/out"
	ok "${f##*/}: LSB header"
done
if command -v insserv >/dev/null; then
	insserv -n -p "$D/etc/init.d" >"$T/out" 2>&1 && [ ! -s "$T/out" ]
	ok "insserv agrees"
fi
if command -v systemd-analyze >/dev/null && [ -d /run/systemd/system ]; then
	for f in "$D"/usr/local/lib/systemd/system/*.service; do
		[ -f "$f" ] || continue
		! systemd-analyze verify "$f" 2>&1 | grep 'Unknown\|Invalid' \
		    >"$T/out"
		ok "${f##*/}: systemd agrees"
	done
fi

for f in "$D"/etc/gatelodge/*.conf; do
	[ -f "$f" ] || continue
	was=$D/usr/local/share/gatelodge/default/${f##*/}
	chmod u+w "$f" "$was"
	echo '# mine' >>"$f"
	etc/install.sh install >"$T/out" 2>&1 &&
	    tail -n 1 "$f" | grep -q mine && [ ! -e "$f.new" ]
	ok "${f##*/}: an edited file stays"
	echo '# the default of an older version' >>"$was"
	etc/install.sh install >"$T/out" 2>&1 &&
	    tail -n 1 "$f" | grep -q mine && [ -e "$f.new" ] &&
	    grep -q '^-# mine' "$T/out"
	ok "${f##*/}: a new default comes as .new, with the difference"
	cp "$was" "$f"
	rm "$f.new"
	echo '# the default of an older version' | tee -a "$f" >>"$was"
	etc/install.sh install >"$T/out" 2>&1 && cmp -s "$f" "$was"
	ok "${f##*/}: an unedited file follows"
	echo '# mine' >>"$f"
done

echo /usr/local/sbin/of-an-older-version \
    >>"$D/usr/local/share/gatelodge/manifest"
mkdir -p "$D/usr/local/sbin"
: >"$D/usr/local/sbin/of-an-older-version"
etc/install.sh install >"$T/out" 2>&1 &&
    [ ! -e "$D/usr/local/sbin/of-an-older-version" ]
ok "what this version no longer has goes"

etc/install.sh uninstall >"$T/out" 2>&1
ok "uninstalls"
(cd "$D" && find . -type f | grep -v '^./etc/gatelodge/\|^./etc/default/') \
    >"$T/out"
[ ! -s "$T/out" ]
ok "nothing is left but configuration"
! ls "$D"/etc/gatelodge/*.conf >/dev/null 2>&1 ||
    grep -q mine "$D"/etc/gatelodge/*.conf
ok "edited configuration is left"
rm -rf "$T"
echo "1..$n"
