"""auth: its real process, with us as its parent, as two relays, and as the
logins and holders of two services.

    a = Auth([(0, secret('al', 'password'))])
"""
import socket
import struct

from child import Child, msg, name_of
from sasl import plain_words

OK, FAIL, TEMPORARY = range(3)
NONE = 0xffffffff


def name16(text):
    return text.encode().ljust(16, b'\0')


def address(text='192.0.2.1'):
    family = socket.AF_INET6 if ':' in text else socket.AF_INET
    return struct.pack('=HHI', family, 4711, 0) + \
        socket.inet_pton(family, text).ljust(16, b'\0')


def grant_of(b):
    """credential, account, service"""
    credential, account_, _ = struct.unpack('=QII', b[:16])
    return credential, account_, b[16:].rstrip(b'\0').decode()


class Auth(Child):
    SERVICES = {'smtps': ('smtpd', 'submit'), 'imaps': ('imapd', 'login')}

    def __init__(self, lines, penalties=(0, 0, 600000, 1000, 15000, 60000,
                                         60000)):
        """lines: (account, line of secrets); penalties: struct guard_conf"""
        super().__init__('tlsproxy-auth', 'auth')
        self.parent.say(msg['salt'], bytes(range(32)))
        self.penalties = penalties
        self.configure(lines)
        self.relays = [self.link('relay', n) for n in range(2)]
        self.logins = {'smtps': self.link('smtpd.submit'),
                       'imaps': self.link('imapd.login')}
        self.holders = {'smtps': self.link('smtpd.queue'),
                        'imaps': self.link('imapd.imapd')}
        for l in self.logins.values():
            self.heard(l, 'mechs')
        self.count = 0

    def configure(self, lines):
        say = self.parent.say
        say(msg['guard'], struct.pack('=8I', *self.penalties, 0))
        for n, (service, to) in enumerate(self.SERVICES.items()):
            say(msg['guarded'], struct.pack('=4I', n, 2, 0, 1) +
                name16(service) + name16(to[0]) + name16(to[1]) + bytes(64))
        for account_, line in lines:
            say(msg['secret'], struct.pack('=QII', 1, account_, 0) +
                line.encode())
        say(msg['users'], struct.pack('=QQ', 1, len(lines)))

    def new(self, relay=0):
        self.count += 1
        return relay << 56 | 1 << 40 | self.count

    def open(self, id_, service='smtps', relay=None, on=1, granted=0,
             credential=0, account_=0, exporter=32, endpoint=32,
             peer='192.0.2.1'):
        c = self.relays[id_ >> 56 if relay is None else relay]
        c.say(msg['open'], name16(service) + address(peer) + struct.pack(
            '=IIIIQII', on, exporter, endpoint, granted, credential, account_,
            0) + b'e' * 32 + b'p' * 64, id_)

    def opened(self, service='smtps', relay=0, **more):
        id_ = self.new(relay)
        self.open(id_, service, **more)
        return id_

    def start(self, id_, mech='PLAIN', initial=None, by='smtps', flags=None):
        flags = flags or (initial is not None, 0)
        self.logins[by].say(msg['sasl_start'], mech.encode().ljust(24, b'\0') +
                            struct.pack('=BB6x', *flags) + (initial or b''),
                            id_)

    def login(self, id_, user='al', password='s3cret-al', by='smtps'):
        self.start(id_, 'PLAIN', plain_words(user, password), by)

    @staticmethod
    def heard(c, name, id_=None, seconds=5):
        """the payload of the next message, which is that one"""
        m = c.hear(seconds)
        if not m or name_of[m[0]] != name or id_ not in (None, m[1]):
            raise RuntimeError('%s was meant, not %r' % (
                name, m and (name_of[m[0]], *m[1:])))
        return m[2]

    def done(self, id_, by='smtps', seconds=5):
        """result and user"""
        b = self.heard(self.logins[by], 'sasl_done', id_, seconds)
        return struct.unpack('=I', b[:4])[0], b[8:72].rstrip(b'\0').decode()


def nothing(*channels):
    """comes to any of them"""
    return [c.hear(0.15) for c in channels] == [()] * len(channels)
