"""web: the gate with httpd behind it, and a client that says any bytes."""
import os
import re
import select
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

HOST = 'a.example'


class Reply:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def __getitem__(self, name):
        return self.fields.get(name.lower())


class Client(Line):
    """of one connection"""

    def raw(self, data):
        self.s.sendall(data if isinstance(data, bytes) else data.encode())
        return self

    def pump(self, data, step):
        """says it in pieces, and hears meanwhile"""
        self.s.setblocking(False)
        while data:
            try:
                data = data[self.s.send(data[:step]):]
            except (ssl.SSLWantWriteError, BlockingIOError):
                select.select([self.s], [self.s], [], PATIENCE)
            try:
                self.b += self.s.recv(1 << 20)
            except (ssl.SSLWantReadError, BlockingIOError):
                pass
        self.s.settimeout(PATIENCE)

    def request(self, target='/', method='GET', version='1.1', host=HOST,
                body=b'', **fields):
        lines = ['%s %s HTTP/%s' % (method, target, version)]
        lines += ['Host: ' + host] if host is not None else []
        lines += ['%s: %s' % (n.replace('_', '-'), v)
                  for n, v in fields.items()]
        return self.raw('\r\n'.join(lines).encode() + b'\r\n\r\n' + body)

    def reply(self, bare=False):
        """None: the connection ended before it"""
        line = self.hear()
        if not line:
            return None
        version, status = line.split(' ')[:2]
        assert version == 'HTTP/1.1', line
        fields = {}
        while True:
            line = self.hear()
            if not line:
                break
            name, value = line.split(': ', 1)
            assert name.lower() not in fields, name
            fields[name.lower()] = value
        n = 0 if bare or status in ('204', '304') else \
            int(fields['content-length'])
        return Reply(int(status), fields, self.take(n))

    def get(self, target='/', **more):
        method = more.get('method', 'GET')
        return self.request(target, **more).reply(method == 'HEAD')

    def rest(self):
        """all that comes until the end"""
        return self.take(1 << 40)


class Web(Suite):
    def __init__(self, conf='', services=None, limits=None, **more):
        super().__init__(services or {
            'https': Service(443, 'implicit', 'httpd.server', ['http/1.1']),
            'http': Service(80, '"no"', 'httpd.server')},
            limits={'per-address': 2000, 'handshakes-per-address': 2000,
                    'handshakes': 2000, 'handshake-rate': 10000,
                    **(limits or {})}, **more)
        self.www = os.path.join(self.dir, 'www')
        self.access = os.path.join(self.dir, 'access', 'log')
        os.mkdir(self.www)
        self.put('index.html', '<p>hello</p>\n')
        self.web = self.add(os.path.join(O, 'httpd', 'httpd'),
                            self.httpd_conf(conf))
        self.ctx = context()

    def httpd_conf(self, more='', root=None):
        text = 'host: %s\nroot: %s\n' % (HOST, root or self.www)
        if 'access-log:' not in more:
            text += 'access-log: %s\n' % self.access
        return text + more

    def __enter__(self):
        super().__enter__()
        try:
            self.web.start()
            poll(lambda: 'gate connected' in self.web.ctl('status')[1])
        except BaseException:
            self.__exit__(*sys.exc_info())
        return self

    def put(self, name, content, mode=0o644, root=None):
        path = os.path.join(root or self.www, name)
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        with open(path + '.new', 'wb') as f:
            f.write(content if isinstance(content, bytes)
                    else content.encode())
        os.chmod(path + '.new', mode)
        os.rename(path + '.new', path)
        return path

    def client(self, service='https', sni=HOST):
        if self.services[service].tls == 'implicit':
            line = tls(self.port(service), self.ctx, sni)
        else:
            line = plain(self.port(service))
        return Client(line.s)

    def get(self, target='/', service='https', **more):
        """on a connection of its own"""
        with self.client(service) as c:
            return c.get(target, **more)

    def says(self, data, service='https'):
        """the answer to those bytes, then the end: (status, is it the end)"""
        with self.client(service) as c:
            c.raw(data)
            r = c.reply()
            return (r.status if r else None), c.hear() == ''

    def lines(self, n):
        """the last n of the access log, once they are there"""
        def there():
            try:
                with open(self.access) as f:
                    text = f.read().splitlines()
            except FileNotFoundError:
                return None
            return text[-n:] if len(text) >= n else None
        time.sleep(0.15)
        return poll(there)


def run(test, **more):
    with Web(**more) as w:
        for f in test if isinstance(test, (list, tuple)) else [test]:
            f(w)
