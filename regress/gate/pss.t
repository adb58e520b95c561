#!/usr/bin/env python3
# memory of the idle suite, process by process: the proportional set size, so
# that what they share counts once: at first, after requests, and after a name
# was looked up from a signed DNS. house.md 6: gate and httpd 8 MB
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'httpd'))
from web import *
from zone import ADDRESS, Dns, Zone, have_tools

BUDGET = 8192  # kB
GENEROUS = 2 * BUDGET


def sizes(w):
    return {'%s %s' % (d.name, n): memory(p, 'Pss') for d in w.daemons
            if d.process is not None for n, p in d.pids().items()}


def report(w, what):
    # what the start, or a burst, took is given back after two seconds
    poll(lambda: sum(sizes(w).values()) < BUDGET, 4, 0.2)
    all_ = sizes(w)
    for name, kb in all_.items():
        diag('%-18s %6d kB' % (name, kb))
    total = sum(all_.values())
    diag('%-18s %6d kB' % ('all, ' + what, total))
    ok(ASAN or total < GENEROUS, '%s: within twice the budget' % what)


def look_up(w):
    dns = Dns({'example': Zone('mx A 192.0.2.1\n')},
              os.path.join(w.dir, 'dns'), port(20053)).start()
    w.more += ('dial:\n  servers: ["%s:%d"]\n  root-anchor: %s\n' %
               (ADDRESS, dns.port, dns.anchor))
    same(w.reload()[0], 0, 'a reload, for a DNS')
    d = w.taker()
    said = d.ctl('mta', 'dial', 'host', 'mx.example', '25', 'ms=300')[1]
    ok(w.gate.total('dial', 'secure') > 0, 'a name is looked up: ' + said)
    d.stop()
    dns.stop()


if not ROOT:
    skip_all('sizes of other users\' processes are for root')
with Web() as w:
    report(w, 'idle')
    for i in range(200):
        w.get()
    report(w, 'after 200 requests')
    if have_tools():
        look_up(w)
        report(w, 'after a lookup')
    else:
        skip('after a lookup', 'nsd or ldnsutils is missing')
