// Agendas that other programs subscribe to: a secret address that is made, shown to
// its owner, taken back; what it tells, and to whom.
import { test, deepEqual, apiOf, equal, ok, match, serve, drop, copy, query, readable, today, roles, forms } from './lib.mjs';

const folder = copy();
const server = await serve({ data: folder });
const admin = await server.as('admin');
const api = apiOf(server);
const rows = async (path) => JSON.parse((await admin.get(path.replace(/(?=\?|$)/, '.json'))).text);
const addresses = (text) => [...text.matchAll(/value="(http[^"]*\/agendas\/[^"]*)"/g)].map((m) => new URL(m[1]).pathname);

const own = async (who) => forms((await who.get('/mes-agendas')).text).filter((f) => f.action.startsWith('/mes-agendas'));

async function make(who, agenda) {
  const page = await who.get('/mes-agendas');
  equal(page.status, 200);
  const before = addresses(page.text);
  const form = (await own(who)).find((f) => f.controls.some((c) => c.name === 'agenda' && c.value === agenda));
  const r = await who.submit(form, {});
  equal(r.status, 303, readable(r.text).slice(0, 300));
  const made = addresses((await who.get('/mes-agendas')).text).filter((a) => !before.includes(a));
  equal(made.length, 1);
  return made[0];
}
const unfold = (text) => text.replace(/\r\n[ \t]/g, '');
const events = (text) => unfold(text).split('BEGIN:VEVENT').slice(1).map((e) =>
  Object.fromEntries(e.split('\r\n').filter((l) => l.includes(':')).map((l) => {
    const [, key, value] = /^([A-Z-]+)[^:]*:(.*)$/.exec(l) ?? [null, l, ''];
    return [key, value];
  })));
const fetched = async (path, headers) => server.stranger().fetch(path, { headers });

const coordinator = await server.as('coordinator');
const week = await make(coordinator, 'week');

await test('an address answers whoever has it, as a calendar; its owner sees it again', async () => {
  const r = await fetched(week);
  equal(r.status, 200);
  match(r.headers.get('content-type'), /^text\/calendar; charset=utf-8$/);
  match(r.text, /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n/);
  ok(r.text.endsWith('END:VCALENDAR\r\n'));
  match(r.text, /TZID:Europe\/Paris/);
  for (const line of r.text.split('\r\n')) ok(Buffer.byteLength(line) <= 75, line);
  equal((await fetched(week.replace(/\.ics$/, ''))).text, r.text);
  ok(addresses((await coordinator.get('/mes-agendas')).text).includes(week));
});

await test('the table has its hash alone', async () => {
  const secret = /\/agendas\/([0-9a-f]{48})\.ics$/.exec(week)[1];
  const all = query(folder, 'SELECT * FROM network_feed');
  ok(all.length > 60 && !all.includes(secret), 'not the secret');
  const past = query(folder, 'SELECT * FROM core_journal').includes(secret) || query(folder, "SELECT count(*) FROM core_history WHERE CAST(image AS TEXT) LIKE '%" + secret + "%'") !== '0';
  ok(!past, 'nor journal and history');
  equal((await api('GET', 'feed').then((r) => r.text)).includes('hash'), false);
});

await test('not again what has not changed', async () => {
  const r = await fetched(week);
  const tag = r.headers.get('etag');
  match(tag, /^"[0-9a-f]{32}"$/);
  const again = await fetched(week, { 'if-none-match': tag });
  equal(again.status, 304);
  equal(again.text, '');
  equal((await fetched(week, { 'if-none-match': '"other"' })).status, 200);
});

await test('a change grows the sequence, a cancelled one stays and says so, the uid stays', async () => {
  const lab = (await rows('/laboratoires')).find((l) => l.name.includes('Lunéville'));
  const slot = (await rows(`/demi-journees?day_from=${today}`)).find((s) => s.space !== null);
  const visit = JSON.parse((await api('GET', `visit/${slot.visit}`)).text);
  const path = await make(admin, `lab-${visit.lab}`);
  const one = async () => events((await fetched(path)).text).find((e) => e.UID === slot.uid);
  const before = await one();
  const tag = (await fetched(path)).headers.get('etag');
  ok(lab && before, 'it is there');
  equal(before.STATUS, visit.state === 'asked' ? 'TENTATIVE' : 'CONFIRMED');
  equal(before.DTSTART, `${slot.day.replaceAll('-', '')}T${slot.part === 'morning' ? '090000' : '133000'}`);
  equal((await api('PATCH', `visit/${visit.id}`, { title: 'Un autre titre, avec ; et ,', version: visit.version })).status, 200);
  const renamed = await one();
  equal(renamed.SUMMARY, 'Un autre titre\\, avec \\; et \\,');
  ok(Number(renamed.SEQUENCE) > Number(before.SEQUENCE));
  const gone = await api('POST', `visit/${visit.id}/etapes/cancel`, { reason: 'Le bus ne vient pas' });
  ok(gone.status < 300, gone.text);
  const cancelled = await one();
  equal(cancelled.STATUS, 'CANCELLED');
  ok(Number(cancelled.SEQUENCE) > Number(renamed.SEQUENCE));
  equal((await fetched(path, { 'if-none-match': tag })).status, 200);
});

await test('it tells no more than its person may see, and names nobody', async () => {
  const person = 'Professeure Inconnue';
  const slot = (await rows(`/demi-journees?day_from=${today}`)).find((s) => s.space !== null);
  await api('PATCH', `visit/${slot.visit}`, { asker: person, email: 'inconnue@demo.example', phone: '03 99 99 99 99',
    version: JSON.parse((await api('GET', `visit/${slot.visit}`)).text).version });
  const all = (await fetched(await make(admin, 'week'))).text;
  for (const word of [person, 'inconnue@', '03 99', 'Coordonnateur'])
    ok(!unfold(all).includes(word), word);
  const visits = await rows('/accueils');
  for (const role of ['teacher', 'head', 'host', 'ien']) {
    const who = await server.as(role);
    const seen = new Set(JSON.parse((await who.get('/accueils.json')).text).map((v) => v.id));
    for (const e of events((await fetched(await make(who, 'week'))).text))
      ok(seen.has(Number(/accueils\/(\d+)$/.exec(e.URL)[1])), `${role}: ${e.SUMMARY}`);
  }
  ok(visits.length > 5);
  const mine = events((await fetched(await make(coordinator, 'mine'))).text);
  ok(mine.length > 0 && mine.length < events((await fetched(week)).text).length, 'one’s own only');
});

await test('a new address ends the old one; one that is taken back answers no more', async () => {
  const again = await make(coordinator, 'week');
  equal((await fetched(week)).status, 404);
  equal((await fetched(again)).status, 200);
  const form = (await own(coordinator)).find((f) => /\/fin$/.test(f.action));
  const stranger = await server.as('head');
  equal((await stranger.submit({ ...(await own(stranger))[0], action: form.action }, {})).status, 404);
  const before = addresses((await coordinator.get('/mes-agendas')).text);
  equal((await coordinator.submit(form, {})).status, 303);
  const after = addresses((await coordinator.get('/mes-agendas')).text);
  equal(after.length, before.length - 1);
  const ended = before.find((a) => !after.includes(a));
  equal((await fetched(ended)).status, 404);
});

await test('a valise has an agenda of its own: each school, and home; a tour given up says so', async () => {
  const [kit, tour] = query(folder, "SELECT kit, id FROM network_tour WHERE state = 'planned' ORDER BY id LIMIT 1").split('|').map(Number);
  const path = await make(admin, `kit-${kit}`);
  const name = query(folder, `SELECT name FROM network_kit WHERE id = ${kit}`);
  const text = (await fetched(path)).text;
  ok(unfold(text).includes(`X-WR-CALNAME:${name}`), text.slice(0, 400));
  const told = events(text).filter((e) => e.URL.endsWith(`/tournees/${tour}`));
  const stops = query(folder, `SELECT s.arrives, s.arrives_part, e.name FROM network_stop s JOIN directory_school e ON e.id = s.school
    WHERE s.tour = ${tour} ORDER BY s.nth`).split('\n').map((l) => l.split('|'));
  equal(told.length, stops.length + 1, 'the stops, and home');
  for (const [day, part, school] of stops) {
    const at = new Date(day * 86400000).toISOString().slice(0, 10).replaceAll('-', '');
    const e = told.find((t) => t.SUMMARY.replaceAll('\\', '').endsWith(`→ ${school}`) && t.DTSTART.startsWith(at));
    ok(e, `${school} ${at}`);
    equal(e.DTSTART, `${at}T${part === 'morning' ? '090000' : '133000'}`);
    equal(e.STATUS, 'CONFIRMED');
  }
  const home = new Date(query(folder, `SELECT home FROM network_tour WHERE id = ${tour}`) * 86400000).toISOString().slice(0, 10);
  ok(told.some((e) => e.DTSTART.startsWith(home.replaceAll('-', '')) && /Laboratoire/.test(e.SUMMARY)));
  equal(new Set(told.map((e) => e.UID)).size, told.length);
  const before = told[0];
  const r = await api('POST', `tour/${tour}/etapes/cancel`, { reason: 'La valise est en panne' });
  ok(r.status < 300, r.text);
  const after = events((await fetched(path)).text).find((e) => e.UID === before.UID);
  equal(after.STATUS, 'CANCELLED');
  equal(events((await fetched(path)).text).filter((e) => e.URL.endsWith(`/tournees/${tour}`)).map((e) => e.STATUS).join(),
    told.map(() => 'CANCELLED').join(), 'its way home too');
  ok(Number(after.SEQUENCE) > Number(before.SEQUENCE));
  // Out of reach is no valise; and who reaches none is offered none.
  const teacher = await server.as('teacher');
  equal((await teacher.submit((await own(teacher))[0], { agenda: `kit-${kit}` })).status, 404);
  ok((await admin.get('/mes-agendas')).text.includes(`id="kit-${kit}"`));
});

await test('a tour that is over stays in its agenda, its way home too; the school where it stops is told as well', async () => {
  const make_ = async (kind, body) => {
    const r = await api('POST', kind, body);
    equal(r.status, 201, r.text);
    return JSON.parse(r.text).id;
  };
  const teacher = await server.as('teacher');
  const [school, name] = query(folder, `SELECT e.id, e.name FROM directory_school e JOIN directory_person p ON p.school = e.id
    WHERE p.email = 'teacher@demo.example'`).split('|');
  const lab = Number(query(folder, 'SELECT min(lab) FROM network_kit'));
  const kit = await make_('kit', { name: 'Valise de retour', lab });
  const starts = new Date(Date.parse(today) + 5 * 86400000).toISOString().slice(0, 10);
  const tour = await make_('tour', { title: 'Aller et retour', kit, starts, part: 'morning', transit: 1 });
  await make_('stop', { tour, nth: 1, school: Number(school), half_days: 2 });
  equal((await api('POST', `tour/${tour}/etapes/plan`)).status, 200);
  const path = await make(admin, `kit-${kit}`);
  const of = async (at) => events((await fetched(at)).text).filter((e) => /Valise de retour/.test(e.SUMMARY))
    .map((e) => [e.UID, e.DTSTART, e.STATUS, e.SUMMARY.replaceAll('\\', '')]);
  const before = await of(path);
  equal(before.length, 2, 'the school, and home');
  const mine = await make(teacher, 'mine');
  const told = await of(mine);
  equal(told.length, 1, 'their school alone');
  deepEqual(told[0], before.find((e) => e[3].endsWith(name)));
  match(readable((await teacher.get('/mon-etablissement')).text), /Valises à venir .*Valise de retour du \S+ \d+ mars 2025, \S+ au \S+ \d+ mars/);
  match(readable((await teacher.get('/')).text), /\d valises? dans votre établissement/);
  equal((await api('POST', `tour/${tour}/etapes/close`)).status, 200);
  deepEqual(await of(path), before);
  equal((await of(mine)).length, 1);
  ok(!/Valise de retour/.test((await teacher.get('/mon-etablissement')).text), 'it is over');
});
await test('a school is told from where a valise comes to it, and where it goes on to', async () => {
  const made = async (kind, body) => JSON.parse((await api('POST', kind, body)).text).id;
  const teacher = await server.as('teacher');
  const school = Number(query(folder, "SELECT school FROM directory_person WHERE email = 'teacher@demo.example'"));
  const [[lab, home]] = query(folder, 'SELECT id, name FROM network_lab ORDER BY id LIMIT 1').split('\n').map((l) => l.split('|'));
  const [next, name] = query(folder, `SELECT id, name FROM directory_school WHERE id <> ${school} ORDER BY id LIMIT 1`).split('|');
  const starts = new Date(Date.parse(today) + 5 * 86400000).toISOString().slice(0, 10);
  const tour = await made('tour', { title: 'De main en main', kit: await made('kit', { name: 'Valise passée', lab: Number(lab) }), starts,
    part: 'morning', transit: 1 });
  const hands = async (stops) => {
    for (const s of stops) await made('stop', { tour, school: s, half_days: 1 });
    equal((await api('POST', `tour/${tour}/etapes/plan`)).status, 200);
    return /Valise passée.*?Elle arrive de : (.*?)\. Elle repart pour : (.*?)\. /
      .exec(readable((await teacher.get('/mon-etablissement')).text))?.slice(1);
  };
  deepEqual(await hands([school]), [home, home], 'from the laboratory, and home');
  equal((await api('POST', `tour/${tour}/etapes/rework`)).status, 200);
  deepEqual(await hands([Number(next)]), [home, name], 'whose turn is next');
  match(readable((await (await server.as('teacher', 'en')).get('/mon-etablissement')).text), new RegExp(`It comes from: .*It goes on to: ${name.slice(0, 9)}`));
});

await test('what is no agenda is none', async () => {
  const who = await server.as('teacher');
  const form = (await own(who)).find((f) => f.controls.some((c) => c.name === 'agenda'));
  for (const agenda of ['lab-999999', 'kit-999999', 'kit-', 'kit-1-2', 'lab-', 'lab-1x', 'all', ''])
    equal((await who.submit(form, { agenda })).status, 404, agenda);
  for (const secret of ['', '.ics', 'x', 'a'.repeat(48), `${'0'.repeat(48)}.ics`, '%00'])
    ok([404, 400].includes((await fetched(`/agendas/${secret}`)).status), secret);
  for (const role of roles.filter((x) => ['expert', 'researcher', 'partner'].includes(x)))
    equal((await (await server.as(role)).get('/mes-agendas')).status, 403);
});

await test('who has the role no more has no agenda any more', async () => {
  const who = await server.as('host');
  const path = await make(who, 'mine');
  equal((await fetched(path)).status, 200);
  const { id } = (await rows('/personnes?q=accueil')).find((p) => p.email === 'host@demo.example');
  const { rows: held } = JSON.parse((await api('GET', `person/${id}/roles`)).text);
  ok((await api('DELETE', `person/${id}/roles/${held[0].id}`)).status < 300);
  equal((await fetched(path)).status, 404);
});

await test('a year of many half-days takes nothing from those to come', async () => {
  const path = await make(admin, 'week');
  const day = Math.floor(Date.parse(today) / 86400000);
  const coming = async () => events((await fetched(path)).text)
    .filter((e) => e.DTSTART.slice(0, 8) >= today.replaceAll('-', '')).map((e) => e.UID);
  const before = await coming();
  ok(before.length > 5, `${before.length} to come`);
  query(folder, `INSERT INTO network_slot (uid, version, created_at, changed_at, created_by, changed_by, visit, day, part)
    WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < 360)
    SELECT 'many-' || v.id || '-' || d.n || p.part, 1, 0, 0, 0, 0, v.id, ${day} - d.n, p.part FROM d,
    (SELECT id FROM network_visit WHERE id NOT IN (SELECT visit FROM network_slot WHERE day > ${day} - 361) ORDER BY id LIMIT 3) v,
    (SELECT 'morning' AS part UNION SELECT 'afternoon' UNION SELECT 'evening') p`);
  const all = events((await fetched(path)).text);
  equal(all.length, 3000);
  equal(JSON.stringify((await coming()).sort()), JSON.stringify(before.sort()));
});

await server.stop();
await test('the address is that at which people reach this place', async () => {
  const shown = async (env, headers) => {
    const other = await serve({ data: folder, env });
    const who = await other.as('admin');
    const text = (await who.fetch('/mes-agendas', { headers })).text;
    const port = other.port;
    await other.stop();
    return [...text.matchAll(/value="(http[^"]*)\/agendas\//g)].map((m) => m[1].replace(`:${port}`, ':port'));
  };
  const proxied = { 'x-forwarded-host': 'reseau.example', 'x-forwarded-proto': 'https' };
  const all = (list, site) => { ok(list.length > 0); for (const one of list) equal(one, site); };
  all(await shown({}, proxied), 'http://127.0.0.1:port');
  all(await shown({ ESSAIM_PROXIES: '127.0.0.1' }, proxied), 'https://reseau.example');
  all(await shown({ ESSAIM_SITE: 'https://labo.example/' }, {}), 'https://labo.example');
  const other = await serve({ data: folder, env: { ESSAIM_SITE: 'https://labo.example/' } });
  const told = events((await other.stranger().fetch(await make(await other.as('admin'), 'week'))).text);
  ok(told.length && told.every((e) => e.URL.startsWith('https://labo.example/accueils/')));
  await other.stop();
});
drop(folder);
