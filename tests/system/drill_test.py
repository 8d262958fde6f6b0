#!/usr/bin/env python3
"""A drill goes from the broken system to the verified recovery by the runbook alone, and leaves nothing behind."""
import signal
import subprocess

from harness import *


def processes():
    """Of this program and of the ward, whoever started them."""
    found = subprocess.run(['pgrep', '-f', 'run/drill'], capture_output=True, check=False).stdout
    return set(found.split())


class Drill(SystemTest):
    def drill(self, *words, keys=''):
        return subprocess.run([PROGRAM, 'drill', *words, '--drills', os.path.join(ROOT, 'drills'), '--reports', self.folder],
                              input=keys.encode(), capture_output=True, timeout=600, check=False)

    def test_every_drill_names_its_scenario_and_its_system_file_reads(self):
        drills = json.loads(self.drill('list', '--json').stdout)['drills']
        self.assertTrue(drills)
        self.assertEqual(len({d['scenario'] for d in drills}), len(drills))
        ward = os.path.join(os.path.dirname(PROGRAM), 'ward', 'ward')
        files = [os.path.join(ROOT, 'drills', system, 'system.yaml') for system in {d['system'] for d in drills}]
        checked = subprocess.run([ward, 'check', *files], capture_output=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr.decode())

    def test_a_hung_container_is_noticed_paged_diagnosed_restarted_and_verified(self):
        before = processes()
        done = self.drill('run', 'service-down', '--unattended', '--json')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result['verdict'], 'pass', result)
        times = [result[k] for k in ('injected_at', 'detected_at', 'paged_at', 'diagnosed_at', 'mitigated_at', 'verified_at')]
        self.assertEqual(times, sorted(times))
        self.assertEqual((result['procedure'], result['severity'], result['by_hand']), ('Service down', 'SEV-1', []))
        with open(result['report'], encoding='utf-8') as f:
            report = f.read()
        self.assertIn('docker-compose restart api', report)
        self.assertIn('DRILL: report of a rehearsal', report)
        self.assertIn(', by check |', report, 'the checks of its own server noticed it')
        self.assertEqual(processes(), before)

    def test_a_quiet_time_has_no_alarm_and_a_system_that_is_not_well_has(self):
        done = self.drill('quiet', 'pneumonia-detector', '--for', '5s', '--json')
        result = json.loads(done.stdout)
        self.assertEqual((done.returncode, result['verdict'], result['incidents']), (0, 'pass', 0), result)
        self.assertGreater(result['checks'], 10)
        words = self.changed(system=('third_party_down: 0', 'third_party_down: 1'))
        words[2:6] = ['quiet', 'pneumonia-detector', '--for', '30s', '--json']
        done = subprocess.run(words, capture_output=True, timeout=600, check=False)
        result = json.loads(done.stdout)
        self.assertEqual((done.returncode, result['verdict']), (1, 'fail'), result)
        self.assertIn('external-service-errors-errors', [a['check'] for a in result['false_alarms']])

    def test_a_drill_whose_change_does_not_heal_fails(self):
        folder = os.path.join(self.folder, 'drills')
        shutil.copytree(os.path.join(ROOT, 'drills', 'pneumonia-detector'), os.path.join(folder, 'pneumonia-detector'))
        path = os.path.join(folder, 'pneumonia-detector', 'service-down.yaml')
        with open(path, encoding='utf-8') as f:
            text = f.read()
        written(self.folder, 'drills/pneumonia-detector/service-down.yaml',
                text.replace('- run: docker-compose restart api', '- run: docker-compose restart mlflow') + 'recover_time: 3s\n')
        done = subprocess.run([PROGRAM, 'drill', 'run', 'service-down', '--unattended', '--json', '--drills', folder,
                               '--runbooks', os.path.join(ROOT, 'runbooks'), '--reports', self.folder],
                              capture_output=True, timeout=600, check=False)
        result = json.loads(done.stdout)
        self.assertEqual((done.returncode, result['verdict'], result['failed_when']), (1, 'fail', 'verified'))

    def test_a_person_heals_the_broken_system_in_a_shell_of_its_own(self):
        before = processes()
        done = self.drill('shell', 'service-down', keys='docker ps\ndocker-compose restart api\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b'pneumonia-detector-api', done.stdout)
        self.assertIn(b'pneumonia-detector: well', done.stderr)
        self.assertEqual(processes(), before)

    def test_a_procedure_is_walked_by_hand_and_its_transcript_stays(self):
        done = self.drill('walk', 'service-down', '--plain', keys='d\nr\nq\n')
        self.assertEqual(done.returncode, 1, done.stderr)  # not all is done
        self.assertIn(b'NOT well', done.stderr)
        path = done.stdout.decode().rsplit('transcript: ', 1)[1].strip()
        with open(path, encoding='utf-8') as f:
            text = f.read()
        self.assertIn('### Line 82: failed', text)
        self.assertIn('error: 504', text)

    def changed(self, **replacements):
        """A drill service-down with other lines, in a folder of drills of its own; the words to run it with."""
        folder = os.path.join(self.folder, 'drills')
        shutil.copytree(os.path.join(ROOT, 'drills', 'pneumonia-detector'), os.path.join(folder, 'pneumonia-detector'))
        for name, (old, new) in replacements.items():
            name = {'drill': 'service-down.yaml', 'system': 'system.yaml'}[name]
            path = os.path.join(folder, 'pneumonia-detector', name)
            with open(path, encoding='utf-8') as f:
                text = f.read()
            self.assertIn(old, text)
            written(self.folder, 'drills/pneumonia-detector/' + name, text.replace(old, new))
        return [PROGRAM, 'drill', 'run', 'service-down', '--unattended', '--json', '--drills', folder, '--runbooks',
                os.path.join(ROOT, 'runbooks'), '--reports', self.folder]

    def left(self):
        found = subprocess.run(['pgrep', '-f', 'sleep 4217'], capture_output=True, check=False).stdout
        return set(found.split()) | processes()

    def test_a_break_that_fails_half_way_leaves_nothing(self):
        before = self.left()
        words = self.changed(drill=('inject:', 'break: setsid sleep 4217 & sleep 4217 & touch half; exit 3\ninject:'))
        done = subprocess.run(words, capture_output=True, timeout=600, check=False)
        result = json.loads(done.stdout)
        self.assertEqual((done.returncode, result['verdict'], result['failed_when']), (1, 'fail', 'broken'), result)
        self.assertIn('exit 3', result['why'])
        wait(lambda: self.left() == before, 'all of it has ended')
        self.assertFalse(os.path.exists('/run/drill'))

    def test_a_step_that_never_ends_is_ended_and_leaves_nothing(self):
        before = self.left()
        words = self.changed(drill=('inject:', 'step_time: 10s\ninject:'),
                             system=('commands:\n', 'commands:\n  docker-compose restart api: {run: sleep 4217}\n'))
        done = subprocess.run(words, capture_output=True, timeout=600, check=False)
        result = json.loads(done.stdout)
        self.assertEqual((done.returncode, result['failed_when']), (1, 'mitigated'), result)
        self.assertTrue([s for s in result['failed_steps'] if 'docker-compose restart api: timed out' in s], result)
        wait(lambda: self.left() == before, 'all of it has ended')

    def test_a_passed_drill_proposes_the_line_of_the_last_test(self):
        patch = os.path.join(self.folder, 'tested.diff')
        done = self.drill('run', 'aegis-service-down', '--unattended', '--json', '--patch', patch)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(patch, encoding='utf-8') as f:
            self.assertEqual(json.loads(done.stdout)['patch'], f.read())
        name = 'aegis-health.md'
        shutil.copy(os.path.join(ROOT, 'runbooks', name), self.folder)
        subprocess.run(['patch', '-p1', '-d', self.folder, '-i', patch], capture_output=True, check=True)
        read = subprocess.run([PROGRAM, 'read', '--json', os.path.join(self.folder, name)], capture_output=True, check=True)
        tested = [m for m in json.loads(read.stdout)['metadata'] if m['key'] == 'last_tested']
        self.assertEqual([m['value'] for m in tested], [json.loads(done.stdout)['verified_at'][:10]])

    def test_a_runbook_says_when_which_of_its_drills_is_due(self):
        folder = os.path.join(self.folder, 'books')
        with open(os.path.join(ROOT, 'runbooks', 'document-ocr.md'), encoding='utf-8') as f:
            text = f.read()
        written(self.folder, 'books/document-ocr.md', text + '\n**Next Drill**: 2020-01-01\n')
        written(self.folder, 'books/shop.md', '# Shop\n\n**Next Drill**: 2999-01-01\n\n## Shop down\n\nRestart it.\n')
        done = self.drill('due', '--json', '--runbooks', folder)
        due = {d['file']: d for d in json.loads(done.stdout)['due']}
        self.assertEqual(done.returncode, 1, 'one is overdue')
        self.assertTrue(due['document-ocr.md']['overdue'])
        self.assertIsNone(due['shop.md']['drill'], 'no drill is written for it')
        first = due['document-ocr.md']['drill']
        written(self.folder, '2019-12-01T090000-%s.md' % first, '# Drill: document-ocr/%s: passed, 100 of 100\n' % first)
        again = json.loads(self.drill('due', '--json', '--runbooks', folder).stdout)['due']
        self.assertNotIn(first, [d['drill'] for d in again], 'one that was never run comes before it')
        written(self.folder, '2020-01-01T090000-%s.md' % first, '# Drill: document-ocr/%s: failed, 30 of 100\n' % first)
        self.assertEqual(self.drill('due', '--runbooks', folder).returncode, 1, 'a failed drill is none')
        written(self.folder, '2020-01-02T090000-%s.md' % first, '# Drill: document-ocr/%s: passed, 90 of 100\n' % first)
        self.assertEqual(self.drill('due', '--runbooks', folder).returncode, 0)

    def test_a_tabletop_executes_nothing_and_reports_the_gaps(self):
        mark = os.path.join(self.folder, 'executed')
        book = written(self.folder, 'shop.md', '# Shop\n\n## Shop down\n\n### Diagnosis\n\n1. Look\n   ```bash\n   touch %s\n   ```\n'
                       '2. Ask\n' % mark)
        done = subprocess.run([PROGRAM, 'drill', 'tabletop', (book or os.path.join(self.folder, 'shop.md')) + '#Shop down', '--json',
                               '--reports', self.folder], input=b'Ana looks\n? whom\n', capture_output=True, timeout=600, check=False)
        result = json.loads(done.stdout)
        self.assertEqual([s['outcome'] for s in result['steps']], ['answered', 'unclear'])
        self.assertEqual(done.returncode, 1, 'there are gaps')
        self.assertTrue([g for g in result['gaps'] if 'unclear: Ask: whom' in g], result['gaps'])
        self.assertTrue(os.path.exists(result['report']))
        self.assertFalse(os.path.exists(mark), 'something was executed')

    def test_a_drill_that_is_killed_leaves_nothing(self):
        before = processes()
        run = Process('drill', [PROGRAM, 'drill', 'run', 'service-down', '--unattended', '--drills',
                                os.path.join(ROOT, 'drills'), '--reports', self.folder]).start()
        wait(lambda: processes() - before, 'the drill is under way')
        os.kill(run.child.pid, signal.SIGKILL)
        run.child.wait()
        wait(lambda: not processes() - before, 'all of it has ended')
        self.assertFalse(os.path.exists('/run/drill'))


if __name__ == '__main__':
    unittest.main()
