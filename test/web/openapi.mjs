// The description of the API: valid, whole, and what it says is what comes.
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import { test, equal, deepEqual, match, ok, serve, essaim, routes } from '../http/lib.mjs';

const server = await serve();
const bearer = essaim('token', 'add', 'admin@demo.example', 'openapi', '--data', server.folder).trim();
let serial = 0;
const call = (method, path, body, type = 'application/json') => server.stranger().fetch(`/api/v1${path}`, {
  method, body: body === undefined || type !== 'application/json' ? body : JSON.stringify(body),
  headers: { authorization: `Bearer ${bearer}`, 'content-type': type, 'idempotency-key': `openapi-${serial++}` } });
const api = JSON.parse((await server.stranger().get('/api/openapi.json')).text);

await test('a validator of OpenAPI 3.1 finds no fault', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(api));
  ok(valid, JSON.stringify(errors?.slice?.(0, 5) ?? errors));
});
await test('every route of the API is described, and nothing else', () => {
  const known = routes().filter((r) => r.path.startsWith('/api/v1/'))
    .map((r) => `${r.method} ${r.path.replace(/:(\w+)/g, '{$1}')}`).sort();
  const told = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.keys(item).map((m) => `${m.toUpperCase()} ${path}`)).sort();
  deepEqual(told, known);
  for (const word of ['figure', 'import/{import}', 'person/{id}/roles']) ok(api.paths[`/api/v1/${word}`], word);
});
await test('every operation says what it takes, gives and refuses', () => {
  for (const [path, item] of Object.entries(api.paths))
    for (const [method, o] of Object.entries(item)) {
      const name = `${method} ${path}`;
      const [code] = Object.keys(o.responses).filter((c) => /^2/.test(c));
      ok(code, name);
      const given = o.responses[code].content;
      if (code === '204') equal(given, undefined, name);
      else if (!given['application/octet-stream']) ok(given['application/json'].schema, name);
      ok(o.responses.default.content['application/problem+json'].schema.$ref.endsWith('/problem'), name);
      if (method === 'patch' || (method === 'post' && !/\/import\/\{/.test(path)))
        ok(Object.values(o.requestBody.content)[0], name);
      deepEqual(o.security, o['x-right'] === 'public' ? [] : undefined, name);
    }
});

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'api', ...api });
// The answer of an operation against the schema that is told for it.
const shaped = (path, method, r) => {
  const told = api.paths[`/api/v1${path}`][method].responses;
  const place = told[r.status] ? [String(r.status), 'application~1json'] : ['default', 'application~1problem+json'];
  const at = ['paths', `/api/v1${path}`.replaceAll('/', '~1'), method, 'responses', place[0], 'content', place[1], 'schema'];
  const check = ajv.getSchema(`api#/${at.map(encodeURIComponent).join('/')}`);
  ok(check, `${method} ${path} ${r.status}`);
  ok(check(JSON.parse(r.text)), `${method} ${path}: ${ajv.errorsText(check.errors)} ${r.text.slice(0, 300)}`);
  return JSON.parse(r.text);
};
// What comes beside what is told: nothing.
const members = (schema, value, name) => deepEqual(
  Object.keys(value).filter((k) => !api.components.schemas[schema].properties[k]), [], name);

await test('each operation has a name of its own, and choices are named', async () => {
  const all = Object.values(api.paths).flatMap((p) => Object.values(p));
  equal(new Set(all.map((o) => o.operationId)).size, all.length);
  for (const o of all) match(o.operationId, /^(get|post|patch|delete)(_[a-z_]+)+$/);
  const of = (path, method, name) => api.paths[path][method].parameters.find((p) => p.name === name).schema;
  deepEqual(of('/api/v1/school', 'get', 'kind').enum, api.components.schemas.school.properties.kind.enum.filter(Boolean));
  ok(of('/api/v1/import', 'post', 'entity').enum.includes('school'));
});
await test('lists and rows of every kind are as described', async () => {
  const kinds = Object.keys(api.paths).map((p) => /^\/api\/v1\/(\w+)$/.exec(p)?.[1])
    .filter((k) => k && api.components.schemas[`${k}_new`]);
  ok(kinds.length > 20);
  for (const kind of kinds) {
    const list = shaped(`/${kind}`, 'get', await call('GET', `/${kind}?limit=3`));
    for (const row of list.rows) members(kind, row, kind);
    if (list.rows.length) shaped(`/${kind}/{id}`, 'get', await call('GET', `/${kind}/${list.rows[0].id}`));
  }
});
await test('figures, and the rows behind one', async () => {
  const all = shaped('/figure', 'get', await call('GET', '/figure?annee=2023-2024'));
  ok(all.length >= 10);
  for (const f of all) members('figure', f, f.id);
  for (const { id } of all.slice(0, 8))
    members('figure', shaped('/figure/{figure}', 'get', await call('GET', `/figure/${id}?annee=2023-2024`)), id);
  equal((await server.stranger().get('/api/v1/figure')).status, 200, 'no token is needed');
});
await test('an import goes its whole way by the API', async () => {
  const csv = 'name;kind\nLes abeilles de l’API;association\n;association\n';
  const sent = await call('POST', '/import?entity=organisation&name=abeilles.csv', csv, 'text/csv');
  equal(sent.status, 201, sent.text);
  const { id } = shaped('/import', 'post', sent);
  const until = async (states) => {
    for (let i = 0; i < 200; i++) {
      const im = shaped('/import/{import}', 'get', await call('GET', `/import/${id}`));
      members('import', im, 'import');
      if (im.done && states.includes(im.state)) return im;
      await new Promise((done) => { setTimeout(done, 50); });
    }
    throw new Error('it does not end');
  };
  const checked = await until(['checked']);
  deepEqual([checked.name, checked.lines, checked.inserted, checked.refused], ['abeilles.csv', 2, 1, 1]);
  shaped('/import/{import}/application', 'post', await call('POST', `/import/${id}/application`));
  equal((await until(['applied'])).inserted, 1);
  const again = await call('POST', `/import/${id}/application`);
  equal(again.status, 409);
  shaped('/import/{import}/application', 'post', again);
  shaped('/import/{import}/annulation', 'post', await call('POST', `/import/${id}/annulation`));
  await until(['undone']);
  const bad = await call('POST', '/import?entity=organisation', 'a;b\n1;2\n', 'text/csv');
  equal(bad.status, 422);
  match(shaped('/import', 'post', bad).errors[0].message, /colonne|column/i);
});
await test('a row is made, changed and given roles as described', async () => {
  const made = shaped('/person', 'post', await call('POST', '/person',
    { name: 'Une personne décrite', email: 'decrite@example.org', state: 'active' }));
  shaped('/person/{id}', 'patch', await call('PATCH', `/person/${made.id}`, { name: 'Décrite' }));
  shaped('/person', 'post', await call('POST', '/person', { name: 7 }));
  shaped('/person/{id}/roles', 'post', await call('POST', `/person/${made.id}/roles`, { role: 'expert' }));
  const grants = shaped('/person/{id}/roles', 'get', await call('GET', `/person/${made.id}/roles`));
  shaped('/person/{id}/roles/{grant}', 'delete',
    await call('DELETE', `/person/${made.id}/roles/${grants.rows[0].id}`));
  shaped('/person/{id}', 'get', await call('GET', '/person/999999'));
});
await test('a module’s own answers are as its shapes tell, and so is what is free instead', async () => {
  const [lab] = (await call('GET', '/lab?limit=1').then((r) => JSON.parse(r.text))).rows;
  const series = shaped('/series', 'post', await call('POST', '/series', { title: 'Décrite', lab: lab.id, kind: 'workshop',
    starts: '2025-04-28', ends: '2025-06-23', part: 'afternoon', week: 'every' }));
  const dates = shaped('/series/{id}/dates', 'get', await call('GET', `/series/${series.id}/dates`));
  for (const d of dates) members('series_date', d, 'series_date');
  const { keep } = dates.find((d) => d.keep);
  const done = shaped('/series/{id}/reserver', 'post', await call('POST', `/series/${series.id}/reserver`, { keep: [keep] }));
  members('series_done', done, 'series_done');
  equal(done.dates, 1);
  const again = await call('POST', `/series/${series.id}/reserver`, { keep: [keep] });
  equal(again.status, 409, again.text);
  for (const x of shaped('/series/{id}/reserver', 'post', again).alternatives) members('alternative', x, 'alternative');
});
await test('a method that a path has not is told as a problem', async () => {
  const r = await call('PUT', '/person/1', {});
  equal(r.status, 405);
  match(r.type, /problem\+json/);
  match(r.headers.get('allow'), /PATCH/);
});
await server.stop();
