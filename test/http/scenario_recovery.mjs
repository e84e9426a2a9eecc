// Back to a moment, as docs/operate.md says: a cluster of its own that archives
// its WAL, a base backup, an accident, and the minute before it.
import { test, equal, ok, match, serve, copy, drop, essaim, run, onPostgres } from './lib.mjs';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterIn, sh } from '../postgres.mjs';

const place = mkdtempSync(join(tmpdir(), 'essaim-recovery-'));
const at = (name) => join(place, name);
const own = onPostgres ? clusterIn(place) : undefined;
const sql = (...texts) => own.sql('essaim', ...texts);
process.on('exit', () => {
  try { own?.stop(); } finally { rmSync(place, { recursive: true, force: true }); }
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
  mkdirSync(at('archive'));
  mkdirSync(at('lab'));
  own.folder(at('archive'));
  const url = own.url('essaim');
  // What docs/operate.md has an administrator write.
  own.make('main', `
wal_level = replica
archive_mode = on
archive_command = 'test ! -f ${at('archive')}/%f && cp %p ${at('archive')}/%f'
listen_addresses = ''
`);
  own.start('main');
  own.run('createdb', 'essaim');
  const demo = copy();
  const from = /^db = (.*)$/m.exec(readFileSync(join(demo, 'essaim.conf'), 'utf8'))[1];
  const moved = run('move', '--from', from, '--to', url, '--data', demo);
  equal(moved.status, 0, moved.stderr);
  sh(`cp -r ${demo}/. ${at('lab')}`);
  drop(demo);
  writeFileSync(at('lab/essaim.conf'), `db = ${url}\n`);

  let server = await serve({ data: at('lab') });
  await write(server, 'Avant la sauvegarde');
  own.run('pg_basebackup', `-D ${at('base')} -c fast --no-sync`);
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
  own.stop();

  appendFileSync(at('base/postgresql.auto.conf'), `
restore_command = 'cp ${at('archive')}/%f %p'
recovery_target_time = '${moment}'
recovery_target_action = promote
`);
  sh(`${own.as}touch ${at('base/recovery.signal')}`);
  own.start('base');
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
  own.stop();
});
