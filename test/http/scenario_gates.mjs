// A gate is honest: who has a conflict of interest decides nothing, a decision
// has a vote for it, what was decided stays as it was.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, today, equal, deepEqual, ok, match, serve, post, made, says, forms, readable, query, program, apiOf } from './lib.mjs';

const server = await serve();
const admin = await server.as('admin'), leader = await server.as('leader');
const inspector = await server.as('inspector'), expert = await server.as('expert');
const rows = async (path, who = admin) => JSON.parse((await who.get(`${path}.json`)).text);
const people = await rows('/personnes');
const person = (role) => people.find((p) => p.email === `${role}@demo.example`).id;
const id = (path) => Number(path.split('/').at(-1));
const api = apiOf(server);
const axis = (await rows('/axes'))[0].id;
// Between two stages that have criteria only a gate leads.
const waive = (gate, reason = 'La direction l’a décidé pour essayer.') => post(leader, `${gate}/etapes/waive`, { reason });
async function projectAt(name, ...steps) {
  const path = made(await post(leader, '/projets', { name, axis, starts: '2025-01-06' }));
  for (const step of steps)
    if (['design', 'trial', 'deployment'].includes(step))
      made(await waive(await gateOf(path, { stage_from: (await rows(path)).state, stage_to: step }, [])));
    else made(await post(leader, `${path}/etapes/${step}`, { reason: 'Le comité l’a décidé pour essayer.' }));
  return path;
}
async function gateOf(project, fields = {}, roles = ['leader', 'inspector', 'expert']) {
  const path = made(await post(leader, '/jalons', { project: id(project), name: 'Jalon', stage_from: 'study',
    stage_to: 'design', meets: '2025-03-20', quorum: '2', ...fields }));
  for (const role of roles)
    made(await post(leader, '/membres-de-jalon', { gate: id(path), person: person(role), role: 'member' }));
  return path;
}
const vote = (who, gate, opinion) => post(who, `${gate}/avis`, { opinion, reason: 'C’est l’avis que je me suis fait.' });
async function decide(who, gate, outcome, fields = {}) {
  const form = await who.form(gate, '/decision');
  const all = {};
  for (const c of form.controls) {
    if (/^met_/.test(c.name)) all[c.name] = 'yes';
    if (/^reason_/.test(c.name)) all[c.name] = 'Constaté en séance par le comité.';
  }
  return who.submit(form, { ...all, outcome, reason: 'Le comité a entendu l’équipe. Il a lu les preuves.', published: '1', ...fields });
}
const disabled = (page, step) =>
  new RegExp(`etapes/${step}"[\\s\\S]*?<button[^>]* disabled[^>]*>[\\s\\S]*?<p class="hint"[^>]*>([^<]*)`)
    .exec(page)?.[1];

const project = await projectAt('Projet des jalons', 'study');
let gate;
await test('a gate that begins elsewhere than its project does not open, and says so', async () => {
  const elsewhere = await gateOf(project, { stage_from: 'design', stage_to: 'trial' });
  match(disabled((await leader.get(elsewhere)).text, 'open') ?? '', /pas à l’étape d’où part/);
  says(await post(leader, `${elsewhere}/etapes/open`), 409, /pas à l’étape d’où part/);
  equal((await rows(elsewhere)).state, 'prepared');
});
await test('a gate that can never open is refused at entry, beside its field', async () => {
  const faulty = async (at, fields, field, words) => {
    const r = await post(leader, '/jalons', { project: id(at), name: 'Jamais', stage_from: 'study', stage_to: 'design',
      meets: '2025-03-20', quorum: '2', ...fields });
    says(r, 422, words);
    match(r.text, new RegExp(`<[^>]*id="f-${field}"[^>]*aria-invalid="true"`));
  };
  const tried = await projectAt('Déjà à l’essai', 'study', 'design', 'trial');
  await faulty(tried, {}, 'stage_from', /a dépassé cette étape/);
  await faulty(tried, { stage_from: 'deployment', stage_to: 'study' }, 'stage_to', /Aucune étape du projet ne mène/);
  await faulty(tried, { stage_from: 'trial', stage_to: 'deployment', meets: '2020-01-01' }, 'meets', /plus d’un an/);
  await gateOf(tried, { stage_from: 'design', stage_to: 'trial' }); // it may be sent back
  const ahead = await gateOf(await projectAt('En avance'), { stage_from: 'trial', stage_to: 'deployment' });
  const stopped = await projectAt('Arrêté trop tôt', 'study');
  const standing = await gateOf(stopped);
  made(await post(leader, `${stopped}/etapes/stop`, { reason: 'La direction l’a décidé pour essayer.' }));
  await faulty(stopped, {}, 'project', /reprenez-le d’abord/);
  made(await leader.submit(await leader.form(`${standing}/modifier`, '/modifier'), { name: 'Autrement dit' }));
  equal((await rows(ahead)).state, 'prepared');
});
await test('who declared a conflict of interest does not decide, nor note findings, nor cancel', async () => {
  gate = await gateOf(project);
  const adds = async () => /value="gate_criterion"/.test((await leader.get(`${gate}/modifier`)).text);
  ok(await adds(), 'a gate that is prepared takes criteria');
  made(await post(leader, `${gate}/etapes/open`));
  ok(!await adds(), 'a line is offered that saving refuses');
  match(readable((await leader.get(gate)).text), /son quorum ne changent plus/);
  const seat = (await rows('/membres-de-jalon')).find((m) => m.gate === id(gate) && m.person === person('leader'));
  const own = readable((await leader.get(`/membres-de-jalon/${seat.id}`)).text);
  ok(/Une phrase entière\s: quatre mots/.test(own) && !/tout le monde pourra lire/.test(own), 'that everybody reads why');
  made(await vote(leader, gate, 'conflict'));
  for (const who of [inspector, expert]) made(await vote(who, gate, 'go'));
  const page = await leader.get(gate);
  ok(!page.text.includes('name="outcome"'), 'the form is offered');
  match(readable(page.text), /Vous avez déclaré un conflit d’intérêts : une autre personne/);
  const version = (await rows(gate)).version;
  says(await post(leader, `${gate}/decision`, { _version: version, outcome: 'go', reason: 'Oui.' }), 409,
    /déclaré un conflit/);
  says(await post(leader, `${gate}/decision`, { _version: version }), 409, /déclaré un conflit/);
  says(await post(leader, `${gate}/etapes/cancel`, { reason: 'Non.' }), 409, /déclaré un conflit/);
  const row = await rows(gate);
  equal(`${row.state} ${row.version}`, `open ${version}`);
});
await test('a decision that nobody voted for is refused in words', async () => {
  says(await decide(admin, gate, 'stop'), 409, /Aucun vote n’est pour cette décision/);
  says(await decide(admin, gate, 'hold'), 409, /Aucun vote n’est pour cette décision/);
  equal((await rows(project)).state, 'study');
  made(await decide(admin, gate, 'go'));
  equal((await rows(project)).state, 'design');
});
await test('all that keeps a decision from being taken is told at once, by its page and by the API', async () => {
  const sits = await gateOf(await projectAt('Tout à la fois', 'study', 'design'), { stage_from: 'design', stage_to: 'trial' });
  made(await post(leader, `${sits}/etapes/open`));
  made(await vote(inspector, sits, 'go'));
  const go = async (reason) => {
    const r = await api('POST', `gate/${id(sits)}/etapes/go`, { reason });
    return [r.status, ...JSON.parse(r.text).errors.map((e) => e.code.split('.')[1])].join(' ');
  };
  equal(await go('Le comité a entendu l’équipe. Il a lu les preuves.'), '409 no_quorum lacks_reasons lacks_evidence');
  equal(await go('Oui.'), '422 reason_short no_quorum lacks_reasons lacks_evidence');
  const words = /quorum[\s\S]*Chaque critère attend un constat[\s\S]*preuve exigée manque/;
  const form = await leader.form(sits, '/decision');
  const blank = Object.fromEntries(form.controls.filter((c) => /^(met|reason)_/.test(c.name)).map((c) => [c.name, '']));
  const sent = (fields) => leader.submit(form, { ...blank, outcome: 'go', ...fields });
  says(await sent({ reason: 'Le comité a entendu l’équipe. Il a lu les preuves.' }), 409, words);
  says(await sent({ reason: '' }), 422, new RegExp(`écrivez les motifs[\\s\\S]*${words.source}`));
  const first = form.controls.find((c) => /^reason_/.test(c.name)).name;
  const past = await sent({ outcome: 'conditions', condition_1: 'Un carnet', due_1: '2025-03-01',
    reason: 'Le comité a entendu l’équipe. Il a lu les preuves.' });
  says(past, 422, /Une condition se lève plus tard/);
  ok(!/Écrivez au moins une condition/.test(past.text), 'one is written');
  const short = await sent({ [first]: 'ok', condition_1: 'Sans date', reason: 'ok' });
  says(short, 422, /motif d’un critère est trop court[\s\S]*condition[\s\S]*phrase entière[\s\S]*quorum/);
  const head = (r) => readable(r.text).split('Constater et décider')[0];
  match(head(short), /attend un constat et son motif/, 'the other criteria lack one');
  const all = Object.fromEntries(Object.keys(blank).map((name) => [name, /^reason_/.test(name) ? 'ok' : '']));
  ok(!/attend un constat et son motif/.test(head(await sent({ ...all, reason: 'ok' }))), 'told twice');
  const half = head(await sent({ outcome: 'conditions', condition_1: 'Sans date', reason: '' }));
  match(half, /Une condition a un texte et une échéance/);
  ok(!/au moins une condition/i.test(half), half);
  equal((await rows(sits)).state, 'open');
});
await test('the public decision tells the conflict that was declared, and no name', async () => {
  const text = readable((await server.stranger().get(`/decisions/${id(gate)}`)).text);
  match(text, /Votes exprimés : 2, dont 2 pour cette décision. Un membre a déclaré un conflit d’intérêts/);
  ok(!text.includes(people.find((p) => p.id === person('leader')).name));
});
await test('what a committee sits on is frozen before a word is typed, and its own criteria need no rank', async () => {
  const path = await projectAt('Avant la séance', 'study');
  const sits = await gateOf(path);
  const own = async () => (await rows('/criteres-de-jalon')).filter((k) => k.gate === id(sits)).sort((a, b) => a.id - b.id);
  for (const label of ['Les familles sont prévenues', 'La salle est réservée'])
    made(await post(leader, '/criteres-de-jalon', { gate: id(sits), label }));
  deepEqual((await own()).map((k) => k.position), [1, 2]);
  const form = `/criteres-de-jalon/${(await own())[0].id}/modifier`;
  equal((await leader.get(form)).status, 200);
  made(await post(leader, `${sits}/etapes/open`));
  const shut = await leader.get(form);
  says(shut, 409, /figés dès l’ouverture du jalon/);
  ok(!shut.text.includes('name="label"'), 'there is a form to type into');
});
await test('what a stopped project owes waits for nobody, and where no committee sat none is named', async () => {
  const path = await projectAt('Promesse arrêtée', 'study');
  const asked = await gateOf(path, {}, ['leader']);
  made(await post(leader, '/conditions-de-jalon', { gate: id(asked), text: 'Acheter trois rideaux', due: '2025-03-20' }));
  const waits = async () => [(await leader.get('/conditions-de-jalon?attente=conditions')).text,
    (await leader.get('/jalons/a-decider')).text].map((text) => text.includes('Acheter trois rideaux'));
  deepEqual(await waits(), [true, true]);
  made(await waive(asked));
  const page = readable((await leader.get(asked)).text);
  ok(!page.includes('Comité du') && /Décision du mercredi 12 mars 2025/.test(page), page.slice(0, 600));
  deepEqual(await waits(), [true, true]);
  made(await post(leader, `${path}/etapes/stop`, { reason: 'La direction l’a décidé pour essayer.' }));
  deepEqual(await waits(), [false, false]);
});
await test('what was decided is locked; it is published and withdrawn by steps, with their reasons', async () => {
  const page = (await admin.get(gate)).text;
  ok(!page.includes(`${gate}/modifier`) && !page.includes(`${gate}/suppression`), 'editing is offered');
  const before = await rows(gate);
  for (const fields of [{ name: 'Autre' }, { meets: '2025-04-01' }])
    says(await post(admin, `${gate}/modifier`, { _version: before.version, project: before.project, quorum: 2,
      name: before.name, stage_from: 'study', stage_to: 'design', meets: before.meets, ...fields }), 409,
    /ce qui a été décidé ne change plus/);
  says(await post(admin, `${gate}/suppression`, { _version: before.version }), 409, /ne change plus/);
  says(await post(admin, '/conditions-de-jalon', { gate: id(gate), text: 'Après coup', due: '2025-04-01' }), 422,
    /ne change plus/);
  ok(!page.includes(`${gate}/etapes/publish`) && page.includes(`${gate}/etapes/unpublish`), 'both are offered');
  says(await post(admin, `${gate}/etapes/publish`, { reason: 'Encore.' }), 409, /déjà publique/);
  made(await post(admin, `${gate}/etapes/unpublish`, { reason: 'Un prénom y figure.' }));
  equal((await server.stranger().get(`/decisions/${id(gate)}`)).status, 404);
  const hidden = (await admin.get(gate)).text;
  ok(hidden.includes(`${gate}/etapes/publish`) && !hidden.includes(`${gate}/etapes/unpublish`), 'both are offered');
  made(await post(admin, `${gate}/etapes/publish`, { reason: 'Le prénom est retiré.' }));
  equal((await server.stranger().get(`/decisions/${id(gate)}`)).status, 200);
  const after = await rows(gate);
  equal(`${after.state} ${after.state_reason}`, `${before.state} ${before.state_reason}`);
  const said = query(server.folder, "SELECT detail FROM core_journal WHERE entity = 'portfolio_gate' AND what ="
    + ` 'unpublish' AND row_id = ${id(gate)}`);
  match(said, /Un prénom y figure/);
});
await test('a decision bears the day on which it was taken, and stands by it', async () => {
  equal((await rows(gate)).decided_on, '2025-03-12');
  equal((await rows(gate)).meets, '2025-03-20');
  const stranger = server.stranger();
  match(readable((await stranger.get(`/decisions/${id(gate)}`)).text),
    /Décision du 12 mars 2025 \(comité du 20 mars 2025\)/);
  const days = [...(await stranger.get('/decisions')).text.matchAll(/<time datetime="([^"]*)"/g)].map((m) => m[1]);
  equal(days[0], '2025-03-12');
  equal(days.join(), [...days].sort().reverse().join(), 'the latest first');
  match((await stranger.get(project)).text, /<time datetime="2025-03-12">[^<]*<\/time><h3><a href="\/decisions/);
});
await test('a step refused for a reason says it alone: no record has changed, nothing broke', async () => {
  const bare = await gateOf(await projectAt('Une idée nue'), { stage_from: 'idea', stage_to: 'study' });
  match(disabled((await leader.get(bare)).text, 'open') ?? '', /Aucun critère n’est prévu/);
  const sits = await gateOf(project, { stage_from: 'design', stage_to: 'trial' });
  made(await post(leader, `${sits}/etapes/open`));
  match(disabled((await leader.get(project)).text, 'deploy') ?? '', /comité siège/);
  for (const [path, words] of [[`${bare}/etapes/open`, /Aucun critère n’est prévu/],
    [`${project}/etapes/deploy`, /comité siège/], [`${gate}/suppression`, /ne change plus/]]) {
    const refused = await post(leader, path, { _version: (await rows(gate)).version });
    says(refused, 409, words);
    ok(!/entre-temps|incident/.test(readable(refused.text)), readable(refused.text));
  }
  made(await post(leader, `${sits}/etapes/cancel`, { reason: 'Fin de l’essai.' }));
});
await test('no plain step walks where criteria are written: it says so, and leads to the gate', async () => {
  const path = await projectAt('Par les jalons seuls', 'study');
  const page = (await leader.get(path)).text;
  for (const step of ['design', 'trial']) {
    match(disabled(page, step) ?? '', /se décide en jalon\s: préparez-le/);
    const refused = await post(leader, `${path}/etapes/${step}`);
    says(refused, 409, /se décide en jalon/);
    ok(refused.text.includes('/jalons/nouveau?project='), 'no way to the gate');
  }
  equal((await rows(path)).state, 'study');
  const way = /href="(\/jalons\/nouveau\?[^"]*stage_to=trial[^"]*)"/.exec(page)?.[1].replaceAll('&amp;', '&');
  const form = await leader.form(way, '/jalons');
  const given = Object.fromEntries(form.fields);
  equal(`${given.project} ${given.stage_from} ${given.stage_to}`, `${id(path)} study trial`);
  match(page, /href="\/jalons\/nouveau\?project=\d+&amp;stage_from=study&amp;_parent=1">[\s\S]{0,120}Nouveau jalon/);
  const gate = made(await leader.submit(form, { name: 'Jalon unique', meets: '2025-03-20', quorum: '2' }));
  ok(gate);
  const prepared = (await rows('/jalons')).find((g) => g.name === 'Jalon unique').id;
  match((await leader.get(path)).text, new RegExp(`<a href="/jalons/${prepared}">Voir ce jalon`));
});
await test('the leadership lets a project through with a reason that everybody reads, and it stays', async () => {
  const path = (await rows('/projets')).find((p) => p.name === 'Par les jalons seuls').id;
  const gate = `/jalons/${(await rows('/jalons')).find((g) => g.name === 'Jalon unique').id}`;
  for (const role of ['coordinator', 'expert', 'inspector'])
    equal((await post(await server.as(role), `${gate}/etapes/waive`, { reason: 'Il faut aller plus vite.' })).status, 403);
  says(await waive(gate, ''), 422, /dites d’abord pourquoi/);
  const reason = 'Le protocole a été validé par le comité de l’an dernier, pour la même ressource.';
  made(await waive(gate, reason));
  equal((await rows(`/projets/${path}`)).state, 'trial');
  const row = await rows(gate);
  equal(`${row.state} ${row.published} ${row.decided_on}`, 'waived true 2025-03-12');
  const stranger = server.stranger();
  for (const page of [`/projets/${path}`, '/decisions', `/decisions/${id(gate)}`]) {
    const text = readable((await stranger.get(page)).text);
    ok(text.includes(reason) && text.includes('franchi sans comité'), `${page}: ${text.slice(0, 300)}`);
  }
  match(readable((await stranger.get(`/decisions/${id(gate)}`)).text), /décidé seule, sans réunir de comité/);
  const said = query(server.folder, "SELECT detail FROM core_journal WHERE entity = 'portfolio_gate' AND what ="
    + ` 'waive' AND row_id = ${id(gate)}`);
  equal(JSON.parse(said).reason, reason);
  for (const step of ['unpublish', 'waive', 'cancel'])
    equal((await post(leader, `${gate}/etapes/${step}`, { reason: 'Non.' })).status, 409, step);
  says(await post(admin, `${gate}/suppression`, { _version: row.version }), 409, /ne change plus/);
  equal((await stranger.get(`/decisions/${id(gate)}`)).status, 200);
});
await test('a project that was sent back passes its gate again', async () => {
  const path = `/projets/${(await rows('/projets')).find((p) => p.name === 'Par les jalons seuls').id}`;
  made(await post(leader, `${path}/etapes/rework`, { reason: 'Le protocole est à revoir en entier.' }));
  says(await post(leader, `${path}/etapes/trial`), 409, /se décide en jalon/);
  says(await post(leader, '/jalons', { project: id(path), name: 'Nulle part', stage_from: 'design', stage_to: 'finished',
    meets: '2025-03-20', quorum: '2' }), 422, /ne mène de l’une à l’autre/);
  const elsewhere = await gateOf(path, { stage_from: 'trial', stage_to: 'deployment' });
  says(await waive(elsewhere), 409, /pas à l’étape d’où part/);
});
await test('criteria are what asks for a gate: written, the step is refused; taken away, it goes', async () => {
  const path = await projectAt('Une idée');
  match((await leader.get(path)).text, /id="time">Au fil du temps<\/h2>\s*<p class="meta">Rien encore\./);
  const written = made(await post(admin, '/criteres', { stage_from: 'idea', stage_to: 'study', position: '1',
    label: 'L’idée tient en une page' }));
  says(await post(leader, `${path}/etapes/study`), 409, /se décide en jalon/);
  made(await post(admin, `${written}/suppression`, { _version: '1' }));
  made(await post(leader, `${path}/etapes/study`));
  // None is written between stages that no gate ties together.
  for (const [to, words] of [['trial', /mène à une autre étape/], ['study', /ne mène de l’une à l’autre/]])
    says(await post(admin, '/criteres', { stage_from: 'trial', stage_to: to, position: '7', label: 'Jamais regardé' }), 422, words);
});
await test('an older version that would change nothing says so, and makes no version', async () => {
  const note = made(await post(leader, '/veille', { title: 'À relire', source: 'Revue', seen: '2025-03-01' }));
  made(await post(leader, `${note}/etapes/watch`, { reason: 'À suivre.' }));
  made(await post(leader, `${note}/etapes/keep`, { reason: 'Utile.' }));
  const before = (await rows(note)).version;
  for (const version of [1, 2]) {
    const again = await post(leader, `${note}/restauration`, { _version: version });
    says(again, 409, /déjà comme dans cette version/);
  }
  equal((await rows(note)).version, before);
  const policies = (await rows('/politiques')).map((p) => p.id);
  const form = await leader.form(`${project}/modifier`, '/modifier');
  made(await leader.submit(form, { policies: policies[0] }));
  const linked = (await rows(project)).version;
  made(await post(leader, `${project}/restauration`, { _version: linked - 1 })); // the links alone differ
  equal((await rows(project)).policies.length, 0);
});
await test('a note that became a project, or fed one, is sorted by who says why, and by nobody else', async () => {
  const note = (title) => post(leader, '/veille', { title, source: 'Salon', seen: '2025-03-01' }).then(made);
  const waiting = async () => Number(/<b>(\d+)<\/b><span>notes? de veille/.exec((await leader.get('/')).text)?.[1] ?? 0);
  const [first, second, dropped] = [await note('Première'), await note('Deuxième'), await note('Écartée')];
  const before = await waiting();
  says(await post(leader, `${first}/projet`, { way: 'new', name: 'Né d’une note', axis, why: 'é'.repeat(401) }), 422,
    /400 caractères/);
  const why = 'Deux collèges nous l’ont montré.';
  const born = made(await post(leader, `${first}/projet`, { way: 'new', name: 'Né d’une note', axis, why }));
  made(await post(leader, `${second}/projet`, { way: 'fed', project: id(born) }));
  equal(before - await waiting(), 1, 'who said why sorted the note');
  equal((await rows(first)).state, 'kept');
  equal((await rows(first)).state_reason, why);
  equal((await rows('/filiations')).find((f) => f.from_signal === id(first)).why, why);
  equal((await rows(second)).state, 'new');
  equal((await rows(second)).state_reason, null, 'a reason that nobody gave');
  for (const path of [first, second])
    ok(!(await leader.get(path)).text.includes(`${path}/projet`), 'the form is still offered');
  made(await post(leader, `${dropped}/etapes/drop`, { reason: 'C’est trop cher pour nous.' }));
  ok(!(await leader.get(dropped)).text.includes(`${dropped}/projet`));
  says(await post(leader, `${dropped}/projet`, { way: 'new', name: 'Malgré tout', axis }), 422, /reprenez-la d’abord/);
  equal((await rows('/projets')).filter((p) => p.name === 'Malgré tout').length, 0);
  const timeline = readable((await leader.get(born)).text);
  ok(/Né d’une note de veille/.test(timeline) && /Nourri par une note/.test(timeline), timeline);
  ok(!/\bbecame\b|\bfed\b/.test(timeline));
});
await test('a request for advice that a project came of still waits for its answer', async () => {
  const asked = made(await post(leader, '/conseils', { need: 'Un studio de radio', topic: 'practice',
    asked: '2025-03-02', asker: 'Une école', email: 'ecole@demo.example' }));
  made(await post(leader, `${asked}/projet`, { way: 'new', name: 'Studio', axis, why: 'Trois écoles le demandent.' }));
  const row = await rows(asked);
  equal(row.state, 'new');
  equal(row.answer, null, 'an answer that nobody gave');
  equal(row.outcome, null);
  ok(readable((await leader.get('/conseils/file')).text).includes('Un studio de radio'), 'it left the queue');
  ok(!query(server.folder, "SELECT address FROM core_mail WHERE what = 'portfolio.mail_answer'").includes('ecole@'), 'a mail');
  ok(/Studio/.test(readable((await leader.get(asked)).text)), 'the link is not shown');
});
const escale = (await rows('/projets')).find((p) => p.name === 'ESCALE');
// Its open gate gives way to one that lets it through: from then on it may be in use.
const sits = (await rows('/jalons')).find((g) => g.project === escale.id && g.state === 'open').id;
made(await post(leader, `/jalons/${sits}/etapes/cancel`, { reason: 'Le comité est remis à plus tard.' }));
made(await waive(await gateOf(`/projets/${escale.id}`, { stage_from: 'trial', stage_to: 'deployment' }, [])));
const schools = await rows('/etablissements');
const deployment = { project: escale.id, tool: 'Tablettes', school: schools[2].id, starts: '2025-01-06', state: 'in_use' };
await test('a tool of a project is not twice in a school on one day, by form, list or file', async () => {
  const one = made(await post(admin, '/deploiements', deployment));
  const again = { ...deployment, starts: '2025-02-03' };
  says(await post(admin, '/deploiements', again), 422, /a déjà cet outil de ce projet à ces dates/);
  says(await post(admin, '/deploiements/liste', again), 422, /a déjà cet outil de ce projet à ces dates/);
  const before = { ...deployment, starts: '2024-09-02', state: 'ended' };
  says(await post(admin, '/deploiements', { ...before, ends: '2025-01-06' }), 422, /déjà cet outil/);
  const file = join(server.folder, 'deux.csv');
  writeFileSync(file, ['project;tool;school;starts;ends;state', `ESCALE;Tablettes;${schools[2].uai};2025-02-10;;in_use`,
    `ESCALE;Tablettes;${schools[3].uai};2025-02-03;;in_use`, `ESCALE;Tablettes;${schools[3].uai};2025-02-10;;in_use`]
    .join('\r\n'));
  const run = spawnSync(program, ['import', 'deployment', file, '--data', server.folder], { encoding: 'utf8' });
  match(run.stdout + run.stderr, /line 2: starts[\s\S]*line 4: starts/);
  const there = async (n) => (await rows('/deploiements')).filter((d) => d.tool === 'Tablettes' && d.school === schools[n].id).length;
  equal(`${await there(2)} ${await there(3)}`, '1 1');
  made(await post(admin, '/deploiements', { ...before, ends: '2025-01-05' })); // one after the other
  made(await admin.submit(await admin.form(`${one}/modifier`, '/modifier'), { support: 'Le référent' }));
});
await test('what has ended is not in use', async () => {
  says(await post(admin, '/deploiements', { ...deployment, school: schools[5].id, ends: '2025-03-11' }), 422,
    /Sa fin est passée/);
  const tomorrow = { ...deployment, school: schools[5].id, tool: 'Jusqu’à demain', ends: '2025-03-13' };
  made(await post(admin, '/deploiements', tomorrow));
  const used = async () => Number(/(\d+) établissements? sur|<b>(\d+)<\/b>/.exec(
    (await server.stranger().get(`/projets/${escale.id}/essaimage`)).text).slice(1).find(Boolean));
  const now = await used();
  query(server.folder, `UPDATE portfolio_deployment SET ends = ${Date.UTC(2025, 2, 11) / 86400000}`
    + " WHERE tool = 'Jusqu’à demain'"); // as time does
  equal(now - await used(), 1);
  match(readable((await admin.get('/')).text), /1 déploiement « en usage » dont la fin est passée/);
});
await test('nothing is in use before a gate leads to the deployment, nor once a project was stopped', async () => {
  for (const steps of [[], ['study'], ['study', 'design', 'trial'], ['study', 'design', 'trial', 'deployment', 'stop']]) {
    const stops = steps.at(-1) === 'stop', planned = { ...deployment, state: 'planned', starts: '2025-02-03' };
    const path = await projectAt(`Pas là ${steps.length}`, ...steps.filter((s) => s !== 'stop')), at = id(path);
    const plan = id(made(await post(admin, '/deploiements', { ...planned, project: at })));
    if (stops) made(await post(leader, `${path}/etapes/stop`, { reason: 'La direction l’a décidé pour essayer.' }));
    const words = stops ? /projet est arrêté\s: rien n’y est en usage/ : /pas passé le jalon qui mène au déploiement/;
    says(await post(admin, '/deploiements', { ...deployment, project: at }), 422, words);
    says(await post(admin, '/deploiements/liste', { ...deployment, project: at }), 422, words);
    const sent = await api('POST', 'deployment', { ...deployment, project: at });
    equal(sent.status, 422, sent.text);
    match(sent.text, words);
    const file = join(server.folder, 'trop-tot.csv');
    writeFileSync(file, `project;tool;school;starts;state\r\nPas là ${steps.length};Tablettes;${schools[2].uai};2025-02-10;in_use`);
    const run = spawnSync(program, ['import', 'deployment', file, '--data', server.folder], { encoding: 'utf8' });
    match(run.stdout + run.stderr, /line 2: state/);
    const reason = 'Le projet ne viendra pas jusque-là.';
    for (const past of stops ? [] : [{ state: 'ended', ends: '2025-02-28' }, { state: 'abandoned', ends: '2025-02-28', reason }])
      says(await post(admin, '/deploiements', { ...deployment, project: at, ...past }), 422, words);
    const begun = await api('PATCH', `deployment/${plan}`, { state: 'abandoned', ends: '2025-02-28', reason });
    equal(begun.status, stops ? 200 : 422, begun.text);
    const given = await api('PATCH', `deployment/${plan}`, { state: 'dropped', reason });
    equal(given.status, 200, given.text);
    const pilot = await post(admin, '/deploiements', { ...deployment, project: at, tool: 'Pilote', state: 'configured' });
    if (!stops) made(pilot);
    else for (const state of ['planned', 'configured']) {
      says(await post(admin, '/deploiements', { ...planned, project: at, tool: 'Après', state }), 422, words);
      says(await post(admin, '/deploiements/liste', { ...planned, project: at, tool: 'Après', state }), 422, words);
    }
  }
});
await test('a project that is reworked after its deployment, or held, keeps what is in use', async () => {
  const path = await projectAt('Repris en main', 'study', 'design', 'trial', 'deployment');
  for (const away of ['rework', 'hold']) {
    made(await post(leader, `${path}/etapes/${away}`, { reason: 'Les professeurs demandent une autre version.' }));
    made(await post(admin, '/deploiements', { ...deployment, project: id(path), tool: away }));
  }
});
await test('a condition whose day is over comes back by mail, once, to who leads the project; met, it does not', async () => {
  const [row, project] = query(server.folder, `SELECT k.id, g.project FROM portfolio_gate_condition k JOIN portfolio_gate g
    ON g.id = k.gate WHERE k.state = 'open' ORDER BY k.id LIMIT 1`).split('|').map(Number);
  const lead = query(server.folder, "SELECT id FROM directory_person WHERE email = 'expert@demo.example'");
  await api('POST', 'project_member', { project, person: Number(lead), role: 'lead' });
  const yesterday = Math.floor(Date.parse(today) / 86400000) - 1;
  const remind = async (due, state) => {
    query(server.folder, `UPDATE portfolio_gate_condition SET due = ${due}, state = '${state}' WHERE id = ${row};`,
      "INSERT INTO core_task (kind, payload, due) VALUES ('portfolio.remind', '', 0);");
    for (let i = 0; i < 100 && query(server.folder, "SELECT count(*) FROM core_task WHERE kind = 'portfolio.remind' AND done IS NULL AND due = 0") !== '0'; i++)
      await new Promise((done) => { setTimeout(done, 100); });
    return query(server.folder, "SELECT subject, text FROM core_mail WHERE what = 'portfolio.mail_overdue' AND address = 'expert@demo.example'");
  };
  equal(await remind(yesterday, 'met'), '');
  const told = await remind(yesterday, 'open');
  match(told, /une condition de la décision est en retard/);
  match(readable(told), /mardi 11 mars 2025/);
  const text = query(server.folder, `SELECT text FROM portfolio_gate_condition WHERE id = ${row}`);
  ok(told.includes(text) && /\/jalons\/\d+/.test(told), told);
  equal(await remind(yesterday, 'open'), told, 'once');
  // Whoever wants no such mail keeps nobody else from it, nor has it come again and again.
  const [person, address] = query(server.folder, 'SELECT id, email FROM directory_person WHERE email IS NOT NULL'
    + ` AND id < ${lead} ORDER BY id LIMIT 1`).split('|');
  await api('POST', 'project_member', { project, person: Number(person), role: 'coordinator' });
  const sent = (to) => Number(query(server.folder, 'SELECT count(*) FROM core_mail'
    + ` WHERE what = 'portfolio.mail_overdue' AND address = '${to}'`));
  await remind(yesterday, 'open');
  equal(sent(address), 1);
  const stop = query(server.folder, `SELECT stop FROM core_mail WHERE what = 'portfolio.mail_overdue' AND address = '${address}'`);
  equal((await server.stranger().post(stop, { 'List-Unsubscribe': 'One-Click' })).status, 303);
  for (let hour = 0; hour < 3; hour++) await remind(yesterday - 1, 'open');
  deepEqual([sent(address), sent('expert@demo.example')], [1, 2]);
});
await test('what has not happened yet is not written as if it had', async () => {
  const path = await projectAt('Pas encore', 'study', 'design');
  const service = (await rows('/services')).find((s) => s.code === 'prototype').id;
  const passage = { project: id(path), service, starts: '2025-01-06' };
  for (const state of ['current', 'done', 'left'])
    says(await post(admin, '/passages', { ...passage, starts: '2027-11-20', state, note: 'On l’a laissé de côté pour le moment.' }),
      422, /a déjà commencé/);
  made(await post(admin, '/passages', { ...passage, state: 'current' }));
  for (const twice of [{ starts: '2025-02-03' }, { starts: '2024-12-02', ends: '2025-01-06' }])
    says(await post(admin, '/passages', { ...passage, ...twice, state: 'current' }), 422, /déjà en cours à ces dates/);
  made(await post(admin, '/passages', { ...passage, starts: '2024-11-04', ends: '2025-01-05', state: 'current' }));
  made(await post(admin, '/passages', { ...passage, starts: '2025-09-01', state: 'planned' }));
  const session = { project: id(path), title: 'Atelier', held: '2025-06-03' };
  for (const known of [{ outcome: 'Une maquette de papier.' }, { pupils: '12' }])
    says(await post(admin, '/seances', { ...session, ...known }), 422, /pas encore eu lieu/);
  made(await post(admin, '/seances', session));
  made(await post(admin, '/seances', { ...session, held: '2025-03-12', outcome: 'Une maquette de papier.', pupils: '12' }));
  const use = { project: escale.id, tool: 'Lunettes', school: schools[6].id, starts: '2025-01-06',
    reason: 'La salle a fermé cet hiver pour travaux.' };
  for (const [state, ends] of [['ended', ''], ['abandoned', ''], ['ended', '2025-06-30']])
    says(await post(admin, '/deploiements', { ...use, state, ends }), 422, /quel jour l’usage a pris fin/);
  made(await post(admin, '/deploiements', { ...use, state: 'ended', ends: '2025-03-12' }));
});
await test('stopping a project tells how many uses go on, and they wait for who answers for them, with those planned', async () => {
  const path = await projectAt('À arrêter', 'study', 'design', 'trial', 'deployment');
  const left = async () => Number(/<b>(\d+)<\/b><span>usages? de?[^<]*arrêté/.exec((await leader.get('/')).text)?.[1] ?? 0);
  ok(!/n’y met pas fin/.test((await leader.get(path)).text));
  for (const n of [0, 1])
    made(await post(admin, '/deploiements', { ...deployment, project: id(path), school: schools[8 + n].id, tool: 'Lampe' }));
  made(await post(admin, '/deploiements', { ...deployment, project: id(path), school: schools[10].id, tool: 'Lampe',
    state: 'planned', starts: '2025-05-05' }));
  const before = await left();
  match(readable((await leader.get(path)).text), /en usage dans 2 établissements.{1,3}l’arrêter n’y met pas fin/);
  made(await post(leader, `${path}/etapes/stop`, { reason: 'La direction l’a décidé pour essayer.' }));
  equal(await left() - before, 3);
  const uses = JSON.parse((await leader.get('/deploiements.json?attente=left')).text);
  equal(uses.filter((d) => d.project === id(path) && d.state === 'in_use').length, 2);
});
await test('no service runs ahead of the gates: by form, line, API and file', async () => {
  const path = await projectAt('Sans devancer', 'study', 'design');
  const services = await rows('/services');
  const of = (code) => services.find((s) => s.code === code).id;
  const words = /Aucun jalon n’a encore mené ce projet jusque-là/;
  const plan = { project: id(path), starts: '2025-01-06' };
  for (const [code, state] of [['trial', 'current'], ['trial', 'done'], ['deployment', 'current'], ['deployment', 'left']]) {
    says(await post(admin, '/passages', { ...plan, service: of(code), state }), 422, words);
    match((await api('POST', 'project_service', { ...plan, service: of(code), state })).text, words);
  }
  const file = join(server.folder, 'passages.csv');
  writeFileSync(file, 'project;service;starts;state\r\nSans devancer;deployment;2025-02-10;current');
  const run = spawnSync(program, ['import', 'project_service', file, '--data', server.folder], { encoding: 'utf8' });
  match(run.stdout + run.stderr, /line 2: state/);
  made(await post(admin, '/passages', { ...plan, service: of('training'), state: 'current' }));
  made(await post(admin, '/passages', { ...plan, starts: '2025-01-07', service: of('trial'), state: 'planned' }));
  const line = (form) => form.fields.find(([name, value]) => /state$/.test(name) && value === 'planned')[0];
  const form = await admin.form(`${path}/modifier`, '/modifier');
  says(await admin.submit(form, { [line(form)]: 'current' }), 422, words);
  made(await waive(await gateOf(path, { stage_from: 'design', stage_to: 'trial' }, [])));
  made(await admin.submit(await admin.form(`${path}/modifier`, '/modifier'), { [line(form)]: 'current' }));
  says(await post(admin, '/passages', { ...plan, service: of('deployment'), state: 'current' }), 422, words);
});
await test('one school is one, and a member’s page bears their name', async () => {
  const alone = await projectAt('Une seule école', 'study', 'design', 'trial', 'deployment');
  made(await post(admin, '/deploiements', { ...deployment, project: id(alone) }));
  match(readable((await server.stranger().get(`${alone}/essaimage`)).text), /1 école ou établissement où/);
  match(readable((await server.stranger().get(alone)).text), /1 établissement où c’est en usage/);
  const seat = (await rows('/membres-de-jalon')).find((m) => m.person === person('inspector'));
  const page = (await admin.get(`/membres-de-jalon/${seat.id}`)).text;
  ok(page.includes(`<h1>${people.find((p) => p.id === seat.person).name} `), /<h1>.*/.exec(page)?.[0]);
});
await test('the demonstration plans its services, and says which it skips and why', async () => {
  const passages = await rows('/passages');
  ok(passages.filter((s) => s.team && s.expected).length >= 3, 'no plan');
  ok(passages.some((s) => s.state === 'skipped' && s.note), 'nothing is skipped');
});
await test('the most votes decide; what is not met is no plain go; a condition is met later', async () => {
  const of = await projectAt('Projet des voix', 'study');
  const sits = await gateOf(of);
  made(await post(leader, `${sits}/etapes/open`));
  for (const who of [leader, inspector]) made(await vote(who, sits, 'go'));
  made(await vote(expert, sits, 'stop'));
  says(await decide(admin, sits, 'stop'), 409, /Une autre décision a plus de voix/);
  const met = (await admin.form(sits, '/decision')).controls.find((c) => /^met_/.test(c.name)).name;
  says(await decide(admin, sits, 'go', { [met]: 'no' }), 409, /critère est «\snon rempli\s»/);
  says(await post(leader, '/conditions-de-jalon', { gate: id(sits), text: 'Hier', due: '2025-03-11' }), 422, /date à venir/);
  equal((await rows(sits)).state, 'open');
  made(await decide(admin, sits, 'go'));
  equal((await rows(of)).state, 'design');
});
await test('a decided gate is read by what was known that day; what was found since stands apart', async () => {
  const evidence = await rows('/preuves');
  let before = 0, since = 0;
  for (const gate of await rows('/jalons')) {
    const { text } = await admin.get(`/jalons/${gate.id}`);
    const then = text.indexOf('id="since"');
    for (const e of evidence.filter((x) => x.project === gate.project)) {
      const at = text.indexOf(`href="/preuves/${e.id}"`);
      ok(at > 0, `${gate.name}: ${e.statement}`);
      const late = Boolean(gate.decided_on) && e.found > gate.decided_on;
      equal(then > 0 && at > then, late, `${gate.name} of ${gate.decided_on}: ${e.statement}, ${e.found}`);
      if (late) since++;
      else before++;
    }
  }
  ok(before > 20 && since > 5, `${before}, ${since}`);
});
const known = (project, statement, fields = {}) => post(admin, '/preuves', { project: id(project), statement, kind: 'perception',
  level: '1', found: '2025-03-01', ...fields });
await test('the file of a decided gate stays as it was: what is corrected, withdrawn or backdated moves nothing', async () => {
  const of = await projectAt('Projet au dossier', 'study'), sits = await gateOf(of);
  const said = ['Les élèves reviennent d’eux-mêmes', 'Les familles s’en plaignent', 'Une classe sur deux s’en sert'];
  const [kept, gone] = [made(await known(of, said[0])), made(await known(of, said[1]))];
  made(await known(of, said[2], { kind: 'usage' }));
  made(await post(leader, `${sits}/etapes/open`));
  for (const who of [leader, inspector]) made(await vote(who, sits, 'go'));
  made(await decide(admin, sits, 'go'));
  made(await admin.submit(await admin.form(`${kept}/modifier`, '/modifier'), { statement: 'Les élèves n’y reviennent jamais', level: '1' }));
  made(await post(admin, `${gone}/suppression`, { _version: (await rows(gone)).version }));
  made(await known(of, 'Les élèves progressent de moitié', { kind: 'learning', found: '2025-01-06' }));
  made(await known(of, 'Appris le jour même', { kind: 'cost', found: today }));
  for (const [who, path] of [[server.stranger(), `/decisions/${id(sits)}`], [admin, sits]]) {
    const [then, since] = (await who.get(path)).text.split('id="since"').map(readable);
    for (const words of said) ok(then.includes(words) && !since.includes(words), `${path}: ${words}: ${then}`);
    match(then, /d’eux-mêmes Modifiée depuis la décision/);
    match(then, /s’en plaignent Retirée du projet depuis la décision/);
    ok(!/jamais|de moitié|jour même/.test(then), then);
    match(since, /de moitié Porte une date d’avant la décision, mais n’a été versée au dossier que le (mercredi )?12 mars 2025/);
    match(since, /Appris le jour même/);
    equal(since.match(/Porte une date d’avant/g).length, 1, 'the same day is not before it');
  }
});
await test('who cannot vote does not sit; a committee that cannot reach its quorum does not open, and says so where it sits', async () => {
  const of = await projectAt('Projet sans quorum', 'study');
  const alone = await gateOf(of, { quorum: '3' });
  const seated = await post(leader, '/membres-de-jalon', { gate: id(alone), person: person('teacher'), role: 'member' });
  says(seated, 422, /pas de compte qui permette de voter/);
  match(seated.text, /<[^>]*id="f-person"[^>]*aria-invalid="true"/);
  says(await post(leader, '/membres-de-jalon', { gate: id(alone), person: person('leader'), role: 'member' }), 422,
    /siège déjà à ce comité/);
  const seat = (await rows('/membres-de-jalon')).find((m) => m.gate === id(alone) && m.person === person('expert'));
  made(await post(expert, `/membres-de-jalon/${seat.id}/etapes/declare`, { reason: 'J’ai écrit la ressource.' }));
  says(await post(leader, `${alone}/etapes/open`), 409, /Moins de membres peuvent voter/);
  const sits = await gateOf(of, { quorum: '3' });
  made(await post(leader, `${sits}/etapes/open`));
  const lost = /Le quorum ne peut plus être atteint/;
  ok(!lost.test(readable((await leader.get(sits)).text)));
  made(await vote(expert, sits, 'conflict'));
  match(readable((await leader.get(sits)).text), lost);
  for (const who of [leader, inspector]) made(await vote(who, sits, 'go'));
  says(await decide(admin, sits, 'go'), 409, lost);
  made(await post(leader, `${sits}/etapes/cancel`, { reason: 'Le quorum est perdu.' }));
});
await test('a gate’s page and the board count the same evidence that is missing, one of too low a level too', async () => {
  const of = await projectAt('Projet aux preuves faibles', 'study', 'design', 'trial');
  made(await known(of, 'Deux classes s’en servent', { kind: 'usage' }));
  const sits = await gateOf(of, { name: 'Jalon aux preuves faibles', stage_from: 'trial', stage_to: 'deployment' });
  made(await post(leader, `${sits}/etapes/open`));
  const page = readable((await leader.get(sits)).text);
  equal(page.match(/preuve manquante/g)?.length, 2);
  equal(page.match(/preuve manquante Niveau 2 au moins exigé/g)?.length, 2);
  const line = (await leader.get('/jalons/a-decider')).text.split('<tr>').find((x) => x.includes(`"${sits}"`));
  match(line, /<td class="n"[^>]*>2<\/td><\/tr>/);
  made(await post(leader, `${sits}/etapes/cancel`, { reason: 'Fin de l’essai.' }));
});
await test('a project stopped without a committee says so, by which role and why; its decisions say that it stopped since', async () => {
  const of = await projectAt('Projet arrêté seul', 'study', 'design', 'trial');
  const passed = (await rows('/jalons')).filter((g) => g.project === id(of)).at(-1).id;
  const stranger = server.stranger();
  const alone = /Sans réunir de comité\s; rôle de qui a décidé\s: pilotage/i, why = 'Le prestataire a cessé son activité en février.';
  ok(!/Depuis cette décision/.test((await stranger.get(`/decisions/${passed}`)).text));
  made(await post(leader, `${of}/etapes/stop`, { reason: why }));
  for (const path of [of, '/projets/arretes', `/decisions/${passed}`]) {
    const text = readable((await stranger.get(path)).text);
    match(text, alone, path);
    ok(text.includes(why), path);
  }
  match(readable((await stranger.get(`/decisions/${passed}`)).text), /Depuis cette décision.*Projet arrêté seul arrêté/i);
  match(readable((await stranger.get(of)).text), /arrêté\s: mercredi 12 mars 2025\. Sans réunir/);
  match(readable((await server.stranger('en').get(of)).text), /stopped: Wednesday,? 12 March 2025\. Without a committee; role of who decided: /);
  made(await post(leader, `${of}/etapes/resume`, { reason: 'Un autre prestataire a repris le service.' }));
  for (const path of [of, `/decisions/${passed}`])
    ok(!alone.test(readable((await stranger.get(path)).text)), path);
});
await test('a list of members says which gates of that name there are, and takes the one with its number', async () => {
  const gates = [await gateOf(await projectAt('Homonymes un', 'study'), { name: 'Jalon homonyme' }, []),
    await gateOf(await projectAt('Homonymes deux', 'study'), { name: 'Jalon homonyme' }, [])];
  const file = join(server.folder, 'membres.csv');
  const sent = (gate) => {
    writeFileSync(file, `gate;person;role\r\n${gate};inspector@demo.example;member`);
    const r = spawnSync(program, ['import', 'gate_member', file, '--data', server.folder], { encoding: 'utf8' });
    return r.stdout + r.stderr;
  };
  const told = sent('Jalon homonyme');
  for (const gate of gates) match(told, new RegExp(`Jalon homonyme[^;]*#${id(gate)}\\b`));
  const name = new RegExp(`Jalon homonyme[^;]*#${id(gates[1])}\\b`).exec(told.slice(told.lastIndexOf(':')))?.[0]
    ?? `Jalon homonyme · #${id(gates[1])}`;
  sent(name);
  equal((await rows('/membres-de-jalon')).filter((m) => gates.map(id).includes(m.gate)).map((m) => m.gate).join(), `${id(gates[1])}`);
});
await test('a kind of filiation says what it leads from and to; a project’s page begins with the project', async () => {
  const of = await projectAt('Projet à relier', 'study');
  const note = made(await post(leader, '/veille', { title: 'À déployer', source: 'Revue', seen: '2025-03-01' }));
  const link = (fields) => post(leader, '/filiations', { from_signal: id(note), to_project: id(of), since: '2025-03-01', ...fields });
  says(await link({ kind: 'deployed_as' }), 422, /d’un projet à un déploiement/);
  says(await link({ kind: 'merged' }), 422, /d’un projet à un autre/);
  made(await link({ kind: 'inspired' }));
  const way = /href="(\/filiations\/nouveau[^"]*)"/.exec((await leader.get(of)).text)[1];
  equal(Object.fromEntries((await leader.form(way, '/filiations')).fields).to_project, 'Projet à relier');
});
await test('who writes a return is told before that everybody reads it', async () => {
  const form = (await admin.get('/retours/nouveau')).text;
  for (const field of ['obstacles', 'text'])
    match(form, new RegExp(`id="f-${field}-h[^"]*"[^>]*>[^<]*Tout le monde le lit sur la page du projet`));
});
// The project's own line of the journal as an earlier program wrote it, with the committee's words or none.
const asBefore = (project, reason) => query(server.folder, 'UPDATE core_journal SET detail ='
  + ` replace(detail, ',"reason":"Décidé à un jalon du projet."', '${reason && `,"reason":"${reason}"`}')`
  + ` WHERE entity = 'portfolio_project' AND row_id = ${id(project)}`);
await test('why a committee decided is public where its decision is, and nowhere else', async () => {
  const why = 'Trois classes sont prêtes. Leurs familles l’ont écrit.';
  const stranger = server.stranger();
  const of = await projectAt('Projet discret', 'study'), sits = await gateOf(of);
  made(await post(leader, `${sits}/etapes/open`));
  for (const who of [leader, inspector]) made(await vote(who, sits, 'go'));
  made(await decide(admin, sits, 'go', { reason: why, published: null }));
  equal((await rows(of)).state, 'design');
  const told = async (who) => readable((await who.get(of)).text);
  ok((await told(leader)).includes(why));
  ok(!(await told(stranger)).includes(why), 'a stranger reads what was not published');
  match(await told(stranger), /Décidé à un jalon du projet/);
  made(await post(leader, `${sits}/etapes/publish`, { reason: 'Le comité le rend public.' }));
  ok((await told(stranger)).includes(why));
  made(await post(leader, `${sits}/etapes/unpublish`, { reason: 'La famille d’un élève se reconnaît dans ce motif.' }));
  ok(!(await told(stranger)).includes(why), 'taken back, and still told');
  asBefore(of, why);
  match(query(server.folder, `SELECT detail FROM core_journal WHERE entity = 'portfolio_project' AND row_id = ${id(of)}`), /Leurs familles/);
  ok(!(await told(stranger)).includes(why), 'an earlier program wrote it into the line of the project');
  match(await told(stranger), /Décidé à un jalon du projet/);
  equal((await told(leader)).split(why).length, 2, 'the gate tells it, and the project not once more');
});
await test('the board of what stopped tells what stopped it last, and nothing of who went on', async () => {
  const stranger = server.stranger();
  const of = await projectAt('Projet suspendu puis arrêté', 'study'), sits = await gateOf(of);
  const board = async (who) => readable((await who.get('/projets/arretes')).text);
  made(await post(leader, `${sits}/etapes/open`));
  for (const who of [leader, inspector]) made(await vote(who, sits, 'hold'));
  made(await decide(admin, sits, 'hold', { reason: 'Le financement de la seconde année n’est pas connu. Le comité attend la commune.', published: null }));
  match(await board(leader), /financement de la seconde année/);
  const hidden = await board(stranger);
  ok(!/seconde année/.test(hidden) && /Projet suspendu puis arrêté/.test(hidden), 'a project that is held is on the board, without the reason');
  const withheld = /Les motifs du comité n’ont pas été publiés\. Décidé à un jalon du projet/;
  match(hidden, withheld);
  ok(!withheld.test(await board(leader)), 'the leader reads them');
  asBefore(of, 'Le financement de la seconde année n’est pas connu. Le comité attend la commune.');
  equal(await board(stranger), hidden, 'an earlier program wrote it into the line of the project');
  equal((await board(leader)).split('financement de la seconde année').length, 2);
  made(await post(leader, `${of}/etapes/stop`, { reason: 'La commune retire ses locaux, et rien ne les remplace.' }));
  for (const who of [leader, stranger]) {
    const text = await board(who);
    match(text, /La commune retire ses locaux/);
    ok(!/seconde année/.test(text), 'the reason of before');
  }
  const again = await projectAt('Projet repris', 'study');
  made(await post(leader, `${again}/etapes/hold`, { reason: 'Le professeur est absent jusqu’en mai.' }));
  match(await board(stranger), /absent jusqu’en mai/);
  made(await post(leader, `${again}/etapes/resume`, { reason: 'Le professeur est revenu.' }));
  ok(!/absent jusqu’en mai/.test(await board(stranger)), 'what goes on is not stopped');
  const silent = await projectAt('Projet sans motif', 'study'), held = await gateOf(silent);
  made(await post(leader, `${held}/etapes/open`));
  for (const who of [leader, inspector]) made(await vote(who, held, 'hold'));
  made(await decide(admin, held, 'hold', { published: null }));
  asBefore(silent, '');
  match(await board(stranger), /Projet sans motif/);
});
await test('findings are noted by the API too, by who may decide, while the committee sits', async () => {
  const sits = await gateOf(await projectAt('Par un programme', 'study'));
  const criteria = async () => JSON.parse((await api('GET', `gate_criterion?gate=${id(sits)}`)).text).rows;
  const coordinator = apiOf(server, { as: 'coordinator@demo.example', name: 'constats' });
  const note = async (k, body, by = api) => {
    const r = await by('POST', `gate_criterion/${k.id}/constat`, body);
    return [r.status, ...(JSON.parse(r.text).errors ?? []).map((e) => e.code.split('.')[1])].join(' ');
  };
  const good = { met: 'partly', reason: 'Le comité l’a constaté en séance.' };
  const early = JSON.parse((await api('POST', 'gate_criterion', { gate: id(sits), position: 9, label: 'Ajouté avant' })).text);
  equal(await note(early, good), '409 not_open');
  made(await post(leader, `${sits}/etapes/open`));
  const form = await leader.form(sits, '/decision');
  for (const k of await criteria()) {
    equal(await note(k, { ...good, met: 'maybe' }), '422 bad_finding');
    equal(await note(k, { ...good, reason: 'Oui.' }), '422 short_finding');
    equal(await note(k, { met: 'yes' }), '422 required');
    match(await note(k, good, coordinator), /^40[34]/);
    equal(await note(k, good), '200');
  }
  for (const k of await criteria()) equal(`${k.met} ${k.reason}`, `partly ${good.reason}`);
  says(await leader.submit(form, {}), 409, /entre-temps|ailleurs|pendant/i);
  for (const who of [inspector, expert]) made(await vote(who, sits, 'go'));
  equal((await api('POST', `gate/${id(sits)}/etapes/go`, { reason: 'Le comité a entendu l’équipe. Il a lu les preuves.' })).status, 200);
  equal(await note((await criteria())[0], good), '409 closed');
});
await test('a gate in preparation shows what its committee will look at, and which evidence it lacks', async () => {
  const sits = await gateOf(await projectAt('À préparer', 'study', 'design'), { name: 'Critères à venir', stage_from: 'design', stage_to: 'trial' });
  made(await post(leader, '/criteres-de-jalon', { gate: id(sits), position: '1', label: 'Notre propre critère' }));
  const set = (await rows('/criteres')).filter((k) => k.stage_from === 'design' && k.stage_to === 'trial');
  ok(set.some((k) => k.kind));
  const part = (page) => /<section aria-labelledby="criteria">[\s\S]*?<\/section>/.exec(page)[0];
  const labels = (page) => [...part(page).matchAll(/<h3>([^<]*?) ?(?:<|$)/g)].map((m) => m[1].trim()).sort().join('|');
  const page = (await expert.get(sits)).text, before = labels(page);
  match(page, /Preuve manquante|preuve manquante/i);
  for (const k of set) ok(before.includes(readable(k.label)), k.label);
  ok(before.includes('Notre propre critère') && !/Pas encore de constat|class="tag/.test(part(page)), 'a finding before there is one');
  const lacks = async () => readable(/<tr><th[^>]*><a href="[^"]*">Critères à venir[\s\S]*?<\/tr>/.exec((await expert.get('/jalons/a-decider')).text)[0])
    .trim().split(' ').at(-1);
  const ahead = await lacks();
  ok(Number(ahead) > 0, ahead);
  made(await post(leader, `${sits}/etapes/open`));
  equal(labels((await expert.get(sits)).text), before);
  equal(await lacks(), ahead);
});
await test('what came of a session, and why it was decided, stand in their lines', async () => {
  const of = await projectAt('En plusieurs lignes', 'study'), sits = await gateOf(of);
  made(await post(leader, '/seances', { project: id(of), title: 'Atelier', held: '2025-03-11',
    outcome: 'Retenu :\n\n- un carnet\n- une boîte' }));
  made(await post(leader, `${sits}/etapes/open`));
  for (const who of [inspector, expert]) made(await vote(who, sits, 'hold'));
  made(await decide(leader, sits, 'hold', { reason: 'Le comité a entendu l’équipe.\nIl attend encore des preuves.' }));
  for (const path of [sits, `/decisions/${id(sits)}`])
    match((await leader.get(path)).text, /<title>Jalon · En plusieurs lignes – [\s\S]*<h1>Jalon </);
  const page = (await leader.get(of)).text, lines = /<p>Le comité a entendu l’équipe\.<br>\s*Il attend encore des preuves\.<\/p>/;
  match(page, /<p>Retenu.:<\/p>\s*<ul>\s*<li>un carnet<\/li>\s*<li>une boîte<\/li>\s*<\/ul>/);
  for (const path of [of, sits, `/decisions/${id(sits)}`, '/projets/arretes']) match((await leader.get(path)).text, lines, path);
});
await test('a refused decision comes back as it was ticked; a finding is as long as its form says', async () => {
  const of = await projectAt('Projet bavard', 'study'), sits = await gateOf(of);
  made(await post(leader, `${sits}/etapes/open`));
  for (const who of [leader, inspector]) made(await vote(who, sits, 'conditions'));
  const form = await admin.form(sits, '/decision');
  const reason = form.controls.find((c) => /^reason_/.test(c.name)).name;
  const long = 'Constaté à l’école, répété à l’été. '.repeat(27).trim();
  ok(long.length <= 1000 && Buffer.byteLength(long) > 1000, `${long.length}`);
  made(await decide(admin, sits, '', { [reason]: long, published: '1' }));
  ok((await admin.get(sits)).text.includes(long));
  const tried = (fields) => decide(admin, sits, 'conditions', { condition_1: 'Prévenir les familles', due_1: '2025-04-01', ...fields });
  const back = await tried({ published: null, condition_1: 'Prévenir les familles. '.repeat(20) });
  says(back, 422, /La condition est trop longue/);
  ok(!/name="published"[^>]* checked/.test(back.text), 'it would be public after all');
  match((await tried({ due_1: '' })).text, /name="published"[^>]* checked/);
  made(await tried({ published: null, condition_1: 'Écrire à l’équipe déléguée. '.repeat(14).trim() }));
  equal((await rows(sits)).published, false);
});
await test('a decision asks for nothing whose day is past', async () => {
  const of = await projectAt('Projet sous condition', 'study'), sits = await gateOf(of);
  made(await post(leader, `${sits}/etapes/open`));
  for (const who of [leader, inspector]) made(await vote(who, sits, 'conditions'));
  const asked = { condition_1: 'Prévenir les familles', due_1: '2025-03-01' };
  says(await decide(admin, sits, 'conditions', asked), 422, /date à venir/);
  equal((await rows(sits)).state, 'open');
  made(await decide(admin, sits, 'conditions', { ...asked, due_1: '2025-04-01' }));
});
await test('one person alone is no committee: neither a new gate says so, nor does one from before open', async () => {
  const of = await projectAt('Projet d’une seule voix', 'study');
  const alone = { project: id(of), name: 'Seule', stage_from: 'study', stage_to: 'design', meets: '2025-03-20', quorum: '1' };
  const refused = await post(leader, '/jalons', alone);
  says(refused, 422, /au moins 2/);
  match(readable(refused.text), /deux au moins\s: une personne seule n’est pas un comité/);
  equal((await api('POST', 'gate', { ...alone, quorum: 1 })).status, 422);
  const before = await gateOf(of, {}, ['leader']);
  query(server.folder, `UPDATE portfolio_gate SET quorum = 1 WHERE id = ${id(before)}`); // an earlier program let it
  match(disabled((await leader.get(before)).text, 'open') ?? '', /Une personne seule n’est pas un comité/);
  says(await post(leader, `${before}/etapes/open`), 409, /Une personne seule n’est pas un comité/);
  made(await waive(before));
  equal((await rows(of)).state, 'design');
});
await test('a gate that was cancelled stands at the day on which it was, and says so', async () => {
  const of = await projectAt('Projet au comité annulé', 'study'), sits = await gateOf(of, { name: 'Comité remis', meets: '2025-04-17' });
  const next = await gateOf(of, { name: 'Comité suivant', meets: '2025-04-24' });
  made(await post(leader, `${sits}/etapes/cancel`, { reason: 'Trois membres sont absents ce jour-là.' }));
  const line = /<time datetime="2025-03-12">[^<]*<\/time><h3><a href="[^"]*">Comité remis<\/a> <span class="tag[^"]*">annulé</;
  for (const page of [of, next]) match((await leader.get(page)).text, line);
  match(readable((await leader.get(sits)).text), /Annulé le mercredi 12 mars 2025/);
  ok(!(await server.stranger().get(of)).text.includes('Comité remis'), 'everybody reads of it');
});
await test('a committee decides from one page: where it is in use and what schools say, and the criteria before the vote', async () => {
  const of = (await rows('/projets')).find((p) => p.name === 'Catalogue et pack VR').id;
  const sits = await gateOf(`/projets/${of}`, { stage_from: 'deployment', stage_to: 'finished', quorum: '2' });
  made(await post(leader, '/criteres-de-jalon', { gate: id(sits), label: 'Les laboratoires suffisent au prêt' }));
  made(await post(leader, `${sits}/etapes/open`));
  const page = readable((await inspector.get(sits)).text), project_page = readable((await inspector.get(`/projets/${of}`)).text);
  const used = /(\d+) (écoles et établissements où l’outil est en usage \d[^a-z]*élèves touchés, selon l’annuaire)/.exec(project_page)?.[0];
  ok(used && page.includes(used), `${used}: ${page}`);
  match(page, /Retours d’expérience 4 retours ; utilité moyenne : 2,5 sur 5 .*Huit casques pour vingt-six élèves/);
  ok(page.indexOf('Les laboratoires suffisent au prêt') < page.indexOf('Mon vote'), 'who votes reads the criteria first');
  made(await post(leader, `${sits}/etapes/cancel`, { reason: 'Fin de l’essai.' }));
  const none = await gateOf(await projectAt('Projet sans usage', 'study'));
  match(readable((await leader.get(none)).text), /Où il en est aujourd’hui Aucun déploiement pour le moment/);
});
await test('what was stopped is one link from the decisions, for everybody', async () => {
  for (const [who, page] of [[server.stranger(), '/decisions'], [leader, '/jalons/a-decider']])
    match((await who.get(page)).text, /<a class="btn quiet" href="\/projets\/arretes">Ce qui a été arrêté, et pourquoi</);
  match((await server.stranger().get('/projets/arretes')).text, /<a href="\/decisions">Décisions</);
});
await test('what a decision asked for stands on the page of its project, and on the home page of who owes it', async () => {
  const of = await projectAt('Projet qui doit', 'study'), asked = await gateOf(of, { name: 'Jalon sous conditions' });
  await api('POST', 'project_member', { project: id(of), person: person('coordinator'), role: 'coordinator' });
  made(await post(leader, '/conditions-de-jalon', { gate: id(asked), text: 'Écrire aux familles du quartier', due: '2025-03-20' }));
  const coordinator = await server.as('coordinator'), stranger = server.stranger();
  const tile = async (who, words) => Number(new RegExp(`(\\d+) ${words}`).exec(readable((await who.get('/')).text))?.[1] ?? 0);
  const soon = 'conditions? de vos projets arriven?t? à échéance', late = 'conditions? de vos projets en retard';
  const shows = async (who) => readable((await who.get(of)).text).includes('Écrire aux familles du quartier');
  deepEqual([await shows(leader), await shows(stranger)], [true, false], 'a gate that is not public');
  equal(await tile(coordinator, soon), 1);
  equal(await tile(expert, soon), 0, 'who owes nothing');
  match((await coordinator.get('/conditions-de-jalon?attente=owed')).text, /Écrire aux familles du quartier/);
  ok(!(await coordinator.get('/conditions-de-jalon?attente=conditions')).text.includes('Écrire aux familles'), 'told twice');
  made(await waive(asked)); // public from now on
  const page = (await stranger.get(of)).text;
  match(readable(page), /Conditions à lever Écrire aux familles du quartier à lever pour le 20 mars 2025 · Jalon sous conditions/);
  match(page, new RegExp(`<a href="/decisions/${id(asked)}">Écrire aux familles`));
  query(server.folder, "UPDATE portfolio_gate_condition SET due = due - 12 WHERE text = 'Écrire aux familles du quartier'");
  match(readable((await stranger.get(of)).text), /Écrire aux familles du quartier à lever en retard/);
  equal(await tile(coordinator, late), 1);
  const one = (await rows('/conditions-de-jalon')).find((k) => k.text === 'Écrire aux familles du quartier').id;
  made(await post(coordinator, `/conditions-de-jalon/${one}/etapes/meet`, { reason: 'La lettre est partie lundi matin.' }));
  equal(await tile(coordinator, late), 0);
  equal(await shows(leader), false);
});
await test('a project’s page says of which kind nothing is known', async () => {
  const of = await projectAt('Projet mal connu', 'study');
  ok(!/rien n’est connu/.test((await leader.get(of)).text), 'a table of nothing');
  await api('POST', 'evidence', { project: id(of), statement: 'Deux classes le demandent encore', kind: 'usage', level: 1, found: '2025-03-01' });
  const text = readable((await server.stranger().get(of)).text);
  for (const kind of ['perception', 'apprentissages', 'organisation', 'coût']) ok(text.includes(`rien n’est connu ${kind} inconnu`), kind);
  ok(!text.includes('rien n’est connu usage'), text);
});
await test('what is empty because there is nothing is not called unknown; of evidence, what nobody knows is', async () => {
  const of = await projectAt('Projet aux cases vides', 'study', 'design', 'trial', 'deployment');
  made(await post(admin, '/deploiements', { ...deployment, project: id(of), tool: 'Sans terme' }));
  const line = (html, words) => readable(html.split('<tr').slice(1).find((row) => row.includes(words)) ?? '');
  match(line((await admin.get('/deploiements?q=Sans+terme')).text, 'Sans terme'), /sans fin prévue en usage/);
  match(line((await (await server.as('admin', 'en')).get('/deploiements?q=Sans+terme')).text, 'Sans terme'), /no end planned/);
  const asked = made(await post(leader, '/conseils', { need: 'Un besoin sans école', topic: 'other', asked: '2025-03-02', asker: 'Zoé', email: 'zoe@demo.example' }));
  const list = (await leader.get('/conseils?q=sans+ecole')).text;
  match(line(list, 'Un besoin sans école'), /non précisé .*sans établissement/);
  match(list, /<option value="~">non précisée<\/option>/);
  match(readable((await leader.get(asked)).text), /Discipline non précisée/);
  const services = await rows('/services'), service = services.find((s) => s.code === 'training').id;
  made(await post(leader, '/passages', { project: id(of), service, starts: '2025-09-01', state: 'planned' }));
  const plan = line((await leader.get(of)).text, 'Formation</a>');
  match(plan, /prévu non compté .* sans fin prévue pas encore nommée pas encore écrits aucune/);
  ok(!/inconnu/.test(plan), plan);
  for (const [code, state, end] of [['prototype', 'skipped', /sans objet non compté 6 janv\. 2025 aucune pas encore/],
    ['research', 'done', /fait .* 6 janv\. 2025 non notée pas encore/]]) {
    const entry = services.find((s) => s.code === code);
    made(await post(leader, '/passages', { project: id(of), service: entry.id, starts: '2025-01-06', state,
      note: 'L’outil existe déjà, rien n’est à construire.' }));
    match(line((await leader.get(of)).text, `${entry.name}</a>`), end);
  }
  made(await post(expert, '/preuves', { project: id(of), statement: 'Une classe y revient d’elle-même', kind: 'usage', level: 1, found: '2025-03-01' }));
  match(line((await leader.get(of)).text, 'Une classe y revient'), /usage 1 sur 5 inconnu inconnu inconnu inconnu/);
});
await test('the server lived through it', async () => {
  equal(/ended by a signal|"request failed"/.exec(server.log())?.[0] ?? '', '', server.log().slice(-1500));
});
await test('public decisions come by pages, the latest first, each of them once', async () => {
  const which = "published = 1 AND state IN ('go', 'conditions', 'hold', 'recycle', 'stop', 'waived')";
  const columns = (uid, day) => `version, created_at, created_by, changed_at, changed_by, ${uid}, project, name, name_fold, stage_from,
    stage_to, meets, quorum, published, ${day}, state, state_reason, words`;
  const one = query(server.folder, `SELECT min(id) FROM portfolio_gate WHERE ${which}`);
  query(server.folder, `INSERT INTO portfolio_gate (${columns('uid', 'decided_on')}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL
    SELECT i + 1 FROM n WHERE i < 260) SELECT ${columns("'gate-' || i", '15000 + i % 7')} FROM portfolio_gate, n WHERE id = ${one}`);
  const expected = query(server.folder, `SELECT id FROM portfolio_gate WHERE ${which} ORDER BY decided_on DESC, id DESC`).split('\n');
  ok(expected.length > 260);
  const stranger = server.stranger(), met = [];
  let path = '/decisions', pages = 0;
  for (; path; pages++) {
    const { status, text } = await stranger.get(path);
    equal(status, 200);
    met.push(...[...text.matchAll(/<h3><a href="\/decisions\/(\d+)"/g)].map((m) => m[1]));
    equal(text.includes('<a href="/decisions">Retour au début</a>'), pages > 0, path);
    path = /rel="next" href="([^"]*)"/.exec(text)?.[1].replaceAll('&amp;', '&');
  }
  equal(pages, Math.ceil(expected.length / 50));
  deepEqual(met, expected);
  equal((await stranger.get('/decisions?after=nowhere')).status, (await stranger.get('/projets?after=nowhere')).status);
});
await test('a board of more than two hundred goes on on another page', async () => {
  const path = await projectAt('Deux cents jalons', 'study');
  const wide = async (make) => { for (let n = 0; n < 210; n += 30) await Promise.all(Array.from({ length: 30 }, (_, i) => make(n + i))); };
  await wide(async (n) => made(await post(leader, '/jalons', { project: id(path), name: `Jalon numéro ${n}`,
    stage_from: 'study', stage_to: 'design', meets: '2025-03-20', quorum: '2' })));
  await wide(async (n) => made(await post(leader, '/conseils', { need: `Besoin numéro ${n}`, topic: 'other', asker: 'Zoé',
    email: `zoe${n}@demo.example`, asked: '2025-03-10' })));
  for (const [at, words] of [['/jalons/a-decider', /Jalon numéro (\d+)</g], ['/conseils/file', /Besoin numéro (\d+)</g]]) {
    const seen = [];
    for (let next = at, pages = 0; next && pages < 4; pages++) {
      const { text } = await leader.get(next);
      seen.push(...[...text.matchAll(words)].map((m) => Number(m[1])));
      next = /rel="next" href="([^"]*)"/.exec(text)?.[1].replaceAll('&amp;', '&');
    }
    equal(new Set(seen).size, 210, `${at}: ${seen.length}`);
    equal(seen.length, 210, at);
  }
});
await server.stop();
