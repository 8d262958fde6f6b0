#!/usr/bin/env python3
"""Who would be reached, asked before it matters: `config check` and `simulate` on the project's own runbooks, with
nothing running but where the server is asked for what people made there."""
import datetime

from harness import *

RUNBOOKS = os.path.join(ROOT, 'runbooks')
NAMES = sorted(n for n in os.listdir(RUNBOOKS) if n.endswith('.md'))

TEAM = '''
runbooks: %s
people:
  - {id: ana, name: Ana, contacts: [{webhook: "http://127.0.0.1:9/ana"}]}
  - {id: ben, contacts: [{email: ben@example.org}]}
schedules:
  - id: primary
    timezone: America/New_York
    layers: [{rotation: weekly, start: 2026-03-02T09:00, people: [ana, ben]}]
  - id: office
    timezone: America/New_York
    layers: [{start: 2026-03-02T00:00, people: [ana], hours: {days: [mon, tue, wed, thu, fri], from: "09:00", until: "17:00"}}]
services:
''' % RUNBOOKS
MAIL = 'mail: {server: "smtp://127.0.0.1:9", from: c@example.org, starttls: "off"}\n'


class Simulate(SystemTest):
    def config(self, escalation, mail=MAIL):
        services = ''.join(f'  - {{id: {n[:-3]}, runbook: {n}, escalation: {escalation}}}\n' for n in NAMES)
        return written(self.folder, 'crashcart.yaml', mail + TEAM + services)

    def simulate(self, *argv, code=0):
        done, out, err = run('simulate', '--json', *argv)
        self.assertEqual(done, code, err + out)
        return json.loads(out)

    def test_every_level_of_every_runbook_is_proven_and_the_hours_without_anybody_are_named(self):
        code, out, err = run('config', 'check', '-c', self.config('[{notify: [schedule:primary]}]'))
        self.assertEqual(code, 0, out + err)
        self.assertIn('every level reaches somebody', out)

        path = self.config('[{notify: [schedule:office]}]')
        code, out, _ = run('config', 'check', '-c', path)
        self.assertEqual(code, 1)
        self.assertIn('service "pneumonia-detector": SEV-1, SEV-2, SEV-3, SEV-4 of pneumonia-detector.md: nobody', out)
        self.assertRegex(out, r'crashcart.yaml:\d+: nobody is on call by schedule:office')
        self.assertRegex(out, r'\w{3} [-0-9]+ 17:00 E[SD]T until \w{3} [-0-9]+ 09:00 E[SD]T \(America/New_York\)')

        code, out, _ = run('config', 'check', '-c', self.config('[{notify: [schedule:primary]}]', mail=''))
        self.assertEqual(code, 1)
        self.assertRegex(out, r'"ben", on call by schedule:primary, cannot be reached: there is no mail server')

    def test_the_folder_of_the_runbooks_may_be_named(self):
        empty = os.path.join(self.folder, 'empty')
        os.mkdir(empty)
        path = self.config('[{notify: [schedule:primary]}]')
        code, out, _ = run('config', 'check', '-c', path, '--runbooks', empty)
        self.assertEqual(code, 1)
        self.assertIn('pneumonia-detector.md is not in ' + empty, out)
        code, _, err = run('simulate', '-c', path, '--runbooks', empty, '--service', 'pneumonia-detector')
        self.assertNotEqual(code, 0)
        self.assertIn(empty, err)

    def test_each_runbook_tells_its_night(self):
        path = self.config('[{notify: [schedule:primary]}, {notify: [person:ben], after: 5m}]')
        for name in NAMES:
            code, out, err = run('simulate', '-c', path, os.path.join(RUNBOOKS, name), '--at',
                                 'Sat 03:00 America/New_York')
            self.assertEqual(code, 0, f'{name}: {err}')
            self.assertRegex(out, r'03:00 E[SD]T +\+0:00 PAGE', name)
            self.assertIn('Somebody is reached at Sat', out)
            self.assertLessEqual(max(len(line) for line in out.splitlines()), 80, name)

    def test_a_night_across_the_change_of_clocks(self):
        path = self.config('[{notify: [schedule:primary]}]')
        told = self.simulate('-c', path, '--service', 'pneumonia-detector', '--severity', 'sev1', '--at',
                             'Sun 01:50 America/New_York', '--now', '2026-10-30T12:00:00Z', '--for', '40m')
        self.assertEqual(told['at'], '2026-11-01T05:50:00.000Z')
        self.assertEqual(told['severity'], 'SEV-1')
        pages = [e for e in told['entries'] if e['kind'] == 'page']
        self.assertEqual(pages[0]['local'], 'Sun 2026-11-01 01:50 EDT')
        self.assertTrue(any(e['local'] == 'Sun 2026-11-01 01:05 EST' for e in told['entries']), told['entries'])
        self.assertEqual([d['kind'] for d in told['deadlines'] if d['kind'] == 'response'], ['response'])
        for entry in pages:
            self.assertGreater(entry['configuration']['line'], 0)

    def test_a_calendar_that_goes_out_comes_in_as_the_same_duty(self):
        rota = written(self.folder, 'rota.yaml', """people:
  - {id: ana, name: Ana, contacts: [{webhook: "http://127.0.0.1:9/ana"}]}
  - {id: ben, contacts: [{webhook: "http://127.0.0.1:9/ben"}]}
schedules:
  - id: primary
    timezone: America/New_York
    layers: [{rotation: daily, start: 2026-03-02T01:30, people: [ana, ben]}]
""")
        code, out, err = run('oncall', '-c', rota, '--ical')
        self.assertEqual(code, 0, err)
        written(self.folder, 'duty.ics', out)
        with open(rota, encoding='utf-8') as f:
            text = re.sub(r'    layers: .*', '    calendar: duty.ics', f.read())
        calendar = written(self.folder, 'calendar.yaml', text)

        def people(config, at):
            code, out, err = run('oncall', '-c', config, '--json', '--at', rfc3339(at))
            self.assertEqual(code, 0, err)
            return json.loads(out)['schedules'][0]['people']
        found = [(people(rota, at), people(calendar, at)) for at in range(int(time.time()) + 60, int(time.time()) + 6 * 86400, 40_000)]
        self.assertEqual([a for a, _ in found], [b for _, b in found])
        self.assertEqual({p['id'] for a, _ in found for p in a}, {'ana', 'ben'})
        written(self.folder, 'duty.ics', 'no calendar')
        code, _, err = run('oncall', '-c', calendar)
        self.assertEqual(code, 1, err)
        self.assertIn('duty.ics is no iCalendar file', err)

    def test_who_takes_over_in_the_console_is_on_call_for_the_commands_too(self):
        config = self.config('[{notify: [schedule:primary]}]')
        with open(config, encoding='utf-8') as f:
            text = f.read()
        monday = datetime.date(2026, 3, 2)  # handed over on a day that is not near
        handed_over = monday + datetime.timedelta((datetime.date.today().weekday() + 3) % 7)
        server = self.started(Server(self.folder, text.replace(f'{monday}T09:00', f'{handed_over}T09:00')))
        server.start()
        before = json.loads(server.command('oncall', '-c', config, '--json')[1])
        planned = next(s for s in before['schedules'] if s['id'] == 'primary')['people'][0]['id']
        other = next(p for p in ('ana', 'ben') if p != planned)
        until = time.time() + 7200
        status, body = server.request('POST', '/api/v1/oncall/overrides',
                                      {'schedule': 'primary', 'person': other, 'until': rfc3339(until)})
        self.assertIn(status, (200, 201), body)

        def on_call(at):
            code, out, err = server.command('oncall', '-c', config, '--json', '--at', rfc3339(at))
            told = json.loads(out)
            self.assertTrue(told['overrides_known'], err)
            return next(s for s in told['schedules'] if s['id'] == 'primary')
        self.assertEqual([p['id'] for p in on_call(time.time() + 60)['people']], [other])
        self.assertEqual(on_call(time.time() + 60)['until'][:16], rfc3339(until)[:16])
        self.assertEqual([p['id'] for p in on_call(until + 60)['people']], [planned])
        self.assertIn(f'DTEND:{rfc3339(until)[:19].replace("-", "").replace(":", "")}Z',
                      server.command('oncall', '-c', config, '--ical')[1])
        told = json.loads(server.command('simulate', '-c', config, '--service', 'document-ocr', '--json')[1])
        self.assertEqual([e['to'] for e in told['entries'] if e['kind'] == 'page'][0], other)
        server.stop()
        code, out, err = server.command('oncall', '-c', config, '--json')
        self.assertEqual([s['people'][0]['id'] for s in json.loads(out)['schedules'] if s['id'] == 'primary'], [planned])
        self.assertFalse(json.loads(out)['overrides_known'])
        self.assertIn('without the overrides that people made', err)

    def test_a_night_that_reaches_nobody_says_so_and_fails(self):
        path = self.config('[{notify: [schedule:office]}]')
        told = self.simulate('-c', path, '--service', 'document-ocr', '--at', '2026-11-07T03:00', code=1)
        self.assertEqual(told['chain_failed_at'], told['at'])
        self.assertTrue(told['reached'])  # everybody in the configuration, instead
        alone = written(self.folder, 'alone.yaml', f'runbooks: {RUNBOOKS}\n')
        code, out, _ = run('simulate', '-c', alone, os.path.join(RUNBOOKS, 'document-ocr.md'))
        self.assertEqual(code, 1)
        self.assertIn('NOBODY IS REACHED', out)

    def test_what_is_not_there_is_said_with_what_is(self):
        path = self.config('[{notify: [schedule:primary]}]')
        for argv, message in ((['--service', 'nothing'], 'no service "nothing"'),
                              (['--service', 'document-ocr', '--severity', 'P9'], 'has no level "P9"; it has: '),
                              (['--service', 'document-ocr', '--at', 'Sat 03:00 Mars/Base'], 'unknown time zone'),
                              (['--service', 'document-ocr', '--for', '400d'], '--for'),
                              ([], 'which runbook?')):
            code, _, err = run('simulate', '-c', path, *argv)
            self.assertEqual(code, 2, argv)
            self.assertIn(message, err.replace('\n', ' '))

    def test_it_writes_nothing(self):
        path = self.config('[{notify: [schedule:primary]}]')
        before = sorted(os.listdir(self.folder))
        self.simulate('-c', path, '--service', 'document-ocr', '--ack', '10m', '--work', '--resolve', '1h')
        self.assertEqual(sorted(os.listdir(self.folder)), before)


if __name__ == '__main__':
    unittest.main()
