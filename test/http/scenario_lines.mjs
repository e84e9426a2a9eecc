// A project and what stands under it, in one form: lines are added, changed and
// taken away with it, all or nothing, each as its own right and reach allow.
import { test, equal, ok, match, serve, forms, filled, readable, tables, sameTables, query } from './lib.mjs';

const server = await serve();
const leader = await server.as('leader');
const json = async (path) => JSON.parse((await leader.get(`${path}.json`)).text);
const sql = (q) => query(server.folder, q);
// One with partners enough.
const partnersOf = (await json('/partenaires-de-projet')).map((x) => x.project);
const project = (await json('/projets')).find((p) => partnersOf.filter((x) => x === p.id).length > 2);
const path = `/projets/${project.id}`;
const edit = (who = leader) => who.form(`${path}/modifier`, '/modifier');
const of = async (list) => (await json(list)).filter((x) => x.project === project.id);
const lineOf = (form, kind, id) => form.fields.find(([n, v]) =>
  n.startsWith(`${kind}.`) && n.endsWith('._id') && v === String(id))[0].replace(/_id$/, '');
const again = (page, action = `${path}/modifier`) =>
  forms(page.text).find((f) => f.action === action && f.method === 'post');
const sent = (who, form, changes) => who.submit(form, changes);

await test('every kind of child stands in the form, each row a line', async () => {
  const form = await edit();
  for (const [list, kind] of [['/passages', 'project_service'], ['/membres-de-projet', 'project_member'],
    ['/partenaires-de-projet', 'project_partner'], ['/documents', 'document']]) {
    const rows = await of(list);
    const lines = form.fields.filter(([n]) => n.startsWith(`${kind}.`) && n.endsWith('._id'))
      .map(([, v]) => Number(v));
    equal(lines.sort((a, b) => a - b).join(' '), rows.map((r) => r.id).sort((a, b) => a - b).join(' '), kind);
    equal(form.fields.find(([n]) => n === `${kind}._lines`)[1], String(rows.length));
  }
  ok(!form.controls.some((c) => /\.project$/.test(c.name)), 'whose it is, is not asked');
});
await test('saved as it stands, no child changes', async () => {
  const before = tables(server.folder);
  const r = await sent(leader, await edit(), {});
  equal(r.status, 303, readable(r.text).slice(0, 400));
  equal(r.location, path);
  const after = tables(server.folder);
  for (const t of ['service', 'member', 'partner'])
    equal(after.all[`portfolio_project_${t}`], before.all[`portfolio_project_${t}`], t);
  equal(after.all.portfolio_document, before.all.portfolio_document);
});
await test('"add a line" without scripts: the form comes back with one more, nothing is saved', async () => {
  const form = await edit();
  const before = tables(server.folder);
  const n = Number(form.fields.find(([k]) => k === 'project_service._lines')[1]);
  const more = await sent(leader, form, { name: 'Un nom en cours', _more: 'project_service' });
  equal(more.status, 200);
  sameTables(before, tables(server.folder), 'one line more');
  const next = again(more);
  equal(next.fields.find(([k]) => k === 'project_service._lines')[1], String(n + 1));
  equal(next.fields.find(([k]) => k === 'name')[1], 'Un nom en cours');
  const services = next.controls.find((c) => c.name === `project_service.${n}.service`);
  ok(services, 'no control of the new line');
  const button = next.buttons.find((b) => b.name === '_more' && b.value === 'project_service');
  match(button.formaction, new RegExp(`^${path}/modifier#`));
  ok(!next.buttons[0].name, 'Enter saves');
  const blank = await sent(leader, next, { name: project.name });
  equal(blank.status, 303, 'a line left blank is no line');
  equal((await of('/passages')).length, n);
});
await test('a new line, a changed one and one less, in one transaction; twice is once', async () => {
  const first = await edit();
  const partners = await of('/partenaires-de-projet');
  const passages = await of('/passages');
  const form = again(await sent(leader, first, { _more: 'project_service' }));
  const n = passages.length;
  const gone = lineOf(form, 'project_partner', partners[0].id);
  const changed = lineOf(form, 'project_service', passages[0].id);
  const service = form.controls.find((c) => c.name === `project_service.${n}.service`)
    .options.find((o) => o.value).value;
  const changes = {
    [`${gone}_remove`]: '1', [`${changed}note`]: 'Une note nouvelle',
    [`project_service.${n}.service`]: service, [`project_service.${n}.starts`]: '2031-01-01',
    [`project_service.${n}.state`]: 'planned',
  };
  const r = await sent(leader, form, changes);
  equal(r.status, 303, readable(/class="errors"[\s\S]*?<\/div>/.exec(r.text)?.[0] ?? r.text).slice(0, 500));
  const after = tables(server.folder);
  equal((await sent(leader, form, changes)).location, r.location);
  sameTables(after, tables(server.folder), 'sent twice');
  const now = await of('/passages');
  equal(now.length, n + 1);
  equal(now.find((x) => x.id === passages[0].id).note, 'Une note nouvelle');
  const made = now.find((x) => !passages.some((p) => p.id === x.id));
  equal(made.starts, '2031-01-01');
  equal((await of('/partenaires-de-projet')).length, partners.length - 1);
  match(readable((await leader.get(`/passages/${passages[0].id}/historique`)).text), /Une note nouvelle/);
  match(readable((await leader.get(`/partenaires-de-projet/${partners[0].id}/historique`)).text), /Suppression|supprim/i);
});
await test('a mistake in a line: nothing is saved, the message stands by its field', async () => {
  const passages = await of('/passages');
  const form = again(await sent(leader, await edit(), { _more: 'project_service' }));
  const n = passages.length, line = lineOf(form, 'project_service', passages[0].id);
  const before = tables(server.folder);
  const r = await sent(leader, form, { name: 'Ne sera pas gardé', [`${line}note`]: 'x'.repeat(5000),
    [`project_service.${n}.starts`]: 'jamais' });
  equal(r.status, 422);
  sameTables(before, tables(server.folder), 'a refused form');
  const wrong = again(r).controls.filter((c) => c['aria-invalid'] === 'true').map((c) => c.name);
  for (const name of [`${line}note`, `project_service.${n}.starts`, `project_service.${n}.service`])
    ok(wrong.includes(name), `${name} is not marked (${wrong})`);
  ok(r.text.includes('value="jamais"'), 'typed and lost');
  const ends = await sent(leader, await edit(), { [`${line}starts`]: '2030-01-02', [`${line}ends`]: '2030-01-01' });
  equal(ends.status, 422, 'across the fields of a line');
  ok(again(ends).html.includes(`f-${line.replace(/\./g, '-')}ends-e`), 'by its field');
});
await test('the same line twice is told in the line', async () => {
  const partners = await of('/partenaires-de-projet');
  const form = again(await sent(leader, await edit(), { _more: 'project_partner' }));
  const n = partners.length, first = lineOf(form, 'project_partner', partners[0].id);
  const valueOf = (name) => form.fields.find(([k]) => k === name)[1];
  const r = await sent(leader, form, {
    [`project_partner.${n}.organisation`]: valueOf(`${first}organisation`),
    [`project_partner.${n}.role`]: valueOf(`${first}role`),
  });
  equal(r.status, 422);
  match(r.text, new RegExp(`id="f-project_partner-${n}-line"[\\s\\S]*?class="err"`));
});
await test('a line that somebody else changed meanwhile is 409, with both, and then decided', async () => {
  const passage = (await of('/passages'))[0];
  const mine = await edit();
  const line = lineOf(mine, 'project_service', passage.id);
  const admin = await server.as('admin');
  const own = await admin.form(`/passages/${passage.id}/modifier`, '/modifier');
  equal((await admin.submit(own, { note: 'La leur' })).status, 303);
  const untouched = await sent(leader, mine, { summary: 'Seul le projet change.' });
  equal(untouched.status, 303, 'a line that I left alone is no conflict');
  const late = again(await sent(leader, await edit(), { _more: 'document' }));
  const own2 = await admin.form(`/passages/${passage.id}/modifier`, '/modifier');
  equal((await admin.submit(own2, { note: 'La leur encore' })).status, 303);
  const before = tables(server.folder);
  const r = await sent(leader, late, { [`${line}note`]: 'La mienne' });
  equal(r.status, 409);
  sameTables(before, tables(server.folder), 'a conflict');
  ok(r.text.includes('La leur encore') && r.text.includes('La mienne'), 'both');
  const decided = await sent(leader, again(r), {});
  equal(decided.status, 303, readable(decided.text).slice(0, 500));
  equal((await of('/passages')).find((x) => x.id === passage.id).note, 'La mienne');
});
await test('a line that somebody else deleted meanwhile is told', async () => {
  const partner = (await of('/partenaires-de-projet'))[0];
  const form = await edit();
  const line = lineOf(form, 'project_partner', partner.id);
  const admin = await server.as('admin');
  equal((await admin.submit(await admin.form(`/partenaires-de-projet/${partner.id}`, '/suppression'))).status, 303);
  const other = form.controls.find((c) => c.name === `${line}role`).options.map((o) => o.value)
    .find((v) => v && v !== partner.role);
  const r = await sent(leader, form, { [`${line}role`]: other });
  equal(r.status, 409);
  match(readable(r.text), /supprimée entre-temps/);
  const made = await sent(leader, again(r), {});
  equal(made.status, 303, readable(made.text).slice(0, 400));
  ok((await of('/partenaires-de-projet')).some((x) => x.organisation === partner.organisation && x.role === other));
});
await test('no form reaches another parent\'s line', async () => {
  const foreign = (await json('/passages')).find((x) => x.project !== project.id);
  const form = await edit();
  const n = Number(form.fields.find(([k]) => k === 'project_service._lines')[1]);
  const before = tables(server.folder);
  for (const more of [{}, { [`project_service.${n}._remove`]: '1' }]) {
    const r = await sent(leader, await edit(), {
      'project_service._lines': String(n + 1), [`project_service.${n}._id`]: String(foreign.id),
      [`project_service.${n}._version`]: String(foreign.version),
      [`project_service.${n}.service`]: String(foreign.service), [`project_service.${n}.starts`]: '2030-01-01',
      [`project_service.${n}.state`]: 'planned', ...more });
    ok([303, 409, 422].includes(r.status), String(r.status));
  }
  const after = tables(server.folder);
  equal(after.all.portfolio_project_service, before.all.portfolio_project_service);
});
await test('who may not write a child does not change it, whatever the form says', async () => {
  const coordinator = await server.as('coordinator');
  const schools = JSON.parse((await coordinator.get('/etablissements.json')).text);
  const classes = JSON.parse((await coordinator.get('/classes.json')).text);
  const mine = schools.find((s) => classes.some((c) => c.school === s.id));
  const form = await coordinator.form(`/etablissements/${mine.id}/modifier`, '/modifier');
  ok(form.fields.some(([n]) => n === 'class._lines'), 'the classes of one\'s school');
  const head = await server.as('head');
  equal((await head.get(`/etablissements/${mine.id}/modifier`)).status, 403);
  const far = (await json('/classes')).length; // the leader reads, and may not write
  ok(far > 0);
  const admin = await server.as('admin');
  const whole = await admin.form(`/etablissements/${mine.id}/modifier`, '/modifier');
  const line = whole.fields.find(([n]) => /^class\.\d+\._id$/.test(n));
  ok(line, 'a class');
  const before = tables(server.folder);
  const n = line[0].replace(/_id$/, '');
  const foreign = classes.find((c) => c.school !== mine.id);
  const r = await coordinator.submit(form, { [`${n}_id`]: String(foreign?.id ?? 999999), [`${n}label`]: 'Volée' });
  ok([303, 409, 422, 403].includes(r.status), String(r.status));
  equal(tables(server.folder).all.directory_class, before.all.directory_class);
});
await test('a document with its file in the project\'s form', async () => {
  const more = await sent(leader, await edit(), { _more: 'document' });
  const form = again(more);
  equal(form.enctype, 'multipart/form-data');
  const n = Number(form.fields.find(([k]) => k === 'document._lines')[1]) - 1;
  const bytes = Buffer.from('%PDF-1.4 dans le projet');
  const refused = await leader.postFiles(form.action, [...filled(form, { name: '', [`document.${n}.title`]: 'Joint' }),
    [`document.${n}.file`, bytes, 'joint.pdf']]);
  equal(refused.status, 422);
  ok(readable(refused.text).includes('joint.pdf'), 'kept');
  const r = await sent(leader, again(refused), { name: project.name });
  equal(r.status, 303, readable(r.text).slice(0, 500));
  const doc = (await of('/documents')).find((d) => d.title === 'Joint');
  ok((await leader.get(`/documents/${doc.id}/fichier/file`)).bytes.equals(bytes));
  ok(readable((await leader.get(path)).text).includes('PDF, 23'), 'kind and size on the project\'s page');
  const empty = again(await sent(leader, await edit(), { _more: 'document' }));
  const bad = await leader.postFiles(empty.action, [...filled(empty, { [`document.${n + 1}.title`]: 'Vide' }),
    [`document.${n + 1}.file`, Buffer.alloc(0), 'vide.pdf']]);
  equal(bad.status, 422);
  ok(bad.text.includes(`id="f-document-${n + 1}-file-e"`), 'by its field');
});
await test('a new project is made with its lines', async () => {
  const first = await leader.form('/projets/nouveau', '/projets');
  const form = forms((await leader.submit(first, { _more: 'document', name: 'Né avec ses lignes' })).text)
    .find((f) => f.action === '/projets');
  const axis = form.controls.find((c) => c.name === 'axis');
  const pick = axis.tag === 'select' ? axis.options.find((o) => o.value).value : axis.value;
  const r = await leader.submit(form, { axis: pick, starts: '2025-01-01',
    'document.0.title': 'Premier', 'document.0.web': 'https://demo.example/premier' });
  equal(r.status, 303, readable(r.text).slice(0, 600));
  ok(readable((await leader.get(r.location)).text).includes('Premier'));
});
await test('a child made from its parent\'s page leads back there', async () => {
  const page = await leader.get(path);
  const link = /href="([^"]*\/documents\/nouveau\?[^"]*)"/.exec(page.text)[1].replace(/&amp;/g, '&');
  const form = await leader.form(link, '/documents');
  const r = await leader.submit(form, { title: 'Retour', web: 'https://demo.example/r' });
  equal(r.location, path);
});
await test('more than fifty: the form leads to their list', async () => {
  const admin = await server.as('admin');
  const school = (await json('/etablissements'))[0].id;
  const csrf = (await admin.form('/classes/nouveau', '/classes')).fields;
  const want = Object.fromEntries(csrf);
  for (let i = 0; i < 51; i++) {
    const r = await admin.post('/classes', { ...want, _key: `c-${i}`, school: String(school),
      year: '2030-2031', label: `Z${i}`, level: 'ce1', kind: 'class' });
    if (i === 0) equal(r.status, 303, readable(/class="errors"[\s\S]*?<\/div>/.exec(r.text)?.[0] ?? r.text).slice(0, 400));
  }
  const page = await admin.get(`/etablissements/${school}/modifier`);
  ok(page.text.includes(`/classes?school=${school}`), 'no link');
  ok(!/name="class\.0\./.test(page.text), 'lines all the same');
  ok(Number(sql(`SELECT count(*) FROM directory_class WHERE school = ${school}`)) >= 51);
  const form = forms(page.text).find((f) => f.action.endsWith('/modifier'));
  equal((await admin.submit(form)).status, 303);
});
await server.stop();
