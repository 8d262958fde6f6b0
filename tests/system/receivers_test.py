#!/usr/bin/env python3
"""Pages to receivers that misbehave in every way of the catalogue: slow, silent, half an answer, a wrong length, too many
requests, a redirect, an error, a hung-up connection, a certificate that has expired. None is lost, and what comes twice comes with
the same key. CRASHCART_PAGES=100000 is a long run of it, to as many receivers as it takes: one gets eight pages at once, and
every eleventh is answered after a second."""
import collections
import contextlib
import hashlib
import http.server
import shlex
import socketserver
import sqlite3
import ssl
import subprocess
import threading

from harness import *

PAGES = int(os.environ.get('CRASHCART_PAGES', '90'))
PAGES_OF_A_RECEIVER = 3000
MOST_FAILURES = 2  # of one key: the pauses grow with each

CONFIG = '''
resolve_timeout: 1d
storm: {{incidents: 0}}
budget: {{pages: 0}}
people:
{people}
services:
{services}
'''
SERVICE = '  - {{id: {id}, escalation: [{{notify: [{notify}]}}]}}\n'
PERSON = '''  - id: {id}
    name: {id}
    contacts: [{{webhook: "{first}"}}, {{webhook: "{second}"}}]
'''


class Misbehaving:
    """By the key and the number of the attempt, one of the ways; the last attempt is always taken. What was read counts,
    whatever was answered then: half an answer can be taken for a good one or be asked for again."""

    WAYS = ['taken', 'error', 'storm', 'later', 'hung up', 'half', 'wrong length', 'slow', 'redirect', 'gone', 'garbage']

    def __init__(self, n_ports):
        self.lock, self.attempts = threading.Lock(), collections.Counter()
        self.taken, self.read, self.seen = collections.Counter(), {}, collections.Counter()
        self.silent, self.mixed, self.told = None, False, set()  # who of which incident
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                outer.answer(self)

        class Plain(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address, request_queue_size = True, True, 256

        self.servers = [Plain(('127.0.0.1', 0), Handler) for _ in range(n_ports)]
        self.urls = [f'http://127.0.0.1:{server.server_address[1]}' for server in self.servers]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def way(self, key, attempt, path):
        if path == '/good' or attempt > MOST_FAILURES:
            return 'taken'
        return self.WAYS[hashlib.sha256(f'{key} {attempt}'.encode()).digest()[0] % len(self.WAYS)]

    def answer(self, request):
        line = request.rfile.readline().decode()
        if not line:
            return
        headers = {}
        while (header := request.rfile.readline().decode().strip()):
            name, _, value = header.partition(':')
            headers[name.lower()] = value.strip()
        body = request.rfile.read(int(headers.get('content-length', 0)))
        key, path = headers['idempotency-key'], line.split()[1]
        with self.lock:
            self.attempts[key] += 1
            way = self.way(key, self.attempts[key], path)
            if way == 'taken' and path == '/silent' and self.silent is None:
                self.silent, way = key, 'silent'
            self.seen[way] += 1
            if way in ('taken', 'slow', 'half', 'wrong length'):
                self.taken[key] += way in ('taken', 'slow')
                page = json.loads(body)
                told = (page['to']['id'], page['incident']['number'])
                self.mixed |= self.read.setdefault(key, told) != told
                self.told.add(told)
        if way == 'slow':
            threading.Event().wait(1)
        if way == 'silent':
            threading.Event().wait(20)
            return
        said = {'taken': b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'slow': b'HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n',
                'error': b'HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n',
                'storm': b'HTTP/1.1 429 Calm down\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n',
                'later': b'HTTP/1.1 408 Slow\r\nContent-Length: 0\r\n\r\n', 'hung up': b'',
                'half': b'HTTP/1.1 200 OK\r\nContent-Le', 'wrong length': b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok',
                'redirect': b'HTTP/1.1 302 Elsewhere\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n',
                'gone': b'HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n', 'garbage': b'\x00\xff\xfe nonsense\r\n\r\n'}[way]
        try:
            request.wfile.write(said)
        except OSError:
            pass

    def stop(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class Expired:
    """HTTPS with a certificate of long ago."""

    def __init__(self, folder):
        self.cert, key = os.path.join(folder, 'old.pem'), os.path.join(folder, 'old.key')
        asked = os.path.join(folder, 'old.csr')
        written(folder, 'ca.index', '')
        ca = written(folder, 'ca.conf', f'''[ca]
default_ca = old
[old]
database = {folder}/ca.index
rand_serial = yes
new_certs_dir = {folder}
default_md = sha256
policy = any
[any]
commonName = supplied
''')
        quiet = {'check': True, 'capture_output': True}
        subprocess.run(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key,
                        '-out', asked, '-subj', '/CN=localhost'], **quiet)
        subprocess.run(['openssl', 'ca', '-batch', '-selfsign', '-notext', '-config', ca, '-keyfile', key, '-in', asked, '-out',
                        self.cert, '-startdate', '20200101000000Z', '-enddate', '20200201000000Z'], **quiet)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        self.heard = []
        expired = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    with context.wrap_socket(self.request, server_side=True) as s:
                        expired.heard.append(s.recv(100))
                except OSError:
                    pass

        class Server_(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

        self.server = Server_(('127.0.0.1', 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Receivers(SystemTest):
    def test_no_page_is_lost_and_what_comes_twice_has_the_same_key(self):
        receiver = self.started(Misbehaving(1 + PAGES // PAGES_OF_A_RECEIVER))
        expired, people, services = self.started(Expired(self.folder)), '', ''
        for n, url in enumerate(receiver.urls):
            ways = [(f'flaky{n}', f'{url}/flaky'), (f'silent{n}', f'{url}/silent'),
                    (f'old{n}', f'{url}/third' if n else f'https://localhost:{expired.port}/')]
            people += ''.join(PERSON.format(id=i, first=first, second=f'{url}/good') for i, first in ways)
            services += SERVICE.format(id=f'any{n}', notify=', '.join(f'person:{i}' for i, _ in ways))
        config = CONFIG.format(people=people, services=services)
        runbooks = os.path.dirname(written(self.folder, 'runbooks/any.md', '# Any\n'))
        server = self.started(Server(self.folder, config, runbooks))
        trust = f'mount --bind {shlex.quote(expired.cert)} /etc/ssl/certs/ca-certificates.crt && exec "$@"'
        wrap = ['unshare', '-m', 'sh', '-c', trust, 'sh']  # all that is wrong with it is its age
        server.process.argv = (wrap if os.geteuid() == 0 else ['sudo', '-n', '-E'] + wrap) + server.process.argv
        server.start()
        n_incidents = max(1, PAGES // len(ways))
        for first in range(0, n_incidents, 100):
            last = min(first + 100, n_incidents)
            alerts = [{'labels': {'alertname': f'Broken{i}', 'service': f'any{i % len(receiver.urls)}', 'severity': 'critical'}}
                      for i in range(first, last)]
            self.assertEqual(server.request('POST', '/api/v2/alerts', alerts)[0], 200)

        def settled():
            return len(receiver.told) == n_incidents * len(ways)

        began = time.monotonic()
        wait(settled, 'everybody is told of every incident', 60 + PAGES / 20)
        print(f'{time.monotonic() - began:.0f} s until everybody was told', flush=True)
        self.assertFalse(receiver.mixed)  # one key, one person, one incident
        self.assertEqual(expired.heard, [])
        self.assertIn('certificate has expired', ' '.join(e['summary'] for e in server.timeline(1) if e['kind'] == 'page.delayed'))
        for way in ('error', 'storm', 'hung up', 'half', 'redirect') if PAGES >= 90 else ():
            self.assertGreater(receiver.seen[way], 0, way)
        server.stop()
        with contextlib.closing(sqlite3.connect(f'file:{server.data}/ledger.db?mode=ro', uri=True)) as ledger:
            keys = collections.Counter(key for key, in ledger.execute('SELECT idempotency_key FROM delivery'))
        self.assertEqual(set(receiver.read) - set(keys), set())  # nothing that nobody decided
        self.assertEqual(max(keys.values()), 1)  # one decision, one key
        print(f'{sum(keys.values())} pages decided, {sum(receiver.attempts.values())} attempts, {dict(receiver.seen)}, '
              f'{sum(1 for n in receiver.taken.values() if n > 1)} taken twice')
        self.assert_verifies(server)

    def test_one_key_over_kills_between_the_request_and_its_record(self):
        """The receiver has read the page when everything dies; at every other time it has answered, too."""
        kills, keys, died = int(os.environ.get('CRASHCART_KILLS', '8')), [], threading.Event()

        class Killing(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers['Content-Length']))
                keys.append(self.headers['Idempotency-Key'])
                n = len(keys)
                if n > kills or n % 2 == 0:
                    self.send_response(200)
                    self.send_header('Content-Length', '0')
                    self.end_headers()
                    self.wfile.flush()
                if n <= kills:
                    server.kill()
                    died.set()

            def log_message(self, *args):
                pass

        def recorded(kind):
            try:
                return [e for e in server.timeline(1) if e['kind'] == kind]
            except (AssertionError, ValueError, KeyError, OSError):
                return []  # it is just dying

        web = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Killing)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        people = f'  - id: ana\n    name: Ana\n    contacts: [{{webhook: "http://127.0.0.1:{web.server_address[1]}/page"}}]\n'
        server = self.started(Server(self.folder, CONFIG.format(people=people, services=SERVICE.format(id='any', notify='person:ana'))))
        server.start()
        server.fire({'alertname': 'Down', 'service': 'any'})
        while True:
            wait(lambda: died.is_set() or recorded('page.sent'), 'the end of everything, or of the delivery')
            if not died.is_set():
                break
            died.clear()
            server.start()
        web.shutdown()
        web.server_close()
        self.assertEqual(len(set(keys)), 1, keys)
        self.assertGreater(len(keys), 1)
        self.assertEqual(len(recorded('page.queued')), 1)
        print(f'{len(keys)} attempts, one key')


if __name__ == '__main__':
    unittest.main()
