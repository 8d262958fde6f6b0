#!/usr/bin/env python3
"""Where Alertmanager stood: the real one and this server are asked the same, and answer the same."""
import urllib.error
import urllib.parse
import urllib.request

from harness import *

RULES = '''
inhibit_rules:
- source_matchers: ['severity="critical"']
  target_matchers: ['severity="warning"']
  equal: [service]
'''
CONFIG = 'people:\n  - id: ana\n    contacts: [{webhook: "http://127.0.0.1:9/page"}]\n' + RULES
THERE = 'route: {receiver: everyone, group_by: [service], group_wait: 0s}\nreceivers: [{name: everyone}]\n' + RULES
ALERTS = [{'labels': {'alertname': 'HighLatency', 'service': 'api', 'severity': 'critical', 'pod': 'a'}},
          {'labels': {'alertname': 'Slow', 'service': 'api', 'severity': 'warning'}},
          {'labels': {'alertname': 'Disk', 'service': 'db', 'severity': 'warning', 'path': 'a"b\\c,d}'}}]


class StandIn(SystemTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        written(self.folder, 'alertmanager.yml', THERE)
        self.started(Process('alertmanager', [
            'prometheus-alertmanager', f'--config.file={self.folder}/alertmanager.yml', f'--storage.path={self.folder}/am',
            f'--web.listen-address=127.0.0.1:{self.port}', '--cluster.listen-address='])).start()
        self.server = self.started(Server(self.folder, CONFIG)).start()
        wait(lambda: self.there('GET', '/-/ready')[0] == 200, 'Alertmanager is ready')

    def there(self, method, path, body=None):
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', data, {'Content-Type': 'application/json'}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()
        except OSError:
            return 0, b''

    def here(self, method, path, body=None):
        raw = {'raw': body.encode(), 'headers': {'Content-Type': 'application/json'}} if isinstance(body, str) else {'body': body}
        return self.server.request(method, path, **raw)[:2]

    def both(self, method, path, body=None):
        return self.there(method, path, body), self.here(method, path, body)

    def names(self, answer):
        return sorted((a['labels'].get('alertname'), a['status']['state']) for a in json.loads(answer[1]))

    def fire(self):
        for status, _ in self.both('POST', '/api/v2/alerts', ALERTS):
            self.assertEqual(status, 200)

    def test_a_body_that_is_taken_there_is_taken_here(self):
        taken = ['null', '[]', '[{"labels":{"alertname":"Half","text":"cut \\ud83d"}}]']
        times = ['2026-03-01 09:00:00', '2026-03-01T09:00:00', '2026-03-01T09:00Z', '2026-03-01T09:00:00.5+05:30',
                 '0001-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '1754-08-30T22:43:41Z', '']
        taken += [json.dumps([{'labels': {'alertname': f'T{i}'}, 'startsAt': t}]) for i, t in enumerate(times)]
        refused = ['', '{', '"x"', '[{}]', '[[]]', '[{"labels":{"a":""}}]', '[{"labels":{"a":1}}]', '[{"labels":{"a":"b"},"startsAt":"2026-03-01"}]',
                   '[{"labels":{"a":"b"},"startsAt":7}]']
        for body in taken:
            (there, _), (here, said) = self.both('POST', '/api/v2/alerts', body)
            self.assertEqual((there, here), (200, 200), (body, said))
        for body in refused:
            (there, _), (here, _) = self.both('POST', '/api/v2/alerts', body)
            self.assertTrue(400 <= there < 500 and here == 400, (body, there, here))
        there, here = self.both('GET', '/api/v2/alerts')
        self.assertEqual(self.names(there), self.names(here))
        self.assertEqual([a['labels']['text'] for a in json.loads(here[1]) if 'text' in a['labels']], ['cut \ufffd'])

    def test_a_list_holds_what_it_holds_there_whatever_is_asked(self):
        self.fire()
        wait(lambda: ('Slow', 'suppressed') in self.names(self.there('GET', '/api/v2/alerts')), 'it is held back there')
        filters = ['severity=critical', 'severity="critical"', 'severity!=critical', 'severity=~"crit.*|warn.*"', 'severity=~crit',
                   'severity!~crit.*', 'nosuch=""', 'nosuch!="x"', 'path="a\\"b\\\\c,d}"', ' service = api ', 'alertname=~""',
                   'severity=~"(?i)CRITICAL"', 'severity=~"\\\\w+"', 'severity', '=x', '', '{}', 'a b=c', 'service="api', 'service=api"', '1a=x',
                   'severity=~"("']
        queries = [f'filter={urllib.parse.quote(f)}' for f in filters] + ['filter=service%3Dapi&filter=alertname%3DSlow', 'receiver=', 'receiver=.*',
                   'receiver=every', 'receiver=(', 'unknown=1']
        for flag in ('active', 'silenced', 'inhibited', 'unprocessed'):
            queries += [f'{flag}={word}' for word in ('true', 'false', '1', '0', 'TRUE', 'no', 'yes', '')]
        for query in queries:
            there, here = self.both('GET', f'/api/v2/alerts?{query}')
            self.assertEqual(there[0], here[0], query)
            if there[0] == 200:
                self.assertEqual(self.names(there), self.names(here), query)
            else:
                self.assertIsInstance(json.loads(here[1]), str, 'as its clients read it')

    def test_a_silence_is_found_by_its_own_matchers_and_by_nothing_like_them(self):
        def silence(*matchers):
            body = {'matchers': [{'name': n, 'value': v, 'isRegex': '~' in op, 'isEqual': '!' not in op} for n, op, v in matchers],
                    'startsAt': rfc3339(time.time()), 'endsAt': rfc3339(time.time() + 3600), 'createdBy': 'ana',
                    'comment': ' '.join(n + op + v for n, op, v in matchers)}
            for answer in self.both('POST', '/api/v2/silences', body):
                self.assertEqual(answer[0], 200, answer)
        silence(('service', '=', 'api'))
        silence(('service', '!=', 'api'), ('pod', '=', 'a'))
        silence(('service', '=~', 'api|db'))
        silence(('service', '!~', 'api'), ('pod', '=', 'a'))
        for f in ('service=api', 'service!=api', 'service=~"api|db"', 'service=~"a.*"', 'service!~api', 'pod=a', 'pod!=a', 'nosuch=""'):
            found = [sorted(s['comment'] for s in json.loads(answer[1]))
                     for answer in self.both('GET', f'/api/v2/silences?filter={urllib.parse.quote(f)}')]
            self.assertEqual(found[0], found[1], f)

    def test_what_is_no_silence_there_is_none_here_and_the_life_of_one_is_the_same(self):
        matcher = {'name': 'service', 'value': 'api', 'isRegex': False, 'isEqual': True}
        good = {'matchers': [matcher], 'startsAt': rfc3339(time.time()), 'endsAt': rfc3339(time.time() + 3600), 'createdBy': 'ana', 'comment': 'c'}
        wrong = [{'matchers': None}, {'matchers': []}, {'matchers': {}}, {'matchers': [{}]}, {'matchers': [{**matcher, 'name': ''}]},
                 {'matchers': [{**matcher, 'value': ''}]}, {'matchers': [{**matcher, 'value': '.*', 'isRegex': True}]},
                 {'matchers': [{**matcher, 'value': '(', 'isRegex': True}]}, {'matchers': [{**matcher, 'value': 5}]},
                 {'matchers': [{**matcher, 'isRegex': 'true'}]}, {'startsAt': 'x'}, {'endsAt': 'x'}, {'endsAt': '0001-01-01T00:00:00Z'},
                 {'endsAt': rfc3339(time.time() - 9)}, {'startsAt': rfc3339(time.time() + 7200)}, {'id': 5}, {'comment': 5}, {'comment': None}]
        for change in wrong:
            (there, _), (here, said) = self.both('POST', '/api/v2/silences', {**good, **change})
            self.assertTrue(400 <= there < 500 and here == 400, (change, there, here))
            self.assertIsInstance(json.loads(said), str, 'as its clients read it')
        self.assertEqual([a[0] for a in self.both('POST', '/api/v2/silences', {**good, 'id': 'nosuch'})], [404, 404])
        lives = []
        for ask in (self.there, self.here):
            make = lambda change: json.loads(ask('POST', '/api/v2/silences', {**good, **change})[1])['silenceID']
            state = lambda i: json.loads(ask('GET', f'/api/v2/silence/{i}')[1])['status']['state']
            first = make({'startsAt': '2026-03-01 09:00:00'})
            longer = make({'id': first, 'startsAt': json.loads(ask('GET', f'/api/v2/silence/{first}')[1])['startsAt'],
                           'endsAt': rfc3339(time.time() + 7200)})
            other = make({'id': longer, 'matchers': [{**matcher, 'value': 'db'}]})
            life = [longer == first, other == longer, state(first), state(other), ask('DELETE', f'/api/v2/silence/{other}')[0], state(other),
                    ask('DELETE', f'/api/v2/silence/{other}')[0], make({'id': other}) == other, state(make({'startsAt': rfc3339(time.time() + 60)}))]
            lives.append(life)
        self.assertEqual(lives[0], lives[1])


if __name__ == '__main__':
    unittest.main()
