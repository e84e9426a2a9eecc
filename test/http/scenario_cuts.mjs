// The network's figures by line, whom it reaches, and one's own school: each equal to
// the figure of its name and to an independent recount of the rows.
import { test, deepEqual, equal, ok, match, serve, drop, copy, query, readable, links } from './lib.mjs';

const folder = copy();
const server = await serve({ data: folder, env: { ESSAIM_QUERIES: '1' } });
const admin = await server.as('admin');
const leader = await server.as('leader');
const year = '2023-2024', y = 2023, from = 19601, to = 19966; // 1 September 2023, 31 August 2024
const num = (sql) => Number(query(folder, sql));
const table = (text) => text.replace(/^\ufeff/, '').trim().split('\r\n').map((l) => l.split(';'));
const figures = Object.fromEntries(JSON.parse((await admin.get(`/chiffres.json?annee=${year}`)).text).map((f) => [f.id, f.value]));
const cut = async (by, who = leader) => {
  const r = await who.get(`/reseau.csv?annee=${year}&par=${by}`);
  equal(r.status, 200);
  const [head, ...rows] = table(r.text);
  return rows.map((row) => Object.fromEntries(head.map((h, i) => [h, i < 2 ? row[i] : row[i] === '' ? null : Number(row[i])])));
};
const sum = (rows, id) => rows.reduce((n, r) => n + r[id], 0);
const people = "coalesce(v.present_pupils,0)+coalesce(v.present_teachers,0)+coalesce(v.present_parents,0)+coalesce(v.present_others,0)";
const plain = ['network.halfdays_hosted', 'network.halfdays_outside', 'network.people', 'network.trainings_hosted'];

await test('every way to cut a year adds up to its figures', async () => {
  for (const by of ['laboratoire', 'bassin', 'departement', 'circonscription', 'type', 'rural', 'prioritaire', 'mois']) {
    const rows = await cut(by);
    ok(rows.length > 1, by);
    for (const id of plain) equal(sum(rows, id), figures[id], `${by}: ${id}`);
    ok(sum(rows, 'network.classes') >= figures['network.classes'], by);
  }
  equal(sum(await cut('mois'), 'network.classes'), figures['network.classes'], 'a class counts in its first month');
  equal(sum(await cut('laboratoire'), 'network.labs'), figures['network.labs']);
  equal(sum(await cut('bassin'), 'network.bassins'), figures['network.bassins']);
});

await test('a line is what its rows say, recounted', async () => {
  const held = `v.state = 'held' AND v.id IN (SELECT visit FROM network_slot WHERE day BETWEEN ${from} AND ${to})`;
  for (const l of await cut('laboratoire')) {
    equal(l['network.people'], num(`SELECT sum(${people}) FROM network_visit v WHERE ${held} AND v.lab = ${l.id}`), l.name);
    equal(l['network.halfdays_hosted'], num(`SELECT count(*) FROM network_slot s, network_visit v WHERE v.id = s.visit AND v.place = 'inside' AND v.state = 'held' AND s.day BETWEEN ${from} AND ${to} AND v.lab = ${l.id}`));
    equal(l['network.classes'], num(`SELECT count(DISTINCT c.target_id) FROM network_visit_classes c, network_visit v WHERE v.id = c.row_id AND c.until IS NULL AND ${held} AND v.lab = ${l.id}`));
  }
  match(readable((await admin.get(`/reseau?par=circonscription&annee=${year}`)).text), /second degré, ou sans circonscription/);
  for (const l of (await cut('circonscription')).filter((x) => x.id))
    equal(l['network.people'], num(`SELECT sum(${people}) FROM network_visit v, directory_school e WHERE e.id = v.school AND ${held} AND e.circonscription = ${l.id}`), l.name);
  const rural = (await cut('rural')).find((l) => l.id === '1');
  equal(rural['network.people'], num(`SELECT sum(${people}) FROM network_visit v, directory_school e WHERE e.id = v.school AND ${held} AND e.rural = 1`));
  const [bassin] = await cut('bassin');
  const told = JSON.parse((await admin.get(`/chiffres.json?annee=${year}&bassin=${bassin.id}`)).text);
  for (const id of [...plain, 'network.classes', 'network.labs'])
    equal(bassin[id], told.find((f) => f.id === id).value, `${bassin.name}: ${id}`);
});

await test('a line leads down to its rows', async () => {
  const page = async (by) => (await admin.get(`/reseau?annee=${year}&par=${by}`)).text;
  const labs = links(await page('laboratoire')).map((l) => l.replaceAll('&amp;', '&')).filter((l) => l.startsWith('/accueils?lab='));
  equal(labs.length, figures['network.labs']);
  const id = /lab=(\d+)/.exec(labs[0])[1];
  const held = JSON.parse((await admin.get(labs[0].replace('/accueils?', '/accueils.json?'))).text);
  equal(held.length, num(`SELECT count(*) FROM network_visit WHERE lab = ${id} AND year = ${y} AND state = 'held'`));
  for (const l of (await cut('bassin')).filter((x) => x.id).slice(0, 3)) {
    const to = links(await page('bassin')).map((x) => x.replaceAll('&amp;', '&')).find((x) => x.includes('network.people') && x.includes(`bassin=${l.id}`));
    ok(to, l.name);
    const [path, asked] = to.split('?');
    equal(JSON.parse((await admin.get(`${path}.json?${asked}`)).text).value, l['network.people'], l.name);
  }
  ok(links(await page('annee')).some((l) => l.includes('network.people') && l.includes('annee=2023-2024')));
});

await test('years stand beside each other, each as its own figures', async () => {
  const rows = await cut('annee');
  ok(rows.length >= 2);
  for (const l of rows) {
    const told = JSON.parse((await admin.get(`/chiffres.json?annee=${l.name}`)).text);
    for (const id of [...plain, 'network.classes', 'network.labs', 'network.bassins'])
      equal(l[id], told.find((f) => f.id === id).value, `${l.name}: ${id}`);
  }
});

await test('a page for each, whose foot leads to the figures', async () => {
  for (const by of ['laboratoire', 'mois', 'annee', 'type']) {
    const r = await leader.get(`/reseau?annee=${year}&par=${by}&mesure=network.people`);
    equal(r.status, 200);
    ok(links(r.text).includes(`/chiffres/network.people?annee=${year}`));
    ok(Number(r.headers.get('x-queries')) <= (by === 'annee' ? 24 : 12), `${by}: ${r.headers.get('x-queries')}`);
  }
  equal((await leader.get('/reseau?par=signe')).status, 404);
});

await test('who was never reached: all of the schools, split in two, on the map and as a list', async () => {
  const all = async (more, who = leader) => table((await who.get(`/territoire.csv?${more}`)).text).slice(1);
  const never = await all(`annee=${year}&voir=jamais`), reached = await all(`annee=${year}&voir=touches`);
  const schools = num("SELECT count(*) FROM directory_school WHERE state IS NULL OR state <> 'closed'");
  equal(never.length + reached.length, schools);
  equal(reached.length, num(`SELECT count(DISTINCT school) FROM network_visit WHERE state = 'held' AND year = ${y}`));
  const ids = query(folder, `SELECT DISTINCT school FROM network_visit WHERE state = 'held' AND year = ${y} AND school IS NOT NULL`).split('\n');
  ok(never.every((l) => !ids.includes(l[0])) && reached.every((l) => ids.includes(l[0])));
  equal((await all(`annee=${year}&voir=tous&rural=1`)).length, num("SELECT count(*) FROM directory_school WHERE rural = 1 AND (state IS NULL OR state <> 'closed')"));
  equal((await all(`annee=${year}&voir=tous&type=college`)).length, num("SELECT count(*) FROM directory_school WHERE kind = 'college' AND (state IS NULL OR state <> 'closed')"));
  const ever = await all('annee=toutes&voir=touches');
  ok(ever.length >= reached.length);
  const page = await leader.get(`/territoire?annee=${year}`);
  ok(links(page.text).some((l) => l === `/etablissements/${never[0][0]}`));
  match(readable(page.text), /non accueilli/);
  ok(Number(page.headers.get('x-queries')) <= 7, page.headers.get('x-queries'));
  // The list on its pages: each school once, in the order of the file.
  const shown = [];
  for (let next = `/territoire?annee=${year}`; next; ) {
    const text = (await leader.get(next)).text;
    const part = [...text.slice(text.indexOf('id="school-list"')).matchAll(/scope="row"[^>]*><a href="\/etablissements\/(\d+)"/g)];
    ok(part.length > 0 && part.length <= 50, String(part.length));
    shown.push(...part.map((m) => m[1]));
    next = /rel="next" href="([^"#]+)/.exec(text)?.[1].replaceAll('&amp;', '&');
  }
  ok(shown.length > 50);
  deepEqual(shown, never.map((l) => l[0]));
  equal((await leader.get('/territoire?apres=x')).status, 404);
});

await test('a file has the codes under its keys, in whatever language it is asked', async () => {
  const kinds = query(folder, 'SELECT DISTINCT kind FROM directory_school').split('\n');
  const [head, ...rows] = table((await leader.get('/territoire.csv?annee=toutes&voir=tous')).text);
  const column = (name) => [...new Set(rows.map((l) => l[head.indexOf(name)]))].sort();
  ok(column('kind').every((k) => kinds.includes(k)), column('kind').join());
  ok(column('rural').every((k) => ['', '0', '1'].includes(k)), column('rural').join());
  const known = query(folder, 'SELECT DISTINCT priority FROM directory_school WHERE priority IS NOT NULL').split('\n');
  ok(column('priority').every((k) => k === '' || known.includes(k)), column('priority').join());
  for (const l of await cut('type')) ok(l.id === '' || kinds.includes(l.id), l.id);
  for (const l of await cut('prioritaire')) ok(l.id === '' || known.includes(l.id), l.id);
});

await test('an inspector sees her own area, no other', async () => {
  for (const role of ['ien', 'coordinator']) {
    const who = await server.as(role);
    const list = table((await who.get('/territoire.csv?voir=tous')).text).slice(1);
    const every = table((await leader.get('/territoire.csv?voir=tous')).text).slice(1);
    ok(list.length > 0 && list.length < every.length, `${role}: ${list.length} of ${every.length}`);
  }
});

const other_ = () => num(`SELECT min(s.id) FROM directory_school s JOIN directory_person p ON p.area = s.bassin
  WHERE p.email = 'coordinator@demo.example'`);
await test('« Mon établissement » tells the school’s own figures beside the network’s', async () => {
  const head = await server.as('head');
  const school = num("SELECT school FROM directory_person WHERE email = 'head@demo.example'");
  const r = await head.get(`/mon-etablissement?annee=${year}`);
  equal(r.status, 200);
  const text = readable(r.text);
  const own = num(`SELECT coalesce(sum(${people}), 0) FROM network_visit v WHERE v.state = 'held' AND v.year = ${y} AND v.school = ${school}`);
  ok(own > 0, 'the demonstration’s head has been there');
  match(text, new RegExp(`Personnes accueillies ${own} `));
  ok(text.replace(/\s/g, '').includes(`${figures['network.people']}`));
  // Of itself it is of the current year; schools of one name are told apart by their commune.
  match((await head.get('/mon-etablissement')).text, /value="2024-2025"[^>]*selected|selected[^>]*value="2024-2025"/);
  const commune = query(folder, `SELECT commune FROM directory_school WHERE id = ${other_()}`).trim();
  ok((await (await server.as('coordinator')).get('/mon-etablissement')).text.includes(` · ${commune}</option>`));
  const visits = query(folder, `SELECT id FROM network_visit WHERE school = ${school}`).split('\n');
  for (const l of links(r.text).filter((x) => x.startsWith('/accueils/'))) ok(visits.includes(l.split('/')[2]), l);
  const other = num(`SELECT min(id) FROM directory_school WHERE id <> ${school}`);
  equal((await head.get(`/mon-etablissement?etablissement=${other}`)).status, 404);
  const came = num(`SELECT count(DISTINCT school) FROM network_visit WHERE state = 'held' AND year = ${y}`);
  const brought = num(`SELECT sum(${people}) FROM network_visit v WHERE v.state = 'held' AND v.year = ${y} AND v.school IS NOT NULL`);
  ok(brought < figures['network.people'], 'some came of no school');
  const mean = (brought / came).toFixed(1).replace('.', ',').replace(/,0$/, ''); // a whole one is written so
  match(text, new RegExp(`Personnes accueillies ${own} ${mean} `));
  ok(Number(r.headers.get('x-queries')) <= 21, r.headers.get('x-queries'));
});

await test('who is to give a role in a school may still do so', async () => {
  const person = num("SELECT id FROM directory_person WHERE email = 'teacher@demo.example'");
  const page = await admin.get(`/personnes/${person}/roles`);
  for (const role of ['teacher', 'head', 'host', 'ien', 'inspector', 'coordinator'])
    ok(page.text.includes(`value="${role}"`), role);
});

await test('laboratories stand on the map, each leading to its page', async () => {
  const r = await server.stranger().get('/carte');
  for (const id of query(folder, 'SELECT id FROM network_lab').split('\n')) ok(links(r.text).includes(`/laboratoires/${id}`), id);
});

await test('a whole académie of schools: none is left out of the figures, nor unsaid of the map', async () => {
  const count = "SELECT count(*) FROM directory_school WHERE state IS NULL OR state <> 'closed'";
  const came = num("SELECT count(DISTINCT school) FROM network_visit WHERE state = 'held'");
  query(folder, `INSERT INTO directory_school (uid, version, created_at, changed_at, created_by, changed_by, uai, uai_fold, name, name_fold, words, kind,
      bassin, rural, latitude, longitude) WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < 3500)
    SELECT 'all-' || n, 1, 0, 0, 0, 0, 'T' || n, 't' || n, 'Une école', 'une ecole', 'une ecole', 'primaire', (SELECT min(bassin) FROM directory_school), n % 2,
      48.5, 6.5 FROM d`);
  const schools = num(count);
  ok(schools > 3500);
  const lines = (text) => table(text).slice(1).length;
  equal(lines((await leader.get('/territoire.csv?annee=toutes&voir=tous')).text), schools);
  equal(lines((await leader.get('/territoire.csv?annee=toutes&voir=touches')).text), came);
  equal(lines((await leader.get('/territoire.csv?annee=toutes&voir=tous&rural=~')).text),
    num(`${count.replace('WHERE', 'WHERE rural IS NULL AND (')})`));
  const page = await leader.get('/territoire?annee=toutes');
  const text = readable(page.text).replace(/[\s\u202f\u00a0]/g, '');
  ok(text.includes(`${came}établissementsaccueillis`) || text.includes(`établissementsaccueillis${came}`), text.slice(600, 1400));
  const labs = num('SELECT count(*) FROM network_lab WHERE closed IS NULL');
  ok(text.includes(`${schools + labs - 800}établissementsnesontpassurlacarte`), 'the map says what it leaves out');
  const svg = page.text.slice(page.text.indexOf('<svg'), page.text.indexOf('</svg>', page.text.indexOf('class="map')));
  const placed = new Set(links(svg));
  for (const id of query(folder, "SELECT DISTINCT school FROM network_visit WHERE state = 'held' AND school IS NOT NULL").split('\n'))
    ok(placed.has(`/etablissements/${id}`), `reached, and not on the map: ${id}`);
});

await test('what was held without a half-day any more counts nowhere', async () => {
  const id = num(`SELECT min(v.id) FROM network_visit v WHERE v.state = 'held' AND v.year = ${y} AND v.kind = 'training' AND v.place = 'inside'`);
  const brought = num(`SELECT ${people} FROM network_visit v WHERE v.id = ${id}`);
  query(folder, `DELETE FROM network_slot WHERE visit = ${id}`);
  const now = Object.fromEntries(JSON.parse((await admin.get(`/chiffres.json?annee=${year}`)).text).map((f) => [f.id, f.value]));
  equal(now['network.trainings_hosted'], figures['network.trainings_hosted'] - 1);
  equal(now['network.people'], figures['network.people'] - brought);
  for (const by of ['laboratoire', 'mois']) for (const what of plain)
    equal(sum(await cut(by), what), now[what], `${by}: ${what}`);
  // Nor does it reach its school.
  const head = num("SELECT school FROM directory_person WHERE email = 'head@demo.example'");
  const reached = async () => table((await leader.get('/territoire.csv?annee=toutes&voir=touches')).text).length;
  const own = async () => readable((await (await server.as('head')).get(`/mon-etablissement?annee=${year}`)).text);
  const before = await reached();
  query(folder, `DELETE FROM network_slot WHERE visit IN (SELECT id FROM network_visit WHERE state = 'held' AND school = ${head})`);
  equal(await reached(), before - 1);
  match(await own(), /Personnes accueillies 0 /);
});

await server.stop();
drop(folder);
