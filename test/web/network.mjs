// A half-day from the first look to the year's figures: a teacher asks on a phone, the
// head agrees by the mailed link, who coordinates confirms and counts who came; and of
// two who want the last room of a half-day, one is offered another.
import { test, equal, deepEqual, match, ok, open, tooWide, main, close } from './lib.mjs';
import { apiOf, copy, drop, query, serve } from '../http/lib.mjs';

const folder = copy();
let at = await serve({ data: folder });
const phone = () => ({ width: 375, height: 800, script: false, at });
const lab = Number(query(folder, `SELECT min(t.lab) FROM network_team t JOIN directory_person p ON p.id = t.person
  WHERE p.email = 'coordinator@demo.example'`));
const living = '2024-2025', closed = '2023-2024';
async function figures(year) {
  const who = await at.as('admin');
  return Object.fromEntries(JSON.parse((await who.get(`/chiffres.json?annee=${year}`)).text).map((f) => [f.id, f.value]));
}
async function type(page, fields) {
  await page.locator('select[name=kind]').selectOption('workshop');
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
}
const send = (page) => page.locator('form.form button.btn').last().click();

let visit, day;
const wasClosed = await figures(closed);
await test('a teacher asks on a phone: three pages and seven fields at most', async () => {
  const page = await open('teacher', phone());
  let pages = 0;
  page.on('response', (r) => { pages += r.request().isNavigationRequest() && r.status() < 300; });
  await page.goto(`/laboratoires/${lab}`);
  deepEqual(await tooWide(page), []);
  await page.locator('a.slot').last().click();
  const fields = await page.locator('form.form :is(input:not([type=hidden]), select, textarea):visible').count();
  ok(fields > 3 && fields <= 7, `${fields} fields`);
  deepEqual(await tooWide(page), []);
  await type(page, { class_label: '6e Essaim', pupils: '28', need: 'Un robot qui suit une ligne' });
  await send(page);
  match(await main(page), /retenue pour vous/);
  equal(pages, 3);
  visit = Number(query(folder, "SELECT max(id) FROM network_visit WHERE class_label = '6e Essaim'"));
  day = Number(query(folder, `SELECT day FROM network_slot WHERE visit = ${visit}`));
  await page.context().close();
});
await test('the head agrees by the link of the mail', async () => {
  const post = await open('admin', { at });
  const mail = post.locator('main a', { hasText: '6e Essaim' }).filter({ hasText: 'accord' });
  for (let i = 0; i < 100; i++) {
    await post.goto('/courriels');
    if (await mail.count()) break;
    await post.waitForTimeout(50);
  }
  await mail.first().click();
  const link = await post.locator('main a[href^="/accord/"]').getAttribute('href');
  await post.context().close();
  const page = await open(null, phone());
  await page.goto(link);
  match(await main(page), /6e Essaim/);
  await page.locator('button[value=agree]').click();
  match(await main(page), /Votre réponse est enregistrée/);
  await page.context().close();
});
await test('who coordinates the laboratory confirms, and no figure has moved yet', async () => {
  const before = await figures(living);
  const page = await open('coordinator', phone());
  await page.goto(`/accueils/${visit}`);
  match(await main(page), /donné/);
  await page.locator('form[action$="/etapes/confirm"] button').click();
  match(await page.locator('h1').innerText(), /confirmé/);
  deepEqual(await figures(living), before);
  await page.context().close();
});

// One room is left of a half-day: the others are taken by the interface for programs.
async function leaveOne(when, part) {
  const api = apiOf(at);
  const call = async (path, body) => JSON.parse((await api('POST', path, body)).text);
  const rooms = query(folder, `SELECT s.id FROM network_space s WHERE s.lab = ${lab} AND s.within IS NULL AND NOT EXISTS
    (SELECT 1 FROM booking_hold h WHERE h.kind = 'space' AND h.thing = s.id AND h.starts = ${when}) ORDER BY s.id`)
    .split('\n').filter(Boolean).map(Number);
  for (const space of rooms.slice(1)) {
    const { id } = await call('visit', { title: 'Déjà là', lab, kind: 'workshop', place: 'inside', year: living, asked: '2025-03-12' });
    ok((await call('slot', { visit: id, ...part, space })).id, `room ${space}`);
  }
  return rooms.length;
}
await test('two browsers for the last room of a half-day: one has it, the other is offered another and takes it', async () => {
  const two = [await open('teacher', phone()), await open('head', phone())];
  await two[0].goto(`/laboratoires/${lab}?mois=2025-05`);
  const where = await two[0].locator('a.slot').nth(5).getAttribute('href');
  const when = new URL(where, at.base).searchParams;
  const on = when.get('jour'), part = when.get('moment');
  const slot = Date.parse(on) / 86400000 * 3 + ['morning', 'afternoon', 'evening'].indexOf(part);
  ok(await leaveOne(slot, { day: on, part }) > 0, 'the half-day is free');
  for (const [i, page] of two.entries()) {
    await page.goto(where);
    await type(page, { class_label: `Course ${i}`, pupils: '20', need: `Un essai ${i}` });
  }
  const codes = await Promise.all(two.map(async (page) => {
    const answered = page.waitForResponse((r) => r.request().method() === 'POST');
    await send(page);
    return (await answered).status();
  }));
  deepEqual([...codes].sort(), [303, 409]);
  const lost = two[codes.indexOf(409)], nth = codes.indexOf(409);
  match(await main(two[1 - nth]), /retenue pour vous/);
  deepEqual(await tooWide(lost), []);
  equal(await lost.inputValue('[name=need]'), `Un essai ${nth}`, 'what was typed stays');
  const other = lost.locator('[name=autre]').first();
  ok(!(await other.getAttribute('value')).startsWith(`${on}.${part}.${lab}`), 'another half-day');
  await other.check();
  await send(lost);
  match(await main(lost), /retenue pour vous/);
  equal(query(folder, "SELECT count(*) FROM network_visit WHERE class_label LIKE 'Course %'"), '2');
  for (const page of two) await page.context().close();
});

await at.stop();
at = await serve({ data: folder, args: ['--today', new Date((day + 1) * 86400000).toISOString().slice(0, 10)] });
await test('the day after, 27 are counted: this year\'s figures move by exactly that, the closed year\'s do not', async () => {
  const before = await figures(living);
  const page = await open('coordinator', phone());
  await page.goto(`/accueils/${visit}`);
  deepEqual(await tooWide(page), []);
  await page.fill('form[action$="/etapes/hold"] [name=present_pupils]', '27');
  equal(await page.locator('form[action$="/etapes/hold_late"]').count(), 0, 'its twin is for years that are over');
  await page.locator('form[action$="/etapes/hold"] button').click();
  match(await page.locator('h1').innerText(), /réalisé/);
  const after = await figures(living);
  const moved = Object.keys(after).filter((id) => after[id] !== before[id]).map((id) => [id, after[id] - before[id]]);
  deepEqual(Object.fromEntries(moved), { 'network.people': 27, 'network.classes': 1, 'network.halfdays_hosted': 1 });
  await page.goto(`/chiffres/network.people?annee=${living}`);
  match(await main(page), new RegExp(String(after['network.people']).replace(/(\d)(?=(\d{3})+$)/g, '$1\\s')));
  deepEqual(await figures(closed), wasClosed);
  await page.context().close();
});
await at.stop();
drop(folder);
await close();
