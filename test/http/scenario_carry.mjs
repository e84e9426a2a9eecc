// A form whose session is over, or is another one: what was typed is carried
// through signing in, to who sent it from our own page only.
import { test, equal, ok, match, serve, forms, tables, sameTables, readable, query } from './lib.mjs';

const server = await serve();
const here = { 'sec-fetch-site': 'same-origin' };
const typed = { name: 'Les « Abeilles » & <Cie>', kind: 'association' };
const field = (form, name) => form.fields.find(([n]) => n === name)?.[1];
const roleForm = (page) => forms(page.text).find((f) => f.action === '/entrer/demonstration');

await test('a session that is over: signing in brings the form back, filled in', async () => {
  const admin = await server.as('admin');
  const form = await admin.form('/organisations/nouveau', '/organisations');
  admin.cookies.delete('session');
  const before = tables(server.folder);
  const over = await admin.submit(form, typed, here);
  equal(over.status, 401);
  match(readable(over.text), /Votre session est terminée/);
  match(over.headers.get('cache-control'), /no-store/);
  ok(!over.text.includes(field(form, '_csrf')), 'the old token is not carried');
  // A wrong password loses nothing.
  const by = forms(over.text).find((f) => f.action === '/entrer');
  const wrong = await admin.submit(by, { email: 'admin@demo.example', password: 'wrong' }, here);
  equal(wrong.status, 422);
  sameTables(before, tables(server.folder), 'nothing is written, nothing is stored', ['auth_session', 'core_journal']);
  const again = forms(wrong.text).find((f) => f.action === '/entrer');
  ok(!again.fields.some(([, v]) => v === 'wrong'), 'no password is carried');
  const back = await admin.submit(again, { email: 'admin@demo.example', password: 'demonstration' }, here);
  equal(back.status, 200);
  const resume = forms(back.text).find((f) => f.action === '/organisations');
  const shown = await admin.submit(resume, { _more: 'again' }, here);
  equal(shown.status, 200);
  const filled = forms(shown.text).find((f) => f.action === '/organisations');
  equal(field(filled, 'name'), typed.name);
  equal(field(filled, 'kind'), typed.kind);
  equal((await admin.submit(filled, {}, here)).status, 303);
});
await test('the form of another session comes back with a token that holds', async () => {
  const admin = await server.as('admin');
  const form = await admin.form('/organisations/nouveau', '/organisations');
  await admin.signIn('admin');
  const old = await admin.submit(form, { ...typed, name: 'Ruche & Cie' }, here);
  equal(old.status, 403);
  ok(!/pas le droit/.test(readable(old.text)), 'it is no matter of rights');
  const resume = forms(old.text).find((f) => f.action === '/organisations');
  const shown = await admin.submit(resume, { _more: 'again' }, here);
  const filled = forms(shown.text).find((f) => f.action === '/organisations');
  equal(field(filled, 'name'), 'Ruche & Cie');
  equal((await admin.submit(filled, {}, here)).status, 303);
});
await test('a step and its reason are sent again at once', async () => {
  const leader = await server.as('leader');
  const page = await leader.get('/projets/1');
  const step = forms(page.text).find((f) => /\/etapes\//.test(f.action)
    && f.controls.some((c) => c.name === 'reason'));
  leader.cookies.delete('session');
  const over = await leader.submit(step, { reason: 'Le pilote a changé cette année.' }, here);
  equal(over.status, 401);
  const by = roleForm(over);
  const back = await leader.postFiles(by.action, [...by.fields, ['role', 'leader']], here);
  equal(back.status, 200);
  match(readable(back.text), /Le pilote a changé cette année\./);
  const resume = forms(back.text).find((f) => f.action === step.action);
  const [, , title] = /^(.+)\s: (.+)$/.exec(readable(/<h2>([^]*?)<\/h2>/.exec(back.text)[1]).trim());
  ok(readable(/<h1[^>]*>([^]*?)<\/h1>/.exec(page.text)[1]).trim().startsWith(title), 'it says what it does');
  equal(field(resume, 'reason'), 'Le pilote a changé cette année.');
  equal((await leader.submit(resume, {}, here)).status, 303);
});
await test('the sign-in form that carries opens one session: Back and Reload open none', async () => {
  const admin = await server.as('admin');
  const form = await admin.form('/organisations/nouveau', '/organisations');
  const fresh = async () => forms((await server.stranger().submit(form, typed, here)).text)
    .find((f) => f.action === '/entrer');
  const by = await fresh(), who = { email: 'admin@demo.example', password: 'demonstration' };
  const sessions = () => query(server.folder, 'SELECT count(*) FROM auth_session');
  const first = server.stranger();
  equal((await first.submit(by, who, here)).status, 200);
  const before = sessions();
  const next = server.stranger();
  const key = field(by, 'again_key');
  const old = `0${key.slice(1)}`.replace(/^0\w{3}/, '0000');
  for (const again_key of [key, '', 'x', old, null]) {
    const again = await next.submit(by, { ...who, again_key }, here);
    equal(again.status, 422, String(again_key));
    match(readable(again.text), /a déjà servi/);
    match(again.headers.get('cache-control'), /no-store/);
    ok(!next.cookies.has('session') && !next.cookies.has('known'), String(again_key));
  }
  equal(sessions(), before);
  // Two at once: one of them.
  const twice = await fresh();
  const both = await Promise.all([1, 2, 3, 4].map(() => server.stranger().submit(twice, who, here)));
  equal(both.map((r) => r.status).sort().join(' '), '200 422 422 422');
});
await test('what acts at once is not carried to whoever signs in: roles, deletions, imports, a step without a word', async () => {
  const admin = await server.as('admin');
  const roles = await admin.form('/personnes/2/roles', '/personnes/2/roles');
  const removal = { action: '/organisations/1/suppression', fields: roles.fields };
  const imports = { action: '/imports', fields: (await admin.form('/imports', '/imports')).fields.filter(([n]) => n !== 'file') };
  const steps = forms((await admin.get('/projets/1')).text).filter((f) => /\/etapes\//.test(f.action));
  ok(steps.length > 0);
  const mute = { action: steps[0].action, fields: [...steps[0].fields.filter(([n]) => n !== 'reason'), ['reason', ' ']] };
  for (const form of [roles, removal, imports, mute]) {
    const stranger = server.stranger();
    const over = await stranger.submit(form, { role: 'admin' }, here);
    equal(over.status, 401, form.action);
    ok(!over.text.includes('name="again'), form.action);
    const back = await stranger.submit(roleForm(over), { role: 'admin', again: form.action, 'again.role': 'admin' }, here);
    equal(back.status, 303, form.action);
    const other = await server.as('admin');
    const old = await other.submit(form, { role: 'admin' }, here);
    equal(old.status, 403);
    ok(!forms(old.text).some((f) => f.action === form.action), form.action);
  }
});
// The forms of modules: by their page, the name of a field that a person writes.
const halfDay = async () => {
  const labs = await server.stranger().get('/laboratoires');
  for (const [, lab] of labs.text.matchAll(/href="(\/laboratoires\/\d+)"/g)) {
    const m = /href="([^"]*\/demande\?[^"]*)"/.exec((await server.stranger().get(lab)).text);
    if (m) return m[1].replaceAll('&amp;', '&');
  }
  throw new Error('no half-day is free');
};
const openGate = query(server.folder, "SELECT min(id) FROM portfolio_gate WHERE state = 'open'");
const newAdvice = query(server.folder, "SELECT min(id) FROM portfolio_advice WHERE state = 'taken'");
const forms_ = [
  ['leader', `/jalons/${openGate}`, /\/decision$/, 'reason'],
  ['coordinator', '/deploiements/liste', /^\/deploiements\/liste$/, 'uais'],
  ['teacher', '/demander-conseil', /^\/demander-conseil$/, 'need'],
  ['teacher', await halfDay(), /\/demande\?/, 'need'],
  ['leader', `/conseils/${newAdvice}`, /\/projet$/, 'name'],
];
for (const [role, path, action, name] of forms_)
  await test(`${action.source}: the form of a module comes back, filled in`, async () => {
    const who = await server.as(role);
    const form = forms((await who.get(path)).text).find((f) => f.method === 'post' && action.test(f.action));
    ok(form, 'no form');
    who.cookies.delete('session');
    const over = await who.submit(form, { [name]: 'Mon texte « gardé »' }, here);
    equal(over.status, 401);
    const by = roleForm(over);
    const back = await who.postFiles(by.action, [...by.fields, ['role', role]], here);
    equal(back.status, 200);
    const before = tables(server.folder);
    const resume = forms(back.text).find((f) => f.action === form.action);
    const shown = await who.submit(resume, { _more: 'again' }, here);
    equal(shown.status, 200);
    const filledIn = forms(shown.text).find((f) => f.action === form.action && f.method === 'post');
    equal(field(filledIn, name), 'Mon texte « gardé »');
    sameTables(before, tables(server.folder), 'nothing is saved by coming back');
  });
await test('who signs in next at that browser is shown nothing of another, and sends nothing', async () => {
  const admin = await server.as('admin');
  const form = await admin.form('/organisations/nouveau', '/organisations');
  const step = forms((await (await server.as('leader')).get('/projets/1')).text).find((f) => /\/etapes\//.test(f.action));
  for (const [one, changes] of [[form, typed], [step, { reason: 'Les « Abeilles »' }]]) {
    const next = server.stranger();
    const over = await next.submit(one, changes, here);
    equal(over.status, 401);
    const by = roleForm(over);
    const back = await next.postFiles(by.action, [...by.fields, ['role', 'expert']], here);
    equal(back.status, 200);
    match(readable(back.text), /écrit par une autre personne/);
    ok(!back.text.includes('Abeilles'), 'it is shown');
    ok(!forms(back.text).some((f) => f.action === one.action), 'it can be sent');
  }
  // Nor is it where the next one has come in already, and sends the old tab's form.
  const other = await server.as('leader');
  const old = await other.submit(form, typed, here);
  equal(old.status, 403);
  match(readable(old.text), /écrit par une autre personne/);
  ok(!old.text.includes('Abeilles'));
});
await test('a form of an older version, whose writer nobody knows, is shown before it is sent', async () => {
  const form = await (await server.as('admin')).form('/organisations/nouveau', '/organisations');
  const next = server.stranger();
  const over = await next.submit(form, { ...typed, _csrf: 'a'.repeat(48) }, here);
  ok(!over.text.includes('again_by'));
  const by = roleForm(over);
  const back = await next.postFiles(by.action, [...by.fields, ['role', 'leader']], here);
  ok(forms(back.text).some((f) => f.action === form.action && f.buttons.some((b) => b.value === 'again')));
});
await test('a right password that is held back is not sent again by Back and Reload, also with a form that is carried', async () => {
  const form = await (await server.as('admin')).form('/organisations/nouveau', '/organisations');
  const who = server.stranger(), right = { email: 'researcher@demo.example', password: 'demonstration' };
  for (let i = 0; i < 5; i++) await who.post('/entrer', { ...right, password: 'wrong' });
  const by = forms((await who.submit(form, typed, here)).text).find((f) => f.action === '/entrer');
  const heldBack = await who.submit(by, right, here);
  equal(heldBack.status, 429);
  ok(Number(heldBack.headers.get('retry-after')) > 0);
  const again = await who.submit(by, right, here); // Reload
  equal(again.status, 422);
  match(readable(again.text), /a déjà servi/);
  ok(!who.cookies.has('session'));
  const next = forms(heldBack.text).find((f) => f.action === '/entrer');
  ok(field(next, 'again_key') !== field(by, 'again_key') && field(next, 'again.name') === typed.name, 'what is carried stays');
});
await test('a file is not carried, and the page says so', async () => {
  const admin = await server.as('admin');
  const form = await admin.form('/documents/nouveau', '/documents');
  admin.cookies.delete('session');
  const pairs = [...form.fields.filter(([n]) => n !== 'file'), ['file', 'uai\n', 'x.csv']];
  const over = await admin.postFiles('/documents', pairs, here);
  match(readable(over.text), /sauf les fichiers/);
  const by = roleForm(over);
  const back = await admin.postFiles(by.action, [...by.fields, ['role', 'admin']], here);
  match(readable(back.text), /choisissez-les de nouveau/);
});
await test('another site has nothing carried', async () => {
  const form = await (await server.as('admin')).form('/organisations/nouveau', '/organisations');
  for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' },
    { origin: 'null' }, { 'sec-fetch-site': 'same-site', origin: server.base }]) {
    const stranger = server.stranger();
    const over = await stranger.submit(form, typed, headers);
    equal(over.status, 401);
    ok(!over.text.includes('Abeilles'), JSON.stringify(headers));
    const admin = await server.as('admin');
    ok(!(await admin.submit(form, typed, headers)).text.includes('Abeilles'), JSON.stringify(headers));
    // Nor through a sign-in form of its own.
    const back = await stranger.post('/entrer/demonstration', [['role', 'admin'],
      ['again', '/organisations'], ['again.name', 'Abeilles']], headers);
    equal(back.status, Object.keys(headers).length ? 403 : 303, JSON.stringify(headers));
  }
  const who = server.stranger();
  equal((await who.submit(form, typed, { origin: server.base })).text.includes('Abeilles'), true,
    'a browser that tells the origin alone');
});
await test('an address that is no form of ours is not gone to', async () => {
  for (const to of ['//evil.example/x', 'https://evil.example/', '/nulle-part', '/api/v1/school', '/../x', '']) {
    const who = server.stranger();
    const r = await who.post('/entrer/demonstration', [['role', 'admin'], ['again', to], ['again.name', 'x']], here);
    equal(r.status, 303, to);
  }
});
await test('what is too long to be carried is said to be', async () => {
  const admin = await server.as('admin');
  const form = await admin.form('/organisations/nouveau', '/organisations');
  query(server.folder, 'UPDATE auth_session SET used = used - 50000');
  const over = await admin.submit(form, { ...typed, name: 'x'.repeat(70000) }, here);
  equal(over.status, 401);
  match(readable(over.text), /trop long pour être gardé/);
});
await test('what is promised to be kept is kept, to the last byte that fits', async () => {
  const admin = await server.as('admin');
  const form = await admin.form('/organisations/nouveau', '/organisations');
  let kept = 0;
  for (let n = 57100; n < 57400; n += 5) {
    const stranger = server.stranger();
    const over = await stranger.submit({ action: form.action, fields: [['name', 'x'.repeat(n)]] }, {}, here);
    if (/trop long pour être gardé/.test(readable(over.text))) break;
    const by = roleForm(over);
    const back = await stranger.postFiles(by.action, [...by.fields, ['role', 'admin']], here);
    equal(back.status, 200, `${n} bytes`);
    equal(field(forms(back.text).find((f) => f.action === form.action), 'name')?.length, n);
    kept++;
  }
  ok(kept > 0 && kept < 60, `${kept} lengths`);
});
await test('a sign-in form with more than can be kept says so, and signs in', async () => {
  const stranger = server.stranger();
  const over = await stranger.submit(await (await server.as('admin')).form('/organisations/nouveau', '/organisations'),
    typed, here);
  const by = roleForm(over);
  const back = await stranger.postFiles(by.action,
    [...by.fields, ['again.more', 'x'.repeat(58000)], ['role', 'admin']], here);
  equal(back.status, 200);
  match(readable(back.text), /trop long pour être gardé/);
  ok(stranger.cookies.has('session'));
});
await server.stop();
