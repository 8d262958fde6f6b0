#!/usr/bin/env python3
"""What would wake people for nothing, on a server: flapping, storms, budgets, windows; and what never says anything."""
import datetime

from harness import *

RUNBOOK = '''# Shop

## Severity Levels

### SEV-1 (Critical)

**Response Time**: 15 minutes

### SEV-3 (Low)

**Response Time**: 4 hours

## Till broken

1. Look at the till.
'''
CONFIG = '''
hold_down: {2}
reopen_window: 1h
people:
  - id: ana
    contacts: [{{webhook: {0}}}]
  - id: ben
    contacts: [{{webhook: {1}}}]
services:
  - {{id: till, runbook: shop.md, match: {{service: till}}, escalation: [{{notify: [person:ana]}}]}}
  - {{id: shelf, runbook: shop.md, match: {{service: shelf}}, escalation: [{{notify: [person:ben]}}]}}
  - {{id: scale, runbook: shop.md, match: {{service: scale}}, escalation: [{{notify: [person:ben]}}]}}
'''


class Noise(SystemTest):
    def serve(self, more='', hold_down='1s'):
        self.receiver = self.started(Receiver())
        written(self.folder, 'runbooks/shop.md', RUNBOOK)
        config = CONFIG.format(self.receiver.url('/ana'), self.receiver.url('/ben'), hold_down) + more
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'))).start()

    def fire(self, name, service='till', severity='SEV-3', **more):
        self.assertEqual(self.server.fire({'alertname': name, 'service': service, 'severity': severity}, **more)[0], 200)

    def over(self, name, **more):
        self.fire(name, ends=time.time() - 1, **more)

    def kinds(self, number):
        return [e['kind'] for e in self.server.timeline(number)]

    def pages(self, person):
        return [page for _, page in self.receiver.pages(f'/{person}')]

    def test_a_storm_looks_around_a_few_at_a_time_and_first_where_somebody_is_at_work(self):
        look = RUNBOOK.replace('1. Look at the till.', '### Diagnosis\n\n```bash\nsleep 50\n```')
        self.receiver = self.started(Receiver())
        written(self.folder, 'runbooks/shop.md', look)
        config = CONFIG.format(self.receiver.url('/ana'), self.receiver.url('/ben'), '1s')
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'))).start()
        began = lambda: set(re.findall(r'step\.run run=(\d+)', self.server.process.log()))
        alerts = [{'labels': {'alertname': f'Till{n}Broken', 'service': f'till-{n}', 'severity': 'SEV-3'}} for n in range(40)]
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', alerts)[0], 200)
        wait(lambda: len(began()) == 24, 'as many look around as may')
        runs = {i['number'] for i in self.server.incidents() if i['procedure']['title'] == 'Till broken'}
        self.assertGreater(len(runs), 30)
        last = max(runs - {int(n) for n in began()})
        self.server.command('incident', 'ack', str(last))
        wait(lambda: str(last) in began(), 'the look of the incident that was acknowledged')
        self.assertLess(len(began()), 35)

    def test_what_goes_up_and_down_is_one_incident_that_is_paged_for_as_flapping_once(self):
        self.serve('flapping: {after: 4, within: 1h, calm: 10s}\n', hold_down='15s')
        for _ in range(5):
            self.fire('Loose', starts=time.time())
            wait(lambda: self.server.incident(1)['state'] != 'monitoring', 'it burns')
            wait(lambda: 'page.sent' in self.kinds(1), 'the first page is no more on its way')
            self.over('Loose')
            wait(lambda: self.server.incident(1)['state'] == 'monitoring', 'it is quiet')
        self.assertEqual(self.kinds(1).count('incident.flapping'), 1)
        self.assertEqual(len(self.server.incidents()), 1)
        wait(lambda: [page for page in self.pages('ana') if 'Flapping' in page['why']], 'it is paged for as such')
        wait(lambda: self.server.incident(1)['state'] == 'resolved', 'calm, it ends')
        self.assertEqual(len([page for page in self.pages('ana') if 'Flapping' in page['why']]), 1)

    def test_a_storm_is_one_page_with_a_count_and_the_worst_in_it_is_paged_for_at_once(self):
        self.serve('storm: {incidents: 5, within: 2m}\nbudget: {pages: 0, within: 10m}\n')
        for i in range(12):
            self.fire(f'Broken{i}')
        storm = wait(lambda: [i for i in self.server.incidents() if i['title'].startswith('Storm')], 'the storm')[0]
        wait(lambda: self.server.incident(storm['number'])['alerts']['firing'] >= 8, 'it counts what it holds')
        wait(lambda: 'Storm of service till' in [page['incident']['title'] for page in self.pages('ana')], 'it is paged for')
        self.assertLessEqual(len(self.pages('ana')), 5, 'the first ones, and the storm')
        self.fire('Worst', severity='SEV-1')
        wait(lambda: [p for p in self.pages('ana') if 'SEV-1' in p['why']], 'the worst is paged for in the midst of it')
        self.server.command('incident', 'ack', str(storm['number']), '--as', 'ana')
        held = [i for i in self.server.incidents() if i['title'].startswith('Broken') and i['storm'] == storm['number']]
        self.assertEqual(len(held), 12)
        self.assertEqual({i['state'] for i in held}, {'acknowledged'}, 'acknowledged with it')

    def test_pages_above_the_budget_come_in_one_digest_that_names_them_all(self):
        self.serve('budget: {pages: 2, within: 10s}\nstorm: {incidents: 0}\n')
        together = [{'labels': {'alertname': f'Broken{i}', 'service': 'till', 'severity': 'SEV-3'}} for i in range(6)]
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', together)[0], 200)
        self.fire('Worst', severity='SEV-1')
        wait(lambda: [p for p in self.pages('ana') if 'Worst' in p['incident']['title']], 'the worst does not wait')
        digest = wait(lambda: [p for p in self.pages('ana') if '4 more' in p['why']], 'one digest')
        self.assertEqual(len(digest), 1)
        for i in range(2, 6):
            self.assertIn(f'Broken{i}', digest[0]['why'])
        self.assertEqual(len(self.pages('ana')), 4)
        wait(lambda: all('page.sent' in self.kinds(n) for n in range(3, 7)), 'each is on record as told')

    def test_a_window_suppresses_pages_and_no_records_and_what_still_burns_pages_at_its_end(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        end = (now + datetime.timedelta(minutes=61)).strftime('%Y-%m-%dT%H:%M')
        self.serve('maintenance:\n  - {id: scales, service: till, timezone: UTC, from: "2026-01-01T00:00", until: "%s"}\n' % end)
        self.fire('Slow')
        incident = wait(self.server.incidents, 'it is recorded')[0]
        self.assertEqual(incident['state'], 'triggered')
        self.fire('Slow', service='shelf')
        wait(lambda: self.pages('ben'), 'another service pages')
        self.assertEqual(self.pages('ana'), [])
        self.server.kill()
        self.server.start()
        self.assertEqual(self.pages('ana'), [])
        window = self.server.json('/api/v1/silences')[0]['id']
        self.server.command('maintenance', 'end', window)
        wait(lambda: self.pages('ana'), 'it still burns, and pages')

    def test_a_service_that_needs_a_broken_one_is_named_with_it_and_pages_when_that_is_over(self):
        self.serve()
        config = self.server.config
        with open(config, encoding='utf-8') as f:
            text = f.read()
        self.server.stop()
        written(self.folder, 'crashcart.yaml', text.replace('{id: scale,', '{id: scale, depends_on: [till],'))
        self.server.start()
        self.fire('Down')
        self.fire('Slow', service='scale')
        wait(lambda: self.pages('ana'), 'the cause pages')
        self.assertEqual([i['service'] for i in self.server.incidents()], ['till'])
        self.assertEqual(self.pages('ben'), [])
        self.over('Down')
        wait(lambda: self.pages('ben'), 'it burns although the cause is gone')

    def test_a_watchdog_that_falls_silent_pages_and_its_return_ends_it(self):
        self.serve()
        watchdog = lambda lasts: self.assertEqual(self.server.request('POST', '/api/v2/alerts', [
            {'labels': {'alertname': 'Watchdog', 'service': 'shelf'}, 'endsAt': rfc3339(time.time() + lasts)}])[0], 200)
        watchdog(2)
        self.assertEqual(self.server.incidents(), [])
        wait(lambda: self.pages('ben'), 'silence pages')
        watchdog(600)
        wait(lambda: self.server.incident(1)['state'] == 'resolved', 'it is back')


if __name__ == '__main__':
    unittest.main()
