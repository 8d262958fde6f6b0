#!/usr/bin/env python3
"""Bad input gets a clear message and changes nothing: configurations, runbooks, request bodies."""
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
        self.refused((400,), body=[good, {'labels': {}}])
        self.refused((400,), body=[good, {'labels': {'alertname': 7}}])
        self.refused((400,), body=[good, {'labels': {'alertname': 'X'}, 'startsAt': 'yesterday'}])
        self.refused((400,), body=[{'labels': {f'l{i}': 'v' for i in range(10_000)}}])
        self.refused((400,), body=[{'labels': {'alertname': 'x' * 100_000}}])
        self.refused((400, 413), raw=b'[' * 100_000)
        self.refused((400,), raw=b'[{"labels":{"alertname":"\xff\xfe"}}]')
        self.refused((413,), raw=b'[' + b' ' * 40_000_000 + b']')
        self.refused((415,), raw=b'[]', headers={'Content-Type': 'text/plain'})

    def test_zero_times_are_absent_not_long_ago(self):
        zero = '0001-01-01T00:00:00.000Z'
        alert = {'labels': {'alertname': 'ZeroTimes'}, 'startsAt': zero, 'endsAt': zero}
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', [alert])[0], 200)
        self.assertEqual(len(self.server.json('/api/v2/alerts')), 1)
        self.assertEqual(self.server.incidents()[0]['state'], 'triggered')

    def test_the_api_wants_a_token_and_the_intake_does_not_from_this_machine(self):
        self.assertEqual(self.server.request('GET', '/api/v1/incidents', headers={'Authorization': None})[0], 401)
        self.assertEqual(self.server.request('GET', '/api/v1/incidents', headers={'Authorization': 'Bearer x'})[0], 401)
        alert = [{'labels': {'alertname': 'NoToken'}}]
        self.assertEqual(self.server.request('POST', '/api/v2/alerts', alert, headers={'Authorization': None})[0], 200)


if __name__ == '__main__':
    unittest.main()
