#!/usr/bin/env python3
"""Checks: what Crashcart looks at itself becomes an alert, an incident and a page, and ends; whatever the other side
does is bounded, and never health."""
import http.server
import signal
import socket
import struct
import subprocess
import threading
import urllib.request

from harness import *

CONFIG = '''
hold_down: 1s
people:
  - id: ana
    contacts: [{{webhook: {webhook}}}]
services:
  - {{id: shop, escalation: [{{notify: [person:ana]}}]}}
'''


def is_ready(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status == 200
    except OSError:
        return False


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
        written(self.folder, 'crashcart.yaml', self.configuration(f'''
  - {{id: other, every: 1h, http: {{url: "{self.patient.url('/health')}"}}}}
'''))
        self.server.process.child.send_signal(signal.SIGHUP)
        wait(lambda: list(checks()) == ['other'], 'only what is configured is listed')
        wait(lambda: b'crashcart_checks{state="bad"} 0' in self.server.request('GET', '/metrics')[1], 'and counted')

    def test_pages_of_any_size_and_hosts_that_never_answer_cost_no_memory_and_are_errors(self):
        def huge(handler):
            handler.send_response(200)
            handler.end_headers()
            for _ in range(1000):
                handler.wfile.write(b'x{path="/a"} 1\n' * 7000)
        self.patient.pages.update({'/huge': huge, '/line': lambda h: (h.send_response(200), h.end_headers(), h.wfile.write(
            b'x{a="' + b'y' * 300000)), '/holes': (200, 'x_bucket{le="0.1"} 5\nx_bucket{le="+Inf"} NaN\nx_count 5\n'),
            '/nan': (200, 'x NaN\n')})
        full = socket.socket()
        full.bind(('127.0.0.1', 0))
        full.listen(0)
        self.addCleanup(full.close)
        for _ in range(4):  # the queue is full: what comes now gets no answer, as behind a firewall that drops
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
            self.addCleanup(waiting.close)
        drops = '127.0.0.1:%d' % full.getsockname()[1]
        rows = ''.join(f'  - {{id: {name}, every: 1s, timeout: 5s, above: 10, metrics: {{url: "{self.patient.url("/" + name)}", metric: x}}}}\n'
                       for name in ('huge', 'line', 'nan'))
        self.serve(rows + f'''
  - {{id: holes, every: 1s, above: 10, metrics: {{url: "{self.patient.url('/holes')}", metric: x, as: quantile, quantile: 0.95}}}}
  - {{id: drops, every: 1s, timeout: 1s, tcp: {{address: "{drops}"}}}}
  - {{id: drops-page, every: 1s, timeout: 1s, above: 1, metrics: {{url: "http://{drops}/", metric: x}}}}
''')
        wanted = {'huge': ['CheckError'], 'line': ['CheckError'], 'nan': ['CheckError'], 'holes': ['CheckError'],
                  'drops': ['CheckFailing'], 'drops-page': ['CheckError']}
        wait(lambda: self.alerts() == wanted, 'none of them is health')
        supervisor = self.server.process.child.pid
        with open(f'/proc/{supervisor}/task/{supervisor}/children', encoding='ascii') as f:
            children = f.read().split()
        for child in children:
            with open(f'/proc/{child}/status', encoding='ascii') as f:
                peak = int(next(line for line in f if line.startswith('VmHWM')).split()[1])
            self.assertLess(peak, 200 * 1024 if 'asan' not in PROGRAM else 2000 * 1024)

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

    def test_a_reload_keeps_the_windows_of_checks_that_read_the_same(self):
        log = written(self.folder, 'logs/app.log', 'begins\n')
        self.patient.pages['/metrics'] = (200, 'errors_total 0\n')
        checks = f'''
  - {{id: errors, every: 1s, above: 5, log: {{path: "{log}", pattern: ERROR, window: 1h}}}}
  - {{id: counted, every: 1s, above: 50, metrics: {{url: "{self.patient.url('/metrics')}", metric: errors_total,
      as: increase, window: 1h}}}}
'''
        self.serve(checks)
        def values():
            return {c['id']: c['value'] for c in self.server.json('/api/v1/checks')['checks']}
        wait(lambda: values() == {'errors': 0, 'counted': 0}, 'both have looked twice')
        self.patient.pages['/metrics'] = (200, 'errors_total 30\n')
        with open(log, 'a', encoding='ascii') as f:
            f.write('ERROR\n' * 3)
        wait(lambda: values() == {'errors': 3, 'counted': 30}, 'both have counted')
        written(self.folder, 'crashcart.yaml', self.configuration(checks.replace('above: 50', 'above: 20').replace('above: 5,', 'above: 2,')))
        self.server.process.child.send_signal(signal.SIGHUP)
        wait(lambda: sorted(self.alerts()) == ['counted', 'errors'], 'what was counted before is beyond the new limits')

    def test_what_is_on_this_host_is_looked_at_without_a_server(self):
        stamp = written(self.folder, 'stamp', 'x')
        log = written(self.folder, 'logs/app.log', 'ERROR of yesterday\n' * 50)
        closed = free_port()
        self.serve(f'''
  - {{id: fresh, every: 1s, above: 1h, file: {{path: "{stamp}"}}}}
  - {{id: missing, every: 1s, above: 1h, file: {{path: "{stamp}.gone"}}}}
  - {{id: errors, every: 1s, above: 3, log: {{path: "{log}", pattern: "^ERROR|FATAL", window: 60s}}}}
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
        self.assertIn('is 4, above 3', self.summary('errors')[0])

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
        wait(lambda: is_ready(f'http://127.0.0.1:{port}/-/ready'), 'it answers')
        check = f'promql: {{url: "http://127.0.0.1:{port}/", query: \'%s\'}}'
        self.serve(f'''
  - {{id: queue, every: 1s, above: 10, {check % 'max(shop_queue{job="shop"})'}}}
  - {{id: broken, every: 1s, above: 10, {check % 'max(shop_queue'}}}
  - {{id: nothing, every: 1s, above: 10, {check % 'shop_queue_of_others'}}}
''')
        wait(lambda: self.alerts() == {'broken': ['CheckError'], 'nothing': ['CheckError']}, 'the queue is short')
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
                       capture_output=True, timeout=PATIENCE_S)
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

    def test_who_reads_too_much_has_an_alert_and_stands_in_the_containment_step(self):
        runbooks = os.path.join(self.folder, 'books')
        written(self.folder, 'books/access.md', '''# Patient record access

## Unusual access

**Severity**: P1

**Alert**: RecordsReadInBulk

**Containment**:

```bash
echo "suspend <user-id> of <service>"
```
''')
        log = written(self.folder, 'logs/audit.log', '')
        database = self.started(Database(self.folder)).start()
        database.psql("CREATE TABLE audit (who text); INSERT INTO audit SELECT 'eve' FROM generate_series(1, 150); "
                      "INSERT INTO audit VALUES ('ana')")
        checks = f'''
  - {{id: bulk, alert: RecordsReadInBulk, service: shop, every: 1s, above: 3,
      log: {{path: "{log}", pattern: 'read record .* by (?<user>.+)$', label: user, window: 1h}}}}
  - {{id: rows, alert: RecordsReadInBulk, service: shop, every: 1s, above: 100,
      postgresql: {{url: "{database.url()}", label: user_id, query: "SELECT who, count(*) FROM audit GROUP BY who"}}}}
'''
        self.server = self.started(Server(self.folder, self.configuration(checks), runbooks=runbooks)).start()
        def users():
            return sorted(a['labels'].get('user') or a['labels'].get('user_id') for a in self.server.json('/api/v2/alerts'))
        wait(lambda: users() == ['eve'], 'who is beyond the limit has an alert, and nobody else')
        def runs():
            return sorted(step['runs'] or step['why'] for i in self.server.incidents()
                          for step in self.server.steps(i['number']) if step['kind'] == 'command')
        wait(lambda: runs() == ['echo "suspend eve of shop"'], 'the step has the user of the alert')
        hostile = "x'; $(touch pwned) \x1b[2J`id`"
        with open(log, 'a', encoding='ascii') as f:
            f.write('read record 7 by mallory\n' * 4 + 'read record 7 by ana\n' * 3 + f'read record 1 by {hostile}\n' * 5)
        wait(lambda: len(users()) == 3, 'each has an alert of its own')
        self.assertIn('mallory', users())
        self.assertNotIn('ana', users())
        shown = next(u for u in users() if u.startswith("x'"))
        self.assertNotIn('\x1b', shown)
        self.assertFalse([name for _, _, names in os.walk(self.folder) for name in names if name == 'pwned'])
        database.psql("DELETE FROM audit WHERE who = 'eve'")
        wait(lambda: len(users()) == 2, 'an alert ends when its user is within the limit')
        written(self.folder, 'crashcart.yaml', self.configuration(checks.replace('service: shop, every: 1s, above: 3', 'every: 1s, above: 3')))
        self.server.process.child.send_signal(signal.SIGHUP)
        def services():
            return sorted(a['labels'].get('service', '') for a in self.server.json('/api/v2/alerts'))
        # What was read before the reload still counts: the same two stand under the new labels.
        wait(lambda: services() == ['', ''], 'the alerts with the labels before end, and those with the new ones begin')

    def test_a_standing_alert_of_a_user_is_kept_over_a_restart(self):
        database = self.started(Database(self.folder)).start()
        database.psql("CREATE TABLE audit (who text); INSERT INTO audit SELECT 'eve' FROM generate_series(1, 150)")
        self.serve(f'''
  - {{id: rows, service: shop, every: 1s, above: 100,
      postgresql: {{url: "{database.url()}", label: user, query: "SELECT who, count(*) FROM audit GROUP BY who"}}}}
''')
        wait(lambda: self.alerts() == {'rows': ['CheckFailing']}, 'it stands')
        ends = self.server.json('/api/v2/alerts')[0]['endsAt']
        self.server.kill()
        self.server.start()
        wait(lambda: self.server.json('/api/v2/alerts')[0]['endsAt'] > ends, 'it is told again, and stands for longer')
        self.assertEqual(len(self.server.incidents()), 1)
        database.psql('DELETE FROM audit')
        wait(lambda: self.alerts() == {}, 'and ends with its reason')

    def test_a_command_is_run_by_the_runner_when_it_only_reads_or_is_allowed(self):
        depth, looks = written(self.folder, 'depth', '3 jobs\n'), os.path.join(self.folder, 'looks')
        self.serve(f'''
  - {{id: depth, service: shop, every: 1s, above: 10, command: {{run: "cat {depth}"}}}}
  - {{id: lines, every: 1s, command: {{run: "grep -q jobs {depth}"}}}}
  - {{id: empty, every: 1s, command: {{run: "grep -q nothing {depth}"}}}}
  - {{id: writes, every: 1s, command: {{run: "touch {self.folder}/touched"}}}}
  - {{id: allowed, every: 1s, command: {{run: "touch {self.folder}/allowed", allow: true}}}}
  - {{id: once, every: 1s, command: {{run: "mkdir {self.folder}/shell-$$", allow: true}}}}
  - {{id: words, every: 1s, above: 10, command: {{run: "echo many"}}}}
  - {{id: slow, every: 1s, timeout: 1s, command: {{run: "tail -f {depth}"}}}}
  - {{id: gone, every: 1s, command: {{run: "cat {depth}.gone"}}}}
  - {{id: counted, every: 1s, above: 1, command: {{run: "echo >> {looks}; bash -c 'wc -l < {looks}'; rm {looks}", allow: true}}}}
  - {{id: piped, every: 1s, command: {{run: "cat {depth}.gone | wc -l"}}}}
  - {{id: floods, every: 1s, timeout: 1s, above: 10, command: {{run: "cat /dev/zero"}}}}
''')
        # "once" is not among them: no shell runs its command a second time.
        wanted = {'empty': ['CheckFailing'], 'writes': ['CheckError'], 'words': ['CheckError'], 'slow': ['CheckError'],
                  'gone': ['CheckFailing'], 'piped': ['CheckFailing'], 'floods': ['CheckError']}
        wait(lambda: self.alerts() == wanted, 'what is not well, and what could not be looked at')
        self.assertIn('classed mutate', self.summary('writes')[0])
        def counts():
            return next(c for c in self.server.json('/api/v1/checks')['checks'] if c['id'] == 'counted')
        counted = wait(lambda: (found := counts())['state'] != 'unknown' and found, 'it is counted')
        self.assertEqual((counted['state'], counted['value']), ('well', 1), 'once a look, and a script that it calls is no second one')
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'touched')))
        wait(lambda: os.path.exists(os.path.join(self.folder, 'allowed')), 'what is allowed is run')
        self.assertIn('No such file', self.summary('gone')[0])
        written(self.folder, 'depth', '30 jobs\n')
        wait(lambda: self.alerts().get('depth') == ['CheckFailing'], 'the number that it prints is judged')
        self.assertIn('is 30, above 10', self.summary('depth')[0])

    def test_a_check_without_a_name_finds_no_procedure_by_a_word_of_its_alert(self):
        written(self.folder, 'books/shop.md', '# Shop\n\n## High error rate\n\n**Severity**: P1\n\n```bash\necho look\n```\n'
                '\n## Orders are failing\n\n**Severity**: P2\n\n```bash\necho orders\n```\n')
        checks = f'''
  - {{id: gone, service: shop, every: 1s, above: 1, command: {{run: "cat {self.folder}/gone"}}}}
  - {{id: empty, service: other, every: 1s, command: {{run: "grep -q nothing {self.folder}/crashcart.yaml.gone"}}}}
  - {{id: named, service: third, alert: HighErrorRate, every: 1s, command: {{run: "cat {self.folder}/gone"}}}}
'''
        self.server = self.started(Server(self.folder, self.configuration(checks), runbooks=os.path.join(self.folder, 'books')))
        self.server.start()
        wait(lambda: len(self.server.incidents()) == 3, 'an incident each')
        found = {i['title']: i['procedure'] and i['procedure']['title'] for i in self.server.incidents()}
        self.assertEqual(found, {'CheckError on shop': None, 'CheckFailing on other': None,
                                 'HighErrorRate on third': 'High error rate'})

    def test_a_confined_runner_runs_commands_and_compares_models(self):
        rows = ''.join(f'{i % 50},{i % 7}\n' for i in range(3000))
        may = written(self.folder, 'may.csv', 'age,site\n' + rows)
        today = written(self.folder, 'today.csv', 'age,site\n' + ''.join(f'{i % 50 + 30},{i % 7}\n' for i in range(3000)))
        self.serve(f'''
  - {{id: well, every: 1s, command: {{run: "grep -q age {may}"}}}}
  - {{id: bad, every: 1s, command: {{run: "grep -q nothing {may}"}}}}
  - {{id: drifts, alert: ModelDrift, every: 1s, above: 0.2, drift: {{reference: "{may}", current: "{today}"}}}}
  - {{id: same, alert: ModelDrift, every: 1s, above: 0.2, drift: {{reference: "{may}", current: "{may}"}}}}
runner: {{confined: true}}
''')
        def states():
            return {c['id']: c['state'] for c in self.server.json('/api/v1/checks')['checks']}
        wait(lambda: states() == {'well': 'well', 'bad': 'bad', 'drifts': 'bad', 'same': 'well'}, 'all look')
        self.assertEqual(self.alerts(), {'bad': ['CheckFailing'], 'drifts': ['ModelDrift']})

    def test_a_model_that_drifts_is_an_incident_that_names_what_has_drifted(self):
        runbooks = os.path.join(self.folder, 'books')
        written(self.folder, 'books/model.md', '''# Triage model

## Data drift

**Severity**: P1

**Alert**: ModelDrift

**Diagnosis**:

```bash
echo "compare <feature> in <segment>"
```
''')
        def rows(name, age_north):
            lines = ['age,weight,site,score,label\n']
            for i in range(4000):
                north = i % 2 == 0
                age = 20 + i * 7919 % 60 + (age_north if north else 0)
                score = (i * 104729 % 1000) / 1000
                lines.append(f'{age},{50 + i * 31 % 40},{"north" if north else "south"},{score},{int(i * 7 % 1000 < score * 1000)}\n')
            temporary = written(self.folder, name + '.new', ''.join(lines))
            os.rename(temporary, os.path.join(self.folder, name))
            return os.path.join(self.folder, name)
        current, may = rows('today.csv', 0), rows('may.csv', 0)
        code, out, err = run('drift', 'profile', '--reference', may, '--segment', 'site', '--output', self.folder + '/may.profile')
        self.assertEqual(code, 0, err)
        short = written(self.folder, 'short.csv', 'age,site,score,label\n30,north,0.5,1\n')
        few = written(self.folder, 'few.csv', 'age,weight,site,score,label\n' + '50,70,north,0.5,1\n51,71,south,0.5,0\n')
        profile = f'profile: "{self.folder}/may.profile"'
        checks = f'''
  - {{id: drifts, alert: ModelDrift, service: shop, every: 1s, above: 0.2, drift: {{{profile}, current: "{current}"}}}}
  - {{id: by-rows, every: 1s, above: 0.2, drift: {{reference: "{may}", segment: site, current: "{may}"}}}}
  - {{id: precise, every: 1s, drift: {{{profile}, auprc: 0.99, ece: 0.9, current: "{may}"}}}}
  - {{id: answers, every: 1s, drift: {{{profile}, precision: 0.99, recall: 0.01, brier: 0.01, current: "{may}"}}}}
  - {{id: good, every: 1s, drift: {{{profile}, precision: 0.01, recall: 0.01, brier: 0.9, current: "{may}"}}}}
  - {{id: column, every: 1s, above: 0.2, drift: {{{profile}, current: "{short}"}}}}
  - {{id: few, every: 1s, above: 20, drift: {{{profile}, current: "{few}"}}}}
  - {{id: undated, every: 1s, drift: {{{profile}, max_age: 1h, current: "{may}"}}}}
  - {{id: missing, every: 1s, above: 0.2, drift: {{{profile}, current: "{may}.gone"}}}}
'''
        self.server = self.started(Server(self.folder, self.configuration(checks), runbooks=runbooks)).start()
        wanted = {'precise': ['CheckFailing'], 'answers': ['CheckFailing'], 'column': ['CheckError'], 'few': ['CheckError'], 'undated': ['CheckError'],
                  'missing': ['CheckError']}
        wait(lambda: self.alerts() == wanted, 'no drift; what cannot be told is an error')
        self.assertIn('weight', self.summary('column')[0])
        self.assertIn('too few rows', self.summary('few')[0])
        self.assertRegex(self.summary('precise')[0], 'AUPRC is 0.[0-9]+, below 0.99')
        self.assertRegex(self.summary('answers')[0], 'precision is 0.[0-9]+, below 0.99; the Brier score is 0.[0-9]+, above 0.01')
        rows('today.csv', 30)
        wait(lambda: self.alerts().get('drifts') == ['ModelDrift'], 'it drifts')
        labels = next(a['labels'] for a in self.server.json('/api/v2/alerts') if a['labels']['check'] == 'drifts')
        self.assertEqual((labels['feature'], labels['segment']), ('age', 'north'))
        number = next(i['number'] for i in self.server.incidents() if i['procedure']['title'])
        wait(lambda: [s['runs'] for s in self.server.steps(number) if s['kind'] == 'command'] ==
             ['echo "compare age in north"'], 'its steps are filled with it')
        self.assertIn('age of north', self.summary('drifts')[0])
        rows('today.csv', 0)
        wait(lambda: 'drifts' not in self.alerts(), 'and ends when the data are as they were')
        self.server.kill()
        self.server.start()
        series = {(s['kind'], s['feature'], s['segment']): [value for _, value in s['points']]
                  for s in self.server.json('/api/v1/checks/drifts/measures?days=1')['series']}
        north = series['psi', 'age', 'north']
        self.assertTrue(max(north) > 0.2 > min(north), 'what was measured is kept over a restart')
        self.assertIn(('auprc', None, None), series)

    def test_limits_of_a_runbook_become_checks_that_the_configuration_takes(self):
        runbook = written(self.folder, 'till.md', '''# Till runbook

## Till is slow

**Symptoms**:
- API latency > 300 ms
- CPU > 90%
- up to 3 tests may run

**Steps**:

```bash
curl -s http://till:8000/health
```
''')
        code, out, err = run('suggest', runbook, '--service', 'till')
        self.assertEqual(code, 0, err)
        self.assertIn(f'# {runbook}:6: - API latency > 300 ms\n  - id: till-is-slow-latency\n    alert: TillIsSlow\n'
                      '    service: till\n', out)
        self.assertIn('above: 300ms', out)
        self.assertIn('http: {url: "http://till:8000/health", measure: latency}', out)
        self.assertIn(f'# {runbook}:7: - CPU > 90%\n  #- id: till-is-slow-cpu\n', out)
        self.assertNotIn('tests', out)
        self.assertIn('1 other number', out)
        self.assertIn(':8: - up to 3 tests may run', run('suggest', runbook, '--all')[1])
        self.accepted(out)

    TEAM = 'people: [{id: ana, contacts: [{webhook: "http://127.0.0.1:9/"}]}]\n' \
           'services: [{id: till, escalation: [{notify: [person:ana]}]}]\n'

    def accepted(self, out):
        """As it is, and with every <thing> filled in; with one left in, it is refused where that stands."""
        fills = {'series of [^>]*': 'shop_total', 'histogram of [^>]*': 'shop_seconds', 'URL[^>]*': 'http://shop:9090/x',
                 'postgresql:[^>]*': 'postgresql://auditor@db/audit', '[^<>]*(?:file|profile)[^<>]*': '/srv/x', 'https:[^>]*': 'https://shop/',
                 'pattern [^>]*': 'read'}
        whole = re.sub('(?m)^( *)#(?=- id| {2,}[a-z])', r'\1', out).replace('#checks:', 'checks:')
        filled = whole
        for what, value in fills.items():
            filled = re.sub(f'<{what}>', value, filled)
        for text in (out, filled):
            path = written(self.folder, 'suggested.yaml', text + self.TEAM)
            code, said, err = run('config', 'check', '-c', path, '--runbooks', self.folder)
            self.assertNotRegex(said + err, r'suggested.yaml:\d+: ', text)
        return whole

    def test_every_kind_of_limit_becomes_a_check_with_its_line(self):
        runbook = written(self.folder, 'pharmacy.md', '''# Pharmacy

## Severity

- **SEV-1**: error rate > 20 %, all orders fail

## Slow orders

**Symptoms**:
- p95 latency > 2 s
- error rate > 20 %
- success rate < 95 %
- memory > 90 %
- orders have 5 lines or more

```bash
curl http://pharmacy:8080/ready
curl http://stock:8080/ready
psql -c "SELECT id FROM orders WHERE placed_at < now() - interval '10 minutes'"
psql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query_start < now() - interval '9 minutes'"
kubectl logs pharmacy | grep "no stock left"
```

## Dose model drifts

**Symptoms**:
- PSI > 0.25
- recall < 0.9

```bash
ls /srv/model
```

## Odd reads

**Symptoms**:
- a clerk causes > 40 events an hour, by /var/log/pharmacy/audit.log
- certificate of https://pharmacy.example.org expires in < 21 days
- freshness of /srv/stock/today.csv > 6 h

```bash
ls /var/log/pharmacy
```

## Rules

```yaml
- alert: PharmacyErrors
  expr: rate(errors_total{code=~"5.."}[5m]) > 0.05
  for: 10m
```

Alert thresholds:

- Pharmacy latency < 100 ms is normal
''')
        code, out, err = run('suggest', runbook, '--prometheus', 'http://prometheus:9090')
        self.assertEqual(code, 0, err)
        for words in ('#- id: slow-orders-p95-latency', '#- id: slow-orders-error-rate', '#- id: slow-orders-success-rate',
                      'below: 95%', 'above: 90%', 'quantile: 0.95', 'SELECT count(*) FROM (SELECT id FROM orders',
                      'pattern: "no stock left"', 'alert: DoseModelDrifts', 'recall: 0.9', 'above: 40',
                      'path: "/var/log/pharmacy/audit.log"', 'path: "/srv/stock/today.csv"',
                      '    http: {url: "https://pharmacy.example.org", measure: certificate}',
                      '  - id: pharmacy-errors\n    alert: PharmacyErrors\n    every: 15s\n    for: 10m\n    above: 0.05\n'
                      '    promql: {url: "http://prometheus:9090", query: "rate(errors_total{code=~\\"5..\\"}[5m])"}'):
            self.assertIn(words, out)
        self.assertNotIn('pg_terminate_backend', out)
        self.assertEqual(out.count('above: 20%'), 1, 'a limit that stands twice is one')
        whole = self.accepted(out)
        path = written(self.folder, 'unfilled.yaml', whole + self.TEAM)
        code, said, err = run('config', 'check', '-c', path)
        self.assertNotEqual(code, 0)
        for line, text in enumerate(whole.splitlines(), 1):
            if re.search('(url|metric): "?<', text):
                self.assertRegex(said + err, f'unfilled.yaml:{line}: ')

    def test_what_is_suggested_for_the_runbooks_here_is_accepted(self):
        folder = os.path.join(ROOT, 'runbooks')
        code, out, err = run('suggest', *sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith('.md')))
        self.assertEqual(code, 0, err)
        ids = re.findall('- id: (.*)', out)
        self.assertGreater(len(ids), 5)
        self.assertEqual(len(ids), len(set(ids)))
        self.accepted(out)

    def test_a_command_that_would_not_be_run_is_named_with_its_line(self):
        path = written(self.folder, 'commands.yaml', '''checks:
  - {id: reads, command: {run: "cat /proc/mdstat"}}
  - {id: deletes, command: {run: "rm -rf /srv/old"}}
  - {id: taken-on, command: {run: "rm -rf /srv/old", allow: true}}
  - {id: strict, command: {run: "cat /etc/hosts"}}
''')
        code, out, err = run('config', 'check', '-c', path)
        self.assertNotEqual(code, 0)
        said = [line for line in out.splitlines() if 'commands.yaml:' in line and 'its command' in line]
        self.assertEqual(len(said), 1, out)
        self.assertRegex(out, 'commands.yaml:3: check "deletes": its command is not run: it is classed\\s+destructive')
        rules = written(self.folder, 'site.rules', 'tool cat\n    mutate: /etc/hosts\n')
        with open(path, 'a', encoding='utf-8') as f:
            f.write(f'policy: "{rules}"\n')
        code, out, err = run('config', 'check', '-c', path)
        self.assertRegex(out, 'commands.yaml:5: check "strict"')

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
