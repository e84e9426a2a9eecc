// The stages of a project: it goes on where it stood, and its past says so. A
// committee stays as it was when its gate opened.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, equal, deepEqual, ok, match, serve, post, made, says, forms, readable, query, copy, essaim, drop, apiOf, program,
  importEnd } from './lib.mjs';

const server = await serve();
const admin = await server.as('admin'), leader = await server.as('leader');
const rows = async (path, who = admin) => JSON.parse((await who.get(`${path}.json`)).text);
const id = (path) => Number(path.split('/').at(-1));
const axis = (await rows('/axes'))[0].id;
const why = 'Le comité d’établissement l’a demandé.';
const step = async (project, name) => made(await post(leader, `${project}/etapes/${name}`, { reason: why }));
const stands = async (project) => { const p = await rows(project); return `${p.state} ${p.stage}`; };
const gateOf = async (project, from, to) => made(await post(leader, '/jalons', { project: id(project), name: `Vers ${to}`,
  stage_from: from, stage_to: to, meets: '2025-03-20', quorum: '2' }));
const waive = async (path, to) =>
  made(await post(leader, `${await gateOf(path, (await rows(path)).state, to)}/etapes/waive`, { reason: why }));
async function projectAt(name, ...stages) {
  const path = made(await post(leader, '/projets', { name, axis, starts: '2025-01-06' }));
  await step(path, 'study');
  for (const to of stages) await waive(path, to);
  return path;
}

await test('a project that was held, stopped or finished goes on at the stage where it stood', async () => {
  const path = await projectAt('Arrêté et repris', 'design', 'trial');
  for (const away of ['hold', 'stop']) {
    await step(path, away);
    match(await stands(path), / trial$/);
    match(readable((await server.stranger().get(path)).text), /Il en était à cette étape\s: en expérimentation/);
    await step(path, 'resume');
    equal(await stands(path), 'trial trial');
  }
  await step(path, 'hold');
  await step(path, 'stop');
  await step(path, 'resume');
  equal(await stands(path), 'trial trial', 'held, then stopped');
  made(await post(leader, `${await gateOf(path, 'trial', 'finished')}/etapes/waive`, { reason: why }));
  equal(await stands(path), 'finished trial');
  await step(path, 'resume');
  equal(await stands(path), 'trial trial');
});
await test('the journal and the timeline say where it went on', async () => {
  const path = (await rows('/projets')).find((p) => p.name === 'Arrêté et repris').id;
  const detail = JSON.parse(query(server.folder, "SELECT detail FROM core_journal WHERE entity = 'portfolio_project'"
    + ` AND what = 'resume' AND row_id = ${path} ORDER BY id DESC LIMIT 1`));
  equal(`${detail.from} ${detail.to} ${detail.reason}`, `finished trial ${why}`);
  match((await leader.get(`/projets/${path}`)).text,
    /<h3>Reprendre[^<]*<span class="tag go">en expérimentation<\/span><\/h3>/);
});
await test('an earlier version brought back leaves the stage as it is', async () => {
  const path = await projectAt('Version ancienne', 'design');
  await step(path, 'hold');
  const form = await leader.form(`${path}/modifier`, '/modifier');
  made(await leader.submit(form, { summary: 'Autrement dit' }));
  made(await post(leader, `${path}/restauration`, { _version: 1 }));
  equal(await stands(path), 'held design');
});
await test('the stage is nobody’s to type', async () => {
  const path = await projectAt('À la main');
  const form = await leader.form(`${path}/modifier`, '/modifier');
  made(await leader.submit(form, { summary: 'Plus loin' }));
  made(await post(leader, `${path}/modifier`, { ...Object.fromEntries((await leader.form(`${path}/modifier`, '/modifier')).fields),
    stage: 'deployment', state: 'deployment' }));
  equal(await stands(path), 'study study');
});
let gate, project;
const people = await rows('/personnes');
const person = (role) => people.find((p) => p.email === `${role}@demo.example`).id;
const sit = (at, role, as = 'member') => post(leader, '/membres-de-jalon', { gate: id(at), person: person(role), role: as });
const seats = async () => (await rows('/membres-de-jalon')).filter((m) => m.gate === id(gate))
  .map((m) => `${m.id} ${m.person} ${m.role} ${m.state}`).join('\n');
await test('a committee is frozen when its gate opens: by form, API and file', async () => {
  project = await projectAt('Comité fermé');
  gate = await gateOf(project, 'study', 'design');
  for (const role of ['leader', 'inspector', 'expert']) made(await sit(gate, role));
  const [first] = (await rows('/membres-de-jalon')).filter((m) => m.gate === id(gate));
  const gone = made(await sit(gate, 'researcher'));
  const left = (await rows('/membres-de-jalon')).find((m) => m.gate === id(gate) && m.person === person('researcher'));
  made(await post(leader, `/membres-de-jalon/${left.id}/suppression`, { _version: 1 }));
  ok(gone);
  const other = await gateOf(project, 'study', 'design');
  made(await sit(other, 'coordinator'));
  const elsewhere = (await rows('/membres-de-jalon')).find((m) => m.gate === id(other));
  made(await post(leader, `${gate}/etapes/open`));
  ok(!(await leader.get(gate)).text.includes(`${gate}/suppression`), 'an open gate offers to be deleted');
  const before = await seats(), frozen = /comité est figé dès l’ouverture/;
  says(await sit(gate, 'coordinator'), 422, frozen);
  says(await post(leader, `/membres-de-jalon/${first.id}/suppression`, { _version: 1 }), 409, frozen);
  for (const fields of [{ role: 'chair' }, { person: person('coordinator') }, { gate: id(other) }])
    says(await post(leader, `/membres-de-jalon/${first.id}/modifier`, { _version: 1, gate: id(gate),
      person: first.person, role: first.role, ...fields }), 'gate' in fields ? 409 : 422, frozen);
  says(await post(leader, `/membres-de-jalon/${elsewhere.id}/modifier`, { _version: 1, gate: id(gate),
    person: person('coordinator'), role: 'member' }), 422, frozen);
  says(await post(leader, `/membres-de-jalon/${left.id}/restauration`, { _version: 1 }), 409, frozen);
  says(await post(leader, `${gate}/suppression`, { _version: (await rows(gate)).version }), 409, /./);
  const api = apiOf(server);
  const told = async (r, status, words) => { equal(r.status, status, r.text); match(r.text, words); };
  await told(await api('POST', 'gate_member', { gate: id(gate), person: person('coordinator'), role: 'member' }), 422, frozen);
  await told(await api('DELETE', `gate_member/${first.id}`, undefined, { 'if-match': '1' }), 409, frozen);
  await told(await api('PATCH', `gate_member/${first.id}`, { role: 'chair', version: 1 }), 422, frozen);
  const version = (await rows(gate)).version;
  await told(await api('PATCH', `gate/${id(gate)}`, { quorum: 3, version }), 422, /jalon est ouvert/);
  await told(await api('PATCH', `gate/${id(gate)}`, { stage_to: 'trial', version }), 422, /jalon est ouvert/);
  const file = join(server.folder, 'membres.csv');
  writeFileSync(file, ['gate;person;role', `${id(gate)};coordinator@demo.example;member`].join('\r\n'));
  const run = spawnSync(program, ['import', 'gate_member', file, '--data', server.folder], { encoding: 'utf8' });
  match(run.stdout + run.stderr, /line 2: gate/);
  equal(await seats(), before);
  const row = await rows(gate);
  equal(`${row.quorum} ${row.stage_to} ${row.state}`, '2 design open');
});
await test('what everybody will read is said in a sentence: a word is no reason', async () => {
  const short = /Écrivez une phrase entière, de quatre mots et vingt signes au moins/;
  const other = await gateOf(project, 'study', 'trial');
  const api = apiOf(server);
  for (const reason of ['ok', 'Oui.', 'Vu en séance.', 'oui oui oui oui oui oui oui']) {
    says(await post(leader, `${other}/etapes/waive`, { reason }), 422, short);
    equal(JSON.parse((await api('POST', `gate/${id(other)}/etapes/waive`, { reason })).text).errors[0].code, 'core.reason_short');
  }
  const walked = await projectAt('Bien motivé', 'design', 'trial');
  const page = (await leader.get(walked)).text;
  match(page, /minlength="20" maxlength="\d+" required aria-describedby="reason-\d+-h"/);
  match(readable(page), /Une phrase entière, que tout le monde pourra lire/);
  for (const name of ['rework', 'hold', 'stop'])
    says(await post(leader, `${walked}/etapes/${name}`, { reason: 'ok' }), 422, short);
  says(await post(leader, `${gate}/avis`, { opinion: 'go', reason: 'ok' }), 422, short);
  for (const who of [leader, await server.as('inspector')]) made(await post(who, `${gate}/avis`, { opinion: 'go', reason: why }));
  const form = await leader.form(gate, '/decision');
  const found = (reason) => Object.fromEntries(form.controls.filter((c) => /^(met|reason)_/.test(c.name))
    .map((c) => [c.name, /^met_/.test(c.name) ? 'yes' : reason]));
  says(await leader.submit(form, { ...found('ok'), outcome: 'go', reason: why }), 422, short);
  says(await leader.submit(form, { ...found(why), outcome: 'go', reason: 'ok' }), 422, short);
  equal((await rows(gate)).state, 'open');
  says(await leader.submit(form, { ...found(why), outcome: 'go', reason: why }), 422, /deux phrases au moins/);
  const byApi = await api('POST', `gate/${id(gate)}/etapes/go`, { reason: why });
  equal(byApi.status, 422);
  match(byApi.text, /deux phrases au moins|two sentences at least/);
  made(await leader.submit(form, { ...found(why), outcome: 'go', reason: `${why} Il attend un bilan en juin.` }));
  const service = (await rows('/services'))[4].id;
  says(await post(leader, '/passages', { project: id(project), service, starts: '2025-01-06', state: 'skipped', note: 'Inutile' }),
    422, short);
});
await test('within a day the timeline goes by what happened: a session, its decision, the step it led to', async () => {
  const path = await projectAt('En un seul jour', 'design', 'trial');
  made(await post(leader, '/seances', { project: id(path), title: 'Atelier du matin', held: '2025-03-12' }));
  const shown = async () => [...(await leader.get(path)).text.matchAll(/<li><time datetime="2025-03-12">[\s\S]*?<h3>([\s\S]*?)<\/h3>/g)].map((m) => readable(m[1]));
  const order = ['Expérimentation', 'Conception fait', 'Passer en expérimentation', 'Vers trial', 'Passer en conception', 'Vers design',
    'Mettre à l’étude', 'Atelier du matin'];
  deepEqual((await shown()).map((name) => order.find((o) => name.startsWith(o)) ?? name), order);
  deepEqual(await shown(), await shown());
});
await test('what was given up bears its day on the board of what stopped', async () => {
  const schools = await rows('/etablissements');
  const path = await projectAt('Abandons datés', 'design', 'trial', 'deployment');
  const gone = (n, ends) => post(leader, '/deploiements', { project: id(path), tool: 'Outil', school: schools[n].id,
    starts: '2024-10-01', ends, state: 'abandoned', reason: 'La salle informatique a fermé.' });
  for (const [n, ends] of [[60, '2024-11-05'], [61, '2025-02-06']]) made(await gone(n, ends));
  const row = () => /<tr><th[^>]*>La salle informatique a fermé[\s\S]*?<\/tr>/;
  const text = (await server.stranger().get('/projets/arretes')).text;
  match(readable(row().exec(text)[0]), /du 5 nov\. 2024 au 6 févr\. 2025 2/);
});
await test('what a gate leads to is under way from then on, and what it leaves is over', async () => {
  const services = await rows('/services');
  const code = (s) => services.find((x) => x.id === s.service).code;
  const of = async (path) => (await rows('/passages')).filter((s) => s.project === id(path))
    .map((s) => [code(s), s.state, s.starts, s.ends].join(' ')).sort();
  const path = await projectAt('De service en service');
  deepEqual(await of(path), []);
  // What was planned begins; it keeps the end that it was planned to have.
  made(await post(leader, '/passages', { project: id(path), service: services.find((s) => s.code === 'design').id,
    starts: '2025-09-01', ends: '2025-12-19', state: 'planned', team: 'Deux équipes' }));
  await waive(path, 'design');
  deepEqual(await of(path), ['design current 2025-03-12 2025-12-19']);
  await waive(path, 'trial');
  deepEqual(await of(path), ['design done 2025-03-12 2025-03-12', 'trial current 2025-03-12 ']);
  await step(path, 'rework');
  const left = (await rows('/passages')).find((s) => s.project === id(path) && code(s) === 'trial');
  deepEqual([left.state, left.ends, left.note], ['left', '2025-03-12', 'Le projet a été renvoyé en conception.']);
  match((await (await server.as('leader', 'en')).get(path)).text, /The project was sent back to its design/);
  // A note de veille brings in its veille, and the project enters by it.
  made(await post(leader, '/veille', { title: 'Une tablette dans la cour', source: 'Lettre', seen: '2025-02-03' }));
  const note = (await rows('/veille')).find((n) => n.title === 'Une tablette dans la cour');
  const born = made(await post(leader, `/veille/${note.id}/projet`, { way: 'became', name: 'Tablette dans la cour', axis: 1 }));
  deepEqual(await of(born), ['watch done 2025-02-03 2025-03-12']);
  equal(code((await rows('/projets')).find((p) => p.id === id(born))), 'watch');
});
await test('a service’s typed state stands beside what is recorded, and what contradicts it', async () => {
  const path = await projectAt('Dit et compté', 'design', 'trial');
  const services = await rows('/services');
  const plan = async (code, state, starts, ends = '') => made(await post(leader, '/passages', { project: id(path),
    service: services.find((s) => s.code === code).id, state, starts, ends }));
  const wrong = async () => Number(/<b>(\d+)<\/b><span>services? dont l’état contredit/.exec((await leader.get('/')).text)?.[1] ?? 0);
  const plans = async () => readable(/<details><summary>[\s\S]*?<\/details>/.exec((await leader.get(path)).text)[0]);
  equal(await wrong(), 0, 'the demonstration contradicts itself');
  await plan('design', 'done', '2025-01-06', '2025-02-20');
  for (const held of ['2025-01-10', '2025-02-20', '2025-03-01'])
    made(await post(leader, '/seances', { project: id(path), title: `Atelier ${held}`, held }));
  match(await plans(), /fait 2 séances de co-conception/);
  match(await plans(), /en cours 0 preuve recueillie/);
  equal(await wrong(), 0);
  await plan('training', 'planned', '2025-03-01');
  await plan('support', 'current', '2025-01-06', '2025-03-11');
  await plan('watch', 'done', '2025-01-06');
  equal(await wrong(), 3);
  for (const words of [/devait déjà avoir commencé/, /devait déjà être fini/, /sans date de fin passée/]) match(await plans(), words);
  await step(path, 'stop');
  match(await plans(), /alors que le projet est arrêté/);
  equal(await wrong(), 4);
});
await test('an import of seats is not taken back while the committee sits', async () => {
  const data = copy();
  const gates = query(data, "SELECT id FROM portfolio_gate WHERE state = 'prepared'");
  const seat = `gate = ${gates} AND person = (SELECT id FROM directory_person WHERE email = 'ien@demo.example')`;
  const file = join(data, 'un.csv');
  writeFileSync(file, ['gate;person;role', `${gates};ien@demo.example;member`].join('\r\n'));
  match(essaim('import', 'gate_member', file, '--data', data), /1/);
  query(data, `UPDATE portfolio_gate SET state = 'open' WHERE id = ${gates}`);
  const then = await serve({ data });
  const chief = await then.as('admin');
  const undo = forms((await chief.get('/imports/1')).text).find((f) => f.action.endsWith('/annulation'));
  await chief.submit(undo);
  await importEnd(chief, '/imports/1');
  equal(query(data, `SELECT count(*) FROM portfolio_gate_member WHERE ${seat}`), '1');
  await then.stop();
});
// What the migrations after number 60 bring, taken away again one by one.
const later = ['DROP TABLE network_road', 'ALTER TABLE portfolio_filiation DROP COLUMN since',
  'ALTER TABLE network_tour DROP COLUMN home_part',
  'ALTER TABLE core_once DROP COLUMN asked',
  ...['corrects', 'reason'].map((name) => `ALTER TABLE core_import DROP COLUMN ${name}`)];
await test('a database from before knows the stages by the journal, and by the gates', async () => {
  const data = copy();
  const of = (name) => `(SELECT id FROM portfolio_project WHERE name = '${name}')`;
  const line = (what, from) => 'INSERT INTO core_journal (at, person, entity, row_id, what, detail, salt) SELECT'
    + ` 1, 1, 'portfolio_project', id, '${what}', '{"from":"${from}","to":"x"}', '' FROM portfolio_project WHERE name = 'ESCALE'`;
  query(data, ...[line('hold', 'trial'), line('stop', 'held'), `UPDATE portfolio_project SET state = 'stopped' WHERE id = ${of('ESCALE')}`,
    "UPDATE portfolio_project SET state = 'held' WHERE name = 'Moodle'",
    'ALTER TABLE portfolio_project DROP COLUMN stage',
    'DROP INDEX portfolio_deployment_index_3', 'DROP INDEX portfolio_filiation_index_2',
    ...later, 'DROP INDEX IF EXISTS network_feed_of_kit', 'ALTER TABLE network_feed DROP COLUMN kit',
    "UPDATE core_meta SET value = 40 WHERE name = 'schema'"].map((text) => `${text};`));
  essaim('db', 'migrate', '--data', data);
  const stage = (name) => query(data, `SELECT stage FROM portfolio_project WHERE id = ${of(name)}`);
  equal(['ESCALE', 'Blockchain', 'VR et oralité', 'Moodle', 'Oralité'].map(stage).join(), 'trial,design,trial,study,deployment');
  essaim('db', 'check', '--data', data);
  drop(data);
});
await test('a project deleted before there were stages is brought back with the one it had', async () => {
  const data = copy();
  const then = await serve({ data });
  const chief = await then.as('leader');
  const path = made(await post(chief, '/projets', { name: 'Supprimé jadis', axis, starts: '2025-01-06' }));
  made(await post(chief, `${path}/etapes/study`, { reason: why }));
  made(await post(chief, `${path}/etapes/hold`, { reason: why }));
  const { version } = (await rows('/projets', chief)).find((p) => p.name === 'Supprimé jadis');
  made(await post(chief, `${path}/suppression`, { _version: version }));
  await then.stop();
  // As it was before: no stage in what was kept, and the journal says that it stood at its trial.
  const of = `entity = 'portfolio_project' AND row_id = ${id(path)}`;
  for (const line of query(data, `SELECT version || ' ' || image FROM core_history WHERE ${of} AND image IS NOT NULL`).split('\n')) {
    const image = JSON.parse(line.slice(line.indexOf(' ')));
    delete image.stage;
    query(data, `UPDATE core_history SET image = '${JSON.stringify(image).replaceAll("'", "''")}' WHERE ${of} AND version = ${parseInt(line, 10)}`);
  }
  query(data, `UPDATE core_journal SET detail = replace(detail, '"from":"study"', '"from":"trial"') WHERE ${of} AND what = 'hold'`,
    "UPDATE core_meta SET value = 79 WHERE name = 'schema'");
  essaim('db', 'migrate', '--data', data);
  const now = await serve({ data });
  const again = await now.as('leader');
  made(await again.submit(await again.form(`${path}/historique`, '/restauration')));
  const back = (await rows('/projets', again)).find((p) => p.name === 'Supprimé jadis');
  equal(`${back.state} ${back.stage}`, 'held trial');
  await now.stop();
  drop(data);
});
await test('a database from before tells what was given up before it began, by the journal', async () => {
  const data = copy();
  const [plan, use, other] = query(data, "SELECT min(id) || ' ' || max(id) || ' ' || (SELECT min(id) FROM"
    + " portfolio_deployment WHERE state = 'abandoned') FROM portfolio_deployment WHERE state = 'in_use'").split(' ');
  const line = (row, from) => 'INSERT INTO core_journal (at, person, entity, row_id, what, detail, salt) VALUES'
    + ` (1, 1, 'portfolio_deployment', ${row}, 'abandoned', '{"from":"${from}","to":"abandoned"}', '')`;
  query(data, ...[line(plan, 'configured'), line(use, 'planned'), line(use, 'in_use'),
    `UPDATE portfolio_deployment SET state = 'abandoned' WHERE id IN (${plan}, ${use})`,
    ...later, "UPDATE core_meta SET value = 59 WHERE name = 'schema'"].map((text) => `${text};`));
  essaim('db', 'migrate', '--data', data);
  const state = (row) => query(data, `SELECT state FROM portfolio_deployment WHERE id = ${row}`);
  equal([plan, use, other].map(state).join(), 'dropped,abandoned,abandoned');
  essaim('db', 'check', '--data', data);
  drop(data);
});
await server.stop();
