// What a server was told by its unit alone, the commands beside it know: none reads or
// fills another database than the one that is served, and the doctor says what is so.
import { test, equal, ok, match, copy, drop, serve, program, run, essaim, onPostgres } from './lib.mjs';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
}
