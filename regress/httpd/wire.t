#!/usr/bin/env python3
# how requests arrive: framing, smuggling, pipelines, deadlines, caps. RFC 9112
import os
import select
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from web import *

H = 'Host: a.example\r\n'
CONF = '''limits:
  idle: 3s
  header: 1s
  body: 1s
  write: 2s
'''


def malformed(w):
    for what, data, want in (
            ('no host', 'GET / HTTP/1.1\r\n\r\n', 400),
            ('two hosts', 'GET / HTTP/1.1\r\n' + H + H + '\r\n', 400),
            ('bare LF', 'GET / HTTP/1.1\n' + H + '\r\n', 400),
            ('bare LF behind a field', 'GET / HTTP/1.1\r\nHost: a.example\n'
             '\r\n', 400),
            ('bare CR', 'GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n', 400),
            ('NUL', b'GET / HTTP/1.1\r\nHost: a.example\r\nX: a\0b\r\n\r\n',
             400),
            ('blank before the colon', 'GET / HTTP/1.1\r\nHost : a.example'
             '\r\n\r\n', 400),
            ('folding', 'GET / HTTP/1.1\r\n' + H + 'X: a\r\n b\r\n\r\n', 400),
            ('HTTP/0.9', 'GET /\r\n', 400),
            ('HTTP/2.0', 'GET / HTTP/2.0\r\n' + H + '\r\n', 505),
            ('TLS in TLS', b'\x16\x03\x01\x02\x00\x01', 400),
            ('length and chunks', 'POST / HTTP/1.1\r\n' + H +
             'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n'
             '0\r\n\r\n', 400),
            ('two lengths', 'POST / HTTP/1.1\r\n' + H +
             'Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd', 400),
            ('a length with a sign', 'POST / HTTP/1.1\r\n' + H +
             'Content-Length: +4\r\n\r\nabcd', 400),
            ('an empty length', 'POST / HTTP/1.1\r\n' + H +
             'Content-Length:\r\n\r\n', 400),
            ('chunked twice', 'POST / HTTP/1.1\r\n' + H +
             'Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n', 400),
            ('another coding', 'POST / HTTP/1.1\r\n' + H +
             'Transfer-Encoding: gzip\r\n\r\n', 400),
            ('a long line', 'GET /' + 'x' * 9000 + ' HTTP/1.1\r\n' + H +
             '\r\n', 414),
            ('a long header', 'GET / HTTP/1.1\r\n' + H +
             ''.join('X-%d: %s\r\n' % (i, 'y' * 1000) for i in range(20)) +
             '\r\n', 431),
            ('many fields', 'GET / HTTP/1.1\r\n' + H + 'X: y\r\n' * 101 +
             '\r\n', 431),
            ('a large body', 'POST / HTTP/1.1\r\n' + H +
             'Content-Length: 2000000\r\n\r\n', 413),
            ('an unknown expectation', 'POST / HTTP/1.1\r\n' + H +
             'Expect: 200-maybe\r\nContent-Length: 4\r\n\r\nabcd', 417)):
        same(w.says(data), (want, True), what)
    before = w.web.total('server', 'garbage')
    w.says('\0')
    same(w.web.total('server', 'garbage'), before + 1, 'garbage is counted')
    ok(poll(lambda: w.gate.total('relay', 'garbage') >= before),
       'and told to the gate')


def smuggled(w):
    """what stands behind a bad request is nobody's request"""
    data = ('POST / HTTP/1.1\r\n' + H + 'Content-Length: 5\r\n'
            'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
            'GET /index.html HTTP/1.1\r\n' + H + '\r\n')
    with w.client() as c:
        c.raw(data)
        same(c.reply().status, 400, 'a doubtful length')
        same(c.rest(), b'', 'and the end')
    with w.client() as c:
        c.raw('POST / HTTP/1.1\r\n' + H + 'Content-Length: 36\r\n\r\n'
              'GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n'
              'GET / HTTP/1.1\r\n' + H + '\r\n')
        same([c.reply().status, c.reply().status], [405, 200],
             'a body that looks like a request is a body')


def pipelines(w):
    w.put('p/1', 'one')
    w.put('p/2', pattern(200000))
    w.put('p/3', pattern(20000))
    names = ['/p/1', '/p/2', '/nothing', '/p/3', '/p/1', '/p/9'] * 5
    data = ''.join('GET %s HTTP/1.1\r\n%s\r\n' % (n, H) for n in names)
    want = [{'/p/1': (200, b'one'), '/p/2': (200, pattern(200000)),
             '/p/3': (200, pattern(20000))}.get(n, (404, None))
            for n in names]
    for step in len(data), 1000, 7:
        with w.client() as c:
            c.pump(data.encode(), step)
            got = [c.reply() for _ in names]
        same([(r.status, r.body if r.status == 200 else None) == x
              for r, x in zip(got, want)], [True] * len(names),
             'a pipeline in pieces of %d: answers in order' % step)
    with w.client() as c:
        c.raw('HEAD /p/2 HTTP/1.1\r\n' + H + '\r\n'
              'POST /p/1 HTTP/1.1\r\n' + H + 'Transfer-Encoding: chunked\r\n'
              '\r\n3\r\nabc\r\n0\r\n\r\n\r\n'
              'GET /p/1 HTTP/1.1\r\n' + H + 'Connection: close\r\n\r\n'
              'GET /p/1 HTTP/1.1\r\n' + H + '\r\n')
        got = [c.reply(True).status, c.reply().status, c.reply().status]
        same((got, c.rest()), ([200, 405, 200], b''),
             'HEAD, a chunked body, close: nothing behind it')
    data = ('GET /p/1 HTTP/1.1\r\n' + H + '\r\n').encode() * 300
    with w.client() as c:
        c.raw(data)
        same(set(c.reply().status for _ in range(300)), {200},
             '300 at once')


def versions(w):
    with w.client() as c:
        r = c.get(version='1.0')
        same((r.status, r['connection'], c.rest()), (200, 'close', b''),
             'HTTP/1.0 closes')
    with w.client() as c:
        r = c.get(version='1.0', Connection='keep-alive')
        same((r['connection'], c.get().status), ('keep-alive', 200),
             'unless asked to stay')
    with w.client() as c:
        r = c.get(Connection='close')
        same((r['connection'], c.rest()), ('close', b''), 'close is kept')
    with w.client() as c:
        c.raw('\r\nGET / HTTP/1.1\r\n' + H + '\r\n')
        same(c.reply().status, 200, 'one empty line is forgiven')
    with w.client('http') as c:
        c.raw('GET / HTTP/1.1\r\n' + H + '\r\n')
        c.s.shutdown(socket.SHUT_WR)
        same((c.reply().status, c.rest()), (301, b''),
             'half closed: answered, then ended')


def bodies(w):
    with w.client() as c:
        c.request(method='POST', Content_Length=60000, body=bytes(60000))
        same((c.reply().status, c.get().status), (405, 200),
             'a small body is read, the connection stays')
    for service in 'https', 'http':
        with w.client(service) as c:
            c.raw('POST / HTTP/1.1\r\n' + H + 'Content-Length: 900000\r\n\r\n')
            try:
                c.raw(bytes(900000))
            except OSError:
                pass
            r = c.reply()
            same((r and (r.status, r['connection']), c.rest()),
                 ((405 if service == 'https' else 405, 'close'), b''),
                 'a large one by %s: the answer arrives' % service)
    with w.client() as c:
        c.request(method='PUT', Expect='100-continue', Content_Length=10)
        r = c.reply()
        same((r.status, r['connection'], c.rest()), (405, 'close', b''),
             'Expect: no 100 for a body that nobody wants')
    with w.client() as c:
        c.raw('POST / HTTP/1.1\r\n' + H + 'Transfer-Encoding: chunked\r\n'
              '\r\nzz\r\n')
        r = c.reply()
        same((r.status, c.rest()), (405, b''), 'a bad chunk ends it')


def ends_after(c):
    start = time.monotonic()
    text = c.rest()
    return text.split(b'\r\n')[0].decode(), time.monotonic() - start


def slow(w):
    for service in 'https', 'http':
        with w.client(service) as c:
            said, t = ends_after(c)
            ok(said == '' and 2.5 < t < 4.5,
               '%s: who says nothing is closed' % service) or diag((said, t))
        with w.client(service) as c:
            c.get()
            said, t = ends_after(c)
            ok(said == '' and 2.5 < t < 4.5,
               '%s: the same after a request' % service) or diag((said, t))
        with w.client(service) as c:
            c.raw('GET / HTTP/1.1\r\n')
            start = time.monotonic()
            while time.monotonic() - start < 4 and \
                    not select.select([c.s], [], [], 0.1)[0]:
                c.raw('X: y\r\n')
            t = time.monotonic() - start
            ok(t < 2, '%s: a slow header is not waited for' % service) or \
                diag(t)
        with w.client(service) as c:
            c.raw('GET / HTTP/1.1\r\nX')
            said, t = ends_after(c)
            ok(said == 'HTTP/1.1 408 Request Timeout' and 0.8 < t < 4,
               '%s: it gets 408' % service) or diag((said, t))
        with w.client(service) as c:
            c.request(method='POST', Content_Length=5000, body=b'x')
            said, t = ends_after(c)
            ok(said.startswith('HTTP/1.1 ') and t < 4,
               '%s: a slow body ends' % service) or diag((said, t))
    with w.client() as c:
        start = time.monotonic()
        c.request(method='POST', Content_Length=6000)
        status = c.reply().status
        for _ in range(4):
            time.sleep(0.6)
            c.raw(bytes(1500))
        same((status, c.get().status), (405, 200),
             'one that goes on is given time')


def reader(w):
    """who takes nothing of an answer"""
    w.put('slow.bin', bytes(8 << 20))
    before = w.web.total('server', 'expired')
    with w.client() as c:
        c.request('/slow.bin')
        ok(poll(lambda: w.web.total('server', 'expired') > before),
           'no progress in writing: the end')
        n = len(c.rest())
        ok(n < 8 << 20, 'which cut it short') or diag(n)
    with w.client() as c:
        c.request('/slow.bin')
        r = 0
        head = True
        while head:
            head = c.hear() != ''
        for _ in range(8):
            time.sleep(0.7)
            r += len(c.take(1 << 20))
        same(r, 8 << 20, 'a slow one that goes on gets all of it')


def mixed(w):
    """who reads nothing and asks for what must be looked for"""
    for size in 16000, 60000:
        name, data = '/mixed%d.bin' % size, pattern(size)
        w.put(name[1:], data)
        with w.client() as c:
            c.get(name)
            c.raw(''.join('GET %s HTTP/1.1\r\n%s\r\n'
                          'GET /mixed/%d HTTP/1.1\r\n%s\r\n' %
                          (name, H, i, H) for i in range(499)))
            time.sleep(1)
            same([w.get().body for _ in range(3)], [b'<p>hello</p>\n'] * 3,
                 'others hear nothing of it')
            got = [c.reply() for _ in range(998)]
            good = [r is not None and r.body == data for r in got[::2]]
            none = [r is not None and r.status == 404 for r in got[1::2]]
            same((sum(good), sum(none)), (499, 499),
                 'late, but all of it, in order')


def cap(w):
    with w.client() as c:
        n, r = 0, None
        while True:
            r = c.get()
            if r is None:
                break
            n += 1
            last = r
    same((n, last['connection']), (1000, 'close'), '1,000 requests, then close')


run([malformed, smuggled, pipelines, versions, bodies, slow, reader, mixed,
     cap],
    conf=CONF)
