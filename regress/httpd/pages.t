#!/usr/bin/env python3
# what a visitor gets for which request: RFC 9110, through the gate
import os
import re
import sys

sys.path.insert(0, os.path.dirname(__file__))
from web import *


def page(w):
    r = w.get()
    same((r.status, r.body), (200, b'<p>hello</p>\n'), 'the index of /')
    same(r['content-type'], 'text/html; charset=utf-8', 'its type')
    ok(r['strict-transport-security'], 'HSTS over TLS')
    same(r['x-content-type-options'], 'nosniff', 'hardened defaults')
    h = w.get(method='HEAD')
    same({k: v for k, v in h.fields.items() if k != 'date'},
         {k: v for k, v in r.fields.items() if k != 'date'},
         'HEAD has the fields of GET')
    r = w.get(method='OPTIONS')
    same((r.status, r['allow']), (204, 'GET, HEAD, OPTIONS'), 'OPTIONS')


def conditions(w):
    r = w.get()
    tag, date = r['etag'], r['last-modified']
    for name, value, want in (
            ('If_None_Match', tag, 304), ('If_None_Match', '"x"', 200),
            ('If_None_Match', 'W/' + tag, 304), ('If_None_Match', '*', 304),
            ('If_Modified_Since', date, 304), ('If_Match', '"x"', 412),
            ('If_Modified_Since', 'Sun, 06 Nov 1994 08:49:37 GMT', 200),
            ('If_Unmodified_Since', 'Sun, 06 Nov 1994 08:49:37 GMT', 412)):
        r = w.get(**{name: value})
        same(r.status, want, '%s: %s' % (name, value))
        if want == 304:
            same((r['etag'], r.body), (tag, b''), 'its tag and no body')


def ranges(w):
    for name, size in ('small.txt', 1000), ('big.bin', 300000):
        data = pattern(size)
        w.put(name, data)
        tag = w.get('/' + name)['etag']
        for spec, first, last in (
                ('0-0', 0, 0), ('10-19', 10, 19), ('990-', 990, size - 1),
                ('-10', size - 10, size - 1), ('0-999999999', 0, size - 1)):
            r = w.get('/' + name, Range='bytes=' + spec)
            same((r.status, r['content-range'], r.body == data[first:last + 1]),
                 (206, 'bytes %d-%d/%d' % (first, last, size), True),
                 '%s: range %s' % (name, spec))
        r = w.get('/' + name, Range='bytes=%d-' % size)
        same((r.status, r['content-range']), (416, 'bytes */%d' % size),
             '%s: behind its end' % name)
        r = w.get('/' + name, Range='bytes=0-4', If_Range=tag)
        same((r.status, len(r.body)), (206, 5), '%s: If-Range holds' % name)
        r = w.get('/' + name, Range='bytes=0-4', If_Range='"other"')
        same((r.status, len(r.body)), (200, size), '%s: or not' % name)
    r = w.get('/small.txt', method='HEAD', Range='bytes=0-4')
    same(r.status, 200, 'HEAD knows no range')


def places(w):
    w.put('dir/index.html', 'in dir')
    w.put('none/x.txt', 'x')
    w.put('a b+ä.txt', 'blank')
    w.put('%41.txt', 'percent')
    w.put('.git/config', 'secret')
    w.put('dir/.env', 'secret')
    w.put('.well-known/security.txt', 'Contact:')
    w.put('locked.txt', 'secret', 0o600)
    w.put('empty.txt', '')
    os.mkfifo(os.path.join(w.www, 'fifo'))
    outside = os.path.join(w.dir, 'outside')
    with open(outside, 'w') as f:
        f.write('secret')
    for name, to in (('out', outside), ('up', '../outside'),
                     ('dirout', w.dir), ('in', 'dir/index.html'),
                     ('loop', 'loop'), ('proc', '/proc/self/environ'),
                     ('inup', 'dir/../dir/index.html')):
        os.symlink(to, os.path.join(w.www, name))
    for target, want, body in (
            ('/dir/', 200, b'in dir'), ('/none/', 404, None),
            ('/nothing', 404, None), ('/none/x.txt/', 404, None),
            ('/none/x.txt/y', 404, None), ('/a%20b+%C3%A4.txt', 200, b'blank'),
            ('/%2541.txt', 200, b'percent'), ('/%41.txt', 404, None),
            ('/dir/../index.html', 200, b'<p>hello</p>\n'),
            ('/./dir/%69ndex.html?q=/../', 200, b'in dir'),
            ('/../etc/passwd', 400, None), ('/%2e%2e/outside', 400, None),
            ('/dir/%2e%2e/%2e%2e/outside', 400, None),
            ('/dir%2findex.html', 404, None), ('/dir%5cx', 404, None),
            ('/%00', 400, None), ('/%zz', 400, None),
            ('/.git/config', 404, None), ('/dir/.env', 404, None),
            ('/%2egit/config', 404, None),
            ('/.well-known/security.txt', 200, b'Contact:'),
            ('/fifo', 404, None), ('/empty.txt', 200, b''),
            ('/out', 404, None), ('/up', 404, None), ('/loop', 404, None),
            ('/dirout/outside', 404, None), ('/proc', 404, None),
            ('/in', 200, b'in dir'), ('/inup', 200, b'in dir'),
            ('/' + 'x' * 300, 404, None), ('/' + 'y/' * 600, 404, None)):
        r = w.get(target)
        same((r.status, r.body if body is not None else None), (want, body),
             target[:60])
        if want in (400, 404):
            ok(b'secret' not in r.body and b'<h1>' in r.body,
               'a page that says so')
    if ROOT:
        same(w.get('/locked.txt').status, 403, 'what opener may not read')
    else:
        skip('what opener may not read', 'not root')
    for target, to in (('/dir', '/dir/'), ('/dir?a=b', '/dir/?a=b'),
                       ('//dir//index.html', '/dir/index.html'),
                       ('//evil.example/%2e%2e', '/'),
                       ('/%C3%A4//', '/%C3%A4/')):
        r = w.get(target)
        same((r.status, r['location']), (301, to), target)


def hosts(w):
    https = 'https://%s%s' % (HOST, '' if w.port('https') == 443 else
                              ':%d' % w.port('https'))
    for host in HOST, 'other.example', None:
        r = w.get('/x?y=%20z', service='http', host=host, version='1.0')
        same((r.status, r['location']), (301, https + '/x?y=%20z'),
             'plain, for %s: to https' % host)
    ok(w.get(service='http')['strict-transport-security'] is None,
       'no HSTS without TLS')
    with w.client(sni='www.a.example') as c:
        r = c.get(host='www.a.example')
        same((r.status, r['location']), (301, https + '/'), 'another name')
        same(c.get(host='A.Example.').status, 421, 'not that of the SNI')
    r = w.get(host='A.EXAMPLE.')
    same(r.status, 200, 'names in any case, with the last dot')


def methods(w):
    for method, want in (('POST', 405), ('PUT', 405), ('DELETE', 405),
                         ('PATCH', 405), ('TRACE', 405), ('BREW', 501)):
        r = w.get(method=method, Content_Length='0')
        same(r.status, want, method)
        if want == 405:
            same(r['allow'], 'GET, HEAD, OPTIONS', 'what is allowed')
    same(w.says('CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n'),
         (405, True), 'CONNECT')


def lines(w):
    r = w.get('/nothing?x="y"', Referer='http://r/',
              User_Agent='a "b" \\ \xff')
    want = (r'127\.0\.0\.0 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
            r'"GET /nothing\?x=\\x22y\\x22 HTTP/1\.1" 404 %d "http://r/" '
            r'"a \\x22b\\x22 \\x5c \\xc3\\xbf"$' % len(r.body))
    line = w.lines(1)[0]
    ok(re.match(want, line), 'a line of the log, escaped') or diag(line)
    w.says('GET /\r\n\r\n')
    line = w.lines(1)[0]
    ok(re.search(r'\] "-" 400 \d+ "-" "-"$', line),
       'of what is no request') or diag(line)
    w.put('log.bin', pattern(400000))
    w.get('/log.bin')
    ok(w.lines(1)[0].endswith('"GET /log.bin HTTP/1.1" 200 400000 "-" "-"'),
       'of a large file')
    with w.client() as c:
        c.request('/big.bin', Range='bytes=5-9')
        c.reply()
    ok('206 5 ' in w.lines(1)[0], 'of a part')


run([page, conditions, ranges, places, hosts, methods, lines])
