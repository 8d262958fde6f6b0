#!/usr/bin/env python3
"""The terminal can what the console can: each path of the API that a person uses has a command, and those that nothing else
tests say what they should."""
import subprocess

from harness import *

RUNBOOK = '''# Archive

## Severity levels

### SEV-1 - Critical

- **Response time**: 10 minutes

## Import errors

1. Look at the last imports.
'''

CONFIG = '''people:
  - {id: ana, contacts: [{webhook: "URL"}]}
  - {id: ben, contacts: [{webhook: "URL"}]}
schedules:
  - id: primary
    timezone: Europe/Berlin
    layers: [{rotation: weekly, start: 2026-03-02T09:00, people: [ana]}]
'''

# Path of /openapi.json: the command, and a word of its help.
COMMANDS = {
    'GET /api/v1/silences': 'silence list', 'POST /api/v1/silences': 'silence add', 'DELETE /api/v1/silences/{silence}': 'silence expire',
    'GET /api/v1/silences/preview': 'silence preview', 'GET /api/v1/alerts/groups': 'alerts',
    'GET /api/v1/incidents': 'incident list', 'GET /api/v1/incidents/{incident}': 'incident show', 'GET /api/v1/oncall': 'oncall',
    'POST /api/v1/oncall/overrides': 'oncall take', 'DELETE /api/v1/oncall/overrides/{override}': 'oncall give-back',
    'GET /api/v1/ledger': 'ledger', 'GET /api/v1/events': 'ledger --follow', 'GET /api/v1/ledger/proof': 'verify', 'GET /api/v1/ledger/verify': 'verify',
    'POST /api/v1/ledger/verify': 'verify', 'GET /api/v1/ledger/export': 'export', 'GET /api/v1/settings': 'config show',
    'GET /api/v1/runbooks': 'runbook list', 'GET /api/v1/runbooks/{runbook}/understood': 'read', 'GET /api/v1/runbooks/{runbook}/document': 'runbook text',
    'POST /api/v1/runbooks/{runbook}/diff': 'read --diff', 'GET /api/v1/runbooks/{runbook}/diff': 'runbook diff',
    'GET /api/v1/runbooks/{runbook}/versions': 'runbook versions', 'GET /api/v1/runbooks/{runbook}/version': 'runbook text',
    'POST /api/v1/coverage': 'coverage --rules', 'GET /api/v1/clocks': 'incident clocks', 'POST /api/v1/clocks/{clock}/done': 'incident done',
    'GET /api/v1/checks': 'checks', 'GET /api/v1/checks/{check}/measures': 'checks measures', 'GET /api/v1/actions': 'action list',
    'GET /api/v1/incidents/{incident}/actions': 'action list', 'POST /api/v1/incidents/{incident}/actions': 'action add',
    'POST /api/v1/incidents/{incident}/actions/{action}': 'action change', 'GET /api/v1/incidents/{incident}/review': 'review show',
    'GET /api/v1/channels': 'channel list', 'POST /api/v1/channels/test': 'channel test', 'GET /api/v1/statistics': 'statistics',
    'GET /api/v1/promises': 'promises', 'GET /api/v1/incidents/{incident}/timeline': 'incident show', 'GET /api/v1/incidents/{incident}/steps': 'incident show',
    'GET /api/v1/incidents/{incident}/next-page': 'incident show',
    'GET /api/v1/incidents/{incident}/report': 'incident report', 'POST /api/v1/incidents/{incident}/acknowledge': 'incident ack',
    'POST /api/v1/incidents/{incident}/notes': 'incident note', 'POST /api/v1/incidents/{incident}/state': 'incident state',
    'POST /api/v1/incidents/{incident}/severity': 'incident severity', 'POST /api/v1/incidents/{incident}/patient-safety': 'incident safety',
    'POST /api/v1/incidents/{incident}/roles': 'incident assign', 'POST /api/v1/incidents/{incident}/checklist/{checklist_item}': 'incident check',
    'POST /api/v1/incidents/{incident}/updates': 'incident update', 'GET /api/v1/incidents/{incident}/updates': 'incident update',
    'POST /api/v1/incidents/{incident}/updates/send': 'incident --send', 'POST /api/v1/incidents/{incident}/findings': 'incident finding',
    'POST /api/v1/incidents/{incident}/clocks/{clock}/done': 'incident done', 'POST /api/v1/incidents/{incident}/mute': 'incident mute',
    'POST /api/v1/incidents/{incident}/unmute': 'incident unmute', 'POST /api/v1/incidents/{incident}/hold': 'incident hold',
    'POST /api/v1/incidents/{incident}/release': 'incident hold|release', 'POST /api/v1/incidents/{incident}/resolve': 'incident resolve',
    'GET /api/v1/incidents/{incident}/procedures': 'incident procedures', 'POST /api/v1/incidents/{incident}/procedures': 'incident start',
    'GET /api/v1/runs/{run}/steps/{step}': 'approve --show', 'GET /api/v1/runs/{run}/steps/{step}/output': 'step watch',
    'POST /api/v1/runs/{run}/steps/{step}/stop': 'step stop', 'POST /api/v1/runs/{run}/steps/{step}/start': 'step start',
    'POST /api/v1/runs/{run}/steps/{step}/done': 'step done', 'POST /api/v1/runs/{run}/steps/{step}/answer': 'step answer',
    'POST /api/v1/runs/{run}/steps/{step}/choose': 'step choose', 'POST /api/v1/runs/{run}/steps/{step}/skip': 'step skip',
    'POST /api/v1/runs/{run}/steps/{step}/approve': 'approve', 'POST /api/v1/runs/{run}/steps/{step}/values': 'approve --set',
    'POST /api/v1/runs/{run}/steps/{step}/deny': 'deny', 'GET /api/v1/sign-in/provider': 'doctor', 'GET /api/v1/accounts': 'account list',
    'POST /api/v1/accounts': 'account add', 'DELETE /api/v1/accounts/{account}': 'account remove', 'GET /api/v1/keys': 'token list',
    'POST /api/v1/tokens': 'token add', 'DELETE /api/v1/keys/{key}': 'token end',
    'POST /api/v1/session/password': 'account password',
}
# A browser alone has these: its session, and pages to it.
OF_BROWSERS = ('/api/v1/session', '/api/v1/sign-in', '/api/v1/push')


class Terminal(SystemTest):
    def setUp(self):
        super().setUp()
        receiver = self.started(Receiver())
        folder = os.path.join(self.folder, 'runbooks')
        written(folder, 'archive.md', RUNBOOK)
        self.server = self.started(Server(self.folder, CONFIG.replace('URL', receiver.url('/page')), folder))
        self.server.start()
        self.server.incidents()

    def said(self, *words, code=0):
        got, out, err = self.server.command(*words, check=False)
        self.assertEqual(got, code, out + err)
        return out or err

    def test_each_path_that_a_person_uses_has_a_command(self):
        described = json.loads(self.server.request('GET', '/openapi.json')[1])['paths']
        paths = {f'{method.upper()} {path}' for path, methods in described.items() for method in methods if path.startswith('/api/v1/')}
        self.assertEqual({path for path in paths if not path.split()[1].startswith(OF_BROWSERS) or path in COMMANDS}, set(COMMANDS))
        helps = {}
        for path, command in COMMANDS.items():
            name, _, word = command.partition(' ')
            helps.setdefault(name, run(name, '--help')[1])
            self.assertIn(word or f'crashcart {name}', helps[name], path)

    def test_a_person_changes_their_own_password(self):
        self.server.request('POST', '/api/v1/accounts', {'person': 'ana', 'password': 'quiet night shift'})
        token = json.loads(self.server.request('POST', '/api/v1/tokens', {'name': 'laptop', 'person': 'ana'})[1])['token']
        env = {'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}', 'CRASHCART_TOKEN': token}

        def change(old, new):
            code, out, err = run('account', 'password', stdin=f'{old}\n{new}\n'.encode(), env=env)
            return code, out + err

        code, said = change('quiet night shift', 'qwertyuiopqwertyuiop')
        self.assertNotEqual(code, 0)
        self.assertIn('tried first', said)
        code, said = change('not mine at all', 'a calm new morning')
        self.assertNotEqual(code, 0)
        self.assertIn('not your password', said)
        self.assertEqual(change('quiet night shift', 'a calm new morning'), (0, 'ana: the password is changed, and their sessions have ended\n'))
        proof = {'person': 'ana', 'password': 'a calm new morning'}
        self.assertEqual(self.server.request('POST', '/api/v1/session', proof, headers={'Authorization': None})[0], 200)

    def test_events_are_found_and_followed(self):
        self.server.fire({'alertname': 'ImportErrors', 'service': 'archive'})
        wait(self.server.incidents, 'an incident')
        self.assertIn('#1 source:alertmanager-api: ImportErrors fired', self.said('ledger', 'fired', '--kind', 'alert'))
        self.assertEqual(self.said('ledger', 'no such words'), 'No such event.\n')
        self.assertIn('Further back: --before', self.said('ledger', '--limit', '1'))
        self.assertEqual(json.loads(self.said('ledger', '--limit', '1', '--json'))['events'][0]['incident'], 1)
        self.assertIn('ImportErrors since', self.said('alerts', 'service=archive'))
        self.assertEqual(self.said('alerts', 'service=other'), 'No alert fires.\n')
        log = os.path.join(self.folder, 'followed')
        with open(log, 'wb') as out:
            environment = {**os.environ, 'CRASHCART_URL': f'http://127.0.0.1:{self.server.port}', 'CRASHCART_TOKEN': self.server.token()}
            child = subprocess.Popen([PROGRAM, 'ledger', '--follow'], stdout=out, env=environment)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)

        def followed():
            self.server.request('POST', '/api/v1/incidents/1/notes', {'text': 'seen from here', 'as': 'ana'})
            with open(log, encoding='utf8') as f:
                return '#1 person:ana: seen from here' in f.read()
        wait(followed, 'the note is told')

    def test_somebody_takes_over_and_gives_back(self):
        out = self.said('oncall', 'take', 'primary', 'ben', '--until', '8h', '--why', 'a wedding', '--as', 'ana')
        number = out.split()[0]
        self.assertIn('a wedding', out)
        self.assertEqual(self.server.json('/api/v1/oncall')['schedules'][0]['people'][0]['id'], 'ben')
        self.assertEqual(self.said('oncall', 'give-back', number), 'Nobody takes over for anybody.\n')
        self.assertIn('There is no schedule "night". There are: primary', self.said('oncall', 'take', 'night', 'ben', '--until', '8h', code=1))
        self.assertIn('a time is like 8h', self.said('oncall', 'take', 'primary', 'ben', '--until', 'noon', code=2))

    def test_programs_get_json_from_whatever_they_ask_for_and_change(self):
        self.server.fire({'alertname': 'ImportErrors', 'service': 'archive', 'severity': 'SEV-1'})
        wait(self.server.incidents, 'an incident')

        def got(*words):
            return json.loads(self.said(*words, '--json', '--as', 'ana'))
        self.assertEqual(got('incident', 'ack', '1')['acknowledged_by'], 'person:ana')
        self.assertIn('number', got('incident', 'mute', '1', '--preview'))
        for words in (['note', '1', 'seen'], ['finding', '1', 'impact', 'none'], ['severity', '1', 'SEV-1', '--why', 'x'], ['assign', '1', 'scribe', 'ben'],
                      ['update', '1'], ['clocks', '1'], ['procedures', '1'], ['hold', '1', '--why', 'x'], ['release', '1', '--why', 'x']):
            self.assertTrue(got('incident', *words), words)
        silence = got('silence', 'add', 'service=x', '--for', '1h', '--comment', 'x')['silenceID']
        self.assertEqual(got('silence', 'expire', silence), {'ended': silence})
        self.assertEqual(got('oncall', 'take', 'primary', 'ben', '--until', '8h')['schedules'][0]['id'], 'primary')
        self.assertEqual(got('action', 'add', '1', 'do', 'it')['actions'][0]['what'], 'do it')

        def kept(*words):
            return json.loads(self.said(*words, '--json'))
        self.assertTrue(kept('account', 'add', 'ben'))
        self.assertEqual(kept('account', 'remove', 'ben'), {'ended': 'ben'})
        self.assertTrue(kept('token', 'add', 'prometheus', '--right', 'sender'))
        token = kept('token', 'list')['keys'][0]['id']
        self.assertEqual(kept('token', 'end', token), {'ended': token})

    def test_a_list_says_how_it_goes_on_and_gives_the_worst_first(self):
        for name, severity in (('ImportErrors', 'SEV-1'), ('ImportSlow', 'SEV-3'), ('ImportLate', 'SEV-3')):
            self.server.fire({'alertname': name, 'service': name, 'severity': severity})
            wait(lambda name=name: any(name in one['title'] for one in self.server.incidents()), 'an incident')
        self.server.request('POST', '/api/v1/incidents/2/patient-safety', {'why': 'doses'})
        out = self.said('incident', 'list', '--limit', '2')
        self.assertIn('ImportLate', out)
        self.assertIn('Further back: --before 2\n', out)
        self.assertIn('ImportErrors', self.said('incident', 'list', '--limit', '2', '--before', '2'))
        self.assertIn('ImportSlow', self.said('incident', 'list', '--worst', '--limit', '1'))
        self.assertIn('nothing comes before', self.said('incident', 'list', '--worst', '--before', '2', code=2))
        for words in ('first', 'second'):
            self.said('action', 'add', '1', words, '--due', '2030-01-02')
        page = json.loads(self.server.request('GET', '/api/v1/actions?limit=1')[1])
        self.assertEqual([item['what'] for item in page['actions']], ['first'])
        self.assertNotIn('first', self.said('action', 'list', '--after', page['next']))
        self.assertIn('must be the', self.said('incident', 'clocks', '--after', 'to & fro', code=1))

    def test_versions_of_a_runbook_and_what_changed_between_them(self):
        self.assertIn('archive.md', self.said('runbook', 'list'))
        old = self.said('runbook', 'versions', 'archive.md').split()[0]
        self.assertEqual(self.said('runbook', 'text', 'archive.md', old), RUNBOOK)
        written(self.server.runbooks, 'archive.md', RUNBOOK.replace('10 minutes', '5 minutes'))
        wait(lambda: self.said('runbook', 'versions', 'archive.md').count('\n') == 2, 'the second version')
        self.assertIn('response time 10 min -> 5 min', self.said('runbook', 'diff', 'archive.md', old))
        self.assertIn('no versions of archive.md begin with 0x', self.said('runbook', 'diff', 'archive.md', '0x', code=1))

    def test_what_is_promised_and_in_force_is_told(self):
        out = self.said('promises')
        self.assertIn('NOT KEPT', out)  # no way was proved
        self.assertIn('alerts are on disk', out)
        self.assertEqual(json.loads(self.said('config', 'show'))['people'][0]['id'], 'ana')
        self.assertEqual(self.said('checks', 'measures', 'none'), 'Nothing was measured in that time.\n')

    def test_a_command_that_is_not_there_is_answered_with_the_nearest(self):
        self.assertIn('do you mean "alerts"?', run('alert')[2])
        self.assertIn('do you mean "incident"?', run('incidnet', 'list')[2])
        self.assertNotIn('do you mean', run('xyzzy')[2])


if __name__ == '__main__':
    unittest.main()
