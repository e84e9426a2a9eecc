// Walks every address the program names, as everybody, in both languages. A new
// module is tested here before its author writes a test.
import { test, equal, ok, serve, routes, rights, roles, forms, links, filled, filling, readable,
  post, tables, sameTables, importSend, importEnd, offerOf } from './lib.mjs';
import { setTimeout as sleep } from 'node:timers/promises';

const server = await serve();
const all = routes();
const holders = rights();
const may = (role, right) => right === 'public' || (holders[right] ?? []).includes(role);
const people = new Map([['stranger', server.stranger()]]);
for (const role of roles) people.set(role, await server.as(role));
const admin = people.get('admin');
// make check asks a route as nobody, as the administrator and as a third of the other
// roles in turn; the matrix asks it as everybody.
const whole = Boolean(process.env.FULL);
const peopleAt = (turn) => [...people].filter(([role], i) =>
  whole || ['stranger', 'admin'].includes(role) || i % 3 === turn % 3);

// Entities with pages: what has a form to change a row.
const entities = all.filter((r) => r.method === 'GET' && r.path.endsWith('/:id/modifier'))
  .map((r) => {
    const path = r.path.slice(0, -'/:id/modifier'.length);
    return { path, write: r.right, read: all.find((l) => l.method === 'GET' && l.path === path).right };
  });
const inApi = all.filter((r) => r.method === 'GET' && /^\/api\/v1\/[^/]+$/.test(r.path));
async function rowsOf(path, who = admin) {
  const r = await who.get(`${path}.json`);
  equal(r.status, 200, `GET ${path}.json`);
  return JSON.parse(r.text);
}
const examples = { code: 'en', figure: null, import: null, task: 1 };
for (const e of entities) e.rows = await rowsOf(e.path);
const home = await admin.get('/chiffres');
examples.figure = links(home.text).map((l) => /^\/chiffres\/([^?/]+)/.exec(l)?.[1]).find(Boolean);
// Whom a coordinator enters is offered what is free.
const entered = await admin.submit(await admin.form('/attente/nouveau', '/attente'), {
  lab: String(entities.find((e) => e.path === '/regles-attente').rows[0].lab), starts: '2025-03-17', ends: '2025-06-27',
  part: 'any', kind: 'workshop', school: entities.find((e) => e.path === '/etablissements').rows[0].uai,
  pupils: '20', asker: 'Un professeur', email: 'attente@demo.example', asked: '2025-03-12' });
equal(entered.status, 303, readable(entered.text).slice(300, 900));
await admin.submit(await admin.form(entered.location, '/attente/proposer'));
for (let i = 0; i < 100 && !examples.offer; i++) {
  await sleep(50);
  examples.offer = offerOf(server.folder, Math.max(...(await rowsOf('/attente')).map((w) => w.id)));
}


// Somebody else who has a role that may be ended.
const me = (await rowsOf('/personnes')).find((p) => p.email === 'admin@demo.example').id;
const endings = async () => {
  for (const { id } of await rowsOf('/personnes')) {
    const form = forms((await admin.get(`/personnes/${id}/roles`)).text)
      .find((f) => /\/roles\/\d+\/fin$/.test(f.action));
    if (form && !form.action.startsWith(`/personnes/${me}/`)) return form;
  }
  throw new Error('nobody has a role');
};
examples.grant = /\/roles\/(\d+)\/fin$/.exec((await endings()).action)[1];

// Who asked without an account and is confirmed has a sheet by a secret address.
for (const visit of (await rowsOf('/accueils')).filter((v) => v.state === 'asked' && v.email)) {
  const r = await post(admin, `/accueils/${visit.id}/etapes/confirm`, { reason: 'La salle est libre.' });
  if (r.status === 303) break;
}

// Who asks without an account sees by a secret address how it stands.
const guest = server.stranger();
const half = links((await guest.get(`/laboratoires/${(await rowsOf('/laboratoires'))[0].id}`)).text).find((l) => l.includes('/demande?jour='));
equal((await guest.submit(await guest.form(half), { kind: 'individual', school: (await rowsOf('/etablissements')).find((e) => e.uai).uai,
  asker: 'Une école', email: 'demande@demo.example' })).status, 303);

// And who waits, here for a day on which nothing opens.
const wait = `/laboratoires/${(await rowsOf('/laboratoires'))[0].id}/attente`;
equal((await guest.submit(await guest.form(wait), { starts: '2025-03-16', ends: '2025-03-16', part: 'any', kind: 'individual',
  school: (await rowsOf('/etablissements')).find((e) => e.uai).uai, pupils: '9', asker: 'Une école', email: 'liste@demo.example' })).status, 303);

// Who asked for advice without an account reads the documents given by a secret address.
const paper = (await rowsOf('/documents')).find((d) => d.file);
const askForm = await admin.form('/conseils/nouveau', '/conseils');
const asked = await admin.postFiles(askForm.action, [...filled(askForm, { need: 'Lire à voix haute', topic: 'practice',
  asker: 'Une école', email: 'voix@demo.example', answer: 'Voici par où commencer.', documents: paper.id, documents_given: '1' }),
['file', 'Notre fiche.\n', 'fiche.txt']]);
examples['/conseils/:id/fichier/file'] = `${asked.location}/fichier/file`;
examples['/conseils/:id/historique/fichiers/:file'] =
  `${asked.location}/historique/fichiers/${JSON.parse((await admin.get(`${asked.location}.json`)).text).file}`;
equal((await admin.submit(await admin.form(asked.location, '/etapes/answer'), {})).status, 303);

// Mails that this server shows, for it has none to send them; where each leads.
for (const href of links((await admin.get('/courriels')).text).filter((l) => l.startsWith('/courriels/'))) {
  const text = (await admin.get(href)).text;
  examples.mail = href.split('/').pop();
  for (const [, path, secret, file] of text.matchAll(/(\/[a-z-]+\/)([0-9a-f]{40})\b(\/\d+\/file)?/g)) {
    examples[`${path}:secret`] = path + secret;
    examples[`${path}:secret/pdf`] = `${path + secret}/pdf`;
    examples[`${path}:secret/file`] = `${path + secret}/file`;
    if (file) examples[`${path}:secret/:document/file`] = path + secret + file;
  }
}

// An import, so that its pages have one to show: the schools as they stand.
await test('an import of what was exported finds nothing to change', async () => {
  const csv = (await admin.get('/etablissements.csv')).bytes;
  const r = await importSend(admin, 'school', csv, 'tableau.csv');
  equal(r.status, 303, readable(r.text).slice(0, 300));
  examples.import = /\/imports\/(\d+)/.exec(r.location)[1];
  equal((await importEnd(admin, r.location)).state, 'checked');
  equal((await admin.get(r.location)).status, 200);
});
// An agenda, so that its address answers.
await test('an agenda has an address', async () => {
  await admin.submit(await admin.form('/mes-agendas', '/mes-agendas'));
  examples.secret = /\/agendas\/(\w+)\.ics/.exec((await admin.get('/mes-agendas')).text)[1];
});
// The API's name of an entity: the one whose first row is the page's.
function apiOf(e) {
  return all.find((r) => r.path === e.path && r.entity).entity;
}

function address(path, id) {
  if (examples[path]) return examples[path];
  const e = entities.find((x) => path.startsWith(`${x.path}/:id`));
  const row = { ...examples, ...e?.rows[0], id };
  return path.replace(/:([a-z]+)/g, (all_, name) => row[name] ?? all_);
}
function firstId(path) {
  const e = entities.find((x) => path.startsWith(`${x.path}/:id`));
  if (e) return e.rows[0]?.id;
  return 1;
}
// A key that no catalogue has is shown as itself.
const raw = /(?<![\w@/.-])(core|form|page|view|list|error|role|right|unit|figure|csv|directory|portfolio|booking|network)(_[a-z_]+)?(\.[a-z0-9_]+)+(?![\w@/-])/;

function pageIsWhole(r, lang) {
  ok(r.type.startsWith('text/html'), `${r.path} is ${r.type}`);
  ok(r.text.includes(`<html lang="${lang}"`), `${r.path} is not in ${lang}`);
  ok(/<h1\b/.test(r.text), `${r.path} has no h1`);
  ok(r.headers.get('content-security-policy')?.includes("default-src 'none'"), `${r.path}: no CSP`);
  const text = readable(r.text);
  equal(raw.exec(text)?.[0] ?? '', '', `${r.path} in ${lang}: a label that is missing`);
  equal(/\bNaN\b|\(null\)|\bundefined\b/.exec(text)?.[0] ?? '', '', r.path);
  const ids = [...r.text.matchAll(/\sid="([^"]*)"/g)].map((m) => m[1]);
  equal(ids.filter((id, i) => ids.indexOf(id) !== i).join(' '), '', `${r.path}: ids twice`);
}

const readers = all.filter((r) => r.method === 'GET');
for (const [turn, route] of readers.entries()) {
  await test(`GET ${route.path}`, async (skip) => {
    const id = firstId(route.path);
    const path = address(route.path, id);
    if (id === undefined) { skip('the demonstration has no such row'); return; }
    ok(!path.includes(':'), `${path}: the walk has no example for it`);
    const api = path.startsWith('/api/');
    for (const [role, who] of peopleAt(turn)) {
      const r = await who.get(path);
      ok(r.status < 500, `${role}: ${r.status} ${readable(r.text).slice(0, 200)}`);
      if (may(role, route.right))
        // A form of what is locked is not shown: the row says why.
        ok([200, 303, 404].includes(r.status) || (r.status === 403 && path.includes(id))
            || (r.status === 409 && path.endsWith('/modifier') && /role="alert"/.test(r.text)
              && !r.text.includes(`action="${path}"`)),
          `${role}: ${r.status}`);
      else if (role === 'stranger' && api) equal(r.status, 401, role);
      else if (role === 'stranger') {
        equal(r.status, 303, 'a stranger');
        const page = await who.get(r.location);
        equal(page.status, 200, `a stranger is sent to ${r.location}`);
      } else equal(r.status, 403, role);
    }
    const as = may('stranger', route.right) ? people.get('stranger') : admin;
    for (const lang of ['fr', 'en']) {
      as.cookies.set('lang', lang);
      const r = await as.get(path);
      if (r.status === 200 && r.type.startsWith('text/html')) pageIsWhole(r, lang);
      else ok(api || r.status !== 404, `${path} as admin: ${r.status}`);
    }
    for (const who of people.values()) who.cookies.set('lang', 'fr');
  });
}

for (const e of entities) {
  await test(`${e.path} as CSV and JSON`, async () => {
    const csv = await admin.get(`${e.path}.csv`);
    equal(csv.status, 200);
    ok(csv.type.startsWith('text/csv'), csv.type);
    equal(csv.bytes.subarray(0, 3).toString('hex'), 'efbbbf', 'a BOM for Excel');
    const lines = csv.text.slice(1).trimEnd().split('\r\n');
    ok(lines[0].startsWith('id;'), lines[0]);
    const json = await rowsOf(e.path);
    ok(Array.isArray(json), 'an array');
    ok(lines.length - 1 >= json.length, `${lines.length - 1} lines, ${json.length} rows`);
    equal(new Set(json.map((r) => r.id)).size, json.length, 'each row once');
  });
  await test(`${e.path} pages through all its rows`, async () => {
    const seen = new Set();
    let path = e.path;
    for (let i = 0; path && i < 100; i++) {
      const r = await admin.get(path);
      equal(r.status, 200, path);
      for (const l of links(r.text)) {
        const m = new RegExp(`^${e.path}/(\\d+)$`).exec(l);
        if (m) seen.add(Number(m[1]));
      }
      path = links(r.text).find((l) => l.startsWith(e.path) && /[?&]after=/.test(l));
    }
    equal(e.rows.map((r) => r.id).filter((id) => !seen.has(id)).join(' '), '', 'rows never shown');
  });
  await test(`${e.path} refuses what no column is`, async () => {
    for (const q of ['sort=nothing', 'after=zzz', 'q=%ff%fe', 'limit=-1', 'q='.padEnd(3000, 'x')]) {
      const r = await admin.get(`${e.path}?${q}`);
      ok(r.status === 200 || (r.status >= 400 && r.status < 500), `${q.slice(0, 20)}: ${r.status}`);
    }
  });
  await test(`${e.path} has a form in both languages`, async () => {
    for (const lang of ['fr', 'en']) {
      admin.cookies.set('lang', lang);
      const page = await admin.get(`${e.path}/nouveau`);
      pageIsWhole(page, lang);
      const form = forms(page.text).find((f) => f.action === e.path);
      ok(form, 'no form');
      const shown = form.controls.filter((c) => c.type !== 'hidden');
      ok(shown.length, 'no control');
      for (const c of shown)
        ok(c.id && form.html.includes(`for="${c.id}"`), `${c.name} has no label`);
    }
    admin.cookies.set('lang', 'fr');
  });
  await test(`${e.path} refuses an empty form and keeps what was typed`, async () => {
    const form = await admin.form(`${e.path}/nouveau`, e.path);
    const text = form.controls.find((c) => c.tag === 'input' && c.type === 'text');
    const before = tables(server.folder);
    const empty = form.controls.filter((c) => c.type !== 'hidden').map((c) => [c.name, '']);
    const r = await admin.submit(form, Object.fromEntries(empty));
    if (r.status !== 303) {
      equal(r.status, 422);
      ok(r.text.includes('aria-invalid="true"') || r.text.includes('class="errors"'), 'no message');
      pageIsWhole(r, 'fr');
      sameTables(before, tables(server.folder), 'an empty form');
    }
    if (!text) return;
    const long = 'é"<b>&amp;'.padEnd(5000, 'x');
    const again = await admin.submit(form, { [text.name]: long, _key: null });
    equal(again.status, 422, 'too long, without a key');
  });
}

// Posts: without the token, with another's, and each twice.
const other = forms((await people.get('teacher').get('/')).text)
  .flatMap((f) => f.fields).find(([n]) => n === '_csrf')?.[1] ?? 'x';
for (const [turn, route] of all.filter((r) => r.method !== 'GET' && r.right !== 'public').entries()) {
  await test(`${route.method} ${route.path} asks who it is`, async (skip) => {
    const id = firstId(route.path.startsWith('/api/') ? '' : route.path);
    const path = address(route.path, id ?? 1);
    if (path.includes(':')) { skip(`no example for ${path}`); return; }
    const before = tables(server.folder);
    const options = { method: route.method };
    if (route.method === 'POST') options.body = new URLSearchParams({ _key: 'a-key-of-nobody' });
    for (const [role, who] of peopleAt(turn)) {
      const r = await who.fetch(path, options);
      const expected = role === 'stranger' ? 401 : 403;
      ok(r.status === expected || (r.status === 404 && role !== 'stranger'),
        `${role}: ${r.status}, not ${expected}`);
    }
    if (route.method === 'POST') {
      const r = await admin.post(path, { _csrf: other, _key: 'k' });
      equal(r.status, 403, "another person's token");
    }
    sameTables(before, tables(server.folder), 'refused posts');
  });
}

async function twice(who, form, changes, what) {
  const first = await who.submit(form, changes);
  const after = tables(server.folder);
  const second = await who.submit(form, changes);
  equal(second.status, first.status, `${what}: the second answer`);
  equal(second.location, first.location, `${what}: where the second leads`);
  sameTables(after, tables(server.folder), `${what} twice`);
  return first;
}

// A reference is typed as the number of a row that is there.
const known = Object.fromEntries(entities.filter((e) => e.rows.length)
  .map((e) => [apiOf(e), String(e.rows[0].id)]));
// What passes only together, by path.
const first = (path) => entities.find((e) => e.path === path)?.rows[0] ?? {};
const visit = first('/accueils');
// One of a closed year has nothing under it yet of what is there once.
const bare = String(entities.find((e) => e.path === '/accueils')?.rows.find((v) => v.year === '2023-2024')?.id);
const given = {
  '/accords': { visit: bare }, '/avis-accueils': { visit: bare }, '/sorties': { visit: bare },
  '/retours': { deployment: String(entities.find((e) => e.path === '/deploiements').rows
    .find((d) => d.state === 'in_use' && d.starts <= '2025-01-31').id) },
  '/conditions-de-jalon': { due: '2025-03-20' },
  '/laboratoires': { bassin: '12414', school: first('/etablissements').uai },
  '/ouvertures': { weekday: 'saturday', part: 'evening', week: 'b' },
  '/demi-journees': {
    visit: String(visit.id), day: `${String(visit.year).slice(0, 4)}-12-05`, part: 'evening',
    space: String(entities.find((e) => e.path === '/espaces')?.rows.find((s) => s.lab === visit.lab)?.id),
    override: 'Portes ouvertes',
  },
  '/regles-attente': {
    lab: String(entities.find((e) => e.path === '/laboratoires').rows.find((l) =>
      !entities.find((e) => e.path === '/regles-attente').rows.some((r) => r.lab === l.id)).id),
  },
};
const stops = entities.find((e) => e.path === '/etapes-tournee').rows;
const drafts = entities.find((e) => e.path === '/tournees').rows.filter((t) => t.state === 'draft').map((t) => t.id);
const received = entities.find((e) => e.path === '/remises').rows.map((k) => `${k.tour} ${k.school}`);
const next = stops.filter((s) => !drafts.includes(s.tour) && !received.includes(`${s.tour} ${s.school}`)).sort((a, b) => a.nth - b.nth)[0];
const after = { idea: 'study', study: 'design', design: 'trial', trial: 'deployment' };
const onItsWay = entities.find((e) => e.path === '/projets').rows.find((p) => after[p.state]);
given['/accueils'] = { year: visit.year, 'slot.0.day': '', 'slot.0.part': '', 'slot.0.space': '' };
given['/jalons'] = { project: String(onItsWay.id), stage_from: onItsWay.state, stage_to: after[onItsWay.state], quorum: '2' };
given['/temps-de-route'] = { start: '54395', finish: '57463' };
given['/etapes-tournee'] = { tour: String(drafts[0]) };
given['/remises'] = { tour: String(next.tour), school: String(next.school), day: '2025-03-11' };
const mistaken = (html) => forms(html).flatMap((f) => f.controls)
  .filter((c) => c['aria-invalid'] === 'true').map((c) => c.name);

for (const e of entities) {
  await test(`${e.path} makes a row, changes it, deletes it, restores it; each twice`, async () => {
    let form = await admin.form(`${e.path}/nouveau`, e.path);
    let values = { ...filling(form, { known }), ...given[e.path] };
    let r;
    for (let i = 0; i < 4; i++) {
      r = await twice(admin, form, values, 'creation');
      if (r.status !== 422) break;
      values = { ...values, ...filling(form, { known, wrong: mistaken(r.text) }) };
      form = await admin.form(`${e.path}/nouveau`, e.path);
    }
    const why = /class="errors"[\s\S]*?<\/div>/.exec(r.text)?.[0] ?? '';
    equal(r.status, 303, `${readable(why)} (${JSON.stringify(values)})`);
    const row = r.location;
    ok(new RegExp(`^${e.path}/\\d+$`).test(row), row);
    const shown = await admin.get(row);
    equal(shown.status, 200, row);
    const heading = readable(/<h1\b[\s\S]*?<\/h1>/.exec(shown.text)[0]);

    form = await admin.form(`${row}/modifier`, '/modifier');
    const text = form.controls.find((c) => c.tag === 'input' && c.type === 'text' && values[c.name]
      && !c.inputmode && !c.list && heading.includes(values[c.name]) && c.name !== 'code');
    r = await twice(admin, form, text ? { [text.name]: `${values[text.name]} bis` } : {}, 'change');
    equal(r.status, 303, `change: ${readable(r.text).slice(0, 300)}`);
    if (text) ok((await admin.get(row)).text.includes(`${values[text.name]} bis`), 'not changed');

    // A second editor, who still has the older version before their eyes.
    const late = { ...Object.fromEntries(form.fields), _key: `late-${row}` };
    if (text) {
      r = await admin.post(form.action, { ...late, [text.name]: 'Trop tard' });
      equal(r.status, 409, 'two editors');
      ok(r.text.includes(`${values[text.name]} bis`) && r.text.includes('Trop tard'), 'both versions');
    }

    // The same again, with a key of its own: made, or told in words why not.
    const again = await admin.form(`${e.path}/nouveau`, e.path);
    r = await admin.submit(again, values);
    if (r.status !== 303) {
      equal(r.status, 422, 'the same row again');
      const said = /class="errors"[\s\S]*?<\/div>/.exec(r.text);
      ok(said && !said[0].includes('«\u00a0\u00a0»') && !said[0].includes('«  »'), 'no reason is given');
    }

    form = await admin.form(row, '/suppression');
    r = await twice(admin, form, {}, 'deletion');
    equal(r.status, 303, `deletion: ${readable(r.text).slice(0, 300)}`);
    equal((await admin.get(row)).status, 404, 'still there');

    form = await admin.form(`${row}/historique`, '/restauration');
    r = await twice(admin, form, {}, 'restoration');
    equal(r.status, 303, `restoration: ${readable(r.text).slice(0, 300)}`);
    equal((await admin.get(row)).status, 200, 'not back');
  });
}

for (const route of all.filter((r) => r.method === 'POST' && /\/:id\/etapes\//.test(r.path)
  && !r.path.startsWith('/api/'))) {
  await test(`POST ${route.path} twice`, async (skip) => {
    const e = entities.find((x) => route.path.startsWith(`${x.path}/:id`));
    const tail = route.path.slice(e.path.length + '/:id'.length);
    let beside;
    for (const { id } of (await rowsOf(e.path)).slice(0, 60)) {
      const page = await admin.get(`${e.path}/${id}`);
      const steps = forms(page.text).filter((f) => f.action.startsWith(`${e.path}/${id}/etapes/`));
      const form = steps.find((f) => f.action.endsWith(tail));
      if (steps.length) beside ??= { ...steps[0], action: `${e.path}/${id}${tail}` };
      if (!form) continue;
      const reason = form.controls.some((c) => c.name === 'reason') ? { reason: 'Un motif dit en une phrase.' } : {};
      const r = await twice(admin, form, reason, tail);
      ok([303, 409, 422].includes(r.status), `${r.status}`);
      return;
    }
    // A page of its own takes this step: what its address answers to a form of
    // ours is the same twice, and is no failure of the server.
    if (!beside) { skip('no row of the demonstration takes a step'); return; }
    const r = await twice(admin, beside, { reason: 'Un motif dit en une phrase.' }, tail);
    ok([303, 409, 422].includes(r.status), `${r.status}`);
  });
}
await test('POST /personnes/:id/roles/:grant/fin twice', async () => {
  const form = await endings();
  const r = await twice(admin, form, {}, 'the end of a role');
  equal(r.status, 303, readable(r.text).slice(0, 300));
  ok(!(await admin.get(form.action.replace(/\/\d+\/fin$/, ''))).text.includes(form.action), 'not ended');
});

await test('the server lived through it', async () => {
  equal((await server.stranger().get('/healthz')).status, 200);
  equal(/ended by a signal/.exec(server.log())?.[0] ?? '', '');
  equal(/"request failed"/.exec(server.log())?.[0] ?? '', '', server.log().slice(-2000));
});
await server.stop();
