#!/usr/bin/env python3
# what the tables say of the gate's processes is what /proc says: at the start,
# at work, after deaths and a drain. house.md 1
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

TRUTH = os.path.join(SRC, 'regress', 'tools', 'truth')


def true(daemon, when):
    p = subprocess.run([TRUTH, '-v', '-L', daemon.libexec, daemon.path,
                        s.rundir], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    if not ok(p.returncode == 0, '%s, %s: -A is /proc' % (daemon.name, when)):
        diag(p.stdout)


with Suite({
        'smtp': Service(25, 'starttls', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit'),
        'imaps': Service(993, 'implicit', 'imapd.login', auth=True)}) as s:
    s.expect('event=death process=(relay.0|relayout|signer|zygote) '
             'signal=9')
    d, i = s.taker(), s.imapd()
    for daemon in s.gate, d, i:
        true(daemon, 'at the start')
    many = [tls(s.port('smtps'), context()) for i in range(20)]
    many += [plain(s.port('smtp')) for i in range(20)]
    same([l.ask('hello') for l in many], ['hello'] * 40, 'work')
    true(s.gate, 'with clients')
    for l in many:
        l.close()
    poll(lambda: s.gate.total('relay', 'open') == 0)
    for name in 'relay.0', 'relayout', 'signer', 'zygote':
        s.gate.replaced(name, s.gate.kill(name))
    true(s.gate, 'after four deaths')
    all_ = s.gate.pids()
    same(s.gate.ctl('drain')[0], 0, 'drain')
    poll(lambda: len(s.gate.pids()) == len(all_) and s.gate.is_ready())
    true(s.gate, 'after a drain')
