// Waiting for a half-day: who is next by the laboratory's rule, an offer that is
// held for them until its time is over, and a link that answers it once.
import { test, apiOf, deepEqual, equal, ok, match, serve, copy, drop, links, offerOf, readable, query, today } from './lib.mjs';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = copy();
const server = await serve({ data: folder });
const admin = await server.as('admin');
const rows = async (path) => JSON.parse((await admin.get(`${path}.json`)).text);
const api = apiOf(server);
const number = (sql) => Number(query(folder, sql));
const labs = await rows('/laboratoires');
const lab = labs.find((l) => l.name.includes('Remiremont'));
const rooms = (await rows('/espaces')).filter((s) => s.lab === lab.id && s.within === null);
const schools = await rows('/etablissements');
const served = new Set(query(folder, "SELECT DISTINCT school FROM network_visit WHERE state = 'held' AND school IS NOT NULL")
  .split('\n').map(Number));
const plain = (s) => s.rural !== true && (s.priority === 'none' || s.priority === null);
const old = schools.find((s) => served.has(s.id) && plain(s));
const fresh = schools.find((s) => !served.has(s.id));
let serial = 0;

async function fill(day, part) {
  return Promise.all(rooms.map(async (room) => {
    const v = JSON.parse((await api('POST', 'visit', { title: `Complet ${serial++}`, lab: lab.id, kind: 'workshop',
      place: 'inside', year: '2024-2025', asked: today })).text);
    equal((await api('POST', 'slot', { visit: v.id, day, part, space: room.id })).status, 201);
    return v.id;
  }));
}
const cancel = async (visit) =>
  equal((await api('POST', `visit/${visit}/etapes/cancel`, { reason: 'La classe ne vient pas' })).status < 300, true);
async function wait_(day, part, school, more) {
  const r = await api('POST', 'waiting', { lab: lab.id, starts: day, ends: day, part, kind: 'workshop', pupils: 20,
    school: school.id, asker: `Personne ${serial++}`, email: `attend${serial}@demo.example`, asked: today, ...more });
  equal(r.status, 201, r.text);
  return JSON.parse(r.text).id;
}
const entry = async (id) => JSON.parse((await api('GET', `waiting/${id}`)).text);
async function until(what, is) {
  for (let i = 0; i < 100; i++) {
    if (await is()) return;
    await sleep(100);
  }
  throw new Error(`never: ${what}`);
}
const linkOf = (id) => `/proposition/${offerOf(folder, id)}`;
const tasksDone = () => until('the task', () => number(
  "SELECT count(*) FROM core_task WHERE kind = 'network.offers' AND done IS NULL AND (unique_key = 'network.offers' OR lease > 0)") === 0);

await test('from a half-day that is full to the list, without an account', async () => {
  await fill('2025-06-02', 'morning');
  const who = server.stranger();
  const page = await who.get(`/laboratoires/${lab.id}/demande?jour=2025-06-02&moment=morning`);
  equal(page.status, 409);
  const path = links(page.text).find((l) => l.endsWith('/attente'));
  const form = await who.form(path);
  const typed = { starts: '2025-06-02', ends: '2025-06-02', part: 'morning', kind: 'discovery', school: old.uai,
    class_label: '5e B', pupils: '24', asker: 'Une professeure', email: 'liste@demo.example' };
  for (const [changes, say] of [[{ school: '' }, /obligatoire/], [{ email: 'rien' }, /adresse/i],
    [{ ends: '2025-05-01' }, /avant le début/], [{ starts: '2025-01-02', ends: '2025-01-03' }, /passée/],
    [{ starts: '2025-06-02', ends: '2031-01-03' }, /an au plus|prochaine/], [{ pupils: '4000' }, /400/]]) {
    const r = await who.submit(form, { ...typed, ...changes, _key: `wrong-${serial++}` });
    equal(r.status, 422, JSON.stringify(changes));
    match(readable(r.text), say);
  }
  // However far: what may be asked for is not waited for.
  const far = await who.submit(form, { ...typed, starts: '2026-06-03', ends: '2026-06-03', _key: `far-${serial++}` });
  equal(far.status, 422, readable(far.text).slice(0, 300));
  ok(links(far.text).includes(`/laboratoires/${lab.id}/demande?jour=2026-06-03&moment=morning`), 'it is free');
  const sent = await who.submit(form, typed);
  equal(sent.status, 303, readable(sent.text).slice(0, 400));
  match(readable((await who.get(sent.location)).text), /liste d’attente/);
  const row = (await rows('/attente')).find((w) => w.email === 'liste@demo.example');
  equal(row.state, 'waiting');
  equal(row.school, old.id);
  const twice = await who.submit(form, typed);
  equal(twice.location, sent.location);
  equal((await rows('/attente')).filter((w) => w.email === 'liste@demo.example').length, 1);
});
await test('who waits is told by mail, and by its link sees how it stands and waits no more, without an account', async () => {
  const { id } = (await rows('/attente')).find((w) => w.email === 'liste@demo.example');
  const mails = query(folder, `SELECT text FROM core_mail WHERE address = 'liste@demo.example'`);
  equal(mails.match(/\/mon-attente\//g).length, 1, 'once, however often the form is sent');
  match(readable(mails), /du lundi 2 juin 2025 au lundi 2 juin 2025/);
  const path = /\/mon-attente\/[0-9a-f]+/.exec(mails)[0], who = server.stranger();
  match(readable((await who.get(path)).text), /en attente.*Remiremont.*5e B.*Ne plus attendre/);
  const form = await who.form(path);
  equal((await who.submit(form, { _key: 'leave-1' })).location, path);
  equal((await entry(id)).state, 'withdrawn');
  match(readable((await who.get(path)).text), /plus rien à retirer/);
  equal((await who.submit(form, { _key: 'leave-2' })).status, 409, 'once');
  equal((await who.get(`${path.slice(0, -1)}x`)).status, 404);
});

await test('who is given a half-day back: the first by the rule, with the reason, and it is held for them alone', async () => {
  // A visit that was held on no half-day received nobody.
  const empty = number("SELECT max(id) FROM network_visit WHERE state = 'held'");
  query(folder, `DELETE FROM network_slot WHERE visit = ${empty};`, `UPDATE network_visit SET school = ${fresh.id} WHERE id = ${empty};`);
  const [one] = await fill('2025-06-10', 'morning');
  const first = await wait_('2025-06-10', 'morning', old);
  const second = await wait_('2025-06-10', 'morning', fresh);
  await tasksDone();
  equal((await entry(first)).state, 'waiting', 'nothing is free yet');
  await cancel(one);
  await until('an offer', async () => (await entry(second)).state === 'offered');
  const row = await entry(second);
  equal((await entry(first)).state, 'waiting');
  match(row.why, /école jamais accueillie \(\+40\)/);
  match(row.why, /1er de \d/);
  equal(row.offer_day, '2025-06-10');
  match(readable((await admin.get(`/attente/${second}`)).text), /école jamais accueillie/);
  const v = JSON.parse((await api('POST', 'visit', { title: 'Trop tard', lab: lab.id, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today })).text);
  equal((await api('POST', 'slot', { visit: v.id, day: '2025-06-10', part: 'morning', space: row.offer_space })).status, 409);
  const journal = query(folder, `SELECT detail FROM core_journal WHERE entity = 'network_waiting' AND row_id = ${second} AND what = 'offer'`);
  match(journal, /jamais accueillie/);
  const mail = query(folder, `SELECT address, subject, text FROM core_mail WHERE page = '/attente/${second}'`);
  match(mail, /attend\d+@demo\.example/);
  match(readable(mail), /mardi 10 juin 2025, matin/);
  ok(mail.includes(linkOf(second)), mail);
});

await test('the link accepts once; another\'s, or one that was changed, opens nothing', async () => {
  const id = (await rows('/attente')).find((w) => w.state === 'offered' && w.lab === lab.id).id;
  const link = linkOf(id);
  const who = server.stranger();
  for (const bad of [link.slice(0, -1) + (link.endsWith('0') ? '1' : '0'), '/proposition/personne', link.slice(0, -1)])
    equal((await who.get(bad)).status, 404, bad);
  const page = await who.get(link);
  equal(page.status, 200);
  match(readable(page.text), /mardi 10 juin 2025, matin/);
  match(readable(page.text), /jamais accueillie/);
  const form = await who.form(link);
  equal((await who.submit(form, { reponse: 'peut-être' })).status, 422);
  const [a, b] = await Promise.all([who.submit(form, { reponse: 'oui', _key: 'a' }), who.submit(form, { reponse: 'oui', _key: 'b' })]);
  equal([a.status, b.status].sort().join(' '), '303 409');
  const row = await entry(id);
  equal(row.state, 'accepted');
  const visit = JSON.parse((await api('GET', `visit/${row.visit}`)).text);
  equal(visit.state, 'confirmed');
  equal(visit.school, fresh.id);
  equal(number(`SELECT count(*) FROM network_slot WHERE visit = ${row.visit}`), 1);
  equal(number(`SELECT count(*) FROM booking_hold WHERE owner = 'network_waiting' AND owner_id = ${id}`), 0);
  match(readable((await who.get(link)).text), /acceptée/);
  ok(!(await who.get(link)).text.includes('name="reponse"'), 'no button any more');
});

await test('where the laboratory wants the agreement of the head, accepting asks for it: nothing is confirmed by a link', async () => {
  const rule = async (agreement) => {
    const { version } = JSON.parse((await api('GET', `lab/${lab.id}`)).text);
    equal((await api('PATCH', `lab/${lab.id}`, { agreement, version })).status, 200);
  };
  const accepted = async (day, school) => {
    const [one] = await fill(day, 'morning');
    const id = await wait_(day, 'morning', school, { class_label: 'CM1' });
    await cancel(one);
    await until('an offer', async () => (await entry(id)).state === 'offered');
    const who = server.stranger();
    equal((await who.submit(await who.form(linkOf(id)), { reponse: 'oui' })).status, 303);
    const { visit, email } = await entry(id);
    await until('the head is asked', () => number(`SELECT count(*) FROM network_agreement WHERE visit = ${visit}`) === 1);
    return { visit, told: query(folder, `SELECT what FROM core_mail WHERE address = '${email}' AND page = '/accueils/${visit}'`) };
  };
  const mailed = schools.filter((s) => s.mail && s.state === 'open');
  await rule(true);
  const { visit, told } = await accepted('2025-05-20', mailed[0]);
  equal(query(folder, `SELECT state FROM network_visit WHERE id = ${visit}`), 'asked');
  equal(told, 'network.mail.asked');
  equal((await api('POST', `visit/${visit}/etapes/confirm`)).status, 409, 'the head has not agreed');
  equal((await api('POST', `agreement/${number(`SELECT id FROM network_agreement WHERE visit = ${visit}`)}/etapes/agree`)).status < 300, true);
  equal((await api('POST', `visit/${visit}/etapes/confirm`)).status < 300, true);
  await rule(false);
  const plain_ = await accepted('2025-05-22', mailed[1]);
  equal(query(folder, `SELECT state FROM network_visit WHERE id = ${plain_.visit}`), 'confirmed');
  equal(plain_.told, 'network.mail.confirmed');
});

await test('who declines gives it to the next; an offer whose time is over lapses, and cannot be accepted', async () => {
  const [one] = await fill('2025-06-12', 'morning');
  await fill('2025-06-13', 'morning');
  await wait_('2025-06-13', 'morning', fresh); // who waits for another day is not before them
  const ids = [await wait_('2025-06-12', 'morning', fresh), await wait_('2025-06-12', 'morning', old),
    await wait_('2025-06-12', 'morning', old)];
  await cancel(one);
  await until('the first', async () => (await entry(ids[0])).state === 'offered');
  const link = linkOf(ids[0]);
  const who = server.stranger();
  equal((await who.submit(await who.form(link), { reponse: 'non' })).status, 303);
  equal((await entry(ids[0])).state, 'withdrawn');
  await until('the second', async () => (await entry(ids[1])).state === 'offered');
  match((await entry(ids[0])).why, /1er de 3/);
  match((await entry(ids[1])).why, /1er de 2/);
  const old_ = linkOf(ids[1]);
  const form = await who.form(old_);
  query(folder, `UPDATE network_waiting SET offer_until = offer_until - 1000000 WHERE id = ${ids[1]}`);
  const late = await who.submit(form, { reponse: 'oui' });
  equal(late.status, 409);
  match(readable(late.text), /délai est passé/);
  equal((await api('POST', `waiting/${ids[1]}/etapes/accept`)).status, 409, 'past its time');
  query(folder, `UPDATE core_task SET due = 0 WHERE kind = 'network.offers' AND done IS NULL AND unique_key LIKE 'network.offers.${ids[1]}.%'`);
  await until('the lapse', async () => (await entry(ids[1])).state === 'lapsed');
  await until('the third', async () => (await entry(ids[2])).state === 'offered');
  equal((await api('POST', `waiting/${ids[1]}/etapes/wait_again`)).status < 300, true);
});

await test('an offer of tomorrow is over before its half-day begins, whatever the hours of the rule', async () => {
  const day = '2025-03-13', open = number(`SELECT count(*) FROM network_opening WHERE lab = ${lab.id} AND weekday = 'thursday' AND part = 'morning'`);
  ok(open, 'open that morning');
  const id = await wait_(day, 'morning', fresh);
  await admin.submit(await admin.form(`/attente/${id}`, '/attente/proposer'));
  await until('an offer', async () => (await entry(id)).state === 'offered');
  const { offer_until } = await entry(id);
  equal(offer_until, '2025-03-13T07:59:00Z');
  equal((await api('POST', `waiting/${id}/etapes/withdraw`)).status < 300, true);
});

await test('one room given back is offered once, however many ask for it at a time', async () => {
  const [one] = await fill('2025-06-17', 'afternoon');
  const ids = [];
  for (let i = 0; i < 6; i++) ids.push(await wait_('2025-06-17', 'afternoon', old));
  const forms = await Promise.all(Array.from({ length: 8 }, () => admin.form(`/attente/${ids[0]}`, '/attente/proposer')));
  await Promise.all([cancel(one), ...forms.map((f) => admin.submit(f))]);
  await tasksDone();
  const states = await Promise.all(ids.map(async (id) => (await entry(id)).state));
  equal(states.filter((s) => s === 'offered').length, 1, states.join(' '));
});

await test('of many who wait, the last may be the first by the rule', async () => {
  const [one] = await fill('2025-05-27', 'morning');
  for (let i = 0; i < 200; i++) await wait_('2025-05-27', 'morning', old);
  const last = await wait_('2025-05-27', 'morning', fresh);
  await cancel(one);
  await until('an offer', async () => (await entry(last)).state === 'offered');
  ok(Number(/1er de (\d+)/.exec((await entry(last)).why)[1]) > 200, (await entry(last)).why);
});

await test('what fits who waits is promised to them before it is offered: calendar, form and list agree', async () => {
  const [small, large] = [...rooms].sort((a, b) => a.capacity - b.capacity), day = '2025-06-25';
  const stranger = server.stranger(), at = `/laboratoires/${lab.id}/demande?jour=${day}&moment=morning`;
  // Nobody is told yet: the task that offers waits for another day.
  const hush = () => query(folder, "UPDATE core_task SET due = 4000000000 WHERE kind = 'network.offers' AND done IS NULL");
  const [inSmall, inLarge] = await Promise.all([[small, 'morning'], [large, 'morning'], [large, 'afternoon']].map(async ([room, part]) => {
    const v = JSON.parse((await api('POST', 'visit', { title: `Plein ${serial++}`, lab: lab.id, kind: 'workshop', place: 'inside',
      year: '2024-2025', asked: today })).text);
    equal((await api('POST', 'slot', { visit: v.id, day, part, space: room.id })).status, 201);
    return v.id;
  }));
  const id = await wait_(day, 'morning', fresh, { pupils: small.capacity + 1 });
  const told = async () => readable((await admin.get(`/attente/${id}`)).text);
  match(await told(), /Rien n’est libre dans ses dates/);
  await tasksDone();
  const free = (visit) => query(folder, `DELETE FROM booking_hold WHERE owner = 'network_slot' AND owner_id IN (SELECT id FROM network_slot WHERE visit = ${visit})`);
  hush();
  free(inSmall);
  match(await told(), /Libre le mercredi 25 juin 2025, matin, mais dans aucune salle assez grande/);
  // The first that is free is told, though a small room is free in the afternoon as well.
  const longer = await wait_(day, 'any', old, { pupils: small.capacity + 1 });
  match(readable((await admin.get(`/attente/${longer}`)).text), /Libre le mercredi 25 juin 2025, matin, mais/);
  equal((await stranger.get(at)).status, 200, 'too small for who waits: anybody may ask for it');
  const form = await stranger.form(at);
  free(inLarge);
  match(await told(), /Lui convient : mercredi 25 juin 2025, matin/);
  const typed = { kind: 'discovery', school: old.uai, class_label: '4e C', pupils: String(small.capacity + 1), asker: 'Une professeure', email: 'passe@demo.example' };
  const refused = await stranger.submit(form, typed);
  equal(refused.status, 409, readable(refused.text).slice(0, 300));
  match(readable(refused.text), /promise à une classe de la liste d’attente/);
  ok(links(refused.text).some((l) => l.endsWith('/attente')), 'the list');
  ok(/name="autre"/.test(refused.text), 'and others');
  ok(!refused.text.includes(`value="${day}.morning.${lab.id}"`), 'which are not promised');
  match(readable((await stranger.get(`/laboratoires/${lab.id}/calendrier?vue=jour&jour=${day}`)).text), /promis à la liste d’attente/);
  const week = readable((await stranger.get(`/laboratoires/${lab.id}/calendrier?jour=${day}&forme=tableau`)).text);
  match(week, /mercredi 25 juin 2025 matin 1 salle libre/);
  // The small room is anybody's; then nothing is left but what is promised.
  equal((await stranger.submit(form, { ...typed, pupils: '9', class_label: '4e D', email: 'petit@demo.example', _key: 'small' })).status, 303);
  equal((await stranger.get(at)).status, 409);
  const byRoom = readable((await stranger.get(`/laboratoires/${lab.id}/calendrier?vue=jour&jour=${day}`)).text);
  match(byRoom, /matin (promis à la liste d’attente pris|pris promis à la liste d’attente) après-midi/, 'the room that is taken is not promised');
  match(readable((await stranger.get(`/laboratoires/${lab.id}?mois=2025-06`)).text), /mercredi 25 promis à la liste d’attente/);
  const network = (await stranger.get(`/laboratoires/calendrier?jour=${day}`)).text;
  ok(!network.includes(`/laboratoires/${lab.id}/demande?jour=${day}&amp;moment=morning`)
    && network.includes(`/laboratoires/${lab.id}/demande?jour=`), 'nor does the network’s week offer it');
  const later = await wait_(day, 'morning', old, { pupils: small.capacity + 1 });
  match(readable((await admin.get(`/attente/${later}`)).text), /est promis à une inscription qui passe avant/);
  hush();
  const button = await admin.form(`/attente/${id}`, '/attente/proposer');
  equal((await admin.submit(button)).location, `/attente/${id}`);
  equal((await entry(id)).state, 'offered');
  equal((await entry(id)).offer_space, large.id);
  for (const one of [id, later, longer]) equal((await api('POST', `waiting/${one}/etapes/withdraw`)).status < 300, true);
});

await test('without a rule the order is that of the entries', async () => {
  const rule = (await rows('/regles-attente')).find((r) => r.lab === lab.id);
  equal((await api('DELETE', `waiting_rule/${rule.id}`, undefined, { 'if-match': `"${rule.version}"` })).status, 204);
  const [one] = await fill('2025-06-19', 'morning');
  const first = await wait_('2025-06-19', 'morning', old);
  const second = await wait_('2025-06-19', 'morning', fresh);
  await cancel(one);
  await until('the first', async () => (await entry(first)).state === 'offered');
  equal((await entry(second)).state, 'waiting');
  match((await entry(first)).why, /ordre d’inscription/);
});

await test('a teacher answers on the page of their school\'s entry, a stranger to it does not', async () => {
  const teacher = await server.as('teacher');
  const me = (await rows('/personnes')).find((p) => p.email === 'teacher@demo.example');
  const typed = { starts: '2025-06-24', ends: '2025-06-24', part: 'morning', kind: 'workshop', class_label: '6e A', pupils: '20' };
  const form = await teacher.form(`/laboratoires/${lab.id}/attente`);
  const early = await teacher.submit(form, { ...typed, _key: 'early' });
  equal(early.status, 422, 'what is free is asked for, not waited for');
  const ask = links(early.text).find((l) => l.includes('jour=2025-06-24'));
  equal((await teacher.get(ask)).status, 200);
  const [one] = await fill('2025-06-24', 'morning');
  const sent = await teacher.submit(form, typed);
  equal(sent.status, 303, readable(sent.text).slice(0, 300));
  const id = Number(sent.location.split('/').at(-1));
  await cancel(one);
  await until('an offer', async () => (await entry(id)).state === 'offered');
  equal((await entry(id)).school, me.school);
  const accept = await teacher.form(sent.location, '/etapes/accept');
  const head = await server.as('ien');
  ok([403, 404].includes((await head.post(accept.action, {})).status));
  equal((await teacher.submit(accept)).status, 303);
  equal((await entry(id)).state, 'accepted');
  ok((await entry(id)).visit > 0);
});

await test('an offer has a room that holds them all', async () => {
  const least = Math.min(...rooms.map((r) => r.capacity)), many = 1 + least;
  const one = (await fill('2025-06-26', 'morning'))[rooms.findIndex((r) => r.capacity === least)];
  const large = await wait_('2025-06-26', 'morning', fresh, { pupils: many });
  const small = await wait_('2025-06-26', 'morning', old, { pupils: 1 });
  await cancel(one);
  await until('an offer', async () => (await entry(small)).state === 'offered');
  equal((await entry(large)).state, 'waiting', 'the room is too small');
  const day = await admin.get(`/laboratoires/${lab.id}/calendrier?vue=jour&jour=2025-06-26`);
  ok(links(day.text).includes(`/attente/${small}`), 'whose offer has the room');
  const never = await api('POST', 'waiting', { lab: lab.id, starts: '2025-06-26', ends: '2025-06-26', part: 'morning', kind: 'workshop',
    pupils: 1 + Math.max(...rooms.map((r) => r.capacity)), asker: 'Une personne', asked: today });
  equal(never.status, 422, never.text);
  match(never.text, /Aucune salle du laboratoire/);
});

await test('what is offered or accepted counts among the entries of an address', async () => {
  const email = 'souvent@demo.example';
  const who = server.stranger();
  const given = [];
  for (const day of ['2025-06-03', '2025-06-05', '2025-06-16', '2025-06-23', '2025-06-27', '2025-06-30']) {
    const [one] = await fill(day, 'morning');
    const join = await who.form(`/laboratoires/${lab.id}/attente`);
    const sent = await who.submit(join, { starts: day, ends: day, part: 'morning', kind: 'discovery', school: old.uai, pupils: '9',
      asker: 'Une personne', email });
    if (given.length === 5) {
      equal(sent.status, 422, 'the sixth');
      match(readable(sent.text), /demande/);
      break;
    }
    equal(sent.status, 303, readable(sent.text).slice(0, 500));
    const id = number(`SELECT max(id) FROM network_waiting WHERE email = '${email}'`);
    await cancel(one);
    await until('an offer', async () => (await entry(id)).state === 'offered');
    given.push(id);
    if (given.length === 2) equal((await api('POST', `waiting/${id}/etapes/accept`)).status < 300, true);
  }
  equal((await api('POST', `waiting/${given[0]}/etapes/withdraw`)).status < 300, true);
});

await test('what is offered stays as it was offered; withdrawn, it may be corrected', async () => {
  const [one] = await fill('2025-06-20', 'morning');
  const id = await wait_('2025-06-20', 'morning', old);
  await cancel(one);
  await until('an offer', async () => (await entry(id)).state === 'offered');
  const change = async () => (await api('PATCH', `waiting/${id}`, { lab: labs.find((l) => l.id !== lab.id).id,
    version: (await entry(id)).version })).status;
  equal(await change(), 409);
  equal((await api('POST', `waiting/${id}/etapes/withdraw`)).status < 300, true);
  equal(await change(), 200);
});

await test('a laboratory, or an entry, that fails takes no other with it', async () => {
  const [bad, good] = labs.slice(0, 2).sort((a, b) => a.id - b.id);
  const more = { ends: '2025-06-30', part: 'any', pupils: 1 };
  const add = async (of) => {
    const id = await wait_('2025-05-01', 'any', old, { ...more, lab: of.id });
    for (const step of ['withdraw', 'wait_again']) equal((await api('POST', `waiting/${id}/etapes/${step}`)).status < 300, true);
    return id;
  };
  const stateOf = async (id) => (await entry(id)).state;
  query(folder, `UPDATE network_waiting SET state = 'withdrawn' WHERE lab = ${bad.id} AND state IN ('offered', 'lapsed')`);
  // One has lapsed and one is offered: no other can lapse or be offered any more.
  const stuck = [];
  for (const state of ['lapsed', 'offered']) {
    const id = await add(bad);
    await until('an offer', async () => await stateOf(id) === 'offered');
    if (state === 'lapsed') query(folder, `UPDATE network_waiting SET state = 'lapsed' WHERE id = ${id}`);
    query(folder, `CREATE UNIQUE INDEX one_${state} ON network_waiting (lab) WHERE state = '${state}' AND lab = ${bad.id}`);
    stuck.push(id);
  }
  query(folder, `UPDATE network_waiting SET offer_until = 1 WHERE id = ${stuck[1]}`);
  stuck.push(await add(bad));
  const id = await add(good);
  await until('an offer', async () => await stateOf(id) === 'offered');
  deepEqual(await Promise.all(stuck.map(stateOf)), ['lapsed', 'offered', 'waiting']);
  query(folder, 'DROP INDEX one_offered', 'DROP INDEX one_lapsed');
});

await test('a new room, a longer opening and the end of a closure are offered at once to who waits', async () => {
  const soon = (id) => until('an offer', async () => (await entry(id)).state === 'offered');
  const gone = async (path, id) => equal((await api('DELETE', `${path}/${id}`, undefined, { 'if-match': '"1"' })).status < 300, true, path);
  await fill('2025-06-17', 'morning');
  const one = await wait_('2025-06-17', 'morning', old);
  await tasksDone();
  equal((await entry(one)).state, 'waiting');
  equal((await api('POST', 'space', { lab: lab.id, name: 'Salle nouvelle', capacity: 40 })).status, 201);
  await soon(one);
  const pause = JSON.parse((await api('POST', 'pause', { lab: lab.id, name: 'Travaux', starts: '2025-07-01', ends: '2025-07-01' })).text);
  const two = await wait_('2025-07-01', 'morning', old);
  await tasksDone();
  equal((await entry(two)).state, 'waiting');
  await gone('pause', pause.id);
  await soon(two);
  const three = await wait_('2025-06-28', 'morning', old); // a Saturday
  await tasksDone();
  equal((await entry(three)).state, 'waiting');
  equal((await api('POST', 'opening', { lab: lab.id, weekday: 'saturday', part: 'morning', week: 'every' })).status, 201);
  await soon(three);
});

await test('no two holds overlap after all this', async () => {
  equal(number(`SELECT count(*) FROM booking_hold a JOIN booking_hold b ON a.kind = b.kind AND a.thing = b.thing
    AND a.id < b.id AND a.starts < b.until AND b.starts < a.until WHERE a.why <> 'override' AND b.why <> 'override'`), 0);
});

await test('who waits is offered the free part of a room, which is nobody else\'s meanwhile, and has it', async () => {
  const all = await rows('/espaces'), { lab: at, within } = all.find((s) => s.within !== null);
  const parts = all.filter((s) => s.within === within), day = '2025-06-12';
  const put = async (space) => {
    const { id } = JSON.parse((await api('POST', 'visit', { lab: at, kind: 'workshop', place: 'inside', year: '2024-2025', pupils: 10, asked: today })).text);
    equal((await api('POST', 'slot', { visit: id, day, part: 'morning', space })).status, 201);
    return id;
  };
  for (const s of all.filter((s) => s.lab === at && s.within === null && s.id !== within)) await put(s.id);
  const [first] = [await put(parts[0].id), ...await Promise.all(parts.slice(1).map((p) => put(p.id)))];
  const large = await wait_(day, 'morning', old, { lab: at, pupils: 30 }), small = await wait_(day, 'morning', old, { lab: at, pupils: 12 });
  await cancel(first);
  await until('an offer', async () => (await entry(small)).state === 'offered');
  const offered = await entry(small);
  deepEqual([offered.offer_day, offered.offer_part, offered.offer_space], [day, 'morning', parts[0].id]);
  equal((await entry(large)).state, 'waiting', 'it is too small for them');
  equal((await server.stranger().get(`/laboratoires/${at}/demande?jour=${day}&moment=morning`)).status, 409);
  const who = server.stranger();
  const taken = await who.submit(await who.form(linkOf(small)), { reponse: 'oui' });
  equal(taken.status, 303, readable(taken.text).slice(0, 300));
  const { visit } = await entry(small);
  equal(number(`SELECT space FROM network_slot WHERE visit = ${visit}`), parts[0].id);
});

await server.stop();
drop(folder);
