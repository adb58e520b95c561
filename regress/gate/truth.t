#!/usr/bin/env python3
# what the tables say of the gate's processes is what /proc says; and how much
# memory they take, idle and after work. house.md 1, 6
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

TRUTH = os.path.join(SRC, 'regress', 'tools', 'truth')
IDLE_KB = 8192  # of all the gate


def true(daemon, when):
    p = subprocess.run([TRUTH, '-v', '-L', daemon.libexec, daemon.path,
                        s.rundir], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    if not ok(p.returncode == 0, '%s, %s: -A is /proc' % (daemon.name, when)):
        diag(p.stdout)


def pss(when):
    total = 0
    for name, pid in s.gate.pids().items():
        kb = memory(pid, 'Pss')
        total += kb
        diag('%s: %-9s %5d kB' % (when, name, kb))
    diag('%s: %-9s %5d kB' % (when, 'all', total))
    ok(ASAN or total < IDLE_KB, '%s: the gate takes little memory' % when)


with Suite({
        'smtp': Service(25, 'starttls', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit')}) as s:
    s.expect('event=death process=(relay.0|signer|zygote) signal=9')
    d = s.taker()
    time.sleep(0.2)
    if ROOT:
        pss('idle')
    true(s.gate, 'at the start')
    true(d, 'at the start')
    many = [tls(s.port('smtps'), context()) for i in range(20)]
    many += [plain(s.port('smtp')) for i in range(20)]
    same([l.ask('hello') for l in many], ['hello'] * 40, 'work')
    true(s.gate, 'with clients')
    for l in many:
        l.close()
    poll(lambda: s.gate.total('relay', 'open') == 0)
    if ROOT:
        pss('after work')
    for name in 'relay.0', 'signer', 'zygote':
        s.gate.replaced(name, s.gate.kill(name))
    true(s.gate, 'after three deaths')
    same(s.gate.ctl('drain')[0], 0, 'drain')
    poll(lambda: len(s.gate.pids()) == 5 and s.gate.is_ready())
    true(s.gate, 'after a drain')
