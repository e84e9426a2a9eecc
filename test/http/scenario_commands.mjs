// The command line beside a server that has the folder.
import { test, equal, ok, match, serve, copy, drop, essaim, run, query, onPostgres, today } from './lib.mjs';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const server = await serve();
const data = ['--data', server.folder];

await test('the table of accounts has heads, and its columns stand one below another', () => {
  const [head, ...lines] = essaim('user', 'list', ...data).trimEnd().split('\n');
  match(head, /^EMAIL +NAME +ROLE$/);
  const at = [...head].join('').indexOf('ROLE');
  ok(lines.length > 5);
  for (const line of lines) {
    const chars = [...line];
    equal(chars[at - 1], ' ', line);
    ok(chars[at] && chars[at] !== ' ', line);
  }
});
await test('what reads, reads', async () => {
  const admin = await server.as('admin');
  const schools = JSON.parse(essaim('export', 'school', '--format', 'json', ...data));
  equal(schools.length, JSON.parse((await admin.get('/etablissements.json')).text).length);
  equal(essaim('export', 'school', ...data), (await admin.get('/etablissements.csv')).text);
  const figures = JSON.parse(essaim('figures', '--year', '2023-2024', '--format', 'json', ...data));
  ok(figures.length > 0 && figures.every((f) => f.id && f.label && 'value' in f));
  match(essaim('user', 'list', ...data), /admin@demo\.example/);
  equal(essaim('db', 'check', ...data), 'tables and program agree\n');
});
await test('a token made beside it opens the API at once', async () => {
  const token = essaim('token', 'add', 'leader@demo.example', 'x', ...data).trim();
  const r = await server.stranger().get('/api/v1/person', { authorization: `Bearer ${token}` });
  equal(r.status, 200);
  equal(run('token', 'end', 'leader@demo.example', 'y', ...data).status, 1, 'a name that none has');
  equal(essaim('token', 'end', 'leader@demo.example', 'x', ...data), '');
  equal((await server.stranger().get('/api/v1/person', { authorization: `Bearer ${token}` })).status, 401);
});
await test('an account made beside it signs in at once', async () => {
  essaim('user', 'add', 'neuve@demo.example', 'Neuve', 'leader', '--password', 'un mot de passe',
    '--today', today, ...data);
  const who = server.stranger();
  const r = await who.submit(await who.form('/entrer', '/entrer'),
    { email: 'neuve@demo.example', password: 'un mot de passe' });
  equal(r.status, 303);
  equal((await who.get('/imports')).status, 200);
});
await test('another password ends the sessions of the one before; another role does not', async () => {
  const add = (role, ...more) => essaim('user', 'add', 'neuve@demo.example', 'Neuve', role,
    ...more, '--today', today, ...data);
  const signIn = async (password) => {
    const who = server.stranger();
    await who.submit(await who.form('/entrer', '/entrer'), { email: 'neuve@demo.example', password });
    return who;
  };
  const old = await signIn('un mot de passe'), other = await server.as('admin');
  add('admin');
  equal((await old.get('/imports')).status, 200);
  add('admin', '--password', 'un autre mot de passe');
  equal((await old.get('/imports')).status, 303, 'the session of the old password');
  equal((await other.get('/imports')).status, 200);
  ok(!(await signIn('un mot de passe')).cookies.has('session'));
  equal((await (await signIn('un autre mot de passe')).get('/imports')).status, 200);
});
await test('an account is closed: it is out at once, and what it did stays; added again, it comes in', async () => {
  const sign = async (password) => {
    const who = server.stranger();
    await who.submit(await who.form('/entrer', '/entrer'), { email: 'neuve@demo.example', password });
    return who;
  };
  const who = await sign('un autre mot de passe');
  equal((await who.get('/imports')).status, 200);
  const token = essaim('token', 'add', 'neuve@demo.example', 'z', ...data).trim();
  const lines = query(server.folder, "SELECT count(*) FROM core_journal WHERE what = 'sign_in'");
  essaim('user', 'close', 'neuve@demo.example', '--today', today, ...data);
  equal((await who.get('/imports')).status, 303);
  equal((await server.stranger().get('/api/v1/person', { authorization: `Bearer ${token}` })).status, 401);
  ok(!(await sign('un autre mot de passe')).cookies.has('session'));
  match(essaim('user', 'list', ...data), /neuve@demo\.example .*Neuve .*closed/);
  equal(query(server.folder, "SELECT count(*) FROM core_journal WHERE what = 'account_close'"), '1');
  equal(query(server.folder, "SELECT count(*) FROM core_journal WHERE what = 'sign_in'"), lines);
  equal(run('user', 'close', 'personne@demo.example', ...data).status, 1);
  essaim('user', 'add', 'neuve@demo.example', 'Neuve', 'admin', '--password', 'encore un mot de passe', '--today', today,
    ...data);
  equal((await (await sign('encore un mot de passe')).get('/imports')).status, 200);
  equal((await server.stranger().get('/api/v1/person', { authorization: `Bearer ${token}` })).status, 401,
    'a token of before');
});
await test('a short password is refused, and why is said; no account is made', () => {
  for (const short of ['x', '', 'onze lettre', 'éééééééé']) {
    const r = run('user', 'add', 'courte@demo.example', 'Courte', 'leader', '--password', short, ...data);
    equal(r.status, 1);
    match(r.stderr, /^essaim: this password has \d+ characters: take 12 or more .* by trying\n$/);
  }
  ok(!essaim('user', 'list', ...data).includes('courte@'));
});
await test('an account without a mail address is refused', () => {
  const before = essaim('user', 'list', ...data);
  const r = run('user', 'add', 'notmail', 'X', 'admin', '--password', 'abcdefghijklmno', ...data);
  equal(r.status, 1);
  match(r.stderr, /^essaim: notmail is no mail address/);
  equal(essaim('user', 'list', ...data), before);
});
await test('the list of users names the place of each role', () => {
  const list = essaim('user', 'list', ...data);
  match(list, /coordinator@demo\.example .*coordinator \(.*\p{L}.*\)/u);
  ok(!/directory_\w+ \d/.test(list), list);
});
await test('the journal verified twice while the server seals it', async () => {
  for (let i = 0; i < 3; i++) {
    await server.as('teacher');
    match(essaim('journal', 'verify', ...data), /all as sealed/);
    await server.as('head');
  }
  match(essaim('journal', 'verify', ...data), /all as sealed/);
});
await test('what must be alone says who has the folder', () => {
  for (const args of [['demo'], ['db', 'migrate'], ['serve', '--listen', '127.0.0.1:0']]) {
    const r = run(...args, ...data);
    equal(r.status, 1, args.join(' '));
    match(r.stderr, onPostgres ? /is served already by the Essaim of \S+ on \S/ : /in use by another Essaim \(process \d+\)/);
  }
});
await test('a task that has run, given up or to be tried again, keeps its key from no other', async () => {
  const sql = (text) => query(server.folder, text);
  sql(`INSERT INTO core_task (kind, payload, unique_key, due, attempts)
    VALUES ('nobody.knows', '', 'first', 0, 7), ('nobody.knows', '', 'second', 0, 0)`);
  const state = () => sql(`SELECT coalesce(unique_key, '-'), coalesce(result, '-') FROM core_task
    WHERE kind = 'nobody.knows' ORDER BY id`);
  for (let i = 0; i < 100 && (state().match(/not-found/g) ?? []).length < 2; i++) await sleep(50);
  equal(state(), '-|not-found\n-|not-found');
});
await server.stop();

if (!onPostgres) await test('beside nothing: one line that says what to do, and nothing is made', () => {
  const empty = mkdtempSync(join(tmpdir(), 'essaim-empty-'));
  for (const args of [['figures'], ['export', 'school'], ['user', 'list'], ['token', 'add', 'a@b.fr', 'x'],
    ['journal', 'verify'], ['db', 'check']]) {
    for (const folder of [empty, join(empty, 'none')]) {
      const r = run(...args, '--data', folder);
      equal(r.status, 1, args.join(' '));
      equal(r.stderr.trim().split('\n').length, 1, r.stderr);
      match(r.stderr, /essaim begin|make it/);
    }
  }
  ok(!existsSync(join(empty, 'essaim.db')) && !existsSync(join(empty, 'none')));
  match(run('db', 'migrate', '--data', join(empty, 'none')).stderr, /holds no laboratory: make one with essaim begin/);
  equal(run('db', 'migrate', '--data', empty).status, 1);
  ok(!existsSync(join(empty, 'essaim.db')) && !existsSync(join(empty, 'none')), 'migrate makes a laboratory');
  equal(run('begin', '--data', empty).status, 0);
  equal(run('db', 'migrate', '--data', empty).status, 0);
  equal(run('figures', '--data', empty).status, 0);
  rmSync(empty, { recursive: true, force: true });
});
await test('a database somebody has been at is told with what to do, by all who open it', async () => {
  const odd = copy(), at = ['--data', odd], oneLine = /^essaim: [^\n]+\n$/;
  query(odd, 'ALTER TABLE directory_person ADD COLUMN odd INTEGER');
  const served = await serve({ data: odd });
  await served.stop();
  match(served.log(), /tables are not as the program makes them.*directory_person: the column odd is not ours/);
  match(run('db', 'check', ...at).stderr, /\nessaim: 1 differences between tables and program: mend them there, or restore/);
  query(odd, 'ALTER TABLE core_setting RENAME COLUMN value TO gone');
  for (const args of [['db', 'migrate'], ['begin'], ['db', 'check'], ['user', 'list']]) {
    const r = run(...args, ...at);
    equal(r.status, 1, args.join(' '));
    const said = r.stderr.split('\n').filter((line) => line && !line.startsWith('{')).join('\n') + '\n';
    match(said, oneLine);
    match(said, /is not as this program makes it \(core_setting: the column value is missing\): mend that there, or restore the last good backup/, args.join(' '));
  }
  match(run('doctor', ...at).stdout, /fail {2}database .*core_setting: the column value is missing\): mend that there/);
  drop(odd);
});
await test('wrong use is 2 and says how, also where there is no laboratory', () => {
  for (const name of ['db', 'journal', 'user', 'token', 'export', 'import', 'backup', 'restore', 'move', 'completion']) {
    const r = run(name, '--data', join(tmpdir(), 'essaim-is-not-there'));
    equal(r.status, 2, name);
    match(r.stderr, new RegExp(`^essaim: ${name} [^\\n]+\\n$`));
  }
  for (const args of [[], ['nothing'], ['export'], ['export', 'nothing'], ['figures', '--year', 'x'],
    ['user', 'add', 'x'], ['--nothing'], ['journal'], ['db', 'burn']]) {
    const r = run(...args, ...(args.length ? ['--data', server.folder] : []));
    ok(r.status === 2 || r.status === 1, `${args.join(' ')}: ${r.status}`);
    ok(r.stderr.trim(), `${args.join(' ')} says nothing`);
  }
  for (const name of ['serve', 'import', 'figures']) equal(run(name, '--help').status, 0);
});
await test('help is there by either name, and says what each flag of a command is for', () => {
  equal(run('help').stdout, run('--help').stdout);
  equal(run('help').status, 0);
  for (const [, name] of run('help').stdout.matchAll(/^  essaim (\S+)/gm)) {
    const said = run(name, '--help').stdout || run('help', ...name.split(' ')).stdout;
    const usage = said.split('\n')[0];
    for (const [, flag] of usage.matchAll(/--([a-z-]+)/g))
      ok(new RegExp(`^  --${flag} +\\S`, 'm').test(said) || /^(listen|db)$/.test(flag), `${name}: --${flag}`);
    for (const [, flag] of said.matchAll(/^  --([a-z-]+)/gm))
      ok(new RegExp(`--${flag}\\b(?!-)`).test(usage) || flag === 'data' || (flag === 'db' && name !== 'move'), `${name} takes no --${flag}`);
  }
  match(run('help', 'db').stdout, /^ {2}--db +\S/m);
  match(run('help', 'move').stdout, /a place is sqlite:DIR or postgresql:/);
  match(run('help', 'import').stdout, /--dry-run +checks everything and writes nothing/);
  equal(run('help', 'nothing').status, 2);
});
