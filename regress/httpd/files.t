#!/usr/bin/env python3
# files that are large, read slowly, many at once, or change meanwhile
import hashlib
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
from web import *

SIZE = 100 << 20


def large(w):
    block = os.urandom(1 << 20)
    whole, part = hashlib.sha256(), hashlib.sha256()
    with open(os.path.join(w.www, 'large.bin'), 'wb') as f:
        for i in range(SIZE >> 20):
            f.write(block)
            whole.update(block)
    for service in ['https']:
        got = hashlib.sha256()
        with w.client(service) as c:
            c.request('/large.bin')
            n = take(c, got)
            same((n, got.digest()), (SIZE, whole.digest()),
                 '100 MB arrive as they are')
            same(c.get().status, 200, 'and the connection goes on')


def head(c):
    fields = {}
    while True:
        line = c.hear()
        if not line:
            return int(fields['content-length'])
        if ': ' in line:
            name, value = line.split(': ', 1)
            fields[name.lower()] = value


def take(c, digest):
    size = left = head(c)
    while left > 0:
        b = c.take(min(left, 1 << 20))
        if not b:
            break
        digest.update(b)
        left -= len(b)
    return size - left


def slowly(w):
    """who does not read costs us no memory"""
    server = w.web.pid('server.0')
    before = memory(server, 'RssAnon')
    clients = [w.client() for _ in range(20)]
    for c in clients:
        c.request('/large.bin')
    time.sleep(1)
    grown = memory(server, 'RssAnon') - before
    ok(grown < 6000, '20 slow readers of 100 MB: %d kB' % grown)
    same(w.get().status, 200, 'others are served meanwhile')
    for c in clients:
        c.close()
    ok(poll(lambda: w.web.total('server', 'open') == 0), 'they are gone')


def many(w):
    """200 at once, 20 requests each, of all sizes"""
    sizes = {'/m/%d' % n: pattern(n) for n in
             (0, 1, 1000, 16384, 16385, 65536, 65537, 300000)}
    for name, data in sizes.items():
        w.put(name[1:], data)
    names = list(sizes)
    bad = []

    def visit(k):
        try:
            with w.client() as c:
                for i in range(20):
                    name = names[(k + i) % len(names)]
                    r = c.get(name)
                    if r.status != 200 or r.body != sizes[name]:
                        bad.append((k, name, r.status, len(r.body)))
        except Exception as e:
            bad.append((k, repr(e)))
    threads = [threading.Thread(target=visit, args=(k,)) for k in range(200)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(bad[:5], [], '200 clients at once get what they ask for')


def change(w):
    for size in 10, 100000:
        name = 'new%d.txt' % size
        w.put(name, b'a' * size)
        with w.client() as c:
            same(c.get('/' + name).body[:1], b'a', 'a file of %d' % size)
            w.put(name, b'b' * size)
            start = time.monotonic()
            ok(poll(lambda: c.get('/' + name).body == b'b' * size, 4),
               'another one in its place is seen')
            t = time.monotonic() - start
            ok(t < 2.5, 'within two seconds: %.1f' % t)
            os.unlink(os.path.join(w.www, name))
            ok(poll(lambda: c.get('/' + name).status == 404, 4), 'and its end')
            w.put(name, b'c' * size)
            ok(poll(lambda: c.get('/' + name).status == 200, 4),
               'and its return')
    w.put('new.txt', 'old')
    tag = w.get('/new.txt')['etag']
    time.sleep(2.2)
    with w.client() as c:
        with open(os.path.join(w.www, 'new.txt'), 'w') as f:
            f.write('wen')
        same(c.get('/new.txt').body, b'wen',
             'after two seconds the very next request sees it')
        ok(c.get('/new.txt')['etag'] != tag, 'by another tag')
    path = w.put('same.txt', 'one')
    os.utime(path, (1, 1))
    with w.client() as c:
        tag = c.get('/same.txt')['etag']
        with open(path, 'w') as f:
            f.write('two')
        os.utime(path, (1, 1))
        ok(poll(lambda: c.get('/same.txt').body == b'two', 4),
           'of the same size and time: it is seen')
        ok(c.get('/same.txt')['etag'] != tag, 'and has another tag')


def meanwhile(w):
    """while it is being sent"""
    path = w.put('going.bin', pattern(30 << 20))
    with w.client() as c:
        c.request('/going.bin')
        n = head(c)
        os.unlink(path)
        ok(c.take(n) == pattern(30 << 20), 'removed: all of it arrives')
    w.put('going.bin', pattern(30 << 20))
    w.web.ctl('flush')
    with w.client() as c:
        c.request('/going.bin')
        n = head(c)
        w.put('going.bin', b'x' * (30 << 20))
        w.web.ctl('flush')
        same(w.get('/going.bin', Range='bytes=0-0').body, b'x',
             'replaced: others get the new one')
        ok(c.take(n) == pattern(30 << 20), 'who began gets the old one')
    path = w.put('going.bin', pattern(30 << 20))
    w.web.ctl('flush')
    with w.client() as c:
        c.request('/going.bin')
        n = head(c)
        os.truncate(path, 1 << 20)
        got = len(c.take(n))
        ok(1 << 20 <= got < n, 'truncated: the connection ends') or diag(got)


def cache(w):
    for i in range(700):
        w.put('c/%d' % i, b'%d' % i + bytes(20000))
    server = w.web.pid('server.0')
    bad = 0
    with w.client() as c:
        for i in range(700):
            r = c.get('/c/%d' % i)
            bad += r.status != 200 or not r.body.startswith(b'%d' % i)
    same(bad, 0, '700 files')
    n = descriptors(server)
    ok(n < 560, 'no more than 512 of them stay open: %d' % n)
    with w.client() as c:
        for i in range(900):
            c.get('/none/%d' % i)
    before = w.web.total('server', 'asked')
    with w.client() as c:
        for i in range(50):
            c.get('/c/699')
    ok(w.web.total('server', 'asked') <= before + 2,
       'what is not there does not push out what is')
    w.web.ctl('flush')
    ok(poll(lambda: descriptors(server) < 60), 'flush closes them')


run([large, slowly, many, change, meanwhile, cache])
