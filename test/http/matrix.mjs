// The rights matrix of test/rights.mjs, asked of the running server: every
// route, entity, export and step, as everybody, on one's own row and on a
// stranger's. With names of entities after it, only of their families.
import { test, equal, ok, serve, copy, drop, essaim, routes, roles, forms, links, importEnd } from './lib.mjs';
import { records, others, actions, apiActions, fileActions, apiFileActions, stepAnswers, own, place, cell }
  from '../rights.mjs';

const folder = copy();
const tokens = new Map(roles.map((role) =>
  [role, essaim('token', 'add', `${role}@demo.example`, 'matrix', '--data', folder).trim()]));
const server = await serve({ data: folder });
const everyone = ['stranger', ...roles];
const people = new Map([['stranger', server.stranger()]]);
for (const role of roles) people.set(role, await server.as(role));
const admin = people.get('admin');

const csrf = new Map();
for (const role of roles) {
  const token = forms((await people.get(role).get('/')).text).flatMap((f) => f.fields)
    .find(([name]) => name === '_csrf');
  csrf.set(role, token[1]);
}
let serial = 0;
function send(role, method, path, fields = {}) {
  const who = people.get(role);
  if (method === 'GET') return who.get(path);
  return who.post(path, { ...fields, _csrf: csrf.get(role) ?? '', _key: `matrix-${serial++}` });
}
function api(role, method, path, body) {
  const headers = role === 'stranger' ? {} : { authorization: `Bearer ${tokens.get(role)}` };
  if (method === 'DELETE') headers['if-match'] = '"999999"';
  if (body) headers['content-type'] = 'application/json';
  return server.stranger().fetch(path,
    { method, headers, body: body ? JSON.stringify(body) : undefined });
}

// make check asks a role by one of the two doors of an entity, its pages or the API,
// whose rights and reach are the same: the next entity's it asks by the other. And one
// row instead of two where none is nearer than another. Of what is named all is asked.
const whole = Boolean(process.env.FULL) || process.argv.length > 2;
const by = (r, inApi) => everyone.filter((_, i) =>
  whole || !r.path || (i + records.indexOf(r)) % 2 === (inApi ? 1 : 0));
const sides = (role, entity, c) => (whole || (role in place && own[entity]) || c[0] !== c[1] ? [false, true] : [false]);

// What stands where, as an administrator sees it who stays signed in.
const rows = {};
const keeper = await server.as('admin');
const rowsNow = async (r) => (r.path
  ? JSON.parse((await keeper.get(`${r.path}.json`)).text)
  : JSON.parse((await api('admin', 'GET', `/api/v1/${r.api}?limit=200`)).text).rows);
for (const r of records) rows[r.api] = await rowsNow(r);
const bySchool = new Map(rows.school.map((s) => [s.id, s]));
const me = new Map(roles.map((role) =>
  [role, rows.person.find((p) => p.email === `${role}@demo.example`)]));
const isOwn = (role, entity, row) => !(role in place) || !own[entity]
  || own[entity](role, row, me.get(role), (id) => bySchool.get(id), rows);

function expected(verdict, method, yes, inApi) {
  if (verdict === 'yes') return yes;
  if (verdict === 'sign in') return inApi || method !== 'GET' ? 401 : 303;
  return verdict;
}
function compare(r, want, what) {
  const list = [want].flat();
  ok(list.includes(r.status), `${what}: ${r.status}, not ${list.join(' or ')}`);
  if (want === 303 && r.method === 'GET' && !/^\/(langue|laboratoires)/.test(r.path))
    ok(r.location.startsWith('/entrer'), `${what}: sent to ${r.location}`);
}

const covered = new Set();
const long = 'x'.repeat(5000);

// A row of one's own and a stranger's; to strangers and where all is in reach,
// any two.
function pick(role, entity, far) {
  const list = rows[entity];
  if (!(role in place) || !own[entity]) return list[far ? list.length - 1 : 0];
  return list.find((row) => isOwn(role, entity, row) !== far);
}

async function family(r) {
  const cellOf = (action, role, far) => {
    const c = cell(r[action], role);
    return far === null ? c[2] : c[far ? 1 : 0];
  };
  const files = (of) => (r.files ?? []).flatMap(of);
  const pages = r.path ? [...actions, ...files(fileActions)] : [];
  for (const [method, tail, action, what, yes] of pages) {
    covered.add(`${method} ${r.path}${tail}`);
    const text = { [textOf(r)]: long };
    await test(`${method} ${r.path}${tail}`, async (skip) => {
      let none = 0;
      for (const role of by(r, false))
        for (const far of what === 'row' ? sides(role, r.api, cell(r[action], role)) : [null]) {
          const row = what === 'row' ? pick(role, r.api, far) : {};
          if (!row) { none++; continue; }
          const path = r.path + tail.replace(':id', row.id).replace(':file', '999999');
          const sent = /suppression/.test(tail) ? { _version: '999999' }
            : /modifier/.test(tail) ? { ...text, _version: row.version ?? '1' } : text;
          compare(await send(role, method, path, /restauration/.test(tail) ? {} : sent),
            expected(cellOf(action, role, far), method, yes, false),
            `${role} ${method} ${path}${far === null ? '' : far ? ' (a stranger\'s)' : ' (own)'}`);
        }
      if (none > 12) skip(`${none} cells have no row in the demonstration`);
    });
  }
  for (const [method, tail, action, what, yes] of [...apiActions, ...files(apiFileActions)]) {
    const base = `/api/v1/${r.api}`;
    covered.add(`${method} ${base}${tail}`);
    await test(`${method} ${base}${tail}`, async () => {
      for (const role of by(r, true))
        for (const far of what === 'row' ? sides(role, r.api, cell(r[action], role)) : [null]) {
          const row = what === 'row' ? pick(role, r.api, far) : {};
          if (!row) continue;
          const path = base + tail.replace(':id', row.id);
          const body = ['POST', 'PATCH'].includes(method) && tail !== '/files' ? { [textOf(r)]: long } : undefined;
          compare(await api(role, method, path, body),
            expected(cellOf(action, role, far), method, yes, true),
            `${role} ${method} ${path}${far === null ? '' : far ? ' (a stranger\'s)' : ' (own)'}`);
        }
    });
  }
  if (r.path) await test(`${r.name}: list, CSV, JSON and API show what is in reach, and only that`, async () => {
    for (const role of everyone) {
      if (cell(r.read, role)[2] !== 'yes') continue;
      const open_ = cell(r.read, role)[1] === 'yes';
      const want = rows[r.api].filter((row) => open_ || isOwn(role, r.api, row))
        .map((row) => row.id).sort((a, b) => a - b);
      const json = JSON.parse((await send(role, 'GET', `${r.path}.json`)).text).map((x) => x.id);
      equal(json.sort((a, b) => a - b).join(' '), want.join(' '), `${role} ${r.path}.json`);
      const csv = (await send(role, 'GET', `${r.path}.csv`)).text.split('\r\n').slice(1)
        .map((l) => /^(\d+);/.exec(l)?.[1]).filter(Boolean).map(Number);
      equal(csv.sort((a, b) => a - b).join(' '), want.join(' '), `${role} ${r.path}.csv`);
      const seen = [];
      for (let next = ''; next !== null;) {
        const page = await api(role, 'GET',
          `/api/v1/${r.api}?limit=200${next && `&after=${encodeURIComponent(next)}`}`);
        const body = JSON.parse(page.text);
        seen.push(...body.rows.map((x) => x.id));
        next = body.next;
      }
      equal(seen.sort((a, b) => a - b).join(' '), want.join(' '), `${role} API ${r.api}`);
      const html = await send(role, 'GET', r.path);
      const shown = links(html.text).map((l) => new RegExp(`^${r.path}/(\\d+)$`).exec(l)?.[1])
        .filter(Boolean).map(Number);
      equal(shown.filter((id) => !want.includes(id)).join(' '), '', `${role} ${r.path}`);
    }
  });
  for (const [names, table] of Object.entries(r.steps ?? {}))
    for (const name of names.split(' '))
      for (const base of [r.path, `/api/v1/${r.api}`]) {
        const inApi = base.startsWith('/api');
        covered.add(`POST ${base}/:id/etapes/${name}`);
        await test(`POST ${base}/:id/etapes/${name}`, async () => {
          for (const role of by(r, inApi)) {
            const { row, far } = pickStep(r, name, role);
            const path = `${base}/${row.id}/etapes/${name}`;
            const answer = inApi ? await api(role, 'POST', path) : await send(role, 'POST', path);
            compare(answer, expected(cell(table, role)[far ? 1 : 0], 'POST', stepAnswers, inApi),
              `${role} ${path}`);
          }
        });
      }
}
// A text field with a bound, by which what is sent is wrong.
function textOf(r) {
  return r.text ?? {
    school: 'name', class: 'label', person: 'name', area: 'name', organisation: 'name',
    axis: 'name', objective: 'name', policy: 'name', programme: 'name', service: 'name',
    project: 'name', project_service: 'note', opening: 'week', coordination: 'starts', project_member: 'role', project_partner: 'role',
    document: 'title',
  }[r.api];
}
// A row in a state from which this step does not start; one's own where there is one.
function pickStep(r, name, role) {
  const from = r.from?.[name] ?? {
    study: ['idea'], design: ['study'], trial: ['study', 'design'],
    deploy: ['design', 'trial'], rework: [], finish: [], hold: [], stop: [], resume: [],
  }[name];
  const list = rows[r.api].filter((row) => !from.includes(row.state));
  const row = list.find((x) => isOwn(role, r.api, x));
  return { row: row ?? list[0], far: !row };
}

const asked = process.argv.slice(2);
for (const r of records) if (!asked.length || asked.includes(r.api)) await family(r);
if (asked.length) {
  for (const api of asked)
    await test(`every route of ${api} stands in the matrix`, () => {
      const { path } = records.find((r) => r.api === api);
      const its = new RegExp(`^[A-Z]+ (${path}|/api/v1/${api})(/|$)`);
      equal(routes().map((r) => `${r.method} ${r.path}`).filter((r) => its.test(r) && !covered.has(r)).join('\n'), '');
    });
  await server.stop();
  drop(folder);
  process.exit();
}

// An import by the administrator, for the pages that show one.
const csv = (await admin.get('/etablissements.csv')).bytes;
const sent = await admin.postFiles('/imports', [['_csrf', csrf.get('admin')], ['_key', 'matrix-import'],
  ['entity', 'school'], ['file', csv, 'ecoles.csv']]);
await importEnd(admin, sent.location);
const example = { ':import': /\d+$/.exec(sent.location ?? '')?.[0], ':code': 'en', ':figure': null };
example[':offer'] = 'personne';
example[':figure'] = links((await admin.get('/chiffres')).text)
  .map((l) => /^\/chiffres\/([^?/]+)/.exec(l)?.[1]).find(Boolean);

for (const f of [...others].sort((a, b) => (a.last ?? 0) - (b.last ?? 0)))
  for (const route of [...f.routes, ...(f.forms ?? [])]) {
    covered.add(route);
    await test(`${f.name}: ${route}`, async () => {
      const [method, shape] = route.split(' ');
      const path = f.unknown ? shape.replace(/:[a-z]+/, '999999')
        : shape.replace(/:[a-z]+/, (name) => f.which ? rows[f.which[0]].find(f.which[1]).id
          : example[name]);
      const inApi = shape.startsWith('/api/v1/');
      for (const role of everyone)
        for (const far of f.row ? sides(role, f.row, cell(f.answers, role)) : [null]) {
          const row = f.row && pick(role, f.row, far);
          if (f.row && !row) continue; // the demonstration has none
          const at = row ? shape.replace(':id', row.id).replace(/:[a-z]+/, '999999') : path;
          const answer = cell(f.answers, role);
          const r = inApi ? await api(role, method, at, method === 'POST' ? {} : undefined)
            : await send(role, method, at, f.send);
          compare(r, expected(f.row ? answer[far ? 1 : 0] : answer, method, 200, inApi),
            `${role} ${method} ${at}`);
        }
    });
  }

await test('every route of the program stands in the matrix, and no other', () => {
  const known = routes().map((r) => `${r.method} ${r.path}`);
  equal(known.filter((r) => !covered.has(r)).join('\n'), '', 'routes without a verdict');
  const forms_ = /\.(csv|json)$/;
  equal([...covered].filter((r) => !known.includes(r) && !forms_.test(r)).join('\n'), '',
    'verdicts without a route');
});
await test('what no route is, is 404 for everybody; another method is 405', async () => {
  for (const role of everyone) {
    equal((await send(role, 'GET', '/nulle-part')).status, 404, role);
    equal((await api(role, 'PATCH', '/api/v1/school')).status, 405, role);
  }
});
await test('a cookie is no token for the API', async () => {
  const r = await (await server.as('teacher')).fetch('/api/v1/class', { method: 'POST', body: '{}' });
  equal(r.status, 403);
});
await test('a search finds only what is in reach', async () => {
  for (const [role, entity, path] of [['coordinator', 'person', '/personnes'],
    ['teacher', 'person', '/personnes'], ['teacher', 'class', '/classes']]) {
    const words = entity === 'person' ? ['professeur', 'chef', 'expert'] : ['6e', 'ce1', 'cm2', 'a', 'b'];
    for (const word of words) {
      const r = await send(role, 'GET', `/recherche?q=${word}`);
      const ids = links(r.text).map((l) => new RegExp(`^${path}/(\\d+)$`).exec(l)?.[1])
        .filter(Boolean).map(Number);
      const table = records.find((x) => x.api === entity);
      const may = cell(table.read, role)[2] === 'yes';
      const wrong = ids.filter((id) => !may
        || !isOwn(role, entity, rows[entity].find((row) => row.id === id)));
      equal(wrong.join(' '), '', `${role} finds ${entity} by ${word}`);
    }
  }
});
await test('the matrix changed nothing', async () => {
  for (const r of records) {
    const now = await rowsNow(r);
    equal(JSON.stringify(now), JSON.stringify(rows[r.api]), r.path);
  }
});
await server.stop();
drop(folder);
