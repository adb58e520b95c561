#!/usr/bin/env python3
# A reload takes logins away from a service: who is there keeps his, auth is
# told of his end all the same, and forgets him. A file of secrets that is
# gone takes nothing away, an empty one does. gate.md 5, 7
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from sasl import *


def known():
    return s.gate.total('auth', 'open')


def enter(service):
    return tls(s.port(service), context(s.ca.crt))


if not ROOT:
    skip_all('needs users')
account('al', 21501)
with Suite({
        'smtps': Service(465, 'implicit', 'smtpd.submit', auth=True),
        'other': Service(466, 'implicit', 'smtpd.submit', auth=True)},
        secrets=[secret('al', 'secret')]) as s:
    d = s.taker()
    pid = s.gate.pid('auth')
    with enter('smtps') as idle, enter('smtps') as busy:
        ok(poll(lambda: is_ok(auth_plain(busy, 'al', 'secret'))), 'a login')
        ok(poll(lambda: known() == 2), 'auth knows both')
        s.services['smtps'].auth = False
        same(s.reload(), (0, ''), 'a reload: no more logins there')
        same(busy.ask('hello'), 'hello', 'who is in stays')
        with enter('smtps') as l:
            ok(is_temporary(auth_plain(l, 'al', 'secret')),
               'nobody else comes in')
            same(known(), 2, 'auth is not told of him')
        os.rename(s.secrets, s.secrets + '.away')
        same(s.reload()[0], 1, 'secrets are gone: no reload')
        same(busy.ask('hello'), 'hello', 'who is in stays')
        os.rename(s.secrets + '.away', s.secrets)
        s.write_secrets([])
        same(s.reload(), (0, ''), 'the account is taken away')
        ok(busy.is_closed(), 'and his connection closed')
    ok(poll(lambda: known() == 0), 'they end: auth knows none')
    same(s.gate.pid('auth'), pid, 'it is the same')
