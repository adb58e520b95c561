#!/bin/sh
# What `make install` does, and what else needs the list of programs.
#	install uninstall purge dist	as the Makefile's targets say
#	users				those of the process tables (-A)
#	programs KIND DIR		copies sbin or libexec programs to DIR
# The last two look into FOLDERS too (those of regress).
# Files that did not change are not touched, edited ones in /etc are kept.
set -eu
cd "$(dirname "$0")/.."
: "${DESTDIR=}" "${PREFIX:=/usr/local}" "${SBINDIR:=$PREFIX/sbin}"
: "${LIBEXECDIR:=$PREFIX/libexec/gatelodge}" "${MANDIR:=$PREFIX/share/man}"
: "${SHAREDIR:=$PREFIX/share/gatelodge}" "${SYSCONFDIR:=/etc/gatelodge}"
: "${STATEDIR:=/var/lib/gatelodge}" "${RUNDIR:=/run/gatelodge}"
: "${LOGDIR:=/var/log/gatelodge}" "${O:=.build}" "${VERSION:=0}"
case $O in
/*) ;;
*) O=$PWD/$O ;;
esac
MANIFEST=$DESTDIR$SHAREDIR/manifest

# lines: folder kind name (sbin, libexec, daemon, man)
list()
{
	for f in tlsproxy httpd smtpd imapd xmppd spamd ${FOLDERS-}; do
		[ -f "$f/Makefile" ] || continue
		MAKEFLAGS='' make -s --no-print-directory -C "$f" list \
		    2>/dev/null | sed "s|^|${f##*/} |"
	done
}

named() # kind: lines folder name
{
	list | sed -n "s/^\([a-z]*\) $1 /\1 /p"
}

tables()
{
	named daemon | while read -r f name; do
		"$O/$f/$name" -A 2>/dev/null || :
	done
}

users()
{
	tables | sed -n 's/^process .* user=\(_gl_[a-z0-9_]*\).*/\1/p' | sort -u
}

# lines: path mode user group; those whose daemon is here. A parent makes
# what lies in RUNDIR at its start.
directories()
{
	users >"$W/users"
	echo root >>"$W/users"
	while read -r path mode user group; do
		! grep -qx "$user" "$W/users" ||
		    eval "echo $path $mode $user $group"
	done <<-'END'
	$STATEDIR 755 root root
	$STATEDIR/gate 700 root root
	$STATEDIR/spool 700 _gl_queue _gl_queue
	$STATEDIR/spamd 700 _gl_scorer _gl_scorer
	$STATEDIR/xmppd 700 _gl_store _gl_store
	$STATEDIR/httpd 755 root root
	$STATEDIR/httpd/stats 700 _gl_stats _gl_stats
	$STATEDIR/httpd/wkd 755 root root
	$STATEDIR/upload 2750 _gl_upload _gl_opener
	$LOGDIR 750 root adm
	$LOGDIR/httpd 750 _gl_stats adm
	END
}

put() # mode file destination, without DESTDIR; in the manifest
{
	to=$DESTDIR$3
	echo "$3" >>"$W/manifest"
	if ! cmp -s "$2" "$to" || [ "$(stat -c %a "$to")" != "$1" ]; then
		mkdir -p "$(dirname "$to")"
		# beside it and over it: a running program keeps its file
		install -m "$1" "$2" "$to.tmp$$"
		mv -f "$to.tmp$$" "$to"
	fi
}

# an edited file stays; when our default has changed the new one lies beside it
keep() # mode file destination
{
	to=$DESTDIR$3 was=$DESTDIR$SHAREDIR/default/$(basename "$3")
	if [ ! -e "$to" ] || cmp -s "$was" "$to"; then
		cmp -s "$2" "$to" || install -D -m "$1" "$2" "$to"
	elif ! cmp -s "$2" "$to" && ! cmp -s "$2" "$was"; then
		install -m "$1" "$2" "$to.new"
		echo "$to: yours is kept, the new default is $to.new:"
		diff -u "$to" "$to.new" || :
	fi
	put 644 "$2" "$SHAREDIR/default/$(basename "$3")"
}

fill() # template name what needs: on stdout
{
	case $2 in
	tlsproxy) ctl=tlsctl needs='' ;;
	*) ctl=${2%d}ctl needs=gatelodge-tlsproxy ;;
	esac
	sed -e "s|@NAME@|$2|g" -e "s|@WHAT@|$3|g" -e "s|@CTL@|$ctl|g" \
	    -e "s|@NEEDS@|$needs|g" -e "s|@UNITS@|${needs:+$needs.service}|g" \
	    -e "s|@SBINDIR@|$SBINDIR|g" -e "s|@SYSCONFDIR@|$SYSCONFDIR|g" \
	    -e "s|@RUNDIR@|$RUNDIR|g" -e "s|@PREFIX@|$PREFIX|g" \
	    -e 's| *$||' "$1"
}

install_programs()
{
	list | while read -r f kind name; do
		case $kind in
		sbin) put 755 "$O/$f/$name" "$SBINDIR/$name" ;;
		libexec) put 755 "$O/$f/$name" "$LIBEXECDIR/$name" ;;
		man) put 644 "$f/$name" "$MANDIR/man${name##*.}/$name" ;;
		esac
	done
	[ ! -f "$O/gatelodge.7" ] ||
	    put 644 "$O/gatelodge.7" "$MANDIR/man7/gatelodge.7"
}

install_init()
{
	named daemon | while read -r f name; do
		what=$(sed -n 's/^\.Nd //p' "$f/$name.8" 2>/dev/null) || :
		fill etc/rc.in "$name" "${what:-$name}" >"$W/rc"
		put 755 "$W/rc" "/etc/init.d/gatelodge-$name"
		fill etc/unit.in "$name" "${what:-$name}" >"$W/unit"
		put 644 "$W/unit" \
		    "$PREFIX/lib/systemd/system/gatelodge-$name.service"
	done
	cat >"$W/target" <<-END
	[Unit]
	Description=Gatelodge: all daemons that are enabled

	[Install]
	WantedBy=multi-user.target
	END
	put 644 "$W/target" "$PREFIX/lib/systemd/system/gatelodge.target"
	cat >"$W/default" <<-END
	# read by the init scripts and the units: further options of a daemon
	#OPTIONS_tlsproxy="-v"
	END
	keep 644 "$W/default" /etc/default/gatelodge
}

install_users()
{
	for u in $(users); do
		echo "u $u - \"Gatelodge\" $RUNDIR/empty /usr/sbin/nologin"
	done >"$W/sysusers"
	put 644 "$W/sysusers" "$PREFIX/lib/sysusers.d/gatelodge.conf"
	{
		echo "d $RUNDIR 0755 root root"
		directories | while read -r path mode user group; do
			echo "d $path $mode $user $group"
		done
	} >"$W/tmpfiles"
	put 644 "$W/tmpfiles" "$PREFIX/lib/tmpfiles.d/gatelodge.conf"
	[ -z "$DESTDIR" ] || return 0
	for u in $(users); do
		getent passwd "$u" >/dev/null ||
		    useradd --system --user-group --no-create-home \
		    --home-dir "$RUNDIR/empty" --shell /usr/sbin/nologin "$u"
	done
	# what exists keeps its owner and mode
	directories | while read -r path mode user group; do
		[ -d "$path" ] || install -d -m "$mode" -o "$user" \
		    -g "$group" "$path"
	done
}

install_all()
{
	: >"$W/manifest"
	install_programs
	for f in etc/*.conf; do
		[ -f "$f" ] || continue
		keep 644 "$f" "$SYSCONFDIR/$(basename "$f")"
	done
	[ -d "$DESTDIR$SYSCONFDIR/tls" ] ||
	    install -d -m 700 "$DESTDIR$SYSCONFDIR/tls"
	install_init
	install_users
	# what an older version had and this one has not
	if [ -f "$MANIFEST" ]; then
		sort -u "$W/manifest" >"$W/new"
		sort -u "$MANIFEST" | comm -13 "$W/new" - |
		    while read -r path; do
			[ "$path" = "$SHAREDIR/manifest" ] ||
			    rm -f "$DESTDIR$path"
		done
	fi
	echo "$SHAREDIR/manifest" >>"$W/manifest"
	sort -u "$W/manifest" >"$W/new"
	put 644 "$W/new" "$SHAREDIR/manifest"
}

uninstall()
{
	[ -f "$MANIFEST" ] || { echo "$MANIFEST: not there" >&2; exit 1; }
	cp "$MANIFEST" "$W/manifest"
	while read -r path; do
		case $path in
		/etc/init.d/*)
			[ -n "$DESTDIR" ] ||
			    update-rc.d "${path##*/}" remove || :
			;;
		esac
		rm -f "$DESTDIR$path"
		# directories of our own go with their last file
		d=$(dirname "$path")
		while [ "$d" != / ] && [ "$d" != "$PREFIX" ]; do
			rmdir "$DESTDIR$d" 2>/dev/null || break
			d=$(dirname "$d")
		done
	done <"$W/manifest"
}

purge()
{
	all="$SYSCONFDIR $STATEDIR $LOGDIR /etc/default/gatelodge"
	accounts=$(users)
	printf 'Remove %s and the users %s? Type yes: ' "$all" \
	    "$(echo $accounts)"
	read -r answer && [ "$answer" = yes ] || exit 1
	[ ! -f "$MANIFEST" ] || uninstall
	for d in $all; do
		rm -rf "$DESTDIR${d:?}"
	done
	[ -n "$DESTDIR" ] || for u in $accounts; do
		! getent passwd "$u" >/dev/null || userdel "$u"
	done
}

# the same files give the same bytes, whoever packs them, whenever
dist()
{
	name=gatelodge-$VERSION
	: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null ||
	    echo 0)}"
	{ git ls-files 2>/dev/null ||
	    find . -name '.build*' -prune -o -type f -print | sed 's|^\./||'
	} | LC_ALL=C sort | tar -c -T - --owner=0 --group=0 --numeric-owner \
	    --mode=go=rX,u+rw,a-s --mtime="@$SOURCE_DATE_EPOCH" \
	    --format=ustar --transform "s|^|$name/|" | gzip -n9 >"$W/tgz"
	mv "$W/tgz" "$O/$name.tar.gz"
	echo "$O/$name.tar.gz"
}

W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
case ${1-} in
install) install_all ;;
programs)
	named "$2" | while read -r f name; do
		[ ! -f "$O/$f/$name" ] || cp "$O/$f/$name" "$3"
	done
	;;
users | uninstall | purge | dist) "$1" ;;
*) echo "usage: $0 install|uninstall|purge|users|dist" >&2; exit 1 ;;
esac
