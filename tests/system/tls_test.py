#!/usr/bin/env python3
"""HTTPS without a proxy: what is shown, that it is renewed while the server runs, and that nothing speaks plainly."""
import ssl
import subprocess
import urllib.error
import urllib.request

from harness import *


class Tls(SystemTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = (os.path.join(self.folder, name) for name in ('server.pem', 'server.key'))
        self.issue('first')
        self.server = self.started(Server(self.folder, f'tls: {{certificate: {self.certificate}, key: {self.key}}}\n'))
        self.server.process.start()
        self.url = f'https://127.0.0.1:{self.server.port}'
        wait(lambda: self.get('/-/ready')[0] == 200, 'the server is ready')

    def issue(self, name, valid=True):
        """A new certificate takes the place of the one before, as those who renew them do it."""
        new = [path + '.new' for path in (self.certificate, self.key)]
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
                        '-subj', f'/CN={name}', '-addext', 'subjectAltName=IP:127.0.0.1', '-out', new[0], '-keyout', new[1]],
                       check=True, capture_output=True)
        if not valid:
            written(self.folder, 'server.pem.new', '-----BEGIN CERTIFICATE-----\nbroken')
        os.rename(new[1], self.key)
        os.rename(new[0], self.certificate)

    def get(self, path, headers=None):
        context = ssl.create_default_context(cafile=self.certificate)
        context.check_hostname = True
        try:
            request = urllib.request.Request(self.url + path, headers=headers or {})
            with urllib.request.urlopen(request, timeout=PATIENCE_S, context=context) as answer:
                return answer.status, answer.headers
        except (urllib.error.URLError, OSError) as e:
            return 0, e

    def shown(self):
        return ssl.get_server_certificate(('127.0.0.1', self.server.port))

    def test_a_renewed_certificate_is_shown_without_a_restart(self):
        first = self.shown()
        self.issue('second')
        wait(lambda: self.shown() != first, 'the new certificate')
        second = self.shown()
        self.assertEqual(self.get('/-/ready')[0], 200)
        self.issue('third', valid=False)
        wait(lambda: (self.shown(), 'tls.not_renewed' in self.server.process.log())[1], 'the warning')
        self.assertEqual(self.shown(), second)

    def test_everything_speaks_through_it(self):
        status, headers = self.get('/-/ready')
        self.assertEqual(headers['Strict-Transport-Security'], 'max-age=31536000')
        self.assertEqual(self.server.request('GET', '/-/ready')[0], 0, 'plain HTTP is answered')
        env = {'CRASHCART_URL': self.url, 'CRASHCART_TOKEN': self.server.token(), 'CRASHCART_CA': self.certificate}
        code, out, err = run('incident', 'list', env=env)
        self.assertEqual((code, err), (0, ''), out)
        code, _, err = run('incident', 'list', env={**env, 'CRASHCART_CA': ''})
        self.assertEqual(code, 3)
        self.assertIn('certificate', err)
        context = ssl.create_default_context(cafile=self.certificate)
        metrics = self.said(context, '/metrics')
        until = float(re.search(r'^crashcart_tls_certificate_not_after_seconds (\S+)$', metrics, re.M)[1])
        self.assertAlmostEqual(until, time.time() + 30 * 86400, delta=600)

    def said(self, context, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE_S, context=context) as answer:
            return answer.read().decode()

    def test_a_cookie_that_came_over_tls_goes_back_over_nothing_else(self):
        context = ssl.create_default_context(cafile=self.certificate)
        body = json.dumps({'person': 'ana', 'token': self.server.token()}).encode()
        request = urllib.request.Request(self.url + '/api/v1/session', data=body, headers={'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=PATIENCE_S, context=context) as answer:
            self.assertRegex(answer.headers['Set-Cookie'], r'^__Host-crashcart-session=\S+; .*Path=/; Secure$')

    def test_a_key_of_another_certificate_is_refused_at_the_start(self):
        self.server.stop()
        with open(self.key, encoding='ascii') as f:
            old = f.read()
        self.issue('other')
        written(self.folder, 'server.key', old)
        self.server.process.start()
        wait(lambda: 'with the key' in self.server.process.log(), 'the refusal')


if __name__ == '__main__':
    unittest.main()
