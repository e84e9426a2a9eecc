// What make run asks before it installs: on a terminal (a pseudo-terminal by
// script(1)) and without one, as root and by sudo. apt-get and sudo are of the
// test: they write down how they were called.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync }
  from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, equal, match, root } from '../http/lib.mjs';

const place = mkdtempSync(join(tmpdir(), 'essaim-install-'));
const log = join(place, 'log');
const write = (name, text) => { writeFileSync(join(place, name), text); chmodSync(join(place, name), 0o755); };
mkdirSync(join(place, 'bin'));
mkdirSync(join(place, 'tools'));
cpSync(join(root, 'tools/install'), join(place, 'tools/install'));
write('tools/packages', '# none of this is there\nrun package-that-is-not\ntest another-that-is-not\nrun bash bash\n');
const told = `echo "$DEBIAN_FRONTEND: $(basename "$0") $*" >>${log}`;
write('bin/apt-get', `#!/bin/sh\n${told}\n[ ! -e ${place}/old ] || [ "$1" = update ] && rm -f ${place}/old && exit 0\nexit 100\n`);
write('bin/sudo', `#!/bin/sh\n${told}\nexec env -i PATH="$PATH" "$@"\n`);
const path = `${join(place, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`;
const installed = 'noninteractive: apt-get install -y -q --no-install-recommends package-that-is-not';

// answer null: without a terminal.
function run(answer, { user = [], lists = ['run'], old = false } = {}) {
  rmSync(log, { force: true });
  write('log', '');
  chmodSync(log, 0o666);
  chmodSync(place, 0o777);
  if (old) write('old', '');
  const command = ['tools/install', ...lists];
  const args = answer === null ? command : ['script', '-qec', command.join(' '), '/dev/null'];
  const [program, ...rest] = [...user, ...args];
  const r = spawnSync(program, rest, {
    cwd: place, encoding: 'utf8', input: answer === null ? '' : `${answer}\n`,
    env: { PATH: path, HOME: place },
  });
  return { status: r.status, said: r.stdout + r.stderr, done: readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}
const asRoot = process.getuid() === 0;
const somebody = asRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

await test('on a terminal it asks; y, o or nothing installs, what else does not', (skip) => {
  if (!asRoot) { skip('not root: asked below, through sudo'); return; }
  for (const answer of ['y', 'Y', 'o', 'oui', '']) {
    const r = run(answer);
    match(r.said, /Debian packages to install: package-that-is-not\r?\n/);
    match(r.said, /Install them now\? \[Y\/n\]/);
    equal(r.status, 0, answer);
    equal(r.done.join(), installed, answer);
  }
  for (const answer of ['n', 'non', 'x']) {
    const r = run(answer);
    equal(r.status, 1, answer);
    match(r.said, /Nothing was installed/);
    equal(r.done.join(), '', answer);
  }
});
await test('without a terminal it goes ahead', (skip) => {
  if (!asRoot) { skip('not root'); return; }
  const r = run(null);
  equal(r.status, 0);
  equal(r.said.includes('[Y/n]'), false);
  equal(r.done.join(), installed);
  equal(run(null, { lists: ['run', 'test'] }).done.join(),
    installed.replace('package', 'another-that-is-not package'), 'the tests\' packages only when asked');
});
await test('lists that are old are fetched, and it tries again', (skip) => {
  if (!asRoot) { skip('not root'); return; }
  const r = run(null, { old: true });
  equal(r.status, 0, r.said);
  equal(r.done.map((l) => l.split(' ')[2]).join(), 'install,update,install');
});
await test('who is not root goes by sudo; without one it says what to run', () => {
  const r = run('y', { user: somebody });
  equal(r.status, 0, r.said);
  match(r.done[0], /: sudo env DEBIAN_FRONTEND=noninteractive apt-get install/);
  equal(r.done[1], installed);
  equal(run('n', { user: somebody }).done.join(), '');
  if (existsSync('/usr/bin/sudo')) return;
  rmSync(join(place, 'bin/sudo'));
  const none = run(null, { user: somebody });
  equal(none.status, 1);
  match(none.said, /Not root, and no sudo: run as root apt-get install package-that-is-not/);
});
rmSync(place, { recursive: true, force: true });
