#!/usr/bin/env python3
"""The status page while everything else is busy, at an address of its own, and as files that follow each change; audiences
are told by mail, in Slack and in Teams."""
import http.client
import http.server
import socket
import threading

from harness import *

RUNBOOK = '''# Lab results gateway

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes

## Communication

### Status page update

```
Title: Trouble with [Service Name]
We are looking into a problem with [Service Name].
```

## Gateway down

1. Look at the queue.
'''

CONFIG = '''hold_down: 1h
public_url: https://crashcart.example.org
people:
  - {{id: ana, name: Ana, contacts: [{{webhook: '{receiver}/page'}}]}}
services:
  - {{id: lab-gateway, public: Lab results, match: {{service: lab-gateway}}}}
audiences:
  - {{id: status-page, status_page: true}}
{more}'''

LABELS = {'alertname': 'GatewayDown', 'service': 'lab-gateway', 'severity': 'SEV-1'}
CROWD, BUSY, LOOKS = 300, 4, 60


class Status(SystemTest):
    def begin(self, more, env=None):
        self.receiver = self.started(Receiver())
        written(os.path.join(self.folder, 'runbooks'), 'gateway.md', RUNBOOK)
        config = CONFIG.format(receiver=self.receiver.url(''), more=more)
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'), env)).start()
        self.assertEqual(self.server.fire(LABELS)[0], 200)
        wait(self.server.incidents, 'an incident')

    def looked_at(self, path='/status', method='GET'):
        connection = http.client.HTTPConnection('127.0.0.1', self.public, timeout=PATIENCE_S)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def open_page(self, more=''):
        self.public = free_port()
        self.site = os.path.join(self.folder, 'site')
        self.begin(f"status_page: {{title: Example Hospital, listen: '127.0.0.1:{self.public}', export: '{self.site}'}}\n{more}")
        wait(lambda: self.looked_at()[0] == 200, 'the page is there')

    def test_the_page_is_served_while_everything_else_is_busy(self):
        self.open_page()
        ended, crowd = threading.Event(), []

        def flood(n):
            while not ended.is_set():
                self.server.request('POST', '/api/v2/alerts', [{'labels': {**LABELS, 'instance': f'{n}-{i}'}} for i in range(64)])

        def answer_much():
            while not ended.is_set():
                self.server.request('GET', '/api/v1/incidents/1/report?format=html')

        for _ in range(CROWD):
            crowd.append(socket.create_connection(('127.0.0.1', self.server.port)))
            crowd[-1].sendall(b'GET /api/v1/incidents HTTP/1.1\r\nHost: x\r\n')
        threads = [threading.Thread(target=flood, args=(n,)) for n in range(BUSY)] + [threading.Thread(target=answer_much)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(LOOKS):
                status, page = self.looked_at()
                self.assertEqual(status, 200)
                self.assertIn('Lab results', page)
            self.assertEqual(self.server.request('POST', '/api/v1/incidents/1/updates/send', {'as': 'ana'})[0], 200)
            wait(lambda: 'We are looking into' in self.looked_at()[1], 'the page follows')
        finally:
            ended.set()
            for thread in threads:
                thread.join()
            for connection in crowd:
                connection.close()

    def test_its_own_address_has_nothing_else(self):
        self.open_page()
        for path in ('/api/v1/incidents', '/-/healthy', '/metrics', '/status/../api/v1/incidents', '/console'):
            self.assertEqual(self.looked_at(path)[0], 404, path)
        self.assertEqual(self.looked_at(method='POST')[0], 405)
        self.assertEqual(json.loads(self.looked_at('/api/v2/summary.json')[1])['page']['name'], 'Example Hospital')
        self.assertIn('<title>Example Hospital', self.looked_at('/')[1])

    def test_pages_of_other_sites_may_read_what_is_for_programs_and_nothing_else(self):
        self.open_page()
        programs = ['/status.json', '/status.rss', '/api/v2/summary.json', '/api/v2/status.json', '/api/v2/components.json',
                    '/api/v2/incidents.json', '/api/v2/incidents/unresolved.json', '/api/v2/scheduled-maintenances/upcoming.json']
        others = ['/status', '/status.css', '/api/v2/alerts', '/api/v2/status', '/api/v1/incidents', '/', '/nowhere']
        for port in (self.server.port, self.public):
            for path in programs + others:
                connection = http.client.HTTPConnection('127.0.0.1', port, timeout=PATIENCE_S)
                connection.request('GET', path, headers={'Origin': 'https://elsewhere.example.org'})
                answer = connection.getresponse()
                connection.close()
                wanted = '*' if path in programs else None
                self.assertEqual(answer.getheader('Access-Control-Allow-Origin'), wanted, (port, path))
                self.assertIsNone(answer.getheader('Access-Control-Allow-Credentials'), path)

    def test_each_change_is_written_into_the_folder(self):
        self.open_page()

        def exported(file):
            with open(os.path.join(self.site, file), encoding='utf-8') as f:
                return f.read()
        wait(lambda: os.path.exists(os.path.join(self.site, 'index.html')), 'the files are there')
        self.assertEqual([os.stat(os.path.join(self.site, p)).st_mode & 0o777 for p in ('.', 'api/v2', 'index.html')],
                         [0o755, 0o755, 0o644])
        self.assertNotIn('We are looking into', exported('index.html'))
        self.server.request('POST', '/api/v1/incidents/1/updates/send', {'as': 'ana'})
        wait(lambda: 'We are looking into' in exported('index.html'), 'the page is written anew')
        self.assertIn('We are looking into', exported('status.rss'))
        self.assertEqual(json.loads(exported('api/v2/summary.json'))['incidents'][0]['status'], 'investigating')
        self.assertEqual([f for f in os.listdir(self.site) if '.new-' in f], [])

    def test_maintenance_of_now_stands_on_the_page(self):
        now = time.time()
        local = [time.strftime('%Y-%m-%dT%H:%M', time.gmtime(t)) for t in (now - 7200, now + 7200)]
        self.open_page(f'maintenance:\n  - {{id: disks, service: lab-gateway, timezone: Etc/UTC, from: {local[0]}, '
                       f'until: {local[1]}, comment: inner words}}\n')
        page = self.looked_at()[1]
        self.assertIn('Lab results: <b>Under maintenance</b>', page)
        self.assertIn('Maintenance of Lab results', page)
        self.assertNotIn('inner words', page)
        window = json.loads(self.looked_at('/api/v2/scheduled-maintenances.json')[1])['scheduled_maintenances'][0]
        self.assertEqual(window['status'], 'in_progress')

    def test_audiences_are_told_by_mail_in_slack_and_in_teams(self):
        mail, chats = self.started(MailServer(self.folder)), self.started(Chats())
        env = {'SLACK_TOKEN': 'xoxb-lab', 'TEAMS_URL': chats.url('/workflows/secret'), 'HOOK_URL': chats.url('/services/secret')}
        self.begin(f'''  - id: stakeholders
    send:
      - {{email: leads@example.org, cleared: true}}
      - {{slack: C024BE7LX, cleared: true}}
      - {{teams: 'env:TEAMS_URL', cleared: true}}
      - slack_webhook: env:HOOK_URL
status_page: {{title: Example Hospital}}
mail: {{server: 'smtp://127.0.0.1:{mail.port}', from: crashcart@example.org, starttls: 'off'}}
channels: {{slack: {{server: '{chats.url("")}', secret: env:SLACK_TOKEN}}}}
''', env)
        for text in ('Results are <late> & rare.', 'We look at the second queue.'):
            status, answer = self.server.request('POST', '/api/v1/incidents/1/updates/send',
                                                 {'audience': 'stakeholders', 'text': text, 'as': 'ana'})
            self.assertEqual(status, 200, answer)
            wait(lambda text=text: [m for m in mail.messages() if text in m.get_payload(decode=True).decode()], 'mail')
        first, second = mail.messages()
        self.assertEqual(first['To'], '<leads@example.org>')
        self.assertEqual(second['References'].split()[0], first['References'].split()[0] if first['References'] else
                         first['Message-ID'])
        for path in ('/api/chat.postMessage', '/workflows/secret', '/services/secret'):
            wait(lambda path=path: len(chats.told(path)) == 2, path)
        slack = chats.told('/api/chat.postMessage')[0]
        self.assertEqual(slack[0]['Authorization'], 'Bearer xoxb-lab')
        self.assertEqual(slack[1]['channel'], 'C024BE7LX')
        self.assertIn('Results are &lt;late&gt; &amp; rare.', json.dumps(slack[1]))
        self.assertIn('Results are <late> & rare.', json.dumps(chats.told('/workflows/secret')[0][1]))
        self.assertNotIn('late', json.dumps(chats.told('/services/secret')[0][1]))


class Chats:
    """Takes what is written in Slack and in Teams, and answers as they do."""

    def __init__(self):
        self.got = []
        chats = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get('Content-Length') or 0)))
                chats.got.append((self.path, dict(self.headers), body))
                answer = b'{"ok":true,"ts":"1.0"}' if self.path.startswith('/api/') else b'ok'
                self.send_response(200)
                self.send_header('Content-Length', str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self, path):
        return [(headers, body) for at, headers, body in self.got if at == path]

    def url(self, path):
        return f'http://127.0.0.1:{self.server.server_address[1]}{path}'

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


if __name__ == '__main__':
    unittest.main(verbosity=2)
