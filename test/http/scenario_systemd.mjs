// deploy/essaim.service under a systemd that runs: started, held to its rights,
// restarted when killed, stopped; and there, what docs/operate.md says. Where no systemd can be had, why is said.
import { test, equal, ok, match, program, root, forms, onPostgres } from './lib.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const groups = ['systemd', 'unified'].map((name) => `/sys/fs/cgroup/${name}`);
const why = () => {
  if (process.getuid() !== 0) return 'only root may make namespaces and mount in them';
  for (const file of ['/lib/systemd/systemd', '/usr/bin/unshare', '/usr/bin/nsenter', '/usr/sbin/useradd', '/usr/bin/curl'])
    if (!existsSync(file)) return `${file} is not here`;
  if (!groups.every(existsSync)) return 'written for cgroups that are half of the first version';
  if (spawnSync('unshare', ['--mount', '--pid', '--fork', '--uts', '--ipc', '--net', '--cgroup', 'true']).status !== 0)
    return 'the kernel gives no namespaces here';
  return null;
};
const reason = why();
const place = mkdtempSync(join(tmpdir(), 'essaim-systemd-'));
const own = groups.map((g) => join(g, `essaim-test-${process.pid}`));
let boot, inside;
const within = (...command) =>
  spawnSync('nsenter', ['-t', inside, '-m', '-p', '-u', '-i', '-n', '-C', '-r', ...command], { encoding: 'utf8', timeout: 60000, env: { PATH: process.env.PATH } });
const said = (...command) => within(...command).stdout.trim();
const shown = (what) => said('systemctl', 'show', '-p', what, '--value', 'essaim');
const health = () => said('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1:8080/healthz');
async function until(what, seconds = 60) {
  for (let i = 0; i < seconds * 5; i++, await sleep(200)) if (what()) return true;
  return false;
}
const removeGroup = (group) => {
  for (const e of existsSync(group) ? readdirSync(group, { withFileTypes: true }) : [])
    if (e.isDirectory()) removeGroup(join(group, e.name));
  if (existsSync(group)) rmdirSync(group);
};
async function bootIt() {
  for (const group of own) mkdirSync(group);
  const join_ = own.map((g) => `echo $$ >${g}/cgroup.procs`).join(' && ');
  boot = spawn('sh', ['-c', `${join_} && exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup --propagation private \
    ${join(root, 'test/tools/systemd.sh')} ${place} ${program} ${join(root, 'deploy/essaim.service')}`],
  { stdio: ['ignore', 'ignore', 'pipe'] });
  boot.err = '';
  boot.stderr.on('data', (d) => { boot.err += d; });
  const isUp = () => {
    const children = `/proc/${boot.pid}/task/${boot.pid}/children`;
    inside = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ')[0] : '';
    return inside && readFileSync(`/proc/${inside}/comm`, 'utf8').trim() === 'systemd' &&
      /^(running|degraded)$/.test(said('systemctl', 'is-system-running'));
  };
  if (!await until(isUp)) throw new Error(`systemd does not come up: ${boot.err}`);
}

await test('a systemd of its own starts', async (skip) => {
  if (reason) return skip(reason);
  await bootIt();
});
await test('without a laboratory it says what to do', async (skip) => {
  if (reason) return skip(reason);
  ok(within('systemctl', 'start', 'essaim').status !== 0 || await until(() => shown('ActiveState') !== 'active'), 'it runs');
  match(said('journalctl', '-u', 'essaim', '-o', 'cat'), /holds no laboratory: make one with essaim begin/);
  within('systemctl', 'stop', 'essaim');
  within('systemctl', 'reset-failed', 'essaim');
});
await test('started, it answers, and has the rights of the unit alone', async (skip) => {
  if (reason) return skip(reason);
  equal(within('setpriv', '--reuid=essaim', '--regid=essaim', '--clear-groups',
    'essaim', 'demo', '--data', '/var/lib/essaim').status, 0);
  const r = within('systemctl', 'start', 'essaim');
  equal(r.status, 0, r.stderr);
  ok(await until(() => health() === '200'), said('journalctl', '-u', 'essaim', '-o', 'cat'));
  const main = shown('MainPID');
  const status = said('cat', `/proc/${main}/status`);
  match(status, /^NoNewPrivs:\s1$/m);
  match(status, /^Seccomp:\s2$/m);
  match(status, /^CapBnd:\s0+$/m);
  ok(!/^Uid:\s0\s/m.test(status), 'it is root');
  const seen = said('nsenter', '-t', main, '-m', 'sh', '-c',
    'touch /usr/x 2>&1; touch /etc/x 2>&1; touch /var/lib/x 2>&1; touch /var/lib/essaim/x && rm /var/lib/essaim/x && echo its own');
  equal(seen.match(/Read-only file system/g)?.length, 3, seen);
  match(seen, /its own$/);
});
await test('a document is drawn by a process of its own, within the same bounds', async (skip) => {
  if (reason) return skip(reason);
  const site = 'http://127.0.0.1:8080', jar = '/tmp/essaim-jar';
  const curl = (...words) => said('curl', '-s', '-b', jar, '-c', jar, ...words);
  const form = forms(curl(`${site}/entrer`)).find((f) => f.buttons.some((b) => b.name === 'role' && b.value === 'admin'));
  curl('-o', '/dev/null', ...[...form.fields, ['role', 'admin']].flatMap(([k, v]) => ['--data-urlencode', `${k}=${v}`]), `${site}${form.action}`);
  equal(curl('-o', '/tmp/essaim.pdf', '-w', '%{http_code} %{content_type}', `${site}/feuille-de-route.pdf`), '200 application/pdf',
    said('journalctl', '-u', 'essaim', '-o', 'cat', '-n', '5'));
  match(said('head', '-c', '5', '/tmp/essaim.pdf'), /^%PDF-/);
});
await test('killed, it is there again within seconds', async (skip) => {
  if (reason) return skip(reason);
  const main = shown('MainPID');
  within('kill', '-KILL', main);
  ok(await until(() => shown('MainPID') !== main && health() === '200'), 'it does not come back');
  equal(shown('NRestarts'), '1');
  equal(shown('StartLimitIntervalUSec'), '0', 'it gives up while its database is away');
});
await test('stopped, it ends by itself', async (skip) => {
  if (reason) return skip(reason);
  equal(within('systemctl', 'stop', 'essaim').status, 0);
  equal(shown('Result'), 'success');
  equal(shown('ActiveState'), 'inactive');
  equal(said('ps', '-u', 'essaim', '-o', 'pid='), '');
});
// docs/operate.md, as an administrator types it: all of it as the user essaim.
const manual = readFileSync(join(root, 'docs/operate.md'), 'utf8');
// The commands of a chapter that contain something, whole; what is left out must be there.
function typed(chapter, sign, without = [], changes = []) {
  const text = manual.split(/^#+ /m).find((c) => c.startsWith(`${chapter}\n`));
  ok(text, `there is no chapter ${chapter}`);
  const blocks = text.split(/\n(?! {4})/).map((b) => b.split('\n').filter((l) => l.startsWith('    ')).map((l) => l.slice(4)));
  let block = blocks.map((b) => b.join('\n')).find((b) => b.includes(sign));
  ok(block, `${chapter} says nothing of ${sign}`);
  for (const line of without) {
    ok(block.includes(line), `${chapter} has no line ${line}`);
    block = block.split('\n').filter((l) => !l.includes(line)).join('\n');
  }
  for (const [from, to] of changes) {
    ok(block.includes(from), `${chapter} has no ${from}`);
    block = block.replaceAll(from, to);
  }
  return block;
}
function does(chapter, sign, { without, changes, input } = {}) {
  const text = typed(chapter, sign, without, changes);
  const r = spawnSync('nsenter', ['-t', inside, '-m', '-p', '-u', '-i', '-n', '-C', '-r', 'env', '-i',
    'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'bash', '--norc', '-eo', 'pipefail', '-c', `cd /root; umask 077; ${text}`],
  { encoding: 'utf8', timeout: 100000, input });
  equal(r.status, 0, `${chapter}:\n${text}\n${r.stdout}${r.stderr}`);
  return r.stdout;
}
const noServer = () => reason ?? (onPostgres ? null : 'on PostgreSQL');
await test('the manual: from nothing to a service, a backup, and back out of it', async (skip) => {
  if (reason) return skip(reason);
  // sudo, where there is none: another user, with that user's home.
  if (within('sh', '-c', 'command -v sudo').status !== 0)
    equal(within('sh', '-c', `printf '%s\\n' '#!/bin/sh' 'if [ "$1" = -u ]; then u=$2; shift 2; else u=root; fi' \
      'exec runuser -u "$u" -- env HOME="$(getent passwd "$u" | cut -d: -f6)" "$@"' >/usr/local/bin/sudo && chmod 755 /usr/local/bin/sudo`).status, 0);
  equal(within('sh', '-c', 'userdel essaim; rm -rf /var/lib/essaim; chmod 700 /root').status, 0);
  does('For good', 'useradd', { without: ['make install', 'essaim serve'], changes: [['--password …', "--password 'huit vaches bleues'"]] });
  does('As a service', 'enable --now', { without: ['sudo cp deploy', 'journalctl'] });
  ok(await until(() => health() === '200'), said('journalctl', '-u', 'essaim', '-o', 'cat'));
  does('Backup', 'install -d -o essaim -g essaim -m 700 /srv/backups');
  does('Backup', '/etc/essaim/backup.key');
  does('Restore', 'backup.key');
  const doctor = does('The doctor', 'essaim doctor');
  match(doctor, / 0 to mend$/m);
  match(doctor, /^ok +proxy .*2 proxies believed$/m);
  does('Restore', 'mv /var/lib/essaim-new');
  ok(await until(() => health() === '200'), said('journalctl', '-u', 'essaim', '-o', 'cat'));
  does('Upgrade', 'db migrate', { without: ['make install'] });
  ok(await until(() => health() === '200'), said('journalctl', '-u', 'essaim', '-o', 'cat'));
});
await test('the manual: from the file to PostgreSQL, restored there, and back', async (skip) => {
  if (noServer()) return skip(noServer());
  equal(within('sh', '-ec', `bin=$(pg_config --bindir); echo '127.0.0.1 db.example.fr' >>/etc/hosts
    install -d -o postgres /run/postgresql /pg; runuser -u postgres -- $bin/initdb -D /pg/data --auth-local=peer --auth-host=scram-sha-256 -E UTF8 --no-sync
    cd /pg && runuser -u postgres -- $bin/pg_ctl -D /pg/data -o '-k /run/postgresql' -l /pg/log -w start`).stderr, '');
  const password = [['PASSWORD', 'geheim']];
  const begins = ['essaim begin', 'essaim user add', '--password', 'essaim serve', "echo 'db =", 'tee -a /var/lib/essaim/essaim.conf'];
  does('On PostgreSQL', 'createuser', { without: begins, changes: password, input: 'geheim\ngeheim\n' });
  const people = () => said('sudo', '-u', 'essaim', 'essaim', 'user', 'list', '--data', '/var/lib/essaim');
  const chapter = 'From the file to PostgreSQL, and back';
  match(does(chapter, 'essaim move --from sqlite'), /^db = postgresql:\/\/essaim@db\.example\.fr\/essaim$/m);
  ok(await until(() => health() === '200'), said('journalctl', '-u', 'essaim', '-o', 'cat'));
  match(people(), /marie@example\.org/);
  does(chapter, 'rm /var/lib/essaim/essaim.db*');
  match(does('The doctor', 'essaim doctor'), /^ok +database +PostgreSQL[^]* 0 to mend$/m);
  does('Backup', 'install -d -o essaim -g essaim -m 700 /srv/backups');
  match(does('Restore', '/essaim_new\n'), /^db = postgresql:\/\/essaim@db\.example\.fr\/essaim_new$/m);
  does('Restore', 'pg_dump');
  equal(within('sh', '-ec', `runuser -u postgres -- dropdb essaim_new; runuser -u postgres -- createdb -O essaim -T template0 essaim_new
    rm -r /var/lib/essaim-new; install -d -o essaim -g essaim -m 750 /var/lib/essaim-new`).status, 0);
  match(does('Restore', 'pg_restore'), /all as sealed/);
  ok(!/\.pgpass|served/.test(said('tar', 'tf', '/srv/backups/folder.tar')), 'what is of this machine went along');
  does(chapter, 'before-way-back');
  ok(await until(() => health() === '200'), said('journalctl', '-u', 'essaim', '-o', 'cat'));
  match(people(), /marie@example\.org/);
  match(does('The doctor', 'essaim doctor'), /^ok +database +SQLite[^]* 0 to mend$/m);
  equal(within('systemctl', 'stop', 'essaim').status, 0);
  within('sh', '-c', `cd / && runuser -u postgres -- $(pg_config --bindir)/pg_ctl -D /pg/data -m fast -w stop`);
});
if (boot) {
  process.kill(Number(inside), 'SIGKILL');
  await new Promise((done) => boot.on('exit', done));
}
for (const group of own) for (let i = 0; i < 50 && existsSync(group); i++) {
  try { removeGroup(group); } catch { await sleep(100); }
}
rmSync(place, { recursive: true, force: true });
