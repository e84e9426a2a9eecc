// docs/module.md, followed to the letter: its blocks go into a copy of the tree,
// which is built, filled and asked. Where the page is false, this fails.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync }
  from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(dirname(new URL(import.meta.url).pathname), '../..');
const tree = mkdtempSync(join(tmpdir(), 'essaim-module-'));
process.on('exit', () => rmSync(tree, { recursive: true, force: true }));
process.env.ESSAIM = join(tree, 'build/essaim');
const { test, equal, ok, match, essaim, today, serve, readable, forms, links } =
  await import('../http/lib.mjs');

// A line `file`: or `file`, above `text`: and the block after it. What the line
// says is what the reader does.
export function blocks(page) {
  const said = /^`([^`\n]+)`(?:, (above|below) `([^`\n]+)`|, (at the end))?:\n\n```\w*\n([\s\S]*?)^```$/gm;
  return [...page.matchAll(said)].map(([, file, beside, text, end, body]) =>
    ({ file, how: beside ?? (end ? 'end' : 'new'), text, body }));
}
function apply({ file, how, text, body }) {
  const path = join(tree, file);
  if (how === 'new') {
    if (existsSync(path)) throw new Error(`${file} is there already`);
    mkdirSync(dirname(path), { recursive: true });
    return writeFileSync(path, body);
  }
  const now = readFileSync(path, 'utf8');
  if (how === 'end') return writeFileSync(path, now + body);
  const lines = now.split('\n');
  const at = lines.findIndex((line) => line.startsWith(text));
  if (at < 0) throw new Error(`${file} has no line that begins with ${text}`);
  lines.splice(how === 'above' ? at : at + 1, 0, body.slice(0, -1));
  writeFileSync(path, lines.join('\n'));
}
// What a reader who follows the page has done already: the copy begins without.
function takeBack({ file, how, body }) {
  const path = join(tree, file);
  if (how === 'new') return rmSync(path, { force: true });
  if (how === 'end' || !existsSync(path)) return;
  writeFileSync(path, readFileSync(path, 'utf8').replace(body, () => ''));
}
function run(command, ...args) {
  const r = spawnSync(command, args, { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (r.status !== 0)
    throw new Error(`${command} ${args.join(' ')}: exit ${r.status}\n${r.stdout.slice(-3000)}${r.stderr.slice(-3000)}`);
  return r.stdout;
}

// With what is built already, so that make builds what the page adds.
for (const name of ['build/src', 'build/gen', 'build/tools', 'src', 'tools', 'docs', 'test', 'Makefile',
  'VERSION', '.clang-format'])
  if (existsSync(join(root, name)))
    cpSync(join(root, name), join(tree, name), {
      recursive: true, preserveTimestamps: true, filter: (from) => !from.includes('node_modules'),
    });
const page = readFileSync(join(root, 'docs/module.md'), 'utf8');
const todo = blocks(page);

await test('every block of the page says where it goes', () => {
  equal(todo.length, page.match(/^```/gm).length / 2);
});
todo.forEach(takeBack);
await test('the seven steps apply, whether or not the reader has done them', () => {
  equal(page.match(/^## [1-7]\. /gm).length, 7);
  const touched = todo.filter(({ how }) => how === 'above' || how === 'below')
    .map(({ file }) => file);
  const before = touched.map((file) => readFileSync(join(tree, file), 'utf8'));
  todo.forEach(apply);
  todo.forEach(takeBack);
  touched.forEach((file, i) => equal(readFileSync(join(tree, file), 'utf8'), before[i]));
  todo.forEach(apply);
});
await test('it builds, with the warnings that are errors', () => {
  run('make', `-j${cpus().length}`, 'build/essaim');
});
await test('its code is set as all code is', (skip) => {
  if (spawnSync('clang-format', ['--version']).status !== 0) return skip('no clang-format');
  for (const { file, how } of todo)
    if (how === 'new' && file.endsWith('.c')) run('clang-format', '--dry-run', '-Werror', file);
});
await test('the layers allow it, and the tour draws them', () => {
  run('tools/layers.sh', '--write');
  run('tools/layers.sh');
  match(readFileSync(join(tree, 'docs/tour.md'), 'utf8'), /src\/modules\/ideas/);
});
await test('its labels are whole, in both languages', () => {
  run('sh', '-c', 'build/essaim labels | node tools/labels.mjs -');
});

// What the command line says, before a server has the folder.
const folder = join(tree, 'data');
const told = (...args) => JSON.parse(essaim(...args, '--format', 'json', '--data', folder));
essaim('demo', '--data', folder, '--today', today, '--password', 'demonstration');
const token = essaim('token', 'add', 'admin@demo.example', 'module', '--data', folder).trim();
const me = told('export', 'person').find((p) => p.email === 'teacher@demo.example');
const school = told('export', 'school').find((s) => s.id === me.school);
const figure = told('figures', '--year', '2023-2024').find((f) => f.id === 'ideas.sent');

const server = await serve({ data: folder });
const teacher = await server.as('teacher');
const leader = await server.as('leader');

await test('it stands in the menu, and its list shows the demonstration', async () => {
  ok(links((await server.stranger().get('/')).text).includes('/idees'));
  const list = readable((await server.stranger().get('/idees')).text);
  match(list, /Boîte à idées/);
  match(list, /Un studio de radio dans la classe/);
  match(list, /4 idées/);
});
await test('it speaks English', async () => {
  const list = readable((await server.stranger('en').get('/idees')).text);
  match(list, /Box of ideas/);
  match(list, /being studied/);
});
await test('its CSV and JSON carry all rows', async () => {
  equal(JSON.parse((await server.stranger().get('/idees.json')).text).length, 4);
  match((await server.stranger().get('/idees.csv')).text, /Mesurer la qualité de l’air au CDI/);
});

let idea;
await test('a teacher drops an idea for the own school by the form', async () => {
  const form = await teacher.form('/idees/nouveau', '/idees');
  const wrong = await teacher.submit(form, { title: '', school: school.uai, sent: '2025-03-10' });
  equal(wrong.status, 422);
  const again = forms(wrong.text).find((f) => f.action === '/idees');
  const r = await teacher.submit(again, { title: 'Un journal à plusieurs voix', text: 'Pour le cycle 3.' });
  equal(r.status, 303, readable(r.text).slice(0, 400));
  idea = r.location;
  match(readable((await server.stranger().get(idea)).text), /Un journal à plusieurs voix/);
  equal(JSON.parse((await server.stranger().get(`${idea}.json`)).text).state, 'new');
});
await test('a step is taken by who may decide, and by nobody else', async () => {
  ok(!(await teacher.get(idea)).text.includes('/etapes/study'));
  const r = await leader.submit(await leader.form(idea, '/etapes/study'));
  equal(r.status, 303);
  equal(JSON.parse((await server.stranger().get(`${idea}.json`)).text).state, 'study');
});
await test('the API reads and writes it', async () => {
  const nobody = server.stranger();
  const list = JSON.parse((await nobody.get('/api/v1/idea')).text);
  equal(list.total, 5);
  const r = await nobody.fetch(`/api/v1${idea.replace('/idees', '/idea')}`, {
    method: 'PATCH', body: JSON.stringify({ title: 'Un journal à trois voix' }),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  equal(r.status, 200, r.text);
  match((await nobody.get('/api/openapi.json')).text, /\/api\/v1\/idea/);
});
await test('its figure is the sum of the records behind it', async () => {
  equal(figure.value, 3);
  const shown = await server.stranger().get('/chiffres/ideas.sent?annee=2023-2024');
  equal(shown.status, 200);
  equal(links(shown.text).filter((l) => /^\/idees\/\d+$/.test(l)).length, 3);
});
await test('the search finds its words', async () => {
  ok(links((await server.stranger().get('/recherche?q=capteurs')).text)
    .some((l) => /^\/idees\/\d+$/.test(l)));
});
await server.stop();

await test('the rights that the page writes by hand hold', () => {
  // In make check those of its own family: the others are asked beside, of the program.
  const r = spawnSync('node', ['test/http/matrix.mjs', ...process.env.FULL ? [] : ['idea']], { cwd: tree, encoding: 'utf8',
    maxBuffer: 1 << 26 });
  const wrong = r.stdout.split('\n').filter((l) => !l.startsWith('ok '));
  equal(r.status, 0, wrong.join('\n') + r.stderr.slice(-2000));
});
