"""suite: daemons of this tree for a test, in a world of their own.

A test is a Python script that says TAP:

    from suite import *
    with Suite(services={'https': Service(443, 'implicit', 'httpd.server')}):
        ...

As root it runs in namespaces for mounts and the network, so that users and
ports are its own; where those are refused or we are not root, all daemons run
as one user on free ports. Processes are known by the pids of those that were
started here; all else is below a temporary directory.
"""
import atexit
import ctypes
import fcntl
import os
import pwd
import re
import resource
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SRC = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
O = os.environ.get('O') or os.path.join(SRC, '.build')
O = O if os.path.isabs(O) else os.path.join(SRC, O)
ROOT = os.geteuid() == 0
KILLS = int(os.environ.get('KILLS', '10'))
NIGHTLY = KILLS >= 50
ASAN = O.rstrip('/').endswith('-asan')
PATIENCE = 30 if ASAN else 15  # seconds until something is said not to happen


# --- TAP

_tests = _failed = 0


def ok(good, name):
    global _tests, _failed
    _tests += 1
    _failed += not good
    print('%sok %d - %s' % ('' if good else 'not ', _tests, name), flush=True)
    return bool(good)


def same(is_, want, name):
    if not ok(is_ == want, name):
        diag('is   %r' % (is_,))
        diag('want %r' % (want,))
    return is_ == want


def skip(name, why):
    global _tests
    _tests += 1
    print('ok %d - %s # SKIP %s' % (_tests, name, why), flush=True)


def diag(text):
    for line in str(text).splitlines():
        print('# ' + line, flush=True)


def skip_all(why):
    print('1..0 # SKIP ' + why, flush=True)
    shutil.rmtree(TMP, True)
    os._exit(0)


def done():
    print('1..%d' % _tests, flush=True)
    sys.exit(_failed != 0)


def poll(what, seconds=None, step=0.02):
    """what() as soon as it is true, or as it is after some seconds"""
    until = time.monotonic() + (seconds or PATIENCE)
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(step)


# --- the world

def _works(*flags):
    return subprocess.call(['unshare', *flags, 'true'],
                           stderr=subprocess.DEVNULL) == 0


def _enter():
    """starts this script anew in namespaces; once"""
    if not ROOT or 'GL_SUITE' in os.environ:
        return
    mount = ['-m', '--propagation', 'private']
    for flags, what in ([*mount, '-n'], 'mn'), (mount, 'm'), ([], ''):
        if not flags or _works(*flags):
            break
    os.environ['GL_SUITE'] = what
    if flags:
        os.execvp('unshare', ['unshare', *flags, sys.executable, *sys.argv])


def _loopback():
    """IFF_UP for lo of a fresh network namespace"""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    name = struct.pack('16sh', b'lo', 0)
    flags, = struct.unpack('16xh',
                           fcntl.ioctl(s, 0x8913, name + bytes(22))[:18])
    fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', flags | 1) + bytes(22))
    s.close()


_enter()
NAMESPACES = os.environ.get('GL_SUITE', '')
TMP = tempfile.mkdtemp(prefix='suite.', dir=os.environ.get('TMP'))
os.chmod(TMP, 0o755)
atexit.register(shutil.rmtree, TMP, True)
signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
if 'n' in NAMESPACES:
    _loopback()
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    FILES = 65536
except (ValueError, OSError):
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


def port(wanted):
    """in a network of our own that one, else one that is free"""
    if 'n' in NAMESPACES:
        return wanted
    s = socket.socket()
    s.bind(('127.0.0.1', 0))
    n = s.getsockname()[1]
    s.close()
    return n


def account(name, uid, home='/nonexistent', _now=[]):
    """a user for the daemons started after this; needs root"""
    if any(p.pw_name == name for p in pwd.getpwall()):
        return
    if 'm' not in NAMESPACES:
        skip_all('needs the user %s, or a mount namespace' % name)
    for f in 'passwd', 'group':
        copy = os.path.join(TMP, f)
        if f not in _now:
            shutil.copy('/etc/' + f, copy)
            subprocess.check_call(['mount', '--bind', copy, '/etc/' + f])
            _now.append(f)
        with open('/etc/' + f, 'a') as out:
            out.write('%s:x:%d:%d::%s:/usr/sbin/nologin\n' %
                      (name, uid, uid, home) if f == 'passwd' else
                      '%s:x:%d:\n' % (name, uid))


# --- certificates

class Ca:
    """a throw-away authority; its certificates lie in one directory"""

    def __init__(self, where, name='Test CA'):
        self.dir = where
        os.makedirs(where, exist_ok=True)
        self.crt = os.path.join(where, 'ca.pem')
        self.key = os.path.join(where, 'ca.key.pem')
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
                'ec_paramgen_curve:P-256', '-nodes', '-keyout', self.key,
                '-out', self.crt, '-days', '30', '-subj', '/CN=' + name)

    def issue(self, name, names=None, key='ec', days=30, bits=2048, more=(),
              where=None):
        """NAME.crt and NAME.key for these subjectAltNames; the path of crt"""
        crt = os.path.join(where or self.dir, name + '.crt')
        pem = os.path.join(where or self.dir, name + '.key')
        alt = names or ['DNS:' + name]
        kind = (['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
                if key == 'ec' else ['-newkey', 'rsa:%d' % bits])
        csr = pem + '.csr'
        openssl('req', *kind, '-nodes', '-keyout', pem, '-out', csr, '-subj',
                '/CN=' + name)
        os.chmod(pem, 0o600)
        ext = pem + '.ext'
        with open(ext, 'w') as f:
            f.write('subjectAltName=%s\n' % ','.join(alt))
            f.writelines(line + '\n' for line in more)
        openssl('x509', '-req', '-in', csr, '-CA', self.crt, '-CAkey',
                self.key, '-CAcreateserial', '-days', str(days), '-extfile',
                ext, '-out', crt + '.new')
        with open(crt + '.new', 'a') as f, open(self.crt) as ca:
            f.write(ca.read())  # a staple is checked against it
        os.rename(crt + '.new', crt)
        os.unlink(csr)
        os.unlink(ext)
        return crt

    def staple(self, name):
        """NAME.ocsp beside it: good, for a day"""
        crt = os.path.join(self.dir, name + '.crt')
        serial = openssl('x509', '-in', crt, '-noout',
                         '-serial').strip().split('=')[1]
        index = os.path.join(self.dir, 'index.txt')
        with open(index, 'w') as f:
            f.write('V\t491231235959Z\t\t%s\tunknown\t/CN=%s\n' %
                    (serial, name))
        req = os.path.join(self.dir, name + '.ocspreq')
        out = os.path.join(self.dir, name + '.ocsp')
        openssl('ocsp', '-no_nonce', '-issuer', self.crt, '-cert', crt,
                '-reqout', req)
        openssl('ocsp', '-index', index, '-CA', self.crt, '-rsigner', self.crt,
                '-rkey', self.key, '-reqin', req, '-respout', out, '-ndays',
                '1')
        return out


def openssl(*args, stdin=None, fails=False, timeout=20):
    """what it says; fails: also when it does not succeed"""
    p = subprocess.run(['openssl', *args], input=stdin, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       stdin=None if stdin is not None else subprocess.DEVNULL,
                       timeout=timeout, errors='replace')
    if p.returncode != 0 and not fails:
        raise RuntimeError('openssl %s: %s' % (' '.join(args), p.stdout))
    return p.stdout


# --- daemons

def tied():
    """the daemon does not outlive the test, whatever ends it"""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Daemon:
    """one of this tree, or of the tests; path: its program"""

    def __init__(self, suite, path, conf, libexec=None, options=()):
        self.suite, self.path, self.options = suite, path, list(options)
        self.libexec = libexec or os.path.dirname(path)
        tables = subprocess.run([path, '-A'], stdout=subprocess.PIPE,
                                text=True, check=True).stdout
        self.rows = re.findall(r'^process (\S+) user=(\S+)', tables, re.M)
        self.name = self.rows[0][0]
        self.ctl_path = os.path.join(suite.rundir, self.name + '.sock')
        self.conf_path = os.path.join(suite.dir, self.name + '.conf')
        self.log_path = os.path.join(suite.dir, self.name + '.log')
        self.process = None
        self.seen = set()  # all pids there ever were
        self.configure(conf)
        if ROOT:
            for i, (row, user) in enumerate(self.rows):
                if user != '-':
                    account(user, suite.uid + i)
            suite.uid += len(self.rows)

    def configure(self, conf):
        with open(self.conf_path, 'w') as f:
            f.write('rundir: %s\nlog: ""\nrestart:\n  delay: 20ms\n'
                    '  ceiling: 100ms\n' % self.suite.rundir + conf)

    def start(self, wait=True):
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(
                [self.path, '-d', '-f', self.conf_path, '-L', self.libexec,
                 *self.options], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, preexec_fn=tied, cwd=TMP)
        if wait and not poll(self.is_ready):
            raise RuntimeError('%s did not get ready' % self.name)
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError('%s ended: %d' % (self.name,
                                                 self.process.returncode))
        text = self.ctl('status')[1]
        states = re.findall(r'pid=\d+ state=(\w+)', text)
        return bool(states) and all(s == 'ready' for s in states)

    def ctl(self, *words, timeout=20):
        """exit status, answer; 3: it is not there"""
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.settimeout(timeout)
        text = b''
        try:
            s.connect(self.ctl_path)
            s.send(b''.join(w.encode() + b'\0' for w in words))
            while True:
                b = s.recv(65536)
                if not b:
                    return 3, text.decode()
                if b[:1] == b'x':
                    return b[1] - 48, text.decode()
                text += b[1:]
        except (FileNotFoundError, ConnectionError, BrokenPipeError):
            return 3, text.decode()
        finally:
            s.close()

    def pids(self):
        """of those that are there, by name"""
        text = self.ctl('status')[1]
        found = {n: int(p) for n, p in
                 re.findall(r'^(\S+) pid=([1-9]\d*) state=', text, re.M)}
        self.seen.update(found.values())
        return found

    def pid(self, name):
        return self.pids()[name]

    def stats(self):
        return {n: int(v) for n, v in
                re.findall(r'^(\S+) (\d+)$', self.ctl('stats')[1], re.M)}

    def total(self, row, counter):
        """of all instances of the row"""
        return sum(v for n, v in self.stats().items()
                   if re.fullmatch(r'%s(\.\d+)?\.%s' % (row, counter), n))

    def log(self):
        with open(self.log_path, errors='replace') as f:
            return f.read()

    def said(self, pattern, since=0):
        return re.search(pattern, self.log()[since:], re.M)

    def mark(self):
        return len(self.log())

    def kill(self, name, sig=signal.SIGKILL):
        """of its processes that one; the pid it had"""
        pid = self.pid(name)
        os.kill(pid, sig)
        return pid

    def replaced(self, name, old, seconds=None):
        """a new one is ready in its place"""
        def there():
            line = re.search(r'^%s pid=(\d+) state=ready' % re.escape(name),
                             self.ctl('status')[1], re.M)
            return line and int(line[1]) != old
        return poll(there, seconds)

    def stop(self, sig=signal.SIGTERM):
        """its exit status"""
        if self.process is None:
            return None
        self.pids()
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        status, self.process = self.process.returncode, None
        return status

    def left(self):
        """pids of its processes that are still there, but should not"""
        def ours(pid):
            try:
                with open('/proc/%d/cmdline' % pid, 'rb') as f:
                    return f.read().startswith(b'child\0-x\0')
            except OSError:
                return False
        poll(lambda: not any(map(ours, self.seen)), 2)
        return [p for p in self.seen if ours(p)]


class Service:
    """an entry of the gate's services"""

    def __init__(self, number, tls, to, alpn=(), ask=False, listen=None,
                 auth=False):
        self.port = port(number)
        self.tls, self.to, self.alpn, self.ask = tls, to, alpn, ask
        self.auth = auth
        self.listen = listen or ['127.0.0.1:%d' % self.port]

    def yaml(self, name):
        return ('  %s:\n    listen: [%s]\n    tls: %s\n    to: %s\n'
                '    alpn: [%s]\n    client-cert: %s\n    auth: %s\n' %
                (name, ', '.join('"%s"' % a for a in self.listen), self.tls,
                 self.to, ', '.join(self.alpn), 'ask' if self.ask else 'no',
                 'yes' if self.auth else 'no'))


BAD = (r'event=(crime|death|sandbox|giveup|fork|spawn|flood|log_lost|apply)'
       r'|sandbox|malformed|fatal|Sanitizer|runtime error')


class Suite:
    """the gate and those behind it; with: starts the gate, judges the end"""

    def __init__(self, services, certificates=None, limits=None,
                 relays=2, conf='', options=(), secrets=()):
        self.dir = tempfile.mkdtemp(prefix='w.', dir=TMP)
        os.chmod(self.dir, 0o755)
        self.rundir = os.path.join(self.dir, 'run')
        self.uid = 22000
        self.daemons, self.expected = [], []
        self.services = dict(services)
        # name: kind of key
        self.certificates = dict(certificates or {'a.example': 'ec'})
        self.limits, self.relays, self.more = dict(limits or {}), relays, conf
        self.ca = Ca(os.path.join(self.dir, 'tls'))
        self.secrets = os.path.join(self.dir, 'secrets')
        self.state = os.path.join(self.dir, 'state')
        os.mkdir(self.state, 0o700)
        if secrets:
            self.write_secrets(secrets)
        for name, key in self.certificates.items():
            self.ca.issue(name, key=key)
        self.gate = self.add(os.path.join(O, 'tlsproxy', 'tlsproxy'),
                             self.conf(), options=options)

    def add(self, path, conf='', **more):
        """a daemon that stops with us, not yet started"""
        if not os.access(path, os.X_OK):
            skip_all('%s is not there' % os.path.relpath(path, SRC))
        d = Daemon(self, path, conf, **more)
        self.daemons.append(d)
        return d

    def taker(self):
        """the daemon of these tests, which the gate takes for smtpd"""
        return self.add(os.path.join(O, 'gatetestd', 'gatetestd')).start()

    def imapd(self, conf=''):
        """another one, for imapd: who logs in moves to its user's process"""
        return self.add(os.path.join(O, 'imaptestd', 'imaptestd'),
                        conf).start()

    def write_secrets(self, lines):
        new = self.secrets + '.new'
        with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC,
                          0o600), 'w') as f:
            f.writelines(line + '\n' for line in lines)
        os.rename(new, self.secrets)

    def conf(self):
        text = 'tls: %s\nsecrets: %s\nca: %s\nrelays: %d\nstate: %s\n' % (
            self.ca.dir, self.secrets, self.ca.crt, self.relays, self.state)
        text += 'certificates: [%s]\n' % ', '.join(self.certificates)
        if self.limits:
            text += 'limits:\n' + ''.join(
                '  %s: %s\n' % kv for kv in self.limits.items())
        text += 'services:\n' if self.services else ''
        return text + ''.join(s.yaml(n) for n, s in
                              self.services.items()) + self.more

    def reload(self):
        """with what services, certificates and so on say now"""
        self.gate.configure(self.conf())
        return self.gate.ctl('reload')

    def expect(self, pattern):
        """lines of this kind are no failure of the test"""
        self.expected.append(pattern)

    def port(self, service):
        return self.services[service].port

    def __enter__(self):
        try:
            self.gate.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
        return self

    def unexpected(self):
        for d in self.daemons:
            for line in d.log().splitlines():
                if re.search(BAD, line) and not any(
                        re.search(e, line) for e in self.expected):
                    yield '%s: %s' % (d.name, line)

    def __exit__(self, kind, value, tb):
        if kind is not None and kind is not SystemExit:
            diag(''.join(traceback.format_exception(kind, value, tb)))
            ok(False, 'the test came to its end')
        for d in reversed(self.daemons):
            status = d.stop()
            if status is not None and status != 0:
                ok(False, '%s ends with %d' % (d.name, status))
        bad = list(self.unexpected())
        if not ok(not bad, 'no crime, no death, nothing caught in a sandbox'):
            diag('\n'.join(bad[:20]))
        left = [p for d in self.daemons for p in d.left()]
        same(left, [], 'no process is left')
        if kind is not None:
            for d in self.daemons:
                diag('%s said:' % d.name)
                diag('\n'.join(d.log().splitlines()[-40:]))
        done()


# --- clients

def together(n, f, seconds=PATIENCE):
    """f(0) to f(n - 1), each in a thread: what they return, when asked"""
    out = [None] * n

    def one(i):
        try:
            out[i] = f(i)
        except Exception as e:
            out[i] = e
    threads = [threading.Thread(target=one, args=(i,), daemon=True)
               for i in range(n)]
    for t in threads:
        t.start()

    def results():
        for t in threads:
            t.join(seconds)
        return out
    return results


class Line:
    """a client of a line protocol, on a plain or TLS socket"""

    def __init__(self, sock):
        self.s, self.b = sock, b''

    def say(self, text):
        self.s.sendall(text.encode() + b'\r\n')

    def recv(self, n):
        try:
            return self.s.recv(n)
        except ssl.SSLZeroReturnError:
            return b''

    def hear(self):
        """the next line; '' at the end"""
        while b'\n' not in self.b:
            more = self.recv(65536)
            if not more:
                line, self.b = self.b, b''
                return line.decode()
            self.b += more
        line, self.b = self.b.split(b'\n', 1)
        return line.decode().rstrip('\r')

    def ask(self, text):
        self.say(text)
        return self.hear()

    def info(self):
        """of the test daemon, what it was told about us"""
        return dict(w.split('=', 1) for w in self.ask('INFO').split()[1:])

    def take(self, n):
        """n bytes, or as many as come until the end"""
        parts, have = [self.b], len(self.b)
        while have < n:
            more = self.recv(min(n - have, 1 << 20))
            if not more:
                break
            parts.append(more)
            have += len(more)
        all_ = b''.join(parts)
        self.b = all_[n:]
        return all_[:n]

    def start_tls(self, context, sni='a.example', session=None):
        """after the daemon's go-ahead"""
        self.s = context.wrap_socket(self.s, server_hostname=sni,
                                     session=session)
        return self

    def is_closed(self, seconds=5):
        """the other side ends it, politely or not"""
        self.s.settimeout(seconds)
        try:
            while self.recv(65536):
                pass
            return True
        except socket.timeout:
            return False
        except OSError:
            return True

    def close(self):
        self.s.close()

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.close()


def context(ca=None, low=ssl.TLSVersion.TLSv1_2, high=ssl.TLSVersion.TLSv1_3,
            alpn=(), cert=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca is None:
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
    else:
        c.load_verify_locations(ca)
    c.minimum_version, c.maximum_version = low, high
    if alpn:
        c.set_alpn_protocols(list(alpn))
    if cert is not None:
        c.load_cert_chain(cert, os.path.splitext(cert)[0] + '.key')
    return c


def plain(number, source=None, host='127.0.0.1', timeout=None):
    return Line(socket.create_connection(
        (host, number), timeout or PATIENCE,
        (source, 0) if source is not None else None))


def tls(number, ctx, sni='a.example', session=None, source=None,
        timeout=None):
    line = plain(number, source, timeout=timeout)
    try:
        return line.start_tls(ctx, sni, session)
    except BaseException:
        line.close()
        raise


def both_ways(l, data, n=None):
    """sends all of it and returns as many bytes, or n, or what came"""
    want = len(data) if n is None else n
    l.s.setblocking(False)
    got, sent, until = bytearray(l.b), 0, time.monotonic() + 60
    while len(got) < want and time.monotonic() < until:
        moved = 0
        try:
            if sent < len(data):
                sent += l.s.send(data[sent:sent + 65536])
                moved = 1
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            pass
        try:
            b = l.s.recv(65536)
            if not b:
                break
            got, moved = got + b, 1
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            pass
        if not moved:
            select.select([l.s], [l.s] if sent < len(data) else [], [], 1)
    l.s.settimeout(PATIENCE)
    l.b = bytes(got[want:])
    return bytes(got[:want])


PATTERN = bytes((i * 31 + (i >> 8)) & 0xff for i in range(65536))


def pattern(n):
    """the test daemon's"""
    return (PATTERN * (n // 65536 + 1))[:n]


# --- looks at processes

def descriptors(pid):
    """how many it has; those of a control connection do not count"""
    least = None
    for i in range(4):
        try:
            n = len(os.listdir('/proc/%d/fd' % pid))
        except OSError:
            return 0
        least = n if least is None else min(n, least)
        time.sleep(0.02)
    return least


def memory(pid, key='VmRSS'):
    """kB; Pss from smaps_rollup"""
    name = 'smaps_rollup' if key == 'Pss' else 'status'
    with open('/proc/%d/%s' % (pid, name)) as f:
        return int(re.search(r'^%s:\s+(\d+)' % key, f.read(), re.M)[1])


def zombies(parent):
    found = []
    for p in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % p) as f:
                state, ppid = f.read().rpartition(')')[2].split()[:2]
        except OSError:
            continue
        if state == 'Z' and int(ppid) == parent:
            found.append(int(p))
    return found
