// What grows with the rows, on both engines: `pg_virtualenv -t node test/bench/scale/run.mjs 10000 100000 …`
// writes the figures and plots of docs/scale.md.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { essaim, links, report, root, serve, today } from '../../http/lib.mjs';
import { grow } from './grow.mjs';
import { plot } from './plot.mjs';

process.off('exit', report); // this is no story
const place = mkdtempSync(join(tmpdir(), 'essaim-scale-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const sizes = process.argv.slice(2).map(Number);
const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const timed = (run) => {
  const began = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - began) / 1e6;
};
const say = (...words) => console.error(...words);

async function measure(folder, count) {
  const out = {};
  const data = ['--data', folder];
  out['journal sealed, a line'] = timed(() => essaim('journal', 'verify', ...data)) / (count / 10);
  out['journal verified, a line'] = timed(() => essaim('journal', 'verify', ...data)) / (count / 10);
  out['figures of a year, all'] = timed(() => essaim('figures', '--year', '2024-2025', '--format', 'json', ...data));
  const server = await serve({ data: folder, env: { ESSAIM_QUERIES: '1' } });
  const who = await server.as('admin');
  const page = async (path) => {
    const list = [];
    for (let i = 0; i < 25; i++) {
      const r = await who.get(path);
      if (r.status !== 200) throw new Error(`${path}: ${r.status}`);
      list.push(Number(/dur=([\d.]+)/.exec(r.headers.get('server-timing'))[1]));
    }
    return middle(list.slice(5));
  };
  out['list, first page'] = await page('/etablissements');
  let deep = '/etablissements';
  for (let i = 0; i < 100; i++)
    deep = links((await who.get(deep)).text).find((l) => l.startsWith('/etablissements?') && /[?&]after=/.test(l));
  out['list, hundredth page'] = await page(deep);
  out['search, a rare word'] = await page(`/etablissements?q=${count - 7}`);
  out['search, a common word'] = await page('/etablissements?q=ecole');
  out['a row with its history'] = await page('/etablissements/5000/historique');
  const form = await who.form('/organisations/nouveau', '/organisations');
  const kind = form.controls.find((c) => c.name === 'kind')?.options.find((o) => o.value)?.value;
  const posts = [];
  for (let i = 0; i < 30; i++) {
    const fields = new Map(form.fields);
    fields.set('name', `Organisation ${count} ${i}`);
    fields.set('_key', `scale-${count}-${i}`);
    if (kind) fields.set('kind', kind);
    const r = await who.post(form.action, [...fields]);
    if (r.status !== 303) throw new Error(r.text.slice(0, 300));
    posts.push(Number(/dur=([\d.]+)/.exec(r.headers.get('server-timing'))[1]));
  }
  out['a post'] = middle(posts);
  await server.stop();
  return out;
}

const all = { SQLite: {}, PostgreSQL: {} };
const about = [];
for (const count of sizes) {
  const folder = join(place, `${count}`);
  essaim('demo', '--data', folder, '--today', today, '--password', 'demonstration');
  const grew = timed(() => grow(folder, count)) / 1000;
  const bytes = statSync(join(folder, 'essaim.db')).size;
  say(`${count}: grown in ${grew.toFixed(1)} s, ${(bytes / 1e6).toFixed(0)} MB`);
  const name = `essaim_scale_${count}`;
  const url = `postgresql:///${name}`;
  execFileSync('createdb', [name]);
  const moved = timed(() => essaim('move', '--from', `sqlite:${folder}`, '--to', url)) / 1000;
  const size = Number(execFileSync('psql', ['-XAtqd', url, '-c', 'SELECT pg_database_size(current_database())'], { encoding: 'utf8' }));
  about.push({ count, lite: bytes / 1e6, pg: size / 1e6, moved });
  say(`${count}: moved in ${moved.toFixed(1)} s, ${(size / 1e6).toFixed(0)} MB`);
  all.SQLite[count] = await measure(folder, count);
  say(count, 'SQLite', all.SQLite[count]);
  writeFileSync(join(folder, 'essaim.conf'), `db = ${url}\n`);
  all.PostgreSQL[count] = await measure(folder, count);
  say(count, 'PostgreSQL', all.PostgreSQL[count]);
  execFileSync('dropdb', ['--force', name]);
  rmSync(folder, { recursive: true });
  write();
}

function write() {
  const done = sizes.filter((s) => all.PostgreSQL[s]);
  const n = (x) => (x < 0.1 ? x.toFixed(3) : x < 10 ? x.toFixed(2) : x.toFixed(0));
  const rows = Object.keys(all.SQLite[done[0]]).flatMap((what) => Object.entries(all).map(([engine, by]) =>
    `| ${what} | ${engine} | ${done.map((s) => n(by[s][what])).join(' | ')} |`));
  const head = done.map((s) => s.toLocaleString('en'));
  const text = [`Measured on ${cpus().length} cores (${cpus()[0]?.model ?? ''}), version ${readFileSync(join(root, 'VERSION'), 'utf8').trim()}; load when it ended ${loadavg()[0].toFixed(1)}, so times are upper bounds.`,
    '', `| milliseconds | engine | ${head.join(' | ')} |`, `|---|---|${done.map(() => '---:|').join('')}`, ...rows,
    '', `| the database | | ${head.join(' | ')} |`, `|---|---|${done.map(() => '---:|').join('')}`,
    `| MB | SQLite | ${about.map((a) => a.lite.toFixed(0)).join(' | ')} |`,
    `| MB | PostgreSQL | ${about.map((a) => a.pg.toFixed(0)).join(' | ')} |`,
    `| seconds to move it | to PostgreSQL | ${about.map((a) => a.moved.toFixed(1)).join(' | ')} |`].join('\n');
  const file = join(root, 'docs/scale.md');
  if (existsSync(file))
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(<!-- measured -->\n)[\s\S]*(<!-- \/measured -->)/, (_, a, b) => `${a}${text}\n${b}`));
  else console.log(text);
  const lines = (names) => names.flatMap((what) => Object.entries(all).map(([engine, by]) =>
    ({ label: what, dashed: engine === 'PostgreSQL', points: done.map((s) => [s, by[s][what]]) })));
  writeFileSync(join(root, 'docs/img/scale-pages.svg'), plot('Pages: milliseconds in the server by rows', lines(
    ['list, first page', 'list, hundredth page', 'search, a rare word', 'search, a common word', 'a row with its history'])));
  writeFileSync(join(root, 'docs/img/scale-work.svg'), plot('Figures, journal, posts: milliseconds by rows', lines(
    ['figures of a year, all', 'a post', 'journal sealed, a line', 'journal verified, a line'])));
}
