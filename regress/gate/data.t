#!/usr/bin/env python3
# bytes between clients and daemon: all of them, in both directions, at the
# pace of the slower side, and how a connection ends. IDLE: connections that
# are counted in memory. gate.md 4
import os
import random
import socket
import ssl
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

BULK = 20 << 20
IDLE = int(os.environ.get('IDLE', '2000'))


def bulk():
    data = memoryview(random.Random(1).randbytes(BULK))
    for v in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
        with tls(s.port('smtps'), context(s.ca.crt, low=v, high=v)) as l:
            l.ask('ECHO')
            t = time.monotonic()
            ok(both_ways(l, data) == data, '%d MB there and back, %s' %
               (BULK >> 20, v.name))
            t = time.monotonic() - t
            diag('%.0f MB/s each way' % (BULK / t / 1e6))
    with plain(s.port('smtp')) as l:
        l.ask('STARTTLS')
        l.start_tls(context(s.ca.crt)).ask('ECHO')
        ok(both_ways(l, data) == data, 'after STARTTLS')
    with tls(s.port('smtps'), context(s.ca.crt)) as l:
        l.say('SEND %d' % BULK)
        ok(l.take(BULK) == pattern(BULK), 'to the client alone')
    with tls(s.port('smtps'), context(s.ca.crt)) as l:
        l.ask('SINK')
        l.s.sendall(pattern(BULK))
        half_close(l)
        same(l.hear(), '%d 0' % BULK, 'to the daemon alone, then half closed')
        same(l.hear(), '', 'the way back was open until its end')
    # records of any size, cut anywhere
    with tls(s.port('smtps'), context(s.ca.crt)) as l:
        l.ask('ECHO')
        r = random.Random(2)
        for i in range(200):
            b = r.randbytes(r.choice([1, 2, 17, 1000, 16383, 16384, 16385]))
            l.s.sendall(b)
            if l.take(len(b)) != b:
                ok(False, 'record %d' % i)
        ok(True, '200 records of all sizes')


def half_close(l):
    """close_notify of ours; SSLSocket.unwrap() would wait for the other's"""
    l.s.setblocking(False)
    try:
        l.s._sslobj.shutdown()
    except (ssl.SSLWantReadError, ssl.SSLSyscallError):
        pass
    l.s.settimeout(PATIENCE)


def rss():
    return sum(memory(p) for n, p in s.gate.pids().items()
               if n.startswith('relay.'))


def slow():
    ctx = context(s.ca.crt)
    before = rss()
    slow = [tls(s.port('smtps'), ctx) for i in range(20)]
    for l in slow:
        l.say('SEND %d' % BULK)
    # all that can move has moved
    last = [-1]

    def still():
        was, last[0] = last[0], sum(cpu(p) for p in s.gate.pids().values())
        return was == last[0]
    ok(poll(still, step=0.2), '20 readers of 20 MB stop reading')
    with tls(s.port('smtps'), ctx) as l:
        same(l.ask('hello'), 'hello', 'others are served')
    grown = rss() - before
    diag('relays grew by %d kB for 20 slow readers' % grown)
    ok(ASAN or grown < 8192, 'the relays hold little of it')
    ok(slow[7].take(BULK) == pattern(BULK), 'who goes on reading gets all')
    for l in slow:
        l.close()
    # the other way: the daemon is slow
    with tls(s.port('smtps'), ctx) as l:
        before = rss()
        l.say('DEAF 700')
        data = pattern(4 << 20)
        ok(both_ways(l, memoryview(data)) == data, 'a slow daemon, all of it')
        ok(ASAN or rss() - before < 8192, 'the relays hold little of it')


def cpu(pid):
    with open('/proc/%d/stat' % pid) as f:
        f = f.read().rpartition(')')[2].split()
    return int(f[11]) + int(f[12])


def gone():
    """counters of relays and daemon: clean, truncated, reset"""
    a, b = s.gate.stats(), d.stats()
    return [(sum(v for n, v in a.items() if n.endswith('.gone_' + k)),
             b['submit.gone_' + k]) for k in ('clean', 'truncated', 'reset')]


def ends():
    ctx = context(s.ca.crt)

    def ended(how, index, name):
        before = gone()
        l = tls(s.port('smtps'), ctx)
        l.ask('hello')
        how(l)
        l.close()
        poll(lambda: d.total('submit', 'open') == 0)
        grown = [(x - u, y - v) for (x, y), (u, v) in zip(gone(), before)]
        want = [(1, 1) if i == index else (0, 0) for i in range(3)]
        if index == 0:  # the daemon ends, too: DONE and GONE may cross
            grown[0], want[0] = grown[0][0], 1
        same(grown, want, name)

    def bye(l):
        half_close(l)
        same(l.hear(), '', 'close_notify is answered')

    def reset(l):
        l.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       struct.pack('ii', 1, 0))
    ended(bye, 0, 'close_notify: clean')
    ended(lambda l: None, 1, 'FIN without close_notify: truncated')
    ended(reset, 2, 'RST: reset')
    # what the daemon said last arrives, and its end can be told from a cut
    ctx.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    for say in b'QUIT\r\n', b'QUIT\r\n' + bytes(200000):
        with plain(s.port('smtps')) as l:
            l.s = ctx.wrap_socket(l.s, server_hostname='a.example',
                                  suppress_ragged_eofs=False)
            l.s.sendall(say)
            same(l.hear(), '221 bye', 'the last words arrive')
            same(l.hear(), '', 'then close_notify')
    with tls(s.port('smtps'), ctx) as l:
        t = time.monotonic()
        l.ask('HALF')
        same(l.hear(), '', 'the daemon half closes: its client hears the end')
        l.s.settimeout(PATIENCE)
        poll(lambda: d.total('submit', 'open') == 0)
        ok(poll(lambda: s.gate.total('relay', 'open') == 0), 'who stays '
           'behind is closed')
        ok(0.4 < time.monotonic() - t < 4, 'after the time for that')
    ok(poll(lambda: d.said('event=sunk bytes=0 bad=0')),
       'the daemon heard the end, too')


def narrow():
    """a client with room for little"""
    l = Line(socket.socket())
    l.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    l.s.settimeout(PATIENCE)
    l.s.connect(('127.0.0.1', s.port('smtps')))
    return l.start_tls(context(s.ca.crt))


def interrupted():
    """the daemon answers at length and leaves; its client still talks"""
    l, n = narrow(), 150000
    l.s.sendall(b'SEND %d\r\nQUIT\r\n' % n)
    l.s.setblocking(False)
    try:
        for i in range(2000):
            l.s.send(b'x\n' * 1000)
    except (ssl.SSLWantWriteError, BlockingIOError):
        pass
    l.s.settimeout(PATIENCE)
    poll(lambda: d.total('submit', 'open') == 0)
    ok(l.take(n) == pattern(n), 'the last words arrive, however long')
    same(l.hear(), '221 bye', 'all of them')
    l.close()


def left_behind():
    """the daemon is gone, its client does not take the rest and talks on"""
    many = [narrow() for i in range(8)]
    for l in many:
        l.say('SEND %d' % BULK)
    last = [-1]

    def still():
        was, last[0] = last[0], sum(cpu(p) for p in s.gate.pids().values())
        return was == last[0]
    poll(still, step=0.1)
    pid = d.kill('submit')
    for l in many:
        l.say('and another thing')
    before = [cpu(p) for p in s.gate.pids().values()]
    time.sleep(0.25)
    used = sum(cpu(p) for p in s.gate.pids().values()) - sum(before)
    ok(used < 12, 'nobody spins over them: %d ms' % (used * 10))
    ok(poll(lambda: s.gate.total('relay', 'open') == 0, 5),
       'who does not take the last bytes is closed')
    for l in many:
        l.close()
    d.replaced('submit', pid)


def idle():
    def pss():
        return sum(memory(p, 'Pss' if ROOT else 'VmRSS')
                   for n, p in s.gate.pids().items() if n.startswith('relay.'))
    ctx = context(s.ca.crt)
    n = min(IDLE, FILES - 100)
    before, t = pss(), time.monotonic()
    many = [tls(s.port('smtps'), ctx, source='127.0.%d.1' % (i // 50))
            for i in range(n)]
    t = time.monotonic() - t
    same(many[-1].ask('hello'), 'hello', '%d connections' % n)
    each = (pss() - before) / n
    diag('%d idle connections: %.1f KiB each, %.0f handshakes/s one by one' %
         (n, each, n / t))
    ok(ASAN or each < 20, 'each costs little')
    same(s.gate.total('relay', 'open'), n, 'all are open')
    for l in many:
        l.close()
    ok(poll(lambda: s.gate.total('relay', 'open') == 0), 'all are gone')


with Suite({
        'smtp': Service(25, 'starttls', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit')},
        limits={'close': '500ms', 'per-address': 1000,
                'connections': 20000, 'handshake-rate': 100000}) as s:
    d = s.taker()
    s.expect('event=death process=submit signal=9')
    bulk()
    slow()
    ends()
    interrupted()
    left_behind()
    idle()
