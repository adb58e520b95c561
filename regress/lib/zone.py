"""zone: a small DNS of a test's own, from a signed root down.

    dns = Dns({'example': Zone(MANY_LINES)}, where)
    dns.start()         # nsd, on 127.0.0.53
    dns.anchor          # file of the root's trust anchor

Zones are signed by ldnsutils and served by one nsd, which so answers like a
resolver whose cache is full; Proxy stands before it and spoils something.
"""
import glob
import os
import re
import shutil
import signal
import socket
import socketserver
import struct
import subprocess
import threading
import time

from suite import *

ADDRESS = '127.0.0.53'
ROOTS = ['198.41.0.4', '170.247.170.2', '199.9.14.201', '192.33.4.12',
         '199.7.91.13', '192.203.230.10', '192.5.5.241', '192.112.36.4',
         '198.97.190.53', '192.36.148.17', '192.58.128.30', '193.0.14.129',
         '199.7.83.42', '202.12.27.33']


def missing():
    path = os.environ['PATH'] + ':/usr/sbin:/sbin'
    return [t for t in ('nsd', 'ldns-keygen', 'ldns-signzone', 'ip')
            if shutil.which(t, path=path) is None]


def have_tools():
    return not missing()


def tools():
    """skips all when they are not there"""
    for t in missing():
        skip_all('%s is missing' % t)


class Zone:
    """records: lines of a zone file; algorithm: None, it is not signed

    spoil: patterns of owner and type; their signatures are broken. ds: the
    parent says that it is signed. days: until signatures expire."""

    def __init__(self, records='', algorithm='ECDSAP256SHA256', spoil=(),
                 ds=True, days=30, nsec3=False, bits=2048):
        self.records, self.algorithm, self.spoil = records, algorithm, spoil
        self.ds, self.days, self.nsec3, self.bits = ds, days, nsec3, bits


class Dns:
    def __init__(self, zones, where, port, addresses=(ADDRESS,)):
        self.where, self.port, self.addresses = where, port, addresses
        self.zones = zones
        self.nsd = None
        os.makedirs(where, exist_ok=True)
        root = zones.setdefault('', Zone(algorithm='RSASHA256'))
        for name, zone in zones.items():
            if name != '':
                root.records += '%s. NS ns.%s.\nns.%s. A %s\n' % (
                    name, name, name, addresses[0])
                self.sign(name, zone)
                if zone.algorithm and zone.ds:
                    root.records += zone.dsrecord
        self.anchor = os.path.join(where, 'root.key')
        self.sign('', root)
        with open(self.anchor, 'w') as f:
            f.write(root.dsrecord)

    def run(self, *words):
        return subprocess.run(words, cwd=self.where, check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def keygen(self, name, zone, *more):
        if zone.algorithm.startswith('RSA'):
            more += '-b', str(zone.bits)
        return self.run('ldns-keygen', *more, '-a', zone.algorithm,
                        name + '.')

    def sign(self, name, zone):
        path = os.path.join(self.where, 'zone.' + (name or 'root'))
        zone.path = path
        with open(path, 'w') as f:
            f.write('$ORIGIN %s.\n$TTL 300\n@ SOA ns.%s. a.%s. 1 3600 600 '
                    '86400 60\n@ NS ns.%s.\n' % (
                        name, name or 'example', name or 'example', name or
                        'root'))
            f.write('ns%s A %s\n' % ('' if name else '.root.',
                                     self.addresses[0]))
            f.write(zone.records)
        if zone.algorithm is None:
            return
        keys = [self.keygen(name, zone, '-k'), self.keygen(name, zone)]
        with open(os.path.join(self.where, keys[0] + '.ds')) as f:
            zone.dsrecord = f.read()
        now = time.time()
        stamp = [time.strftime('%Y%m%d%H%M%S', time.gmtime(t)) for t in
                 (now - 60 * 86400, now + zone.days * 86400)]
        self.run('ldns-signzone', '-i', stamp[0], '-e', stamp[1], '-o',
                 name + '.', *(['-n'] if zone.nsec3 else []), path, *keys)
        zone.path += '.signed'
        if zone.spoil:
            with open(zone.path) as f:
                text = f.read()
            for owner, kind in zone.spoil:
                text, n = re.subn(
                    r'^(%s\.?\t\S+\tIN\tRRSIG\t%s .* )(\S)(\S+)( ?;.*)?$' %
                    (owner, kind), self.broken, text, flags=re.M)
                assert n > 0, (owner, kind)
            with open(zone.path, 'w') as f:
                f.write(text)

    @staticmethod
    def broken(m):
        return m[1] + ('B' if m[2] == 'A' else 'A') + m[3]

    def start(self):
        conf = os.path.join(self.where, 'nsd.conf')
        with open(conf, 'w') as f:
            f.write('server:\n  server-count: 1\n  username: ""\n'
                    '  zonesdir: "%s"\n  database: ""\n  pidfile: ""\n'
                    '  xfrdfile: "%s/xfrd"\n  zonelistfile: "%s/list"\n'
                    '  logfile: "%s/log"\n  rrl-ratelimit: 0\n'
                    '  tcp-count: 200\n  do-ip6: no\n' % ((self.where,) * 4))
            for a in self.addresses:
                f.write('  ip-address: %s@%d\n' % (a, self.port))
            f.write('remote-control:\n  control-enable: no\n')
            for name, zone in self.zones.items():
                f.write('zone:\n  name: "%s."\n  zonefile: "%s"\n' % (
                    name, zone.path))
        self.nsd = subprocess.Popen(
            ['nsd', '-d', '-c', conf], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=tied, start_new_session=True,
            env=dict(os.environ, PATH=os.environ['PATH'] + ':/usr/sbin'))
        if not poll(self.answers):
            with open(os.path.join(self.where, 'log')) as f:
                diag(f.read())
            raise RuntimeError('nsd does not answer')
        return self

    def answers(self):
        q = struct.pack('>6H', 1, 0, 1, 0, 0, 0) + b'\0\0\6\0\1'
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.3)
            s.connect((self.addresses[0], self.port))
            try:
                s.send(q)
                return s.recv(4096)[3] & 15 == 0
            except OSError:
                return False

    def stop(self):
        if self.nsd is not None:
            self.nsd.terminate()  # it ends those it has forked
            self.nsd.wait()
            self.nsd = None

    def ask(self, query):
        """what nsd says, whole"""
        with socket.create_connection((self.addresses[0], self.port),
                                      5) as s:
            s.sendall(struct.pack('>H', len(query)) + query)
            n, = struct.unpack('>H', take(s, 2))
            return take(s, n)


def take(s, n):
    b = b''
    while len(b) < n:
        more = s.recv(n - len(b))
        if not more:
            raise ConnectionError('ended')
        b += more
    return b


def question_end(q):
    at = 12
    while q[at]:
        at += 1 + q[at]
    return at + 5


def strip(q):
    """a query without its wish for signatures"""
    q = bytearray(q)
    at = question_end(q)
    if q[10:12] != b'\0\0' and q[at:at + 3] == b'\0\0\x29':
        q[at + 7] &= 0x7f
    return bytes(q)


class Proxy:
    """stands before dns at its own address; answer(dns, query) or None"""

    def __init__(self, dns, address, port, answer):
        self.dns, self.answer = dns, answer
        self.asked = 0
        proxy = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                a = proxy.ask(self.request[0])
                if a is not None and len(a) > 1232:
                    end = question_end(a)
                    a = a[:2] + bytes([a[2] | 2]) + a[3:6] + bytes(6) + \
                        a[12:end]
                if a is not None:
                    self.request[1].sendto(a, self.client_address)

        class Tcp(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    while True:
                        n, = struct.unpack('>H', take(self.request, 2))
                        a = proxy.ask(take(self.request, n))
                        if a is not None:
                            self.request.sendall(
                                struct.pack('>H', len(a)) + a)
                except OSError:
                    pass

        class UdpServer(socketserver.ThreadingUDPServer):
            daemon_threads = allow_reuse_address = True

        class TcpServer(socketserver.ThreadingTCPServer):
            daemon_threads = allow_reuse_address = True

        self.servers = [UdpServer((address, port), Udp),
                        TcpServer((address, port), Tcp)]
        for s in self.servers:
            threading.Thread(target=s.serve_forever, daemon=True).start()

    def ask(self, query):
        self.asked += 1
        try:
            return self.answer(self.dns, query)
        except OSError:
            return None

    def stop(self):
        for s in self.servers:
            s.shutdown()
            s.server_close()


def stripping(dns, query):
    return dns.ask(strip(query))


def silent(dns, query):
    return None


def through(dns, query):
    return dns.ask(query)
