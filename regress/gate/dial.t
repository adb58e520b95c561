#!/usr/bin/env python3
# dial: names in, connected descriptors out. A DNS of our own with signed,
# unsigned, broken and expired zones; servers that strip, hang or lie; rules
# of addresses; evil callers; deaths under load. gate.md 6, 11
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from zone import *

tools()
if 'n' not in NAMESPACES:
    skip_all('needs a network namespace')

LONG = '.'.join(['l' * 63] * 3 + ['l' * 53, 'example'])
assert len(LONG) == 253
TLSA = '3 1 1 ' + 'ab' * 32
EXAMPLE = '''
@ MX 20 b.mail
@ MX 10 Mail
@ MX 10 c_d.mail.example.
null MX 0 .
addr MX 10 bad\\040name.example.
mail A 127.0.0.2
b.mail A 127.0.0.2
_25._tcp.mail TLSA %s
_26._tcp.mail TLSA 2 0 1 %s
alias CNAME mail
alias2 CNAME alias
own CNAME b.mail
_25._tcp.own TLSA %s
_25._tcp.away TLSA %s
away CNAME host.insecure.
loop CNAME pool
pool CNAME loop
x DNAME example.
*.wild A 127.0.0.2
two A 127.0.0.2
two AAAA ::1
six AAAA ::1
half A 127.0.0.2
half AAAA ::1
spoilt A 127.0.0.2
dane A 127.0.0.2
_25._tcp.dane TLSA %s
many A 127.0.0.2
huge A 127.0.0.2
_25._tcp.huge TLSA 3 0 0 %s
private A 10.1.2.3
private A 192.168.1.1
private AAAA fe80::1
private AAAA ::ffff:127.0.0.1
ours A 192.88.100.1
second A 192.88.101.2
silent A 127.0.0.3
no A 127.0.0.4
mixed A 10.9.9.9
mixed A 127.0.0.4
mixed A 127.0.0.2
mixed AAAA fe80::1
_xmpp-server._tcp SRV 20 0 5269 b.mail
_xmpp-server._tcp SRV 5 1 5270 mail
_xmpp-server._tcp SRV 5 9 5271 mail
_x._tcp SRV 0 0 0 .
text TXT hello
%s. A 127.0.0.2
''' % (TLSA, 'cd' * 32, TLSA, TLSA, TLSA, 'ee' * 9000, LONG)
EXAMPLE += ''.join('many40 MX %d m%d\n' % (99 - i, i) for i in range(40))
EXAMPLE += ''.join('_25._tcp.many TLSA 3 1 1 %064x\n' % i for i in range(20))
BIG = ''.join('big A 127.1.%d.%d\n' % (i >> 8, i & 255)
              for i in range(4080))  # 64 KiB
EXAMPLE += ''.join(BIG.splitlines(True)[:2000])
EXAMPLE += ''.join('seven A 127.0.1.%d\n' % i for i in range(1, 8))
SMALL = '@ MX 1 mail\nmail A 127.0.0.2\n_25._tcp.mail TLSA %s\n' % TLSA


def zones():
    return {
        'example': Zone(EXAMPLE, spoil=[
            ('half\\.example', 'AAAA'), ('spoilt\\.example', 'A'),
            ('_25\\._tcp\\.dane\\.example', 'TLSA')]),
        'insecure': Zone('@ MX 1 host\nhost A 127.0.0.2\n'
                         '_25._tcp.host TLSA %s\n' % TLSA + BIG,
                         algorithm=None),
        'bogus': Zone(SMALL, spoil=[('mail\\.bogus', 'A'),
                                    ('bogus', 'MX')]),
        'expired': Zone(SMALL, days=-3),
        'unsigned': Zone(SMALL, algorithm=None),
        'nsec3': Zone(SMALL, 'ECDSAP384SHA384', nsec3=True),
        'ed25519': Zone(SMALL, 'ED25519'),
        'rsa': Zone(SMALL, 'RSASHA512', bits=4096),
        'slow': Zone(SMALL),
    }


class Listener:
    """accepts at once and says a line; deaf: its backlog is full"""

    def __init__(self, address, port, deaf=False):
        self.s = socket.socket()
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.s.bind((address, port))
        self.s.listen(0 if deaf else 200)
        self.got, self.full = [], []
        if deaf:
            for i in range(4):
                f = socket.socket()
                f.setblocking(False)
                f.connect_ex((address, port))
                self.full.append(f)
        else:
            threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            c, peer = self.s.accept()
            threading.Thread(target=self.serve, args=(c, peer),
                             daemon=True).start()

    def serve(self, c, peer):
        try:
            with c:
                c.sendall(b'220 hello %s\r\n' % peer[0].encode())
                while True:
                    b = c.recv(1000)
                    if not b:
                        return
                    c.sendall(b.upper())
        except OSError:
            pass


def ask(words, timeout=30):
    """lines of the answer, each as words and a dict"""
    status, text = d.ctl('mta', words, timeout=timeout)
    return [(l.split()[0], dict(w.split('=', 1) for w in l.split()
                                if '=' in w))
            for l in text.splitlines() if l]


def dial(words):
    """of the first line its word and what it says"""
    lines = ask('dial ' + words)
    if not lines:
        return 'nothing', {}
    what, said = lines[0]
    for w, more in lines[1:]:
        if '=' in w:
            said.update([w.split('=', 1)])
    said['lines'] = lines[1:]
    return what, said


def unreached(words, why, name, **more):
    what, said = dial(words)
    want = dict(more, why=why)
    return same((what, {k: said.get(k) for k in want}),
                ('unreached', want), name)


def connected(words, name, **want):
    what, said = dial(words)
    good = same((what, {k: said.get(k) for k in want}),
                ('connected', want), name)
    if what == 'connected':
        ask('close ' + said['ref'])
    return said


def mx():
    what, said = dial('mx Example.')
    names = [t['name'] for w, t in said['lines']]
    same((what, said['verdict'], sorted(names[:2]), names[2:]),
         ('addresses', 'secure', ['c_d.mail.example', 'mail.example'],
          ['b.mail.example']),
         'MX: by preference, in small letters')
    what, said = dial('mx many40.example')
    same([int(t['preference']) for w, t in said['lines']],
         list(range(60, 92)), '40 of them: the best 32')
    what, said = dial('mx insecure')
    same((what, said['verdict']), ('addresses', 'insecure'), 'not signed')
    unreached('mx null.example', 'null', 'null MX', verdict='secure')
    unreached('mx addr.example', 'malformed', 'no name of a host')
    unreached('mx mail.example', 'none', 'no MX', verdict='secure')
    unreached('mx nobody.example', 'nxdomain', 'no name', verdict='secure')
    unreached('mx nobody.insecure', 'nxdomain', 'no name, not signed',
              verdict='insecure')
    unreached('mx bogus', 'bogus', 'a broken signature')
    unreached('mx expired', 'bogus', 'an old signature')
    unreached('mx loop.example', 'temporary', 'aliases in a circle')
    what, said = dial('srv example _xmpp-server._tcp')
    same((what, [t['port'] for w, t in said['lines']]),
         ('addresses', ['5271', '5270', '5269']), 'SRV: priority, weight')
    unreached('srv example _x._tcp', 'null', 'SRV: not here')
    unreached('srv example _y._tcp', 'nxdomain', 'SRV: none')
    for zone in 'nsec3', 'ed25519', 'rsa':
        what, said = dial('mx ' + zone)
        same((what, said.get('verdict')), ('addresses', 'secure'),
             zone + ' is secure')
    unreached('mx a.nsec3', 'nxdomain', 'NSEC3: no name', verdict='secure')


def hosts():
    said = connected('host mail.example 25 tlsa', 'a host', verdict='secure',
                     tlsa='secure', ntlsa='1', base='mail.example',
                     peer='127.0.0.2/25')
    same([r for w, r in said['lines'] if w == 'tlsa'],
         [dict(usage='3', selector='1', mtype='1', len='32',
               data='ab' * 32)], 'its TLSA record')
    connected('host MAIL.example. 26 tlsa', 'another port', ntlsa='1')
    connected('host mail.example 27 tlsa', 'a port without', ntlsa='0',
              verdict='secure', tlsa='insecure')
    connected('host mail.example 25', 'TLSA is not wanted', ntlsa='0')
    for name in 'alias', 'alias2', 'mail.x':
        connected('host %s.example 25 tlsa' % name, name + ': an alias',
                  tlsa='secure', base='mail.example')
    connected('host own.example 25 tlsa', 'an alias with TLSA of its own',
              tlsa='secure', base='own.example')
    connected('host away.example 25 tlsa', 'an alias of what is not signed',
              verdict='insecure', tlsa='insecure', ntlsa='0')
    connected('host host.insecure 25 tlsa', 'TLSA that is not signed',
              tlsa='insecure', ntlsa='0')
    connected('host a.wild.example 25', 'a wildcard', verdict='secure')
    unreached('host dane.example 25 tlsa', 'bogus', 'TLSA: spoilt')
    connected('host dane.example 25', 'unless it is not wanted')
    connected('host many.example 25 tlsa', '20 TLSA records', ntlsa='16')
    unreached('host huge.example 25 tlsa', 'temporary', 'a huge one')
    connected('host half.example 25', 'AAAA is bogus, A is not',
              verdict='secure', peer='127.0.0.2/25')
    unreached('host spoilt.example 25', 'bogus', 'A is bogus')
    unreached('host mail.bogus 25', 'bogus', 'bogus')
    unreached('host mail.expired 25', 'bogus', 'expired')
    unreached('host text.example 25', 'none', 'neither A nor AAAA')
    unreached('host loop.example 25', 'temporary', 'aliases in a circle')
    connected('host %s 25 tlsa' % LONG, 'a name of 253 bytes',
              tlsa='insecure')
    connected('host two.example 25', 'two families', peer='::1/25')
    connected('host two.example 25 4first', 'the other one first',
              peer='127.0.0.2/25')
    connected('host two.example 25 4only', 'IPv4', peer='127.0.0.2/25')
    connected('host two.example 25 6only', 'IPv6', peer='::1/25')
    unreached('host mail.example 25 6only', 'none', 'it has none')
    connected('literal 127.0.0.2 25', 'a literal', peer='127.0.0.2/25',
              verdict='insecure')
    connected('literal ::1 25', 'a literal', peer='::1/25')
    unreached('host big.insecure 9', 'rule', 'an answer of 64 KiB',
              verdict='insecure')
    unreached('host big.example 9', 'rule', 'one of 32 KiB, signed',
              verdict='secure')
    what, said = dial('host mail.example 25')
    same(ask('hear ' + said['ref']), [('220', {})], 'they speak')
    d.ctl('mta', 'say %s quit' % said['ref'])
    same(ask('hear ' + said['ref']), [('QUIT', {})], 'and listen')
    ask('close ' + said['ref'])


def malformed():
    for name in ('a..example', '.example', '.', 'a\\.example', 'a/b.example',
                 'l' * 64 + '.example', LONG + 'x', 'ä.example'):
        unreached('host %s 25' % name, 'malformed', 'no name: ' + name[:20])
    unreached('host mail.example', 'malformed', 'no port')
    unreached('literal mail.example 25', 'malformed', 'no address')
    unreached('literal 127.0.0.2', 'malformed', 'no port')
    unreached('literal 1.2.3 25', 'malformed', 'three numbers')
    unreached('srv example', 'malformed', 'no service')
    unreached('srv %s _a._tcp' % LONG, 'malformed', 'together too long')


def rules():
    for a in ('127.0.0.1', '127.0.0.2', '10.0.0.1', '0.0.0.0', '224.0.0.1',
              '169.254.1.1', '100.64.0.1', '172.31.255.255', '192.168.0.1',
              '255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1', 'ff02::1',
              '::ffff:127.0.0.2', '64:ff9b::7f00:2', '2002:7f00:2::1',
              '2001:db8::1', '192.88.100.1'):
        unreached('literal %s 587' % a, 'rule', 'not permitted: ' + a,
                  tried='0')
    unreached('host private.example 25', 'rule', 'a name of such', tried='0')
    unreached('host ours.example 25', 'rule', 'our own address', tried='0')
    unreached('host second.example 25', 'rule', 'one behind another one',
              tried='0')
    unreached('literal ::ffff:192.88.101.2 25', 'rule', 'in disguise',
              tried='0')
    unreached('literal 192.88.100.2 25', 'connect', 'nobody there: no route',
              tried='1', error='101')
    unreached('host no.example 25', 'connect', 'nobody listens',
              error='111', tried='1')
    unreached('host seven.example 25', 'connect', 'seven: five are tried',
              error='111', tried='5')
    for i in range(3):
        connected('host mixed.example 25', 'one of them does',
                  peer='127.0.0.2/25')


def deadlines():
    for words, want in (('host silent.example 25 ms=700', 'deadline'),
                        ('literal 127.0.0.3 25 ms=700', 'deadline'),
                        ('mx slow ms=700', 'deadline'),
                        ('host mail.example 25 ms=1', None)):
        t = time.monotonic()
        what, said = dial(words)
        t = time.monotonic() - t
        if want is not None:
            same((what, said.get('why')), ('unreached', want), words)
        ok(t < 1.7, '%s: in %.1f s' % (words, t))
        if what == 'connected':
            ask('close ' + said['ref'])


def fair():
    """many names that nobody answers for hold up no others"""
    for i in range(60):
        ask('crowd 1 host n%d.slow 25 ms=3000' % i)
    t = time.monotonic()
    for i in range(6):
        unreached('mx q%d.insecure ms=9000' % i, 'nxdomain', 'another name')
    t = time.monotonic() - t
    ok(t < 2, 'beside 120 slow questions, in %.1f s' % t)


def evil():
    """a crime of the caller ends it; dial and its other caller go on"""
    s.expect('process=mta|peer=mta')
    dial_pid = s.gate.pid('dial')
    for crime in ('many', 'again', 'kind', 'family', 'deadline', 'never',
                  'zero', 'name', 'behind', 'service'):
        pid = d.pid('mta')
        d.ctl('mta', 'evil ' + crime)
        ok(d.replaced('mta', pid), 'DIAL, %s: mta is replaced' % crime)
        if crime in ('kind', 'zero'):  # an accuser may not do so too often
            s.gate.stop()
            s.gate.start()
            poll(lambda: d.ctl('services')[0] == 0)
            dial_pid = s.gate.pid('dial')
    same(s.gate.pid('dial'), dial_pid, 'dial lives')
    ok(poll(lambda: s.gate.total('dial', 'open') == 0), 'nothing stays')
    ok(poll(works), 'and works')


def works():
    what, said = dial('host mail.example 25')
    if what == 'connected':
        ask('close ' + said['ref'])
    return what == 'connected'


def kills():
    """100 at once, while dial dies: a result, or the link is lost"""
    s.expect('event=death process=dial signal=9')
    kinds = 'connected', 'addresses', 'unreached', 'lost'
    before = d.stats()
    for i in range(KILLS):
        for words in ('host mail.example 25 tlsa', 'mx example',
                      'mx slow ms=700', 'host silent.example 25 ms=700',
                      'literal 127.0.0.2 25'):
            ask('crowd 20 ' + words)
        time.sleep(0.02 * (i % 5))
        pid = s.gate.kill('dial')
        if not s.gate.replaced('dial', pid):
            return ok(False, 'dial comes back')
        if not poll(lambda: d.total('mta', 'open') == 0):
            return ok(False, 'all end')
    got = {k: d.stats()['mta.' + k] - before['mta.' + k] for k in kinds}
    diag(got)
    same(sum(got.values()), 100 * KILLS,
         'killed %d times: each of 100 ends once' % KILLS)
    ok(all(got.values()), 'some well, some lost')
    ok(poll(works), 'it works afterwards')
    ok(poll(lambda: s.gate.total('dial', 'open') == 0), 'nothing stays')


def reconfigure(servers, more=''):
    s.more = conf(servers, more)
    mark = s.gate.mark()
    same(s.reload()[0], 0, 'reload')
    return mark


def reloads():
    """100 at once, while servers and anchors change: each ends, and once"""
    kinds = 'connected', 'addresses', 'unreached', 'lost'
    none = conf([]).replace(dns.anchor, '/none')
    poll(lambda: d.total('mta', 'open') == 0)
    before = d.stats()
    for i in range(6):
        for words in ('host mail.example 25 tlsa', 'mx r%d.insecure' % i,
                      'mx slow ms=900', 'host silent.example 25 ms=900',
                      'host a%d.slow 25 tlsa ms=900' % i):
            ask('crowd 20 ' + words)
        s.more = [conf(['127.0.0.53:5300', dns_addr]), none,
                  conf([dns_addr])][i % 3]
        if s.reload()[0] != 0:
            return ok(False, 'reload')
    ok(poll(lambda: d.total('mta', 'open') == 0), 'all end')
    got = {k: d.stats()['mta.' + k] - before['mta.' + k] for k in kinds}
    diag(got)
    same((sum(got.values()), got['lost']), (600, 0),
         '6 reloads: each of 100 ends once')
    ok(poll(works), 'it works afterwards')


def forwarders():
    strip_ = Proxy(dns, '127.0.0.54', 5300, stripping)
    mute = Proxy(dns, '127.0.0.55', 5300, silent)
    good = '127.0.0.53:5300'
    mark = reconfigure(['127.0.0.54:5300', good])
    what, said = dial('mx example')
    same((what, said.get('verdict')), ('addresses', 'secure'),
         'one strips: the other is asked')
    ok(s.gate.said('server=127.0.0.54 .*strips', mark), 'and that is said')
    same(dial('mx bogus')[1].get('why'), 'bogus', 'bogus stays bogus')
    mark = reconfigure(['127.0.0.54:5300'])
    what, said = dial('mx example')
    same((what, said.get('verdict')), ('addresses', 'insecure'),
         'all strip: nothing is secure')
    ok(s.gate.said('all of dial.servers strip', mark), 'and that is said')
    connected('host mail.example 25 tlsa', 'no DANE then', ntlsa='0',
              verdict='insecure')
    mark = reconfigure(['127.0.0.55:5300', good])
    what, said = dial('mx example')
    same((what, said.get('verdict')), ('addresses', 'secure'),
         'one is silent: the other is asked')
    ok(s.gate.said('server=127.0.0.55 .*no answer', mark), 'that is said')
    n = mute.asked
    t = time.monotonic()
    same(dial('mx nsec3')[0], 'addresses', 'again')
    ok(time.monotonic() - t < 2 and mute.asked == n, 'it is left alone')
    reconfigure(['127.0.0.55:5300'])
    t = time.monotonic()
    what, said = dial('mx example ms=20000')
    t = time.monotonic() - t
    same((what, said.get('why')), ('unreached', 'temporary'),
         'only a silent one: temporary')
    ok(t < 10, 'after %.1f s' % t)
    same(dial('mx example ms=20000')[1].get('why'), 'temporary',
         'the next one at once')
    # one that is good when probed, and dies
    flag = []
    dying = Proxy(dns, '127.0.0.56', 5300,
                  lambda dns, q: None if flag else dns.ask(q))
    reconfigure(['127.0.0.56:5300', good])
    same(dial('mx rsa')[0], 'addresses', 'the first one')
    flag.append(1)
    t = time.monotonic()
    what, said = dial('mx ed25519 ms=20000')
    same((what, said.get('verdict')), ('addresses', 'secure'),
         'it dies: the second one, after %.1f s' %
         (time.monotonic() - t))
    for p in strip_, mute, dying:
        p.stop()


def roots():
    """from the root on; its servers' addresses are ours here"""
    for a in ROOTS:
        subprocess.check_call(['ip', 'addr', 'add', a + '/32', 'dev', 'lo'])
    few = 'example', 'bogus', 'insecure'
    top = Dns({n: z for n, z in zones().items() if n in few},
              os.path.join(s.dir, 'top'), 53, ROOTS)
    top.start()
    try:
        global dns
        was, dns = dns, top
        reconfigure([])
        what, said = dial('mx example')
        same((what, said.get('verdict')), ('addresses', 'secure'),
             'from the root on')
        connected('host alias.example 25 tlsa', 'a host', tlsa='secure')
        unreached('mx bogus', 'bogus', 'bogus')
        what, said = dial('mx insecure')
        same(said.get('verdict'), 'insecure', 'not signed')
        diag('dial: %d kB PSS' % memory(s.gate.pid('dial'), 'Pss')
             if ROOT else '')
    finally:
        dns = was
        top.stop()


def anchors():
    reconfigure([dns_addr])
    path = os.path.join(s.dir, 'own.key')
    with open(dns.anchor) as f:
        root = f.read()
    with open(path, 'w') as f:
        f.write('; mine\n\n' + root + 'example. IN DS 1 2 3\nhello\n')
    mark = s.gate.mark()
    s.more = conf([dns_addr]).replace(dns.anchor, path)
    same(s.reload()[0], 1, 'a file with mistakes: not taken')
    ok(s.gate.said(r'own\.key:4: ', mark) and
       s.gate.said(r'own\.key:5: not a DS', mark), 'file and line are told')
    ok(works(), 'the old one stays')
    s.more = conf([dns_addr]).replace(dns.anchor, path + '.none')
    same(s.reload()[0], 0, 'no such file')
    ok(s.gate.said(r'none: not there; no answer', mark), 'is told')
    what, said = dial('mx example')
    same((what, said.get('verdict')), ('addresses', 'insecure'),
         'nothing is secure then')
    same(dial('mx bogus')[0], 'addresses', 'and nothing bogus')
    # a zone that only we trust
    with open(path, 'w') as f:
        f.write(other_ds)
    mark = reconfigure([dns_addr], '  anchors: %s\n' % path)
    what, said = dial('mx unsigned')
    same((what, said.get('why')), ('unreached', 'bogus'),
         'an anchor of our own: a zone that must be signed')


def sources():
    reconfigure([dns_addr], '  source4: 127.0.0.77\n')
    what, said = dial('host mail.example 25')
    same(said.get('local', '').split('/')[0], '127.0.0.77', 'from there')
    same(d.ctl('mta', 'hear ' + said['ref'])[1], '220 hello 127.0.0.77\n',
         'they see it')
    ask('close ' + said['ref'])
    reconfigure([dns_addr], '  source6: "::1"\n')
    connected('host six.example 25', 'an IPv6 source', peer='::1/25')
    reconfigure([dns_addr], '  source6: "2001:db8::1"\n')
    unreached('host six.example 25', 'connect', 'not one of ours', error='99')
    reconfigure([dns_addr], '  source4: 192.0.2.1\n')
    unreached('host mail.example 25', 'connect', 'not an address of ours',
              error='99')
    reconfigure([dns_addr])


def gone():
    """its caller dies: what it asked for is forgotten, and closed"""
    s.expect('event=death process=mta signal=9')
    ok(poll(works), 'it works')
    pid = s.gate.pid('dial')
    before = descriptors(pid)
    ask('crowd 40 host silent.example 25 ms=20000')
    ok(poll(lambda: descriptors(pid) >= before + 40), '40 under way')
    d.replaced('mta', d.kill('mta'))
    ok(poll(lambda: s.gate.total('dial', 'open') == 0), 'nothing is open')
    ok(poll(lambda: descriptors(pid) <= before), 'no descriptor stays')
    ok(poll(works), 'a new one works')


def off():
    s.more = conf([dns_addr]) + 'out: no\n'
    same(s.reload()[0], 0, 'out: no')
    unreached('host mail.example 25', 'rule', 'nothing goes out')
    unreached('mx example', 'rule', 'nor is anything asked')
    reconfigure([dns_addr])
    ok(works(), 'out: yes')


PERMIT = ['%s:%d' % (a, p) for a in ('127.0.0.2', '[::1]')
          for p in (25, 26, 27)] + ['127.0.0.3:25', '127.0.0.4:25'] + [
              '127.0.1.%d:25' % i for i in range(1, 8)]


def conf(servers, more=''):
    return ('dial:\n  root-anchor: %s\n  servers: [%s]\n  permit: [%s]\n' % (
        dns.anchor, ', '.join('"%s"' % a for a in servers),
        ', '.join('"%s"' % a for a in PERMIT)) + more)


def slow(dns, query):
    return None if b'\4slow' in query else dns.ask(query)


for a in '192.88.100.1/32', '192.88.101.1/24', '192.88.101.2/24':
    subprocess.check_call(['ip', 'addr', 'add', a, 'dev', 'lo'])
dns = Dns(zones(), os.path.join(TMP, 'dns'), 5300)
dns.start()
other_ds = 'unsigned. IN DS 1 13 2 ' + '00' * 32 + '\n'
front = Proxy(dns, '127.0.0.52', 5300, slow)
dns_addr = '127.0.0.52:5300'
listeners = [Listener('127.0.0.2', p) for p in (25, 26, 27)]
deaf = Listener('127.0.0.3', 25, deaf=True)
six = None
try:
    for p in (25,):
        l = Listener.__new__(Listener)
        l.s = socket.socket(socket.AF_INET6)
        l.s.bind(('::1', p))
        l.s.listen(50)
        six = l
except OSError as e:
    skip_all('no IPv6: %s' % e)
s = Suite({'smtps': Service(465, 'implicit', 'smtpd.submit')},
          conf=conf([dns_addr]),
          options=os.environ.get('GATE_OPTIONS', '').split())
with s:
    d = s.taker()
    poll(lambda: d.ctl('services')[0] == 0)
    diag('dial, before: %d kB PSS' % memory(s.gate.pid('dial'), 'Pss'))
    ok(poll(works), 'it works')
    diag('dial, after: %d kB PSS' % memory(s.gate.pid('dial'), 'Pss'))
    mx()
    hosts()
    diag('dial, after all: %d kB PSS' % memory(s.gate.pid('dial'), 'Pss'))
    malformed()
    rules()
    deadlines()
    fair()
    reloads()
    forwarders()
    anchors()
    sources()
    gone()
    off()
    roots()
    reconfigure([dns_addr])
    kills()
    evil()
    dns.stop()
