#!/usr/bin/env python3
"""Pages and answers by mail through Debian's OpenSMTPD: STARTTLS, a server that says later, never, or hangs up, one thread
an incident, and a reply that acknowledges. And a text message, signed by Twilio's own library."""
import logging
import shlex
import ssl
import subprocess
import urllib.parse

from harness import *

CONFIG = '''
public_url: https://crashcart.example.org
mail:
  server: {scheme}://localhost:{port}
  from: crashcart@example.org
  starttls: "{starttls}"
channels: {{twilio: {{user: AC1, secret: "env:TWILIO_TOKEN", signing_secret: "env:TWILIO_TOKEN", from: "+15550000"}}}}
people:
  - id: ana
    name: Ana
    contacts: [{{email: ana@example.org}}, {{webhook: "{webhook}"}}]
  - id: ben
    name: Ben
    contacts: [{{email: ben@example.net}}, {{webhook: "{webhook}"}}]
  - id: cleo
    name: Cleo
    contacts: [{{email: later@example.org}}]
  - id: dan
    name: Dan
    contacts: [{{email: dropped@example.org}}]
  - id: eve
    name: Eve
    contacts: [{{webhook: "{webhook}"}}, {{sms: "+15550001"}}]
services:
  - id: shop
    match: {{service: shop}}
    escalation: [{{notify: [person:ana, person:ben, person:cleo, person:dan, person:eve]}}]
'''

FILTERS = '''filter "later" phase rcpt-to match rcpt-to { "later@example.org" } reject "451 4.7.1 come back later"
filter "dropped" phase rcpt-to match rcpt-to { "dropped@example.org" } disconnect "421 4.3.2 going down"
filter "all" chain { "later", "dropped" }
'''


class TlsMailServer:
    """aiosmtpd with STARTTLS, which OpenSMTPD 6.8 cannot do with Debian's OpenSSL 3 ("EVP lib")."""

    def __init__(self, cert, key, implicit=False):
        from aiosmtpd.controller import Controller
        logging.getLogger('mail.log').disabled = True  # refused handshakes are meant
        self.got = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server = self

        class Handler:
            async def handle_DATA(self, smtp, session, envelope):
                server.got.append((implicit or session.ssl is not None, envelope.content))
                return '250 taken'

        self.port = free_port()
        tls = {'ssl_context': context} if implicit else {'tls_context': context, 'require_starttls': True}
        self.controller = Controller(Handler(), hostname='127.0.0.1', port=self.port, **tls)
        self.controller.start()

    def stop(self):
        self.controller.stop()


class Mail(SystemTest):
    def start(self, mail, starttls='off', wrap=None, scheme='smtp'):
        self.receiver = self.started(Receiver())
        config = CONFIG.format(scheme=scheme, port=mail.port, starttls=starttls, webhook=self.receiver.url('/page'))
        self.server = self.started(Server(self.folder, config, env={'TWILIO_TOKEN': 'a-token'}))
        if wrap:
            self.server.process.argv = wrap + self.server.process.argv
        self.server.start()
        return self.server

    def fire(self):
        self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})

    def kinds(self, kind):
        return [e['summary'] for e in self.server.timeline(1) if e['kind'] == kind]

    def test_later_never_and_hung_up_are_told_apart_and_nothing_is_lost(self):
        mail = self.started(MailServer(self.folder, filters=FILTERS))
        self.start(mail)
        self.fire()
        wait(lambda: len(self.kinds('page.delayed')) == 2, 'two pages are delayed')
        delayed = ' '.join(self.kinds('page.delayed'))
        self.assertIn('cleo (SMTP 451)', delayed)
        self.assertIn('dan (SMTP 421)', delayed)
        wait(lambda: self.kinds('page.failed'), 'one never arrives')
        self.assertIn('email does not reach ben: SMTP 5', self.kinds('page.failed')[0])
        wait(lambda: self.receiver.pages('/page'), 'and its person is told another way')
        mail.stop()
        again = self.started(MailServer(self.folder, port=mail.port, box=mail.box))
        people = {'ana', 'later', 'dropped'}
        wait(lambda: {re.search('(\\w+)@', m['To'])[1] for m in again.messages()} == people, 'all that waited arrives')
        messages = again.messages()
        self.assertEqual(len({m['Message-ID'] for m in messages}), len(people))  # the mail server may deliver one twice
        self.assertEqual(len({m['References'] for m in messages}), 1)
        self.assertEqual({m['References'] for m in messages}, {m['In-Reply-To'] for m in messages})

    def test_a_reply_to_a_page_acknowledges_and_to_none_does_not(self):
        mail = self.started(MailServer(self.folder))
        self.start(mail)
        self.fire()
        page = wait(lambda: [m for m in mail.messages() if 'ana@' in m['To']], 'a page by mail')[0]
        reply = 'From: {}\nMessage-ID: <{}@example.org>\nIn-Reply-To: {}\nSubject: Re: x\n\nack\n\n> Service down\n'

        def answer(sender, message_id, to):
            return self.hand_over(reply.format(sender, message_id, to))

        self.assertIn('does not count', answer('eve@example.org', 'e1', page['Message-ID']))
        self.assertIn('does not count', answer('ana@example.org', 'a1', '<crashcart-0-incident-1-page-1@example.org>'))
        self.assertEqual(self.server.incident(1)['state'], 'triggered')
        self.assertEqual(answer('Ana <ANA@example.org>', 'a2', page['Message-ID']), 'Incident 1 is acknowledged.\n')
        self.assertEqual(self.server.incident(1)['acknowledged_by'], 'person:ana')
        self.assertIn('heard already', answer('Ana <ANA@example.org>', 'a2', page['Message-ID']))
        self.assertEqual(self.server.process.log().count(' reply.refused '), 2)

    def hand_over(self, mail):
        done = subprocess.run([PROGRAM, 'mail-reply', '--data', self.server.data], capture_output=True, text=True, input=mail,
                              env={**os.environ, 'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}'})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_page_that_comes_back_later_has_failed_and_its_person_is_told_another_way(self):
        mail = self.started(MailServer(self.folder, gone='ana@example.org'))
        self.start(mail)
        self.fire()
        wait(lambda: any('ana' in s for s in self.kinds('page.sent')), 'the mail server has taken it')
        back = wait(lambda: [m for m in mail.messages() if 'crashcart@' in m['To']], 'it comes back')[0]
        self.assertEqual(self.kinds('page.failed'), [s for s in self.kinds('page.failed') if 'ben' in s])
        self.assertIn('The next way is tried', self.hand_over(back.as_string()))
        self.assertIn('email took the page to ana, and it has not arrived: the mail came back: 5.3.0', ' '.join(self.kinds('page.failed')))
        wait(lambda: any('ana by webhook' in s for s in self.kinds('page.sent')), 'and she is told another way')
        self.assertIn('heard already', self.hand_over(back.as_string()))
        ways = {(c['person'], c['channel']): c['state'] for c in self.server.json('/api/v1/channels')['channels']}
        self.assertEqual((ways['ana', 'email'], ways['ana', 'webhook']), ('failed', 'holds'))

    def test_starttls_with_a_trusted_certificate_is_used_and_another_one_is_not(self):
        self.by_tls(implicit=False)

    def test_tls_from_the_first_byte_with_a_trusted_certificate_is_used_and_another_one_is_not(self):
        self.by_tls(implicit=True)

    def by_tls(self, implicit):
        cert, key = os.path.join(self.folder, 'cert.pem'), os.path.join(self.folder, 'key.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2',
                        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], check=True, capture_output=True)
        try:
            mail = self.started(TlsMailServer(cert, key, implicit))
        except ImportError:
            self.skipTest('python3-aiosmtpd is not installed')
        self.start(mail, 'required', scheme='smtps' if implicit else 'smtp')
        self.fire()
        wait(lambda: any('ana' in s and 'ertificate' in s for s in self.kinds('page.delayed')), 'it is not trusted')
        self.assertEqual(mail.got, [])
        self.server.stop()
        # Trusted, for this server alone.
        trust = f'mount --bind {shlex.quote(cert)} /etc/ssl/certs/ca-certificates.crt && exec "$@"'
        wrap = ['unshare', '-m', 'sh', '-c', trust, 'sh']
        self.server.process.argv = (wrap if os.geteuid() == 0 else ['sudo', '-n', '-E'] + wrap) + self.server.process.argv
        self.server.start()
        wait(lambda: mail.got, 'the page arrives')
        self.assertTrue(mail.got[0][0], 'by TLS')
        self.assertIn(b'Message-ID: <crashcart-', mail.got[0][1])

    def test_a_text_message_that_twilio_signed_acknowledges(self):
        try:
            from twilio.request_validator import RequestValidator
        except ImportError:
            self.skipTest('python3-twilio is not installed')
        self.start(self.started(MailServer(self.folder)))
        self.fire()
        wait(lambda: self.receiver.pages('/page'), 'a page')
        words = {'MessageSid': 'SM1', 'From': '+15550001', 'To': '+15550000', 'Body': 'ack 1', 'NumMedia': '0', 'City': ''}
        signature = RequestValidator('a-token').compute_signature('https://crashcart.example.org/reply/sms', words)
        body = urllib.parse.urlencode(words).encode()

        def post(signed_as, sent):
            return self.server.request('POST', '/reply/sms', raw=sent, headers={
                'Content-Type': 'application/x-www-form-urlencoded', 'Authorization': None, 'X-Twilio-Signature': signed_as})

        self.assertEqual(post(signature, body.replace(b'ack', b'ACK'))[0], 401)
        status, answer = post(signature, body)
        self.assertEqual((status, b'Incident 1 is acknowledged.' in answer), (200, True), answer)
        self.assertIn(b'heard already', post(signature, body)[1])
        self.assertEqual(self.server.incident(1)['acknowledged_by'], 'person:eve')


if __name__ == '__main__':
    unittest.main()
