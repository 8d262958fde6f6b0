#!/usr/bin/env python3
"""`crashcart doctor` of a whole installation: says that it is well, and names what somebody has broken."""
import signal
import sqlite3

from harness import *

RUNBOOK = '''# Archive

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes

## Import errors

1. Look at the last imports.

### Verification

1. Imports succeed again.
'''

CONFIG = '''people:
  - id: ana
    contacts: [{webhook: URL}]
services:
  - id: archive
    runbook: archive.md
    match: {service: archive}
    escalation: [{notify: [person:ana]}]
'''


class Doctor(SystemTest):
    def setUp(self):
        super().setUp()
        receiver = self.started(Receiver())
        folder = os.path.join(self.folder, 'runbooks')
        written(folder, 'archive.md', RUNBOOK)
        self.server = self.started(Server(self.folder, CONFIG.replace('URL', receiver.url('/page')), folder))
        self.server.start()
        self.server.incidents() # is answered when the runbooks have been read

    def findings(self):
        code, out, err = run('doctor', '-c', self.server.config, '--data', self.server.data, '--runbooks', self.server.runbooks,
                             '--json', env={'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}'})
        self.assertEqual(err, '')
        findings = json.loads(out)['findings']
        problems = {f['about']: f for f in findings if f['kind'] == 'problem'}
        self.assertEqual(code, 1 if problems else 0)
        return problems, {f['about']: f for f in findings}

    def test_an_installation_that_is_well_is_said_to_be(self):
        self.server.command('channel', 'test')
        self.server.fire({'alertname': 'ImportErrors', 'service': 'archive'})
        wait(self.server.incidents, 'an incident')
        problems, all_ = self.findings()
        self.assertEqual(problems, {})
        self.assertEqual(all_['channels']['text'], 'all 1 ways of reaching people are proved')
        self.assertEqual(all_['ledger']['text'], 'every hash and every signature fits')
        self.assertIn('takes alerts', all_['server']['text'])

    def test_what_is_broken_is_named_with_what_to_do(self):
        os.chmod(self.server.data, 0o755)
        written(self.server.folder, 'crashcart.yaml', CONFIG.replace('URL', 'http://127.0.0.1:9/') + 'nonsense: 1\n')
        written(self.server.runbooks, 'archive.md', RUNBOOK.replace('10 minutes', '10 minutes\n- **Response time**: 2 hours'))
        problems, _ = self.findings()
        self.assertEqual(set(problems), {'config', 'data', 'runbooks'}, problems)
        self.assertEqual(problems['data']['advice'], f'chmod 700 {self.server.data}')
        self.assertTrue(problems['config']['advice'].startswith('crashcart config check'))

    def test_a_server_that_is_away_and_a_ledger_that_was_changed_are_told(self):
        self.server.fire({'alertname': 'ImportErrors', 'service': 'archive'})
        wait(self.server.incidents, 'an incident')
        self.server.stop()
        ledger = sqlite3.connect(os.path.join(self.server.data, 'ledger.db'))
        ledger.execute("UPDATE event SET record = replace(record, 'ImportErrors', 'Other') WHERE position = 2")
        ledger.commit()
        ledger.close()
        problems, _ = self.findings()
        self.assertEqual(set(problems), {'ledger', 'server'}, problems)
        self.assertTrue(problems['ledger']['advice'].startswith('crashcart verify'))

    def test_an_identity_provider_that_is_away_is_told_as_the_server_sees_it(self):
        port = free_port()
        written(self.server.folder, 'crashcart.yaml', CONFIG.replace('URL', 'http://127.0.0.1:9/')
                + f'public_url: https://crashcart.example.org/\nsign_in: {{provider: "http://localhost:{port}", name: the house, client: crashcart}}\n')
        os.kill(self.server.process.child.pid, signal.SIGHUP)
        wait(lambda: self.server.json('/api/v1/settings')['sign_in'], 'it is in force')
        problems, _ = self.findings()
        self.assertIn(f'http://localhost:{port}', problems['sign-in']['text'])
        self.assertIn('sign in with a password', problems['sign-in']['advice'])
        works = self.server.json('/api/v1/sign-in/provider')
        self.assertEqual((works['works'], works['return_url']), (False, 'https://crashcart.example.org/sign-in/return'))

    def test_what_stands_in_the_way_is_said_once(self):
        def said(*words, **environment):
            code, out, _ = run('doctor', '--json', *words, env={'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}', **environment})
            self.assertEqual(code, 1)
            return [finding for finding in json.loads(out)['findings'] if finding['kind'] == 'problem']
        nowhere = said('-c', self.server.config, '--data', self.server.data, '--runbooks', '/no/such/folder')
        self.assertEqual([finding['about'] for finding in nowhere if 'folder' in finding['text']], ['runbooks'])
        wrong = said('-c', self.server.config, '--data', self.server.data, '--runbooks', self.server.runbooks, CRASHCART_TOKEN='cc_00000000_x')
        self.assertEqual(['wants another token' in finding['text'] for finding in wrong], [True])


if __name__ == '__main__':
    unittest.main()
