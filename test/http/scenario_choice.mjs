// What a form offers to choose: what its reader could save, and no more; what is
// the only choice is chosen. What cannot be saved all the same is said beside
// its field.
import { test, equal, deepEqual, match, ok, serve, forms, routes, rights, filled, filling, query, readable, tables, sameTables }
  from './lib.mjs';

const server = await serve();
const all = routes();
const holders = rights();
const people = {};
for (const role of ['teacher', 'head', 'host', 'coordinator', 'ien', 'partner']) people[role] = await server.as(role);
const control = (form, name) => form.controls.find((c) => c.name === name);
const newForm = async (who, path) => who.form(`${path}/nouveau`, path);
const school = (where) => JSON.parse(query(server.folder,
  `SELECT '{"id":' || s.id || ',"name":"' || s.name || '","bassin":' || s.bassin || '}' FROM directory_school s
   WHERE ${where} ORDER BY s.id LIMIT 1`));
const granted = (email) => query(server.folder, `SELECT g.row_id FROM auth_grant g JOIN auth_account a
  ON a.person = g.person WHERE a.email = '${email}' AND g.row_id IS NOT NULL ORDER BY g.id LIMIT 1`);

await test('a teacher makes a class in the one school that is theirs', async () => {
  const form = await newForm(people.teacher, '/classes');
  const c = control(form, 'school');
  const own = granted('teacher@demo.example');
  equal(c.tag, 'select');
  equal(c.options.map((o) => o.value).filter(Boolean).join(), own);
  equal(c.value, own, 'it is chosen');
  const r = await people.teacher.submit(form, { year: '2025-2026', label: 'CM2 Choix', kind: 'class' });
  equal(r.status, 303);
  // Refused for another field, it is still to be seen.
  const wrong = await people.teacher.submit(await newForm(people.teacher, '/classes'), { label: '' });
  equal(wrong.status, 422);
  equal(control(forms(wrong.text).find((f) => f.action === '/classes'), 'school').value, own);
});
await test('a name that others bear is one of those in reach', async () => {
  const own = granted('teacher@demo.example');
  const { name } = school(`s.id = ${own}`);
  const other = school(`s.id <> ${own}`);
  const was = other.name;
  query(server.folder, `UPDATE directory_school SET name = '${name}', name_fold =
    (SELECT name_fold FROM directory_school WHERE id = ${own}) WHERE id = ${other.id}`);
  const form = await newForm(people.teacher, '/classes');
  const r = await people.teacher.submit(form, { school: name, year: '2025-2026', label: 'CM1 Choix', kind: 'class' });
  equal(r.status, 303, r.text.slice(0, 300));
  // Who reaches both is shown what tells them apart.
  const admin = await server.as('admin');
  const asked = await admin.submit(await newForm(admin, '/classes'),
    { school: name, year: '2025-2026', label: 'x', kind: 'class' });
  equal(asked.status, 422);
  const labels = [...asked.text.matchAll(/<option value="\d+"[^>]*>([^<]*)</g)].map((m) => m[1]);
  const same = labels.filter((l) => l.startsWith(name));
  ok(same.length >= 2 && new Set(same).size === same.length, same.join(' | '));
  ok(same.every((l) => / · \d{7}[A-Z] · /.test(l)), same.join(' | '));
  query(server.folder, `UPDATE directory_school SET name = '${was}', name_fold = '${was.toLowerCase()}'
    WHERE id = ${other.id}`);
});
await test('several of one name in a short list are told apart', async () => {
  const mine = control(await newForm(people.coordinator, '/classes'), 'school').options.map((o) => o.value).filter(Boolean);
  ok(mine.length > 1);
  query(server.folder, `UPDATE directory_school SET name = 'École jumelle' WHERE id IN (${mine.slice(0, 2)})`);
  const page = await people.coordinator.get('/classes/nouveau');
  const twins = [...page.text.matchAll(/>(École jumelle[^<]*)</g)].map((m) => m[1]);
  equal(twins.length, 2);
  ok(twins[0] !== twins[1] && twins.every((t) => / · \d{7}[A-Z]/.test(t)), twins.join(' | '));
});
await test('a school out of reach, forged, is refused beside its field, and nothing is lost', async () => {
  const far = school(`s.bassin <> ${granted('coordinator@demo.example')}`);
  for (const who of [people.teacher, people.coordinator]) {
    const before = tables(server.folder);
    const form = await newForm(who, '/classes');
    const r = await who.submit(form, { school: String(far.id), year: '2025-2026', label: 'Loin', kind: 'class' });
    equal(r.status, 403);
    const back = forms(r.text).find((f) => f.action === '/classes');
    equal(control(back, 'school')['aria-invalid'], 'true');
    equal(control(back, 'label').value, 'Loin');
    ok(r.text.includes('hors de votre périmètre'));
    sameTables(before, tables(server.folder), 'refused');
  }
});

await test('a host welcomes in the own laboratory: it is chosen, others can be', async () => {
  const c = control(await newForm(people.host, '/accueils'), 'lab');
  const own = query(server.folder, `SELECT id FROM network_lab WHERE school = ${granted('host@demo.example')}`);
  equal(c.value, own);
  ok(c.options.length > 2);
});

const personOf = (role) => query(server.folder, `SELECT person FROM auth_account WHERE email = '${role}@demo.example'`);
await test('an expert says who follows a note: those who watch, whom the directory does not show them', async () => {
  const expert = await server.as('expert');
  equal((await expert.get('/personnes')).status, 403);
  const c = control(await newForm(expert, '/veille'), 'follower');
  const offered = c.options.map((o) => o.value).filter(Boolean);
  equal(c.tag, 'select');
  ok(offered.includes(personOf('expert')) && offered.includes(personOf('leader')), offered.join());
  ok(!offered.includes(personOf('teacher')), 'a teacher does not watch');
  equal(c.value, personOf('expert'), 'who writes the note is proposed');
  const made = await expert.submit(await newForm(expert, '/veille'),
    { title: 'Note suivie', source: 'Salon', seen: '2025-03-01', follower: personOf('leader') });
  equal(made.status, 303);
  const row = async () => JSON.parse((await expert.get(`${made.location}.json`)).text);
  equal(String((await row()).follower), personOf('leader'));
  // Not one of them, by its number or its name; nor whose role is over.
  const nobody = query(server.folder, `SELECT id FROM directory_person p WHERE NOT EXISTS
    (SELECT 1 FROM auth_grant g WHERE g.person = p.id) ORDER BY id LIMIT 1`);
  const name = query(server.folder, `SELECT name FROM directory_person WHERE id = ${nobody}`);
  for (const follower of [nobody, name, personOf('teacher')])
    equal((await expert.submit(await newForm(expert, '/veille'),
      { title: 'Forgée', source: 'Salon', seen: '2025-03-01', follower })).status, 422, follower);
  query(server.folder, `UPDATE auth_grant SET until_day = 1 WHERE person = ${personOf('leader')}`);
  const edit = await expert.form(`${made.location}/modifier`, '/modifier');
  ok(!control(await newForm(expert, '/veille'), 'follower').options.some((o) => o.value === personOf('leader')));
  equal(control(edit, 'follower').value, personOf('leader'), 'who stands there is lost');
  equal((await expert.submit(edit, { source: 'Salon de Metz' })).status, 303);
  equal(String((await row()).follower), personOf('leader'));
  query(server.folder, `UPDATE auth_grant SET until_day = NULL WHERE person = ${personOf('leader')}`);
});
await test('an expert says who asks for advice; who only reads is told nobody', async () => {
  const expert = await server.as('expert');
  const c = control(await newForm(expert, '/conseils'), 'person');
  // Those whom the requests that they read name already; nobody else's name is told.
  const asked = query(server.folder, 'SELECT DISTINCT person FROM portfolio_advice WHERE person IS NOT NULL').split('\n');
  deepEqual(c.options.map((o) => o.value).filter(Boolean).sort(), asked.sort());
  ok(asked.includes(personOf('teacher')) && !asked.includes(personOf('partner')));
  const silent = query(server.folder, `SELECT min(g.person) FROM auth_grant g WHERE g.role = 'teacher' AND NOT EXISTS
    (SELECT 1 FROM portfolio_advice a WHERE a.person = g.person)`);
  const refused = await expert.submit(await newForm(expert, '/conseils'),
    { need: 'Forgée', topic: 'other', asked: '2025-03-01', person: silent });
  equal(refused.status, 422, silent);
  equal((await expert.submit(await newForm(expert, '/conseils'), { need: 'D’une inconnue', topic: 'other', asked: '2025-03-01',
    asker: 'Mme Martel', email: 'martel@ecole.example' })).status, 303, 'who is not named yet is written');
  // Who reads the requests of some schools is offered those whom the directory shows her.
  const hers = control(await newForm(people.coordinator, '/conseils'), 'person').options.map((o) => o.value).filter(Boolean);
  ok(!hers.includes(personOf('head')) || hers.length < asked.length, 'all who ask');
  for (const one of hers) equal((await people.coordinator.get(`/personnes/${one}`)).status, 200, one);
  const r = await expert.submit(await newForm(expert, '/conseils'),
    { need: 'Au téléphone', topic: 'other', asked: '2025-03-01', person: personOf('teacher') });
  equal(r.status, 303);
  const filters = forms((await people.teacher.get('/conseils')).text).flatMap((f) => f.controls);
  ok(!filters.some((f) => f.name === 'person' && f.options.some((o) => /^\d+$/.test(o.value))), 'names of others');
});

// Names of a list that others bear, too: saved as they stand, or typed as the refusal tells them.
await test('a visit whose class has namesakes elsewhere is saved again, and one of them is chosen by name', async () => {
  const [visit, kept, label] = query(server.folder, "SELECT v.id || '|' || k.id || '|' || k.label FROM network_visit v"
    + ' JOIN network_visit_classes l ON l.row_id = v.id JOIN directory_class k ON k.id = l.target_id WHERE v.state = \'confirmed\''
    + ' AND (SELECT count(*) FROM directory_class o WHERE o.label = k.label) > 1 ORDER BY v.id LIMIT 1').split('|');
  const links = () => query(server.folder, `SELECT target_id FROM network_visit_classes WHERE row_id = ${visit} AND until IS NULL`).split('\n');
  const admin = await server.as('admin');
  const form = await admin.form(`/accueils/${visit}/modifier`, '/modifier');
  const saved = await admin.submit(form, { asker: 'Professeur 7' });
  equal(saved.status, 303, readable(saved.text).slice(0, 600));
  ok(links().includes(kept), 'its class is another now');
  const again = await admin.form(`/accueils/${visit}/modifier`, '/modifier');
  const r = await admin.post(again.action, [...filled(again, { classes: null }), ['classes', label]]);
  equal(r.status, 422);
  const named = new RegExp(`${label} · [^;]*?· \\d{4}-\\d{4} · #\\d+`).exec(readable(r.text))?.[0];
  ok(named, 'the refusal names none of them');
  match(r.text, /#\d+\u00a0; /, 'they are parted as in French');
  equal((await admin.post(again.action, [...filled(again, { classes: null }), ['classes', named]])).status, 303, named);
  equal(links().length, 1);
});
// Whatever is offered by a list can be saved, of whatever entity. A visit, a series or who waits
// is within reach by its laboratory or by its school: neither alone says it.
const several = ['/accueils', '/series', '/attente'];
const entities = all.filter((r) => r.method === 'GET' && r.path.endsWith('/nouveau')
  && all.some((p) => p.method === 'POST' && `${p.path}/nouveau` === r.path));
for (const [role, who] of Object.entries(people)) {
  for (const { path, right } of entities.filter((e) => holders[e.right]?.includes(role))) {
    await test(`${path} offers to ${role} what may be saved`, async () => {
      const base = path.slice(0, -'/nouveau'.length);
      const form = await newForm(who, base);
      ok(right);
      const lists = form.controls.filter((c) => c.tag === 'select'
        && c.options.some((o) => /^\d+$/.test(o.value)));
      for (const c of lists)
        for (const o of [c.options.find((x) => x.value), c.options.at(-1)]) {
          const r = await who.post(base, [...filled(form, { ...filling(form), [c.name]: o.value })
            .filter(([n]) => n !== '_key'), ['_key', `k${Math.random()}`]]);
          const said = forms(r.text).find((f) => f.action === base)?.controls.find((x) => x.name === c.name);
          ok(several.includes(base) || r.status !== 403 || said?.['aria-invalid'] !== 'true', `${c.name}=${o.value}: ${r.status}`);
        }
    });
  }
}
await server.stop();
