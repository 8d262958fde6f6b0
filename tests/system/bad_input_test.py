#!/usr/bin/env python3
"""Bad input gets a clear message and changes nothing: configurations, runbooks, request bodies."""
import urllib.error
import urllib.request

from harness import *

PERSON = 'people:\n  - id: ana\n    name: Ana\n    contacts:\n      - webhook: http://127.0.0.1:9/page\n'


class Configuration(SystemTest):
    def refused(self, text):
        path = written(self.folder, 'crashcart.yaml', text)
        code, out, err = run('serve', '-c', path, '--data', os.path.join(self.folder, 'data'), '--runbooks',
                             os.path.join(ROOT, 'runbooks'), '--listen', f'127.0.0.1:{free_port()}')
        self.assertEqual(code, 3, out + err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'data', 'ledger.db')), 'nothing is half-begun')
        return out + err

    def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key(self):
        said = self.refused(PERSON + 'servces:\n  - id: x\n')
        self.assertIn('crashcart.yaml:6', said)
        self.assertIn('servces', said)
        self.assertIn('services', said)

    def test_a_person_without_a_way_to_be_reached_is_refused(self):
        said = self.refused('people:\n  - id: ana\n    name: Ana\n')
        self.assertIn('crashcart.yaml:2', said)
        self.assertIn('ana', said)
        self.assertIn('contacts', said)

    def test_somebody_unknown_in_an_escalation_is_refused(self):
        said = self.refused(PERSON + 'services:\n  - id: x\n    escalation:\n      - notify: [person:bob]\n')
        self.assertIn('crashcart.yaml:9', said)
        self.assertIn('bob', said)

    def test_what_is_no_yaml_is_refused_with_its_line(self):
        self.assertIn('crashcart.yaml:', self.refused('people: [\n  - : :\n'))

    def test_an_unknown_zone_and_a_wrong_date_are_refused_with_their_lines(self):
        schedule = PERSON + 'schedules:\n  - id: s\n    timezone: {}\n    layers:\n      - start: {}\n        people: [ana]\n'
        said = self.refused(schedule.format('Europe/Berlni', '2026-03-01T09:00'))
        self.assertIn('crashcart.yaml:8', said)
        self.assertIn('Europe/Berlin', said)
        self.assertIn('crashcart.yaml:10', self.refused(schedule.format('Europe/Berlin', '2026-02-30T09:00')))

    def test_services_that_depend_on_each_other_in_a_ring_are_refused(self):
        said = self.refused('services:\n  - id: a\n    depends_on: [b]\n  - id: b\n    depends_on: [c]\n'
                            '  - id: c\n    depends_on: [a]\n')
        self.assertIn('depends_on', said)

    def test_a_chain_that_comes_back_to_the_same_people_is_walked_and_a_hole_is_named(self):
        path = written(self.folder, 'holes.yaml', PERSON + """schedules:
  - id: office
    timezone: Europe/Berlin
    layers:
      - start: 2026-01-01T00:00
        people: [ana]
        hours: {days: [mon], from: "09:00", until: "10:00"}
services:
  - id: ring
    escalation:
      - notify: [person:ana]
      - notify: [person:ana]
        after: 5m
      - notify: [person:ana]
        after: 5m
  - id: holes
    escalation:
      - notify: [schedule:office]
""")
        code, out, err = run('config', 'check', '-c', path, '--runbooks', os.path.join(ROOT, 'runbooks'))
        self.assertEqual(code, 1, out + err)
        self.assertIn('nobody is on call by schedule:office', out + err)
        self.assertNotIn('ring', [line.split(':')[0] for line in (out + err).splitlines()])

    def test_a_bad_file_on_reload_leaves_the_old_one_in_force(self):
        server = self.started(Server(self.folder, PERSON)).start()
        written(self.folder, 'crashcart.yaml', 'people: 7\n')
        server.process.child.send_signal(1)
        wait(lambda: 'site.kept' in server.process.log(), 'the reload is refused in the log')
        self.assertEqual(server.fire({'alertname': 'StillThere'})[0], 200)


class Runbooks(SystemTest):
    def refused(self, name, *words):
        code, out, err = run('read', os.path.join(self.folder, name))
        self.assertNotEqual(code, 0)
        for word in (name, *words):
            self.assertIn(word, err)

    def test_a_runbook_that_is_not_utf8_is_named(self):
        with open(os.path.join(self.folder, 'latin.md'), 'wb') as f:
            f.write(b'# Caf\xe9\n')
        self.refused('latin.md', 'UTF-8')

    def test_an_empty_runbook_is_named(self):
        written(self.folder, 'empty.md', '')
        self.refused('empty.md', 'empty')

    def test_a_runbook_of_50_mb_is_refused_at_once(self):
        written(self.folder, 'large.md', 'x' * 50_000_000)
        self.refused('large.md', 'larger')

    def test_a_folder_that_loops_is_read_once_and_said(self):
        written(self.folder, 'runbooks/a.md', '# A\n\n## Disk full\n\n```bash\ndf -h\n```\n')
        os.symlink('..', os.path.join(self.folder, 'runbooks', 'loop'))
        with open(os.path.join(self.folder, 'runbooks', 'bad.md'), 'wb') as f:
            f.write(b'\xff\xfe')
        server = self.started(Server(self.folder, '', os.path.join(self.folder, 'runbooks'))).start()
        server.incidents()  # answered once the runbooks are read
        log = server.process.log()
        self.assertIn('loop', log)
        self.assertIn('bad.md', log)
        self.assertEqual(server.fire({'alertname': 'DiskFull'})[0], 200)
        self.assertEqual(server.incidents()[0]['procedure']['title'], 'Disk full')


class Bodies(SystemTest):
    def setUp(self):
        super().setUp()
        self.server = self.started(Server(self.folder, '')).start()

    def refused(self, statuses, **request):
        status, body = self.server.request('POST', '/api/v2/alerts', **request)
        self.assertIn(status, statuses, body[:300])
        self.assertIn('error', json.loads(body))
        self.assertTrue(json.loads(body)['error']['message'])
        self.assertEqual(self.server.json('/api/v2/alerts'), [])

    def test_bad_bodies_are_refused_and_nothing_of_them_is_kept(self):
        good = {'labels': {'alertname': 'Good'}}
        self.refused((400,), raw=b'')
        self.refused((400,), raw=b'{"labels":')
        self.refused((400,), body={'labels': {'alertname': 'NoArray'}})
        self.refused((400,), body=[{'labels': {}}, {'labels': {'alertname': ''}}])
        self.refused((400,), body=[good, {'labels': {'alertname': 7}}])
        self.refused((400,), body=[good, {'labels': {'alertname': 'X'}, 'startsAt': 'yesterday'}])
        self.refused((400,), body=[{'labels': {f'l{i}': 'v' for i in range(10_000)}}])
        self.refused((400,), body=[{'labels': {'alertname': 'x' * 100_000}}])
        self.refused((400, 413), raw=b'[' * 100_000)
        self.refused((400,), raw=b'[{"labels":{"alertname":"\xff\xfe"}}]')
        self.refused((413,), raw=b'[' + b' ' * 40_000_000 + b']')
        self.refused((415,), raw=b'[]', headers={'Content-Type': 'text/plain'})

    def test_an_alert_without_sense_keeps_no_other_out_as_with_alertmanager(self):
        """Prometheus sends all that fire in one body, again and again: one bad alert must not be the end of the others."""
        port, folder = free_port(), os.path.join(self.folder, 'alertmanager')
        config = written(folder, 'alertmanager.yml', 'route: {receiver: x}\nreceivers: [{name: x}]\n')
        self.started(Process('alertmanager', [
            'prometheus-alertmanager', f'--config.file={config}', f'--storage.path={folder}/data', '--cluster.listen-address=',
            f'--web.listen-address=127.0.0.1:{port}'])).start()

        def alertmanager(path, body=None):
            request = urllib.request.Request(f'http://127.0.0.1:{port}{path}', body and json.dumps(body).encode(),
                                             {'Content-Type': 'application/json'})
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as e:
                return e.code, e.read()
            except OSError:
                return 0, b''
        wait(lambda: alertmanager('/-/ready')[0] == 200, 'Alertmanager is ready')
        names = lambda body: sorted(a['labels'].get('alertname') for a in json.loads(body))
        now, good = time.time(), lambda n: {'labels': {'alertname': n}}
        backwards = {'labels': {'alertname': 'Backwards'}, 'startsAt': rfc3339(now + 60), 'endsAt': rfc3339(now + 30)}
        for bodies in (([good('A'), backwards, good('B')], 400), ([{'labels': {}}, good('C'), backwards], 400),
                       ([good('D'), {'labels': {'x': ''}}], 400), ([good('E'), {'labels': {'x': 7}}], 400),
                       ([good('F'), {**good('G'), 'startsAt': 'yesterday'}], 400),
                       ([{**good('H'), 'startsAt': rfc3339(now), 'endsAt': rfc3339(now)}, good('I')], 200)):
            body, status = bodies
            self.assertEqual(alertmanager('/api/v2/alerts', body)[0], status, body)
            self.assertEqual(self.server.request('POST', '/api/v2/alerts', body)[0], status, body)
            self.assertEqual(sorted(self.alerts()), names(alertmanager('/api/v2/alerts')[1]), body)
        status, body = self.server.request('POST', '/api/v2/alerts', [good('J'), backwards, good('K')])
        error = json.loads(body)['error']
        self.assertEqual(error['field'], '[1].endsAt')
        self.assertIn('of the 3 alerts 1 refused, the others were taken', error['message'])
        self.server.kill()
        self.server.start()
        self.assertEqual(sorted(self.alerts()), ['A', 'B', 'C', 'D', 'I', 'J', 'K'])

    def test_zero_times_are_absent_not_long_ago(self):
        zero = '0001-01-01T00:00:00.000Z'
        alert = {'labels': {'alertname': 'ZeroTimes'}, 'startsAt': zero, 'endsAt': zero}
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', [alert])[0], 200)
        self.assertEqual(len(self.server.json('/api/v2/alerts')), 1)
        self.assertEqual(self.server.incidents()[0]['state'], 'triggered')

    def alerts(self):
        return {a['labels']['alertname']: a for a in self.server.json('/api/v2/alerts')}

    def test_times_at_the_ends_of_the_calendar_are_kept_or_refused_and_never_wrap(self):
        post = lambda **alert: self.server.request('POST', '/api/v2/alerts', [alert])[0]
        self.assertEqual(post(labels={'alertname': 'Late'}, endsAt='9999-12-31T23:59:59Z'), 200)
        self.assertEqual(post(labels={'alertname': 'Early'}, startsAt='0001-01-01T00:00:01Z'), 200)
        self.assertEqual(sorted(self.alerts()), ['Early', 'Late'])
        for bad in ('0000-00-00T00:00:00Z', '10000-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01T24:61:00Z',
                    '99999999999999999999', '-0001-01-01T00:00:00Z'):
            self.assertEqual(post(labels={'alertname': 'Bad'}, endsAt=bad), 400, bad)
        self.assertEqual(post(labels={'alertname': 'Backwards'}, startsAt='2026-03-02T00:00:00Z',
                              endsAt='2026-03-01T00:00:00Z'), 400)
        self.assertEqual(sorted(self.alerts()), ['Early', 'Late'])
        self.server.kill()
        self.server.start()
        self.assertEqual(sorted(self.alerts()), ['Early', 'Late'])

    def test_one_identity_is_one_alert_whatever_else_is_said_of_it(self):
        labels = {'alertname': 'DiskFull', 'service': 'shop'}
        now = time.time()
        for start, text in ((now - 60, 'first'), (now - 5, 'second'), (now - 600, 'third')):
            alert = [{'labels': labels, 'startsAt': rfc3339(start), 'annotations': {'summary': text}}]
            self.assertEqual(self.server.request('POST', '/api/v2/alerts', alert)[0], 200)
        twice = [{'labels': labels, 'annotations': {'summary': text}} for text in ('one', 'other')]
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', twice)[0], 200)
        self.assertEqual(len(self.server.json('/api/v2/alerts')), 1)
        self.assertEqual(len(self.server.incidents()), 1)
        self.assertEqual(self.server.incidents()[0]['title'], 'DiskFull on shop')

    def test_one_key_of_two_services_is_not_one_incident(self):
        for key in ('till', 'bank'):
            event = {'routing_key': key, 'event_action': 'trigger', 'dedup_key': 'disk',
                     'payload': {'summary': f'Disk of {key}', 'source': key, 'severity': 'critical'}}
            self.assertEqual(self.server.request('POST', '/v2/enqueue', event)[0], 202)
        self.assertEqual(len(self.server.incidents()), 2)
        over = {'routing_key': 'till', 'event_action': 'resolve', 'dedup_key': 'disk'}
        self.assertEqual(self.server.request('POST', '/v2/enqueue', over)[0], 202)
        self.assertEqual(len(self.server.json('/api/v2/alerts')), 1)

    def test_what_is_replayed_or_comes_in_another_order_is_the_same_trouble(self):
        labels, now = {'alertname': 'QueueFull', 'service': 'shop'}, time.time()
        fires = [{'labels': labels, 'startsAt': rfc3339(now - 300), 'endsAt': rfc3339(now + 300)}]
        over = [{'labels': labels, 'startsAt': rfc3339(now - 300), 'endsAt': rfc3339(now - 10)}]
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', over)[0], 200)  # its beginning was lost
        self.assertEqual(self.server.incidents(), [])
        for body in (fires, fires, fires):
            self.assertEqual(self.server.request('POST', '/api/v2/alerts', body)[0], 200)
        self.assertEqual(len(self.server.incidents()), 1)
        for body in (over, over):
            self.assertEqual(self.server.request('POST', '/api/v2/alerts', body)[0], 200)
        wait(lambda: self.server.incident(1)['state'] == 'monitoring', 'it is over')
        self.assertEqual(len(self.server.incidents()), 1)

    def test_a_silence_that_matches_everything_is_refused_and_one_that_matches_much_hides_nothing_of_the_record(self):
        def silence(*matchers):
            return self.server.request('POST', '/api/v2/silences', {
                'matchers': [{'name': n, 'value': v, 'isRegex': r, 'isEqual': True} for n, v, r in matchers],
                'startsAt': rfc3339(time.time()), 'endsAt': rfc3339(time.time() + 3600), 'createdBy': 'ana',
                'comment': 'all of it'})
        for nothing in ((), (('alertname', '.*', True),), (('', 'x', False),), (('alertname', '', False),),
                        (('alertname', '(', True),), (('alertname', '.+', True),)):
            status, body = silence(*nothing)
            self.assertEqual(status, 400, (nothing, body))
        self.assertEqual(self.server.json('/api/v2/silences'), [])
        self.assertEqual(silence(('service', '.+', True))[0], 200)
        self.assertEqual(self.server.fire({'alertname': 'Hidden', 'service': 'shop'})[0], 200)
        self.assertEqual(self.server.json('/api/v2/alerts')[0]['status']['state'], 'suppressed')

    def test_the_api_wants_a_token_and_the_intake_does_not_from_this_machine(self):
        self.assertEqual(self.server.request('GET', '/api/v1/incidents', headers={'Authorization': None})[0], 401)
        self.assertEqual(self.server.request('GET', '/api/v1/incidents', headers={'Authorization': 'Bearer x'})[0], 401)
        alert = [{'labels': {'alertname': 'NoToken'}}]
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', alert, headers={'Authorization': None})[0], 200)


if __name__ == '__main__':
    unittest.main()
