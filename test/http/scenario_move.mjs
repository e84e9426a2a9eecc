// From a file to PostgreSQL and back: everything, once, proven; whatever is in
// the way is one line, and nothing is made.
import { test, equal, ok, match, serve, copy, drop, query, essaim, run, program, onPostgres } from './lib.mjs';
import { spawn, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const place = mkdtempSync(join(tmpdir(), 'essaim-move-'));
const made = [];
process.on('exit', () => {
  for (const name of made) sql(process.env.ESSAIM_TEST_DB, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  rmSync(place, { recursive: true, force: true });
});
const at = (name) => join(place, name);
function sql(url, ...commands) {
  return execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', url,
    ...commands.flatMap((c) => ['-c', c])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
const lite = (folder, text) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(folder, 'essaim.db'), text],
  { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const urlOf = (name) => Object.assign(new URL(process.env.ESSAIM_TEST_DB), { pathname: `/${name}` }).href;
function database() {
  const name = `essaim_move_${process.pid}_${made.length}`;
  sql(process.env.ESSAIM_TEST_DB, `CREATE DATABASE ${name}`);
  made.push(name);
  return urlOf(name);
}
const move = (from, to, ...more) => run('move', '--from', from, '--to', to, ...more);
function moved(r, what) {
  equal(r.status, 0, `${what}: ${r.stderr}`);
  match(r.stdout, /tables with \d+ rows.*proven/, what);
}
function oneLine(r, said, what) {
  equal(r.status, 1, `${what}: ${r.status} ${r.stdout}`);
  match(r.stderr, /^essaim: [^\n]+\n$/, what);
  match(r.stderr, said, what);
}
// Figures, rows and the tree of the journal.
function told(...data) {
  equal(essaim('db', 'check', ...data), 'tables and program agree\n');
  return [essaim('figures', '--format', 'json', ...data), essaim('journal', 'verify', ...data),
    ...['project', 'school', 'organisation', 'person', 'policy'].map((e) => essaim('export', e, '--format', 'json', ...data))];
}
async function pages(folder) {
  const server = await serve({ data: folder });
  try {
    const who = await server.as('admin');
    const all = [];
    for (const path of ['/projets.csv', '/etablissements.csv?q=ecole', '/projets.json', '/organisations.csv', '/chiffres.csv'])
      all.push((await who.get(path)).text);
    return all;
  } finally { await server.stop(); }
}

const rows = (folder, table) => lite(folder, `SELECT * FROM ${table} ORDER BY 1, 2`);

// A laboratory in a file: the demonstration, and what is hard to carry.
const source = at('source');
if (onPostgres) {
  const folder = copy();
  moved(move(query(folder, 'SELECT 1') && /^db = (.*)$/m.exec(readFileSync(join(folder, 'essaim.conf'), 'utf8'))[1],
    `sqlite:${source}`, '--data', folder), 'the demonstration into a file');
  drop(folder);
} else {
  copy(source);
}
lite(source, `INSERT INTO core_setting (name, value) VALUES ('', ''), ('a\tb\\n', '\\N'), ('É', printf('%.*c', 2000000, 'é')),
    ('😀', char(10) || 'x' || char(13)), ('z', '${'0'.repeat(20)}');
  INSERT INTO core_snapshot (figure, from_day, to_day, bassin, value, query, digest, at, person)
    VALUES ('x', -5, 9007199254740993, NULL, 0.1 + 0.2, '', '', -1, 0), ('x', 0, 0, 9223372036854775807, -1e300, 'q', 'd', 0, 0),
    ('x', 0, 0, 1, 5e-324, 'q', 'd', 0, 0), ('x', 0, 0, 1, -0.0, 'q', 'd', 0, 0);
  DELETE FROM core_snapshot WHERE value = 5e-324;
  INSERT INTO core_snapshot (id, figure, from_day, to_day, query, digest, at, person) VALUES (900, 'y', 0, 0, '', '', 0, 0);
  DELETE FROM core_snapshot WHERE id = 900;`);
const file = `sqlite:${source}`;
await (await serve({ data: source })).stop(); // seals what waits
const before = told('--data', source);

await test('into another folder: rows, files and keys; a second time is refused', () => {
  moved(move(file, `sqlite:${at('other')}`), 'file to file');
  equal(told('--data', at('other')).join('\n') === before.join('\n'), true, 'other bytes');
  const files = (folder) => execFileSync('sh', ['-c', 'find . -type f ! -name "essaim.*" -exec sha256sum {} + | sort -k2'],
    { cwd: folder, encoding: 'utf8' });
  equal(files(at('other')), files(source));
  equal(lite(at('other'), "SELECT seq FROM sqlite_sequence WHERE name = 'core_snapshot'"), '900');
  const was = readFileSync(join(at('other'), 'essaim.db'));
  oneLine(move(file, `sqlite:${at('other')}`), /holds something already/, 'again');
  equal(Buffer.compare(readFileSync(join(at('other'), 'essaim.db')), was), 0);
});
await test('what is wrong is one line, and nothing is made', async () => {
  oneLine(move(`sqlite:${at('absent')}`, `sqlite:${at('n')}`), /no database/, 'no source');
  oneLine(move(file, file), /the same database/, 'the same');
  const left = at('left');
  cpSync(source, left, { recursive: true });
  writeFileSync(join(left, 'essaim.conf'), 'db = postgresql://x:secret@127.0.0.1:9/x\n');
  oneLine(move(`sqlite:${left}`, `sqlite:${at('n')}`), /its rows are in postgresql:\/\/127.0.0.1:9\/x: move from there/, 'left behind');
  ok(!existsSync(at('n')));
  oneLine(move(file, 'postgresql://127.0.0.1:9/x?connect_timeout=2'), /does not answer/, 'unreachable');
  oneLine(move(file, 'postgresql://127.0.0.1:9/x?connect_timeout=abc'), /connect_timeout is a number of seconds/, 'no seconds');
  oneLine(move('postgresql://127.0.0.1:9/x?connect_timeout=2', `sqlite:${at('n')}`), /does not answer/, 'unreachable source');
  // One that lets us in and says nothing; in a process of its own, for run waits.
  const silent = spawn(process.execPath, ['-e', "require('net').createServer(() => {}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })"]);
  try {
    const port = await new Promise((done) => silent.stdout.once('data', (d) => done(Number(d))));
    oneLine(move(file, `postgresql://127.0.0.1:${port}/x?connect_timeout=2`), /does not answer \(timeout expired\)/, 'silent');
    const began = Date.now();
    oneLine(move(file, `postgresql://127.0.0.1:9,127.0.0.1:${port}/x?sslmode=disable`),
      new RegExp(`port 9 failed: [^;]*refused; [^;]*port ${port} failed: timeout expired`), 'each its reason');
    ok(Date.now() - began < 5000, `${Date.now() - began} ms`);
  } finally { silent.kill(); }
  equal(run('move', '--from', file).status, 2);
  equal(run('move', '--from', source, '--to', file).status, 2);
  ok(!existsSync(at('n')), 'something was made');
  lite(source, "CREATE TABLE letter (x)");
  oneLine(move(file, `sqlite:${at('n')}`), /letter/, 'a table of others');
  ok(!existsSync(at('n')), 'a folder is left');
  lite(source, 'DROP TABLE letter');
});
await test('a folder with another key is refused before any row goes', async () => {
  const server = await serve({ data: source });
  await server.as('admin');
  await server.stop();
  ok(existsSync(join(source, 'journal.key')));
  mkdirSync(at('foreign'));
  writeFileSync(join(at('foreign'), 'journal.key'), 'another');
  oneLine(move(file, `sqlite:${at('foreign')}`), /has another journal\.key/, 'foreign');
  equal(lite(at('foreign'), "SELECT count(*) FROM sqlite_schema"), '0');
});
await test('while a server has the source it is refused', async () => {
  const server = await serve({ data: source });
  try { oneLine(move(file, `sqlite:${at('busy')}`), /in use by another Essaim/, 'served'); } finally { await server.stop(); }
  ok(!existsSync(at('busy')), 'a folder is left');
});

if (onPostgres) {
  const url = database();
  await test('to PostgreSQL and back: the same figures, lists and journal, byte for byte', async () => {
    const start = told('--data', source);
    moved(move(file, url), 'to PostgreSQL');
    equal(told('--data', source, '--db', url).join('\n') === start.join('\n'), true, 'other bytes on PostgreSQL');
    oneLine(move(file, url), /holds something already/, 'again');
    moved(move(url, `sqlite:${at('back')}`, '--data', source), 'back');
    equal(told('--data', at('back')).join('\n') === start.join('\n'), true, 'other bytes after the way back');
    for (const table of ['core_setting', 'core_snapshot', 'core_history', 'core_journal', 'core_leaf', 'core_head', 'auth_account'])
      ok(rows(at('back'), table) === rows(source, table), `${table} differs`);
    const [one, other] = [await pages(at('back')), await (async () => {
      cpSync(source, at('pg'), { recursive: true });
      writeFileSync(join(at('pg'), 'essaim.conf'), `db = ${url}\n`);
      return pages(at('pg'));
    })()];
    equal(one.join('\n') === other.join('\n'), true, 'pages differ');
  });
  await test('who owns the database and nothing else moves without a warning', () => {
    const to = database(), name = new URL(to).pathname.slice(1), owner = `${name}_owner`;
    sql(process.env.ESSAIM_TEST_DB, `CREATE ROLE ${owner} LOGIN PASSWORD 'x'`, `ALTER DATABASE ${name} OWNER TO ${owner}`);
    sql(to, `ALTER SCHEMA public OWNER TO ${owner}`);
    const r = move(file, `${to}${to.includes('?') ? '&' : '?'}user=${owner}&password=x`);
    moved(r, 'by its owner');
    equal(r.stderr, '');
    ok(Number(sql(to, "SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND tablename = 'directory_school'")) > 0, 'not analysed');
    sql(process.env.ESSAIM_TEST_DB, `DROP DATABASE ${name} WITH (FORCE)`, `DROP ROLE ${owner}`);
  });
  await test('no id comes twice, and the journal goes on', async () => {
    equal(sql(url, "SELECT nextval(pg_get_serial_sequence('core_snapshot', 'id'))"), '901');
    equal(lite(at('back'), "SELECT seq FROM sqlite_sequence WHERE name = 'core_snapshot'"), '900');
    match(essaim('journal', 'verify', '--data', at('pg')), /all as sealed/);
    match(essaim('journal', 'verify', '--data', at('back')), /all as sealed/);
  });
  await test('without the folder it says which files must come too, and so do verify and doctor', () => {
    const bare = at('bare');
    const r = run('move', '--from', url, '--to', `sqlite:${bare}`);
    moved(r, 'without --data');
    match(r.stdout, /journal\.key and files\/ too/);
    for (const command of [['journal', 'verify'], ['doctor']]) {
      const said = run(...command, '--data', bare);
      equal(said.status, 1);
      match(said.stdout + said.stderr, /the key is missing: put at .*bare\/journal\.key/);
    }
    ok(!existsSync(join(bare, 'journal.key')), 'a key was made');
    cpSync(join(source, 'journal.key'), join(bare, 'journal.key'));
    match(essaim('journal', 'verify', '--data', bare), /all as sealed/);
  });
  await test('one never sealed and without its folder makes no key in the other', () => {
    const never = database(), own = at('never'), to = at('never-to');
    essaim('begin', '--data', own, '--db', never);
    essaim('user', 'add', 'a@b.fr', 'A', 'admin', '--password', 'long enough 12', '--data', own, '--db', never);
    oneLine(move(never, `sqlite:${to}`), /key is in the data folder that is served with it, or is made there: name that one with --data/, 'never sealed');
    ok(!existsSync(to) && !existsSync(join(own, 'journal.key')), 'something was made');
    moved(move(never, `sqlite:${to}`, '--data', own), 'with its folder');
    essaim('backup', at('never.backup'), '--data', own, '--db', never);
    match(essaim('journal', 'verify', '--data', to), /all as sealed/);
  });
  await test('while a server has PostgreSQL it is refused, as source and as target', async () => {
    const server = await serve({ data: at('pg') });
    try {
      oneLine(move(url, `sqlite:${at('busy2')}`), /in use by another Essaim/, 'source');
      oneLine(move(`sqlite:${at('back')}`, url), /in use by another Essaim/, 'target');
    } finally { await server.stop(); }
  });
  await test('a line that waits below a sealed one is sealed before it goes', async () => {
    const line = (id) => sql(url, `INSERT INTO core_journal (id, at, person, entity, row_id, what, detail, salt)
      VALUES (${id}, 1, 0, 'core', 0, 'x', '', 'ab')`);
    line(1000);
    match(essaim('journal', 'verify', '--data', at('pg')), /all as sealed/);
    line(500);
    // Who still writes, in any database of the server, holds up what may be sealed.
    const writer = spawn('psql', [database(), '-c', 'BEGIN; SELECT pg_current_xact_id(); SELECT pg_sleep(4); COMMIT'], { stdio: 'ignore' });
    await sleep(1000);
    line(501);
    moved(move(url, `sqlite:${at('sealed')}`, '--data', at('pg')), 'with an open line');
    equal(lite(at('sealed'), 'SELECT line FROM core_leaf ORDER BY seq DESC LIMIT 1'), '501');
    match(essaim('journal', 'verify', '--data', at('sealed')), /all as sealed/);
  });

  // Large enough to be caught in the middle.
  cpSync(source, at('large'), { recursive: true });
  lite(at('large'), `PRAGMA synchronous = OFF; INSERT INTO core_setting (name, value) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
    SELECT i + 1 FROM n WHERE i < 100000) SELECT 'large ' || i, hex(randomblob(100)) FROM n;`);
  const large = told('--data', at('large')).join('\n');
  // Starts it, and kills it when the target has noted a table or two.
  async function killed(from, to, noted) {
    const child = spawn(program, ['move', '--from', from, '--to', to, '--data', at('large')], { stdio: 'ignore' });
    let gone = false;
    const end = new Promise((done) => child.on('exit', () => { gone = true; done(); }));
    for (let i = 0; !gone && i < 2000; i++) {
      let n = 0;
      try { n = Number(noted()); } catch { /* not there yet */ }
      if (n > 2) break;
      await sleep(5);
    }
    child.kill('SIGKILL');
    await end;
  }
  const count = 'SELECT count(*) FROM core_moving';
  await test('killed on the way to PostgreSQL: not served, resumed, never twice', async () => {
    const to = database();
    await killed(`sqlite:${at('large')}`, to, () => sql(to, count));
    oneLine(run('db', 'check', '--data', at('large'), '--db', to), /half of a move/, 'check');
    const served = run('serve', '--data', at('large'), '--db', to, '--listen', '127.0.0.1:0');
    equal(served.status, 1);
    match(served.stderr, /(^|\n)essaim: [^\n]*half of a move[^\n]*\n$/, 'serve');
    oneLine(move(file, to), /half of a move from .*large/, 'another source');
    const r = move(`sqlite:${at('large')}`, to);
    moved(r, 'again');
    match(r.stdout, /were there from before/);
    equal(told('--data', at('large'), '--db', to).join('\n') === large, true);
    equal(sql(to, 'SELECT count(*) FROM core_setting'), lite(at('large'), 'SELECT count(*) FROM core_setting'));
    // And the way back, killed too.
    await killed(to, `sqlite:${at('large2')}`, () => lite(at('large2'), count));
    oneLine(run('db', 'check', '--data', at('large2')), /half of a move/, 'half a file');
    const again = move(to, `sqlite:${at('large2')}`, '--data', at('large'));
    moved(again, 'back again');
    match(again.stdout, /were there from before/);
    equal(told('--data', at('large2')).join('\n') === large, true);
  });
  await test('what changed in the source since is moved anew', async () => {
    const to = database();
    await killed(`sqlite:${at('large')}`, to, () => sql(to, count));
    lite(at('large'), "UPDATE auth_account SET email = 'x' || email");
    const r = move(`sqlite:${at('large')}`, to);
    moved(r, 'again');
    ok(!/from before/.test(r.stdout), 'an old table was kept');
    equal(sql(to, 'SELECT email FROM auth_account ORDER BY person'), lite(at('large'), 'SELECT email FROM auth_account ORDER BY person'));
  });
  await test('a row that comes otherwise is found, and the target is not served', () => {
    const to = database();
    essaim('db', 'migrate', '--data', source, '--db', to);
    oneLine(move(file, to), /holds something already \(core_setting\)/, 'a database that has its key');
    sql(to, 'DELETE FROM core_setting');
    sql(to, `CREATE FUNCTION bend() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.value := NEW.value || ''x''; RETURN NEW; END'`,
      'CREATE TRIGGER bend BEFORE INSERT ON core_setting FOR EACH ROW EXECUTE FUNCTION bend()');
    oneLine(move(file, to), /core_setting is not the same/, 'bent');
    oneLine(run('db', 'check', '--data', source, '--db', to), /half of a move/, 'check');
  });
  await test('a column of somebody else’s is named with its side, and the same call ends once it is gone', () => {
    const to = database(), odd = at('odd');
    cpSync(source, odd, { recursive: true });
    lite(odd, 'ALTER TABLE core_setting ADD COLUMN strange INTEGER');
    const call = () => move(`sqlite:${odd}`, to);
    const key = () => existsSync(join(odd, 'journal.key')) && readFileSync(join(odd, 'journal.key')).toString('hex');
    const before = [key(), lite(odd, 'SELECT count(*) FROM core_leaf')].join();
    oneLine(call(), /core_setting: the column strange is not ours/, 'in the source');
    equal([key(), lite(odd, 'SELECT count(*) FROM core_leaf')].join(), before, 'what was refused sealed');
    mkdirSync(at('empty'));
    oneLine(move(`sqlite:${odd}`, `sqlite:${at('empty')}`), /core_setting: the column strange is not ours/, 'to a folder that is there');
    equal(readdirSync(at('empty')).join(), '', 'something was left');
    lite(odd, 'ALTER TABLE core_setting DROP COLUMN strange');
    essaim('db', 'migrate', '--data', source, '--db', to);
    sql(to, 'DELETE FROM core_setting', 'ALTER TABLE core_setting ADD COLUMN other int');
    oneLine(call(), /core_setting has a column other in the target that no Essaim made: drop it there/, 'in the target');
    sql(to, 'ALTER TABLE core_setting DROP COLUMN other', 'ALTER TABLE core_setting RENAME COLUMN value TO gone');
    oneLine(call(), /core_setting has a column gone in the target/, 'renamed');
    sql(to, 'ALTER TABLE core_setting DROP COLUMN gone');
    oneLine(call(), /core_setting lacks its column value in the target: empty the target/, 'lost');
    sql(to, 'ALTER TABLE core_setting ADD COLUMN value text');
    moved(call(), 'mended');
  });
  await test('half a target that was altered since is refused at once, and as db check refuses it', async () => {
    const to = database(), from = `sqlite:${at('large')}`;
    await killed(from, to, () => sql(to, count));
    sql(to, 'CREATE TABLE public.letter (x int)', 'INSERT INTO letter VALUES (1)');
    oneLine(move(from, to), /the target is not as this program makes it \(the table letter is not ours\): mend that or empty it/, 'a table');
    // Not even ours to read.
    const owner = `${new URL(to).pathname.slice(1)}_owner`;
    sql(to, `CREATE ROLE ${owner} LOGIN PASSWORD 'x'`, `GRANT CREATE, USAGE ON SCHEMA public TO ${owner}`,
      ...sql(to, `SELECT format('ALTER TABLE %I OWNER TO ${owner}', tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'letter'`).split('\n'));
    oneLine(move(from, `${to}${to.includes('?') ? '&' : '?'}user=${owner}&password=x`), /not as this program makes it \(the table letter/, 'of another');
    sql(to, 'DROP TABLE letter', 'ALTER TABLE directory_area ALTER COLUMN kind TYPE varchar');
    oneLine(move(from, to), /not as this program makes it \(directory_area\.kind: the type is character varying, not TEXT/, 'a type');
    sql(to, `REASSIGN OWNED BY ${owner} TO CURRENT_USER`, `DROP OWNED BY ${owner}`, `DROP ROLE ${owner}`);
  });
  await test('what alters the target while it is moved is found at its end', async () => {
    const to = database();
    essaim('db', 'migrate', '--data', source, '--db', to);
    sql(to, 'DELETE FROM core_setting', `CREATE FUNCTION adds() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN CREATE TABLE letter (x int); RETURN NULL; END'`,
      'CREATE TRIGGER adds AFTER INSERT ON core_setting FOR EACH STATEMENT EXECUTE FUNCTION adds()');
    oneLine(move(file, to), /the table letter is not ours/, 'at the end');
    oneLine(run('db', 'check', '--data', source, '--db', to), /half of a move/, 'check');
  });
  await test('a value that PostgreSQL cannot hold is named', () => {
    cpSync(source, at('nul'), { recursive: true });
    lite(at('nul'), "UPDATE core_setting SET value = CAST(x'410042' AS TEXT) WHERE name = 'z'");
    oneLine(move(`sqlite:${at('nul')}`, database()), /core_setting: .*0x00.*: mend that, then call the same again/, 'a NUL');
  });
}
