#!/usr/bin/env python3
# What a daemon does with a connection that logged in, with us as the gate: its
# relay, its auth and a client of its login. Grant, descriptor and words in any
# order; forged ones, two that disagree, one that never comes. gate.md 5, 7
import itertools
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from child import Channel, msg, name_of

JOIN = 0.6
OWN = msg['tls_refused'] + 1  # the daemon's first: READAHEAD
OK_AL = 'OK account=0 user=al tag=FORGED said=bo data='


def text(b, n):
    return b.encode().ljust(n, b'\0')


class Gate:
    """the parent of the gate, and all that is behind it"""

    def __init__(self, path):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.bind(path)
        s.listen()
        s.settimeout(PATIENCE)
        self.house = Channel()
        self.house.s = s.accept()[0]
        self.channels, self.count = {}, 0
        type_, _, hello = self.house.hear()
        same((name_of[type_], hello[8:].rstrip(b'\0')), ('hello', b'imapd'),
             'it greets the gate')
        self.house.say(msg['welcome'], hello[:8] + struct.pack('=II', 1, 1) +
                       bytes(16 * 56))
        for index, name in enumerate(['al', 'bo']):
            self.house.say(msg['account'], struct.pack(
                '=QIIII', 1, index, 21501 + index, 21501 + index, 0) +
                text(name, 40) + text('/nonexistent', 256))
        self.house.say(msg['accounts'], struct.pack('=QQ', 1, 2))
        while not {'imapd', 'login'} <= {r for r, m in self.channels}:
            self.row()

    def row(self):
        """one more of its rows is there"""
        m = self.house.hear()
        if not m or name_of[m[0]] != 'row':
            raise RuntimeError('ROW was meant, not %r' % (m,))
        name = m[2][:16].rstrip(b'\0').decode()
        for mine in 'relay', 'auth':
            if name in ('imapd', 'login'):
                self.link(name, mine)

    def link(self, name, mine):
        c = self.channels[name, mine] = Channel()
        self.house.say(msg['channel'], text(name, 16) + bytes(4) +
                       text(mine, 16) + bytes(4), fd=c.other.fileno())
        c.other.close()
        return c

    def accused(self):
        """the row that its parent accuses"""
        m = self.house.hear()
        if not m or name_of[m[0]] != 'gate_crime':
            return m
        return m[2][:16].rstrip(b'\0').decode()

    def id(self):
        self.count += 1
        return 1 << 40 | self.count


def conninfo(names=0):
    return text('imaps', 16) + bytes(24 * 2 + 8) + struct.pack(
        '=HBBB3x', 0x304, 0, 0, names) + bytes(384)


def client():
    """of login"""
    a, b = socket.socketpair()
    gate.channels['login', 'relay'].say(msg['conn'], conninfo(), gate.id(),
                                        b.fileno())
    b.close()
    a.settimeout(PATIENCE)
    return Line(a)


class Half:
    """a connection that is to be joined"""

    def __init__(self):
        self.id = gate.id()
        a, self.b = socket.socketpair()
        a.settimeout(PATIENCE)
        self.line = Line(a)

    def grant(self, account_=0, credential=7):
        gate.channels['imapd', 'auth'].say(msg['grant'], struct.pack(
            '=QII', credential, account_, 0) + text('imaps', 16), self.id)

    def adopt(self, account_=0, credential=7, names=0, more=b''):
        gate.channels['imapd', 'relay'].say(msg['adopt'], struct.pack(
            '=QII', credential, account_, 0) + conninfo(names) + more,
            self.id, self.b.fileno())
        self.b.close()

    def words(self):
        if not same(l.ask('FORGE %x' % self.id), '200 forged', 'words'):
            raise RuntimeError('login does not say them')

    def ended(self, seconds=5):
        """nobody has the other end"""
        return self.line.is_closed(seconds)


def any_order():
    for order in itertools.permutations(['grant', 'adopt', 'words']):
        h = Half()
        for part in order:
            getattr(h, part)()
            time.sleep(0.02)
        same(h.line.hear(), OK_AL, ', '.join(order) + ': joined')
        h.line.say('')
        same(h.line.hear(), 'ECHO 0 forged', 'the words are its first')
        h.line.close()


def disagree():
    for name, grant, adopt in (
            ('accounts that differ', (0, 7), (1, 7)),
            ('credentials that differ', (0, 7), (0, 8)),
            ('an account that is none', (9, 7), (9, 7))):
        h = Half()
        h.words()
        h.grant(*grant)
        h.adopt(*adopt)
        ok(h.ended(JOIN / 2), name + ': closed at once')
    same(joins()['differ'], 2, 'two differed')


def incomplete():
    before = joins()
    for parts in itertools.combinations(['grant', 'adopt', 'words'], 2):
        h = Half()
        for part in parts:
            getattr(h, part)()
        if 'adopt' in parts:
            ok(h.ended(), '%s: closed' % ' and '.join(parts))
        h.b.close()
    ok(poll(lambda: joins()['half'] == 0, JOIN + 3), 'all are forgotten')
    same(joins()['late'] - before['late'], 3, 'in time')
    h = Half()
    h.grant()
    h.adopt()
    time.sleep(JOIN / 4)
    gate.channels['imapd', 'auth'].say(msg['ungrant'], id_=h.id)
    ok(h.ended(JOIN / 2), 'UNGRANT: closed')
    h = Half()
    h.grant()
    h.adopt()
    for mine in 'auth', 'relay':
        gate.channels['imapd', mine].s.close()
        gate.link('imapd', mine)
    h.words()
    same(h.line.hear(), OK_AL, 'auth and relay are replaced: it is joined')


def crimes():
    def twice(part):
        def commit(h):
            for i in range(2):
                getattr(h, part)()
                h.b = os.fdopen(os.open('/dev/null', os.O_RDONLY), 'rb')
        return commit

    def say(mine, what, n, with_fd=False):
        return lambda h: gate.channels['imapd', mine].say(
            msg[what], bytes(n), h.id, h.b.fileno() if with_fd else None)

    for name, mine, commit in (
            ('GRANT twice', 'auth', twice('grant')),
            ('ADOPT twice', 'relay', twice('adopt')),
            ('GRANT by a relay', 'relay', say('relay', 'grant', 32)),
            ('ADOPT by auth', 'auth', say('auth', 'adopt', 480, True)),
            ('ADOPT without a descriptor', 'relay',
             say('relay', 'adopt', 480)),
            ('half an ADOPT', 'relay', say('relay', 'adopt', 400, True)),
            ('ADOPT with 17 names', 'relay',
             lambda h: h.adopt(names=17, more=bytes(16 * 256))),
            ('ADOPT with fewer names than it says', 'relay',
             lambda h: h.adopt(names=2, more=bytes(256))),
            ('GRANT with a descriptor', 'auth',
             say('auth', 'grant', 32, True)),
            ('half a GRANT', 'auth', say('auth', 'grant', 31)),
            ('READAHEAD by a relay', 'relay', lambda h: gate.channels[
                'imapd', 'relay'].say(OWN, bytes(136), h.id))):
        c, h = gate.channels['imapd', mine], Half()
        commit(h)
        same((c.hear(), gate.accused()), (None, mine),
             '%s: its channel is closed, it is accused' % name)
        h.b.close()
        gate.link('imapd', mine)
    h = Half()
    h.grant()
    h.words()
    h.adopt()
    same(h.line.hear(), OK_AL, 'and all goes on')


def joins():
    return {k: int(v) for k, v in (w.split('=') for w in
                                   i.ctl('joins')[1].split())}


s = Suite({})
s.daemons.remove(s.gate)
i = s.add(os.path.join(O, 'imaptestd', 'imaptestd'),
          'join: %dms\n' % (JOIN * 1000)).start()
s.expect('(peer|process)=(relay|auth)')
try:
    gate = Gate(os.path.join(s.rundir, 'gate.sock'))
    l = client()
    same(l.ask('hello'), 'hello', 'login has a client')
    any_order()
    disagree()
    incomplete()
    crimes()
finally:
    s.__exit__(*sys.exc_info())
