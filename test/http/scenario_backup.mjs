// A backup while people write, and what comes of it: everything acknowledged
// before it began, proven, or one line and nothing made.
import { test, equal, deepEqual, ok, match, serve, copy, drop, query, essaim, program, onPostgres } from './lib.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync,
  symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const place = mkdtempSync(join(tmpdir(), 'essaim-backup-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const at = (name) => join(place, name);
const run = (args, env = {}) => spawnSync(program, args,
  { encoding: 'utf8', env: { ...process.env, ESSAIM_PASSPHRASE: '', ...env } });
const runBeside = (args) => new Promise((done) => {
  let err = '';
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (d) => { err += d; });
  child.on('exit', (status) => done({ status, stderr: err }));
});
const oneLine = (r, what) => {
  equal(r.status, 1, `${what}: ${r.status} ${r.stdout}`);
  match(r.stderr, /^essaim: [^\n]+\n$/, what);
};

const server = await serve();
const data = ['--data', server.folder];
mkdirSync(join(server.folder, 'files/ab'), { recursive: true });
writeFileSync(join(server.folder, 'files/ab/abcd'), randomBytes(100001));

const url = (db) => Object.assign(new URL(process.env.ESSAIM_TEST_DB), { pathname: `/${db}` }).href;
const sh = (text) => {
  const r = spawnSync('sh', ['-ec', text], { encoding: 'utf8' });
  equal(r.status, 0, `${text}\n${r.stderr}`);
};
if (onPostgres) {
  const name = `essaim_back_${process.pid}`;
  const db = /^db = (.*)$/m.exec(readFileSync(join(server.folder, 'essaim.conf'), 'utf8'))[1];
  const told = (...place) => ['school', 'project', 'person', 'organisation'].map((e) =>
    essaim('export', e, '--format', 'json', ...place)).concat(essaim('figures', '--format', 'json', ...place)).join('\n');
  await test('pg_dump copies it and pg_restore gives it back, as docs/operate.md says', async () => {
    const name = `essaim_backup_${process.pid}`;
    const who = await server.as('admin');
    const form = await who.form('/organisations/nouveau', '/organisations');
    const kind = form.controls.find((c) => c.name === 'kind')?.options.find((o) => o.value)?.value;
    equal((await who.submit(form, { name: 'Sauvée', ...kind ? { kind } : {} })).status, 303);
    sh(`pg_dump -Fc -f ${at('essaim.dump')} '${db}'
      tar cf ${at('folder.tar')} -C ${server.folder} .
      mkdir ${at('back')} && tar xf ${at('folder.tar')} -C ${at('back')}
      createdb ${name} && pg_restore --exit-on-error -d '${url(name)}' ${at('essaim.dump')}`);
    try {
      const back = ['--data', at('back'), '--db', url(name)];
      equal(essaim('db', 'check', ...back), 'tables and program agree\n');
      match(essaim('journal', 'verify', ...back), /all as sealed/);
      match(essaim('export', 'organisation', ...back), /Sauvée/);
    } finally { sh(`dropdb --force ${name}`); }
  });
  await test('what is on a server restores on one, and in a file', async () => {
    equal(run(['backup', at('pg.tar'), ...data]).status, 0);
    ok(!existsSync(join(server.folder, '.backup')), 'the rows are left in the folder');
    const was = told(...data);
    equal(run(['restore', at('pg.tar'), '--data', at('pg-file')]).status, 0);
    ok(existsSync(at('pg-file/essaim.db')));
    match(readFileSync(at('pg-file/essaim.conf'), 'utf8'), /^# as it was: db = /m);
    ok(told('--data', at('pg-file')) === was, 'other rows in the file');
    sh(`createdb ${name}`);
    const r = run(['restore', at('pg.tar'), '--data', at('pg-back'), '--db', url(name)]);
    equal(r.status, 0, r.stderr);
    ok(!r.stdout.includes(new URL(url(name)).password || '\n\n'), r.stdout);
    deepEqual(readdirSync(at('pg-back')).filter((n) => n.includes('.db') || n === 'restoring'), []);
    const back = ['--data', at('pg-back'), '--db', url(name)];
    equal(essaim('db', 'check', ...back), 'tables and program agree\n');
    match(essaim('journal', 'verify', ...back), /all as sealed/);
    ok(told(...back) === was, 'other rows on the server');
    equal(Buffer.compare(readFileSync(at('pg-back/files/ab/abcd')), readFileSync(join(server.folder, 'files/ab/abcd'))), 0);
    writeFileSync(at('pg-back/essaim.conf'), `db = ${url(name)}\n`);
    const other = await serve({ data: at('pg-back') });
    try { equal((await (await other.as('leader')).get('/projets')).status, 200); } finally { await other.stop(); }
  });
  await test('a server that holds something, or is none: one line, nothing made', () => {
    for (const [to, said] of [[url(name), /holds something already/],
      ['postgresql://127.0.0.1:9/x?connect_timeout=2', /does not answer/]]) {
      const r = run(['restore', at('pg.tar'), '--data', at('no'), '--db', to]);
      oneLine(r, to);
      match(r.stderr, said);
      ok(!existsSync(at('no')), 'something was made');
    }
    sh(`dropdb --force ${name}`);
  });
  await test('a column of somebody else’s is told when the backup is made, not when it is restored', () => {
    sh(`psql -qX -d '${db}' -c 'ALTER TABLE core_setting ADD COLUMN strange int'`);
    try {
      const r = run(['backup', at('strange.tar'), ...data]);
      oneLine(r, 'strange');
      match(r.stderr, /core_setting: the column strange is not ours/);
      ok(!existsSync(at('strange.tar')) && !existsSync(join(server.folder, '.backup')), 'something was made');
    } finally { sh(`psql -qX -d '${db}' -c 'ALTER TABLE core_setting DROP COLUMN strange'`); }
    equal(run(['backup', at('strange.tar'), ...data]).status, 0);
  });
  await test('a line that waits below a sealed one is sealed in the backup', () => {
    const line = (id) => sh(`psql -qX -d '${db}' -c "INSERT INTO core_journal (id, at, person, entity, row_id, what, detail, salt)
      VALUES (${id}, 1, 0, 'core', 0, 'x', '', 'ab')"`);
    // Sealed by the server, which seals each second; then one below it.
    line(9000);
    const sealed = (id) => spawnSync('psql', ['-XAtq', '-d', db, '-c', `SELECT count(*) FROM core_leaf WHERE line = ${id}`],
      { encoding: 'utf8' }).stdout.trim() === '1';
    for (let i = 0; i < 100 && !sealed(9000); i++) spawnSync('sleep', ['0.1']);
    ok(sealed(9000), 'the server seals nothing');
    line(8000);
    equal(run(['backup', at('line.tar'), ...data]).status, 0);
    equal(run(['restore', at('line.tar'), '--data', at('line')]).status, 0);
    const leaf = spawnSync('sqlite3', [at('line/essaim.db'), 'SELECT count(*) FROM core_leaf WHERE line = 8000'], { encoding: 'utf8' });
    equal(leaf.stdout.trim(), '1', leaf.stderr);
    match(essaim('journal', 'verify', '--data', at('line')), /all as sealed/);
  });
}
await test('eight clients write during backups; what was answered before is in them', async () => {
  const admins = await Promise.all(Array.from({ length: 8 }, () => server.as('admin')));
  let going = true;
  const answered = [];
  const writers = admins.map(async (who, w) => {
    const form = await who.form('/organisations/nouveau', '/organisations');
    const kind = form.controls.find((c) => c.name === 'kind')?.options.find((o) => o.value)?.value;
    for (let i = 0; going; i++) {
      const name = `Sauvée ${w} ${i}`;
      const fields = new Map(form.fields);
      fields.set('name', name);
      if (kind) fields.set('kind', kind);
      fields.set('_key', `backup-${w}-${i}`);
      const r = await who.post(form.action, [...fields]);
      equal(r.status, 303, r.text.slice(0, 300));
      answered.push(name);
    }
  });
  const before = [];
  for (const name of ['one.tar', 'two.tar', 'three.tar']) {
    // However slow the machine: some are answered before each backup begins.
    for (const least = answered.length + 9; answered.length < least;) await sleep(20);
    before.push([name, [...answered]]);
    const r = await runBeside(['backup', at(name), ...data]);
    equal(r.status, 0, r.stderr);
  }
  going = false;
  await Promise.all(writers);
  for (const [name, names] of before) {
    ok(names.length > 8, `${names.length} written`);
    const folder = at(`${name}.d`);
    match(essaim('restore', at(name), '--data', folder), /51 tables|\d+ tables/);
    const there = new Set(JSON.parse(essaim('export', 'organisation', '--format', 'json',
      '--data', folder)).map((o) => o.name));
    equal(names.filter((n) => !there.has(n)).join(), '', `${name}: rows that are missing`);
    equal(essaim('db', 'check', '--data', folder), 'tables and program agree\n');
    match(essaim('journal', 'verify', '--data', folder), /all as sealed/);
    equal(Buffer.compare(readFileSync(join(folder, 'files/ab/abcd')),
      readFileSync(join(server.folder, 'files/ab/abcd'))), 0);
  }
  equal(readdirSync(place).filter((n) => n.includes('part')).join(), '');
});
await test('the restored folder serves, with its accounts and its journal going on', async () => {
  const other = await serve({ data: at('three.tar.d') });
  try {
    const who = await other.as('leader');
    equal((await who.get('/projets')).status, 200);
  } finally { await other.stop(); }
  match(essaim('journal', 'verify', '--data', at('three.tar.d')), /all as sealed/);
});
await test('a journal that was altered before is told as that, and not as a damaged file', async () => {
  const folder = at('three.tar.d');
  equal(spawnSync('sqlite3', [join(folder, 'essaim.db'),
    "UPDATE core_journal SET what = 'nothing' WHERE id = 2"]).status, 0);
  equal(run(['backup', at('forged.tar'), '--data', folder]).status, 0);
  const r = run(['restore', at('forged.tar'), '--data', at('forged')]);
  equal(r.status, 1);
  match(r.stderr, /the journal in .*forged\.tar was altered before it was backed up \(line 2 /);
  ok(!existsSync(at('forged')));
});
await test('who was signed in at the backup is not after it', () => {
  ok(Number(query(server.folder, 'SELECT count(*) FROM auth_session')) >= 8);
  equal(run(['restore', at('three.tar'), '--data', at('signed')]).status, 0);
  equal(query(at('signed'), 'SELECT count(*) FROM auth_session'), '0');
});
await test('it takes the place of one of its kind, and of nothing else unless forced', () => {
  writeFileSync(at('a key'), randomBytes(32));
  writeFileSync(at('letter'), 'dear');
  const seal = ['--key', at('a key')];
  const backup = (name, ...more) => run(['backup', at(name), ...more, ...data]);
  for (const more of [[], seal]) {
    const refused = backup('letter', ...more);
    oneLine(refused, 'a letter');
    match(refused.stderr, /no (sealed )?backup; .*--force/);
  }
  equal(readFileSync(at('letter'), 'utf8'), 'dear');
  for (let i = 0; i < 2; i++) {
    equal(backup('tar kind').status, 0);
    equal(backup('sealed kind', ...seal).status, 0);
  }
  const was = readFileSync(at('sealed kind'));
  const refused = backup('sealed kind');
  oneLine(refused, 'a sealed one');
  match(refused.stderr, /sealed: this one would not be/);
  equal(Buffer.compare(readFileSync(at('sealed kind')), was), 0);
  equal(backup('sealed kind', '--force').status, 0);
  match(readFileSync(at('sealed kind'), 'latin1'), /^essaim\.db/);
});
await test('of a place that is not whole the backup says so, before a restore has to', async () => {
  const lab = copy(), hash = 'cd'.repeat(32);
  const sealed = await serve({ data: lab });
  await sealed.as('admin');
  await sleep(1500);
  await sealed.stop();
  equal(run(['backup', at('whole'), '--data', lab]).status, 0);
  query(lab, `INSERT INTO core_file (hash, name, type, size, person, at) VALUES ('${hash}', 'x.txt', 'text/plain', 1, 1, 1)`);
  const gone = run(['backup', at('holes'), '--data', lab]);
  equal(gone.status, 1);
  match(gone.stderr, new RegExp(`not there: files/cd/${hash}\nessaim: \\S+/holes\\.incomplete: 1 of \\d+ files that records name are not in it`));
  ok(existsSync(at('holes.incomplete')), 'what is there is kept');
  ok(!existsSync(at('holes')), 'under the name of a whole one');
  rmSync(join(lab, 'journal.key'));
  const keyless = run(['backup', at('keyless'), '--data', lab]);
  oneLine(keyless, 'without its key');
  match(keyless.stderr, /has no journal\.key, without which nothing is restored/);
  ok(!existsSync(at('keyless')), 'it is made all the same');
  drop(lab);
});
await test('files that cannot be held against the sweep: no backup', () => {
  const lab = copy();
  rmSync(join(lab, 'files'), { recursive: true });
  writeFileSync(join(lab, 'files'), '');
  const r = run(['backup', at('unheld'), '--data', lab]);
  oneLine(r, 'no folder');
  match(r.stderr, /cannot be held against the sweep/);
  ok(!existsSync(at('unheld')));
  drop(lab);
});
await test('it is a tar that other programs read and check', async () => {
  const r = spawnSync('sh', ['-c',
    `mkdir ${at('x')} && tar xf ${at('one.tar')} -C ${at('x')} && cd ${at('x')} && sha256sum -c manifest.sha256`],
  { encoding: 'utf8' });
  const manifest = JSON.parse(readFileSync(at('x/manifest.json'), 'utf8'));
  equal(r.stdout, [...manifest.members.map((m) => m.name), 'manifest.json'].map((n) => `${n}: OK\n`).join(''), r.stderr);
  const names = manifest.members.map((m) => m.name);
  equal(spawnSync('sha256sum', names, { cwd: at('x'), encoding: 'utf8' }).stdout,
    manifest.members.map((m) => `${m.sha256}  ${m.name}\n`).join(''));
});
await test('sealed by a key, and by a passphrase', async () => {
  writeFileSync(at('key'), randomBytes(32));
  writeFileSync(at('other'), randomBytes(32));
  equal(run(['backup', at('sealed'), '--key', at('key'), ...data]).status, 0);
  ok(!readFileSync(at('sealed')).includes('SQLite format 3'), 'it can be read');
  const keyless = run(['restore', at('sealed'), '--data', at('s')]);
  oneLine(keyless, 'no key');
  match(keyless.stderr, /the backup is sealed by a key: name its file with --key/);
  oneLine(run(['restore', at('sealed'), '--key', at('other'), '--data', at('s')]), 'wrong key');
  ok(!existsSync(at('s')), 'something was made');
  equal(run(['restore', at('sealed'), '--key', at('key'), '--data', at('s')]).status, 0);
  const words = { ESSAIM_PASSPHRASE: 'quatre chevaux dans un pré' };
  equal(run(['backup', at('words'), ...data], words).status, 0);
  oneLine(run(['restore', at('words'), '--data', at('w')], { ESSAIM_PASSPHRASE: 'trois chevaux dans un pré' }), 'wrong words');
  ok(!existsSync(at('w')));
  equal(run(['restore', at('words'), '--data', at('w')], words).status, 0);
  oneLine(run(['backup', at('short'), ...data], { ESSAIM_PASSPHRASE: 'court' }), 'short words');
  ok(!existsSync(at('short')));
});
await test('a flipped bit, a cut, another file: one line, nothing made', async () => {
  for (const [name, key] of [['one.tar', []], ['sealed', ['--key', at('key')]]]) {
    const whole = readFileSync(at(name));
    const places = [0, 150, 700, 5000, Math.floor(whole.length / 2), whole.length - 1700, whole.length - 600];
    for (const p of places) {
      const bad = Buffer.from(whole);
      bad[p] ^= 4;
      writeFileSync(at('bad'), bad);
      oneLine(run(['restore', at('bad'), ...key, '--data', at('n')]), `${name} at ${p}`);
      ok(!existsSync(at('n')), `${name} at ${p}: something was made`);
    }
    for (const p of [0, 1, 511, 512, 70000, whole.length - 512, whole.length - 1]) {
      writeFileSync(at('bad'), whole.subarray(0, p));
      oneLine(run(['restore', at('bad'), ...key, '--data', at('n')]), `${name} cut at ${p}`);
      ok(!existsSync(at('n')), `${name} cut at ${p}: something was made`);
    }
  }
  oneLine(run(['restore', program, '--data', at('n')]), 'a program');
  oneLine(run(['restore', at('absent'), '--data', at('n')]), 'no file');
  for (const [words, todo] of [[['restore', at('absent'), '--data', at('n')], 'name a backup'], [['backup', at('absent/x')], 'name a folder'],
    [['backup', at('keyless'), '--key', at('absent')], 'name with --key']]) {
    const r = run(words[0] === 'backup' ? [...words, ...data] : words);
    equal(r.status, 1);
    ok(r.stderr.includes(` (No such file or directory): ${todo}`), r.stderr);
  }
  ok(!existsSync(at('n')));
});
await test('a place that holds something, or half a restore, is refused', async () => {
  mkdirSync(at('full'));
  writeFileSync(at('full/letter'), 'x');
  oneLine(run(['restore', at('one.tar'), '--data', at('full')]), 'full');
  equal(readdirSync(at('full')).join(), 'letter');
  mkdirSync(at('empty'));
  equal(run(['restore', at('one.tar'), '--data', at('empty')]).status, 0);
  mkdirSync(at('half/restoring'), { recursive: true });
  const r = run(['restore', at('one.tar'), '--data', at('half')]);
  oneLine(r, 'half');
  match(r.stderr, /did not end/);
  const s = run(['db', 'migrate', '--data', at('half')]);
  oneLine(s, 'half served');
  equal(readdirSync(at('half')).join(), 'restoring');
});
await test('a restore that is killed leaves a place that nobody serves', async () => {
  for (const ms of [1, 8, 20, 40]) {
    const folder = at(`killed${ms}`);
    const child = spawn(program, ['restore', at('three.tar'), '--data', folder], { stdio: 'ignore' });
    await sleep(ms);
    child.kill('SIGKILL');
    await new Promise((done) => child.on('exit', done));
    if (!existsSync(folder) || !readdirSync(folder).length) continue;
    if (existsSync(join(folder, 'restoring'))) oneLine(run(['db', 'check', '--data', folder]), `${ms} ms`);
    else equal(run(['db', 'check', '--data', folder]).status, 0, `${ms} ms`);
  }
});
await test('while a backup holds the files the sweep leaves them', async () => {
  const lab = copy();
  const hash = 'ab'.repeat(32), path = join(lab, 'files/ab', hash);
  mkdirSync(join(lab, 'files/ab'), { recursive: true });
  writeFileSync(path, 'x');
  utimesSync(path, 1, 1);
  // As a backup does: util-linux's flock takes the same lock.
  const holder = spawn('flock', ['-s', join(lab, 'files'), 'sh', '-c', 'echo held; read line'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise((done) => holder.stdout.once('data', done));
  const swept = async () => {
    const one = await serve({ data: lab });
    for (let i = 0; i < 40 && existsSync(path); i++) await sleep(100);
    await one.stop();
    return !existsSync(path);
  };
  ok(!await swept(), 'swept although held');
  holder.stdin.end('\n');
  await new Promise((done) => holder.on('exit', done));
  ok(await swept(), 'never swept');
  drop(lab);
});
await test('what a killed backup has left is gone with the next of that name, and nothing else', async () => {
  for (const name of ['swept.tar.part-1', 'swept.tar.part-2', 'other.tar.part-1']) writeFileSync(at(name), 'half');
  const holder = spawn('flock', [at('swept.tar.part-2'), 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] });
  for (let i = 0; i < 100 && spawnSync('flock', ['-n', at('swept.tar.part-2'), 'true']).status === 0; i++) await sleep(20);
  equal(run(['backup', at('swept.tar'), ...data]).status, 0);
  deepEqual(readdirSync(place).filter((n) => n.includes('.part-')).sort(), ['other.tar.part-1', 'swept.tar.part-2']);
  holder.stdin.end();
});
await test('no room for the backup, or a place within the data: one line, no file', async () => {
  oneLine(run(['backup', join(server.folder, 'x.tar'), ...data]), 'within');
  oneLine(run(['backup', join(server.folder, 'files/x.tar'), ...data]), 'deep within');
  symlinkSync(join(server.folder, 'files'), at('a way in'));
  oneLine(run(['backup', at('a way in/x.tar'), ...data]), 'within by another way');
  oneLine(run(['backup', at('no/such/place'), ...data]), 'no place');
  if (existsSync('/dev/full')) {
    const r = spawnSync('sh', ['-c', `ulimit -f 100; exec ${program} backup ${at('large')} --data ${server.folder}`],
      { encoding: 'utf8' });
    ok(r.status !== 0);
    ok(!existsSync(at('large')));
    ok(r.status !== null && /^essaim: /m.test(r.stderr), `a signal: ${r.signal} ${r.stderr}`);
  }
});
await server.stop();
