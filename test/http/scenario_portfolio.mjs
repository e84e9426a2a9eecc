// The portfolio lives: a committee decides, once; what is refused says why; a
// circle, a deployment that ends before it begins, a file with wrong lines.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { test, equal, deepEqual, ok, match, serve, post, made, says, forms, filled, readable, tables, sameTables, importEnd, essaim, apiOf,
  onPostgres, program, query }
  from './lib.mjs';

const server = await serve({ env: { ESSAIM_QUERIES: '1' } });
const admin = await server.as('admin'), leader = await server.as('leader');
const inspector = await server.as('inspector'), expert = await server.as('expert');
const researcher = await server.as('researcher');
const rows = async (path, who = admin) => JSON.parse((await who.get(`${path}.json`)).text);
const person = async (role) => (await rows('/personnes')).find((p) => p.email === `${role}@demo.example`).id;

let signal, project, gate, dropped;
await test('a note de veille is kept with its reason, and becomes a project', async () => {
  signal = made(await post(leader, '/veille', { title: 'Un atlas que les élèves écrivent',
    source: 'Salon', country: 'it', seen: '2025-03-01', subject: 'Des classes cartographient leur rue.' }));
  const blank = await post(leader, `${signal}/etapes/keep`);
  says(blank, 422, /dites d’abord pourquoi/);
  ok(forms(blank.text).some((f) => f.action === `${signal}/etapes/keep`), 'the form is gone');
  says(await post(leader, `${signal}/etapes/keep`, { reason: 'a'.repeat(20001) }), 422, /trop long/);
  made(await post(leader, `${signal}/etapes/keep`, { reason: 'Simple, sans compte, et déjà essayé ailleurs.' }));
  ok(readable((await leader.get(signal)).text).includes('Simple, sans compte'), 'the reason is not shown');
  const axis = (await rows('/axes'))[0].id;
  says(await post(leader, `${signal}/projet`, { way: 'new', name: '', axis }), 422, /Donnez un nom/);
  says(await post(leader, `${signal}/projet`, { way: 'new', name: 'ESCALE', axis }), 422, /porte déjà ce nom/);
  const form = forms((await leader.get(signal)).text).find((f) => f.action === `${signal}/projet`);
  says(await leader.submit(form, { way: 'new', name: 'Atlas des rues' }), 422, /un nom et un axe/); // none is chosen for them
  project = made(await post(leader, `${signal}/projet`, { way: 'new', name: 'Atlas des rues', axis, lead: '1' }));
  // Who makes a project of it is proposed as who leads that.
  ok(form.controls.some((c) => c.name === 'lead' && 'checked' in c), JSON.stringify(form.controls));
  const me = await person('leader'), members = async () => (await rows('/membres-de-projet'))
    .filter((m) => m.project === Number(project.split('/').at(-1))).map((m) => `${m.person} ${m.role}`);
  equal(`${await members()}`, `${me} lead`);
  const page = readable((await leader.get(project)).text);
  ok(page.includes('Un atlas que les élèves écrivent'), 'no filiation on the page');
  says(await post(leader, `${signal}/projet`, { way: 'new', name: 'Atlas des avenues', axis }), 422,
    /Un projet en est né/);
  says(await post(leader, `${signal}/etapes/drop`, { reason: 'Trop cher.' }), 409, /Un projet en est né.*ne s’écarte plus/);
  equal((await rows(signal)).state, 'kept');
  // That it came of a note is public; what the note says is not.
  const seen = (await server.stranger().get(project)).text;
  ok(!seen.includes('Un atlas que') && !seen.includes('href="/veille'), 'a stranger reads the note');
  match(readable(/<figure class="chart lineage">[\s\S]*?<\/figure>/.exec(seen)?.[0] ?? ''),
    /Note de veille, non publique .* Atlas des rues/);
  // Who reads notes reads it there too, also where they reach no more than a bassin.
  const hers = (await (await server.as('coordinator')).get(project)).text;
  match(readable(/<figure class="chart lineage">[\s\S]*?<\/figure>/.exec(hers)?.[0] ?? ''), /Un atlas que les élèves/);
  ok(hers.includes(`href="${signal}"`), 'no link to the note');
});

await test('who follows a note says so with a button, once', async () => {
  equal((await rows(signal)).follower, null);
  ok(forms((await expert.get(signal)).text).some((f) => f.action === `${signal}/etapes/follow`));
  made(await post(expert, `${signal}/etapes/follow`));
  equal((await rows(signal)).follower, await person('expert'));
  equal((await rows(signal)).state, 'kept', 'to follow sorts nothing');
  says(await post(expert, `${signal}/etapes/follow`), 409, /suivez déjà/);
  made(await post(leader, `${signal}/etapes/follow`)); // it is taken over
  equal((await rows(signal)).follower, await person('leader'));
  equal((await post(researcher, `${signal}/etapes/follow`)).status, 403);
});
await test('an older version brought back leaves what was decided, and why', async () => {
  const form = await leader.form(`${signal}/modifier`, '/modifier');
  made(await leader.submit(form, { subject: 'Des classes cartographient leur quartier.' }));
  const back = forms((await leader.get(`${signal}/historique`)).text)
    .filter((f) => f.action.endsWith('/restauration')).at(-1);
  made(await leader.submit(back));
  const row = await rows(signal);
  equal(row.subject, 'Des classes cartographient leur rue.');
  equal(row.state, 'kept');
  match(row.state_reason ?? '', /Simple, sans compte/);
});

await test('a gate opens only with a committee, and its criteria are frozen then', async () => {
  made(await post(leader, `${project}/etapes/study`));
  says(await post(leader, `${project}/etapes/design`), 409, /se décide en jalon/);
  const first = made(await post(leader, '/jalons', { project: project.split('/').at(-1), name: 'Étude faite',
    stage_from: 'study', stage_to: 'design', meets: '2025-03-11', quorum: '2' }));
  made(await post(leader, `${first}/etapes/waive`, { reason: 'L’étude a été faite avec les professeurs.' }));
  gate = made(await post(leader, '/jalons', { project: project.split('/').at(-1), name: 'Jalon d’essai',
    stage_from: 'design', stage_to: 'trial', meets: '2025-03-20', quorum: '2' }));
  made(await leader.submit(await leader.form(`${gate}/modifier`, '/modifier'), { quorum: '3' }));
  const extra = made(await post(leader, '/criteres-de-jalon',
    { gate: gate.split('/').at(-1), position: 9, label: 'De trop' })).split('#')[0];
  dropped = (await rows('/criteres-de-jalon')).find((k) => k.label === 'De trop').id;
  made(await post(leader, `/criteres-de-jalon/${dropped}/suppression`, { _version: 1 }));
  ok(extra, 'a criterion of its own');
  says(await post(leader, `${gate}/etapes/open`), 409, /moins de membres que le quorum/);
  const id = gate.split('/').at(-1);
  for (const [role, seat] of [['leader', 'chair'], ['inspector', 'member'], ['expert', 'expert'],
    ['researcher', 'expert']])
    made(await post(leader, '/membres-de-jalon', { gate: id, person: await person(role), role: seat }));
  made(await post(leader, `${gate}/etapes/open`));
  const copies = (await rows('/criteres-de-jalon')).filter((k) => k.gate === Number(id));
  equal(copies.length, 3);
  // The set changes; the copy stays, and nobody changes it by hand.
  const set = (await rows('/criteres')).find((k) => k.stage_from === 'design' && k.position === 1);
  const form = await admin.form(`/criteres/${set.id}/modifier`, '/modifier');
  made(await admin.submit(form, { label: 'Un autre critère' }));
  equal((await rows('/criteres-de-jalon')).find((k) => k.id === copies[0].id).label, copies[0].label);
  says(await post(admin, `/criteres-de-jalon/${copies[0].id}/modifier`,
    { _version: copies[0].version, gate: id, position: 1, label: 'Plus facile' }), 422, /figés/);
  says(await post(admin, `/criteres-de-jalon/${copies[0].id}/suppression`,
    { _version: copies[0].version }), 409, /figés/);
  equal((await post(admin, '/criteres-de-jalon', { gate: id, position: 9, label: 'En plus' })).status, 422);
  equal((await post(admin, `${gate}/modifier`, { _version: (await rows(gate)).version,
    project: project.split('/').at(-1), name: 'Jalon d’essai', stage_from: 'design', stage_to: 'trial',
    meets: '2025-03-20', quorum: '2' })).status, 422, 'the quorum of an open gate');
  // What does not change is shown with its reason, and no control; the rest is saved.
  const typed = (await leader.get(`${gate}/modifier`)).text;
  for (const name of ['quorum', 'stage_from', 'stage_to', 'project']) ok(!new RegExp(`name="${name}" (?!value)`).test(typed), name);
  match(readable(typed), /Quorum Le jalon est ouvert : ceci ne change plus\..*? 3 /);
  made(await leader.submit(await leader.form(`${gate}/modifier`, '/modifier'), { name: 'Jalon de l’essai' }));
  const { version, ...kept } = await rows(gate);
  equal(`${kept.name} ${kept.quorum} ${kept.stage_from} ${kept.stage_to} ${kept.project}`,
    `Jalon de l’essai 3 design trial ${project.split('/').at(-1)}`);
  const api = apiOf(server), other = await api('PATCH', `gate/${id}`, { quorum: 2, version });
  equal(other.status, 422);
  match(other.text, /"quorum"[^}]*ne change plus/);
  equal((await api('PATCH', `gate/${id}`, { quorum: 3, name: 'Jalon d’essai', version })).status, 200);
  says(await post(leader, `${project}/etapes/trial`), 409, /comité siège/);
});

await test('who has a conflict of interest cannot vote; nobody votes for another', async () => {
  says(await post(researcher, `${gate}/avis`, { opinion: 'conflict', reason: 'Ma sœur.' }), 422, /phrase entière/);
  made(await post(researcher, `${gate}/avis`, { opinion: 'conflict', reason: 'J’ai conçu la maquette.' }));
  says(await post(researcher, `${gate}/avis`, { opinion: 'go', reason: 'Je voterais bien quand même.' }), 409,
    /conflit d’intérêts/);
  const mine = (await rows('/membres-de-jalon')).filter((m) => m.gate === Number(gate.split('/').at(-1)));
  says(await post(leader, `/membres-de-jalon/${mine[1].id}/etapes/vote_go`, { reason: 'Je vote ici pour elle.' }), 409,
    /vote pour soi/);
  says(await post(inspector, `${gate}/avis`, { opinion: 'go' }), 422, /pourquoi/);
  says(await post(await server.as('coordinator'), `${gate}/avis`, { opinion: 'go', reason: 'Je n’y siège pas, mais oui.' }), 409,
    /ne siégez pas/);
});

const decide = async (who, outcome, fields = {}) => {
  const form = await who.form(gate, '/decision');
  const all = {};
  for (const c of form.controls) {
    if (/^met_/.test(c.name)) all[c.name] = 'yes';
    if (/^reason_/.test(c.name)) all[c.name] = 'Constaté en séance par le comité.';
  }
  return who.submit(form, { ...all, outcome, reason: 'Le dossier est complet. Le comité a entendu l’équipe.',
    published: '1', ...fields });
};
await test('no decision without the quorum, a reason for each criterion, and the evidence', async () => {
  says(await decide(leader, 'go'), 409, /quorum/);
  const long = await post(leader, `${gate}/avis`, { opinion: 'go', reason: 'a'.repeat(2001) });
  says(long, 422, /trop longs/);
  equal(long.text.match(/a{2001}/g)?.length, 1, 'what was typed is in the field it was typed in');
  made(await post(leader, `${gate}/avis`, { opinion: 'go', reason: 'C’est utile aux professeurs.' }));
  made(await post(inspector, `${gate}/avis`, { opinion: 'go', reason: 'C’est utile aux professeurs.' }));
  made(await post(expert, `${gate}/avis`, { opinion: 'hold', reason: 'Trop tôt pour le réseau.' }));
  const form = await leader.form(gate, '/decision');
  says(await leader.submit(form, { outcome: 'go', reason: 'Oui, puisque tout est prêt. Commençons demain.' }), 409, /Chaque critère/);
  says(await decide(leader, 'go', { reason: '' }), 422, /motifs/);
  says(await decide(leader, 'go', { reason: 'a'.repeat(4001) }), 422, /trop longs/);
  made(await decide(leader, ''));
  const found = async () => (await rows('/criteres-de-jalon')).filter((k) => k.gate === Number(gate.split('/').at(-1)))
    .map((k) => k.reason).join();
  const was = await found();
  made(await post(leader, `${gate}/decision`, { _version: String((await rows(gate)).version), published: '1' }));
  equal(await found(), was, 'what the form did not hold was taken away');
  says(await decide(leader, 'go'), 409, /preuve exigée/i);
  says(await decide(leader, 'conditions', { condition_1: 'Sans date' }), 422, /échéance/);
  equal((await rows(gate)).state, 'open');
  equal((await rows('/conditions-de-jalon')).filter((c) => c.text === 'Sans date').length, 0);
  made(await post(expert, '/preuves', { project: project.split('/').at(-1), kind: 'perception', level: 1,
    statement: 'Deux classes s’y retrouvent', found: '2025-03-05' }));
});
let won; // which of two decisions
await test('two members decide at once: one decision, and 409 for the other', async () => {
  const other = await server.as('admin');
  const [a, b] = await Promise.all([leader.form(gate, '/decision'), other.form(gate, '/decision')]);
  const full = (f, found) => Object.fromEntries(f.controls.filter((c) => /^(met|reason)_/.test(c.name))
    .map((c) => [c.name, /^met_/.test(c.name) ? 'yes' : found]));
  const reason = 'Deux classes l’ont pris en main. Le comité ouvre l’essai.';
  const answers = await Promise.all([
    leader.submit(a, { ...full(a, 'Constaté en séance par le comité.'), outcome: 'go', reason, published: '1' }),
    other.submit(b, { ...full(b, 'Constaté en séance par le comité, et noté.'), outcome: 'hold', reason: 'Non, il vaut mieux attendre. Rien ne presse.', published: '1' })]);
  equal(answers.map((r) => r.status).sort().join(' '), '303 409');
  won = answers[0].status === 303 ? 'go' : 'hold';
  // Whoever was slower has what they wrote: to be copied, or in its field where
  // the other decision is not there yet.
  const slower = answers.find((r) => r.status === 409).text;
  const found = won === 'go' ? /Constaté en séance par le comité, et noté\./g : /Constaté en séance par le comité\./g;
  equal(slower.match(found)?.length, 3, readable(slower).slice(0, 900));
  ok(slower.includes(won === 'go' ? 'Non, il vaut mieux attendre.' : reason), 'the reason is lost');
  equal((await rows(gate)).state, won);
  equal((await rows(project)).state, won === 'go' ? 'trial' : 'held');
});
await test('an older version of what a committee decided is not brought back, in page, API or history', async () => {
  const before = tables(server.folder);
  for (const path of [gate, `/criteres-de-jalon/${dropped}`]) {
    const page = (await admin.get(`${path}/historique`)).text;
    if (path === gate) {
      ok(!page.includes('/restauration'), 'it is offered');
      ok(/ce qui a été décidé ne change plus/.test(readable(page)) && !/On peut revenir/.test(readable(page)));
    }
    const old = Number(/Version (\d+)[^<]*<(?![\s\S]*Version)/.exec(page)?.[1] ?? 1);
    says(await post(admin, `${path}/restauration`, { _version: old }), 409, /ne change plus|figés/);
  }
  sameTables(before, tables(server.folder), 'a decided gate');
});
await test('a vote after the close is refused, and its seat does not change', async () => {
  const slow = await post(inspector, `${gate}/avis`, { opinion: 'stop', reason: 'J’aurais voulu arrêter là.' });
  match(readable(/<h2 id="typed">[\s\S]*?<\/section>/.exec(slow.text)?.[0] ?? ''), /J’aurais voulu arrêter là/);
  says(await post(expert, `${gate}/avis`, { opinion: 'go', reason: 'Finalement, je vote pour ce projet.' }), 409, /clos/);
  const seat = (await rows('/membres-de-jalon')).find((m) => m.gate === Number(gate.split('/').at(-1)));
  equal((await post(admin, `/membres-de-jalon/${seat.id}/suppression`, { _version: seat.version })).status, 409);
});
await test('the decision is in the journal, and everybody reads it, without the names', async () => {
  match(essaim('journal', 'verify', '--data', server.folder), /all as sealed/);
  const r = await server.stranger().get(`/decisions/${gate.split('/').at(-1)}`);
  equal(r.status, 200);
  const text = readable(r.text);
  for (const words of ['Atlas des rues', 'Constaté en séance', 'Votes exprimés : 3, dont',
    ...(won === 'go' ? ['Trop tôt pour le réseau'] : [])])
    ok(text.includes(words), words);
  const [dissent] = /<section aria-labelledby="dissent">[\s\S]*?<\/section>/.exec(r.text);
  // Whoever was first: the others' votes are the dissents.
  if (won === 'go') equal(readable(dissent), 'Réserves suspendre Trop tôt pour le réseau.');
  else match(readable(dissent), /^Réserves( poursuivre [^<]*?){2}$/);
  ok(!/Experte? \d|Directrice? de projet|Inspect(eur|rice) \d/.test(text), 'a name of the committee');
  for (const path of ['/membres-de-jalon', '/membres-de-jalon.csv', '/membres-de-jalon.json', gate, `${gate}.json`])
    ok((await server.stranger().get(path)).status !== 200, `${path}: a stranger reads the votes`);
  for (const path of [`/api/v1/gate/${gate.split('/').at(-1)}`, '/api/v1/gate_member'])
    equal((await server.stranger().get(path)).status, 401, path);
  ok(readable((await server.stranger().get('/decisions')).text).includes('Jalon d’essai'));
});
await test('the public decision is a letter: who sends it, what about, on what evidence, and where it led', async () => {
  const head = readable(/<div class="head">[\s\S]*?<\/div>/.exec((await server.stranger().get(
    `/decisions/${gate.split('/').at(-1)}`)).text)[0]);
  match(head, /Laboratoire du numérique éducatif .*Objet\s: Atlas des rues/);
  const mia = (await rows('/jalons')).filter((g) => g.project === 1 && g.published && g.decided_on)
    .sort((a, b) => a.decided_on.localeCompare(b.decided_on));
  const known = (await rows('/preuves')).filter((e) => e.project === 1);
  let later = 0;
  for (const g of mia) {
    const page = (await server.stranger().get(`/decisions/${g.id}`)).text;
    const [since = ''] = /<section aria-labelledby="since">[\s\S]*?<\/section>/.exec(page) ?? [];
    const then = page.replace(since, '');
    for (const e of known) {
      later += e.found > g.decided_on;
      equal(then.includes(`href="/preuves/${e.id}"`), e.found <= g.decided_on, `${g.decided_on}: ${e.statement}`);
      equal(since.includes(`href="/preuves/${e.id}"`), e.found > g.decided_on, `${g.decided_on}, since: ${e.statement}`);
      equal((await server.stranger().get(`/preuves/${e.id}`)).status, 200);
    }
    ok(page.includes('href="/projets/1/essaimage/etablissements"'), 'where it is used');
    match(readable(page), /en usage dans \d+ établissements/);
  }
  ok(mia.length > 1 && later > 0, 'the demonstration says nothing');
});
await test('a decision kept to the team is 404 to others', async () => {
  says(await post(admin, `${gate}/etapes/unpublish`), 422, /dites d’abord pourquoi/);
  made(await post(admin, `${gate}/etapes/unpublish`, { reason: 'Un nom y figure par erreur.' }));
  equal((await server.stranger().get(`/decisions/${gate.split('/').at(-1)}`)).status, 404);
  equal((await expert.get(`/decisions/${gate.split('/').at(-1)}`)).status, 200);
});
await test('a condition comes back on the home page', async () => {
  const of = (await rows('/jalons')).find((g) => g.state === 'open').id;
  const due = async () => Number(/(\d+) conditions? arriven?t? à échéance/.exec(readable((await expert.get('/')).text))?.[1] ?? 0);
  const before = await due();
  made(await post(leader, '/conditions-de-jalon', { gate: of, text: 'Prévenir les familles', due: '2025-03-28' }));
  equal(await due() - before, 1);
  const project_ = (await rows(`/jalons/${of}`)).project;
  const name = (await rows('/projets')).find((p) => p.id === project_).name;
  match(readable((await expert.get('/jalons/a-decider')).text),
    new RegExp(`Prévenir les familles à lever pour le 28 mars 2025 · ${name} · `));
});

await test('the home page tells what waits, what goes wrong and what is new', async () => {
  const head = await server.as('head');
  match(readable((await head.get('/')).text), /1 déploiement attend un retour/);
  const of = (await rows('/jalons')).find((g) => g.state === 'open').id;
  const late = made(await post(leader, '/conditions-de-jalon', { gate: of, text: 'Trop tard', due: '2025-03-13' }));
  query(server.folder, `UPDATE portfolio_gate_condition SET due = due - 12 WHERE id = ${late.split('/').at(-1).replace(/\D.*/, '')}`);
  const page = (await expert.get('/')).text;
  match(page, /<li class="late"><a[^>]*><b>1<\/b><span>condition en retard/);
  match(readable(page), /Ce qui est nouveau.*Atlas des rues|Ce qui est nouveau.*Deux classes s’y retrouvent/);
  ok(!readable((await server.stranger().get('/')).text).includes('atlas que les élèves'), 'a note de veille');
  const deployment = (await rows('/deploiements', head)).find((d) => d.tool === 'MYdys').id;
  made(await post(head, '/retours', { deployment, role: 'head', given: '2025-03-12', use: 'weekly', useful: 4 }));
  ok(!/attend un retour/.test(readable((await head.get('/')).text)), 'still asked');
});

await test('a link names what it joins to those alone who may read it', async () => {
  const coordinator = await server.as('coordinator');
  const links = (await rows('/filiations')).filter((f) => f.from_advice);
  const shown = (await coordinator.get('/filiations')).text + (await coordinator.get('/filiations.csv')).text;
  let hidden = 0;
  for (const { id, from_advice } of links) {
    const need = (await rows(`/conseils/${from_advice}`)).need;
    const reached = (await coordinator.get(`/conseils/${from_advice}`)).status === 200;
    hidden += !reached;
    equal(readable(shown).includes(need), reached, need);
    equal((await coordinator.get(`/filiations/${id}`)).status, reached ? 200 : 404);
    equal((await coordinator.get(`/filiations/${id}/modifier`)).status, reached ? 200 : 404);
  }
  ok(hidden > 0 && /"id"/.test((await coordinator.get('/filiations.json')).text), 'the demonstration hides none');
});

await test('a circle of filiation is refused, and said why', async () => {
  const projects = await rows('/projets');
  const [a, b, c] = projects.slice(3, 6).map((p) => p.id);
  const link = (from, to) => post(admin, '/filiations', { kind: 'inspired', from_project: from, to_project: to });
  made(await link(a, b));
  made(await link(b, c));
  const before = tables(server.folder);
  const name = (id) => projects.find((p) => p.id === id).name;
  const way = `par Projet : ${name(a)} → Projet : ${name(b)} → Projet : ${name(c)}.`;
  const typed = await link(c, a);
  says(typed, 422, /cercle/);
  ok(readable(typed.text).includes(way), readable(typed.text));
  const back = await post(admin, '/filiations', { kind: 'inspired', from_project: project.split('/').at(-1),
    to_signal: signal.split('/').at(-1) });
  says(back, 422, /cercle/);
  match(back.text, /<[^>]*id="f-to_signal"[^>]*aria-invalid="true"/);
  says(await link(a, a), 422, /soi-même/);
  says(await post(admin, '/filiations', { kind: 'inspired', from_project: a, from_signal: 1, to_project: c }), 422,
    /une seule/);
  sameTables(before, tables(server.folder), 'refused links');
  const asked = await apiOf(server)('POST', 'filiation', { kind: 'inspired', from_project: c, to_project: a });
  equal(asked.status, 422);
  ok(asked.text.replaceAll(/[\u00a0\u202f]/g, ' ').includes(way), asked.text);
  // A deployment came of its project, also where nobody linked the two.
  const [use] = (await rows('/deploiements')).filter((d) => d.project > projects[5].id || d.project < projects[3].id);
  const came = made(await post(admin, '/filiations', { kind: 'inspired', from_project: c, to_project: use.project }));
  for (const to_project of [use.project, c, a])
    says(await post(admin, '/filiations', { kind: 'inspired', from_deployment: use.id, to_project }), 422, /cercle/);
  made(await post(admin, `${came}/suppression`, { _version: '1' }));
  const free = made(await post(admin, '/filiations', { kind: 'inspired', from_deployment: use.id, to_project: c }));
  says(await post(admin, '/filiations', { kind: 'inspired', from_project: c, to_project: use.project }), 422, /cercle/);
  const moved = await apiOf(server)('PATCH', `deployment/${use.id}`, { version: use.version, project: c });
  equal(moved.status, 422, moved.text);
  match(moved.text, /portfolio_filiation\.circle/);
  made(await post(admin, `${free}/suppression`, { _version: '1' }));
  const dropped = (await rows('/veille')).find((s) => s.state === 'dropped');
  for (const kind of ['became', 'fed', 'inspired'])
    says(await post(admin, '/filiations', { kind, from_signal: dropped.id, to_project: c }), 422, /écartée/);
  // What lies between and is not for her is not named to her.
  const coordinator = await server.as('coordinator');
  const seen = (await rows('/conseils', coordinator)).map((x) => x.id);
  const hidden = (await rows('/conseils')).find((x) => !seen.includes(x.id));
  const between = [made(await post(admin, '/filiations', { kind: 'fed', from_project: projects[10].id, to_advice: hidden.id })),
    made(await post(admin, '/filiations', { kind: 'fed', from_advice: hidden.id, to_project: projects[11].id }))];
  const hers = await post(coordinator, '/filiations', { kind: 'inspired', from_project: projects[11].id, to_project: projects[10].id });
  equal(hers.status, 422);
  ok(readable(hers.text).includes(`par Projet : ${projects[10].name} → un enregistrement que vous ne pouvez pas lire → Projet : ${projects[11].name}.`),
    readable(hers.text));
  ok(!hers.text.includes(hidden.need), 'its need is told');
  // Of a long way its beginning and its end.
  const chain = [];
  for (let i = 0; i < 8; i++) {
    chain.push(made(await post(leader, '/veille', { title: `Maillon ${i}`, source: 'Salon', country: 'it', seen: '2025-03-01',
      subject: 'Vu.' })).split('/').at(-1));
    if (i) made(await post(leader, '/filiations', { kind: 'inspired', from_signal: chain[i - 1], to_signal: chain[i] }));
  }
  says(await post(leader, '/filiations', { kind: 'inspired', from_signal: chain[7], to_signal: chain[0] }), 422,
    /Maillon 0 → Note de veille : Maillon 1 → Note de veille : Maillon 2 → … → Note de veille : Maillon 5 → .*Maillon 6 → .*Maillon 7\./);
  for (const one of between) made(await post(admin, `${one}/suppression`, { _version: '1' }));
  equal((await post(admin, `/projets/${a}/suppression`, { _version: '1' })).status, 409, 'a linked project goes');
});

await test('a circle that a file would close is refused by its line, for the line before it', async () => {
  const [a, b] = (await rows('/projets')).slice(8, 10);
  const form = await admin.form('/imports', '/imports');
  const sent = made(await admin.postFiles('/imports', [...filled(form, { entity: 'filiation' }),
    ['file', Buffer.from('kind;from_project;to_project\r\n' +
      `inspired;${a.name};${b.name}\r\ninspired;${b.name};${a.name}\r\n`), 'liens.csv']]));
  equal((await importEnd(admin, sent)).refused, 0); // each is right alone
  await admin.submit(forms((await admin.get(sent)).text).find((f) => f.action.endsWith('/application')));
  const end = await importEnd(admin, sent);
  equal(end.state, 'applied');
  equal(`${end.inserted} ${end.refused}`, '1 1');
  match(readable((await admin.get(sent)).text), /cercle/);
});

const schools = await rows('/etablissements');
const lab = (await rows('/projets')).find((p) => p.name === 'ESCALE').id;
// Its open gate gives way to one that lets it through: from then on it may be in use.
const sitting = (await rows('/jalons')).find((g) => g.project === lab && g.state === 'open').id;
made(await post(leader, `/jalons/${sitting}/etapes/cancel`, { reason: 'Le comité est remis à plus tard.' }));
made(await post(leader, `${made(await post(leader, '/jalons', { project: lab, name: 'Vers le déploiement', stage_from: 'trial',
  stage_to: 'deployment', meets: '2025-03-11', quorum: '2' }))}/etapes/waive`, { reason: 'Les mallettes sont déjà demandées partout.' }));
await test('a deployment that ends before it begins is refused; abandoned needs a reason', async () => {
  match(readable((await leader.get('/deploiements/nouveau')).text), /Tout le monde le lit.*ne nommez personne/);
  const base = { project: lab, tool: 'Mallette', school: schools[0].id, starts: '2025-03-10', state: 'in_use' };
  equal((await post(admin, '/deploiements', { ...base, ends: '2025-03-09' })).status, 422);
  says(await post(admin, '/deploiements', { ...base, state: 'abandoned' }), 422, /abandonné/);
  says(await post(admin, '/deploiements', { ...base, starts: '2099-01-01' }), 422, /a déjà commencé/);
  says(await post(admin, '/deploiements/liste', { ...base, school: schools[0].id, starts: '2099-01-01' }), 422,
    /a déjà commencé/);
  const later = made(await post(admin, '/deploiements', { ...base, starts: '2099-01-01', state: 'planned' }));
  made(await post(admin, `${later}/suppression`, { _version: '1' }));
  made(await post(admin, '/deploiements', base));
});
await test('what a project was deployed as is in its filiation, once for each tool, walked both ways', async () => {
  const figure = async (who, path) => /<figure class="chart lineage">[\s\S]*?<\/figure>/
    .exec((await who.get(path)).text)?.[0] ?? '';
  const used = `FROM portfolio_deployment WHERE tool = 'MIA Seconde' AND state IN ('in_use', 'ended', 'abandoned')`;
  const n = Number(query(server.folder, `SELECT count(*) ${used}`));
  const mia = query(server.folder, `SELECT min(project) ${used}`);
  const note = query(server.folder, "SELECT id FROM portfolio_signal WHERE title LIKE 'MIA Seconde%'");
  const drawn = (seen, count = n) => seen.split(`>MIA Seconde · ${count} déploiements</title>`).length - 1;
  ok(n > 20);
  // Down: from the note, the project and for everybody; its schools are no nodes of their own.
  for (const [who, path] of [[leader, `/veille/${note}`], [leader, `/projets/${mia}`], [server.stranger(), `/projets/${mia}`]]) {
    const seen = await figure(who, path);
    equal(drawn(seen), 1, seen);
    equal(readable(seen).match(/a été déployé comme MIA Seconde \((\d+) déploiements, depuis mai 2024\)/)?.[1], String(n));
  }
  // Up: from any school's deployment, also one that nobody linked by hand.
  for (const end of ['min', 'max']) {
    const seen = await figure(leader, `/deploiements/${query(server.folder, `SELECT ${end}(id) ${used}`)}`);
    match(seen, /Note de veille · MIA Seconde[^]*Projet · Savoirs fondamentaux et IA[^]*Déploiement · MIA Seconde/);
    equal(`${drawn(seen)} ${drawn(seen, n - 1)}`, '0 1', 'the others, and not itself once more');
  }
  const here = query(server.folder, `SELECT min(id) ${used}`);
  const school = schools.find((s) => s.id === Number(query(server.folder, `SELECT school FROM portfolio_deployment WHERE id = ${here}`))).name;
  ok(readable(/<title>[^<]*/.exec((await leader.get(`/deploiements/${here}`)).text)[0]).startsWith(`MIA Seconde · ${school}`), school);
  // And none of another tool of that project.
  const [two, other] = query(server.folder, `SELECT min(id), tool FROM portfolio_deployment WHERE state = 'in_use' AND project =
    (SELECT id FROM portfolio_project WHERE name = 'Inclusion et outils numériques') GROUP BY tool ORDER BY tool DESC`).split('\n').map((l) => l.split('|'));
  const alone = await figure(leader, `/deploiements/${two[0]}`);
  ok(alone.includes(`>${two[1]} · `) && !alone.includes(other[1]), `${two} ${other}`);
  // What came of it in another way stands beside its deployments, not behind them.
  const child = made(await post(admin, '/projets', { name: 'Remédiation en Première', axis: (await rows('/axes'))[0].id, starts: '2025-01-06' }));
  made(await post(admin, '/filiations', { kind: 'split', from_project: mia, to_project: child.split('/').at(-1) }));
  const beside = await figure(leader, child);
  match(beside, /Projet · Savoirs fondamentaux et IA/);
  equal(drawn(beside), 0);
  // What is only planned was not deployed yet.
  made(await post(admin, '/deploiements', { project: lab, tool: 'Pas encore là', school: schools[0].id,
    starts: '2099-01-01', state: 'planned' }));
  ok(!/Pas encore là/.test(await figure(leader, `/projets/${lab}`)));
  // Of many tools five have a name; the others are counted, each once.
  const many = (await rows('/projets')).find((p) => p.name.includes('CREIA')).id;
  query(server.folder, ...Array.from({ length: 7 }, (_, i) => `INSERT INTO portfolio_deployment (version, created_at, created_by,
    changed_at, changed_by, uid, project, tool, tool_fold, school, starts, state, words) VALUES (1, 0, 0, 0, 0, 'outil-${i}', ${many},
    'Outil ${i}', 'outil ${i}', ${schools[0].id}, 20000, 'in_use', '')`));
  const tools = await figure(leader, `/projets/${many}`);
  for (let i = 0; i < 7; i++) equal(tools.split(`Outil ${i} · 1 déploiement</title>`).length - 1, i < 5 ? 1 : 0, `${i}`);
  match(tools, /<title>et 2 autres<\/title>/);
  equal(tools.match(/>a été déployé comme<\/text>/g).length, 6, 'one line to each, and one to the others');
  query(server.folder, `DELETE FROM portfolio_deployment WHERE project = ${many}`);
});
await test('filiation is drawn by generations, each line with its kind, and what has no room is counted and listed', async () => {
  const name = 'Une valise de mesures que les classes se prêtent d’un collège à l’autre, avec son carnet de terrain';
  const axis = (await rows('/axes'))[0].id;
  const hub = Number(made(await post(admin, '/projets', { name, axis, starts: '2025-01-06' })).split('/').at(-1));
  const note = async (title) => Number(made(await post(leader, '/veille', { title, source: 'Salon', country: 'it', seen: '2025-03-01',
    subject: 'Vu.' })).split('/').at(-1));
  const link = async (o) => made(await post(admin, '/filiations', o));
  const notes = [];
  for (let i = 0; i < 40; i++) {
    notes.push(await note(`Note ${i} de la valise`));
    await link({ kind: 'fed', from_signal: notes[i], to_project: hub });
  }
  await link({ kind: 'inspired', from_signal: await note('La toute première'), to_signal: notes[39] });
  const split = (await rows('/projets')).find((p) => p.name === 'Moodle').id;
  await link({ kind: 'split', from_project: hub, to_project: split });
  const figure = async (who, path) => /<figure class="chart lineage">[\s\S]*?<\/figure>/.exec((await who.get(path)).text)[0];
  const seen = await figure(leader, `/projets/${hub}`);
  const [drawn, listed] = seen.split('<figcaption>');
  const boxes = [...drawn.matchAll(/<(a href="([^"]*)"|g)><title>([^<]*)<\/title><rect class="(bar(?: on)?)" x="([\d.]+)"([\s\S]*?)<\/\1?/g)]
    .map(([, , href, title, css, x]) => ({ href, title, css, x: Number(x) }));
  const at = (title) => boxes.find((b) => b.title === title);
  const own = at(`Projet · ${name}`), moodle = at('Projet · Moodle'), first = at('Note de veille · La toute première');
  equal(`${own.css} ${own.href}`, 'bar on undefined');
  // A column for each generation; what ties another to it has its place before the rest.
  const last = at('Note de veille · Note 39 de la valise');
  ok(first.x < last.x && last.x < own.x && own.x < moodle.x, JSON.stringify(boxes));
  equal(boxes.filter((b) => b.x === last.x).length, 7);
  equal(moodle.href, `/projets/${split}`);
  // The kind stands on the line; a name on its lines, and whole in its title.
  for (const kind of ['a nourri', 'a inspiré', 's’est divisé en']) ok(drawn.includes(`>${kind}</text>`), kind);
  const lines = [...drawn.matchAll(/<text class="label"[^>]*>([^<]*)<\/text>/g)].map(([, t]) => t);
  const from = lines.findIndex((t) => t.startsWith('Une valise'));
  match(lines.slice(from, from + 3).join(' '), /^Une valise de mesures que les classes se prêtent d’un collège.*…$/);
  // 34 have no room: the box says so and leads to the list, which has all.
  equal(at('et 34 autres').href, '#lineage-list');
  for (let i = 0; i < 40; i++) ok(listed.includes(`Note ${i} de la valise</a>`), `${i}`);
  ok(!/plus proches/.test(listed));
  const english = await figure(await server.as('leader', 'en'), `/projets/${hub}`);
  match(english, />split into<\/text>[^]*and 34 others/);
  match(await figure(server.stranger('en'), `/projets/${hub}`), /Watch note, not public/);
  // More than are walked: more than so many, and where all are.
  query(server.folder, ...Array.from({ length: 300 }, (_, i) => `INSERT INTO portfolio_filiation (version, created_at, created_by,
    changed_at, changed_by, kind, from_project, to_deployment, from_node, to_node) VALUES (1, 0, 0, 0, 0, 'inspired', ${hub}, NULL,
    ${hub * 4 + 2}, ${4e6 + i * 4})`));
  const many = await figure(leader, `/projets/${hub}`);
  match(many, /<title>et plus de \d+ autres<\/title>/);
  match(many, /<title>et 34 autres<\/title>/);
  match(many, /Seuls les liens les plus proches sont nommés ici. <a href="\/filiations">/);
  query(server.folder, `DELETE FROM portfolio_filiation WHERE to_node >= 4000000`);
});
await test('a return is given once the use has begun: by form, API and file alike', async () => {
  const base = { project: lab, tool: 'Loupe', school: schools[0].id, starts: '2025-02-10' };
  const not = /pas encore en usage/, before = /n’avait pas commencé/;
  const back = { role: 'head', given: '2025-03-01', use: 'weekly' };
  const api = apiOf(server);
  const count = () => Number(query(server.folder, 'SELECT count(*) FROM portfolio_feedback'));
  const had = count();
  const send = (deployment, given) => {
    const file = join(server.folder, 'retours.csv');
    writeFileSync(file, `deployment;role;given;use\r\n${deployment};head;${given};weekly\r\n`);
    const r = spawnSync(program, ['import', 'feedback', file, '--data', server.folder], { encoding: 'utf8' });
    return r.stdout + r.stderr;
  };
  const refused = async (deployment, given, why) => {
    says(await post(admin, '/retours', { ...back, deployment, given }), 422, why);
    const told = await api('POST', 'feedback', { ...back, deployment: Number(deployment), given });
    equal(told.status, 422);
    match(told.text, why);
    match(send(deployment, given), new RegExp(`line 2: .*${lang(why)}`));
  };
  // The command speaks English.
  const lang = (why) => (why === not ? 'not in use yet' : 'had not begun');
  for (const state of ['planned', 'configured']) {
    const one = made(await post(admin, '/deploiements', { ...base, tool: `Loupe ${state}`, state })).split('/').at(-1);
    await refused(one, '2025-03-01', not);
  }
  const used = made(await post(admin, '/deploiements', { ...base, state: 'in_use' }));
  await refused(used.split('/').at(-1), '2025-02-09', before);
  equal(count(), had);
  made(await post(admin, '/retours', { ...back, deployment: used.split('/').at(-1) }));
  const change = async (fields) => admin.submit(await admin.form(`${used}/modifier`, '/modifier'), fields);
  says(await change({ state: 'planned' }), 422, /retours d’expérience disent déjà/);
  says(await change({ starts: '2025-03-02' }), 422, /retours d’expérience disent déjà/);
  made(await change({ state: 'ended', ends: '2025-03-05' }));
});
await test('three schools at once; what cannot be is told school by school, and the rest taken when confirmed', async () => {
  const list = async () => (await rows('/deploiements')).filter((d) => d.tool === 'Mallette bis').length;
  const base = { project: lab, tool: 'Mallette bis', starts: '2025-03-10', state: 'in_use' };
  const three = schools.slice(4, 7);
  says(await post(admin, '/deploiements/liste', { ...base, uais: `${three[0].uai}\n0990000X` }), 422, /0990000X/);
  says(await post(admin, '/deploiements/liste', { ...base, uais: `0990001A ${three[0].uai} 0990000X` }), 422,
    /Rien n’est encore écrit.*0990001A refusé.*0990000X refusé.*accepté/);
  equal(await list(), 0);
  says(await post(admin, '/deploiements/liste', base), 422, /au moins un/);
  const form = await admin.form(`/deploiements/liste?project=${lab}&kind=${three[0].kind}`, '/liste');
  ok(form.controls.some((c) => c.name === 'school' && c.type === 'checkbox'), 'no school to tick');
  made(await post(admin, '/deploiements/liste',
    { ...base, uais: three.map((s) => s.uai.toLowerCase()).join(' ; ') }));
  equal(await list(), 3);
  const mixed = { ...base, uais: [schools[9].uai, three[1].uai, '0990000X', schools[10].uai].join(',') };
  const preview = await post(admin, '/deploiements/liste', mixed);
  says(preview, 422, new RegExp(`2 lignes seront laissées de côté.*${three[1].name.replace(/[()]/g, '\\$&')}, .* déjà en place`
    + ' .*a déjà cet outil.*0990000X refusé.*accepté'));
  const seen = (r) => /name="confirmed" value="(\w+)"/.exec(r.text)?.[1];
  const confirmed = seen(preview);
  ok(confirmed);
  equal(await list(), 3);
  const ticked = await post(admin, '/deploiements/liste', { ...mixed, school: schools[11].id });
  ok(ticked.text.includes(`name="school" value="${schools[11].id}"`), 'what was ticked is lost');
  // One of them is taken meanwhile: what was confirmed is not what would be written.
  made(await post(admin, '/deploiements', { ...base, school: schools[10].id }));
  const again = await post(admin, '/deploiements/liste', { ...mixed, confirmed });
  says(again, 422, /3 lignes seront laissées de côté/);
  says(await post(admin, '/deploiements/liste', { ...mixed, tool: '' }), 422, /Un champ est à corriger Outil ou ressource/);
  // As many, and another: seen was not what would be written.
  const swapped = { ...base, uais: [schools[12].uai, three[1].uai].join(' ') };
  for (const typed of [seen(again), '1', ''])
    says(await post(admin, '/deploiements/liste', { ...swapped, confirmed: typed }), 422, /Une ligne sera laissée de côté/);
  equal(await list(), 4);
  made(await post(admin, '/deploiements/liste', { ...mixed, confirmed: seen(again) }));
  equal(await list(), 5);
  says(await post(admin, '/deploiements/liste', { ...mixed, confirmed: seen(again) }), 422, /Aucun établissement ne reste/);
  const text = readable((await server.stranger().get(`/projets/${lab}/essaimage`)).text);
  ok(text.includes('6 écoles et établissements'), text.slice(0, 400));
});
await test('month by month, the schools reached are those where it was used', async () => {
  made(await post(admin, '/deploiements', { project: lab, tool: 'Pas encore', school: schools[40].id,
    starts: '2025-03-01', state: 'configured' }));
  const never = { project: lab, tool: 'Jamais', school: schools[39].id, starts: '2025-03-01' };
  for (const [reason, words] of [['', /pourquoi on y a renoncé/], ['Plus envie.', /phrase/]])
    says(await post(admin, '/deploiements', { ...never, state: 'dropped', reason }), 422, words);
  made(await post(admin, '/deploiements', { ...never, state: 'dropped', reason: 'Le collège n’a pas reçu les tablettes.' }));
  says(await post(admin, '/deploiements', { ...never, tool: 'Plus tard', starts: '2026-09-01', state: 'abandoned',
    reason: 'Le collège n’a pas reçu les tablettes.' }), 422, /«\srenoncé\s», si l’usage n’aura pas lieu/);
  const all = (await rows('/deploiements')).filter((d) => d.project === lab);
  const reached = new Set(all.filter((d) => ['in_use', 'ended', 'abandoned'].includes(d.state)).map((d) => d.school));
  ok(new Set(all.map((d) => d.school)).size > reached.size, 'the example says nothing');
  const chart = /<h2 id="when">[\s\S]*?<\/section>/.exec((await leader.get(`/projets/${lab}/essaimage`)).text)[0];
  const [begun, until, pupils] = [...chart.matchAll(/<tbody>([\s\S]*?)<\/tbody>/g)]
    .map((table) => [...table[1].matchAll(/<td class="n">([\d\s]+)<\/td>/g)].map((m) => Number(m[1].replace(/\s/g, ''))));
  equal(until.at(-1), reached.size);
  equal(begun.reduce((sum, n) => sum + n, 0), reached.size);
  equal(begun.length, until.length);
  ok(until.every((n, i) => n === begun.slice(0, i + 1).reduce((sum, x) => sum + x, 0)), `${begun} | ${until}`);
  // An area that is none is told, not passed over.
  for (const wrong of ['bassin=abc', 'bassin=99999', 'departement=-1'])
    ok((await leader.get(`/projets/${lab}/essaimage/etablissements?${wrong}`)).status >= 400, wrong);
  // And their pupils, of the schools that use it today; by area besides.
  const inUse = new Set(all.filter((d) => d.state === 'in_use').map((d) => d.school));
  const sum = schools.filter((s) => inUse.has(s.id)).reduce((n, s) => n + (s.pupils ?? 0), 0);
  ok(sum > 0);
  equal(pupils.at(-1), sum);
  const where = readable(/<h2 id="where">[\s\S]*?<\/section>/.exec((await leader.get(`/projets/${lab}/essaimage`)).text)[0]);
  const told = [...where.matchAll(/\(([\d\s]+)\sélèves\)/g)].map((m) => Number(m[1].replace(/\s/g, '')));
  equal(told.reduce((n, x) => n + x, 0), 2 * sum, `by département and by bassin: ${where}`);
  // A month in which none began is one of them.
  const mia = /<h2 id="when">[\s\S]*?<\/section>/.exec((await leader.get('/projets/1/essaimage')).text)[0];
  match(readable(mia), /juillet 2024 0 août 2024 0 septembre 2024 [1-9]/);
});
await test('the list of filiations says what led to what, and since when', async () => {
  const cells = (html) => [...html.split('<tbody>').at(-1).matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
    .map((tr) => [...tr[1].matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map((c) => readable(c[1]).trim()));
  const all = cells((await leader.get('/filiations')).text);
  ok(all.length > 10, `${all.length}`);
  for (const [kind, from, to] of all) {
    for (const end of [from, to]) match(end, /^(Note de veille|Demande de conseil|Projet|Déploiement) : ./, all.join(' | '));
    ok(kind !== 'inconnu', kind);
  }
  ok(all.filter(([, , , since]) => /\d{4}/.test(since)).length > 10, all.join(' | '));
  ok(all.some(([, from]) => from.startsWith('Note')) && all.some(([, , to]) => to.startsWith('Dépl')));
  const one = (await rows('/filiations')).find((f) => f.from_signal && f.to_project);
  const page = (await leader.get(`/filiations/${one.id}`)).text;
  const ends = [(await rows(`/veille/${one.from_signal}`)).title, (await rows(`/projets/${one.to_project}`)).name].join(' → ');
  ok(page.includes('<h1>') && readable(/<title>[^<]*/.exec(page)[0]).startsWith(`${ends} – `), `${ends}: ${/<title>[^<]*/.exec(page)[0]}`);
  ok(!/D’un conseil|À un déploiement/.test(readable(page)), 'ends that are none are called unknown');
  match((await (await server.as('leader', 'en')).get('/filiations')).text, /What came before[\s\S]*Project: /);
});
await test('the numbers of an essaimage lead to the schools in use, since when and where', async () => {
  const stranger = server.stranger();
  const names = (html) => [...html.matchAll(/<th scope="row"[^>]*><a href="\/etablissements\/(\d+)"/g)].map((m) => Number(m[1]));
  const used = (await rows(`/deploiements`)).filter((d) => d.project === 1 && d.state === 'in_use' && (!d.ends || d.ends >= '2025-03-12'));
  const school = (id) => schools.find((s) => s.id === id);
  const page = (await stranger.get('/projets/1/essaimage')).text;
  const bars = [...page.matchAll(/href="(\/projets\/1\/essaimage\/etablissements\?(bassin|departement)=(\d+))"/g)];
  ok(bars.length > 8 && !page.includes('href="/etablissements?'), `${bars.length}`);
  for (const [, href, area, id] of bars) {
    const expected = new Set(used.map((d) => d.school).filter((s) => school(s)[area] === Number(id)));
    const shown = names((await stranger.get(href.replaceAll('&amp;', '&'))).text);
    deepEqual(new Set(shown), expected, href);
    equal(shown.length, expected.size, href);
  }
  // All of them, by pages; each with the day on which it began.
  const all = [];
  let at = '/projets/1/essaimage/etablissements';
  for (let seen = 0; at && seen < 9; seen++) {
    const { text } = await stranger.get(at);
    all.push(...names(text));
    const [first] = used.filter((d) => d.school === names(text)[0]).map((d) => d.starts).sort();
    match(readable(text), new RegExp(`${new Intl.DateTimeFormat('fr', { month: 'long', year: 'numeric' }).format(new Date(first))}`));
    at = /rel="next" href="([^"]*)"/.exec(text)?.[1].replaceAll('&amp;', '&');
  }
  deepEqual([...all].sort((a, b) => a - b), [...new Set(used.map((d) => d.school))].sort((a, b) => a - b));
  // A decision promises just that.
  const gate = (await rows('/jalons')).find((g) => g.project === 1 && g.published && g.state === 'go');
  match((await stranger.get(`/decisions/${gate.id}`)).text, /href="\/projets\/1\/essaimage\/etablissements">lesquels/);
  match(readable((await stranger.get('/projets/4/essaimage/etablissements')).text), /Rien à afficher/);
});
await test('what stopped is told with its reason, its tool and the month in which it ended', async () => {
  const base = { project: lab, tool: 'Rideau', starts: '2024-01-10', reason: 'La salle des spectacles a fermé.' };
  for (const [i, ends] of ['2024-06-28', '2024-11-04'].entries())
    made(await post(admin, '/deploiements', { ...base, school: schools[41 + i].id, state: 'abandoned', ends }));
  made(await post(admin, '/deploiements', { ...base, tool: 'Estrade', school: schools[41].id, reason: '', state: 'ended',
    ends: '2024-05-31' }));
  const text = readable(/<h2 id="stopped">[\s\S]*?<\/section>/
    .exec((await server.stranger().get(`/projets/${lab}/essaimage`)).text)[0]);
  match(text, /La salle des spectacles a fermé\. Rideau abandonné juin 2024 – novembre 2024 2/);
  match(text, /Terminé Estrade terminé mai 2024 1/);
});
await test('a coordinator deploys in schools within reach alone', async () => {
  const coordinator = await server.as('coordinator');
  const me = (await rows('/personnes')).find((p) => p.email === 'coordinator@demo.example');
  const far = schools.find((s) => s.bassin !== me.area);
  says(await post(coordinator, '/deploiements/liste',
    { project: lab, tool: 'Loin', starts: '2025-03-10', state: 'planned', uais: far.uai }), 422, /que vous suivez/);
  equal((await post(coordinator, '/deploiements/liste', { project: lab, tool: 'Loin', starts: '2025-03-10',
    state: 'planned', school: far.id })).status, 403);
  equal((await rows('/deploiements')).filter((d) => d.tool === 'Loin').length, 0);
});
await test('3,000 deployments in one file, twelve of them wrong, each named by its line', async () => {
  const lines = ['project;tool;school;starts;ends;state'];
  const wrong = [];
  for (let i = 0; i < 3000; i++) {
    const school = schools[i % schools.length];
    const bad = i % 250 === 17;
    if (bad) wrong.push(i + 2);
    lines.push(['ESCALE', `Outil ${i}`, bad && wrong.length % 2 ? '0990000X' : school.uai, '2025-02-01',
      bad && wrong.length % 2 === 0 ? '2025-01-31' : '', 'in_use'].join(';'));
  }
  equal(wrong.length, 12);
  const file = join(server.folder, 'deploiements.csv');
  writeFileSync(file, lines.join('\r\n'));
  const before = (await rows('/deploiements')).length;
  const run = spawnSync(program, ['import', 'deployment', file, '--data', server.folder], { encoding: 'utf8' });
  const said = run.stdout + run.stderr;
  for (const line of wrong) match(said, new RegExp(`\\b${line}\\b`), `line ${line} is not named`);
  equal((await rows('/deploiements')).length, before + 2988, said.slice(0, 600));
  // Corrected in the file and sent again: what is there already is known by what it says.
  const right = lines.map((line, i) => (wrong.includes(i + 1)
    ? ['ESCALE', `Outil ${i - 1}`, schools[(i - 1) % schools.length].uai, '2025-02-01', '', 'in_use'].join(';') : line));
  right[1] = right[1].replace(';;in_use', ';2025-03-10;ended');
  writeFileSync(file, right.join('\r\n'));
  const sent = (...more) => essaim('import', 'deployment', file, ...more, '--data', server.folder);
  match(sent('--dry-run'), /12 new, 1 changed, 2987 the same, 0 refused, 0 repeated/);
  const text = sent();
  match(text, /12 new, 1 changed, 2987 the same, 0 refused, 0 repeated/);
  match(sent(), /0 new, 0 changed, 3000 the same, 0 refused/);
  equal((await rows('/deploiements')).length, before + 3000);
  equal(query(server.folder, "SELECT state FROM portfolio_deployment WHERE tool = 'Outil 0'"), 'ended');
  const number = /import (\d+): 3000 lines, 12 new/.exec(text)[1];
  essaim('import', 'undo', number, '--data', server.folder);
  equal((await rows('/deploiements')).length, before + 2988);
  equal(query(server.folder, "SELECT state FROM portfolio_deployment WHERE tool = 'Outil 0'"), 'in_use');
});
await test('the dry run refuses the lines that writing refuses, and names each', async () => {
  const [a, b, c, d] = schools.slice(50);
  const line = (school, tool, starts, ends = '', state = 'in_use', reason = '') =>
    ['ESCALE', tool, school.uai, starts, ends, state, reason].join(';');
  made(await post(admin, '/deploiements', { project: lab, tool: 'Déjà', school: d.id, starts: '2025-01-10', state: 'in_use' }));
  const filler = Array.from({ length: 2500 }, (_, i) => line(schools[i % 40], `Plein ${i}`, '2025-02-01'));
  const lines = ['project;tool;school;starts;ends;state;reason',
    line(a, 'Même', '2025-02-01'), // 2
    line(a, 'Même', '2025-02-01'), // 3: the same again
    line(a, 'Même', '2025-03-01'), // 4: while it is still there
    line(b, 'Suite', '2025-01-01', '2025-01-31', 'ended'), // 5
    line(b, 'Suite', '2025-02-01'), // 6: after it ended
    line(b, 'Suite', '2025-01-31', '2025-01-31', 'ended'), // 7: on its last day
    line(c, 'Bref', '2025-01-05', '2025-01-05', 'abandoned', 'Personne ne s’en est servi.'), // 8
    line(c, 'Bref', '2025-01-06'), // 9: after one day
    line(d, 'Déjà', '2025-02-01'), // 10: it is there
    ...filler, // further apart than what is read and written at once
    line(a, 'Même', '2025-02-01'), // 2511
    line(b, 'Suite', '2025-03-02')]; // 2512
  const file = join(server.folder, 'essai.csv');
  writeFileSync(file, lines.join('\r\n'));
  const wrong = [3, 4, 7, 10, 2511, 2512];
  const told = (...more) => {
    const run = spawnSync(program, ['import', 'deployment', file, '--data', server.folder, ...more], { encoding: 'utf8' });
    const named = [...new Set([...run.stderr.matchAll(/^line (\d+):/gm)].map((m) => Number(m[1])))];
    return `${named} ${/\d+ new/.exec(run.stdout)} ${/\d+ refused/.exec(run.stdout)}`;
  };
  const all = `${wrong} ${lines.length - 1 - wrong.length} new ${wrong.length} refused`;
  equal(told('--dry-run'), all);
  equal(told(), all);
});
await test('a file with French heads needs no mapping, nor does what was exported', async () => {
  const file = join(server.folder, 'francais.csv');
  writeFileSync(file, `Projet;Outil;ETABLISSEMENT;Début;Fin;état;Contact\r\nESCALE;Têtes;${schools[60].uai};03/02/2025;;En usage;Assistance\r\n`);
  match(essaim('import', 'deployment', file, '--data', server.folder), /1 new, .* 0 refused/);
  const [row] = (await rows('/deploiements')).filter((d) => d.tool === 'Têtes');
  equal([row.school, row.starts, row.state, row.support].join(), `${schools[60].id},2025-02-03,in_use,Assistance`);
  made(await post(admin, `/deploiements/${row.id}/suppression`, { _version: row.version }));
  const out = (await admin.get('/deploiements.csv?q=Têtes')).text.split('\r\n');
  equal(out.filter(Boolean).length, 1);
  const line = essaim('export', 'deployment', '--data', server.folder).split('\r\n').at(-2).split(';');
  const again = (tool, uid) => {
    const cell = (c, i) => ({ tool, uid: uid ? c : '' })[out[0].split(';')[i]] ?? c;
    writeFileSync(file, `${out[0]}\r\n${line.map(cell).join(';')}\r\n`);
    return essaim('import', 'deployment', file, '--data', server.folder);
  };
  match(again('Sorti', true), /0 new, 1 changed, .* 0 refused/);
  match(again('Entré', false), /1 new, 0 changed, .* 0 refused/);
});
await test('a deployment’s state has its line in the journal, whichever way it changes', async () => {
  const lines = (what = '%') => Number(query(server.folder, "SELECT count(*) FROM core_journal WHERE entity ="
    + ` 'portfolio_deployment' AND what LIKE '${what}'`));
  const count = async (n, what, change) => {
    const before = lines(what), all = lines();
    await change();
    equal(`${lines(what) - before} ${lines() - all}`, `${n} ${n}`, what);
  };
  const base = { project: lab, tool: 'Journal', starts: '2025-03-10', state: 'planned' };
  let one;
  await count(1, 'planned', async () => { one = made(await post(admin, '/deploiements', { ...base, school: schools[0].id })); });
  const change = async (fields) => made(await admin.submit(await admin.form(`${one}/modifier`, '/modifier'), fields));
  await count(1, 'configured', () => change({ state: 'configured' }));
  await count(0, '%', () => change({ support: 'Le référent' }));
  await count(1, 'abandoned', () => change({ state: 'abandoned', ends: '2025-03-12', reason: 'Il n’y a plus de salle libre.' }));
  const back = forms((await admin.get(`${one}/historique`)).text).filter((f) => f.action.endsWith('/restauration'));
  await count(1, 'planned', async () => made(await admin.submit(back.at(-1))));
  await count(1, 'delete', async () => made(await post(admin, `${one}/suppression`,
    { _version: (await rows(one)).version })));
  const gone = forms((await admin.get(`${one}/historique`)).text).filter((f) => f.action.endsWith('/restauration'));
  await count(1, 'planned', async () => made(await admin.submit(gone[0])));
  await count(3, 'in_use', async () => made(await post(admin, '/deploiements/liste',
    { ...base, state: 'in_use', uais: schools.slice(20, 23).map((s) => s.uai).join(' ') })));
  const file = join(server.folder, 'etats.csv');
  const of = await rows('/deploiements').then((all) => all.filter((d) => d.tool === 'Journal'));
  writeFileSync(file, ['project;tool;school;starts;state', ...schools.slice(30, 34).map((s) =>
    `ESCALE;Journal;${s.uai};2025-03-10;configured`)].join('\r\n'));
  await count(4, 'configured', async () => essaim('import', 'deployment', file, '--data', server.folder));
  equal(of.length, 4);
  const last = query(server.folder, 'SELECT max(id) FROM core_import');
  await count(4, 'delete', async () => essaim('import', 'undo', last, '--data', server.folder));
  const detail = query(server.folder, "SELECT detail FROM core_journal WHERE entity = 'portfolio_deployment' AND"
    + " what = 'abandoned' ORDER BY id DESC LIMIT 1");
  equal(JSON.parse(detail).from, 'configured');
  match(essaim('journal', 'verify', '--data', server.folder), /as sealed/);
});
await test('a stranger asks for advice behind a guard', async () => {
  const stranger = server.stranger();
  const ask = async (fields) => stranger.submit(await stranger.form('/demander-conseil', '/demander-conseil'),
    { need: 'Quel outil pour dicter ?', topic: 'inclusion', asker: 'Zoé', email: 'zoe@demo.example', ...fields });
  const mine = async () => (await rows('/conseils')).filter((a) => a.email === 'zoe@demo.example');
  const faulty = await ask({ email: 'pas une adresse' });
  says(faulty, 422, /Un champ est à corriger Adresse électronique/);
  match(faulty.text, /role="alert"[\s\S]*?href="#f-email"[\s\S]*<form class="form"/, 'what is wrong is told first');
  equal((await ask({ site: 'https://spam.example' })).status, 303);
  equal((await mine()).length, 0);
  for (let i = 0; i < 3; i++) equal((await ask({})).status, 303);
  const thanks = (await stranger.get('/demander-conseil/merci')).text;
  match(readable(thanks), /La réponse vous viendra par courriel/);
  ok(!thanks.includes('/conseils'), 'a stranger follows nothing');
  const head = await server.as('head'), need = 'Un besoin que je veux suivre';
  const sent = await head.submit(await head.form('/demander-conseil', '/demander-conseil'), { need, topic: 'space' });
  const follows = /href="(\/conseils\?[^"]*)"/.exec((await head.get(made(sent))).text)?.[1];
  ok(readable((await head.get(follows)).text).includes(need), 'who has an account follows what they asked');
  says(await ask({}), 422, /attendent encore/);
  const all = await mine();
  equal(all.length, 3);
  const forged = await ask({ email: 'autre@demo.example', state: 'answered', answer: 'Moi-même', person: '1' });
  equal(forged.status, 303);
  const row = (await rows('/conseils')).find((a) => a.email === 'autre@demo.example');
  deepNull(row, ['answer', 'person']);
  equal(row.state, 'new');
  ok(!readable((await server.stranger().get('/conseils/file')).text).includes('Zoé'));
  const queue = readable((await leader.get('/conseils/file')).text);
  match(queue, /Zoé, sans compte\s: adresse gardée/);
  ok(!queue.includes('zoe@demo.example'), 'the address is on the queue');
  const others = readable((await inspector.get('/conseils/file')).text);
  ok(!others.includes('Zoé') && /une personne, sans compte\s: adresse gardée/.test(others), 'her name');
  const asker = (await rows('/conseils')).find((a) => a.person && a.state === 'new');
  const name = (await rows('/personnes')).find((p) => p.id === asker.person).name;
  ok(queue.includes(name), 'who asks with an account');
  ok(queue.indexOf('Peut-on laisser les élèves') < queue.indexOf('Quel outil pour dicter'), 'the oldest first');
});
await test('a stranger names a school, in words or by its code; who only reads learns no name of theirs', async () => {
  const stranger = server.stranger();
  const ask = async (fields) => stranger.submit(await stranger.form('/demander-conseil', '/demander-conseil'),
    { need: 'Une école à nommer', topic: 'inclusion', asker: 'Ida', email: 'ida@demo.example', ...fields });
  const head = (await rows('/personnes')).find((p) => p.email === 'head@demo.example');
  const school = (await rows('/etablissements')).find((s) => s.id === head.school);
  const page = readable((await stranger.get('/demander-conseil')).text);
  match(page, /En une phrase, avec vos mots/);
  ok(!/annuaire|inconnu/.test(page), 'the words of those who note a request');
  says(await ask({ school: 'Nulle part du tout' }), 422, /introuvable/);
  for (const missing of ['asker', 'email']) says(await ask({ school: school.uai, [missing]: '' }), 422, /obligatoire/);
  // In words: what is meant is chosen, told apart by what everybody may read.
  const all = await rows('/etablissements');
  const near = all.find((s) => [2, 3, 4, 5].includes(all.filter((o) => o.commune === s.commune).length));
  const several = await ask({ school: near.commune });
  says(several, 422, /choisissez dans la liste/);
  const form = forms(several.text).find((f) => f.action === '/demander-conseil');
  const c = form.controls.find((x) => x.name === 'school');
  ok(c.tag === 'select' && c.options.some((o) => o.value === String(near.id)), 'the school is not offered');
  ok(!/@|Téléphone/.test(several.text.replaceAll('ida@demo.example', '')), 'more than is public');
  // Sent again without a choice it is asked again, and is not lost.
  const again = await stranger.submit(form, { email: 'ida@demo.example' });
  says(again, 422, /choisissez dans la liste/);
  const second = forms(again.text).find((f) => f.action === '/demander-conseil');
  ok(second.controls.find((x) => x.name === 'school').options.some((o) => o.value === ''), 'it cannot be left empty');
  equal((await stranger.submit(second, { school: String(school.id), school_search: '' })).status, 303);
  equal((await ask({ school: school.uai.toLowerCase() })).status, 303);
  const asked = (await rows('/conseils')).filter((a) => a.email === 'ida@demo.example');
  equal(asked.map((a) => a.school).join(), `${school.id},${school.id}`);
  // The head of that school reads the need, and so does an inspector: not who asks.
  for (const reader of [await server.as('head'), inspector])
    for (const path of [`/conseils/${asked[0].id}`, `/conseils/${asked[0].id}.json`, '/conseils.csv', '/conseils.json',
      '/conseils', '/conseils/file']) {
      const r = await reader.get(path);
      equal(r.status, 200, path);
      ok(r.text.includes('Une école à nommer'), path);
      ok(!/Ida\b|ida@/.test(r.text), `${path} names who asks`);
    }
  ok((await expert.get(`/conseils/${asked[0].id}`)).text.includes('ida@demo.example'), 'who answers reads the address');
});
// As from another machine of this network.
async function askFrom(localAddress, fields, headers = {}, of = server) {
  const form = await of.stranger().form('/demander-conseil', '/demander-conseil');
  return new Promise((done, fail) => {
    const sent = request(`${of.base}${form.action}`, { method: 'POST', localAddress,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } }, (r) => {
      let text = '';
      r.on('data', (d) => { text += d; }).on('end', () => done({ status: r.statusCode, text, headers: r.headers }));
    }).on('error', fail);
    sent.end(String(new URLSearchParams(filled(form, { topic: 'other', ...fields }))));
  });
}
await test('one machine that asks and asks is held, and nobody beside it', async () => {
  const script = (i, headers) => askFrom('127.0.0.9', { need: `Encore ${i}`, asker: 'Script', email: `e${i}@demo.example` }, headers);
  for (let i = 0; i < 40; i++) equal((await script(i)).status, 303);
  // What it says of itself is not believed: no proxy is configured.
  for (const headers of [{}, { 'x-forwarded-for': '192.0.2.1' }, { forwarded: 'for=192.0.2.1' }]) {
    const refused = await script(9, headers);
    says(refused, 429, /venues de votre réseau.*connectez-vous/);
    ok(Number(refused.headers['retry-after']) > 1800);
    ok(refused.text.includes('value="Encore 9"'), 'what was typed is gone');
  }
  equal((await askFrom('127.0.0.10', { need: 'Encore moi', asker: 'Lou', email: 'moi@demo.example' })).status, 303);
  equal(query(server.folder, "SELECT count(*) FROM portfolio_advice WHERE need LIKE 'Encore %'"), '41');
});
await test('behind a proxy that is believed, each of its clients has a bound of its own', async () => {
  const behind = await serve({ args: ['--proxies', '127.0.0.9'] });
  const ask = async (client, i, from = '127.0.0.9') => (await askFrom(from,
    { need: 'Derrière', asker: 'Lou', email: `p${i}@demo.example` }, { 'x-forwarded-for': client }, behind)).status;
  for (let i = 0; i < 40; i++) equal(await ask('192.0.2.1', i), 303);
  equal(await ask('192.0.2.1', 8), 429);
  equal(await ask('203.0.113.5, 192.0.2.1', 8), 429, 'the client adds an address of its own');
  equal(await ask('192.0.2.2', 8), 303);
  equal(await ask('192.0.2.1', 9, '127.0.0.10'), 303, 'another machine says that it is a proxy');
  await behind.stop();
});
await test('strangers who ask at the same moment are each kept, whole', async () => {
  const asked = await Promise.all(Array.from({ length: 24 }, (_, i) => askFrom(`127.0.1.${1 + i}`,
    { need: `Ensemble ${i}`, asker: 'Noé', email: `noe${i}@demo.example` })));
  equal(asked.filter((r) => r.status === 303).length, 24);
  const uids = query(server.folder, "SELECT uid FROM portfolio_advice WHERE asker = 'Noé'").trim().split('\n');
  equal(new Set(uids).size, 24);
  for (const uid of uids) match(uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
await test('what a stranger confided is not on the page of the project that comes of it', async () => {
  const stranger = server.stranger();
  equal((await stranger.submit(await stranger.form('/demander-conseil', '/demander-conseil'), { need: 'Lire de loin',
    detail: 'Pour un élève qui perd la vue.', topic: 'inclusion', asker: 'Ève', email: 'eve@demo.example' })).status, 303);
  const advice = (await rows('/conseils')).find((a) => a.email === 'eve@demo.example');
  const axis = (await rows('/axes'))[0].id;
  equal((await post(expert, `/conseils/${advice.id}/projet`, { way: 'new', name: 'Loupes', axis })).status, 403);
  const page = made(await post(leader, `/conseils/${advice.id}/projet`, { way: 'new', name: 'Loupes', axis }));
  const text = readable((await stranger.get(page)).text);
  ok(text.includes('Loupes') && text.includes('Demande de conseil, non publique'), text);
  ok(!/perd la vue|Lire de loin|Ève/.test(text), text);
});
function deepNull(row, names) {
  for (const name of names) equal(row[name], null, name);
}
await test('advice is answered before it is closed', async () => {
  const id = (await rows('/conseils')).find((a) => a.email === 'zoe@demo.example').id;
  says(await post(leader, `/conseils/${id}/etapes/answer`), 409, /réponse/);
  const form = await leader.form(`/conseils/${id}/modifier`, '/modifier');
  made(await leader.submit(form, { answer: 'La dictée vocale, avec un casque.' }));
  made(await post(leader, `/conseils/${id}/etapes/answer`));
  match(query(server.folder, "SELECT text FROM core_mail WHERE address = 'zoe@demo.example'"),
    /Bonjour Zoé,[\s\S]*Quel outil pour dicter[\s\S]*La dictée vocale, avec un casque/);
  says(await post(leader, `/conseils/${id}/etapes/close`), 409, /donné/);
});
await test('a need that comes back leads to those it counts', async () => {
  for (const fields of [{}, {}, { level: 'college' }])
    made(await post(leader, '/conseils', { need: 'Un besoin qui revient', topic: 'space', asked: '2025-03-02',
      asker: 'Une école', email: 'ecole@demo.example', ...fields }));
  for (const who of [leader, await server.as('coordinator')]) {
    const section = /<section aria-labelledby="needs">[\s\S]*?<\/section>/.exec((await who.get('/conseils/file')).text)?.[0] ?? '';
    const needs = [...section.matchAll(/<a href="([^"]*)"[\s\S]*?<td class="n"[^>]*>(\d+)/g)];
    ok(who !== leader || needs.length > 2, section);
    for (const [, href, n] of needs)
      equal(JSON.parse((await who.get(href.replaceAll('&amp;', '&').replace('?', '.json?'))).text).length, Number(n), href);
  }
});
await test('the queue tells which needs come back', async () => {
  const needs = readable(/<section aria-labelledby="needs">[\s\S]*?<\/section>/.exec(
    (await leader.get('/conseils/file')).text)?.[0] ?? '');
  for (const topic of ['intelligence artificielle', 'école inclusive', 'espaces'])
    match(needs, new RegExp(topic, 'i'), needs);
});
await test('what was seen, found or said is not of a day to come', async () => {
  const deployment = (await rows('/deploiements')).find((d) => d.state === 'in_use').id;
  for (const [path, fields] of [
    ['/veille', { title: 'De demain', source: 'Salon', seen: '2025-03-13' }],
    ['/preuves', { project: lab, kind: 'usage', level: 1, statement: 'Demain', found: '2025-03-13' }],
    ['/retours', { deployment, role: 'head', given: '2025-03-13', use: 'weekly' }]])
    says(await post(admin, path, fields), 422, /pas encore venu/);
  const given = (await admin.form('/retours/nouveau', '/retours')).fields.find(([name]) => name === 'given');
  equal(given[1], '2025-03-12', 'the form does not begin with today');
});
await test('evidence above level 1 says where it comes from', async () => {
  const fields = { project: lab, kind: 'learning', level: 3, statement: 'Ils progressent', found: '2025-03-05' };
  const bare = await post(expert, '/preuves', fields);
  says(bare, 422, /Au-delà du niveau 1, dites d’où vient/);
  match(bare.text, /<input[^>]*id="f-source"[^>]*aria-invalid="true"/);
  made(await post(expert, '/preuves', { ...fields, source: 'Relevé des classes pilotes' }));
  made(await post(expert, '/preuves', { ...fields, level: 1 }));
});
await test('an effect lies within its interval', async () => {
  const base = { project: lab, kind: 'learning', level: 3, source: 'Une étude', statement: 'x', found: '2025-03-05' };
  equal((await post(admin, '/preuves', { ...base, effect: '0,5', low: '0,1', high: '0,4' })).status, 422);
  equal((await post(admin, '/preuves', { ...base, effect: '0,5', low: '0,1' })).status, 422);
  made(await post(admin, '/preuves', { ...base, effect: '0,3', low: '0,1', high: '0,4' }));
});
await test('the evidence of the demonstration opens', async () => {
  const sheetsOf = async (project) => {
    const page = await server.stranger().get(`/projets/${project}`);
    const files = [...page.text.matchAll(/href="(\/preuves\/\d+\/fichier\/[a-z]*)"/g)].map((m) => m[1]);
    ok(files.length, 'no file on the page');
    return Promise.all(files.map(async (file) => {
      const r = await server.stranger().get(file);
      equal(r.type, 'application/pdf');
      return r.bytes.toString('latin1');
    }));
  };
  const sheets = await sheetsOf(1), vr = (await rows('/projets')).find((p) => p.name === 'VR et oralité').id;
  for (const sheet of sheets) match(sheet, /^%PDF-[\s\S]*Fiche de résultats[\s\S]*Projet : [\s\S]*%%EOF\s*$/);
  ok(sheets.some((t) => /Effet mesuré : 0,18 \\\(de 0,05 à 0,31\\\) écart-type/.test(t)), 'its effect');
  ok((await sheetsOf(vr)).some((t) => /0,02 \\\(de \x960,15 à 0,19\\\)/.test(t)), 'what is below nothing');
});
await test('the board of what stopped asks once who could decide, however many stopped', async () => {
  const axis = (await rows('/axes'))[0].id, queries = [];
  for (let i = 0; i < 3; i++) {
    const one = made(await post(admin, '/projets', { name: `Sans suite ${i}`, axis, starts: '2025-01-06' }));
    made(await post(i % 2 ? admin : leader, `${one}/etapes/stop`, { reason: 'Personne n’a pu s’en charger cette année.' }));
    const page = await server.stranger().get('/projets/arretes');
    equal(readable(page.text).match(/rôle de qui a décidé/g)?.length, i + 1);
    queries.push(page.headers.get('x-queries'));
  }
  equal(new Set(queries).size, 1, `${queries}`);
});
await test('a project with three thousand deployments costs eight queries', async () => {
  const page = await leader.get(`/projets/${lab}`);
  ok(Number(page.headers.get('x-queries')) <= 8, page.headers.get('x-queries'));
  if (onPostgres) equal(Number(page.headers.get('x-round-trips')), 3, 'who asks, the page, what its lineage is called');
});
await test('the server lived through it', async () => {
  equal(/ended by a signal|"request failed"/.exec(server.log())?.[0] ?? '', '', server.log().slice(-1500));
});
await test('a project that is deployed has begun', async () => {
  const one = (await rows('/projets')).find((p) => p.state === 'deployment');
  const form = await admin.form(`/projets/${one.id}/modifier`, '/modifier');
  says(await admin.submit(form, { starts: '2099-01-01' }), 422, /a déjà commencé/);
});
const monthsOf = (text) => /<h2 id="when">[\s\S]*?<\/section>/.exec(text)[0];
const valuesOf = (chart) => [...chart.matchAll(/<tbody>([\s\S]*?)<\/tbody>/g)]
  .map((table) => [...table[1].matchAll(/<th scope="row">([^<]*)<\/th><td class="n">(\d+)/g)].map((m) => [m[1], Number(m[2])]));
await test('however long ago the first school began, every start is in the table', async () => {
  const count = (table) => table.reduce((sum, [, n]) => sum + n, 0);
  const at = async (day, path) => {
    const later = await serve({ args: ['--today', day] });
    const text = (await later.stranger().get(path)).text;
    await later.stop();
    return monthsOf(text);
  };
  const now = valuesOf(monthsOf((await server.stranger().get('/projets/1/essaimage')).text))[0];
  equal(now[0][0], 'mai 2024');
  const later = await at('2027-03-12', '/projets/1/essaimage'); // 35 months
  deepEqual(valuesOf(later)[0].slice(0, now.length), now);
  const [begun, until] = valuesOf(await at('2028-03-12', '/projets/1/essaimage')); // 47 of them
  deepEqual(begun.map(([year]) => year), ['2023-2024', '2024-2025', '2025-2026', '2026-2027', '2027-2028']);
  equal(count(begun), until.at(-1)[1]);
  ok(begun[0][1] > 0 && begun[1][1] > 0);
  const chart = await at('2027-03-12', '/projets/7/essaimage');
  match(readable(chart), /qui ont commencé, par année scolaire/);
  ok(!chart.includes('viewBox="0 0 860 0"'), chart.slice(0, 200));
});
await server.stop();
