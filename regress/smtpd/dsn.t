#!/usr/bin/env python3
# reports of a message's fate as another program reads them: RFC 3464, 6533
import email
import email.policy
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
from suite import *

PRINT = os.path.join(O, 'regress', 'smtpd', 'dsnprint')
FAILED, DELAYED, DELIVERED, RELAYED, EXPANDED = range(5)
ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded']
MESSAGE = (b'From: al@example.org\r\nTo: bob@example.net\r\n'
           b'Subject: hello\r\n\r\nbody\r\n')
BASE = dict(host='mx.example.org', domain='example.org', id='0192f3a4',
            to='al@example.org', arrival=784111000, salt=7)
WHEN = 'Sun, 06 Nov 1994 08:%s +0000'


class Report:
    def __init__(self, *rcpts, message=MESSAGE, **keys):
        args = [PRINT]
        for d in dict(BASE, **keys), *rcpts:
            for k, v in d.items():
                v = v if isinstance(v, bytes) else str(v).encode()
                args.append(k.encode() + b'=' + v)
        p = subprocess.run(args, input=message, capture_output=True)
        if p.returncode not in (0, 1):
            raise Exception(p.stderr)
        self.wide = p.returncode == 1
        self.raw = p.stdout
        self.mail = email.message_from_bytes(self.raw)
        self.parts = self.mail.get_payload()
        self.types = [p.get_content_type() for p in self.parts]
        self.text = self.parts[0].get_payload(decode=True).decode()

    def blocks(self):
        """fields of the message, then of each recipient: lists of pairs"""
        out = []
        for block in self.fields().strip().split(b'\r\n\r\n'):
            block = block.replace(b'\r\n\t', b' ')
            out.append([tuple(line.decode().split(': ', 1))
                        for line in block.split(b'\r\n')])
        return out

    def part(self, n):
        """the bytes of a part, as they stand between its boundaries"""
        edge = b'\r\n--' + self.mail.get_boundary().encode()
        return self.raw.split(edge)[n + 1].split(b'\r\n\r\n', 1)[1]

    def fields(self):
        return self.part(1)

    def sound(self, name):
        """what holds of any report"""
        lines = self.raw.split(b'\r\n')
        ok(all(len(l) <= 998 for l in lines) and lines[-1] == b'' and
           not any(c in l for l in lines for c in b'\r\n\0') and
           self.mail.get_content_type() == 'multipart/report' and
           len(self.parts) == 3 and not self.mail.defects and
           not any(p.defects for p in self.parts) and
           (self.wide or all(c < 128 for c in
                             self.raw.split(b'\r\n\r\n')[0] + self.fields())),
           '%s: short lines, three parts' % name) or diag(self.raw)


def rcpt(address='bob@example.net', action=FAILED, status='5.1.1', **more):
    return dict(rcpt=address, action=action, status=status, **more)


def whole():
    r = Report(rcpt(orcpt='rfc822;Bob+x@example.net', attempt=784111777,
                    remote='mx.example.net', log='0192f3a4.0',
                    diagnostic='550 5.1.1 no such user'),
               rcpt('c@example.com', DELAYED, '4.4.1', until=784111900,
                    attempt=784111777, diagnostic='connect: timed out'),
               envid='QQ+2B', now=784111777)
    r.sound('two recipients')
    h = dict(r.mail.items())
    ctype = h.pop('Content-Type').replace('\n\t', ' ').replace('\r', '')
    same(h, {'Date': WHEN % '49:37', 'To': '<al@example.org>',
             'From': 'Mail Delivery System <MAILER-DAEMON@example.org>',
             'Subject': 'Your message could not be delivered',
             'Message-ID': '<0192f3a4@mx.example.org>',
             'Auto-Submitted': 'auto-replied', 'MIME-Version': '1.0'},
         'its header')
    ok(ctype.startswith('multipart/report; report-type=delivery-status; '),
       'its type') or diag(ctype)
    same(r.types, ['text/plain', 'message/delivery-status',
                   'text/rfc822-headers'], 'its parts')
    same(r.blocks(), [
        [('Reporting-MTA', 'dns; mx.example.org'),
         ('Original-Envelope-Id', 'QQ+2B'), ('Arrival-Date', WHEN % '36:40')],
        [('Original-Recipient', 'rfc822; Bob+x@example.net'),
         ('Final-Recipient', 'rfc822; bob@example.net'),
         ('Action', 'failed'), ('Status', '5.1.1'),
         ('Remote-MTA', 'dns; mx.example.net'),
         ('Diagnostic-Code', 'smtp; 550 5.1.1 no such user'),
         ('Last-Attempt-Date', WHEN % '49:37'),
         ('Final-Log-ID', '0192f3a4.0')],
        [('Final-Recipient', 'rfc822; c@example.com'),
         ('Action', 'delayed'), ('Status', '4.4.1'),
         ('Diagnostic-Code', 'x-gatelodge; connect: timed out'),
         ('Last-Attempt-Date', WHEN % '49:37'),
         ('Will-Retry-Until', WHEN % '51:40')]], 'the fields for programs')
    subs = r.parts[1].get_payload()
    same([s['action'] for s in subs], [None, 'failed', 'delayed'],
         'which the library reads, too')
    same(r.part(2), MESSAGE.split(b'\r\n\r\n')[0] + b'\r\n',
         'the header comes back, the body does not')
    for words in ('There is no mailbox of that name. (5.1.1)',
                  'mx.example.net said:\r\n    550 5.1.1 no such user',
                  'could not be delivered yet', 'does not answer. (4.4.1)',
                  'The last attempt will be made about ' + WHEN % '51:40'):
        ok(words in r.text, 'words: %r' % words) or diag(r.text)
    r = Report(*[rcpt(action=DELAYED, until=784111800 + i)
                 for i in (50, 100, 1)])
    ok(WHEN % '51:40' in r.text, 'the last of the last attempts')


def codes():
    for action, status, want in (
            (FAILED, '5.1.10', '5.1.10'), (FAILED, '4.4.7', '5.4.7'),
            (FAILED, '2.0.0', '5.0.0'), (FAILED, '', '5.0.0'),
            (FAILED, '5.1', '5.0.0'), (FAILED, '5.1.1.1', '5.0.0'),
            (FAILED, '5.1234.1', '5.0.0'), (FAILED, '5..1', '5.0.0'),
            (FAILED, '5.1.1\r\nAction: relayed', '5.0.0'),
            (FAILED, '550', '5.0.0'), (FAILED, '9.1.1', '5.0.0'),
            (DELAYED, '4.2.2', '4.2.2'), (DELAYED, '5.2.2', '4.2.2'),
            (DELIVERED, '2.1.5', '2.1.5'), (RELAYED, '', '2.0.0'),
            (EXPANDED, '2.255.255', '2.255.255')):
        r = Report(rcpt(action=action, status=status))
        b = dict(r.blocks()[1])
        same((b['Action'], b['Status']), (ACTIONS[action], want),
             'status %r' % status)
        ok('(%s)' % want in r.text, 'in words, too')
    for action, words in enumerate(('could not be', 'is not delivered yet',
                                    'was delivered', 'was handed over',
                                    'was passed on')):
        r = Report(rcpt(action=action), rcpt(action=EXPANDED))
        ok(words in r.mail['Subject'], 'subject: %s' % ACTIONS[action])


def hostile():
    evil = (b'x\r\nAction: delivered\r\n\r\nFinal-Recipient: a\rb\nc '
            b'\x01\x7f\xff--0192f3a4.0000000000000007.0-- ' + b'y' * 5000)
    quoted = '"a\\\\ b\\" <x>"@example.net'
    want = ['Original-Recipient', 'Final-Recipient', 'Action', 'Status',
            'Remote-MTA', 'Diagnostic-Code', 'Final-Log-ID']
    for utf8 in 0, 1:
        r = Report(rcpt(quoted, remote=evil, log=evil, diagnostic=evil,
                        orcpt=b'rfc822;a\r\nAction: x' + evil),
                   envid=b'\r\n\r\nFinal-Recipient: x' + evil, utf8=utf8)
        r.sound('hostile words')
        b = r.blocks()
        same([[k for k, _ in x] for x in b],
             [['Reporting-MTA', 'Original-Envelope-Id', 'Arrival-Date'], want],
             'add no field and no block')
        same((dict(b[1])['Action'], dict(b[1])['Status'],
              dict(b[1])['Final-Recipient']),
             ('failed', '5.1.1', 'rfc822; ' + quoted), 'and change none')
        ok(r.mail.get_boundary().endswith('.1'), 'nor guess the boundary')
    r = Report(rcpt(), message=b'X: --0192f3a4.0000000000000007.0\r\n\r\n')
    ok(r.mail.get_boundary().endswith('.1'), 'nor does the message')
    r.sound('boundary')
    edge = '--0192f3a4.0000000000000007.0'
    for r in (Report(rcpt(), envid=edge), Report(rcpt(remote=edge)),
              Report(rcpt(orcpt='rfc822;' + edge))):
        ok(r.mail.get_boundary().endswith('.1'), 'nor a field')
    for orcpt in 'rfc822', ';a@b', 'rfc 822;a@b', 'rfc822;', 'x' * 21 + ';a':
        r = Report(rcpt(orcpt=orcpt))
        ok('Original-Recipient' not in dict(r.blocks()[1]),
           'ORCPT=%s is none' % orcpt)
    r = Report(rcpt(orcpt='', remote='', diagnostic='', log=''), envid='')
    same([k for b in r.blocks() for k, _ in b],
         ['Reporting-MTA', 'Arrival-Date', 'Final-Recipient', 'Action',
          'Status'], 'an empty string is none')


def returned():
    r = Report(rcpt(), full=1)
    same((r.types[2], r.part(2)), ('message/rfc822', MESSAGE), 'RET=FULL')
    same(r.parts[2].get_payload()[0]['subject'], 'hello', 'is a message')
    r.sound('full')
    r = Report(rcpt(), full=1, message=b'A: b\n\nc\nd')
    same(r.part(2), b'A: b\r\n\r\nc\r\nd\r\n', 'LF becomes CRLF')
    r = Report(rcpt(), full=1, message=b'A: \xe4\r\n\r\n\xe4\r\n')
    same((r.parts[2]['content-transfer-encoding'], r.wide, r.types[2]),
         ('8bit', False, 'message/rfc822'), '8-bit')
    size = 100 * 1024 - len(MESSAGE)
    for n, full in (size, True), (size + 1, False):
        r = Report(rcpt(), full=1, message=MESSAGE + (b'y' * 62 + b'\r\n') *
                   (n // 64) + b'\n' * (n % 64))
        same(r.types[2] == 'message/rfc822', full, '%d bytes' % n)
    head = b'From: x\r\n'
    for message, want in (
            (head + b'\r\n' + b'y' * 999, head),
            (head + b'\r\na\rb', head), (head + b'\r\na\0b', head),
            (b'From al Thu\r\n' + head + b'\r\n' + b'y' * 999, head),
            (head + b'hello\r\n' + b'y' * 999, head),
            (b'A: b\n c\rd\n\n\0', b'A: b\r\n c d\r\n'),
            (b'\r\n\0', b''), (b'\0', b''), (b'', b'')):
        r = Report(rcpt(), full=message != b'', message=message)
        same((r.types[2], r.part(2)), ('text/rfc822-headers', want),
             'the header of %r' % message[:20])
        r.sound('header alone')
    r = Report(rcpt(), message=b'X: ' + b'y' * 3000 + b'\r\nZ: \xc3\xa4' +
               b'\xc3\xa4' * 2000 + b'\r\n\r\n')
    r.sound('long lines')
    ok(all(line.decode(errors='ignore').encode() == line
           for line in r.part(2).split(b'\r\n')), 'are cut')
    joined = r.part(2).replace(b'\r\n ', b'')
    same((joined.count(b'y'), joined.count(b'\xc3\xa4')), (3000, 2001),
         'between characters')
    r = Report(rcpt(), message=b''.join(
        b'X-%03d: %s\r\n' % (i, b'z' * 500) for i in range(400)) + b'\r\n')
    lines = r.part(2).split(b'\r\n')
    ok(150 < len(lines) < 205 and lines[-1] == b'' and
       len(r.part(2)) <= 100 * 1024,
       'no more than 100 KiB of a header, in whole fields')


def utf8():
    to = 'm\u00fcller@b\u00fccher.example'
    plain = 'utf-8; m\\x{FC}ller@b\\x{FC}cher.example'
    r = Report(rcpt(to, diagnostic='550 n\u00f6'))
    r.sound('no SMTPUTF8')
    same((r.wide, r.types[1]), (False, 'message/delivery-status'), 'its parts')
    b = dict(r.blocks()[1])
    same((b['Final-Recipient'], b['Diagnostic-Code']),
         (plain, 'x-gatelodge; 550 n??'), 'a report of ASCII')
    ok('<%s>' % to in r.text, 'but for its words')
    r = Report(rcpt('"a=b\U0001f600+\\\\"@x.example'))
    same(dict(r.blocks()[1])['Final-Recipient'],
         'utf-8; "a\\x{3D}b\\x{1F600}\\x{2B}\\x{5C}\\x{5C}"@x.example',
         'what xtext and we need is escaped, too')
    r = Report(rcpt(to, diagnostic='550 n\u00f6',
                    orcpt=b'utf-8;' + to.encode()), utf8=1)
    r.sound('SMTPUTF8')
    same((r.wide, r.types[1:]), (True, ['message/global-delivery-status',
                                        'message/global-headers']), 'its parts')
    b = dict(r.blocks()[1])
    same((b['Original-Recipient'], b['Final-Recipient'],
          b['Diagnostic-Code']),
         ('utf-8; ' + to, 'utf-8; ' + to, 'x-gatelodge; 550 n\u00f6'),
         'UTF-8 as it is')
    r = Report(rcpt(), utf8=1, full=1)
    same((r.wide, r.types[2]), (False, 'message/rfc822'),
         'SMTPUTF8 that nothing needs')
    r = Report(rcpt(), utf8=1, full=1, message=b'A: \xc3\xa4\r\n\r\n')
    same((r.wide, r.types[2]), (True, 'message/global'), 'a header needs it')
    r = Report(rcpt(), to=to)
    ok(r.wide and '<%s>' % to in r.raw.decode(), 'the sender needs it')


def many():
    r = Report(*[rcpt('user%d@example.net' % i, diagnostic='x' * 300)
                 for i in range(1000)])
    r.sound('a thousand recipients')
    same(len(r.blocks()), 1001, 'a block for each')


for test in whole, codes, hostile, returned, utf8, many:
    test()
done()
