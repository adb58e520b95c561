#!/usr/bin/env python3
# where private keys are: in the signer, in no other process, whatever it has
# done. Controls: a process that does hold the key is found. gate.md 2
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

SCAN = os.path.join(O, 'regress', 'tools', 'keyscan')
NAMES = {'ec.example': 'ec', 'rsa.example': 'rsa'}


def hits(key, pids):
    """by pid"""
    p = subprocess.run([SCAN, key, *map(str, pids)], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    if p.returncode == 2:
        raise RuntimeError(p.stdout)
    return {int(m[1]): int(m[2]) for m in
            re.finditer(r'^(\d+) \S+ (\d+)$', p.stdout, re.M)}


def key(name):
    return os.path.join(s.ca.dir, name + '.key')


def work():
    """handshakes of all kinds, resumed ones, refused ones"""
    for name in NAMES:
        for v in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            ctx, session = context(low=v, high=v), None
            for i in range(10):
                with tls(s.port('smtps'), ctx, name, session) as l:
                    l.ask('hello')
                    session = l.s.session
    with plain(s.port('smtps')) as l:
        l.say('hello')
        l.is_closed()


def alone(when):
    pids = {p: n for x in (s.gate, d) for n, p in x.pids().items()}
    for name, kind in NAMES.items():
        found = hits(key(name), pids)
        same(sorted(found), sorted(pids), '%s: all %d processes were read' %
             (when, len(pids)))
        same({pids[p] for p, n in found.items() if n > 0}, {'signer'},
             '%s: the %s key is in the signer alone' % (when, kind))
        diag('%d hits in the signer' % found[s.gate.pid('signer')])


def control():
    """another program with the same key"""
    for name, kind in NAMES.items():
        other = subprocess.Popen(
            ['openssl', 's_server', '-accept', '127.0.0.1:%d' % port(4433),
             '-cert', os.path.join(s.ca.dir, name + '.crt'), '-key', key(name)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        other.stdout.readline()  # it has read them
        found = hits(key(name), [other.pid])[other.pid]
        other.kill()
        other.wait()
        ok(found > 0, 'control: the %s key is found in openssl, %d times' %
           (kind, found))


if not ROOT:
    skip_all('reading memory of other users needs root')
if ASAN:
    skip_all('AddressSanitizer maps more than can be read')
if not os.access(SCAN, os.X_OK):
    skip_all('keyscan is not built')
with Suite({'smtps': Service(465, 'implicit', 'smtpd.submit')},
           certificates=NAMES) as s:
    s.expect('event=death process=signer signal=9')
    d = s.taker()
    try:
        hits(key('ec.example'), [s.gate.pid('relay.0')])
    except RuntimeError as e:
        skip('memory scan', str(e).splitlines()[0])
        sys.exit(0)
    work()
    alone('after work')
    control()
    s.gate.replaced('signer', s.gate.kill('signer'))
    for name in NAMES:
        s.ca.issue(name, key=NAMES[name])
    same(s.reload()[0], 0, 'new keys')
    work()
    alone('a new signer, new keys')
