#!/usr/bin/env python3
# Who logs in moves to its user's process, and not a byte is lost, doubled or
# out of order: commands behind the login in the same packet, cut at every
# place, up to the caps and beyond, many at once. What a taken-over login may
# try. gate.md 7, flow 1
import os
import random
import socket
import ssl
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from sasl import *

PASSWORDS = {'al': 'secret', 'bo': 'other'}
JOIN = 2.0


def enter(service, source=None):
    c = context(s.ca.crt)
    if s.services[service].tls == 'implicit':
        l = tls(s.port(service), c, source=source)
    else:
        l = plain(s.port(service), source)
        l.ask('STARTTLS')
        l.start_tls(c)
    l.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return l


def credentials(name):
    return 'LOGIN %s %s\r\n' % (name, PASSWORDS[name])


def welcome(name, tag='LOGIN', said=None, data=''):
    return 'OK account=%s user=%s tag=%s said=%s data=%s' % (
        accounts[name], name, tag, said or name, data)


def echoes(words):
    return ['ECHO %d %s' % p for p in enumerate(words)]


def answer(lines):
    return ''.join(line + '\r\n' for line in lines).encode()


def hear(l, n):
    return [l.hear() for i in range(n)]


def pipelined(name, text, before, behind, cuts=(), service='imaps',
              source=None):
    """text in pieces: the answers are those of an unhurried client"""
    with enter(service, source) as l:
        at = 0
        for cut in [*cuts, len(text)]:
            l.s.sendall(text[at:cut])
            at = cut
        want = before + [welcome(name)] + echoes(behind)
        heard = hear(l, len(want))
        if heard == want and l.ask('x') == 'ECHO %d x' % len(behind):
            return True
        diag('%r: %r' % (text[:40], heard[len(before)][:60]))
        return False


def together_():
    behind = ['a select', 'b', 'c fetch 1']
    text = (credentials('al') + ''.join(w + '\r\n' for w in behind)).encode()
    for service in 'imaps', 'imap', 'sieve':
        ok(pipelined('al', text, [], behind, service=service),
           '%s: a login and three commands in one packet' % service)
    bad = [n for n in range(1, len(text))
           if not pipelined('al', text, [], behind, [n])]
    same(bad, [], 'in two, cut at each of %d places' % len(text))
    bad = [n for n in range(1, len(text), 3)
           if not pipelined('al', text, [], behind, [n], service='imap')]
    same(bad, [], 'after STARTTLS, too')
    ok(pipelined('al', text, [], behind, range(1, len(text))), 'byte by byte')
    first = b'noop\r\nLOGIN al wrong\r\nagain\r\n'
    ok(pipelined('al', first + text, ['noop', 'NO fail wait=0', 'again'],
                 behind), 'behind a login that failed')
    r = random.Random(5)
    for i in range(20):
        words = [''.join(r.choices('abc def', k=r.randint(0, 300)))
                 for k in range(r.randint(0, 30))]
        name = r.choice(['al', 'bo'])
        t = (credentials(name) + ''.join(w + '\r\n' for w in words)).encode()
        cuts = sorted(r.sample(range(1, len(t)), min(len(t) - 1, 5)))
        if not pipelined(name, t, [], words, cuts):
            ok(False, 'random pieces, %d' % i)
    ok(True, 'random commands in random pieces')
    with enter('imap') as l, plain(s.port('imap')) as p:
        l.close()
        p.s.sendall(b'STARTTLS\r\n' + text)
        ok(p.is_closed(), 'a login behind STARTTLS in the clear: closed')


def large():
    """what login may not read waits in the relay"""
    def lines(n):
        """n bytes of lines"""
        out, i = [], 0
        while n > 0:
            w = ('%06d ' % i + 'x' * (i % 700))[:max(n - 2, 0)]
            out.append(w)
            n, i = n - len(w) - 2, i + 1
        return out
    start = credentials('al')
    for size in (1000, 4000, 4096 - len(start), 4097 - len(start), 8064, 8192,
                 12000, 12160, 12288, 12289, 16384, 20000, 65536, 65537,
                 300000, 2000000):
        words = lines(size)
        text = (start + ''.join(w + '\r\n' for w in words)).encode()
        want = answer([welcome('al')] + echoes(words))
        with enter('imaps') as l:
            ok(both_ways(l, text, len(want)) == want,
               '%d bytes behind the login' % size)
    with enter('imaps') as l:
        l.s.sendall(start.encode() + b'y' * 20000)
        l.s.settimeout(PATIENCE)
        same(l.hear(), welcome('al'), 'a line that does not end')
        ok(l.is_closed(), 'ends the connection')
    same(i.total('login', 'overlong'), 0, 'login never had to read too much')


def mechanisms():
    for name, word, f in (
            ('SCRAM', 'AUTH', lambda l, w: scram(l, 'al', 'secret', word=w)),
            ('SCRAM with data', 'AUTHX', lambda l, w: scram(
                l, 'al', 'secret', word=w)),
            ('SCRAM-PLUS', 'AUTH', lambda l, w: scram(
                l, 'al', 'secret', 'SCRAM-SHA-256-PLUS',
                'p=tls-server-end-point,,', end_point(l), word=w)),
            ('PLAIN', 'AUTH', lambda l, w: auth_plain(l, 'al', 'secret',
                                                      word=w))):
        for service in 'imaps', 'imap':
            with enter(service) as l:
                r = f(l, word)
                ok(r.startswith('OK account=%s user=al tag=%s said=al' % (
                    accounts['al'], word)), '%s: %s' % (service, name)
                   ) or diag(r)
                same(l.ask('hello'), 'ECHO 0 hello', 'then it goes on')
    # the last answer, and commands behind it
    with enter('imaps') as l:
        c = Scram('al', 'secret')
        h = l.ask('AUTH SCRAM-SHA-256 ' + b64(c.first()))
        h = l.ask(b64(c.final(of(h))))
        ok(c.proves(of(h)), 'the server proves itself')
        l.s.sendall(b'\r\none\r\ntwo\r\n')
        same(hear(l, 3), [welcome('al', 'AUTH')] + echoes(['one', 'two']),
             'commands behind the last answer')


def afterwards():
    """a connection that moved is one as any other"""
    r = random.Random(6)
    with enter('imaps') as l:
        l.say(credentials('bo').rstrip())
        same(l.hear(), welcome('bo'), 'moved')
        words = [''.join(r.choices('abcdef', k=r.randint(0, 900)))
                 for k in range(3000)]
        text = ''.join(w + '\r\n' for w in words).encode()
        want = answer(echoes(words))
        ok(both_ways(l, text, len(want)) == want,
           '%d kB there and back' % (len(text) >> 10))
        poll(lambda: i.total('login', 'open') == 0)
        same((i.total('login', 'open'), i.total('user', 'open'),
              s.gate.total('relay', 'open')), (0, 1, 1),
             'login has none of it, the user\'s process has it')
        l.say('LOGIN al secret')
        same(l.hear(), 'ECHO %d LOGIN al secret' % len(words),
             'there is no login any more')
    ok(poll(lambda: i.total('user', 'open') == 0 and
            s.gate.total('relay', 'open') == 0), 'it ends for all of them')
    # a client that has said everything, and waits for the answers
    with enter('imaps') as l:
        l.s.sendall((credentials('al') + 'last\r\n').encode())
        l.s.setblocking(False)
        try:
            l.s._sslobj.shutdown()
        except (ssl.SSLWantReadError, ssl.SSLSyscallError):
            pass
        l.s.settimeout(PATIENCE)
        same(hear(l, 3), [welcome('al'), 'ECHO 0 last', ''],
             'who half closes behind the login hears all')


def many(n=24, times=4):
    def one(k):
        r = random.Random(k)
        bad = []
        for j in range(times):
            name = r.choice(['al', 'bo'])
            words = ['%d.%d.%d' % (k, j, x) + 'z' * r.randint(0, 400)
                     for x in range(r.randint(0, 60))]
            text = (credentials(name) + ''.join(w + '\r\n' for w in words)
                    ).encode()
            if not pipelined(name, text, [], words,
                             (), r.choice(['imaps', 'imap', 'sieve']),
                             '127.0.9.%d' % (k + 1)):
                bad.append((k, j))
        return bad
    same(together(n, one)(), [[]] * n, '%d clients at once, %d times' %
         (n, times))
    same(joins()['half'], 0, 'nothing is left half joined')


def joins():
    return {k: int(v) for k, v in (w.split('=') for w in
                                   i.ctl('joins')[1].split())}


def forged():
    """a taken-over login: words it may invent, an account never"""
    s.expect('process=login|peer=login')
    with enter('imaps') as l:
        same(l.ask('LIE'), '200 it lies', 'login says that al is bo')
        same(l.ask(credentials('al').rstrip()), welcome('al', said='bo'),
             'the account is al\'s')
    before = joins()
    with enter('imaps') as l, enter('imaps') as other:
        id_ = other.info()['id']
        l.ask('FORGE ' + id_)
        same(l.ask('FORGE 1234'), '200 forged', 'words for an id of nobody')
        ok(poll(lambda: joins()['late'] == before['late'] + 2, JOIN + 3),
           'two READAHEADs for which nothing comes: forgotten in time')
        same(other.ask('hello'), 'hello', 'their owner does not notice')
        l.ask('FORGE ' + id_)
        other.say(credentials('al').rstrip())
        r = other.hear()
        ok(r.startswith('OK account=%s user=al ' % accounts['al']) or r == '',
           'words for one who logs in: as al he does, whoever spoke') or \
            diag(r)
    pid = i.pid('login')
    with enter('imaps') as l, enter('imaps') as other:
        for n in range(2):
            l.say('FORGE 99')
        ok(poll(lambda: i.replaced('login', pid)), 'words twice: a crime')
        ok(l.is_closed() and other.is_closed(), 'all that it had is closed')
    pid = i.pid('login')
    with enter('imaps') as l:
        l.say('OVERSTATE')
        ok(poll(lambda: i.replaced('login', pid)), 'words that are not there')
        ok(l.is_closed(), 'are a crime')
    ok(poll(lambda: serves('al')), 'it serves again')


def full():
    """half-joined ones have a cap, and a time"""
    ok(poll(lambda: joins()['half'] == 0, JOIN + 3), 'nothing waits')
    before = joins()
    with enter('imaps') as l, enter('imaps') as late:
        for n in range(70):
            l.ask('FORGE %x' % (0xabc000 + n))
        now = joins()
        same((now['half'], now['full'] - before['full']), (64, 6),
             '64 half joined, no more')
        late.say(credentials('bo').rstrip())
        ok(late.is_closed(JOIN + 3), 'who logs in now is closed')
    ok(poll(lambda: joins()['half'] == 0, JOIN + 3), 'they end in time')
    ok(poll(lambda: serves('bo')), 'then all is well')


def serves(name):
    with enter('imaps') as l:
        return l.ask(credentials(name).rstrip()) == welcome(name)


if not ROOT:
    skip_all('needs users')
account('al', 21501)
account('bo', 21502)
with Suite({
        'imap': Service(143, 'starttls', 'imapd.login', auth=True),
        'imaps': Service(993, 'implicit', 'imapd.login', auth=True),
        'sieve': Service(4190, 'starttls', 'imapd.login', auth=True)},
        limits={'per-address': 1000, 'handshakes-per-address': 500,
                'handshake-rate': 100000},
        conf='penalties:\n  slow: 0\n  refuse: 0\n',
        secrets=[secret(*p) for p in PASSWORDS.items()]) as s:
    i = s.imapd('join: %dms\n' % (JOIN * 1000))
    accounts = {'al': '0', 'bo': '1'}
    poll(lambda: serves('al'))
    together_()
    large()
    mechanisms()
    afterwards()
    many()
    forged()
    full()
