// PostgreSQL's own tools beside ours, by turns: pg_virtualenv -t node test/bench/postgres.mjs
// move against COPY, a backup against cp and pg_dump, a list’s page and durable posts against pgbench running the
// statements that the server's log has of them.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { essaim, report, root, serve, today } from '../http/lib.mjs';
import { networkAt } from './network.mjs';
import { portfolioAt } from './portfolio.mjs';
import { grow, liteAt } from './scale/grow.mjs';

process.off('exit', report); // this is no story
const place = mkdtempSync(join(tmpdir(), 'essaim-pgbench-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const turns = Number(process.env.TURNS ?? 5), seconds = Number(process.env.SECONDS ?? 4);
const rows = Number(process.env.SCHOOLS ?? 60000);
const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const timed = (run) => {
  const began = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - began) / 1e9;
};
const psql = (name, text) => execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', name, '-c', text], { encoding: 'utf8' }).trim();
const drop = (name) => execFileSync('dropdb', ['--if-exists', '--force', name], { stdio: 'ignore' });
const show = (list) => `${middle(list).toFixed(2)} (${list.map((x) => x.toFixed(2)).join(', ')})`;
const said = [];
const row = (what, value, aim = '') => { said.push([what, value, aim]); console.log(`${what}: ${value}${aim ? ` (aim ${aim})` : ''}`); };

const lab = join(place, 'lab');
essaim('demo', '--data', lab, '--today', today, '--password', 'demonstration');

function move() {
  const large = join(place, 'large');
  execFileSync('cp', ['-r', lab, large]);
  grow(liteAt(large), rows);
  const ours = [], theirs = [];
  let count;
  for (let turn = 0; turn < Math.min(turns, 3); turn++) {
    drop('bench_move');
    execFileSync('createdb', ['bench_move']);
    ours.push(timed(() => {
      count = /with (\d+) rows/.exec(essaim('move', '--from', `sqlite:${large}`, '--to', 'postgresql:///bench_move'))[1];
    }));
    if (!turn)
      execFileSync('sh', ['-c', `pg_dump -a bench_move 2>/dev/null | sed '/^INSERT INTO public.core_meta/d;/core_meta/,/^\\\\\\./d' >${join(place, 'rows.sql')}`]);
    drop('bench_copy');
    execFileSync('createdb', ['bench_copy']);
    essaim('db', 'migrate', '--data', large, '--db', 'postgresql:///bench_copy');
    psql('bench_copy', 'DELETE FROM core_setting');
    theirs.push(timed(() => execFileSync('psql', ['-Xq1', '-v', 'ON_ERROR_STOP=1', '-d', 'bench_copy', '-f', join(place, 'rows.sql')], { stdio: 'ignore' })));
  }
  if (psql('bench_copy', 'SELECT count(*) FROM directory_school') !== psql('bench_move', 'SELECT count(*) FROM directory_school'))
    throw new Error('COPY has other rows');
  row(`move of ${count} rows from SQLite, proven`, `${middle(ours).toFixed(1)} s`);
  row('psql COPY of the same rows into the same tables', `${middle(theirs).toFixed(1)} s`);
  row('move against COPY', show(ours.map((x, i) => theirs[i] / x)), '≥ 0.4');
  drop('bench_copy');
}

// A backup reads all rows at one moment, while people write: beside it the copying of the
// files that hold them, which would need the server to stand still, and the server's own dump.
function backup() {
  const folder = join(place, 'backup'), to = join(place, 'copied'), mb = Number(process.env.BACKUP_MB ?? 1000);
  drop('bench_backup');
  execFileSync('createdb', ['bench_backup']);
  essaim('demo', '--data', folder, '--today', today, '--password', 'demonstration', '--db', 'postgresql:///bench_backup');
  psql('bench_backup', `INSERT INTO core_setting (name, value) SELECT 'bench ' || i,
    (SELECT string_agg(md5(i || '.' || k), '') FROM generate_series(1, 118) k) FROM generate_series(1, ${mb * 250}) i`);
  psql('bench_backup', 'CHECKPOINT');
  const base = psql('bench_backup', "SELECT setting || '/base/' || (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_settings WHERE name = 'data_directory'");
  const ways = {
    cp: () => execFileSync('sh', ['-c', `cp -r ${base} ${to} && sync -f ${to}`]),
    'pg_dump, not compressed,': () => execFileSync('sh', ['-c', `pg_dump -Fc -Z0 -f ${to} bench_backup && sync -f ${to}`]),
    'essaim backup': () => essaim('backup', to, '--data', folder, '--db', 'postgresql:///bench_backup'),
  };
  const took = Object.fromEntries(Object.keys(ways).map((w) => [w, []]));
  for (let i = 0; i < Math.min(turns, 3); i++)
    for (const [name, way] of Object.entries(ways)) {
      rmSync(to, { recursive: true, force: true });
      took[name].push(timed(way));
    }
  const size = Number(psql('bench_backup', 'SELECT pg_database_size(current_database())')) / 1e6;
  for (const name of Object.keys(ways)) row(`${name} of ${size.toFixed(0)} MB on PostgreSQL`, `${middle(took[name]).toFixed(1)} s`);
  row('backup against cp, on PostgreSQL', show(took['essaim backup'].map((x, i) => x / took.cp[i])), '≤ 1.5');
  row('backup against pg_dump', show(took['essaim backup'].map((x, i) => x / took['pg_dump, not compressed,'][i])));
  drop('bench_backup');
}

// What the server was told between two moments: statements with their values.
const logs = join(dirname(process.env.PG_CLUSTER_CONF_ROOT), 'log');
const log = () => readdirSync(logs).map((f) => join(logs, f)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
async function statements(name, ask) {
  const set = (text) => { psql(name, text); psql(name, 'SELECT pg_reload_conf()'); };
  set('ALTER SYSTEM SET log_min_duration_statement = 0');
  await sleep(500);
  const at = statSync(log()).size;
  await ask();
  await sleep(300);
  const text = readFileSync(log()).subarray(at).toString();
  set('ALTER SYSTEM RESET log_min_duration_statement');
  const out = [], whose = new Set();
  for (const m of text.matchAll(/\[(\d+)\][^\n]*LOG: {2}duration: [\d.]+ ms {2}execute [^:]*: ([\s\S]*?)(?=\n\d{4}-|$)(?:\n[^\n]*DETAIL: {2}parameters: ([^\n]*))?/g)) {
    const values = [...(m[3] ?? '').matchAll(/\$(\d+) = ('(?:[^']|'')*'|NULL)/g)].map((v) => v[2]);
    out.push([m[1], m[2].replaceAll('\n', ' ').replace(/\$(\d+)/g, (_, k) => values[k - 1] ?? 'NULL').trim()]);
    if (/auth_session s JOIN auth_account|INTO core_once/.test(m[2])) whose.add(m[1]); // who asks, what is kept
  }
  return out.filter(([pid, s]) => whose.has(pid) && !/^(BEGIN|COMMIT|SET|SAVEPOINT|RELEASE|ROLLBACK)|pg_try_advisory|core_task|core_leaf|core_journal|core_head|journal\.key/.test(s))
    .map(([, s]) => s);
}
function pgbench(name, script, clients) {
  const r = spawnSync('pgbench', ['-n', '-M', 'prepared', '--max-tries=40', '-c', `${clients}`, '-j', '2', '-T', `${seconds}`, '-f', script, name], { encoding: 'utf8' });
  const rate = /tps = ([\d.]+)/.exec(r.stdout);
  if (!rate || /failed/.test(r.stderr)) throw new Error(`pgbench: ${r.stderr.slice(-600)}`);
  return Number(rate[1]);
}
function wrk(url, headers, script) {
  const r = spawnSync('wrk', ['-t2', '-c16', `-d${seconds}s`, ...Object.entries(headers).flatMap(([k, v]) => ['-H', `${k}: ${v}`]),
    ...script ? ['-s', script] : [], url], { encoding: 'utf8' });
  if (/Non-2xx or 3xx/.test(r.stdout)) throw new Error(r.stdout);
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(r.stdout)[1]);
}
async function pages() {
  drop('bench_pages');
  execFileSync('createdb', ['bench_pages']);
  essaim('move', '--from', `sqlite:${lab}`, '--to', 'postgresql:///bench_pages');
  const folder = join(place, 'pages');
  execFileSync('cp', ['-r', lab, folder]);
  writeFileSync(join(folder, 'essaim.conf'), 'db = postgresql:///bench_pages\n');
  const server = await serve({ data: folder, env: { ESSAIM_QUERIES: '1' } });
  const who = await server.as('admin');
  const headers = { Cookie: [...who.cookies].map(([k, v]) => `${k}=${v}`).join('; ') };
  let shown;
  for (let i = 0; i < 60; i++) shown = await who.get('/projets');
  const used = await statements('bench_pages', () => who.get('/projets'));
  const script = join(place, 'list.sql');
  writeFileSync(script, `BEGIN;\n${used.map((s) => `${s};`).join('\n')}\nCOMMIT;\n`);
  row('page of projects on PostgreSQL', `${shown.headers.get('x-queries')} statements, ${shown.headers.get('x-round-trips')} round trips; pgbench runs ${used.length}`, '≤ 2 round trips');
  const ours = [], theirs = [];
  wrk(`${server.base}/projets`, headers);
  for (let i = 0; i < turns; i++) {
    ours.push(wrk(`${server.base}/projets`, headers));
    theirs.push(pgbench('bench_pages', script, 16));
  }
  row('that page, 16 connections', `${middle(ours).toFixed(0)}/s`);
  row('pgbench with its statements, 16 clients', `${middle(theirs).toFixed(0)}/s`);
  row('page against pgbench', show(ours.map((x, i) => x / theirs[i])), '≥ 0.6');

  // A key and a name that are new each time, the row by the number it got: as values, so
  // that they are looked for by their index.
  const fresh = (s, made) => s.replace(/'[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}'/g, 'md5(CAST(:k AS text))')
    .replace(/^(INSERT INTO core_history[^(]*\([^)]*\) VALUES \('[^']*', )'\d+'/, '$1:id')
    .replace(/^(INSERT INTO core_once[^(]*\([^)]*\) VALUES \()'[^']*'/, '$1md5(CAST(:k AS text))')
    .replace(new RegExp(`(directory_organisation t WHERE t\\.id = )'${made}'`), '$1:id')
    .replace(/'banc de mesure'/gi, "('banc ' || CAST(:k AS text))").replace(/ RETURNING id$/, ' RETURNING id \\gset');
  // Posts: each statement of one, with values that are new each time.
  await sleep(200); // what the server closed while pgbench ran is seen to be closed
  const f = await who.form('/organisations/nouveau', '/organisations');
  let made;
  const own = (await statements('bench_pages', async () => {
    const fields = new Map(f.fields);
    for (const c of f.controls.filter((x) => 'required' in x))
      fields.set(c.name, c.tag === 'select' ? c.options.find((o) => o.value).value : 'Banc de mesure');
    const r = await who.post(f.action, [...fields]);
    if (r.status !== 303) throw new Error(r.text.slice(0, 300));
    made = /\d+$/.exec(r.location)[0];
  })).map((s) => fresh(s, made));
  const write = join(place, 'post.sql');
  writeFileSync(write, `\\set k random(1, 9000000000000000000)\nBEGIN;\n${own.map((s) => (s.endsWith('gset') ? s : `${s};`)).join('\n')}\nCOMMIT;\n`);
  const fields = new URLSearchParams(f.fields.filter(([k]) => k !== '_key').map(([k, v]) => [k, v]));
  for (const c of f.controls.filter((x) => 'required' in x))
    fields.set(c.name, c.tag === 'select' ? c.options.find((o) => o.value).value : 'NOM');
  const lua = join(place, 'post.lua');
  writeFileSync(lua, `local id, n = 0, 0
    function setup(t) id = id + 1; t:set("me", id) end
    function request() n = n + 1
      local key = me .. "-" .. n .. "-" .. os.time()
      local body = ("${fields}&_key=" .. key):gsub("NOM", "Organisation+" .. key)
      return wrk.format("POST", nil, nil, body) end`);
  const cookie = { Cookie: [...who.cookies].map(([k, v]) => `${k}=${v}`).join('; '), 'Content-Type': 'application/x-www-form-urlencoded' };
  const mine = [], bench = [];
  for (let i = 0; i < turns; i++) {
    mine.push(wrk(`${server.base}/organisations`, cookie, lua));
    bench.push(pgbench('bench_pages', write, 16));
    await sleep(1100); // keys have the second in them
  }
  row('durable form posts on PostgreSQL, 16 clients', `${middle(mine).toFixed(0)}/s, synchronous_commit ${psql('bench_pages', 'SHOW synchronous_commit')}, fsync ${psql('bench_pages', 'SHOW fsync')}`);
  row('pgbench with the statements of one, 16 clients', `${middle(bench).toFixed(0)}/s, ${own.length} statements`);
  row('posts against pgbench', show(mine.map((x, i) => x / bench[i])), '≥ 0.6');
  await server.stop();
}

async function portfolio() {
  drop('bench_portfolio');
  execFileSync('createdb', ['bench_portfolio']);
  essaim('move', '--from', `sqlite:${lab}`, '--to', 'postgresql:///bench_portfolio');
  const folder = join(place, 'portfolio');
  execFileSync('cp', ['-r', lab, folder]);
  writeFileSync(join(folder, 'essaim.conf'), 'db = postgresql:///bench_portfolio\n');
  await portfolioAt(folder, row, 'postgresql:///bench_portfolio');
}

async function network() {
  drop('bench_network');
  execFileSync('createdb', ['bench_network']);
  const folder = join(place, 'network');
  essaim('demo', '--data', folder, '--today', today, '--password', 'demonstration', '--db', 'postgresql:///bench_network');
  writeFileSync(join(folder, 'essaim.conf'), 'db = postgresql:///bench_network\n');
  await networkAt(folder, row, 'postgresql:///bench_network');
}

const parts = { move, backup, pages, portfolio, network };
const asked = process.argv.slice(2).filter((a) => parts[a]);
for (const part of asked.length ? asked : Object.keys(parts)) await parts[part]();
if (process.argv.includes('--record')) {
  const file = join(root, 'docs/performance.md');
  const table = [`Measured on ${cpus().length} cores (${cpus()[0]?.model ?? ''}), load when it ended ${loadavg()[0].toFixed(0)}.`, '',
    '| what | measured | aim |', '|---|---|---|', ...said.map((r) => `| ${r.join(' | ')} |`)].join('\n');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(<!-- postgres -->\n)[\s\S]*(<!-- \/postgres -->)/, (_, a, b) => `${a}${table}\n${b}`));
}
process.exit(0);
