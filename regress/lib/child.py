"""child: one process of the gate, with us as its parent and all its peers.

    c = Child('tlsproxy-signer', 'signer')
    relay = c.link('relay', 0)

What we say is what a taken-over peer might; what it says is seen as it is.
"""
import os
import re
import select
import socket
import struct
import subprocess

from suite import O, ROOT, TMP, skip_all

DIR = os.path.join(O, 'tlsproxy')
CONNECT, STOP, CRIME, READY = 0xff00, 0xff01, 0xff02, 0xff03
ROOT_DIR, BEGIN = 0xff05, 0xff08


def _tables():
    """numbers of messages and rows, as -A lists them"""
    path = os.path.join(DIR, 'tlsproxy')
    if not os.access(path, os.X_OK):
        skip_all('tlsproxy is not there')
    out = subprocess.run([path, '-A'], text=True, stdout=subprocess.PIPE,
                         check=True).stdout
    return ({n: i for i, n in enumerate(re.findall(r'^message (\S+)', out,
                                                   re.M))},
            {n: i for i, n in enumerate(re.findall(
                r'^(?:process|foreign) (\S+)', out, re.M))})


msg, row = _tables()
name_of = {number: name for name, number in msg.items()}


class Channel:
    def __init__(self, room=None):
        """room: bytes that wait in it, on the way to us"""
        self.s, self.other = socket.socketpair(socket.AF_UNIX,
                                               socket.SOCK_SEQPACKET)
        self.s.settimeout(5)
        if room is not None:
            self.other.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)

    def say(self, type_, data=b'', id_=0, fd=None):
        socket.send_fds(self.s, [struct.pack('=IIQ', type_, 0, id_) + data],
                        [] if fd is None else [fd])

    def hear(self, seconds=5):
        """type, id, payload; None at the end; () when nothing comes"""
        self.s.settimeout(seconds)
        try:
            b = self.s.recv(65536)
        except socket.timeout:
            return ()
        except ConnectionError:
            b = b''
        if not b:
            return None
        type_, _, id_ = struct.unpack('=IIQ', b[:16])
        return type_, id_, b[16:]

    def is_open(self):
        p = select.poll()
        p.register(self.s, 0)
        return p.poll(0) == []


class Child:
    def __init__(self, program, name):
        self.path = os.path.join(DIR, program)
        if not os.access(self.path, os.X_OK):
            skip_all('%s is not there' % program)
        self.name = name
        self.uid = 22000 if ROOT else os.getuid()
        self.log_path = os.path.join(TMP, name + '.log')
        self.parent, fd = Channel(), os.open(TMP, os.O_RDONLY)
        # no file: it may not lengthen one, and dies if it tries
        with open(self.log_path, 'ab') as log:
            self.cat = subprocess.Popen(['cat'], stdin=subprocess.PIPE,
                                        stdout=log)
        chan = self.parent.other.fileno()

        def become():
            os.dup2(chan, 3)

        self.p = subprocess.Popen(
            ['child', '-x', '%s.0:%d:%d' % (name, self.uid, self.uid)],
            executable=self.path, env={'TZ': 'UTC0'},
            stdin=subprocess.DEVNULL, stderr=self.cat.stdin,
            stdout=subprocess.DEVNULL, pass_fds=[3], preexec_fn=become)
        self.cat.stdin.close()
        self.parent.other.close()
        if ROOT:
            self.parent.say(ROOT_DIR, fd=fd)
        self.parent.say(BEGIN, struct.pack('=II', 0, 256))
        os.close(fd)

    def link(self, name, n=0, room=None):
        """a channel as that row's process n has it, instead of the last"""
        c, peer = Channel(room), n << 5 | row[name]
        self.parent.say(CONNECT, struct.pack('=Ii', peer, 0),
                        fd=c.other.fileno())
        c.other.close()
        return c

    def accused(self, seconds=5):
        """whom it accuses, or None"""
        while m := self.parent.hear(seconds):
            if m[0] == CRIME:
                return struct.unpack('=Ii', m[2])[0]
        return None

    def leave(self):
        """its exit status after we are gone"""
        self.parent.s.close()
        status = self.p.wait(5)
        self.cat.wait(5)
        return status

    def log(self):
        with open(self.log_path, errors='replace') as f:
            return f.read()
