#!/usr/bin/env python3
# httpctl, httpd.conf and the manuals: what they say is so. "manual.t -w"
# writes what -M prints into httpd.conf(5).
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
from web import *

HTTPD = os.path.join(O, 'httpd', 'httpd')
CTL = os.path.join(O, 'httpd', 'httpctl')
BEGIN, END = ('.\\" %s of httpd -M\n' % w for w in ('begin', 'end'))


def call(*args):
    p = subprocess.run(args, stdout=subprocess.PIPE, text=True,
                       stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    return p.returncode, p.stdout


def manual(name):
    with open(os.path.join(SRC, 'httpd', name)) as f:
        return f.read()


def options():
    """what -M prints of a build with the usual directories"""
    text = call(HTTPD, '-M')[1]
    with open(os.path.join(O, 'lib', '.cc')) as f:
        words = dict(re.findall(r"-D(\w+)='\"(.*?)\"'", f.read()))
    for name, usual in (('RUNDIR', '/run/gatelodge'),
                        ('LOGDIR', '/var/log/gatelodge')):
        text = text.replace('"' + words[name], '"' + usual)
    return text


def conf(text):
    path = os.path.join(TMP, 'conf')
    with open(path, 'w') as f:
        f.write(text)
    return path


def manuals(w):
    text = manual('httpd.conf.5')
    inside = text[text.index(BEGIN) + len(BEGIN):text.index(END)]
    same(inside, options(), 'httpd.conf(5) has the options; if not: -w')
    for name in 'httpd.8', 'httpd.conf.5', 'httpctl.8':
        if shutil.which('mandoc'):
            same(call('mandoc', '-Tlint', '-Wwarning',
                      os.path.join(SRC, 'httpd', name))[1], '',
                 '%s: mandoc finds nothing' % name)
        else:
            skip('%s: mandoc' % name, 'it is missing')
        sections = re.findall(r'^\.Sh (.*)', manual(name), re.M)
        ok({'NAME', 'DESCRIPTION', 'FILES', 'EXAMPLES',
            'SEE ALSO'} <= set(sections), '%s: has its sections' % name)
    usage = call(CTL)[1]
    words = re.findall(r'\[-s socket\] (\w+)', usage)
    items = re.findall(r'^\.It Ic (\w+)', manual('httpctl.8'), re.M)
    same(sorted(items), sorted(words), 'httpctl(8): the commands of its usage')
    flags = re.search(r'\[-([A-Za-z]+)\]', call(HTTPD, '-h')[1])[1]
    items = re.findall(r'^\.It Fl (\w)', manual('httpd.8'), re.M)
    ok(set(flags) <= set(items), 'httpd(8): the options of its usage')
    stats = set(re.findall(r'^server\.0\.(\w+)', w.web.ctl('stats')[1], re.M))
    items = set(re.findall(r'^\.It Sy (\w+)', manual('httpctl.8'), re.M))
    same({s for s in stats if not re.match(r'status_[345]', s)}, items,
         'httpctl(8): the counters there are')
    examples = re.findall(r'^\.Bd .*?\n(.*?)^\.Ed', manual('httpd.conf.5'),
                          re.M | re.S)
    same(len(examples), 3, 'httpd.conf(5): three examples')
    with open(os.path.join(SRC, 'etc', 'httpd.conf')) as f:
        sample = f.read()
    bare = re.sub(r'^#(?=[a-z-]+:|  \w)', '', sample, flags=re.M)
    for text in examples + [sample, bare]:
        status, out = call(HTTPD, '-nn', '-f', conf(text))
        same((status, call(HTTPD, '-nn', '-f', conf(out))), (0, (0, out)),
             'an example is good, and printed back the same')
    ok('requests: 1000' in bare and bare != sample, 'the sample has more')


def errors(w):
    for text, want in (
            ('', 'host'), ('host: A.example\n', ':1:1: host: '),
            ('host: a b\n', ':1:1: host: '), ('host: a:80\n', 'host: '),
            ('host: a\nroot: www\n', ':2:1: root: not absolute'),
            ('host: a\nindex: [../x]\n', 'index'),
            ('host: a\nindex: [%s]\n' % ('x' * 64), 'index'),
            ('host: a\naccess-log: x\n', ':2:1: access-log: not absolute'),
            ('host: a\nlimits: {idle: x}\n', 'limits.idle: '),
            ('host: a\nworkers: 17\n', 'workers: out of range'),
            ('host: a\nwurkers: 1\n', 'workers'),
            ('host: a\nlog-address: some\n', 'log-address: ')):
        path = conf(text)
        status, out = call(HTTPD, '-n', '-f', path)
        ok(status == 1 and out.startswith(path) and want in out,
           'an error: %r' % text[:30]) or diag(out)


def tool(w):
    f = ['-f', w.web.conf_path]
    status, out = call(CTL, *f, 'status')
    ok(status == 0 and 'server.0 pid=' in out and 'gate connected' in out,
       'status') or diag(out)
    status, out = call(CTL, '-s', w.web.ctl_path, 'stats')
    ok(status == 0 and 'server.0.requests ' in out, 'stats') or diag(out)
    same(call(CTL, *f, 'check')[0], 0, 'check')
    same(call(CTL, *f, 'reload')[0], 0, 'reload')
    same([call(CTL, *f, 'log', w)[0] for w in ('verbose', 'brief', 'x')],
         [0, 0, 1], 'log')
    same(call(CTL, *f, 'flush')[0], 0, 'flush')
    for bad in [], ['status', 'x'], ['nothing'], ['log']:
        status, out = call(CTL, *f, *bad)
        ok(status == 1 and out.startswith('usage: '), 'usage: %s' % bad)
    w.web.configure('host: A\nnothing: 1\n')
    status, out = call(CTL, *f, 'reload')
    ok(status == 1 and 'host: ' in out and 'nothing: ' in out,
       'reload says what is wrong') or diag(out)
    same(call(CTL, *f, 'check')[0], 1, 'so does check')
    w.web.configure(w.httpd_conf(root='/nowhere'))
    status, out = call(CTL, *f, 'check')
    ok(status == 1 and '/nowhere' in out, 'no root') or diag(out)
    p = subprocess.run([HTTPD, '-d', '-L', os.path.dirname(HTTPD), '-f', conf(
        'rundir: %s/r\nlog: ""\nhost: a\nroot: /nowhere\n' % w.dir)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ok(p.returncode == 1 and '/nowhere: ' in p.stdout,
       'without it the daemon does not start') or diag(p.stdout)
    same(call(CTL, *f, 'stop')[0], 0, 'stop')
    w.web.process.wait(PATIENCE)
    w.web.process = None
    same(call(CTL, *f, 'status')[0], 3, 'not there')


if sys.argv[1:] == ['-w']:
    text = manual('httpd.conf.5')
    with open(os.path.join(SRC, 'httpd', 'httpd.conf.5'), 'w') as f:
        f.write(text[:text.index(BEGIN) + len(BEGIN)] + options() +
                text[text.index(END):])
else:
    run([manuals, errors, tool])
