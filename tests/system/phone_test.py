#!/usr/bin/env python3
"""Pages by telephone, from the order of a message or a call to the key that is pressed: a stand-in of Twilio takes the
orders, reads the call's document as a telephone would, and sends what the person presses to where the document says."""
import base64
import hashlib
import hmac
import urllib.parse
import xml.etree.ElementTree

from harness import *

CONFIG = '''
hold_down: 1s
public_url: https://crashcart.example.org
channels:
  twilio: {{server: "{server}", user: AC1, secret: "env:TWILIO_TOKEN", signing_secret: "env:TWILIO_TOKEN", from: "+15550000"}}
people:
  - id: ana
    name: Ana
    contacts: [{{voice: "+15550001"}}]
  - id: ben
    name: Ben
    contacts: [{{sms: "+15550002"}}, {{webhook: "{server}/ben"}}]
services:
  - {{id: shop, match: {{service: shop}}, escalation: [{{notify: [person:ana, person:ben]}}]}}
'''


class Phone(SystemTest):
    def setUp(self):
        super().setUp()
        self.twilio = self.started(Receiver(lambda n: 201))
        self.server = self.started(Server(self.folder, CONFIG.format(server=self.twilio.url('')), env={'TWILIO_TOKEN': 'a-token'}))
        self.server.start()

    def orders(self, what):
        return [(headers, dict(urllib.parse.parse_qsl(body.decode()))) for _, path, headers, body in self.twilio.got
                if path == f'/2010-04-01/Accounts/AC1/{what}.json']

    def press(self, gather, digit):
        where = urllib.parse.urlsplit(gather.get('action'))
        self.assertEqual((gather.get('method'), where.netloc), ('POST', 'crashcart.example.org'))
        return self.server.request('POST', where.path, raw=f'CallSid=CA1&Digits={digit}'.encode(),
                                   headers={'Content-Type': 'application/x-www-form-urlencoded', 'Authorization': None})

    def test_a_call_is_read_aloud_and_the_key_1_acknowledges(self):
        self.server.fire({'alertname': '<Hangup/>&"Down"', 'service': 'shop', 'severity': 'critical'})
        headers, call = wait(lambda: self.orders('Calls'), 'a call is ordered')[0]
        self.assertEqual(headers['Authorization'], 'Basic ' + base64.b64encode(b'AC1:a-token').decode())
        self.assertEqual((call['To'], call['From']), ('+15550001', '+15550000'))
        document = xml.etree.ElementTree.fromstring(call['Twiml'])
        gather = document.find('Gather')
        self.assertEqual([child.tag for child in document], ['Gather'])  # no label became an element
        self.assertEqual([child.tag for child in gather], ['Say'] * 4)
        self.assertIn('incident 1', gather.find('Say').text)
        self.assertIn('Press 1', gather.findall('Say')[1].text)
        status, body = self.press(gather, 2)[:2]
        self.assertEqual((status, b'Not acknowledged' in body), (200, True), body)
        self.assertIsNone(self.server.incident(1)['acknowledged_by'])
        status, body = self.press(gather, 1)[:2]
        self.assertEqual((status, b'is acknowledged' in body), (200, True), body)
        self.assertEqual(self.server.incident(1)['acknowledged_by'], 'person:ana')

    def test_a_text_message_holds_what_a_lock_screen_may_show_and_its_link_acknowledges(self):
        self.server.fire({'alertname': 'J. Doe waits', 'service': 'shop', 'severity': 'critical'},
                         annotations={'summary': 'the report of J. Doe'})
        _, message = wait(lambda: self.orders('Messages'), 'a message is ordered')[0]
        self.assertEqual(message['To'], '+15550002')
        self.assertLessEqual(len(message['Body'].encode()), 480)
        self.assertNotIn('Doe', message['Body'])
        self.assertIn('#1 shop', message['Body'])
        link = urllib.parse.urlsplit(re.search(r'https://\S+', message['Body'])[0])
        status, body = self.server.request('GET', link.path, headers={'Authorization': None})[:2]
        self.assertEqual(status, 200)  # it asks
        self.assertIsNone(self.server.incident(1)['acknowledged_by'])
        status, body = self.server.request('POST', link.path, raw=b'', headers={
            'Content-Type': 'application/x-www-form-urlencoded', 'Authorization': None})[:2]
        self.assertEqual(status, 200, body)
        self.assertEqual(self.server.incident(1)['acknowledged_by'], 'person:ben')

    def pages(self):
        return [json.loads(body) for _, path, _, body in self.twilio.got if path == '/ben']

    def receipt(self, path, signed=True, **said):
        body = {'MessageSid': 'SM1', 'To': '+15550002', **said}
        text = 'https://crashcart.example.org' + path + ''.join(name + body[name] for name in sorted(body))
        signature = base64.b64encode(hmac.digest(b'a-token' if signed else b'another', text.encode(), hashlib.sha1)).decode()
        return self.server.request('POST', path, raw=urllib.parse.urlencode(body).encode(), headers={
            'Content-Type': 'application/x-www-form-urlencoded', 'Authorization': None, 'X-Twilio-Signature': signature})[0]

    def test_a_message_that_has_not_arrived_is_told_by_the_next_way_once(self):
        self.server.fire({'alertname': 'ShopDown', 'service': 'shop', 'severity': 'critical'})
        _, message = wait(lambda: self.orders('Messages'), 'a message is ordered')[0]
        where = urllib.parse.urlsplit(message['StatusCallback'])
        self.assertEqual((where.netloc, where.path), ('crashcart.example.org', '/reply/receipt/1'))
        self.assertEqual(self.receipt(where.path, signed=False, MessageStatus='undelivered'), 401)
        self.assertEqual(self.receipt(where.path, MessageStatus='delivered'), 200)
        self.assertEqual(self.pages(), [])
        for _ in range(2):
            self.assertEqual(self.receipt(where.path, MessageStatus='undelivered', ErrorCode='30003'), 200)
        page = wait(self.pages, 'the next way')[0]
        self.assertIn('sms does not reach them', page['why'])
        failed = [e['summary'] for e in self.server.timeline(1) if e['kind'] == 'page.failed']
        self.assertEqual(failed, ['sms took the page to ben, and it has not arrived: Twilio says undelivered, error 30003'])
        self.assertEqual(len(self.pages()), 1)


if __name__ == '__main__':
    unittest.main()
