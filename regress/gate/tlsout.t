#!/usr/bin/env python3
# TLS to others: each policy accepted and refused, certificates of ours,
# hostile servers, callers that misbehave, deaths. gate.md 6
import base64
import hashlib
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

VERSIONS = ('-tls1_2', '0303'), ('-tls1_3', '0304')


# --- servers

class Server:
    """openssl s_server on loopback; what comes is sent back, turned round"""
    next_port = 4400

    def __init__(self, crt, *args, chain=True, talk=('-rev',)):
        Server.next_port += 1
        self.port = port(Server.next_port)
        pem = os.path.splitext(crt)[0]
        self.p = subprocess.Popen(
            ['openssl', 's_server', '-accept', '127.0.0.1:%d' % self.port,
             '-cert', crt, '-key', pem + '.key', '-no_dhe', *talk, *args] +
            (['-cert_chain', crt if chain is True else chain]
             if chain else []), stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not poll(self.is_up):
            raise RuntimeError('s_server %s' % ' '.join(args))

    def is_up(self):
        try:
            socket.create_connection(('127.0.0.1', self.port)).close()
            return True
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.p.kill()
        self.p.wait()


class Peer:
    """f(socket) in a thread for each connection; or nothing: it is silent"""

    def __init__(self, f=None):
        self.f, self.held = f, []
        self.s = socket.socket()
        self.s.bind(('127.0.0.1', 0))
        self.s.listen(1000)
        self.port = self.s.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                c, a = self.s.accept()
            except OSError:
                return
            self.held.append(c)
            if self.f is not None:
                threading.Thread(target=self.one, args=(c,),
                                 daemon=True).start()

    def one(self, c):
        try:
            self.f(c)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.s.close()
        for c in self.held:
            c.close()


def server_context(crt):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(crt, os.path.splitext(crt)[0] + '.key')
    return c


def echo(ctx):
    """a Peer's f: TLS, then lines come back"""
    def f(c):
        t = ctx.wrap_socket(c, server_side=True)
        while True:
            b = t.recv(65536)
            if not b:
                break
            t.sendall(b.replace(b'\r', b''))
        t.unwrap()
        t.close()
    return f


# --- what the test daemon's mta is asked

def mta(*words):
    return d.ctl('mta', ' '.join(words), timeout=30)[1].strip()


def fields(line):
    """first word, then key=value; text= is the rest"""
    line, _, text = line.partition(' text=')
    words = line.split()
    out = dict(w.split('=', 1) for w in words[1:] if '=' in w)
    out['is'], out['text'] = words[0] if words else '', text
    return out


def connected(number):
    said = fields(mta('connect', '127.0.0.1', str(number)))
    if said['is'] != 'connected':
        raise RuntimeError('no connection: %s' % said)
    return said['ref']


def tls_out(number, **options):
    ref = connected(number)
    said = fields(mta('tls', ref, *('%s=%s' % kv for kv in options.items())))
    said['ref'] = ref
    return said


def talk(said):
    """hello goes there and comes back, turned round"""
    mta('say', said['ref'], 'hello')
    return mta('hear', said['ref']) == 'olleh'


def accepted(test, server, want=None, **options):
    """a verdict with these facts; bytes flow behind it"""
    said = tls_out(server.port, **options)
    is_ = {k: said.get(k) for k in want or {}}
    if not ok(said['is'] == 'verdict' and is_ == (want or {}) and talk(said),
              test + ": accepted"):
        diag(said)
        diag(want)
    if said['is'] == 'verdict':
        mta('close', said['ref'])
    return said


def refused(test, why, server, **options):
    said = tls_out(server if isinstance(server, int) else server.port,
                   **options)
    if not ok((said['is'], said.get('why')) == ('refused', why),
              "%s: refused (%s)" % (test, why)):
        diag(said)
    if said['is'] == 'verdict':
        mta('close', said['ref'])
    return said


# --- records

def first(crt):
    with open(crt) as f:
        return f.read().split('-----END CERTIFICATE-----')[0] + \
            '-----END CERTIFICATE-----\n'


def der(crt):
    return ssl.PEM_cert_to_DER_cert(first(crt))


def spki(crt):
    pem = openssl('x509', '-pubkey', '-noout', '-in', crt)
    return base64.b64decode(''.join(pem.split('-----')[2].split()))


def tlsa(usage, selector, mtype, crt, spoilt=False):
    data = spki(crt) if selector == 1 else der(crt)
    h = {1: hashlib.sha256, 2: hashlib.sha512}.get(mtype, hashlib.sha256)
    h = bytearray(h(data).digest())
    h[0] ^= spoilt
    return '%d,%d,%d,%s' % (usage, selector, mtype, h.hex())


def pin(crt):
    return 'SHA256:' + hashlib.sha256(der(crt)).hexdigest()


# --- the table of policies

def opportunistic(mx, self_signed, version):
    facts = {'version': version, 'sni': 'mx.example', 'dane': '0'}
    accepted('a trusted one', mx, dict(facts, chain='2', error='0', named='1',
             names='dns:mx.example,dns:*.w.example', hash=pin(MX)),
             name='mx.example')
    accepted('another name', mx, {'named': '0', 'chain': '2',
                                  'sni': 'b.example'}, name='b.example')
    accepted('self-signed', self_signed, dict(facts, chain='1', error='18',
             named='0', hash=pin(SELF)), name='mx.example')
    accepted('an address', mx, {'sni': '', 'named': '0'}, name='127.0.0.1')
    accepted('its address', self_signed, {'sni': '', 'named': '1'},
             name='192.0.2.1')
    accepted('no name', mx, {'sni': '', 'named': '0', 'chain': '2'})
    accepted('a protocol', mx, {'alpn': 'xmpp-server'},
                    alpn='xmpp-server')
    accepted('one that it does not know', self_signed, {'alpn': ''},
             alpn='smtp')
    refused('one that it has not', 'handshake', mx, alpn='smtp')


def pkix(mx, self_signed, expired, other):
    p = {'policy': 'pkix'}
    accepted('pkix', mx, {'chain': '2', 'error': '0', 'named': '1'},
             name='mx.example', **p)
    accepted('by its wildcard', mx, {'named': '1'}, name='x.w.example', **p)
    refused('pkix: another name', 'name', mx, name='b.example', **p)
    refused('pkix: below the wildcard', 'name', mx, name='y.x.w.example', **p)
    refused('pkix: an address', 'name', mx, name='127.0.0.1', **p)
    said = refused('pkix: self-signed', 'chain', self_signed,
                   name='self.example', **p)
    same(said['error'], '18', 'and why')
    refused('pkix: an unknown CA', 'chain', other, name='mx.example', **p)
    said = refused('pkix: expired', 'chain', expired, name='old.example', **p)
    same((said['error'], said['text']), ('10', 'certificate has expired'),
         'and why')


def dane(mx, self_signed, expired, other):
    def of(*records, **more):
        return dict(more, policy='dane', tlsa=';'.join(records))
    match = {'dane': '1', 'error': '0'}
    for rr in (3, 1, 1), (3, 0, 1), (3, 1, 2), (3, 0, 2):
        what = '%d %d %d' % rr
        accepted(what, self_signed, match, **of(tlsa(*rr, SELF),
                                                name='any.example'))
        refused(what + ' of another', 'dane', self_signed,
                **of(tlsa(*rr, SELF, True), name='self.example'))
    for rr in (2, 1, 1), (2, 0, 1), (2, 0, 2):
        what = '%d %d %d' % rr
        good = tlsa(*rr, s.ca.crt)
        accepted(what, mx, dict(match, named='1'),
                 **of(good, name='mx.example'))
        accepted(what + ', other name', mx, match,
                 **of(good, name='b.example', also='mx.example'))
        refused(what + ', wrong name', 'name', mx,
                **of(good, name='b.example'))
        refused(what + ', two wrong names', 'name', mx,
                **of(good, name='b.example', also='c.example'))
        refused(what + ' of another CA', 'dane', other,
                **of(good, name='mx.example'))
        refused(what + ', self-signed', 'dane', self_signed,
                **of(good, name='self.example'))
    # RFC 7671 5.1: DANE-EE is what the zone says now, not what a CA said
    accepted('3 1 1, expired', expired, match, **of(tlsa(3, 1, 1, OLD),
                                                    name='old.example'))
    refused('2 1 1, expired', 'chain', expired,
            **of(tlsa(2, 1, 1, s.ca.crt), name='old.example'))
    # RFC 7672 3.1.3, 2.2: TLS is demanded, and nobody authenticated
    for rr in (0, 1, 1), (1, 1, 1), (3, 1, 9), (3, 7, 1), (9, 1, 1):
        accepted('%d %d %d is unusable' % rr, self_signed,
                 {'dane': '2', 'chain': '1', 'error': '18'},
                 **of(tlsa(*rr, SELF, True), name='self.example'))
    accepted('a digest too short', self_signed, {'dane': '2'},
             **of('3,1,1,abcd', name='self.example'))
    accepted('unusable, but trusted', mx, {'dane': '2', 'chain': '2'},
             **of(tlsa(1, 1, 1, MX), name='mx.example'))
    accepted('the second one matches', self_signed, match,
             **of(tlsa(3, 1, 1, MX), tlsa(3, 1, 1, SELF),
                  name='self.example'))
    accepted('one is unusable, one matches', self_signed, match,
             **of(tlsa(1, 1, 1, MX), tlsa(3, 1, 1, SELF),
                  name='self.example'))
    refused('one is unusable, one does not', 'dane', self_signed,
            **of(tlsa(1, 1, 1, SELF), tlsa(3, 1, 1, MX),
                 name='self.example'))


def pins(mx, self_signed):
    accepted('pin', self_signed, {'chain': '1', 'error': '18'},
             policy='pin', pin=pin(SELF))
    accepted('pin of a trusted one', mx, {'chain': '2', 'named': '1'},
             policy='pin', pin=pin(MX).replace('SHA256:', '').upper()
             .join(['SHA256:', '']), name='mx.example')
    refused('another pin', 'pin', self_signed, policy='pin', pin=pin(MX))


def policies():
    for option, version in VERSIONS:
        with Server(MX, option, '-alpn', 'xmpp-server') as mx, \
                Server(SELF, option, chain=None) as self_signed, \
                Server(OTHER, option) as other, \
                Server(OLD, option) as expired:
            diag(option)
            opportunistic(mx, self_signed, version)
            pkix(mx, self_signed, expired, other)
            dane(mx, self_signed, expired, other)
            pins(mx, self_signed)


# --- our certificate

def shown():
    for key in 'ec', 'rsa':
        s.ca.issue('c.example', key=key)
        same(s.reload()[0], 0, 'a reload, %s' % key)
        for option, version in VERSIONS:
            with Server(MX, option, '-Verify', '1', '-verify_return_error',
                        '-CAfile', s.ca.crt) as mx:
                accepted('%s, %s: our certificate' % (key, option), mx,
                         {'version': version}, client=1, name='mx.example')
                accepted('again', mx, policy='pkix', client=1,
                         name='mx.example')
                said = tls_out(mx.port)
                ok(said['is'] == 'refused' or not talk(said),
                   'nothing is shown unless it is wanted')
                if said['is'] == 'verdict':
                    mta('close', said['ref'])
            with Server(MX, option) as mx:
                accepted('who does not ask', mx, client=1)
    ctx = server_context(MX)
    ctx.load_verify_locations(s.ca.crt)
    ctx.verify_mode = ssl.CERT_REQUIRED
    got = []

    def who(c):
        t = ctx.wrap_socket(c, server_side=True)
        got.append(t.getpeercert()['subjectAltName'])
    with Peer(who) as p:
        mta('close', tls_out(p.port, client=1)['ref'])
        ok(poll(lambda: got), 'they see one')
        same(got, [(('DNS', 'c.example'),)], 'it is the one of the conf')
        signed = s.gate.total('signer', 'signed')
        refused('whoever has another pin', 'pin', p, client=1,
                       policy='pin', pin=pin(SELF))
        same((s.gate.total('signer', 'signed'), len(got)), (signed, 1),
             'sees none of ours')
    s.more = s.more.replace('c.example', '""')
    same(s.reload()[0], 0, 'without client-certificate')
    with Server(MX) as mx:
        refused('there is none', 'overload', mx, client=1)
        s.more = s.more.replace('""', 'd.example')
        mark = s.gate.mark()
        ok(s.reload()[0] != 0, 'one that is not of ours')
        ok(s.gate.said('client-certificate: not one of certificates', mark),
           'is told')
        s.more = s.more.replace('d.example', 'c.example')
        same(s.reload()[0], 0, 'back')
        accepted('and all is well', mx, client=1)


def off():
    s.more += 'out: no\n'
    same(s.reload()[0], 0, 'out: no')
    with Server(MX) as mx:
        refused('nothing goes out', 'overload', mx)
        s.more = s.more.replace('out: no\n', '')
        same(s.reload()[0], 0, 'out: yes')
        accepted('and again', mx)


def authorities():
    """a reload brings other CAs, or none: those of before are forgotten"""
    ours = s.ca.crt
    p = {'policy': 'pkix', 'name': 'mx.example'}
    with Server(MX) as mx, Server(OTHER) as other:
        for crt, yes, no in (strangers.crt, other, mx), \
                (os.path.join(where, 'none.crt'), None, other), \
                (ours, mx, other):
            s.ca.crt = crt
            same(s.reload()[0], 0, 'CAs of %s' % os.path.basename(crt))
            refused('pkix: of no CA of these', 'chain', no, **p)
            if yes is not None:
                accepted('pkix: of this one', yes, **p)


def changes(mx):
    """reloads in the middle of handshakes: each has what it began with"""
    ctx, go = server_context(MX), threading.Event()
    ctx.load_verify_locations(s.ca.crt)
    ctx.verify_mode = ssl.CERT_REQUIRED
    ours = s.ca.crt

    def late(c):
        go.wait(PATIENCE)
        echo(ctx)(c)
    with Peer(late) as p:
        got = []
        before = s.gate.total('relayout', 'open')
        threads = [threading.Thread(target=lambda: got.append(tls_out(
            p.port, policy='pkix', name='mx.example', client=1)))
            for i in range(8)]
        for t in threads:
            t.start()
        ok(poll(lambda: s.gate.total('relayout', 'open') == before + 8),
           'eight handshakes')
        for crt, more in (os.path.join(where, 'none.crt'),
                          s.more.replace('c.example', '""')), (ours, s.more):
            s.ca.crt, was, s.more = crt, s.more, more
            same(s.reload()[0], 0, 'another configuration, not theirs')
            refused('what it says holds for others', 'chain' if crt != ours
                    else 'name', mx, policy='pkix', name='b.example')
            s.more = was
        go.set()
        for t in threads:
            t.join(PATIENCE)
        same([g['is'] for g in got], ['verdict'] * 8, 'all end well')
        for g in got:
            mta('close', g['ref'])


# --- hostile servers

def drip(c):
    """the head of a ServerHello, a byte at a time"""
    for b in b'\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03' + bytes(100):
        c.send(bytes([b]))
        time.sleep(0.1)


def reset(c):
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    c.recv(100)
    c.close()


def says(b):
    def f(c):
        c.recv(4096)
        c.sendall(b)
        c.recv(4096)
    return f


def hostile():
    for name, f in (
            ('an answer in the clear', says(b'220 mx.example\r\n' * 5)),
            ('garbage', says(os.urandom(3000))),
            ('zeroes', says(bytes(3000))),
            ('an alert', says(b'\x15\x03\x03\x00\x02\x02\x28')),
            ('a warning for ever', says(b'\x15\x03\x03\x00\x02\x01\x5a' * 99)),
            ('a record that is too long', says(b'\x16\x03\x03\xff\xff' +
                                               bytes(66000))),
            ('its end', lambda c: (c.recv(100), c.close())),
            ('a reset', reset)):
        with Peer(f) as p:
            refused(name, 'handshake', p, policy='opportunistic')
    for name, f in ('silence', None), ('a byte now and then', drip):
        with Peer(f) as p:
            t = time.monotonic()
            refused(name, 'deadline', p, deadline=600)
            ok(0.5 < time.monotonic() - t < 3, 'in time')
    with Server(MX, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0') as old:
        refused('TLS 1.1 only', 'handshake', old)
    with Server(MX, '-tls1_2', '-cipher', 'AES128-GCM-SHA256') as old:
        refused('no forward secrecy', 'handshake', old)
    many = os.path.join(s.ca.dir, 'many.pem')
    for n, why in (20, 'chain'), (100, 'handshake'):
        with open(many, 'w') as f:
            f.write(first(MX))
            for i in range(n):
                f.write(first(s.ca.crt))
        with Server(MX, chain=many) as p:
            refused('%d certificates' % n, why, p)
            refused('%d certificates, pin' % n, why, p, policy='pin',
                    pin=pin(MX))
            refused('%d certificates, DANE' % n, why, p, policy='dane',
                    tlsa=tlsa(3, 1, 1, MX), name='mx.example')
    large = s.ca.issue('large.example', ['DNS:h%d.example' % i
                                         for i in range(6000)])
    ok(len(der(large)) > 80000, 'a certificate of %d bytes' % len(der(large)))
    with Server(large, chain=None) as p:
        refused('which', 'handshake', p)
    names = s.ca.issue('names.example', ['DNS:h%d.example' % i
                                         for i in range(40)])
    with Server(names) as p:
        said = accepted('40 names', p)
        same(said['names'].count('dns:'), 16, '16 of them are told')
    with Server(MX, '-tls1_2', talk=()) as p:
        pid = s.gate.pid('relayout')
        said = tls_out(p.port)
        p.p.stdin.write(b'R\n')
        p.p.stdin.flush()
        same(mta('hear', said['ref']), 'end',
             'who wants to negotiate again does not get it, and gives up')
        mta('close', said['ref'])
        same(s.gate.pid('relayout'), pid, 'it lives')


def bulk():
    """a slow reader and much to read: nothing is lost"""
    ctx = server_context(MX)
    want = [b'%08d' % i for i in range(400)]

    def f(c):
        t = ctx.wrap_socket(c, server_side=True)
        t.sendall(b'\n'.join(want) + b'\n')
        t.unwrap()
    with Peer(f) as p:
        said = tls_out(p.port)
        time.sleep(0.3)
        lines = [mta('hear', said['ref']) for i in range(len(want))]
        same(lines, [w.decode() for w in want], 'all of it, in order')
        same(mta('hear', said['ref']), 'end', 'then the end')
        mta('close', said['ref'])
    ok(poll(lambda: s.gate.total('relayout', 'open') == 0), 'nothing stays')


# --- callers

def misuse():
    with Server(MX) as mx:
        for what, why in ('log', 'malformed'), ('udp', 'malformed'), \
                ('tcp', 'handshake'):
            said = fields(mta('tls-odd', what))
            same((said['is'], said.get('why')), ('refused', why),
                 'a descriptor of %s' % what)
        m = 'malformed'
        refused('a name with blanks', m, mx, name='a..b')
        refused('a name with /', m, mx, name='a/b')
        refused('pkix without a name', m, mx, policy='pkix')
        refused('DANE without records', m, mx, policy='dane', name='a.example')
        refused('records without DANE', m, mx, name='a.example',
                tlsa='3,1,1,abcd')
        refused('DANE for an address', m, mx, policy='dane',
                name='127.0.0.1', tlsa='3,1,1,abcd')
        refused('more records than it has', m, mx, policy='dane',
                name='a.example', tlsa='3,1,1,abcd', ntlsa=2)
        refused('a pin that is none', m, mx, policy='pin', pin='SHA256:ab')
        refused('no pin', m, mx, policy='pin')
        refused('a pin without its policy', m, mx, pin=pin(MX))
        refused('another name without DANE', m, mx, name='a.example',
                also='b.example')
        crimes = ('policy', 'client', 'never', 'late', 'many', 'name', 'also',
                  'alpn', 'pin', 'behind', 'twice')
        with Peer() as p:
            for what in crimes:
                linked()
                old = d.pid('mta')
                mta('crime', connected(p.port), what)
                ok(poll(lambda: d.replaced('mta', old)),
                   'crime %s: mta is replaced' % what)
                ok(poll(lambda: s.gate.total('relayout', 'open') == 0),
                   'its handshakes are dropped')
        linked()
        accepted('and all is well', mx)


def linked():
    """mta and relayout have found each other"""
    def there():
        try:
            return tls_out(p.port, deadline=50).get('why') == 'deadline'
        except RuntimeError:
            return False
    with Peer() as p:
        if not poll(there):
            raise RuntimeError('mta has no relayout')


def caller_dies():
    with Peer() as p, Peer(echo(server_context(MX))) as q:
        said = tls_out(q.port)
        together(8, lambda i: tls_out(p.port, deadline=60000))
        ok(poll(lambda: s.gate.total('relayout', 'open') == 9),
           'eight handshakes, one connection')
        d.replaced('mta', d.kill('mta'))
        ok(poll(lambda: s.gate.total('relayout', 'open') == 0, 8),
           'their caller is gone: so are they')
        same(said['is'], 'verdict', 'it was one')
    linked()


def full():
    with Peer(echo(server_context(MX))) as p:
        many = [tls_out(p.port) for i in range(512)]
        same({m['is'] for m in many}, {'verdict'}, '512 connections')
        refused('one more', 'overload', p)
        diag('%d kB in use' % memory(s.gate.pid('relayout'), 'Pss' if ROOT
                                     else 'VmRSS'))
        mta('say', many[0]['ref'], 'hello')
        same(mta('hear', many[0]['ref']), 'hello', 'they are served')
        for m in many:
            mta('close', m['ref'])
        ok(poll(lambda: s.gate.total('relayout', 'open') == 0, 10),
           'nothing stays')
        accepted_again = tls_out(p.port)
        same(accepted_again['is'], 'verdict', 'there is room again')
        mta('close', accepted_again['ref'])


class Load:
    """connections that come, talk and go, all the time"""

    def __init__(self, number, n=3):
        self.seen, self.ending, self.number = {}, False, number
        self.threads = [threading.Thread(target=self.run, daemon=True)
                        for i in range(n)]
        for t in self.threads:
            t.start()

    def run(self):
        while not self.ending:
            try:
                said = tls_out(self.number, policy='dane', name='mx.example',
                               tlsa=tlsa_mx)
                what = said['is']
                if what == 'verdict':
                    mta('say', said['ref'], 'hello')
                    heard = mta('hear', said['ref'])
                    if heard not in ('hello', 'end'):
                        what = 'odd: ' + heard
                    mta('close', said['ref'])
            except (OSError, RuntimeError, ConnectionError):
                what = 'nothing'
            self.seen[what] = self.seen.get(what, 0) + 1
            if what != 'verdict':
                time.sleep(0.01)

    def end(self):
        self.ending = True
        for t in self.threads:
            t.join(PATIENCE)


def killed():
    global tlsa_mx
    tlsa_mx = tlsa(3, 1, 1, MX)
    with Peer(echo(server_context(MX))) as p:
        before = descriptors(s.gate.pid('relayout'))
        load = Load(p.port)
        for i in range(KILLS):
            time.sleep(0.05)
            if not s.gate.replaced('relayout', s.gate.kill('relayout')):
                ok(False, 'relayout is not replaced')
        ok(True, 'killed %d times' % KILLS)
        old = load.seen.get('verdict', 0)
        linked()
        ok(poll(lambda: load.seen.get('verdict', 0) > old + 10),
           'it serves again')
        load.end()
        diag(load.seen)
        same(set(load.seen) - {'verdict', 'lost', 'refused', 'nothing'},
             set(), 'who was there hears an end, a loss or a refusal')
        ok(poll(lambda: s.gate.total('relayout', 'open') == 0, 8),
           'nothing stays')
        same(descriptors(s.gate.pid('relayout')), before,
             'no descriptor was lost or won')
    same(zombies(s.gate.process.pid), [], 'no zombies')


def signer_stops():
    """only who shows a certificate waits for it, and not for long"""
    with Server(MX, '-Verify', '1', '-CAfile', s.ca.crt) as asks, \
            Server(MX) as mx:
        pid = s.gate.kill('signer', signal.SIGSTOP)
        accepted('without a signer', mx)
        t = time.monotonic()
        refused('not with one', 'handshake', asks, client=1)
        ok(0.9 < time.monotonic() - t < 3, 'after a second')
        same(s.gate.total('relayout', 'unsigned'), 1, 'it is counted')
        os.kill(pid, signal.SIGCONT)
        accepted('it goes on', asks, client=1)


with Suite({}, certificates={'a.example': 'ec', 'c.example': 'ec'},
           limits={'close': '1s'},
           conf='client-certificate: c.example\n') as s:
    # who accuses more than five times a minute is replaced, too
    s.expect('process=mta|peer=mta')
    s.expect('event=death process=relayout signal=9')
    where = os.path.join(s.dir, 'servers')
    strangers = Ca(where, 'Strange CA')
    MX = s.ca.issue('mx.example', ['DNS:mx.example', 'DNS:*.w.example'],
                    where=where)
    OLD = s.ca.issue('old.example', days=-1, where=where)
    OTHER = strangers.issue('mx.example.other', ['DNS:mx.example'])
    SELF = os.path.join(where, 'self.crt')
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout',
            SELF[:-4] + '.key', '-out', SELF, '-days', '30', '-subj',
            '/CN=self.example', '-addext',
            'subjectAltName=DNS:self.example,IP:192.0.2.1')
    if ROOT:
        diag('relayout, idle: %d kB' % memory(s.gate.pid('relayout'), 'Pss'))
    d = s.taker()
    linked()
    policies()
    shown()
    off()
    authorities()
    with Server(MX) as mx:
        changes(mx)
    hostile()
    bulk()
    signer_stops()
    caller_dies()
    full()
    killed()
    misuse()
