#!/usr/bin/env python3
# a way out from the name to the first encrypted byte: a signed DNS and mail
# servers of our own, the policy that the records ask for, and deaths of dial
# and relayout in the middle: then one begins anew. gate.md 7, flow 3
import hashlib
import os
import signal
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from zone import *

tools()
if 'n' not in NAMESPACES:
    skip_all('needs a network namespace')
HOSTS = {'mx': '127.0.0.2', 'other': '127.0.0.3', 'plain': '127.0.0.4'}


def spki(crt):
    key = openssl('x509', '-in', crt, '-noout', '-pubkey')
    der = subprocess.run(['openssl', 'pkey', '-pubin', '-outform', 'DER'],
                         input=key.encode(), stdout=subprocess.PIPE,
                         check=True).stdout
    return hashlib.sha256(der).hexdigest()


class Mail:
    """speaks before and behind STARTTLS; deaf: not behind it"""

    def __init__(self, address, crt, deaf=False):
        self.crt, self.deaf, self.held = crt, deaf, []
        self.s = socket.create_server((address, 25), backlog=200)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            c, peer = self.s.accept()
            threading.Thread(target=self.serve, args=(c,),
                             daemon=True).start()

    def serve(self, c):
        try:
            c.sendall(b'220 hello\r\n')
            if not c.recv(1000).startswith(b'STARTTLS'):
                return
            c.sendall(b'220 go ahead\r\n')
            if self.deaf:
                self.held.append(c)
                return
            t = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            t.load_cert_chain(self.crt, self.crt[:-3] + 'key')
            with t.wrap_socket(c, server_side=True) as s:
                while True:
                    b = s.recv(1000)
                    if not b:
                        return
                    s.sendall(b.upper())
        except OSError:
            pass


def mta(*words):
    """the lines of its answer"""
    return d.ctl('mta', ' '.join(words), timeout=30)[1].splitlines()


def values(line):
    return dict(w.split('=', 1) for w in line.split() if '=' in w)


def reach(host):
    """what is connected there, up to the go-ahead, and its TLSA records"""
    lines = mta('dial', 'host', host, '25', 'tlsa', '4only')
    if not lines or not lines[0].startswith('connected'):
        return None, ' '.join(lines), ''
    said = values(lines[0])
    records = [values(l) for l in lines if l.startswith('tlsa ')]
    tlsa = ';'.join('%(usage)s,%(selector)s,%(mtype)s,%(data)s' % r
                    for r in records)
    ref = said['ref']
    heard = mta('hear', ref)
    mta('say', ref, 'STARTTLS')
    return said, ' '.join(heard + mta('hear', ref)), tlsa


def tls_to(said, tlsa, *more):
    policy = 'dane' if said['tlsa'] == 'secure' and tlsa else 'opportunistic'
    words = ['tls', said['ref'], 'policy=' + policy, 'name=' + said['base']]
    words += ['tlsa=' + tlsa] if tlsa else []
    return policy, ' '.join(mta(*words, *more))


def whole(host, policy, dane):
    """from the name to an answer by TLS"""
    said, heard, tlsa = reach(host)
    if not ok(said is not None and '220 go ahead' in heard,
              '%s: connected, and it goes ahead' % host):
        diag(heard)
        return
    is_, answer = tls_to(said, tlsa)
    same(is_, policy, '%s: the records ask for %s' % (host, policy))
    same((answer.split()[0], values(answer).get('dane')), ('verdict', dane),
         '%s: the verdict' % host)
    mta('say', said['ref'], 'mail')
    ok('MAIL' in ' '.join(mta('hear', said['ref'])), '%s: bytes' % host)
    mta('close', said['ref'])


def targets():
    lines = mta('dial', 'mx', 'example')
    ok(lines and lines[0].startswith('addresses') and 'secure' in lines[0],
       'the MX set is secure') or diag(lines)


def other_key():
    said, heard, tlsa = reach('other.example')
    policy, answer = tls_to(said, tlsa)
    same((policy, values(answer).get('why')), ('dane', 'dane'),
         'another key than the DNS says: refused')


def deaths():
    """whoever waits for one that dies hears it, and can begin anew"""
    said, heard, tlsa = reach('deaf.example')
    results = together(1, lambda i: tls_to(said, tlsa))
    poll(lambda: s.gate.total('relayout', 'open') > 0)
    pid = s.gate.kill('relayout')
    (policy, answer), = results()
    ok(answer.startswith('lost'), 'relayout dies: TLS_OUT is lost') or \
        diag(answer)
    s.gate.replaced('relayout', pid)
    os.killpg(dns.nsd.pid, signal.SIGSTOP)
    results = together(1, lambda i: mta('dial', 'host', 'new.example', '25',
                                        'ms=20000'))
    poll(lambda: s.gate.total('dial', 'open') > 0)
    pid = s.gate.kill('dial')
    lines, = results()
    os.killpg(dns.nsd.pid, signal.SIGCONT)
    ok(lines and lines[0].startswith('lost'), 'dial dies: DIAL is lost') or \
        diag(lines)
    s.gate.replaced('dial', pid)
    whole('mx.example', 'dane', '1')


with Suite({'smtps': Service(465, 'implicit', 'smtpd.submit')}) as s:
    s.expect(r'event=death process=(relayout|dial) signal=9')
    own = {n: s.ca.issue(n, where=s.dir) for n in HOSTS}
    for n in HOSTS:
        Mail(HOSTS[n], own[n])
    Mail('127.0.0.5', own['mx'], deaf=True)
    record = '3 1 1 ' + spki(own['mx'])
    dns = Dns({'example': Zone('''@ MX 10 mx
mx A %(mx)s
_25._tcp.mx TLSA %(record)s
alias CNAME mx
other A %(other)s
_25._tcp.other TLSA %(record)s
plain A %(plain)s
deaf A 127.0.0.5
_25._tcp.deaf TLSA %(record)s
''' % dict(HOSTS, record=record)),
               'insecure': Zone('mx A %(mx)s\n_25._tcp.mx TLSA 3 1 1 %(no)s\n'
                                % dict(HOSTS, no='00' * 32),
                                algorithm=None)},
              os.path.join(s.dir, 'dns'), port(20053)).start()
    s.more += ('dial:\n  servers: ["%s:%d"]\n  root-anchor: %s\n'
               '  permit: [%s]\n' % (ADDRESS, dns.port, dns.anchor, ', '.join(
                   '"%s:25"' % a for a in [*HOSTS.values(), '127.0.0.5'])))
    same(s.reload()[0], 0, 'the gate asks our DNS')
    d = s.taker()
    targets()
    whole('mx.example', 'dane', '1')
    whole('alias.example', 'dane', '1')
    whole('plain.example', 'opportunistic', '0')
    whole('mx.insecure', 'opportunistic', '0')
    other_key()
    deaths()
    dns.stop()
