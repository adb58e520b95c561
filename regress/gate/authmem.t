#!/usr/bin/env python3
# Passwords in auth's memory, after its checks: none, neither as they came nor
# as the pads of HMAC leave them. Control: while one waits it is found.
# gate.md 7
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from sasl import *
from child import *
from auth import *


def memory(pid):
    """all that it may write to"""
    with open('/proc/%d/maps' % pid) as maps, \
            open('/proc/%d/mem' % pid, 'rb', 0) as mem:
        for m in re.finditer(r'^(\w+)-(\w+) rw.*', maps.read(), re.M):
            first, end = int(m[1], 16), int(m[2], 16)
            mem.seek(first)
            yield m[0].split()[-1], first, mem.read(end - first)


def turned(b):
    """as SHA-256 loads its words"""
    b = b[:len(b) // 4 * 4]
    return b''.join(b[i:i + 4][::-1] for i in range(0, len(b), 4))


def found(password):
    """where it is, or eight characters of it"""
    raw, parts = password.encode(), []
    for name, form, n in (
            ('plain', raw, 8), ('UTF-32', password.encode('utf-32-le'), 32),
            ('ipad', bytes(b ^ 0x36 for b in raw), 8),
            ('opad', bytes(b ^ 0x5c for b in raw), 8)):
        for what, b in (name, form), (name + ', turned', turned(form)):
            parts += [(what, b[i:i + n]) for i in range(0, len(b) - n + 1, 4)]
    return ['%s in %s at %x' % (name, where, first + b.find(part))
            for where, first, b in memory(auth.p.pid)
            for name, part in parts if part in b]


if not ROOT:
    skip_all('reading memory of others needs root')
if ASAN:
    skip_all('AddressSanitizer maps more than can be read')
GOOD, WIDE = 'corr3ct-horse-battery', 'p\u00e4ssw\u00f6rter-\u00fcberall'
auth = Auth([(0, secret('al', GOOD)), (1, secret('bo', WIDE))],
            (1, 0, 600000, 1000, 1000, 60000, 60000))
try:
    found('x' * 40)
except OSError as e:
    skip('memory scan', str(e))
    auth.leave()
    sys.exit(0)
for user, password, want in (('al', GOOD, OK), ('bo', WIDE, OK),
                             ('al', 'wr0ng-donkey-charge', FAIL),
                             ('bo', 'f\u00e4lschlich-benutztes', FAIL)):
    id_ = auth.opened(peer='192.0.2.%d' % len(password))
    auth.login(id_, user, password)
    if want == OK:
        auth.heard(auth.holders['smtps'], 'grant', id_)
        auth.heard(auth.relays[0], 'granted', id_)
    same(auth.done(id_)[0], want, '%s logs in' % user)
    same(found(password), [], 'no trace of the password')
id_ = auth.opened(peer='192.0.2.19')
auth.login(id_, 'al', 'someth1ng-else-again')
time.sleep(0.3)
ok(found('someth1ng-else-again') != [], 'control: while it waits it is found')
auth.done(id_)
same(found('someth1ng-else-again'), [], 'and then not')
same(auth.leave(), 0, 'it lives until its parent is gone')
done()
