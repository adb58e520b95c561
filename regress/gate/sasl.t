#!/usr/bin/env python3
# Logins by every mechanism, on 465 and on 587 after STARTTLS: what is offered,
# what succeeds, what fails and how; who guesses waits, then stays outside.
# NIGHTLY: 10,000 guesses. gate.md 7
import os
import random
import socket
import ssl
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from sasl import *

NEVER = 'penalties:\n  slow: 0\n  refuse: 0\n'
SUBMIT = ['smtps', 'submission']


def enter(service, source=None, version=ssl.TLSVersion.TLSv1_3):
    """a connection to it with TLS"""
    c = context(s.ca.crt, low=version, high=version)
    if s.services[service].tls == 'implicit':
        return tls(s.port(service), c, source=source)
    l = plain_line(service, source)
    l.ask('STARTTLS')
    return l.start_tls(c)


def plain_line(service, source=None):
    return plain(s.port(service), source)


def exporting():
    return Exporting(s.port('smtps'), '-tls1_3')


def tries(f, service='smtps', **more):
    """what f(connection) gets to hear"""
    with enter(service, **more) as l:
        return f(l)


def odd(name, items, f, good=is_fail):
    """f(connection, item) for each, some at once"""
    def some(k):
        return [(item, r) for item in items[k::8]
                if not good(r := tries(lambda l: f(l, item)))]
    bad = [x for out in together(8, some)()
           for x in (out if isinstance(out, list) else [out])]
    if not ok(not bad, '%s: %d odd messages' % (name, len(items))):
        diag('\n'.join(repr(x)[:200] for x in bad))


def grants():
    return d.ctl('queue', 'grants')[1].splitlines()


def offered():
    both = 'SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 '
    for service, want in {
            'smtps': both + 'PLAIN LOGIN', 'submission': both + 'PLAIN LOGIN',
            'imaps': both + 'PLAIN', 'sieve': both + 'PLAIN'}.items():
        heard, bindings = tries(lambda l: l.ask('MECHS'),
                                service)[6:].split('; ')
        same(set(heard.split()), set(want.split()), service + ': offered')
        ok(heard.startswith('SCRAM-SHA-256-PLUS'), 'the best is the first')
        same(set(bindings.split()), {'tls-exporter', 'tls-server-end-point'},
             'bindings')
    with plain_line('smtp') as l:
        same(l.ask('MECHS'), 'MECHS ; ', 'a service without logins')
        ok(is_temporary(auth_plain(l, 'al', 'secret')), 'knows none')


def succeeds():
    for service in SUBMIT:
        for name, f in {
                'PLAIN': lambda l: auth_plain(l, 'al', 'secret'),
                'PLAIN, as itself': lambda l: auth_plain(l, 'al', 'secret',
                                                         'al'),
                'PLAIN, without initial response': lambda l: (
                    l.ask('AUTH PLAIN'),
                    l.ask(b64(plain_words('al', 'secret'))))[1],
                'LOGIN': lambda l: auth_login(l, 'al', 'secret'),
                'LOGIN, initial': lambda l: auth_login(l, 'al', 'secret',
                                                       True),
                'SCRAM-SHA-256': lambda l: scram(l, 'al', 'secret'),
                'SCRAM, as itself': lambda l: scram(l, 'al', 'secret',
                                                    authz='al'),
                'SCRAM, no initial response': lambda l: scram(
                    l, 'al', 'secret', initial=False),
                'SCRAM, data with success': lambda l: scram(
                    l, 'al', 'secret', word='AUTHX'),
                'SCRAM-SHA-1': lambda l: scram(l, 'al', 'secret',
                                               'SCRAM-SHA-1'),
                }.items():
            for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
                r = tries(f, service, version=version)
                ok(is_ok(r) and user(r) == 'al' and waited(r) == 0,
                   '%s, %s, %s' % (service, name, version.name)) or diag(r)
        for mech in 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS':
            r = tries(lambda l: scram(
                l, 'bo', 'other', mech, 'p=tls-server-end-point,,',
                end_point(l)), service)
            ok(is_ok(r) and user(r) == 'bo', '%s, %s, end-point' %
               (service, mech)) or diag(r)
    for mech in 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS':
        with exporting() as l:
            r = scram(l, 'bo', 'other', mech, 'p=tls-exporter,,', l.binding)
            ok(is_ok(r) and user(r) == 'bo', mech + ', exporter') or diag(r)
    with enter('smtps') as l:
        ok(is_ok(auth_plain(l, 'al', 'secret')), 'a login')
        id_ = l.info()['id']
        same([g.split() for g in grants()],
             [['id=' + id_, 'account=%s' % accounts['al'],
               grants()[0].split()[2], 'service=smtps']],
             'queue holds its grant')
        same(l.ask('hello'), 'hello', 'the connection stays with submit')
    ok(poll(lambda: not grants()), 'and none when it is gone')


def fails():
    def both(name, f, want=is_fail):
        for service in SUBMIT:
            r = tries(f, service)
            ok(want(r), '%s: %s' % (service, name)) or diag(r)

    both('PLAIN: wrong password', lambda l: auth_plain(l, 'al', 'Secret'))
    both('PLAIN: no such user', lambda l: auth_plain(l, 'nobody', 'secret'))
    both('PLAIN: another\'s password', lambda l: auth_plain(l, 'bo', 'secret'))
    both('PLAIN: for another', lambda l: auth_plain(l, 'al', 'secret', 'bo'))
    both('PLAIN: empty', lambda l: auth_plain(l, 'al', ''))
    both('LOGIN: wrong password', lambda l: auth_login(l, 'al', 'no'))
    both('LOGIN: no such user', lambda l: auth_login(l, 'nobody', 'secret'))
    both('SCRAM: wrong password', lambda l: scram(l, 'al', 'wrong'))
    both('SCRAM: no such user', lambda l: scram(l, 'nobody', 'secret'))
    both('SCRAM: for another', lambda l: scram(l, 'al', 'secret', authz='bo'))
    both('SCRAM: wrong hash', lambda l: scram(l, 'phone', 'secret'))
    both('downgrade: "y" though -PLUS was offered',
         lambda l: scram(l, 'al', 'secret', gs2='y,,'))
    both('no such mechanism', lambda l: l.ask('AUTH CRAM-MD5'))
    for mech in 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS':
        both(mech + ': another certificate', lambda l: scram(
            l, 'al', 'secret', mech, 'p=tls-server-end-point,,', bytes(32)))
        both(mech + ': nothing to bind to', lambda l: scram(
            l, 'al', 'secret', mech, 'p=tls-server-end-point,,', b''))
        both(mech + ': another connection', lambda l: scram(
            l, 'al', 'secret', mech, 'p=tls-exporter,,', bytes(32)))
        both(mech + ': tls-unique', lambda l: scram(
            l, 'al', 'secret', mech, 'p=tls-unique,,', bytes(12)))
        both(mech + ': without binding', lambda l: scram(
            l, 'al', 'secret', mech))
    both('a binding without -PLUS', lambda l: scram(
        l, 'al', 'secret', 'SCRAM-SHA-256', 'p=tls-server-end-point,,',
        end_point(l)))
    r = [tries(lambda l: scram(
        l, 'al', 'secret', 'SCRAM-SHA-256-PLUS', 'p=tls-unique,,',
        l.s.get_channel_binding('tls-unique')),
        version=ssl.TLSVersion.TLSv1_2)]
    ok(is_fail(r[0]), 'tls-unique, though it is right') or diag(r[0])
    # what the one is bound to is not what the other is
    with exporting() as a, exporting() as b:
        r = scram(b, 'al', 'secret', 'SCRAM-SHA-256-PLUS', 'p=tls-exporter,,',
                  a.binding)
        ok(is_fail(r), 'bound to the thief\'s connection') or diag(r)
    same(grants(), [], 'nobody holds a grant')


def alike():
    """who is not there behaves as if"""
    def seen(name, password, mech='SCRAM-SHA-256'):
        steps = []
        t = time.monotonic()
        r = tries(lambda l: scram(l, name, password, mech, steps=steps))
        t = time.monotonic() - t
        first = of(steps[0]).decode().split(',')
        return first[1], first[2], len(steps[0]), r, t
    there, gone = seen('al', 'wrong'), seen('nobody', 'wrong')
    same(gone[1:4], there[1:4], 'an unknown user: the same steps')
    same(seen('nobody', 'other')[0], gone[0], 'its salt is always the same')
    ok(seen('nobody2', 'other')[0] != gone[0], 'and its own')
    ok(seen('nobody', 'x', 'SCRAM-SHA-1')[0] != gone[0], 'per mechanism')
    salt = gone[0]
    pid = s.gate.kill('auth')
    s.gate.replaced('auth', pid)
    poll(lambda: 'PLAIN' in tries(lambda l: l.ask('MECHS')))
    same(seen('nobody', 'wrong')[0], salt, 'also after auth was replaced')
    s.gate.stop()
    s.gate.start()
    ok(poll(lambda: d.ctl('services')[0] == 0 and 'PLAIN' in tries(
        lambda l: l.ask('MECHS'))), 'the gate starts anew')
    same(seen('nobody', 'wrong')[0], salt, 'and it is still the same')


def scopes():
    s.write_secrets(LINES + [
        secret('al+phone', 'app', services=['imap']),
        secret('al+laptop', 'app2', services=['submission']),
        secret('al+any', 'app3'), secret('bo+smtp', 'app4',
                                         services=['smtp'])])
    same(s.reload(), (0, ''), 'app passwords')
    for service, login, password, good in [
            ('imaps', 'al', 'app', True), ('imaps', 'al+phone', 'app', True),
            ('sieve', 'al', 'app', True), ('smtps', 'al', 'app', False),
            ('smtps', 'al+phone', 'app', False),
            ('submission', 'al', 'app2', True),
            ('submission', 'al+laptop', 'app2', True),
            ('smtps', 'al', 'app2', False), ('smtps', 'al', 'app3', True),
            ('imaps', 'al', 'app3', True), ('imaps', 'al', 'secret', True),
            ('imaps', 'al+phone', 'secret', False),
            ('smtps', 'bo', 'app4', True), ('submission', 'bo', 'app4', True),
            ('imaps', 'bo', 'app4', False), ('smtps', 'bo', 'app3', False)]:
        with enter(service) as l:
            r = auth_plain(l, login, password)
            ok((is_ok if good else is_fail)(r), 'PLAIN, %s: %s with %s' %
               (service, login, password)) or diag(r)
            if good:
                same(user(r), login.split('+')[0], 'is the account')
        if '+' not in login:
            continue
        with enter(service) as l:
            r = scram(l, login, password)
            ok((is_ok if good else is_fail)(r), 'SCRAM, %s: %s with %s' %
               (service, login, password)) or diag(r)
    # without -PLUS lines of SHA-1 there is no SHA-1 to offer
    with enter('smtps') as a, enter('imaps') as b:
        ok(is_ok(auth_plain(a, 'al', 'app3')) and
           is_ok(auth_plain(b, 'al', 'app')), 'both are logged in')
        same(len(grants()), 1, 'a grant')
        s.write_secrets([line for line in LINES if ':SCRAM-SHA-1$' not in
                         line])
        same(s.reload(), (0, ''), 'the app passwords are taken away')
        ok(a.is_closed(), 'who came by one is closed')
        ok(b.is_closed(), 'in its user\'s process too')
    ok(poll(lambda: not grants()), 'no grant is left')
    ok(poll(lambda: 'SHA-1' not in tries(lambda l: l.ask('MECHS'))),
       'no line of SHA-1 is left: not offered')
    s.write_secrets(LINES)
    s.reload()


def malformed():
    """nothing but a failure comes of it, and no process dies"""
    rand = random.Random(7)
    good = Scram('al', 'secret').first()
    firsts = [b'', b'n', b'n,', b'n,,', b'n,,n=al', b'n,,r=abc', b',,n=al,r=x',
              b'n,,n=al,r=', b'n,,m=x,n=al,r=abcdefgh', b'n,a=,n=al,r=abcdef',
              b'n,,n=a=l,r=abcdefghijkl', b'n,,n=\xff\xfe,r=abcdefghijkl',
              b'n,,n=al,r=abc\0def', b'p=,,n=al,r=abcdefghijkl', good + b',',
              b'n,,' + b'n=' + b'a' * 3000 + b',r=abcdefghijkl', good[:-1] +
              b' ', b'n,,n=,r=abcdefghijkl', b'x,,n=al,r=abcdefghijkl', b',' *
              4000, b'n,,n=al,r=' + b'a' * 4000, b'\0' * 4096]
    odd('SCRAM, first', firsts,
        lambda l, b: l.ask('AUTH SCRAM-SHA-256 ' + (b64(b) or '=')),
        lambda h: is_fail(h) or h.startswith('334 '))

    def second(l, change):
        c = Scram('al', 'secret')
        h = l.ask('AUTH SCRAM-SHA-256 ' + b64(c.first()))
        return l.ask(b64(change(c.final(of(h)))))

    def flip(b):
        at = rand.randrange(len(b))
        return b[:at] + bytes([b[at] ^ 1 << rand.randrange(7)]) + b[at + 1:]
    changes = [lambda b: b'', lambda b: b[:-1], lambda b: b + b'=',
               lambda b: b'c=biws,' + b, lambda b: b.split(b',p=')[0],
               lambda b: b.replace(b'c=biws', b'c='),
               lambda b: b.replace(b'c=biws', b'c=eSws'),
               lambda b: b.replace(b',r=', b',r=x'),
               lambda b: b.replace(b',p=', b',x=y,z=,p='),
               lambda b: b.split(b',p=')[0] + b',p=' + b64(bytes(32)).encode(),
               lambda b: b.split(b',p=')[0] + b',p=' + b64(bytes(20)).encode(),
               lambda b: b.split(b',p=')[0] + b',p=',
               lambda b: b + b'x' * 3000] + [flip] * 40
    odd('SCRAM, second', changes, second)
    odd('PLAIN', [b'', b'\0', b'\0\0', b'al', b'\0al', b'al\0secret',
                  b'\0al\0', b'\0\0secret', b'\0al\0sec\0ret',
                  b'\xff\0al\0secret', b'\0al\0' + b'x' * 4000,
                  b'\0' + b'a' * 4000 + b'\0x', b'\0al\xc0\x80\0secret',
                  b'\0al\0secret\0'],
        lambda l, b: l.ask('AUTH PLAIN ' + (b64(b) or '=')))

    def in_turns(l, words):
        h = l.ask('AUTH LOGIN')
        for w in words:
            if h.startswith('334 '):
                h = l.ask(b64(w))
        return h if not h.startswith('334 ') else l.ask(b64(b'x'))
    odd('LOGIN', [[b''], [b'al', b''], [b'a' * 4000], [b'al', b'x' * 4000],
                  [b'al\0', b'secret'], [b'\xff', b'x']], in_turns)
    # what is no base64 never gets there
    with enter('smtps') as l:
        same([l.ask(a) for a in ('AUTH', 'AUTH PLAIN x', 'AUTH PLAIN ====',
                                 'AUTH ' + 'X' * 24)],
             ['501 malformed'] * 4, 'the daemon takes no nonsense')
        ok(is_ok(auth_plain(l, 'al', 'secret')), 'and goes on')
    with enter('smtps') as l:
        l.ask('AUTH PLAIN')
        same(l.ask('*'), '501 aborted', 'a client may give up')
        ok(is_ok(scram(l, 'al', 'secret')), 'and begin again')
    with enter('smtps') as l:
        h = l.ask('AUTH SCRAM-SHA-256 ' + b64(good))
        same(l.ask('nonsense!'), '501 malformed', 'in the middle, too')
        ok(is_ok(auth_login(l, 'al', 'secret')), 'and begin again')
    with enter('smtps') as l:
        c = Scram('al', 'secret')
        h = l.ask(b64(c.final(of(l.ask('AUTH SCRAM-SHA-256 ' +
                                       b64(c.first()))))))
        ok(h.startswith('334 '), 'the server proves itself')
        same(is_fail(l.ask(b64(b'x'))), True, 'the answer to that is empty')


def again():
    """three exchanges a connection"""
    for service in 'smtps', 'imaps':
        with enter(service) as l:
            ok(is_fail(auth_plain(l, 'al', 'w1')) and
               is_fail(scram(l, 'al', 'w2')), service + ': two failures')
            ok(is_ok(scram(l, 'al', 'secret')), 'then it succeeds')
        with enter(service) as l:
            heard = [auth_plain(l, 'al', 'w%d' % i) for i in range(3)]
            ok(all(map(is_fail, heard)), service + ': three failures')
            try:
                r = auth_plain(l, 'al', 'secret')
            except OSError:
                r = ''
            ok(r == '' or is_temporary(r) or is_fail(r),
               'the fourth try is none') or diag(r)
    with enter('smtps') as l:
        for i in range(3):
            l.ask('AUTH PLAIN')
            l.ask('*')
        ok(not is_ok(auth_plain(l, 'al', 'secret')),
           'who gives up has tried, too')


def clear():
    for service in 'submission', 'imap':
        with plain_line(service) as l:
            ok(is_fail(auth_plain(l, 'al', 'secret')),
               service + ', in the clear: PLAIN is refused')
        with plain_line(service) as l:
            ok(is_fail(scram(l, 'al', 'secret')), 'SCRAM, too')
            same(l.ask('STARTTLS'), '220 go ahead', 'STARTTLS after that')
            l.start_tls(context(s.ca.crt))
            ok(is_ok(auth_plain(l, 'al', 'secret')), 'with TLS it is taken')


def crimes():
    """what a taken-over submit may say to auth"""
    s.expect('process=submit|peer=smtpd.submit|peer=submit')
    for crime, login in (('sasl-twice', 0), ('sasl-endless', 0),
                         ('sasl-flags', 0), ('sasl-hidden', 0),
                         ('sasl-start', 1), ('sasl-response x', 1)):
        pid, gate = d.pid('submit'), s.gate.pids()
        with enter('smtps') as l, enter('imaps') as other:
            if login:
                ok(is_ok(auth_plain(l, 'al', 'secret')), 'a login')
            l.say('EVIL ' + crime)
            ok(poll(lambda: d.replaced('submit', pid)),
               '%s%s: submit is replaced' % (crime, ', after success' *
                                             login))
            ok(l.is_closed(), 'its clients are gone')
            same(other.ask('hello'), 'hello', 'others are not')
        same(s.gate.pids(), gate, 'the gate lives')
        ok(poll(lambda: 'PLAIN' in tries(lambda l: l.ask('MECHS'))),
           'and serves')
        restart_gate()
    pid = d.pid('submit')
    with enter('smtps') as l, enter('imaps') as other:
        l.say('EVIL sasl-response x')
        ok(is_ok(auth_plain(l, 'al', 'secret')), 'a response that nobody '
           'waits for may have crossed an end: nothing')
    with enter('smtps') as l, enter('imaps') as other:
        l.say('EVIL sasl-wrong-id')
        id_ = int(l.info()['id'], 16) + 1000
        ok(poll(lambda: d.said('event=stray id=%x result=2' % id_)),
           'an id that is nobody\'s: temporary')
        same(d.pid('submit'), pid, 'no crime: it may have gone')
        l.say('EVIL sasl-other-id ' + other.info()['id'])
        ok(poll(lambda: d.replaced('submit', pid)),
           'the id of another row\'s client: submit is replaced')
        ok(is_ok(auth_plain(other, 'al', 'secret')), 'that one logs in')
    restart_gate()
    s.expect('process=login|peer=imapd.login|peer=login')
    pid = i.pid('login')
    with enter('smtps') as l, enter('imaps') as other:
        other.say('SPEAK-FOR ' + l.info()['id'])
        ok(poll(lambda: i.replaced('login', pid)), 'login alike')
        ok(is_ok(auth_plain(l, 'al', 'secret')), 'submit\'s logs in')
    restart_gate()


def restart_gate():
    """who accuses more than five times a minute is replaced, too"""
    s.gate.stop()
    s.gate.start()
    poll(lambda: d.ctl('services')[0] == 0 and all(
        'PLAIN' in tries(lambda l: l.ask('MECHS'), n)
        for n in ('smtps', 'imaps')))


def penal(**keys):
    s.more = 'penalties:\n' + ''.join('  %s: %s\n' % (k.replace('_', '-'), v)
                                      for k, v in keys.items())
    same(s.reload(), (0, ''), 'penalties: %s' % keys)


def refused(source, service='imaps'):
    try:
        with enter(service, source) as l:
            return l.ask('hello') == ''
    except OSError:
        return True


def guess(source, n, name='al', service='smtps'):
    with enter(service, source) as l:
        return auth_plain(l, name, 'guess %d' % n)


def penalties():
    penal(slow=20, refuse=100, delay='200ms', delay_max='800ms',
          refuse_time='60s', refuse_max='60s')
    guesser = '127.1.1.1'
    waits = []
    for n in range(9):
        waits.append(waited(guess(guesser, n)))
    same(waits[:2], [0, 0], 'two failures cost nothing')
    ok(waits[2] == 0 or 150 <= waits[2] <= 400, 'then answers are delayed')
    ok(any(w > 300 for w in waits) and max(waits) <= 900 and
       waits == sorted(waits), 'doubling up to a limit: %s' % waits)
    t = time.monotonic()
    r = guess(guesser, 9, service='submission')
    t = time.monotonic() - t
    ok(is_fail(r) and t > 0.6, 'on another service, too: %.1f s' % t)
    for n in range(10, 14):
        if refused(guesser):
            break
        try:
            guess(guesser, n)
        except OSError:
            break
    for service in 'imaps', 'smtps', 'imap':
        ok(poll(lambda: refused(guesser, service), 3),
           'then it is refused on %s' % service)
    ok(not refused('127.1.2.1'), 'its neighbours are not')
    for name in 'relay.0', 'relay.1':
        s.gate.replaced(name, s.gate.kill(name))
    ok(poll(lambda: refused(guesser) and refused(guesser, 'smtps'), 3),
       'the relays are replaced: still refused')
    restart_gate()
    ok(poll(lambda: refused(guesser), 3), 'the gate is: still refused')
    ok(not refused('127.1.2.1'), 'and nobody else')
    status, text = s.gate.ctl('penalties')
    ok(status == 0 and guesser in text, 'people are told') or diag(text)
    same(s.gate.ctl('forgive', guesser)[0], 0, 'forgiven')
    ok(poll(lambda: not refused(guesser), 3), 'it is welcome again')
    same(waited(guess(guesser, 21)), 0, 'and it begins with nothing, as its '
         'network does')
    # the same wrong password, again and again, is one mistake
    for n in range(12):
        with enter('smtps', '127.1.3.1') as l:
            r = auth_plain(l, 'al', 'old password')
    same((is_fail(r), waited(r)), (True, 0), 'a client that repeats the '
         'old password is not punished')
    status, text = s.gate.ctl('forgive', 'all')
    same(status, 0, 'all is forgiven')


def office():
    """one network, one wrong phone, one who is at home there"""
    penal(slow=20, refuse=40, delay='100ms', delay_max='200ms',
          refuse_time='60s', refuse_max='60s')
    net = '127.2.2.%d'
    honest = net % 200
    with enter('smtps', honest) as l:
        ok(is_ok(auth_plain(l, 'bo', 'other')), 'bo is at home here')
    for n in range(40):
        try:
            guess(net % (n + 1), 100 + n)
        except OSError:
            pass
    with enter('smtps', honest) as l:
        r = auth_plain(l, 'bo', 'other')
        ok(is_ok(r) and waited(r) == 0, 'his neighbours guess: he is served '
           'at once') or diag(r)
    with enter('smtps', net % 201) as l:
        r = auth_plain(l, 'bo', 'other')
        ok(is_ok(r) and waited(r) == 0, 'with another address of it, too'
           ) or diag(r)
    with enter('smtps', net % 202) as l:
        r = auth_plain(l, 'al', 'secret')
        ok(not is_ok(r), 'who is not known there is not') or diag(r)
    # a network where nobody is at home is refused as a whole
    for n in range(40):
        try:
            guess('127.3.3.%d' % (n + 1), 200 + n, 'bo')
        except OSError:
            pass
    ok(poll(lambda: refused('127.3.3.250'), 3), 'a network of guessers: '
       'refused, those that never guessed too')
    s.gate.ctl('forgive', 'all')


def abused():
    penal(slow=20, refuse=30, delay='100ms', delay_max='100ms',
          refuse_time='60s', refuse_max='60s')
    source = '127.4.4.4'
    with plain_line('smtp', source) as l:
        same(l.ask('ABUSE 1 20'), '200 0', 'a session tells of unknown '
             'recipients')
        ok(poll(lambda: refused(source), 3), 'their sender is refused '
           'everywhere')
    same(s.gate.ctl('forgive', source)[0], 0, 'forgiven')
    s.expect('process=session|peer=session|peer=smtpd.session')
    for words in '9 1', '1 0', '1 1000':
        pid = d.pid('session')
        with plain_line('smtp', '127.4.4.5') as l:
            l.say('ABUSE ' + words)
            ok(poll(lambda: d.replaced('session', pid)),
               'ABUSE %s: a crime' % words)
        ok(poll(lambda: not refused('127.4.4.5', 'smtp')), 'it serves again')
    s.gate.ctl('forgive', 'all')


def guesses():
    """many, from many; then the honest one"""
    n, at_once = (10000, 64) if NIGHTLY else (300, 16)
    penal(slow=20, refuse=100, delay='1ms', delay_max='5ms',
          refuse_time='60s', refuse_max='60s')
    with enter('smtps', '127.5.0.1') as l:
        ok(is_ok(auth_plain(l, 'bo', 'other')), 'bo is at home here')
    before, t = s.gate.stats(), time.monotonic()
    done_ = [0, 0, 0]

    def guesser(k):
        for j in range(k, n, at_once):
            try:
                r = guess('127.6.%d.%d' % (j % 250, j // 250 % 250 + 1), j,
                          ('al', 'bo', 'root', 'nobody')[j % 4])
                done_[0] += is_fail(r)
                done_[2] += is_ok(r)
            except OSError:
                done_[1] += 1
    for r in together(at_once, guesser, 600)():
        if isinstance(r, Exception):
            raise r
    t = time.monotonic() - t
    same(done_[2], 0, '%d guesses, none is right' % n)
    diag('%d judged, %d refused in %.1f s' % (done_[0], done_[1], t))
    ok(done_[0] > 0, 'they were judged')
    with enter('smtps', '127.5.0.2') as l:
        r = auth_plain(l, 'bo', 'other')
        ok(is_ok(r) and waited(r) == 0, 'he whose password they guess is '
           'served at once where he is known') or diag(r)
    s.gate.ctl('forgive', 'all')


LINES = [secret('al', 'secret'), secret('al', 'secret', 'sha1'),
         secret('bo', 'other'), secret('bo', 'other', 'sha1')]
if not ROOT:
    skip_all('needs users')
account('al', 21501)
account('bo', 21502)
with Suite({
        'smtp': Service(25, 'starttls', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit', auth=True),
        'submission': Service(587, 'starttls', 'smtpd.submit', auth=True),
        'imap': Service(143, 'starttls', 'imapd.login', auth=True),
        'imaps': Service(993, 'implicit', 'imapd.login', auth=True),
        'sieve': Service(4190, 'starttls', 'imapd.login', auth=True)},
        limits={'per-address': 1000, 'handshakes-per-address': 500,
                'handshake-rate': 100000},
        conf=NEVER, secrets=LINES) as s:
    s.expect('event=death process=(auth|session|relay.[01]) signal=9')
    d, i = s.taker(), s.imapd('join: 2s\n')
    accounts = {w[1]: w[0] for w in map(str.split, poll(
        lambda: d.ctl('accounts')[1]).splitlines()[:-1])}
    poll(lambda: 'PLAIN' in tries(lambda l: l.ask('MECHS')))
    offered()
    succeeds()
    fails()
    alike()
    scopes()
    malformed()
    again()
    clear()
    crimes()
    penalties()
    office()
    abused()
    guesses()
