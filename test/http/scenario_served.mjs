// What a server was told by its unit alone, the commands beside it know: none reads or
// fills another database than the one that is served, and the doctor says what is so.
import { test, equal, ok, match, copy, drop, serve, program, run, essaim, query, dbOf, childOf, onPostgres } from './lib.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const place = mkdtempSync(join(tmpdir(), 'essaim-served-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const commands = (folder) => [
  ['backup', join(place, 'never')], ['user', 'list'], ['figures'], ['export', 'school'], ['journal', 'verify'],
  ['user', 'add', 'x@example.org', 'X', 'admin', '--password', 'huit vaches bleues'], ['db', 'check'], ['db', 'migrate'],
  ['begin'], ['serve', '--listen', '127.0.0.1:0']].map((c) => [...c, '--data', folder]);
function refused(folder, said) {
  for (const command of commands(folder)) {
    const r = run(...command);
    equal(r.status, 1, `${command}: ${r.stdout}${r.stderr}`);
    match(r.stderr, said, String(command));
    equal(r.stderr.trim().split('\n').length, 1, r.stderr);
  }
  ok(!existsSync(join(place, 'never')), 'a backup was made');
  const d = run('doctor', '--data', folder);
  equal(d.status, 1, d.stdout);
  match(d.stdout, new RegExp(`^fail  database  ${said.source}`, 'm'));
}
const doctor = (folder, ...more) => JSON.parse(run('doctor', '--format', 'json', '--data', folder, ...more).stdout);

await test('a database that the server does not serve is not opened', async () => {
  const server = await serve();
  const conf = join(server.folder, 'essaim.conf');
  const was = existsSync(conf) ? readFileSync(conf, 'utf8') : '';
  essaim('user', 'list', '--data', server.folder);
  writeFileSync(conf, 'db = postgresql://127.0.0.1:9/other\n');
  refused(server.folder, /the server of \S+ \(process \d+\) has its rows in .*, and this would open postgresql:\/\/127\.0\.0\.1:9\/other: say in \S+essaim\.conf where/);
  // What a flag names is meant.
  match(run('user', 'list', '--data', server.folder, '--db', 'postgresql://127.0.0.1:9/other?connect_timeout=2').stderr, /does not answer/);
  writeFileSync(conf, was);
  essaim('user', 'list', '--data', server.folder);
  await server.stop();
});
await test('what the unit sets is what the doctor says: of the server that runs, and of the last one', async () => {
  const folder = copy();
  const of = (check, ...more) => doctor(folder, ...more).find((c) => c.check === check);
  equal(of('server'), undefined);
  equal(of('proxy').verdict, 'warn');
  const server = await serve({ data: folder, env: { ESSAIM_PROXIES: '127.0.0.1,::1', ESSAIM_SMTP: 'smtp://127.0.0.1:9',
    ESSAIM_SITE: 'https://labo.example.org' } });
  match(of('server').text, new RegExp(`^process \\d+, on 127\\.0\\.0\\.1:${server.port}$`));
  equal(of('proxy').verdict, 'ok');
  match(of('proxy').text, /2 proxies believed/);
  equal(of('mail').verdict, 'ok', JSON.stringify(of('mail')));
  equal(of('proxy', '--proxies', '127.0.0.9').text.includes('1 proxies'), true);
  await server.stop();
  equal(of('server'), undefined);
  equal(of('proxy').verdict, 'ok');
  const bare = await serve({ data: folder });
  equal(of('proxy').verdict, 'warn', 'it says what the server before had');
  await bare.stop();
  drop(folder);
});
await test('it leaves no secret, and what it could not write is not believed', async () => {
  const folder = copy(), note = join(folder, 'essaim.served');
  const verdict = (check) => doctor(folder).find((c) => c.check === check)?.verdict;
  const server = await serve({ data: folder, env: { ESSAIM_METRICS_TOKEN: 'jeton-secret', ESSAIM_SITE: 'https://labo.example.org',
    ESSAIM_JOURNAL_HEAD_COMMAND: 'true jeton-secret', ESSAIM_SMTP: 'smtp://labo:jeton-secret@127.0.0.1:9' } });
  match(readFileSync(note, 'utf8'), /^smtp = smtp:\/\/labo@127\.0\.0\.1:9$/m);
  ok(!readFileSync(note, 'utf8').includes('jeton-secret'), readFileSync(note, 'utf8'));
  equal(statSync(note).mode & 0o777, 0o600);
  equal(verdict('mail'), 'ok');
  // What is not noted, the doctor knows of the file.
  writeFileSync(join(folder, 'essaim.conf'), 'metrics_token = court\n', { flag: 'a' });
  equal(verdict('metrics'), 'warn');
  truncateSync(note);
  equal(verdict('proxy'), 'warn');
  essaim('user', 'list', '--data', folder);
  await server.stop();
  drop(folder);
});
await test('a backup does not take along who serves', async () => {
  const folder = copy();
  await (await serve({ data: folder })).stop();
  ok(existsSync(join(folder, 'essaim.served')));
  essaim('backup', join(place, 'b'), '--data', folder);
  ok(!spawnSync('tar', ['tf', join(place, 'b')], { encoding: 'utf8' }).stdout.includes('served'));
  drop(folder);
});
if (onPostgres) {
  await test('named to the server alone, the old file of the folder is read and written by nobody', async () => {
    const folder = copy(), url = /^db = (.*)$/m.exec(readFileSync(join(folder, 'essaim.conf'), 'utf8'))[1];
    const conf = join(folder, 'essaim.conf'), line = readFileSync(conf, 'utf8');
    const lite = join(place, 'lite');
    rmSync(conf);
    equal(run('move', '--from', url, '--to', `sqlite:${lite}`, '--data', folder).status, 0);
    cpSync(join(lite, 'essaim.db'), join(folder, 'essaim.db'));
    essaim('user', 'list', '--data', folder); // as long as nobody served it from elsewhere
    const server = await serve({ data: folder, env: { ESSAIM_DB: url } });
    refused(folder, /the server of \S+ \(process \d+\) has its rows in postgresql:\S+, and this would open the file of that folder/);
    await server.stop();
    refused(folder, /\S+ was last served with its rows in postgresql:\S+, and nothing says so now: write db = … into \S+essaim\.conf/);
    const r = spawnSync(program, ['user', 'list', '--data', folder], { encoding: 'utf8', env: { ...process.env, ESSAIM_DB: url } });
    equal(r.status, 0, r.stderr);
    writeFileSync(conf, line);
    match(essaim('user', 'list', '--data', folder), /admin@demo\.example/);
    // Moved back, it is the file again, without a further word.
    rmSync(conf);
    rmSync(join(folder, 'essaim.db'));
    equal(run('move', '--from', url, '--to', `sqlite:${folder}`).status, 0);
    match(essaim('user', 'list', '--data', folder), /admin@demo\.example/);
    writeFileSync(conf, line);
    drop(folder);
  });
  // Of a server: why it is not ready, '' where it is; for as long as that is otherwise.
  const ready = async (server, said) => {
    for (let i = 0; i < 200; i++) {
      const r = await server.stranger().get('/readyz').catch(() => ({ text: '' }));
      if (said.test(r.text)) return;
      await sleep(50);
    }
    throw new Error(`never ${said}\n${server.log().slice(-2000)}`);
  };
  await test('a second server of one database is refused, whatever its folder; another schema is another database', async () => {
    const server = await serve(), url = dbOf(server.folder), other = join(place, 'other');
    const twice = async () => {
      // Whatever patience its user is given: the answer is not that nobody answers.
      for (const [folder, db] of [[server.folder, url], [other, url], [other, `${url}&options=-cstatement_timeout%3D500`]]) {
        const r = spawnSync(program, ['serve', '--data', folder, '--db', db, '--listen', '127.0.0.1:0'], { encoding: 'utf8' });
        equal(r.status, 1, r.stdout);
        match(r.stderr, /^essaim: postgresql:\S+ is served already by the Essaim of \S+ on \S.*: stop that one, or name another database\n$/);
        ok(r.stderr.includes(`${server.folder} on `.slice(0, 60)), r.stderr);
      }
      ok(!existsSync(other), 'a folder is left');
    };
    await twice();
    // Its own supervisor starts it again at once, and a server that forgot is told anew.
    process.kill(childOf(server.child.pid), 'SIGKILL');
    for (let i = 0; i < 100 && server.log().split('"serving"').length < 3; i++) await sleep(50);
    await ready(server, /^ready$/m);
    query(server.folder, 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
    await sleep(1500);
    await ready(server, /^ready$/m);
    await twice();
    query(server.folder, 'CREATE SCHEMA beside');
    const beside = `${url}&options=-csearch_path%3Dbeside`;
    essaim('begin', '--data', other, '--db', beside);
    await (await serve({ data: other, env: { ESSAIM_DB: beside } })).stop();
    await server.stop();
  });
  await test('who was given up for dead says that another serves, and that it is over', async () => {
    const server = await serve();
    const next = spawn('psql', ['-XAtq', '-d', dbOf(server.folder), '-c', "SELECT pg_advisory_lock(1165194081, hashtext('serve ' || current_schema()))", '-c', 'SELECT pg_sleep(60)']);
    const locks = (granted) => `FROM pg_locks WHERE locktype = 'advisory' AND ${granted} AND classid = 1165194081 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    for (let i = 0; i < 100 && query(server.folder, `SELECT count(*) ${locks('NOT granted')}`) !== '1'; i++) await sleep(50);
    equal(query(server.folder, `SELECT count(pg_terminate_backend(pid)) ${locks('granted')}`), '1');
    await ready(server, /^not ready: another Essaim serves this database: see the log$/m);
    match(server.log(), /"event":"served twice","why":"postgresql:\S+ is served already/);
    equal(server.log().split('served twice').length, 2);
    next.kill();
    query(server.folder, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`);
    await ready(server, /^ready$/m);
    await server.stop();
  });
}
