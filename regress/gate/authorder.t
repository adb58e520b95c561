#!/usr/bin/env python3
# auth's real process in the middle of things: who hangs up before he hears
# that a guess was wrong has guessed all the same; words that cross each other
# are no crime; a relay hears GRANTED once; a holder that was replaced in the
# middle knows the grant; a reload keeps what came before it; many checks of
# one address do not keep another one waiting. gate.md 5, 7
import os
import signal
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from sasl import *
from child import *
from auth import *

NEVER = (0, 0, 600000, 1000, 15000, 60000, 60000)
STRICT = (20, 40, 600000, 100, 200, 60000, 60000)


def lines():
    return [(0, AL), (1, BO)]


def clean():
    """nobody's channel was closed, nobody was accused"""
    return all(c.is_open() for c in [*auth.relays, *auth.logins.values(),
                                     *auth.holders.values()])


def logs_in(id_, service='smtps', relay=0, **more):
    auth.login(id_, by=service, **more)
    auth.heard(auth.holders[service], 'grant', id_)
    auth.heard(auth.relays[relay], 'granted', id_)
    return auth.done(id_, service)


def stopped(*does):
    """what is said meanwhile is there all at once"""
    os.kill(auth.p.pid, signal.SIGSTOP)
    for f in does:
        f()
    os.kill(auth.p.pid, signal.SIGCONT)


def slow(relay):
    """what it has heard of refused networks, so far"""
    n, m = 0, auth.relays[relay].hear(0.3)
    while m:
        n += name_of[m[0]] == 'slow'
        m = auth.relays[relay].hear(0.3)
    return n


def hangs_up():
    """PLAIN fails after a quarter of a second: who leaves earlier, too"""
    auth.penalties = STRICT
    auth.configure(lines())
    for l in auth.logins.values():
        auth.heard(l, 'mechs')
    for way in 'SHUT', 'ABORT':
        peer = '198.51.%d.7' % len(way)
        for n in range(8):
            id_ = auth.opened(peer=peer)
            auth.login(id_, password='%s %d' % (way, n))
            # more than a check takes, a penalty, too; less than the answer
            time.sleep(0.1 if n < 2 else 0.4)
            if way == 'SHUT':
                auth.relays[0].say(msg['shut'], id_=id_)
            else:
                auth.logins['smtps'].say(msg['sasl_abort'], id_=id_)
        ok(slow(0) > 0, 'who guesses and leaves (%s) is refused' % way)
        while auth.logins['smtps'].hear(0.1):
            pass
        id_ = auth.opened(peer=peer)
        auth.login(id_)
        same(auth.done(id_), (TEMPORARY, ''), 'the right one is not heard')
    slow(1)


def burst():
    """exchanges that were begun before the first one failed"""
    ids = [auth.opened(peer='198.51.100.9') for i in range(40)]
    scrams = {}
    for id_ in ids:
        c = Scram('al', 'wrong')
        auth.start(id_, 'SCRAM-SHA-256', c.first())
        scrams[id_] = c, auth.heard(auth.logins['smtps'], 'sasl_challenge',
                                    id_)
    for id_, (c, challenge) in scrams.items():
        auth.logins['smtps'].say(msg['sasl_response'], c.final(challenge),
                                 id_)
    results = []
    for i in ids:
        m = auth.logins['smtps'].hear(3)
        results.append(struct.unpack('=I', m[2][:4])[0])
    judged = results.count(FAIL)
    ok(0 < judged <= 5, '40 proofs at once: %d are judged' % judged)
    same(results.count(TEMPORARY), 40 - judged, 'the others: temporary')
    auth.penalties = NEVER
    auth.configure(lines())
    for l in auth.logins.values():
        auth.heard(l, 'mechs')
    slow(0), slow(1)


def crossing():
    """ABORT may have been on its way when DONE was"""
    for service in 'smtps', 'imaps':
        id_ = auth.opened(service)
        stopped(lambda: auth.login(id_, by=service),
                lambda: auth.logins[service].say(msg['sasl_abort'], id_=id_))
        time.sleep(0.1)
        ok(clean(), 'ABORT behind START: no crime')
        auth.relays[0].say(msg['shut'], id_=id_)
        id_ = auth.opened(service)
        same(logs_in(id_, service), (OK, 'al'), 'a login')
        auth.logins[service].say(msg['sasl_abort'], id_=id_)
        same(auth.heard(auth.holders[service], 'ungrant', id_), b'',
             'ABORT that crosses DONE: the grant goes')
        auth.login(id_, by=service)
        same(auth.done(id_, service), (TEMPORARY, ''), 'START after that: '
             'temporary, the relay has heard GRANTED')
        auth.relays[0].say(msg['shut'], id_=id_)
        ok(clean(), 'no crime')


def once():
    """GRANTED, whatever becomes of the login"""
    # the relay has it, its end is not: for five seconds it does not read
    auth.relays[0] = auth.link('relay', 0, room=2304)
    ids, told = [], 0
    while told == len(ids) < 200:
        ids.append(auth.opened())
        auth.login(ids[-1])
        auth.heard(auth.holders['smtps'], 'grant', ids[-1])
        told += auth.logins['smtps'].hear(0.7) != ()
    stuck = ids[-1]
    same(auth.done(stuck, seconds=8), (TEMPORARY, ''), 'a relay that does not '
         'read: temporary')
    auth.heard(auth.holders['smtps'], 'ungrant', stuck)
    auth.login(stuck)
    for i in ids:
        auth.heard(auth.relays[0], 'granted', i)
    same(auth.done(stuck), (TEMPORARY, ''), 'again: temporary')
    ok(nothing(auth.relays[0], auth.holders['smtps']), 'GRANTED was told once')
    for i in ids:
        auth.relays[0].say(msg['shut'], id_=i)
    for i in ids[:-1]:
        auth.heard(auth.holders['smtps'], 'ungrant', i)
    auth.relays[0] = auth.link('relay', 0)
    # one that auth before us has granted, and its login never heard of it
    id_ = auth.opened()
    logs_in(id_)
    credential = None
    for i in range(2):
        other = auth.opened(relay=1, granted=1, credential=credential or 4711)
        if credential is None:
            auth.heard(auth.relays[1], 'revoked')
        auth.login(other)
        same(auth.done(other), (TEMPORARY, ''), 'START of one that was '
             'granted before our time: temporary')
        credential = i + 1
    ok(clean(), 'and no crime')
    auth.relays[0].say(msg['shut'], id_=id_)
    auth.heard(auth.holders['smtps'], 'ungrant', id_)


def replaced():
    """the holder, while its grant waits for the relay"""
    auth.relays[0] = auth.link('relay', 0, room=2304)
    ids, told = [], 0
    while told == len(ids) < 200:
        ids.append(auth.opened())
        auth.login(ids[-1])
        auth.heard(auth.holders['smtps'], 'grant', ids[-1])
        told += auth.logins['smtps'].hear(0.7) != ()
    auth.holders['smtps'] = auth.link('smtpd.queue')
    heard = set()
    while m := auth.holders['smtps'].hear(0.3):
        heard.add(m[1])
    for i in ids:
        auth.heard(auth.relays[0], 'granted', i)
    result = auth.done(ids[-1])[0]
    ok(result == TEMPORARY or ids[-1] in heard,
       'a holder that is replaced in between knows who is told OK')
    auth.relays[0] = auth.link('relay', 0)
    while auth.holders['smtps'].hear(0.3):
        pass


def reload():
    """a service that is gone, while its client says STARTTLS"""
    id_ = auth.opened('imaps', on=0, exporter=0, endpoint=0)
    del auth.SERVICES['imaps']
    auth.configure(lines())
    auth.heard(auth.logins['smtps'], 'mechs')
    auth.open(id_, 'imaps')
    same(logs_in(id_, 'imaps'), (OK, 'al'), 'a client of a service that was '
         'taken away logs in all the same')
    # a list that is not whole is none
    auth.parent.say(msg['guard'], struct.pack('=8I', *NEVER, 0))
    auth.parent.say(msg['secret'], struct.pack('=QII', 1, 0, 0) + AL.encode())
    auth.parent.say(msg['users'], struct.pack('=QQ', 1, 2))
    ok(nothing(*auth.relays), 'half a list of users: nobody is revoked')
    id_ = auth.opened()
    same(logs_in(id_, user='bo', password='0ther-bo'), (OK, 'bo'),
         'the old one stays')
    auth.relays[0].say(msg['shut'], id_=id_)
    auth.heard(auth.holders['smtps'], 'ungrant', id_)


def fair():
    """one address with many checks, another one with one"""
    crowd = [auth.opened(peer='203.0.113.%d' % (1 + n // 60))
             for n in range(300)]
    six = [auth.opened(peer='2001:db8::%x' % n) for n in range(60)]
    honest = [auth.opened(peer='192.0.2.%d' % n) for n in (77, 78)]

    def flood():
        for id_ in crowd + six:
            auth.login(id_, 'nobody', 'guess')
        for id_ in honest:
            auth.login(id_)
    threading.Thread(target=flood).start()
    order, granted = [], 0
    while len(order) < len(crowd) + len(six) + len(honest):
        m = auth.logins['smtps'].hear(10)
        if not m:
            break
        order.append((m[1], struct.unpack('=I', m[2][:4])[0]))
    for id_ in honest:
        results = [r for i, r in order if i == id_]
        same(results, [OK], 'a crowd of guessers: the honest one is judged')
    judged = [i for i, r in order if r != TEMPORARY]
    diag('%d of %d judged' % (len(judged), len(order)))
    at = max([judged.index(i) for i in honest if i in judged] or [999])
    ok(at < 60, 'and does not wait for them all: %d were before' % at)
    for id_ in honest:
        auth.heard(auth.relays[0], 'granted', id_)
        auth.heard(auth.holders['smtps'], 'grant', id_)
    office = [auth.opened(peer='192.0.2.9') for n in range(30)]
    stopped(*(lambda id_=i: auth.login(id_) for i in office))
    results = [auth.heard(auth.logins['smtps'], 'sasl_done')[0]
               for i in office]
    same(results, [OK] * 30, 'an office that comes back at once: all of it')
    for i in office:
        auth.heard(auth.relays[0], 'granted', i)
        auth.heard(auth.holders['smtps'], 'grant', i)


def quiet():
    """strangers fill the log by half"""
    ids = [auth.opened(peer='100.64.%d.%d' % divmod(n, 200))
           for n in range(700)]
    for i in ids:
        auth.start(i, 'PLAIN', b'garbage')
    for i in ids:
        auth.heard(auth.logins['smtps'], 'sasl_done')
    id_ = auth.opened()
    same(logs_in(id_), (OK, 'al'), '700 strangers, and then a login')
    ok(poll(lambda: 'result=ok id=%x' % id_ in auth.log()), 'that is told')
    ok(auth.log().count('result=fail') + auth.log().count(
        'result=temporary') <= 500, '200 of the others are not')


AL = secret('al', 's3cret-al')
BO = secret('bo', '0ther-bo')
auth = Auth(lines())
signal.alarm(120)
crossing()
once()
replaced()
hangs_up()
burst()
fair()
reload()
quiet()
same(auth.p.poll(), None, 'it lives')
same(auth.leave(), 0, 'until its parent is gone')
log = auth.log()
if not ok('sandbox' not in log and 'Sanitizer' not in log, 'in its sandbox'):
    diag(log)
done()
