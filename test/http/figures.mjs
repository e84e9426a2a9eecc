// Every figure against the list behind it: for each school year that holds data
// and one that holds none, for each bassin and none, as everybody. What is
// recounted here are the rows as anybody may fetch them, not the program's foot.
import { test, equal, deepEqual, ok, match, serve, essaim, roles, forms, filling, tables, sameTables,
  readable, query, onPostgres }
  from './lib.mjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const server = await serve();
const people = new Map([['stranger', server.stranger()]]);
for (const role of roles) people.set(role, await server.as(role));
const admin = people.get('admin');
const json = async (who, path) => {
  const r = await who.get(path);
  equal(r.status, 200, path);
  return JSON.parse(r.text);
};

const overview = await admin.get('/chiffres');
const choices = forms(overview.text).find((f) => f.action === '/chiffres').controls;
const bassins = choices.find((c) => c.name === 'bassin').options.map((o) => o.value);
const offered = choices.find((c) => c.name === 'annee').options.map((o) => o.value);
const figures = (await json(admin, '/chiffres.json')).map((f) => f.id);
const units = new Map((await json(admin, '/chiffres.json')).map((f) => [f.id, f.unit]));

function recounted(unit, rows) {
  const amount = rows.reduce((n, r) => n + r.amount, 0);
  if (unit !== 'percent') return amount;
  const whole = rows.reduce((n, r) => n + r.whole, 0);
  return whole > 0 ? Math.round(100 * amount / whole) : null;
}
async function rowsOf(who, id, query) {
  const rows = [];
  let first, next = `/chiffres/${id}.json?${query}`;
  while (next) {
    const page = await json(who, next);
    first ??= page;
    rows.push(...page.rows);
    next = page.next;
  }
  return { ...first, rows };
}

// The years in which something is counted, and one before all of them.
const years = [];
for (const year of offered) {
  const list = await json(admin, `/chiffres.json?annee=${year}`);
  if (list.some((f) => f.id === 'portfolio.projects' && f.value > 0)) years.push(year);
}
const empty = '1990-1991';
// In make check a role is asked in some bassins; each bassin as a stranger, as the
// administrator and as a role.
const whole = Boolean(process.env.FULL);
const bassinsOf = (role) => bassins.filter((bassin, i) => whole || !bassin || !roles.includes(role) || role === 'admin'
  || i % (roles.length - 1) === roles.indexOf(role) - 1);
let compared = 0;
for (const year of [...years, empty])
  await test(`${year}: each figure is what its rows add up to, in every bassin, for everybody`, async () => {
    await Promise.all([...people].map(async ([role, who]) => {
      for (const bassin of bassinsOf(role)) {
        const query = `annee=${year}${bassin && `&bassin=${bassin}`}`;
        const told = await json(who, `/chiffres.json?${query}`);
        deepEqual(told.map((f) => f.id), figures);
        for (const f of told) {
          const list = await rowsOf(who, f.id, query);
          const what = `${role} ${f.id} ${query}`;
          equal(f.hidden, false, what);
          equal(list.value, f.value, what);
          equal(list.foot, f.value, `${what}: the foot`);
          // Told to everybody, its records shown to some.
          if (list.partial) ok(recounted(f.unit, list.rows) <= f.value, `${what}: recounted`);
          else equal(recounted(f.unit, list.rows), f.value, `${what}: recounted`);
          equal(new Set(list.rows.map((r) => r.id)).size, list.rows.length, `${what}: a row twice`);
          compared++;
        }
      }
    }));
    ok(compared >= (whole ? people.size : 3) * bassins.length * figures.length, String(compared));
  });
await test('a year without data has nothing, and no share of nothing', async () => {
  for (const f of await json(admin, `/chiffres.json?annee=${empty}`))
    if (f.id.startsWith('portfolio.')) equal(f.value, f.unit === 'percent' ? null : 0, f.id);
});
await test('the closed year has the figures of the account', async () => {
  const told = new Map((await json(admin, '/chiffres.json?annee=2023-2024')).map((f) => [f.id, f.value]));
  const expected = {
    'portfolio.policy.fondamentaux': 39, 'portfolio.policy.harcelement': 6,
    'portfolio.policy.terrain': 6, 'portfolio.policy.eac': 6, 'portfolio.policy.inclusion': 33,
    'portfolio.policy.lycee_pro': 10, 'portfolio.projects': 23, 'strategy.axes': 3,
    'strategy.objectives': 12, 'offer.services': 9, 'network.labs': 16, 'network.bassins': 11,
    'network.people': 35367, 'network.classes': 363, 'network.halfdays_outside': 242,
    'network.halfdays_hosted': 4469, 'network.trainings_hosted': 41,
  };
  for (const [id, value] of Object.entries(expected)) equal(told.get(id), value, id);
  const tags = ['fondamentaux', 'harcelement', 'terrain', 'eac', 'inclusion', 'lycee_pro'];
  equal(tags.reduce((n, t) => n + told.get(`portfolio.policy.${t}`), 0), 100);
});
await test('page, CSV, JSON and command line tell the same', async () => {
  const query = 'annee=2023-2024';
  const lines = JSON.parse(essaim('figures', '--year', '2023-2024', '--format', 'json', '--data', server.folder));
  const csv = (await admin.get(`/chiffres.csv?${query}`)).text.split('\r\n').slice(1);
  for (const f of await json(admin, `/chiffres.json?${query}`)) {
    equal(lines.find((l) => l.id === f.id).value, f.value, `${f.id} by the command`);
    equal(csv.find((l) => l.startsWith(`${f.id};`)).split(';').at(-7), String(f.value), `${f.id} in CSV`);
    const list = await rowsOf(admin, f.id, query);
    const rows = (await admin.get(`/chiffres/${f.id}.csv?${query}`)).text.split('\r\n').slice(1, -1);
    equal(rows.length, list.rows.length, `${f.id}.csv`);
    deepEqual(rows.map((l) => Number(l.split(';')[0])), list.rows.map((r) => r.id));
    const page = await admin.get(`/chiffres/${f.id}?${query}`);
    const foot = readable(/<tfoot>[\s\S]*?<\/tfoot>/.exec(page.text)[0])
      .replace(/(?<=\d)[\s\u00a0\u202f](?=\d{3})/g, '');
    match(foot, new RegExp(`(^|\\D)${f.value}(\\D|$)`), `${f.id}: the page's foot`);
  }
});
await test('a figure, a page or a form that is not: 404', async () => {
  for (const path of ['/chiffres/nothing', '/chiffres/nothing.json', '/chiffres/portfolio.projects.xml',
    '/chiffres/portfolio.projects?apres=-1', '/chiffres/portfolio.projects.json?apres=x'])
    equal((await admin.get(path)).status, 404, path);
});

// Tags have their days: what is done today moves no year that is closed.
const shares = async (year) => (await json(admin, `/chiffres.json?annee=${year}`))
  .filter((f) => f.id.startsWith('portfolio.policy.') || f.id === 'portfolio.projects')
  .map((f) => f.value);
const tagsOf = async (id) => (await json(admin, `/projets/${id}.json`)).policies;
const tag = async (id, tags) => {
  const form = await admin.form(`/projets/${id}/modifier`, '/modifier');
  const r = await admin.post(form.action,
    [...form.fields.filter(([name]) => name !== 'policies'), ...tags.map((t) => ['policies', String(t)])]);
  equal(r.status, 303, readable(r.text).slice(0, 300));
  deepEqual(await tagsOf(id), tags);
};
await test('a tag taken away today counts until today, and taken again counts on', async () => {
  const year = offered[0];
  const closed = await shares('2023-2024'), before = await shares(year);
  const { rows } = await rowsOf(admin, 'portfolio.policy.inclusion', `annee=${year}`);
  const inclusion = (await json(admin, '/politiques.json')).find((p) => p.code === 'inclusion').id;
  const { id } = rows.find((r) => r.amount === 1 && r.whole > 1);
  const tags = await tagsOf(id);
  await tag(id, tags.filter((t) => t !== inclusion));
  deepEqual(await shares('2023-2024'), closed, 'the closed year moved');
  ok(JSON.stringify(await shares(year)) !== JSON.stringify(before), 'the living year did not move');
  const past = await rowsOf(admin, 'portfolio.policy.inclusion', 'annee=2023-2024');
  equal(past.foot, closed[4]);
  equal(past.rows.find((r) => r.id === id).amount, 1, 'the row behind the closed share');
  const told = async () => readable((await admin.get(`/projets/${id}`)).text);
  match(await told(), /Politiques retirées Rendre l’école plus inclusive comptée jusqu’au 11 mars 2025/);
  const form = await admin.form(`/politiques/${inclusion}`, '/suppression');
  const kept = await admin.post(form.action, form.fields);
  equal(kept.status, 409);
  match(readable(kept.text), /, 1 projet \(.+\), par un lien retiré le 12 mars 2025 que les chiffres/);
  await tag(id, tags);
  ok(!/Politiques retirées/.test(await told()));
  deepEqual(await shares(year), before, 'taken again');
  equal(query(server.folder, 'SELECT count(*) FROM portfolio_project_policies WHERE until IS NOT NULL').trim(),
    '0', 'an end of the same day is no end');
});
await test('a tag given today is of today, and three at most stand at any time', async () => {
  const year = offered[0];
  const closed = await shares('2023-2024'), before = await shares(year);
  const { rows } = await rowsOf(admin, 'portfolio.policy.inclusion', `annee=${year}`);
  const { id } = rows.find((r) => r.whole === 1);
  const tags = await tagsOf(id);
  const others = (await json(admin, '/politiques.json')).map((p) => p.id).filter((p) => !tags.includes(p));
  await tag(id, [...tags, others[0]]);
  ok(JSON.stringify(await shares(year)) !== JSON.stringify(before), 'the living year did not move');
  await tag(id, others.slice(0, 3));
  deepEqual(await shares('2023-2024'), closed, 'the closed year moved');
  const form = await admin.form(`/projets/${id}/modifier`, '/modifier');
  const many = await admin.post(form.action, [...form.fields, ['policies', String(tags[0])]]);
  equal(many.status, 422);
  await tag(id, tags);
  deepEqual(await shares(year), before, 'as it was');
});
await test('an earlier version brought back has its tags again', async () => {
  const closed = await shares('2023-2024');
  const { rows } = await rowsOf(admin, 'portfolio.policy.inclusion', 'annee=2023-2024');
  const made = await json(admin, `/projets/${rows[0].id}.json`);
  await tag(made.id, made.policies.slice(1));
  const restored = await admin.get(`/projets/${made.id}/historique`);
  const back = forms(restored.text).find((f) => f.action.includes('/retablir') || f.action.includes('/restaur'));
  equal((await admin.submit(back)).status, 303);
  deepEqual(await tagsOf(made.id), made.policies);
  deepEqual(await shares('2023-2024'), closed);
});

// A snapshot, and what came of its rows.
const living = offered[0];
const figure = `/chiffres/portfolio.policy.inclusion`;
const freeze = async (path) => {
  const form = await admin.form(path, '');
  const sent = forms((await admin.get(path)).text).find((f) => f.action.includes('/instantane'));
  ok(form);
  const r = await admin.submit(sent);
  equal(r.status, 303);
  return sent;
};
const since = async (who = admin, query = `annee=${living}`) =>
  (await json(who, `${figure}.json?${query}`)).snapshots;
const named = (s, what) => s[0].since.filter((c) => c.what === what).map((c) => c.title);

await test('a snapshot sent twice is one, and nothing differs from it', async () => {
  const form = await freeze(`${figure}?annee=${living}`);
  const before = tables(server.folder);
  equal((await admin.submit(form)).status, 303);
  sameTables(before, tables(server.folder), 'the same form again');
  const list = await since();
  equal(list.length, 1);
  deepEqual(list[0].since, []);
});
await test('it belongs to its year and its bassin', async () => {
  deepEqual(await since(admin, 'annee=2023-2024'), []);
  deepEqual(await since(admin, `annee=${living}&bassin=${bassins[1]}`), []);
});
await test('a row that changed, one that went and one that came are named', async () => {
  const { rows } = await rowsOf(admin, 'portfolio.policy.inclusion', `annee=${living}`);
  const policies = await json(admin, '/politiques.json');
  const inclusion = policies.find((p) => p.code === 'inclusion');
  const other = policies.find((p) => p.code === 'terrain');
  // Changed: one more policy changes its whole, though not its amount.
  const grows = rows.find((r) => r.whole === 1);
  const sent = async (path, changes) => {
    const form = await admin.form(path, path.endsWith('/nouveau') ? '/projets' : '/modifier');
    const pairs = form.fields.filter(([name]) => name !== 'policies' || !changes.policies);
    const filled = path.endsWith('/nouveau') ? filling(form) : {};
    for (const [name, value] of Object.entries({ ...filled, ...changes }))
      if (name !== 'policies') {
        const at = pairs.findIndex(([n]) => n === name);
        if (at >= 0) pairs[at] = [name, value]; else pairs.push([name, value]);
      }
    for (const id of changes.policies ?? []) pairs.push(['policies', String(id)]);
    const r = await admin.post(form.action, pairs);
    equal(r.status, 303, readable(r.text).slice(0, 300));
    return r.location;
  };
  const old = grows.amount ? inclusion : policies.find((p) => p.code === 'fondamentaux');
  await sent(`/projets/${grows.id}/modifier`, { policies: [old.id, other.id] });
  // Gone: a project that ended before the day.
  const goes = rows.find((r) => r.id !== grows.id);
  const project = await json(admin, `/projets/${goes.id}.json`);
  await sent(`/projets/${goes.id}/modifier`, { ends: '2025-03-11' });
  // New.
  const path = await sent('/projets/nouveau', {
    name: 'Projet venu après', starts: project.starts, policies: [inclusion.id],
  });
  const list = await since();
  deepEqual(named(list, 'added'), ['Projet venu après']);
  deepEqual(named(list, 'removed'), [goes.title]);
  deepEqual(named(list, 'changed'), [grows.title]);
  const page = readable((await admin.get(`${figure}?annee=${living}`)).text);
  match(page, /en plus 1, en moins 1, comptés autrement 1\./);
  for (const title of ['+ Projet venu après', `− ${goes.title}`, `± ${grows.title}`])
    ok(page.includes(title), title);
  // A row that is deleted keeps its name in a snapshot that had it.
  await freeze(`${figure}?annee=${living}`);
  const form = await admin.form(path, '/suppression');
  equal((await admin.submit(form)).status, 303);
  deepEqual(named(await since(), 'removed'), ['Projet venu après']);
});
await test('who takes no snapshots sees none', async () => {
  for (const role of ['stranger', 'teacher', 'coordinator'])
    equal(await since(people.get(role)), undefined, role);
  equal((await since(people.get('leader'))).length, 2);
  const who = query(server.folder, 'SELECT count(*) FROM core_snapshot WHERE person = 0');
  equal(who.trim(), '0', 'each says who took it');
});
ok(units.size === figures.length);
await test('a share is computed from what its page shows', async () => {
  const page = (await admin.get('/chiffres/portfolio.policy.inclusion?annee=2023-2024')).text;
  const cells = [...page.matchAll(/<td class="n" data-label="[^"]*">([^<]*)<\/td>/g)].map((m) => Number(m[1]));
  const whole = cells.pop(), sum = cells.pop();
  equal(cells.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0), sum);
  equal(cells.filter((_, i) => i % 2).reduce((a, b) => a + b, 0), whole);
  ok(readable(page).includes(`${Math.round(100 * sum / whole)} %`) || readable(page).includes(`${Math.round(100 * sum / whole)}\u202f%`));
});
await test('a year that is none, or has not begun, is refused by its name', async () => {
  for (const path of ['/chiffres', '/chiffres.json', '/chiffres/portfolio.policy.inclusion'])
    for (const year of ['abc', '2025-2026', '2050-2051']) {
      const r = await admin.get(`${path}?annee=${year}`);
      equal(r.status, 422, `${path} ${year}`);
      match(r.text, /année scolaire ne peut pas.* 2024-2025, 2023-2024, /);
      ok(!/corriger|formulaire/.test(r.text), 'nobody filled in a form');
    }
});
await test('how things stand is told of today, in the course of a year', async () => {
  const page = readable((await admin.get('/chiffres?annee=2024-2025')).text);
  ok(!page.includes('31 août 2025') && page.includes('12 mars 2025'), page.slice(0, 800));
  match(readable((await admin.get('/chiffres?annee=2023-2024')).text), /31 août 2024/);
});
await test('a figure says its period and origin on the home page and in files', async () => {
  const home = (await admin.get('/')).text;
  equal((home.match(/<small class="origin">/g) ?? []).length >= 8, true);
  const csv = (await admin.get('/chiffres.csv')).text.split('\r\n');
  match(csv[0], /;year;bassin;period;origin;approx$/);
  for (const f of JSON.parse((await admin.get('/chiffres.json')).text)) {
    ok(/^(year|as_of|since|event)$/.test(f.period) && /^(records|imported|stated)$/.test(f.origin), f.id);
    ok(csv.some((l) => l.startsWith(`${f.id};`) && l.endsWith(`;${f.period};${f.origin};${f.approx ? 1 : 0}`)), f.id);
  }
});
await test('a file of one bassin says which, by its code, as the command line does', async () => {
  const bassin = bassins.find(Boolean);
  const { code } = await json(admin, `/territoires/${bassin}.json`);
  ok(code);
  const lines = (await admin.get(`/chiffres.csv?annee=2023-2024&bassin=${bassin}`)).text.split('\r\n').slice(1, -1);
  const told = JSON.parse(essaim('figures', '--year', '2023-2024', '--bassin', code, '--format', 'json', '--data', server.folder));
  for (const [i, f] of (await json(admin, `/chiffres.json?annee=2023-2024&bassin=${bassin}`)).entries()) {
    equal(f.bassin, code);
    equal(lines[i].split(';').at(-4), code, lines[i]);
    equal(told[i].bassin, code);
    equal(told[i].value, f.value, f.id);
  }
  equal((await json(admin, '/chiffres.json'))[0].bassin, null);
});
await test('years later the demonstration still opens on the year that it tells of whole', async () => {
  const later = await serve({ args: ['--today', '2026-11-26'] });
  const told = JSON.parse((await later.stranger().get('/chiffres.json')).text);
  ok(told.every((f) => f.year === '2023-2024'), told[0].year);
  ok(told.find((f) => f.id === 'network.people').value > 30000);
  const home = readable((await later.stranger().get('/')).text);
  ok(home.includes('31 août 2024') && !home.includes('31 août 2026'), home.slice(0, 2000));
  equal(essaim('figures', '--data', later.folder, '--today', '2026-11-26'), essaim('figures', '--year', '2023-2024', '--data', later.folder, '--today', '2026-11-26'));
  await later.stop();
});
await test('a bassin that is none gives no figures', async () => {
  for (const bassin of ['99999', 'zzz', '-1', '1']) {
    for (const path of ['/chiffres', '/chiffres.json', '/chiffres/portfolio.projects'])
      equal((await admin.get(`${path}?annee=2023-2024&bassin=${bassin}`)).status, 422, `${path} ${bassin}`);
    ok(readable((await admin.get(`/chiffres?bassin=${bassin}`)).text).includes(`« ${bassin} »`), bassin);
  }
});
const counting = await serve({ env: { ESSAIM_QUERIES: '1' } });
await test('a figure that everybody sees alike is not asked again while nobody commits', async (skip) => {
  const who = await counting.as('admin'), stranger = counting.stranger();
  const year = '/chiffres.json?annee=2024-2025';
  const axes = async (of) => (await json(of, year)).find((f) => f.id === 'strategy.axes').value;
  const queries = async (of) => Number((await of.get(year)).headers.get('x-queries'));
  ok(await queries(who) >= figures.length);
  const before = await axes(who);
  if (onPostgres) return skip('it cannot tell what others committed');
  // Each worker remembers by itself.
  let fewest = Infinity;
  for (let i = 0; i < 200 && fewest > 2; i++) fewest = Math.min(fewest, await queries(stranger));
  ok(fewest <= 2, `${fewest} queries`);
  const made = await who.submit(await who.form('/axes/nouveau', '/axes'), { position: '9', name: 'Un axe neuf' });
  equal(made.status, 303);
  equal(await axes(stranger), before + 1);
  equal(await axes(who), before + 1);
});
await test('a figure’s file has all records, read once', async () => {
  const who = await counting.as('admin');
  const axis = (await json(who, '/axes.json'))[0].name;
  const few = await who.get('/chiffres/strategy.objectives.csv');
  const file = join(counting.folder, 'objectifs.csv');
  writeFileSync(file, ['axis;position;name',
    ...Array.from({ length: 9500 }, (_, i) => `${axis};${i % 99 + 1};Objectif ${i}`)].join('\r\n'));
  essaim('import', 'objective', file, '--data', counting.folder);
  const all = await who.get('/chiffres/strategy.objectives.csv');
  equal(all.text.split('\r\n').length, few.text.split('\r\n').length + 9500);
  ok(Number(all.headers.get('x-queries')) <= 5, all.headers.get('x-queries'));
  deepEqual(all.text.split('\r\n').slice(-3, -1).map((l) => l.split(';')[1]), ['Objectif 9498', 'Objectif 9499']);
  await counting.stop();
});
await server.stop();
