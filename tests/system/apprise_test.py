#!/usr/bin/env python3
"""What we write to services, beside what Debian's apprise writes to the same: the same method, path, way of proving who one is, form,
and the fields that make a message there. Apprise's requests are taken before they leave."""
import base64
import urllib.parse
from unittest import mock

from harness import *

KEY = '0123456789abcdef0123456789abcdef'
ACCOUNT = 'AC' + KEY
CONFIG = '''
channels:
  slack: {{server: "{url}", secret: "env:BOT"}}
  twilio: {{server: "{url}", user: {account}, secret: "env:KEY", from: "+15550100200"}}
  pagerduty: {{server: "{url}"}}
  opsgenie: {{server: "{url}"}}
people:
  - {{id: ntfy, contacts: [{{ntfy: "{url}/ana-pages"}}]}}
  - {{id: slack, contacts: [{{slack: U024BE7LH}}]}}
  - {{id: hook, contacts: [{{slack_webhook: "env:HOOK"}}]}}
  - {{id: sms, contacts: [{{sms: "+15551234567"}}]}}
  - {{id: pagerduty, contacts: [{{pagerduty: "env:KEY"}}]}}
  - {{id: opsgenie, contacts: [{{opsgenie: "env:KEY"}}]}}
services:
  - id: shop
    match: {{service: shop}}
    escalation: [{{notify: [person:ntfy, person:slack, person:hook, person:sms, person:pagerduty, person:opsgenie]}}]
'''
HOOK = 'T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ'
TOKEN = 'xoxb-1234-1234-abc124'
# Name, their address, path, the fields that both must have.
SERVICES = [
    ('ntfy', 'ntfy://127.0.0.1:9/ana-pages', '/', {'topic', 'title', 'message'}),
    ('slack', f'slack://{TOKEN}/+U024BE7LH', '/api/chat.postMessage', {'channel'}),
    ('hook', f'slack://{HOOK}/?image=no', f'/services/{HOOK}', set()),
    ('sms', f'twilio://{ACCOUNT}:{KEY}@15550100200/15551234567', f'/2010-04-01/Accounts/{ACCOUNT}/Messages.json', {'To', 'From', 'Body'}),
    ('pagerduty', f'pagerduty://{KEY}@{KEY}/source/component?image=no', '/v2/enqueue',
     {'routing_key', 'event_action', 'payload', 'payload.summary', 'payload.source', 'payload.severity'}),
    ('opsgenie', f'opsgenie://{KEY}/', '/v2/alerts', {'message', 'description', 'priority'}),
]


class Taken:
    status_code, text, content, headers = 200, '{"ok": true, "id": "1"}', b'{"ok": true, "id": "1"}', {}


def fields(body, form):
    if 'json' not in form:
        return set(dict(urllib.parse.parse_qsl(body)))
    document = json.loads(body)
    return set(document) | {f'{name}.{inner}' for name, value in document.items() if isinstance(value, dict) for inner in value}


def theirs(address):
    import apprise
    asked = []

    def post(url, data=None, headers=None, auth=None, **_):
        body = urllib.parse.urlencode(data) if isinstance(data, dict) else data.decode() if isinstance(data, bytes) else data
        headers = {name.lower(): value for name, value in (headers or {}).items()}
        if auth:
            headers['authorization'] = 'Basic ' + base64.b64encode(':'.join(auth).encode()).decode()
        asked.append((urllib.parse.urlsplit(url).path, headers, body))
        return Taken()

    with mock.patch('requests.post', post):
        sender = apprise.Apprise()
        assert sender.add(address), f'apprise does not know {address}'
        sender.notify(title='[SEV-1] #1 Down on shop', body='Since 02:14 UTC')
    return asked[0]


class Apprise(SystemTest):
    def test_the_same_services_are_written_to_in_the_same_way(self):
        try:
            import apprise
            del apprise
        except ImportError:
            self.skipTest('apprise is not installed')
        receiver = self.started(Receiver())
        config = CONFIG.format(url=receiver.url(''), account=ACCOUNT)
        env = {'BOT': TOKEN, 'KEY': KEY, 'HOOK': receiver.url('/services/' + HOOK)}
        server = self.started(Server(self.folder, config, os.path.dirname(written(self.folder, 'runbooks/any.md', '# Any\n')), env=env))
        server.start()
        server.fire({'alertname': 'Down', 'service': 'shop'})
        paths = {path for _, _, path, _ in SERVICES}
        wait(lambda: {path for _, path, _, _ in receiver.got} >= paths, f'each is told ({[p for _, p, _, _ in receiver.got]})')
        for name, address, path, wanted in SERVICES:
            with self.subTest(name):
                headers, body = next(({k.lower(): v for k, v in h.items()}, b) for _, p, h, b in receiver.got if p == path)
                their_path, their_headers, their_body = theirs(address)
                self.assertEqual(path, their_path or '/')
                if name != 'pagerduty':  # the routing key in the body is all that events want; apprise adds a key of the REST API
                    self.assertEqual(headers.get('authorization'), their_headers.get('authorization'))
                form = headers['content-type'].split(';')[0]
                self.assertEqual(form, their_headers.get('content-type', 'application/x-www-form-urlencoded').split(';')[0])
                self.assertLessEqual(wanted, fields(body.decode(), form) & fields(their_body, form))


if __name__ == '__main__':
    unittest.main()
