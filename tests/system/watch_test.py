#!/usr/bin/env python3
"""Checks: what Crashcart looks at itself becomes an alert, an incident and a page, and ends; whatever the other side
does is bounded, and never health."""
import http.server
import signal
import socket
import struct
import subprocess
import threading

from harness import *

CONFIG = '''
hold_down: 1s
people:
  - id: ana
    contacts: [{{webhook: {webhook}}}]
services:
  - {{id: shop, escalation: [{{notify: [person:ana]}}]}}
'''


class Patient:
    """An HTTP server that behaves as it is told: a path gets what pages[path] gives, a (status, body) or a function
    that is handed the handler."""

    def __init__(self):
        self.pages = {}
        patient = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                page = patient.pages.get(self.path, (404, 'not here'))
                if callable(page):
                    self.close_connection = True
                    try:
                        page(self)
                    except OSError:
                        pass
                    return
                status, body = page
                self.send_response(status)
                self.send_header('Content-Length', str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.ended = threading.Event()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f'http://127.0.0.1:{self.server.server_address[1]}{path}'

    def endless(self, handler):
        handler.send_response(200)
        handler.end_headers()
        while not self.ended.is_set():
            handler.wfile.write(b'shop_requests_total 1\n' * 1000)

    def silent(self, handler):
        self.ended.wait(60)

    def reset(self, handler):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        handler.connection.close()

    def stop(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


class Watch(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.started(Receiver())
        self.patient = self.started(Patient())

    def serve(self, checks):
        self.server = self.started(Server(self.folder, self.configuration(checks)))
        return self.server.start()

    def configuration(self, checks):
        return CONFIG.format(webhook=self.receiver.url('/ana')) + 'checks:\n' + checks

    def alerts(self):
        """The standing alerts: check -> [alert names]."""
        found = {}
        for alert in self.server.json('/api/v2/alerts'):
            found.setdefault(alert['labels'].get('check'), []).append(alert['labels']['alertname'])
        return found

    def summary(self, check):
        return [a['annotations']['summary'] for a in self.server.json('/api/v2/alerts')
                if a['labels'].get('check') == check]

    def states(self):
        return [incident['state'] for incident in self.server.incidents()]

    def test_a_failing_service_becomes_a_page_and_its_recovery_ends_the_incident(self):
        self.patient.pages['/health'] = (200, 'ok')
        self.serve(f'''
  - {{id: shop-health, alert: ShopDown, service: shop, severity: critical, every: 1s, times: 2,
      http: {{url: "{self.patient.url('/health')}"}}}}
''')
        self.patient.pages['/health'] = (500, 'model not loaded')
        pages = wait(self.receiver.pages, 'the failing check pages')
        self.assertIn('ShopDown', json.dumps(pages[0][1]))
        self.assertEqual(self.alerts(), {'shop-health': ['ShopDown']})
        self.assertEqual(self.summary('shop-health'), [self.patient.url('/health') + ' answers HTTP 500'])
        self.server.kill()
        self.server.start()
        self.patient.pages['/health'] = (200, 'ok')
        wait(lambda: self.states() == ['resolved'], 'the incident ends when the check is well, over a restart')
        self.assertEqual(self.alerts(), {})
        self.assert_verifies(self.server)

    def test_a_rate_of_errors_and_a_gauge_are_judged_from_the_metrics_page(self):
        counts = {'ok': 0, 'bad': 0}
        lock = threading.Lock()

        def page(handler):
            with lock:
                counts['ok'] += 90 if failing.is_set() else 100
                counts['bad'] += 10 if failing.is_set() else 0
                body = (f'# TYPE shop_requests_total counter\nshop_requests_total{{code="200"}} {counts["ok"]}\n'
                        f'shop_requests_total{{code="500"}} {counts["bad"]}\nshop_queue 3\n').encode()
            handler.send_response(200)
            handler.send_header('Content-Length', str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        failing = threading.Event()
        self.patient.pages['/metrics'] = page
        self.serve(f'''
  - id: shop-errors
    service: shop
    every: 1s
    above: 5%
    metrics: {{url: "{self.patient.url('/metrics')}", metric: 'shop_requests_total{{code=~"5.."}}', as: rate,
              per: shop_requests_total, window: 2s}}
  - {{id: shop-queue, every: 1s, above: 10, metrics: {{url: "{self.patient.url('/metrics')}", metric: shop_queue}}}}
  - {{id: shop-other, every: 1s, above: 10, metrics: {{url: "{self.patient.url('/metrics')}", metric: shop_other}}}}
''')
        wait(lambda: self.alerts() == {'shop-other': ['CheckError']}, 'a series that is not there is an error')
        failing.set()
        wait(lambda: self.alerts().get('shop-errors') == ['CheckFailing'], 'one in ten fails')
        self.assertIn('above 0.05', self.summary('shop-errors')[0])
        self.assertNotIn('shop-queue', self.alerts())
        failing.clear()
        wait(lambda: 'shop-errors' not in self.alerts(), 'none fails any more')

    def test_what_cannot_be_looked_at_is_an_alert_of_its_own_and_bounded(self):
        self.patient.pages.update({'/endless': self.patient.endless, '/silent': self.patient.silent,
                                   '/reset': self.patient.reset, '/text': (200, '<html>sign in</html>\n')})
        self.serve(''.join(f'''
  - {{id: {name}, every: 1s, timeout: 2s, above: 10, metrics: {{url: "{self.patient.url('/' + name)}", metric: x}}}}
''' for name in ('endless', 'silent', 'reset', 'text', 'missing')))
        every = {name: ['CheckError'] for name in ('endless', 'silent', 'reset', 'text', 'missing')}
        wait(lambda: self.alerts() == every, 'each of them is a check error')
        self.assertIn('is no series', self.summary('text')[0])
        self.assertIn('answers HTTP 404', self.summary('missing')[0])
        self.assertIn('no answer within 2 s', self.summary('silent')[0])
        self.patient.pages.update({'/' + name: (200, 'x 1\n') for name in every})
        wait(lambda: self.alerts() == {}, 'all of them can be looked at again')

    def test_what_each_check_found_last_is_listed_and_counted(self):
        self.patient.pages.update({'/health': (200, 'ok'), '/metrics': (200, 'queue 30\n'), '/reset': self.patient.reset})
        self.serve(f'''
  - {{id: healthy, every: 1s, http: {{url: "{self.patient.url('/health')}"}}}}
  - {{id: queue, service: shop, every: 1s, above: 10, metrics: {{url: "{self.patient.url('/metrics')}", metric: queue}}}}
  - {{id: waits, every: 1s, for: 1h, above: 10, metrics: {{url: "{self.patient.url('/metrics')}", metric: queue}}}}
  - {{id: lost, every: 1s, above: 10, metrics: {{url: "{self.patient.url('/reset')}", metric: queue}}}}
''')
        wanted = {'healthy': 'well', 'queue': 'bad', 'waits': 'pending', 'lost': 'error'}
        def checks():
            return {check['id']: check for check in self.server.json('/api/v1/checks')['checks']}
        wait(lambda: {name: check['state'] for name, check in checks().items()} == wanted, 'each has its state')
        found = checks()
        self.assertEqual([found[name]['alerts'] for name in wanted], [[], ['CheckFailing'], [], ['CheckError']])
        self.assertEqual((found['queue']['value'], found['queue']['above'], found['healthy']['value']), (30, 10, None))
        with open(self.server.config, encoding='ascii') as f:
            self.assertIn('queue', f.read().splitlines()[found['queue']['line'] - 1])
        metrics = self.server.request('GET', '/metrics')[1].decode()
        self.assertIn('crashcart_checks{state="pending"} 1\n', metrics)
        self.assertRegex(metrics, 'crashcart_check_errors_total [1-9]')
        listed = self.server.command('checks')[1]
        self.assertRegex(listed, r'(?s)lost +error.*queue +bad.*30: .*healthy +well')
        written(self.folder, 'crashcart.yaml', self.configuration('''
  - {id: other, every: 1h, http: {url: "http://127.0.0.1:9/"}}
'''))
        self.server.process.child.send_signal(signal.SIGHUP)
        wait(lambda: list(checks()) == ['other'], 'only what is configured is listed')
        wait(lambda: b'crashcart_checks{state="bad"} 0' in self.server.request('GET', '/metrics')[1], 'and counted')

    def test_an_alert_ends_with_its_check_and_a_reload_keeps_the_others(self):
        self.patient.pages['/health'] = (500, '')
        url = self.patient.url('/health')
        gone = f'  - {{id: gone, service: shop, every: 1s, http: {{url: "{url}"}}}}\n'
        kept = f'  - {{id: kept, service: shop, every: 1s, http: {{url: "{url}"}}}}\n'
        self.serve(gone + kept)
        wait(lambda: len(self.alerts()) == 2, 'both fail')
        began = {a['labels']['check']: a['startsAt'] for a in self.server.json('/api/v2/alerts')}
        written(self.folder, 'crashcart.yaml', self.configuration(kept))
        self.server.process.child.send_signal(signal.SIGHUP)
        wait(lambda: self.alerts() == {'kept': ['CheckFailing']}, 'the alert of the check that is gone has ended')
        self.assertEqual(self.server.json('/api/v2/alerts')[0]['startsAt'], began['kept'])

    def test_what_is_on_this_host_is_looked_at_without_a_server(self):
        stamp = written(self.folder, 'stamp', 'x')
        log = written(self.folder, 'logs/app.log', 'ERROR of yesterday\n' * 50)
        closed = free_port()
        self.serve(f'''
  - {{id: fresh, every: 1s, above: 1h, file: {{path: "{stamp}"}}}}
  - {{id: missing, every: 1s, above: 1h, file: {{path: "{stamp}.gone"}}}}
  - {{id: errors, every: 1s, above: 2, log: {{path: "{log}", pattern: "^ERROR|FATAL", window: 60s}}}}
  - {{id: listens, every: 1s, tcp: {{address: "127.0.0.1:{self.patient.server.server_address[1]}"}}}}
  - {{id: closed, every: 1s, tcp: {{address: "127.0.0.1:{closed}"}}}}
  - {{id: resolves, every: 1s, dns: {{name: localhost}}}}
  - {{id: unknown, every: 1s, dns: {{name: nowhere.invalid}}}}
''')
        bad = {'missing': ['CheckFailing'], 'closed': ['CheckFailing'], 'unknown': ['CheckFailing']}
        wait(lambda: self.alerts() == bad, 'what is not there is bad')
        self.assertIn('refused', self.summary('closed')[0])
        os.utime(stamp, (time.time() - 7200, time.time() - 7200))
        wait(lambda: 'fresh' in self.alerts(), 'an old file is not fresh')
        with open(log, 'a', encoding='ascii') as f:
            f.write('INFO fine\nERROR one\nFATAL two\n')
        os.rename(log, log + '.1')
        with open(log + '.1', 'a', encoding='ascii') as f:
            f.write('ERROR three, after the rotation\n')
        written(self.folder, 'logs/app.log', 'ERROR four, in the new file\n')
        wait(lambda: 'errors' in self.alerts(), 'errors are counted over a rotation')
        self.assertIn('is 4, above 2', self.summary('errors')[0])

    def test_a_prometheus_is_asked(self):
        self.patient.pages['/metrics'] = (200, 'shop_queue 3\nshop_other 1\n')
        port = free_port()
        config = written(self.folder, 'prometheus.yml', f'''
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["127.0.0.1:{self.patient.server.server_address[1]}"]}}]
''')
        self.started(Process('prometheus', ['prometheus', f'--config.file={config}', f'--web.listen-address=127.0.0.1:{port}',
                                            f'--storage.tsdb.path={self.folder}/tsdb'])).start()
        check = f'promql: {{url: "http://127.0.0.1:{port}/", query: \'%s\'}}'
        self.serve(f'''
  - {{id: queue, every: 1s, above: 10, {check % 'max(shop_queue{job="shop"})'}}}
  - {{id: broken, every: 1s, above: 10, {check % 'max(shop_queue'}}}
  - {{id: nothing, every: 1s, above: 10, {check % 'shop_queue_of_others'}}}
''')
        wait(lambda: self.alerts() == {'broken': ['CheckError'], 'nothing': ['CheckError']}, 'the queue is short', 60)
        self.assertIn('parse error', self.summary('broken')[0])
        self.patient.pages['/metrics'] = (200, 'shop_queue 30\nshop_other 1\n')
        wait(lambda: self.alerts().get('queue') == ['CheckFailing'], 'the queue is long')
        self.assertIn('is 30, above 10', self.summary('queue')[0])

    def test_a_redis_is_asked(self):
        port, secret = free_port(), written(self.folder, 'password', 'hunter2\n')
        redis = self.started(Process('redis', ['redis-server', '--port', str(port), '--bind', '127.0.0.1', '--save', '',
                                               '--requirepass', 'hunter2', '--dir', self.folder]))
        redis.start()
        ask = f'address: "127.0.0.1:{port}", secret: "file:{secret}"'
        self.serve(f'''
  - {{id: queue, every: 1s, above: 2, redis: {{{ask}, command: LLEN jobs}}}}
  - {{id: clients, every: 1s, below: 1, redis: {{{ask}, command: "INFO:connected_clients"}}}}
  - {{id: denied, every: 1s, above: 2, redis: {{address: "127.0.0.1:{port}", command: LLEN jobs}}}}
  - {{id: words, every: 1s, above: 2, redis: {{{ask}, command: PING}}}}
''')
        wait(lambda: self.alerts() == {'denied': ['CheckError'], 'words': ['CheckError']}, 'an empty queue is well')
        self.assertIn('NOAUTH', self.summary('denied')[0])
        subprocess.run(['redis-cli', '-p', str(port), '-a', 'hunter2', 'RPUSH', 'jobs', 'a', 'b', 'c'], check=True,
                       capture_output=True, timeout=20)
        wait(lambda: self.alerts().get('queue') == ['CheckFailing'], 'a long queue is bad')
        redis.stop()
        wait(lambda: 'CheckError' in self.alerts().get('queue', []), 'a Redis that is gone is an error')
        self.assertIn('CheckFailing', self.alerts()['queue'])
        self.assertNotIn('hunter2', self.server.process.log())

    def test_a_postgresql_is_asked_and_may_not_be_written_to(self):
        database = self.started(Database(self.folder)).start()
        database.psql('CREATE TABLE jobs (id int); INSERT INTO jobs SELECT generate_series(1, 3)')
        ask = f'url: "{database.url(host="localhost")}"'
        self.serve(f'''
  - {{id: jobs, every: 1s, above: 5, postgresql: {{{ask}, query: SELECT count(*) FROM jobs}}}}
  - {{id: socket, every: 1s, above: 5, postgresql: {{url: "{database.url()}", query: "SELECT 3.5, 'x'"}}}}
  - {{id: writes, every: 1s, above: 5, postgresql: {{{ask}, query: DELETE FROM jobs RETURNING id}}}}
  - {{id: words, every: 1s, above: 5, postgresql: {{{ask}, query: SELECT 'many'}}}}
  - {{id: none, every: 1s, above: 5, postgresql: {{{ask}, query: SELECT id FROM jobs WHERE id > 99}}}}
  - {{id: slow, every: 1s, timeout: 1s, above: 5, postgresql: {{{ask}, query: SELECT pg_sleep(60)}}}}
  - {{id: many, every: 1s, above: 5, postgresql: {{{ask}, query: "SELECT 1 FROM generate_series(1, 100000000)"}}}}
''')
        errors = {name: ['CheckError'] for name in ('writes', 'words', 'none', 'slow')}
        wait(lambda: self.alerts() == errors, 'what gives no number is an error')
        self.assertIn('read-only transaction', self.summary('writes')[0])
        database.psql('INSERT INTO jobs SELECT generate_series(4, 9)')
        wait(lambda: self.alerts().get('jobs') == ['CheckFailing'], 'many jobs are bad')
        database.stop()
        wait(lambda: 'CheckError' in self.alerts().get('jobs', []), 'a database that is gone is an error')
        self.assertIn('CheckFailing', self.alerts()['jobs'])

    def test_limits_of_a_runbook_become_checks_that_the_configuration_takes(self):
        runbook = written(self.folder, 'till.md', '''# Till runbook

## Till is slow

**Symptoms**:
- API latency > 300 ms
- CPU > 90%

**Steps**:

```bash
curl -s http://till:8000/health
```
''')
        code, out, err = run('suggest', runbook, '--service', 'till')
        self.assertEqual(code, 0, err)
        self.assertIn(f'# {runbook}:6: - API latency > 300 ms', out)
        self.assertRegex(out, f'# {runbook}:7: - CPU > 90%\n#     the runbook names no series for it')
        path = written(self.folder, 'suggested.yaml', out + 'people: [{id: ana, contacts: [{webhook: "http://127.0.0.1:9/"}]}]\n'
                       'services: [{id: till, escalation: [{notify: [person:ana]}]}]\n')
        self.assertIn('above: 300ms', out)
        self.assertIn('http: {url: "http://till:8000/health", measure: latency}', out)
        code, out, err = run('config', 'check', '-c', path, '--runbooks', self.folder)
        self.assertNotRegex(out + err, r'suggested.yaml:\d+: ')

    def test_mistakes_in_the_section_are_named_with_their_lines(self):
        path = written(self.folder, 'bad.yaml', '''checks:
  - {id: a, above: 3, http: {url: "http://127.0.0.1/"}}
  - {id: a, metrics: {url: "http://127.0.0.1/", metric: "9x"}}
  - {id: c, above: 3, clear: 4, metrics: {url: "http://127.0.0.1/", metric: x}}
  - {id: d}
''')
        code, out, err = run('config', 'check', '-c', path)
        self.assertNotEqual(code, 0)
        for line, words in ((2, 'has limits, but reads no number'), (3, 'is defined twice'), (3, 'names no series'),
                            (4, 'beyond the limit'), (5, 'exactly one of')):
            self.assertRegex(out + err, f'bad.yaml:{line}: .*{words}')


if __name__ == '__main__':
    unittest.main()
