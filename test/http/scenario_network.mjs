// A half-day of a laboratory: asked for on its page, taken once, given back; and
// the database itself refuses two, whoever asks and however many at once.
import { test, deepEqual, apiOf, equal, ok, match, serve, post, made as made_, copy, drop, essaim, forms, links, readable, query, says, today, roles } from './lib.mjs';

const folder = copy();
const server = await serve({ data: folder });
const admin = await server.as('admin');
const rows = async (path) => JSON.parse((await admin.get(`${path}.json`)).text);
const api = apiOf(server);
const school = (await rows('/etablissements'))[0];
const labs = await rows('/laboratoires');
const lab = labs[0];
const spaces = (await rows('/espaces')).filter((s) => s.lab === lab.id);
const rooms = spaces.filter((s) => s.within === null);
// What a refused request may be instead: "2025-06-05.afternoon.3", in the form as it was filled.
const others = (r) => forms(r.text).flatMap((f) => f.controls).filter((c) => c.name === 'autre').map((c) => c.value);
const holds = async () => (await api('GET', 'hold?limit=200').then((r) => JSON.parse(r.text))).rows;
let serial = 0;

function half(lab_, day, part) { return `/laboratoires/${lab_}/demande?jour=${day}&moment=${part}`; }
const typed = { kind: 'workshop', school: school.uai, class_label: '5e B', pupils: '24',
  need: 'Un robot', asker: 'Un professeur', email: 'professeur@demo.example' };

await test('from the page of a laboratory to a sent request: three pages, at most seven fields', async () => {
  const who = server.stranger();
  const page = await who.get(`/laboratoires/${lab.id}?mois=2025-05`);
  equal(page.status, 200);
  const free = links(page.text).filter((l) => l.includes('/demande?jour='));
  ok(free.length > 10, 'free half-days');
  const form = await who.form(free[3]);
  const shown = form.controls.filter((c) => c.type !== 'hidden' && c.name !== 'site');
  ok(shown.length <= 7, shown.map((c) => c.name).join(' '));
  const sent = await who.submit(form, typed);
  equal(sent.status, 303, readable(sent.text).slice(0, 400));
  const thanks = await who.get(sent.location);
  equal(thanks.status, 200);
  match(readable(thanks.text), /retenue pour vous/);
  const visit = (await rows('/accueils')).find((v) => v.email === typed.email);
  equal(visit.state, 'asked');
  equal(visit.pupils, 24);
  // Who asks makes no class: it joins the list of its school when it is confirmed.
  const count = async () => (await rows('/classes')).filter((k) => k.school === school.id).length;
  const before = await count();
  equal((await api('POST', `visit/${visit.id}/etapes/confirm`)).status < 300, true);
  const now = JSON.parse((await api('GET', `visit/${visit.id}`)).text);
  equal(now.classes.length, 1);
  ok(await count() <= before + 1);
});

await test('a label that differs by its spelling is the same class', async () => {
  const who = server.stranger();
  const before = (await rows('/classes')).length;
  const page = await who.get(`/laboratoires/${lab.id}?mois=2025-05`);
  const free = links(page.text).filter((l) => l.includes('/demande?jour='));
  const form = await who.form(free[9]);
  const r = await who.submit(form, { ...typed, class_label: '5EME b', email: 'autre@demo.example' });
  equal(r.status, 303, readable(r.text).slice(0, 300));
  const visit = (await rows('/accueils')).find((v) => v.email === 'autre@demo.example');
  equal((await api('POST', `visit/${visit.id}/etapes/confirm`)).status < 300, true);
  equal((await rows('/classes')).length, before);
  for (const class_label of ['5°B', '5º B']) {
    const v = JSON.parse((await api('POST', 'visit', { title: class_label, lab: lab.id, school: school.id, class_label, kind: 'workshop',
      place: 'inside', year: '2024-2025', asked: today })).text);
    equal((await api('POST', `visit/${v.id}/etapes/confirm`)).status < 300, true, class_label);
  }
  equal((await rows('/classes')).length, before, 'a sign for the e');
});

await test('several classes in one label are each of the school\'s list', async () => {
  const made = async (label) => JSON.parse((await api('POST', 'class', { school: school.id, year: '2024-2025', label, kind: 'class' })).text).id;
  const a = await made('4e Y'), b = await made('4e Z');
  const before = (await rows('/classes')).length;
  for (const [label, there] of [['4EME y, 4e z', [a, b]], ['4e Y et 4e Z', [a, b]], ['4e Y/4e Z', [a, b]], ['4e Z', [b]]]) {
    const v = JSON.parse((await api('POST', 'visit', { title: label, lab: lab.id, school: school.id, class_label: label, kind: 'workshop',
      place: 'inside', year: '2024-2025', asked: today })).text);
    equal((await api('POST', `visit/${v.id}/etapes/confirm`)).status < 300, true);
    deepEqual(JSON.parse((await api('GET', `visit/${v.id}`)).text).classes.map((k) => k.id ?? k).sort(), there.sort(), label);
  }
  equal((await rows('/classes')).length, before);
  const v = JSON.parse((await api('POST', 'visit', { title: 'Deux niveaux', lab: lab.id, school: school.id, class_label: 'CM1/CM2 Q', kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today })).text);
  equal((await api('POST', `visit/${v.id}/etapes/confirm`)).status < 300, true);
  equal(JSON.parse((await api('GET', `visit/${v.id}`)).text).classes.length, 1, 'one class of two levels');
});

await test('a class that comes of a label has the kind and the levels that it tells', async () => {
  const told = async (label) => query(folder, `SELECT kind, levels FROM directory_class WHERE school = ${school.id} AND year = 2024 AND label = '${label}'`);
  for (const [class_label, is] of [['6e SEGPA Q', 'segpa|6e'], ['CE2-CM1-CM2', 'class|CE2 CM1 CM2'], ['Club radio', 'club|']]) {
    const v = JSON.parse((await api('POST', 'visit', { title: class_label, lab: lab.id, school: school.id, class_label, kind: 'workshop',
      place: 'inside', year: '2024-2025', asked: today })).text);
    equal((await api('POST', `visit/${v.id}/etapes/confirm`)).status < 300, true, class_label);
    equal(await told(class_label), is, class_label);
  }
});

await test('a class that the list has not is told before it joins, with those it may mean; one press names the one', async () => {
  const made = async (label) => JSON.parse((await api('POST', 'class', { school: school.id, year: '2024-2025', label, kind: 'class' })).text).id;
  const y = await made('3e Y'), x = await made('3e X');
  const visit = async (class_label) => JSON.parse((await api('POST', 'visit', { lab: lab.id, school: school.id, class_label, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today })).text).id;
  const page = async (id) => (await admin.get(`/accueils/${id}`)).text;
  const meant = (text) => forms(text).filter((f) => f.action.endsWith('/classe')).flatMap((f) => f.buttons.map((b) => Number(b.value)));
  const one = await visit('3EME y bilingue, 3e X');
  match(readable(await page(one)), /pas de classe « 3EME y bilingue » dans sa liste/);
  deepEqual(meant(await page(one)), [y], 'not the other class that is named');
  deepEqual(meant(await page(await visit('3e YX'))).sort(), [y, x].sort());
  for (const known of ['3eme Y', '3e X et 3e Y', 'Club chorale']) deepEqual(meant(await page(await visit(known))), [], known);
  const before = (await rows('/classes')).length;
  const said = await admin.submit(await admin.form(`/accueils/${one}`, '/classe'), { classe: String(y) });
  equal(said.status, 303, readable(said.text).slice(0, 300));
  const now = JSON.parse((await api('GET', `visit/${one}`)).text);
  deepEqual([now.class_label, now.title], ['3e Y, 3e X', 'atelier, 3e Y, 3e X']);
  equal((await api('POST', `visit/${one}/etapes/confirm`)).status < 300, true);
  equal((await rows('/classes')).length, before, 'none is added');
  const elsewhere = (await rows('/classes')).find((k) => k.school !== school.id).id, two = await visit('3e YX');
  equal((await admin.submit(await admin.form(`/accueils/${two}`, '/classe'), { classe: String(elsewhere) })).status, 404);
});

await test('a class typed by its label is one of the school\'s; another school\'s is chosen, never guessed', async () => {
  const other = (await rows('/etablissements')).find((s) => s.id !== school.id);
  const made = async (of, label) => JSON.parse((await api('POST', 'class', { school: of, year: '2024-2025', label, kind: 'class' })).text).id;
  const [mine, theirs, far] = [await made(school.id, '4e Voisine'), await made(other.id, '4e Voisine'), await made(other.id, '4e Lointaine')];
  const enters = async (classes) => admin.submit(await admin.form('/accueils/nouveau', '/accueils'),
    { lab: lab.name, kind: 'workshop', school: school.uai, classes, 'slot.0.day': '', 'slot.0.part': '' });
  const classesOf = async (r) => JSON.parse((await api('GET', `visit/${made_(r).split('/').pop()}`)).text).classes;
  deepEqual(await classesOf(await enters('4e Voisine')), [mine]);
  const asks = await enters('4e Lointaine');
  says(asks, 422, new RegExp(`« 4e Lointaine » n’existe qu’ailleurs : 4e Lointaine · [^.]* · #${far}\\.`));
  deepEqual(await classesOf(await enters(`4e Voisine · ${other.name} · 2024-2025 · #${theirs}`)), [theirs]);
  const v = { lab: lab.id, kind: 'workshop', place: 'inside', year: '2024-2025', asked: today, school: school.id };
  equal((await api('POST', 'visit', { ...v, classes: ['4e Lointaine'] })).status, 422);
  deepEqual(JSON.parse((await api('GET', `visit/${JSON.parse((await api('POST', 'visit', { ...v, classes: ['4e Voisine'] })).text).id}`)).text).classes, [mine]);
});

await test('the school\'s list of classes is offered to who has said of which school', async () => {
  const teacher = await server.as('teacher'), at = half(lab.id, '2025-05-13', 'morning');
  const offered = (text) => [...text.matchAll(/<datalist id="school-classes">.*?<\/datalist>/gs)].flatMap((l) => [...l[0].matchAll(/value="([^"]*)"/g)].map((m) => m[1]));
  const mine = (await rows('/personnes')).find((p) => p.email === 'teacher@demo.example').school;
  const labels = async (of) => (await rows('/classes')).filter((k) => k.school === of && k.year === '2024-2025').map((k) => k.label).sort();
  const own = await teacher.get(at);
  deepEqual(offered(own.text).sort(), await labels(mine));
  match(own.text, /<input[^>]* list="school-classes"/);
  const who = server.stranger(), form = await who.form(at);
  deepEqual(offered((await who.get(at)).text), []);
  deepEqual(offered((await who.submit(form, { ...typed, email: 'non' })).text).sort(), await labels(school.id));
});

await test('what is wrong is told beside its field, and nothing is kept', async () => {
  const who = server.stranger();
  const before = (await rows('/accueils')).length;
  const form = await who.form(half(lab.id, '2025-03-18', 'morning'));
  for (const [changes, say] of [
    [{ school: '0540000A' }, /introuvable/], [{ pupils: '0' }, /1/], [{ pupils: '4000' }, /400/], [{ pupils: '400' }, /1 à 48 élèves/],
    [{ pupils: '45', class_label: '' }, /Aucune salle du laboratoire/], [{ pupils: '49' }, /1 à 48 élèves/],
    [{ asker: '' }, /obligatoire/], [{ kind: null }, /obligatoire/], [{ email: 'rien' }, /adresse/i], [{ class_label: 'x'.repeat(40) }, /30/],
  ]) {
    const r = await who.submit(form, { ...typed, ...changes, _key: `wrong-${serial++}` });
    equal(r.status, 422, JSON.stringify(changes));
    match(readable(r.text), say);
    ok(r.text.includes('Un robot'), 'what was typed stays');
  }
  equal((await rows('/accueils')).length, before);
});
await test('what takes place outside is told to be at its address, on its page and its sheet', async () => {
  const { id } = JSON.parse((await api('POST', 'visit', { lab: lab.id, place: 'outside', kind: 'workshop', year: '2024-2025', asked: today })).text);
  const text = async (path) => readable((await admin.get(path)).text);
  match(await text(`/accueils/${id}`), /Où hors du laboratoire (?!:)/);
  for (const part of ['morning', 'afternoon'])
    equal((await api('POST', 'slot', { visit: id, day: '2025-05-27', part, address: 'Salle des fêtes, 3 rue Haute' })).status, 201);
  match(await text(`/accueils/${id}`), /Où hors du laboratoire : Salle des fêtes, 3 rue Haute /);
  match(await text(`/accueils/${id}/sortie`), /Où Salle des fêtes, 3 rue Haute Quand/);
});
await test('only a fair has stands', async () => {
  const v = { lab: lab.id, place: 'inside', year: '2024-2025', asked: today, stands: 4 };
  const r = await api('POST', 'visit', { ...v, kind: 'workshop' });
  equal(r.status, 422);
  match(r.text, /Seul un salon/);
  equal((await api('POST', 'visit', { ...v, kind: 'fair' })).status, 201);
});
await test('a class has at most as many on its list as where it comes', async () => {
  const of = (headcount) => api('POST', 'class', { school: school.id, kind: 'class', year: '2024-2025', label: `Liste ${headcount}`, headcount });
  deepEqual(await Promise.all([0, 48, 49, 60, 400].map(async (n) => (await of(n)).status)), [422, 201, 422, 422, 422]);
});

await test('a day that is closed, past or not of the hours is not taken', async () => {
  const who = server.stranger();
  for (const [day, part, say] of [
    ['2025-04-11', 'morning', /vacances|fermé/i], ['2025-03-03', 'morning', /téléphonez/],
    ['2025-03-16', 'morning', /ne reçoit pas/], ['2025-03-19', 'evening', /ne reçoit pas/],
  ]) {
    const r = await who.get(half(lab.id, day, part));
    equal(r.status, 409, `${day} ${part}`);
    match(readable(r.text), say);
    ok(links(r.text).some((l) => l.includes('/demande?jour=')), 'another is offered');
  }
});

await test('a stampede on one half-day: as many as there are rooms, the others are offered one', async () => {
  const at = half(lab.id, '2025-06-05', 'morning');
  // With accounts, for strangers of one network are held back.
  const people = await Promise.all([...roles, ...roles].map((role) => server.as(role)));
  const all = await Promise.all(people.map(async (who, i) => {
    const form = await who.form(at);
    return [who, form, i];
  }));
  const answers = await Promise.all(all.map(([who, form, i]) =>
    who.submit(form, { ...typed, pupils: '18', class_label: `5e ${i + 1}`, email: `presse${i}@demo.example` })));
  const won = answers.filter((r) => r.status === 303);
  equal(won.length, rooms.length, answers.map((r) => r.status).join(' '));
  for (const r of answers.filter((x) => x.status !== 303)) {
    equal(r.status, 409);
    ok(others(r).length > 0, 'an alternative');
  }
});

async function visitOf(day) {
  const r = await api('POST', 'visit', { title: `Essai ${serial++}`, lab: lab.id, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: day });
  equal(r.status, 201, r.text);
  return JSON.parse(r.text).id;
}
const slot = (visit, day, part, space, more) => api('POST', 'slot', { visit, day, part, space, ...more });

await test('by the API too: one of many has the room, its parts go with it', async () => {
  const visits = await Promise.all(Array.from({ length: 12 }, () => visitOf(today)));
  const got = await Promise.all(visits.map((v) => slot(v, '2025-05-13', 'morning', rooms[0].id)));
  equal(got.filter((r) => r.status === 201).length, 1, got.map((r) => r.status).join(' '));
  for (const r of got.filter((x) => x.status !== 201)) {
    equal(r.status, 409, r.text);
    match(r.text, /d\u00e9j\u00e0 pris|overlap/);
  }
  const parted = (await rows('/espaces')).find((s) => s.within !== null);
  const other = labs.find((l) => l.id === parted.lab);
  const v = await api('POST', 'visit', { title: 'Toute la salle', lab: other.id, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today });
  const w = await api('POST', 'visit', { title: 'Une partie', lab: other.id, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today });
  equal((await slot(JSON.parse(v.text).id, '2025-05-13', 'morning', parted.within)).status, 201);
  equal((await slot(JSON.parse(w.text).id, '2025-05-13', 'morning', parted.id)).status, 409);
  const both = await slot(JSON.parse(w.text).id, '2025-05-13', 'morning', parted.id, { override: 'Deux groupes se partagent la salle' });
  equal(both.status, 201);
  match(readable((await admin.get(`/accueils/${JSON.parse(w.text).id}`)).text),
    /mardi 13 mai 2025, matin : maintenu malgré la fermeture, une autre réservation ou le manque de places : Deux groupes se partagent la salle/);
  ok(!/maintenu malgré/.test(readable((await admin.get(`/accueils/${JSON.parse(v.text).id}`)).text)));
  equal((await api('POST', `visit/${JSON.parse(w.text).id}/etapes/cancel`, { reason: 'Ils ne viennent pas' })).status < 300, true);
  ok(!/maintenu malgré/.test(readable((await admin.get(`/accueils/${JSON.parse(w.text).id}`)).text)), 'what is cancelled keeps nothing');
  equal(query(folder, `SELECT detail FROM core_journal WHERE entity = 'network_slot' AND what = 'override' AND row_id = ${JSON.parse(both.text).id}`),
    '{"reason":"Deux groupes se partagent la salle"}');
});

await test('who was let in beside another keeps the room when that one leaves', async () => {
  const day = '2025-05-16', two = { override: 'Deux groupes se partagent la salle' };
  const of = await Promise.all(Array.from({ length: 4 }, () => visitOf(today)));
  const [first, second, third] = [await slot(of[0], day, 'morning', rooms[0].id),
    await slot(of[1], day, 'morning', rooms[0].id, two), await slot(of[2], day, 'morning', rooms[0].id, two)];
  for (const r of [first, second, third]) equal(r.status, 201, r.text);
  const whys = () => query(folder, `SELECT why FROM booking_hold WHERE kind = 'space' AND thing = ${rooms[0].id}
    AND starts = (SELECT starts FROM booking_hold WHERE owner = 'network_slot' AND owner_id = ${JSON.parse(second.text).id} AND kind = 'space' AND thing = ${rooms[0].id}) ORDER BY id`).split('\n').join(' ');
  equal(whys(), 'visit override override');
  equal((await api('POST', `visit/${of[0]}/etapes/cancel`, { reason: 'Ils ne viennent pas' })).status < 300, true);
  equal(whys(), 'visit override');
  equal((await slot(of[3], day, 'morning', rooms[0].id)).status, 409);
  equal((await api('POST', `visit/${of[1]}/etapes/cancel`, { reason: 'Eux non plus' })).status < 300, true);
  equal((await slot(of[3], day, 'morning', rooms[0].id)).status, 409);
  equal((await api('POST', `visit/${of[2]}/etapes/cancel`, { reason: 'Ni eux' })).status < 300, true);
  equal((await slot(of[3], day, 'morning', rooms[0].id)).status, 201);
});

await test('a room that somebody has in part is offered by its free parts, the whole of it no more', async () => {
  const all = await rows('/espaces'), { lab: at, within } = all.find((s) => s.within !== null);
  const parts = all.filter((s) => s.within === within), day = '2025-05-15', who = server.stranger();
  const visit = async () => JSON.parse((await api('POST', 'visit', { lab: at, kind: 'workshop', place: 'inside', year: '2024-2025', pupils: 12, asked: today })).text).id;
  const cell = async () => readable((await who.get(`/laboratoires/${at}?mois=2025-05`)).text).match(/jeudi 15 (.*?) (vendredi|lundi) \d/)[1];
  for (const room of all.filter((s) => s.lab === at && s.within === null && s.id !== within))
    equal((await slot(await visit(), day, 'morning', room.id)).status, 201);
  equal((await slot(await visit(), day, 'morning', parts[0].id)).status, 201);
  const left = parts.length - 1, said = `${left} partie${left > 1 ? 's' : ''} de salle libre`;
  ok((await cell()).includes(said), await cell());
  ok((await who.get(`/laboratoires/${at}/calendrier?vue=jour&jour=${day}`)).text.includes(half(at, day, 'morning').replaceAll('&', '&amp;')));
  const form = await who.form(half(at, day, 'morning'));
  says(await who.submit(form, { ...typed, pupils: '30', _key: `part-${serial++}` }), 409, /n’ont pas assez de places/);
  const got = [];
  for (const _ of parts.slice(1)) {
    const r = await slot(await visit(), day, 'morning', null);
    equal(r.status, 201, r.text);
    got.push(JSON.parse((await api('GET', `slot/${JSON.parse(r.text).id}`)).text).space);
  }
  deepEqual(got.sort(), parts.slice(1).map((p) => p.id).sort());
  ok((await cell()).includes('complet'), await cell());
  equal((await who.submit(form, { ...typed, pupils: '12', email: 'partie@demo.example', _key: `part-${serial++}` })).status, 409);
});

await test('a form that arrives several times at the same moment is answered alike, though it overlaps itself', async () => {
  const visit = await visitOf(today);
  const form = await admin.form(`/demi-journees/nouveau?visit=${visit}`, '/demi-journees');
  const typed_ = { visit: String(visit), day: '2025-05-14', part: 'morning', space: String(rooms[0].id) };
  const all = await Promise.all(Array.from({ length: 12 }, () => admin.submit(form, typed_)));
  equal(all.map((r) => r.status).join(), all.map(() => 303).join());
  equal(new Set(all.map((r) => r.location)).size, 1, all.map((r) => r.location).join());
  equal((await rows('/demi-journees')).filter((s) => s.visit === visit).length, 1);
});

await test('who is refused a half-day is offered others, by the API and in the form, and they can be had', async () => {
  const [a, b, c] = [await visitOf(today), await visitOf(today), await visitOf(today)];
  equal((await slot(a, '2025-06-26', 'morning', rooms[0].id)).status, 201);
  const refused = await slot(b, '2025-06-26', 'morning', rooms[0].id);
  equal(refused.status, 409);
  const { alternatives } = JSON.parse(refused.text);
  ok(alternatives.length > 0, refused.text);
  equal(alternatives[0].changes.space, rooms[1].id, 'the same half-day in another room first');
  match(alternatives[0].text, /Espace/);
  const form = await admin.form(`/demi-journees/nouveau?visit=${c}`, '/demi-journees');
  const typed_ = { visit: String(c), day: '2025-06-26', part: 'morning', space: String(rooms[0].id) };
  const page = await admin.submit(form, typed_);
  equal(page.status, 409, readable(page.text).slice(0, 400));
  match(readable(page.text), /Libre à la place : Espace/);
  // All of them can be had, each by another visit, and a moved one is offered some too.
  for (const { changes } of alternatives) {
    const at = { day: '2025-06-26', part: 'morning', space: rooms[0].id, ...changes };
    equal((await slot(await visitOf(today), at.day, at.part, at.space)).status, 201, JSON.stringify(at));
  }
  const mine = JSON.parse((await slot(c, '2025-06-27', 'morning', rooms[0].id)).text);
  const moved = await api('PATCH', `slot/${mine.id}`, { day: '2025-06-26', version: mine.version });
  equal(moved.status, 409, moved.text);
  ok(JSON.parse(moved.text).alternatives.length > 0, moved.text);
});

await test('so is who brings a cancelled visit back, by the API and on its page, and who adds a line to its form', async () => {
  const at = ['2025-06-30', 'morning', rooms[0].id];
  const [mine, theirs] = [await visitOf(today), await visitOf(today)];
  const kept = JSON.parse((await slot(mine, ...at)).text);
  equal((await api('POST', `visit/${mine}/etapes/confirm`)).status, 200);
  equal((await api('POST', `visit/${mine}/etapes/cancel`, { reason: 'La classe est malade.' })).status, 200);
  equal((await slot(theirs, ...at)).status, 201);
  for (const step of ['reopen', 'ask_again']) {
    const refused = await api('POST', `visit/${mine}/etapes/${step}`);
    equal(refused.status, 409, refused.text);
    const [first] = JSON.parse(refused.text).alternatives;
    deepEqual([first.kind, first.of.id, first.changes.space], ['slot', kept.id, rooms[1].id], refused.text);
  }
  const form = await admin.form(`/accueils/${mine}`, '/etapes/reopen');
  const page = await admin.submit(form);
  equal(page.status, 409);
  match(readable(page.text), /Libre à la place : Espace/);
  const { version } = JSON.parse((await api('GET', `slot/${kept.id}`)).text);
  equal((await api('PATCH', `slot/${kept.id}`, { space: rooms[1].id, version })).status, 200);
  equal((await api('POST', `visit/${mine}/etapes/reopen`)).status, 200);
  const lines = await admin.form('/accueils/nouveau', '/accueils');
  const typed_ = { title: 'Avec ses demi-journées', lab: lab.name, kind: 'workshop', place: 'inside', year: '2024-2025', asked: today,
    'slot._lines': '1', 'slot.0.day': '2025-06-30', 'slot.0.part': 'morning', 'slot.0.space': String(rooms[0].id) };
  const line = await admin.submit(lines, typed_);
  equal(line.status, 409, readable(line.text).slice(0, 300));
  match(readable(line.text), /Libre à la place : /);
});

await test('an accueil without « Objet » is named by its kind and class, in French, by form and by the API', async () => {
  const form = await (await server.as('admin', 'en')).form('/accueils/nouveau', '/accueils');
  ok(!('required' in form.controls.find((c) => c.name === 'title')), 'it need not be typed');
  const sent = await admin.submit(await admin.form('/accueils/nouveau', '/accueils'), { lab: lab.name, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today, class_label: '4e C', school: school.uai });
  equal(sent.status, 303, readable(sent.text).slice(0, 300));
  equal(query(folder, `SELECT title FROM network_visit WHERE id = ${sent.location.split('/').pop()}`), 'atelier, 4e C');
  const made = await api('POST', 'visit', { lab: lab.id, kind: 'discovery', place: 'inside', year: '2024-2025', asked: today });
  equal(made.status, 201, made.text);
  equal(JSON.parse((await api('GET', `visit/${JSON.parse(made.text).id}`)).text).title, 'découverte');
});

await test('a name that several schools bear is told once, and chosen from a list', async () => {
  const who = server.stranger(), town = school.commune;
  const form = await who.form(half(lab.id, '2025-07-03', 'morning'));
  const r = await who.submit(form, { ...typed, school: town, email: 'plusieurs@demo.example' });
  equal(r.status, 422, readable(r.text).slice(0, 300));
  match(readable(r.text), /Plusieurs réponses conviennent pour « [^»]+ » : choisissez dans la liste/);
  ok(!/#\d+ ;/.test(readable(r.text)), 'no numbers of rows');
  ok(forms(r.text).flatMap((f) => f.controls).find((c) => c.name === 'school' && c.options?.length > 2), 'a list');
  match(readable((await (await server.as('teacher')).get('/tournees')).text), /Mon établissement/);
});

await test('a name and its commune that one school alone answers to are that school, be there a comma between', async () => {
  const one = (await rows('/etablissements')).find((s) => s.name.startsWith('École de la Ruche') && s.commune === 'Badonviller');
  for (const [i, name] of ['École de la Ruche Badonviller', 'École de la Ruche, Badonviller'].entries()) {
    const who = server.stranger(), email = `ruche${i}@demo.example`;
    const r = await who.submit(await who.form(half(lab.id, '2025-07-03', 'morning')), { ...typed, school: name, class_label: `CM${i + 1}`, email });
    equal(r.status, 303, readable(r.text).slice(0, 300));
    const v = (await rows('/accueils')).find((x) => x.email === email);
    equal(v.school, one.id, name);
    equal((await api('POST', `visit/${v.id}/etapes/cancel`, { reason: 'Essai' })).status, 200);
  }
});

await test('what is offered instead holds who comes, is not gone, and is had by one press', async () => {
  const [small, large] = [...rooms].sort((a, b) => a.capacity - b.capacity);
  ok(small.capacity < large.capacity);
  const lines = await admin.form('/accueils/nouveau', '/accueils');
  let serial = 0;
  const sends = (day, space, more) => admin.submit(lines, { title: `Au téléphone ${++serial}`, lab: lab.name, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today, pupils: String(small.capacity + 1), 'slot._lines': '1', 'slot.0.day': day,
    'slot.0.part': 'morning', 'slot.0.space': String(space), _key: `phone-${serial}`, ...more });
  const offered = (page) => [...page.text.matchAll(/name="_instead" value="([^"]*)"/g)].map((m) => m[1].replaceAll('&amp;', '&'));
  const dates = (all) => all.map((o) => /slot\.0\.day=([\d-]+)/.exec(o)?.[1]).filter(Boolean);
  // A room that is too small: the one that is not, at the same half-day.
  const tight = await sends('2025-07-01', small.id);
  equal(tight.status, 422, readable(tight.text).slice(0, 400));
  equal(offered(tight)[0], `slot.0.space=${large.id}`);
  equal((await sends('2025-07-01', small.id, { _instead: offered(tight)[0] })).status, 303);
  // The large one is taken now: never the small one.
  const full = await sends('2025-07-01', large.id);
  equal(full.status, 409, readable(full.text).slice(0, 400));
  ok(offered(full).length > 1 && !offered(full).some((o) => o.includes(`space=${small.id}`)), offered(full).join());
  equal((await sends('2025-07-01', large.id, { _instead: offered(full)[0] })).status, 303);
  // A day on which nothing is open, and what is gone by today.
  const sunday = await sends('2025-06-29', large.id);
  equal(sunday.status, 422, readable(sunday.text).slice(0, 400));
  ok(offered(sunday).length > 0, 'others are offered');
  const busy = await visitOf(today);
  const free = ['morning', 'afternoon', 'evening'];
  for (const part of free) await slot(busy, today, part, large.id);
  const now = await sends(today, large.id);
  ok(now.status === 409 || now.status === 422, String(now.status));
  ok(dates(offered(now)).length && dates(offered(now)).every((d) => d >= today), offered(now).join());
});

await test('a staff room behind one address asks as it likes; a flood is held back, and told what to do', async () => {
  // A server of its own, whose network of strangers has asked nothing yet.
  const other = await serve();
  const who = other.stranger();
  const form = await who.form(half(lab.id, '2026-01-12', 'morning'));
  const answers = [];
  for (let i = 0; i < 45; i++)
    answers.push(await who.submit(form, { ...typed, email: `flot${i}@demo.example`, _key: `flood-${i}` }));
  deepEqual(answers.map((r) => r.status === 429), answers.map((r, i) => i >= 40));
  match(readable(answers[44].text), /venues de votre réseau.*Connectez-vous.*téléphonez au laboratoire( \(0[\d \u00a0]+\))?/);
  await other.stop();
});

await test('what strangers asked today counts, whatever became of it', async () => {
  // A server of its own, of whose demonstration no stranger asks today.
  const other = await serve();
  const day = Math.floor(Date.parse(today) / 86400000);
  query(other.folder, `UPDATE network_visit SET asked = asked - 1 WHERE asked = ${day}`);
  query(other.folder, `INSERT INTO network_visit (uid, version, created_at, created_by, changed_at, changed_by, title, title_fold,
    lab, year, kind, place, asked, state, email, words) WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < 300)
    SELECT 'asked-' || d.n, 1, 0, 0, 0, 0, 'x', 'x', ${lab.id}, 2024, 'workshop', 'inside', ${day}, 'cancelled', 'a@demo.example', '' FROM d`);
  const ask = async () => {
    const who = other.stranger();
    return who.submit(await who.form(half(lab.id, '2026-01-12', 'morning')), typed);
  };
  const r = await ask();
  equal(r.status, 422, readable(r.text).slice(0, 300));
  match(readable(r.text), /Trop de demandes sont arrivées aujourd’hui/);
  query(other.folder, "DELETE FROM network_visit WHERE uid = 'asked-1'");
  equal((await ask()).status, 303);
  await other.stop();
});

await test('cancelling gives the half-day back, and only then', async () => {
  const first = await visitOf(today), second = await visitOf(today);
  equal((await slot(first, '2025-05-20', 'morning', rooms[0].id)).status, 201);
  equal((await slot(second, '2025-05-20', 'morning', rooms[0].id)).status, 409);
  const cancel = await api('POST', `visit/${first}/etapes/cancel`, { reason: 'La classe ne vient pas' });
  ok(cancel.status < 300, `${cancel.status} ${cancel.text}`);
  equal((await slot(second, '2025-05-20', 'morning', rooms[0].id)).status, 201);
});

await test('a slot moved, deleted or brought back keeps what it says, or is refused', async () => {
  const a = await visitOf(today), b = await visitOf(today);
  const made = async (...at) => {
    const { id } = JSON.parse((await slot(...at)).text);
    return JSON.parse((await api('GET', `slot/${id}`)).text);
  };
  const one = await made(a, '2025-05-22', 'morning', rooms[0].id);
  const two = await made(b, '2025-05-22', 'afternoon', rooms[0].id);
  const moved = await api('PATCH', `slot/${two.id}`, { part: 'morning', version: two.version });
  equal(moved.status, 409, moved.text);
  equal((await api('PATCH', `slot/${two.id}`, { part: 'afternoon', day: '2025-05-23', version: two.version })).status, 200);
  const gone = await api('DELETE', `slot/${one.id}`, undefined, { 'if-match': `"${one.version}"` });
  ok(gone.status < 300, `${gone.status} ${gone.text}`);
  equal((await slot(b, '2025-05-22', 'morning', rooms[0].id)).status, 201);
  const form = await admin.form(`/demi-journees/${one.id}/historique`, '/restauration');
  equal((await admin.submit(form, {})).status, 409, 'the room is another\'s now');
});

await test('what was cancelled may be reopened, where its half-days are free', async () => {
  const a = await visitOf(today), b = await visitOf(today);
  equal((await slot(a, '2025-06-10', 'morning', rooms[0].id)).status, 201);
  equal((await api('POST', `visit/${a}/etapes/cancel`, { reason: 'Erreur' })).status < 300, true);
  equal((await slot(b, '2025-06-10', 'morning', rooms[0].id)).status, 201);
  const taken = await api('POST', `visit/${a}/etapes/reopen`);
  equal(taken.status, 409, taken.text);
  equal(JSON.parse(taken.text).errors?.[0].code, 'network_visit.slot_taken');
  const page = await post(admin, `/accueils/${a}/etapes/reopen`);
  equal(page.status, 409);
  match(readable(page.text), /demi-journées ont été prises depuis/);
  ok(!/entre-temps/.test(readable(page.text)), 'the words of the frame besides');
  equal((await api('POST', `visit/${b}/etapes/cancel`, { reason: 'Erreur' })).status < 300, true);
  equal((await api('POST', `visit/${a}/etapes/reopen`)).status < 300, true);
});

await test('a visit keeps its lab, year and place while it has half-days; a closed year is corrected first', async () => {
  const v = await visitOf(today);
  equal((await slot(v, '2025-06-12', 'morning', rooms[0].id)).status, 201);
  for (const change of [{ lab: labs[1].id }, { year: '2025-2026' }, { place: 'outside' }])
    equal((await api('PATCH', `visit/${v}`, change)).status, 422, JSON.stringify(change));
  const old = (await rows('/accueils')).find((x) => x.year === '2023-2024' && x.state === 'held');
  equal((await api('PATCH', `visit/${old.id}`, { present_others: 99 })).status, 409);
  equal((await api('POST', `visit/${old.id}/etapes/correct`, { reason: 'Effectif mal saisi' })).status < 300, true);
  equal((await api('PATCH', `visit/${old.id}`, { need: 'Une note' })).status, 200);
  equal((await api('POST', `visit/${old.id}/etapes/hold_late`, { reason: 'Effectif relu' })).status < 300, true);
});

await test('the half-days of a visit that took place change by its correction alone, with the reason', async () => {
  const v = await visitOf(today), at = JSON.parse((await slot(v, '2025-06-16', 'morning', rooms[0].id)).text);
  query(folder, `UPDATE network_slot SET day = ${Math.floor(Date.parse('2025-03-11') / 86400000)} WHERE id = ${at.id}`);
  equal((await api('POST', `visit/${v}/etapes/confirm`)).status < 300, true);
  equal((await api('PATCH', `visit/${v}`, { present_others: 9 })).status, 200);
  equal((await api('POST', `visit/${v}/etapes/hold`)).status < 300, true);
  query(folder, `UPDATE network_visit SET created_at = created_at - 864000 WHERE id = ${v}`);
  const { version } = JSON.parse((await api('GET', `slot/${at.id}`)).text);
  const tag = { 'if-match': `"${version}"` };
  const gone = await api('DELETE', `slot/${at.id}`, undefined, tag);
  equal(gone.status, 409, gone.text);
  match(gone.text, /a eu lieu/);
  equal((await api('PATCH', `slot/${at.id}`, { part: 'afternoon', version })).status, 422);
  equal((await slot(v, '2025-03-10', 'morning', rooms[0].id)).status, 422, 'one more');
  says(await post(admin, `/demi-journees/${at.id}/suppression`), 409, /a eu lieu/);
  equal((await api('POST', `visit/${v}/etapes/correct`)).status, 422, 'without a reason');
  equal((await api('POST', `visit/${v}/etapes/correct`, { reason: 'Venus la veille' })).status < 300, true);
  equal((await api('DELETE', `slot/${at.id}`, undefined, tag)).status, 204);
});

await test('a room that is booked gets no new part', async () => {
  const r = await api('POST', 'space', { lab: lab.id, name: 'Coin lecture', within: rooms[0].id });
  equal(r.status, 422, r.text);
});

await test('the page of a laboratory tells its rooms, who coordinates it where they agreed, and when it closes', async () => {
  const other = await serve(), stranger = other.stranger(), seen = async (who, path) => readable((await who.get(path)).text);
  const parted = spaces.length > rooms.length ? lab : labs.find((l) => l.name.includes('Nancy (démo)'));
  const path = `/laboratoires/${parted.id}`, all = (await rows('/espaces')).filter((s) => s.lab === parted.id);
  const page = await seen(stranger, path);
  for (const s of all) ok(page.includes(`${s.name}${s.capacity ? `\u00a0: ${s.capacity} places` : ''}`.replace('\u00a0', ' ')), s.name);
  match(page, /partie de : /);
  match(page, /Coordination Coordonnat(eur|rice) \d/);
  query(other.folder, `UPDATE network_team SET in_public = 0 WHERE lab = ${parted.id}`);
  ok(!/Coordination Coordonnat/.test(await seen(stranger, path)), 'who did not agree is not named');
  for (const [who, knows] of [['admin', true], ['teacher', false], ['host', false]])
    equal(/Coordination Coordonnat/.test(await seen(await other.as(who), path)), knows, who);
  // Who coordinates elsewhere reads no more here than a stranger.
  const near = (await rows('/personnes')).find((p) => p.email === 'coordinator@demo.example').area;
  const [here, there] = [labs.find((l) => l.bassin === near), labs.find((l) => l.bassin !== near)];
  query(other.folder, `UPDATE network_team SET in_public = 0, starts = 0, ends = NULL WHERE lab IN (${here.id}, ${there.id})`);
  const coordinator = await other.as('coordinator');
  match(await seen(coordinator, `/laboratoires/${here.id}`), /Coordination Coordonnat/);
  ok(!/Coordination Coordonnat/.test(await seen(coordinator, `/laboratoires/${there.id}`)), there.name);
  const at = (day) => Math.floor(Date.parse(day) / 86400000);
  for (const [day, say, asked] of [['2025-07-04', /ferme : son dernier jour est le vendredi 4 juillet 2025/, true],
    ['2025-02-28', /a fermé : son dernier jour était le vendredi 28 février 2025/, false]]) {
    query(other.folder, `UPDATE network_lab SET closed = ${at(day)} WHERE id = ${parted.id}`);
    const r = await stranger.get(path);
    match(readable(r.text), say);
    equal(links(r.text).some((l) => l.endsWith('/attente')), asked, day);
  }
  const [, told] = (await stranger.get('/laboratoires/chronologie')).text.split('class="cuts"');
  match(readable(told), new RegExp(`28 février 2025 fermeture, dernier jour ${parted.name.replace(/[()]/g, '\\$&')} .* 15 `));
  equal(told.match(/<tr><th scope="row">/g).length, labs.length + 1);
  await other.stop();
});

await test('requests stop at the end of the next school year', async () => {
  for (const day of ['2027-09-01', '2399-01-07', '9999-12-30'])
    equal((await server.stranger().get(half(lab.id, day, 'morning'))).status, 409, day);
});

await test('a visit is held once its day has come and somebody was counted', async () => {
  const v = await visitOf(today);
  equal((await slot(v, '2025-05-27', 'morning', rooms[0].id)).status, 201);
  equal((await api('POST', `visit/${v}/etapes/confirm`)).status < 300, true);
  equal((await api('POST', `visit/${v}/etapes/hold`)).status, 409, 'not yet');
});

await test('what is offered instead is near, before and after, and the form stays filled for it', async () => {
  const who = server.stranger();
  const at = half(lab.id, '2025-06-12', 'afternoon'), form = await who.form(at);
  for (const room of rooms) equal((await slot(await visitOf(today), '2025-06-12', 'afternoon', room.id)).status, 201);
  const refused = await who.submit(form, { ...typed, pupils: '18', class_label: '6e proche', email: 'proche@demo.example' });
  equal(refused.status, 409);
  const days = others(refused).map((at_) => at_.split('.')[0]);
  ok(!links(refused.text).some((l) => l.includes('/demande?jour=')), 'a link would lose what was typed');
  equal(days[0], '2025-06-12', days.join(' '));
  ok(days.some((d) => d > '2025-06-12') && days.every((d) => Math.abs(Date.parse(d) - Date.parse('2025-06-12')) <= 4 * 86400000), days.join(' '));
  const again = forms(refused.text).find((f) => f.fields.some(([n]) => n === 'asker'));
  equal(Object.fromEntries(again.fields).asker, typed.asker, 'what was typed stays');
  const other = others(refused)[1];
  const sent = await who.submit(again, { autre: other });
  equal(sent.status, 303, readable(sent.text).slice(0, 400));
  const v = (await rows('/accueils')).find((x) => x.email === 'proche@demo.example');
  const [kept] = (await rows('/demi-journees')).filter((x) => x.visit === v.id);
  equal(`${kept.day}.${kept.part}.${v.lab}`, other);
});

await test('where a laboratory has nothing, the others of its bassin are offered, and what was typed goes there', async () => {
  const who = server.stranger(), two = labs.filter((l) => labs.some((m) => m.id !== l.id && m.bassin === l.bassin));
  const shut = two.find((l) => l.id !== lab.id), beside = labs.filter((l) => l.id !== shut.id && l.bassin === shut.bassin);
  const at = half(shut.id, '2025-06-24', 'morning'), form = await who.form(at);
  const { version } = JSON.parse((await api('GET', `lab/${shut.id}`)).text);
  query(folder, `UPDATE network_lab SET closed = ${Math.floor(Date.parse('2025-03-01') / 86400000)} WHERE id = ${shut.id}`);
  const looked = await who.get(at);
  equal(looked.status, 409);
  const to = links(looked.text).filter((l) => l.includes('/demande?jour='));
  ok(to.length > 0 && to.every((l) => beside.some((b) => l.startsWith(`/laboratoires/${b.id}/`))), to.join(' '));
  ok(readable(looked.text).includes(beside[0].name));
  ok(!forms(looked.text).some((f) => f.controls.some((c) => c.name === 'need')), 'nothing to fill in for what cannot be had');
  const refused = await who.submit(form, { ...typed, pupils: '12', class_label: '3e ailleurs', email: 'ailleurs@demo.example' });
  equal(refused.status, 409, readable(refused.text).slice(0, 300));
  const far = others(refused).map((o) => Math.abs(Date.parse(o.split('.')[0]) - Date.parse('2025-06-24')));
  deepEqual(far, [...far].sort((a, b) => a - b), 'the nearest day first');
  const again = forms(refused.text).find((f) => f.fields.some(([n]) => n === 'asker'));
  equal((await who.submit(again, { autre: others(refused)[0] })).status, 303);
  equal((await rows('/accueils')).find((v) => v.email === 'ailleurs@demo.example').lab, Number(others(refused)[0].split('.')[2]));
  const count = (await rows('/accueils')).length;
  for (const [bad, status, to_] of [['2025-06-24.morning.0', 404, null], ['2025-06-24.morning.x', 303, `/laboratoires/${shut.id}#slots`]]) {
    const r = await who.submit(again, { autre: bad, _key: `bad-${serial++}` });
    deepEqual([r.status, r.location], [status, to_], bad);
  }
  equal((await rows('/accueils')).length, count);
  query(folder, `UPDATE network_lab SET closed = NULL WHERE id = ${shut.id} AND version = ${version}`);
});

await test('what is offered for one line of a form is no half-day of its other lines', async () => {
  const [one, other] = rooms, day = '2025-07-02', offered = (await api('POST', 'slot', { visit: await visitOf(today), day, part: 'morning', space: one.id }));
  equal(offered.status, 201, offered.text);
  const lines = await admin.form('/accueils/nouveau', '/accueils');
  const line = (n, part, space) => ({ [`slot.${n}.day`]: day, [`slot.${n}.part`]: part, [`slot.${n}.space`]: String(space) });
  const asks = (more) => admin.submit(lines, { title: 'Deux lignes', lab: lab.name, kind: 'workshop', ...line(0, 'morning', one.id), ...more, _key: `lines-${serial++}` });
  const said = (r) => { equal(r.status, 409, readable(r.text).slice(0, 300)); return /id="instead">([\s\S]*?)<\/div>/.exec(r.text)[1]; };
  equal((await api('POST', 'slot', { visit: await visitOf(today), day, part: 'morning', space: other.id })).status, 201);
  const alone = said(await asks({ 'slot._lines': '1' }));
  match(readable(alone), /après-midi/);
  const beside = said(await asks({ 'slot._lines': '2', ...line(1, 'afternoon', one.id) }));
  ok(beside.match(/<button/g).length > 0 && !/>Moment : après-midi(, [^J]*)?<\/button>/.test(beside.replaceAll('\u00a0', ' ')), beside);
});

await test('one class is not taken twice on one half-day, by the page, by hand or elsewhere, but with a reason', async () => {
  const who = server.stranger();
  const at = half(lab.id, '2025-06-19', 'morning'), form = await who.form(at);
  const asks = (more) => who.submit(form, { ...typed, pupils: '18', _key: `twice-${serial++}`, ...more });
  equal((await asks({ class_label: '2nde 3', email: 'deux@demo.example' })).status, 303);
  const again = await asks({ class_label: '2NDE  3', email: 'autre@demo.example' });
  equal(again.status, 422, readable(again.text).slice(0, 300));
  match(readable(again.text), /déjà une demande pour cette demi-journée/);
  const [other] = others(again);
  ok(other && !others(again).some((o) => o.startsWith('2025-06-19.morning')), others(again).join(' '));
  equal((await who.submit(forms(again.text).find((f) => f.fields.some(([n]) => n === 'asker')), { autre: other })).status, 303);
  equal((await rows('/accueils')).filter((v) => /^2nde/i.test(v.class_label)).length, 2, 'then, and on the half-day that was offered');
  const v = JSON.parse((await api('POST', 'visit', { title: 'Ailleurs', lab: labs[2].id, school: school.id, class_label: '2nde 1, 2nde 3',
    kind: 'workshop', place: 'inside', year: '2024-2025', asked: today })).text);
  const [far] = (await rows('/espaces')).filter((s) => s.lab === labs[2].id && s.within === null);
  const twice = await slot(v.id, '2025-06-19', 'morning', far.id);
  equal(twice.status, 422, twice.text);
  match(twice.text, /déjà accueillie, ou attendue/);
  equal((await slot(v.id, '2025-06-19', 'morning', far.id, { override: 'La moitié de la classe' })).status, 201);
  equal((await asks({ class_label: '2nde 4', email: 'trois@demo.example' })).status, 303);
});

await test('in a laboratory where she does not receive a coordinator asks, and does not confirm', async () => {
  const who = await server.as('coordinator');
  const me = (await rows('/personnes')).find((p) => p.email === 'coordinator@demo.example');
  const mine = (await rows('/etablissements')).find((s) => s.bassin === me.area);
  const far = labs.find((l) => l.bassin !== me.area), near = labs.find((l) => l.bassin === me.area);
  const asked = async (l) => JSON.parse((await api('POST', 'visit', { title: `Chez ${l.name}`, lab: l.id, school: mine.id, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today })).text).id;
  const refused = await post(who, `/accueils/${await asked(far)}/etapes/confirm`);
  equal(refused.status, 409);
  match(readable(refused.text), /ne recevez pas dans ce laboratoire/);
  equal((await post(who, `/accueils/${await asked(near)}/etapes/confirm`)).status, 303);
  const series = async (l) => JSON.parse((await api('POST', 'series', { title: 'Série', lab: l.id, school: mine.id, kind: 'workshop',
    starts: '2025-06-23', ends: '2025-06-24', part: 'morning', week: 'every' })).text).id;
  const books = async (l) => {
    const form = await who.form(`/series/${await series(l)}`, '/reserver');
    return who.submit(form, {});
  };
  const no = await books(far);
  equal(no.status, 422);
  match(readable(no.text), /ne recevez pas dans ce laboratoire/);
  equal((await books(near)).status, 303);
});

await test('the form of an accueil by telephone begins with what is mostly so, and with one half-day', async () => {
  const form = await admin.form('/accueils/nouveau', '/accueils');
  const begun = Object.fromEntries(form.fields);
  deepEqual([begun.year, begun.asked, begun.place, begun['slot._lines']], ['2024-2025', today, 'inside', '1']);
  ok(form.controls.some((c) => c.name === 'slot.0.day'));
  const count = (await rows('/demi-journees')).length;
  const left = await admin.submit(form, { title: 'Sans demi-journée', lab: lab.name, kind: 'workshop' });
  equal(left.status, 303, readable(left.text).slice(0, 400));
  equal((await rows('/demi-journees')).length, count, 'a line left empty is none');
});

await test('what already took place is entered by one form: confirmed and held by it, where nothing is left to be said', async () => {
  const figure = async () => JSON.parse((await admin.get('/chiffres.json?annee=2024-2025')).text).find((f) => f.id === 'network.people').value;
  const enters = async (who, more) => who.submit(await who.form('/accueils/nouveau', '/accueils'), { lab: lab.name, kind: 'workshop', school: school.uai,
    class_label: 'CM2 Passé', asker: 'Au téléphone', email: 'passe@demo.example', present_pupils: '23', 'slot.0.day': '2025-03-03', 'slot.0.part': 'morning', ...more });
  const stateOf = async (r) => {
    equal(r.status, 303, readable(r.text).slice(0, 500));
    return JSON.parse((await api('GET', `visit/${r.location.split('/').pop()}`)).text).state;
  };
  const before = await figure();
  const done = await enters(admin);
  equal(await stateOf(done), 'held');
  equal(await figure(), before + 23);
  const id = done.location.split('/').pop();
  equal(query(folder, `SELECT what FROM core_journal WHERE entity = 'network_visit' AND row_id = ${id} ORDER BY id`), 'confirm\nhold');
  equal(query(folder, `SELECT count(*) FROM network_visit_classes WHERE row_id = ${id}`), '1', 'its class joined');
  equal(query(folder, "SELECT levels FROM directory_class WHERE label = 'CM2 Passé'"), 'CM2');
  equal(query(folder, "SELECT count(*) FROM core_mail WHERE address = 'passe@demo.example'"), '0', 'nobody is told that they may come');
  const come = await enters(admin, { 'slot.0.day': '2025-05-19', class_label: '' });
  equal(await stateOf(come), 'asked', 'to come');
  const nobody = await enters(admin, { 'slot.0.day': '2025-03-04', class_label: '', present_pupils: '' });
  equal(await stateOf(nobody), 'asked', 'nobody is counted');
  const unsure = await enters(admin, { 'slot.0.day': '2025-03-06', class_label: 'CM2 Passée' });
  equal(await stateOf(unsure), 'asked', 'which class is meant?');
  equal((await enters(admin, { 'slot.0.day': '2025-03-09', class_label: '' })).status, 422, 'a Sunday');
  const me = (await rows('/personnes')).find((p) => p.email === 'coordinator@demo.example'), who = await server.as('coordinator');
  const mine = (await rows('/etablissements')).find((s) => s.bassin === me.area), entered = {};
  for (const [l, state, day] of [[labs.find((o) => o.bassin !== me.area), 'asked', '2025-03-10'], [labs.find((o) => o.bassin === me.area), 'held', '2025-03-11']])
    equal(await stateOf(entered[state] = await enters(who, { lab: l.name, school: mine.uai, class_label: '', 'slot.0.day': day })), state, l.name);
  // What stays asked for though it is past says why, and what is to be done.
  const page = async (r, person = admin) => readable((await person.get(r.location)).text);
  const past = /est passée sans qu’il ait été confirmé. S’il a eu lieu, confirmez-le/;
  match(await page(nobody), past);
  ok(!/effectif présent d’abord|Indiquez d’abord/.test(await page(nobody)));
  match(await page(unsure), past);
  match(await page(unsure), /Dites d’abord de quelle classe/);
  match(await page(entered.asked, who), /sans que le laboratoire l’ait confirmé : téléphonez-lui/);
  for (const r of [come, done]) ok(!/passée sans/.test(await page(r)), r.location);
});

await test('who names no room is given the smallest that holds who comes; where none is free, another half-day is offered', async () => {
  const by = [...rooms].sort((a, b) => a.capacity - b.capacity);
  const books = async (pupils, more = {}) => admin.submit(await admin.form('/accueils/nouveau', '/accueils'), { lab: lab.name, kind: 'workshop',
    pupils: String(pupils), 'slot.0.day': '2025-05-06', 'slot.0.part': 'morning', ...more });
  const spaceOf = async (r) => {
    equal(r.status, 303, readable(r.text).slice(0, 500));
    return (await rows('/demi-journees')).find((s) => s.visit === Number(r.location.split('/').pop())).space;
  };
  equal(await spaceOf(await books(by[0].capacity - 2)), by[0].id);
  equal(await spaceOf(await books(by[0].capacity - 2)), by[1].id, 'the next');
  const full = await books(10);
  equal(full.status, 422);
  match(readable(full.text), /Aucune salle n’est libre alors.*Libre à la place/s);
  equal(await spaceOf(await books(by[0].capacity + 1, { 'slot.0.part': 'afternoon' })), by[1].id, 'by their number');
  const v = await visitOf(today);
  const made = JSON.parse((await api('POST', 'slot', { visit: v, day: '2025-05-15', part: 'morning' })).text);
  equal((await rows('/demi-journees')).find((s) => s.id === made.id).space, by[0].id, 'by the API too');
});

await test('a visit\'s page tells what was filled in; of one that took place also whose number nobody knows', async () => {
  const facts = async (id) => readable(/<dl class="facts">[\s\S]*?<\/dl>/.exec((await admin.get(`/accueils/${id}`)).text)[0]);
  const id = await visitOf(today);
  ok(!/inconnu/.test(await facts(id)), await facts(id));
  equal((await slot(id, '2025-03-10', 'morning')).status, 201);
  equal((await api('POST', `visit/${id}/etapes/confirm`)).status, 200);
  equal((await admin.submit(await admin.form(`/accueils/${id}`, '/etapes/hold'), { present_pupils: '12' })).status, 303);
  match(await facts(id), /Élèves présents 12.*Parents présents inconnu/s);
});

await test('what is rare is folded away until it holds something; her own laboratories stand first', async () => {
  const who = await server.as('coordinator');
  const me = (await rows('/personnes')).find((p) => p.email === 'coordinator@demo.example');
  const own = labs.filter((l) => l.bassin === me.area), page = (await who.get('/accueils/nouveau')).text;
  const folds = (text) => [...text.matchAll(/<details class="rare"( open)?>([\s\S]*?)<\/details>/g)].map(([, open, inside]) =>
    [Boolean(open), [...inside.matchAll(/ name="([^"]+)"/g)].map((m) => m[1])]);
  const shut = folds(page);
  deepEqual(shut.map(([open]) => open), [false, false], 'of the half-day, and of the accueil');
  for (const name of ['year', 'asked', 'place', 'present_pupils', 'head_email', 'classes']) ok(shut[1][1].includes(name), name);
  ok(shut[0][1].includes('slot.0.override'));
  ok(!/name="(review|outing)\._lines"/.test(page), 'nothing is said of it before it is there');
  const form = forms(page).find((f) => f.action.endsWith('/accueils'));
  const usual = form.controls.filter((c) => c.type !== 'hidden' && !shut.some(([, names]) => names.includes(c.name)));
  ok(usual.length <= 15, usual.map((c) => c.name).join(' '));
  const order = form.controls.find((c) => c.name === 'lab').options.map((o) => Number(o.value)).filter(Boolean);
  deepEqual(order.slice(0, own.length).sort(), own.map((l) => l.id).sort());
  equal(order.length, labs.length);
  match(page, /<optgroup label="Dans votre périmètre">/);
  const opens = async (typed_) => folds((await who.submit(form, { ...typed_, _key: `fold-${serial++}` })).text).at(-1)[0];
  equal(await opens({ title: '' }), false);
  equal(await opens({ teachers: '2' }), true, 'a value');
  equal(await opens({ asked: 'hier' }), true, 'a fault');
  const kept = (await rows('/accueils')).find((v) => v.teachers > 0);
  equal(folds((await admin.get(`/accueils/${kept.id}/modifier`)).text).at(-1)[0], true);
});

await test('a half-day of the next school year opens the form with that year; typed by hand it is told what to correct', async () => {
  const path = links((await admin.get(`/laboratoires/${lab.id}/calendrier?jour=2025-09-16`)).text).find((l) => /accueils\/nouveau\?.*2025-09-16/.test(l));
  const next = await admin.submit(await admin.form(path, '/accueils'), { kind: 'workshop' });
  equal(next.status, 303, readable(next.text).slice(0, 500));
  equal(JSON.parse((await api('GET', `visit/${next.location.split('/').pop()}`)).text).year, '2025-2026');
  const typed_ = await admin.submit(await admin.form('/accueils/nouveau', '/accueils'), { lab: lab.name, kind: 'workshop', 'slot.0.day': '2025-09-16', 'slot.0.part': 'morning' });
  equal(typed_.status, 422);
  match(readable(typed_.text), /ou « Année scolaire », sous « Plus de détails »/);
});

await test('a free half-day of her own calendar opens her form, with it filled in; elsewhere it is asked for', async () => {
  const who = await server.as('coordinator');
  const me = (await rows('/personnes')).find((p) => p.email === 'coordinator@demo.example');
  const own = labs.find((l) => l.bassin === me.area), far = labs.find((l) => l.bassin !== me.area);
  const spaces = (await rows('/espaces')).filter((s) => s.lab === own.id && s.within === null).sort((a, b) => a.id - b.id);
  const of = async (person, path) => links((await person.get(path)).text).filter((l) => /jour=[^&]+&moment=|accueils\/nouveau\?/.test(l));
  for (const path of ['', '/calendrier?jour=2025-06-02', '/calendrier?jour=2025-06-02&forme=tableau', '/calendrier?vue=jour&jour=2025-06-02']) {
    const mine = await of(who, `/laboratoires/${own.id}${path || '?mois=2025-06'}`);
    ok(mine.length > 0 && mine.every((l) => l.startsWith(`/accueils/nouveau?lab=${own.id}&slot.0.day=`)), `${path} ${mine[0]}`);
    const theirs = await of(server.stranger(), `/laboratoires/${own.id}${path || '?mois=2025-06'}`);
    ok(theirs.length > 0 && theirs.every((l) => l.includes('/demande?jour=')), path);
  }
  ok((await of(who, `/laboratoires/${far.id}/calendrier?jour=2025-06-02`)).every((l) => l.includes('/demande?jour=')));
  const network = await of(who, '/laboratoires/calendrier?jour=2025-06-02');
  ok(network.some((l) => l.includes(`nouveau?lab=${own.id}&`)) && network.some((l) => l.includes(`/${far.id}/demande`)));
  // Who receives takes who telephones today; others are to telephone.
  for (const path of [`?mois=${today.slice(0, 7)}`, `/calendrier?jour=${today}`]) {
    const has = async (reader) => (await of(reader, `/laboratoires/${own.id}${path}`)).some((l) => l.includes(`=${today}&`));
    deepEqual([await has(who), await has(server.stranger())], [true, false], path);
  }
  const day = (await of(who, `/laboratoires/${own.id}/calendrier?vue=jour&jour=2025-07-01`))[0];
  const form = await who.form(day, '/accueils'), begun = Object.fromEntries(form.fields);
  deepEqual([begun.lab, begun['slot.0.day'], begun['slot.0.part'], begun['slot.0.space']],
    [String(own.id), '2025-07-01', 'morning', String(spaces[0].id)]);
  equal((await who.submit(form, { title: 'Au téléphone', kind: 'workshop' })).status, 303);
  // An address says what its reader could have typed, and no more.
  const host = await server.as('host'), out = (await rows('/personnes')).find((p) => p.email === 'expert@demo.example');
  const typed_ = Object.fromEntries((await host.form(`/accueils/nouveau?person=${out.id}&year=hier&pupils=24`, '/accueils')).fields);
  deepEqual([typed_.person, typed_.year, typed_.pupils], ['', '2024-2025', '24']);
});

await test('a half-day\'s space is offered and found among those of the laboratory chosen', async () => {
  const who = await server.as('coordinator');
  const me = (await rows('/personnes')).find((p) => p.email === 'coordinator@demo.example');
  const lab = labs.find((l) => l.bassin === me.area);
  const spaces = (await rows('/espaces')).filter((s) => s.lab === lab.id), rooms = spaces.filter((s) => s.within === null);
  const offered = (page, name) => page.controls.filter((c) => c.name === name).length
    && [...page.text.matchAll(new RegExp(`<select[^>]*name="${name}".*?</select>`, 'gs'))].flatMap((m) => [...m[0].matchAll(/value="(\d+)"/g)].map((o) => Number(o[1])));
  const theirs = { title: 'Au téléphone', lab: lab.name, kind: 'workshop', place: 'inside', year: '2024-2025', asked: today };
  const form = await who.form('/accueils/nouveau', '/accueils');
  const more = await who.submit(form, { ...theirs, 'slot._lines': '0', _more: 'slot' });
  const shown = { text: more.text, controls: [{ name: 'slot.0.space' }] };
  deepEqual(offered(shown, 'slot.0.space').sort(), spaces.map((s) => s.id).sort(), readable(more.text).slice(0, 600));
  const made = await who.submit(form, { ...theirs, 'slot._lines': '1', 'slot.0.day': '2025-07-04', 'slot.0.part': 'morning',
    'slot.0.space': rooms[1].name, _key: 'by-name' });
  equal(made.status, 303, readable(made.text).slice(0, 900));
  const [kept] = (await rows('/demi-journees')).filter((s) => s.day === '2025-07-04');
  equal(kept.space, rooms[1].id);
  const stands = await who.get(`/demi-journees/${kept.id}/modifier`);
  deepEqual(offered({ text: stands.text, controls: [{ name: 'space' }] }, 'space').sort(), spaces.map((s) => s.id).sort());
});

await test('who comes fits into a class and into the room, wherever it is written; nobody present is not held', async () => {
  const year = '2024-2025', large = rooms.find((s) => s.capacity === 36), small = rooms.find((s) => s.capacity === 20);
  const make = (more) => api('POST', 'visit', { title: 'Combien', lab: lab.id, kind: 'workshop', place: 'inside', year, asked: today, ...more });
  for (const more of [{ pupils: 0 }, { pupils: 400, class_label: '5e B' }, { pupils: 97, class_label: '5e A, 5e B' },
    { present_pupils: 49, class_label: '5e B' }]) {
    const r = await make({ school: school.id, ...more });
    equal(r.status, 422, `${JSON.stringify(more)} ${r.text}`);
  }
  equal((await make({ pupils: 400, kind: 'fair', class_label: '5e B' })).status, 201, 'a fair');
  equal((await make({ pupils: 96, class_label: '5e A et 5e B' })).status, 201, 'two classes');
  const v = JSON.parse((await make({ pupils: 24 })).text).id;
  const refused = await slot(v, '2025-07-03', 'morning', small.id);
  equal(refused.status, 422, refused.text);
  match(refused.text, /moins de places/);
  const kept = await slot(v, '2025-07-03', 'morning', large.id);
  equal(kept.status, 201, kept.text);
  const more = await api('PATCH', `visit/${v}`, { pupils: 37 });
  equal(more.status, 422, more.text);
  match(more.text, /pas assez de places/);
  equal((await slot(v, '2025-07-03', 'afternoon', small.id, { override: 'Deux groupes tour à tour' })).status, 201);
  for (const pupils of [0, 400]) {
    const r = await api('POST', 'series', { title: 'Combien', lab: lab.id, kind: 'workshop', starts: '2025-04-01', ends: '2025-05-01',
      part: 'morning', week: 'every', pupils });
    equal(r.status, 422, r.text);
  }
  // On a day that is over: nobody present, and too many of a class.
  query(folder, `UPDATE network_slot SET day = ${Math.floor(Date.parse('2025-03-10') / 86400000)} WHERE visit = ${v} AND part = 'morning'`);
  query(folder, `DELETE FROM network_slot WHERE visit = ${v} AND part = 'afternoon'`);
  equal((await api('POST', `visit/${v}/etapes/confirm`)).status < 300, true);
  // Who came is typed beside the button.
  const form = await admin.form(`/accueils/${v}`, '/etapes/hold');
  ok(form.controls.filter((k) => /^present_/.test(k.name)).length === 4, form.controls.map((k) => k.name).join());
  for (const [present_pupils, status, say] of [['', 409, /effectif présent/], ['100000', 422, /ne peut pas dépasser 400/], ['x', 422, /nombre/]]) {
    const r = await admin.submit(form, { present_pupils, _key: `came-${present_pupils}` });
    equal(r.status, status, readable(r.text).slice(0, 300));
    match(readable(r.text), say);
  }
  equal(query(folder, `SELECT state, present_pupils FROM network_visit WHERE id = ${v}`), 'confirmed|');
  equal((await admin.submit(form, { present_pupils: '22', present_teachers: '2', _key: 'came-22' })).status, 303);
  equal(query(folder, `SELECT state, present_pupils, present_teachers FROM network_visit WHERE id = ${v}`), 'held|22|2');
  equal((await api('POST', `visit/${v}/etapes/correct`, { reason: 'Recompté' })).status, 200);
  for (const [present_pupils, say] of [[0, /effectif présent/], [23, null]]) {
    if (!present_pupils) equal((await api('PATCH', `visit/${v}`, { present_teachers: 0 })).status, 200);
    equal((await api('PATCH', `visit/${v}`, { present_pupils })).status, 200);
    const r = await api('POST', `visit/${v}/etapes/hold`);
    equal(r.status, say ? 409 : 200, r.text);
    if (say) match(r.text, say);
  }
  equal((await api('PATCH', `visit/${v}`, { present_pupils: 0 })).status, 422);
});

await test('no two holds of one thing overlap', async () => {
  const found = query(folder, `SELECT count(*) FROM booking_hold a JOIN booking_hold b
    ON a.kind = b.kind AND a.thing = b.thing AND a.id < b.id AND a.starts < b.until AND b.starts < a.until
    WHERE a.why <> 'override' AND b.why <> 'override'`);
  equal(Number(found), 0);
  ok((await holds()).length > 10);
});

// The closed year is the brochure's by its records; here are their bounds.
await test('the demonstration contradicts itself nowhere: levels, days, who was never received', async () => {
  const fresh = copy(), none = (text, why) => equal(query(fresh, text), '0', why);
  const day = Math.floor(Date.parse(today) / 86400000);
  none("SELECT count(*) FROM network_visit WHERE title LIKE '%, PS%' AND title LIKE '%virtuelle%'", 'a nursery class in virtual reality');
  ok(Number(query(fresh, "SELECT count(*) FROM network_visit WHERE title LIKE '%, PS%'")) > 5, 'no nursery class at all');
  none(`SELECT count(*) FROM network_visit WHERE asked > ${day}`, 'asked in the future');
  none("SELECT count(*) FROM network_tour WHERE (starts + 3) % 7 > 4", 'a tour leaves on a day without school');
  none("SELECT count(*) FROM network_waiting w WHERE w.why LIKE '%jamais%' AND EXISTS (SELECT 1 FROM network_visit v"
    + " WHERE v.school = w.school AND v.state = 'held')", 'served, and never received');
  none("SELECT count(*) FROM network_waiting w JOIN directory_school e ON e.id = w.school WHERE"
    + " (e.kind IN ('maternelle', 'elementaire', 'primaire')) <> (w.class_label LIKE 'C%') AND w.class_label IS NOT NULL", 'a class of another kind of school');
  drop(fresh);
});
await test('the demonstration\'s closed year is plausible, row by row', async () => {
  const number = (sql) => Number(query(folder, sql));
  const year = 2023, held = "v.year = 2023 AND v.state = 'held'";
  equal(number(`SELECT count(*) FROM network_visit v WHERE ${held} AND v.kind <> 'fair'
    AND v.present_pupils > 35`), 0, 'a class of more than 35');
  equal(number(`SELECT count(*) FROM network_visit v JOIN network_visit_classes k ON k.row_id = v.id
    WHERE ${held} AND v.present_pupils < 1`), 0, 'a class of nobody');
  equal(number(`SELECT count(*) FROM network_visit v WHERE ${held} AND coalesce(v.present_pupils, 0)
    + coalesce(v.present_teachers, 0) + coalesce(v.present_parents, 0)
    + coalesce(v.present_others, 0) NOT BETWEEN 1 AND 400`), 0, 'more than 400, or nobody');
  equal(number(`SELECT count(*) FROM network_visit v WHERE ${held} AND NOT EXISTS
    (SELECT 1 FROM network_slot s WHERE s.visit = v.id)`), 0, 'a visit without a half-day');
  equal(number(`SELECT count(*) FROM (SELECT l.id FROM network_lab l LEFT JOIN network_visit v
    ON v.lab = l.id AND ${held} AND v.place = 'inside' LEFT JOIN network_slot s ON s.visit = v.id
    GROUP BY l.id HAVING count(s.id) NOT BETWEEN 150 AND 420) x`), 0, '150 to 420 half-days a laboratory');
  equal(number(`SELECT count(*) FROM network_slot s JOIN network_visit v ON v.id = s.visit
    JOIN network_lab l ON l.id = v.lab JOIN directory_area b ON b.id = l.bassin
    JOIN booking_closure k ON s.day BETWEEN k.starts AND k.ends AND (k.zone IS NULL OR k.zone = l.zone)
    AND (k.area IS NULL OR k.area = b.parent) WHERE v.year = ${year}`), 0, 'a closed day');
  equal(number(`SELECT count(DISTINCT k.target_id) FROM network_visit_classes k JOIN network_visit v
    ON v.id = k.row_id JOIN directory_class c ON c.id = k.target_id
    WHERE ${held} AND c.headcount >= v.present_pupils`), 363, 'classes, none larger than it is');
  ok(number(`SELECT count(*) FROM booking_closure k JOIN directory_area a ON a.id = k.area
    WHERE a.code = '057' AND k.name = 'Vendredi saint'`) > 0, 'Moselle has its own');
  const told = JSON.parse(essaim('figures', '--year', '2023-2024', '--format', 'json', '--data', folder));
  for (const [id, value] of Object.entries({ labs: 16, bassins: 11, people: 35367, classes: 363,
    halfdays_outside: 242, halfdays_hosted: 4469, trainings_hosted: 41 }))
    equal(told.find((f) => f.id === `network.${id}`).value, value, id);
});

await test('what is closed after it was asked for is neither confirmed nor left unseen', async () => {
  const at = labs.find((l) => l.id !== lab.id && l.school), year = '2024-2025';
  const space = (await rows('/espaces')).find((s) => s.lab === at.id && s.within === null).id;
  const asks = async (title) => {
    const r = await api('POST', 'visit', { title, lab: at.id, kind: 'workshop', place: 'inside', year, asked: today, school: school.id,
      pupils: 12 });
    equal(r.status, 201, r.text);
    return JSON.parse(r.text).id;
  };
  const half_ = async (visit, day, more) => equal((await api('POST', 'slot', { visit, day, part: 'morning', space, ...more })).status, 201, day);
  const confirm = async (visit) => {
    const r = await api('POST', `visit/${visit}/etapes/confirm`, {});
    return [r.status, r.status < 300 ? '' : JSON.parse(r.text).errors.map((e) => e.code).join()].join(' ').trim();
  };
  const one = await asks('Le jour ferme'), other = await asks('Malgré tout');
  await half_(one, '2025-06-24');
  await half_(other, '2025-06-26', { override: 'la clé est chez le voisin' });
  const lives = JSON.parse((await api('GET', `lab/${at.id}`)).text);
  const shut = await api('PATCH', `lab/${at.id}`, { closed: '2025-06-01', version: lives.version });
  equal(shut.status, 422, shut.text);
  match(shut.text, /Quelqu’un est attendu après cette date/);
  for (const day of ['2025-06-24', '2025-06-26'])
    equal((await api('POST', 'closure', { name: `Férié ${day}`, kind: 'public', area: at.bassin, starts: day, ends: day })).status, 201);
  equal(await confirm(one), '409 network_visit.shut_out');
  const shown = async () => Number(/(\d+) accueils? attendus? un jour fermé/.exec(readable((await admin.get('/')).text))?.[1] ?? 0);
  const all = await shown();
  ok(all > 0);
  equal(await confirm(other), '200', 'it is told why it is kept');
  equal((await api('POST', `visit/${one}/etapes/cancel`, { reason: 'Jour férié' })).status, 200);
  equal(await shown(), all - 1);
});
await test('a class of another year is not counted in this one', async () => {
  const of = async (year) => {
    const r = await api('POST', 'class', { school: school.id, kind: 'class', year, label: `Millésime ${year}` });
    equal(r.status, 201, r.text);
    return JSON.parse(r.text).id;
  };
  for (const [year, status] of [['2023-2024', 409], ['2024-2025', 200]]) {
    const r = await api('POST', 'visit', { title: `Classe de ${year}`, lab: lab.id, kind: 'workshop', place: 'outside', year: '2024-2025',
      asked: today, school: school.id, pupils: 12, classes: [await of(year)] });
    equal(r.status, 201, r.text);
    const { id } = JSON.parse(r.text);
    equal((await api('POST', 'slot', { visit: id, day: '2025-06-23', part: 'morning' })).status, 201);
    const c = await api('POST', `visit/${id}/etapes/confirm`, {});
    equal(c.status, status, c.text);
    if (status === 409) match(c.text, /class_of_another_year/);
  }
});

await server.stop();
drop(folder);
