// A school year that is over does not move by what is done today: every entity is
// edited, deleted and brought back, each step is taken, and after each of them every
// figure of every closed year is asked again, in every bassin. Correcting is an act
// of its own, with its reason.
import { test, equal, deepEqual, ok, match, serve, essaim, forms, importEnd, importPress, importSend, readable, query, routes, run, today } from './lib.mjs';
import { writeFileSync } from 'node:fs';

const server = await serve();
const admin = await server.as('admin');
const token = essaim('token', 'add', 'admin@demo.example', 'closed', '--data', server.folder).trim();
const json = async (path) => {
  const r = await admin.get(path);
  equal(r.status, 200, path);
  return JSON.parse(r.text);
};
const api = (method, path, value) => admin.fetch(`/api/v1/${path}`, {
  method, body: value === undefined ? undefined : JSON.stringify(value),
  headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
});

const choices = forms((await admin.get('/chiffres')).text).find((f) => f.action === '/chiffres').controls;
const bassins = choices.find((c) => c.name === 'bassin').options.map((o) => o.value);
// make check has no time for all rows, nor for all values, nor for every bassin after
// each entity: there they are asked once all edits are done, once all steps are taken.
const whole = Boolean(process.env.FULL);
const closed = ['2022-2023', '2023-2024'];
// Every figure of a closed year, in a bassin or ('') in none of them.
const figures = async (year, bassin) => Object.fromEntries(
  (await json(`/chiffres.json?annee=${year}${bassin && `&bassin=${bassin}`}`)).map((f) => [f.id, f.value]));
// And the network's lines by what the schools are that came.
const cuts = ['circonscription', 'type', 'rural', 'prioritaire'];
const lines = async (year, by = cuts) => {
  const out = {};
  for (const cut of by) {
    const [, ...rows] = (await admin.get(`/reseau.csv?annee=${year}&par=${cut}`)).text.trim().split('\r\n');
    for (const [id, name, ...values] of rows.map((l) => l.split(';')))
      out[`${cut} ${cut === 'circonscription' ? id : name}`] = values.join();
  }
  return out;
};
const account = (year, part) => (part === 'lines' ? lines(year) : figures(year, part));
const parts = [...bassins, 'lines'], sum = ['', 'lines'];
const before = new Map();
for (const year of closed)
  for (const part of parts) before.set(`${year} ${part}`, await account(year, part));
const same = async (what, years = closed, which = whole ? parts : [...near, 'lines']) => {
  for (const year of years)
    for (const part of which)
      deepEqual(await account(year, part), before.get(`${year} ${part}`),
        `${what}: ${year} moved${part && ` (${part})`}`);
};
ok([...before.values()].flatMap((v) => Object.values(v)).filter((v) => v > 0).length > 100);
// What only moves a bassin is told by the bassins of the laboratories changed; the
// lines are of the network alone.
const near = ['', String((await json('/laboratoires.json'))[0].bassin)];
const apart = ['axis', 'objective', 'service', 'project'];
let turn = 0;
const soon = async (entity, what) => {
  if (!read[entity]) return;
  await same(`${entity} ${what}`, ['2023-2024'], apart.includes(entity) && !whole || inTurn(entity) ? near : [...near, 'lines']);
  if (inTurn(entity)) await sameCut(`${entity} ${what}`, '2023-2024', cuts[turn++ % cuts.length]);
};
// What a line is of is said by the schools alone: of other entities one cut is asked in turn.
const inTurn = (entity) => !whole && entity !== 'school' && !apart.includes(entity);
const sameCut = async (what, year, cut) => {
  const had = Object.entries(before.get(`${year} lines`)).filter(([name]) => name.startsWith(`${cut} `));
  deepEqual(await lines(year, [cut]), Object.fromEntries(had), `${what}: ${year} moved (${cut})`);
};
const ended = (entity) => (whole || read[entity] ? same(entity, closed, read[entity] && whole ? parts : sum)
  : same(entity, ['2023-2024'], ['']));

const behind = new Map();
for (const { id } of await json('/chiffres.json')) {
  const f = await json(`/chiffres/${id}.json?annee=2023-2024`);
  behind.set(id, f.rows.map((r) => r.id));
}
behind.set('lines', [Number(query(server.folder, "SELECT min(school) FROM network_visit WHERE state = 'held' AND year = 2023"))]);
const known = routes();
const steps = (entity) => known.map((r) => new RegExp(`^/api/v1/${entity}/:id/etapes/(\\w+)$`).exec(r.path)?.[1])
  .filter(Boolean);
const paths = Object.fromEntries(known.filter((r) => r.path.endsWith('/:id/historique'))
  .map((r) => [r.entity, r.path.slice(0, -'/:id/historique'.length)]));
const entities = Object.entries((await json('/api/openapi.json')).paths)
  .map(([path]) => /^\/api\/v1\/([a-z_]+)$/.exec(path)?.[1]).filter(Boolean);
// What figures read; more rows of these.
const read = { axis: 'strategy.axes', objective: 'strategy.objectives', service: 'offer.services',
  project: 'portfolio.projects', lab: 'network.labs', area: 'network.bassins', class: 'network.classes',
  visit: 'network.people', school: 'lines', slot: 'network.halfdays_hosted' };
const rowsOf = async (entity) => {
  const list = await api('GET', `${entity}?limit=200`);
  if (list.status !== 200) return null;
  const { rows } = JSON.parse(list.text);
  if (!rows || !paths[entity]) return null;
  const first = rows.slice(0, 1), ids = (behind.get(read[entity]) ?? []).slice(0, whole ? 2 : 1);
  for (const id of ids)
    if (!first.some((r) => r.id === id)) first.push(JSON.parse((await api('GET', `${entity}/${id}`)).text));
  return { rows, chosen: first };
};
// Other values for a member: those of other rows, days of the past and of today, none.
const others = (row, name, rows) => {
  const seen = new Set([JSON.stringify(row[name])]), out = [];
  const days = typeof row[name] === 'string' && /^\d{4}-\d\d-\d\d$/.test(row[name])
    || /^(starts|ends|opened|closed|day|asked)$/.test(name);
  for (const v of [...days ? [today, '2021-10-01', '2024-02-01'] : [], null, ...rows.map((r) => r[name])])
    if (!seen.has(JSON.stringify(v)) && out.length < (whole ? 3 : 2)) { seen.add(JSON.stringify(v)); out.push(v); }
  return out;
};

let tried = 0, taken = 0, refused = 0;
for (const entity of entities)
  await test(`${entity}: no edit of today moves a closed year`, async (skip) => {
    const found = await rowsOf(entity);
    if (!found?.chosen.length) return skip('no rows');
    for (const row of found.chosen)
      for (const name of Object.keys(row)) {
        if (['id', 'uid', 'version', 'state', 'state_reason'].includes(name)) continue;
        for (const value of others(row, name, found.rows)) {
          const r = await api('PATCH', `${entity}/${row.id}`, { [name]: value });
          tried++;
          if (r.status === 404 || r.status === 405) return skip('not written by the API');
          if (r.status === 422 && r.text.includes('core.year_closed')) refused++;
          if (r.status !== 200) continue;
          taken++;
          await soon(entity, `${row.id} ${name} = ${JSON.stringify(value)}`);
          await api('PATCH', `${entity}/${row.id}`, { [name]: row[name] });
        }
      }
    await ended(entity);
  });
await test('that were many edits, some taken and some refused for a closed year', () => {
  ok(tried > 400 && taken > 100 && refused > 15, `${tried} ${taken} ${refused}`);
});
await test('after all of them every bassin has what it had', () => same('the edits', closed, parts));
for (const entity of entities)
  await test(`${entity}: no step, deletion or earlier version of today moves a closed year`, async (skip) => {
    const found = await rowsOf(entity);
    if (!found?.chosen.length) return skip('no rows');
    for (const row of found.chosen) {
      for (const step of steps(entity)) {
        // The two that are corrections, and ask for their reason.
        if (entity === 'visit' && (step === 'correct' || step === 'hold_late')) continue;
        if ((await api('POST', `${entity}/${row.id}/etapes/${step}`, { reason: 'Pour essayer, en une phrase.' })).status < 300)
          await soon(entity, `${row.id} ${step}`);
      }
      const gone = await api('DELETE', `${entity}/${row.id}`);
      if (gone.status === 204) await soon(entity, `${row.id} deleted`);
      const shown = await admin.get(`${paths[entity]}/${row.id}/historique`);
      // An edit and its contrary stand in turn: every third is now one, now the other.
      for (const f of forms(shown.text).filter((x) => /\/restauration$/.test(x.action)).filter((_, i) => whole || i % 3 === 0)) {
        if ((await admin.submit(f)).status === 303) await soon(entity, `${row.id} ${f.action}`);
      }
    }
    await ended(entity);
  });
await test('after all of these too', () => same('the steps, deletions and earlier versions', closed, parts));

const figure = async (id, year = '2023-2024') => (await json(`/chiffres.json?annee=${year}`)).find((f) => f.id === id).value;
const living = today.replace(/-.*/, '') - 1 + '-' + today.replace(/-.*/, '');
const last = () => query(server.folder, "SELECT what, detail FROM core_journal ORDER BY id DESC LIMIT 1");
await test('an axis that is given up is ended: the closed year keeps it, the living one does not', async () => {
  const { rows } = JSON.parse((await api('GET', 'axis')).text);
  const gone = await admin.form(`/axes/${rows[0].id}`, '/suppression');
  const kept = await admin.submit(gone);
  equal(kept.status, 409);
  match(readable(kept.text), /compte dans une année scolaire close.+Mettez-lui une fin/);
  const form = await admin.form(`/axes/${rows[0].id}/modifier`, '/modifier');
  equal((await admin.submit(form, { ends: '2025-03-11' })).status, 303);
  await same('an axis ended yesterday');
  equal(await figure('strategy.axes', living), await figure('strategy.axes') - 1);
  ok(!readable((await admin.get('/strategie')).text).includes(rows[0].name), 'the strategy of today');
  const fresh = await admin.form('/axes/nouveau', '/axes');
  equal(new Map(fresh.fields).get('starts'), today, 'a new one begins today');
  equal((await admin.submit(fresh, { position: '9', name: 'Un axe neuf' })).status, 303);
  await same('a new axis');
  equal(await figure('strategy.axes', living), await figure('strategy.axes'));
});
await test('a correction is asked for beside its control, taken with its reason, and told by the journal', async () => {
  const id = behind.get('portfolio.projects')[0];
  const ask = async (changes) => admin.submit(await admin.form(`/projets/${id}/modifier`, '/modifier'), changes);
  const refused = await ask({ starts: '2025-02-01' });
  equal(refused.status, 422);
  match(readable(refused.text), /Motif de correction : Cela change le compte d’une année scolaire close/);
  match(refused.text, /<input id="f-correction"[^>]*aria-invalid="true"/);
  equal((await ask({ starts: '2025-02-01', correction: 'x'.repeat(401) })).status, 422, 'too long');
  const taken = await ask({ starts: '2025-02-01', correction: 'Saisi une année trop tôt' });
  equal(taken.status, 303, readable(taken.text).slice(0, 300));
  equal(await figure('portfolio.projects'), before.get('2023-2024 ')['portfolio.projects'] - 1);
  match(last(), /^correction\|.*"reason": ?"Saisi une année trop tôt"/);
  equal((await api('PATCH', `project/${id}`, { starts: '2020-09-01' })).status, 422);
  equal((await api('PATCH', `project/${id}`, { starts: '2020-09-01', correction: 'Non, comme avant' })).status, 200);
  await same('put right again');
});
await test('a tag that was wrong from the start is corrected from the start; else it is of today', async () => {
  const inclusion = (await json('/politiques.json')).find((p) => p.code === 'inclusion').id;
  const shares = await json('/chiffres/portfolio.policy.inclusion.json?annee=2023-2024');
  const row = shares.rows.find((r) => r.amount === 1 && r.whole > 1);
  const { policies } = JSON.parse((await api('GET', `project/${row.id}`)).text);
  const put = (body) => api('PATCH', `project/${row.id}`, body);
  equal((await put({ policies: policies.filter((p) => p !== inclusion) })).status, 200);
  await same('a tag taken away today');
  equal((await put({ policies })).status, 200);
  equal((await put({ policies: policies.filter((p) => p !== inclusion), correction: 'Jamais eue' })).status, 200);
  match(last(), /^correction\|.*"what": ?"policies".*Jamais eue/);
  const now = await json('/chiffres/portfolio.policy.inclusion.json?annee=2023-2024');
  const its = now.rows.find((r) => r.id === row.id);
  equal(its.amount, 0);
  equal(its.whole, row.whole - 1);
  equal((await put({ policies, correction: 'Si, depuis toujours' })).status, 200);
  await same('corrected back');
});
await test('a visit that nobody told in time is told by a correction, with its reason', async () => {
  const held = behind.get('network.people')[0];
  const step = (name, body) => api('POST', `visit/${held}/etapes/${name}`, body);
  equal((await step('correct', { reason: 'Effectif' })).status < 300, true);
  const plain = await step('hold');
  equal(plain.status, 409);
  match(plain.text, /network_visit.hold_over/);
  equal((await step('hold_late')).status, 422, 'no reason');
  equal((await step('hold_late', { reason: 'Effectif relu' })).status < 300, true);
  await same('corrected and told again');
  const half = JSON.parse((await api('GET', `slot?visit=${held}`)).text).rows[0];
  const more = await api('POST', 'slot', { ...half, id: undefined, uid: undefined, version: undefined, part: 'evening',
    override: 'Essai' });
  equal(more.status, 422);
  match(more.text, /network_visit.year_closed/, 'one half-day more');
});
await test('what a school is: by hand a correction with its reason, by a file one reason for all', async () => {
  const id = behind.get('lines')[0];
  const { uai, rural, kind } = JSON.parse((await api('GET', `school/${id}`)).text);
  const put = (body) => api('PATCH', `school/${id}`, body);
  const plain = await put({ kind: kind === 'college' ? 'lycee' : 'college' });
  equal(plain.status, 422);
  match(plain.text, /core.year_closed/);
  equal((await put({ phone: '03 83 00 00 00' })).status, 200, 'what no figure reads');
  equal((await put({ rural: rural !== true, correction: 'Classée depuis 2021' })).status, 200);
  match(last(), /^correction\|.*Classée depuis 2021/);
  equal((await put({ rural, correction: 'Relu' })).status, 200);
  await same('put right again');
  const { location } = await importSend(admin, 'school', `uai;rural\r\n${uai};${rural === true ? 'non' : 'oui'}\r\n`);
  const press = async (action) => {
    await importPress(admin, location, action);
    return importEnd(admin, location);
  };
  equal((await importEnd(admin, location)).corrects, 1);
  const form = forms((await admin.get(location)).text).find((f) => f.action.endsWith('/application'));
  ok('required' in form.controls.find((c) => c.name === 'correction'));
  const none = await admin.submit(form, { correction: ' ' });
  equal(none.status, 422);
  match(none.text, /id="correction-e">Dites pourquoi/);
  const long = await admin.submit(form, { correction: 'é'.repeat(401) });
  equal(long.status, 422);
  match(long.text, /401|400/);
  const number = location.split('/')[2];
  equal((await api('POST', `import/${number}/application`)).status, 422, 'nor by the API');
  equal((await admin.submit(form, { correction: 'Zonage de 2025' })).status, 303);
  const end = await importEnd(admin, location);
  equal([end.state, end.updated].join(), 'applied,1');
  const told = query(server.folder, "SELECT detail FROM core_journal WHERE what = 'correction' ORDER BY id DESC LIMIT 1");
  ok(told.includes(`Zonage de 2025 (import ${number})`), told);
  ok(JSON.stringify(await lines('2023-2024')) !== JSON.stringify(before.get('2023-2024 lines')), 'the lines follow');
  equal((await press('annulation')).state, 'undone');
  await same('the file taken back');
  const again = (await importSend(admin, 'school', `uai;rural\r\n${uai};${rural === true ? 'non' : 'oui'}\r\n`)).location;
  await importEnd(admin, again);
  equal((await api('POST', `import/${again.split('/')[2]}/application`, { correction: 'Par programme' })).status, 200);
  equal((await importEnd(admin, again)).updated, 1);
  match(query(server.folder, "SELECT detail FROM core_journal WHERE what = 'correction' ORDER BY id DESC LIMIT 1"), /Par programme/);
  await importPress(admin, again, 'annulation');
  await importEnd(admin, again);
  await same('and that one');
});
await test('a command line gives one reason for the file, of whatever kind; without it those lines are refused', async () => {
  const axis = query(server.folder, "SELECT name FROM portfolio_axis WHERE ends IS NULL AND (starts IS NULL OR starts < 19000) ORDER BY id LIMIT 1");
  const file = `${server.folder}/axes.csv`;
  writeFileSync(file, `name;starts\r\n${axis};2030-09-01\r\n`);
  const cli = (...more) => run('import', 'axis', file, '--data', server.folder, ...more);
  const dry = cli('--dry-run');
  match(dry.stdout, / 1 changed, .* 0 refused/, dry.stderr);
  match(dry.stdout, /^1 of them change .*--reason TEXT/m);
  const plain = cli();
  equal(plain.status, 1);
  match(plain.stderr, /line 2: .*takes a reason/);
  await same('refused');
  const reasoned = cli('--reason', 'Jamais ouvert avant 2030');
  equal(reasoned.status, 0, reasoned.stderr);
  match(reasoned.stdout, / 1 changed, .* 0 refused/);
  equal((await figures('2023-2024', ''))['strategy.axes'], before.get('2023-2024 ')['strategy.axes'] - 1);
  equal(run('import', 'undo', /import (\d+):/.exec(reasoned.stdout)[1], '--data', server.folder).status, 0);
  await same('taken back');
});
await test('at the end every bassin has what it had', () => same('all of that', closed, parts));
await server.stop();
