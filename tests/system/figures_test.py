#!/usr/bin/env python3
"""The figures that Crashcart gives of itself, and the rules and the dashboard that are made of them, under a real Prometheus."""
import urllib.parse

from harness import *

RULES = os.path.join(ROOT, 'packaging/prometheus/crashcart.rules.yaml')
DASHBOARD = os.path.join(ROOT, 'packaging/grafana/crashcart.json')
CONFIG = '''people:
  - id: ana
    contacts: [{webhook: URL}]
'''


class Figures(SystemTest):
    def setUp(self):
        super().setUp()
        receiver = self.started(Receiver())
        self.server = self.started(Server(self.folder, CONFIG.replace('URL', receiver.url('/page'))))
        self.server.start()
        self.server.fire({'alertname': 'QueueGrows', 'service': 'billing', 'severity': 'critical'})
        wait(lambda: self.figure('crashcart_pages_total{outcome="sent"}') == 1, 'the page is counted')

    def metrics(self):
        return self.server.request('GET', '/metrics')[1].decode()

    def figure(self, name):
        found = re.search(rf'^{re.escape(name)} (\S+)$', self.metrics(), re.M)
        return float(found[1]) if found else None

    def expressions(self):
        with open(DASHBOARD, encoding='utf-8') as f:
            panels = json.load(f)['panels']
        return [target['expr'] for panel in panels for target in panel['targets']]

    def test_what_happened_is_in_the_figures(self):
        self.assertEqual(self.figure('crashcart_page_seconds_count'), 1)
        self.assertEqual(self.figure('crashcart_page_seconds_bucket{le="+Inf"}'), 1)
        self.assertEqual(self.figure('crashcart_alert_seconds_count'), 1)
        self.assertGreater(self.figure('crashcart_alert_seconds_sum'), 0)
        self.assertGreater(self.figure('crashcart_commit_seconds_count'), 0)

    def test_rules_and_dashboard_use_figures_that_there_are(self):
        shown = set(re.findall(r'^(crashcart_\w+)', self.metrics(), re.M))
        with open(RULES, encoding='utf-8') as f:
            used = set(re.findall(r'\bcrashcart_\w+', f.read() + ' '.join(self.expressions())))
        self.assertGreater(len(used), 8)
        self.assertEqual(used - shown, set())

    def test_prometheus_takes_the_rules_and_answers_the_dashboard(self):
        port = free_port()
        config = written(self.folder, 'prometheus.yml', f'''
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{RULES}]
scrape_configs:
  - job_name: crashcart
    static_configs: [{{targets: ["127.0.0.1:{self.server.port}"]}}]
''')
        prometheus = self.started(Process('prometheus', ['prometheus', f'--config.file={config}', f'--web.listen-address=127.0.0.1:{port}',
                                                         f'--storage.tsdb.path={self.folder}/tsdb']))
        prometheus.start()

        def answer(expression):
            query = urllib.parse.urlencode({'query': expression.replace('$__range', '1h')})
            try:
                with urllib.request.urlopen(f'http://127.0.0.1:{port}/api/v1/query?{query}', timeout=30) as f:
                    return json.load(f)['data']['result']
            except urllib.error.HTTPError as e:
                if e.code == 503: # it starts
                    return []
                self.fail(f'{expression}: {e.read().decode()}')
            except OSError:
                return []
        wait(lambda: answer('up{job="crashcart"}'), 'a scrape')
        self.server.fire({'alertname': 'QueueGrows', 'service': 'cashier', 'severity': 'critical'})
        wait(lambda: answer('crashcart_page_seconds_count > 1'), 'the second page')
        for expression in self.expressions():
            if 'crashcart_http_requests_total' not in expression: # none was refused
                wait(lambda: answer(expression), f'an answer to {expression}')
        wait(lambda: answer('crashcart:alert_durable_in_time:ratio_rate1h'), 'the first promise')
        self.assertEqual(answer('ALERTS{alertstate="firing",alertname!="CrashcartLedgerSlow"}'), [])


if __name__ == '__main__':
    unittest.main()
