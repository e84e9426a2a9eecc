// deploy/essaim.service under a systemd that runs: started, held to its rights,
// restarted when killed, stopped. Where no systemd can be had, why is said.
import { test, equal, ok, match, program, root, forms } from './lib.mjs';
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
  spawnSync('nsenter', ['-t', inside, '-m', '-p', '-u', '-i', '-n', '-C', '-r', ...command], { encoding: 'utf8', timeout: 60000 });
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
if (boot) {
  process.kill(Number(inside), 'SIGKILL');
  await new Promise((done) => boot.on('exit', done));
}
for (const group of own) for (let i = 0; i < 50 && existsSync(group); i++) {
  try { removeGroup(group); } catch { await sleep(100); }
}
rmSync(place, { recursive: true, force: true });
