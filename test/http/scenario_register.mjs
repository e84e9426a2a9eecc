// The spreadsheets of earlier years: a line an accueil, made whole or not at all,
// counted in its year, taken back by its number; and files that mean no good.
import { test, apiOf, equal, deepEqual, ok, match, serve, run, readable, importEnd, importPress, importSend, query,
  today } from './lib.mjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const server = await serve();
const admin = await server.as('admin');
const db = (...sql) => query(server.folder, ...sql);
const count = (what) => Number(db(`SELECT count(*) FROM ${what}`));
const json = async (path) => JSON.parse((await admin.get(path)).text);
const schools = (await json('/etablissements.json?nature=college')).filter((s) => s.uai);
const [one] = schools;
const twins = schools.find((s) => schools.some((o) => o !== s && o.name === s.name));
const two = schools.find((s) => s !== one && !schools.some((o) => o !== s && o.name === s.name && o.commune === s.commune));
const lab = (await json('/laboratoires.json')).find((l) => /de Nancy/.test(l.name));
const rooms = (await json('/espaces.json')).filter((s) => s.lab === lab.id);
const room = rooms.find((s) => s.within === null);
const L = lab.name;

const send = (text, name = 'registre.csv', who = admin) => importSend(who, 'register', text, name);
const press = async (where, action) => {
  await importPress(admin, where, action);
  return importEnd(admin, where);
};
const checked = async (text) => {
  const r = await send(text);
  equal(r.status, 303, readable(r.text).slice(0, 400));
  return { where: r.location, ...await importEnd(admin, r.location) };
};
const written = async (text) => {
  const { where } = await checked(text);
  return { where, ...await press(where, 'application') };
};
const faults = async (where, who = admin) => readable((await who.get(where)).text).replace(/.*Ma semaine Fermer|Colonnes Pour chaque.*/g, '');
const figures = async (year) => Object.fromEntries((await json(`/chiffres.json?annee=${year}`))
  .filter((f) => f.id.startsWith('network.')).map((f) => [f.id, f.value]));
const kept = ['network_visit', 'network_slot', 'network_visit_classes', 'booking_hold', 'directory_class', 'core_journal'];
const rows = () => Object.fromEntries(kept.map((t) => [t, count(t)]));

const head = 'Date;Créneau;Laboratoire;Établissement;Ville;Classe(s);Niveau;Effectif;Accompagnateurs;Public;Type;Hors les murs;Salle;Titre;Observations';
const line = (o = {}) => [o.day ?? '15/03/2022', o.part ?? 'matin', o.lab ?? L, o.school ?? one.uai, o.town ?? '', o.classes ?? '6e B', o.level ?? '',
  o.people ?? '24', o.with ?? '2', o.public ?? '', o.kind ?? 'atelier', o.out ?? '', o.room ?? '', o.title ?? '', o.note ?? '']
  .map((c) => (/[;"\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join(';');
const file = (...lines) => [head, ...lines].join('\r\n') + '\r\n';

const before = { rows: rows(), was: await figures('2021-2022'), closed: await figures('2023-2024') };
const year = file(
  line(),
  line({ day: '17 mars 2022', part: 'Après-midi', school: two.name.toUpperCase(), town: two.commune, classes: '4A, 4B', people: '51', kind: 'co-animation' }),
  line({ day: '2022-03-18', part: 'journée', classes: '', school: '', people: '12', public: 'enseignants', kind: 'formation', with: '' }),
  line({ day: '21/03/22', part: '13h30-16h', classes: 'ULIS', people: '9', kind: 'découverte', out: 'oui', room: '' }),
  line({ day: '22/03/2022', part: 'PM', classes: '5EME B', level: '5ème', people: '25' }),
);
let where;

await test('what a file would do is told first, and nothing is written', async () => {
  const r = await checked(year);
  ({ where } = r);
  equal([r.state, r.lines, r.inserted, r.refused].join(), 'checked,5,5,0', await faults(where));
  deepEqual(rows(), before.rows);
  match(await faults(where), /Registre d’accueils/);
});

await test('« Élèves » are those who came', async () => {
  const r = await checked(`Date;Créneau;Laboratoire;Établissement;Classe(s);Élèves;Type\r\n16/03/2022;matin;${L};${one.uai};6e B;49;atelier\r\n`);
  match(await faults(r.where), /Plus de 48 élèves par classe/);
  deepEqual(rows(), before.rows);
});

await test('each line becomes an accueil that took place, with half-days, room and classes', async () => {
  const r = await press(where, 'application');
  equal([r.state, r.inserted, r.refused].join(), 'applied,5,0', await faults(where));
  const now = rows();
  equal(now.network_visit - before.rows.network_visit, 5);
  equal(now.network_slot - before.rows.network_slot, 6, 'a whole day is two half-days');
  equal(now.network_visit_classes - before.rows.network_visit_classes, 5);
  const number = where.split('/').pop();
  equal(db(`SELECT state, state_reason, present_pupils, present_teachers, year FROM network_visit WHERE lab = ${lab.id}
    AND school = ${one.id} AND asked = 19066 AND year = 2021`), `held|import ${number}|24|2|2021`);
  equal(db(`SELECT title, present_teachers FROM network_visit WHERE year = 2021 AND kind = 'training'`), 'formation|12');
  equal(count(`network_slot s JOIN network_visit v ON v.id = s.visit WHERE v.year = 2021 AND v.place = 'outside' AND s.space IS NULL`), 1);
  equal(db(`SELECT kind, headcount FROM directory_class WHERE year = 2021 AND key = 'ulis'`), 'ulis|9');
  equal(db(`SELECT levels FROM directory_class WHERE year = 2021 AND label = '5EME B'`), '5e');
  equal(db(`SELECT kind, levels FROM directory_class WHERE year = 2021 AND label IN ('4A', '4B')`), 'class|4e\nclass|4e', 'no column says it');
  equal(count(`core_journal j WHERE j.what = 'hold_late' AND j.detail LIKE '%import ${number}%'`), 5);
});

await test('they count in the figures of their year, and in no other', async () => {
  const now = await figures('2021-2022');
  const rise = (id) => now[id] - before.was[id];
  equal(rise('network.halfdays_hosted'), 5, JSON.stringify(now));
  equal(rise('network.halfdays_outside'), 1);
  equal(rise('network.classes'), 5);
  equal(rise('network.people'), 24 + 2 + 51 + 2 + 12 + 9 + 2 + 25 + 2);
  deepEqual(await figures('2023-2024'), before.closed);
});

await test('the same file again doubles nothing', async () => {
  const was = rows();
  const r = await written(year);
  equal([r.inserted, r.same, r.refused].join(), '0,5,0', await faults(r.where));
  deepEqual(rows(), was);
  // Nor does a line that stands twice in one.
  const twice = await checked(file(line({ day: '24/03/2022' }), line({ day: '24/03/2022' })));
  equal([twice.inserted, twice.repeated].join(), '1,1');
});

await test('a line that says something else of what is there is told, and changes nothing', async () => {
  const r = await checked(file(line({ people: '26' })));
  equal([r.inserted, r.refused].join(), '0,1');
  match(await faults(r.where), /déjà enregistré, avec d’autres nombres/);
  equal(count('network_visit WHERE year = 2021 AND present_pupils = 26'), 0);
  const whole = await checked(file(line({ part: 'journée' })));
  equal([whole.inserted, whole.refused].join(), '0,1', await faults(whole.where));
  match(await faults(whole.where), /d’autres demi-journées/);
});

await test('nobody’s place is touched: a room that is taken, a laboratory that is closed', async () => {
  const was = rows();
  const taken = db(`SELECT p.name FROM network_slot s JOIN network_space p ON p.id = s.space WHERE s.day = 19066 AND p.lab = ${lab.id}`);
  const full = Array.from({ length: rooms.filter((s) => s.within === null).length + 2 }, (_, i) =>
    line({ day: '29/03/2022', classes: `3e ${'ABCDEFGH'[i]}` }));
  const r = await written(file(...full,
    line({ day: '20/03/2022' }), // a Sunday
    line({ day: '15/03/2022', classes: '3e Z', room: taken, people: '20' }),
    line({ day: '30/03/2022', classes: '3e Y', room: 'Salle des fêtes' }),
    line({ day: '12/03/1995' })));
  const whole = rooms.filter((s) => s.within === null).length;
  equal(r.inserted, whole, await faults(r.where));
  const said = await faults(r.where);
  match(said, /L’espace est pris sur cette demi-journée/);
  match(said, /n’a pas d’espace de ce nom/);
  equal(rows().network_visit, was.network_visit + whole);
  equal(count(`booking_hold a JOIN booking_hold b ON b.kind = a.kind AND b.thing = a.thing AND b.id > a.id
    AND b.starts < a.until AND b.until > a.starts AND a.why <> 'override' AND b.why <> 'override'`), 0);
  await press(r.where, 'annulation');
  const back = rows();
  for (const t of kept.filter((t) => t !== 'core_journal')) equal(back[t], was[t], t);
});

await test('what a file would do to itself is told first, as the writing tells it', async () => {
  const whole = rooms.filter((s) => s.within === null);
  const named = whole.at(-1);
  const part = rooms.find((s) => s.within !== null);
  const left = part && whole.length - 1 + rooms.filter((s) => s.within === part.within).length - 1;
  const text = file(
    // One more than there are rooms, then one that comes besides, with its reason.
    ...Array.from({ length: whole.length + 1 }, (_, i) => line({ day: '03/05/2022', classes: `3e ${'ABCDEFGH'[i]}` })),
    // A room that is named, by two; in the afternoon it is free.
    line({ day: '04/05/2022', classes: '4e A', room: named.name, people: '20' }),
    line({ day: '04/05/2022', classes: '4e B', room: named.name, people: '20' }),
    line({ day: '04/05/2022', part: 'journée', classes: '4e C', room: named.name, people: '20' }),
    line({ day: '04/05/2022', part: 'après-midi', classes: '4e B', room: named.name, people: '20' }),
    // The same accueil in other words, with other numbers, over the whole day.
    line({ day: '05/05/2022', classes: '5e A' }),
    line({ day: '05/05/2022', classes: '5EME A', note: 'Recopié' }),
    line({ day: '05/05/2022', classes: '5e A', people: '19' }),
    line({ day: '05/05/2022', part: 'journée', classes: '5e A' }),
    ...part ? [line({ day: '06/05/2022', classes: '6e A', room: part.name, people: '9' }),
      line({ day: '06/05/2022', classes: '6e C', room: whole.find((s) => s.id === part.within).name, people: '9' }),
      // Its other parts and the other rooms are left to who names none; then nothing is.
      line({ day: '10/05/2022', classes: '6e A', room: part.name, people: '9' }),
      ...Array.from({ length: left + 1 }, (_, i) => line({ day: '10/05/2022', classes: `5e ${'ABCDEFGH'[i]}`, people: '9' }))] : []);
  const was = rows();
  const told = await checked(text);
  deepEqual(rows(), was);
  const done = await press(told.where, 'application');
  equal([told.inserted, told.same, told.refused].join(), [done.inserted, done.same, done.refused].join(), await faults(told.where));
  equal([told.inserted, told.same, told.refused].join(), [whole.length + 3 + (part ? 2 + left : 0), 1, 5 + (part ? 2 : 0)].join());
  await press(told.where, 'annulation');
});

await test('a line that is wrong is told by its line, and takes nothing with it', async () => {
  const was = rows();
  const r = await checked(file(
    line({ part: 'M', day: '31/03/2022' }), line({ part: 'salle 9', day: '31/03/2022' }), line({ day: '31/02/2022' }),
    line({ day: '31/12/2098' }), line({ people: '0' }), line({ people: '401' }), line({ people: '' , with: '' }),
    line({ school: twins.name }), line({ school: '0540000A' }), line({ lab: 'Nulle part' }), line({ kind: 'fête' }), line({ kind: '' }),
    line({ school: '', classes: '6e B' }), line({ classes: '2' }), line({ classes: 'x'.repeat(40) }),
    line({ classes: 'ABCDEFGHIJK'.split('').map((c) => `6e ${c}`).join(',') }), line({ people: '130', classes: '6e B, 6e C', day: '31/03/2022' }),
    line({ out: 'oui', room: room.name, day: '31/03/2022' }), line({ day: '' }), 'trop;peu',
  ));
  equal([r.lines, r.inserted, r.refused].join(), '20,0,20', await faults(r.where));
  const said = await faults(r.where);
  for (const word of [/AM veut dire matin/, /Cette date n’existe pas/, /Un seul chiffre/, /Plusieurs établissements portent ce nom/, /Aucun établissement/, /10 classes au plus/, /donnez son UAI/,
    /48 élèves par classe/, /400/]) match(said, word);
  deepEqual(rows(), was);
  const english = readable((await (await server.as('admin', 'en')).get(r.where)).text);
  match(english, /AM means morning/);
});

await test('all that is wrong with a line is told at once, an unknown establishment as well', async () => {
  const told = async (l) => {
    const r = await checked(file(l));
    equal([r.lines, r.refused].join(), '1,1');
    return JSON.parse(db(`SELECT faults FROM core_import_line WHERE import = ${r.where.split('/').pop()}`)).map((f) => f.field);
  };
  deepEqual(await told(line({ school: '0540000A', part: 'M', people: '130' })), ['part', 'school', 'people']);
  deepEqual(await told(line({ school: '0540000A', day: '20/03/2022', people: '', with: '' })), ['school', 'people', 'day'], 'a Sunday, nobody');
  deepEqual(await told(line({ school: '0540000A', day: '31/02/2022', lab: 'Nulle part', kind: 'fête' })), ['day', 'lab', 'kind', 'school']);
});

await test('a register of a year whose holidays nobody has loaded says so once, and is taken', async () => {
  const text = file(line({ day: '06/04/2021', classes: '6e V' }), line({ day: '08/04/2021', classes: '6e W' }), line({ day: '12/04/2022', classes: '6e V' }), line({ day: '02/04/2024', classes: '6e V' }));
  const r = await checked(text), said = await faults(r.where);
  equal([r.lines, r.refused].join(), '4,0', said);
  for (const year of ['2020-2021', '2021-2022'])
    equal(said.match(new RegExp(`Les vacances de ${year} ne sont pas au calendrier scolaire`, 'g'))?.length, 1, said);
  ok(!/vacances de 2023-2024/.test(said));
});

await test('names of classes that the words between them share are read', async () => {
  const { where } = await checked([head, line({ classes: '6e A et et 6e B', day: '22/03/2022' }),
    line({ classes: ' et et et et ', day: '22/03/2022', part: 'après-midi' })].join('\r\n'));
  ok(where, 'the server lived');
  equal((await admin.get('/imports')).status, 200);
});

await test('hostile cells stay texts', async () => {
  const evil = ['=cmd|\'/c calc\'!A1', '<script>alert(1)</script>', '\u202Eopposite', "'; DROP TABLE network_visit; --",
    'a'.repeat(150), 'émoji 🐝', '+33 3 83', '@SUM(A1)', '\t\ttab', 'ligne 1\nligne 2'];
  const r = await written(file(...evil.map((t, i) =>
    line({ day: `${String(i + 4).padStart(2, '0')}/04/2022`, title: t.replace('\n', ' '), note: t, classes: '6e B' }))));
  equal(r.state, 'applied');
  const n = count("network_visit WHERE year = 2021 AND asked BETWEEN 19086 AND 19100");
  equal(r.inserted, n);
  ok(n >= 6, await faults(r.where));
  const page = await admin.get('/accueils?annee=2021-2022');
  ok(!page.text.includes('<script>alert(1)'));
  await press(r.where, 'annulation');
  equal(count("network_visit WHERE year = 2021 AND asked BETWEEN 19086 AND 19100"), 0);
});

await test('where the database does not answer, no line is said to be well', async () => {
  const text = file(line({ day: '07/04/2022' }));
  query(server.folder, 'ALTER TABLE booking_hold RENAME TO booking_hold_away');
  const away = await checked(text).finally(() => query(server.folder, 'ALTER TABLE booking_hold_away RENAME TO booking_hold'));
  equal([away.inserted, away.refused].join(), '0,1');
  match(await faults(away.where), /La base de données n’a pas répondu/);
  const r = await checked(text);
  equal([r.inserted, r.refused].join(), '1,0', await faults(r.where));
});

await test('what did not take place is kept as such, and keeps no room', async () => {
  const text = `${head};Statut\r\n${line({ day: '01/04/2022', classes: '6e D' })};annulé\r\n${line({ day: '01/04/2022', classes: '6e E' })};absents\r\n`;
  const r = await written(text);
  equal([r.inserted, r.refused].join(), '2,0', await faults(r.where));
  equal(db(`SELECT state FROM network_visit WHERE year = 2021 AND asked = 19083 ORDER BY state`), 'cancelled\nmissed');
  equal(count(`booking_hold WHERE starts = ${19083 * 3}`), 0);
  equal((await written(text)).same, 2);
  await press(r.where, 'annulation');
});

await test('who may not receive sends no register; a coordinator only of laboratories in reach', async () => {
  const teacher = await server.as('teacher');
  ok(!/value="register"/.test((await teacher.get('/imports')).text));
  const far = await server.as('coordinator');
  const mine = await far.form('/imports', '/imports');
  ok(mine.controls.find((c) => c.name === 'entity').options.some((o) => o.value === 'register'));
  const others = (await json('/laboratoires.json')).map((l) => line({ lab: l.name, day: '05/04/2022', school: '', classes: '',
    kind: 'formation', public: 'enseignants', title: 'Ailleurs', with: '' }));
  const r = await send(file(...others), 'x.csv', far);
  equal(r.status, 303);
  const end = await importEnd(far, r.location);
  ok(end.refused > 0 && end.inserted < others.length, JSON.stringify(end));
  match(readable((await far.get(r.location)).text), /hors de votre périmètre/);
});

await test('a spreadsheet without the forms is taken as visits to discover; its adults are counted, and what is not read is told before', async () => {
  const text = `Date;Créneau;Laboratoire;UAI;Classe;Effectif;Adultes;Météo\r\n26/04/2022;matin;${L};${one.uai};6e D;21;3;Beau\r\n`;
  const sheet = join(server.folder, 'body-sans-forme.csv');
  writeFileSync(sheet, text);
  const dry = run('import', 'register', sheet, '--dry-run', '--data', server.folder);
  equal(dry.status, 0, dry.stderr);
  match(dry.stderr, /^Météo -> \(left out\)\nWithout a column Form, each visit is recorded as “discovery”\.$/m);
  const r = await checked(text);
  equal([r.refused, r.inserted].join(), '0,1', await faults(r.where));
  const page = await faults(r.where);
  match(page, /Colonnes dont rien ne sera écrit : Météo\./);
  match(page, /Sans colonne Forme, chaque accueil est enregistré comme « découverte »/);
  await press(r.where, 'application');
  equal(db(`SELECT kind, present_pupils, present_teachers FROM network_visit WHERE year = 2021 AND class_label = '6e D'`), 'discovery|21|3');
  await press(r.where, 'annulation');
});

await test('a name that is not exact is answered with those it may mean, as they are to be written, and only with what its sender reads', async () => {
  const far = await server.as('coordinator');
  const r = await send(file(line({ lab: 'Nancy démo' }), line({ lab: 'Laboratoire', day: '16/03/2022' })), 'x.csv', far);
  await importEnd(far, r.location);
  const told = await faults(r.location, far);
  const [name] = /Laboratoire numérique de Nancy[^.]*· #\d+/.exec(told) ?? [];
  ok(name, told);
  match(told, /« Nancy démo » n’est pas un nom exact\. Écrivez dans le fichier celui que vous vouliez dire/);
  equal((await checked(file(line({ lab: name, day: '27/04/2022' })))).refused, 0, 'the name that was told is understood');
  // Persons are not public: nobody is named whom she does not read.
  const visits = (who) => importSend(who, 'visit', `Objet;Laboratoire;Personne\r\nEssai;${L};démo\r\n`, 'v.csv');
  const of = async (who) => {
    const { location } = await visits(who);
    await importEnd(who, location);
    return [...(await faults(location, who)).matchAll(/#(\d+)/g)].map((m) => Number(m[1]));
  };
  const [all, hers] = [await of(admin), await of(far)];
  ok(all.length > 3, 'the administration reads several');
  for (const id of hers) equal((await far.get(`/personnes/${id}`)).status, 200, `person ${id}`);
});

await test('what names one laboratory is taken, by its name, its commune or its host, and told before; two that fit are named', async () => {
  const host = db(`SELECT s.name FROM network_lab l JOIN directory_school s ON s.id = l.school WHERE l.id = ${lab.id}`);
  const days = ['09/05/2022', '10/05/2022', '11/05/2022', '12/05/2022', '13/05/2022'];
  const names = ['Nancy', 'labo de NANCY', 'Laboratoire numérique de Nancy', `Labo du ${host}`, 'nancy'];
  const r = await checked(file(...names.map((name, i) => line({ lab: name, day: days[i] }))));
  deepEqual([r.refused, r.inserted], [0, 5], await faults(r.where));
  const told = await faults(r.where);
  for (const name of names.slice(0, 4)) ok(told.includes(`Ce nom est compris ainsi : ${name} → ${L}.`), `${name}: ${told}`);
  equal((await press(r.where, 'application')).inserted, 5);
  equal(count(`network_visit v JOIN network_slot s ON s.visit = v.id WHERE v.lab = ${lab.id} AND s.day BETWEEN 19121 AND 19125`), 5);
  equal((await press(r.where, 'annulation')).state, 'undone');
  // By where it is: one that is called otherwise, until there are two.
  const own = (name) => apiOf(server)('POST', 'lab', { name, school: two.id, bassin: two.bassin, zone: 'b', opened: '2021-09-01' });
  equal((await own('Fabrique')).status, 201);
  const at = async () => checked(file(line({ lab: two.commune, out: 'oui', day: '16/05/2022' })));
  const one_ = await at();
  equal(one_.refused, 0, await faults(one_.where));
  ok((await faults(one_.where)).includes(`${two.commune} → Fabrique.`));
  equal((await own('Atelier partagé')).status, 201);
  const both = await at();
  equal(both.refused, 1);
  match(await faults(both.where), /n’est pas un nom exact.*Atelier partagé.*Fabrique/);
});

await test('whoever imports accueils is shown the two ways of doing so', async () => {
  const text = (await admin.get('/imports?entity=visit')).text;
  match(readable(text), /Deux façons d’importer Accueils Une ligne par fiche.*Registre d’accueils d’une année passée.*Le tableur tenu au fil de l’année/);
  match(text, /<a href="\/imports\?entity=register">/);
  match((await admin.get('/imports?entity=register')).text, /<a href="\/imports\?entity=visit">/);
  const kinds = [...text.matchAll(/<option value="(\w+)"/g)].map((m) => m[1]);
  equal(kinds[kinds.indexOf('visit') + 1], 'register', 'it stands behind what it makes');
  ok(!/Deux façons/.test((await admin.get('/imports')).text));
});

await test('taken back by its number, nothing of it is left but what somebody uses since', async () => {
  const classes = count("directory_class WHERE year = 2021");
  const used = db("SELECT min(id) FROM network_visit WHERE year = 2021 AND kind = 'coanimation'");
  const step = await apiOf(server)('POST', `visit/${used}/etapes/correct`, { reason: 'recompté' });
  ok(step.status < 300, step.text);
  const end = await press(where, 'annulation');
  equal([end.state, end.kept].join(), 'undone,1');
  equal(count(`network_visit WHERE year = 2021 AND id <> ${used}`), 0);
  equal(count(`network_slot s JOIN network_visit v ON v.id = s.visit WHERE v.year = 2021`), 1);
  equal(count('directory_class WHERE year = 2021'), classes - 3);
  match(await faults(where), /Co-animation/i);
});

await test('a command line as for the schools: dry run, import, undo', async () => {
  const path = join(server.folder, 'registre-2021.csv');
  const text = file(line({ day: '03/05/2022' }), line({ day: '04/05/2022', part: 'AM' }), line({ day: '05/05/2022', part: 'jamais' }));
  writeFileSync(path, text);
  const cli = (...words) => { const r = run('import', ...words, '--data', server.folder); return [r.status, r.stdout + r.stderr]; };
  const was = rows();
  let [code, said] = cli('register', path, '--dry-run');
  equal(code, 1);
  match(said, /line 4: part: Write matin/);
  match(said, /3 lines, 2 new, 0 changed, 0 the same, 1 refused/);
  match(said, /The holidays of 2021-2022 are not/);
  deepEqual(rows(), was);
  [code, said] = cli('register', path);
  match(said, /3 lines, 2 new, 0 changed, 0 the same, 1 refused/);
  match(said, /The holidays of 2021-2022 are not/);
  equal(rows().network_visit, was.network_visit + 2);
  const [, number] = /import (\d+):/.exec(said);
  [code, said] = cli('undo', number);
  equal(code, 0, said);
  equal(rows().network_visit, was.network_visit);
  equal(run('export', 'register', '--data', server.folder).status, 2);
});

await test('a register of this year: what took place is held, what is to come is refused', async () => {
  const r = await written(file(line({ day: '04/03/2025', kind: 'découverte', classes: '3e W', level: '3e, 4e' }), line({ day: '14/05/2025' })));
  equal([r.inserted, r.refused].join(), '1,1', await faults(r.where));
  equal(db(`SELECT state, state_reason FROM network_visit WHERE asked = 20151 AND class_label = '3e W'`), 'held|');
  equal(db("SELECT levels FROM directory_class WHERE year = 2024 AND label = '3e W'"), '3e 4e', 'the column, not the label');
  ok(today === '2025-03-12');
});

await test('once its year is over, what a register brought in time is corrected, not taken back', async () => {
  const path = join(server.folder, 'registre-2025.csv');
  writeFileSync(path, file(line({ day: '06/03/2025', classes: '4e V' })));
  const at = (day, ...words) => run('import', ...words, '--data', server.folder, '--today', day);
  const [, number] = /import (\d+):/.exec(at(today, 'register', path).stdout);
  const there = () => count("network_visit WHERE class_label = '4e V' AND state = 'held'");
  equal(there(), 1);
  const over = at('2025-10-01', 'undo', number);
  equal(there(), 1, over.stdout + over.stderr);
  const back = at(today, 'undo', number);
  equal(back.status, 0, back.stdout + back.stderr);
  equal(there(), 0, back.stdout + back.stderr);
});

await server.stop();
