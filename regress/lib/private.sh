#!/bin/sh
# runs a command with the users of the process tables; in a mount namespace
set -eu
T=$(mktemp -d "${TMPDIR:-/tmp}/gatelodge.XXXXXX")
chmod 755 "$T"
trap 'rm -rf "$T"' EXIT
SRC=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=etc/private.sh
. "$SRC/etc/private.sh"
private_users
# shellcheck disable=SC2046 # names, one a word
private_rows 21100 $("$SRC/etc/install.sh" users)
private_begin
export GL_PRIVATE=1
"$@"
