"""sasl: lines of the file secrets, and the client's side of a login to the
daemons of these tests: AUTH mech [base64|=], then 334 and base64 in turns.
RFC 4616, 5802, 5803, 5929, 7677, 9266
"""
import base64
import hashlib
import hmac
import os
import re
import select
import subprocess
import time

from suite import Line, PATIENCE


def b64(b):
    return base64.b64encode(b).decode()


def of(line):
    """the bytes of a challenge"""
    return base64.b64decode(line[4:], validate=True)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def salted(hash_, password, salt, iterations):
    return hashlib.pbkdf2_hmac(hash_, password.encode(), salt, iterations)


def secret(login, password, hash_='sha256', iterations=4096, salt=None,
           services=()):
    """a line of secrets"""
    salt = os.urandom(16) if salt is None else salt
    key = salted(hash_, password, salt, iterations)
    client = hmac.digest(key, b'Client Key', hash_)
    return '%s:SCRAM-%s$%d:%s$%s:%s%s' % (
        login, {'sha256': 'SHA-256', 'sha1': 'SHA-1'}[hash_], iterations,
        b64(salt), b64(hashlib.new(hash_, client).digest()),
        b64(hmac.digest(key, b'Server Key', hash_)),
        '  services=' + ','.join(services) if services else '')


class Scram:
    def __init__(self, user, password, hash_='sha256', gs2='n,,', cbind=b'',
                 authz=''):
        self.password, self.hash = password, hash_
        self.gs2 = gs2.replace(',,', ',%s,' % ('a=' + authz if authz else ''))
        self.cbind = cbind
        name = user.replace('=', '=3D').replace(',', '=2C')
        self.nonce = b64(os.urandom(18))
        self.bare = 'n=%s,r=%s' % (name, self.nonce)

    def first(self):
        return (self.gs2 + self.bare).encode()

    def final(self, server):
        """to the server's first message; ValueError: that is malformed"""
        text = server.decode()
        m = re.fullmatch(r'r=([!-+\--~]+),s=([A-Za-z0-9+/=]+),i=(\d+)', text)
        if not m or not m[1].startswith(self.nonce) or \
                len(m[1]) < len(self.nonce) + 16:
            raise ValueError('server said %r' % text)
        self.salt, self.iterations = base64.b64decode(m[2]), int(m[3])
        c = 'c=%s,r=%s' % (b64(self.gs2.encode() + self.cbind), m[1])
        key = salted(self.hash, self.password, self.salt, self.iterations)
        client = hmac.digest(key, b'Client Key', self.hash)
        all_ = ','.join((self.bare, text, c)).encode()
        proof = xor(client, hmac.digest(
            hashlib.new(self.hash, client).digest(), all_, self.hash))
        self.signature = hmac.digest(hmac.digest(key, b'Server Key',
                                                 self.hash), all_, self.hash)
        return (c + ',p=' + b64(proof)).encode()

    def proves(self, server):
        """the server, that it knows the password"""
        return server == b'v=' + b64(self.signature).encode()


class Unproven(Exception):
    """the server has let us in without knowing the password"""


def scram(l, user, password, mech='SCRAM-SHA-256', gs2='n,,', cbind=b'',
          word='AUTH', initial=True, authz='', steps=None):
    """what the server says at the end; steps: a list that gets what it said"""
    c = Scram(user, password, 'sha1' if 'SHA-1-' in mech + '-' else
              'sha256', gs2, cbind, authz)
    if initial:
        r = l.ask('%s %s %s' % (word, mech, b64(c.first())))
    else:
        r = l.ask('%s %s' % (word, mech))
        if r == '334 ':
            r = l.ask(b64(c.first()))
    if steps is not None:
        steps.append(r)
    if not r.startswith('334 '):
        return r
    r = l.ask(b64(c.final(of(r))))
    if steps is not None:
        steps.append(r)
    if word == 'AUTHX':
        data = re.search(r' data=(\S*)', r)
        if data and not c.proves(base64.b64decode(data[1])):
            raise Unproven(r)
    elif r.startswith('334 '):
        if not c.proves(of(r)):
            raise Unproven(r)
        r = l.ask('')
    elif is_ok(r):
        raise Unproven(r)
    return r


def plain_words(user, password, authz=''):
    return '\0'.join((authz, user, password)).encode()


def auth_plain(l, user, password, authz='', word='AUTH'):
    return l.ask('%s PLAIN %s' % (word, b64(plain_words(user, password, authz))))


def auth_login(l, user, password, initial=False):
    r = l.ask('AUTH LOGIN' + (' ' + b64(user.encode()) if initial else ''))
    for words in ([] if initial else [user]) + [password]:
        if not r.startswith('334 '):
            return r
        r = l.ask(b64(words.encode()))
    return r


def is_ok(r):
    return r.startswith('235 ok ') or r.startswith('OK account=')


def is_fail(r):
    return r.startswith('535 fail ') or r.startswith('NO fail ')


def is_temporary(r):
    return r in ('454 temporary', 'NO temporary')


def user(r):
    m = re.search(r' user=(\S*)', r)
    return m and m[1]


def waited(r):
    """ms that the answer was held back"""
    return int(re.search(r' wait=(\d+)', r)[1])


def end_point(l):
    """tls-server-end-point; our certificates are signed with SHA-256"""
    return hashlib.sha256(l.s.getpeercert(True)).digest()


class Exporting(Line):
    """a client of openssl's, which tells tls-exporter (Python does not)"""

    def __init__(self, number, *options):
        self.p = subprocess.Popen(
            ['openssl', 's_client', '-connect', '127.0.0.1:%d' % number,
             '-servername', 'a.example', '-nocommands', '-ign_eof',
             '-keymatexport', 'EXPORTER-Channel-Binding', '-keymatexportlen',
             '32', *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.b, self.binding = b'', None
        while self.binding is None:
            line = self.hear()
            m = re.match(r'\s*Keying material: ([0-9A-F]{64})$', line)
            if m:
                self.binding = bytes.fromhex(m[1])
            elif not line:
                raise ConnectionError('s_client ended')
        while self.hear() != '---':
            pass

    def say(self, text):
        self.p.stdin.write(text.encode() + b'\n')
        self.p.stdin.flush()

    def recv(self, n):
        fd = self.p.stdout.fileno()
        if not select.select([fd], [], [], PATIENCE)[0]:
            raise TimeoutError('s_client is silent')
        return os.read(fd, n)

    def ask(self, text):
        """openssl tells of session tickets in between"""
        self.say(text)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            r = self.hear()
            if re.match(r'(\d\d\d|OK|NO|BAD|MECHS|INFO|ECHO) ', r) or not r:
                return r
        raise TimeoutError('no answer')

    def close(self):
        self.p.kill()
        self.p.wait()
        self.p.stdin.close()
        self.p.stdout.close()
