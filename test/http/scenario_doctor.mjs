// The doctor beside a server, and before what is broken.
import { test, equal, ok, match, demo, copy, drop, query, onPostgres, serve, essaim, program, tables, sameTables } from './lib.mjs';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, utimesSync,
  writeFileSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const place = mkdtempSync(join(tmpdir(), 'essaim-doctor-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
function doctor(folder, ...more) {
  const r = spawnSync(program, ['doctor', '--data', folder, '--format', 'json', ...more], { encoding: 'utf8' });
  const all = JSON.parse(r.stdout);
  for (const c of all) ok(['ok', 'warn', 'fail'].includes(c.verdict) && c.check && c.text, JSON.stringify(c));
  for (const c of all.filter((x) => x.verdict === 'fail' && x.check !== 'database'))
    ok(c.todo, `${c.check} does not say what to do`);
  equal(r.status, all.some((c) => c.verdict === 'fail') ? 1 : 0);
  return { all, of: (check, verdict) => all.find((c) => c.check === check && c.verdict === verdict) };
}
let serial = 0;
function sick(change, { from = demo() } = {}) {
  const folder = join(place, `case${serial++}`);
  cpSync(from, folder, { recursive: true });
  chmodSync(folder, 0o750);
  change(folder);
  return folder;
}
const sql = (folder, text) => execFileSync('sqlite3', [join(folder, 'essaim.db'), text], { encoding: 'utf8' });

await test('beside a server: nothing to mend, nothing changed', async () => {
  const server = await serve();
  chmodSync(server.folder, 0o750);
  await server.as('admin');
  await sleep(1500);
  const before = tables(server.folder);
  const d = doctor(server.folder, '--full');
  sameTables(before, tables(server.folder), 'the doctor');
  equal(d.all.filter((c) => c.verdict === 'fail').map((c) => c.text).join(), '');
  match(d.all.find((c) => c.check === 'database').text, onPostgres ? /^PostgreSQL 1\d/ : /^SQLite 3\./);
  ok(d.of('integrity', onPostgres ? 'warn' : 'ok'));
  for (const check of ['folder', 'disk', 'tables', 'journal', 'files', 'tasks', 'mail'])
    ok(d.of(check, 'ok'), `${check}: ${JSON.stringify(d.all)}`);
  match(d.of('journal', 'ok').text, /^\d+ lines as they were sealed$/);
  match(spawnSync(program, ['doctor', '--data', server.folder], { encoding: 'utf8' }).stdout,
    /\d+ well, \d+ warnings, 0 to mend\n$/);
  await server.stop();
});
await test('without amcheck no index was compared, and that is what it says', (skip) => {
  if (!onPostgres) { skip('a file needs none'); return; }
  const folder = copy();
  match(doctor(folder, '--full').of('integrity', 'warn').todo, /CREATE EXTENSION amcheck/);
  query(folder, 'CREATE EXTENSION amcheck');
  match(doctor(folder, '--full').of('integrity', 'ok').text, /by the full look/);
  query(folder, 'CREATE SCHEMA "the tools"', 'ALTER EXTENSION amcheck SET SCHEMA "the tools"');
  match(doctor(folder, '--full').of('integrity', 'ok').text, /by the full look/);
  drop(folder);
});
await test('an owner to whom nobody has given amcheck is told so, and that nothing is lost', (skip) => {
  if (!onPostgres) { skip('a file needs none'); return; }
  const folder = copy(), owner = `owner_${process.pid}`;
  const name = query(folder, 'SELECT current_database()');
  query(folder, 'CREATE EXTENSION amcheck', `CREATE ROLE ${owner} LOGIN PASSWORD 'geheim-1'`, `ALTER DATABASE ${name} OWNER TO ${owner}`,
    `DO $$ DECLARE t record; BEGIN FOR t IN SELECT tablename AS n FROM pg_tables WHERE schemaname = current_schema
      LOOP EXECUTE format('ALTER TABLE %I OWNER TO ${owner}', t.n); END LOOP; END $$`);
  const conf = join(folder, 'essaim.conf');
  const own = new URL(/^db = (.*)$/m.exec(readFileSync(conf, 'utf8'))[1]);
  const params = new URLSearchParams(own.search);
  for (const [key, value] of [['user', owner], ['password', 'geheim-1'], ['host', '127.0.0.1'], ['sslmode', 'disable']]) params.set(key, value);
  const as = ['--full', '--db', `postgresql:///${name}?${params}`];
  const none = doctor(folder, ...as);
  match(none.of('integrity', 'warn').todo, /CREATE EXTENSION amcheck.*GRANT EXECUTE ON FUNCTION bt_index_check/);
  equal(none.all.filter((c) => c.verdict === 'fail').map((c) => c.text).join(), '');
  query(folder, `GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean) TO ${owner}`);
  match(doctor(folder, ...as).of('integrity', 'ok').text, /by the full look/);
  query(folder, `REASSIGN OWNED BY ${owner} TO CURRENT_USER`, `DROP OWNED BY ${owner}`, `DROP ROLE ${owner}`);
  drop(folder);
});
await test('an index that is not as its table is named, with what mends it, and all else is looked at', (skip) => {
  if (!onPostgres) { skip('a file is asked by PRAGMA'); return; }
  const folder = copy();
  const turned = (sign) => `CREATE OR REPLACE FUNCTION turned(bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT ${sign}$1'`;
  query(folder, 'CREATE EXTENSION amcheck', turned(''), 'CREATE INDEX turned_rows ON directory_area (turned(id))', turned('-'));
  const d = doctor(folder, '--full');
  match(d.of('integrity', 'fail').text, /amcheck finds an index that is not as its table \(.*turned_rows/);
  match(d.of('integrity', 'fail').todo, /^REINDEX DATABASE/);
  for (const check of ['files', 'tasks', 'mail']) ok(d.of(check, 'ok'), `${check}: ${JSON.stringify(d.all)}`);
  drop(folder);
});
await test('a file beside a database on a server is named', (skip) => {
  if (!onPostgres) { skip('it needs a server'); return; }
  const folder = copy();
  ok(!doctor(folder).all.some((c) => /is not served/.test(c.text)));
  writeFileSync(join(folder, 'essaim.db'), '');
  match(doctor(folder).all.find((c) => /is not served/.test(c.text)).todo, /remove the file/);
  drop(folder);
});
await test('each thing that is wrong is named', async (skip) => {
  if (onPostgres) { skip('it breaks an SQLite file'); return; }
  const sealed = sick(() => {});
  const server = await serve({ data: sealed });
  await server.as('admin');
  await sleep(1500);
  await server.stop();
  const of = (change) => doctor(sick(change, { from: sealed }));
  ok(of((f) => chmodSync(f, 0o755)).of('folder', 'warn'));
  ok(of((f) => chmodSync(join(f, 'journal.key'), 0o644)).of('key', 'fail'));
  ok(of((f) => sql(f, "UPDATE core_journal SET what = 'nothing' WHERE id = (SELECT min(id) FROM core_journal)"))
    .of('journal', 'fail'));
  ok(of((f) => sql(f, 'DROP INDEX directory_school_by_name')).of('tables', 'fail'));
  ok(of((f) => sql(f, 'CREATE TABLE stranger (x)')).of('tables', 'fail'));
  match(of((f) => sql(f, "INSERT INTO core_task (kind, payload, due, attempts, lease, result) VALUES ('core.import', '', 0, 8, -1, 'store')"))
    .of('tasks', 'warn').text, /1 of core\.import given up \(store\)/);
  ok(of((f) => sql(f, "INSERT INTO core_setting VALUES ('backup_at', '2020-01-01T00:00:00Z')")).of('backup', 'warn'));
  const name = 'ab'.padEnd(64, '0');
  match(of((f) => {
    mkdirSync(join(f, 'files/ab'), { recursive: true });
    writeFileSync(join(f, 'files/ab', name), 'x');
    utimesSync(join(f, 'files/ab', name), 0, 0);
  }).of('files', 'warn').text, /1 that no row names/);
  const hash = sql(sealed, 'SELECT hash FROM core_file LIMIT 1').trim();
  const path = (f) => join(f, 'files', hash.slice(0, 2), hash);
  ok(of((f) => rmSync(path(f))).of('files', 'fail'));
  const changed = sick((f) => {
    const bytes = readFileSync(path(f));
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path(f), bytes);
  }, { from: sealed });
  ok(doctor(changed).of('files', 'ok'));
  ok(doctor(changed, '--full').of('files', 'fail'));
  const torn = sick((f) => {
    sql(f, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const fd = openSync(join(f, 'essaim.db'), 'r+');
    for (let page = 60; page < 90; page++) writeSync(fd, Buffer.alloc(2000, 7), 0, 2000, page * 4096 + 100);
    closeSync(fd);
  }, { from: sealed });
  const d = doctor(torn, '--full');
  ok(d.of('integrity', 'fail') ?? d.of('database', 'fail'), JSON.stringify(d.all));
});
await test('an instance of its own: a password that all try, no backup yet, then one', (skip) => {
  if (onPostgres) { skip('a PostgreSQL database is backed up by its own tools'); return; }
  const folder = join(place, 'own');
  mkdirSync(folder, { mode: 0o750 });
  essaim('begin', '--data', folder);
  essaim('user', 'add', 'marie@example.org', 'Marie', 'admin', '--password', 'demonstration', '--data', folder);
  const d = doctor(folder);
  match(d.of('accounts', 'fail').text, /^marie@example\.org/);
  ok(d.of('backup', 'warn'));
  essaim('user', 'add', 'marie@example.org', 'Marie', 'admin', '--password', 'huit vaches bleues', '--data', folder);
  essaim('backup', join(place, 'b'), '--data', folder);
  const e = doctor(folder);
  ok(e.of('accounts', 'ok') && e.of('backup', 'ok'), JSON.stringify(e.all));
});
await test('what is open to the network, and settings that make no sense', (skip) => {
  if (onPostgres) { skip('the same on both'); return; }
  const folder = sick(() => {});
  match(doctor(folder, '--listen', '0.0.0.0:8080').of('proxy', 'warn').text, /plain HTTP/);
  ok(doctor(folder, '--proxies', '127.0.0.1').of('proxy', 'ok'));
  ok(doctor(folder, '--proxies', 'nginx').of('proxy', 'fail'));
  ok(doctor(folder, '--metrics-token', 'court').of('metrics', 'warn'));
  ok(doctor(folder, '--room-mb', '999999999').of('disk', 'fail'));
  ok(doctor(join(place, 'nowhere')).of('folder', 'fail'));
  equal(readdirSync(place).includes('nowhere'), false);
});
