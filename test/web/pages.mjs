// The pages as a browser shows them: axe-core finds nothing, nothing sticks out,
// nothing is asked of another site; every form can be walked by keyboard.
import { test, equal, deepEqual, ok, open, axeFaults, tooWide, close, server } from './lib.mjs';
import { links, routes } from '../http/lib.mjs';
import { mkdirSync } from 'node:fs';

const shots = process.env.SHOTS; // a folder: keeps a picture of each page
if (shots) mkdirSync(shots, { recursive: true });
const all = routes();
const has = (path) => all.some((r) => r.method === 'GET' && r.path === path);
const admin = await server.as('admin');
const bases = all.filter((r) => r.method === 'GET' && r.path.endsWith('/:id/modifier'))
  .map((r) => r.path.slice(0, -'/:id/modifier'.length));
const first = async (path) => JSON.parse((await admin.get(`${path}.json`)).text)[0]?.id;
const project = await first('/projets');
const person = await first('/personnes');
const of = async (path, is) => JSON.parse((await admin.get(`${path}.json`)).text).find(is).id;
const living = await of('/projets', (p) => p.name === 'Savoirs fondamentaux et IA');
const sitting = await of('/jalons', (g) => g.state === 'open');
const decided = await of('/jalons', (g) => g.state === 'recycle' && g.published);

// Where a mail leads: what this server, which has none to send it, shows.
const linkIn = async (path, what) => {
  for (const href of links((await admin.get(path)).text).filter((l) => l.startsWith('/courriels/'))) {
    const found = what.exec((await admin.get(href)).text);
    if (found) return { mail: href, link: found[0] };
  }
  return {};
};
const agreeing = await linkIn('/courriels', /\/accord\/[0-9a-f]+/);
const reviewing = await linkIn('/courriels', /\/votre-avis\/[0-9a-f]+/);
const stopping = await linkIn('/courriels', /\/ne-plus-recevoir\/[0-9a-f]+/);
const outing = (await of('/sorties', (o) => o.needs)) && JSON.parse((await admin.get('/sorties.json')).text)[0].visit;

// Role, address. The strategy and the map join when their modules have them.
const pages = [
  ['home', null, '/'],
  ['home-signed-in', 'coordinator', '/'],
  ['sign-in', null, '/entrer'],
  ['figures', null, '/chiffres'],
  ['strategy', null, '/strategie'],
  ['map', null, '/carte'],
  ['portfolio', 'leader', '/projets'],
  ['project', 'leader', `/projets/${project}`],
  ['project-form', 'admin', `/projets/${project}/modifier`],
  ['project-history', 'admin', `/projets/${project}/historique`],
  ['project-whole', null, `/projets/${living}`],
  ['essaimage', null, `/projets/${living}/essaimage`],
  ['essaimage-schools', null, `/projets/${living}/essaimage/etablissements`],
  ['gate', 'leader', `/jalons/${sitting}`],
  ['gates-waiting', 'inspector', '/jalons/a-decider'],
  ['decision', null, `/decisions/${decided}`],
  ['decisions', null, '/decisions'],
  ['stopped', null, '/projets/arretes'],
  ['ask', null, '/demander-conseil'],
  ['queue', 'leader', '/conseils/file'],
  ['note', 'coordinator', `/veille/${await first('/veille')}`],
  ['deploy-many', 'admin', '/deploiements/liste?kind=lycee'],
  ['schools', 'coordinator', '/etablissements'],
  ['schools-empty', 'coordinator', '/etablissements?q=zzzzqqqq'],
  ['new-school', 'admin', '/etablissements/nouveau'],
  ['search', 'leader', '/recherche?q=num%C3%A9rique'],
  ['import', 'admin', '/imports'],
  ['roles', 'admin', `/personnes/${person}/roles`],
  ['rights', 'teacher', '/roles'],
  ['figure', 'leader', '/chiffres/portfolio.projects'],
  ['head', null, '/journal/tete'],
  ['agreement', null, agreeing.link],
  ['review', null, reviewing.link],
  ['stop', null, stopping.link],
  ['mails', 'admin', '/courriels'],
  ['mail', 'admin', agreeing.mail],
  ['visit', 'coordinator', `/accueils/${outing}`],
  ['outing-sheet', 'coordinator', `/accueils/${outing}/sortie`],
  ['lab', null, `/laboratoires/${await first('/laboratoires')}?mois=2025-12`],
  ['lab-reviews', 'admin', `/laboratoires/${await first('/laboratoires')}/avis`],
  ['nowhere', null, '/nulle-part'],
  ['help', null, '/aide'],
].filter(([name, , path]) => !['strategy', 'map'].includes(name) || has(path));

for (const [name, role, path] of pages)
  for (const [lang, dark] of [['fr', false], ['fr', true], ['en', false], ['en', true]])
    await test(`${name} ${lang} ${dark ? 'dark' : 'light'}`, async () => {
      const page = await open(role, { lang, dark });
      for (const width of [1280, 375]) {
        await page.setViewportSize({ width, height: 900 });
        const r = await page.goto(path);
        equal(r.status(), name === 'nowhere' ? 404 : 200, path);
        await page.evaluate(() => document.fonts.ready);
        deepEqual(await axeFaults(page), [], `axe at ${width}`);
        deepEqual(await tooWide(page), [], `sticks out at ${width}`);
        if (shots)
          await page.screenshot({ fullPage: true,
            path: `${shots}/${name}-${lang}-${dark ? 'dark' : 'light'}-${width}.png` });
      }
      equal(await page.evaluate(() => document.documentElement.lang), lang);
      deepEqual(page.strayed, [], 'asked of other sites');
      deepEqual(page.thrown.filter((t) => !/404/.test(t)), [], 'the console');
      await page.context().close();
    });

// By Tab alone: each control is reached once, in the order of the page, and
// shows that it is; then Enter in the button sends.
const forms = [['/entrer', null], ['/imports', 'admin'], [`/personnes/${person}/roles`, 'admin'],
  ...bases.map((b) => [`${b}/nouveau`, 'admin'])];
for (const [path, role] of forms)
  await test(`keyboard walk of ${path}`, async () => {
    const page = await open(role);
    await page.goto(path);
    const wanted = await page.evaluate(() => {
      const form = [...document.querySelectorAll('main form')].at(-1);
      window.walked = form;
      // What is rare is folded away: the fold itself is met, and then all that it holds.
      for (const fold of form.querySelectorAll('details.rare')) fold.open = true;
      // What Enter in a field presses: the first button, for no eye and no Tab,
      // and the same as the last.
      const [first] = form.querySelectorAll('button'), last = [...form.querySelectorAll('button')].at(-1);
      const twin = first !== last && first.tabIndex === -1 && first.getAttribute('aria-hidden') === 'true'
        && first.textContent === last.textContent && !first.name && !first.hasAttribute('formaction');
      return [...form.querySelectorAll('input:not([type=hidden]), select, textarea, button, details.rare > summary')]
        .filter((e) => !(twin && e === first))
        .filter((e) => e.type !== 'radio' || e.checked
          || (!form.querySelector(`input[name="${e.name}"]:checked`)
            && e === form.querySelector(`input[name="${e.name}"]`)))
        .map((e) => e.id || e.textContent.trim());
    });
    ok(wanted.length > 1, 'no control');
    deepEqual(await page.evaluate(() => [...window.walked.querySelectorAll('.field > label + :is(input, select, textarea)')]
      .filter((e) => e.offsetParent && e.getBoundingClientRect().top - e.previousElementSibling.getBoundingClientRect().bottom > 12)
      .map((e) => e.id)), [], 'far from its label');
    const met = [];
    for (let i = 0; i < 400; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const e = document.activeElement;
        if (!e || e === document.body) return 'end';
        if (!window.walked.contains(e) || e.tagName === 'A') return null;
        const s = getComputedStyle(e);
        const seen = (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)
          || s.boxShadow !== 'none';
        return { id: e.id || e.textContent.trim(), seen, hidden: e.closest('[aria-hidden=true]') !== null, named: e.labels?.length || e.textContent };
      });
      if (at === 'end') break;
      if (!at) { if (met.length) break; continue; }
      ok(!at.hidden, `Tab stops at ${at.id}, which nobody hears`);
      ok(at.seen, `${at.id} does not show its focus`);
      ok(at.named, `${at.id} has no label`);
      if (met.at(-1) !== at.id) met.push(at.id);
    }
    deepEqual(met.filter((id) => wanted.includes(id)), wanted, 'the order by Tab');
    await page.context().close();
  });

await test('a refused form takes the keyboard to its mistakes', async () => {
  const page = await open('admin');
  await page.goto('/etablissements/nouveau');
  await page.locator('main form.form button.btn').last().press('Enter');
  await page.waitForLoadState();
  equal(await page.locator('.errors[role=alert]').count(), 1, 'a summary');
  const link = page.locator('.errors a').first();
  await link.press('Enter');
  const target = (await link.getAttribute('href')).slice(1);
  ok(await page.evaluate((id) => {
    const e = document.getElementById(id);
    return e && (e === document.activeElement || e.contains(document.activeElement)
      || location.hash === `#${id}`);
  }, target), 'the link leads to its field');
  deepEqual(await axeFaults(page), []);
  await page.context().close();
});

for (const script of [true, false])
  await test(`a page of mistakes begins with them, ${script ? 'with' : 'without'} JavaScript`, async () => {
    const page = await open('admin', { script });
    await page.goto('/etablissements/nouveau');
    await page.locator('main form.form button.btn').last().press('Enter');
    // A browser moves there once the page is drawn.
    await page.waitForSelector('.errors:focus');
    ok((await page.title()).startsWith('Erreur\u00a0: '), await page.title());
    await page.keyboard.press('Tab');
    const first = await page.locator('[aria-invalid="true"]').first().getAttribute('id');
    equal(await page.locator(':focus').getAttribute('href'), `#${first}`, 'the first link is that of the first fault');
    await page.keyboard.press('Enter');
    await page.waitForSelector(`[id="${first}"]:focus`);
    await page.context().close();
  });

await test('an import with faults, and two editors of one row, have each landmark once', async () => {
  const page = await open('admin');
  const seen = async (what) => {
    for (const width of [1280, 375]) {
      await page.setViewportSize({ width, height: 900 });
      deepEqual(await axeFaults(page), [], `${what}: axe at ${width}`);
      deepEqual(await tooWide(page), [], `${what}: sticks out at ${width}`);
    }
    if (shots) await page.screenshot({ fullPage: true, path: `${shots}/${what}.png` });
  };
  await page.goto('/imports');
  await page.selectOption('#f-entity', 'school');
  await page.setInputFiles('#f-file', { name: 'fautes.csv', mimeType: 'text/csv',
    buffer: Buffer.from('uai;nom;nature\n0541234Z;École sans lettre juste;ecole\n') });
  await page.locator('main form.form button.btn').first().press('Enter');
  await page.waitForURL(/\/imports\/\d+/);
  for (let i = 0; i < 40 && !await page.locator('#faults').count(); i++) await page.waitForTimeout(250), await page.reload();
  equal(await page.locator('#faults').count(), 1, 'no faults');
  await seen('import-faults');
  await page.goto(`/axes/${await first('/axes')}/modifier`);
  const theirs = await open('admin');
  await theirs.goto(page.url());
  await theirs.fill('#f-name', 'Un axe changé par quelqu’un');
  await theirs.locator('#f-name').press('Enter');
  await theirs.waitForURL(/\/axes\/\d+$/);
  await page.fill('#f-name', 'Un axe changé par une autre');
  await page.locator('#f-name').press('Enter');
  await page.waitForSelector('#conflict');
  await seen('two-editors');
  await theirs.context().close();
  await page.context().close();
});

await test('Enter in a form with lines saves, and asks for no line more', async () => {
  const page = await open('admin');
  await page.goto('/axes/nouveau');
  await page.fill('#f-position', '9');
  await page.fill('#f-name', 'Un axe écrit au clavier');
  await page.locator('#f-name').press('Enter');
  await page.waitForLoadState();
  ok(/\/axes\/\d+$/.test(page.url()), page.url());
  await page.context().close();
});

await test('without JavaScript one finds a project and reads it', async () => {
  const page = await open(null, { script: false });
  await page.goto('/');
  await page.fill('#q', 'Oralité');
  await page.press('#q', 'Enter');
  await page.getByRole('link', { name: 'Oralité', exact: true }).first().click();
  ok((await page.locator('h1').textContent()).includes('Oralité'));
  await page.context().close();
});

await close();
