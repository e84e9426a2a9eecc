// Files: sent with a form and by the API, downloaded by who may, kept once,
// replaced, brought back, swept away, and refused with words.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync }
  from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, equal, ok, match, serve, copy, drop, query, essaim, forms, filled, readable, tables,
  sameTables, onPostgres } from './lib.mjs';

const data = copy();
const token = essaim('token', 'add', 'leader@demo.example', 'files', '--data', data).trim();
const other = essaim('token', 'add', 'coordinator@demo.example', 'files', '--data', data).trim();
const env = { ESSAIM_FILE_MB: '2' };
let server = await serve({ data, env });
let leader = await server.as('leader');
const sha = (b) => createHash('sha256').update(b).digest('hex');
const stored = (b) => join(data, 'files', sha(b).slice(0, 2), sha(b));
const sql = (q) => query(data, q);
const left = () => readdirSync(data).filter((n) => n.startsWith('body-'))
  .concat(existsSync(join(data, 'files'))
    ? readdirSync(join(data, 'files')).filter((n) => n.startsWith('part-')) : []);
const pdf = Buffer.concat([Buffer.from('%PDF-1.4\n%\xe2\xe3\n', 'latin1'), randomBytes(700000),
  Buffer.from('\n%%EOF\n')]);
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const text = Buffer.from('Compte rendu : très bien.\n');

async function sendTo(who, path, changes, ...files) {
  const form = await who.form(path, path.endsWith('/modifier') ? '/modifier' : '/documents');
  equal(form.enctype, 'multipart/form-data');
  return { form, answer: await who.postFiles(form.action, [...filled(form, changes), ...files]) };
}
const made = (changes, ...files) => sendTo(leader, '/documents/nouveau', changes, ...files);

let row;
await test('a document with a file, its name with quotes and accents, the same byte for byte', async () => {
  const name = 'Évaluation «\u00a0CE1\u00a0» d\'"été".pdf';
  const { answer } = await made({ project: '1', title: 'Un essai' }, ['file', pdf, name]);
  equal(answer.status, 303, readable(answer.text).slice(0, 400));
  row = answer.location;
  const page = await leader.get(row);
  ok(readable(page.text).includes(`${name.replace(/\s/g, ' ')} (PDF, 700`), readable(page.text).slice(0, 900));
  const r = await leader.get(`${row}/fichier/file`);
  equal(r.status, 200);
  ok(r.bytes.equals(pdf), 'other bytes');
  equal(r.type, 'application/pdf');
  equal(r.headers.get('x-content-type-options'), 'nosniff');
  const d = r.headers.get('content-disposition');
  match(d, /^inline; filename="[ -~]*"; filename\*=UTF-8''/);
  equal(decodeURIComponent(/''(.*)$/.exec(d)[1]), name);
  match(r.headers.get('content-security-policy'), /default-src 'none'/);
  equal(r.headers.get('etag'), `"${sha(pdf)}"`);
  equal(statSync(stored(pdf)).size, pdf.length);
});
await test('an ETag is answered 304, a range 206, a range outside 416', async () => {
  const path = `${row}/fichier/file`;
  equal((await leader.get(path, { 'if-none-match': `"${sha(pdf)}"` })).status, 304);
  for (const [range, from, to] of [['bytes=10-19', 10, 20], ['bytes=-5', pdf.length - 5, pdf.length],
    [`bytes=${pdf.length - 3}-`, pdf.length - 3, pdf.length]]) {
    const r = await leader.get(path, { range });
    equal(r.status, 206, range);
    ok(r.bytes.equals(pdf.subarray(from, to)), range);
    equal(r.headers.get('content-range'), `bytes ${from}-${to - 1}/${pdf.length}`);
  }
  equal((await leader.get(path, { range: `bytes=${pdf.length}-` })).status, 416);
  for (const range of ['bytes=', 'bytes=a-b', 'lines=1-2', 'bytes=1-2,4-5'])
    equal((await leader.get(path, { range })).status, 200, range);
  equal((await leader.get(path, { range: 'bytes=0-1', 'if-range': '"old"' })).status, 200);
});
await test('the mail of an answer names the documents given; who asked without an account reads them by it', async () => {
  const sent = await leader.submit(await leader.form('/conseils/nouveau', '/conseils'), { need: 'Lire à voix haute',
    topic: 'practice', asked: '2025-03-02', asker: 'Une école', email: 'voix@demo.example', answer: 'Voici par où commencer.',
    documents: row.split('/').at(-1), documents_given: '1' });
  equal(sent.status, 303, readable(sent.text).slice(0, 400));
  const step = await leader.submit(await leader.form(sent.location, '/etapes/answer'), {});
  equal(step.status, 303, readable(step.text).slice(0, 400));
  const mail = sql("SELECT text FROM core_mail WHERE what = 'portfolio.mail_answer' AND address = 'voix@demo.example'");
  match(mail, /Documents remis/);
  match(mail, /Un essai/);
  const [, path, secret] = /\{site\}(\/documents-remis\/([0-9a-f]+)\/\d+\/file)/.exec(mail);
  const stranger = server.stranger();
  ok((await stranger.get(path)).bytes.equals(pdf), 'other bytes');
  equal((await stranger.get(path.replace(secret.slice(-8), '00000000'))).status, 404);
  equal((await stranger.get(`${row}/fichier/file`)).status === 200, false, 'the document itself is public');
  // By that address none but what the answer gives is read, and that while it gives it.
  const others = sql(`SELECT id FROM portfolio_document WHERE file IS NOT NULL AND id <> ${row.split('/').at(-1)}`).split('\n').filter(Boolean);
  ok(others.length);
  for (const other of others) equal((await stranger.get(`/documents-remis/${secret}/${other}/file`)).status, 404, other);
  equal((await leader.submit(await leader.form(`${sent.location}/modifier`, '/modifier'), { documents: null })).status, 303);
  equal((await stranger.get(path)).status, 404, 'the answer gives it no more');
});
await test('who answers gives a document of their own, of no project; who asked reads it, with an account or without', async () => {
  const expert = await server.as('expert'), form = await expert.form('/conseils/nouveau', '/conseils');
  const own = Buffer.concat([pdf, Buffer.from('% our own\n')]);
  const sent = await expert.postFiles(form.action, [...filled(form, { need: 'Écrire avec un casque', topic: 'practice',
    asked: '2025-03-02', asker: 'Une école', email: 'casque@demo.example', answer: 'Notre fiche est jointe.' }),
  ['file', own, 'fiche.pdf']]);
  equal(sent.status, 303, readable(sent.text).slice(0, 400));
  ok((await expert.get(`${sent.location}/fichier/file`)).bytes.equals(own));
  match((await expert.get(sent.location)).text, /fiche\.pdf/);
  equal((await expert.submit(await expert.form(sent.location, '/etapes/answer'), {})).status, 303);
  const mail = sql("SELECT text FROM core_mail WHERE what = 'portfolio.mail_answer' AND address = 'casque@demo.example'");
  const [, path] = /Document joint à la réponse.: \{site\}(\/documents-remis\/[0-9a-f]+\/file)/.exec(mail);
  const read = await server.stranger().get(path);
  ok(read.bytes.equals(own), 'other bytes');
  equal(read.headers.get('x-robots-tag'), 'noindex');
  equal((await server.stranger().get(path.replace(/.{8}\/file$/, '00000000/file'))).status, 404);
});
await test('the same form twice is once, and the same content lies on the disk once', async () => {
  const form = await leader.form('/documents/nouveau', '/documents');
  const pairs = [...filled(form, { project: '1', title: 'Deux fois' }), ['file', pdf, 'deux.pdf']];
  const first = await leader.postFiles(form.action, pairs);
  const after = tables(data);
  const again = await leader.postFiles(form.action, pairs);
  equal(again.status, 303);
  equal(again.location, first.location);
  sameTables(after, tables(data), 'sent twice');
  equal(sql(`SELECT count(*) FROM core_file WHERE hash = '${sha(pdf)}'`), '2');
  const beside = readdirSync(join(data, 'files', sha(pdf).slice(0, 2)));
  equal(beside.filter((n) => n.startsWith(sha(pdf))).length, 1);
});
await test('a file has the right and the reach of its row', async () => {
  const path = `${row}/fichier/file`;
  const stranger = await server.stranger().get(path);
  equal(stranger.status, 303);
  match(stranger.location, /^\/entrer/);
  equal((await (await server.as('teacher')).get(path)).status, 200);
  equal((await leader.get('/documents/999999/fichier/file')).status, 404);
  const id = sql(`SELECT id FROM core_file WHERE hash = '${sha(pdf)}' LIMIT 1`);
  equal((await (await server.as('teacher')).get(`${row}/historique/fichiers/${id}`)).status, 403);
  equal((await leader.get(`${row}/historique/fichiers/${id}`)).status, 200);
  const two = (await made({ project: '1', title: 'Autre' }, ['file', text, 'a.txt'])).answer.location;
  equal((await leader.get(`${two}/historique/fichiers/${id}`)).status, 404, "another row's file");
});
await test('a number alone opens nobody else\'s file', async () => {
  const { answer } = await made({ project: '1', title: 'Secret' }, ['file', png, 's.png']);
  equal(answer.status, 303);
  const id = sql(`SELECT id FROM core_file WHERE hash = '${sha(png)}'`);
  const coordinator = await server.as('coordinator');
  const form = await coordinator.form('/documents/nouveau', '/documents');
  const r = await coordinator.postFiles(form.action,
    filled(form, { project: '1', title: 'Vol', file_kept: id }));
  equal(r.status, 422);
  const api = await server.stranger().fetch('/api/v1/document', {
    method: 'POST', headers: { authorization: `Bearer ${other}` },
    body: JSON.stringify({ project: 1, title: 'Vol', file: Number(id) }) });
  equal(api.status, 422);
  match(api.text, /form\.not_found/);
});
await test('a mistake elsewhere in the form does not lose the file', async () => {
  const { answer } = await made({ project: '1', title: '' }, ['file', text, 'gardé.txt']);
  equal(answer.status, 422);
  ok(readable(answer.text).includes('gardé.txt'), 'the file is not named');
  const form = forms(answer.text).find((f) => f.action === '/documents');
  const r = await leader.postFiles(form.action, filled(form, { title: 'Gardé' }));
  equal(r.status, 303, readable(r.text).slice(0, 500));
  const file = await leader.get(`${r.location}/fichier/file`);
  ok(file.bytes.equals(text));
  match(file.headers.get('content-disposition'), /^attachment;.*gard%C3%A9\.txt$/);
});
await test('replaced, the old one stays in the history, and comes back with it', async () => {
  const { answer } = await sendTo(leader, `${row}/modifier`, {}, ['file', png, 'image.png']);
  equal(answer.status, 303, readable(answer.text).slice(0, 300));
  equal((await leader.get(`${row}/fichier/file`)).type, 'image/png');
  const past = await leader.get(`${row}/historique`);
  const links = [...past.text.matchAll(/href="([^"]*\/historique\/fichiers\/\d+)"/g)].map((m) => m[1]);
  equal(new Set(links).size, 2, 'both files');
  const old = (await Promise.all([...new Set(links)].map((l) => leader.get(l))))
    .find((r) => r.type === 'application/pdf');
  ok(old.bytes.equals(pdf), 'the old one');
  const form = await leader.form(`${row}/historique`, '/restauration');
  equal((await leader.submit(form)).status, 303);
  ok((await leader.get(`${row}/fichier/file`)).bytes.equals(pdf), 'brought back');
});
await test('a tick takes it away; without either a file or an address the form says so', async () => {
  const gone = await sendTo(leader, `${row}/modifier`, { file_remove: '1' });
  equal(gone.answer.status, 422);
  const r = await sendTo(leader, `${row}/modifier`, { file_remove: '1', web: 'https://demo.example/x' });
  equal(r.answer.status, 303);
  equal((await leader.get(`${row}/fichier/file`)).status, 404);
  const form = await leader.form(`${row}/historique`, '/restauration');
  equal((await leader.submit(form)).status, 303);
});
await test('what it is, its content says; what could run is only saved', async () => {
  for (const [bytes, name, type] of [
    ['<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', 'a.png', null],
    ['<!doctype html><script>1</script>', 'page.pdf', 'text/plain; charset=utf-8'],
    ['nom;commune\r\nA;B\r\n', 'liste.csv', 'text/csv; charset=utf-8'],
    ['\x7fELF\x02\x01\x01\x00', 'a.pdf', null], ['MZ\x90\x00\x03', 'b.exe', null],
  ]) {
    const { answer } = await made({ project: '1', title: name }, ['file', Buffer.from(bytes, 'latin1'), name]);
    equal(answer.status, type ? 303 : 422, name);
    if (!type) { ok(/id="f-file-e"/.test(answer.text), 'no message by the field'); continue; }
    const r = await leader.get(`${answer.location}/fichier/file`);
    equal(r.type, type);
    match(r.headers.get('content-disposition'), /^attachment/);
    match(r.headers.get('content-security-policy'), /sandbox/);
  }
});
await test('names: a path, a line end, marks that turn the writing, an endless one', async () => {
  for (const [name, kept] of [['C:\\dossier\\note.txt', 'note.txt'], ['../../etc/x.txt', 'x.txt'],
    ['a\r\nSet-Cookie: b.txt', 'a  Set-Cookie: b.txt'], ['a\u202egnp.txt', 'a gnp.txt'],
    [`${'é'.repeat(300)}.txt`, `${'é'.repeat(73)}.txt`], ['...', 'fichier']]) {
    const { answer } = await made({ project: '1', title: 'Nom' }, ['file', text, name]);
    equal(answer.status, 303, name);
    const d = (await leader.get(`${answer.location}/fichier/file`)).headers.get('content-disposition');
    equal(decodeURIComponent(/''(.*)$/.exec(d)[1]), kept);
  }
});
await test('an empty file, and one too large, have their message by the field', async () => {
  const big = Buffer.alloc(2_000_001, 'a');
  for (const [bytes, word] of [[Buffer.alloc(0), 'vide'], [big, 'lourd']]) {
    const { answer } = await made({ project: '1', title: 'Non' }, ['file', bytes, 'non.txt']);
    equal(answer.status, 422);
    ok(/id="f-file-e"[^<]*<\/?/.test(answer.text), 'no message by the field');
    ok(readable(answer.text).includes(word), word);
  }
  ok(!existsSync(stored(big)));
});
await test('a body far too large is refused at its head, and cut when none announces it', async () => {
  const cookie = [...leader.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
  let words = '';
  const post = (headers, chunks) => new Promise((done, fail) => {
    const r = request(`${server.base}/documents`, { method: 'POST', headers: { cookie, ...headers } },
      (a) => {
        let said = '';
        a.on('data', (d) => { said += d; });
        a.on('end', () => { words = said; done(a.statusCode); r.destroy(); });
      });
    r.on('error', fail);
    r.flushHeaders();
    const more = (i) => { if (i < chunks && !r.destroyed) r.write(Buffer.alloc(65536), () => more(i + 1)); };
    more(0);
  });
  const type = { 'content-type': 'multipart/form-data; boundary=b' };
  equal(await post({ ...type, 'content-length': 1_000_000_000 }, 0), 413);
  ok(words.includes('Rien n’a été enregistré') && words.includes('lang="en"'), words);
  equal(await post({ ...type, 'transfer-encoding': 'chunked' }, 200), 413);
  equal(left().join(' '), '');
});
await test('a form with a file far too large comes back with all its texts, wherever they stood', async () => {
  const before = tables(server.folder);
  const form = await leader.form('/documents/nouveau', '/documents');
  const typed = { project: '1', title: 'Gardé malgré le fichier' };
  const pairs = [...form.fields.filter(([n]) => !(n in typed)), ['project', '1'],
    ['file', Buffer.alloc(6_000_000, 'a\r\n--'), 'gros.bin'], ['title', typed.title]];
  const r = await leader.postFiles(form.action, pairs);
  equal(r.status, 413, readable(r.text).slice(0, 200));
  const back = forms(r.text).find((f) => f.action === '/documents');
  equal(back.fields.find(([n]) => n === 'title')[1], typed.title);
  equal(back.fields.find(([n]) => n === 'project')[1], '1');
  match(/id="f-file-e">([^<]*)/.exec(r.text)[1], /trop lourd\s: 2\sMo au plus/);
  match(/id="f-file-h">([^<]*)/.exec(r.text)[1], /2\sMo au plus/, 'the limit is told beforehand, too');
  sameTables(before, tables(server.folder), 'nothing is kept');
  equal(left().join(' '), '');
  // A file to import, where the program's own bound holds.
  const admin = await server.as('admin');
  const send = await admin.form('/imports', '/imports');
  const sheet = await admin.postFiles('/imports', [...send.fields.filter(([n]) => n !== 'entity'),
    ['file', Buffer.alloc((128 << 20) + 1, 'a;'), 'x.csv'], ['entity', 'school']]);
  equal(sheet.status, 413, readable(sheet.text).slice(0, 200));
  match(readable(sheet.text), /trop lourd\s: 128\sMo au plus/);
  equal(forms(sheet.text).find((f) => f.action === '/imports').fields.find(([n]) => n === 'entity')[1], 'school');
});
await test('the API: the bytes alone, then the row that names them', async () => {
  const api = (path, options = {}) => server.stranger().fetch(path, { ...options,
    headers: { authorization: `Bearer ${token}`, ...options.headers } });
  const up = () => api('/api/v1/document/files', { method: 'POST', body: pdf,
    headers: { 'content-disposition': "attachment; filename*=UTF-8''th%C3%A8se.pdf", 'idempotency-key': 'f1' } });
  const first = await up();
  equal(first.status, 201, first.text);
  const file = JSON.parse(first.text);
  equal(file.name, 'thèse.pdf');
  equal(file.sha256, sha(pdf));
  equal((await up()).text, first.text, 'the same key');
  const r = await api('/api/v1/document', { method: 'POST',
    body: JSON.stringify({ project: 1, title: 'Par l’API', file: file.id }) });
  equal(r.status, 201, r.text);
  const got = await api(`/api/v1/document/${JSON.parse(r.text).id}/files/file`);
  ok(got.bytes.equals(pdf));
  equal((await api('/api/v1/document/files', { method: 'POST' })).status, 422);
  const paths = JSON.parse((await leader.get('/api/openapi.json')).text).paths;
  ok(paths['/api/v1/document/files'].post.requestBody.content['application/octet-stream']);
  ok(paths['/api/v1/document/{id}/files/file'].get);
});
// Between the bytes and their row: a writer of ours holds the database meanwhile.
await test('bytes that the sweep takes before their row is written are kept anew', async (skip) => {
  if (onPostgres) return skip('holds the writer of SQLite');
  const bytes = Buffer.from('Balayé trop tôt.\n');
  const holder = spawn('sqlite3', [join(data, 'essaim.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
  holder.stdin.write(".timeout 5000\nBEGIN IMMEDIATE;\nSELECT 'held';\n");
  await new Promise((held) => holder.stdout.once('data', held));
  const sent = server.stranger().fetch('/api/v1/document/files', { method: 'POST', body: bytes,
    headers: { authorization: `Bearer ${token}`, 'content-disposition': 'attachment; filename="tot.txt"' } });
  for (let i = 0; i < 400 && !existsSync(stored(bytes)); i++) await sleep(5);
  rmSync(stored(bytes));
  holder.stdin.end('ROLLBACK;\n');
  const r = await sent;
  equal(r.status, 201, r.text);
  ok(existsSync(stored(bytes)), 'a row whose bytes are gone');
});
await test('killed between the file and its row: nothing is half there, and the rest is swept', async () => {
  const orphan = Buffer.from('personne ne me nomme');
  await server.stop();
  const dir = join(data, 'files', sha(orphan).slice(0, 2));
  execFileSync('mkdir', ['-p', dir]);
  writeFileSync(stored(orphan), orphan);
  const long = new Date(Date.now() - 3 * 86400e3);
  utimesSync(stored(orphan), long, long);
  writeFileSync(join(data, 'files/part-abcdef'), 'cut');
  writeFileSync(join(data, 'body-abcdef'), 'cut');
  const named = sql(`SELECT count(*) FROM core_file WHERE used = 1`);
  sql(`UPDATE core_file SET at = at - 3 * 86400`);
  utimesSync(stored(pdf), long, long);
  server = await serve({ data, env });
  leader = await server.as('leader');
  equal(left().join(' '), '');
  for (let i = 0; i < 100 && existsSync(stored(orphan)); i++) await sleep(100);
  ok(!existsSync(stored(orphan)), 'the orphan is still there');
  equal(sql('SELECT count(*) FROM core_file WHERE used = 1'), named, 'what rows name stays');
  equal(sql('SELECT count(*) FROM core_file WHERE used = 0'), '0', 'what none names goes');
  ok((await leader.get(`${row}/fichier/file`)).bytes.equals(pdf));
});
await test('kill -9 while files come: each answered one is whole, and none is half', async () => {
  const form = await leader.form('/documents/nouveau', '/documents');
  const told = [];
  for (let i = 0; i < 12; i++) {
    const bytes = randomBytes(300000 + i);
    const pairs = [...filled(form, { project: '1', title: `Mort ${i}`, _key: `mort-${i}`,
      web: 'https://demo.example/' }), ['file', Buffer.concat([Buffer.from('%PDF-'), bytes]), `m${i}.pdf`]];
    const going = leader.postFiles(form.action, pairs)
      .then((r) => r.status === 303 && told.push([r.location, Buffer.concat([Buffer.from('%PDF-'), bytes])]),
        () => 0);
    if (i % 3 === 2) {
      await sleep(i * 3);
      const child = execFileSync('pgrep', ['-P', String(server.child.pid)], { encoding: 'utf8' }).trim();
      process.kill(Number(child), 'SIGKILL');
    }
    await going;
    for (let k = 0; k < 100; k++)
      if (await fetch(`${server.base}/healthz`).then((r) => r.ok, () => false)) break; else await sleep(20);
  }
  equal(left().join(' '), '');
  ok(told.length >= 6, `${told.length} of 12 answered`);
  for (const [path, bytes] of told) ok((await leader.get(`${path}/fichier/file`)).bytes.equals(bytes), path);
  const hashes = sql('SELECT DISTINCT hash FROM core_file').split('\n');
  for (const h of hashes) ok(existsSync(join(data, 'files', h.slice(0, 2), h)), `no bytes of ${h}`);
});
await server.stop();
drop(data);
