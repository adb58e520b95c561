#!/bin/sh
# Installs what is missing of the named sections of etc/packages.
#	etc/packages.sh [-n] section ...	(-n: only print the apt line)
# Exit status 1: something is missing and could not be installed.
set -eu
cd "$(dirname "$0")/.."

wanted()
{
	for section; do
		grep -q "^$section:" etc/packages ||
		    { echo "etc/packages: no section $section" >&2; exit 1; }
		sed -n "s/^$section: *//p" etc/packages
	done | tr ' ' '\n' | sort -u
}

missing()
{
	for p in $(wanted "$@"); do
		case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null) in
		*' installed') ;;
		*) echo "$p" ;;
		esac
	done
}

dry=
if [ "${1-}" = -n ]; then
	dry=1
	shift
fi
[ $# -gt 0 ] || { echo "usage: $0 [-n] section ..." >&2; exit 1; }
if ! command -v dpkg-query >/dev/null; then
	echo "not a Debian, find these yourself: $*" >&2
	wanted "$@" >&2
	exit 0
fi
list=$(missing "$@")
[ -n "$list" ] || exit 0
set -- apt-get install -y --no-install-recommends $list
echo "$*"
[ -z "$dry" ] || exit 0
[ "$(id -u)" = 0 ] || { echo "missing: run that as root" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
# what only tests and benchmarks use shall not become a service here
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ] && [ ! -L $policy ]; then
	trap 'rm -f $policy' EXIT
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
fi
# a fresh or an aged machine has no list, or one of packages that are gone
"$@" </dev/null || { apt-get update </dev/null && "$@" </dev/null; }
