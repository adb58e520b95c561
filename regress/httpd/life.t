#!/usr/bin/env python3
# processes that die, reloads, the end: what visitors see of it
import os
import resource
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
from web import *


class Visitors:
    """some who ask all the time, each for paths of his own"""

    def __init__(self, w, n=4):
        self.w, self.stop, self.good, self.bad = w, False, 0, []
        self.threads = [threading.Thread(target=self.visit, args=(k,))
                        for k in range(n)]

    def visit(self, k):
        i = 0
        while not self.stop:
            try:
                with self.w.client() as c:
                    for _ in range(50):
                        if self.stop:
                            break
                        i += 1
                        r = c.get('/none/%d/%d' % (k, i) if i % 2 else '/')
                        if r is None or r.status != (404 if i % 2 else 200):
                            self.bad.append(r and r.status)
                            break
                        self.good += 1
            except OSError as e:
                self.bad.append(repr(e))
                time.sleep(0.05)

    def __enter__(self):
        for t in self.threads:
            t.start()
        poll(lambda: self.good > 100)
        return self

    def __exit__(self, *a):
        self.stop = True
        for t in self.threads:
            t.join()


def opener(w):
    w.expect('event=death process=opener')
    with Visitors(w) as v:
        for _ in range(5):
            old = w.web.kill('opener.0')
            ok(w.web.replaced('opener.0', old), 'the opener is replaced')
            n = v.good
            ok(poll(lambda: v.good > n + 100), 'and asked')
    same(v.bad[:5], [], 'no visitor noticed')


def server(w):
    w.expect('event=death process=server')
    for _ in range(3):
        with w.client() as c:
            c.get()
            old = w.web.kill('server.0')
            same(c.rest(), b'', 'with the server its connections end')
        ok(w.web.replaced('server.0', old), 'a new one is there')
        same(w.get().status, 200, 'and serves')


def reloads(w):
    w.put('other/index.html', 'other', root=w.dir)
    other = os.path.join(w.dir, 'other')
    bad = w.httpd_conf('indexx: [a]\nlimits:\n  idle: never\n')
    with w.client() as c:
        c.get()
        w.web.configure(bad)
        since = w.web.mark()
        status, text = w.web.ctl('reload')
        same(status, 1, 'a reload with errors says so')
        ok(w.web.said(r'httpd.conf:\d+:\d+: indexx: unknown key', since) and
           w.web.said(r'httpd.conf:\d+:\d+: limits.idle: ', since),
           'and where they are, all of them')
        same(c.get().status, 200, 'the old configuration stays')
        w.web.configure(w.httpd_conf(root='/nowhere'))
        same((w.web.ctl('reload')[0], c.get().status), (1, 200),
             'no such root: the same')
        for where, want in (other, b'other'), (w.www, b'<p>hello</p>\n'), \
                (other, b'other'), (w.www, b'<p>hello</p>\n'):
            w.web.configure(w.httpd_conf(root=where))
            same(w.web.ctl('reload')[0], 0, 'another root')
            ok(poll(lambda: c.get().body == want, 3),
               'on a connection that was there')
            same(w.get().body, want, 'and on a new one')
            poll(lambda: len([n for n in w.web.pids() if 'opener' in n]) == 1)
        same(len([n for n in w.web.pids() if 'opener' in n]), 1,
             'one opener is left')
        os.rename(w.www, w.www + '.old')
        w.put('index.html', 'moved')
        same(w.web.ctl('reload')[0], 0, 'another directory of the same name')
        ok(poll(lambda: c.get().body == b'moved', 3), 'is served')
        w.put('second.html', 'second')
        w.web.configure(w.httpd_conf('index: [none, second.html]\n'))
        w.web.ctl('reload')
        ok(poll(lambda: c.get().body == b'second', 3), 'another index')
    w.web.configure(w.httpd_conf())
    w.web.ctl('reload')
    with Visitors(w) as v:
        for _ in range(10):
            w.web.process.send_signal(signal.SIGHUP)
            time.sleep(0.05)
    same(v.bad[:5], [], 'reloads while visitors come')


def logs(w):
    w.get()
    w.lines(1)
    os.rename(w.access, w.access + '.1')
    w.web.process.send_signal(signal.SIGUSR1)
    ok(poll(lambda: os.path.exists(w.access)), 'USR1: the log is opened anew')
    time.sleep(0.2)
    w.get('/rotated')
    ok('/rotated' in w.lines(1)[0], 'and written to')
    w.web.configure(w.httpd_conf('access-log: /dev/full\n'))
    same(w.web.ctl('reload')[0], 0, 'a disk that is full')
    same([w.get().status for _ in range(3)], [200] * 3, 'visitors see nothing')
    ok(poll(lambda: w.web.total('server', 'log_lost') >= 3),
       'lost lines are counted')
    w.web.configure(w.httpd_conf('access-log: ""\n'))
    same(w.web.ctl('reload')[0], 0, 'no log')
    server = w.web.pid('server.0')
    same(w.get().status, 200, 'the same')
    logs = [f for f in os.scandir('/proc/%d/fd' % server)
            if os.path.realpath(f.path) in
            (w.access, '/dev/full')] if ROOT else []
    same(logs, [], 'it is closed')
    w.web.configure(w.httpd_conf('log-address: full\n'))
    w.web.ctl('reload')
    poll(lambda: w.get('/whole').status == 404)
    ok(poll(lambda: any(l.startswith('127.0.0.1 ') and '/whole' in l
                        for l in w.lines(1))), 'whole addresses')


def gate(w):
    """the gate is another daemon: it comes and goes"""
    w.gate.stop()
    ok(poll(lambda: 'gate away' in w.web.ctl('status')[1]), 'no gate')
    w.gate.start()
    ok(poll(lambda: 'gate connected' in w.web.ctl('status')[1]),
       'a new one is found')
    ok(poll(lambda: w.get().status == 200), 'and brings connections')


def full(w):
    """more connections than the server takes wait outside"""
    w.web.configure(w.httpd_conf('limits:\n  connections: 32\n'))
    w.web.ctl('reload')
    w.get(service='http')
    poll(lambda: w.web.total('server', 'open') == 0)
    first = [w.client() for _ in range(32)]
    same([c.get().status for c in first], [200] * 32, 'as many as it takes')
    late = [w.client('http') for _ in range(10)]
    for c in late:
        c.request()
        c.s.settimeout(0.3)
    waits = 0
    for c in late:
        try:
            c.s.recv(1)
        except socket.timeout:
            waits += 1
    same(waits, 10, 'more of them wait')
    for c in first:
        c.close()
    for c in late:
        c.s.settimeout(5)
    same([len(c.s.recv(4)) > 0 for c in late], [True] * 10,
         'until there is room')
    for c in late:
        c.close()
    w.web.configure(w.httpd_conf('limits:\n  memory: 1M\n'))
    w.web.ctl('reload')
    poll(lambda: w.web.total('server', 'open') == 0)
    some = [w.client() for _ in range(120)]
    for c in some:
        c.raw('GET / HTTP/1.1\r\nHost: a.example\r\n' +
              'X: %s\r\n' % ('y' * 9000))
    r = poll(lambda: (lambda r: r if r.status == 503 else None)(w.get()))
    ok(r and r['retry-after'], 'no memory left: 503, and when to come again')
    for c in some:
        c.close()
    ok(poll(lambda: w.get().status == 200), 'it comes back')
    w.web.configure(w.httpd_conf())
    w.web.ctl('reload')


def stop(w):
    """answers that have begun end; what is idle ends at once"""
    data = pattern(20 << 20)
    w.put('large.bin', data)
    w.web.ctl('flush')
    with w.client() as busy, w.client() as idle:
        idle.get()
        busy.request('/large.bin')
        while busy.hear():
            pass
        start = busy.take(1 << 20)
        w.web.process.send_signal(signal.SIGTERM)
        same(idle.rest(), b'', 'idle: closed')
        time.sleep(0.3)
        late = w.client('http')
        late.request()
        late.s.settimeout(0.3)
        try:
            same(late.s.recv(1), None, 'who comes now waits')
        except socket.timeout:
            ok(True, 'who comes now waits')
        ok(start + busy.take(len(data)) == data, 'busy: it gets all')
    w.web.process.wait(PATIENCE)
    same(w.web.process.returncode, 0, 'then the daemon ends')
    w.web.process = None
    w.lines(1)
    ok('/large.bin' in w.lines(1)[0], 'its last lines are in the log')
    w.web.start()
    ok(poll(lambda: w.get().status == 200), 'another one takes over')
    late.s.settimeout(PATIENCE)
    same(late.reply().status, 301, 'for who waited, too')
    late.close()


def truth(w):
    tool = os.path.join(SRC, 'regress', 'tools', 'truth')
    if not ROOT:
        skip('/proc says what the tables say', 'not root')
        return
    p = subprocess.run([tool, '-o', 'server=' + w.access, '-o', 'opener=' +
                        w.www, w.web.path, w.rundir], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    ok(p.returncode == 0, '/proc says what the tables say') or diag(p.stdout)


run([truth, opener, server, reloads, logs, gate, full, stop])
