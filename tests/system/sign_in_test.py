#!/usr/bin/env python3
"""People sign in by an identity provider: one that keeps to OpenID Connect, one that is away, and one that is hostile."""
import base64
import hashlib
import hmac
import html
import http.client
import http.server
import secrets
import signal
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from harness import *

CLIENT, SECRET = 'crashcart', 'a secret & more: 100%'
PEOPLE = '''
people:
  - {id: ana, contacts: [{email: ana@example.org}]}
  - {id: ben, contacts: [{email: ben@example.org}]}
'''


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, 'big'))


class Key:
    """A signing key, and how it stands in the provider's set."""

    def __init__(self, algorithm='RS256', kid='one'):
        self.algorithm, self.kid = algorithm, kid
        self.private = (rsa.generate_private_key(public_exponent=65537, key_size=2048) if algorithm == 'RS256'
                        else ec.generate_private_key(ec.SECP256R1()))
        numbers = self.private.public_key().public_numbers()
        self.jwk = {'kid': kid, 'use': 'sig'} | (
            {'kty': 'RSA', 'n': number(numbers.n), 'e': number(numbers.e)} if algorithm == 'RS256'
            else {'kty': 'EC', 'crv': 'P-256', 'x': number(numbers.x, 32), 'y': number(numbers.y, 32)})

    def token(self, claims, header=None):
        head = {'alg': self.algorithm, 'kid': self.kid, 'typ': 'JWT'} | (header or {})
        text = f'{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}'.encode()
        if head['alg'] == 'none':
            signature = b''
        elif head['alg'] == 'HS256':
            signature = hmac.new(json.dumps(self.jwk).encode(), text, hashlib.sha256).digest()
        elif self.algorithm == 'RS256':
            signature = self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        else:
            r, s = utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
            signature = r.to_bytes(32, 'big') + s.to_bytes(32, 'big')
        return text.decode() + '.' + b64(signature)


class Provider:
    """Keeps to the protocol, but for what a test makes it do: `claims` and `header` change its tokens, `meta` its
    configuration. It holds the client to the protocol, too."""

    def __init__(self, key):
        self.key, self.known = key, [key]
        self.claims, self.header, self.meta, self.user, self.person = {}, {}, {}, {}, 'ana@example.org'
        self.codes, self.complaints, self.asked = {}, [], []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                self.send_response(status)
                self.send_header('Content-Type', 'application/json')
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def do_GET(self):
                path = urllib.parse.urlparse(self.path).path
                provider.asked.append(path)
                if path == '/.well-known/openid-configuration':
                    self.answer(200, provider.configuration())
                elif path == '/jwks':
                    self.answer(200, {'keys': [key.jwk for key in provider.known]})
                elif path == '/me' and self.headers['Authorization'] == 'Bearer access-1':
                    self.answer(200, {'sub': 'ana-7'} | provider.user)
                else:
                    self.answer(404, {})

            def do_POST(self):
                provider.asked.append(self.path)
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers['Content-Length'])).decode()))
                self.answer(*provider.redeem(form, self.headers['Authorization']))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.issuer = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def configuration(self):
        return {'issuer': self.issuer, 'authorization_endpoint': self.issuer + '/authorize?tenant=1',
                'token_endpoint': self.issuer + '/token', 'jwks_uri': self.issuer + '/jwks',
                'userinfo_endpoint': self.issuer + '/me',
                'authorization_response_iss_parameter_supported': True} | self.meta

    def redeem(self, form, authorization):
        login = ':'.join(urllib.parse.quote(part, safe='-._~') for part in (CLIENT, SECRET))
        asked = self.codes.pop(form.get('code'), None)
        if authorization != 'Basic ' + base64.b64encode(login.encode()).decode():
            return 401, {'error': 'invalid_client'}
        if not asked:
            return 400, {'error': 'invalid_grant', 'error_description': '<script>'}
        challenge = b64(hashlib.sha256(form['code_verifier'].encode()).digest())
        if (challenge, form['redirect_uri']) != (asked['code_challenge'], asked['redirect_uri']):
            self.complaints.append(form)
            return 400, {'error': 'invalid_grant'}
        now = int(time.time())
        claims = {'iss': self.issuer, 'aud': CLIENT, 'sub': 'ana-7', 'nonce': asked['nonce'], 'iat': now, 'exp': now + 300,
                  'email': self.person, 'email_verified': True} | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        return 200, {'access_token': 'access-1', 'token_type': 'Bearer', 'id_token': self.key.token(claims, self.header)}

    def send_back(self, location):
        """What a browser brings back that was sent there: the query of the answer."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(location).query))
        assert asked['response_type'] == 'code' and asked['code_challenge_method'] == 'S256', asked
        assert asked['client_id'] == CLIENT and asked['scope'].split()[0] == 'openid', asked
        assert asked['redirect_uri'].endswith('/sign-in/return') and asked['tenant'] == '1', asked
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {'code': code, 'state': asked['state'], 'iss': self.issuer}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Browser:
    """Keeps cookies, and follows nothing by itself."""

    def __init__(self, server):
        self.server, self.cookies = server, {}

    def get(self, path, address='192.0.2.1'):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=PATIENCE_S)
        cookies = '; '.join(f'{name}={value}' for name, value in self.cookies.items())
        connection.request('GET', path, headers={'Cookie': cookies} if cookies else {})
        answer = connection.getresponse()
        for cookie in answer.headers.get_all('Set-Cookie') or []:
            assert 'HttpOnly' in cookie and 'SameSite=' in cookie, cookie
            name, _, value = cookie.partition(';')[0].partition('=')
            self.cookies[name] = value
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, body

    def begin(self, query=''):
        status, headers, body = self.get('/sign-in/provider' + query)
        assert status == 303, body
        return headers['Location']

    def come_back(self, query):
        return self.get('/sign-in/return?' + urllib.parse.urlencode(query))


class SignIn(SystemTest):
    def with_provider(self, provider, more='', runbooks=None):
        self.addCleanup(provider.stop)
        port = free_port()
        secret = written(self.folder, 'sign-in.secret', SECRET + '\n')
        server = self.started(Server(self.folder, PEOPLE + f'''
public_url: http://127.0.0.1:{port}
sign_in:
  provider: {provider.issuer}
  name: the ward's login
  client: {CLIENT}
  secret: file:{secret}
''' + more, runbooks))
        server.start()
        wait(lambda: server.request('GET', '/api/v1/sign-in')[0] == 200, 'the configuration is in force')
        return server

    def refused(self, server):
        return [event for event in server.json('/api/v1/ledger?limit=200')['events'] if event['kind'] == 'session.refused']

    def test_who_the_provider_names_is_signed_in_with_the_right_of_their_groups(self):
        provider = Provider(Key())
        server = self.with_provider(provider, '''  rights:
    - {group: sre, right: approver}
    - {group: ward, right: viewer}
''')
        self.assertEqual(server.json('/api/v1/sign-in'), {'provider': "the ward's login", 'at': '/sign-in/provider'})
        self.assertTrue(server.json('/api/v1/sign-in/provider')['works'])
        provider.claims = {'groups': ['ward', 'sre', 'others']}
        browser = Browser(server)
        status, headers, body = browser.come_back(provider.send_back(browser.begin()))
        self.assertEqual((status, headers['Location'], body), (303, '/', ''))
        self.assertEqual(json.loads(browser.get('/api/v1/session')[2]), {'person': 'ana', 'right': 'approver', 'services': []})
        begun = [event for event in server.json('/api/v1/ledger?limit=200')['events'] if event['kind'] == 'session.begun']
        self.assertEqual(begun[0]['actor'], 'person:ana')
        self.assertIn('by the identity provider', begun[0]['summary'])

        # Of no group: the account counts, and there is none yet. Claims that the token lacks are asked for.
        provider.claims, provider.user = {'email': None}, {'email': 'Ben@example.org', 'email_verified': True, 'groups': ['x']}
        self.assertEqual(Browser(server).come_back({})[0], 403)
        ben = Browser(server)
        self.assertIn('no account', ben.come_back(provider.send_back(ben.begin()))[2])
        server.request('POST', '/api/v1/accounts', {'person': 'ben', 'right': 'responder'})
        self.assertEqual(ben.come_back(provider.send_back(ben.begin()))[0], 303)
        self.assertEqual(json.loads(ben.get('/api/v1/session')[2])['right'], 'responder')

        # Other keys since: they are read again. And the other algorithm.
        provider.key = Key('ES256', 'two')
        provider.known.append(provider.key)
        self.assertEqual(ben.come_back(provider.send_back(ben.begin()))[0], 303)
        self.assertEqual(provider.complaints, [])
        self.assert_verifies(server)

    def approves(self, server, browser):
        """Whoever destroys what step 1 destroys: the code of the answer, or None."""
        step = next(step for step in server.steps(1) if step['class'] == 'destructive')
        connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=PATIENCE_S)
        cookies = '; '.join(f'{name}={value}' for name, value in browser.cookies.items())
        body = json.dumps({'sha256': step['approval']['sha256'], 'reason': 'the cache is broken'})
        connection.request('POST', f'/api/v1/runs/1/steps/{step["line"]}/approve', body, {'Cookie': cookies, 'Content-Type': 'application/json', 'Origin': f'http://127.0.0.1:{server.port}'})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        return said.get('error', {}).get('code')

    def test_a_session_of_the_providers_own_proves_nothing_to_who_lets_run_what_destroys(self):
        written(self.folder, 'runbooks/shop.md', f'# Shop\n\n## Shop down\n\n### Resolution\n\n```bash\nrm -r {self.folder}/cache\n```\n')
        provider = Provider(Key())
        server = self.with_provider(provider, '  rights: [{group: sre, right: approver}]\n', os.path.join(self.folder, 'runbooks'))
        self.assertEqual(server.fire({'alertname': 'ShopDown', 'severity': 'critical'})[0], 200)
        wait(lambda: server.incidents() and server.steps(1), 'the steps')
        groups = {'groups': ['sre']}

        # It lets them in by its own session of an hour ago, or does not say: good for reading.
        for claims in ({}, {'auth_time': int(time.time()) - 3600}):
            silent = Browser(server)
            provider.claims = groups | claims
            location = silent.begin('?to=/incidents/1')
            self.assertNotIn('prompt', location)
            self.assertEqual(silent.come_back(provider.send_back(location))[1]['Location'], '/incidents/1')
            self.assertEqual(self.approves(server, silent), 'sign_in_again')

        # Asked to ask, it lets them through all the same: nobody is signed in.
        location = silent.begin('?again=1&to=//evil.example.org')
        self.assertIn('prompt=login', location)
        self.assertIn('max_age=0', location)
        self.assertIn('did not ask again', silent.come_back(provider.send_back(location))[2])
        provider.claims = groups
        self.assertIn('auth_time', silent.come_back(provider.send_back(silent.begin('?again=1')))[2])
        self.assertEqual(self.approves(server, silent), 'sign_in_again')

        # It asks them.
        provider.claims = groups | {'auth_time': int(time.time())}
        self.assertEqual(silent.come_back(provider.send_back(silent.begin('?again=1&to=//evil.example.org')))[1]['Location'], '/')
        self.assertIsNone(self.approves(server, silent))
        self.assert_verifies(server)

    def hostile(self, server, provider, why, claims=None, header=None, key=None, change=None):
        """One attempt of a hostile provider, or of whoever stands between: refused, and why is on record."""
        browser = Browser(server)
        provider.claims, provider.header = claims or {}, header or {}
        provider.key = key or provider.known[0]
        back = provider.send_back(browser.begin())
        status, headers, body = browser.come_back((change or (lambda query: query))(back))
        self.assertEqual((status, 'crashcart-session' in browser.cookies), (403, False), why)
        self.assertIn(why, html.unescape(body))
        self.assertIn(why, self.refused(server)[0]['summary'])
        # What counts is refused after some failures; a good one starts anew.
        provider.claims, provider.header, provider.key, provider.user = {}, {}, provider.known[0], {}
        browser = Browser(server)
        self.assertEqual(browser.come_back(provider.send_back(browser.begin()))[0], 303, why)

    def test_a_hostile_provider_signs_nobody_in_and_why_is_on_record(self):
        key = Key()
        provider = Provider(key)
        server = self.with_provider(provider, "  rights: [{group: g, right: viewer}]\n")
        server.request('POST', '/api/v1/accounts', {'person': 'ana', 'right': 'responder'})
        other, now = Key(kid='one'), int(time.time())
        self.hostile(server, provider, 'another sign-in', {'nonce': 'n'})
        self.hostile(server, provider, 'another client', {'aud': 'other'})
        self.hostile(server, provider, 'another client', {'aud': [CLIENT, 'other']})
        self.hostile(server, provider, 'another issuer', {'iss': 'https://evil.example.org'})
        self.hostile(server, provider, 'has expired', {'exp': now - 120})
        self.hostile(server, provider, 'the future', {'iat': now + 3600})
        self.hostile(server, provider, 'signature', key=other)
        self.hostile(server, provider, 'neither by RS256 nor by ES256', header={'alg': 'none'})
        self.hostile(server, provider, 'neither by RS256 nor by ES256', header={'alg': 'HS256'})
        self.hostile(server, provider, 'not among its keys', key=Key(kid='three'))
        self.hostile(server, provider, 'has verified the email', {'email_verified': False})
        self.hostile(server, provider, 'nobody of the configuration', {'email': 'eve@example.org'})
        self.hostile(server, provider, 'no "email"', {'email_verified': None, 'email': None})
        self.hostile(server, provider, 'another provider', change=lambda back: back | {'iss': 'https://evil.example.org'})
        self.hostile(server, provider, 'another provider', change=lambda back: {name: back[name] for name in ('code', 'state')})
        self.hostile(server, provider, 'another sign-in than this', change=lambda back: back | {'state': 'x' * 43})
        self.hostile(server, provider, 'access_denied', change=lambda back: {'error': 'access_denied', 'state': back['state'], 'iss': back['iss']})
        self.hostile(server, provider, 'reports an error', change=lambda back: {'error': '<img>', 'state': back['state'], 'iss': back['iss']})
        self.hostile(server, provider, 'does not take the code (invalid_grant)', change=lambda back: back | {'code': 'x'})
        provider.user = {'sub': 'eve-1', 'email': 'ana@example.org', 'email_verified': True}
        self.hostile(server, provider, 'about somebody else', {'email': None})
        self.assert_verifies(server)

    def test_an_answer_counts_once_and_in_its_own_browser(self):
        provider = Provider(Key())
        server = self.with_provider(provider)
        server.request('POST', '/api/v1/accounts', {'person': 'ana', 'right': 'responder'})
        browser, other = Browser(server), Browser(server)
        back = provider.send_back(browser.begin())
        self.assertIn('did not begin', other.come_back(back)[2])
        other.begin()
        self.assertIn('another sign-in than this', other.come_back(back)[2])
        self.assertEqual(browser.come_back(back)[0], 303)
        self.assertIn('was used before', browser.come_back(back)[2])
        # The code again, in a sign-in of its own.
        browser = Browser(server)
        self.assertIn('invalid_grant', browser.come_back(provider.send_back(browser.begin()) | {'code': back['code']})[2])
        self.assertEqual([event['body']['source'] for event in self.refused(server)], ['127.0.0.1'] * 4)
        # Whoever goes on failing has to wait, and who has a password has not.
        for _ in range(3):
            Browser(server).come_back({'state': 'x', 'code': 'x'})
        self.assertEqual(Browser(server).get('/sign-in/provider')[0], 429)
        server.request('POST', '/api/v1/accounts', {'person': 'ana', 'password': 'quiet night shift'})
        self.assertEqual(server.request('POST', '/api/v1/session', {'person': 'ana', 'password': 'quiet night shift'}, headers={'Authorization': ''})[0], 200)

    def test_a_provider_that_is_away_is_said_and_a_password_still_counts(self):
        provider = Provider(Key())
        server = self.with_provider(provider)
        server.request('POST', '/api/v1/accounts', {'person': 'ana', 'right': 'responder', 'password': 'quiet night shift'})
        provider.meta = {'issuer': provider.issuer + '/other'}
        status, _, body = Browser(server).get('/sign-in/provider')
        self.assertEqual(status, 503)
        self.assertIn('/other', body)
        provider.meta = {'token_endpoint': 'ftp://127.0.0.1/'}
        self.assertIn('lacks an endpoint', Browser(server).get('/sign-in/provider')[2])
        provider.meta = {'token_endpoint': 'http://169.254.169.254/token'}  # where clouds keep secrets
        browser = Browser(server)
        back = provider.send_back(browser.begin())
        self.assertEqual(browser.come_back(back)[0], 503)
        provider.stop()
        os.kill(server.process.child.pid, signal.SIGHUP)  # forgets what it knows of the provider
        wait(lambda: Browser(server).get('/sign-in/provider')[0] == 503, 'the provider is away')
        self.assertIn('does not work now', Browser(server).get('/sign-in/provider')[2])
        self.assertIn('A password still does', Browser(server).get('/sign-in/provider')[2])
        status = server.request('POST', '/api/v1/session', {'person': 'ana', 'password': 'quiet night shift'}, headers={'Authorization': ''})[0]
        self.assertEqual(status, 200)
        self.assertEqual(self.refused(server), [])


if __name__ == '__main__':
    unittest.main()
