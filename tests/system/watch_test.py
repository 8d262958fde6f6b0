#!/usr/bin/env python3
"""Checks: what Crashcart looks at itself becomes an alert, an incident and a page, and ends; whatever the other side
does is bounded, and never health."""
import http.server
import signal
import socket
import struct
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
