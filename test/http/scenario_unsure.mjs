// The database is lost. Where it goes while it commits, what was asked may be there
// all the same: nobody is told that it is not. Where it is away, it is waited for.
import { test, equal, deepEqual, ok, match, serve, copy, drop, apiOf, query, run, essaim, readable, program, childOf, onPostgres } from './lib.mjs';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Stands before a PostgreSQL server; the answer to a COMMIT of a transaction that
// said `drops` is lost with its connection, after the server has had it. With
// `cuts` all others are lost too, and there are no new ones. While it is `still`
// it takes whoever comes and says nothing more; `stills` sets it so.
async function lossy(place) {
  const url = new URL(place);
  const host = url.searchParams.get('host') || url.hostname || 'localhost';
  const port = Number(url.searchParams.get('port') || url.port || 5432);
  const proxy = { drops: null, cuts: false, away: false, still: false, stills: null };
  const ends = new Set();
  proxy.lose = () => { proxy.away = true; ends.forEach((end) => end()); };
  const listener = createServer((client) => {
    const server = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    let said = '', lost = false;
    const end = () => { client.destroy(); server.destroy(); ends.delete(end); };
    ends.add(end);
    if (proxy.away) { end(); return; }
    client.on('data', (d) => {
      const text = d.toString('latin1');
      said += text;
      if (proxy.stills?.test(said)) proxy.still = true;
      if (proxy.still) return;
      lost ||= Boolean(proxy.drops) && text.includes('COMMIT') && proxy.drops.test(said);
      if (text.includes('COMMIT')) said = '';
      server.write(d);
      if (!lost) return;
      proxy.drops = null;
      setTimeout(() => (proxy.cuts ? proxy.lose() : end()), 300);
    }).on('error', end).on('close', end);
    server.on('data', (d) => { if (!lost && !proxy.still) client.write(d); }).on('error', end).on('close', end);
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  listener.unref();
  const query = new URLSearchParams(url.search);
  query.set('host', '127.0.0.1');
  query.set('port', String(listener.address().port));
  query.set('sslmode', 'disable');
  proxy.url = `postgresql://${url.host && ''}${url.pathname}?${query}`;
  return proxy;
}
const clear = /a mal fonctionné chez nous|Rien n’en est enregistré|Rien n’a été enregistré/;

if (!onPostgres) await test('lost in the commit', (skip) => skip('a file is not lost behind a COMMIT'));
else {
  const folder = copy();
  const conf = join(folder, 'essaim.conf');
  const proxy = await lossy(/^db = (.*)$/m.exec(readFileSync(conf, 'utf8'))[1]);
  // No command beside it takes another way to its database than it has itself.
  let server;
  const api = apiOf({ folder, stranger: () => server.stranger() });
  server = await serve({ data: folder, args: ['--db', proxy.url, '--log', 'logfmt'] });
  const admin = await server.as('admin');

  const there = () => query(folder, "SELECT count(*) FROM directory_organisation WHERE name LIKE 'Peut-être%'");
  const typed = async (name) => {
    const form = await admin.form('/organisations/nouveau', '/organisations');
    return [form, { name, kind: form.controls.find((c) => c.name === 'kind').options.find((o) => o.value).value }];
  };

  await test('a server that is back at once is asked whether it is there', async () => {
    const [form, fields] = await typed('Peut-être un');
    proxy.drops = /INSERT INTO directory_organisation/;
    const r = await admin.submit(form, fields);
    equal(proxy.drops, null, 'nothing was dropped');
    equal(r.status, 303, readable(r.text));
    match(r.location, /^\/organisations\/\d+/);
    equal(there(), '1');
  });
  await test('a form: told that nobody knows, and sent again it is the same row', async () => {
    const [form, fields] = await typed('Peut-être deux');
    Object.assign(proxy, { cuts: true, drops: /INSERT INTO directory_organisation/ });
    const r = await admin.submit(form, fields);
    proxy.away = proxy.cuts = false;
    equal(r.status, 500);
    const said = readable(r.text);
    match(said, /Nous ne savons pas si c’est enregistré/);
    match(said, /C’est peut-être enregistré/);
    match(said, /Peut-être deux/);
    ok(!clear.test(said), said);
    equal(there(), '2');
    equal((await admin.submit(form, fields)).status, 303);
    equal(there(), '2');
  });
  await test('the API says what to do', async () => {
    const body = { uai: '0990077W', name: 'Peut-être', kind: 'college' };
    const headers = { 'idempotency-key': 'unsure-1', 'accept-language': 'fr' };
    Object.assign(proxy, { cuts: true, drops: /INSERT INTO directory_school/ });
    const r = await api('POST', 'school', body, headers);
    proxy.away = proxy.cuts = false;
    equal(r.status, 500, r.text);
    const said = JSON.parse(r.text);
    equal(said.code, 'unsure');
    match(said.detail, /Idempotency-Key/);
    equal((await api('POST', 'school', body, headers)).status, 201);
    equal(query(folder, "SELECT count(*) FROM directory_school WHERE uai = '0990077W'"), '1');
  });
  await test('a server that takes no writes: not ready, nothing is our fault, and it passes', async () => {
    const name = query(folder, 'SELECT current_database()');
    const ready = async () => (await server.stranger().get('/readyz')).text;
    equal(await ready(), 'ready\n');
    query(folder, `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
      'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()'
      + ' AND pid <> pg_backend_pid()');
    equal(await ready(), 'not ready: the database takes no writes\n');
    const [form, fields] = await typed('Peut-être trois');
    const r = await admin.submit(form, fields);
    equal(r.status, 503);
    match(readable(r.text), /Rien n’a été enregistré/);
    query(folder, 'SET default_transaction_read_only = off', `ALTER DATABASE ${name} RESET default_transaction_read_only`);
    equal(await ready(), 'ready\n');
    equal((await admin.submit(form, fields)).status, 303);
  });
  await test('away, it is told once, not by everybody who asks; and that it is back', async () => {
    const told = (what) => server.log().split(`event="the database server is ${what}"`).length - 1;
    for (let i = 0; i < 200 && told('away') !== told('back'); i++) {
      await admin.get('/organisations');
      await sleep(50);
    }
    const before = [told('away'), told('back')], from = server.log().length;
    proxy.lose();
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) =>
      server.stranger().get(['/projets', '/api/v1/project', '/readyz'][i % 3])));
    ok(all.every((r) => r.status === 503 || r.status === 500), all.map((r) => r.status).join());
    // Who was at the door as it closed may have come in: then it was back, and away again.
    const backs = told('back') - before[1];
    ok(backs < 3, server.log().slice(-3000));
    equal(told('away') - before[0], 1 + backs, server.log().slice(-3000));
    // Nor by what the server does by itself, each second.
    await sleep(2500);
    ok(!/journal not sealed|not counted/.test(server.log().slice(from)), server.log().slice(from));
    proxy.away = false;
    for (let i = 0; i < 200 && (await server.stranger().get('/readyz')).status !== 200; i++) await sleep(50);
    equal(told('back') - before[1], 1 + backs);
  });
  await test('one that stands still ends a page by its deadline, a command with a line; what works long is not cut', async () => {
    const other = copy(), url = /^db = (.*)$/m.exec(readFileSync(join(other, 'essaim.conf'), 'utf8'))[1];
    const bare = await lossy(url);
    const command = async (...args) => {
      const child = spawn(program, [...args, '--data', other], { stdio: ['ignore', 'pipe', 'pipe'] });
      const began = Date.now();
      let out = '', err = '';
      child.stdout.on('data', (d) => { out += d; });
      child.stderr.on('data', (d) => { err += d; });
      const status = await new Promise((done) => child.on('close', done));
      return { status, out, err, s: (Date.now() - began) / 1000 };
    };
    const copies = join(mkdtempSync(join(tmpdir(), 'essaim-still-')), 'one');
    bare.stills = /COPY /;
    const stuck = command('backup', copies, '--db', bare.url);
    for (let i = 0; i < 200 && !bare.still; i++) await sleep(50);
    // Held longer than a silent server is: nobody may end for it.
    const holder = spawn('psql', ['-XAtq', '-d', url, '-c', 'BEGIN; LOCK TABLE directory_organisation; SELECT pg_sleep(35); COMMIT'], { stdio: 'ignore' });
    await sleep(500);
    const long = command('export', 'organisation');
    await admin.get('/projets'); // it has its connection
    const from = server.log().length;
    proxy.still = true;
    const began = Date.now();
    const pages = await Promise.all(['/projets', '/etablissements', '/api/v1/project'].map((path) => admin.get(path)));
    const took = (Date.now() - began) / 1000;
    deepEqual(pages.map((r) => r.status), [503, 503, 503]);
    match(readable(pages[0].text), /base de données/i);
    ok(!/busy/.test(server.log().slice(from)), 'told as busy');
    ok(took < 12, `${took} s`);
    proxy.still = false;
    for (let i = 0; i < 200 && (await server.stranger().get('/readyz')).status !== 200; i++) await sleep(50);
    equal((await admin.get('/projets')).status, 200);
    // In a commit nobody knows, and that is told no later.
    const [form, fields] = await typed('Peut-être quatre'), sent = Date.now();
    proxy.stills = /INSERT INTO directory_organisation[^]*COMMIT/;
    const unsure = await admin.submit(form, fields);
    Object.assign(proxy, { still: false, stills: null });
    equal(unsure.status, 500);
    match(readable(unsure.text), /Nous ne savons pas si c’est enregistré/);
    ok(Date.now() - sent < 17000, `${Date.now() - sent} ms`);
    for (let i = 0; i < 200 && (await server.stranger().get('/readyz')).status !== 200; i++) await sleep(50);
    equal((await admin.submit(form, fields)).status, 303);
    equal(there(), '4');
    const said = await stuck;
    equal(said.status, 1);
    match(said.err, /^essaim: [^\n]*does not answer any more \(timeout expired\)[^\n]*\n$/);
    ok(said.s < 45, `${said.s} s`);
    const whole = await long;
    equal(whole.status, 0, whole.err);
    ok(whole.s > 25, `it did not wait: ${whole.s} s`);
    drop(other);
  });
  await test('a server that has restarted is met again by everybody: no page fails for it', async () => {
    const all = () => Promise.all(Array.from({ length: 60 }, (_, i) => admin.get(['/', '/etablissements', '/projets', '/organisations/nouveau'][i % 4])));
    await all(); // each worker has a connection
    for (let i = 0; i < 3; i++) {
      proxy.lose();
      proxy.away = false;
      await sleep(100);
      equal((await all()).filter((r) => r.status !== 200).map((r) => `${r.status} ${r.path}`).join(), '');
    }
  });
  await test('a child that dies while there is no database is replaced when there is one', async () => {
    proxy.lose();
    process.kill(childOf(server.child.pid), 'SIGKILL');
    for (let i = 0; i < 200 && !/does not answer/.test(server.log()); i++) await sleep(50);
    match(server.log(), /does not answer/);
    await sleep(300);
    equal(server.child.exitCode, null, 'the service has ended');
    // Meanwhile somebody answers: it lives, and is not ready.
    const answered = async (path) => {
      for (let i = 0; ; i++) {
        const r = await fetch(server.base + path, { signal: AbortSignal.timeout(8000) })
          .then(async (a) => ({ status: a.status, after: a.headers.get('retry-after'), text: await a.text() }), () => null);
        if (r || i === 20) return r;
      }
    };
    for (let i = 0; i < 3; i++) {
      deepEqual(await answered('/healthz'), { status: 200, after: null, text: 'ok\n' });
      deepEqual(await answered('/readyz'), { status: 503, after: '2', text: 'not ready: the database does not answer\n' });
      const page = await answered('/projets?q=ecole');
      equal(page.status, 503);
      match(page.text, /Recommencez dans quelques secondes/);
    }
    proxy.away = false;
    let ready = 0;
    for (let i = 0; i < 200 && ready !== 200; i++) {
      ready = await server.stranger().get('/readyz').then((r) => r.status, () => 0);
      await sleep(50);
    }
    equal(ready, 200);
    equal((await admin.get('/organisations')).status, 200);
  });
  await test('all of it is in the form of the log that was asked for', async () => {
    const lines = server.log().trim().split('\n').slice(1); // the first may be cut
    for (const line of lines) match(line, /^time=\S+ level=(info|warn|error) event=/);
    equal(lines.filter((l) => /event="the child ended by a signal/.test(l)).length, 1);
    equal(lines.filter((l) => /event="cannot serve" why="[^"]*does not answer/.test(l)).length, 1, 'told by each child that waited');
  });
  await server.stop();
  await test('an import by the command stops where it can go on or be taken back', async () => {
    const file = join(folder, 'school.csv');
    writeFileSync(file, `uai;name;kind\n0990088H;Un;college\n`);
    proxy.drops = /state = 'applying'/;
    // The proxy lives in this process: the command may not hold it up.
    const said = await command('import', 'school', file, '--data', folder, '--db', proxy.url);
    equal(said.code, 1);
    // Which column is which, and then one line.
    match(said.err, /^(\w+ -> \w+\n){3}essaim: [^\n]+\n$/);
    match(said.err, /the database was lost while it saved: look whether it is done/);
    const [, n] = /essaim import undo (\d+)/.exec(said.err) ?? [];
    ok(n, said.err);
    equal(query(folder, `SELECT state FROM core_import WHERE id = ${n}`), 'paused');
    match(essaim('import', 'undo', n, '--data', folder), /taken back/);
  });
  drop(folder);
}

async function command(...args) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (d) => { err += d; });
  const code = await new Promise((done) => child.on('close', done));
  return { code, err };
}

await test('--dev has nobody who tries again: it fails, and says why', async () => {
  const child = await command('serve', '--dev', '--data', mkdtempSync(join(tmpdir(), 'essaim-dev-')), '--listen', '127.0.0.1:0',
    '--db', 'postgresql://127.0.0.1:9/essaim?connect_timeout=2');
  equal(child.code, 1);
  match(child.err, /^essaim: [^\n]*does not answer[^\n]*see that the server runs[^\n]*\n$/);
});

// What kill -9 leaves of a command.
const folder = copy();
await test('an import that nobody goes on with is named by the doctor and taken back', async () => {
  const file = join(folder, 'schools.csv');
  writeFileSync(file, 'uai;name;kind\n0990089J;Deux;college\n');
  const [, n] = /import (\d+)/.exec(essaim('import', 'school', file, '--data', folder));
  query(folder, `UPDATE core_import SET state = 'applying' WHERE id = ${n}`);
  match(run('doctor', '--data', folder).stdout, new RegExp(`import ${n} has begun and not ended: .*import undo ${n}`));
  equal(essaim('import', 'undo', n, '--data', folder), `import ${n} taken back\n`);
  equal(query(folder, "SELECT count(*) FROM directory_school WHERE uai = '0990089J'"), '0');
});
drop(folder);
