#!/usr/bin/env python3
"""What is held back: silences by the real amtool and by our own command, inhibition, services that need each other.
Held alerts page nobody, are seen by everybody, outlive kill -9 and a reload, and page when nothing holds them."""
import signal
import subprocess

from harness import *

CONFIG = '''
hold_down: 1s
people:
  - id: ana
    contacts: [{{webhook: {webhook}}}]
services:
  - {{id: shop, escalation: [{{notify: [person:ana]}}], depends_on: [postgres]}}
  - {{id: postgres, escalation: [{{notify: [person:ana]}}]}}
inhibit:
  - source_matchers: ['alertname="ClusterDown"']
    target_matchers: ['cluster=~".+"']
    equal: [cluster]
'''


class Silences(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver = self.started(Receiver())
        self.server = self.started(Server(self.folder, CONFIG.format(webhook=self.receiver.url('/ana'))))
        self.server.start()

    def amtool(self, *words, check=True):
        done = subprocess.run(['amtool', f'--alertmanager.url=http://127.0.0.1:{self.server.port}', *words],
                              capture_output=True, timeout=PATIENCE_S)
        if check:
            self.assertEqual(done.returncode, 0, f'amtool {" ".join(words)}: {done.stderr.decode()[:500]}')
        return done.stdout.decode()

    def alerts(self, query=''):
        return {a['labels']['alertname']: a for a in self.server.json('/api/v2/alerts' + query)}

    def paged(self, word):
        return [page for _, page in self.receiver.pages() if word in json.dumps(page)]

    def test_a_silence_by_amtool_holds_until_it_is_expired(self):
        silence = self.amtool('silence', 'add', '--duration=1h', '--comment=upgrade', '--author=ben',
                              'service=shop', 'alertname=~Slow.*').strip()
        self.amtool('alert', 'add', 'SlowReplies', 'service=shop')
        self.amtool('alert', 'add', 'QueueGrows', 'service=shop')
        wait(lambda: self.paged('QueueGrows'), 'what is not silenced pages')
        found = self.alerts()
        self.assertEqual(found['SlowReplies']['status'],
                         {'state': 'suppressed', 'silencedBy': [silence], 'inhibitedBy': [], 'mutedBy': []})
        self.assertEqual(found['QueueGrows']['status']['state'], 'active')
        self.assertEqual(found['QueueGrows']['receivers'], [{'name': 'person:ana'}])
        self.assertNotIn('SlowReplies', self.amtool('alert', 'query'))
        self.assertIn('SlowReplies', self.amtool('alert', 'query', '--silenced'))
        self.server.kill()
        self.server.start()
        self.assertEqual(self.alerts()['SlowReplies']['status']['silencedBy'], [silence])
        self.assertEqual(self.paged('SlowReplies'), [])
        self.amtool('silence', 'expire', silence)
        page = wait(lambda: self.paged('SlowReplies'), 'it pages when the silence has ended')[0]
        self.assertIn('silence of ben (...) has ended, and it still fires, since', page['why'])

    def test_amtool_imports_updates_and_reads_the_configuration(self):
        first = self.amtool('silence', 'add', '--duration=1h', '--comment=a', 'service=x').strip()
        self.amtool('silence', 'update', '--duration=3h', '--comment=b', first)
        self.assertEqual([s['id'] for s in json.loads(self.amtool('-o', 'json', 'silence', 'query'))], [first])
        kept = written(self.folder, 'kept.json', self.amtool('-o', 'json', 'silence', 'query'))
        self.amtool('silence', 'expire', first)
        self.assertEqual(json.loads(self.amtool('-o', 'json', 'silence', 'query') or '[]'), [])
        self.amtool('silence', 'import', '--force', kept)
        found = json.loads(self.amtool('-o', 'json', 'silence', 'query'))
        self.assertEqual([s['comment'] for s in found], ['b'])
        self.assertEqual(self.amtool('config', 'routes', 'test', 'service=postgres').strip(), 'person:ana')
        self.assertEqual(self.amtool('config', 'routes', 'test', 'service=other').strip(), 'everyone')
        self.assertIn('ClusterDown', self.amtool('config', 'show'))
        self.assertEqual({r['name'] for r in self.server.json('/api/v2/receivers')}, {'everyone', 'person:ana'})

    def test_an_inhibited_alert_waits_through_a_reload_and_pages_at_the_end(self):
        self.server.fire({'alertname': 'ClusterDown', 'cluster': 'eu'})
        self.server.fire({'alertname': 'NodeDown', 'cluster': 'eu', 'node': 'n7'})
        self.server.fire({'alertname': 'NodeDownElsewhere', 'cluster': 'us'})
        wait(lambda: self.paged('NodeDownElsewhere'), 'another cluster pages')
        found = self.alerts()
        self.assertEqual(found['NodeDown']['status']['inhibitedBy'], [found['ClusterDown']['fingerprint']])
        self.assertNotIn('NodeDown', self.alerts('?inhibited=false'))
        os.kill(self.server.process.child.pid, signal.SIGHUP)
        wait(lambda: 'site.loaded' in self.server.process.log(), 'the configuration is read again')
        self.server.fire({'alertname': 'NodeDown', 'cluster': 'eu', 'node': 'n7'})
        self.assertEqual(self.paged('n7'), [])
        self.assertEqual([i for i in self.server.incidents() if 'NodeDown on' in i['title'] and 'eu' in i['title']], [])
        self.server.fire({'alertname': 'ClusterDown', 'cluster': 'eu'}, ends=time.time() - 1)
        wait(lambda: [i for i in self.server.incidents() if i['title'].startswith('NodeDown')], 'it has an incident')

    def test_what_needs_a_broken_service_is_told_with_it(self):
        self.server.fire({'alertname': 'PostgresDown', 'service': 'postgres', 'severity': 'critical'})
        wait(lambda: self.paged('PostgresDown'), 'the cause pages')
        self.server.fire({'alertname': 'ShopErrors', 'service': 'shop', 'severity': 'critical'})
        number = wait(lambda: self.server.incidents(), 'an incident')[0]['number']
        wait(lambda: [e for e in self.server.timeline(number) if e['kind'] == 'alert.held' and 'ShopErrors' in e['summary']],
             'its timeline names what follows')
        self.assertEqual(self.alerts()['ShopErrors']['status']['inhibitedBy'], [f'incident/{number}'])
        self.assertEqual(self.paged('ShopErrors'), [])
        self.server.fire({'alertname': 'PostgresDown', 'service': 'postgres', 'severity': 'critical'}, ends=time.time() - 1)
        wait(lambda: self.paged('ShopErrors'), 'it pages when the cause is over')

    def test_our_own_command_shows_what_it_would_hide(self):
        self.server.fire({'alertname': 'QueueGrows', 'service': 'shop', 'pod': 'a-1'})
        wait(lambda: self.alerts(), 'the alert')
        _, out, _ = self.server.command('silence', 'preview', 'pod=~a-.*')
        self.assertIn('would hide 1 alert that fires now', out)
        self.assertIn('QueueGrows pod=a-1 service=shop', out)
        _, out, _ = self.server.command('silence', 'add', 'pod=~a-.*', '--for', '1h', '--comment', 'upgrade', '--as', 'ben')
        silence = out.split('silence ')[1].split()[0]
        _, out, _ = self.server.command('silence', 'list')
        self.assertIn(silence, out)
        self.assertIn('ben: upgrade', out)
        self.server.command('silence', 'expire', silence)
        self.assertIn('nothing is silenced', self.server.command('silence', 'list')[1])
        code, _, err = self.server.command('silence', 'add', 'pod=~.*', '--for', '1h', '--comment', 'all', check=False)
        self.assertEqual(code, 1)
        self.assertIn('every alert', err)
        self.assertEqual(self.server.command('silence', 'expire', 'no-such', check=False)[0], 1)

    def test_a_whole_severity_that_amtool_silences_hides_nothing_of_the_worst_level(self):
        self.amtool('silence', 'add', '--duration=1h', '--comment=noise', '--author=ben', 'severity=~critical|warning')
        self.assertIn('WIDE', self.server.command('silence', 'list')[1])
        self.assertIn('WIDE', self.server.command('silence', 'preview', 'severity=critical')[1])
        self.server.fire({'alertname': 'DiskAlmostFull', 'service': 'shop', 'severity': 'warning'})
        self.server.fire({'alertname': 'ServiceDown', 'service': 'shop', 'severity': 'critical'})
        wait(lambda: self.paged('ServiceDown'), 'the worst level pages')
        found = self.alerts()
        self.assertEqual(found['ServiceDown']['status']['state'], 'active')
        self.assertEqual(found['DiskAlmostFull']['status']['state'], 'suppressed')
        self.assertEqual(self.paged('DiskAlmostFull'), [])
        self.server.kill()
        self.server.start()
        self.assertEqual(self.alerts()['ServiceDown']['status']['state'], 'active')

    def test_many_silences_are_listed_whole(self):
        body = {'createdBy': 'ben', 'comment': 'many', 'endsAt': '2099-01-01T00:00:00Z'}
        for i in range(1000):
            status, answer = self.server.request('POST', '/api/v2/silences',
                                                 {**body, 'matchers': [{'name': 'instance', 'value': f'i{i}'}]})
            self.assertEqual(status, 200, answer)
        self.assertEqual(len({s['id'] for s in self.server.json('/api/v2/silences')}), 1000)
        self.assertEqual(len(self.server.json('/api/v2/silences?filter=instance%3D%22i7%22')), 1)
        self.server.fire({'alertname': 'A', 'instance': 'i999'})
        self.assertEqual(self.alerts()['A']['status']['state'], 'suppressed')


if __name__ == '__main__':
    unittest.main()
