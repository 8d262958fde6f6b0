#!/usr/bin/env python3
"""Model watch: equal to NumPy and scikit-learn, in bounded memory, and never healthy by accident."""
import resource
import subprocess
import tempfile

from harness import *

DEBIAN_PYTHON = '/usr/bin/python3'  # the one that python3-numpy and python3-sklearn are of


def limit_memory():
    """What the process may have of its own; mapped files are apart."""
    resource.setrlimit(resource.RLIMIT_DATA, (64 << 20, 64 << 20))


class Equal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        oracle = os.path.join(ROOT, 'tests', 'system', 'drift_oracle.py')
        subprocess.run([DEBIAN_PYTHON, oracle, cls.folder], check=True)
        with open(os.path.join(cls.folder, 'expected.json'), encoding='utf-8') as f:
            cls.expected = json.load(f)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def compared(self, *argv, stdin=None):
        code, out, err = run('drift', '--json', *argv, stdin=stdin)
        self.assertIn(code, (0, 1), err)
        return json.loads(out)

    def indices(self, name):
        return self.compared('--reference', self.path(f'{name}.reference.csv'), '--current',
                             self.path(f'{name}.current.csv'))['indices']

    def test_the_index_of_each_feature_is_that_of_numpy(self):
        for name, expected in self.expected['features'].items():
            found = {i['feature']: i['psi'] for i in self.indices(name)}
            self.assertEqual(set(found), set(expected['psi']))
            for feature, value in expected['psi'].items():
                self.assertAlmostEqual(found[feature], value, delta=1e-9, msg=f'{name} {feature}')

    def test_a_stored_profile_a_pipe_and_pieces_say_the_same(self):
        expected = self.indices('shifted')
        profile = self.path('profile.json')
        code, out, err = run('drift', 'profile', '--reference', self.path('shifted.reference.csv'), '--output', profile)
        self.assertEqual(code, 0, err)
        with open(self.path('shifted.current.csv'), 'rb') as f:
            current = f.read()
        self.assertEqual(self.compared('--profile', profile, '--current', '-', stdin=current)['indices'], expected)
        lines = current.splitlines(keepends=True)
        for i, part in enumerate((lines[1:7000], lines[7000:])):
            with open(self.path(f'part{i}.csv'), 'wb') as f:
                f.write(lines[0] + b''.join(part))
        found = self.compared('--profile', profile, '--current', self.path('part0.csv'), '--current', self.path('part1.csv'))
        self.assertEqual(found['indices'], expected)

    def test_how_good_scores_are_is_what_scikit_learn_says_in_every_format(self):
        for kind, expected in self.expected['scores'].items():
            for form in ('csv', 'ndjson', 'npy') if kind != 'many' else ():
                found = self.compared('--reference', self.path(f'{kind}.reference.{form}'), '--current',
                                      self.path(f'{kind}.current.{form}'))
                for side in ('reference', 'current'):
                    for measure, value in expected[side].items():
                        self.assertAlmostEqual(found[side][measure], value, delta=1e-9,
                                               msg=f'{kind}.{side}.{form} {measure}')
                if 'reliability' in expected:
                    bins = [b for b in found['current']['calibration'] if b['rows']]
                    for name, values in zip(('mean_label', 'mean_score'), expected['reliability']):
                        self.assertEqual(len(bins), len(values))
                        for b, value in zip(bins, values):
                            self.assertAlmostEqual(b[name], value, delta=1e-9)

    def test_seven_million_rows_in_64_MiB(self):
        many = self.path('many.npy')
        for current, stdin in ((many, None), ('-', b'score,label\n' + b'0.25,0\n0.75,1\n' * 3_500_000)):
            done = subprocess.run([PROGRAM, 'drift', '--json', '--reference', many, '--current', current], input=stdin,
                                  capture_output=True, preexec_fn=limit_memory)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            found = json.loads(done.stdout)
            expected = self.expected['scores']['many']['auprc']
            self.assertAlmostEqual(found['reference']['auprc'], expected, delta=1e-9)
            self.assertAlmostEqual(found['current']['auprc'], 1 if stdin else expected, delta=1e-9)
            self.assertEqual(found['current_rows'], 7_000_000)


class Judged(SystemTest):
    def table(self, name, n, score, head='score,label', more=lambda i: ''):
        """A tenth is positive; score(i, label) is its score."""
        rows = ''.join(f'{score(i, i % 10 == 0):.6f},{int(i % 10 == 0)}{more(i)}\n' for i in range(n))
        return written(self.folder, name, head + '\n' + rows)

    def judged(self, *argv):
        code, out, err = run('drift', *argv, '--json')
        self.assertIn(code, (0, 1), err)
        found = json.loads(out)
        return code, found.get('verdict'), found

    @staticmethod
    def good(i, label):
        return (i * 7919 % 1000 / 1000) * 0.4 + 0.5 * label

    @staticmethod
    def blind(i, label):
        return i * 7919 % 1000 / 1000 * 0.9

    def test_a_canary_is_worse_not_worse_or_undecided_and_how_sure(self):
        old = self.table('old.csv', 40000, self.good)
        code, verdict, found = self.judged('canary', '--baseline', old, '--canary', self.table('new.csv', 40000, self.good))
        self.assertEqual((code, verdict), (0, 'not worse'))
        self.assertGreaterEqual(found['confidence'], 0.95)
        code, verdict, found = self.judged('canary', '--baseline', old, '--canary', self.table('bad.csv', 4000, self.blind))
        self.assertEqual((code, verdict), (1, 'worse'))
        self.assertGreaterEqual(found['confidence'], 0.95)
        self.assertEqual({c['measure'] for c in found['changes']}, {'auprc', 'ece', 'precision', 'recall'})
        code, verdict, found = self.judged('canary', '--baseline', old, '--canary', self.table('few.csv', 40, self.good))
        self.assertEqual((code, verdict), (1, 'undecided'))
        code, out, err = run('drift', 'canary', '--baseline', old, '--canary', self.table('few.csv', 40, self.good))
        self.assertIn('undecided', out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_a_canary_without_labels_gets_no_verdict(self):
        old = self.table('old.csv', 4000, self.good)
        new = written(self.folder, 'new.csv', 'score\n' + '0.5\n' * 100)
        code, out, err = run('drift', 'canary', '--baseline', old, '--canary', new)
        self.assertEqual((code, out), (3, ''))
        self.assertIn('no row has a score and a label', ' '.join(err.split()))

    def test_stale_data_is_no_health(self):
        now = time.time()
        def at(seconds):
            return lambda i: ',' + rfc3339(now + seconds - i % 1000)
        head = 'score,label,made'
        old = self.table('old.csv', 20000, self.good, head, at(-30 * 86400))
        for name, seconds, state in (('new', -3600, 'fresh'), ('aged', -3 * 86400, 'stale'), ('same', -30 * 86400, 'stale'),
                                     ('ahead', 7200, 'future')):
            new = self.table(name + '.csv', 20000, self.good, head, at(seconds))
            code, _, found = self.judged('--reference', old, '--current', new, '--time', 'made', '--max-age', '24h')
            self.assertEqual((found['freshness']['state'], found['healthy'], code), (state, state == 'fresh', int(state != 'fresh')))
        code, _, found = self.judged('--reference', old, '--current', old, '--time', 'made')
        self.assertEqual((found['freshness']['state'], code), ('not newer', 1))

    def test_one_segment_that_drifts_is_named_though_all_rows_together_look_well(self):
        def rows(shift):
            return 'age,site\n' + ''.join(f'{i * 7919 % 90 + (shift if i % 20 == 0 else 0)},{"east" if i % 20 == 0 else "west"}\n'
                                          for i in range(60000))
        old, new = written(self.folder, 'old.csv', rows(0)), written(self.folder, 'new.csv', rows(40))
        code, _, found = self.judged('--reference', old, '--current', new, '--segment', 'site')
        bands = {(i['feature'], i['segment']): i['band'] for i in found['indices']}
        self.assertEqual(bands[('age', None)], 'stable')
        self.assertEqual(bands[('age', 'west')], 'stable')
        self.assertEqual(bands[('age', 'east')], 'major')
        self.assertEqual((found['band'], code), ('major', 1))


class Refused(SystemTest):
    GOOD = 'age,score,label\n' + ''.join(f'{i % 90},{i / 2000},{i % 2}\n' for i in range(2000))

    def refused(self, text, *words, reference=None):
        good = written(self.folder, 'good.csv', reference or self.GOOD)
        with open(os.path.join(self.folder, 'bad.csv'), 'wb') as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        code, out, err = run('drift', '--reference', good, '--current', os.path.join(self.folder, 'bad.csv'))
        self.assertEqual((code, out), (3, ''), text[:200])
        for word in words:
            self.assertIn(word, ' '.join(err.split()))

    def test_what_no_verdict_can_be_made_from_is_named_with_its_line(self):
        head = 'age,score,label\n50,0.5,1\n'
        self.refused('', 'bad.csv:1:', 'empty')
        self.refused('age,score,label\n', 'holds no row')
        self.refused('age,skore,label\n50,0.5,1\n', 'bad.csv:1:', '"score"', 'nearest is "skore"')
        self.refused('age,score,label,age\n50,0.5,1,2\n', 'bad.csv:1:', 'two columns')
        self.refused(head + '50,0.5\n', 'bad.csv:3:', '2 fields', 'header has 3')
        self.refused(head + '50,0.5,1,\n', 'bad.csv:3:', '4 fields')
        self.refused(head + '"50,0.5,1\n' * 3, 'bad.csv:3:')
        self.refused(head + '"50"1,0.5,1\n', 'bad.csv:3:', 'closing quote')
        self.refused(head + '50,1.5,1\n', 'bad.csv:3:', '1.5', '0 to 1')
        self.refused(head + '50,inf,1\n', 'bad.csv:3:', 'inf')
        self.refused(head + '50,0.5,2\n', 'bad.csv:3:', '"2"', '0 or 1')
        self.refused(head + 'old,0.5,1\n', 'bad.csv:3:', '"old"', 'no number')
        self.refused(head + '1e999,0.5,1\n', 'bad.csv:3:')
        self.refused(head + '\0,0.5,1\n', 'bad.csv:3:', 'NUL')
        self.refused(head.encode('utf-16'), 'UTF-16')
        self.refused('{"age": 1, "score": 0.5, "label": 1}\n{"age": 1\n', 'bad.csv:2:', 'JSON')
        self.refused('{"age": 1, "score": 7, "label": 1}\n', 'bad.csv:1:', '0 to 1')
        self.refused('{"age": {"a": 1}, "score": 0.7, "label": 1}\n', 'bad.csv:1:', 'array or object')
        self.refused('{"score": 0.7, "label": 1}\n', '"age"', 'none of its')

    def test_a_reference_without_sense_is_refused(self):
        ages = 'age,score\n' + '1,0.5\n' * 2000
        self.refused(ages, 'infinite', 'row 2001', reference=ages + 'inf,0.5\n')
        self.refused(ages, 'no value at all', reference='age,score\n' + ',0.5\n' * 20)
        words = 'age,who\n' + ''.join(f'1,p{i}\n' for i in range(1500))
        self.refused(ages, '--ignore who', 'good.csv:1002', reference=words)

    def test_the_treatment_of_odd_cells_is_stated_and_counted(self):
        reference = written(self.folder, 'reference.csv', self.GOOD)
        odd = '\ufeff' + self.GOOD.replace('\n', '\r\n').replace('\r\n7,', '\r\n"7",').replace('\r\n9,', '\r\nNA,')
        current = written(self.folder, 'current.csv', odd.replace('\r\n8,', '\r\ninf,'))
        code, out, err = run('drift', '--json', '--reference', reference, '--current', current)
        age = json.loads(out)['indices'][0]
        self.assertEqual((age['current_rows'], age['current_infinite'], age['current_missing']), (2000, 23, 23 / 2000), err)

    def test_few_rows_are_no_health(self):
        reference = written(self.folder, 'reference.csv', self.GOOD)
        current = written(self.folder, 'current.csv', self.GOOD[:self.GOOD.index('\n60,')])
        code, out, err = run('drift', '--json', '--reference', reference, '--current', current, '--features', 'age')
        self.assertNotEqual(json.loads(out)['band'], 'stable')
        self.assertEqual(code, 1)

    def test_a_profile_that_was_changed_or_is_not_the_pinned_one_is_refused(self):
        reference, profile = written(self.folder, 'reference.csv', self.GOOD), os.path.join(self.folder, 'profile.json')
        code, out, err = run('drift', 'profile', '--reference', reference, '--output', profile)
        self.assertEqual(code, 0, err)
        self.assertEqual(run('drift', '--profile', profile, '--current', reference, '--margin', '0.2')[0], 0)
        code, out, err = run('drift', '--profile', profile, '--pin', '0' * 12, '--current', reference)
        self.assertEqual(code, 3)
        self.assertIn('pinned', err)
        with open(profile, encoding='utf-8') as f:
            text = f.read()
        for a, b in (('"rows":2000', '"rows":2001'), ('_profile":1', '_profile":9'), ('"edges":[', '"edges":[9e9,')):
            self.assertIn(a, text)
            changed = written(self.folder, 'changed.json', text.replace(a, b))
            code, out, err = run('drift', '--profile', changed, '--current', reference)
            self.assertEqual((code, out), (3, ''), b)
            self.assertIn('changed.json', err)

    def test_people_read_it_in_80_columns(self):
        head = 'a-column-with-a-very-long-name-' * 4 + ',site\n'
        reference = written(self.folder, 'reference.csv', head + ''.join(f'{i},s{i % 3}\n' for i in range(9000)))
        current = written(self.folder, 'current.csv', head + ''.join(f'{i},s{i % 4}\n' for i in range(3000)))
        code, out, err = run('drift', '--reference', reference, '--current', current, '--segment', 'site')
        self.assertEqual(code, 1, err)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        self.assertIn('in categories that the reference has not: 25.0 %', out)


if __name__ == '__main__':
    unittest.main()
