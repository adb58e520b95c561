#!/usr/bin/env python3
# each process of the gate is killed KILLS times under load, each parent once:
# all links come back, only what the dead one held is lost, nothing leaks. The
# signer stops: handshakes fail, nothing else does. gate.md 1, 11
import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *


class Load:
    """clients that come, talk and go, all the time"""

    def __init__(self, n=3):
        self.good, self.bad, self.odd, self.ending = 0, 0, [], False
        self.threads = [threading.Thread(target=self.run, daemon=True)
                        for i in range(n)]
        for t in self.threads:
            t.start()

    def run(self):
        ctx = context(s.ca.crt)
        while not self.ending:
            try:
                with tls(s.port('smtps'), ctx, timeout=5) as l:
                    for i in range(3):
                        if l.ask('hello') not in ('hello', ''):
                            self.odd.append('another answer')
                self.good += 1
            except OSError:
                self.bad += 1
            except Exception as e:
                self.odd.append(repr(e))

    def end(self):
        self.ending = True
        for t in self.threads:
            t.join(PATIENCE)


def number(l):
    """of the relay that has it"""
    return int(l.info()['id'], 16) >> 56


def sessions(n=8):
    """open connections by relay"""
    by = {0: [], 1: []}
    while min(map(len, by.values())) < n:
        l = tls(s.port('smtps'), context())
        by[number(l)].append(l)
    return by


def are_alive(many):
    try:
        return all(l.ask('hello') == 'hello' for l in many)
    except OSError:
        return False


def serves():
    def one(i):
        with tls(s.port('smtps'), context()) as l:
            return l.ask('hello')
    return together(12, one)() == ['hello'] * 12


def counted():
    """descriptors of every process, when nobody is connected"""
    poll(lambda: s.gate.total('relay', 'open') == 0 and
         d.total('submit', 'open') == 0)
    all_ = {(x.name, n): p for x in (s.gate, d) for n, p in x.pids().items()}
    return {name: descriptors(p) for name, p in all_.items()}


def settled(name):
    if not ROOT:
        skip(name, 'only root can count them')
        return
    poll(lambda: counted() == before, 3)
    same(counted(), before, name)


def killed(name, lost):
    """lost: the relay whose connections end, or None"""
    open_ = sessions()
    load, good = Load(), True
    for i in range(KILLS):
        pid = s.gate.kill(name)
        if not s.gate.replaced(name, pid):
            return ok(False, '%s does not come back' % name)
        if lost is not None:
            good &= all(l.is_closed() for l in open_[lost])
            open_[lost] = [l for l in (tls(s.port('smtps'), context())
                                       for k in range(2))
                           if number(l) == lost]
        if name == 'relay.%s' % lost and i % 4 == 0:
            good &= poll(serves, 3)
    ok(good, '%s, %d times: its connections end' % (name, KILLS))
    for other in set(open_) - {lost}:
        ok(are_alive(open_[other]), 'those of relay.%d live' % other)
    load.end()
    same(load.odd, [], 'nobody was told nonsense')
    ok(poll(serves), 'all is linked again')
    diag('%d clients served, %d not' % (load.good, load.bad))
    for l in sum(open_.values(), []):
        l.close()


def parents():
    open_ = sessions(2)
    s.gate.stop(signal.SIGKILL)
    ok(all(l.is_closed() for l in sum(open_.values(), [])),
       'the gate: all connections end')
    s.gate.start()
    ok(poll(serves), 'it is back')
    open_ = sessions(2)
    d.stop(signal.SIGKILL)
    ok(all(l.is_closed() for l in sum(open_.values(), [])),
       'the daemon: all connections end')
    d.start()
    ok(poll(serves), 'it is back')


def stopped():
    """the signer does not answer"""
    ctx = context(s.ca.crt)
    with tls(s.port('smtps'), ctx) as l:
        l.info()
        session = l.s.session
    open_ = sessions(2)
    os.kill(s.gate.pid('signer'), signal.SIGSTOP)
    t = time.monotonic()
    try:
        tls(s.port('smtps'), ctx)
        ok(False, 'a handshake without a signature')
    except OSError:
        t = time.monotonic() - t
        ok(0.8 < t < 3, 'the signer stops: a handshake fails in %.1f s' % t)
    reused = 0
    for i in range(6):
        with tls(s.port('smtps'), ctx, session=session) as l:
            reused += l.s.session_reused
            l.ask('hello')
            session = l.s.session
    same(reused, 6, 'who comes again needs no signature')
    ok(are_alive(sum(open_.values(), [])), 'open connections go on')
    os.kill(s.gate.pid('signer'), signal.SIGCONT)
    ok(serves(), 'it goes on: so do handshakes')
    same(s.gate.total('relay', 'unsigned'), 1, 'one was not signed')


def judging():
    """who judges new certificates dies over it"""
    for name in 'signer', 'inspector':
        signer = s.gate.kill('signer', signal.SIGSTOP)
        s.ca.issue('a.example')
        answer = together(1, lambda i: s.reload())
        pid = poll(lambda: s.gate.pids().get(name))
        ok(pid, 'a reload waits for the signer; %s is killed' % name)
        os.kill(pid, signal.SIGKILL)
        if name != 'signer':
            time.sleep(0.1)
            os.kill(signer, signal.SIGCONT)
        same(answer(), [(0, '')], 'the reload succeeds')
        ok(poll(serves), 'and all is well')


with Suite({'smtps': Service(465, 'implicit', 'smtpd.submit')},
           limits={'per-address': 2000, 'handshakes-per-address': 200,
                   'handshake-rate': 100000}) as s:
    s.expect('event=death process=(zygote|relay.[01]|signer|inspector|submit|'
             'session) signal=9')
    d = s.taker()
    serves()
    stopped()
    before = counted()
    killed('relay.0', 0)
    killed('relay.1', 1)
    killed('signer', None)
    killed('zygote', None)
    settled('no descriptor was lost or won')
    same(zombies(s.gate.process.pid) + zombies(d.process.pid), [],
         'no zombies')
    judging()
    parents()
    settled('as at the start')
