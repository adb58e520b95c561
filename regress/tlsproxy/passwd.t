#!/usr/bin/env python3
# tlsctl passwd: passwords from pipes and terminals into the file of accounts,
# what it refuses, faults of the disk; then with a gate. RFC 5802, 5803
import base64
import fcntl
import hashlib
import hmac
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

TLSCTL = os.path.join(O, 'tlsproxy', 'tlsctl')
DIR = os.path.join(TMP, 'etc')
CONF, SECRETS = os.path.join(DIR, 'conf'), os.path.join(DIR, 'secrets')
KEY = 'A' * 43 + '='
LINE = ':SCRAM-SHA-256$4096:QUFB$%s:%s' % (KEY, KEY)
SOME = '# our people\n\nal%s\n \t\nbo+x%s services=imap\n# end' % (LINE, LINE)
os.mkdir(DIR, 0o700)
with open(CONF, 'w') as f:
    f.write('secrets: %s\nrundir: %s\n' % (SECRETS, DIR))


def command(*args, conf=CONF):
    return [TLSCTL, '-f', conf, 'passwd', *args]


def passwd(*args, says=b'pencil\n', conf=CONF, **more):
    """exit status, what it said"""
    p = subprocess.run(command(*args, conf=conf), input=says,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=60, **more)
    return p.returncode, p.stdout.decode(errors='replace')


def gives(status, pattern, name, *args, **more):
    got, text = passwd(*args, **more)
    if not ok(got == status and re.search(pattern, text, re.M), name):
        diag('status %d: %s' % (got, text))


def put(text, mode=0o600):
    with open(SECRETS, 'w') as f:
        os.fchmod(f.fileno(), mode)
        f.write(text)


def get():
    with open(SECRETS) as f:
        return f.read()


def keeps(status, pattern, name, *args, **more):
    """it refuses, and the file is as it was, nothing new beside it"""
    was = os.lstat(SECRETS).st_ino, get(), sorted(os.listdir(DIR))
    gives(status, pattern, name, *args, **more)
    now = os.lstat(SECRETS).st_ino, get(), sorted(os.listdir(DIR))
    same([n for n in now[2] if not n.endswith('.lock')],
         [n for n in was[2] if not n.endswith('.lock')], 'nothing beside it')
    same(now[:2], was[:2], 'it is as it was')


def proves(line, password, name='sha256'):
    """are its keys those of this password? RFC 5802 3"""
    rounds, salt, stored, server = re.match(
        r'[^$]*\$(\d+):([^$]*)\$([^:]*):(\S*)', line).groups()
    salted = hashlib.pbkdf2_hmac(name, password.encode(),
                                 base64.b64decode(salt), int(rounds))
    client = hmac.digest(salted, b'Client Key', name)
    return (base64.b64decode(stored) == hashlib.new(name, client).digest() and
            base64.b64decode(server) ==
            hmac.digest(salted, b'Server Key', name) and
            len(base64.b64decode(salt)) == 16)


def line_of(login, scheme='SCRAM-SHA-256'):
    found = re.findall(r'^%s:%s\$.*$' % (re.escape(login), scheme), get(),
                       re.M)
    return found[0] if len(found) == 1 else ''


def pipes():
    gives(0, 'al: added in .*, for all services\n.*asking the gate to reload',
          'a first one', 'al')
    same(os.stat(SECRETS).st_mode & 0o7777, 0o600, 'mode 600')
    ok(proves(line_of('al'), 'pencil'), 'its keys, as hashlib has them')
    ok(not proves(line_of('al'), 'pencil '), 'no others')
    ok('$10000:' in line_of('al'), '10,000 iterations')
    before = line_of('al')
    gives(0, 'al: changed', 'again', 'al')
    ok(line_of('al') != before and proves(line_of('al'), 'pencil'),
       'the same password has another salt')
    gives(0, 'al: changed', 'without end of line', 'al', says=b'a b')
    ok(proves(line_of('al'), 'a b'), 'blanks are kept')
    gives(0, 'al: changed', 'the first line counts', 'al', says=b'one\ntwo\n')
    ok(proves(line_of('al'), 'one'), 'that one')
    gives(0, 'al: changed', 'SASLprep', 'al',
          says='I\u00adX\u2168 \u00aa\u00a0z\n'.encode())
    ok(proves(line_of('al'), 'IXIX a z'), 'as RFC 4013 maps it')
    gives(0, 'al: changed', '1,024 bytes', 'al', says=b'x' * 1024)
    ok(proves(line_of('al'), 'x' * 1024), 'all of them')
    gives(0, 'al: changed', 'more iterations', '-i', '4096', 'al')
    ok('$4096:' in line_of('al') and proves(line_of('al'), 'pencil'),
       'as many as were wanted')
    gives(0, 'al: changed', 'SCRAM-SHA-1 too', '-1', 'al')
    ok(proves(line_of('al'), 'pencil') and
       proves(line_of('al', 'SCRAM-SHA-1'), 'pencil', 'sha1') and
       get().count('\n') == 2, 'two lines, both of the password')
    gives(0, 'its line for SCRAM-SHA-1 is gone', 'without', 'al', says=b'new')
    ok(proves(line_of('al'), 'new') and get().count('\n') == 1,
       'no line of the old password stays')


def services():
    put(SOME)
    gives(0, 'al\\+phone: added in .*, for imap,smtp$', 'an app password',
          '-s', 'imap,smtp', 'al+phone')
    ok(line_of('al+phone').endswith(' services=imap,smtp'), 'with services')
    gives(0, 'al\\+phone: changed in .*, for imap,smtp$', 'renewed',
          'al+phone', says=b'other')
    ok(line_of('al+phone').endswith(' services=imap,smtp') and
       proves(line_of('al+phone'), 'other'), 'its services stay')
    gives(0, 'for http$', 'other services', '-s', 'http', 'al+phone')
    ok(line_of('al+phone').endswith(' services=http'), 'they are other ones')
    gives(0, 'for all services$', 'all of them', '-s', '', 'al+phone')
    ok('services' not in line_of('al+phone'), 'no services= is left')


def others():
    put(SOME)
    gives(0, 'al: changed', 'one of several', 'al')
    want = SOME.replace('al' + LINE, line_of('al'))
    same(get(), want, 'comments, blanks and other lines stay')
    gives(0, 'cy: added', 'one more', 'cy')
    same(get(), want + '\n' + line_of('cy') + '\n', 'it stands at the end')
    gives(0, 'bo\\+x: deleted', '-d', '-d', 'bo+x')
    same(get(), re.sub('bo.*\n', '', want) + '\n' + line_of('cy') + '\n',
         'that line is gone')
    put(SOME.replace('al', 'al+x%s\nal+y%s\nal' % (LINE, LINE)))
    gives(0, 'al: deleted', '-d without label', '-d', 'al', says=b'')
    same(get(), SOME.replace('al', 'al+x%s\nal+y' % LINE), 'labels stay')
    gives(0, 'cy: no such user; the gate leaves', 'a name nobody has', 'cy')
    gives(0, 'root: its id is below min-uid', 'a name of the system', 'root')


def refusals():
    put(SOME)
    for args, says, pattern in (
            ((), b'x', '^usage: '), (('al', 'bo'), b'x', '^usage: '),
            (('-x', 'al'), b'x', 'usage: '), (('-d',), b'', '^usage: '),
            (('-d', '-1', 'al'), b'', '^usage: '),
            (('-d', '-i', '5000', 'al'), b'', '^usage: '),
            (('-d', '-s', 'imap', 'al'), b'', '^usage: '),
            (('-i', '4095', 'al'), b'x', '4096 to 10000000 was meant'),
            (('-i', '10000001', 'al'), b'x', 'was meant'),
            (('-i', '99999999999999999999', 'al'), b'x', 'was meant'),
            (('-i', '5000x', 'al'), b'x', 'was meant'),
            (('-i', '', 'al'), b'x', 'was meant'),
            (('Al',), b'x', 'not a user name'),
            (('al@b',), b'x', 'no colon behind'),
            (('',), b'x', 'not a user name'), (('al+',), b'x', 'not a label'),
            (('al\nbo',), b'x', 'no colon'), (('#al',), b'x', 'not a user'),
            (('a' * 33,), b'x', 'not a user name'),
            (('a' * 5000,), b'x', 'too long'),
            (('-s', 'imap smtp', 'al'), b'x', 'unknown option'),
            (('-s', 'IMAP', 'al'), b'x', 'not a service'),
            (('-s', 'a,a', 'al'), b'x', 'given twice'),
            (('-s', 'imap\nx', 'al'), b'x', 'not a user name|no colon'),
            (('al',), b'', 'no password: there was no line'),
            (('al',), b'\n', 'it is empty'),
            (('al',), '\u00ad\n'.encode(), 'not a password: '),
            (('al',), b'a\0b\n', 'not a password: UTF-8 without control'),
            (('al',), b'\xff\xfe\n', 'not a password: UTF-8'),
            (('al',), b'a\x07\n', 'not a password: UTF-8'),
            (('al',), b'a\r\n', 'not a password: UTF-8'),
            (('al',), b'x' * 1025, 'too long, 1024 bytes'),
            (('al',), b'x' * 100000, 'too long, 1024 bytes'),
            (('-d', 'cy'), b'', 'cy: no such line')):
        keeps(1, pattern, '%s %r' % (' '.join(args)[:40].replace('\n', ' '),
                                     says[:12]), *args, says=says)


def bad_files():
    put(SOME + '\nal:secret\nbo\n')
    keeps(1, r'secrets:7: unknown scheme.*\n.*secrets:8: no colon',
          'a broken file', 'al')
    keeps(1, 'secrets:7: unknown scheme', '-d in a broken file', '-d', 'al')
    put(SOME, 0o644)
    keeps(1, 'mode 644, owner .* mode 600', 'one that others read', 'al')
    put('#' * 1024 * 1024 + '\n')
    keeps(1, 'File too large', 'one that is too large', 'al')
    put(('#' * 1023 + '\n') * 1023 + '#' * 1000)
    keeps(1, 'File too large', 'one that would be', 'al')
    os.unlink(SECRETS)
    os.mkdir(SECRETS, 0o600)
    gives(1, 'a file of mode 600', 'a directory', 'al')
    os.rmdir(SECRETS)
    os.symlink('nowhere', SECRETS)
    gives(1, 'a symbolic link', 'a link', 'al')
    ok(os.path.islink(SECRETS), 'it is still one')
    os.unlink(SECRETS)
    gives(1, 'no such line', '-d without a file', '-d', 'al')
    ok(not os.path.exists(SECRETS), 'makes none')
    with open(CONF + '.bad', 'w') as f:
        f.write('secrets: relative\n')
    gives(1, 'secrets', 'a broken configuration', 'al', conf=CONF + '.bad')
    with open(CONF + '.bad', 'w') as f:
        f.write('secrets: %s/none/secrets\n' % DIR)
    gives(1, 'none/secrets.lock: No such file', 'no directory', 'al',
          conf=CONF + '.bad')
    os.unlink(CONF + '.bad')


def at_once():
    put(SOME)
    started = [subprocess.Popen(command('u%d' % i), stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL) for i in range(10)]
    for i, p in enumerate(started):
        p.stdin.write(b'pw%d\n' % i)
        p.stdin.close()
    same([p.wait(60) for p in started], [0] * 10, 'ten at once')
    ok(all(proves(line_of('u%d' % i), 'pw%d' % i) for i in range(10)),
       'each has its line')
    ok(get().startswith(SOME + '\n') and get().count('\n') == 16,
       'and the rest is there')


def locked():
    """another has the lock for ever; what it says in the end"""
    lock = os.open(SECRETS + '.lock', os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    begun = time.monotonic()
    keeps(1, 'secrets.lock: another tlsctl has it', 'the lock is held', 'al')
    ok(9 < time.monotonic() - begun < 10 + PATIENCE, 'it waited 10 s')
    os.close(lock)
    same(os.stat(SECRETS + '.lock').st_mode & 0o777, 0o600, 'mode of the lock')


# --- terminals

class Terminal:
    def __init__(self, *args):
        self.heard = b''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(TLSCTL, command(*args))

    def hear(self, until):
        def more():
            if select.select([self.fd], [], [], 0)[0]:
                try:
                    self.heard += os.read(self.fd, 65536)
                except OSError:
                    return True
            return until in self.heard
        poll(more)
        return until in self.heard

    def say(self, text):
        os.write(self.fd, text)

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def end(self):
        """its exit status; a signal that killed it is negative"""
        self.hear(b'never said')
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return status


def terminals():
    put(SOME)
    t = Terminal('al')
    ok(t.hear(b'New password: ') and poll(lambda: not t.echoes()),
       'a terminal: no echo')
    t.say(b'pen cil\n')
    ok(t.hear(b'Once more: ') and poll(lambda: not t.echoes()), 'once more')
    t.say(b'pen cil\n')
    ok(t.hear(b'al: changed'), 'it is taken')
    ok(t.echoes(), 'the echo is back')
    same(t.end(), 0, 'and it ends well')
    ok(b'pen' not in t.heard and proves(line_of('al'), 'pen cil'),
       'nobody saw it')
    before = get()
    for first, second, words in (
            (b'one\n', b'two\n', b'these were two passwords'),
            (b'one\n', b'\n', b'these were two passwords'),
            (b'\n', b'\n', b'it is empty'),
            (b'one\n', b'\4', b'no password: there was no line'),
            (b'\4', None, b'no password: there was no line')):
        t = Terminal('al')
        t.hear(b'New password: ')
        poll(lambda: not t.echoes())
        t.say(first)
        if second is not None:
            t.hear(b'Once more: ')
            poll(lambda: not t.echoes())
            t.say(second)
        ok(t.hear(words) and t.echoes(), 'refused: %r %r' % (first, second))
        same(t.end(), 1, 'it says so')
    for key, sig in (b'\3', signal.SIGINT), (b'\x1c', signal.SIGQUIT):
        t = Terminal('al')
        t.hear(b'New password: ')
        poll(lambda: not t.echoes())
        t.say(b'half')
        t.say(key)
        ok(poll(t.echoes), 'a signal: the echo is back')
        same(t.end(), -sig, 'then it takes effect')
    same(get(), before, 'nothing was changed')


# --- memory and faults

def left_in_memory():
    """while it waits for a gate: is the password still somewhere in it?"""
    path = os.path.join(DIR, 'gate.sock')
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.bind(path)
    s.listen(1)
    for password in 'correct horse', 'gr\u00fc\u00dfe aus K\u00f6ln':
        p = subprocess.Popen([TLSCTL, '-f', CONF, '-s', path, 'passwd', '-1',
                              'memory'], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        p.stdin.write(password.encode() + b'\n')
        p.stdin.close()
        c = s.accept()[0]
        same(c.recv(100), b'reload\0', 'it asks for a reload')
        found = {w: 0 for w in (password.encode(), b'memory',
                                password.encode('utf-32-le'))}
        try:
            with open('/proc/%d/maps' % p.pid) as maps, \
                    open('/proc/%d/mem' % p.pid, 'rb', 0) as mem:
                for m in maps:
                    a, z = (int(x, 16) for x in m.split()[0].split('-'))
                    if 'rw' not in m.split()[1] or z - a > 1 << 28:
                        continue
                    try:
                        mem.seek(a)
                        b = mem.read(z - a)
                    except OSError:
                        continue
                    for w in found:
                        found[w] += b.count(w)
        except PermissionError:
            skip('nothing of the password is left', 'may not look')
            found = None
        if found is not None:
            ok(found[b'memory'] > 0, 'its memory was looked at')
            same([n for w, n in found.items() if w != b'memory'], [0, 0],
                 'nothing of the password is left in it')
        c.send(b'x0')
        c.close()
        same(p.wait(PATIENCE), 0, 'and it ends well')
    s.close()
    os.unlink(path)


def full_disk():
    """the disk is full at each page of the new file"""
    if not (ROOT and 'm' in NAMESPACES):
        skip('a full disk', 'needs a mount namespace')
        return
    old = '# %s\n' % ('x' * 900) * 16 + SOME
    failed = done_ = wrong = 0
    for pages in range(4, 14):
        subprocess.check_call(['mount', '-t', 'tmpfs', '-o',
                               'mode=700,size=%dk' % (4 * pages), 'none', DIR])
        try:
            with open(CONF, 'w') as f:
                f.write('secrets: %s\nrundir: %s\n' % (SECRETS, DIR))
            put(old)
        except OSError:
            subprocess.check_call(['umount', DIR])
            continue
        status, text = passwd('al')
        now = get()
        if status == 0:
            done_ += 1
            wrong += not proves(line_of('al'), 'pencil')
            wrong += now.count('\n') != old.count('\n')
        else:
            failed += 1
            wrong += now != old or 'No space left' not in text
            wrong += 'nothing was changed' not in text
        wrong += os.path.exists(SECRETS + '.new')
        subprocess.check_call(['umount', DIR])
    ok(failed > 1 and done_ > 1 and wrong == 0,
       'a full disk: %d times the old one, %d times the new' %
       (failed, done_))


def faults():
    put('# %s\n' % ('x' * 900) * 16 + SOME)

    def short():
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
    keeps(1, 'secrets.new: File too large; nothing was changed',
          'a write that fails', 'al', preexec_fn=short, restore_signals=False)
    was = get()
    got, text = passwd('al', preexec_fn=short)
    ok(got == -signal.SIGXFSZ and get() == was, 'killed while it writes')
    gives(0, 'al: changed', 'what it left is no hindrance', 'al')
    ok(proves(line_of('al'), 'pencil') and
       not os.path.exists(SECRETS + '.new'), 'and is gone')


# --- with a gate

def with_gate():
    account('al', 21001)
    with Suite({}, relays=1) as s:
        def accounts():
            return re.search(r'^accounts (\d+)$', s.gate.ctl('status')[1],
                             re.M)[1]
        same(accounts(), '0', 'a gate without accounts')
        gives(0, 'al: added', 'passwd', 'al', conf=s.gate.conf_path)
        same(accounts(), '1', 'it knows of it at once')
        gives(0, 'al: deleted', 'passwd -d', '-d', 'al',
              conf=s.gate.conf_path)
        same(accounts(), '0', 'at once, too')
        with open(s.gate.conf_path, 'a') as f:
            f.write('min-uid: 0\n')
        got, text = passwd('al', conf=s.gate.conf_path)
        ok(got == 1 and 'min-uid: out of range' in text,
           'a configuration that is broken')
        s.gate.configure(s.conf())
        for words in ('forgive',), ('forgive', 'x'), ('forgive', '1.2.3'), \
                ('forgive', '1.2.3.4/33'), ('forgive', '::/129'), \
                ('forgive', '1.2.3.4/'), ('forgive', '1.2.3.4/-1'), \
                ('forgive', '1.2.3.4/ 8'), ('forgive', '1.2.3.4/8x'), \
                ('forgive', ''), ('forgive', 'ALL'), ('forgive', '/'), \
                ('forgive', '1' * 60), \
                ('forgive', '1.2.3.4/99999999999999999999'):
            got = s.gate.ctl(*words)
            ok(got[0] == 1 and 'an address was meant' in got[1],
               'refused: %s' % ' '.join(words))
        auth = s.gate.pid('auth')
        os.kill(auth, signal.SIGSTOP)
        asked = together(4, lambda i: s.gate.ctl(
            *(('penalties',), ('forgive', '192.0.2.1'),
              ('forgive', '2001:db8::/32'), ('forgive', 'all'))[i]))()
        same(asked, [(1, 'auth gave no answer\n')] * 4,
             'nobody waits for ever for auth')
        os.kill(auth, signal.SIGCONT)
        same(s.gate.ctl('forgive', 'all'), (0, '0 forgiven\n'),
             'what it answers too late goes to nobody')


pipes()
services()
others()
refusals()
bad_files()
at_once()
locked()
terminals()
left_in_memory()
faults()
full_disk()
if ROOT and 'm' in NAMESPACES:
    with_gate()
done()
