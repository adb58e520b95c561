#!/usr/bin/env python3
# more than one server: each takes some connections, one may die
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from web import *


def workers(w):
    w.expect('event=death process=server')
    for k in range(2):
        clients = [w.client() for _ in range(40)]
        same([c.get().status for c in clients], [200] * 40, '40 clients')
        both = [w.web.stats()['server.%d.open' % i] for i in range(2)]
        ok(sum(both) == 40 and min(both) > 5,
           'both servers have some: %s' % both)
        old = w.web.kill('server.%d' % k)
        alive = 0
        for c in clients:
            try:
                alive += c.get() is not None
            except OSError:
                pass
            c.close()
        same(alive, both[1 - k], 'one dies: the others go on')
        ok(w.web.replaced('server.%d' % k, old), 'it is replaced')
        same([w.get().status for _ in range(10)], [200] * 10, 'all serve')
        poll(lambda: w.web.total('server', 'open') == 0)
    with w.client() as c:
        for i in range(200):
            c.get('/%d' % i)
    lines = w.lines(200)
    ok(all(l.endswith('"-" "-"') for l in lines), 'lines of the log are whole')


run(workers, conf='workers: 2\n')
