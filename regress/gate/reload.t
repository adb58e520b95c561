#!/usr/bin/env python3
# reload and drain: what works takes the place of the old and loses nobody;
# what does not changes nothing and is told. gate.md 3, 5
import os
import socket
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

SCRAM = ('%s:SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA==$'
         'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:'
         'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n')


class Load:
    """clients who stay and talk, clients who come and go: nobody is lost"""

    def __init__(self):
        self.talks, self.ending, self.lost = 0, False, []
        self.threads = [threading.Thread(target=f, daemon=True) for f in
                        (self.stays, self.stays, self.goes, self.goes)]
        for t in self.threads:
            t.start()

    def talk(self, l):
        if l.ask('hello') != 'hello':
            self.lost.append('the end')
        self.talks += 1

    def stays(self):
        try:
            with tls(s.port('smtps'), context()) as l, \
                    plain(s.port('smtp')) as m:
                while not self.ending:
                    self.talk(l), self.talk(m)
                    time.sleep(0.001)
        except OSError as e:
            self.lost.append('stays: %r' % e)

    def goes(self):
        ctx = context(s.ca.crt)
        while not self.ending:
            try:
                with tls(s.port('smtps'), ctx) as l:
                    self.talk(l)
                with plain(s.port('smtp')) as l:
                    self.talk(l)
            except OSError as e:
                self.lost.append('comes: %r' % e)

    def end(self):
        self.ending = True
        for t in self.threads:
            t.join(PATIENCE)


def serial(sni='a.example'):
    ctx = context(s.ca.crt)
    ctx.check_hostname = False
    with tls(s.port('smtps'), ctx, sni) as l:
        return l.s.getpeercert()['serialNumber']


def renewed():
    load, seen = Load(), [serial()]
    poll(lambda: load.talks > 100)
    for i in range(KILLS):
        s.ca.issue('a.example', key='rsa' if i % 3 == 0 else 'ec')
        status, said = s.reload()
        if status != 0:
            ok(False, 'reload %d: %s' % (i, said))
        seen.append(serial())
    load.end()
    same(len(set(seen)), KILLS + 1, '%d new certificates, each is served' %
         KILLS)
    same(load.lost, [], 'under load nobody is lost')
    diag('%d lines went there and back' % load.talks)
    same(s.gate.stats()['signer.keys'] <= KILLS + 1, True, 'the signer keeps '
         'old keys')


def kept(name, reason, before=None):
    """whatever before() breaks and returns the way to mend"""
    was = serial()
    mend = before()
    status, said = s.reload()
    ok(status == 1 and re.search(reason, said), '%s: refused' % name) or \
        diag('%d %s' % (status, said))
    same(serial(), was, 'the old one stays')
    mend()
    status, said = s.reload()
    if status != 0:
        ok(False, 'mended: %s' % said)


def replaced(path, text):
    """text in place of the file, and how to undo it"""
    mode = os.stat(path).st_mode & 0o777
    with open(path) as f:
        was = f.read()

    def put(text):
        with open(path, 'w') as f:
            f.write(text)
        os.chmod(path, mode)
    put(text(was) if callable(text) else text)
    return lambda: put(was)


def refused():
    crt = os.path.join(s.ca.dir, 'a.example.crt')
    key = os.path.join(s.ca.dir, 'a.example.key')
    other = Ca(os.path.join(s.dir, 'other'))
    other.issue('a.example')

    def foreign_key():
        with open(os.path.join(other.dir, 'a.example.key')) as f:
            return replaced(key, f.read())
    kept('a key of another certificate', 'a.example: .*key', foreign_key)

    def old():
        mends = [replaced(f, lambda t: t) for f in (crt, key)]
        s.ca.issue('a.example', days=-1)
        return lambda: [m() for m in mends]
    kept('an expired certificate', 'expired', old)

    def small():
        mends = [replaced(f, lambda t: t) for f in (crt, key)]
        s.ca.issue('a.example', key='rsa', bits=1024)
        return lambda: [m() for m in mends]
    kept('a key that TLS does not take',
         r'a.example.key: .*(bits|small|weak|short)', small)

    def readable():
        os.chmod(key, 0o644)
        return lambda: os.chmod(key, 0o600)
    kept('a key that others can read', 'a.example.key: mode 644', readable)

    def missing():
        os.rename(key, key + '.away')
        return lambda: os.rename(key + '.away', key)
    kept('no key', 'a.example.key: No such file', missing)
    kept('a broken certificate', 'a.example.crt: ',
         lambda: replaced(crt, lambda t: t.replace('B', 'C')))
    kept('no certificate in it', 'a.example.crt: ',
         lambda: replaced(crt, 'nothing\n'))
    kept('a broken key', 'a.example.key: .*key',
         lambda: replaced(key, lambda t: t.replace('B', 'C')))

    def conf(**keys):
        def change():
            was = {k: getattr(s, k) for k in keys}
            vars(s).update(keys)
            return lambda: vars(s).update(was)
        return change
    kept('an unknown key', r'tlsproxy.conf:\d+:\d+: .*nonsense',
         conf(more='nonsense: 1\n'))
    kept('a value out of its range', 'out of range',
         conf(limits={'handshake': '10h'}))
    kept('an unknown certificate', 'c.example.crt: No such file',
         conf(certificates={'c.example': 'ec'}))
    busy = socket.socket()
    busy.bind(('127.0.0.1', 0))
    busy.listen()
    services = dict(s.services)
    services['new'] = Service(0, 'no', 'smtpd.session', listen=[
        '127.0.0.1:%d' % busy.getsockname()[1]])
    kept('a port that is taken', 'listen 127.0.0.1:%d: Address already' %
         busy.getsockname()[1], conf(services=services))
    busy.close()
    services['new'] = Service(0, 'no', 'smtpd.nobody', listen=[
        '127.0.0.1:%d' % port(27)])
    kept('an unknown daemon', 'no such process', conf(services=services))
    ok(s.gate.said('event=reload result=kept'), 'the log has it, too')


def listeners():
    before = descriptors(s.gate.pid('tlsproxy'))
    s.services['new'] = Service(28, 'implicit', 'smtpd.session', ['x'])
    same(s.reload(), (0, ''), 'a service is added')
    l = tls(s.port('new'), context(alpn=['x']))
    same((l.info()['service'], l.info()['alpn']), ('new', 'x'), 'it serves')
    new = s.services.pop('new')
    load = Load()
    same(s.reload(), (0, ''), 'and taken away')
    same(l.ask('hello'), 'hello', 'who came by it stays')
    try:
        plain(new.port)
        ok(False, 'its port is closed')
    except ConnectionRefusedError:
        ok(True, 'its port is closed')
    s.services['again'] = new
    same(s.reload(), (0, ''), 'its port goes to another service')
    with tls(new.port, context(alpn=['x'])) as m:
        same(m.info()['service'], 'again', 'which serves')
    del s.services['again']
    # an address more for one, and the way to another row
    s.services['smtps'].listen.append('127.0.0.3:%d' % s.port('smtps'))
    s.services['smtps'].to = 'smtpd.session'
    same(s.reload(), (0, ''), 'another row takes it')
    with tls(s.port('smtps'), context()) as m:
        same(m.info()['row'], 'session', 'it does')
    s.services['smtps'].to = 'smtpd.submit'
    s.services['smtps'].listen.pop()
    same(s.reload(), (0, ''), 'and back')
    load.end()
    same(load.lost, [], 'others notice nothing')
    l.close()
    poll(lambda: descriptors(s.gate.pid('tlsproxy')) == before, 3)
    same(descriptors(s.gate.pid('tlsproxy')), before, 'no socket is left')
    # many services come and go while somebody stays with the first of them
    stay = []
    for i in range(12):
        s.services['n%d' % i] = Service(100 + i, 'no', 'smtpd.session')
        s.services.pop('n%d' % (i - 1), None)
        if s.reload()[0] != 0:
            ok(False, 'service %d' % i)
        stay.append(plain(s.port('n%d' % i)))
        stay[-1].ask('hello')
    s.services.pop('n11')
    same(s.reload()[0], 0, 'services come and go')
    same([l.ask('hello') for l in stay], ['hello'] * 12, 'who came by stays')
    for l in stay:
        l.close()


def accounts():
    if not ROOT:
        skip('accounts', 'needs root')
        return

    def secrets(*names):
        with open(s.secrets, 'w') as f:
            f.writelines(SCRAM % n for n in names)
        os.chmod(s.secrets, 0o600)
        return s.reload()

    def known():
        poll(lambda: 'complete' in d.ctl('accounts')[1])
        return [tuple(line.split()[:3]) for line in
                d.ctl('accounts')[1].splitlines() if line != 'complete']
    same(known(), [], 'no accounts')
    for i, name in enumerate(('al', 'bo', 'cy')):
        account(name, 21001 + i, '/home/' + name)
    uid = {p.pw_name: str(p.pw_uid) for p in pwd.getpwall()}
    same(secrets('bo', 'nobody-at-all', 'daemon', 'bo+phone')[0], 0,
         'an account, a stranger, a system user')
    same(poll(known), [('0', 'bo', uid['bo'])], 'the daemon has the account')
    same(secrets('al', 'cy')[0], 0, 'others')
    poll(lambda: len(known()) == 2)
    same(known(), [('1', 'al', uid['al']), ('2', 'cy', uid['cy'])],
         'each gets an index of his own')
    same(secrets('bo', 'cy')[0], 0, 'one comes back')
    poll(lambda: known()[0][1] == 'bo')
    same(known(), [('0', 'bo', uid['bo']), ('2', 'cy', uid['cy'])],
         'with the index that he had')
    os.chmod(s.secrets, 0o644)
    status, said = s.reload()
    ok(status == 1 and 'secrets: mode 644' in said, 'others can read it')
    status, said = secrets('bo', 'cy:nonsense')
    ok(status == 1 and 'secrets:2: ' in said, 'a broken line')
    same(len(known()), 2, 'the old list stays')
    session = d.kill('session')
    d.replaced('session', session)
    d.stop()
    d.start()
    same(len(known()), 2, 'a new daemon gets it')
    same(secrets()[0], 0, 'all are gone')
    ok(poll(lambda: known() == []), 'the daemon knows')


def drained():
    def relay(l):
        return int(l.info()['id'], 16) >> 56
    stay = [tls(s.port('smtps'), context()) for i in range(8)]
    held = [plain(s.port('smtp')) for i in range(8)]
    was = {relay(l) for l in stay + held}
    all_ = s.gate.pids()
    old = {n: p for n, p in all_.items() if n.startswith('relay.')}
    load = Load()
    status, said = s.gate.ctl('drain')
    same((status, said), (0, '2 of 2 relays replaced\n'), 'drain')

    def fresh():
        with tls(s.port('smtps'), context()) as l:
            return relay(l)
    poll(lambda: fresh() not in was)
    same({fresh() for i in range(20)} & was, set(), 'new relays take over')
    same([l.ask('hello') for l in stay + held], ['hello'] * 16,
         'the old ones serve whom they have')
    status, said = s.gate.ctl('reload')
    same(status, 0, 'a reload meanwhile')
    held[0].ask('STARTTLS')
    held[0].start_tls(context())
    same(held[0].info()['version'], '0304', 'STARTTLS there, too')
    load.end()
    same(load.lost, [], 'under load nobody is lost')
    same(set(s.gate.pids().values()) >= set(old.values()), True,
         'they stay with their clients')
    for l in stay + held:
        l.close()
    ok(poll(lambda: not set(s.gate.pids().values()) & set(old.values())),
       'and end with the last one')
    same(len(s.gate.pids()), len(all_), 'without a successor')
    same(s.gate.ctl('drain')[0], 0, 'once more')
    ok(poll(lambda: fresh() in was), 'back in their first places')
    ok(poll(lambda: len(s.gate.pids()) == len(all_)), 'and nobody stays behind')


with Suite({
        'smtp': Service(25, 'starttls', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit')},
        limits={'per-address': 2000, 'handshakes-per-address': 200,
                'handshake-rate': 100000}) as s:
    s.expect('event=death process=session signal=9')
    d = s.taker()
    renewed()
    refused()
    listeners()
    accounts()
    drained()
