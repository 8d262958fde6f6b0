#!/usr/bin/env python3
"""Silences outward: a real Alertmanager is silent where we are, and nowhere else, whatever fails on the way."""
import signal
import urllib.error
import urllib.request

from harness import *

CONFIG = '''
hold_down: 1s
people:
  - id: ana
    contacts: [{{webhook: {webhook}}}]
channels:
  alertmanager: {{server: "http://127.0.0.1:{port}"}}
'''
THERE = '''
route: {receiver: nobody}
receivers: [{name: nobody}]
'''


class Outward(SystemTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.receiver = self.started(Receiver())
        written(self.folder, 'alertmanager.yml', THERE)
        self.alertmanager = self.started(Process('alertmanager', [
            'prometheus-alertmanager', f'--config.file={self.folder}/alertmanager.yml', f'--storage.path={self.folder}/am',
            f'--web.listen-address=127.0.0.1:{self.port}', '--cluster.listen-address=']))
        self.server = self.started(Server(self.folder, CONFIG.format(webhook=self.receiver.url('/ana'), port=self.port)))

    def there(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', data=data, headers={'Content-Type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b'null')
        except urllib.error.HTTPError as e:
            self.fail(f'{path}: {e.code} {e.read()}')
        except OSError:
            return None

    def silences(self, ours=True):
        found = self.there('/api/v2/silences') or []
        return [s for s in found if s['status']['state'] == 'active' and ('[crashcart ' in s['comment']) == ours]

    def is_silent(self, labels):
        """As the Alertmanager itself sees an alert with these labels."""
        self.there('/api/v2/alerts', [{'labels': labels}])
        for alert in self.there('/api/v2/alerts') or []:
            if alert['labels'] == labels:
                return alert['status']['state'] == 'suppressed'
        return None

    def silence(self, name, comment='upgrade'):
        status, body = self.server.request('POST', '/api/v2/silences', {
            'matchers': [{'name': 'alertname', 'value': name, 'isRegex': True, 'isEqual': True}],
            'startsAt': rfc3339(time.time()), 'endsAt': rfc3339(time.time() + 3600), 'createdBy': 'ben', 'comment': comment})[:2]
        self.assertEqual(status, 200, body)
        return json.loads(body)['silenceID']

    def test_a_silence_holds_there_until_it_ends_here_and_others_are_left_alone(self):
        self.alertmanager.start()
        wait(lambda: self.there('/api/v2/status'), 'Alertmanager answers')
        self.there('/api/v2/silences', {'matchers': [{'name': 'a', 'value': 'b', 'isRegex': False}], 'startsAt': rfc3339(time.time()),
                                        'endsAt': rfc3339(time.time() + 3600), 'createdBy': 'eve', 'comment': 'hers [crashcart x y z]'})
        self.server.start()
        silence = self.silence('Slow.*', 'disk [crashcart 1 2 3] "x"\n')
        wait(lambda: len([s for s in self.silences() if silence in s['comment']]) == 1, 'the silence is there')
        self.assertTrue(wait(lambda: self.is_silent({'alertname': 'SlowReplies'}), 'it hides what it fits'))
        self.assertFalse(self.is_silent({'alertname': 'QueueGrows'}))
        self.assertEqual(self.server.request('DELETE', f'/api/v2/silence/{silence}')[0], 200)
        wait(lambda: [s['createdBy'] for s in self.silences()] == ['eve'], 'ours is lifted there, and hers is not')

    def test_taken_out_of_the_configuration_nothing_of_ours_stays_there(self):
        self.alertmanager.start()
        wait(lambda: self.there('/api/v2/status'), 'Alertmanager answers')
        self.there('/api/v2/silences', {'matchers': [{'name': 'a', 'value': 'b', 'isRegex': False}], 'startsAt': rfc3339(time.time()),
                                        'endsAt': rfc3339(time.time() + 3600), 'createdBy': 'eve', 'comment': 'hers'})
        self.server.start()
        silence = self.silence('Slow.*')
        wait(lambda: self.silences(), 'the silence is there')
        with open(self.server.config, encoding='utf-8') as f:
            config = f.read()
        written(self.folder, 'crashcart.yaml', config.split('channels:')[0])
        self.server.process.child.send_signal(signal.SIGHUP)
        wait(lambda: not self.silences(), 'ours is ended there')
        self.assertEqual([s['createdBy'] for s in self.silences(ours=False)], ['eve'])
        written(self.folder, 'crashcart.yaml', config)
        self.server.process.child.send_signal(signal.SIGHUP)
        wait(lambda: [s for s in self.silences() if silence in s['comment']], 'named again, it is silent again')

    def test_what_was_made_while_alertmanager_was_down_is_there_once_after_kills_on_both_sides(self):
        self.server.start()
        first, second = self.silence('A'), self.silence('B')
        wait(lambda: 'silences.not_mirrored' in self.server.process.log(), 'it is said')
        self.alertmanager.start()
        wait(lambda: len(self.silences()) == 2, 'both are there')
        self.server.kill()
        self.server.start()
        third = self.silence('C')
        wait(lambda: len(self.silences()) >= 3, 'the third is there')
        self.assertEqual(sorted(i for s in self.silences() for i in (first, second, third) if i in s['comment']),
                         sorted([first, second, third]))

    def test_a_mute_holds_there_and_is_lifted_by_the_resolve(self):
        self.alertmanager.start()
        self.server.start()
        labels = {'alertname': 'QueueGrows', 'service': 'mail', 'pod': 'a'}
        self.server.fire(labels)
        wait(lambda: self.server.incidents(), 'an incident')
        status, body = self.server.request('POST', '/api/v1/incidents/1/mute', {'why': 'a disk is on its way', 'for': '1h'})[:2]
        self.assertEqual(status, 200, body)
        wait(lambda: self.is_silent(labels), 'it is silent there')
        self.assertFalse(self.is_silent({'alertname': 'QueueGrows', 'service': 'fax', 'pod': 'a'}))
        self.server.command('incident', 'resolve', '1', '--force')
        wait(lambda: not self.silences(), 'the resolve lifts it')
        self.assertFalse(self.is_silent(labels))


if __name__ == '__main__':
    unittest.main()
