// The journal's head leaves the machine, and what was kept of it proves later
// that nothing before it was changed.
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, statSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, equal, deepEqual, ok, match, serve, essaim, program, readable, query, clone, drop, copy as copyDemo } from './lib.mjs';

const away = mkdtempSync(join(tmpdir(), 'essaim-away-'));
const server = await serve({
  env: { ESSAIM_JOURNAL_HEAD_DIR: away, ESSAIM_JOURNAL_HEAD_COMMAND: `cat >'${away}/by command'` },
});
const data = ['--data', server.folder];
const sealed = () => JSON.parse(essaim('journal', 'head', ...data));
const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const bytes = (digits) => Buffer.from(digits, 'hex');

// A key as the program keeps it: the seed, then what is public.
function generated() {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return Buffer.concat([d, x].map((part) => Buffer.from(part, 'base64url')));
}
// Checked here by Node alone: Ed25519 over "size root at".
function signed(head) {
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: bytes(head.key).toString('base64url') } });
  const text = `${head.size} ${head.root} ${Date.parse(head.at) / 1000}`;
  return verify(null, Buffer.from(text), key, bytes(head.signature));
}

await test('the head leaves the machine each day: a file, and a command', async () => {
  let files = [];
  // The command writes its own file in its own time.
  for (let i = 0; i < 100 && files.length < 2; i++) {
    await sleep(100);
    files = readdirSync(away).filter((f) => !f.endsWith('.part') && statSync(join(away, f)).size);
  }
  const file = files.find((f) => /^essaim-journal-\d{4}-\d\d-\d\d-\d+\.json$/.test(f));
  ok(file, files.join());
  const head = JSON.parse(readFileSync(join(away, file), 'utf8'));
  ok(signed(head), 'its signature');
  equal(readFileSync(join(away, 'by command'), 'utf8'), readFileSync(join(away, file), 'utf8'));
  ok(!signed({ ...head, size: head.size + 1 }) && !signed({ ...head, at: '2030-01-01T00:00:00Z' }));
});
await test('once a day, not at each start', async () => {
  const n = () => query(server.folder, "SELECT count(*) FROM core_task WHERE kind = 'core.journal_head'");
  equal(n(), '1');
});
await test('anybody may fetch it, as a page and as JSON, and it grows', async () => {
  const who = server.stranger();
  const before = JSON.parse((await who.get('/journal/tete.json')).text);
  ok(signed(before));
  match(readable((await who.get('/journal/tete')).text), new RegExp(before.root));
  await server.as('teacher');
  let now = before;
  for (let i = 0; i < 50 && now.size === before.size; i++) {
    await sleep(100);
    now = JSON.parse((await who.get('/journal/tete.json')).text);
  }
  ok(now.size > before.size && signed(now));
});

const kept = join(away, 'kept.json');
await test('a head kept is held by the journal of later, and the proof is one for strangers', async () => {
  writeFileSync(kept, JSON.stringify(sealed()));
  const then = sealed();
  for (const role of ['teacher', 'head', 'expert']) await server.as(role);
  match(essaim('journal', 'verify', '--head', kept, ...data), /holds the head of \d+ kept on/);
  const proof = JSON.parse(essaim('journal', 'verify', '--head', kept, '--format', 'json', ...data));
  equal(proof.then.root, then.root);
  ok(proof.now.size >= then.size + 3);
  // RFC 9162, 2.1.4.2, written again here.
  const path = proof.consistency.map(bytes);
  let fn = then.size - 1, sn = proof.now.size - 1;
  while (fn & 1) { fn >>= 1; sn >>= 1; }
  let fr = fn ? path.shift() : bytes(then.root), sr = fr;
  const join2 = (l, r) => sha(Buffer.from([1]), l, r);
  for (const c of path) {
    if (fn & 1 || fn === sn) {
      fr = join2(c, fr); sr = join2(c, sr);
      while (!(fn & 1) && fn) { fn >>= 1; sn >>= 1; }
    } else sr = join2(sr, c);
    fn >>= 1; sn >>= 1;
  }
  equal(sn, 0);
  equal(fr.toString('hex'), then.root);
  equal(sr.toString('hex'), proof.now.root);
});
await test('one line proves itself without saying who', () => {
  const p = JSON.parse(essaim('journal', 'prove', '2', ...data));
  ok(!('person' in p) && !('salt' in p) && !('detail' in p));
  const leaf = sha(Buffer.from(`\0${p.line}|${p.at}|${p.entity}|${p.row}|${p.what}|`), bytes(p.commitment));
  equal(leaf.toString('hex'), p.leaf);
  let node = leaf, at = p.index, last = p.head.size - 1;
  for (const c of p.inclusion.map(bytes)) {
    if (at & 1 || at === last) {
      node = sha(Buffer.from([1]), c, node);
      while (!(at & 1) && at) { at >>= 1; last >>= 1; }
    } else node = sha(Buffer.from([1]), node, c);
    at >>= 1; last >>= 1;
  }
  equal(node.toString('hex'), p.head.root);
  ok(signed(p.head));
  for (const [line, said] of [['999999', /no line 999999/], ['x', /no number/]]) {
    const r = spawnSync(program, ['journal', 'prove', line, ...data], { encoding: 'utf8' });
    equal(r.status, 1);
    match(r.stderr, said);
  }
});
await test('send does it now, and says when it cannot', () => {
  const env = (more) => ({ env: { PATH: process.env.PATH, ...more }, encoding: 'utf8' });
  const send = (more) => spawnSync(program, ['journal', 'send', ...data], env(more));
  equal(send({}).status, 1);
  match(send({}).stderr, /not set/);
  equal(send({ ESSAIM_JOURNAL_HEAD_DIR: '/nowhere' }).status, 1);
  equal(send({ ESSAIM_JOURNAL_HEAD_COMMAND: 'exit 3' }).status, 1);
  equal(send({ ESSAIM_JOURNAL_HEAD_COMMAND: `grep -q signature` }).status, 0);
});
await test('where the key is missing or another, verify, doctor and the server say so, and make none', async () => {
  const bare = join(away, 'bare'), key = join(bare, 'journal.key');
  clone(server.folder, bare);
  const said = (...words) => {
    const r = spawnSync(program, [...words, '--data', bare], { encoding: 'utf8' });
    equal(r.status, 1, r.stdout);
    return r.stdout + r.stderr;
  };
  rmSync(key);
  match(said('journal', 'verify'), /the key is missing: put at .*journal\.key/);
  match(said('doctor'), /fail +journal +the key is missing: put at/);
  const other = await serve({ data: bare });
  await other.as('admin');
  match(other.log(), /journal not sealed.*the key is missing/);
  await other.stop();
  ok(!existsSync(key), 'a key was made');
  writeFileSync(key, generated(), { mode: 0o600 });
  match(said('journal', 'verify'), /the key is another: put at/);
  match(said('doctor'), /fail +journal +the key is another: put at/);
  drop(bare);
});
await test('a key that is lost for good is replaced aloud: the tree grows on, and what was sealed stays provable as such', async () => {
  const bare = join(away, 'anew'), key = join(bare, 'journal.key'), where = ['--data', bare];
  const run = (...words) => {
    const r = spawnSync(program, [...words, ...where], { encoding: 'utf8' });
    return { code: r.status, said: r.stdout + r.stderr };
  };
  clone(server.folder, bare);
  const before = JSON.parse(essaim('journal', 'head', ...where));
  writeFileSync(join(away, 'before.json'), JSON.stringify(before));
  match(run('journal', 'new-key', '--force').said, /the key that sealed this journal is in its place/);
  rmSync(key);
  match(run('journal', 'verify').said, /lost for good.*essaim journal new-key/);
  const unsure = run('journal', 'new-key');
  equal(unsure.code, 1);
  match(unsure.said, /add --force/);
  ok(!existsSync(key), 'a key was made');
  const told = run('journal', 'new-key', '--force');
  equal(told.code, 0, told.said);
  match(told.said, new RegExp(`first ${before.size} lines stay signed by ${before.key}`));
  // The line that says so is sealed, under the new key alone.
  const now = JSON.parse(essaim('journal', 'head', ...where));
  ok(signed(now) && now.key !== before.key && now.size === before.size + 1);
  equal(query(bare, "SELECT count(*) FROM core_journal WHERE what = 'journal_key'"), '1');
  match(essaim('journal', 'verify', ...where),
    new RegExp(`all as sealed[^]*up to ${before.size} lines are signed by ${before.key}, a key lost`));
  match(essaim('journal', 'verify', '--head', join(away, 'before.json'), ...where), /its key was lost since/);
  equal(JSON.parse(essaim('journal', 'prove', '2', ...where)).sealed_by_lost_key, before.key);
  const last = query(bare, 'SELECT max(id) FROM core_journal');
  ok(!('sealed_by_lost_key' in JSON.parse(essaim('journal', 'prove', last, ...where))));
  // It is served, and sealed, as before; the page of the head says what happened.
  const other = await serve({ data: bare });
  await other.as('admin');
  const read = async () => readable((await other.stranger().get('/journal/tete')).text);
  for (let i = 0; i < 50 && JSON.parse((await other.stranger().get('/journal/tete.json')).text).size === now.size; i++) await sleep(100);
  match(await read(), new RegExp(`Clé perdue ${before.key} signait jusqu’à la ligne`));
  await other.stop();
  const lines = JSON.parse(essaim('journal', 'head', ...where)).size;
  ok(lines > now.size);
  match(essaim('journal', 'verify', ...where), new RegExp(`^${lines} lines, all as sealed`));
  // A backup keeps it so.
  essaim('backup', join(away, 'anew.tar'), ...where);
  essaim('restore', join(away, 'anew.tar'), '--data', join(away, 'restored'));
  match(essaim('journal', 'verify', '--data', join(away, 'restored')), /a key lost/);
  // What the lost key signed cannot be passed off as signed by another.
  query(bare, `UPDATE core_lost_key SET key = '${now.key}'`);
  equal(run('journal', 'verify').code, 1);
  drop(bare);
  rmSync(join(away, 'restored'), { recursive: true });
});
await test('a server that runs on with the key of before seals nothing more by it', async () => {
  const bare = join(away, 'runs');
  clone(server.folder, bare);
  const other = await serve({ data: bare });
  await other.as('admin');
  rmSync(join(bare, 'journal.key'));
  essaim('journal', 'new-key', '--force', '--data', bare);
  const { key } = JSON.parse(essaim('journal', 'head', '--data', bare));
  await other.as('teacher');
  for (let i = 0; i < 50 && !/journal not sealed/.test(other.log()); i++) await sleep(100);
  match(other.log(), /journal not sealed/);
  await other.stop();
  match(essaim('journal', 'verify', '--data', bare), /all as sealed/);
  equal(JSON.parse(essaim('journal', 'head', '--data', bare)).key, key);
  drop(bare);
});
await test('before anything is sealed it says so, and makes no key', () => {
  const fresh = copyDemo();
  for (const words of [['journal', 'verify'], ['doctor']]) {
    const r = spawnSync(program, [...words, '--data', fresh], { encoding: 'utf8' });
    match(r.stdout + r.stderr, /nothing is sealed yet: start the server once/);
  }
  const r = spawnSync(program, ['journal', 'new-key', '--force', '--data', fresh], { encoding: 'utf8' });
  match(r.stderr, /nothing is sealed yet, and no key is lost/);
  ok(!existsSync(join(fresh, 'journal.key')), 'a key was made');
  drop(fresh);
});
const copy = join(away, 'copy');
clone(server.folder, copy);
await server.stop();

const refused = (folder, file, said) => {
  const r = spawnSync(program, ['journal', 'verify', '--head', file, '--data', folder], { encoding: 'utf8' });
  equal(r.status, 1, r.stdout);
  match(r.stderr, said);
  equal(r.stderr.trim().split('\n').length, 1);
};
await test('a file that is no head says what to name', () => {
  writeFileSync(join(away, 'bad.json'), '{');
  refused(copy, join(away, 'bad.json'), /bad\.json is no head \(.*\): name a file as \/journal\/tete\.json or journal_head_dir gave it/);
});
// It is read by pages of a thousand lines: each counts, and only once.
await test('a journal of several pages is proven whole, and each line of it', () => {
  const folder = join(away, 'long');
  clone(copy, folder);
  query(folder, `INSERT INTO core_journal (at, person, entity, row_id, what, detail, salt)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3100)
    SELECT 1, 0, 'core', 0, 'x', '', 'ab' FROM n`);
  const [lines] = /^\d+/.exec(essaim('journal', 'verify', '--data', folder));
  equal(lines, query(folder, 'SELECT count(*) FROM core_journal'));
  match(essaim('journal', 'verify', '--data', folder), new RegExp(`^${lines} lines, all as sealed`));
  for (const at of [Number(lines) - 1, 1000, 999]) {
    const line = query(folder, `SELECT line FROM core_leaf WHERE seq = ${at}`);
    query(folder, `UPDATE core_journal SET detail = 'y' WHERE id = ${line}`);
    const r = spawnSync(program, ['journal', 'verify', '--data', folder], { encoding: 'utf8' });
    match(r.stderr, new RegExp(`line ${line} is not the one`));
  }
});
await test('a journal that was changed, cut, or made anew is found out by the head kept', () => {
  const head = JSON.parse(readFileSync(kept, 'utf8'));
  const changed = (name, ...sql) => {
    const folder = join(away, name);
    clone(copy, folder);
    if (sql.length) query(folder, ...sql);
    return folder;
  };
  // Sealed anew over a changed line: alone, the journal agrees with itself.
  const forged = changed('forged', "UPDATE core_journal SET what = 'nothing' WHERE id = 2",
    'DELETE FROM core_head', 'DELETE FROM core_leaf');
  match(essaim('journal', 'verify', '--data', forged), /all as sealed/);
  refused(forged, kept, /the journal was changed/);
  const cut = changed('cut', 'DELETE FROM core_head', 'DELETE FROM core_leaf', 'DELETE FROM core_journal WHERE id > 1');
  refused(cut, kept, /lines are missing/);
  const other = changed('other', 'DELETE FROM core_head', 'DELETE FROM core_leaf');
  writeFileSync(join(other, 'journal.key'), generated());
  refused(other, kept, /another key/);
  for (const [text, said] of [['', /1:1|JSON|ends|expected|text/i], ['{}', /no head/], ['[]', /no head/],
    [JSON.stringify({ ...head, size: head.size - 1 }), /signature/],
    [JSON.stringify({ ...head, at: '2020-01-01T00:00:00Z' }), /signature/],
    [JSON.stringify({ ...head, root: 'zz' }), /no head/]]) {
    writeFileSync(join(away, 'bad.json'), text);
    refused(forged, join(away, 'bad.json'), said);
  }
  refused(forged, '/nowhere', /No such file/);
});
rmSync(away, { recursive: true, force: true });
