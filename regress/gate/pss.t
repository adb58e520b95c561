#!/usr/bin/env python3
# memory of the idle suite, process by process: the proportional set size, so
# that what they share counts once. house.md 6: gate and httpd 8 MB
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'httpd'))
from web import *

BUDGET = 8192  # kB
GENEROUS = 2 * BUDGET


def sizes(w):
    return {'%s %s' % (d.name, n): memory(p, 'Pss')
            for d in w.daemons for n, p in d.pids().items()}


if not ROOT:
    skip_all('sizes of other users\' processes are for root')
with Web() as w:
    for what in 'idle', 'after 200 requests':
        # what the start, or a burst, took is given back after two seconds
        poll(lambda: sum(sizes(w).values()) < BUDGET, 3, 0.2)
        all_ = sizes(w)
        for name, kb in all_.items():
            diag('%-18s %6d kB' % (name, kb))
        total = sum(all_.values())
        diag('%-18s %6d kB' % ('all, ' + what, total))
        ok(ASAN or total < GENEROUS, '%s: within twice the budget' % what)
        for i in range(200):
            w.get()
