#!/usr/bin/env python3
# Logins, while somebody dies in the middle: one process stands still, so that
# a message waits for it, another is killed. The client sees its end, "try
# again" or success; never another's account, never "wrong password"; and then
# all goes on. After that, deaths at any moment (KILLS). gate.md 7, flows 1,
# 2, 4
import os
import random
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from sasl import *

PASSWORDS = {'al': 'secret', 'bo': 'other'}


def enter(service, seconds=None):
    return tls(s.port(service), context(s.ca.crt), timeout=seconds)


def hear(l):
    """the answer to a login, as a word; what is odd as it is"""
    try:
        r = l.hear()
    except socket.timeout:
        return 'silence'
    except OSError:
        return 'end'
    return ('end' if r == '' else 'again' if is_temporary(r) else
            user(r) if is_ok(r) else r)


def login(l, service, name):
    if service == 'imaps':
        l.say('LOGIN %s %s' % (name, PASSWORDS[name]))
    else:
        l.say('AUTH PLAIN ' + b64(plain_words(name, PASSWORDS[name])))


def serves(service):
    """both are let in, each as himself"""
    try:
        for name in PASSWORDS:
            with enter(service, 3) as l:
                login(l, service, name)
                if hear(l) != name or not l.ask('hello').endswith('hello'):
                    return False
        return True
    except OSError:
        return False


def all_serve():
    return poll(lambda: serves('imaps') and serves('smtps'))


def place(who):
    """daemon and name of "imapd.login" or "auth"; no name: its parent"""
    daemon, _, name = who.partition('.')
    return (daemons[daemon], name) if daemon in daemons else (s.gate, who)


def pid(who):
    daemon, name = place(who)
    return daemon.pid(name) if name else daemon.process.pid


def signal_(number, sig):
    """it may have gone with its parent"""
    try:
        os.kill(number, sig)
    except ProcessLookupError:
        pass


def relay_of(l):
    return 'relay.%d' % (int(l.info()['id'], 16) >> 56)


def restart(daemon):
    """its parent was killed: all of it"""
    daemon.process.wait(PATIENCE)
    daemon.process = None
    daemon.start()


def arrow(service, held, killed):
    """a login waits for the held one; the killed one dies meanwhile"""
    with enter(service) as l, enter(service) as other:
        mine, theirs = relay_of(l), relay_of(other)
        name = {'relay': mine}
        stop = pid(name.get(held, held)) if held else None
        dead = pid(name.get(killed, killed))
        if stop:
            os.kill(stop, signal.SIGSTOP)
        login(l, service, 'al')
        time.sleep(0.05)
        os.kill(dead, signal.SIGKILL)
        time.sleep(0.05)
        if stop and stop != dead:
            signal_(stop, signal.SIGCONT)
        l.s.settimeout(8)
        r = hear(l)
        if r == 'al':
            try:
                r = {'': 'al, then the end', 'hello': 'al', 'ECHO 0 hello':
                     'al'}.get(l.ask('hello'), 'odd')
            except OSError:
                r = 'al, then the end'
        if not place(killed)[1]:
            restart(place(killed)[0])
    good = r in ('end', 'again', 'al', 'al, then the end')
    good &= bool(all_serve())
    ok(good, '%s: %s is killed%s: %s' % (
        service, killed, ', for %s the login waits' % held if held else '',
        r))


def arrows(service, rows, parent):
    for killed in [*rows, parent]:
        arrow(service, None, killed)
        for held in rows:
            if held != killed:
                arrow(service, held, killed)
    ok(poll(lambda: joins()['half'] == 0), 'nothing is left half joined')


def joins():
    return {k: int(v) for k, v in (w.split('=') for w in
                                   i.ctl('joins')[1].split())}


def grants():
    """account by id"""
    return {g.split()[0][3:]: g.split()[1] for g in
            d.ctl('queue', 'grants')[1].splitlines()}


def held_by_queue(open_):
    want = {l.info()['id']: 'account=%d' % n for l, n in open_}
    return poll(lambda: grants() == want) and grants() == want


def queue():
    """who holds grants is replaced, or who gave them"""
    open_ = []
    for k in range(6):
        l = enter('smtps')
        login(l, 'smtps', ('al', 'bo')[k % 2])
        same(hear(l), ('al', 'bo')[k % 2], 'a login')
        open_.append((l, k % 2))
    ok(held_by_queue(open_), 'queue holds six grants')
    for n in range(3):
        d.replaced('queue', d.kill('queue'))
        ok(held_by_queue(open_), 'queue is replaced: it holds them again')
    open_.pop()[0].close()
    ok(held_by_queue(open_), 'one leaves: five')
    os.kill(d.pid('queue'), signal.SIGSTOP)
    open_.pop()[0].close()
    time.sleep(0.1)
    d.replaced('queue', d.kill('queue'))
    ok(held_by_queue(open_), 'one leaves while nobody hears it: four')
    s.gate.replaced('auth', s.gate.kill('auth'))
    ok(poll(lambda: grants() == {}), 'auth is replaced: queue forgets all')
    ok(all(l.ask('hello') == 'hello' for l, n in open_),
       'the connections go on')
    new = enter('smtps')
    login(new, 'smtps', 'bo')
    same(hear(new), 'bo', 'who comes again logs in')
    ok(held_by_queue([(new, 1)]), 'and is the only one queue knows')
    for l, n in open_ + [(new, 1)]:
        l.close()
    ok(poll(lambda: grants() == {}), 'they leave')
    a, b = [], []
    while not a or not b:
        l = enter('smtps')
        login(l, 'smtps', 'al')
        hear(l)
        (a if relay_of(l) == 'relay.0' else b).append(l)
    s.gate.replaced('relay.0', s.gate.kill('relay.0'))
    ok(held_by_queue([(l, 0) for l in b]), 'a relay dies: its grants end, '
       'no others')
    for l in a + b:
        l.close()
    all_serve()


def adopted():
    """whose connection has moved depends on its relay and its user alone"""
    for who, lives in (('imapd.login', True), ('auth', True),
                       ('imapd.user', False), ('relay', False)):
        with enter('imaps') as l:
            name = relay_of(l)
            login(l, 'imaps', 'bo')
            same((hear(l), l.ask('x')), ('bo', 'ECHO 0 x'), 'moved')
            os.kill(pid(name if who == 'relay' else who), signal.SIGKILL)
            if lives:
                time.sleep(0.2)
                same(l.ask('y'), 'ECHO 1 y', '%s dies: it goes on' % who)
            else:
                ok(l.is_closed(), '%s dies: it ends' % who)
        ok(all_serve(), 'all is well again')


class Load:
    """clients that log in, say three words, and compare"""

    def __init__(self, n=4):
        self.count, self.odd, self.ending = {}, [], False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(k,),
                                         daemon=True) for k in range(n)]
        for t in self.threads:
            t.start()

    def note(self, what):
        with self.lock:
            self.count[what] = self.count.get(what, 0) + 1

    def run(self, k):
        r = random.Random(k)
        while not self.ending:
            service = r.choice(['imaps', 'smtps'])
            name = r.choice(['al', 'bo'])
            try:
                with enter(service, 8) as l:
                    login(l, service, name)
                    h = hear(l)
                    if h not in ('al', 'bo'):
                        self.note(h)
                    elif h != name:
                        self.odd.append('%s is let in as %s' % (name, h))
                    else:
                        for n in range(3):
                            w = '%s%d' % (name, n)
                            a = l.ask(w)
                            if a not in ('', w, 'ECHO %d %s' % (n, w)):
                                self.odd.append('%s: %s' % (w, a))
                        self.note('ok')
            except OSError:
                self.note('end')
            except Exception as e:
                self.odd.append(repr(e))

    def end(self):
        self.ending = True
        for t in self.threads:
            t.join(PATIENCE)


def any_moment():
    r = random.Random(os.environ.get('SEED', 1))
    load = Load()
    for n in range(2 * KILLS):
        who = r.choice(['relay.0', 'relay.1', 'auth', 'imapd.login',
                        'imapd.user', 'smtpd.submit', 'smtpd.queue'])
        time.sleep(r.random() * 0.15)
        daemon, name = place(who)
        if not daemon.replaced(name, daemon.kill(name)):
            ok(False, '%s does not come back' % who)
    load.end()
    diag('outcomes: %s' % load.count)
    same(load.odd, [], '%d deaths at any moment: nobody is another' %
         (2 * KILLS))
    same(set(load.count) - {'ok', 'end', 'again'}, set(),
         'whose password is right is never told otherwise')
    ok(load.count.get('ok', 0) > 0, 'some were served')
    ok(all_serve(), 'all is well again')
    ok(poll(lambda: grants() == {}), 'no grant is left')
    ok(poll(lambda: joins()['half'] == 0), 'nothing is half joined')


if not ROOT:
    skip_all('needs users')
account('al', 21501)
account('bo', 21502)
with Suite({
        'smtps': Service(465, 'implicit', 'smtpd.submit', auth=True),
        'imaps': Service(993, 'implicit', 'imapd.login', auth=True)},
        limits={'per-address': 1000, 'handshakes-per-address': 500,
                'handshake-rate': 100000},
        conf='penalties:\n  slow: 0\n  refuse: 0\n',
        secrets=[secret(*p) for p in PASSWORDS.items()]) as s:
    s.expect('event=death process=(relay.[01]|zygote|auth|login|user|submit|'
             'queue) signal=9')
    d, i = s.taker(), s.imapd('join: 1s\n')
    daemons = {'tlsproxy': s.gate, 'smtpd': d, 'imapd': i}
    all_serve()
    arrows('imaps', ['relay', 'auth', 'imapd.login', 'imapd.user'], 'imapd.')
    arrows('smtps', ['relay', 'auth', 'smtpd.submit', 'smtpd.queue'],
           'smtpd.')
    for service in 'imaps', 'smtps':
        arrow(service, 'auth', 'tlsproxy')
    queue()
    adopted()
    any_moment()
