// A school and a project live: made, changed, fought over, deleted, brought
// back, taken from step to step; each form sent twice.
import { test, equal, deepEqual, ok, match, serve, forms, links, tables, sameTables, readable, essaim, query, run }
  from './lib.mjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const server = await serve();
const admin = await server.as('admin');
const leader = await server.as('leader');
const count = async (path) => JSON.parse((await admin.get(`${path}.json`)).text).length;
const row = async (path) => JSON.parse((await admin.get(`${path}.json`)).text);

// Seven digits and their letter (modulo 23, without I, O and Q).
const uai = (n) => `099${n}${'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(`099${n}`) % 23]}`;
async function twice(who, form, changes) {
  const first = await who.submit(form, changes);
  const after = tables(server.folder);
  const again = await who.submit(form, changes);
  equal(again.status, first.status, 'the second answer');
  equal(again.location, first.location, 'where the second leads');
  sameTables(after, tables(server.folder), 'sent twice');
  return first;
}

let school;
await test('a school is made, once', async () => {
  const n = await count('/etablissements');
  const form = await admin.form('/etablissements/nouveau', '/etablissements');
  const r = await twice(admin, form,
    { uai: uai(9901), name: 'École « Zoé » & <b>fils</b>', kind: 'elementaire', commune: 'Épinal' });
  equal(r.status, 303, readable(r.text).slice(0, 400));
  school = r.location;
  equal(await count('/etablissements'), n + 1);
  const page = await admin.get(school);
  ok(page.text.includes('École « Zoé » &amp; &lt;b&gt;fils&lt;/b&gt;'), 'the name, escaped');
});
await test('a key of another address or of another person is refused', async () => {
  const form = await admin.form('/etablissements/nouveau', '/etablissements');
  const first = await admin.submit(form, { uai: uai(9902), name: 'Une autre', kind: 'college' });
  equal(first.status, 303, readable(first.text).slice(0, 300));
  const { _key, _csrf } = Object.fromEntries(form.fields);
  equal((await admin.post('/organisations', { _key, _csrf, name: 'O', kind: 'other' })).status, 409);
  const other = Object.fromEntries((await leader.form('/organisations/nouveau', '/organisations')).fields);
  equal((await leader.post('/organisations', { _key, _csrf: other._csrf, name: 'O', kind: 'other' })).status,
    409);
});
await test('all mistakes at once, each by its field, and what was typed stays', async () => {
  const n = await count('/etablissements');
  const form = await admin.form('/etablissements/nouveau', '/etablissements');
  const r = await admin.submit(form, {
    uai: `${uai(9903).slice(0, 7)}I`, name: '', kind: 'elementaire', postcode: 'abcde', latitude: '95', pupils: '-3',
    opened: '2025-02-30', mail: 'not a mail', commune: 'Gardée là',
  });
  equal(r.status, 422);
  const wrong = forms(r.text).flatMap((f) => f.controls)
    .filter((c) => c['aria-invalid'] === 'true').map((c) => c.name);
  for (const name of ['uai', 'name', 'postcode', 'latitude', 'pupils', 'opened', 'mail'])
    ok(wrong.includes(name), `${name} is not marked (${wrong})`);
  ok(!wrong.includes('commune'));
  ok(r.text.includes('value="Gardée là"') && r.text.includes('value="2025-02-30"'), 'typed and lost');
  equal(await count('/etablissements'), n);
});
await test('a UAI that another school has is said by its field', async () => {
  const form = await admin.form('/etablissements/nouveau', '/etablissements');
  const r = await admin.submit(form, { uai: uai(9901), name: 'Double', kind: 'college' });
  equal(r.status, 422);
  const field = forms(r.text).flatMap((f) => f.controls).find((c) => c.name === 'uai');
  equal(field['aria-invalid'], 'true');
});
await test('rural, QPV and REP are told with their source and date, or unknown', async () => {
  const form = async () => admin.form(`${school}/modifier`, '/modifier');
  const wrong = (r) => forms(r.text).flatMap((f) => f.controls).filter((c) => c['aria-invalid'] === 'true').map((c) => c.name);
  for (const [name, value] of [['rural', '1'], ['qpv', '0'], ['priority', 'rep']]) {
    const bare = await admin.submit(await form(), { [name]: value });
    equal(bare.status, 422, name);
    equal(wrong(bare).join(), `${name}_source,${name}_date`);
    const undated = await admin.submit(await form(), { [name]: value, [`${name}_source`]: 'Insee' });
    equal(wrong(undated).join(), `${name}_date`);
    const whole = { [name]: value, [`${name}_source`]: 'Insee', [`${name}_date`]: '2024-01-01' };
    equal((await admin.submit(await form(), whole)).status, 303, name);
    equal((await admin.submit(await form(), { [`${name}_date`]: '' })).status, 422, `${name} loses its date`);
  }
  equal((await row(school)).priority_source, 'Insee');
});
await test('two editors: the second sees both versions, then saves', async () => {
  const mine = await admin.form(`${school}/modifier`, '/modifier');
  const other = await server.as('admin');
  const theirs = await other.form(`${school}/modifier`, '/modifier');
  equal((await twice(admin, mine, { commune: 'Première' })).status, 303);
  const r = await other.submit(theirs, { commune: 'Seconde', pupils: '12' });
  equal(r.status, 409);
  ok(r.text.includes('Première') && r.text.includes('Seconde'), 'both versions');
  equal((await row(school)).commune, 'Première');
  const form = forms(r.text).find((f) => f.action.endsWith('/modifier'));
  equal((await other.submit(form)).status, 303);
  const now = await row(school);
  equal(now.commune, 'Seconde');
  equal(now.pupils, 12);
});
await test('a page that is out of date deletes nothing, and says that alone', async () => {
  const stale = await admin.form(school, '/suppression');
  const change = await admin.form(`${school}/modifier`, '/modifier');
  equal((await admin.submit(change, { commune: 'Troisième' })).status, 303);
  const r = await admin.submit(stale);
  equal(r.status, 409);
  const text = readable(r.text);
  match(text, /Quelqu’un l’a changée depuis que vous l’avez ouverte/);
  ok(!/dépendent/.test(text), 'it guesses at another reason');
  ok(text.includes('Troisième'), 'not as it is now');
  equal((await row(school)).commune, 'Troisième');
});
await test('a form without its version is refused', async () => {
  const form = await admin.form(`${school}/modifier`, '/modifier');
  equal((await admin.submit(form, { _version: null })).status, 422);
  equal((await admin.submit(form, { _version: 'x' })).status, 422);
});
await test('the history tells what changed and who did it', async () => {
  const text = readable((await admin.get(`${school}/historique`)).text);
  ok(text.includes('Première') && text.includes('Seconde'), text.slice(0, 500));
  ok(text.includes('Administrateur 1'), 'nobody did it');
});
await test('deleted, listed no more, and brought back as it was', async () => {
  const before = await row(school);
  const n = await count('/etablissements');
  const form = await admin.form(school, '/suppression');
  equal((await twice(admin, form)).status, 303);
  const gone = await admin.get(school);
  equal(gone.status, 404);
  ok(links(gone.text).includes(`${school}/historique`), 'no way to what it was');
  ok(!links((await server.stranger().get(school)).text).includes(`${school}/historique`));
  ok(links((await admin.get('/etablissements')).text).includes('/etablissements/supprimees'));
  ok(links((await admin.get('/etablissements/supprimees')).text).includes(`${school}/historique`));
  equal(await count('/etablissements'), n - 1);
  ok(!(await admin.get('/etablissements?q=Zo%C3%A9')).text.includes('fils'), 'still found');
  const past = await admin.get(`${school}/historique`);
  ok(!links(past.text).includes(school), 'a way to the page that is gone');
  const back = await admin.form(`${school}/historique`, '/restauration');
  equal((await twice(admin, back)).status, 303);
  ok(!links((await admin.get('/etablissements/supprimees')).text).includes(`${school}/historique`));
  const after = await row(school);
  for (const name of ['id', 'uid', 'uai', 'name', 'commune', 'pupils'])
    equal(after[name], before[name], name);
  ok((await admin.get('/etablissements?q=Zo%C3%A9')).text.includes('fils'), 'not found again');
});
await test('what others refer to is not deleted', async () => {
  const area = JSON.parse((await admin.get('/territoires.json')).text).find((a) => a.kind === 'bassin');
  const form = await admin.form(`/territoires/${area.id}`, '/suppression');
  const r = await admin.submit(form);
  equal(r.status, 409);
  match(readable(r.text), /renvoient à celle-ci.* \d+ écoles et établissements \(.+, …\)/);
  equal((await admin.get(`/territoires/${area.id}`)).status, 200);
});
await test('what cannot come back says which value was taken meanwhile', async () => {
  const letter = (n) => `0${n}${'ABCDEFGHJKLMNPRSTUVWXYZ'[n % 23]}`;
  const make = async (name) => (await admin.submit(await admin.form('/etablissements/nouveau', '/etablissements'),
    { uai: letter(997123), name, kind: 'college' })).location;
  const one = await make('Premier');
  equal((await admin.submit(await admin.form(one, '/suppression'))).status, 303);
  const other = await make('Second');
  const r = await admin.submit(await admin.form(`${one}/historique`, '/restauration'));
  equal(r.status, 409);
  match(readable(r.text), /porte maintenant la même valeur dans « [^»]*UAI[^»]* »/i);
  equal((await admin.submit(await admin.form(other, '/suppression'))).status, 303);
});

let project;
await test('a project with three policies; a fourth is one too many', async () => {
  const form = await leader.form('/projets/nouveau', '/projets');
  const policies = JSON.parse((await admin.get('/politiques.json')).text).map((p) => String(p.id));
  const axis = JSON.parse((await admin.get('/axes.json')).text)[0].id;
  const base = form.fields.filter(([n]) => !['name', 'axis', 'starts', 'policies'].includes(n));
  const fields = (n) => [...base, ['name', 'Un projet d’essai'], ['axis', String(axis)],
    ['starts', '2025-01-06'], ...policies.slice(0, n).map((p) => ['policies', p])];
  equal((await leader.post('/projets', fields(4))).status, 422, 'four policies');
  const r = await leader.post('/projets', fields(3));
  equal(r.status, 303, readable(r.text).slice(0, 400));
  project = r.location;
  const made = await row(project);
  equal(made.name, 'Un projet d’essai');
  equal(made.state, 'idea');
});
async function state() { return (await row(project)).state; }
const step = async (who, name, fields = {}) => {
  const csrf = forms((await who.get(project)).text).flatMap((f) => f.fields)
    .find(([n]) => n === '_csrf')[1];
  return who.post(`${project}/etapes/${name}`,
    { _csrf: csrf, _key: `step-${name}-${Math.random()}`, ...fields });
};
await test('a step moves the state, once, and only along the table', async () => {
  const form = await leader.form(project, '/etapes/study');
  equal((await twice(leader, form)).status, 303);
  equal(await state(), 'study');
  equal((await step(leader, 'finish', { reason: 'Il est trop tôt pour finir.' })).status, 409);
  equal(await state(), 'study');
  equal((await step(leader, 'nonsense')).status, 404);
});
await test('a step that wants a reason does not go without', async () => {
  equal((await step(leader, 'stop')).status, 422);
  equal((await step(leader, 'stop', { reason: '   ' })).status, 422);
  equal(await state(), 'study');
  equal((await step(leader, 'stop', { reason: 'Il n’y a plus de moyens.' })).status, 303);
  equal(await state(), 'stopped');
});
await test('a form does not move the state', async () => {
  const form = await leader.form(`${project}/modifier`, '/modifier');
  ok(!form.controls.some((c) => c.name === 'state'), 'the form has a state');
  equal((await leader.submit(form, { state: 'deployment' })).status, 303);
  equal(await state(), 'stopped');
});
await test('who may prepare a step may not decide it', async () => {
  const coordinator = await server.as('coordinator');
  equal((await step(coordinator, 'resume', { reason: 'Il reprendra à la rentrée.' })).status, 403);
  ok(!forms((await coordinator.get(project)).text).some((f) => f.action.includes('/etapes/')),
    'the page offers it');
});
await test('each step is a line of the journal, and the journal proves itself', async () => {
  equal((await step(leader, 'resume', { reason: 'Des moyens ont été trouvés.' })).status, 303);
  const said = essaim('journal', 'verify', '--data', server.folder);
  match(said, /all as sealed; root [0-9a-f]{64}/);
  ok(Number(/^(\d+) lines/.exec(said)[1]) >= 4, said);
  const text = readable((await leader.get(`${project}/historique`)).text);
  ok(/idea|idée/i.test(text), text.slice(0, 300));
});
await test('the state in history cannot be brought back without a step', async () => {
  const history = await leader.get(`${project}/historique`);
  const now = await state();
  const old = forms(history.text).filter((f) => f.action.endsWith('/restauration'));
  ok(old.length > 0, 'no version to bring back');
  await leader.submit(old[old.length - 1]);
  equal(await state(), now, 'the state went back by a restoration');
});
await test('a state without its reason comes back without one', async () => {
  const note = (await leader.submit(await leader.form('/veille/nouveau', '/veille'),
    { title: 'Revenue sans motif', source: 'Salon', seen: '2025-03-01' })).location;
  const keep = await leader.form(note, '/etapes/keep');
  equal((await leader.submit(keep, { reason: 'Simple, et déjà essayé ailleurs.' })).status, 303);
  equal((await leader.submit(await leader.form(`${note}/modifier`, '/modifier'), { source: 'Lettre' })).status, 303);
  query(server.folder, `UPDATE portfolio_signal SET state_reason = NULL WHERE id = ${note.split('/')[2]}`);
  equal((await leader.submit(await leader.form(note, '/suppression'))).status, 303);
  const back = forms((await leader.get(`${note}/historique`)).text)
    .find((f) => f.fields.some(([n, v]) => n === '_version' && v === '2'));
  equal((await leader.submit(back)).status, 303);
  const { source, state, state_reason: reason } = await row(note);
  deepEqual([source, state, reason], ['Salon', 'kept', null]);
});
await test('a number in a file is a code, also where it is the id of what stands', async () => {
  const [kind, code, parent] = query(server.folder, `SELECT a.kind, a.code, a.parent FROM directory_area a WHERE a.kind = 'bassin'
    AND NOT EXISTS (SELECT 1 FROM directory_area b WHERE b.code = CAST(a.parent AS TEXT)) ORDER BY a.id LIMIT 1`).split('|');
  const file = join(server.folder, 'area.csv');
  writeFileSync(file, `kind;code;parent\n${kind};${code};${parent}\n`);
  match(run('import', 'area', file, '--dry-run', '--data', server.folder).stdout, / 0 the same, 1 refused/);
});
await test('the server lived through it', async () => {
  equal(/ended by a signal|"request failed"/.exec(server.log())?.[0] ?? '', '');
});
await test('the history says who changed what is linked, and when', async () => {
  const path = (await row('/projets'))[0].id;
  const form = await leader.form(`/projets/${path}/modifier`, '/modifier');
  const of = form.controls.filter((c) => c.name === 'policies');
  const before = of.filter((c) => 'checked' in c).map((c) => c.value);
  const pairs = form.fields.filter(([n, v]) => n !== 'policies' || v !== before[0]);
  const r = form.enctype === 'multipart/form-data' ? await leader.postFiles(form.action, pairs)
    : await leader.post(form.action, pairs);
  equal(r.status, 303, readable(r.text).slice(0, 300));
  const past = await leader.get(`/projets/${path}/historique`);
  const newest = readable(/<li>[\s\S]*?<\/li>/.exec(past.text.slice(past.text.indexOf('<ol class="timeline')))[0]);
  const title = JSON.parse((await leader.get(`/politiques/${before[0]}.json`)).text).name;
  ok(newest.includes('Politiques') && newest.includes(title), newest);
  ok(newest.includes('Directeur') || newest.includes('Direct'), `by whom: ${newest}`);
});
await test('two editors of what is linked: the second sees both lists', async () => {
  const other = await server.as('leader');
  const { id } = (await row('/projets'))[0], path = `/projets/${id}/modifier`;
  const mine = await leader.form(path, '/modifier'), theirs = await other.form(path, '/modifier');
  const post = (who, form, keep, more = []) => {
    const pairs = [...form.fields.filter(([n, v]) => !(n === 'policies' && !keep(v)) && !more.some(([m]) => m === n)), ...more];
    return form.enctype === 'multipart/form-data' ? who.postFiles(form.action, pairs) : who.post(form.action, pairs);
  };
  const had = mine.controls.filter((c) => c.name === 'policies' && 'checked' in c).map((c) => c.value);
  ok(had.length > 0, 'none to take away');
  equal((await post(leader, mine, (v) => v !== had[0])).status, 303);
  const r = await post(other, theirs, () => true, [['summary', 'Un résumé d’à côté.']]);
  equal(r.status, 409);
  const title = JSON.parse((await admin.get(`/politiques/${had[0]}.json`)).text).name;
  const line = /<tr[^>]*>(?:(?!<\/tr>)[\s\S])*Politiques[\s\S]*?<\/tr>/.exec(r.text)?.[0] ?? '';
  match(line, /class="[^"]*differs|<mark|<strong/, readable(r.text).slice(0, 600));
  equal(readable(line).split(title).length - 1, 1, 'in mine, and not in theirs any more');
});
await test('what is saved as it stands is no new version', async () => {
  for (const list of ['/projets', '/laboratoires', '/etablissements']) {
    const before = await row(list);
    for (const { id } of before.slice(0, 8)) {
      const form = await admin.form(`${list}/${id}/modifier`, '/modifier');
      const r = form.enctype === 'multipart/form-data' ? await admin.postFiles(form.action, form.fields)
        : await admin.post(form.action, form.fields);
      equal(r.status, 303, `${list}/${id}: ${readable(r.text).slice(0, 300)}`);
    }
    deepEqual(await row(list), before, list);
  }
});
await test('a form that is refused costs no write', async () => {
  const counting = await serve({ env: { ESSAIM_QUERIES: '1' } });
  const who = await counting.as('admin');
  const form = await who.form('/etablissements/nouveau', '/etablissements');
  const writes = (r) => Number(r.headers.get('x-writes').split(' ')[0]);
  // What a server has to do when it begins is done first: reminders, for one.
  const written = async () => writes(await who.get('/etablissements/nouveau'));
  for (let last = -9, now = await written(); now - last > 5; [last, now] = [now, await written()])
    await sleep(1000);
  const began = Date.now(), first = await written();
  for (let i = 0; i < 40; i++) equal((await who.submit(form, { name: '' })).status, 422);
  const more = await written() - first;
  /* The task thread looks for work once a second. */
  ok(more < 10 + (Date.now() - began) / 100, `${more} writes`);
  await counting.stop();
});
await server.stop();
