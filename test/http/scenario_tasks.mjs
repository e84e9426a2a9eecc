// Work that fails, and what is swept: one that cannot be ended stops no other.
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, equal, ok, serve, copy, drop, forms, query, onPostgres, serverNow } from './lib.mjs';

const data = copy();
const sql = (text) => query(data, text);
const day = 86400, now = serverNow();
const until = async (what, met) => {
  for (let i = 0; i < 200; i++) if (met()) return; else await sleep(50);
  ok(false, what);
};
const importOf = (id, at, state) => sql(`INSERT INTO core_import (id, entity, file, person, at, state, mapping)
  VALUES (${id}, 'school', 'import-${id}', 1, ${at}, '${state}', '')`);
const task = (id, fields) => sql(`INSERT INTO core_task (id, ${Object.keys(fields).join(', ')})
  VALUES (${id}, ${Object.values(fields).map((v) => (typeof v === 'string' ? `'${v}'` : v)).join(', ')})`);

await test('a task whose end cannot be told stops no other; what was given up before keeps its reason', async () => {
  importOf(9001, now, 'applying');
  sql(onPostgres ? 'ALTER TABLE core_import ADD CONSTRAINT broken CHECK (1 / (CASE WHEN note IS NULL THEN 1 ELSE 0 END) = 1) NOT VALID'
    : 'CREATE TRIGGER broken BEFORE UPDATE ON core_import BEGIN INSERT INTO nowhere VALUES (1); END');
  const import_ = { kind: 'core.import', payload: '9001 1', due: now - 60, attempts: 8 };
  task(9001, { ...import_, lease: now + 300 });
  task(9002, { ...import_, lease: 0, result: 'full' });
  task(9003, { kind: 'core.journal_head', payload: '', due: now - 50 });
  const server = await serve({ data });
  await until('the task behind is not run', () => sql('SELECT result FROM core_task WHERE id = 9003') === 'ok');
  equal(sql('SELECT result, lease FROM core_task WHERE id IN (9001, 9002) ORDER BY id'), 'killed|-1\nfull|-1');
  await until('it is not logged', () => /does not say its end/.test(server.log()));
  await server.stop();
  sql(onPostgres ? 'ALTER TABLE core_import DROP CONSTRAINT broken' : 'DROP TRIGGER broken');
});
await test('seeing that a daily task was given up does not put off the next', async () => {
  sql("DELETE FROM core_task");
  task(9010, { kind: 'core.journal_head', payload: '', due: now - 60, attempts: 8, lease: -1, result: 'system' });
  let server = await serve({ data });
  const admin = await server.as('admin');
  const see = forms((await admin.get('/travaux')).text).find((f) => f.action === '/travaux/9010/vu');
  equal((await admin.submit(see)).status, 303);
  equal(sql(`SELECT done FROM core_task WHERE id = 9010`), String(now - 60), 'it is done when it was given up');
  await server.stop();
  sql(`UPDATE core_task SET done = done - ${day}, due = due - ${day} WHERE id = 9010`);
});
await test('fifty thousand old lines go, and a folder named like a sheet stops nothing', async () => {
  importOf(9020, now - 400 * day, 'checked');
  sql(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    INSERT INTO core_import_line (import, line, cells, outcome) SELECT 9020, i, '["une ligne refusée"]', 'bad' FROM n`);
  sql("UPDATE core_import_line SET outcome = 'kept' WHERE import = 9020 AND line = 7");
  const long = new Date((now - 3 * day) * 1000);
  mkdirSync(join(data, 'import-0-folder'));
  writeFileSync(join(data, 'import-1-file'), 'x');
  for (const name of ['import-0-folder', 'import-1-file']) utimesSync(join(data, name), long, long);
  const server = await serve({ data });
  await until('old lines stay', () => sql('SELECT count(*) FROM core_import_line WHERE import = 9020') === '1');
  await until('an old sheet stays', () => !existsSync(join(data, 'import-1-file')));
  ok(existsSync(join(data, 'import-0-folder')));
  await sleep(2500);
  ok(!/not swept/.test(server.log()), server.log());
  await server.stop();
});
drop(data);
