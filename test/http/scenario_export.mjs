// What was exported is imported again: by its number or its uid a row is the one it
// was, whatever kind it is of; nothing is there twice.
import { test, equal, ok, match, copy, drop, essaim, run, query } from './lib.mjs';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

const folder = copy();
const file = join(folder, 'liste.csv');
const kinds = [...new Set(JSON.parse(essaim('routes', '--format', 'json'))
  .map((r) => /^\/api\/v1\/([a-z_]+)\/:id$/.exec(r.path)?.[1]).filter(Boolean))].sort();
const csv = (kind) => essaim('export', kind, '--data', folder).replace('\ufeff', '').trimEnd().split('\r\n');
function send(kind, lines, ...words) {
  writeFileSync(file, `${lines.join('\r\n')}\r\n`);
  const r = run('import', kind, file, '--data', folder, ...words);
  const m = /(\d+) lines, (\d+) new, (\d+) changed, (\d+) the same, (\d+) refused, (\d+) repeated/.exec(r.stdout);
  ok(m, r.stderr);
  return { said: r.stdout + r.stderr, counts: m.slice(2).map(Number).join(' '), lines: Number(m[1]) };
}
const count = (table) => Number(query(folder, `SELECT count(*) FROM ${table}`));

// make check sends some lines of a long list, from all over it.
const some = (lines) => {
  const each = process.env.FULL ? 1 : Math.ceil((lines.length - 1) / 150);
  return lines.filter((_, i) => (i ? i % each === 1 % each || i === lines.length - 1 : true));
};
await test(`of ${kinds.length} kinds what was exported makes and changes nothing`, () => {
  for (const kind of kinds) {
    const lines = some(csv(kind));
    if (lines.length < 2) continue;
    const { counts, said } = send(kind, lines, '--dry-run');
    // Classes of a visit bear names that others bear, too: that is refused, in words.
    if (kind === 'visit') match(counts, /^0 0 \d+ \d+ 0$/);
    else equal(counts, `0 0 ${lines.length - 1} 0 0`, `${kind}: ${said.slice(0, 400)}`);
  }
});
await test('a class is changed by its uid, and one without it is new', () => {
  const before = count('directory_class');
  const lines = csv('class');
  const year = lines.find((l) => l.includes(';2024-2025;'));
  const moved = year.replace(/;\d+$/, ';17');
  equal(send('class', [lines[0], moved, moved]).counts, '0 1 0 0 1');
  equal(query(folder, `SELECT headcount FROM directory_class WHERE uid = '${year.split(';')[1]}'`), '17');
  equal(count('directory_class'), before);
  const [, , ...rest] = moved.split(';');
  rest[2] = 'Sans numéro';
  equal(send('class', [lines[0], ['', '', ...rest].join(';')]).counts, '1 0 0 0 0');
});
await test('a uid of another laboratory is kept, so that a second time changes nothing', () => {
  const lines = csv('class');
  const [, , ...rest] = lines.find((l) => l.includes(';2024-2025;')).split(';');
  rest[2] = 'D’ailleurs';
  const line = ['9', '01912345-6789-7abc-8def-0123456789ab', ...rest].join(';');
  equal(send('class', [lines[0], line]).counts, '1 0 0 0 0');
  equal(send('class', [lines[0], line]).counts, '0 0 1 0 0');
  const { counts, said } = send('class', [lines[0], line.replace('01912345', 'zzz')]);
  equal(counts, '0 0 0 1 0');
  match(said, /No record here has the identifier/);
});
await test('what has no uid is changed by its number; a number of nothing is refused in words', () => {
  const before = count('network_opening');
  const lines = csv('opening');
  const [id, ...rest] = lines.at(-1).split(';');
  rest[3] = 'b';
  equal(send('opening', [lines[0], [id, ...rest].join(';')]).counts, '0 1 0 0 0');
  equal(query(folder, `SELECT week FROM network_opening WHERE id = ${id}`), 'b');
  equal(count('network_opening'), before);
  const { counts, said } = send('opening', [lines[0], ['987654', ...rest].join(';'), ['x', ...rest].join(';')]);
  equal(counts, '0 0 0 2 0');
  match(said, /No record here has the identifier “987654”/);
});
await test('the numbers of somebody’s own list are not taken for ours', () => {
  const lines = csv('objective');
  ok(lines.length > 2);
  equal(send('opening', ['id;Laboratoire;weekday;part;week',
    ['1', ...csv('opening').at(-1).split(';').slice(1)].join(';').replace(/;b$/, ';a')], '--dry-run')
    .counts.split(' ')[1], '0', 'nothing is changed');
  equal(send('opening', ['id;Laboratoire;weekday;part;week',
    csv('opening').at(-1)], '--dry-run', '--map', 'id=id').counts, '0 0 1 0 0', 'unless its sender says so');
});
await test('a project renamed in the file is the same project; two rows in one line are refused', () => {
  const before = count('portfolio_project');
  const lines = csv('project'), heads = lines[0].split(';');
  const [one, two] = lines.slice(1).filter((l) => !l.includes('"')).map((l) => l.split(';'));
  const name = heads.indexOf('name');
  const renamed = one.with ? one.with(name, 'Nom nouveau') : Object.assign([...one], { [name]: 'Nom nouveau' });
  equal(send('project', [lines[0], renamed.join(';')]).counts, '0 1 0 0 0');
  equal(count('portfolio_project'), before);
  equal(query(folder, `SELECT name FROM portfolio_project WHERE id = ${one[0]}`), 'Nom nouveau');
  const mixed = Object.assign([...two], { [name]: 'Nom nouveau' });
  const { counts, said } = send('project', [lines[0], mixed.join(';')]);
  equal(counts, '0 0 0 1 0');
  match(said, /two different records/);
});
drop(folder);
