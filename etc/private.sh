# private: for scripts that run as root in a mount namespace of their own,
# sourced. Users and homes there are copies and additions: nothing outside
# changes. $T is the script's temporary directory.

# copies of the files that say who is who
private_users()
{
	mkdir -p "$T/etc" "$T/home"
	cp -p /etc/passwd /etc/group /etc/shadow "$T/etc"
}

# name uid home
private_account()
{
	! grep -q "^$1:" "$T/etc/passwd" || return 0
	echo "$1:x:$2:$2::$3:/usr/sbin/nologin" >>"$T/etc/passwd"
	echo "$1:x:$2:" >>"$T/etc/group"
	echo "$1:*:19000::::::" >>"$T/etc/shadow"
}

# name uid: with a home of its own
private_person()
{
	private_account "$1" "$2" "$T/home/$1"
	install -d -m 700 -o "$2" -g "$2" "$T/home/$1"
}

# uid name ...: the users of the process tables
private_rows()
{
	u=$1
	shift
	for name; do
		u=$((u + 1))
		private_account "$name" $u /nonexistent
	done
}

# from here on the copies are the truth
private_begin()
{
	for f in passwd group shadow; do
		mount --bind "$T/etc/$f" /etc/$f
	done
}
