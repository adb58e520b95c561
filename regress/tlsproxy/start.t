#!/bin/sh
# The gate starts only with files that are right, and says which one is not.
# A reload with wrong files changes nothing; one with right ones, all.
set -u
. "$SRC/regress/tlsproxy/lib.sh"
may_start || {
	echo "1..0 # SKIP needs root, a mount namespace, a sandbox"
	rm -rf "$T"
	exit
}
S=SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUUKb2Yg==\$
S=${S}WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:
S=${S}wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=

# everything as it should be
right()
{
	rm -rf "$T/tls" "$T/secrets"
	with_tls a.example
	"$C" -f "$T/conf" init a.example >/dev/null &&
	    "$C" -f "$T/conf" init b.example >/dev/null
	echo "al:$S" >"$T/secrets"
	chmod 600 "$T/secrets"
}

# what the gate has in force
in_force()
{
	"$C" -f "$T/conf" status | sed -n 's/^\(certificate.*\) staple.*/\1/p'
}

A=$T/tls/a.example
right
chmod 644 "$T/secrets"
refuses && says "^$T/secrets: mode 644, owner 0; mode 600 and owner 0 was"
ok "secrets that all may read"
right
chown 21001 "$T/secrets"
refuses && says "^$T/secrets: mode 600, owner 21001; "
ok "secrets of somebody else"
right
printf '# accounts\nal:secret\nbo:%s\nbo:%s\n' "$S" "$S" >"$T/secrets"
refuses && says "^$T/secrets:2: unknown scheme; " &&
    says "^$T/secrets:4: given before, in line 3; "
ok "wrong lines in secrets"
right
mv "$T/secrets" "$T/tls/secrets"
ln -s tls/secrets "$T/secrets"
refuses && says "^$T/secrets: "
ok "secrets behind a link"
right
chmod 640 "$A.key"
refuses && says "^$A.key: mode 640, owner 0; a file of mode 600, owner 0 was"
ok "a key that a group may read"
right
rm "$A.key"
refuses && says "^$A.key: No such file or directory"
ok "no key"
right
rm "$A.crt"
refuses && says "^$A.crt: No such file or directory"
ok "no certificate"
right
echo hello >"$A.crt"
refuses && says "^$A.crt: no certificate in PEM"
ok "no certificate in the file"
right
cat "$T/tls/b.example.crt" >>"$A.crt"
refuses && says "^$A.crt: wrong order: "
ok "certificates that have nothing to do with each other"
right
cp "$T/tls/b.example.key" "$A.key"
refuses && says '^certificate a.example: certificate and key do not match'
ok "the key of another certificate"
right
echo hello >"$A.key"
refuses && says "^$A.key: no private key"
ok "no key in the file"
right
chmod 644 "$A.key"
chmod 644 "$T/secrets"
refuses && says "^$A.key: mode 644" && says "^$T/secrets: mode 644"
ok "all that is wrong in one run"

right
rm "$T/secrets"
start
ok "no secrets at all: no accounts"
gives 0 "$C" -f "$T/conf" stop && ended
right
echo hello >"$A.ocsp"
start && cp "$T/gate" "$T/out" && says "^$A.ocsp: not stapled: "
ok "a staple that is none: no reason not to start"

in_force >"$T/out"
says '^certificate a.example days=36[45]$'
ok "its certificate is in force"
cp -p "$A.key" "$T/tls/old.key"
cp "$T/tls/b.example.key" "$A.key"
gives 1 "$C" -f "$T/conf" reload &&
    says 'a.example: certificate and key do not match; the old' &&
    says "^bad  $A.key: certificate and key do not match"
ok "reload with a key that does not fit: refused, with the reason"
cp "$T/tls/old.key" "$A.key"
chmod 644 "$T/secrets"
gives 1 "$C" -f "$T/conf" reload && says "^bad  $T/secrets: mode 644"
ok "reload with secrets that all may read"
chmod 600 "$T/secrets"
echo 'relais: 2' >>"$T/conf"
gives 1 "$C" -f "$T/conf" reload && says 'the configuration has errors' &&
    says "^bad  $T/conf:[0-9]*:1: relais: unknown key; did you mean relays?"
ok "reload with errors in the file"
sed -i '$d' "$T/conf"
echo "  smtp: {listen: ['192.0.2.99:25'], tls: starttls, to: smtpd.session}" \
    >>"$T/conf"
gives 1 "$C" -f "$T/conf" reload
ok "reload with an address that is not ours"
in_force >"$T/out"
says '^certificate a.example days=36[45]$'
ok "after all of them: the old certificate"
with_tls a.example
rm "$A".*
"$C" -f "$T/conf" init -d 30 a.example >/dev/null
gives 0 "$C" -f "$T/conf" reload
ok "reload with a new certificate"
in_force >"$T/out"
says '^certificate a.example days=\(29\|30\)$'
ok "it is in force"
gives 0 "$C" -f "$T/conf" stop && ended
ok "it stops"
finish
