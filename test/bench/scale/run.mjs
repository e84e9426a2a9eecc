// What grows with the rows, on both engines: `pg_virtualenv -t node test/bench/scale/run.mjs 10000 100000 …`
// writes the figures and plots of docs/scale.md. SCALE_KEEP=FOLDER keeps what was grown, with its
// databases, and takes what is there; ENGINE=SQLite or PostgreSQL measures one of them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { essaim, links, program, report, root, serve, today } from '../../http/lib.mjs';
import { grow, liteAt, serverAt } from './grow.mjs';
import { plot } from './plot.mjs';

process.off('exit', report); // this is no story
const kept = process.env.SCALE_KEEP;
const place = kept ?? mkdtempSync(join(tmpdir(), 'essaim-scale-'));
mkdirSync(place, { recursive: true });
if (!kept) process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const sizes = process.argv.slice(2).map(Number);
const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const timed = (run) => {
  const began = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - began) / 1e6;
};
const say = (...words) => console.error(...words);

// Milliseconds of a command, and the most memory it had.
function command(...args) {
  const began = process.hrtime.bigint();
  const r = spawnSync('/usr/bin/time', ['-f', '%M', program, ...args], { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(r.stderr);
  return { ms: Number(process.hrtime.bigint() - began) / 1e6, mb: Number(r.stderr.trim().split('\n').at(-1)) / 1024 };
}

// The middle of twenty pages, in the server; a page asked before the database has read it is
// not counted.
async function page(who, path) {
  const list = [];
  for (let i = 0, began = Date.now(); i < 25 && (i < 5 || Date.now() - began < 20000); i++) {
    const r = await who.get(path);
    if (r.status === 503) return Infinity; // past its deadline
    if (r.status !== 200) throw new Error(`${path}: ${r.status}`);
    list.push(Number(/dur=([\d.]+)/.exec(r.headers.get('server-timing'))[1]));
  }
  return middle(list.slice(list.length > 10 ? 5 : 1));
}
async function deep(who, path, pages) {
  for (let i = 0; i < pages; i++)
    path = links((await who.get(path)).text).find((l) => l.startsWith(path.split('?')[0]) && /[?&]after=/.test(l));
  return path;
}
async function post(who, count) {
  const form = await who.form('/organisations/nouveau', '/organisations');
  const kind = form.controls.find((c) => c.name === 'kind')?.options.find((o) => o.value)?.value;
  const posts = [], mark = Date.now();
  for (let i = 0; i < 30; i++) {
    const fields = new Map(form.fields);
    fields.set('name', `Organisation ${count} ${mark} ${i}`);
    fields.set('_key', `scale-${count}-${i}-${mark}`);
    if (kind) fields.set('kind', kind);
    const r = await who.post(form.action, [...fields]);
    if (r.status !== 303) throw new Error(r.text.slice(0, 300));
    posts.push(Number(/dur=([\d.]+)/.exec(r.headers.get('server-timing'))[1]));
  }
  return middle(posts);
}

async function measure(folder, count) {
  const out = {};
  const first = command('journal', 'verify', '--data', folder);
  out['journal sealed, a line'] = first.ms / (count / 10);
  const again = command('journal', 'verify', '--data', folder);
  out['journal verified, a line'] = again.ms / (count / 10);
  out['memory of verifying it, MB'] = again.mb;
  const server = await serve({ data: folder, env: { ESSAIM_QUERIES: '1' } });
  const who = await server.as('admin');
  out['home'] = await page(who, '/');
  out['figures of a year, all'] = await page(who, '/chiffres?annee=2024-2025');
  out['list, first page'] = await page(who, '/etablissements');
  out['list, hundredth page'] = await page(who, await deep(who, '/etablissements', 100));
  out['list, a filter'] = await page(who, `/etablissements?bassin=${process.env.BASSIN ?? 7}`);
  out['list, a rare word'] = await page(who, `/etablissements?q=${count - 7}`);
  out['list, a word of half the rows'] = await page(who, '/etablissements?q=ecole');
  out['search box, a rare word'] = await page(who, `/recherche?q=${count - 7}`);
  out['search box, a word of half the rows'] = await page(who, '/recherche?q=ecole');
  out['a row with its history'] = await page(who, `/etablissements/${count / 2}/historique`);
  out['a post, with its history'] = await post(who, count);
  await server.stop();
  return out;
}

const all = { SQLite: {}, PostgreSQL: {} };
const about = Object.fromEntries(sizes.map((s) => [s, {}]));
const asked = (engine) => (process.env.ENGINE ?? engine) === engine;
const fresh = async (folder) => {
  if (existsSync(folder)) return false;
  essaim('demo', '--data', folder, '--today', today, '--password', 'demonstration');
  await (await serve({ data: folder })).stop(); // which makes the journal's key
  return true;
};
// A cluster made for tests runs without fsync, which suits growing it; a post is measured with.
function durable(name) {
  for (const text of ['ALTER SYSTEM SET fsync = on', 'SELECT pg_reload_conf()', 'CHECKPOINT']) serverAt(name).ask(text);
}
for (const count of sizes) {
  const folder = join(place, `${count}`), beside = join(place, `${count}-server`), name = `essaim_scale_${count}`;
  if (asked('SQLite')) {
    if (await fresh(folder)) about[count].grewLite = timed(() => grow(liteAt(folder), count)) / 1000;
    about[count].lite = statSync(join(folder, 'essaim.db')).size / 1e6;
    say(count, 'SQLite', about[count]);
    all.SQLite[count] = await measure(folder, count);
    say(all.SQLite[count]);
    if (!kept) rmSync(folder, { recursive: true });
  }
  if (asked('PostgreSQL')) {
    if (await fresh(beside)) {
      execFileSync('createdb', [name]);
      essaim('move', '--from', `sqlite:${beside}`, '--to', `postgresql:///${name}`);
      about[count].grewServer = timed(() => grow(serverAt(name), count)) / 1000;
      writeFileSync(join(beside, 'essaim.conf'), `db = postgresql:///${name}\n`);
    }
    about[count].server = Number(serverAt(name).ask('SELECT pg_database_size(current_database())')) / 1e6;
    say(count, 'PostgreSQL', about[count]);
    durable(name);
    all.PostgreSQL[count] = await measure(beside, count);
    say(all.PostgreSQL[count]);
    if (!kept) {
      execFileSync('dropdb', ['--force', name]);
      rmSync(beside, { recursive: true });
    }
  }
  writeFileSync(join(place, 'measured.json'), JSON.stringify({ all, about }));
  if (asked('SQLite') && asked('PostgreSQL')) write();
}

function write() {
  const done = sizes.filter((s) => all.PostgreSQL[s]);
  const n = (x) => (x === undefined ? '' : x === Infinity ? 'past its deadline' : x < 0.1 ? x.toFixed(3) : x < 10 ? x.toFixed(2) : x.toFixed(0));
  const rows = Object.keys(all.SQLite[done[0]]).flatMap((what) => Object.entries(all).map(([engine, by]) =>
    `| ${what} | ${engine} | ${done.map((s) => n(by[s][what])).join(' | ')} |`));
  const head = done.map((s) => s.toLocaleString('en'));
  const line = (what, engine, key) => `| ${what} | ${engine} | ${done.map((s) => n(about[s][key])).join(' | ')} |`;
  const text = [`Measured on ${cpus().length} cores (${cpus()[0]?.model ?? ''}), version ${readFileSync(join(root, 'VERSION'), 'utf8').trim()}; load when it ended ${loadavg()[0].toFixed(1)}, so times are upper bounds.`,
    '', `| milliseconds | engine | ${head.join(' | ')} |`, `|---|---|${done.map(() => '---:|').join('')}`, ...rows,
    '', `| the database | | ${head.join(' | ')} |`, `|---|---|${done.map(() => '---:|').join('')}`,
    line('MB', 'SQLite', 'lite'), line('MB', 'PostgreSQL', 'server'),
    line('seconds to grow it', 'SQLite', 'grewLite'), line('seconds to grow it', 'PostgreSQL', 'grewServer')].join('\n');
  const file = join(root, 'docs/scale.md');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(<!-- measured -->\n)[\s\S]*(<!-- \/measured -->)/, (_, a, b) => `${a}${text}\n${b}`));
  const lines = (names) => names.flatMap((what) => Object.entries(all).map(([engine, by]) =>
    ({ label: what, dashed: engine === 'PostgreSQL', points: done.map((s) => [s, by[s][what]]) })));
  writeFileSync(join(root, 'docs/img/scale-pages.svg'), plot('Pages: milliseconds in the server by rows', lines(
    ['list, first page', 'list, hundredth page', 'list, a rare word', 'list, a word of half the rows', 'a row with its history'])));
  writeFileSync(join(root, 'docs/img/scale-work.svg'), plot('Figures, journal, posts: milliseconds by rows', lines(
    ['figures of a year, all', 'a post, with its history', 'journal sealed, a line', 'journal verified, a line'])));
}
