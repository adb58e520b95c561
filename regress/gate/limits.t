#!/usr/bin/env python3
# strangers who want too much: garbage, handshakes that do not end, more
# connections than one address may have, more than there is room for. Others
# are served all the while. gate.md 8
import os
import random
import socket
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

FLOOD = int(os.environ.get('FLOOD', '10000'))


def hello():
    """a ClientHello"""
    out = ssl.MemoryBIO()
    o = context().wrap_bio(ssl.MemoryBIO(), out, server_hostname='a.example')
    try:
        o.do_handshake()
    except ssl.SSLWantReadError:
        return out.read()


def half(source):
    """one who says half of it and waits"""
    l = plain(s.port('smtps'), source)
    l.s.sendall(hello()[:100])
    return l


def limit(**keys):
    s.limits = {k.replace('_', '-'): v for k, v in keys.items()}
    status, said = s.reload()
    if status != 0:
        raise RuntimeError(said)


def count(name):
    return s.gate.total('relay', name)


def served(source='127.9.9.9'):
    with tls(s.port('smtps'), context(s.ca.crt), source=source) as l:
        return l.ask('hello') == 'hello'


def garbage():
    r = random.Random(3)
    h = hello()
    rubbish = [b'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n', b'\x16', b'\0' * 9,
               b'\x80\x2e\x01\x00\x02' + bytes(41), b'EHLO a.example\r\n' * 99,
               b'\x16\x03\x01\xff\xff' + bytes(70000), h[:-1] + b'\xff' * 99,
               b'\x15\x03\x01\x00\x02\x02\x00', b'\x17\x03\x03\x00\x10' +
               bytes(16), h + h, h + b'\x14\x03\x03\x00\x01\x01' * 99]
    for i in range(60):
        b = bytearray(h)
        for k in range(r.randint(1, 8)):
            b[r.randrange(len(b))] = r.randrange(256)
        rubbish.append(bytes(b))
    relay = s.gate.pid('relay.0')
    before = count('accepted')
    for b in rubbish:
        with plain(s.port('smtps')) as l:
            try:
                l.s.sendall(b)
                l.s.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            if not l.is_closed(3):
                ok(False, 'closed: %r' % b[:40])
    same(count('accepted') - before, len(rubbish), 'all kinds of garbage')
    same(count('open'), 0, 'nothing stays')
    same(s.gate.pid('relay.0'), relay, 'nobody died')
    ok(served(), 'others are served')


def never_ending():
    limit(handshake='600ms')
    before, t = count('expired'), time.monotonic()
    many = [half('127.0.0.%d' % i) for i in range(2, 12)]
    slow = plain(s.port('smtps'), '127.0.1.1')

    def drop_by_drop():
        try:
            for b in hello():
                slow.s.sendall(bytes([b]))
                time.sleep(0.05)
        except OSError:
            pass
    thread = threading.Thread(target=drop_by_drop)
    thread.start()
    ok(served(), 'while others do not finish their handshakes')
    ok(all(l.is_closed(4) for l in many), 'half a handshake is closed')
    ok(slow.is_closed(4), 'so is one that comes drop by drop')
    t = time.monotonic() - t
    ok(0.5 < t < 3, 'after the time that handshakes have')
    thread.join()
    same(count('expired') - before, 11, 'and is counted')


def handshakes():
    limit(handshakes=12, handshakes_per_address=4)
    refused = count('refused')
    mine = [half('127.0.0.2') for i in range(6)]
    ok(mine[5].is_closed() and mine[4].is_closed(),
       'of one address so many handshakes')
    same(count('refused') - refused, 2, 'more are refused')
    ok(served(), 'another address is served')
    others = [half('127.0.3.%d' % i) for i in range(1, 9)]
    expired = count('expired')
    new = half('127.0.4.1')
    ok(mine[0].is_closed(), 'the table is full: the oldest goes')
    same(count('expired') - expired, 1, 'and nobody else')
    ok(served(), 'a client who hurries is served')
    for l in mine + others + [new]:
        l.close()
    ok(poll(lambda: count('open') == 0), 'the table is empty again')


def one_address():
    limit(per_address=50)
    before = s.gate.stats()
    n = min(FLOOD, FILES - 200)
    many, t = [], time.monotonic()
    for i in range(n):
        many.append(plain(s.port('plain'), '127.0.0.2'))
    ok(served(), '%d connections of one address: another is served' % n)
    poll(lambda: count('accepted') + count('refused') -
         before['relay.0.accepted'] - before['relay.0.refused'] >= n + 1)
    diag('%.0f connections/s' % (n / (time.monotonic() - t)))
    same((count('accepted') - before['relay.0.accepted'] - 1,
          count('refused') - before['relay.0.refused']), (50, n - 50),
         '50 are taken, all others refused')
    for l in many:
        l.close()
    ok(poll(lambda: d.total('session', 'open') == 0 and count('open') == 0),
       'all of them are gone')
    with plain(s.port('plain'), '127.0.0.2') as l:
        same(l.ask('hello'), 'hello', 'then the address is welcome again')


def full():
    limit(connections=40)
    refused = count('refused')
    most = [plain(s.port('plain'), '127.0.0.2') for i in range(36)]
    same([l.ask('hello') for l in most], ['hello'] * 36, '36 of 40 places')
    with plain(s.port('plain'), '127.0.0.2') as l:
        ok(l.is_closed(), 'nearly full: who has many gets no more')
    rest = [plain(s.port('plain'), '127.0.5.%d' % i) for i in range(1, 5)]
    same([l.ask('hello') for l in rest], ['hello'] * 4, 'who has none does')
    waits = plain(s.port('plain'), '127.0.6.1')
    waits.say('hello')
    waits.s.settimeout(0.2)
    try:
        ok(False, 'full: heard %r' % waits.hear())
    except socket.timeout:
        ok(True, 'full: the next one waits in the backlog')
    most[0].say('QUIT')
    waits.s.settimeout(PATIENCE)
    same(waits.hear(), 'hello', 'until a place is free')
    same(count('refused') - refused, 1, 'one was refused')
    for l in most + rest + [waits]:
        l.close()
    ok(poll(lambda: count('open') == 0), 'all are gone')


def rate():
    limit(handshake_rate=20, handshakes=500, handshakes_per_address=500)
    time.sleep(0.1)
    t, n, lock = time.monotonic(), [0], threading.Lock()

    def client():
        if served('127.0.7.1'):
            with lock:
                n[0] += 1
    clients = [threading.Thread(target=client) for i in range(60)]
    for c in clients:
        c.start()
    for c in clients:
        c.join()
    same(n[0], 60, '60 full handshakes at once are served')
    ok(served(), 'the next one waits')
    t = time.monotonic() - t
    ok(1.5 < t < 8, 'until 20 a second make up for them: %.1f s' % t)


with Suite({
        'plain': Service(25, 'no', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit')},
        limits={'per-address': 1000}, relays=1) as s:
    d = s.taker()
    garbage()
    never_ending()
    handshakes()
    one_address()
    full()
    rate()
