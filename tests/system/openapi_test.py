#!/usr/bin/env python3
"""What /openapi.json says is what the server does: a client made from it lives an incident through, and real answers have
exactly the members that it names."""
import json
import os
import re
import shutil
import subprocess
import unittest
import urllib.parse

from jsonschema import Draft202012Validator

from harness import *  # noqa: F403

RUNBOOK = '''# Shop

## Severity levels

### SEV-1 (Critical)
- **Response Time**: 5 minutes
- Update stakeholders every 15 minutes

## Shop down

### Diagnosis

```bash
echo "queue length: 3"
```

### Resolution

```bash
rm -r {folder}/cache
```
'''

CONFIG = '''storm: {{incidents: 0}}
people:
  - id: ana
    contacts: [{{webhook: http://127.0.0.1:{port}/page}}]
  - id: ben
    contacts: [{{webhook: http://127.0.0.1:{port}/page}}]
  - id: cleo
    contacts: [{{webhook: http://127.0.0.1:{port}/page}}]
services:
  - id: shop
    runbook: shop.md
    match: {{service: shop}}
    escalation:
      - notify: [person:ana]
'''

NPM = os.path.join(ROOT, 'node_modules')
CLIENT = os.path.join(ROOT, 'tests', 'client')


def tool(name, *arguments, cwd):
    done = subprocess.run([os.path.join(NPM, '.bin', name), *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f'{name}: {done.stdout}{done.stderr}'


class Description(SystemTest):
    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.folder, 'cache'))
        written(self.folder, 'runbooks/shop.md', RUNBOOK.format(folder=self.folder))
        receiver = self.started(Receiver())
        self.server = self.started(Server(self.folder, CONFIG.format(port=receiver.port),
                                          runbooks=os.path.join(self.folder, 'runbooks'))).start()
        self.description = self.server.json('/openapi.json')

    def live(self):
        """One incident, by the client made from the description."""
        folder = os.path.join(self.folder, 'client')
        shutil.copytree(CLIENT, folder)
        os.symlink(NPM, os.path.join(folder, 'node_modules'))
        written(folder, 'openapi.json', json.dumps(self.description))
        tool('openapi-typescript', 'openapi.json', '-o', 'api.d.ts', cwd=folder)
        tool('tsc', '-p', '.', cwd=folder)
        tool('esbuild', 'life.ts', '--bundle', '--platform=node', '--format=esm', '--outfile=life.mjs', cwd=folder)
        return subprocess.run(['node', os.path.join(folder, 'life.mjs'), f'http://127.0.0.1:{self.server.port}', self.server.token()],
                              capture_output=True, text=True, timeout=PATIENCE_S)

    def schema_of(self, method, path):
        """That of the answer, with no member allowed that it does not name."""
        content = self.description['paths'][path][method]['responses']['200']['content']['application/json']['schema']
        shapes = json.loads(json.dumps(self.description['components']['schemas']))
        for shape in shapes.values():
            if shape:
                shape['additionalProperties'] = False
        return {**content, 'components': {'schemas': shapes}}

    def answered(self, path, **names):
        url = path
        for name, value in names.items():
            url = url.replace('{%s}' % name, urllib.parse.quote(str(value)))
        answer = self.server.json(url)
        Draft202012Validator(self.schema_of('get', path)).validate(answer)
        return answer

    def test_a_client_made_from_the_description_lives_an_incident_through(self):
        done = self.live()
        self.assertEqual((done.returncode, done.stdout.strip()), (0, 'lived'), done.stderr)
        self.answered('/api/v1/incidents')
        self.answered('/api/v1/incidents/{incident}', incident=1)
        self.answered('/api/v1/incidents/{incident}/timeline', incident=1)
        steps = self.answered('/api/v1/incidents/{incident}/steps', incident=1)['steps']
        self.answered('/api/v1/runs/{run}/steps/{step}', run=steps[0]['run'], step=steps[0]['line'])
        self.answered('/api/v1/runs/{run}/steps/{step}/output', run=steps[0]['run'], step=steps[0]['line'])
        self.answered('/api/v1/clocks')

    def test_every_operation_has_a_name_of_its_own_and_names_what_its_path_needs(self):
        names = []
        for path, operations in self.description['paths'].items():
            for method, operation in operations.items():
                names.append(operation['operationId'])
                holes = [p['name'] for p in operation['parameters'] if p['in'] == 'path']
                self.assertEqual(re.findall(r'{(\w+)}', path), holes, path)
                self.assertTrue(operation['summary'], path)
        self.assertEqual([name for name in set(names) if names.count(name) > 1], [])

    def test_every_operation_is_served(self):
        for path, operations in self.description['paths'].items():
            for method in operations:
                status, body = self.server.request(method.upper(), re.sub(r'{\w+}', '7', path), headers={'Authorization': 'no'})
                self.assertNotIn(b'there is nothing at this path', body, path)
                self.assertNotEqual(status, 405, f'{method} {path}')


if __name__ == '__main__':
    unittest.main()
