// A database that will not do: one line that says what to do, no change made, and no
// password told. On a server that speaks French, as Debian's does where its administrator
// does: nothing may hang on what it says.
import { test, equal, ok, match, copy, drop, essaim, program, onPostgres } from './lib.mjs';
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterIn, sh } from '../postgres.mjs';

const place = mkdtempSync(join(tmpdir(), 'essaim-places-'));
let own;
process.on('exit', () => {
  try { own?.stop(); } finally { rmSync(place, { recursive: true, force: true }); }
});
const at = (name) => join(place, name);

// A proxy in this process may be asked meanwhile.
async function command(words, env = {}) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PGPASSWORD: '', HOME: at('home'), ESSAIM_SLOW_MS: '0', ...env } });
  let out = '', err = '';
  child.stdout.on('data', (d) => { out += d; });
  child.stderr.on('data', (d) => { err += d; });
  const code = await new Promise((done) => child.on('close', done));
  return { code, out, err };
}
const serving = (url) => ['serve', '--data', at('lab'), '--listen', '127.0.0.1:0', '--db', url];
async function oneLine(words, said, what, env) {
  const r = await command(words, env);
  equal(r.code, 1, `${what}: ${r.code} ${r.out}${r.err}`);
  match(r.err, /^essaim: [^\n]+\n$/, `${what}: ${r.err}`);
  match(r.err, said, `${what}: ${r.err}`);
  equal(r.out, '', what);
  ok(!/geheim/.test(r.err), `${what}: a password is told: ${r.err}`);
}

// Another language of the server, made where its source is: "locales" brings both.
function french() {
  mkdirSync(at('locales'));
  sh(`localedef --no-archive -i fr_FR -f UTF-8 ${at('locales')}/fr_FR.UTF-8`);
  return { env: { LOCPATH: at('locales') }, init: '--locale=C --lc-messages=fr_FR.UTF-8' };
}

if (!onPostgres) await test('places that will not do', (skip) => skip('on PostgreSQL'));
else {
  let spoken = {};
  try { spoken = french(); } catch { /* told below */ }
  mkdirSync(at('home'));
  own = clusterIn(place, spoken);
  own.make('main', "listen_addresses = '127.0.0.1'\nmax_connections = 40");
  own.start('main');
  own.sql('postgres', "CREATE ROLE lab LOGIN PASSWORD 'geheim-1'", "CREATE ROLE full_up LOGIN PASSWORD 'geheim-1' CONNECTION LIMIT 0",
    'CREATE DATABASE lab OWNER lab', 'CREATE DATABASE theirs', 'CREATE DATABASE other OWNER lab', 'CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0');
  own.sql('other', 'CREATE TABLE letter (x integer)');
  const url = (name, who = 'lab:geheim-1', port = own.port) => `postgresql://${who}@127.0.0.1:${port}/${name}`;
  const tables = (name) => own.sql(name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
  const demo = copy();
  mkdirSync(at('lab'));

  await test('the server speaks French', (skip) => {
    if (!spoken.env) return skip('no source of French locales');
    equal(own.sql('postgres', 'SHOW lc_messages'), 'fr_FR.UTF-8');
  });
  await test('an address that cannot be read, or hides a password in its database', async () => {
    for (const bad of ['lab:geheim/1@127.0.0.1/lab', 'lab:5432/geheim@127.0.0.1/lab', 'lab:a@geheim@127.0.0.1/lab', 'lab:geheim/lab', 'lab:geheim@[::1/lab'])
      await oneLine(serving(`postgresql://${bad}`), /address cannot be read .*write postgresql:/, bad);
  });
  await test('no server, no database, no user, no password, a wrong one, no connection left', async () => {
    await oneLine(serving(url('lab', 'lab:geheim-1', 9)), /does not answer .*see that the server runs/, 'unreachable');
    await oneLine(serving(url('absent')), /absent is not there .*make it with createdb/, 'absent');
    await oneLine(serving(url('lab', 'lab')), /asks for a password: put it in ~\/\.pgpass.*chmod 600/, 'none');
    await oneLine(serving(url('lab', 'lab:geheim-2')), /refuses us .*\.pgpass or PGPASSWORD/, 'wrong');
    await oneLine(serving(url('lab', 'lab')), /refuses us .*\.pgpass or PGPASSWORD/, 'wrong in PGPASSWORD', { PGPASSWORD: 'geheim-2' });
    await oneLine(serving(url('lab', 'nobody:geheim-1')), /refuses us /, 'no such user');
    await oneLine(serving(url('lab', 'full_up:geheim-1')), /has no connection left .*max_connections/, 'no connection');
  });
  await test('a file of passwords that others may read is told in the same line', async () => {
    const file = join(at('home'), '.pgpass');
    writeFileSync(file, '127.0.0.1:*:*:lab:geheim-1\n', { mode: 0o644 });
    await oneLine(serving(url('lab', 'lab')), /asks for a password: put it in ~\/\.pgpass.*chmod 600/, 'mode 644');
    await oneLine(serving(url('lab', 'lab')), /asks for a password: .*chmod 600/, 'named', { PGPASSFILE: file, HOME: '/' });
    chmodSync(file, 0o600);
    await oneLine(serving(url('lab', 'lab')), /lab is empty: run essaim begin/, 'mode 600');
    await oneLine(serving(url('lab', 'lab')), /lab is empty: run essaim begin/, 'named', { PGPASSFILE: file, HOME: '/' });
    rmSync(file);
  });
  await test('a server that is read-only, too old, or writes otherwise', async () => {
    await oneLine(['begin', '--data', at('lab'), '--db', `${url('lab')}?options=-cdefault_transaction_read_only%3Don`], /can only be read/, 'read-only');
    const twice = new URL(url('lab'));
    await oneLine(['begin', '--data', at('lab'), '--db', `${url('lab').replace(twice.host, `${twice.host},${twice.host}`)}?options=-cdefault_transaction_read_only%3Don`],
      /target_session_attrs=read-write in the address finds it/, 'the wrong one of several');
    await oneLine(['begin', '--data', at('lab'), '--db', url('latin')], /not written in UTF-8: .*createdb/, 'LATIN1');
    const old = await older(own.port);
    await oneLine(['begin', '--data', at('lab'), '--db', `${url('lab', undefined, old)}?sslmode=disable`], /is PostgreSQL 13: install 15 or a later one/, 'too old');
    equal(tables('lab'), '0');
  });
  await test('an empty database: serve makes nothing there; one of somebody else stays as it is', async () => {
    await oneLine(serving(url('lab')), /lab is empty: run essaim begin/, 'empty');
    await oneLine(['db', 'check', '--data', at('lab'), '--db', url('lab')], /lab is empty: run essaim begin/, 'empty');
    await oneLine(['move', '--from', url('lab'), '--to', `sqlite:${at('out')}`], /lab is empty: run essaim begin/, 'an empty source');
    for (const words of [serving(url('other')), ['begin', '--data', at('lab'), '--db', url('other')], ['db', 'migrate', '--data', at('lab'), '--db', url('other')],
      ['db', 'check', '--data', at('lab'), '--db', url('other')], ['move', '--from', `sqlite:${at('file')}`, '--to', url('other')]]) {
      if (words[0] === 'move' && !existsSync(at('file'))) await inFile();
      await oneLine(words, /other holds tables of another program: name an empty one/, words[0]);
    }
    for (const words of [['begin', '--data', at('lab'), '--db', url('theirs')], ['move', '--from', `sqlite:${at('file')}`, '--to', url('theirs')]])
      await oneLine(words, /theirs lets its user make or change no tables: .*ALTER DATABASE/, words[0]);
    ok(!existsSync(at('out')), 'a folder is left');
    await oneLine(['begin', '--data', at('out'), '--db', url('other')], /name an empty one/, 'begin in a folder that is not there');
    ok(!existsSync(at('out')), 'begin leaves a folder');
    equal([tables('lab'), tables('other'), tables('theirs')].join(), '0,1,0');
  });
  await test('empty is what holds nothing, but for what extensions bring', async () => {
    const wordsFor = (name) => [['begin', '--data', at('lab'), '--db', url(name)], ['move', '--from', `sqlite:${at('file')}`, '--to', url(name)]];
    for (const [thing, said] of [['VIEW v AS SELECT 1 AS x', 'views'], ['MATERIALIZED VIEW m AS SELECT 1 AS x', 'views'], ['SEQUENCE s', 'sequences'],
      ["FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'", 'functions'], ['SCHEMA essaim CREATE TABLE core_meta (x integer)', 'the tables, in its schema essaim,']]) {
      own.sql('postgres', 'DROP DATABASE IF EXISTS held WITH (FORCE)', 'CREATE DATABASE held OWNER lab');
      own.sql('held', `CREATE ${thing}`);
      for (const words of wordsFor('held')) await oneLine(words, new RegExp(`held holds ${said} of another program: name an empty one`), thing);
      equal(tables('held'), '0');
    }
    own.sql('postgres', 'DROP DATABASE held WITH (FORCE)', 'CREATE DATABASE held OWNER lab');
    own.sql('held', 'CREATE EXTENSION pg_trgm', 'CREATE EXTENSION pg_buffercache'); // functions, and a view
    const r = await command(wordsFor('held')[1]);
    equal(r.code, 0, r.err);
    own.sql('postgres', 'DROP DATABASE held WITH (FORCE)');
  });
  await test('db migrate gives an empty database its tables, and says that nobody is there', async () => {
    const r = await command(['db', 'migrate', '--data', at('lab'), '--db', url('lab')]);
    equal(r.code, 0, r.err);
    match(r.out, /\/lab holds nobody yet: essaim begin/);
    equal((await command(['db', 'check', '--data', at('lab'), '--db', url('lab')])).out, 'tables and program agree\n');
  });
  await test('an Essaim of another user; and begin says where its rows are from now on', async () => {
    own.sql('postgres', "CREATE ROLE other_lab LOGIN PASSWORD 'geheim-1'");
    for (const words of [['begin', '--data', at('out'), '--db', url('lab', 'other_lab:geheim-1')], ['user', 'list', '--data', at('lab'), '--db', url('lab', 'other_lab:geheim-1')]])
      await oneLine(words, /\/lab has an Essaim that its user may not read: name the owner/, words[0]);
    const r = await command(['begin', '--data', at('lab'), '--db', url('lab')]);
    equal(r.code, 0, r.err);
    ok(r.out.endsWith(`\nPut this line into ${at('lab')}/essaim.conf and serve that folder:\ndb = ${url('lab', 'lab')}\n`), r.out);
    await oneLine(['user', 'list', '--data', at('lab')], /there is no \S+\/essaim\.db: name another folder with --data, or with --db the server/, 'who forgot it');
  });
  await test('a database of a newer Essaim', async () => {
    own.sql('lab', "UPDATE core_meta SET value = value + 1000 WHERE name = 'schema'");
    for (const words of [serving(url('lab')), ['db', 'migrate', '--data', at('lab'), '--db', url('lab')], ['move', '--from', url('lab'), '--to', `sqlite:${at('out')}`]])
      await oneLine(words, /\/lab is of a newer Essaim .*install that version/, words[0]);
    ok(!existsSync(at('out')), 'a folder is left');
  });
  await test('a restore that was killed is told as a restore, and goes on', async () => {
    own.sql('postgres', 'DROP DATABASE lab WITH (FORCE)', 'CREATE DATABASE lab OWNER lab');
    essaim('backup', at('kept'), '--data', at('file'));
    const words = ['restore', at('kept'), '--data', at('again'), '--db', url('lab')];
    const killed = async (count) => {
      const child = spawn(program, words, { stdio: 'ignore' });
      const end = new Promise((done) => child.on('exit', done));
      let noted = 0;
      for (let i = 0; noted < 3 && child.exitCode === null && i < 3000; i++, await sleep(2)) {
        try { noted = Number(own.sql('lab', count)); } catch { /* not there yet */ }
      }
      child.kill('SIGKILL');
      await end;
    };
    await killed('SELECT count(*) FROM core_moving');
    await oneLine(serving(url('lab')), /lab is half of a restore that did not end: call the same essaim restore again/, 'half');
    await oneLine(['move', '--from', `sqlite:${at('file')}`, '--to', url('lab')], /is half of a restore from .*again.*: call that one again/, 'a move into it');
    await oneLine(words, /again\/restoring is of a restore that did not end: remove/, 'its folder');
    rmSync(at('again'), { recursive: true });
    // Another backup, as it were: what is there is not its own, and all begins anew.
    own.sql('lab', "UPDATE core_moving SET digest = 'other' WHERE digest NOT IN ('', (SELECT digest FROM core_moving WHERE name = ''))");
    await killed("SELECT CASE WHEN EXISTS (SELECT 1 FROM core_moving WHERE digest = 'other') THEN 0 ELSE 3 END");
    await oneLine(serving(url('lab')), /lab is half of a restore that did not end/, 'begun anew');
    rmSync(at('again'), { recursive: true });
    const r = await command(words);
    equal(r.code, 0, r.err);
    equal((await command(['db', 'check', '--data', at('again'), '--db', url('lab')])).out, 'tables and program agree\n');
  });
  await test('a server lost on the way: one line that says what to do, and the same again does it', async () => {
    // So long that it is met on its way.
    const long = "INSERT INTO core_setting (name, value) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
      + " SELECT i + 1 FROM n WHERE i < 300000) SELECT 'long ' || i, hex(randomblob(100)) FROM n";
    cpSync(at('file'), at('long'), { recursive: true });
    sh(`sqlite3 ${at('long')}/essaim.db "PRAGMA synchronous = OFF; ${long}"`);
    essaim('backup', at('long.tar'), '--data', at('long'));
    const lost = async (words, name) => {
      own.sql('postgres', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name} OWNER lab`);
      const running = command(words);
      for (let i = 0, there = ''; there !== 't' && i < 3000; i++, await sleep(2))
        there = own.sql(name, "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%core_setting%')");
      own.crash();
      const r = await running;
      equal(r.code, 1, r.out);
      match(r.err, new RegExp(`^essaim: postgresql:\\S+/${name} does not answer any more \\([^\\n]*\\): see that its server runs, then call the same again\\n$`));
      own.start('main');
      const again = await command(words);
      equal(again.code, 0, again.err);
      equal(again.err, '');
    };
    await lost(['move', '--from', `sqlite:${at('long')}`, '--to', url('lab')], 'lab');
    await lost(['restore', at('long.tar'), '--data', at('long2'), '--db', url('lab2')], 'lab2');
    // The other way round it is the source that is lost.
    const running = command(['move', '--from', url('lab'), '--to', `sqlite:${at('long3')}`, '--data', at('long')]);
    const wal = join(at('long3'), 'essaim.db-wal');
    for (let i = 0; !(existsSync(wal) && statSync(wal).size > 8e6) && i < 3000; i++) await sleep(2);
    own.crash();
    const r = await running;
    equal(r.code, 1, r.out);
    match(r.err, /^essaim: postgresql:\S+ does not answer any more: see that its server runs, then call the same again\n$/);
    own.start('main');
  });
  await test('--db and the two sides of a move are not mixed up', async () => {
    for (const [words, said] of [[['move', '--from', `sqlite:${at('file')}`, '--to', url('lab'), '--db', url('theirs')], /move takes no --db/],
      [['serve', '--data', at('file'), '--to', url('lab')], /--to is for essaim move/], [['move', '--to', url('lab'), '--db', url('theirs')], /move/]]) {
      const r = await command(words);
      equal(r.code, 2, r.err);
      match(r.err, /^essaim: [^\n]+\n$/);
      match(r.err, said);
    }
  });
  drop(demo);

  async function inFile() {
    const from = /^db = (.*)$/m.exec(readFileSync(join(demo, 'essaim.conf'), 'utf8'))[1];
    const r = await command(['move', '--from', from, '--to', `sqlite:${at('file')}`, '--data', demo], { PGPASSWORD: process.env.PGPASSWORD });
    equal(r.code, 0, r.err);
  }
}

// The same server as one of 13 would introduce itself.
async function older(port) {
  const listener = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port });
    const end = () => { client.destroy(); server.destroy(); };
    client.on('data', (d) => server.write(d)).on('error', end).on('close', end);
    server.on('data', (d) => {
      const place = d.indexOf('server_version\0');
      if (place >= 0) d.write('13', place + 15, 'latin1');
      client.write(d);
    }).on('error', end).on('close', end);
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  listener.unref();
  return listener.address().port;
}
