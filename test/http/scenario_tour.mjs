// A valise from school to school: the shortest order, a chain without a gap that
// nothing else has, and who gave it to whom.
import { test, links, deepEqual, apiOf, equal, ok, match, serve, post, copy, drop, readable, query, importSend, importEnd, importPress } from './lib.mjs';

const folder = copy();
const server = await serve({ data: folder });
const admin = await server.as('admin');
const rows = async (path) => JSON.parse((await admin.get(`${path}.json`)).text);
const api = apiOf(server);
const made = async (path, body) => {
  const r = await api('POST', path, body);
  equal(r.status, 201, r.text);
  return JSON.parse(r.text).id;
};
const lines = (sql) => query(folder, sql).split('\n').filter(Boolean).map((l) => l.split('|'));
const lab = (await rows('/laboratoires')).find((l) => l.name.includes('Remiremont'));
const schools = (await rows('/etablissements')).filter((s) => s.latitude !== null && s.state === 'open');
const hostSchool = (await rows('/etablissements')).find((s) => s.id === lab.school);
let serial = 0;
const kit = () => made('kit', { name: `Valise ${serial++}`, lab: lab.id });
const tour = (k, starts, more) => made('tour', { title: `Tournée ${serial++}`, kit: k, starts, part: 'morning', transit: 1, ...more });
const stop = (t, nth, school, half_days = 2) => made('stop', { tour: t, nth, school: school.id, half_days });
const step = (t, name, body) => api('POST', `tour/${t}/etapes/${name}`, body);
const holds = (t) => lines(`SELECT starts, until, why FROM booking_hold WHERE owner = 'network_tour' AND owner_id = ${t}
  ORDER BY starts`).map(([starts, until, why]) => ({ starts: Number(starts), until: Number(until), why }));

const rad = (d) => d * Math.PI / 180;
function km(a, b) {
  const h = Math.sin(rad(b.latitude - a.latitude) / 2) ** 2
    + Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(rad(b.longitude - a.longitude) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(h));
}
const home = lab.latitude === null ? hostSchool : lab;
const length = (list) => [home, ...list, home].reduce((sum, p, i, all) => sum + (i ? km(all[i - 1], p) : 0), 0);
function* orders(list) {
  if (list.length < 2) yield list;
  else for (let i = 0; i < list.length; i++)
    for (const rest of orders([...list.slice(0, i), ...list.slice(i + 1)])) yield [list[i], ...rest];
}

await test('the shortest order is the one that trying all of them finds', async () => {
  for (const n of [2, 5, 8]) {
    const list = Array.from({ length: n }, (_, i) => schools[(i * 37 + n * 11) % schools.length]);
    const t = await tour(await kit(), '2025-04-28');
    for (let i = 0; i < n; i++) await stop(t, i + 1, list[i]);
    const before = await api('POST', `tour/${t}/etapes/close`);
    equal(before.status, 409, 'a draft is not closed');
    const r = await post(admin, `/tournees/${t}/ordonner`);
    equal(r.status, 303, readable(r.text).slice(0, 200));
    const now = lines(`SELECT school FROM network_stop WHERE tour = ${t} ORDER BY nth`)
      .map(([id]) => schools.find((s) => s.id === Number(id)));
    const best = Math.min(...[...orders(list)].map(length));
    ok(Math.abs(length(now) - best) < 1e-6, `${n}: ${length(now)} km, not ${best}`);
    const text = readable((await admin.get(`/tournees/${t}`)).text);
    match(text, /vol d’oiseau/);
    ok(text.includes(`${Math.round(best)} km`), `the total of ${best} is shown`);
  }
});

await test('beyond twelve stops the order is short, and the page does not call it the shortest', async () => {
  const t = await tour(await kit(), '2025-04-28');
  const list = Array.from({ length: 18 }, (_, i) => schools[(i * 53 + 7) % schools.length]);
  for (const [i, school] of list.entries()) await stop(t, i + 1, school);
  const order = async () => lines(`SELECT school FROM network_stop WHERE tour = ${t} ORDER BY nth`)
    .map(([id]) => schools.find((s) => s.id === Number(id)));
  equal((await post(admin, `/tournees/${t}/ordonner`)).status, 303);
  const now = await order();
  deepEqual(now.map((s) => s.id).sort(), list.map((s) => s.id).sort(), 'a stop is lost');
  ok(length(now) < length(list) - 1, `${length(now)} km of ${length(list)}`);
  for (let i = 0; i < now.length; i++)
    for (let k = i + 1; k < now.length; k++)
      ok(length([...now.slice(0, i), ...now.slice(i, k + 1).reverse(), ...now.slice(k + 1)]) > length(now) - 0.002, `${i} to ${k} turned`);
  const text = readable((await admin.get(`/tournees/${t}`)).text);
  match(text, /Au-delà de douze étapes/);
  equal((await post(admin, `/tournees/${t}/ordonner`)).status, 303);
  deepEqual(await order(), now, 'pressed again');
  ok((await step(t, 'plan')).status < 300);
  equal(holds(t).length, 2 * 18 + 1);
});

await test('by road where all times are there: loaded as a table, by commune, school or laboratory; and it says which', async () => {
  const list = [11, 48, 85, 122].map((i) => schools[i]);
  ok(new Set([...list, hostSchool].map((s) => s.commune_code)).size === 5, 'five communes');
  const t = await tour(await kit(), '2025-04-28');
  for (let i = 0; i < 4; i++) await stop(t, i + 1, list[i]);
  const page = async () => readable((await admin.get(`/tournees/${t}`)).text);
  // In this country the nearest are the farthest: only the road tells.
  const far = (a, b) => Math.round(120 - km(a, b) / 2);
  const all = [...list, { ...home, hub: true }];
  const code = (p) => (p.hub ? lab.name : p.commune_code);
  const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b]));
  const csv = (list_) => ['Départ;Arrivée;Temps', ...list_].join('\r\n');
  const load = async (text) => {
    const r = await importSend(admin, 'road', text, 'routes.csv');
    await importEnd(admin, r.location);
    await importPress(admin, r.location, 'application');
    return importEnd(admin, r.location);
  };
  const some = await load(csv([...pairs.slice(1).map(([a, b]) => `${code(a)};${code(b)};${far(a, b)}`), 'Nulle part;54395;3', '54395;54528;2000', '54395;54395;0']));
  deepEqual([some.inserted, some.refused], [pairs.length - 1, 3]);
  match(await page(), /vol d’oiseau.*Il manque 1 temps de route/);
  ok(!(await page()).includes(' min'), 'half a table measures nothing');
  // The last one by the school itself, which is nearer than its commune, and the other way.
  const [[a, b]] = pairs;
  equal((await load(csv([`${b.uai};${a.uai};${far(a, b)}`]))).inserted, 1);
  equal((await post(admin, `/tournees/${t}/ordonner`)).status, 303);
  const now = lines(`SELECT school FROM network_stop WHERE tour = ${t} ORDER BY nth`).map(([id]) => schools.find((s) => s.id === Number(id)));
  const minutes = (order) => [home, ...order, home].reduce((sum, p, i, w) => sum + (i ? far(w[i - 1], p) : 0), 0);
  const best = Math.min(...[...orders(list)].map(minutes));
  equal(minutes(now), best);
  ok(length(now) > Math.min(...[...orders(list)].map(length)) + 1, 'not the shortest as the crow flies');
  const text = await page();
  match(text, /Temps de route, d’après la table chargée/);
  ok(!/vol d’oiseau/.test(text), text);
  match(text, new RegExp(`En tout\\s: ${Math.floor(best / 60)}\\sh\\s${String(best % 60).padStart(2, '0')}`));
  ok((await step(t, 'plan')).status < 300);
  const [day] = lines(`SELECT home FROM network_tour WHERE id = ${t}`)[0].map((d) => new Date(Number(d) * 86400000).toISOString().slice(0, 10));
  match(readable((await admin.get(`/feuille-de-route?jour=${day}`)).text), /Temps de route, d’après la table chargée/);
  equal((await (await server.as('host')).get('/temps-de-route')).status, 200);
});

await test('a tour begins in the morning, with one half-day on the way between two stops', async () => {
  const begun = Object.fromEntries((await admin.form('/tournees/nouveau', '/tournees')).fields);
  deepEqual([begun.part, begun.transit], ['morning', '1']);
});

await test('without a rank the stops come in the order of entry: by the form, by the API, in a file', async () => {
  const k = await kit();
  const t = await tour(k, '2025-04-28');
  const form = (await admin.get(`/etapes-tournee/nouveau?tour=${t}`)).text;
  ok(/<input[^>]*name="half_days"[^>]*required/.test(form) && !/<input[^>]*name="nth"[^>]*required/.test(form), 'a rank is not asked');
  const bare = (school) => made('stop', { tour: t, school: school.id, half_days: 2 });
  await bare(schools[8]);
  await bare(schools[9]);
  const chain = () => lines(`SELECT school, nth FROM network_stop WHERE tour = ${t} ORDER BY nth, id`).map(([s, n]) => [Number(s), Number(n)]);
  deepEqual(chain(), [[schools[8].id, 1], [schools[9].id, 2]]);
  const r = await importSend(admin, 'stop', ['Tournée;École ou établissement;Demi-journées sur place',
    ...[10, 11].map((i) => `${t};${schools[i].uai};1`)].join('\r\n'), 'etapes.csv');
  const checked = await importEnd(admin, r.location);
  equal(checked.refused, 0, JSON.stringify(checked));
  await importPress(admin, r.location, 'application');
  await importEnd(admin, r.location);
  deepEqual(chain(), [8, 9, 10, 11].map((i, n) => [schools[i].id, n + 1]));
  // Blanked again, the first comes last.
  const first = JSON.parse((await admin.get('/etapes-tournee.json')).text).find((s) => s.tour === t && s.nth === 1);
  equal((await api('PATCH', `stop/${first.id}`, { nth: null, version: first.version })).status, 200);
  deepEqual(chain().map(([s]) => s), [9, 10, 11, 8].map((i) => schools[i].id));
});

await test('twelve are put in the shortest order there is; a thirty-first is refused', async () => {
  const t = await tour(await kit(), '2025-04-28');
  for (let i = 0; i < 12; i++) await stop(t, i + 1, schools[i * 5]);
  const form = await admin.form(`/tournees/${t}`, '/ordonner');
  equal((await admin.submit(form)).status, 303);
  match(readable((await admin.get(`/tournees/${t}`)).text), /dans l’ordre le plus court/);
  for (let i = 12; i < 30; i++) await stop(t, i + 1, schools[i * 5]);
  const r = await api('POST', 'stop', { tour: t, nth: 31, school: schools[2].id, half_days: 1 });
  equal(r.status, 422);
  match(r.text, /Trente/);
});

const first = { kit: 0, tour: 0, stops: [] };
await test('planning holds the valise without a gap, on school days, in transit and at each school', async () => {
  first.kit = await kit();
  first.tour = await tour(first.kit, '2025-04-30', { transit: 2 });
  equal((await step(first.tour, 'plan')).status, 409, 'without a stop');
  for (let i = 0; i < 3; i++) first.stops.push(await stop(first.tour, i + 1, schools[i * 9], 3));
  const planned = await step(first.tour, 'plan');
  ok(planned.status < 300, planned.text);
  const all = holds(first.tour);
  equal(all.map((h) => h.why).join(' '), 'transit visit transit visit transit visit transit');
  for (let i = 1; i < all.length; i++) equal(all[i].starts, all[i - 1].until, 'a gap');
  for (const h of all) {
    const day = new Date(Math.floor(h.starts / 3) * 86400000);
    ok(![0, 6].includes(day.getUTCDay()), `${day.toISOString()} is no school day`);
    ok(h.starts % 3 < 2, 'no evening');
    ok(day.getUTCDay() !== 3 || h.starts % 3 === 0, 'no Wednesday afternoon');
    // 1 May, 8 May 2025 and the bridge of Ascension day.
    ok(!['2025-05-01', '2025-05-08', '2025-05-29', '2025-05-30'].includes(day.toISOString().slice(0, 10)));
  }
  match(readable((await admin.get(`/tournees/${first.tour}`)).text), /planifiée/);
});

await test('a tour in a time of which no holidays are known says so, as the calendar of its laboratory does', async () => {
  const last = query(folder, "SELECT max(ends) FROM booking_closure WHERE kind = 'holidays'");
  const after = (days) => new Date((Number(last) + days) * 86400000).toISOString().slice(0, 10);
  const of = async (starts, state) => {
    const t = await tour(await kit(), starts);
    await stop(t, 1, schools[3], 4);
    if (state) ok((await step(t, state)).status < 300);
    return readable((await admin.get(`/tournees/${t}`)).text);
  };
  const words = /au-delà des dernières vacances connues/;
  ok(!words.test(await of('2025-05-12')), 'all is known');
  match(await of(after(30)), words);
  match(await of(after(30), 'plan'), words);
  match(await of(after(-58)), words, 'it leaves before the holidays, and is home after them');
});
await test('what is planned is locked; another tour of the same valise is refused, and told from when it may', async () => {
  const one = JSON.parse((await api('GET', `stop/${first.stops[0]}`)).text);
  equal((await api('PATCH', `stop/${one.id}`, { half_days: 9, version: one.version })).status, 409);
  ok([409, 422].includes((await api('POST', 'stop', { tour: first.tour, nth: 9, school: schools[50].id, half_days: 1 })).status));
  const t = await tour(first.kit, '2025-05-05');
  await stop(t, 1, schools[40]);
  const taken = await step(t, 'plan');
  equal(taken.status, 409);
  match(taken.text, /retenue/);
  const [free] = JSON.parse(taken.text).alternatives;
  deepEqual([free.kind, free.of.id], ['tour', t]);
  ok(free.changes.starts > free.of.starts, taken.text);
  equal(holds(t).length, 0);
  const text = readable((await admin.get(`/tournees/${t}`)).text);
  const when = /possible à partir du ([^.]+)\./.exec(text)?.[1];
  ok(when, text.slice(0, 300));
  const end = holds(first.tour).at(-1).until;
  const version = JSON.parse((await api('GET', `tour/${t}`)).text).version;
  const day = new Date(Math.floor(end / 3) * 86400000).toISOString().slice(0, 10);
  equal((await api('PATCH', `tour/${t}`, { starts: day, part: end % 3 ? 'afternoon' : 'morning', version })).status, 200);
  match(readable((await admin.get(`/tournees/${t}`)).text), /libre pour toute la tournée/);
  ok((await step(t, 'plan')).status < 300);
});

await test('of many tours of one valise planned at once, one has it', async () => {
  const k = await kit();
  const all = [];
  for (let i = 0; i < 8; i++) {
    const t = await tour(k, '2025-05-12');
    await stop(t, 1, schools[60 + i]);
    all.push(t);
  }
  const got = await Promise.all(all.map((t) => step(t, 'plan')));
  equal(got.filter((r) => r.status < 300).length, 1, got.map((r) => r.status).join(' '));
  ok(got.every((r) => r.status < 300 || r.status === 409));
  equal(Number(query(folder, `SELECT count(*) FROM booking_hold a JOIN booking_hold b ON a.kind = 'kit' AND b.kind = 'kit'
    AND a.thing = b.thing AND a.id < b.id AND a.starts < b.until AND b.starts < a.until`)), 0);
});

await test('it goes from hand to hand, none left out, and the page says where it is', async () => {
  const k = await kit();
  const t = await tour(k, '2025-03-03');
  const [a, b] = [schools[3], schools[13]];
  await stop(t, 1, a);
  await stop(t, 2, b);
  equal((await api('POST', 'stop', { tour: t, nth: 3, school: a.id, half_days: 1 })).status, 422, 'twice the same school');
  const hand = (school, more) => api('POST', 'custody', { tour: t, ...(school && { school: school.id }), day: '2025-03-05',
    handed_by: 'Mme Abeille', received_by: 'M. Bourdon', condition: 'good', ...more });
  equal((await hand(a)).status, 422, 'not planned');
  ok((await step(t, 'plan')).status < 300);
  equal((await hand(b)).status, 422, 'the first has not had it');
  equal((await hand(a, { day: '2025-03-20' })).status, 422, 'tomorrow');
  equal((await hand(a)).status, 201);
  ok((await hand(a)).status >= 400, 'twice');
  equal((await hand(schools[30])).status, 422, 'no stop of it');
  equal((await hand(null)).status, 422, 'home, past a stop');
  const text = readable((await admin.get(`/tournees/${t}`)).text);
  ok(text.includes(`La valise est : ${schools[3].name}`) || text.includes(`La valise est\u00a0: ${schools[3].name}`), text.slice(300, 900));
  match(text, /Mme Abeille → M\. Bourdon/);
  equal((await hand(b, { condition: 'incomplete', remark: 'Un chargeur manque' })).status, 201);
  equal((await hand(null)).status, 201);
  ok((await step(t, 'close')).status < 300);
  equal(holds(t).length, 0, 'what is done holds nothing');
});

await test('once it was handed over the plan stays: it would come to the first school twice', async () => {
  const t = await tour(await kit(), '2025-03-10');
  await stop(t, 1, schools[23]);
  ok((await step(t, 'plan')).status < 300);
  equal((await step(t, 'rework')).status < 300, true, 'nobody has had it yet');
  ok((await step(t, 'plan')).status < 300);
  await made('custody', { tour: t, school: schools[23].id, day: '2025-03-05', handed_by: 'Mme Abeille',
    received_by: 'M. Bourdon', condition: 'good' });
  const planned = await step(t, 'rework');
  equal(planned.status, 409);
  match(planned.text, /déjà été remise/);
  equal((await step(t, 'cancel', { reason: 'La valise est en panne' })).status < 300, true);
  equal((await step(t, 'rework')).status, 409);
});

await test('who sees a stop by its school sees that the valise came there', async () => {
  const [circonscription] = lines(`SELECT g.row_id FROM auth_grant g JOIN auth_account p ON p.person = g.person
    WHERE p.email = 'ien@demo.example' AND g.entity = 'directory_area'`)[0];
  const near = schools.find((s) => s.circonscription === Number(circonscription));
  const t = await tour(await kit(), '2025-03-17');
  const at = await stop(t, 1, near);
  ok((await step(t, 'plan')).status < 300);
  const came = await made('custody', { tour: t, school: near.id, day: '2025-03-05', handed_by: 'Mme Abeille',
    received_by: 'M. Bourdon', condition: 'good' });
  const ien = await server.as('ien');
  equal((await ien.get(`/etapes-tournee/${at}`)).status, 200);
  equal((await ien.get(`/remises/${came}`)).status, 200);
});

await test('taking up the plan, and cancelling, give the valise back', async () => {
  equal((await step(first.tour, 'rework')).status < 300, true);
  equal(holds(first.tour).length, 0);
  ok((await step(first.tour, 'plan')).status < 300);
  ok(holds(first.tour).length > 0);
  equal((await step(first.tour, 'cancel', { reason: 'La valise est en panne' })).status < 300, true);
  equal(holds(first.tour).length, 0);
});

await test('the sheet of a day has each move with its address, for those of the laboratory', async () => {
  const t = await tour(await kit(), '2025-05-19');
  await stop(t, 1, schools[20], 2);
  ok((await step(t, 'plan')).status < 300);
  const text = readable((await admin.get('/feuille-de-route?jour=2025-05-19')).text);
  ok(text.includes(schools[20].name), text.slice(0, 400));
  ok(text.includes(schools[20].commune));
  match(text, /Remise par/);
  match(text, /vol d’oiseau/);
  const coordinator = await server.as('coordinator');
  ok(!readable((await coordinator.get('/feuille-de-route?jour=2025-05-19')).text).includes(schools[20].name));
  equal((await coordinator.get(`/tournees/${t}`)).status, 404);
  equal((await admin.get('/feuille-de-route?jour=2025-13-40')).status, 404);
  const empty = readable((await admin.get('/feuille-de-route?jour=2025-08-10')).text);
  match(empty, /Aucune valise/);
});

await test('who drives is told on the day on which a valise sets out, and on that on which it arrives', async () => {
  const t = await tour(await kit(), '2025-06-12'); // a Thursday
  await stop(t, 1, schools[20], 2);
  await stop(t, 2, schools[21], 2);
  ok((await step(t, 'plan')).status < 300);
  const rides = holds(t).filter((h) => h.why === 'transit');
  equal(rides.length, 3);
  const iso = (slot) => new Date(Math.floor(slot / 3) * 86400000).toISOString().slice(0, 10);
  const weekend = rides.find((h) => iso(h.starts) !== iso(h.until));
  ok(weekend, 'one is under way from one day to another');
  for (const day of [iso(weekend.starts), iso(weekend.until)]) {
    const text = (await admin.get(`/feuille-de-route?jour=${day}`)).text;
    ok(links(text).includes(`/tournees/${t}`), day);
    match(readable(text), /part (lundi|mardi|mercredi|jeudi|vendredi) \d/);
  }
  ok(!links((await admin.get('/feuille-de-route?jour=2025-06-15')).text).includes(`/tournees/${t}`), 'not on the Sunday between');
});

await server.stop();
drop(folder);
