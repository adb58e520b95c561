#!/usr/bin/env python3
# auth's real process, with us as its parent, as two relays, of which one is
# taken over, and as the logins and holders: nobody gets a grant but for the
# connection that logged in, it is told in one order, and who breaks the form
# loses the channel, alone. gate.md 5, 7
import os
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from sasl import *
from child import *
from auth import *


def order():
    """holder, relay, login; each when the one before could hear it"""
    for service in 'smtps', 'imaps':
        id_ = auth.opened(service)
        auth.login(id_, by=service)
        first = grant_of(auth.heard(auth.holders[service], 'grant', id_))
        same(first[1:], (0, service), '%s: GRANT' % service)
        same(grant_of(auth.heard(auth.relays[0], 'granted', id_)), first,
             'GRANTED, the same')
        same(auth.done(id_, service), (OK, 'al'), 'SASL_DONE')
        auth.relays[0].say(msg['shut'], id_=id_)
        same(auth.heard(auth.holders[service], 'ungrant', id_), b'',
             'the end of it')
    # a holder that does not read: all behind it wait
    holder = auth.holders['smtps'] = auth.link('smtpd.queue', room=2304)
    ids, told = [], 0
    while told == len(ids) < 200:
        ids.append(auth.opened())
        auth.login(ids[-1])
        m = auth.logins['smtps'].hear(0.7)
        told += m != ()
    stuck = ids[-1]
    ok(told == len(ids) - 1, 'a holder that does not read: after %d its '
       'client waits' % told)
    heard = [auth.heard(auth.relays[0], 'granted', i) for i in ids[:-1]]
    ok(nothing(auth.relays[0], auth.logins['smtps']),
       'neither relay nor login hear of it')
    same([auth.heard(holder, 'grant', i) for i in ids], heard + [heard[0]],
         'GRANTs, once it reads')
    same(auth.heard(auth.relays[0], 'granted', stuck), heard[0],
         'then GRANTED')
    same(auth.done(stuck), (OK, 'al'), 'then SASL_DONE')
    # a relay that does not read
    auth.relays[0] = auth.link('relay', 0, room=2304)
    for i in ids:
        auth.heard(holder, 'ungrant')
    ids, told = [], 0
    while told == len(ids) < 200:
        ids.append(auth.opened())
        auth.login(ids[-1])
        auth.heard(holder, 'grant', ids[-1])
        m = auth.logins['smtps'].hear(0.7)
        told += m != ()
    ok(told == len(ids) - 1, 'a relay that does not read: after %d login '
       'waits, though its holder knows' % told)
    t = time.monotonic()
    same(auth.done(ids[-1], seconds=8), (TEMPORARY, ''), 'at last: temporary')
    t = time.monotonic() - t
    ok(3 < t < 6, 'after five seconds: %.1f' % (t + 0.7))
    same(auth.heard(holder, 'ungrant', ids[-1]), b'', 'and no grant')
    auth.relays[0] = auth.link('relay', 0)
    for i in ids[:-1]:
        auth.heard(holder, 'ungrant')
    # no holder at all
    holder.s.close()
    id_ = auth.opened()
    time.sleep(0.1)
    auth.login(id_)
    same(auth.done(id_), (TEMPORARY, ''), 'no holder: temporary')
    ok(nothing(auth.relays[0]), 'the relay hears nothing')
    auth.holders['smtps'] = auth.link('smtpd.queue')


def late():
    """a login that is heard before the relay that spoke first"""
    for before in False, True:
        id_ = auth.new()
        if before:
            auth.open(id_, 'smtps', on=0, exporter=0, endpoint=0)
            time.sleep(0.1)
        os.kill(auth.p.pid, signal.SIGSTOP)
        auth.login(id_)
        auth.open(id_, 'smtps')
        os.kill(auth.p.pid, signal.SIGCONT)
        auth.heard(auth.holders['smtps'], 'grant', id_)
        auth.heard(auth.relays[0], 'granted', id_)
        same(auth.done(id_), (OK, 'al'), 'START before %s is read' % (
            'the OPEN after STARTTLS' if before else 'OPEN'))


def criminal(name, c, peer, commit):
    """its channel is closed, it is accused, all others live"""
    commit()
    m = c.hear()
    while m:
        m = c.hear()
    ok(m is None and auth.accused() == peer, name)
    others = [*auth.relays, *auth.logins.values(), *auth.holders.values()]
    if not all(x.is_open() for x in others if x is not c):
        ok(False, '%s: another channel is closed' % name)


def relay_crimes():
    """of relay 1, whatever it says; relay 0 has honest clients"""
    def relay1():
        auth.relays[1] = auth.link('relay', 1)
        return auth.relays[1], 1 << 5 | row['relay']

    honest = auth.opened('smtps')
    logged_in = auth.opened('smtps')
    auth.login(logged_in)
    granted = grant_of(auth.heard(auth.holders['smtps'], 'grant', logged_in))
    auth.heard(auth.relays[0], 'granted')
    auth.done(logged_in)
    mine = auth.new(1)
    long_ = name16('smtps')[:5] + b'x' * 11
    for name, commit in {
            'OPEN of an id of another relay\'s number': lambda: auth.open(
                auth.new(0), relay=1),
            'OPEN of another\'s client': lambda: auth.open(honest, relay=1),
            'OPEN of another\'s client, as granted': lambda: auth.open(
                logged_in, relay=1, granted=1, credential=granted[0]),
            'SHUT of another\'s client': lambda: auth.relays[1].say(
                msg['shut'], id_=honest),
            'an exporter of 31 bytes': lambda: auth.open(mine, exporter=31),
            'an endpoint of 65 bytes': lambda: auth.open(mine, endpoint=65),
            'an endpoint of all bytes': lambda: auth.open(mine,
                                                          endpoint=NONE),
            'a service without end': lambda: auth.relays[1].say(
                msg['open'], long_ + address() + bytes(128), mine),
            'an address of no family': lambda: auth.relays[1].say(
                msg['open'], name16('smtps') + bytes(152), mine),
            'half an OPEN': lambda: auth.relays[1].say(
                msg['open'], bytes(80), mine),
            'GRANTED': lambda: auth.relays[1].say(
                msg['granted'], bytes(32), mine),
            'GRANT': lambda: auth.relays[1].say(msg['grant'], bytes(32),
                                                mine),
            'SECRET': lambda: auth.relays[1].say(
                msg['secret'], bytes(16) + LINES[0][1].encode()),
            'USERS': lambda: auth.relays[1].say(msg['users'], bytes(16)),
            'SASL_START': lambda: auth.relays[1].say(
                msg['sasl_start'], b'PLAIN'.ljust(32, b'\0'), mine),
            'ABUSED of no kind': lambda: auth.relays[1].say(
                msg['abused'], address() + struct.pack('=II', 99, 1)),
            'no such message': lambda: auth.relays[1].say(9999),
            }.items():
        criminal('relay: ' + name, *relay1(), commit)
    auth.relays[1] = auth.link('relay', 1)
    auth.login(honest)
    auth.heard(auth.holders['smtps'], 'grant', honest)
    auth.heard(auth.relays[0], 'granted', honest)
    same(auth.done(honest), (OK, 'al'), 'the honest client logs in')


def claims():
    """a relay that says of its client that it has been granted"""
    id_ = auth.opened('smtps', 0)
    auth.login(id_)
    credential = grant_of(auth.heard(auth.holders['smtps'], 'grant', id_))[0]
    auth.heard(auth.relays[0], 'granted')
    auth.done(id_)
    mine = auth.opened('smtps', 1, granted=1, credential=credential)
    ok(nothing(auth.holders['smtps'], auth.relays[1]),
       'a claim: nobody is told of it')
    old, auth.holders['smtps'] = auth.holders['smtps'], auth.link(
        'smtpd.queue')
    ids, m = set(), auth.holders['smtps'].hear(0.3)
    while m:
        ids.add(m[1])
        m = auth.holders['smtps'].hear(0.3)
    ok(id_ in ids, 'a new holder hears of the grant that auth has made')
    ok(mine not in ids, 'not of the one that is claimed')
    mine = auth.opened('smtps', 1, granted=1, credential=4711)
    b = auth.heard(auth.relays[1], 'revoked')
    same(struct.unpack('=Q', b[:8])[0], 4711, 'a credential that is none: '
         'REVOKED')
    # the same id with other data, before and after its login
    id_ = auth.opened('smtps', 1, on=0, exporter=0, endpoint=0)
    auth.login(id_)
    same(auth.done(id_), (FAIL, ''), 'in the clear: PLAIN fails')
    auth.start(id_, 'SCRAM-SHA-256', Scram('al', 's3cret-al').first())
    same(auth.done(id_), (FAIL, ''), 'in the clear: SCRAM fails')
    auth.open(id_, 'smtps')
    auth.login(id_)
    auth.heard(auth.holders['smtps'], 'grant', id_)
    auth.heard(auth.relays[1], 'granted', id_)
    same(auth.done(id_), (OK, 'al'), 'after TLS_ON it logs in')
    criminal('OPEN again, after its login', auth.relays[1],
             1 << 5 | row['relay'], lambda: auth.open(id_, 'smtps'))
    auth.heard(auth.holders['smtps'], 'ungrant')
    auth.relays[1] = auth.link('relay', 1)
    # in the middle of an exchange: that begins anew
    id_ = auth.opened('smtps', 1)
    auth.start(id_, 'SCRAM-SHA-256', Scram('al', 's3cret-al').first())
    auth.heard(auth.logins['smtps'], 'sasl_challenge', id_)
    id2 = auth.opened('imaps', 1)
    auth.relays[1].say(msg['shut'], id_=id_)
    time.sleep(0.05)
    auth.logins['smtps'].say(msg['sasl_response'], b'x', id_)
    same(auth.done(id_), (TEMPORARY, ''), 'SHUT in the middle: temporary')
    auth.login(id2, by='imaps')
    auth.heard(auth.holders['imaps'], 'grant', id2)
    auth.heard(auth.relays[1], 'granted')
    same(auth.done(id2, 'imaps'), (OK, 'al'), 'another client logs in')


def login_crimes():
    """of submit; imapd's login has an honest client"""
    def submit():
        auth.logins['smtps'] = auth.link('smtpd.submit')
        auth.heard(auth.logins['smtps'], 'mechs')
        return auth.logins['smtps'], row['smtpd.submit']

    honest = auth.opened('imaps')
    done_ = auth.opened('smtps')
    auth.login(done_)
    auth.heard(auth.holders['smtps'], 'grant', done_)
    auth.heard(auth.relays[0], 'granted')
    auth.done(done_)

    def twice():
        id_ = auth.opened('smtps')
        time.sleep(0.05)
        for i in range(2):
            auth.start(id_, 'SCRAM-SHA-256', Scram('al', 'x').first())

    def twice_answered():
        id_ = auth.opened('smtps')
        auth.start(id_, 'PLAIN')
        auth.heard(auth.logins['smtps'], 'sasl_challenge', id_)
        for i in range(2):
            auth.logins['smtps'].say(msg['sasl_response'],
                                     plain_words('al', 'wrong'), id_)

    for name, commit in {
            'START of another row\'s client': lambda: auth.login(honest),
            'a second START': twice,
            'two responses to one challenge': twice_answered,
            'START after success': lambda: auth.login(done_),
            'RESPONSE after success': lambda: auth.logins['smtps'].say(
                msg['sasl_response'], b'x', done_),
            'ABORT of what another began': lambda: auth.logins['smtps'].say(
                msg['sasl_abort'], b'', done_),
            'a mechanism without end': lambda: auth.start(
                auth.opened(), 'S' * 24),
            'a flag of 2': lambda: auth.start(auth.opened(), 'PLAIN',
                                              flags=(2, 0)),
            'final of 2': lambda: auth.start(auth.opened(), 'PLAIN',
                                             flags=(0, 2)),
            'an initial response that is none': lambda: auth.start(
                auth.opened(), 'PLAIN', b'\0al\0s3cret-al', flags=(0, 0)),
            'a response of 4,097 bytes': lambda: auth.logins['smtps'].say(
                msg['sasl_response'], bytes(4097), done_),
            'SASL_DONE': lambda: auth.logins['smtps'].say(
                msg['sasl_done'], bytes(72), done_),
            'OPEN': lambda: auth.logins['smtps'].say(
                msg['open'], bytes(168), done_),
            'GRANT': lambda: auth.logins['smtps'].say(
                msg['grant'], bytes(32), done_),
            }.items():
        criminal('login: ' + name, *submit(), commit)
    submit()
    # not its crime: the client may have gone
    for what, data in (('sasl_start', b'PLAIN'.ljust(32, b'\0')),
                       ('sasl_response', b'')):
        id_ = auth.new()
        auth.logins['smtps'].say(msg[what], data, id_)
        same(auth.done(id_), (TEMPORARY, ''), '%s of nobody: temporary' %
             what)
    auth.logins['smtps'].say(msg['sasl_abort'], b'', auth.new())
    for relay in 1, 63, 64, 255:
        id_ = relay << 56 | 99
        auth.logins['smtps'].say(msg['sasl_start'], b'PLAIN'.ljust(32, b'\0'),
                                 id_)
        same(auth.done(id_), (TEMPORARY, ''), 'an id of relay %d' % relay)
    auth.login(honest, by='imaps')
    auth.heard(auth.holders['imaps'], 'grant', honest)
    auth.heard(auth.relays[0], 'granted')
    same(auth.done(honest, 'imaps'), (OK, 'al'), 'the honest client logs in')
    ok(nothing(*auth.relays, *auth.holders.values()), 'nobody else got any')


def holder_crimes():
    for name, what, data in (
            ('GRANT', 'grant', bytes(32)), ('OPEN', 'open', bytes(168)),
            ('SASL_START', 'sasl_start', b'PLAIN'.ljust(32, b'\0'))):
        auth.holders['smtps'] = auth.link('smtpd.queue')
        criminal('holder: ' + name, auth.holders['smtps'],
                 row['smtpd.queue'],
                 lambda: auth.holders['smtps'].say(msg[what], data, 1))
    auth.holders['smtps'] = auth.link('smtpd.queue')


LINES = [(0, secret('al', 's3cret-al')), (1, secret('bo', '0ther-bo'))]
auth = Auth(LINES)
signal.alarm(120)
order()
late()
relay_crimes()
claims()
login_crimes()
holder_crimes()
same(auth.p.poll(), None, 'it lives')
same(auth.leave(), 0, 'until its parent is gone')
log = auth.log()
if not ok('sandbox' not in log and 'Sanitizer' not in log, 'in its sandbox'):
    diag(log)
if 's3cret' in log or '0ther' in log:
    ok(False, 'a password in the log')
done()
