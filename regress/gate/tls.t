#!/usr/bin/env python3
# what TLS the gate speaks: versions, ciphers, curves, names, tickets, client
# certificates, staples. gate.md 3
import os
import re
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
GOOD = {'%s-%s' % (k, c) for k in ('ECDHE-ECDSA', 'ECDHE-RSA') for c in
        ('AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305')}


def s_client(*args, stdin='', service='smtps'):
    return openssl('s_client', '-connect', '127.0.0.1:%d' % s.port(service),
                   *args, stdin=stdin, fails=True)


def conversation(*args, service='smtps'):
    """until the daemon closes: with all that the server has to say"""
    return s_client(*args, '-ign_eof', stdin='QUIT\n', service=service)


def shakes(ctx, sni='a.example'):
    try:
        with tls(s.port('smtps'), ctx, sni) as l:
            return l.s.cipher()[0]
    except (ssl.SSLError, ConnectionError):
        return None


def versions():
    for old in 'tls1', 'tls1_1':
        out = s_client('-' + old, '-cipher', 'ALL:@SECLEVEL=0')
        ok('alert protocol version' in out, '%s: protocol_version' % old)
    for v in TLS12, TLS13:
        ctx = context(s.ca.crt, low=v, high=v)
        with tls(s.port('smtps'), ctx) as l:
            same(l.info()['version'], '030' + str(v.value & 15),
                 'the daemon hears of %s' % v.name)


def ciphers():
    every = openssl('ciphers', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0')
    every = [c for c in every.strip().split(':') if not c.startswith('TLS_')]
    taken = set()
    for sni in 'a.example', 'b.example':
        for c in every:
            ctx = context(low=TLS12, high=TLS12)
            ctx.set_ciphers(c + ':@SECLEVEL=0')
            if shakes(ctx, sni):
                taken.add(c)
    ok(len(every) > 100, '%d ciphers were tried' % len(every))
    same(taken, GOOD, 'TLS 1.2: ECDHE with AEAD, nothing else')
    taken = [c for c in ('TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384',
                         'TLS_CHACHA20_POLY1305_SHA256',
                         'TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256')
             if 'Cipher is ' + c in s_client('-tls1_3', '-ciphersuites', c)]
    ok(len(taken) == 3 and not any('CCM' in c for c in taken),
       'TLS 1.3: ' + ' '.join(taken))


def curves():
    for v in '-tls1_2', '-tls1_3':
        taken = [c for c in ('X25519', 'P-256', 'P-384', 'P-521', 'X448',
                             'ffdhe2048', 'secp256k1')
                 if re.search(r'Cipher is [^(]', s_client(
                     v, '-groups', c, '-servername', 'b.example'))]
        same(taken, ['X25519', 'P-256', 'P-384'], 'curves of %s' % v[1:])


def habits():
    out = s_client('-tls1_2', stdin='R\n')
    ok('RENEGOTIATING' in out and re.search(r'no.renegotiation', out),
       'renegotiation is refused')
    ok('Compression: NONE' in out, 'no compression')
    out = conversation('-tls1_3')
    ok('Max Early Data: 0' in out, 'no early data')
    try:
        out = subprocess.run(
            ['sslscan', '--no-colour', '--sni-name=a.example',
             '127.0.0.1:%d' % s.port('smtps')], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60).stdout
    except FileNotFoundError:
        skip('sslscan finds nothing else', 'it is not installed')
        return
    good = (re.search(r'TLSv1\.0\s+disabled', out) and
            re.search(r'TLSv1\.1\s+disabled', out) and
            re.search(r'renegotiation not supported', out) and
            not re.search(r'\s(vulnerable|RC4|CBC|NULL|DES)\b', re.sub(
                r'not vulnerable', '', out)))
    if not ok(good, 'sslscan finds nothing else'):
        diag(out)


def names():
    def subject(sni):
        ctx = context(s.ca.crt)
        ctx.check_hostname = False
        with tls(s.port('smtps'), ctx, sni) as l:
            return l.s.getpeercert()['subjectAltName'][0][1], l.info()['sni']
    same(subject('a.example'), ('a.example', 'a.example'), 'the first name')
    same(subject('b.example'), ('b.example', 'b.example'), 'the second name')
    same(subject('c.example'), ('a.example', 'c.example'),
         'an unknown name gets the first certificate')
    same(subject(None), ('a.example', ''), 'so does no name at all')
    with tls(s.port('smtps'), context(s.ca.crt), 'b.example') as l:
        ok('rsaEncryption' in openssl('x509', '-noout', '-text', stdin=
                            ssl.DER_cert_to_PEM_cert(l.s.getpeercert(True))),
           'one key is RSA, the other EC')
    long = 'x' * 60 + '.' + 'y' * 60 + '.' + 'z' * 60 + '.example'
    same(subject(long)[1], long, 'a long name is told as it is')


def protocols():
    def chosen(*offer):
        with tls(s.port('smtps'), context(s.ca.crt, alpn=offer)) as l:
            return l.s.selected_alpn_protocol(), l.info()['alpn']
    same(chosen('two', 'one'), ('one', 'one'), 'ALPN: our order counts')
    same(chosen('two'), ('two', 'two'), 'ALPN: the second one')
    same(chosen('h2', 'three'), (None, ''), 'ALPN: none in common is none')
    same(chosen(), (None, ''), 'ALPN: none offered')


def tickets():
    ctx, session, resumed, relays = context(s.ca.crt), None, 0, set()
    for i in range(41):
        with tls(s.port('smtps'), ctx, session=session) as l:
            info = l.info()
            resumed += l.s.session_reused
            if l.s.session_reused != bool(int(info['resumed'])):
                ok(False, 'both sides agree about the resumption')
            relays.add(int(info['id'], 16) >> 56)
            session = l.s.session
    ok(resumed >= 38, '%d of 40 resumed' % resumed)
    same(relays, {0, 1}, 'by both relays')
    same(s.gate.total('relay', 'resumed'), resumed, 'they counted as many')
    with tls(s.port('others'), ctx, session=session) as l:
        l.info()
        ok(not l.s.session_reused, 'a ticket is for its service only')
    ctx = context(s.ca.crt, high=TLS12)
    with tls(s.port('smtps'), ctx) as l:
        l.info()
        session = l.s.session
        ok(not session.has_ticket, 'TLS 1.2: no ticket')
    with tls(s.port('smtps'), ctx, session=session) as l:
        ok(not l.s.session_reused, 'TLS 1.2: no resumption')
    out = conversation('-tls1_3')
    new = 'Post-Handshake New Session Ticket arrived'
    same(out.count(new), 1, 'one ticket for each handshake')
    file = os.path.join(s.dir, 'session')
    conversation('-tls1_3', '-sess_out', file)
    out = conversation('-tls1_3', '-sess_in', file)
    same(('Reused, TLSv1.3' in out, out.count(new)), (True, 1),
         'a resumed one gives a ticket, too')


def clients():
    def told(cert=None, later=False):
        ctx = context(s.ca.crt, cert=cert)
        if later:
            l = plain(s.port('later'))
            l.ask('STARTTLS')
            l.start_tls(ctx)
        else:
            l = tls(s.port('asks'), ctx)
        with l:
            i = l.info()
            return i['chain'], i['hash'], i['names'].split(',')

    def sha256(cert):
        out = openssl('x509', '-in', cert, '-noout', '-fingerprint', '-sha256')
        return 'SHA256:' + out.split('=')[1].strip().replace(':', '').lower()
    same(told(), ('0', '', ['']), 'no client certificate')
    other = Ca(os.path.join(s.dir, 'other'), 'Stranger')
    cert = other.issue('them.example')
    same(told(cert), ('1', sha256(cert), ['dns:them.example']),
         'one of a CA that we do not know')
    cert = s.ca.issue('us.example', [
        'DNS:us.example', 'DNS:*.us.example',
        'otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.us.example',
        'otherName:1.3.6.1.5.5.7.8.5;UTF8:chat.us.example',
        'email:me@us.example'], where=other.dir)
    same(told(cert), ('2', sha256(cert), [
        'dns:us.example', 'dns:*.us.example', 'srv:_xmpp-server.us.example',
        'xmpp:chat.us.example']), 'one that we trust, and its names')
    same(told(cert, True), told(cert), 'after STARTTLS alike')
    same(told(later=True), ('0', '', ['']), 'or none')
    cert = s.ca.issue('many.example', ['DNS:n%d.example' % i
                                       for i in range(40)], where=other.dir)
    same(len(told(cert)[2]), 16, 'of 40 names 16 are told')
    same(len(told(cert, True)[2]), 16, 'after STARTTLS alike')
    cert = s.ca.issue('old.example', days=-1, where=other.dir)
    same(told(cert)[0], '1', 'an expired one is not trusted')
    out = conversation('-tls1_3', service='asks')
    ok('Ticket arrived' not in out, 'no ticket where certificates are asked')


def staples():
    out = s_client('-status', '-servername', 'a.example', '-CAfile', s.ca.crt)
    ok('OCSP response: no response sent' in out, 'no staple')
    s.ca.staple('a.example')
    same(s.gate.ctl('reload')[0], 0, 'a staple is read by reload')
    for v in '-tls1_2', '-tls1_3':
        out = s_client(v, '-status', '-servername', 'a.example', '-CAfile',
                       s.ca.crt)
        ok('OCSP Response Status: successful' in out and
           'Cert Status: good' in out, 'stapled, %s' % v[1:])
    ok('staple=yes' in s.gate.ctl('status')[1], 'status tells of it')
    with open(os.path.join(s.ca.dir, 'a.example.ocsp'), 'w') as f:
        f.write('nonsense')
    same(s.gate.ctl('reload')[0], 0, 'a broken staple is no failure')
    out = s_client('-status', '-servername', 'a.example')
    ok('OCSP response: no response sent' in out, 'it is not sent')


with Suite({
        'smtps': Service(465, 'implicit', 'smtpd.submit', ['one', 'two']),
        'others': Service(466, 'implicit', 'smtpd.submit'),
        'asks': Service(5270, 'implicit', 'smtpd.session', ask=True),
        'later': Service(5269, 'starttls', 'smtpd.session', ask=True)},
        certificates={'a.example': 'ec', 'b.example': 'rsa'},
        limits={'handshake-rate': 100000}) as s:
    s.taker()
    versions()
    ciphers()
    curves()
    habits()
    names()
    protocols()
    tickets()
    clients()
    staples()
