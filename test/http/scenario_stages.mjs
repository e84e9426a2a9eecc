// The stages of a project: it goes on where it stood, and its past says so.
import { test, equal, match, serve, forms, readable, query, copy, essaim, drop } from './lib.mjs';

const server = await serve();
const admin = await server.as('admin'), leader = await server.as('leader');
const rows = async (path, who = admin) => JSON.parse((await who.get(`${path}.json`)).text);
const id = (path) => Number(path.split('/').at(-1));
const tokens = new Map();
let key = 0;
async function post(who, path, fields = {}) {
  if (!tokens.has(who))
    tokens.set(who, forms((await who.get('/')).text).flatMap((f) => f.fields).find(([n]) => n === '_csrf')[1]);
  return who.post(path, { _csrf: tokens.get(who), _key: `s-${key++}`, ...fields });
}
const made = (r) => { equal(r.status, 303, readable(r.text).slice(0, 500)); return r.location; };
const says = (r, status, words) => {
  equal(r.status, status, readable(r.text).slice(0, 500));
  match(readable(r.text), words);
};
const axis = (await rows('/axes'))[0].id;
const why = 'Le comité d’établissement l’a demandé.';
const step = async (project, name) => made(await post(leader, `${project}/etapes/${name}`, { reason: why }));
const stands = async (project) => { const p = await rows(project); return `${p.state} ${p.stage}`; };
const gateOf = async (project, from, to) => made(await post(leader, '/jalons', { project: id(project), name: `Vers ${to}`,
  stage_from: from, stage_to: to, meets: '2025-03-20', quorum: '1' }));
async function projectAt(name, ...stages) {
  const path = made(await post(leader, '/projets', { name, axis, starts: '2025-01-06' }));
  await step(path, 'study');
  for (const to of stages)
    made(await post(leader, `${await gateOf(path, (await rows(path)).state, to)}/etapes/waive`, { reason: why }));
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
await test('a database from before knows the stages by the journal, and by the gates', async () => {
  const data = copy();
  const of = (name) => `(SELECT id FROM portfolio_project WHERE name = '${name}')`;
  const line = (what, from) => 'INSERT INTO core_journal (at, person, entity, row_id, what, detail, salt) SELECT'
    + ` 1, 1, 'portfolio_project', id, '${what}', '{"from":"${from}","to":"x"}', '' FROM portfolio_project WHERE name = 'ESCALE'`;
  query(data, ...[line('hold', 'trial'), line('stop', 'held'), `UPDATE portfolio_project SET state = 'stopped' WHERE id = ${of('ESCALE')}`,
    "UPDATE portfolio_project SET state = 'held' WHERE name = 'Moodle'",
    'ALTER TABLE portfolio_project DROP COLUMN stage', "UPDATE core_meta SET value = 40 WHERE name = 'schema'"].map((text) => `${text};`));
  essaim('db', 'migrate', '--data', data);
  const stage = (name) => query(data, `SELECT stage FROM portfolio_project WHERE id = ${of(name)}`);
  equal(['ESCALE', 'Blockchain', 'VR et oralité', 'Moodle', 'Oralité'].map(stage).join(), 'trial,design,trial,study,deployment');
  essaim('db', 'check', '--data', data);
  drop(data);
});
await server.stop();
