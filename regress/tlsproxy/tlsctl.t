#!/bin/sh
# tlsctl: what works without the gate (init, check, tlsa), then what asks it.
set -u
. "$SRC/regress/tlsproxy/lib.sh"
A=$T/tls/a.example
ME=$(id -u)

# SHA-256 of the public key in a certificate
key_of()
{
	openssl x509 -noout -pubkey -in "$1" | openssl pkey -pubin \
	    -outform DER | openssl dgst -sha256 -r | cut -d ' ' -f 1
}

# what init left behind it
listing()
{
	(cd "$T/tls" && stat -c '%n %a %s %Y' ./* && sha256sum ./*)
}

gives 1 "$C" && says '^usage: tlsctl '
ok "no command"
gives 1 "$C" dance && says '^usage: '
ok "no such command"
gives 1 "$C" log && says '^usage: ' && gives 1 "$C" stop now &&
    says '^usage: '
ok "too few and too many words"

with_tls a.example
gives 0 "$C" -f "$T/conf" init a.example '*.a.example' a.b.example &&
    says "^$A.crt: self-signed, 365 days" && [ "$(stat -c %a "$T/tls")" = 700 ]
ok "init makes the directory and a pair"
[ "$(stat -c %a "$A.key") $(stat -c %a "$A.crt")" = '600 644' ] &&
    [ "$(ls "$T/tls" | tr '\n' ' ')" = 'a.example.crt a.example.key ' ]
ok "modes, and nothing beside them"
openssl x509 -noout -ext subjectAltName -enddate -in "$A.crt" >"$T/out" 2>&1
says 'DNS:a.example, DNS:\*.a.example, DNS:a.b.example$'
ok "all names are in it"
listing >"$T/before"
gives 1 "$C" -f "$T/conf" init a.example &&
    says 'there already; nothing was changed' && listing >"$T/after" &&
    cmp -s "$T/before" "$T/after"
ok "it overwrites nothing"
rm "$A.key"
listing >"$T/before"
gives 1 "$C" -f "$T/conf" init a.example && listing >"$T/after" &&
    cmp -s "$T/before" "$T/after"
ok "no new key for a certificate that is there"
rm "$A.crt"
ln -s nowhere "$A.crt"
gives 1 "$C" -f "$T/conf" init a.example && [ ! -e "$A.key" ] &&
    [ -L "$A.crt" ]
ok "nor for a link to nowhere"
rm "$A.crt"
for bad in A.example a..b ../a a/b . '' -a "$(printf 'a\nb')" 'a b'; do
	gives 1 "$C" -f "$T/conf" init -- "$bad" && says 'not a host name' &&
	    [ -z "$(ls -A "$T/tls")" ]
	ok "init refuses: $(echo "$bad" | tr '\n' ' ')"
done
gives 1 "$C" -f "$T/conf" init -d 0 a.example && says '1 to 3650'
ok "days out of range"
gives 1 "$C" -f "$T/conf" init -d 9x a.example && says '1 to 3650'
ok "days that are no number"
gives 1 "$C" -f "$T/conf" init && says '^usage: '
ok "init without a name"
gives 0 "$C" -f "$T/conf" init -d 30 b.example && says 'add it to certificates'
ok "a certificate that tlsproxy.conf does not name"

gives 0 "$C" -f "$T/conf" init a.example
gives 0 "$C" -f "$T/conf" check && says "^ok   $T/conf: 1 services, 1 cert" &&
    says "^ok   $T/tls: mode 700$" && says "^ok   $A.crt: a.example, self-" &&
    says "^ok   $A.key: fits its certificate$" &&
    says "^note $T/secrets: not there; there are no accounts$"
ok "check: all is well"
with_tls b.example
gives 0 "$C" -f "$T/conf" check && says "^ok   $T/tls/b.example.crt: .* days"
ok "check: another one"
with_tls a.example
rm "$A".*
"$C" -f "$T/conf" init -d 20 a.example >"$T/out"
gives 0 "$C" -f "$T/conf" check && says "^note $A.crt: .*, [12][09] days left"
ok "check: less than 21 days"
rm "$A".*
"$C" -f "$T/conf" init -d 6 a.example >"$T/out"
gives 1 "$C" -f "$T/conf" check && says "^bad  $A.crt: .*, [56] days left"
ok "check: less than 7 days"

cp "$T/tls/b.example.key" "$A.key"
gives 1 "$C" -f "$T/conf" check &&
    says "^bad  $A.key: certificate and key do not match$"
ok "check: another key"
cp "$T/tls/b.example.crt" "$A.crt"
gives 1 "$C" -f "$T/conf" check &&
    says "^bad  $A.crt: does not name a.example: b.example, "
ok "check: another name"
chmod 644 "$A.key"
echo hello >"$A.crt"
echo hello >"$A.ocsp"
chmod 777 "$T/tls"
echo al:secret >"$T/secrets"
gives 1 "$C" -f "$T/conf" check && says "^bad  $A.crt: no certificate in PEM" &&
    says "^bad  $A.key: mode 644, owner $ME; a file of mode 600, owner $ME was"
ok "check: modes, and files that are none"
says "^bad  $T/tls: mode 777, owner $ME; mode 700" &&
    says "^bad  $T/secrets: mode 644, owner $ME; "
ok "check: all of it in one run"
chmod 700 "$T/tls"
chmod 600 "$T/secrets" "$A.key"
cp "$T/tls/b.example.crt" "$A.crt"
gives 1 "$C" -f "$T/conf" check && says "^bad  $T/secrets:1: unknown scheme" &&
    says "^bad  $A.ocsp: not to be stapled: the chain lacks the issuer$"
ok "check: lines of secrets, a staple"
rm "$A".* "$T/secrets"
gives 1 "$C" -f "$T/conf" check && says "^bad  $A.crt: No such file" &&
    says "^bad  $A.key: No such file"
ok "check: nothing there"
conf 'relais: 2' 'min-uid: 0'
gives 1 "$C" -f "$T/conf" check && says "^bad  $T/conf:7:1: relais: unknown" &&
    says "^bad  $T/conf:8:1: min-uid: out of range"
ok "check: errors of the file"
gives 1 "$C" -f "$T/none" check && says "^bad  $T/none: No such file"
ok "check: no file"

conf "certificates: [a.example, '*.b.example']" 'services:' \
    "  https: {listen: ['*:443', '*:8443'], tls: implicit, to: httpd.server}" \
    "  also: {listen: ['192.0.2.1:443'], tls: implicit, to: httpd.server}" \
    "  smtp: {listen: ['*:25'], tls: starttls, to: smtpd.session}" \
    "  http: {listen: ['*:80'], tls: no, to: httpd.server}"
gives 0 "$C" -f "$T/conf" init a.example w.example
gives 0 "$C" -f "$T/conf" init '*.b.example'
for p in 443 8443 25; do
	echo "_$p._tcp.a.example. IN TLSA 3 1 1 $(key_of "$A.crt")"
done >"$T/want"
echo '; *.b.example: tlsctl tlsa HOST prints those of a host' >"$T/want2"
cat "$T/want" "$T/want2" >"$T/want3"
gives 0 "$C" -f "$T/conf" tlsa && cmp -s "$T/want3" "$T/out"
ok "tlsa: all certificates, each port once"
gives 0 "$C" -f "$T/conf" tlsa a.example && cmp -s "$T/want" "$T/out"
ok "tlsa: one"
sed 's/a.example/w.example/' "$T/want" >"$T/want2"
gives 0 "$C" -f "$T/conf" tlsa w.example && cmp -s "$T/want2" "$T/out"
ok "tlsa: another name of it"
gives 0 "$C" -f "$T/conf" tlsa x.b.example &&
    says "^_25._tcp.x.b.example. IN TLSA 3 1 1 $(key_of \
	"$T/tls/*.b.example.crt")$"
ok "tlsa: a name that a star covers"
gives 1 "$C" -f "$T/conf" tlsa y.example && says '^y.example: no certificate'
ok "tlsa: a name that nobody has"
mv "$T/tls/*.b.example.key" "$A.next.key"
mv "$T/tls/*.b.example.crt" "$T/next.crt"
sed "s/ [0-9a-f]*\$/ $(key_of "$T/next.crt")/" "$T/want" >>"$T/want"
gives 0 "$C" -f "$T/conf" tlsa a.example && cmp -s "$T/want" "$T/out"
ok "tlsa: the next key too"
mv "$T/next.crt" "$A.next.crt"
rm "$A.next.key"
gives 0 "$C" -f "$T/conf" tlsa a.example && cmp -s "$T/want" "$T/out"
ok "tlsa: the key of the next certificate"

for c in status stats reload stop 'log brief' drain penalties \
    'forgive all'; do
	gives 3 "$C" -f "$T/conf" $c &&
	    says "^$T/run/tlsproxy.sock: not running"
	ok "$c: not running"
done
gives 3 "$C" -s "$T/other" status && says "^$T/other: not running"
ok "another socket"

if may_start; then
	rm -rf "$T/tls"
	with_tls a.example
	"$C" -f "$T/conf" init -d 6 a.example >"$T/out"
	start
	ok "it starts"
	gives 0 "$C" -f "$T/conf" stats && says '^relay.*\.accepted 0$' &&
	    says '^signer\.keys 1$'
	ok "stats"
	gives 0 "$C" -f "$T/conf" log verbose &&
	    gives 0 "$C" -f "$T/conf" log brief
	ok "log"
	gives 1 "$C" -f "$T/conf" log loud && says 'log verbose or log brief'
	ok "log: another word"
	echo 'relais: 2' >>"$T/conf"
	gives 1 "$C" -f "$T/conf" status &&
	    says '^signer pid=[0-9]* state=ready' &&
	    says '^certificate a.example days=[56] staple=no'
	ok "status: 1 with less than 7 days left, whatever the file says now"
	gives 1 setpriv --reuid 21001 --regid 21001 --clear-groups \
	    "$C" -s "$T/run/tlsproxy.sock" stop && says 'permission denied'
	ok "stop: not for everybody"
	with_tls a.example
	rm "$A".*
	"$C" -f "$T/conf" init a.example >"$T/out"
	gives 0 "$C" -f "$T/conf" reload && gives 0 "$C" -f "$T/conf" status &&
	    says '^certificate a.example days=36[45]'
	ok "reload, status: 0 again"
	gives 0 "$C" -f "$T/conf" drain && says '^1 of 1 relays replaced$'
	ok "drain"
	gives 0 "$C" -f "$T/conf" penalties && says '^networks=0 delayed=0 '
	ok "penalties"
	gives 0 "$C" -f "$T/conf" forgive 192.0.2.0/24 && says '^0 forgiven$'
	ok "forgive"
	gives 0 "$C" -f "$T/conf" stop && ended
	ok "stop"
	[ "$(stat -c %a "$T/state" "$T/state/salt" "$T/state/penalties" |
	    tr '\n' ' ')" = '700 600 600 ' ]
	ok "it leaves its state behind, for root only"
	gives 3 "$C" -f "$T/conf" status
	ok "status: 3 when it is gone"
fi
finish
