// Roles given and taken back: on pages, by the API, by the command line.
import { spawnSync } from 'node:child_process';
import { test, equal, deepEqual, ok, match, serve, essaim, program, forms, readable, tables, sameTables, roles,
  today, query } from './lib.mjs';

const server = await serve();
const admin = await server.as('admin');
const people = JSON.parse((await admin.get('/personnes.json')).text);
const schools = JSON.parse((await admin.get('/etablissements.json')).text);
const areas = JSON.parse((await admin.get('/territoires.json')).text);
const person = (role) => people.find((p) => p.email === `${role}@demo.example`);
const page = (p) => `/personnes/${p.id}/roles`;
const token = (role) => essaim('token', 'add', `${role}@demo.example`, 'grants', '--data', server.folder).trim();
const bearer = { admin: token('admin'), coordinator: token('coordinator') };
const api = (role, method, path, body) => server.stranger().fetch(path, {
  method, headers: { authorization: `Bearer ${bearer[role]}`, 'content-type': 'application/json' },
  body: body && JSON.stringify(body),
});
const held = async (p) => JSON.parse((await api('admin', 'GET', `/api/v1/person/${p.id}/roles`)).text).rows;
async function give(who, p, fields, status = 303) {
  const form = await who.form(page(p), '/roles');
  const r = await who.submit(form, fields);
  equal(r.status, status, readable(r.text).slice(0, 400));
  return r;
}
async function endButton(who, p, title) {
  return forms((await who.get(page(p))).text)
    .find((f) => /\/fin$/.test(f.action) && readable(f.html).includes(title));
}
const journal = (what) => query(server.folder,
  `SELECT count(*) FROM core_journal WHERE what = '${what}'`);

await test('a person\'s page leads to their roles, for who may give some', async () => {
  const p = person('teacher');
  ok((await admin.get(`/personnes/${p.id}`)).text.includes(`href="${page(p)}"`));
  const text = readable((await admin.get(page(p))).text);
  match(text, /en cours/);
  ok((await held(p)).some((g) => g.role === 'teacher' && g.scope === 'school' && g.valid));
});
await test('a role given holds at the next request, twice is once, and it is in the journal', async () => {
  const p = person('teacher');
  const teacher = await server.as('teacher');
  equal((await teacher.get('/imports')).status, 403);
  const form = await admin.form(page(p), '/roles');
  const lines = Number(journal('grant'));
  const first = await admin.submit(form, { role: 'leader' });
  equal(first.status, 303);
  equal(first.location, page(p));
  const before = tables(server.folder);
  const second = await admin.submit(form, { role: 'leader' });
  equal(second.location, first.location);
  sameTables(before, tables(server.folder), 'the same form again');
  equal(Number(journal('grant')), lines + 1);
  equal((await teacher.get('/imports')).status, 200, 'given');
  const r = await give(admin, p, { role: 'leader' }, 422);
  match(readable(r.text), /a déjà ce rôle/);
});
await test('a role taken back is dead at the next request, and stays as a line of the past', async () => {
  const p = person('teacher');
  const teacher = await server.as('teacher');
  const open = await teacher.form('/imports', '/imports');
  const button = await endButton(admin, p, 'Partout');
  const first = await admin.submit(button);
  equal(first.status, 303);
  equal((await teacher.get('/imports')).status, 403);
  equal((await teacher.postFiles(open.action, open.fields)).status, 403, 'a form opened before');
  const before = tables(server.folder);
  equal((await admin.submit(button)).status, 303, 'twice');
  sameTables(before, tables(server.folder), 'ended twice');
  match(readable((await admin.get(page(p))).text), /terminé/);
  equal((await held(p)).find((g) => g.role === 'leader').valid, false);
  equal(journal('grant_end'), '1');
  equal((await admin.post(button.action, { ...Object.fromEntries(button.fields), _key: 'another' })).status, 409);
});
await test('on one row, by name, code or number; several candidates are offered', async () => {
  const p = person('expert');
  const school = schools[0];
  await give(admin, p, { role: 'head', scope: 'school', row: school.uai });
  const bassin = areas.find((a) => a.kind === 'bassin');
  await give(admin, p, { role: 'coordinator', scope: 'area', row: bassin.code, until: '2025-06-30' });
  const list = await held(p);
  deepEqual(list.slice(-2).map((g) => [g.role, g.scope, g.row, g.until]),
    [['head', 'school', school.id, null], ['coordinator', 'area', bassin.id, '2025-06-30']]);
  const vague = await give(admin, p, { role: 'teacher', scope: 'school', row: 'collège' }, 422);
  const form = forms(vague.text).find((f) => f.action === page(p));
  const choice = form.controls.find((c) => c.name === 'row');
  equal(choice.tag, 'select');
  const r = await admin.submit(form, { row: choice.options.find((o) => o.value).value });
  equal(r.status, 303, 'the one chosen');
});
await test('what is typed wrong is said beside its field, in both languages', async () => {
  const p = person('expert');
  for (const [fields, word] of [[{ role: '' }, 'role'], [{ role: 'emperor' }, 'role'],
    [{ role: 'teacher', scope: 'school' }, 'row'], [{ role: 'teacher', scope: 'moon', row: '1' }, 'scope'],
    [{ role: 'teacher', row: '1' }, 'scope'], [{ role: 'teacher', scope: 'school', row: 'Nulle part' }, 'row'],
    [{ role: 'teacher', from: '2020-01-01' }, 'from'], [{ role: 'teacher', until: 'demain' }, 'until'],
    [{ role: 'teacher', from: '2025-05-01', until: '2025-04-01' }, 'until'],
    [{ role: 'teacher', scope: 'school', row: 'ÿ'.repeat(900) }, 'row']]) {
    const r = await give(admin, p, fields, 422);
    const wrong = forms(r.text).flatMap((f) => f.controls).filter((c) => c['aria-invalid']).map((c) => c.name);
    deepEqual(wrong, [word], JSON.stringify(fields));
    const sent = await api('admin', 'POST', `/api/v1/person/${p.id}/roles`, fields);
    equal(sent.status, 422);
    ok(JSON.parse(sent.text).errors.some((e) => e.field === word), JSON.stringify(fields));
  }
});
await test('nobody gives more than he has: not another role, another place, or longer', async () => {
  const coordinator = await server.as('coordinator');
  const mine = person('coordinator');
  const near = people.find((p) => schools.find((s) => s.id === p.school)?.bassin === mine.area);
  const here = schools.find((s) => s.bassin === mine.area);
  const there = schools.find((s) => s.bassin && s.bassin !== mine.area);
  const offered = (await coordinator.form(page(near), '/roles')).controls.find((c) => c.name === 'role')
    .options.map((o) => o.value);
  ok(!offered.includes('admin') && !offered.includes('leader') && offered.includes('teacher'));
  await give(coordinator, near, { role: 'admin' }, 422);
  await give(coordinator, near, { role: 'coordinator' }, 422);
  const r = await give(coordinator, near, { role: 'teacher', scope: 'school', row: String(there.id) }, 422);
  match(readable(r.text), /que ce que vous avez vous-même/);
  await give(coordinator, near, { role: 'head', scope: 'school', row: String(here.id) });
  equal((await api('coordinator', 'POST', `/api/v1/person/${near.id}/roles`,
    { role: 'admin' })).status, 422);
  const far = people.find((p) => p.school === there.id);
  equal((await coordinator.get(page(far))).status, 404, 'a person out of reach');
  // Longer than one's own.
  essaim('user', 'add', 'courte@demo.example', 'Courte', 'teacher', '--today', today, '--password', 'un mot de passe',
    '--data', server.folder);
  const short = JSON.parse((await admin.get('/personnes.json?q=courte')).text)[0];
  await give(admin, short, { role: 'admin', until: '2025-03-20' });
  const who = server.stranger();
  await who.submit(await who.form('/entrer', '/entrer'), { email: 'courte@demo.example', password: 'un mot de passe' });
  await give(who, near, { role: 'inspector' }, 422);
  await give(who, near, { role: 'inspector', until: '2025-03-21' }, 422);
  await give(who, near, { role: 'inspector', until: '2025-03-20' });
});
await test('who cannot give a role cannot end it', async () => {
  const coordinator = await server.as('coordinator');
  const area = person('coordinator').area;
  const mine = people.find((p) => p.email && schools.find((s) => s.id === p.school)?.bassin === area);
  await give(admin, mine, { role: 'leader' });
  ok(!await endButton(coordinator, mine, 'Partout'), 'no button');
  const line = (await held(mine)).find((g) => g.role === 'leader' && g.valid);
  equal((await api('coordinator', 'DELETE', `/api/v1/person/${mine.id}/roles/${line.id}`)).status, 403);
  equal((await api('admin', 'DELETE', `/api/v1/person/${mine.id}/roles/${line.id}`)).status, 200);
  equal((await api('admin', 'DELETE', `/api/v1/person/${mine.id}/roles/${line.id}`)).status, 409, 'ended before');
  equal((await api('admin', 'DELETE', `/api/v1/person/${mine.id}/roles/999999`)).status, 404);
  equal((await api('admin', 'DELETE', `/api/v1/person/${person('admin').id}/roles/${line.id}`)).status, 404);
});
await test('the last admin stays, by page and by command', async () => {
  const p = person('admin');
  const button = await endButton(admin, p, 'Partout');
  const r = await admin.submit(button);
  equal(r.status, 409);
  match(readable(r.text), /dernier rôle d’administration/);
  const c = spawnSync(program, ['user', 'end', 'admin@demo.example', 'admin', '--today', today,
    '--data', server.folder], { encoding: 'utf8' });
  equal(c.status, 1);
  match(c.stderr, /last admin/);
  essaim('user', 'add', 'seconde@demo.example', 'Seconde', 'admin', '--today', today, '--data', server.folder);
  const before = tables(server.folder);
  essaim('user', 'add', 'seconde@demo.example', 'Seconde', 'admin', '--today', today, '--data', server.folder);
  deepEqual(tables(server.folder).all.auth_grant, before.all.auth_grant, 'added twice is once');
  const second = JSON.parse((await admin.get('/personnes.json?q=seconde')).text)[0];
  match(readable((await admin.get(page(second))).text), /Administrateur/);
  equal((await admin.submit(await endButton(admin, p, 'Partout'))).status, 303);
  equal((await admin.get(page(p))).status, 403, 'dead at once');
  essaim('user', 'add', 'admin@demo.example', 'Administration', 'admin', '--today', today, '--data', server.folder);
  equal((await admin.get(page(p))).status, 200);
  essaim('user', 'end', 'seconde@demo.example', 'admin', '--today', today, '--data', server.folder);
  ok(!/seconde@demo.example.*admin/.test(essaim('user', 'list', '--today', today, '--data', server.folder)));
});
await test('a person without an address is told so; without an account gets one', async () => {
  const school = schools[0].id;
  const made = async (fields) => {
    const r = await api('admin', 'POST', '/api/v1/person', { state: 'active', school, ...fields });
    equal(r.status, 201, r.text);
    return JSON.parse(r.text);
  };
  const none = await made({ name: 'Sans Adresse' });
  match(readable((await give(admin, none, { role: 'teacher' }, 422)).text), /adresse électronique/);
  const some = await made({ name: 'Avec Adresse', email: 'avec@demo.example' });
  await give(admin, some, { role: 'teacher' });
  match(essaim('user', 'list', '--today', today, '--data', server.folder), /avec@demo.example .*teacher/);
});
await test('who may do what, for everybody who is signed in', async () => {
  const teacher = await server.as('teacher');
  match(readable((await teacher.get('/roles')).text), /Qui peut quoi/);
  const list = JSON.parse((await teacher.get('/roles.json')).text);
  deepEqual(list.find((r) => r.right === 'core.grant').roles, ['admin', 'leader', 'coordinator']);
  ok(list.every((r) => r.roles.every((x) => roles.includes(x))));
});
await test('the journal agrees with its seal', () => {
  match(essaim('journal', 'verify', '--data', server.folder), /all as sealed/);
});
await test('an account is closed on its page, with a tick; nobody closes their own, nor who has more', async () => {
  const p = person('researcher');
  const who = await server.as('researcher');
  equal((await who.get('/projets/1/modifier')).status, 403);
  const form = await admin.form(page(p), '/fermeture');
  const before = tables(server.folder);
  const unsure = await admin.submit(form);
  equal(unsure.status, 422);
  match(readable(unsure.text), /Cochez la case/);
  sameTables(before, tables(server.folder), 'without the tick');
  equal((await admin.submit(form, { sure: '1' })).status, 303);
  equal((await who.get('/classes')).status, 303, 'out at once');
  match(readable((await admin.get(page(p))).text), /Ce compte est fermé/);
  ok((await held(p)).every((g) => !g.valid));
  equal((await server.stranger().post('/entrer/demonstration', { role: 'researcher' })).status, 422);
  equal((await admin.get(`/personnes/${p.id}`)).status, 200, 'the person stays');
  await give(admin, p, { role: 'researcher' });
  equal((await (await server.as('researcher')).get('/classes')).status, 200, 'open again');
  ok(!forms((await admin.get(page(person('admin')))).text).some((f) => /fermeture$/.test(f.action)));
  const leader = await server.as('leader');
  ok(!forms((await leader.get(page(person('admin')))).text).some((f) => /fermeture$/.test(f.action)));
  const fields = (await leader.form(page(p), '/roles')).fields;
  equal((await leader.post(`/personnes/${person('admin').id}/fermeture`, [...fields, ['sure', '1']])).status, 403);
});
await server.stop();
