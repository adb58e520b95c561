#!/usr/bin/env python3
# a daemon, one of its processes or the gate is not there: clients wait in
# the backlog and are served when it is back. gate.md 5
import os
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

CLIENTS = 12


def ask(service):
    ctx = context(s.ca.crt)

    def one(i):
        if service == 'smtp':
            with plain(s.port(service)) as l:
                return l.ask('hello')
        with tls(s.port(service), ctx) as l:
            return l.ask('hello')
    return one


def waiting(*services):
    """clients of each; nobody serves them yet"""
    n = len(services)
    answers = together(CLIENTS, lambda i: ask(services[i % n])(i))
    time.sleep(0.2)
    return answers


def are_served(answers, name):
    same(answers(), ['hello'] * CLIENTS, name)


def accepted():
    return s.gate.total('relay', 'accepted')


def daemon():
    global d
    was = accepted()
    answers = waiting('smtp', 'smtps')
    same(accepted() - was, 0, 'no daemon: nobody is accepted')
    d = s.taker()
    are_served(answers, 'the daemon comes: who waited is served')
    for how in signal.SIGTERM, signal.SIGKILL:
        l, m = plain(s.port('smtp')), tls(s.port('smtps'), context())
        same((l.ask('hello'), m.ask('hello')), ('hello', 'hello'), 'open')
        mark = s.gate.mark()
        d.stop(how)
        ok(l.is_closed() and m.is_closed(), '%s: its connections end' %
           how.name)
        poll(lambda: s.gate.said('event=lost daemon=smtpd', mark))
        poll(lambda: s.gate.total('relay', 'open') == 0)
        was = accepted()
        answers = waiting('smtp', 'smtps')
        same(accepted() - was, 0, 'new ones wait')
        d.start()
        are_served(answers, 'and are served by the next one')


def row():
    for name, its, other in (('session', 'smtp', 'smtps'),
                             ('submit', 'smtps', 'smtp')):
        def connect(service):
            return (plain(s.port(service)) if service == 'smtp' else
                    tls(s.port(service), context()))
        l, m = connect(its), connect(other)
        l.ask('hello'), m.ask('hello')
        answers = together(CLIENTS, ask(its))
        pid = d.kill(name)
        ok(l.is_closed(), '%s is killed: its connections end' % name)
        same(m.ask('hello'), 'hello', 'those of the other row live')
        d.replaced(name, pid)
        # who was with it hears the end, who comes is served
        bad = [a for a in answers() if a not in ('hello', '') and
               not isinstance(a, OSError)]
        same(bad, [], 'whoever came meanwhile knows where he is')
        same(together(CLIENTS, ask(its))(), ['hello'] * CLIENTS,
             'the next one serves')
        l.close(), m.close()
        ok(poll(lambda: s.gate.total('relay', 'open') == 0),
           'no relay thinks that it has one still')


def paused():
    l = tls(s.port('more'), context())
    same(l.ask('PAUSE smtps'), '200 2', 'a row pauses one of its services')
    answers = together(CLIENTS, ask('smtps'))
    was = accepted()
    time.sleep(0.2)
    same(accepted() - was, 0, 'its clients wait')
    same(together(CLIENTS, ask('more'))(), ['hello'] * CLIENTS,
         'another one is not paused')
    same(l.ask('RESUME smtps'), '200 2', 'it resumes it')
    are_served(answers, 'they are served')
    l.ask('PAUSE smtps')
    pid = d.kill('submit')
    d.replaced('submit', pid)
    are_served(together(CLIENTS, ask('smtps')), 'a pause ends with its row')


def stuck():
    """it does not read: so many messages wait, then clients do"""
    n = 1200
    pid = d.kill('session', signal.SIGSTOP)
    was = accepted()
    many = [plain(s.port('smtp')) for i in range(n)]
    poll(lambda: accepted() - was > 300, 2)
    time.sleep(0.2)
    took = accepted() - was
    ok(took < n, 'a daemon does not read: %d of %d are accepted' % (took, n))
    same(ask('smtps')(0), 'hello', 'other rows are served')
    os.kill(pid, signal.SIGCONT)
    for l in many:
        l.say('hello')
    same([l.hear() for l in many], ['hello'] * n, 'it reads on: all are')
    for l in many:
        l.close()


def gate():
    for how in signal.SIGKILL, signal.SIGTERM:
        l, m = plain(s.port('smtp')), tls(s.port('smtps'), context())
        same((l.ask('hello'), m.ask('hello')), ('hello', 'hello'), 'open')
        pids = d.pids()
        s.gate.stop(how)
        ok(m.is_closed(), '%s of the gate: its connections end' % how.name)
        same(s.gate.left(), [], 'none of its processes is left')
        same(d.pids(), pids, 'the daemon lives')
        s.gate.start()
        ok(poll(lambda: d.ctl('services')[0] == 0), 'it is found again')
        are_served(together(CLIENTS, ask('smtps')), 'and serves')
        are_served(together(CLIENTS, ask('smtp')), 'all services')
    d.stop()
    s.gate.stop()
    d.start()
    ok(d.ctl('services')[0] == 1, 'a daemon without a gate')
    answers = None
    s.gate.start()
    answers = waiting('smtp', 'smtps')
    are_served(answers, 'waits for it')
    same(d.ctl('services')[1].split('\n')[0],
         'smtp smtpd.session kind=1 port=%d' % s.port('smtp'),
         'and knows its services')


def given_up():
    if not NIGHTLY:
        skip('after half a minute clients are told', 'KILLS is small')
        return
    d.stop()
    l = plain(s.port('smtp'))
    ok(l.is_closed(45), 'after half a minute clients are told')
    ok(poll(lambda: s.gate.said('event=away service=smtp ')), 'and the log')
    d.start()
    are_served(together(CLIENTS, ask('smtp')), 'until it is back')


with Suite({
        'smtp': Service(25, 'starttls', 'smtpd.session'),
        'smtps': Service(465, 'implicit', 'smtpd.submit'),
        'more': Service(466, 'implicit', 'smtpd.submit')},
        limits={'per-address': 2000}) as s:
    s.expect('event=death process=(session|submit) signal=9')
    daemon()
    row()
    paused()
    stuck()
    gate()
    given_up()
