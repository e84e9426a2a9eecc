// From a note de veille to an essaimage, with a browser: a project is born of
// it, refused once and let on once by its committee, deployed in three schools,
// and the public reads why.
import { test, equal, ok, match, open, close, server, axeFaults, deepEqual, main } from './lib.mjs';

const people = {};
for (const role of ['leader', 'inspector', 'expert', 'researcher', 'admin']) people[role] = await open(role);
const { leader, inspector, expert, researcher, admin } = people;
const row = async (path) => JSON.parse((await (await server.as('admin')).get(`${path}.json`)).text);
const press = async (page, name) => {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.waitForLoadState();
};
const choose = (page, label, value) => page.getByLabel(label, { exact: false }).first().selectOption(value);
const number = (page) => page.url().split('/').at(-1);
let project, refused, passed;

await test('a note de veille is written, kept, and becomes a project', async () => {
  await leader.goto('/veille/nouveau');
  await leader.fill('#f-title', 'Des élèves bâtissent le musée de leur quartier');
  await leader.fill('#f-source', 'Réseau européen des musées');
  await leader.selectOption('#f-country', 'it');
  await leader.fill('#f-subject', 'Chaque classe choisit un objet et raconte son histoire.');
  await leader.fill('#f-seen', '2025-03-03');
  await leader.locator('form.form button.btn').last().press('Enter');
  await leader.waitForURL(/\/veille\/\d+$/);
  await leader.getByLabel(/Pourquoi.*Retenir/).fill('Peu de matériel, et un lien avec les archives.');
  await press(leader, 'Retenir');
  match(await main(leader), /retenue/);
  match(await main(leader), /lien avec les archives/);
  await leader.fill('#b-name', 'Musée de quartier');
  equal(await leader.inputValue('#b-axis'), '', 'an axis that nobody chose');
  await leader.selectOption('#b-axis', { index: 1 });
  await press(leader, 'En faire un projet');
  await leader.waitForURL(/\/projets\/\d+$/);
  project = number(leader);
  match(await main(leader), /D’où il vient/);
  match(await leader.locator('figure.lineage').textContent(), /musée de leur quartier/);
  await press(leader, 'Mettre à l’étude');
  ok(await leader.getByRole('button', { name: 'Passer en conception' }).isDisabled(), 'a plain step walks');
});

await test('a stage that criteria guard is passed at a gate: the way is beside the step', async () => {
  await leader.getByRole('link', { name: 'Préparer ce jalon' }).first().click();
  await leader.waitForURL(/\/jalons\/nouveau/);
  equal(await leader.inputValue('#f-stage_to'), 'design');
  await leader.fill('#f-name', 'Étude faite');
  await leader.fill('#f-meets', '2025-03-11');
  await leader.fill('#f-quorum', '2');
  await leader.locator('form.form button.btn').last().press('Enter');
  await leader.waitForURL(/\/projets\/\d+$/);
  await leader.getByRole('link', { name: 'Voir ce jalon' }).first().click();
  await leader.getByLabel(/Pourquoi.*Franchir sans comité/).fill('L’étude date de l’an dernier, avec les mêmes classes.');
  await press(leader, 'Franchir sans comité (motif public)');
  await leader.goto(`/projets/${project}`);
  match(await main(leader), /L’étude date de l’an dernier/);
  deepEqual(await axeFaults(leader), []);
  equal((await row(`/projets/${project}`)).state, 'design', await main(leader));
});

async function prepare(name) {
  await leader.goto(`/jalons/nouveau?project=${project}`);
  await leader.fill('#f-name', name);
  await leader.selectOption('#f-stage_from', 'design');
  await leader.selectOption('#f-stage_to', 'deployment');
  await leader.fill('#f-meets', '2025-03-11');
  await leader.fill('#f-quorum', '3');
  await leader.locator('form.form button.btn').last().press('Enter');
  await leader.waitForURL(/\/jalons\/\d+$/);
  const gate = number(leader);
  for (const role of ['leader', 'inspector', 'expert', 'researcher']) {
    await leader.goto(`/membres-de-jalon/nouveau?gate=${gate}`);
    const person = (await row('/personnes')).find((p) => p.email === `${role}@demo.example`);
    await leader.fill('#f-person', person.name);
    await leader.selectOption('#f-role', 'member').catch(() => leader.check('[name=role][value=member]'));
    await leader.locator('form.form button.btn').last().press('Enter');
    await leader.waitForURL(/\/membres-de-jalon\/\d+$|\/jalons\/\d+$/);
  }
  await leader.goto(`/jalons/${gate}`);
  await press(leader, 'Ouvrir le jalon');
  return gate;
}
async function vote(page, gate, opinion, reason) {
  await page.goto(`/jalons/${gate}`);
  await page.check(`#opinion-${opinion}`);
  await page.fill('#vote-reason', reason);
  await press(page, 'Voter');
}
async function decide(gate, outcome, reason, met = 'yes') {
  await leader.goto(`/jalons/${gate}`);
  for (const select of await leader.locator('select[name^=met_]').all()) await select.selectOption(met);
  for (const area of await leader.locator('textarea[name^=reason_]').all()) await area.fill('Vu en séance par le comité.');
  await leader.check(`#outcome-${outcome}`);
  await leader.fill('#decision-reason', reason);
  if (!await leader.isChecked('#published')) await leader.check('#published');
  await press(leader, 'Enregistrer');
}

await test('its committee sends it back: the evidence is not there', async () => {
  refused = await prepare('Jalon 1');
  await vote(inspector, refused, 'recycle', 'Aucune classe ne l’a essayé.');
  await vote(leader, refused, 'recycle', 'Le dossier est trop mince.');
  await vote(expert, refused, 'go', 'L’idée vaut un essai tout de suite.');
  await vote(researcher, refused, 'conflict', 'C’est moi qui en ai eu l’idée.');
  await researcher.goto(`/jalons/${refused}`);
  equal(await researcher.locator('#vote-reason').count(), 0, 'a vote in spite of a conflict');
  await decide(refused, 'go', 'Allons-y avant les vacances. L’idée ne peut pas attendre.');
  match(await leader.locator('[role=alert]').innerText(), /preuve exigée/i);
  equal(await leader.locator('#decision-reason').inputValue(), 'Allons-y avant les vacances. L’idée ne peut pas attendre.', 'what was typed is lost');
  deepEqual(await axeFaults(leader), []);
  await decide(refused, 'recycle', 'Personne n’a encore manié la maquette. Le comité attend l’avis de deux classes.', 'no');
  await leader.waitForURL(/\/jalons\/\d+$/);
  match(await main(leader), /retravailler/);
  equal((await row(`/projets/${project}`)).state, 'design');
});

await test('evidence comes, and a second gate lets it go on', async () => {
  await expert.goto(`/preuves/nouveau?project=${project}`);
  await expert.fill('#f-statement', 'Deux classes racontent leur objet sans aide');
  await expert.selectOption('#f-kind', 'perception').catch(() => expert.check('[name=kind][value=perception]'));
  await expert.fill('#f-level', '1');
  await expert.fill('#f-sample', '47');
  await expert.fill('#f-found', '2025-03-10');
  await expert.locator('form.form button.btn').last().press('Enter');
  await expert.waitForURL(/\/preuves\/\d+$|\/projets\/\d+$/);
  passed = await prepare('Jalon 1, second passage');
  await vote(inspector, passed, 'go', 'Les deux classes convainquent.');
  await vote(leader, passed, 'go', 'Je m’y range, les preuves sont là.');
  await vote(expert, passed, 'hold', 'J’attendrais la rentrée prochaine.');
  await decide(passed, 'go', 'Deux classes s’en sont emparées. Le comité ouvre le déploiement.');
  await leader.waitForURL(/\/jalons\/\d+$/);
  equal((await row(`/projets/${project}`)).state, 'deployment');
});

await test('it is deployed in three schools at once', async () => {
  await admin.goto(`/deploiements/liste?project=${project}`);
  await admin.selectOption('#m-kind', 'college');
  await press(admin, 'Montrer les établissements');
  const boxes = admin.locator('input[name=school]');
  ok(await boxes.count() >= 3, 'three schools to tick');
  for (let i = 0; i < 3; i++) await boxes.nth(i).check();
  await admin.fill('#f-tool', 'Musée de quartier');
  await admin.selectOption('#f-state', 'in_use').catch(() => admin.check('[name=state][value=in_use]'));
  await press(admin, 'Noter ces déploiements');
  await admin.waitForURL(/\/deploiements\?project=/);
  equal((await row('/deploiements')).filter((d) => d.tool === 'Musée de quartier').length, 3);
});

await test('a stranger reads it back from the public decision', async () => {
  const page = await open(null, { width: 375 });
  await page.goto('/decisions');
  await page.getByRole('link', { name: 'Jalon 1, second passage' }).click();
  match(await main(page), /ouvre le déploiement/);
  match(await main(page), /J’attendrais la rentrée prochaine/);
  ok(!/Inspectrice|Directeur de projet|Experte? 1/.test(await main(page)), 'a name of the committee');
  await page.getByRole('link', { name: 'Musée de quartier' }).first().click();
  const text = await main(page);
  match(text, /3\s+écoles et établissements/);
  match(text, /retravailler/);
  match(text, /Personne n’a encore manié la maquette/);
  match(text, /Deux classes racontent leur objet/);
  await page.getByRole('link', { name: 'La carte et le détail' }).click();
  equal(await page.locator('figure.map svg a').count(), 3, 'three points on the map');
  deepEqual(await axeFaults(page), []);
});
for (const page of Object.values(people)) deepEqual(page.thrown.filter((t) => !/4\d\d/.test(t)), []);
await close();
