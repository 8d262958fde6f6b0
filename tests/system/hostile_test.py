#!/usr/bin/env python3
"""What others wrote into labels, annotations, findings and notes, by every way and in every export, where all of it may be shown:
read by the parsers of those who get it, it is text and nothing else."""
import csv
import email.header
import html.parser
import io
import urllib.parse
import xml.etree.ElementTree

from harness import *
from incident_channel_test import Slack, TOKEN

EVIL = ('=HYPERLINK("http://x","a")\r\nBcc: mallory@example.org\r\nX-Evil: 1\r\n\r\n <!channel> <@U1> <http://x|y> &lt; *b* [a](javascript:x) '
        '<script>alert(1)</script><img src=x onerror=alert(1)> |a|b| ]]> "\' \\ \u2028\u202e ${x} %s </Say><Hangup/> <at>Bo</at>')
FOLDED = 'a\r\n\tX-Evil: 1\r\n X-Evil: 2'
RUNBOOK = '''# Shop

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes

## ShopDown

1. Look at the queue.

## Communication

### Stakeholder update

```
Subject: [Severity] [Brief description]

Impact: [user impact]
```
'''
CONFIG = '''
public_url: https://crashcart.example.org
hold_down: 1h
mail: {{server: "smtp://127.0.0.1:{mail}", from: crashcart@example.org, starttls: "off"}}
channels:
  slack: {{server: "{slack}", secret: "env:BOT"}}
  twilio: {{server: "{url}", user: AC1, secret: "env:KEY", from: "+15550100200"}}
  pagerduty: {{server: "{url}"}}
  opsgenie: {{server: "{url}"}}
people:
  - {{id: mail, contacts: [{{email: ana@example.org, cleared: true}}]}}
  - {{id: ntfy, contacts: [{{ntfy: "{url}/ana-pages", cleared: true}}]}}
  - {{id: slack, contacts: [{{slack: U0ANA, cleared: true}}]}}
  - {{id: hook, contacts: [{{slack_webhook: "env:HOOK", cleared: true}}]}}
  - {{id: teams, contacts: [{{teams: "env:TEAMS", cleared: true}}]}}
  - {{id: sms, contacts: [{{sms: "+15551234567", cleared: true}}]}}
  - {{id: voice, contacts: [{{voice: "+15551234568", cleared: true}}]}}
  - {{id: pagerduty, contacts: [{{pagerduty: "env:KEY", cleared: true}}]}}
  - {{id: opsgenie, contacts: [{{opsgenie: "env:KEY", cleared: true}}]}}
  - {{id: web, contacts: [{{webhook: "{url}/web", cleared: true}}]}}
services:
  - id: shop
    public: Shop
    runbook: shop.md
    match: {{site: shop}}
    escalation: [{{notify: [person:mail, person:ntfy, person:slack, person:hook, person:teams, person:sms, person:voice, person:pagerduty, person:opsgenie, person:web]}}]
incident_channel: {{chat: slack, worst: 1, cleared: true}}
audiences:
  - {{id: stakeholders, send: [{{email: leads@example.org, cleared: true}}, {{teams: "env:TEAMS", cleared: true}}, {{slack_webhook: "env:HOOK", cleared: true}}]}}
  - {{id: internal, incident_channel: true}}
  - {{id: status-page, status_page: true}}
status_page: {{title: Example Hospital}}
'''


def strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))


class Hostile(SystemTest):
    def assert_harmless_html(self, text):
        tags = Tags()
        tags.feed(text)
        for tag, attributes in tags.seen:
            self.assertNotIn(tag, ('script', 'img', 'iframe', 'object', 'form', 'svg'), text)
            for name, value in attributes.items():
                self.assertFalse(name.startswith('on') or (value or '').lower().startswith(('javascript:', 'data:')), (tag, attributes))

    def assert_harmless_csv(self, text):
        rows = list(csv.reader(io.StringIO(text, newline='')))
        self.assertGreater(len(rows), 1)
        for row in rows:
            self.assertEqual(len(row), len(rows[0]))
            for cell in row:
                if cell.lstrip() and not re.fullmatch(r'-?[0-9.]+', cell):
                    self.assertNotIn(cell.lstrip()[0], '=+-@', cell)

    def assert_harmless_slack(self, message):
        for text in strings(message):
            self.assertIsNone(re.search(r'<[!@#]|<http|mrkdwn', text), text)

    def assert_harmless_mail(self, message):
        self.assertEqual([k for k in message.keys() if k.lower() in ('bcc', 'x-evil', 'cc')], [])
        self.assertEqual(len(message.get_all('To')), 1)
        subject = str(email.header.make_header(email.header.decode_header(message['Subject'])))
        self.assertIsNone(re.search(r'[\x00-\x1f]', subject.replace('\n', '').replace('\r', '')), subject)
        self.assertEqual(message.get_content_type(), 'text/plain')
        self.assertFalse(message.is_multipart())

    def test_nothing_that_others_wrote_becomes_more_than_text(self):
        receiver, slack, mail = self.started(Receiver()), self.started(Slack()), self.started(MailServer(self.folder))
        env = {'BOT': TOKEN, 'KEY': '0123456789abcdef0123456789abcdef', 'HOOK': receiver.url('/hook'), 'TEAMS': receiver.url('/teams')}
        runbooks = os.path.dirname(written(self.folder, 'runbooks/shop.md', RUNBOOK))
        config = CONFIG.format(mail=mail.port, slack=slack.url(), url=receiver.url(''))
        server = self.started(Server(self.folder, config, runbooks, env=env)).start()
        labels = {'alertname': 'ShopDown ' + EVIL, 'site': 'shop', 'severity': 'SEV-1', 'service': EVIL, 'pod': FOLDED}
        self.assertEqual(server.fire(labels, annotations={'summary': EVIL, 'description': FOLDED})[0], 200)
        ways = {'/', '/hook', '/teams', '/2010-04-01/Accounts/AC1/Messages.json', '/2010-04-01/Accounts/AC1/Calls.json', '/v2/enqueue',
                '/v2/alerts', '/web'}
        wait(lambda: {p for _, p, _, _ in receiver.got} >= ways and mail.messages() and 'pins.add' in slack.calls,
             'every way is told')
        server.command('incident', 'finding', '1', 'impact', EVIL, '--as', 'web')
        server.command('incident', 'note', '1', EVIL)
        server.command('action', 'add', '1', EVIL, '--owner', 'web')
        server.command('incident', 'update', '1', '--send', '--as', 'web')
        n = len(receiver.got)
        wait(lambda: len(mail.messages()) >= 2 and any('leads' in m['To'] for m in mail.messages()), 'the update by mail')
        wait(lambda: sum(p == '/teams' for _, p, _, _ in receiver.got) == 2 and sum(p == '/hook' for _, p, _, _ in receiver.got) == 2,
             f'the update by the others ({n})')
        for _, path, headers, body in receiver.got:
            self.assertIn(b'HYPERLINK', body)  # it was told
            self.assertNotIn('x-evil', {k.lower() for k in headers}, path)
            if path.endswith('Calls.json'):
                call = dict(urllib.parse.parse_qsl(body.decode()))
                self.assertLessEqual({e.tag for e in xml.etree.ElementTree.fromstring(call['Twiml']).iter()}, {'Response', 'Gather', 'Say'})
            elif path.endswith('Messages.json'):
                self.assertEqual(set(dict(urllib.parse.parse_qsl(body.decode()))), {'To', 'From', 'Body'})
            else:
                document = json.loads(body)
                if path == '/hook':
                    self.assert_harmless_slack(document)
                if path == '/teams':
                    content = document['attachments'][0]['content']
                    self.assertEqual({b['type'] for b in content['body']}, {'RichTextBlock'})
                    self.assertNotIn('entities', json.dumps(content.get('msteams', {})))
        for message in mail.messages():
            self.assert_harmless_mail(message)
        for channel in slack.channels.values():
            self.assertRegex(channel['name'], r'^[a-z0-9_-]{1,80}$')
            self.assert_harmless_slack([channel['topic'], channel['purpose'], channel['messages']])
            self.assertNotIn('\n', channel['topic']['value'])
        get = lambda path: server.request('GET', path)[1].decode()  # noqa: E731
        self.assert_harmless_html(get('/api/v1/incidents/1/report?format=html'))
        self.assert_harmless_csv(get('/api/v1/incidents/1/report?format=csv'))
        self.assert_harmless_csv(get('/api/v1/statistics?format=csv'))
        page = wait(lambda: 'Impact' in get('/status') and get('/status'), 'the status page')
        self.assert_harmless_html(page)
        self.assertNotIn('ShopDown', page)
        xml.etree.ElementTree.fromstring(get('/status.rss'))
        json.loads(get('/status.json'))
        for form in ('markdown', 'html', 'csv'):
            self.assertIn('HYPERLINK', get(f'/api/v1/incidents/1/report?format={form}'))


if __name__ == '__main__':
    unittest.main()
