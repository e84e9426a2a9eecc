// The API, as a program speaks to it: tokens, keys, versions, problems.
import { test, equal, deepEqual, ok, match, serve, essaim, forms, tables, sameTables } from './lib.mjs';

const server = await serve({ env: { ESSAIM_QUERIES: '1' } });
// Beside the running server.
const token = (role) => essaim('token', 'add', `${role}@demo.example`, 'essai', '--data', server.folder).trim();
const admin = token('admin'), teacher = token('teacher');
let serial = 0;
function call(method, path, { body, bearer = admin, raw, headers = {}, type = 'application/json' } = {}) {
  const all = { ...headers };
  if (bearer) all.authorization = `Bearer ${bearer}`;
  if (body !== undefined || raw !== undefined) all['content-type'] = type;
  return server.stranger().fetch(`/api/v1${path}`,
    { method, headers: all, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)) });
}
const uai = (n) => `099${n}${'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(`099${n}`) % 23]}`;
const school = (n, more = {}) => ({ uai: uai(n), name: `École ${n}`, kind: 'elementaire', ...more });
const problem = (r, status) => {
  equal(r.status, status, r.text);
  match(r.type, /^application\/problem\+json/);
  const p = JSON.parse(r.text);
  equal(p.status, status);
  ok(p.title && p.type && p.instance, r.text);
  return p;
};

await test('who has no token, or a wrong one, is 401 with a problem', async () => {
  for (const bearer of ['', 'x', 'x'.repeat(5000), admin.slice(1)])
    equal(problem(await call('POST', '/school', { bearer, body: school(8000) }), 401) && 'Bearer',
      (await call('GET', '/person', { bearer })).headers.get('www-authenticate'));
  problem(await call('GET', '/person', { bearer: '' }), 401);
  equal((await call('GET', '/school', { bearer: '' })).status, 200, 'schools are public');
});
await test('a token that does not hold is 401 where anybody may read, too', async () => {
  problem(await call('GET', '/school', { bearer: admin.slice(1) }), 401);
});
await test('a list is told what its place or its length lacks', async () => {
  for (const [asked, field] of [['after=garbage', 'after'], ['limit=100000', 'limit'], ['limit=0', 'limit']]) {
    const p = problem(await call('GET', `/school?${asked}`), 422);
    equal(p.errors?.map((e) => e.field).join(), field, asked);
    ok(!/[{}]/.test(p.errors[0].message), p.errors[0].message);
  }
  equal((await call('GET', '/school?limit=200')).status, 200);
});
await test('a right not held is 403', async () => {
  problem(await call('POST', '/school', { bearer: teacher, body: school(8000) }), 403);
});

let made;
await test('made with a key, twice, it is one row and one answer', async () => {
  const headers = { 'idempotency-key': 'essai-1' };
  const r = await call('POST', '/school', { body: school(8001, { pupils: 5, commune: 'Épinal' }), headers });
  equal(r.status, 201, r.text);
  made = JSON.parse(r.text).id;
  const before = tables(server.folder);
  const again = await call('POST', '/school', { body: school(8001, { pupils: 5, commune: 'Épinal' }), headers });
  equal(again.status, 201);
  equal(again.text, r.text);
  sameTables(before, tables(server.folder), 'sent twice');
});
await test('a key that comes again with something else is refused, in words', async () => {
  const headers = { 'idempotency-key': 'essai-1' };
  const before = tables(server.folder);
  const { version } = JSON.parse((await call('GET', `/school/${made}`)).text);
  for (const r of [await call('POST', '/school', { body: school(8001), headers }),
    await call('POST', '/school?x=1', { body: school(8001, { pupils: 5, commune: 'Épinal' }), headers }),
    await call('POST', '/organisation', { body: { name: 'x', kind: 'other' }, headers }),
    await call('PATCH', `/school/${made}`, { body: { name: 'Autre', version }, headers })]) {
    const p = problem(r, 409);
    deepEqual(p.errors.map((e) => e.code), ['form.key_used.api']);
    match(p.errors[0].message, /Idempotency-Key/);
  }
  sameTables(before, tables(server.folder), 'refused');
  // The same address asked another way.
  const once = { 'idempotency-key': 'essai-method' };
  equal((await call('PATCH', `/school/${made}`, { body: { pupils: 5 }, headers: once })).status, 200);
  problem(await call('DELETE', `/school/${made}`, { headers: once }), 409);
});
await test('of two at once with one key and two contents, one is done', async () => {
  const headers = { 'idempotency-key': 'essai-two' };
  const all = await Promise.all(Array.from({ length: 20 },
    (_, i) => call('POST', '/school', { body: school(8010 + i % 2), headers })));
  const [won, lost] = [201, 409].map((s) => all.filter((r) => r.status === s));
  equal(won.length + lost.length, 20, all.map((r) => r.status).join());
  ok(won.length && lost.length);
  equal(new Set(won.map((r) => r.text)).size, 1);
  for (const r of lost) equal(problem(r, 409).errors[0].code, 'form.key_used.api');
});
await test('a form that comes again with something else says so, and keeps what was typed', async () => {
  const who = await server.as('admin');
  const form = await who.form('/etablissements/nouveau', '/etablissements');
  const typed = { uai: uai(8020), name: 'École A', kind: 'elementaire' };
  const first = await who.submit(form, typed);
  equal(first.status, 303, first.text);
  // The browser parts a multipart form anew; a session may have a new token.
  const same = await who.submit(form, typed);
  deepEqual([same.status, same.location], [303, first.location]);
  const before = tables(server.folder);
  const other = await who.submit(form, { ...typed, name: 'École B' });
  equal(other.status, 409);
  match(other.text, /déjà été envoyé avec un autre contenu/);
  match(other.text, /École B/);
  sameTables(before, tables(server.folder), 'refused');
});
await test('a hundred at once with one key are one row', async () => {
  const headers = { 'idempotency-key': 'essai-many' };
  const all = await Promise.all(Array.from({ length: 100 },
    () => call('POST', '/school', { body: school(8002), headers })));
  equal([...new Set(all.map((r) => r.status))].join(), '201', all.find((r) => r.status !== 201)?.text);
  const ids = new Set(all.map((r) => JSON.parse(r.text).id).filter(Boolean));
  equal(ids.size, 1, [...ids].join());
});
await test('a row as JSON, with its version as ETag', async () => {
  const r = await call('GET', `/school/${made}`);
  equal(r.status, 200);
  match(r.type, /^application\/json/);
  const row = JSON.parse(r.text);
  equal(row.commune, 'Épinal');
  equal(row.pupils, 5);
  equal(row.rural, null);
  match(row.uid, /^[0-9a-f-]{36}$/);
  equal(r.headers.get('etag'), `"${row.version}"`);
});
await test('PATCH changes what it names; null empties', async () => {
  const etag = (await call('GET', `/school/${made}`)).headers.get('etag');
  equal((await call('PATCH', `/school/${made}`, { body: { name: 'Autre', pupils: 5 },
    headers: { 'if-match': etag } })).status, 200);
  const row = JSON.parse((await call('GET', `/school/${made}`)).text);
  deepEqual([row.name, row.commune, row.pupils, row.uai], ['Autre', 'Épinal', 5, uai(8001)]);
  equal((await call('PATCH', `/school/${made}`, { body: { pupils: null } })).status, 200);
  equal(JSON.parse((await call('GET', `/school/${made}`)).text).pupils, null);
  problem(await call('PATCH', `/school/${made}`, { body: { name: 'Tard' }, headers: { 'if-match': etag } }), 409);
  equal(JSON.parse((await call('GET', `/school/${made}`)).text).name, 'Autre');
});
await test('every tag of If-Match is heeded: of a proxy, bare, of nobody', async () => {
  const path = `/school/${made}`, name = async () => JSON.parse((await call('GET', path)).text).name;
  const { version } = JSON.parse((await call('GET', path)).text);
  for (const tag of [`"${version - 1}"`, `W/"${version - 1}"`, `${version - 1}`, '"zzz"', 'zzz', '""', `"${version}`, `"${version}", "2"`, '"0"'])
    problem(await call('PATCH', path, { body: { name: 'Tard' }, headers: { 'if-match': tag } }), 409);
  equal(await name(), 'Autre');
  for (const tag of [`W/"${version}"`, '*'])
    equal((await call('PATCH', path, { body: { name: 'Autre' }, headers: { 'if-match': tag } })).status, 200, tag);
});
await test('a version in the body is heeded like If-Match, and both versions are told', async () => {
  const { version } = JSON.parse((await call('GET', `/school/${made}`)).text);
  const p = problem(await call('PATCH', `/school/${made}`, { body: { name: 'Tard', version: version - 1 } }), 409);
  equal(p.errors[0].field, 'version');
  ok(p.errors[0].message.includes(version) && p.errors[0].message.includes(version - 1), p.errors[0].message);
  equal(JSON.parse((await call('GET', `/school/${made}`)).text).name, 'Autre');
  problem(await call('PATCH', `/school/${made}`, { body: { name: 'Tard', version: 'x' } }), 422);
  equal((await call('PATCH', `/school/${made}`, { body: { name: 'Autre', version } })).status, 200);
});
await test('the state of a project is not for PATCH nor for POST', async () => {
  const axis = JSON.parse((await call('GET', '/axis')).text).rows[0].id;
  const body = { name: 'Par l’API', axis, starts: '2025-01-06' };
  const q = problem(await call('POST', '/project', { body: { ...body, state: 'deployment' } }), 422);
  deepEqual(q.errors.map((e) => [e.field, e.code]), [['state', 'form.by_step']]);
  equal((await call('POST', '/project', { body: { ...body, state: 'idea' } })).status, 201);
  const p = JSON.parse((await call('GET', '/project?limit=1')).text).rows[0];
  for (const state of ['finished', 'stopped', null, '', 3].filter((s) => s !== p.state))
    problem(await call('PATCH', `/project/${p.id}`, { body: { state } }), 422);
  // What was read may be sent back whole.
  equal((await call('PATCH', `/project/${p.id}`, { body: p })).status, 200);
  equal(JSON.parse((await call('GET', `/project/${p.id}`)).text).state, p.state);
});
await test('many values are read as they are written', async () => {
  const [one, two] = JSON.parse((await call('GET', '/policy')).text).rows;
  const { id } = JSON.parse((await call('GET', '/project?limit=1')).text).rows[0];
  equal((await call('PATCH', `/project/${id}`, { body: { policies: [two.id, one.id] } })).status, 200);
  deepEqual(JSON.parse((await call('GET', `/project/${id}`)).text).policies, [two.id, one.id]);
  const listed = JSON.parse((await call('GET', '/project?limit=200')).text).rows.find((p) => p.id === id);
  deepEqual(listed.policies, [two.id, one.id]);
});
await test('a step over the API, with its reason', async () => {
  const axis = JSON.parse((await call('GET', '/axis')).text).rows[0].id;
  const r = await call('POST', '/project', { body: { name: 'Pas à pas', axis, starts: '2025-01-06' } });
  equal(r.status, 201, r.text);
  const { id } = JSON.parse(r.text);
  const step = (name, body) => call('POST', `/project/${id}/etapes/${name}`, { body });
  equal((await step('study')).status, 200);
  problem(await step('study'), 409);
  const p = problem(await step('stop'), 422);
  equal(p.errors[0].field, 'reason');
  equal((await step('stop', { reason: 'Un motif dit en une phrase.' })).status, 200);
  equal(JSON.parse((await call('GET', `/project/${id}`)).text).state, 'stopped');
});
await test('mistakes are a problem with a message for each field', async () => {
  const p = problem(await call('POST', '/school',
    { body: { uai: '0998001I', kind: 'castle', pupils: -1, latitude: 'north' } }), 422);
  const fields = p.errors.map((e) => e.field).sort();
  for (const f of ['uai', 'name', 'kind', 'pupils', 'latitude'])
    ok(fields.includes(f), `${f} is not among ${fields}`);
  for (const e of p.errors) ok(e.code && e.message && !e.message.includes('form.'), JSON.stringify(e));
  const q = problem(await call('POST', '/school', { body: school(8001) }), 422);
  equal(q.errors[0].field, 'uai');
});
await test('members that no field is, and values of a wrong type, are refused', async () => {
  for (const body of [{ ...school(8003), wings: 2 }, { ...school(8003), name: ['a'] },
    { ...school(8003), name: { a: 1 } }, { ...school(8003), pupils: 1.5 },
    { ...school(8003), name: '\u00a0 \u202f' }, { ...school(8003), departement: 999999 }, { ...school(8003), commune: { a: 1 } }]) {
    const r = await call('POST', '/school', { body });
    ok(r.status === 422, `${JSON.stringify(body)}: ${r.status} ${r.text}`);
  }
});
await test('an area is of the kind that a school names it as, and of its own in the tree', async () => {
  const areas = JSON.parse((await call('GET', '/area?limit=200')).text).rows;
  const of = (kind, more = () => true) => areas.find((x) => x.kind === kind && more(x));
  const bassin = of('bassin', (b) => areas.some((x) => x.kind === 'circonscription' && x.name.startsWith(b.name)));
  for (const [field, kind] of [['departement', 'bassin'], ['bassin', 'departement'], ['circonscription', 'bassin']])
    for (const value of [of(kind).id, of(kind).code])
      deepEqual(problem(await call('POST', '/school', { body: school(8003, { [field]: value }) }), 422).errors.map((e) => e.field), [field]);
  for (const [kind, parent] of [['bassin', 'academie'], ['circonscription', 'bassin'], ['departement', 'departement']])
    equal(problem(await call('POST', '/area', { body: { kind, name: 'Ici', parent: of(parent).id } }), 422).errors[0].code,
      'directory_area.wrong_parent', kind);
  const who = await server.as('admin'), id = JSON.parse((await call('GET', '/school?limit=1')).text).rows[0].id;
  const save = async (name) => (await who.submit(await who.form(`/etablissements/${id}/modifier`, '/modifier'), { bassin: name })).status;
  equal(await save(`${bassin.name} (circonscription fictive)`), 422);
  equal(await save(bassin.name), 303);
  equal(JSON.parse((await call('GET', `/school/${id}`)).text).bassin, bassin.id);
});
await test('what is no JSON, or no object, is 422; twice the same member too', async () => {
  const n = JSON.parse((await call('GET', '/school?limit=1')).text).total;
  for (const raw of ['{', '[]', '"x"', 'null', '{"a":1,"a":2}', '{"name":"\ud800"}'.replace('\ud800', '\\ud800'),
    '{"a":1e999}', '['.repeat(100000), Buffer.from('{"name":"\xe9"}', 'latin1')])
    ok([400, 422].includes((await call('POST', '/school', { raw })).status), String(raw).slice(0, 30));
  equal(JSON.parse((await call('GET', '/school?limit=1')).text).total, n);
});
await test('a total that was counted no further is null', async () => {
  const { total, next } = JSON.parse((await call('GET', '/class?limit=1')).text);
  equal(total, null);
  ok(next);
});
await test('a telephone has digits, and a file is of a kind that there is', async () => {
  const of = JSON.parse((await call('GET', '/school?limit=1')).text).rows[0].id;
  equal(problem(await call('PATCH', `/school/${of}`, { body: { phone: 'par courriel' } }), 422).errors[0].field, 'phone');
  for (const [entity, code] of [['nothing', 'form.not_in_list'], ['', 'form.required']]) {
    const p = problem(await call('POST', `/import?entity=${entity}`, { raw: 'uai;nom\r\n', type: 'text/csv' }), 422);
    equal(p.errors[0].field, 'entity');
    equal(p.errors[0].code, code);
  }
});
await test('a file is sent as it is: in a form, or as JSON, it is 415 with what to do', async () => {
  const before = tables(server.folder);
  for (const type of ['multipart/form-data; boundary=x', 'application/json']) {
    const p = problem(await call('POST', '/import?entity=school', { raw: '--x\r\n\r\nuai;nom\r\n--x--\r\n', type }), 415);
    equal(p.code, 'type');
    match(p.errors[0].message, /text\/csv/);
  }
  sameTables(before, tables(server.folder), 'refused');
});
await test('a form is not taken for JSON', async () => {
  const r = await call('POST', '/school', { raw: 'name=x', type: 'application/x-www-form-urlencoded' });
  ok([415, 422].includes(r.status), String(r.status));
});
await test('DELETE needs no version, heeds one, and is gone', async () => {
  problem(await call('DELETE', `/school/${made}`, { headers: { 'if-match': '"1"' } }), 409);
  equal((await call('DELETE', `/school/${made}`)).status, 204);
  problem(await call('GET', `/school/${made}`), 404);
  problem(await call('DELETE', `/school/${made}`), 404);
  problem(await call('PATCH', `/school/${made}`, { body: { name: 'x' } }), 404);
});
await test('404 and 405 are problems too', async () => {
  problem(await call('GET', '/nothing'), 404);
  problem(await call('GET', '/school/x'), 404);
  problem(await call('GET', '/school/99999999999999999999'), 404);
  const r = await call('PATCH', '/school', { body: {} });
  for (const no of [r, await call('PUT', '/school/1', { body: {} })]) {
    equal(no.status, 405);
    match(no.type, /^application\/problem\+json/);
    equal(JSON.parse(no.text).status, 405);
  }
  match(r.headers.get('allow') ?? '', /GET.*POST|POST.*GET/);
});
await test('lists: filters, pages of at most 200, every row once', async () => {
  const seen = new Set();
  let next = '', pages = 0, total = 0;
  while (next !== null) {
    const r = await call('GET', `/school?limit=60&sort=commune${next && `&after=${encodeURIComponent(next)}`}`);
    equal(r.status, 200, r.text);
    const body = JSON.parse(r.text);
    for (const row of body.rows) { ok(!seen.has(row.id), `${row.id} twice`); seen.add(row.id); }
    ok(body.rows.length <= 60);
    if (body.next) match(r.headers.get('link'), /rel="next"/);
    ({ next, total } = { next: body.next, total: body.total });
    pages++;
  }
  equal(seen.size, total);
  ok(pages > 3);
  const colleges = JSON.parse((await call('GET', '/school?kind=college&limit=200')).text);
  ok(colleges.rows.length && colleges.rows.every((s) => s.kind === 'college'));
  problem(await call('GET', '/school?kind=castle'), 422);
  problem(await call('GET', '/school?sort=nothing'), 422);
});
await test('what a list does not know is refused, with what was sent', async () => {
  for (const [query, field] of [['limit=abc', 'limit'], ['limit=-5', 'limit'], ['limit=0', 'limit'], ['nofilter=zzz', 'nofilter']])
    deepEqual(problem(await call('GET', `/school?${query}`), 422).errors.map((e) => e.field), [field], query);
  match(problem(await call('GET', '/school?sort=-nope'), 422).errors[0].message, /nope/);
});
await test('a row in use: what uses it is named', async () => {
  const { id } = JSON.parse((await call('GET', '/axis')).text).rows[0];
  const p = problem(await call('DELETE', `/axis/${id}`), 409);
  ok(p.errors.some((e) => /\d (objectifs|projets)? ?.*\(\S/.test(e.message)));
  equal((await call('GET', `/axis/${id}`)).status, 200);
});
await test('OpenAPI describes what was used here', async () => {
  const r = await server.stranger().get('/api/openapi.json');
  const api = JSON.parse(r.text);
  match(api.openapi, /^3\.1/);
  for (const p of ['/api/v1/school', '/api/v1/school/{id}', '/api/v1/project'])
    ok(api.paths[p], `${p} is not described`);
  ok(api.paths['/api/v1/school'].post && api.paths['/api/v1/school/{id}'].patch);
  // What it says of a row and of a list is what comes.
  const list = api.paths['/api/v1/school'].get, one = api.paths['/api/v1/project/{id}'];
  deepEqual([list.security, api.paths['/api/v1/person'].get.security], [[], undefined]);
  for (const { name, in: place } of list.parameters.filter((p) => p.name !== 'after')) {
    equal(place, 'query');
    equal((await call('GET', `/school?${name}=`)).status, name === 'limit' ? 422 : 200, name);
  }
  deepEqual(['q', 'sort', 'after', 'kind', 'limit'].filter((n) => !list.parameters.some((p) => p.name === n)), []);
  deepEqual(Object.keys(list.responses['200'].content['application/json'].schema.properties),
    Object.keys(JSON.parse((await call('GET', '/school?limit=1')).text)));
  const named = one.get.responses['200'].content['application/json'].schema.$ref.split('/').at(-1);
  const { id } = JSON.parse((await call('GET', '/project?limit=1')).text).rows[0];
  // What is only sent is in no answer.
  const { correction, ...given } = api.components.schemas[named].properties;
  equal(correction.writeOnly, true);
  deepEqual(Object.keys(given), Object.keys(JSON.parse((await call('GET', `/project/${id}`)).text)));
  ok(!api.components.schemas.project_new.allOf[1].required.includes('state') && api.components.schemas.project.properties.state.readOnly);
  ok(one.delete.responses['204']);
});
await test('a file that is imported says what is wrong with which of its lines', async () => {
  const send = async (raw) => {
    const { id } = JSON.parse((await call('POST', '/import?entity=school', { raw, type: 'text/csv' })).text);
    for (let now;; await new Promise((next) => setTimeout(next, 25)))
      if ((now = JSON.parse((await call('GET', `/import/${id}`)).text)).done) return now;
  };
  const latin = await send(Buffer.from(`uai;nom;nature\r\n${uai(8100)};École;collège\r\n${uai(8101)};École;manoir\r\n`, 'latin1'));
  match(latin.note, /Latin-1/);
  deepEqual([latin.state, latin.refused, latin.next], ['checked', 1, null]);
  deepEqual(latin.faults, [{ line: 3, refused: true, field: 'kind', code: 'form.not_in_list', value: 'manoir',
    message: latin.faults[0].message }]);
  match(latin.faults[0].message, /manoir.*n’est pas dans la liste[^a-z]*école maternelle, .*collège/);
  const cut = await send(`uai;nom;nature\r\n${uai(8100)};"École;collège\r\n`);
  equal(cut.state, 'stopped');
  match(cut.note, /ligne 2/);
  // By pages of a hundred lines.
  const many = await send(`uai;nom;nature\r\n${`0540001A;Non;collège\r\n`.repeat(130)}`);
  deepEqual([many.faults.length, many.next], [100, 101]);
  const rest = JSON.parse((await call('GET', `/import/${many.id}?apres=101`)).text);
  deepEqual([rest.faults.length, rest.faults[0].line, rest.next], [30, 102, null]);
});
await test('the server lived through it', async () => {
  equal(/ended by a signal|"request failed"/.exec(server.log())?.[0] ?? '', '', server.log().slice(-1500));
});
await test('a past of many versions comes by pages, each to be brought back', async () => {
  const id = JSON.parse((await call('POST', '/school', { body: school(8777) })).text).id;
  for (let i = 2; i <= 55; i++)
    equal((await call('PATCH', `/school/${id}`, { body: { name: `Nom ${i}` } })).status, 200);
  const who = await server.as('admin');
  const path = `/etablissements/${id}/historique`;
  const versions = (text) => [...text.matchAll(/<h2>Version (\d+)/g)].map((m) => Number(m[1]));
  const first = (await who.get(path)).text;
  deepEqual(versions(first), Array.from({ length: 50 }, (_, i) => 55 - i));
  match(first, /<del>Nom 5<\/del>[^]*<ins>Nom 6<\/ins>/);
  equal(first.match(/href="([^"]*)"[^>]*>Versions plus anciennes/)[1], `${path}?avant=6`);
  const rest = (await who.get(`${path}?avant=6`)).text;
  deepEqual(versions(rest), [5, 4, 3, 2, 1]);
  ok(!rest.includes('Versions plus anciennes'));
  match(rest, /<del>Nom 4<\/del>[^]*<ins>Nom 5<\/ins>/);
  for (const bad of ['1', '0', 'x', '-3']) equal((await who.get(`${path}?avant=${bad}`)).status, 404, bad);
  const form = forms(rest).find((f) => f.action.endsWith('/restauration') && f.fields.some(([n, v]) => n === '_version' && v === '5'));
  equal((await who.submit(form)).status, 303);
  equal(JSON.parse((await call('GET', `/school/${id}`)).text).name, 'Nom 5');
});
await test('a row is checked within its write, and only there', async () => {
  const visit = JSON.parse((await call('GET', '/visit?limit=1')).text).rows[0];
  const r = await call('POST', '/slot', { body: { visit: visit.id, day: '2001-03-01', part: 'morning' } });
  deepEqual(problem(r, 422).errors.map((e) => e.field), ['day']);
  equal(Number(r.headers.get('x-queries')), 3, 'who it is, what they may, the visit');
});
await server.stop();
