#!/usr/bin/env python3
"""`crashcart doctor` of a whole installation: says that it is well, and names what somebody has broken."""
import datetime
import signal
import socket
import sqlite3
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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

    def reconfigured(self, text):
        written(self.server.folder, 'crashcart.yaml', CONFIG.replace('URL', 'http://127.0.0.1:9/') + text)
        return self.findings()[0]

    def test_a_port_that_another_program_has_is_told(self):
        self.server.stop()
        with socket.create_server(('127.0.0.1', 0)) as other:
            port = other.getsockname()[1]
            problems = self.reconfigured(f'listen: 127.0.0.1:{port}\n')
        self.assertEqual(set(problems), {'server', 'port'})
        self.assertIn(str(port), problems['port']['text'])
        self.assertIn('ss -ltnp', problems['port']['advice'])

    def test_a_database_that_is_down_is_told(self):
        self.server.stop()
        problems = self.reconfigured(f'store: postgresql://nobody@127.0.0.1:{free_port()}/none\n')
        self.assertEqual(set(problems), {'server', 'ledger'})
        self.assertIn('Connection refused', problems['ledger']['text'])
        self.assertIn('start PostgreSQL', problems['ledger']['advice'])

    def test_a_clock_that_was_set_back_is_told(self):
        self.server.stop()
        os.utime(os.path.join(self.server.data, 'ledger.db'), (time.time() + 86400, time.time() + 86400))
        self.assertIn('still to come', self.findings()[0]['clock']['text'])

    def certificate(self, days):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'localhost')])
        now = datetime.datetime.utcnow()
        made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
                .not_valid_before(now - datetime.timedelta(days=90)).not_valid_after(now + datetime.timedelta(days=days, hours=1))
                .sign(key, hashes.SHA256()))
        pem = serialization.Encoding.PEM
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        files = {'certificate': made.public_bytes(pem), 'key': secret}
        return 'tls: {%s}\n' % ', '.join(f'{kind}: {written(self.folder, kind + ".pem", data.decode())}' for kind, data in files.items())

    def test_a_certificate_that_has_expired_or_soon_will_is_told(self):
        self.server.stop()
        self.assertIn('has expired 3 days ago', self.reconfigured(self.certificate(-4))['certificate']['text'])
        self.assertNotIn('certificate', self.reconfigured(self.certificate(10)))
        note = self.findings()[1]['certificate']
        self.assertEqual((note['kind'], 'renew it' in note['advice']), ('note', True))
        self.certificate(40)
        self.assertEqual(self.findings()[1]['certificate']['kind'], 'well')
        written(self.folder, 'key.pem', 'no key')
        self.assertIn('key.pem', self.findings()[0]['certificate']['text'])

    @unittest.skipUnless(os.geteuid() == 0, 'only root gives files away')
    def test_what_the_servers_user_cannot_open_is_told(self):
        self.server.stop()
        os.chown(os.path.join(self.server.data, 'ledger.db'), 65534, 65534)
        problem = self.findings()[0]['data']
        self.assertIn('ledger.db is closed to the server', problem['text'])
        self.assertIn('chown', problem['advice'])

    @unittest.skipUnless(os.geteuid() == 0, 'only root may ask as somebody else')
    def test_who_may_not_look_is_told_who_may(self):
        os.chmod(self.server.config, 0o600)
        os.chmod(self.server.runbooks, 0o700)
        said = subprocess.run([PROGRAM, 'doctor', '-c', self.server.config, '--data', self.server.data, '--runbooks', self.server.runbooks, '--json'],
                              user=65534, group=65534, extra_groups=[], capture_output=True, text=True, timeout=PATIENCE_S,
                              env={**os.environ, 'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}'})
        self.assertEqual((said.returncode, said.stderr), (1, ''))
        problems = {f['about']: f for f in json.loads(said.stdout)['findings'] if f['kind'] == 'problem'}
        for about in ('config', 'runbooks', 'data'):
            self.assertRegex(problems[about]['advice'], '^sudo .*crashcart doctor$')

    @unittest.skipUnless(os.geteuid() == 0, 'only root may mount')
    def test_a_full_disk_is_told_with_what_goes_on_and_what_does_not(self):
        self.server.stop()
        folder = os.path.join(self.folder, 'small')
        data = os.path.join(folder, 'data')
        os.makedirs(data)
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', data]).returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', data])
        self.server = self.started(Server(folder, CONFIG.replace('URL', 'http://127.0.0.1:9/'), self.server.runbooks)).start()
        self.assertEqual(self.server.data, data)
        self.server.incidents()
        with open(os.path.join(data, 'filler'), 'wb', buffering=0) as filler:
            for size in (65536, 512, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    pass
        problems, all_ = self.findings()
        self.assertIn('is full: alerts are refused', problems['disk']['text'])
        self.assertIn('make room now', problems['disk']['advice'])
        self.assertEqual(all_['ledger']['kind'], 'well')
        self.server.stop()
        problems, all_ = self.findings() # and with nobody who has it open
        self.assertEqual(set(problems), {'disk', 'server'}, problems)


if __name__ == '__main__':
    unittest.main()
