#!/usr/bin/env python3
"""Pages to a browser: a push service and a browser of our own take them, and read them with another library than ours."""
import base64
import http.server
import threading

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from harness import *

CONFIG = '''
hold_down: 1s
public_url: "https://crashcart.example.org"
people:
  - id: ana
    contacts: [{{push: phone}}, {{webhook: {webhook}}}]
channels:
  push: {{secret: "file:{key}", from: "mailto:ops@example.org"}}
  private_hosts: ["127.0.0.1"]
'''


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b'=').decode()


def raw(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def hkdf(salt, secret, info, length):
    """RFC 5869, of one block."""
    def mac(key, message):
        h = hmac.HMAC(key, hashes.SHA256())
        h.update(message)
        return h.finalize()
    return mac(mac(salt, secret), info + b'\1')[:length]


class Browser:
    """Its keys, and how it reads a message (RFC 8291 and RFC 8188)."""

    def __init__(self):
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.public = self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def read(self, body):
        salt, size, n = body[:16], int.from_bytes(body[16:20], 'big'), body[20]
        assert size == 4096 and n == 65 and len(body) <= 4096, (size, n, len(body))
        sender, record = body[21:86], body[86:]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = hkdf(self.auth, shared, b'WebPush: info\0' + self.public + sender, 32)
        key, nonce = hkdf(salt, secret, b'Content-Encoding: aes128gcm\0', 16), hkdf(salt, secret, b'Content-Encoding: nonce\0', 12)
        clear = AESGCM(key).decrypt(nonce, record, b'')
        assert clear.endswith(b'\2'), 'the delimiter of the last record'
        return json.loads(clear[:-1])


class PushService:
    def __init__(self):
        self.took, self.answer = [], 201
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                service.took.append((self.path, dict(self.headers), body))
                self.send_response(service.answer)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.origin = f'http://127.0.0.1:{self.server.server_address[1]}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Push(SystemTest):
    def setUp(self):
        super().setUp()
        self.receiver, self.service, self.browser = self.started(Receiver()), self.started(PushService()), Browser()
        key = written(self.folder, 'push.key', run('channel', 'key')[1])
        self.server = self.started(Server(self.folder, CONFIG.format(webhook=self.receiver.url('/ana'), key=key)))
        self.server.start()

    def subscribe(self, browser, name='phone', person='ana', endpoint=None):
        body = {'as': person, 'name': name, 'endpoint': endpoint or f'{self.service.origin}/b1', 'p256dh': text(browser.public),
                'auth': text(browser.auth)}
        return self.server.request('POST', '/api/v1/push', body)[:2]

    def assert_known(self, headers):
        """The token of RFC 8292: ours, for this service, not for long, signed with the key that the console was told."""
        scheme, _, rest = headers['Authorization'].partition(' ')
        words = dict(word.strip().split('=', 1) for word in rest.split(','))
        self.assertEqual(scheme, 'vapid')
        self.assertEqual(words['k'], wait(lambda: self.server.json('/api/v1/push')['key'], 'the server was told the key'))
        head, claims, signature = words['t'].split('.')
        self.assertEqual(json.loads(raw(head)), {'typ': 'JWT', 'alg': 'ES256'})
        said = json.loads(raw(claims))
        self.assertEqual((said['aud'], said['sub']), (self.service.origin, 'mailto:ops@example.org'))
        self.assertTrue(time.time() < said['exp'] <= time.time() + 86400)
        r, s = (int.from_bytes(raw(signature)[i:i + 32], 'big') for i in (0, 32))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(words['k'])).verify(
            utils.encode_dss_signature(r, s), f'{head}.{claims}'.encode(), ec.ECDSA(hashes.SHA256()))

    def test_a_page_is_read_by_the_browser_that_subscribed_and_by_no_other(self):
        self.assertEqual(self.subscribe(self.browser)[0], 200)
        wait(lambda: self.service.took, 'the test of the new way')
        self.assertIn('Test', self.browser.read(self.service.took[0][2])['title'])
        self.server.kill()
        self.server.start()
        self.server.fire({'alertname': 'QueueGrows', 'service': 'mail'})
        path, headers, body = wait(lambda: self.service.took[1:], 'the page, also after a restart')[0]
        page = self.browser.read(body)
        self.assertIn('QueueGrows', page['title'])
        self.assertIn('/acknowledge/1/ana', page['acknowledge'])
        self.assertEqual((path, headers['Content-Encoding'], headers['Urgency']), ('/b1', 'aes128gcm', 'high'))
        self.assertTrue(int(headers['TTL']) > 0 and len(headers['Topic']) == 32)
        self.assert_known(headers)
        with self.assertRaises(Exception):
            Browser().read(body)
        ways = self.server.json('/api/v1/push')['ways']
        self.assertEqual([(w['person'], w['name'], bool(w['since'])) for w in ways], [('ana', 'phone', True)])

    def test_a_browser_that_is_gone_or_never_was_gives_over_to_the_next_way_at_once(self):
        self.server.fire({'alertname': 'QueueGrows', 'service': 'mail'})
        page = wait(lambda: self.receiver.pages(), 'nobody has subscribed: the next way')[0][1]
        self.assertIn('push', page['why'])
        self.service.answer = 410
        self.assertEqual(self.subscribe(self.browser)[0], 200)
        wait(lambda: self.service.took, 'the test goes to the browser')
        self.server.fire({'alertname': 'DiskFull', 'service': 'web'})
        wait(lambda: any('DiskFull' in p['incident']['title'] for _, p in self.receiver.pages()), 'it is gone: the next way')

    def test_what_no_browser_says_is_refused(self):
        for change in ({'name': 'tablet'}, {'person': 'eve'}, {'endpoint': 'file:///etc/passwd'}, {'endpoint': 'https://a@b/'}):
            status, body = self.subscribe(self.browser, **change)
            self.assertTrue(400 <= status < 500, (change, status, body))
        short = Browser()
        short.auth = b'x'
        self.assertEqual(self.subscribe(short)[0], 422)
        self.assertEqual(self.server.json('/api/v1/push')['ways'][0]['since'], None)

    def test_a_push_service_in_a_private_network_that_nobody_named_gets_nothing(self):
        self.assertEqual(self.subscribe(self.browser, endpoint='http://127.0.0.2:9/x')[0], 200)
        self.server.fire({'alertname': 'QueueGrows', 'service': 'mail'})
        wait(lambda: self.receiver.pages(), 'the next way')
        said = [e['summary'] for e in self.server.timeline(1)]
        self.assertTrue(any('private network' in s for s in said), said)


if __name__ == '__main__':
    unittest.main()
