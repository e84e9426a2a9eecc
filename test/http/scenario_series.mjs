// An accueil that comes back each week: planned in one form, booked all or
// nothing, moved and cancelled date by date; another's booking is never touched.
import { test, apiOf, equal, ok, match, serve, copy, drop, forms, readable, query, today, deepEqual, onPostgres } from './lib.mjs';

const folder = copy();
const server = await serve({ data: folder });
const admin = await server.as('admin');
const rows = async (path) => JSON.parse((await admin.get(`${path}.json`)).text);
const api = apiOf(server);
const labs = await rows('/laboratoires');
const lab = labs.find((l) => l.name.includes('Remiremont'));
const rooms = (await rows('/espaces')).filter((s) => s.lab === lab.id && s.within === null);
const number = (sql) => Number(query(folder, sql));

async function plan(changes) {
  const form = await admin.form('/series/nouveau', '/series');
  const r = await admin.submit(form, { title: 'Club', lab: lab.name, kind: 'workshop',
    starts: '2025-04-01', ends: '2025-06-24', part: 'morning', week: 'every', pupils: '12', ...changes });
  equal(r.status, 303, readable(r.text).slice(0, 600));
  return r.location;
}
// The ticks of a page: value, and whether they are set.
const ticks = (form) => form.controls.filter((c) => c.name === 'keep');
const bookForm = async (path) => admin.form(path, '/reserver');
const chosen = (form) => form.fields.filter(([n]) => n === 'keep').map(([, v]) => v);
const post = (form, keep, more = []) => admin.post(form.action,
  [...form.fields.filter(([n]) => n !== 'keep' && !more.some(([m]) => m === n)), ...keep.map((v) => ['keep', v]), ...more]);
const dates = (path) => query(folder, `SELECT s.day, s.part, s.space, v.state FROM network_visit v JOIN network_slot s
  ON s.visit = v.id WHERE v.series = ${path.split('/').at(-1)} ORDER BY s.day, s.id`).split('\n').filter(Boolean)
  .map((l) => { const [day, part, space, state] = l.split('|'); return { day: Number(day), part, space: Number(space), state }; });
const iso = (day) => new Date(day * 86400000).toISOString().slice(0, 10);
async function block(day, part, space) {
  const v = JSON.parse((await api('POST', 'visit', { title: 'Déjà là', lab: lab.id, kind: 'workshop',
    place: 'inside', year: '2024-2025', asked: today })).text);
  const s = await api('POST', 'slot', { visit: v.id, day, part, space });
  equal(s.status, 201, s.text);
  return v.id;
}
const whole = () => query(folder, `SELECT v.id, v.title, v.state, v.version, s.id, s.day, s.part, s.space, s.version
  FROM network_visit v LEFT JOIN network_slot s ON s.visit = v.id WHERE v.series IS NULL ORDER BY v.id, s.id`);

await test('a weekly series: a preview with holidays and what is taken, then all its free dates at once', async () => {
  const theirs = await block('2025-05-06', 'morning', rooms[0].id);
  const path = await plan({ title: 'Club du mardi', space: String(rooms[0].id) });
  equal(dates(path).length, 0, 'nothing is booked by planning');
  const before = whole();
  const page = await admin.get(path);
  const text = readable(page.text);
  match(text, /Vacances de printemps/);
  ok(page.text.includes(`href="/accueils/${theirs}"`), 'who has it');
  match(text, /À la place/);
  const form = await bookForm(path);
  ok(ticks(form).length > chosen(form).length, 'alternatives are there, and not ticked');
  ok(!chosen(form).some((v) => v.startsWith('2025-05-06')), 'what is taken is not ticked');
  const other = ticks(form).map((c) => c.value).find((v) => v.startsWith('2025-05-06'));
  equal(other?.split('.')[2], String(rooms[1].id), 'the same half-day, in the other room');
  const r = await post(form, chosen(form));
  equal(r.status, 303, readable(r.text).slice(0, 400));
  const got = dates(path);
  equal(got.length, chosen(form).length);
  ok(got.every((d) => d.part === 'morning' && new Date(d.day * 86400000).getUTCDay() === 2 && d.space === rooms[0].id));
  equal(number(`SELECT count(*) FROM booking_closure k JOIN network_slot s ON s.day BETWEEN k.starts AND k.ends
    JOIN network_visit v ON v.id = s.visit WHERE v.series = ${path.split('/').at(-1)} AND k.area IS NULL
    AND (k.zone IS NULL OR k.zone = 'b')`), 0, 'none on a closed day');
  equal(whole(), before, 'nobody else is touched');
  // The date that was left out may be added, elsewhere.
  const more = await bookForm(path);
  equal(chosen(more).length, 0, 'nothing is ticked by itself any more');
  equal((await post(more, [ticks(more).map((c) => c.value).find((v) => v.startsWith('2025-05-06'))])).status, 303);
  equal(dates(path).find((d) => iso(d.day) === '2025-05-06').space, rooms[1].id);
});

await test('over the whole school year each date is on its day and half-day, on both sides of both changes of the clock', async () => {
  const path = await plan({ title: 'Toute l’année', starts: '2024-09-05', ends: '2025-06-26', part: 'afternoon' });
  const form = await bookForm(path);
  equal((await post(form, chosen(form))).status, 303);
  const got = dates(path);
  ok(got.length > 20, `${got.length} dates`);
  ok(got.every((d) => d.part === 'afternoon' && new Date(d.day * 86400000).getUTCDay() === 4));
  const days = got.map((d) => iso(d.day));
  for (const [before, after] of [['2024-10-17', '2024-11-07'], ['2025-03-27', '2025-04-03']])
    ok(days.includes(before) && days.includes(after), `${before} ${after}: ${days.join(' ')}`);
  const shown = readable((await admin.get(path)).text);
  match(shown, /jeudi 27 mars 2025, après-midi/);
  match(shown, /jeudi 3 avril 2025, après-midi/);
});

await test('weeks A and B', async () => {
  const path = await plan({ title: 'Semaines A', week: 'a', starts: '2025-03-28', ends: '2025-06-20' });
  const form = await bookForm(path);
  const days = chosen(form).map((v) => v.slice(0, 10));
  // 28 March is of week 13; 4 April of week 14, which is B.
  ok(days.includes('2025-03-28') && !days.includes('2025-04-04'), days.join(' '));
  equal((await post(form, chosen(form))).status, 303);
});

await test('somebody is faster: nothing at all is booked, and another half-day is offered', async () => {
  const path = await plan({ title: 'Trop tard', starts: '2025-05-12', ends: '2025-06-16', part: 'afternoon',
    space: String(rooms[1].id) });
  const form = await bookForm(path);
  ok(chosen(form).length > 3);
  await block('2025-05-26', 'afternoon', rooms[1].id);
  const r = await post(form, chosen(form));
  equal(r.status, 409);
  match(readable(r.text), /rien n’est fait/);
  match(readable(r.text), /À la place/);
  equal(dates(path).length, 0, 'half a series');
  const again = forms(r.text).find((f) => f.action.endsWith('/reserver'));
  equal(chosen(again).length, chosen(form).length - 1, 'what was ticked and is free still is');
  equal((await post(again, chosen(again))).status, 303);
});

await test('nonsense is refused in words', async () => {
  const path = await plan({ title: 'Rien' });
  const form = await bookForm(path);
  equal((await post(form, [])).status, 422);
  const foreign = (await rows('/espaces')).find((s) => s.lab !== lab.id).id;
  for (const [keep, code] of [['2025-05-20.morning', 422], ['x.morning.1', 422], ['2025-05-20.night.1', 422],
    [`2025-05-20.morning.${foreign}`, 422], ['2025-05-20.morning.99999999', [404, 409, 422]],
    [`2025-04-15.morning.${rooms[0].id}`, 422], [`2026-05-20.morning.${rooms[0].id}`, 422]]) {
    const r = await post(form, [keep], [['_key', `bad-${keep}`]]);
    ok([code].flat().includes(r.status), `${keep}: ${r.status}`);
  }
  equal(dates(path).length, 0);
  const bad = await admin.form('/series/nouveau', '/series');
  const base = { title: 'Non', lab: lab.name, kind: 'workshop', part: 'morning', week: 'every' };
  for (const [days, say] of [[{ starts: '2025-05-01', ends: '2025-04-01' }, /avant la première/],
    [{ starts: '2025-05-05', ends: '2025-10-01' }, /une année scolaire/],
    [{ starts: '2025-05-04', ends: '2025-06-01' }, /dimanche/],
    [{ starts: '2025-05-05', ends: '2025-06-02', space: String(foreign) }, /autre laboratoire/]]) {
    const r = await admin.submit(bad, { ...base, ...days, _key: `bad-${days.starts}-${days.ends}` });
    equal(r.status, 422, JSON.stringify(days));
    match(readable(r.text), say);
  }
});

const change = (path, query_) => `${path}/changer?${new URLSearchParams(query_)}`;
await test('one date moves, one and those that follow, or all: the others stay, and so does everybody else', async () => {
  const path = await plan({ title: 'Se déplace', starts: '2025-05-14', ends: '2025-06-25', space: String(rooms[1].id),
    asker: 'Une enseignante', email: 'deplace@demo.example' });
  const moved = () => Number(query(folder, "SELECT count(*) FROM core_mail WHERE address = 'deplace@demo.example' AND what = 'network.mail.moved'"));
  const form = await bookForm(path);
  equal((await post(form, chosen(form))).status, 303);
  const first = dates(path);
  ok(first.length >= 5);
  const before = whole();
  const move = async (q, keep) => {
    const f = await admin.form(change(path, q), '/changer');
    return [f, await post(f, keep ? keep(f) : chosen(f))];
  };
  match(readable((await admin.get(path)).text), new RegExp('La série a lieu le mercredi, matin ; dernière date'));
  // One: the second of them, to the Friday of its week.
  const [, one] = await move({ depuis: iso(first[1].day), portee: 'une', jour: 'friday', moment: 'afternoon', espace: '' });
  equal(one.status, 303, readable(one.text).slice(0, 300));
  let now = dates(path);
  equal(now.filter((d, i) => d.day !== first[i].day || d.part !== first[i].part).length, 1);
  equal(iso(now[1].day), iso(first[1].day + 2));
  equal(now[1].part, 'afternoon');
  // The fourth and those after it.
  const [, rest] = await move({ depuis: iso(first[3].day), portee: 'suite', jour: 'thursday', moment: 'morning', espace: '' });
  equal(rest.status, 303, readable(rest.text).slice(0, 300));
  equal(moved(), 2, 'one mail for each move, however many dates');
  // The page says what the series is now, and since when; the row what was planned.
  const fr = (day) => new Date(day * 86400000).toLocaleDateString('fr-FR', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const last = dates(path).at(-1).day, since = dates(path)[3].day;
  match(readable((await admin.get(path)).text), new RegExp(`La série a lieu le jeudi, matin, à partir du ${fr(since)} \\(avant : le mercredi, matin\\) ; dernière date : jeudi ${fr(last)}\\. 3 dates à venir sont un autre jour`));
  now = dates(path);
  deepEqual(now.slice(0, 3).map((d) => d.day), [first[0].day, first[1].day + 2, first[2].day]);
  ok(now.slice(3).every((d, i) => d.day === first[i + 3].day + 1));
  // All; one of them is in another's way and stays where it is.
  await block(iso(first[0].day - 2), 'morning', rooms[1].id);
  await block(iso(first[0].day - 2), 'morning', rooms[0].id);
  const later = whole();
  const [f, all] = await move({ depuis: iso(first[0].day), portee: 'toutes', jour: 'monday', moment: 'morning', espace: '' });
  ok(readable((await admin.get(change(path, { depuis: iso(first[0].day), portee: 'toutes', jour: 'monday',
    moment: 'morning', espace: '' }))).text).includes('déjà pris'));
  ok(chosen(f).length < first.length);
  equal(all.status, 303, readable(all.text).slice(0, 300));
  now = dates(path);
  equal(now.find((d) => d.day === first[0].day)?.part, 'morning', 'what is not ticked stays');
  equal(now.filter((d) => d.part === 'morning' && new Date(d.day * 86400000).getUTCDay() === 1).length, chosen(f).length);
  equal(whole(), later);
  ok(later.startsWith(before.split('\n')[0]));
});

await test('the visit of another series, or of none, is not moved', async () => {
  const path = await plan({ title: 'À moi', starts: '2025-06-03', ends: '2025-06-24', part: 'afternoon' });
  const form = await bookForm(path);
  equal((await post(form, chosen(form))).status, 303);
  const theirs = number(`SELECT min(v.id) FROM network_visit v JOIN network_slot s ON s.visit = v.id
    WHERE v.series IS NULL AND v.state = 'confirmed' AND s.day > 20180`);
  const before = whole();
  const f = await admin.form(change(path, { depuis: '2025-06-03', portee: 'toutes', jour: 'thursday', moment: 'morning', espace: '' }), '/changer');
  const r = await post(f, [`${theirs}:2025-06-05.morning.${rooms[0].id}`]);
  ok([409, 404].includes(r.status), `${r.status}`);
  equal(whole(), before);
});

await test('cancelling one date or those that follow gives their rooms back, with the reason', async () => {
  const path = await plan({ title: 'S’arrête', starts: '2025-05-13', ends: '2025-06-24', part: 'afternoon',
    asker: 'Une enseignante', email: 'club@demo.example' });
  const form = await bookForm(path);
  equal((await post(form, chosen(form))).status, 303);
  const first = dates(path);
  const before = whole();
  const stop = async (day, portee, reason) => {
    const f = await admin.form(change(path, { depuis: iso(day) }), '/annuler');
    return admin.submit(f, { portee, reason });
  };
  equal((await stop(first[0].day, 'une', '')).status, 422, 'without a reason');
  const unsaid = await stop(first[0].day, 'zzz', 'La salle est en travaux');
  equal(unsaid.status, 422);
  match(readable(unsaid.text), /choisissez pour quelles dates/);
  equal(forms(unsaid.text).find((f) => f.action.endsWith('/annuler')).fields.find(([n]) => n === 'reason')[1],
    'La salle est en travaux', 'what was typed stays');
  equal((await stop(first[1].day, 'une', 'Sortie scolaire')).status, 303);
  deepEqual(dates(path).map((d) => d.state === 'cancelled'), first.map((d, i) => i === 1));
  equal((await stop(first[3].day, 'suite', 'Le club s’arrête')).status, 303);
  // One mail for all its dates.
  const told = (what) => query(folder, `SELECT replace(text, char(10), ' ') FROM core_mail WHERE address = 'club@demo.example'
    AND what = 'network.mail.${what}' ORDER BY uid`.replace('char(10)', onPostgres ? 'chr(10)' : 'char(10)')).split('\n').filter(Boolean);
  const booked = told('confirmed');
  equal(booked.length, 1, booked.join('\n'));
  equal(booked[0].match(/202[45], (matin|après-midi)/g).length, first.length, booked[0]);
  // A mail for the one date, and one for all the others, which names each.
  const mails = query(folder, `SELECT replace(text, char(10), ' ') FROM core_mail WHERE address = 'club@demo.example'
    AND what = 'network.mail.cancelled' ORDER BY uid`.replace('char(10)', onPostgres ? 'chr(10)' : 'char(10)')).split('\n');
  equal(mails.length, 2, mails.join('\n'));
  ok(first.length - 3 > 1);
  equal(mails[1].match(/après-midi/g).length, first.length - 3, mails[1]);
  match(mails[1], /Le club s’arrête/);
  deepEqual(dates(path).map((d) => d.state === 'cancelled'), first.map((d, i) => i === 1 || i >= 3));
  equal(number(`SELECT count(*) FROM booking_hold h JOIN network_slot s ON h.owner = 'network_slot' AND h.owner_id = s.id
    JOIN network_visit v ON v.id = s.visit WHERE v.series = ${path.split('/').at(-1)} AND v.state = 'cancelled'`), 0);
  match(readable((await admin.get(path)).text), /annulé/);
  equal(whole(), before);
});

await test('a class that is named joins its school\'s list once, whatever the number of dates', async () => {
  const school = (await rows('/etablissements')).find((s) => s.commune === 'Remiremont');
  const path = await plan({ title: 'Avec une classe', starts: '2025-05-16', ends: '2025-06-20', part: 'afternoon',
    school: school.uai, class_label: 'Club du vendredi' });
  const form = await bookForm(path);
  equal((await post(form, chosen(form))).status, 303);
  const id = path.split('/').at(-1);
  equal(number(`SELECT count(DISTINCT k.target_id) FROM network_visit_classes k JOIN network_visit v ON v.id = k.row_id
    WHERE v.series = ${id}`), 1);
  equal(number(`SELECT count(*) FROM network_visit_classes k JOIN network_visit v ON v.id = k.row_id
    WHERE v.series = ${id}`), dates(path).length);
});

await test('all of it by the API: dates, booking, one date or all moved, cancelled; whoever is refused is told what is free', async () => {
  const made = await api('POST', 'series', { title: 'Par un programme', lab: lab.id, kind: 'workshop', starts: '2025-05-07',
    ends: '2025-06-18', part: 'morning', week: 'every', space: rooms[0].id, pupils: 8 });
  equal(made.status, 201, made.text);
  const { id } = JSON.parse(made.text);
  const path = `/series/${id}`;
  const json = async (method, tail, body) => {
    const r = await api(method, `series/${id}/${tail}`, body);
    return { status: r.status, ...(r.text.startsWith('[') ? { all: JSON.parse(r.text) } : JSON.parse(r.text)), text: r.text };
  };
  const theirs = await block('2025-05-14', 'morning', rooms[0].id);
  const { all } = await json('GET', 'dates');
  const taken = all.find((d) => d.day === '2025-05-14');
  deepEqual([taken.keep, taken.space, taken.visit, taken.taken_by], [null, null, null, theirs]);
  const [other] = taken.others;
  ok(other.keep && other.space, JSON.stringify(taken));
  const keep = all.filter((d) => d.keep).map((d) => d.keep);
  ok(keep.length >= 4, `${keep}`);
  for (const [body, code] of [[{}, 422], [{ keep: [] }, 422], [{ keep: 'x' }, 422], [{ keep: [7] }, 422], [{ keep: { a: 1 } }, 422]])
    equal((await json('POST', 'reserver', body)).status, code, JSON.stringify(body));
  const late = await json('POST', 'reserver', { keep: [...keep, `2025-05-14.morning.${rooms[0].id}`] });
  equal(late.status, 409, late.text);
  const [free] = late.alternatives;
  deepEqual([free.kind, free.of.day, { ...free.of, ...free.changes }.space], ['slot', '2025-05-14', other.space], late.text);
  equal(dates(path).length, 0, 'half a series');
  const booked = await json('POST', 'reserver', { keep: [...keep, taken.others[0].keep] });
  deepEqual([booked.status, booked.id, booked.dates], [200, id, keep.length + 1], booked.text);
  equal(dates(path).length, keep.length + 1);
  // One date to the Monday of its week, then all that follow it to the Friday.
  const to = async (query_) => (await json('GET', `dates?${new URLSearchParams(query_)}`)).all;
  const one = await to({ depuis: '2025-05-21', portee: 'une', jour: 'monday', moment: 'afternoon' });
  deepEqual(one.map((d) => [d.day, d.state]), [['2025-05-19', 'confirmed']]);
  await block('2025-05-19', 'afternoon', one[0].space);
  const met = await json('POST', 'changer', { keep: [one[0].keep] });
  equal(met.status, 409, met.text);
  ok(met.alternatives.length === 1 && met.alternatives[0].of.visit === one[0].visit, met.text);
  equal((await json('POST', 'changer', { keep: (await to({ depuis: '2025-05-21', portee: 'une', jour: 'monday', moment: 'afternoon' }))
    .map((d) => d.keep ?? d.others[0].keep) })).dates, 1);
  const following = await to({ depuis: '2025-05-28', portee: 'suite', jour: 'friday', moment: 'afternoon' });
  const moved = await json('POST', 'changer', { keep: following.map((d) => d.keep ?? d.others[0]?.keep).filter(Boolean), mots: false });
  equal(moved.status, 200, moved.text);
  ok(moved.dates > 1);
  equal((await json('POST', 'annuler', { portee: 'toutes' })).status, 422, 'without a reason');
  equal((await json('POST', 'annuler', { portee: 'quelques', reason: 'Le club s’arrête.' })).status, 422);
  equal((await json('GET', 'dates?jour=someday')).status, 422);
  const stopped = await json('POST', 'annuler', { portee: 'toutes', reason: 'Le club s’arrête.' });
  deepEqual([stopped.status, stopped.dates], [200, dates(path).length], stopped.text);
  ok(dates(path).every((d) => d.state === 'cancelled'));
});

await test('of another laboratory\'s series a coordinator sees nothing, and of what is taken only that it is', async () => {
  const coordinator = await server.as('coordinator');
  const far = await plan({ title: 'Loin' });
  equal((await coordinator.get(far)).status, 404);
  equal((await coordinator.post(`${far}/reserver`, {})).status, 403);
});

await test('who has the département of a laboratory sees its series, as its visits', async () => {
  const far = await plan({ title: 'Du département' });
  const id = number(`SELECT g.id FROM auth_grant g JOIN auth_account a ON a.person = g.person
    WHERE a.email = 'coordinator@demo.example' AND g.role = 'coordinator'`);
  const before = number(`SELECT row_id FROM auth_grant WHERE id = ${id}`);
  query(folder, `UPDATE auth_grant SET row_id = (SELECT parent FROM directory_area WHERE id = ${lab.bassin}) WHERE id = ${id}`);
  const coordinator = await server.as('coordinator');
  const visit = (await rows('/accueils')).find((v) => v.lab === lab.id).id;
  equal((await coordinator.get(`/accueils/${visit}`)).status, 200);
  equal((await coordinator.get(far)).status, 200);
  query(folder, `UPDATE auth_grant SET row_id = ${before} WHERE id = ${id}`);
});

await test('sixty dates at most, and no two holds overlap after all this', async () => {
  equal(number(`SELECT count(*) FROM booking_hold a JOIN booking_hold b ON a.kind = b.kind AND a.thing = b.thing
    AND a.id < b.id AND a.starts < b.until AND b.starts < a.until WHERE a.why <> 'override' AND b.why <> 'override'`), 0);
});

await server.stop();
drop(folder);
