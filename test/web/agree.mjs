// On a phone: a teacher asks, their head agrees by the link of a mail, the coordinator
// confirms; without a mail server the page of mails shows what would have left.
import { test, equal, match, ok, open, axeFaults, tooWide, close, server, main } from './lib.mjs';
import { query } from '../http/lib.mjs';

const phone = { width: 375, height: 800, script: false };
const until = async (what, met) => {
  for (let i = 0; i < 200; i++, await new Promise((r) => setTimeout(r, 50))) { const x = met(); if (x) return x; }
  return ok(false, what);
};
let visit;
await test('a teacher asks for a half-day on a phone, in three pages', async () => {
  const page = await open('teacher', phone);
  const lab = query(server.folder, `SELECT min(id) FROM network_lab WHERE coalesce(agreement, 0) = 0`);
  await page.goto(`/laboratoires/${lab}?mois=2025-05`);
  await page.locator('a.slot').first().click();
  await page.locator('select[name=kind], input[name=kind]').first().waitFor();
  equal(await page.locator('form.form :is(input, select, textarea):visible').count() <= 7, true);
  const select = page.locator('select[name=kind]');
  if (await select.count()) await select.selectOption('workshop'); else await page.locator('input[name=kind][value=workshop]').check();
  await page.fill('[name=class_label]', '6e Z');
  await page.fill('[name=pupils]', '26');
  await page.locator('form.form button.btn').last().click();
  match(await main(page), /retenue pour vous/);
  visit = query(server.folder, "SELECT max(id) FROM network_visit WHERE class_label = '6e Z'");
  await page.context().close();
});
await test('the head agrees by the link, without an account', async () => {
  const path = await until('no mail to the head', () => /\/accord\/[0-9a-f]+/.exec(query(server.folder,
    `SELECT text FROM core_mail WHERE what = 'network.mail.agreement' AND page = '/accueils/${visit}'`))?.[0]);
  const page = await open(null, phone);
  await page.goto(path);
  equal((await axeFaults(await open(null).then(async (p) => { await p.goto(path); return p; }))).join('\n'), '');
  equal((await tooWide(page)).join(' '), '');
  await page.keyboard.press('Tab');
  await page.locator('button[value=agree]').click();
  match(await main(page), /Votre réponse est enregistrée/);
  await page.reload();
  equal(await page.locator('button[value=agree]').count(), 0, 'once');
  await page.context().close();
});
await test('who coordinates sees it on the visit and confirms; who asked is told', async () => {
  const page = await open('admin', { script: false });
  await page.goto(`/accueils/${visit}`);
  match(await main(page), /Accords de la direction[\s\S]*donné/);
  await page.locator('form[action$="/etapes/confirm"] button').click();
  match(await page.locator('h1').innerText(), /confirmé/);
  await until('no mail to the teacher', () => query(server.folder,
    `SELECT count(*) FROM core_mail WHERE what = 'network.mail.confirmed' AND page = '/accueils/${visit}'`) === '1');
  await page.goto('/courriels');
  match(await main(page), /C’est confirmé/);
  await page.goto(`/accueils/${visit}/sortie`);
  match(await page.locator('table.sheet').innerText(), /6e Z/);
  await page.context().close();
});
await close();
