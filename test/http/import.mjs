// Imports as people send them: files of every make and in every bad state, work
// that is left, stopped, killed and taken up again.
import { test, childOf, deepEqual, equal, filled, ok, match, serve, forms, links, readable, tables, sameTables, importEnd,
  importPress as press, importSend, essaim, run, copy, drop, query, onPostgres, root } from './lib.mjs';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

const server = await serve();
const admin = await server.as('admin');
const english = await server.as('admin', 'en');
const letter = (d) => d + 'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(d) % 23];
let serial = 9960000;
const uai = () => letter(String(serial++));

const send = (who, file, entity = 'school') => importSend(who, entity, file);
const can = async (who, where, action) => forms((await who.get(where)).text)
  .some((f) => f.action.endsWith(`/${action}`));
// Sent and checked: where, and what is said of it.
const checked = async (file, entity) => {
  const r = await send(admin, file, entity);
  equal(r.status, 303, readable(r.text).slice(0, 400));
  return { where: r.location, ...await importEnd(admin, r.location) };
};
const applied = async (file, entity) => {
  const { where } = await checked(file, entity);
  await press(admin, where, 'application');
  const state = await importEnd(admin, where);
  equal(state.state, 'applied');
  return { where, ...state };
};
const schools = async (who = admin) => JSON.parse((await who.get('/etablissements.json')).text);
const school = async (code) => (await schools()).find((s) => s.uai === code);
const says = async (where, fr, en) => {
  match(readable((await admin.get(where)).text), fr);
  match(readable((await english.get(where)).text), en);
};
const rest = () => readdirSync(server.folder).filter((f) => /^import-|\.part|spool/.test(f)).sort().join(' ');

// Files that are no list at all.
const wide = `${Array.from({ length: 10000 }, (_, i) => `c${i}`).join(';')}\r\n1\r\n`;
for (const [name, file, fr, en] of [
  ['an empty file', '', /Le fichier est vide/, /file is empty/i],
  ['heads and nothing else', 'uai;nom;nature\r\n', /ne contient aucune fiche/, /no record in it/],
  ['no column of ours', 'a;b\r\n1;2\r\n', /Aucune colonne du fichier n’est reconnue/, /No column/i],
  ['10,000 columns', wide, /plus de 2.000 colonnes/, /more than 2,000 columns/],
  ['600 columns', `${Array.from({ length: 600 }, (_, i) => `c${i}`).join(';')}\r\n1\r\n`, /plus de 500 colonnes/, /500 columns/],
  ['the same head twice', 'uai;nom;nom\r\n1;2;3\r\n', /Deux colonnes portent le même nom, .{1,3}nom.{1,3} :/, /Two columns have the same name, “nom”/],
  ['the same head in other letters', 'uai;nom;NOM \r\n1;2;3\r\n', /Deux colonnes portent le même nom, .{1,3}NOM.{1,3} :/, /Two columns have the same name, “NOM”/],
  ['a workbook (.xlsx)', Buffer.concat([Buffer.from('PK\x03\x04\x14\x00', 'latin1'), Buffer.alloc(400, 7)]),
    /C’est un classeur .*CSV/, /This is a workbook .*CSV/],
  ['an old workbook (.xls)', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(400)]),
    /C’est un classeur/, /This is a workbook/],
  ['a PDF', '%PDF-1.7\n1 0 obj', /n’est pas un fichier de texte/, /not a text file/],
  ['bytes of a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /n’est pas un fichier de texte/, /not a text file/],
])
  await test(`${name}: refused in words, nothing kept`, async () => {
    const before = tables(server.folder), files = rest();
    for (const [who, said] of [[admin, fr], [english, en]]) {
      const r = await send(who, file);
      equal(r.status, 422);
      match(readable(r.text), said);
    }
    sameTables(before, tables(server.folder), name);
    equal(rest(), files, 'a file is left');
  });

await test('a quote that is never closed: the whole file is refused, with its line', async () => {
  const before = (await schools()).length;
  const { where, state } = await checked(`uai;nom;nature\r\n${uai()};Juste;college\r\n${uai()};"Coupée;college\r\n`);
  equal(state, 'stopped');
  await says(where, /guillemet ouvert à la ligne 3 /, /quote opened on line 3 /);
  ok(!await can(admin, where, 'application'), 'it could be written');
  equal((await schools()).length, before);
});
await test('a last line that is cut is not taken for whole', async () => {
  const whole = uai(), cut = uai();
  const { where, refused } = await applied(`uai;nom;nature;commune\r\n${whole};Entière;college;Metz\r\n${cut};Coup`);
  equal(refused, 1);
  await says(where, /dernière ligne du fichier est incomplète/, /last line of the file is incomplete/);
  ok(await school(whole) && !await school(cut));
});
await test('a file cut inside a letter is still UTF-8', async () => {
  const one = uai();
  const bytes = Buffer.from(`uai;nom;nature;commune\r\n${one};École de l’Étang;elementaire;Metz\r\n${uai()};Coupé`);
  const { where } = await applied(bytes.subarray(0, bytes.length - 1));
  equal((await school(one)).name, 'École de l’Étang');
  ok(!/Windows-1252/.test((await admin.get(where)).text));
});
await test('a cell too many: the line is refused, for its cells may have moved', async () => {
  const code = uai();
  const { where, refused } = await applied(`uai;nom;nature\r\n${code};Un;nom;college\r\n${uai()};Deux;college;\r\n`);
  equal(refused, 1);
  await says(where, /plus de cases/, /more cells/);
  ok(!await school(code));
});

// Encodings and separators.
const rows = (sep, end, code) => ['uai', 'nom', 'nature', 'commune'].join(sep) + end
  + [code, 'École de l’Île', 'elementaire', 'Épinal'].join(sep) + end;
for (const [name, make] of [
  ['semicolons and CR LF', (c) => rows(';', '\r\n', c)],
  ['commas and LF', (c) => rows(',', '\n', c)],
  ['tabs and CR', (c) => rows('\t', '\r', c)],
  ['a BOM', (c) => `\ufeff${rows(';', '\r\n', c)}`],
])
  await test(`${name} are read`, async () => {
    const code = uai();
    const { where } = await applied(make(code));
    equal((await school(code)).name, 'École de l’Île');
    ok(!/converti/.test(readable((await admin.get(where)).text)));
  });
for (const [name, bytes] of [
  ['UTF-16, little end first', (t) => Buffer.from(`\ufeff${t}`, 'utf16le')],
  ['UTF-16, big end first', (t) => Buffer.from(`\ufeff${t}`, 'utf16le').swap16()],
])
  await test(`${name}: converted, and said`, async () => {
    const code = uai();
    const { where } = await applied(bytes(rows('\t', '\r\n', code).replace('Île', 'Île 🐝')));
    equal((await school(code)).name, 'École de l’Île 🐝');
    await says(where, /était en UTF-16 . il a été converti/, /was in UTF-16; it was converted/);
  });
await test('Latin-1: converted, and said', async () => {
  const code = uai();
  const { where } = await applied(Buffer.from(rows(';', '\r\n', code).replace('’', "'"), 'latin1'));
  equal((await school(code)).commune, 'Épinal');
  await says(where, /Windows-1252 \(Latin-1\) . il a été converti/, /Windows-1252 \(Latin-1\); it was converted/);
  const again = readdirSync(server.folder).filter((f) => f.startsWith('import-'));
  ok(again.every((f) => Buffer.from(readFileSync(join(server.folder, f)).toString('utf8')).equals(readFileSync(join(server.folder, f)))),
    'a stored file is not UTF-8');
});

// What people write in cells.
await test('days, numbers and choices as people write them', async () => {
  const [a, b] = [uai(), uai()];
  const { where, refused } = await applied(`uai;nom;nature;secteur;latitude;longitude;date_ouverture;etat\r\n`
    + `${a};Un;Collège;Public;48,69;6.18;01/09/2024;Ouvert\r\n${b};Deux;LYCÉE;privé;"48.5";"6,25";1er mars 1965;ouvert\r\n`);
  equal(refused, 0, readable((await admin.get(where)).text));
  const [one, two] = [await school(a), await school(b)];
  equal([one.kind, one.sector, one.latitude, one.longitude, one.opened, one.state].join(' '), 'college public 48.69 6.18 2024-09-01 open');
  equal([two.kind, two.sector, two.latitude, two.opened].join(' '), 'lycee private 48.5 1965-03-01');
});
await test('what is only noted is not called refused; numbers agree with their words', async () => {
  const { where, refused } = await checked(`uai;nom;nature;code_bassin_formation\r\n${uai()};A;college;99998\r\n${uai()};B;college;99998\r\n`);
  equal(refused, 0);
  await says(where, /2 lignes justes, à écrire 0 ligne refusée 2 lignes nouvelles 0 ligne modifiée/,
    /2 right lines, to be written 0 lines refused 2 new lines 0 changed lines/);
  const page = readable((await admin.get(where)).text);
  match(page, /À savoir Ces lignes ne sont pas refusées/);
  ok(!page.includes('Lignes refusées'), page);
});
await test('a wrong letter names the right one', async () => {
  const { where, refused } = await checked('uai;nom;nature\r\n0540038B;Lycée;lycee\r\n');
  equal(refused, 1);
  await says(where, /la lettre attendue est Y/, /expected letter is Y|letter .*Y/i);
});
await test('a column that a new record needs is missing: said once, and by line in the file of refused lines, and the known ones still change', async () => {
  const known = (await schools())[0];
  const { where, refused, updated } = await applied(`uai;commune\r\n${known.uai};Toul-les-Essais\r\n${uai()};Toul\r\n`);
  equal([refused, updated].join(), '1,1');
  const page = (await admin.get(where)).text;
  equal((page.match(/pas de colonne pour|Aucune colonne ne remplit/g) ?? []).length, 1, 'once');
  ok(links(page).some((l) => l === `${where}.csv`), 'the refused lines can be had');
  await says(where, /1 ligne refusée/, /1 line refused/);
  await says(where, /obligatoires pour une fiche nouvelle : Nom, [^.]*\. .*« Écoles/, /which a new record needs: Name, [^.]*\. .*no list of “/);
  const line = (await admin.get(`${where}.csv`)).text.match(/Le fichier n’a pas de colonne/g);
  equal(line.length, 1, 'one message a line');
  equal((await school(known.uai)).commune, 'Toul-les-Essais');
  equal((await school(known.uai)).name, known.name);
});
await test('one UAI on several lines: the first is taken, the others are counted apart and shown', async () => {
  const code = uai();
  const { where, refused, repeated, inserted } = await applied(`uai;nom;nature\r\n${code};Première;college\r\n`
    + `${uai()};Autre;college\r\n${code.toLowerCase()};Seconde;lycee\r\n${code};Troisième;lycee\r\n`);
  equal([refused, repeated, inserted].join(), '0,2,2');
  equal((await school(code)).name, 'Première');
  await says(where, /déjà à la ligne 2 du fichier/, /on line 2 of the file already/);
  await says(where, /2 lignes répétées/, /2 repeated lines/);
});
await test('a code that is not here leaves what stands, and is told', async () => {
  const known = (await schools()).find((s) => s.bassin && s.departement && s.uai), fresh = uai();
  const { where, refused } = await applied('uai;nom;nature;departement;bassin\r\n'
    + `${known.uai};Renommée;${known.kind};777;99999\r\n${fresh};D’ailleurs;college;777;\r\n`);
  equal(refused, 0);
  const now = await school(known.uai);
  equal([now.name, now.departement, now.bassin].join(), ['Renommée', known.departement, known.bassin].join());
  equal((await school(fresh)).departement, null);
  await says(where, /Le code « 99999 » n’est pas connu ici/, /The code “99999” is not known here/);
  equal((await admin.get(`${where}.csv`)).text.split('\r\n').filter((l) => /n’est pas connu ici/.test(l)).length, 2,
    'of the line that keeps, and of the new one');
});
await test('many values go out in one cell and come back: by code or name, an unknown one named', async () => {
  const read = async (path) => JSON.parse((await admin.get(path)).text);
  const all = await read('/projets.json'), policies = await read('/politiques.json');
  const p = all.find((x) => x.policies.length > 1 && !x.name.includes('"'));
  const line = (await admin.get('/projets.csv')).text.split('\r\n').find((l) => l.startsWith(`${p.id};`));
  const code = (id) => policies.find((x) => x.id === id).code;
  ok(line.includes(p.policies.map(code).join(' | ')), line);
  const one = policies.find((x) => x.id === p.policies[0]);
  const file = (cell) => `name;policies\r\n"${p.name}";"${cell}"\r\n`;
  const now = async () => (await read(`/projets/${p.id}.json`)).policies.join();
  equal((await applied(file(one.name), 'project')).updated, 1);
  equal(await now(), String(one.id));
  equal((await applied(file(code(one.id)), 'project')).updated, 0, 'the same again is no change');
  const { where, refused } = await checked(file(`${code(one.id)} | Rien de tel`), 'project');
  equal(refused, 1);
  await says(where, /Rien de tel.* est introuvable/, /Rien de tel/);
  equal((await applied(file(p.policies.map(code).join(' | ')), 'project')).updated, 1);
  equal(await now(), p.policies.join());
  equal((await applied(file(p.policies.map(code).reverse().join(' | ')), 'project')).updated, 0, 'nor are the same in another order');
});
await test('the check foresees what the writing does', async () => {
  const old = uai(), other = uai();
  await applied(`uai;nom;nature\r\n${old};Foyer;college\r\n${other};Verger;college\r\n`);
  const file = `uai;nom;nature\r\n${old};Foyer;college\r\n${other};Vergers;college\r\n${uai()};Neuf;lycee\r\n${uai()};Neuf;castle\r\n`;
  const told = (s) => [s.inserted, s.updated, s.same, s.refused].join();
  const dry = join(mkdtempSync(join(tmpdir(), 'essaim-dry-')), 'a.csv');
  writeFileSync(dry, file);
  const said = spawnSync(join(root, 'build/essaim'), ['import', 'school', dry, '--dry-run', '--data', server.folder], { encoding: 'utf8' });
  match(said.stdout, /4 lines, 1 new, 1 changed, 1 the same, 1 refused/);
  const { where, ...before } = await checked(file);
  equal(told(before), '1,1,1,1');
  await says(where, /1 ligne nouvelle 1 ligne modifiée 1 ligne inchangée/, /1 new line 1 changed line 1 unchanged line/);
  await press(admin, where, 'application');
  equal(told(await importEnd(admin, where)), '1,1,1,1');
});
await test('the list of imports says which, when and whose', async () => {
  const { where } = await checked(`uai;nom;nature\r\n${uai()};Listée;college\r\n`);
  const item = (await admin.get('/imports')).text.split('<li>').find((l) => l.includes(`href="${where}"`));
  const name = query(server.folder, "SELECT name FROM auth_account WHERE email LIKE 'admin@%'").trim();
  ok(readable(item).includes(`import ${where.split('/').at(-1)}`) && readable(item).includes(name), `${readable(item)} | ${name}`);
});
await test('two columns of one field: the order of the aliases, not of the columns', async () => {
  const [a, b, c] = [uai(), uai(), uai()];
  await applied(`uai;nom;nature_uai_libe;code_nature\r\n${a};A;LYCEE PROFESSIONNEL;340\r\n`
    + `${b};B;COLLEGE;999\r\n${c};C;;300\r\n`);
  equal([await school(a), await school(b), await school(c)].map((s) => s.kind).join(' '), 'college college lycee');
});
await test('what looks like a formula is text, and leaves the house disarmed', async () => {
  const texts = ['=1+1', '+33 3 83', '-x', '@SUM(A1)', "'=déjà", '=HYPERLINK("http://a";"b")', '-12,5'];
  const codes = texts.map(() => uai());
  const cell = (t) => `"${t.replaceAll('"', '""')}"`;
  await applied(`uai;nom;nature\r\n${texts.map((t, i) => `${codes[i]};${cell(t.replace(/^'/, "''"))};college`).join('\r\n')}\r\n`);
  for (const [i, t] of texts.entries()) equal((await school(codes[i])).name, t);
  const csv = (await admin.get('/etablissements.csv')).bytes;
  for (const line of csv.toString().split('\r\n').slice(1))
    for (const c of line.split(';')) ok(!/^"?[=@\t]/.test(c) && !/^"?[+-](?![\d,."]*$)/.test(c), `a live cell: ${c}`);
  const again = await applied(csv);
  equal([again.inserted, again.updated, again.refused].join(), '0,0,0');
});

// The list of faults.
await test('faults by pages; as a file, corrected and sent again', async () => {
  const codes = Array.from({ length: 250 }, uai);
  const bad = codes.map((c, i) => `${c};;pas une nature;"n° ${i}; Metz"`).join('\r\n');
  const { where, refused } = await checked(`uai;nom;nature;commune\r\n${bad}\r\n${uai()};Juste;college;Metz\r\n`);
  equal(refused, 250);
  const seen = [];
  for (let at = where, n = 0; at; n++) {
    ok(n < 5);
    const { text } = await admin.get(at);
    const lines = [...text.matchAll(/<tr class="bad"><th[^>]*>(\d+)</g)].map((m) => Number(m[1]));
    ok(new Set(lines).size <= 100);
    seen.push(...lines);
    at = links(text).find((l) => l.includes('apres='))?.replace(/#.*/, '');
  }
  equal(seen.length, 500, 'each line has two faults');
  equal(new Set(seen).size, 250);
  const r = await admin.get(`${where}.csv`);
  match(r.type, /text\/csv/);
  const text = r.bytes.toString();
  match(text, /^\ufeffuai;nom;nature;commune;Ligne;Ce qui ne va pas\r\n/);
  match(text, /;"n° 7; Metz";9;[^\r]*obligatoire/);
  const mended = text.replaceAll(';;pas une nature;', ';Corrigée;college;');
  const again = await applied(mended);
  equal([again.inserted, again.refused].join(), '250,0');
  equal((await school(codes[7])).commune, 'n° 7; Metz');
});
await test('the mapping is remembered for files with the same heads', async () => {
  const file = (code) => `uai;nom;nature;lieu\r\n${code};Mémoire;college;Nancy\r\n`;
  const first = await checked(file(uai()));
  const form = forms((await admin.get(first.where)).text).find((f) => f.action.endsWith('/colonnes'));
  match(form.html, /Par exemple[^<]*Mémoire/);
  equal((await admin.submit(form, { c3: 'commune' })).status, 303);
  await importEnd(admin, first.where);
  const code = uai();
  await applied(file(code));
  equal((await school(code)).commune, 'Nancy');
});
await test('undone by its number: what was changed since is kept, and named', async () => {
  const [a, b, old] = [uai(), uai(), (await schools())[3]];
  const { where } = await applied(`uai;nom;nature\r\n${a};À défaire;college\r\n${b};Gardée;college\r\n${old.uai};Renommée;${old.kind}\r\n`);
  const kept = await school(b);
  const form = await admin.form(`/etablissements/${kept.id}/modifier`);
  equal((await admin.submit(form, { name: 'Gardée et changée' })).status, 303);
  await press(admin, where, 'annulation');
  const state = await importEnd(admin, where);
  equal([state.state, state.kept].join(), 'undone,1');
  ok(!await school(a));
  equal((await school(old.uai)).name, old.name);
  equal((await school(b)).name, 'Gardée et changée');
  const page = await admin.get(where);
  ok(links(page.text).includes(`/etablissements/${kept.id}`), 'the kept one is not named');
  match(readable(page.text), /Gardée et changée/);
});
await test('what stayed, for a later import had changed it, is taken back when that one has been', async () => {
  const [a, b] = [uai(), uai()];
  const first = await applied(`uai;nom;nature\r\n${a};Première;college\r\n${b};Seule;college\r\n`);
  const second = await applied(`uai;nom;nature\r\n${a};Seconde;college\r\n`);
  await press(admin, first.where, 'annulation');
  let state = await importEnd(admin, first.where);
  equal([state.state, state.kept].join(), 'undone,1');
  ok(!await school(b));
  await press(admin, first.where, 'annulation'); // nothing has changed: it stays again
  state = await importEnd(admin, first.where);
  equal([state.state, state.kept].join(), 'undone,1');
  await press(admin, second.where, 'annulation');
  equal((await importEnd(admin, second.where)).kept, 0);
  equal((await school(a)).name, 'Première');
  match(readable((await admin.get(first.where)).text), /Reprendre les fiches restées/);
  await press(admin, first.where, 'annulation');
  state = await importEnd(admin, first.where);
  equal([state.state, state.kept].join(), 'undone,0');
  ok(!await school(a));
  ok(!/annulation/.test((await admin.get(first.where)).text), 'nothing is left, and there is a button');
});
await test('a line that the database refuses takes nothing else with it', async () => {
  // No entity of ours has two unique texts and a year; a class is unique by three.
  const s = (await schools())[0];
  const lines = ['6e A', '6e B', '6e A', '6e C'].map((l) => `${s.uai};2031-2032;${l};class`).join('\r\n');
  const { inserted, refused, where } = await applied(`school;year;label;kind\r\n${lines}\r\n`, 'class');
  equal([inserted, refused].join(), '3,1', readable((await admin.get(where)).text).slice(0, 1500));
});

// Real heads: those of the national directory, its lines made up.
const heads = `Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Adresse_1;Adresse_2;Adresse_3;Code_postal;Code_commune;Nom_commune;Code_departement;Code_academie;Code_region;Ecole_maternelle;Ecole_elementaire;Voie_generale;Voie_technologique;Voie_professionnelle;Telephone;Fax;Web;Mail;Restauration;Hebergement;ULIS;Apprentissage;Segpa;Section_arts;Section_cinema;Section_theatre;Section_sport;Section_internationale;Section_europeenne;Lycee_Agricole;Lycee_militaire;Lycee_des_metiers;Post_BAC;Appartenance_Education_Prioritaire;GRETA;SIREN_SIRET;Nombre_d_eleves;Fiche_onisep;position;Type_contrat_prive;Libelle_departement;Libelle_academie;Libelle_region;coordX_origine;coordY_origine;epsg_origine;nom_circonscription;latitude;longitude;precision_localisation;date_ouverture;date_maj_ligne;etat;ministere_tutelle;multi_uai;rpi_concentre;rpi_disperse;code_nature;libelle_nature;Code_type_contrat_prive;PIAL;etablissement_mere;type_rattachement_etablissement_mere;code_circonscription;code_zone_animation_pedagogique;libelle_zone_animation_pedagogique;code_bassin_formation;libelle_bassin_formation`.split(';');
await test('a file with the heads of the national directory needs no mapping', async () => {
  const line = (code, more = {}) => {
    const cells = { Identifiant_de_l_etablissement: code, Nom_etablissement: "Lycée de l'exemple", Statut_public_prive: 'Public',
      Adresse_1: '1 rue Neuve', Code_postal: '54000', Code_commune: '54395', Nom_commune: 'Nancy', Code_departement: '054',
      Telephone: '03 83 00 00 00', Web: 'www.exemple.fr', Mail: 'ce.exemple@exemple.fr', Nombre_d_eleves: '812', latitude: '48.69',
      longitude: '6.18', date_ouverture: '1965-05-01', etat: 'OUVERT', multi_uai: '0', code_nature: '300',
      libelle_nature: 'LYCEE ENSEIGNT GENERAL ET TECHNOLOGIQUE', code_bassin_formation: '99999', ...more };
    return heads.map((h) => cells[h] ?? '').join(';');
  };
  const [a, b] = [uai(), uai()];
  const file = `\ufeff${[heads.join(';'), line(a), line(b, { code_nature: '320', multi_uai: '1' }), line(b, { code_nature: '334', multi_uai: '1' })].join('\r\n')}\r\n`;
  const { inserted, refused, repeated } = await applied(file);
  equal([inserted, refused, repeated].join(), '2,0,1');
  const [one, two] = [await school(a), await school(b)];
  equal([one.kind, one.pupils, one.opened, one.postcode, one.web].join(' '), 'lycee 812 1965-05-01 54000 https://www.exemple.fr');
  ok(one.departement, 'the département is not known');
  equal(two.kind, 'lycee_pro');
});
const data = [process.env.ESSAIM_DATA, join(root, '../shared/data')].find((d) => d && existsSync(join(d, 'annuaire_lycees_2024.csv.gz')));
await test('the national directory itself, as one command', async (skip) => {
  if (!data) return skip('the file is not here: set ESSAIM_DATA to its folder');
  const folder = copy();
  const file = join(folder, 'annuaire.csv');
  const text = gunzipSync(readFileSync(join(data, 'annuaire_lycees_2024.csv.gz')));
  writeFileSync(file, text);
  const one = run('import', 'school', file, '--data', folder);
  const said = /(\d+) lines, (\d+) new, (\d+) changed, (\d+) the same, (\d+) refused, (\d+) repeated/.exec(one.stdout);
  ok(said, one.stdout + one.stderr.slice(-500));
  const [lines, fresh, changed, same, refused, repeated] = said.slice(1).map(Number);
  equal(fresh + changed + same + refused + repeated, lines);
  const uais = text.toString().split(/\r?\n/).slice(1).filter(Boolean).map((l) => l.split(';')[0]);
  ok(lines >= new Set(uais).size && repeated > 0 && refused < 10, one.stdout);
  equal(fresh + changed + same + repeated, lines - refused);
  if (existsSync(join(data, 'schools_nancy_metz.csv'))) {
    const two = run('import', 'school', join(data, 'schools_nancy_metz.csv'), '--data', folder);
    // It names its bassins in words; those that are not here yet are asked for.
    const lines_ = two.stderr.split('\n').filter((l) => /^line \d/.test(l));
    match(two.stdout, /462 lines/);
    ok(lines_.every((l) => /^line \d+: bassin: /.test(l)), lines_.find((l) => !/: bassin: /.test(l)));
  }
  drop(folder);
});

// Too much.
const cookie = () => [...admin.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
const anon = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${childOf(server.child.pid)}/status`, 'utf8'))[1]);
const status = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
function upload(head, feed) {
  return new Promise((done) => {
    let text = '', sent = 0, over = false;
    const socket = connect(server.port, '127.0.0.1', async () => {
      socket.write(`POST /imports HTTP/1.1\r\nHost: x\r\nCookie: ${cookie()}\r\n`
        + `Content-Type: multipart/form-data; boundary=x\r\n${head}\r\n\r\n`);
      while (feed && !over && sent < 2 ** 30) {
        sent += feed.length;
        if (!socket.write(feed)) await new Promise((go) => { const on = () => { socket.off('drain', on); socket.off('close', on); go(); }; socket.on('drain', on); socket.on('close', on); });
      }
    });
    const end = () => { over = true; socket.destroy(); done({ text, sent }); };
    socket.on('data', (d) => { text += d.toString('latin1'); if (status(text)) end(); });
    socket.on('error', end);
    socket.on('close', end);
  });
}
await test('1 GB: refused by its head at once; without a length, cut at the limit', async () => {
  const before = anon(), files = readdirSync(server.folder).length;
  const known = await upload(`Content-Length: ${2 ** 30}`);
  equal(status(known.text), 413);
  const block = Buffer.alloc(1 << 20, 'a;b\r\n');
  const chunk = Buffer.concat([Buffer.from(`${block.length.toString(16)}\r\n`), block, Buffer.from('\r\n')]);
  const cut = await upload('Transfer-Encoding: chunked', chunk);
  ok([413, 0].includes(status(cut.text)), cut.text.slice(0, 100));
  ok(cut.sent >= 128 << 20 && cut.sent < 200 << 20, `${cut.sent >> 20} MiB were taken`);
  await sleep(200);
  equal(readdirSync(server.folder).length, files, 'something is left in the folder');
  ok(anon() < before + 16384, `${before} kB, then ${anon()}`);
});
await server.stop();

// A server's rows are on another disk.
if (!onPostgres) await test('a full disk: said, nothing half-written, and the server goes on', async (skip) => {
  const place = mkdtempSync(join(tmpdir(), 'essaim-full-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', place]).status !== 0) {
    rmSync(place, { recursive: true });
    return skip('no right to mount a small disk');
  }
  try {
    const folder = join(place, 'data');
    copy(folder);
    const small = await serve({ data: folder });
    const who = await small.as('admin');
    const count = () => Number(query(folder, 'SELECT count(*) FROM directory_school'));
    const n = count();
    const line = (i) => `${letter(String(9970000 + i))};${'Établissement '.repeat(8)}${i};college\r\n`;
    const file = `uai;nom;nature\r\n${Array.from({ length: 20000 }, (_, i) => line(i)).join('')}`;
    const big = await send(who, Buffer.concat([Buffer.from(file), Buffer.alloc(16 << 20, 'x')]));
    equal(big.status, 507, readable(big.text).slice(0, 200));
    const sent = await send(who, file);
    if (sent.status === 303) {
      await importEnd(who, sent.location).catch(() => {});
      if (await can(who, sent.location, 'application')) await press(who, sent.location, 'application').catch(() => {});
      await sleep(1500);
    } else equal(sent.status, 507);
    ok(!readdirSync(folder).some((f) => /^import-.*\.csv\../.test(f)), 'part of a file is left');
    equal((await who.get('/etablissements')).status, 200, 'it reads no more');
    equal((await small.stranger().get('/healthz')).status, 200);
    ok(count() >= n);
    await small.stop();
    essaim('db', 'check', '--data', folder);
    // Room for the file, and none for the row that would name it.
    for (const f of readdirSync(folder)) if (/^import-/.test(f)) rmSync(join(folder, f));
    const again = await serve({ data: folder });
    const boss = await again.as('admin');
    const size = 200 << 10, least = `uai;nom;nature\r\n${line(9)}`;
    const form = await boss.form('/imports', '/imports');
    const { bavail, bsize } = statfsSync(place);
    writeFileSync(join(place, 'plein'), Buffer.alloc(Math.max(0, bavail * bsize - size - 12288)));
    const refused = await boss.postFiles('/imports', [...filled(form, { entity: 'school' }),
      ['file', least + line(8).repeat(Math.floor((size - least.length) / Buffer.byteLength(line(8)))), 'liste.csv']]);
    equal(refused.status, 507, readable(refused.text).slice(0, 200));
    deepEqual(readdirSync(folder).filter((f) => /^import-/.test(f)), [], 'the copy is left');
    await again.stop();
  } finally {
    spawnSync('umount', ['-l', place]);
    rmSync(place, { recursive: true, force: true });
  }
});

// Work that is interrupted.
const folder = copy();
const many = process.env.FULL ? 12000 : 7000, codes = Array.from({ length: many }, (_, i) => letter(String(9900000 + i)));
const large = `uai;nom;nature;commune\r\n${codes.map((c, i) => `${c};${i === many - 10 ? '' : `Reprise ${i}`};college;Metz`).join('\r\n')}\r\n`;
const second = await serve({ data: folder });
const boss = await second.as('admin');
const until = async (where, good) => {
  for (const began = Date.now(); Date.now() - began < 120000;) {
    const s = JSON.parse((await boss.get(`${where}.json`)).text);
    if (good(s)) return s;
    await sleep(5);
  }
  throw new Error('never so');
};
const made = async () => JSON.parse((await boss.get('/etablissements.json?q=reprise')).text);

await test('the page shows how far it is, and the work is stopped and taken up', async () => {
  const r = await send(boss, large);
  equal(r.status, 303);
  equal((await importEnd(boss, r.location)).state, 'checked');
  await press(boss, r.location, 'application');
  const page = await boss.get(r.location);
  if (/Écriture en cours/.test(page.text)) {
    match(page.text, /<progress [^>]*aria-label/);
    match(page.text, /<noscript><meta http-equiv="refresh"/);
    await press(boss, r.location, 'arret').catch(() => {});
  }
  const stopped = await importEnd(boss, r.location);
  const n = (await made()).length;
  equal(stopped.inserted, n, 'rows and their count');
  if (stopped.state === 'paused') {
    ok(n < many);
    await press(boss, r.location, 'application');
  }
  const end = await importEnd(boss, r.location);
  equal([end.state, end.inserted, end.refused, end.updated].join(), `applied,${many - 1},1,0`);
  equal((await made()).length, many - 1);
  await press(boss, r.location, 'annulation');
  const undone = await importEnd(boss, r.location);
  equal([undone.state, undone.kept].join(), 'undone,0');
  equal((await made()).length, 0);
});
await test('kill -9 in the middle of writing: after the restart it ends by itself, every row once', async () => {
  const up = () => fetch(`${second.base}/healthz`, { signal: AbortSignal.timeout(300) }).then((r) => r.ok, () => false);
  const r = await send(boss, large);
  equal((await importEnd(boss, r.location)).state, 'checked');
  await press(boss, r.location, 'application');
  await until(r.location, (s) => s.inserted > 0);
  process.kill(childOf(second.child.pid), 'SIGKILL');
  await sleep(30);
  const began = Date.now();
  while (!await up()) await sleep(10);
  const then = JSON.parse((await boss.get(`${r.location}.json`)).text);
  const end = await importEnd(boss, r.location);
  ok(Date.now() - began < 30000, 'it waited for its lease');
  equal(then.state, 'applying', 'it was killed too late to mean anything');
  equal([end.state, end.lines, end.inserted, end.refused, end.updated, end.same].join(), `applied,${many},${many - 1},1,0,0`);
  const rows_ = await made();
  equal(rows_.length, many - 1);
  equal(new Set(rows_.map((s) => s.uai)).size, many - 1);
});
await test('TERM in the middle of writing ends at once, and the next start goes on', async () => {
  const where = (await boss.get('/imports')).text.match(/\/imports\/\d+/)[0];
  await press(boss, where, 'annulation');
  await until(where, (s) => s.state === 'undoing' || s.state === 'undone');
  const began = Date.now();
  equal((await second.stop()).code, 0);
  ok(Date.now() - began < 5000, 'it did not end');
  const tries = query(folder, "SELECT max(attempts) FROM core_task WHERE kind = 'core.import' AND done IS NULL");
  ok(['', '0'].includes(tries), `an end of the server counts as ${tries} tries that failed`);
  const third = await serve({ data: folder });
  const who = await third.as('admin');
  const end = await importEnd(who, where);
  equal([end.state, end.kept].join(), 'undone,0');
  equal(JSON.parse((await who.get('/etablissements.json?q=reprise')).text).length, 0);
  await third.stop();
  essaim('db', 'check', '--data', folder);
  essaim('journal', 'verify', '--data', folder);
});
await test('killed in its eighth try, the work is given up in words, and taken up again by hand', async () => {
  const last = await serve({ data: folder });
  let who = await last.as('admin');
  ok(!/travail du serveur est abandonné/.test(readable((await who.get('/')).text)));
  const r = await send(who, large);
  equal((await importEnd(who, r.location)).state, 'checked');
  await press(who, r.location, 'application');
  equal((await importEnd(who, r.location)).state, 'applied');
  await press(who, r.location, 'annulation');
  for (let i = 0; ; i++) { // its last try has begun
    ok(i < 400, 'the task does not begin');
    if (query(folder, 'SELECT attempts FROM core_task WHERE done IS NULL') === '1') break;
  }
  last.child.kill('SIGSTOP');
  process.kill(childOf(last.child.pid), 'SIGKILL');
  last.child.kill('SIGKILL');
  await sleep(100);
  query(folder, 'UPDATE core_task SET attempts = 8 WHERE done IS NULL');
  const next = await serve({ data: folder });
  who = await next.as('admin');
  equal((await importEnd(who, r.location)).state, 'halted');
  match(readable((await who.get(r.location)).text), /Annulation arrêtée en route.*essayé huit fois/);
  match((await who.get('/')).text, /<li class="late"><a href="\/travaux"><b>1<\/b><span>travail du serveur est abandonné/);
  const page = await who.get('/travaux');
  match(readable(page.text), /Import d’un fichier.*le serveur s’est arrêté pendant ce travail/);
  ok(page.text.includes(`href="${r.location}"`));
  equal((await (await next.as('leader')).get('/travaux')).status, 403);
  match(run('doctor', '--data', folder).stdout, /given up/);
  await press(who, r.location, 'annulation');
  const end = await importEnd(who, r.location);
  equal([end.state, end.kept].join(), 'undone,0');
  ok(!/essayé huit fois/.test((await who.get(r.location)).text), 'it still says that it stopped');
  await press(who, '/travaux', 'vu');
  ok(!/travail du serveur est abandonné/.test(readable((await who.get('/')).text)));
  await next.stop();
});
drop(folder);
process.exit(); // a story that failed may have left its server
