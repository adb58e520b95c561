# for the scripts here, sourced: checks, and a gate of one's own below $T
P=$O/tlsproxy/tlsproxy
C=$O/tlsproxy/tlsctl
T=$(mktemp -d "$TMP/gate.XXXXXX")
chmod 755 "$T"
n=0
pid=

# the status before it says whether it is good; out says why not
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

# $1: exit status; the rest: a command. Its output is in out
gives()
{
	want=$1
	shift
	"$@" >"$T/out" 2>&1 </dev/null
	got=$?
	[ $got -eq "$want" ] || {
		echo "exit status $got" >>"$T/out"
		return 1
	}
}

# out has a line of this pattern
says()
{
	grep -q -e "$1" "$T/out" || {
		echo "without: $1" >>"$T/out"
		return 1
	}
}

may_start()
{
	[ "$(id -u)" = 0 ] && [ -n "${GL_PRIVATE-}" ]
}

# a port that nobody has, as far as we know
port=$((20000 + $$ % 10000))

conf() # lines of more keys
{
	{
		echo "rundir: $T/run"
		echo "log: $T/log"
		echo "tls: $T/tls"
		echo "secrets: $T/secrets"
		echo "state: $T/state"
		echo "relays: 1"
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$T/conf"
}

# with a certificate of that name
with_tls()
{
	conf "certificates: [$1]" "services:" \
	    "  https: {listen: ['127.0.0.1:$port'], tls: implicit," \
	    "    to: httpd.server}"
}

# in the background, until it is up; its words are in gate
start()
{
	: >"$T/gate" # before it starts, or we read what the last one said
	"$P" -d -L "$O/tlsproxy" -f "$T/conf" >"$T/gate" 2>&1 </dev/null &
	pid=$!
	i=0
	while ! grep -q event=up "$T/gate"; do
		i=$((i + 1))
		if [ $i -gt 100 ] || ! kill -0 $pid 2>/dev/null; then
			cp "$T/gate" "$T/out"
			return 1
		fi
		sleep 0.1
	done
}

# what it ends with when it should not start at all
refuses()
{
	gives 1 timeout -k 9 20 "$P" -d -L "$O/tlsproxy" -f "$T/conf"
}

# it was told to end; its status
ended()
{
	wait $pid
	set -- $?
	pid=
	return "$1"
}

finish()
{
	[ -z "$pid" ] || kill $pid 2>/dev/null && wait $pid 2>/dev/null
	rm -rf "$T"
	echo "1..$n"
}
