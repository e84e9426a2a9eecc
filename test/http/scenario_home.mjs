// The home page: what it counts is what it leads to.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, equal, deepEqual, ok, serve, links, readable, roles, essaim, drop, today } from './lib.mjs';

const server = await serve();
const waits = (html) => [...html.matchAll(/<a\b[^>]*href="([^"]*\?attente=[^"]*)"[\s\S]*?<\/a>/g)]
  .map((m) => ({ href: m[1], text: readable(m[0]) }));
let seen = 0;
for (const role of roles) {
  const person = await server.as(role);
  const home = (await person.get('/')).text;
  await test(`${role}: more than one thing for this week`, () =>
    ok(waits(home).length >= 2, waits(home).map((w) => w.text).join()));
  for (const { href, text } of waits(home))
    await test(`${role}: ${text}`, async () => {
      seen++;
      const count = Number(/\d[\d\s\u00a0\u202f]*/.exec(text)[0].replace(/\D/g, ''));
      const [path, query] = href.split('?');
      const r = await person.get(`${path}.json?${query}`);
      equal(r.status, 200);
      const rows = JSON.parse(r.text);
      equal(rows.length, count);
      const page = await person.get(href);
      equal(page.status, 200);
      const to = links(page.text).find((l) => new RegExp(`^${path}/\\d+$`).test(l));
      ok(to, 'the list leads to no row');
      equal((await person.get(to)).status, 200, to);
      ok(page.text.includes(`name="attente" value="${query.split('=')[1]}"`),
        'the filters forget what waits');
      const sorted = links(page.text).filter((l) => /[?&]sort=/.test(l));
      ok(sorted.every((l) => l.includes('attente=')), sorted.join());
    });
}
await test('who works at a project, and a school, have tiles of their own', async () => {
  const has = async (role, name) => waits((await (await server.as(role)).get('/')).text).some((w) => w.href.endsWith(`=${name}`));
  for (const role of ['coordinator', 'partner']) ok(await has(role, 'mine'), `${role}: no project of theirs`);
  for (const role of ['teacher', 'head', 'host']) ok(await has(role, 'used'), `${role}: nothing in use at their school`);
  ok(!await has('leader', 'used'), 'the leader has no school');
});
await test('a tile says its number once', async () => {
  let told = 0;
  for (const role of roles)
    for (const [, n, words] of (await (await server.as(role)).get('/')).text.matchAll(/<b>([^<]+)<\/b><span>([^<]+)<\/span>/g))
      told++, ok(!words.startsWith(n), `${role}: ${n} ${words}`);
  ok(told > 30, `${told}`);
});
await test('nobody’s home counts services of projects that are none of theirs', async () => {
  const rowsOf = async (who, path) => JSON.parse((await who.get(path)).text);
  const admin = await server.as('admin');
  const people = await rowsOf(admin, '/personnes.json'), deployments = await rowsOf(admin, '/deploiements.json');
  let seen = 0;
  for (const role of ['teacher', 'head', 'host', 'partner', 'leader', 'coordinator', 'expert', 'researcher']) {
    const who = await server.as(role);
    const tiles = waits((await who.get('/')).text).filter((w) => w.href.startsWith('/passages'));
    for (const name of ['next', 'current', 'begins'])
      ok(!tiles.some((w) => w.href.endsWith(`=${name}`)), `${role}: ${name}`);
    if (['leader', 'coordinator', 'expert', 'researcher'].includes(role)) continue; // they work at projects too
    const me = people.find((p) => p.email === `${role}@demo.example`);
    const near = new Set(deployments.filter((d) => d.school === me.school && d.state === 'in_use').map((d) => d.project));
    for (const { href } of tiles.filter((w) => /=(near|soon)$/.test(w.href) && me.school)) {
      const [path, query] = href.split('?');
      for (const row of await rowsOf(who, `${path}.json?${query}`)) ok(near.has(row.project), `${role}: ${href}`), seen++;
    }
  }
  ok(seen > 0, 'nobody has a service near them');
});
const ofWeek = (html) => Number(/href="\/ma-semaine"><b>(\d+)<\/b><span>accueils? cette semaine/.exec(html)?.[1] ?? 0);
for (const role of ['admin', 'leader', 'inspector', 'ien', 'coordinator', 'teacher', 'head', 'host'])
  await test(`${role}: the accueils of this week are on the home page, as many as the week has`, async () => {
    const person = await server.as(role);
    const told = ofWeek((await person.get('/')).text);
    ok(told > 0, 'no accueil this week');
    const week = (await person.get('/ma-semaine')).text;
    equal(told, new Set(links(week).filter((l) => /^\/accueils\/\d+$/.test(l))).size);
    equal(JSON.parse((await person.get('/accueils.json?attente=this_week')).text).length, told);
  });
await test('the week of who receives has what is free, of days gone too, and leads to its form', async () => {
  const coordinator = await server.as('coordinator');
  const week = (await coordinator.get('/ma-semaine')).text, all = links(week).map((l) => l.replaceAll('&amp;', '&'));
  const free = all.filter((l) => /^\/accueils\/nouveau\?lab=\d+&slot\.0\.day=[\d-]+&slot\.0\.part=/.test(l));
  const days = free.map((l) => /day=([\d-]+)/.exec(l)[1]);
  ok(days.some((d) => d < today) && days.some((d) => d > today), days.join());
  const form = await coordinator.form(free.at(-1), '/accueils');
  equal(form.controls.find((c) => c.name === 'slot.0.day').value, days.at(-1));
  ok(all.some((l) => /^\/accueils\/nouveau\?lab=\d+$/.test(l)) && all.includes('/accueils?state=asked'), all.join(' '));
  equal(links((await (await server.as('teacher')).get('/ma-semaine')).text).filter((l) => l.includes('/nouveau')).length, 0);
});
await test('the week of the home page begins on its Monday and ends on its Sunday', async () => {
  const sunday = '2025-03-16', monday = '2025-03-17', told = {};
  for (const day of [sunday, monday]) {
    const then = await serve({ args: ['--today', day] });
    const admin = await then.as('admin');
    told[day] = ofWeek((await admin.get('/')).text);
    const week = (await admin.get('/ma-semaine')).text;
    equal(told[day], new Set(links(week).filter((l) => /^\/accueils\/\d+$/.test(l))).size, day);
    await then.stop();
  }
  equal(told[sunday], ofWeek((await (await server.as('admin')).get('/')).text));
});
await test('each home has something for the week at every time of the year', async () => {
  const days = [new Date().toISOString().slice(0, 10), '2027-08-20', '2026-12-27'];
  for (const day of process.env.FULL ? days : days.slice(0, 1)) {
    const data = mkdtempSync(join(tmpdir(), 'essaim-year-'));
    essaim('demo', '--data', data, '--today', day, '--password', 'demonstration');
    const then = await serve({ data, args: ['--today', day] });
    for (const role of roles)
      ok(waits((await (await then.as(role)).get('/')).text).length >= 3, `${role} on ${day}`);
    await then.stop();
    drop(data);
  }
});
await test('who asked for advice sees on the home page that it waits', async () => {
  const teacher = await server.as('teacher');
  const before = waits((await teacher.get('/')).text).find((w) => w.href.endsWith('=asked'));
  const form = await teacher.form('/demander-conseil', '/demander-conseil');
  const r = await teacher.submit(form, { need: 'Comment prêter des robots ?', topic: 'practice', level: 'college' });
  equal(r.status, 303, readable(r.text).slice(0, 200));
  const after = waits((await teacher.get('/')).text).find((w) => w.href.endsWith('=asked'));
  equal(Number(/\d+/.exec(after.text)[0]), Number(/\d+/.exec(before?.text ?? '0')[0]) + 1);
});
await test('the home opens on what the laboratory did, numbers as the key figures tell them', async () => {
  const home = (await server.stranger().get('/')).text;
  const told = [...home.matchAll(/href="\/chiffres\/([^"?]+)"/g)].map((m) => m[1]);
  deepEqual(told, ['portfolio.projects', 'network.labs', 'network.bassins', 'network.people', 'network.classes',
    'network.halfdays_outside', 'network.halfdays_hosted', 'network.trainings_hosted']);
  for (const f of JSON.parse((await server.stranger().get('/chiffres.json?annee=2023-2024')).text))
    if (told.includes(f.id)) ok(readable(home).replace(/(?<=\d)\s(?=\d)/g, '').includes(String(f.value)), f.id);
});
await test('something waits for many', () => ok(seen > 20, String(seen)));
await test('what waits for others, or nothing by that name, is not found', async () => {
  const teacher = await server.as('teacher');
  equal((await teacher.get('/deploiements?attente=planned')).status, 404);
  equal((await teacher.get('/deploiements?attente=nothing')).status, 404);
});
await server.stop();
