// Bytes that no browser sends: cut short, too many, in no encoding, in two
// lengths. The answer is clear, nothing is half-written, the server goes on.
import { test, equal, ok, match, serve, forms, tables, sameTables } from './lib.mjs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const server = await serve();
const admin = await server.as('admin');
const cookie = [...admin.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
const form = await admin.form('/etablissements/nouveau', '/etablissements');
const { _csrf, _key } = Object.fromEntries(form.fields);

// Sends these bytes, then nothing; what came back until the end.
function raw(parts, { end = false, wait = 4000 } = {}) {
  return new Promise((done) => {
    let text = '';
    const socket = connect(server.port, '127.0.0.1', () => {
      for (const part of [parts].flat()) socket.write(part);
      if (end) setTimeout(() => socket.end(), 200);
    });
    const stop = () => { socket.destroy(); done(text); };
    const timer = setTimeout(stop, wait);
    socket.on('data', (d) => {
      text += d.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? NaN);
      if (head > 0 && text.length >= head + 4 + length) { clearTimeout(timer); stop(); }
    });
    socket.on('error', () => { clearTimeout(timer); done(text); });
    socket.on('close', () => { clearTimeout(timer); done(text); });
  });
}
const status = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
const host = `Host: 127.0.0.1:${server.port}\r\n`;
const urlencoded = 'Content-Type: application/x-www-form-urlencoded\r\n';
const before = tables(server.folder);

await test('a body cut short writes nothing', async () => {
  const body = `_csrf=${_csrf}&_key=${_key}&uai=0995001${'ABCDEFGHJKLMNPRSTUVWXYZ'[995001 % 23]}&name=Coup&kind=college`;
  const head = `POST /etablissements HTTP/1.1\r\n${host}Cookie: ${cookie}\r\n${urlencoded}Content-Length: ${body.length}\r\n\r\n`;
  for (const cut of [0, 1, body.length - 1]) {
    const text = await raw(head + body.slice(0, cut), { end: true });
    ok([0, 400, 408].includes(status(text)), text.slice(0, 80));
  }
  sameTables(before, tables(server.folder), 'cut bodies');
});
await test('heads that could mean two things are refused', async () => {
  const post = (lines, body = 'x') => raw(`POST /entrer HTTP/1.1\r\n${host}${lines}\r\n${body}`);
  for (const [name, lines] of [
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n'],
    ['the same length twice', 'Content-Length: 1\r\nContent-Length: 1\r\n'],
    ['a length and chunks', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'],
    ['a length of letters', 'Content-Length: a\r\n'], ['a length below zero', 'Content-Length: -1\r\n'],
    ['two hosts', 'Host: other.example\r\nContent-Length: 1\r\n'],
  ]) {
    const s = status(await post(lines));
    ok([400, 501, 0].includes(s), `${name}: ${s}`);
  }
  const none = await raw('GET / HTTP/1.1\r\n\r\n');
  equal(status(none), 400, 'no host');
  match(none, /<h1>/, 'in our words');
  equal(none.match(/HTTP\/1\.1 /g).length, 1, 'and once');
  const program = await raw('GET /api/v1/school HTTP/1.1\r\n\r\n');
  match(program, /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/);
  match(program, /"title":"Cette demande[^"]*","detail":"Revenez/, 'in French');
  match(await raw('GET /api/v1/school HTTP/1.1\r\nAccept-Language: en\r\n\r\n'), /"title":"This request/);
  equal(status(await raw(`GET / HTTP/2.0\r\n${host}\r\n`)) >= 400, true, 'another version');
});
await test('a head that two programs could read in two ways is refused, and nothing after it is', async () => {
  const all = (bytes) => new Promise((done) => {
    let text = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.setTimeout(1500, () => socket.destroy());
    socket.on('data', (d) => { text += d.toString('latin1'); }).on('error', () => {});
    socket.on('close', () => done([...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((m) => m[1]).join(' ')));
  });
  const inner = `GET /entrer HTTP/1.1\r\n${host}\r\n`;
  const get = (lines) => `GET /healthz HTTP/1.1\r\n${lines}\r\n`;
  equal(await all(get(host) + get(host)), '200 200', 'two as they should be');
  equal(await all(`\r\n${get(host)}`), '200', 'an empty line before');
  equal(await all(get(`${host}A:b\r\nC:   d \t \r\nE:\r\nF: \r\n`)), '200', 'spaces that HTTP allows');
  for (const [what, bytes] of Object.entries({
    'no name': get(`${host}: junk\r\n${inner}`), 'no name, first': get(`: junk\r\n${host}`),
    'a NUL begins a line': get(`${host}\0A: b\r\n${inner}`), 'NUL in a name': get(`${host}A\0b: c\r\n`),
    'NUL in a value': get(`${host}A: b\0c\r\n`), 'NUL ends a value': get(`${host}A: b\0\r\n`),
    'NUL in the method': `GET\0X /healthz HTTP/1.1\r\n${host}\r\n`,
    'NUL in the target': `GET /healthz\0x HTTP/1.1\r\n${host}\r\n`,
    'NUL in the query': `GET /healthz?a=b\0c HTTP/1.1\r\n${host}\r\n`,
    'NUL after the version': `GET /healthz HTTP/1.1\0\r\n${host}\r\n`,
    'lone LFs': `GET /healthz HTTP/1.1\n${host.replace('\r', '')}\n`,
    'one lone LF': get(`${host.replace('\r', '')}A: b\r\n`),
    'a lone LF at the end': `GET /healthz HTTP/1.1\r\n${host}\n`, 'a lone CR': get(`Host: x\rA: b\r\n`),
    'a folded line': get(`${host}A: b\r\n c\r\n`), 'no colon': get(`${host}Abc\r\n`),
  }))
    equal(await all(bytes), '400', what);
  // Nor is what follows chunks, whose end the library alone has seen.
  const chunks = `POST /entrer HTTP/1.1\r\n${host}${urlencoded}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n`;
  equal(await all(`${chunks}\r\n${inner}`), '422', 'after chunks');
  equal(await all(`${chunks}: junk\r\n${inner}`).then((s) => s.split(' ').length), 1, 'after a trailer without a name');
});
await test('too many or too long heads', async () => {
  const many = Array.from({ length: 300 }, (_, i) => `X-${i}: y\r\n`).join('');
  ok([400, 431].includes(status(await raw(`GET / HTTP/1.1\r\n${host}${many}\r\n`))));
  ok([400, 413, 414, 431, 0].includes(status(await raw(`GET /${'x'.repeat(100000)} HTTP/1.1\r\n${host}\r\n`))));
});
await test('addresses that are no text, or lead upwards', async () => {
  for (const path of ['/%ff', '/%', '/%zz', '/%00', '/../etc/passwd', '/%2e%2e/x', '/a/../b',
    '/etablissements?q=%ff%fe', '/etablissements?q=%00', '/etablissements?%ff=1', '/static/../../x']) {
    const s = status(await raw(`GET ${path} HTTP/1.1\r\n${host}\r\n`));
    ok(s === 400 || s === 404 || (s === 200 && path.includes('?')), `${path}: ${s}`);
  }
});
await test('a body that is too large is 413 before it is read', async () => {
  const post = (path, length, more = '') =>
    raw(`POST ${path} HTTP/1.1\r\n${host}${more}${urlencoded}Content-Length: ${length}\r\n\r\nx=`);
  const form = await post('/etablissements', 2 << 20, `Cookie: ${cookie}\r\n`);
  equal(status(form), 413, 'a form of 2 MiB');
  match(form, /au plus 1[^ -~]+Mo/);
  match(await post('/imports', 1 << 30, `Cookie: ${cookie}\r\n`), /au plus 128[^ -~]+Mo/);
  equal(status(await post('/imports', 1 << 30, `Cookie: ${cookie}\r\n`)), 413, 'a file of 1 GiB');
  equal(status(await post('/entrer', 65 << 10)), 413, "a stranger's 65 kB");
  equal(status(await post('/imports', 1 << 20)), 413, "a stranger's file");
  for (const sent of ['Cookie: session=x', `Cookie: session=${'0'.repeat(80)}`, 'Authorization: Bearer x',
    `Authorization: Bearer ${'0'.repeat(80)}`, 'Authorization: Basic eDp4'])
    equal(status(await post('/imports', 100 << 20, `${sent}\r\n`)), 413, `100 MB with ${sent}`);
  equal(status(await post('/entrer', '99999999999999999999')) >= 400, true, 'a length beyond all');
  match(await post('/api/v1/school', 65 << 20), /"title":"C[^"]*est trop gros","detail":"Envoyez moins/, 'to a program, in French');
  match(await post('/api/v1/school', 65 << 20, 'Accept-Language: fr;q=0.5, en\r\n'), /"title":"This is too large","detail"/);
});
await test('chunks without an end are cut at the bound', async () => {
  const chunk = `10000\r\n${'x'.repeat(65536)}\r\n`;
  const head = `POST /entrer HTTP/1.1\r\n${host}${urlencoded}Transfer-Encoding: chunked\r\n\r\n`;
  equal(status(await raw([head, chunk, chunk, chunk])), 413);
});
await test("a stranger's form just below the bound is answered", async () => {
  const body = `email=x&password=${'y'.repeat(60000)}`;
  equal((await server.stranger().fetch('/entrer', { method: 'POST', body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 422);
});
await test('text that is not UTF-8 is said by its field', async () => {
  const page = await admin.form('/etablissements/nouveau', '/etablissements');
  const f = Object.fromEntries(page.fields);
  const r = await admin.fetch('/etablissements', { method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `_csrf=${f._csrf}&_key=${f._key}&name=%e9cole&uai=x&kind=college` });
  ok([400, 422].includes(r.status), String(r.status));
  sameTables(before, tables(server.folder), 'bad text');
});
await test('forms that are broken: multipart without an end, a thousand fields', async () => {
  const send = (type, body) => admin.fetch('/etablissements',
    { method: 'POST', headers: { 'content-type': type }, body });
  for (const [type, body] of [
    ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx'],
    ['multipart/form-data', '--b--'], ['multipart/form-data; boundary=', ''],
    [`multipart/form-data; boundary=${'b'.repeat(500)}`, ''],
    ['application/x-www-form-urlencoded', 'a=b&'.repeat(20000)],
    ['application/x-www-form-urlencoded', '%'.repeat(1000)],
    ['text/plain', 'name=x'], ['', 'name=x']]) {
    const r = await send(type, body);
    ok(r.status >= 400 && r.status < 500, `${type}: ${r.status}`);
  }
  sameTables(before, tables(server.folder), 'broken forms');
});
await test('a form that is cut says so, and gives back what came; what is no text is said by its field', async () => {
  const page = await admin.form('/etablissements/nouveau', '/etablissements');
  const f = Object.fromEntries(page.fields);
  const part = (name, value) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const send = (body, type = 'multipart/form-data; boundary=b') => admin.fetch('/etablissements',
    { method: 'POST', headers: { 'content-type': type }, body });
  const known = part('_csrf', f._csrf) + part('_key', f._key);
  const cut = await send(known + part('name', 'École du Coupé') + part('commune', 'Épinal'));
  equal(cut.status, 400);
  match(cut.text, /n’est pas arrivé entier/);
  match(cut.text, /École du Coupé[\s\S]*Épinal/);
  const none = await send(known, 'multipart/form-data');
  equal(none.status, 400);
  match(none.text, /n’est pas arrivé entier/);
  ok(!/champs signalés/.test(cut.text + none.text), 'no field is to blame');
  const odd = await send(`${known}${part('name', 'Éco\0le')}${part('commune', 'Épinal')}--b--`);
  equal(odd.status, 422);
  match(odd.text, /id="f-name-e">[^<]*caractères illisibles/);
  const back = forms(odd.text).find((x) => x.action === '/etablissements');
  equal(Object.fromEntries(back.fields).commune, 'Épinal', 'the form is there again');
  const other = await admin.post('/etablissements', [['_csrf', f._csrf], ['_key', f._key], ['no_such', 'a\0b']]);
  equal(other.status, 422);
  match(other.text, /caractères illisibles/);
  sameTables(before, tables(server.folder), 'cut and odd forms');
});
await test('what the server itself refuses is told in both languages, and to a program as a problem', async () => {
  const page = await raw(`GET /%ff HTTP/1.1\r\n${host}\r\n`);
  equal(status(page), 400);
  match(page, /<div lang="fr"><h1>[\s\S]*<div lang="en"><h2>/);
  const cut = `POST /api/v1/school HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 30\r\n\r\n{"a":`;
  for (const text of [await raw(`GET /api/%ff HTTP/1.1\r\n${host}\r\n`), await raw(cut, { end: true })]) {
    equal(status(text), 400, text);
    match(text, /application\/problem\+json/);
    const p = JSON.parse(text.slice(text.indexOf('\r\n\r\n')));
    equal(`${p.status} ${p.code}`, '400 unreadable');
    ok(p.title && p.instance, text);
  }
});
await test('an address asked by another method says so, with what it answers to', async () => {
  const r = await server.stranger().fetch('/carte', { method: 'DELETE' });
  equal(r.status, 405);
  match(r.type, /text\/html/);
  match(r.text, /ne se demande pas ainsi/);
  match(r.headers.get('allow'), /GET/);
  const api = await server.stranger().fetch('/api/v1/school', { method: 'PUT', headers: { 'accept-language': 'fr' } });
  const p = JSON.parse(api.text);
  equal(`${api.status} ${p.code} ${p.title}`, '405 method Cette page ne se demande pas ainsi');
  ok(p.instance, api.text);
});
await test('methods that nobody serves', async () => {
  for (const method of ['PUT', 'OPTIONS', 'TRACE', 'BREW'])
    ok([400, 405, 501].includes(status(await raw(`${method} / HTTP/1.1\r\n${host}\r\n`))), method);
  const r = await server.stranger().fetch('/etablissements', { method: 'HEAD' });
  equal(r.status, 200);
  equal(r.bytes.length, 0);
});
await test('two requests in one packet get two answers, in order', async () => {
  const text = await new Promise((done) => {
    let all = '';
    const s = connect(server.port, '127.0.0.1', () =>
      s.write(`GET /healthz HTTP/1.1\r\n${host}\r\nGET /nulle-part HTTP/1.1\r\n${host}Connection: close\r\n\r\n`));
    s.on('data', (d) => { all += d; });
    s.on('close', () => done(all));
  });
  match(text, /^HTTP\/1\.1 200[\s\S]*HTTP\/1\.1 404/);
});
await test('no file descriptors left: 503 or no answer, and then all as before', async () => {
  const poor = await serve({ under: ['prlimit', '--nofile=90'] });
  const sockets = Array.from({ length: 40 }, () => connect(poor.port, '127.0.0.1').on('error', () => {}));
  await sleep(200);
  const asked = await Promise.all(Array.from({ length: 60 }, () => fetch(`${poor.base}/etablissements`,
    { signal: AbortSignal.timeout(5000) }).then((r) => r.status, () => 0)));
  ok(asked.every((status) => [0, 200, 500, 503].includes(status)), asked.join(' '));
  for (const s of sockets) s.destroy();
  await sleep(200);
  equal((await poor.stranger().get('/etablissements')).status, 200);
  ok(!/ended by a signal/.test(poor.log()), poor.log().slice(-800));
  await poor.stop();
});
await test('the server lived through it', async () => {
  await sleep(50);
  equal((await server.stranger().get('/healthz')).status, 200);
  equal(/ended by a signal|"request failed"/.exec(server.log())?.[0] ?? '', '', server.log().slice(-1500));
});
await server.stop();
