#!/usr/bin/env python3
# STARTTLS between daemon and relay: the hand-over, plaintext that does not
# belong there, failures, and what a taken-over daemon may not do. gate.md 5
import os
import socket
import ssl
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *


def works():
    for v in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
        with plain(s.port('smtp'), source='127.0.0.7') as l:
            before = l.info()
            same(l.ask('STARTTLS'), '220 go ahead', 'the go-ahead')
            l.start_tls(context(s.ca.crt, low=v, high=v))
            after = l.info()
            same((before['version'], after['version']),
                 ('0000', '030%d' % (v.value & 15)), 'then TLS is on')
            same(after['id'], before['id'], 'it keeps its id')
            same(before['peer'], '127.0.0.7/%d' % l.s.getsockname()[1],
                 'the peer is told')
            same(l.ask('STARTTLS'), '503 it is on', 'but once')
            same(l.ask('hello'), 'hello', 'lines come back')
    with tls(s.port('smtps'), context(s.ca.crt, alpn=['x', 'smtp'])) as l:
        i = l.info()
        here = '127.0.0.1/%d'
        same([i[k] for k in ('row', 'service', 'peer', 'local', 'version',
                             'cipher', 'sni', 'alpn', 'resumed', 'chain')],
             ['submit', 'smtps', here % l.s.getsockname()[1],
              here % s.port('smtps'), '0304', l.s.cipher()[0], 'a.example',
              'smtp', '0', '0'], 'implicit TLS: all is told')
        ok(abs(int(i['at']) / 1e9 - time.time()) < 60, 'when it was accepted')


def injected():
    before = d.total('session', 'garbage')
    for behind in 'NOOP\r\n', 'N', '\r\n':
        with plain(s.port('smtp')) as l:
            l.s.sendall(b'STARTTLS\r\n' + behind.encode())
            l.hear()
            ok(l.is_closed(), 'in the same segment: closed')
    same(d.total('session', 'garbage') - before, 3, 'the daemon saw it')
    same(poll(lambda: s.gate.total('relay', 'garbage')), 3,
         'the relays were told')
    # wherever it is cut: nothing of it is answered
    text = b'STARTTLS\r\nINFO\r\n'
    for cut in range(1, len(text)):
        with plain(s.port('smtp')) as l:
            l.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                l.s.sendall(text[:cut])
                if cut >= 10:
                    l.hear()
                l.s.sendall(text[cut:])
                said = b''
                while True:
                    more = l.s.recv(4096)
                    said += more
                    if not more:
                        break
            except ConnectionError:
                pass
            if b'INFO' in said:
                ok(False, 'cut at %d' % cut)
    before = d.total('session', 'failed_handshake')
    with plain(s.port('smtp')) as l:
        l.ask('STARTTLS')
        l.say('MAIL FROM:<>')
        ok(l.is_closed(), 'after the go-ahead: the handshake fails')
    same(poll(lambda: d.total('session', 'failed_handshake') > before), True,
         'the daemon hears TLS_FAILED')


def failures():
    before = d.stats()
    with plain(s.port('smtp')) as l:
        l.ask('STARTTLS')
        l.close()
    ok(poll(lambda: d.stats()['session.failed_handshake'] >
            before['session.failed_handshake']), 'who leaves has failed')
    with plain(s.port('smtp')) as l:
        l.ask('STARTTLS')
        t = time.monotonic()
        ok(l.is_closed(), 'who says nothing is closed')
        t = time.monotonic() - t
        ok(0.3 < t < 3, 'in time')
    ok(poll(lambda: d.stats()['session.failed_timeout'] >
            before['session.failed_timeout']), 'TLS_FAILED: timeout')
    many = [plain(s.port('smtp')) for i in range(10)]
    for l in many:
        l.ask('STARTTLS')
    ok(poll(lambda: d.stats()['session.failed_overload'] >
            before['session.failed_overload']), 'TLS_FAILED: too many of one')
    for l in many:
        l.close()
    ok(poll(lambda: d.total('session', 'open') == 0), 'nothing stays')


def evil(crime, service, with_tls, survives=False):
    pids, gate = d.pids(), s.gate.pids()
    number = s.port(service)
    l = plain(number)
    if with_tls and service == 'smtp':
        l.ask('STARTTLS')
    if with_tls:
        l.start_tls(context(s.ca.crt))
    with tls(s.port('smtps'), context(s.ca.crt)) as other, l:
        l.info()
        l.say('EVIL ' + crime)
        if survives:
            l.say('hello')
            ok(any(l.hear() == 'hello' for i in range(2)), crime)
            same(d.pid('session'), pids['session'], 'it is left alone')
        else:
            ok(poll(lambda: d.replaced('session', pids['session'])),
               '%s, %s: session is replaced' % (
                   crime, 'TLS' if with_tls else 'plain'))
            ok(l.is_closed(), 'its connection ends')
        same(other.ask('hello'), 'hello', 'other rows have theirs')
        same(s.gate.pids(), gate, 'the gate lives')
    with plain(number) as l:
        same(l.ask('hello'), 'hello', 'and serves')


def blocking():
    """the daemon takes O_NONBLOCK from the socket it hands back"""
    def other(i):
        with tls(s.port('smtps'), context(s.ca.crt), timeout=3,
                 source='127.0.1.%d' % (i + 1)) as o:
            return o.ask('hello')
    with plain(s.port('smtp')) as l:
        l.ask('EVIL blocking')
        l.ask('STARTTLS')
        l.start_tls(context(s.ca.crt)).say('SEND 20000000')
        time.sleep(0.3)
        same(together(8, other)(), ['hello'] * 8,
             'a socket that blocks: others are served')


def fresh_gate():
    # who accuses more than five times a minute is replaced, too
    s.gate.stop()
    s.gate.start()
    if not poll(lambda: d.ctl('services')[0] == 0):
        raise RuntimeError('the daemon did not come back')


def crimes():
    s.expect('process=session|peer=session')
    evil('wrong-id', 'smtp', False)
    evil('starttls', 'plain', False)
    evil('starttls', 'smtp', True)
    evil('starttls-twice', 'smtp', False)
    evil('done-twice', 'smtp', True)
    fresh_gate()
    evil('done-what', 'smtp', False)
    evil('pause smtps', 'smtp', False)
    evil('row', 'smtp', False)
    evil('other-socket', 'smtp', False)
    evil('flood smtp', 'smtp', False, survives=True)
    evil('pause nobody', 'smtp', True, survives=True)


with Suite({
        'smtp': Service(25, 'starttls', 'smtpd.session'),
        'plain': Service(26, 'no', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit', ['smtp'])},
        limits={'handshake': '500ms', 'handshakes-per-address': 4}) as s:
    d = s.taker()
    works()
    injected()
    blocking()
    failures()
    crimes()
