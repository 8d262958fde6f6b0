#!/usr/bin/env python3
"""The commands that need no server, as a person uses them: what they say, and their exit codes."""
import subprocess

from harness import *

RUNBOOKS = os.path.join(ROOT, 'runbooks')


class Reading(SystemTest):
    def test_the_projects_own_runbooks_are_understood(self):
        for name, levels in {'pneumonia-detector.md': 4, 'aegis-health.md': 3, 'document-ocr.md': 3,
                             'therapeutic-ai.md': 4, 'malaria-prediction.md': 4}.items():
            code, out, err = run('read', '--json', os.path.join(RUNBOOKS, name))
            self.assertEqual(code, 0, err)
            runbook = json.loads(out)
            self.assertEqual(len(runbook['severities']), levels, name)
            for severity in runbook['severities'][:3]:
                self.assertIsNotNone(severity['response_time_s'], f"{name} {severity['id']}")
            self.assertGreaterEqual(len(runbook['procedures']), 4, name)

    def test_the_projects_own_runbooks_have_no_lint_errors(self):
        names = [os.path.join(RUNBOOKS, n) for n in sorted(os.listdir(RUNBOOKS)) if n.endswith('.md')]
        # What restores data or looks at who saw it cannot be written otherwise; the program makes such steps wait.
        inherent = ('[destructive-unguarded]', '[sensitive-output]')
        _, out, err = run('lint', *names)
        errors = [line for line in out.splitlines() if ': error: ' in line and not line.endswith(inherent)]
        self.assertEqual(errors, [], err)

    def test_people_read_it_in_80_columns(self):
        code, out, err = run('read', os.path.join(RUNBOOKS, 'pneumonia-detector.md'))
        self.assertEqual(code, 0, err)
        self.assertIn('SEV-1', out)
        self.assertIn('Service down', out)
        prose = [line for line in out.splitlines() if '$ ' not in line]
        self.assertLessEqual(max(len(line) for line in prose), 80)

    def test_one_level_is_explained_with_its_lines_and_defaults(self):
        name = os.path.join(RUNBOOKS, 'pneumonia-detector.md')
        code, out, err = run('read', '--explain', 'sev2', '--json', name)
        self.assertEqual(code, 0, err)
        plan = json.loads(out)
        self.assertEqual(plan['severity'], 'SEV-2')
        for entry in plan['entries']:
            self.assertEqual(entry['line'] is None, entry['basis'] == 'default', entry)
        code, _, err = run('read', '--explain', 'SEV-9', name)
        self.assertEqual(code, 1)
        self.assertIn('SEV-1, SEV-2', err)

    def test_a_change_is_told_by_what_it_does(self):
        name = os.path.join(RUNBOOKS, 'aegis-health.md')
        with open(name, encoding='utf8') as f:
            text = f.read()
        reworded = written(self.folder, 'reworded.md', text.replace('## Severity levels', '\n\n## Severity levels'))
        riskier = written(self.folder, 'riskier.md', text.replace('```bash\n', '```bash\n   rm -rf /var/lib/cache\n', 1))
        self.assertEqual(run('read', '--diff', name, reworded)[0], 0)
        code, out, err = run('read', '--diff', '--json', name, riskier)
        self.assertEqual(code, 1, err)
        self.assertTrue(any('will ask two people' in d['text'] for d in json.loads(out)), out)
        self.assertEqual(run('read', '--diff', name, '/no/such/runbook.md')[0], 3)
        self.assertEqual(run('read', '--diff', name)[0], 2)

    def test_a_pipe_that_closes_is_no_error(self):
        done = subprocess.run(f'{PROGRAM} read {RUNBOOKS}/*.md | head -n 1', shell=True, capture_output=True, check=True)
        self.assertEqual(done.stderr, b'')

    def test_a_file_that_is_not_there_is_named(self):
        code, _, err = run('read', '/no/such/runbook.md')
        self.assertEqual(code, 3)
        self.assertIn('/no/such/runbook.md', err)


class Risk(SystemTest):
    def classes(self, commands):
        code, out, err = run('risk', '--json', '-', stdin=''.join(json.dumps(c) + '\n' for c in commands).encode())
        self.assertEqual(code, 0, err)
        return [json.loads(line)['risk'] for line in out.splitlines()]

    def test_each_line_gets_one_answer_whatever_its_bytes(self):
        commands = ['ls', '', '\n\n', '$(', 'a' * 100_000, '((((' * 1000, 'ünïcode', '\u0000', 'kubectl get pods']
        answers = self.classes(commands)
        self.assertEqual(len(answers), len(commands))
        self.assertEqual(answers[-1], 'read')

    def test_what_hides_a_change_is_not_called_read(self):
        commands = ['ls; rm -rf /srv', 'echo $(kubectl delete pod x)', 'cat x | sudo tee /etc/passwd', 'bash -c "reboot"',
                    'kubectl exec p -- sh -c "rm x"', 'ssh host "systemctl stop db"', 'find . -delete', 'X=1 rm x',
                    'curl -XDELETE http://x', 'psql -c "select 1; drop table t"', 'xargs rm < files', 'eval "$X"',
                    'timeout 5 kubectl drain n', 'env A=b rm x', 'watch kubectl scale deploy/x --replicas=0']
        self.assertNotIn('read', self.classes(commands))

    def test_the_answer_for_a_person_says_why(self):
        code, out, err = run('risk', 'kubectl delete pod api-0')
        self.assertEqual(code, 0, err)
        self.assertIn('destructive', out)
        self.assertIn('delete', out)


class Match(SystemTest):
    def test_an_alert_finds_its_procedure_and_nonsense_finds_none(self):
        code, out, err = run('match', '--runbooks', RUNBOOKS, '--json', 'ServiceDown', 'service=pneumonia-detector')
        self.assertEqual(code, 0, err)
        found = json.loads(out)
        self.assertEqual((found['file'], found['heading']), ('pneumonia-detector.md', 'Service down'))
        _, out, _ = run('match', '--runbooks', RUNBOOKS, '--json', 'ZzyzxQuuxFrobnicated')
        self.assertFalse(json.loads(out)['confident'])

    def test_names_on_standard_input_are_answered_line_by_line(self):
        code, out, err = run('match', '--runbooks', RUNBOOKS, '--json', '-', stdin=b'ModelDriftDetected\n\nHighErrorRate\n')
        self.assertEqual(code, 1, 'one of them has no procedure')
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(answers), 3)
        self.assertEqual(answers[0]['file'], 'aegis-health.md')


class Files(SystemTest):
    def file(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as out:
            out.write(text)
        return path


class Lint(Files):
    def test_an_error_ends_with_1_and_notes_are_shown_when_asked_for(self):
        bad = self.file('bad.md', '# A\n\nSee [b](b%20c.md).\n\n```sh\nkubectl get secret a -o yaml\n')
        code, out, err = run('lint', bad)
        self.assertEqual((code, err), (1, ''))
        self.assertIn(f'{bad}:6:1: error: ', out)
        self.assertIn('[unclosed-fence]', out)
        self.assertIn('[dead-link]', out)
        self.assertNotIn(': info: ', out)
        self.assertIn(': info: ', run('lint', '--notes', bad)[1])
        self.file('b c.md', '# B\n')
        self.assertNotIn('[dead-link]', run('lint', bad)[1])
        self.assertEqual(run('lint', self.file('good.md', '# A\n\nText.\n'))[0], 0)
        self.assertEqual(run('lint', '/no/such.md')[0], 3)
        self.assertEqual(run('lint', '--json', '--sarif', bad)[0], 2)

    def test_a_level_that_another_runbook_of_the_folder_defines_is_defined(self):
        page = self.file('r/page.md', '# Disk full\n\n**Severity:** P1 (High)\n\n## Diagnosis\n\n- Look at `df -h`\n')
        self.assertIn('[severity-undefined]', run('lint', page)[1])
        self.file('r/levels.md', '# Levels\n\n| Severity | Response time |\n|---|---|\n| P1 | 15 minutes |\n| P2 | 1 hour |\n')
        self.assertNotIn('[severity-undefined]', run('lint', os.path.dirname(page))[1])

    def test_sarif_has_what_the_schema_requires(self):
        bad = self.file('a b.md', '# A\n\n```sh\nkubectl get secret a -o yaml\nkubectl logs <pod>\n```\n')
        code, out, _ = run('lint', '--sarif', bad)
        self.assertEqual(code, 1)
        log = json.loads(out)
        self.assertEqual(log['version'], '2.1.0')
        self.assertIn('sarif-2.1.0', log['$schema'])
        [sarif] = log['runs']
        driver = sarif['tool']['driver']
        self.assertEqual(driver['name'], 'crashcart')
        rules = {rule['id'] for rule in driver['rules']}
        self.assertEqual(len(rules), len(driver['rules']))
        self.assertGreaterEqual({r['ruleId'] for r in sarif['results']}, {'sensitive-output', 'placeholder-redirect'})
        for result in sarif['results']:
            self.assertIn(result['ruleId'], rules)
            self.assertIn(result['level'], ('none', 'note', 'warning', 'error'))
            self.assertTrue(result['message']['text'])
            [place] = result['locations']
            self.assertTrue(place['physicalLocation']['artifactLocation']['uri'].endswith('/a%20b.md'))
            self.assertGreaterEqual(place['physicalLocation']['region']['startLine'], 1)
            self.assertGreaterEqual(place['physicalLocation']['region']['startColumn'], 1)
        for rule in driver['rules']:
            self.assertTrue(rule['shortDescription']['text'] and rule['help']['text'])
            self.assertIn(rule['defaultConfiguration']['level'], ('note', 'warning', 'error'))

    def test_each_code_has_a_page_in_80_columns(self):
        code, out, _ = run('lint', '--explain', 'list')
        names = [line.split()[0] for line in out.splitlines()]
        self.assertEqual(code, 0)
        self.assertGreater(len(names), 60)
        for name in names:
            code, page, _ = run('lint', '--explain', name)
            self.assertEqual(code, 0)
            self.assertIn('What to do: ', page)
            self.assertLessEqual(max(len(line) for line in page.splitlines()), 80, page)
        self.assertEqual(run('lint', '--explain', 'nonsense')[0], 2)


class Coverage(Files):

    def rules(self, *alerts):
        return self.file('rules/r.yaml', 'spec:\n  groups:\n  - rules:\n' + ''.join(
            f'    - alert: {a}\n      expr: up == 0\n      labels: {{severity: page}}\n' for a in alerts))

    def test_what_nobody_would_know_an_answer_to_is_told_with_its_line(self):
        runbooks = os.path.dirname(self.file('runbooks/disk.md', '# Disk\n\n## DiskAlmostFull\n\n```sh\ndf -h\n```\n'))
        covered = self.rules('DiskAlmostFull')
        self.assertEqual(run('coverage', '--runbooks', runbooks, '--rules', covered)[0], 0)
        rules = self.rules('DiskAlmostFull', 'QuorumLost')
        code, out, err = run('coverage', '--runbooks', runbooks, '--rules', rules, env={'COLUMNS': '80'})
        self.assertEqual((code, err), (1, ''))
        self.assertIn(f'r.yaml:7: QuorumLost', out.replace('\n', ' '))
        self.assertNotIn('DiskAlmostFull', out.split('No procedure')[1].split('nearest')[0])
        code, out, _ = run('coverage', '--runbooks', runbooks, '--json', '--rules', os.path.dirname(rules))
        self.assertEqual([(a['alert'], a['line'], a['procedure_is']) for a in json.loads(out)['alerts']],
                         [('DiskAlmostFull', 4, 'sure'), ('QuorumLost', 7, 'none')])
        self.assertEqual(json.loads(out)['counts']['without_procedure'], 1)

    def test_a_review_that_is_overdue_fails_without_any_rules(self):
        runbooks = os.path.dirname(self.file('runbooks/a.md', '# A\n\n**Next review**: 2001-02-03\n'))
        code, out, _ = run('coverage', '--runbooks', runbooks)
        self.assertEqual(code, 1)
        self.assertIn('a.md:3: Next review: was due 2001-02-03', out)

    def test_a_file_that_cannot_be_read_ends_with_3_and_its_line(self):
        runbooks = os.path.dirname(self.file('runbooks/a.md', '# A\n'))
        bad = self.file('bad.yaml', 'groups:\n- rules:\n  - {expr: up}\n')
        code, out, err = run('coverage', '--runbooks', runbooks, '--json', '--rules', bad, '/no/such.yaml')
        self.assertEqual(code, 3)
        self.assertIn('bad.yaml:3: ', err)
        self.assertIn('/no/such.yaml', err)
        self.assertEqual(len(json.loads(out)['unreadable']), 2)
        self.assertEqual(run('coverage', '--runbooks', runbooks, '--rules', self.file('other.yaml', 'a: 1\n'))[0], 3)
        self.assertEqual(run('coverage', '--runbooks', '/no/such/folder')[0], 3)
        self.assertEqual(run('coverage', '--rules')[0], 2)


class Usage(SystemTest):
    def test_every_command_explains_itself(self):
        code, out, _ = run('--help')
        self.assertEqual(code, 0)
        names = re.findall(r'^  (\w+) ', out, re.M)
        self.assertGreater(len(names), 10)
        for name in names:
            code, out, err = run(name, '--help')
            self.assertEqual((code, err), (0, ''), name)
            self.assertIn(f'crashcart {name}', out)

    def test_wrong_words_end_with_2_and_an_unreachable_server_with_3(self):
        for words in ((), ('frobnicate',), ('read',), ('incident',), ('incident', 'frob'), ('approve', '1'),
                      ('serve', '--frob'), ('verify', '--frob'), ('oncall', '--at', 'yesterday')):
            self.assertEqual(run(*words)[0], 2, words)
        env = {'CRASHCART_URL': f'http://127.0.0.1:{free_port()}', 'CRASHCART_TOKEN': 'x' * 64}
        code, _, err = run('incident', 'list', env=env)
        self.assertEqual(code, 3)
        self.assertIn('crashcart serve', err)

    def test_a_listening_address_in_use_is_said(self):
        first = self.started(Server(self.folder, '')).start()
        code, out, err = run('serve', '--data', os.path.join(self.folder, 'other'), '--runbooks', RUNBOOKS, '--listen',
                             f'127.0.0.1:{first.port}')
        self.assertEqual(code, 3)
        self.assertIn('in use', out + err)


if __name__ == '__main__':
    unittest.main()
