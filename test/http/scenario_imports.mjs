// Imports one after another: taken back in turn, named in their list, told apart
// by their heads, and forgotten after a time.
import { test, equal, ok, match, serve, forms, readable, importEnd, importPress, importSend, run, query, links, copy, drop } from './lib.mjs';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = copy();
let server = await serve({ data: folder });
let admin = await server.as('admin');
const letter = (d) => d + 'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(d) % 23];
const uai = letter('9970001'), other = letter('9970002');
const send = (text, entity = 'school', name = 'Rentrée « 2025 ».csv') => importSend(admin, entity, text, name);
const button = async (where, action) => forms((await admin.get(where)).text)
  .find((f) => f.action.endsWith(`/${action}`));
const written = async (text, entity) => {
  const where = (await send(text, entity)).location;
  await importEnd(admin, where);
  await importPress(admin, where, 'application');
  equal((await importEnd(admin, where)).state, 'applied');
  return where;
};
const school = async (code) => JSON.parse((await admin.get(`/etablissements.json?q=${code}`)).text)
  .find((s) => s.uai === code);
const essaim = (...words) => {
  const r = run(...words, '--data', server.folder);
  return [r.status, r.stdout + r.stderr];
};
const sheets = () => readdirSync(server.folder).filter((f) => f.startsWith('import-'));

let first, second;
await test('a code that nobody knows is told of a new row, too', async () => {
  first = await written(`uai;nom;nature;code_bassin_formation\r\n${uai};Le Rucher;college;99999\r\n`);
  const page = readable((await admin.get(first)).text);
  match(page, /99999/);
  match(page, /n’est pas connu ici/);
  second = await written(`uai;nom\r\n${uai};Le Rucher neuf\r\n`);
});
await test('the list of imports says which, of what file, whose, and what came of it', async () => {
  const page = readable((await admin.get('/imports')).text);
  match(page, new RegExp(`import\\s*${second.split('/')[2]}`));
  match(page, /Rentrée « 2025 »\.csv/);
  match(page, /Écrit\. Nouvelles\s*: 1, modifiées\s*: 0, refusées\s*: 0/);
  match(page, /Écrit\. Nouvelles\s*: 0, modifiées\s*: 1, refusées\s*: 0/);
  match(page, /Administrateur 1/);
});
await test('taking back says first what it takes away; the newer, then the older, leaves nothing', async () => {
  const page = (await admin.get(second)).text;
  match(page, /<details class="confirm"><summary>[^<]*<\/summary><p>[^<]*modifiées[^<]*<\/p>/);
  for (const where of [second, first]) {
    await importPress(admin, where, 'annulation');
    const end = await importEnd(admin, where);
    equal([end.state, end.kept].join(), 'undone,0');
  }
  equal(await school(uai), undefined);
});
await test('taking back twice, or what was never written, is told in words', async () => {
  const old = await written(`uai;nom;nature\r\n${other};Deux fois;college\r\n`);
  const form = await button(old, 'annulation');
  equal((await admin.submit(form, { _key: 'undo-1' })).status, 303);
  await importEnd(admin, old);
  const again = await admin.submit(form, { _key: 'undo-2' });
  equal(again.status, 409);
  match(readable(again.text), /rien n’a été fait\. Où en est cet import\s*: Annulé/);
  const n = old.split('/')[2];
  for (const [number, words] of [[n, /has been taken back already/], ['4711', /there is no import 4711/],
    ['x', /not the number/]]) {
    const [code, said] = essaim('import', 'undo', number);
    equal(code, 1, said);
    match(said, words);
    ok(!/conflict|not-found/.test(said), said);
  }
});
await test('a line is told of the one that stands, never of one that was refused', async () => {
  const place = copy();
  const school = query(place, 'SELECT uai FROM directory_school ORDER BY id DESC LIMIT 1');
  const project = query(place, 'SELECT name FROM portfolio_project ORDER BY id LIMIT 1');
  const line = (starts) => `${project};Tour à tour;${school};${starts};in_use`;
  const file = join(place, 'tours.csv');
  writeFileSync(file, ['project;tool;school;starts;state', line('2025-02-01'), line('2025-03-01'), line('2025-03-01')].join('\r\n'));
  const r = run('import', 'deployment', file, '--dry-run', '--data', place), said = r.stdout + r.stderr;
  match(said, /1 new, .* 2 refused/);
  match(said, /^line 3: .*line 2 /mi);
  match(said, /^line 4: .*line 2 /mi);
  drop(place);
});
await test('a file of another kind is known by its heads', async () => {
  const people = 'nom;prenom;zzz\r\n1;2;3\r\n';
  const schools = `uai;nom;nature;code_postal\r\n${other};X;college;54000\r\n`;
  const where = (await send(schools, 'organisation')).location;
  await importEnd(admin, where);
  const page = (await admin.get(where)).text;
  match(readable(page), /ce fichier est une liste du genre « Écoles et établissements »/);
  ok(links(page).includes('/imports?entity=school'));
  const chosen = forms((await admin.get('/imports?entity=school')).text).find((f) => f.action === '/imports');
  equal(chosen.fields.find(([name]) => name === 'entity')[1], 'school');
  ok(!/est une liste du genre/.test(readable((await admin.get((await send(people, 'organisation')).location)).text)));
});
await test('what was sent is forgotten after its time; what was written stays, and can be taken back', async () => {
  const where = await written(`uai;nom;nature\r\n${other};Gardé;college\r\nfaux;Refusé;college\r\n`);
  ok(sheets().length > 1);
  match(readable((await admin.get(where)).text), /Refusé|faux/);
  const rows = query(folder, 'SELECT count(*) FROM core_import_line');
  ok(Number(rows) > 0);
  await server.stop();
  query(folder, 'UPDATE core_import SET at = at - 40 * 86400');
  for (const name of sheets()) utimesSync(join(folder, name), 1, 1);
  // Ninety days are the rule: nothing goes yet.
  server = await serve({ data: folder });
  await sleep(1500);
  const before = sheets();
  ok(before.length > 1);
  await server.stop();
  server = await serve({ data: folder, env: { ESSAIM_IMPORT_DAYS: '30' } });
  for (let i = 0; i < 200 && sheets().length; i++) await sleep(50);
  equal(sheets().join(), '');
  equal(query(folder, "SELECT count(*) FROM core_import_line WHERE outcome <> 'kept'"), '0');
  admin = await server.as('admin');
  const page = await admin.get(where);
  equal(page.status, 200);
  match(readable(page.text), /ont été effacés/);
  ok(await school(other));
  await importPress(admin, where, 'annulation');
  equal((await importEnd(admin, where)).state, 'undone');
  equal(await school(other), undefined);
  // A file sent anew today is there, whatever was swept.
  await written(`uai;nom;nature\r\n${other};Gardé;college\r\nfaux;Refusé;college\r\n`);
  equal(sheets().length, 1);
});
await server.stop();
drop(folder);
