// Writes the types of the API from the backend's sources; no server is needed. `--check` fails when they are stale.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const python = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
const generator = path('node_modules/openapi-typescript/bin/cli.js');

try {
  const schema = execFileSync(path(`../backend/.venv/${python}`), ['manage.py', 'spectacular'], {
    cwd: path('../backend'),
    env: { ...process.env, DJANGO_DEBUG: 'true' }, // production asks for secrets, which a schema has no use for
  });
  const out = ['--enum-values', '--output', 'src/shared/api/schema.ts', ...process.argv.slice(2)];
  execFileSync(process.execPath, [generator, ...out], {
    cwd: path('.'),
    input: schema,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
} catch (error) {
  const missing =
    error.code === 'ENOENT' ? 'backend/.venv is missing: scripts/test or scripts/up makes it.' : '';
  console.error(missing || error.message);
  process.exitCode = 1;
}
