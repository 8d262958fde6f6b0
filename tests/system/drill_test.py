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
                              input=keys.encode(), capture_output=True, timeout=200, check=False)

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

    def test_a_drill_whose_change_does_not_heal_fails(self):
        folder = os.path.join(self.folder, 'drills')
        shutil.copytree(os.path.join(ROOT, 'drills', 'pneumonia-detector'), os.path.join(folder, 'pneumonia-detector'))
        path = os.path.join(folder, 'pneumonia-detector', 'service-down.yaml')
        with open(path, encoding='utf-8') as f:
            text = f.read()
        written(self.folder, 'drills/pneumonia-detector/service-down.yaml',
                text.replace('- run: docker-compose restart api', '- run: docker-compose restart mlflow'))
        done = subprocess.run([PROGRAM, 'drill', 'run', 'service-down', '--unattended', '--json', '--drills', folder,
                               '--runbooks', os.path.join(ROOT, 'runbooks'), '--reports', self.folder],
                              capture_output=True, timeout=200, check=False)
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
