#!/usr/bin/env python3
# The signer's real process, with us as its parent and as a taken-over relay
# that holds its channel: it signs TLS handshakes and nothing else, and whoever
# breaks the form loses the channel. gate.md 2
import os
import signal
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *
from child import *

PKCS1, PSS, ECDSA = 1, 2, 3
OK, SHORT, NOKEY, TEXT, ALGORITHM = range(5)


class Signer(Child):
    def __init__(self):
        super().__init__('tlsproxy-signer', 'signer')
        self.keys = 0

    def key(self, path, client=0):
        """reads it; what it is called"""
        fd = os.open(path, os.O_RDONLY)
        self.parent.say(msg['key'], struct.pack('=QII', 1, self.keys, client),
                        fd=fd)
        os.close(fd)
        self.keys += 1
        while True:
            type_, _, b = self.parent.hear()
            if type_ == msg['key_is']:
                break
        good, id_ = struct.unpack('=I32s', b[12:48])
        return id_ if good else None

    def commit(self):
        self.parent.say(msg['keys'], struct.pack('=QQ', 1, 1))

    def relay(self, n=0):
        """a channel as relay n has it"""
        return self.link('relay', n)


def sign(c, id_, pad, md, text, length=None):
    """result, signature"""
    n = len(text) if length is None else length
    c.say(msg['sign'], id_ + struct.pack('=III', pad, md, n) + text, 7)
    m = c.hear()
    if m is None:
        return None, b''
    result, size = struct.unpack('=II', m[2][:8])
    if m[0] != msg['signature'] or m[1] != 7 or size != len(m[2]) - 8:
        raise RuntimeError('malformed answer %r' % (m,))
    return result, m[2][8:]


def verified(key, text, sig, pad, md=256, salt=None):
    t, g = os.path.join(TMP, 'text'), os.path.join(TMP, 'sig')
    for path, b in (t, text), (g, sig):
        with open(path, 'wb') as f:
            f.write(b)
    opts = [] if pad != PSS else [
        '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_mgf1_md:sha%d' % md,
        '-sigopt', 'rsa_pss_saltlen:%d' % (md // 8 if salt is None else salt)]
    pub = key + '.pub'
    if not os.path.exists(pub):
        openssl('pkey', '-in', key, '-pubout', '-out', pub)
    return 'Verified OK' in openssl('dgst', '-sha%d' % md, '-verify', pub,
                                    '-signature', g, *opts, t, fails=True)


def verify13(who='server', hash_=32, spaces=64):
    return (b' ' * spaces + b'TLS 1.3, %s CertificateVerify\0' %
            who.encode() + bytes(range(hash_)))


def exchange12(group=29, point=32, first=b''):
    return (bytes(64) + b'\3' + struct.pack('>HB', group, point) + first +
            b'\x42' * (point - len(first)))


def request(key):
    """what a certificate request has signed: the first part of its DER"""
    der = os.path.join(TMP, 'csr')
    openssl('req', '-new', '-key', key, '-subj', '/CN=evil.example',
            '-outform', 'DER', '-out', der)
    with open(der, 'rb') as f:
        b = f.read()

    def header(b):
        """bytes of it, bytes behind it"""
        n = b[1] - 128 if b[1] > 128 else 0
        return 2 + n, int.from_bytes(b[2:2 + n], 'big') if n else b[1]
    b = b[header(b)[0]:]
    return b[:sum(header(b))]


def transcript12():
    """ClientHello ... ClientKeyExchange of a TLS 1.2 client"""
    def m(type_, n, begin=b''):
        return bytes([type_]) + n.to_bytes(3, 'big') + begin.ljust(n, b'\0')
    return b''.join((m(1, 60, b'\3\3'), m(2, 60, b'\3\3'), m(11, 300),
                     m(12, 80), m(13, 20), m(14, 0), m(11, 300), m(16, 33)))


def genuine(c, id_, key, kind):
    pads = [ECDSA] if kind == 'ec' else [PSS]
    for text, what in ((verify13(), 'TLS 1.3, SHA-256'),
                       (verify13(hash_=48), 'TLS 1.3, SHA-384')):
        for pad in pads:
            result, sig = sign(c, id_, pad, 256, text)
            ok(result == OK and verified(key, text, sig, pad),
               '%s: %s is signed' % (kind, what))
    for group, point, first in (29, 32, b''), (23, 65, b'\4'), (24, 97, b'\4'):
        text = exchange12(group, point, first)
        for pad in [ECDSA] if kind == 'ec' else [PKCS1, PSS]:
            result, sig = sign(c, id_, pad, 256, text)
            ok(result == OK and verified(key, text, sig, pad),
               '%s: TLS 1.2, group %d, padding %d is signed' %
               (kind, group, pad))
    if kind == 'rsa':
        text = verify13()
        sig = sign(c, id_, PSS, 256, text)[1]
        for salt in 0, 20, 31, 33:
            if verified(key, text, sig, PSS, salt=salt):
                ok(False, 'a salt of %d bytes' % salt)
        ok(True, 'rsa: the salt is as long as the digest, never else')


def forged(c, id_, key, kind):
    pad = ECDSA if kind == 'ec' else PSS
    good = verify13()
    texts = {
        'a certificate request': request(key),
        'a JWS of ACME': b'eyJhbGciOiJFUzI1NiIsImtpZCI6Imh0dHBzOi8vY2EifQ.'
                         b'eyJpZGVudGlmaWVycyI6W119',
        'a JWT': b'eyJhbGciOiJFUzI1NiJ9.e30',
        'an OCSP response': b'\x30\x81\x90\xa2\x16\x04\x14' + bytes(140),
        'a certificate': b'\x30\x82\x02\x10\xa0\x03\x02\x01\x02' + bytes(519),
        'a bare digest': bytes(32), 'DigestInfo': bytes.fromhex(
            '3031300d060960864801650304020105000420') + bytes(32),
        'nothing': b'', 'one byte': b' ',
        'an SSH session': struct.pack('>I', 32) + bytes(32) + b'\x32' +
                          b'\0\0\0\4root\0\0\0\x0essh-connection',
        'the client\'s form': verify13('client'),
        'a client\'s transcript': transcript12(),
        'another context': good.replace(b'CertificateVerify',
                                        b'CertificateVerifi'),
        '63 spaces': verify13(spaces=63), '65 spaces': verify13(spaces=65),
        'a digest of 31 bytes': verify13(hash_=31),
        'a digest of 64 bytes': verify13(hash_=64),
        'a byte behind it': good + b'\0', 'a byte before it': b'\0' + good,
        'another group': exchange12(25, 133, b'\4'),
        'finite fields': exchange12(256, 32), 'explicit curves':
            exchange12().replace(b'\3\0\x1d', b'\1\0\x1d'),
        'a point that is too short': exchange12()[:-1],
        'a point that is too long': exchange12() + b'\0',
        'a compressed point': exchange12(23, 33, b'\2'),
        'a long text': b' ' * 16000,
    }
    results = {what: sign(c, id_, pad, 256, text)
               for what, text in texts.items()}
    for what, (result, sig) in results.items():
        same((result, sig), (TEXT, b''), '%s: not %s' % (kind, what))
    # the right text in a wrong way
    other = PSS if kind == 'ec' else ECDSA
    for what, args in {
            'the other padding': (other, 256), 'no padding': (0, 256),
            'raw RSA': (4, 256), 'no digest': (pad, 0), 'MD5': (pad, 5),
            'SHA-1': (pad, 1), 'SHA-224': (pad, 224)}.items():
        same(sign(c, id_, *args, good), (ALGORITHM, b''),
             '%s: not %s' % (kind, what))
    if kind == 'rsa':
        same(sign(c, id_, PKCS1, 256, good), (ALGORITHM, b''),
             'rsa: no PKCS#1 in TLS 1.3')
    same(sign(c, bytes(32), pad, 256, good), (NOKEY, b''),
         '%s: not with a key that is not there' % kind)
    for n in len(good) + 1, len(good) - 1, 0xffffffff, 0:
        same(sign(c, id_, pad, 256, good, n), (SHORT, b''),
             '%s: not a length of %d' % (kind, n))
    same(sign(c, id_, pad, 256, good)[0], OK, '%s: and still the genuine one' %
         kind)


def crimes(id_):
    """n is another relay each time: the one before has lost its channel"""
    good = id_ + struct.pack('=III', ECDSA, 256, len(verify13())) + verify13()
    fd = os.open('/dev/null', os.O_RDONLY)
    for n, (what, commit) in enumerate({
            'half a request': lambda c: c.say(msg['sign'], good[:43]),
            'a text too long': lambda c: c.say(msg['sign'], good[:44] +
                                               bytes(16001)),
            'a request with a descriptor': lambda c: c.say(msg['sign'], good,
                                                           fd=fd),
            'a key of its own': lambda c: c.say(msg['key'], bytes(16), fd=fd),
            'the end of all keys': lambda c: c.say(msg['keys'], bytes(16)),
            'an answer': lambda c: c.say(msg['signature'], bytes(8)),
            'BEGIN': lambda c: c.say(BEGIN, bytes(8)),
            'STOP': lambda c: c.say(0xff01),
            'CONNECT': lambda c: c.say(CONNECT, bytes(8), fd=fd),
            'no such message': lambda c: c.say(9999),
            'half a head': lambda c: c.s.send(b'\0' * 15),
            'an empty record': lambda c: c.s.send(b'\0'),
            'a head that is not zero': lambda c: c.s.send(
                struct.pack('=IIQ', msg['sign'], 1, 0) + good)}.items(), 1):
        c = signer.relay(n)
        sign(c, id_, ECDSA, 256, verify13())
        commit(c)
        ok(c.hear() is None and signer.accused() == n << 5 | row['relay'],
           '%s: the channel is closed, its holder accused' % what)
    os.close(fd)


def flooded(c, id_):
    """who asks and does not listen waits; others are served"""
    other, n = signer.relay(40), 0
    good = id_ + struct.pack('=III', ECDSA, 256, len(verify13())) + verify13()
    c.s.setblocking(False)
    try:
        while n < 20000:
            c.say(msg['sign'], good, n)
            n += 1
    except BlockingIOError:
        pass
    ok(n < 20000, 'a flood: after %d requests its asker has to wait' % n)
    same(sign(other, id_, ECDSA, 256, verify13())[0], OK, 'another is served')
    c.s.setblocking(True)
    c.s.settimeout(5)
    same([c.hear()[1] for i in range(n)], list(range(n)),
         'each is answered in the end')


signer = Signer()
signal.alarm(120)
ca = Ca(os.path.join(TMP, 'tls'))
keys = {}
for kind in 'ec', 'rsa':
    ca.issue(kind, key=kind)
    path = os.path.join(ca.dir, kind + '.key')
    keys[kind] = signer.key(path), path
    ok(keys[kind][0], 'the %s key is read' % kind)
signer.commit()
relay = signer.relay(0)
for kind, (id_, path) in keys.items():
    genuine(relay, id_, path, kind)
    forged(relay, id_, path, kind)
crimes(keys['ec'][0])
flooded(relay, keys['ec'][0])
same(signer.p.poll(), None, 'it lives')
same(signer.leave(), 0, 'until its parent is gone')
log = signer.log()
ok('event=refused peer=relay.0' in log, 'it told of refusals')
if 'sandbox' in log:
    diag(log)
done()
