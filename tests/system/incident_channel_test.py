#!/usr/bin/env python3
"""The incident's own channel in Slack: made and named by the runbook's pattern, its first message pinned, responders
invited as they come, the closing update in it; tried again like any delivery, and never made or written twice. Slack is
a stand-in that wants what Slack wants: its forms, the bot's token, names that it takes, channels by pages."""
import http.server
import threading
import urllib.parse

from harness import *

RUNBOOK = '''# Lab results gateway

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes

### SEV-3 - Low

- **Response time**: 8 hours

## Create an incident channel

```bash
# Name it
# Format: lab-YYYY-MM-DD-brief-description
```

## Gateway down

1. Look at the queue.

## Queue stuck

```bash
uptime
ls /no-such-queue
```
'''

CONFIG = '''public_url: https://crashcart.example.org
people:
  - {{id: ana, name: Ana, contacts: [{{slack: U0ANA}}]}}
  - {{id: ben, name: Ben, contacts: [{{slack: U0BEN}}]}}
  - {{id: eve, name: Eve, contacts: [{{slack: U0EVE}}]}}
  - {{id: dan, name: Dan, contacts: [{{webhook: '{receiver}/dan'}}]}}
channels: {{slack: {{server: '{slack}', secret: env:SLACK_TOKEN}}}}
services:
  - id: lab-gateway
    match: {{service: lab-gateway}}
    escalation: [{{notify: [person:dan]}}]
  - id: radiology
    escalation: [{{notify: [person:dan]}}]
incident_channel: {{chat: slack, worst: 1, invite: [eve], cleared: true}}
audiences:
  - {{id: internal, incident_channel: true}}
  - {{id: radiologists, services: [radiology], send: [{{webhook: '{receiver}/radiologists'}}]}}
'''

LABELS = {'alertname': 'GatewayDown', 'service': 'lab-gateway', 'severity': 'SEV-1', 'patient': 'Jane Roe'}
TOKEN = 'xoxb-lab'


class Slack:
    """The part of Slack's API that keeps channels. before(method, n) may hold the n-th call of a method, or give what is
    answered in its place: a status with headers, or an error."""

    FORM, JSON = 'application/x-www-form-urlencoded', 'application/json; charset=utf-8'

    def __init__(self, before=lambda method, n: None):
        self.calls, self.channels, self.users, self.before = [], {}, {'U0ANA', 'U0BEN', 'U0EVE'}, before
        self.lock = threading.Lock()
        slack = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
                method = self.path.removeprefix('/api/')
                with slack.lock:
                    slack.calls.append(method)
                    n = slack.calls.count(method)
                instead = slack.before(method, n)
                status, headers = 200, {}
                if isinstance(instead, tuple):
                    (status, headers), answer = instead, {'ok': False, 'error': 'ratelimited'}
                elif isinstance(instead, str):
                    answer = {'ok': False, 'error': instead, 'needed': 'channels:manage'}
                else:
                    answer = slack.answer(method, self.headers, body)
                data = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    for name, value in {**headers, 'Content-Length': str(len(data))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    pass

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        return f'http://127.0.0.1:{self.server.server_address[1]}'

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def add(self, name, purpose='', **more):
        channel = {'id': f'C{len(self.channels):05}', 'name': name, 'is_member': True, 'is_archived': False,
                   'topic': {'value': ''}, 'purpose': {'value': purpose}, 'members': [], 'messages': [], **more}
        self.channels[channel['id']] = channel
        return channel

    def named(self, name):
        return next((c for c in self.channels.values() if c['name'] == name), None)

    def answer(self, method, headers, body):
        if headers.get('Authorization') != 'Bearer ' + TOKEN:
            return {'ok': False, 'error': 'invalid_auth'}
        if headers.get('Content-Type') != (self.JSON if method.startswith('chat.') else self.FORM):
            return {'ok': False, 'error': 'invalid_form_data'}
        form = json.loads(body) if method.startswith('chat.') else dict(urllib.parse.parse_qsl(body, strict_parsing=True))
        with self.lock:
            call = getattr(self, method.replace('.', '_'), None)
            result = call(form) if call else 'unknown_method'
        return {'ok': False, 'error': result} if isinstance(result, str) else {'ok': True, **result}

    def shown(self, channel):
        return {'channel': {k: v for k, v in channel.items() if k not in ('members', 'messages')}}

    def conversations_create(self, form):
        if not re.fullmatch(r'[a-z0-9_-]{1,80}', form['name']):
            return 'invalid_name_specials'
        return 'name_taken' if self.named(form['name']) else self.shown(self.add(form['name']))

    def conversations_list(self, form):
        at = int(form.get('cursor') or 0)
        channels = list(self.channels.values())
        return {'channels': [self.shown(c)['channel'] for c in channels[at:at + 1]],
                'response_metadata': {'next_cursor': str(at + 1) if at + 1 < len(channels) else ''}}

    def of(self, form, act):
        channel = self.channels.get(form.get('channel'))
        if not channel:
            return 'channel_not_found'
        return 'is_archived' if channel['is_archived'] else act(channel) or self.shown(channel)

    def conversations_info(self, form):
        channel = self.channels.get(form.get('channel'))
        return self.shown(channel) if channel else 'channel_not_found'

    def conversations_setTopic(self, form):
        return self.of(form, lambda c: c['topic'].update(value=form['topic']))

    def conversations_setPurpose(self, form):
        return self.of(form, lambda c: c['purpose'].update(value=form['purpose']))

    def conversations_invite(self, form):
        def act(channel):
            if form['users'] not in self.users:
                return 'user_not_found'
            if form['users'] in channel['members']:
                return 'already_in_channel'
            channel['members'].append(form['users'])
        return self.of(form, act)

    def conversations_history(self, form):
        return self.of(form, lambda c: {'messages': list(reversed(c['messages']))})

    def chat_postMessage(self, form):
        if form['channel'].startswith('U'):
            return {'ts': '1.0'}

        def act(channel):
            channel['messages'].append({**form, 'ts': f'17.{len(channel["messages"]):06}'})
            return {'ts': channel['messages'][-1]['ts']}
        return self.of(form, act)

    def chat_update(self, form):
        def act(channel):
            message = next((m for m in channel['messages'] if m['ts'] == form['ts']), None)
            if not message:
                return 'message_not_found'
            message.update(form)
            return {'ts': form['ts']}
        return self.of(form, act)

    def pins_add(self, form):
        def act(channel):
            message = next((m for m in channel['messages'] if m['ts'] == form['timestamp']), None)
            if not message:
                return 'message_not_found'
            if message.get('pinned_to'):
                return 'already_pinned'
            message['pinned_to'] = [channel['id']]
            return {}
        return self.of(form, act)


def text_of(message):
    return json.dumps(message['blocks'])


class IncidentChannel(SystemTest):
    def begin(self, before=lambda method, n: None, prepare=lambda slack: None, severity='SEV-1', alert='GatewayDown'):
        self.receiver = self.started(Receiver())
        self.slack = self.started(Slack(before))
        prepare(self.slack)
        written(os.path.join(self.folder, 'runbooks'), 'gateway.md', RUNBOOK)
        config = CONFIG.format(receiver=self.receiver.url(''), slack=self.slack.url())
        self.server = self.started(Server(self.folder, config, os.path.join(self.folder, 'runbooks'),
                                          env={'SLACK_TOKEN': TOKEN})).start()
        self.assertEqual(self.server.fire({**LABELS, 'severity': severity, 'alertname': alert})[0], 200)
        self.incident = wait(self.server.incidents, 'an incident')[0]

    def name(self):
        title = re.sub(r'[^a-z0-9]+', '-', self.incident['procedure']['title'].lower())
        return f'lab-{self.incident["opened_at"][:10]}-{title}-1'

    def channel(self):
        return self.slack.named(self.name())

    def event(self, kind):
        return wait(lambda: next((e for e in self.server.timeline(1) if e['kind'] == kind), None), kind)

    def assert_made_once(self, channel):
        self.assertEqual([m.get('pinned_to') for m in channel['messages'][:1]], [[channel['id']]])
        self.assertEqual(sum('metadata' in m for m in channel['messages']), 1)
        self.assertEqual(len(channel['members']), len(set(channel['members'])))

    def test_a_whole_incident(self):
        self.begin()
        self.event('channel.invited')
        channel = self.channel()
        self.assertEqual(channel['members'], ['U0EVE'])
        self.assertIn('SEV-1, lab-gateway: triggered', channel['topic']['value'])
        first = text_of(channel['messages'][0])
        self.assertIn('https://crashcart.example.org/incidents/1', first)
        self.assertNotIn('Jane', json.dumps(self.slack.channels))
        self.assertEqual(self.server.json('/api/v1/incidents/1')['channel'], {'id': channel['id'], 'name': self.name()})

        self.server.command('incident', 'ack', '1', '--as', 'ana')
        wait(lambda: 'U0ANA' in channel['members'], 'who acknowledges is invited')
        wait(lambda: 'acknowledged. Commander: Ana' in channel['topic']['value'], 'the topic follows')
        wait(lambda: 'State: acknowledged' in text_of(channel['messages'][0]), 'so does the first message')
        self.assertNotIn('"acknowledge"', text_of(channel['messages'][0]))
        self.server.command('incident', 'assign', '1', 'communications-lead', 'ben', '--as', 'ana')
        wait(lambda: 'U0BEN' in channel['members'], 'who gets a role is invited')
        self.server.command('incident', 'note', '1', 'the queue stands', '--as', 'dan')

        self.server.request('POST', '/api/v1/incidents/1/updates/send',
                            {'text': 'Results are late.', 'audience': 'internal', 'as': 'ana'})
        wait(lambda: 'Results are late.' in text_of(channel['messages'][-1]), 'the update stands in it')
        drafts = {d['audience'] for d in self.server.json('/api/v1/incidents/1/updates')['drafts']}
        self.assertIn('internal', drafts)
        self.assertNotIn('radiologists', drafts)

        self.server.command('incident', 'resolve', '1', '--force', '--note', 'queue drained', '--as', 'ana')
        wait(lambda: 'resolved' in text_of(channel['messages'][-1]).lower(), 'the closing update stands in it')
        wait(lambda: ': resolved' in channel['topic']['value'], 'the topic says that it is over')
        self.assert_made_once(channel)
        self.assertEqual(self.slack.calls.count('conversations.create'), 1)
        self.assertEqual([p for _, p, _, _ in self.receiver.got if p == '/radiologists'], [])
        self.server.stop()
        self.assert_verifies(self.server)

    def test_a_level_that_is_not_among_the_worst_has_none(self):
        self.begin(severity='SEV-3')
        wait(lambda: [g for g in self.receiver.got if g[1] == '/dan'], 'dan is paged')
        self.server.command('incident', 'severity', '1', 'SEV-1', '--why', 'results are lost', '--as', 'ana')
        self.event('channel.created')
        self.assertEqual(self.slack.calls.count('conversations.create'), 1)

    def test_the_first_message_tells_what_the_diagnosis_gave(self):
        self.begin(alert='QueueStuck')
        self.event('run.diagnosed')
        wait(lambda: self.channel() and self.channel()['messages'] and
             'Diagnosis: 1 done, 1 failed' in text_of(self.channel()['messages'][0]), 'the first message tells the diagnosis')
        self.assert_made_once(self.channel())

    def test_an_edit_that_is_refused_keeps_nobody_out(self):
        self.begin(lambda method, n: 'msg_too_long' if method == 'chat.update' else None, alert='QueueStuck')
        self.event('run.diagnosed')
        self.server.command('incident', 'ack', '1', '--as', 'ana')
        wait(lambda: self.channel() and 'U0ANA' in self.channel()['members'], 'ana is in it')
        wait(lambda: 'chat.update' in self.slack.calls, 'an edit is tried')
        wait(lambda: 'acknowledged. Commander: Ana' in self.channel()['topic']['value'], 'the topic follows')
        self.server.request('POST', '/api/v1/incidents/1/updates/send',
                            {'text': 'Results are late.', 'audience': 'internal', 'as': 'ana'})
        wait(lambda: 'Results are late.' in text_of(self.channel()['messages'][-1]), 'the update stands in it')
        self.assertNotIn('channel.failed', [e['kind'] for e in self.server.timeline(1)])

    def test_an_edit_that_fails_for_a_while_comes_after_the_invitations(self):
        self.begin(lambda method, n: 'internal_error' if method == 'chat.update' and n < 3 else None)
        self.event('channel.invited')
        self.server.command('incident', 'ack', '1', '--as', 'ana')
        wait(lambda: self.slack.calls.count('chat.update') == 1, 'an edit fails')
        self.assertIn('U0ANA', self.channel()['members'])
        wait(lambda: 'State: acknowledged' in text_of(self.channel()['messages'][0]), 'it is tried again')

    def crash_in(self, held):
        """The server dies while Slack has taken the call, and has not been heard."""
        reached, go_on = threading.Event(), threading.Event()

        def before(method, n):
            if method == held and n == 1:
                reached.set()
                go_on.wait(30)

        self.begin(before)
        self.assertTrue(reached.wait(30))
        self.server.kill()
        go_on.set()
        self.server.start()
        self.event('channel.created')
        self.event('channel.invited')
        self.assertEqual(self.slack.calls.count('conversations.create'), 2)
        self.assertEqual(len(self.slack.channels), 1)
        self.assert_made_once(self.channel())

    def test_a_crash_after_the_channel_was_made_makes_no_second_one(self):
        self.crash_in('conversations.setPurpose')

    def test_a_crash_after_the_first_message_writes_no_second_one(self):
        self.crash_in('pins.add')

    def test_what_passes_is_tried_again(self):
        self.begin(lambda method, n: (429, {'Retry-After': '1'}) if n == 1 and method in ('conversations.create', 'pins.add') else None)
        self.event('channel.invited')
        self.assertIn('HTTP 429', self.event('channel.delayed')['summary'])
        self.assertEqual(len(self.slack.channels), 1)
        self.assert_made_once(self.channel())

    def test_a_name_of_somebody_else_is_left_to_them(self):
        def prepare(slack):
            for day in (0, 1):
                slack.add(f'lab-{time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400 * day))}-lab-results-gateway-1',
                          'Lunch of the lab')
        self.begin(prepare=prepare)
        self.assertIn(self.name() + '-2', self.event('channel.created')['summary'])
        self.assertEqual(self.channel()['messages'], [])
        self.assertEqual(len(self.slack.named(self.name() + '-2')['messages']), 1)

    def test_what_the_app_may_not_do_is_told_once(self):
        self.begin(lambda method, n: 'missing_scope' if method == 'conversations.create' else None)
        failed = self.event('channel.failed')
        self.assertIn('the app needs the scope channels:manage', failed['summary'])
        self.server.command('incident', 'ack', '1', '--as', 'ana')
        self.server.command('incident', 'resolve', '1', '--force', '--note', 'x', '--as', 'ana')
        self.assertEqual(self.slack.calls.count('conversations.create'), 1)

    def test_who_cannot_be_invited_keeps_nobody_else_out(self):
        self.begin(prepare=lambda slack: slack.users.discard('U0EVE'))
        self.assertIn('U0EVE is not invited: user_not_found', self.event('channel.invited')['body']['detail'])
        self.server.command('incident', 'ack', '1', '--as', 'ana')
        wait(lambda: self.channel()['members'] == ['U0ANA'], 'ana is in it')


if __name__ == '__main__':
    unittest.main(verbosity=2)
