// Back to a moment, as docs/operate.md says: a cluster of its own that archives
// its WAL, a base backup, an accident, and the minute before it.
import { test, equal, ok, match, serve, copy, drop, essaim, run, onPostgres } from './lib.mjs';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const place = mkdtempSync(join(tmpdir(), 'essaim-recovery-'));
const at = (name) => join(place, name);
const root = process.getuid() === 0; // whom PostgreSQL does not run for
const sh = (text) => execFileSync('sh', ['-ec', text], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const as = root ? 'runuser -u postgres -- ' : '';
const bin = onPostgres ? `${as}${sh('${PG_CONFIG:-pg_config} --bindir')}` : '';
const port = 20000 + (process.pid % 20000);
const url = `postgresql://postgres@/essaim?host=${place}&port=${port}`;
const sql = (text) => execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', text],
  { encoding: 'utf8', env: { PATH: process.env.PATH } }).trim();
const start = (data) => sh(`cd / && ${bin}/pg_ctl -D ${at(data)} -l ${at(`${data}.log`)} -w -t 60 start >/dev/null`);
const stop = (data) => sh(`cd / && ${bin}/pg_ctl -D ${at(data)} -m fast -w stop >/dev/null`);
let running;
process.on('exit', () => {
  try { if (running) stop(running); } finally { rmSync(place, { recursive: true, force: true }); }
});
const names = (folder) => JSON.parse(essaim('export', 'organisation', '--format', 'json', '--data', folder)).map((o) => o.name);
async function write(server, name) {
  const who = await server.as('admin');
  const form = await who.form('/organisations/nouveau', '/organisations');
  const kind = form.controls.find((c) => c.name === 'kind')?.options.find((o) => o.value)?.value;
  equal((await who.submit(form, { name, ...kind ? { kind } : {} })).status, 303);
}

await test('PostgreSQL goes back to the moment before an accident, and the journal holds', async (skip) => {
  if (!onPostgres) return skip('on PostgreSQL');
  chmodSync(place, 0o755);
  mkdirSync(at('archive'));
  mkdirSync(at('lab'));
  if (root) sh(`chown postgres ${place} ${at('archive')}`);
  sh(`cd / && ${bin}/initdb -D ${at('main')} -U postgres -A trust -E UTF8 --no-sync >/dev/null`);
  // What docs/operate.md has an administrator write.
  appendFileSync(at('main/postgresql.conf'), `
wal_level = replica
archive_mode = on
archive_command = 'test ! -f ${at('archive')}/%f && cp %p ${at('archive')}/%f'
listen_addresses = ''
unix_socket_directories = '${place}'
port = ${port}
fsync = off
`);
  start(running = 'main');
  sh(`createdb -h ${place} -p ${port} -U postgres essaim`);
  const demo = copy();
  const from = /^db = (.*)$/m.exec(readFileSync(join(demo, 'essaim.conf'), 'utf8'))[1];
  const moved = run('move', '--from', from, '--to', url, '--data', demo);
  equal(moved.status, 0, moved.stderr);
  sh(`cp -r ${demo}/. ${at('lab')}`);
  drop(demo);
  writeFileSync(at('lab/essaim.conf'), `db = ${url}\n`);

  let server = await serve({ data: at('lab') });
  await write(server, 'Avant la sauvegarde');
  sh(`cd / && ${bin}/pg_basebackup -h ${place} -p ${port} -U postgres -D ${at('base')} -c fast --no-sync`);
  await write(server, 'Après la sauvegarde');
  await sleep(1500); // sealed
  const moment = sql('SELECT clock_timestamp()');
  await sleep(1200);
  await write(server, 'Après le moment');
  await server.stop();
  ok(names(at('lab')).includes('Après le moment'));
  sql("DELETE FROM core_head; UPDATE portfolio_project SET version = version + 100; SELECT pg_switch_wal()"); // the accident
  const last = sql('SELECT pg_walfile_name(pg_switch_wal())');
  for (let i = 0; sql('SELECT coalesce(last_archived_wal, \'\') FROM pg_stat_archiver') < last && i < 100; i++) await sleep(100);
  stop(running);
  running = undefined;

  appendFileSync(at('base/postgresql.auto.conf'), `
restore_command = 'cp ${at('archive')}/%f %p'
recovery_target_time = '${moment}'
recovery_target_action = promote
`);
  sh(`${as}touch ${at('base/recovery.signal')}`);
  start(running = 'base');
  for (let i = 0; sql('SELECT pg_is_in_recovery()') !== 'f' && i < 300; i++) await sleep(100);

  const there = names(at('lab'));
  ok(there.includes('Avant la sauvegarde') && there.includes('Après la sauvegarde'), 'rows that are missing');
  ok(!there.includes('Après le moment'), 'a row from after the moment');
  equal(essaim('db', 'check', '--data', at('lab')), 'tables and program agree\n');
  match(essaim('journal', 'verify', '--data', at('lab')), /all as sealed/);
  server = await serve({ data: at('lab') });
  await write(server, 'De nouveau');
  await sleep(1500);
  await server.stop();
  ok(names(at('lab')).includes('De nouveau'));
  match(essaim('journal', 'verify', '--data', at('lab')), /all as sealed/);
  stop(running);
  running = undefined;
});
