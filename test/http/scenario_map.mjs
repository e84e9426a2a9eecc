// The map of a whole country's schools: what is drawn, what is not, and why.
import { test, equal, ok, match, serve, essaim, drop, emptied, readable, forms } from './lib.mjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = emptied();
process.on('exit', () => drop(folder));
const data = ['--data', folder];
const letter = (d) => d + 'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(d) % 23];
const heads = 'Identifiant_de_l_etablissement;Nom_etablissement;Code_departement;Code_academie;Code_region;latitude;longitude;code_nature;Libelle_departement;Libelle_academie;Libelle_region;nom_circonscription;code_circonscription;code_bassin_formation;libelle_bassin_formation';
const bassins = 230;
let serial = 0;
const school = (name, nature, [lat, lon], bassin) => `${letter(String(9900000 + ++serial))};${name} ${serial};${
  ['054', '12', '44', lat, lon, nature, 'Meurthe-et-Moselle', 'Nancy-Metz', 'Grand Est', '', ''].join(';')};${
  `12${String(bassin).padStart(3, '0')}`};Bassin ${String(bassin).padStart(3, '0')}`;
const many = (n, name, nature, place, bassin = (i) => i % 100) =>
  Array.from({ length: n }, (_, i) => school(name, nature, place(i), bassin(i)));
const near = (i) => [48.5 + (i % 37) / 100, 6 + (i % 41) / 100], far = (i) => [43.3 + (i % 5) / 100, 5.4];
const file = join(folder, 'annuaire.csv');
// By name, the colleges alone would fill the map.
writeFileSync(file, `\uFEFF${[heads,
  ...many(1000, 'A Collège', 340, near), ...many(120, 'Z Lycée', 302, near),
  ...many(300, 'Lycée de Marseille', 302, far), ...many(7, 'Lycée sans lieu', 302, () => ['', '']),
  ...many(2, 'Lycée du Sud', 302, far, () => bassins - 1), ...many(bassins, 'École', 151, near, (i) => i),
].join('\r\n')}\r\n`);
essaim('begin', ...data);
essaim('areas', file, ...data);
match(essaim('import', 'school', file, ...data), / 0 refused/);
const server = await serve({ data: folder });
const who = server.stranger();
const map = async (query = '') => {
  const r = await who.get(`/carte${query}`);
  equal(r.status, 200);
  return {
    text: readable(r.text),
    drawn: (name) => r.text.match(new RegExp(`<use class="pt ${name}"`, 'g'))?.length ?? 0,
    choices: forms(r.text).flatMap((f) => f.controls).find((c) => c.name === 'bassin').options.slice(1),
  };
};

await test('the legend counts those within the frame, whatever their names', async () => {
  const { text } = await map();
  match(text, /Collèges \(1\s?000\)/u);
  match(text, /Lycées \(120\)/);
  match(text, /Écoles \(230\)/);
});
await test('a choice that is none is told', async () => {
  match((await map('?kind=manoir')).text, /« manoir » n’est pas dans la liste/);
  match((await map('?bassin=zz')).text, /« zz » est introuvable/);
});
await test('where not all have room each kind has its share, and the rest is told', async () => {
  const { text, drawn } = await map();
  equal(drawn('lycee'), 120);
  equal(drawn('school'), 230);
  equal(drawn('college'), 800 - 120 - 230);
  match(text, /550 écoles et établissements n’ont plus de place sur la carte/);
});
await test('outside the frame is not without coordinates', async () => {
  const { text } = await map();
  match(text, /302 écoles et établissements sont hors du cadre de la carte/);
  match(text, /7 écoles et établissements sans coordonnées/);
});
await test('one kind alone has room', async () => {
  const { text, drawn } = await map('?kind=lycee');
  equal(drawn('lycee'), 120);
  equal(drawn('college'), 0);
  ok(!/n’ont plus de place/.test(text));
});
await test('each bassin can be chosen, here and for the figures', async () => {
  const { choices } = await map();
  equal(choices.length, bassins);
  const figures = forms((await who.get('/chiffres')).text).flatMap((f) => f.controls).find((c) => c.name === 'bassin');
  equal(figures.options.length - 1, bassins);
});
await test('a bassin beyond the outlines has a map of its own', async () => {
  const last = (await map()).choices[bassins - 1].value;
  const { text, drawn } = await map(`?bassin=${last}`);
  equal(drawn('lycee'), 2);
  equal(drawn('school'), 1);
  match(text, /Lycées \(2\)/);
  ok(!/hors du cadre/.test(text));
});
await test('words found narrow the map too, and none found empty it', async () => {
  equal((await map('?q=marseille')).drawn('lycee'), 0);
  match((await map('?q=marseille')).text, /300 écoles et établissements sont hors du cadre/);
  equal((await map('?q=introuvable')).drawn('college'), 0);
});
await server.stop();
