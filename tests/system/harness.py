"""Shared by the system tests: start the real programs on free loopback ports, watch what they do, end them by
process id. Logs stay in CRASHCART_LOGS. Nothing here sleeps to be sure: everything waits for a condition."""
import email
import fcntl
import glob
import http.server
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
PROGRAM = os.path.abspath(os.environ.get('CRASHCART', os.path.join(ROOT, 'build', 'crashcart')))
LOGS = os.environ.get('CRASHCART_LOGS') or tempfile.mkdtemp(prefix='crashcart-logs-')


# Below those that the kernel gives to whoever connects, so that a port stays free until it is listened on; programs that
# run side by side begin at different ones.
ports = itertools.count(os.getpid() * 61 % 12000)


def free_port(address='127.0.0.1'):
    """A port that nobody listens on, and each only once."""
    for n in ports:
        with socket.socket() as s:
            try:
                s.bind((address, 20000 + n % 12000))
            except OSError:
                continue
            return s.getsockname()[1]


# Of a machine with two busy processors. What comes at all comes sooner, so it costs nothing.
PATIENCE_S = 120


def wait(condition, what, seconds=PATIENCE_S):
    """The first true value of condition(), asked every 20 ms, and once more at the end."""
    end = time.monotonic() + seconds
    while True:
        last = time.monotonic() > end
        value = condition()
        if value:
            return value
        if last:
            raise AssertionError(f'not within {seconds} s: {what}')
        time.sleep(0.02)


def rfc3339(t):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(t))


def written(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    return path


class Process:
    """A program in a process group of its own, its output in a log."""

    def __init__(self, name, argv, env=None):
        os.makedirs(LOGS, exist_ok=True)
        self.name, self.argv, self.env, self.child = name, argv, {**os.environ, **(env or {})}, None
        self.log_path = os.path.join(LOGS, f'{name}.log')
        self.log_start = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0

    def start(self):
        with open(self.log_path, 'ab') as log:
            self.child = subprocess.Popen(self.argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.env,
                                          start_new_session=True)
        return self

    def running(self):
        return self.child is not None and self.child.poll() is None

    def kill(self):
        """Pulls the plug: SIGKILL to everything it started."""
        if self.child:
            try:
                os.killpg(self.child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.child.wait()

    def stop(self):
        if self.running():
            self.child.terminate()
            try:
                self.child.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f'{self.name} did not end within {PATIENCE_S} s of SIGTERM (see {self.log_path})')

    def log(self):
        """What was said since this process was made: the log of that name is kept over tests and runs."""
        with open(self.log_path, 'rb') as f:
            f.seek(self.log_start)
            return f.read().decode(errors='replace')


class Target:
    """A small service that can be broken: /health answers 200 or 500, /metrics is a page for Prometheus."""

    def __init__(self):
        self.healthy, self.restarts, self.paths = True, 0, []
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                ok = target.healthy
                target.paths.append(self.path)
                body = b'up 1\n' if self.path == '/metrics' and ok else b'ok\n' if ok else b'model not loaded\n'
                self.send_response(200 if ok else 500)
                self.send_header('Content-Type', 'text/plain; version=0.0.4')
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                if self.path == '/restart':
                    target.restarts += 1
                    target.healthy = True
                self.do_GET()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Receiver:
    """Takes webhooks and keeps them; answer(n) gives the status for the n-th request."""

    def __init__(self, answer=lambda n: 200):
        self.got, self.answer = [], answer
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                receiver.got.append((time.time(), self.path, dict(self.headers), body))
                self.send_response(receiver.answer(len(receiver.got)))
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f'http://127.0.0.1:{self.port}{path}'

    def pages(self, path=None):
        found = [(p, h, json.loads(b)) for _, p, h, b in self.got]
        return [(h, d) for p, h, d in found if d.get('kind') == 'page' and path in (None, p)]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class StandIns:
    """Programs on PATH that lead elsewhere (docker, kubectl): each writes down its arguments and starts, here, the shell
    that it would start there, with INSIDE set to its name. Without a shell in its words it prints the first file of
    KUBECONFIG. slow_s: how long the way there takes."""

    PROGRAM = '''#!/usr/bin/python3
import json, os, sys, time
time.sleep({slow_s})
with open({record!r}, 'a') as f:
    f.write(json.dumps([{name!r}] + sys.argv[1:]) + '\\n')
if 'sh' not in sys.argv:
    print(open(os.environ['KUBECONFIG'].split(':')[0]).read(), end='')
    sys.exit()
environment = {{'PATH': '/usr/local/bin:/usr/bin:/bin', 'INSIDE': {name!r}}}
os.execve('/bin/sh', sys.argv[sys.argv.index('sh'):], environment)
'''

    def __init__(self, folder, *names, slow_s=0):
        self.record = written(folder, 'stand-ins.record', '')
        for name in names:
            program = self.PROGRAM.format(record=self.record, name=name, slow_s=slow_s)
            os.chmod(written(folder, f'stand-ins/{name}', program), 0o755)
        self.env = {'PATH': os.path.join(folder, 'stand-ins') + ':' + os.environ['PATH']}

    def recorded(self):
        with open(self.record, encoding='utf-8') as f:
            return [json.loads(line) for line in f]


class MailServer:
    """Debian's OpenSMTPD with a queue and a mailbox, on a free port. It wants to be root, and alone on the machine: the
    next one waits until it has stopped. The filters, named "all", are people that it takes no mail for; who is gone, it
    finds out later, and tells the sender."""

    def __init__(self, folder, filters='', port=None, box=None, gone='nobody-is-gone@example.org'):
        self.turn = open(f'/tmp/crashcart-test-smtpd-{os.getuid()}', 'w')  # ends with this process, too
        fcntl.flock(self.turn, fcntl.LOCK_EX)
        self.port = port or free_port()
        self.box = box or os.path.join(folder, 'mail')
        os.makedirs(self.box, exist_ok=True)
        os.chmod(folder, 0o755)
        os.chmod(self.box, 0o777)
        listen = f'listen on 127.0.0.1 port {self.port}' + (' filter "all"' if filters else '')
        config = written(folder, 'smtpd.conf', f'''{filters}table all {{ "@" = "nobody" }}
{listen}
action "keep" mda "cat > {self.box}/mail-$$" virtual <all>
action "fail" mda "exit 67" virtual <all>
match from any for rcpt-to "{gone}" action "fail"
match from any for domain "example.org" action "keep"
''')
        argv = [shutil.which('smtpd') or '/usr/sbin/smtpd', '-d', '-f', config]
        self.process = Process('smtpd', argv if os.geteuid() == 0 else ['sudo', '-n'] + argv).start()
        wait(self.listening, f'the mail server listens (see {self.process.log_path})')

    def listening(self):
        with socket.socket() as s:
            return s.connect_ex(('127.0.0.1', self.port)) == 0

    def messages(self):
        found = []
        for name in sorted(os.listdir(self.box)):
            with open(os.path.join(self.box, name), 'rb') as f:
                found.append(email.message_from_bytes(f.read()))
        return [m for m in found if m['Subject']]

    def stop(self):
        self.process.stop()
        self.turn.close()


class Database:
    """Debian's PostgreSQL with its data in the folder, on a unix socket there and a free loopback port. It does not
    want to be root: root runs it as the user postgres."""

    def __init__(self, folder, fsync=False):
        self.folder, self.port, self.fsync = os.path.join(folder, 'postgresql'), free_port(), fsync
        self.data = os.path.join(self.folder, 'data')
        self.process = None

    def program(self, name, *arguments):
        found = sorted(glob.glob(f'/usr/lib/postgresql/*/bin/{name}'))[-1]
        change = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'] if os.geteuid() == 0 else []
        return [*change, found, *arguments]

    def start(self):
        if not os.path.exists(self.folder):
            os.chmod(os.path.dirname(self.folder), 0o755)
            os.makedirs(self.folder)
            if os.geteuid() == 0:
                shutil.chown(self.folder, 'postgres')
            subprocess.run(self.program('initdb', '-D', self.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C',
                                        '--no-sync'), check=True, stdout=subprocess.DEVNULL, cwd='/')
        settings = {'unix_socket_directories': self.folder, 'listen_addresses': '127.0.0.1', 'port': self.port,
                    'fsync': 'on' if self.fsync else 'off', 'max_connections': 60, 'shared_buffers': '32MB'}
        words = [word for name, value in settings.items() for word in ('-c', f'{name}={value}')]
        self.process = Process('postgresql', self.program('postgres', '-D', self.data, *words)).start()
        wait(lambda: not self.process.running() or self.psql('SELECT 1').returncode == 0, 'PostgreSQL answers')
        assert self.process.running(), 'PostgreSQL ended at once:\n' + self.process.log()[-2000:]
        return self

    def psql(self, sql, database='postgres'):
        return subprocess.run(['psql', '-X', '-q', '-A', '-t', '-h', self.folder, '-p', str(self.port), '-U', 'postgres', '-c',
                               sql, database], capture_output=True, text=True, cwd='/')

    def url(self, database='postgres', host=None):
        return f'postgresql://postgres@{host or ""}/{database}?port={self.port}' + ('' if host else f'&host={self.folder}')

    def kill(self):
        self.process.kill()

    def stop(self):
        """At once: who is connected is thrown out. The process group is not asked: the server looks after its own."""
        if self.process and self.process.running():
            os.kill(self.process.child.pid, signal.SIGINT)
            self.process.child.wait(PATIENCE_S)


class Server:
    """The program under test."""

    def __init__(self, folder, config='', runbooks=None, env=None, data=None):
        self.folder, self.port, self.env = folder, free_port(), env or {}
        self.config = written(folder, 'crashcart.yaml', config) if config is not None else None
        self.runbooks = runbooks or os.path.join(ROOT, 'runbooks')
        self.data = data or os.path.join(folder, 'data')
        argv = [PROGRAM, 'serve', '--data', self.data, '--listen', f'127.0.0.1:{self.port}', '--runbooks', self.runbooks]
        self.process = Process('crashcart', argv + (['-c', self.config] if self.config else []), env)

    def start(self, seconds=PATIENCE_S):
        self.process.start()
        wait(lambda: not self.process.running() or self.request('GET', '/-/ready')[0] == 200,
             f'the server is ready (see {self.process.log_path})', seconds)
        assert self.process.running(), 'the server ended at once:\n' + self.process.log()[-2000:]
        return self

    def kill(self):
        self.process.kill()

    def stop(self):
        self.process.stop()

    def role(self, name):
        """The process id of core, courier or runner; None between two."""
        supervisor = self.process.child.pid
        with open(f'/proc/{supervisor}/task/{supervisor}/children', encoding='ascii') as f:
            for pid in f.read().split():
                try:
                    with open(f'/proc/{pid}/cmdline', 'rb') as line:
                        if line.read().split(b'\0')[1:3] == [b'role', name.encode()]:
                            return int(pid)
                except OSError:
                    continue
        return None

    def token(self):
        try:
            with open(os.path.join(self.data, 'admin.token'), encoding='ascii') as f:
                return f.read().strip()
        except OSError:
            return ''

    def request(self, method, path, body=None, raw=None, headers=None, timeout=PATIENCE_S / 2):
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        all_headers = {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + self.token(), **(headers or {})}
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', data=data, method=method,
                                         headers={k: v for k, v in all_headers.items() if v is not None})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()
        except OSError as e:
            return 0, str(e).encode()

    def json(self, path):
        status, body = self.request('GET', path)
        assert status == 200, f'GET {path}: {status} {body[:300]}'
        return json.loads(body)

    def fire(self, labels, starts=None, ends=None, annotations=None):
        alert = {'labels': labels, 'annotations': annotations or {}}
        if starts:
            alert['startsAt'] = rfc3339(starts)
        if ends:
            alert['endsAt'] = rfc3339(ends)
        return self.request('POST', '/api/v2/alerts', [alert])

    def incidents(self):
        return self.json('/api/v1/incidents?state=all')['incidents']

    def incident(self, number):
        return self.json(f'/api/v1/incidents/{number}')

    def timeline(self, number):
        return self.json(f'/api/v1/incidents/{number}/timeline')['events']

    def steps(self, number):
        return self.json(f'/api/v1/incidents/{number}/steps')['steps']

    def command(self, *argv, check=True):
        env = {**os.environ, 'CRASHCART_URL': f'http://127.0.0.1:{self.port}', 'CRASHCART_TOKEN': self.token()}
        done = subprocess.run([PROGRAM, *argv], capture_output=True, env=env, timeout=PATIENCE_S, cwd=self.folder)
        out, err = done.stdout.decode(errors='replace'), done.stderr.decode(errors='replace')
        if check:
            assert done.returncode == 0, f'crashcart {" ".join(argv)}: exit {done.returncode}\n{out}{err}'
        return done.returncode, out, err


def run(*argv, stdin=None, env=None):
    """The program as a command of its own: exit code, output, errors."""
    done = subprocess.run([PROGRAM, *argv], capture_output=True, timeout=PATIENCE_S, input=stdin,
                          env={**os.environ, **(env or {})})
    return done.returncode, done.stdout.decode(errors='replace'), done.stderr.decode(errors='replace')


class SystemTest(unittest.TestCase):
    """Gives each test a folder, and stops what was started, last first."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='crashcart-test-')
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def started(self, thing):
        self.addCleanup(thing.stop)
        return thing

    def assert_verifies(self, server):
        code, out, err = run('verify', '--data', server.data)
        self.assertEqual(code, 0, out + err)


__all__ = ['Database', 'LOGS', 'MailServer', 'PATIENCE_S', 'PROGRAM', 'Process', 'ROOT', 'Receiver', 'Server', 'StandIns', 'SystemTest', 'Target',
           'free_port', 'json', 'os', 'random_wait', 're', 'rfc3339', 'run', 'shutil', 'time', 'unittest', 'wait', 'written']


def random_wait(random, longest_s):
    """Lets a random time pass: for pulling the plug at a moment nobody chose."""
    threading.Event().wait(random.uniform(0, longest_s))
