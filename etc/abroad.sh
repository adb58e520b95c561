# abroad: for etc/demo, sourced: the world outside on loopback. A signed DNS
# root with one host and its TLSA record, and a TLS server that is that host.
# $T is the demo's directory; both servers are ours to end: $ABROAD has them.

ABROAD=

# the TLSA data of a certificate: 3 1 1
tlsa_of()
{
	openssl x509 -in "$1" -noout -pubkey |
	    openssl pkey -pubin -outform DER | openssl dgst -sha256 |
	    sed 's/.*= //'
}

# name: a self-signed certificate, as most mail hosts have
abroad_certificate()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$T/abroad/$1.key" -out "$T/abroad/$1.crt" -days 7 \
	    -subj "/CN=$1" 2>/dev/null
}

abroad_zone()
{
	cd "$T/abroad"
	# the second host's record is for a key that its server has not
	cat >root <<-END
	. 300 IN SOA ns. root. 1 3600 600 86400 300
	. 300 IN NS ns.
	ns. 300 IN A 127.0.0.1
	mx.$DOMAIN. 300 IN A 127.0.0.1
	_$MX_PORT._tcp.mx.$DOMAIN. 300 IN TLSA 3 1 1 $(tlsa_of mx.crt)
	false.$DOMAIN. 300 IN A 127.0.0.1
	_$MX_PORT._tcp.false.$DOMAIN. 300 IN TLSA 3 1 1 $(tlsa_of other.crt)
	END
	ksk=$(ldns-keygen -k -a ECDSAP256SHA256 .)
	zsk=$(ldns-keygen -a ECDSAP256SHA256 .)
	ldns-signzone -f root.signed root "$ksk" "$zsk"
	cp "$ksk.ds" root.key
	cat >nsd.conf <<-END
	server:
	  server-count: 1
	  username: ""
	  zonesdir: "$T/abroad"
	  database: ""
	  pidfile: ""
	  xfrdfile: "$T/abroad/xfrd"
	  zonelistfile: "$T/abroad/list"
	  logfile: "$T/log/nsd.log"
	  do-ip6: no
	  ip-address: 127.0.0.1@$DNS_PORT
	remote-control:
	  control-enable: no
	zone:
	  name: "."
	  zonefile: root.signed
	END
	cd "$SRC"
}

abroad_start()
{
	mkdir "$T/abroad"
	abroad_certificate mx
	abroad_certificate other
	(abroad_zone) || return 1
	PATH=$PATH:/usr/sbin nsd -d -c "$T/abroad/nsd.conf" &
	ABROAD="$ABROAD $!"
	openssl s_server -quiet -accept "127.0.0.1:$MX_PORT" \
	    -cert "$T/abroad/mx.crt" -key "$T/abroad/mx.key" \
	    >/dev/null 2>&1 </dev/null &
	ABROAD="$ABROAD $!"
}

abroad_stop()
{
	for pid in $ABROAD; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	ABROAD=
}
