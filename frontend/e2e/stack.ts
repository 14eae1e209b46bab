// The stack under test: its users, and what can be done to it. `scripts/test browser` says by STACK which one it is.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** Whether it is Compose's, so that its services can be stopped and started. */
export const onCompose = process.env.STACK === 'compose';

const execute = promisify(execFile);
const compose = (...words: string[]) => execute('docker', ['compose', ...words], { maxBuffer: 50_000_000 });
const worker = (queue: string) => `worker-${queue.replaceAll('_', '-')}`;

/** Make the user when missing, with the name as password, and return the token of their programs. */
export function addUser(name: string, { isStaff = false } = {}): string {
  const code = [
    'from django.contrib.auth import get_user_model',
    'from rest_framework.authtoken.models import Token',
    'User = get_user_model()',
    `name = ${JSON.stringify(name)}`,
    'user = User.objects.filter(username=name).first() or User.objects.create_user(name, password=name)',
    `User.objects.filter(pk=user.pk).update(is_staff=${isStaff ? 'True' : 'False'})`,
    'print(Token.objects.get_or_create(user=user)[0].key)',
  ].join('\n');
  const shell = ['manage.py', 'shell', '--verbosity', '0', '--command', code];
  return manage(shell).trim().split('\n').at(-1)!;
}

function manage(command: string[]): string {
  if (onCompose) {
    const words = ['compose', 'exec', '-T', 'web', 'python', ...command];
    return execFileSync('docker', words, { encoding: 'utf8' });
  }
  if (!process.env.PYTHON)
    throw new Error('Which stack is this? `scripts/test browser` starts one and says so.');
  return execFileSync(process.env.PYTHON, command, { cwd: '../backend', encoding: 'utf8' });
}

/** End the server as a crash would. */
export const killWeb = () => compose('kill', 'web');
export const startWeb = () => start('web');

/** Stop the queue's worker as `docker compose stop` does: a task that runs may end. */
export const stopWorker = (queue: string) => compose('stop', worker(queue));
export const startWorker = (queue: string) => start(worker(queue));

/** Return once the service is healthy, also where it ran already. */
const start = (service: string) => compose('up', '--detach', '--wait', '--no-deps', '--no-recreate', service);

/** Return what the server has logged since then, a line for each request among it. */
export async function webLog(since: Date): Promise<string[]> {
  const { stdout } = await compose(
    'logs',
    '--no-log-prefix',
    '--no-color',
    '--since',
    since.toISOString(),
    'web',
  );
  return stdout.split('\n');
}
