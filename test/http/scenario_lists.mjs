// Lists: every row once in each order, filters, search; what goes out comes in
// again unchanged; imports within one's reach.
import { essaim, test, equal, ok, match, serve, forms, links, filled, readable, tables, sameTables,
  importEnd, onPostgres, query } from './lib.mjs';
import { setTimeout as sleep } from 'node:timers/promises';

const server = await serve({ env: { ESSAIM_QUERIES: '1' } });
const admin = await server.as('admin');
const schools = JSON.parse((await admin.get('/etablissements.json')).text);
const ids = (html, path) => links(html).map((l) => new RegExp(`^${path}/(\\d+)$`).exec(l)?.[1])
  .filter(Boolean).map(Number);

async function walk(path) {
  const seen = [];
  for (let next = path; next; ) {
    const r = await admin.get(next);
    equal(r.status, 200, next);
    seen.push(...new Set(ids(r.text, '/etablissements')));
    next = links(r.text).find((l) => l.startsWith('/etablissements?') && /[?&]after=/.test(l));
  }
  return seen;
}
const page = await admin.get('/etablissements');
const sorts = [...new Set(links(page.text).map((l) => /[?&]sort=([^&]*)/.exec(l)?.[1]).filter(Boolean))];
await test('the list offers to sort', () => ok(sorts.length >= 4, sorts.join()));
for (const sort of new Set(sorts.flatMap((s) => [s, s.startsWith('-') ? s.slice(1) : `-${s}`])))
  await test(`sorted by ${sort}: every school once`, async () => {
    const seen = await walk(`/etablissements?sort=${sort}`);
    equal(new Set(seen).size, seen.length, 'a school twice');
    equal(schools.filter((s) => !seen.includes(s.id)).length, 0, 'schools that no page shows');
    equal(seen.length, schools.length);
  });
await test('what nobody has said of a school is unknown, and no answer', async () => {
  const of = async (has) => readable((await admin.get(`/etablissements/${schools.find(has).id}`)).text);
  match(await of((s) => s.priority === null), /Éducation prioritaire inconnu/);
  match(await of((s) => s.priority === 'none'), /Éducation prioritaire hors éducation prioritaire/);
  const options = page.text.match(/<select[^>]*name="priority"[^]*?<\/select>/)[0];
  equal(options.match(/hors éducation prioritaire/g).length, 1, 'one choice of that name');
  match(options, /value="~"[^>]*>inconnu/);
});
await test('a row leads down to the lists of those that name it, as many as one reaches', async () => {
  const down = async (who, path) => {
    const text = (await who.get(path)).text.match(/<h2[^>]*>Ce qui s’y rattache<[^]*?<\/ul>/)?.[0] ?? '';
    return [...text.matchAll(/href="([^"]*)">(\d+)/g)].map(([, href, n]) => [href.replaceAll('&amp;', '&'), Number(n)]);
  };
  const { bassin, departement, id } = schools.find((s) => s.bassin);
  const teacher = await server.as('teacher'), nobody = server.stranger();
  for (const who of [admin, teacher, nobody])
    for (const path of [`/territoires/${bassin}`, `/territoires/${departement}`, `/etablissements/${id}`, '/organisations/1', '/services/1'])
      for (const [href, n] of await down(who, path)) {
        const r = await who.get(href.replace('?', '.json?'));
        equal(r.status, 200, `${path}: ${href}`);
        equal(JSON.parse(r.text).length, n, `${path}: ${href}`);
      }
  const hrefs = async (who, path) => (await down(who, path)).map(([href]) => href);
  ok((await hrefs(nobody, `/territoires/${departement}`)).includes(`/territoires?parent=${departement}`), 'the tree, downwards');
  ok((await hrefs(nobody, `/territoires/${bassin}`)).includes(`/etablissements?bassin=${bassin}`));
  const of = JSON.parse((await admin.get('/deploiements.json')).text)[0].school;
  const lists = `/deploiements?school=${of}`;
  ok((await hrefs(admin, `/etablissements/${of}`)).includes(lists));
  ok(!(await hrefs(nobody, `/etablissements/${of}`)).includes(lists), 'not what one may not read');
});
await test('a row made meanwhile moves no page', async () => {
  const first = await admin.get('/etablissements?sort=name');
  const next = links(first.text).find((l) => /[?&]after=/.test(l));
  const before = ids((await admin.get(next)).text, '/etablissements').join();
  const form = await admin.form('/etablissements/nouveau', '/etablissements');
  const letter = 'ABCDEFGHJKLMNPRSTUVWXYZ'[997000 % 23];
  const r = await admin.submit(form, { uai: `0997000${letter}`, name: 'AAA', kind: 'college' });
  equal(r.status, 303, readable(r.text).slice(0, 200));
  equal(ids((await admin.get(next)).text, '/etablissements').join(), before);
  equal((await admin.submit(await admin.form(r.location, '/suppression'))).status, 303);
});
await test('filters by choice, reference and both; the page says how many', async () => {
  const colleges = schools.filter((s) => s.kind === 'college');
  const seen = await walk('/etablissements?kind=college');
  equal([...seen].sort().join(), colleges.map((s) => s.id).sort().join());
  const { bassin } = colleges.find((s) => s.bassin);
  const both = await walk(`/etablissements?kind=college&bassin=${bassin}`);
  equal(both.sort().join(), colleges.filter((s) => s.bassin === bassin).map((s) => s.id).sort().join());
  const none = await admin.get(`/etablissements?kind=erea&bassin=${bassin}&q=zzzz`);
  equal(none.status, 200);
  equal(ids(none.text, '/etablissements').length, 0);
  match(readable((await admin.get('/etablissements?kind=college')).text), new RegExp(String(colleges.length)));
});
await test('a search knows no accents, no capitals, no plural', async () => {
  const s = schools.find((x) => /é/.test(x.name));
  const word = s.name.split(/[\s'’-]+/).find((w) => /é/.test(w));
  for (const q of [word, word.toUpperCase(), word.normalize('NFD').replace(/\p{M}/gu, '')]) {
    const seen = await walk(`/etablissements?q=${encodeURIComponent(q)}`);
    ok(seen.includes(s.id), `${q} does not find ${s.name}`);
  }
  const all = await admin.get(`/recherche?q=${encodeURIComponent(s.uai)}`);
  ok(ids(all.text, '/etablissements').includes(s.id), 'the box does not find a UAI');
});
await test('a file names what its rows refer to by pages, not row by row', async () => {
  const areas = new Map(JSON.parse((await admin.get('/territoires.json')).text).map((a) => [a.id, a.code]));
  const r = await admin.get('/etablissements.csv');
  const [head, ...lines] = r.text.replace(/^\ufeff/, '').trimEnd().split('\r\n').map((l) => l.split(';'));
  equal(lines.length, schools.length);
  const at = head.indexOf('bassin'), of = new Map(schools.map((s) => [String(s.id), s]));
  for (const line of lines)
    equal(line[at], areas.get(of.get(line[0]).bassin) ?? '', line.join(';'));
  ok(lines.length > 200 && new Set(lines.map((l) => l[at])).size > 3, 'too few to tell');
  const asked = Number(r.headers.get('x-queries'));
  // Those who refer, and those who are linked, each of their kinds at once.
  ok(asked <= 5 + 30 * Math.ceil(lines.length / 200), `${asked} queries for ${lines.length} rows`);
});
await test('the API names the links of a page at once', async () => {
  const r = await admin.get('/api/v1/school?limit=200');
  const { rows } = JSON.parse(r.text);
  equal(rows.length, 200);
  ok(rows.some((s) => s.groups.length), 'no links to tell');
  ok(Number(r.headers.get('x-queries')) <= 15, `${r.headers.get('x-queries')} queries`);
});
await test('CSV and JSON hold the list as it is filtered', async () => {
  const csv = (await admin.get('/etablissements.csv?kind=college')).text.trimEnd().split('\r\n');
  const json = JSON.parse((await admin.get('/etablissements.json?kind=college')).text);
  const n = schools.filter((s) => s.kind === 'college').length;
  equal(csv.length - 1, n);
  equal(json.length, n);
});

const send = async (who, entity, csv, changes = {}) => {
  const form = await who.form('/imports', '/imports');
  const pairs = [...filled(form, { entity, ...changes }), ['file', csv, 'essai.csv']];
  return { pairs, r: await who.postFiles('/imports', pairs) };
};
const numbers = (text) => readable(text);
async function applied(who, where) {
  await importEnd(who, where);
  const form = forms((await who.get(where)).text).find((f) => f.action.endsWith('/application'));
  if (!form) return null;
  equal((await who.submit(form)).status, 303);
  equal((await importEnd(who, where)).state, 'applied');
  return (await who.get(where)).text;
}
for (const [entity, path] of [['school', '/etablissements'], ['organisation', '/organisations'],
  ['policy', '/politiques']])
  await test(`${entity}: exported and imported again, nothing changes`, async () => {
    const csv = (await admin.get(`${path}.csv`)).bytes;
    const before = (await admin.get(`${path}.json`)).text;
    const { r } = await send(admin, entity, csv);
    equal(r.status, 303, readable(r.text).slice(0, 300));
    ok(await applied(admin, r.location), 'it could not be applied');
    equal((await admin.get(`${path}.json`)).text, before);
  });
await test('a file sent twice with one key is one import', async () => {
  const csv = (await admin.get('/politiques.csv')).bytes;
  const { pairs, r } = await send(admin, 'policy', csv);
  const before = tables(server.folder);
  const again = await admin.postFiles('/imports', pairs);
  equal(again.status, 303);
  equal(again.location, r.location);
  sameTables(before, tables(server.folder), 'sent twice');
});
const letter = (d) => d + 'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(d) % 23];
await test('an import is checked line by line, applied, and taken back by its number', async () => {
  const head = 'uai;nom;nature;commune\r\n';
  const good = `${letter('0996001')};Neuve;college;Metz\r\n${letter('0996002')};Neuve bis;college;Toul\r\n`;
  const bad = `0996003I;Fausse lettre;college;Metz\r\n${letter('0996004')};;college;Metz\r\n`;
  const { r } = await send(admin, 'school', Buffer.from(head + good + bad));
  equal(r.status, 303);
  equal((await importEnd(admin, r.location)).state, 'checked');
  const shown = numbers((await admin.get(r.location)).text);
  ok(/0996003I/.test(shown), 'the wrong letter is not named');
  const done = await applied(admin, r.location);
  const now = JSON.parse((await admin.get('/etablissements.json')).text);
  equal(now.length, schools.length + 2);
  const undo = forms(done).find((f) => f.action.endsWith('/annulation'));
  const first = await admin.submit(undo);
  equal(first.status, 303);
  const again = await admin.submit(undo);
  equal(again.location, first.location, 'the same answer');
  equal((await importEnd(admin, r.location)).state, 'undone');
  equal(JSON.parse((await admin.get('/etablissements.json')).text).length, schools.length);
});
await test('an import reaches no further than its sender', async () => {
  const coordinator = await server.as('coordinator');
  const me = JSON.parse((await admin.get('/personnes.json')).text)
    .find((p) => p.email === 'coordinator@demo.example');
  const mine = schools.find((s) => s.bassin === me.area);
  const far = schools.find((s) => s.bassin && s.bassin !== me.area);
  const areas = JSON.parse((await admin.get('/territoires.json')).text);
  const code = (id) => areas.find((a) => a.id === id).code;
  const lines = [
    `${mine.uai};Changée par fichier;${mine.kind};${code(mine.bassin)}`,
    `${far.uai};Prise par fichier;${far.kind};${code(far.bassin)}`,
    `${far.uai};Tirée à soi;${far.kind};${code(me.area)}`,
    `${letter('0996010')};Faite ailleurs;college;${code(far.bassin)}`,
    `${letter('0996011')};Faite ici;college;${code(me.area)}`,
  ].join('\r\n');
  const { r } = await send(coordinator, 'school', Buffer.from(`uai;nom;nature;bassin_code\r\n${lines}\r\n`));
  equal(r.status, 303, readable(r.text).slice(0, 300));
  await applied(coordinator, r.location);
  const now = JSON.parse((await admin.get('/etablissements.json')).text);
  equal(now.find((s) => s.id === mine.id).name, 'Changée par fichier');
  equal(now.find((s) => s.id === far.id).name, far.name);
  equal(now.find((s) => s.id === far.id).bassin, far.bassin);
  ok(!now.some((s) => s.name === 'Faite ailleurs'), 'made out of reach');
  ok(now.some((s) => s.name === 'Faite ici'), 'not made in reach');
  const leader = await server.as('leader');
  equal((await leader.get(r.location)).status, 403, 'one who may not change schools');
});
await test('names as long as they may be are exported whole', async () => {
  const name = (i) => `${'漢'.repeat(190)} ${i}`;
  const lines = Array.from({ length: 210 }, (_, i) => `${letter(`099${7000 + i}`)};${name(i)};college`);
  const { r } = await send(admin, 'school', `uai;nom;nature\r\n${lines.join('\r\n')}\r\n`);
  await applied(admin, r.location);
  for (const order of ['', '?sort=name&down=1']) {
    const all = JSON.parse((await admin.get(`/etablissements.json${order}`)).text);
    equal(all.filter((s) => s.name.startsWith('漢')).length, 210, order);
  }
});
await test('files that cannot be: a message, nothing kept', async () => {
  const wide = `${Array.from({ length: 10000 }, (_, i) => `c${i}`).join(';')}\r\n1\r\n`;
  for (const [name, file] of [['empty', ''], ['no column of ours', 'a;b\r\n1;2\r\n'], ['10,000 columns', wide],
    ['the same head twice', 'uai;uai\r\n1;2\r\n'], ['only NUL', '\0\0\0\0']]) {
    const before = tables(server.folder);
    const { r } = await send(admin, 'school', Buffer.from(file));
    equal(r.status, 422, `${name}: ${r.status}`);
    sameTables(before, tables(server.folder), name);
  }
});
await test('a Latin-1 file is converted', async () => {
  const text = `uai;nom;nature\r\n${letter('0996020')};École de l'Étang;elementaire\r\n`;
  const { r } = await send(admin, 'school', Buffer.from(text, 'latin1'));
  await applied(admin, r.location);
  ok(JSON.parse((await admin.get('/etablissements.json')).text).some((s) => s.name === "École de l'Étang"));
});
if (onPostgres) await test('who reads a page for some seconds finds the connection it had', async () => {
  const connections = () => query(server.folder, `SELECT string_agg(pid || ' ' || backend_start, ',' ORDER BY pid)
    FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'essaim'`).split(',');
  const made = [];
  for (let i = 0; i < 3; i++) { // a task may begin meanwhile, and connect
    await admin.get('/projets');
    const before = connections();
    await sleep(2500);
    equal((await admin.get('/projets')).status, 200);
    made.push(connections().filter((c) => !before.includes(c)).length);
  }
  equal(Math.min(...made), 0);
});
await test('a list waits for its database twice at most, a page that asks much not much longer', async () => {
  const gate = links((await admin.get('/jalons/a-decider')).text).find((l) => /^\/jalons\/\d+$/.test(l));
  for (const [path, most] of [['/projets', 2], ['/etablissements', 2], ['/organisations', 2], ['/documents', 2],
    ['/', 2], ['/chiffres', 3], ['/chiffres/portfolio.projects', 3], ['/strategie', 4], ['/projets/1', 3], [gate, 4]]) {
    // A worker knows its statements once it has answered; which one answers is chance.
    const trips = [];
    for (let i = 0; i < 60; i++) trips.push(Number((await admin.get(path)).headers.get('x-round-trips')));
    const least = Math.min(...trips);
    if (onPostgres) ok(least >= 1 && least <= most, `${path}: ${trips.join()}`);
    else equal(Math.max(...trips), 0, path);
    equal(Math.max(...trips.slice(-10)), least, `${path}: ${trips.join()}`);
  }
});
// Each list with each of its filters as its own form offers them, and a word.
await test('a list waits twice at most with each of its filters', async () => {
  const paths = [...new Set(JSON.parse(essaim('routes', '--format', 'json')).map((r) => r.path))]
    .filter((p) => /^\/[a-z-]+$/.test(p));
  const over = [];
  let asked = 0;
  for (const path of paths) {
    const page = await admin.get(path);
    if (page.status !== 200 || !/id="l-q"|id="l-[a-z_]+"/.test(page.text)) continue;
    const asks = [''];
    for (const [, name, body] of page.text.matchAll(/<select[^>]* name="([a-z_]+)"[^>]*>([\s\S]*?)<\/select>/g)) {
      const value = [...body.matchAll(/<option value="([^"]+)"/g)].map((m) => m[1]).find((v) => v !== '~');
      if (value) asks.push(`?${name}=${encodeURIComponent(value)}`, `?${name}=~`);
    }
    for (const [, name] of page.text.matchAll(/<input[^>]* name="([a-z_]+_(?:from|to))"/g))
      asks.push(`?${name}=${/type="date"/.test(page.text.match(new RegExp(`<input[^>]* name="${name}"[^>]*>`))[0]) ? '2024-10-01' : '3'}`);
    if (/id="l-q"/.test(page.text)) asks.push('?q=de', '?q=coll');
    if (asks.length > 3 && !asks[1].startsWith('?q')) asks.push(asks[1] + asks.at(-1).replace('?', '&'));
    for (const ask of asks) {
      const r = await admin.get(path + ask);
      asked++;
      equal(r.status, 200, path + ask);
      const trips = Number(r.headers.get('x-round-trips'));
      if (onPostgres ? trips > (path === '/carte' ? 5 : 2) || trips < 1 : trips !== 0) over.push(`${path}${ask}: ${trips}`);
    }
  }
  ok(asked > 100, String(asked));
  equal(over.join('\n'), '', `${over.length} of ${asked}`);
});
await test('a search over everything waits four times at most', async () => {
  for (const word of ['college', 'parc', 'MIA Seconde', 'introuvable', 'de']) {
    const r = await admin.get(`/recherche?q=${encodeURIComponent(word)}`);
    const trips = Number(r.headers.get('x-round-trips'));
    equal(r.status, 200, word);
    ok(onPostgres ? trips >= 1 && trips <= 4 : trips === 0, `${word}: ${trips}`);
  }
});
await test('the server lived through it', async () => {
  equal(/ended by a signal|"request failed"/.exec(server.log())?.[0] ?? '', '', server.log().slice(-1500));
});
await test('what is found under one name is told apart', async () => {
  const text = (await admin.get('/recherche?q=parc')).text;
  const found = [...text.matchAll(/<li><a href="\/etablissements\/\d+">[\s\S]*?<\/li>/g)].map((m) => readable(m[0]));
  ok(found.length > 1, text.slice(0, 300));
  equal(new Set(found).size, found.length, found.join(' | '));
});
await test('by keyboard a link leads past the points of the map', async () => {
  const text = (await admin.get('/carte')).text;
  const past = text.indexOf('href="#map-list"');
  ok(past > 0 && past < text.indexOf('class="map"') && text.includes('id="map-list"'), String(past));
});
await test('schools of one name are offered with their UAI', async () => {
  const form = await admin.form('/classes/nouveau', '/classes');
  const r = await admin.submit(form, { school: 'Parc', name: '6e A', year: '2024-2025' });
  equal(r.status, 422);
  const offered = [...r.text.matchAll(/<option value="\d+"[^>]*>([^<]*Parc[^<]*)<\/option>/g)].map((m) => m[1]);
  ok(offered.length > 1 && offered.every((t) => / · \d{7}[A-Z]( · |$)/.test(t)), offered.join(' | ') || r.text.length);
});
await server.stop();
