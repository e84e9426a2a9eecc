// A laboratory of one's own from an empty folder: what README says, typed.
import { test, equal, ok, match, serve, essaim, run, drop, dropDb, dbOf, emptied, onPostgres, readable, root, today } from './lib.mjs';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const place = mkdtempSync(join(tmpdir(), 'essaim-begin-'));
process.on('exit', () => drop(place));
const folder = join(place, 'labo');
const data = ['--data', folder];
const rows = (entity) => JSON.parse(essaim('export', entity, '--format', 'json', ...data));
const letter = (d) => d + 'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(d) % 23];

// The national directory's own heads, of which these matter; three départements
// of two académies, one of which has the number of a région.
const heads = 'Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Adresse_1;Code_postal;Code_commune;Nom_commune;Code_departement;Code_academie;Code_region;latitude;longitude;etat;code_nature;libelle_nature;Libelle_departement;Libelle_academie;Libelle_region;nom_circonscription;code_circonscription;code_bassin_formation;libelle_bassin_formation';
const school = (i, dep, aca, region, bassin, circo = ['', '']) =>
  `${letter(`${dep[0]}${String(9000 + i)}`)};Collège ${i} (démo);Collège;Public;1 rue X;54000;54395;Nancy;${dep[0]};${aca[0]};${region[0]};48.6;6.1;OUVERT;340;COLLEGE;${dep[1]};${aca[1]};${region[1]};${circo[1]};${circo[0]};${bassin[0]};${bassin[1]}`;
const meurthe = ['054', 'Meurthe-et-Moselle'], vosges = ['088', 'Vosges'], doubs = ['025', 'Doubs'];
const nancy = ['12', 'Nancy-Metz'], besancon = ['03', 'Besançon'];
const est = ['44', 'Grand Est'], bfc = ['12', 'Une région de ce numéro'];
const file = join(place, 'annuaire.csv');
writeFileSync(file, `\uFEFF${[heads,
  ...Array.from({ length: 6 }, (_, i) => school(i, meurthe, nancy, est, ['12414', 'Nancy 1'])),
  school(6, vosges, nancy, est, ['12802', 'Vosges Est'], ['0880999A', 'Circonscription « Épinal »']),
  school(7, doubs, besancon, bfc, ['', '']),
].join('\r\n')}\r\n`);

await test('begin gives the nine services, once', () => {
  for (let i = 0; i < 2; i++) {
    match(essaim('begin', ...data), /the laboratory is in/);
    equal(rows('service').length, 9);
  }
});
await test('a service that the laboratory has changed stays', () => {
  writeFileSync(join(place, 's.csv'), 'code;name\nwatch;Veille à notre façon\n');
  essaim('import', 'service', join(place, 's.csv'), ...data);
  essaim('begin', ...data);
  equal(rows('service').find((s) => s.code === 'watch').name, 'Veille à notre façon');
  equal(rows('service').length, 9);
});
await test('the areas come from the schools’ file, as a tree, once', () => {
  const said = essaim('areas', file, ...data);
  equal(said, '8 lines: 2 new region_academique, 2 new academie, 3 new departement, 2 new bassin, 1 new circonscription\n');
  match(essaim('areas', file, ...data), /^8 lines: 0 new .* 0 new circonscription\n$/);
  const areas = rows('area');
  const named = (name) => areas.find((a) => a.name === name);
  const above = (a) => areas.find((p) => [p.id, p.code].includes(a.parent?.id ?? a.parent?.code ?? a.parent))?.name;
  equal(named('Nancy 1').code, '12414');
  equal(above(named('Nancy 1')), 'Meurthe-et-Moselle');
  equal(above(named('Meurthe-et-Moselle')), 'Nancy-Metz');
  equal(above(named('Nancy-Metz')), 'Grand Est');
  equal(above(named('Circonscription « Épinal »')), 'Vosges');
  equal(named('Nancy-Metz').code, '12');
  equal(named('Une région de ce numéro').code, 'R12');
});
await test('then the schools have their département and bassin', () => {
  match(essaim('import', 'school', file, ...data), /8 lines, 8 new, .* 0 refused/);
  const schools = rows('school');
  equal(schools.length, 8);
  ok(schools.every((s) => s.departement), JSON.stringify(schools[0]));
  equal(schools.filter((s) => s.bassin).length, 7);
});
await test('a file without such columns, or none, is refused in one line', () => {
  writeFileSync(join(place, 'x.csv'), 'a;b\n1;2\n');
  for (const [f, why] of [[join(place, 'x.csv'), /none of the columns/], [join(place, 'no.csv'), /No such file/]]) {
    const r = run('areas', f, ...data);
    equal(r.status, 1);
    match(r.stderr, why);
    equal(r.stderr.trim().split('\n').length, 1);
  }
  equal(run('areas', ...data).status, 2);
});
await test('serve makes no laboratory of a folder mistyped', () => {
  const typo = join(place, 'labbo');
  const r = run('serve', '--data', typo, '--listen', '127.0.0.1:0');
  equal(r.status, 1);
  match(r.stderr, /^essaim: .*labbo holds no laboratory: .*essaim begin/m);
  ok(!existsSync(typo));
});
await test('nor of a database where nothing was made yet, and names no address then', () => {
  const empty = emptied();
  try {
    const r = run('serve', '--data', empty, '--listen', '127.0.0.1:0');
    equal(r.status, 1);
    match(r.stderr, /^essaim: \S+ is empty: run essaim begin[^\n]*\n$/);
    ok(!r.stderr.includes('http://'), r.stderr);
  } finally { drop(empty); }
});
await test('the pages of the new one say what to do first', async () => {
  essaim('user', 'add', 'marie@example.org', 'Marie Martin', 'admin', '--password', 'douze vaches bleues', ...data);
  const server = await serve({ data: folder });
  const r = await server.stranger().get('/strategie');
  equal(r.status, 200);
  match(readable(r.text), /essaim import axis/);
  equal((readable((await server.stranger().get('/services')).text).match(/Veille à notre façon/g) ?? []).length > 0, true);
  await server.stop();
});

await test('a database that is gone is not taken for a crowd', async (skip) => {
  if (!onPostgres) { skip('a file does not go away'); return; }
  const server = await serve();
  const who = await server.as('leader');
  dropDb(dbOf(server.folder));
  const r = await who.get('/projets');
  equal(r.status, 503);
  match(readable(r.text), /La base de données ne répond pas/);
  await server.stop();
});
await test('a base that was only made says on the strategy what is missing, and where to begin', async () => {
  const bare = ['--data', join(place, 'nu')];
  mkdirSync(join(place, 'nu'));
  writeFileSync(join(place, 'nu', 'essaim.db'), '');
  essaim('db', 'migrate', ...bare);
  essaim('user', 'add', 'marie@example.org', 'Marie Martin', 'admin', '--today', today, '--password', 'douze vaches bleues', ...bare);
  const server = await serve({ data: join(place, 'nu') });
  const stranger = (await server.stranger().get('/strategie')).text;
  equal((stranger.match(/class="empty"/g) ?? []).length, 3, 'axes, policies, services');
  match(readable(stranger), /essaim begin/);
  ok(!stranger.includes('<svg viewBox') && !stranger.includes('/nouveau'), 'an empty chart, or what a stranger may not do');
  const marie = server.stranger();
  equal((await marie.post('/entrer', { email: 'marie@example.org', password: 'douze vaches bleues' })).status, 303);
  const page = (await marie.get('/strategie')).text;
  const home = (await marie.get('/')).text;
  ok(!/inconnu/i.test(readable(home)), 'no tile of nothing');
  match(readable(home), /attendent leurs premières fiches .*importez un fichier/);
  ok(home.includes('href="/imports"') && !(await server.stranger().get('/')).text.includes('class="btn" href="/imports"'));
  for (const path of ['/axes', '/politiques', '/services']) {
    ok(page.includes(`href="${path}/nouveau"`), path);
    equal((await marie.get(`${path}/nouveau`)).status, 200, path);
  }
  const form = (await marie.get('/projets/nouveau')).text;
  for (const list of ['Axes', 'Offre de service', 'Politiques prioritaires', 'Objectifs', 'Programmes', 'Territoires'])
    match(readable(form), new RegExp(`Rien à choisir pour l’instant dans «[^»]*${list}`));
  equal((await marie.submit(await marie.form('/axes/nouveau', '/axes'), { name: 'Un axe', position: '1' })).status, 303);
  ok(!/dans «[^»]*Axes/.test(readable((await marie.get('/projets/nouveau')).text)), 'there is one now');
  await server.stop();
});

await test('README and the manual page name every command, and none besides', () => {
  const there = [...essaim('--help').matchAll(/^  essaim (\w+)/gm)].map((m) => m[1]).sort().join(' ');
  const readme = readFileSync(join(root, 'README.md'), 'utf8').split('## The commands')[1].split('\n## ')[0];
  equal([...readme.matchAll(/^    essaim (\w+) /gm)].map((m) => m[1]).sort().join(' '), there);
  const manual = readFileSync(join(root, 'docs/essaim.1'), 'utf8').split('.SH COMMANDS')[1].split('.SH SETTINGS')[0];
  const headed = [...manual.matchAll(/^\.TP\n\.BR? (.*)$/gm)].flatMap((m) => m[1].match(/\w+/g));
  equal(headed.sort().join(' '), there);
});
