// The comparisons, side by side in one run, printed as ratios; --record writes
// the table of docs/performance.md. Needs nginx and wrk (make bench sees to it).
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync,
  writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { demo, essaim, links, root, serve } from '../http/lib.mjs';

const seconds = Number(process.env.SECONDS ?? 8);
const schools = Number(process.env.SCHOOLS ?? 60000);
const folder = mkdtempSync(join(tmpdir(), 'essaim-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const table = [];
function row(what, value, aim = '') {
  table.push([what, value, aim]);
  console.log(`${what}: ${value}${aim ? ` (aim ${aim})` : ''}`);
}
const n = (x, digits = 0) => x.toLocaleString('en', { maximumFractionDigits: digits });

function wrk(url, { clients = 64, headers = {}, script, env = {} } = {}) {
  const args = ['-t2', `-c${clients}`, `-d${seconds}s`, '--latency',
    ...Object.entries(headers).flatMap(([k, v]) => ['-H', `${k}: ${v}`]),
    ...(script ? ['-s', script] : []), url];
  const run = spawnSync('wrk', args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (run.status !== 0) throw new Error(`wrk: ${run.stderr}`);
  const ms = (text) => {
    const [, x, unit] = /([\d.]+)(us|ms|s)/.exec(text);
    return Number(x) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  return {
    rate: Number(/Requests\/sec:\s*([\d.]+)/.exec(run.stdout)[1]),
    p99: ms(/99%\s+(\S+)/.exec(run.stdout)[1]),
    most: ms(/Latency\s+\S+\s+\S+\s+(\S+)/.exec(run.stdout)[1]),
    bad: Number(/Non-2xx or 3xx responses: (\d+)/.exec(run.stdout)?.[1] ?? 0),
    out: run.stdout,
  };
}

async function nginx(file) {
  const port = 18080 + (process.pid % 1000);
  const conf = join(folder, 'nginx.conf');
  writeFileSync(conf, `daemon off; worker_processes 2; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 512; }
    http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
      open_file_cache max=100 inactive=60s; default_type text/html; types {}
      client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
      uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      server { listen 127.0.0.1:${port}; root ${folder}/www; } }`);
  execFileSync('mkdir', ['-p', join(folder, 'www')]);
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  writeFileSync(join(folder, 'www/page'), file);
  const child = spawn('nginx', ['-c', conf, '-p', folder], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/page`;
  for (let i = 0; i < 100; i++) {
    if (await fetch(url).then((r) => r.ok, () => false)) return { url, stop: () => child.kill() };
    await sleep(20);
  }
  throw new Error('nginx does not start');
}

// Memory of the server and its child: what is theirs alone.
function memory(pid) {
  const kib = (p) => ['RssAnon', 'RssShmem'].map((k) =>
    Number(new RegExp(`${k}:\\s+(\\d+)`).exec(readFileSync(`/proc/${p}/status`, 'utf8'))[1]))
    .reduce((a, b) => a + b);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children].map(kib).reduce((a, b) => a + b) / 1024;
}

const percentile = (list, p) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))];

async function pageAgainstNginx() {
  const data = join(folder, 'page');
  cpSync(demo(), data, { recursive: true });
  // Fifty projects: those of the demonstration and some more.
  const rows = (entity) => essaim('export', entity, '--format', 'json', '--data', data);
  const axis = JSON.parse(rows('axis'))[0].name, have = JSON.parse(rows('project')).length;
  writeFileSync(join(folder, 'projects.csv'), ['name;axis;starts',
    ...Array.from({ length: 50 - have }, (_, i) => `Projet de mesure ${i};${axis};2025-01-0${1 + i % 9}`)].join('\r\n'));
  essaim('import', 'project', join(folder, 'projects.csv'), '--data', data);
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const admin = await server.as('admin');
  const page = await admin.get('/projets');
  const shown = new Set(links(page.text).filter((l) => /^\/projets\/\d+$/.test(l))).size;
  row('page of projects', `${shown} projects, ${n(page.bytes.length)} bytes, ${page.headers.get('x-queries') ?? '?'} queries`, '50 projects');
  const other = await nginx(page.bytes);
  const headers = { Cookie: [...admin.cookies].map(([k, v]) => `${k}=${v}`).join('; ') };
  const ours = [], theirs = [];
  for (let i = 0; i < 3; i++) {
    ours.push(wrk(`${server.base}/projets`, { headers }));
    theirs.push(wrk(other.url));
  }
  const mid = (list) => list.sort((a, b) => a.rate - b.rate)[1];
  const [a, b] = [mid(ours), mid(theirs)];
  row('signed-in page, 64 connections', `${n(a.rate)}/s, p99 ${n(a.p99, 1)} ms, ${ours.reduce((s, x) => s + x.bad, 0)} refused`, 'p99 ≤ 20 ms');
  row('nginx, the same bytes', `${n(b.rate)}/s, p99 ${n(b.p99, 1)} ms`);
  row('page against nginx', `${n(a.rate / b.rate, 3)}`, '≥ 0.3');
  row('memory after that (RssAnon + RssShmem)', `${n(memory(server.child.pid), 1)} MB`, '≤ 40 MB');
  other.stop();
  await server.stop();
}

async function posts() {
  const before = demo(), data = join(folder, 'posts');
  cpSync(before, data, { recursive: true });
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const admin = await server.as('admin');
  const form = await admin.form('/organisations/nouveau', '/organisations');
  const fields = new URLSearchParams(form.fields.filter(([k]) => k !== '_key').map(([k, v]) => [k, v]));
  for (const c of form.controls.filter((x) => 'required' in x))
    fields.set(c.name, c.tag === 'select' ? c.options.find((o) => o.value).value : 'NOM');
  const script = join(folder, 'post.lua');
  writeFileSync(script, `local id, n = 0, 0
    function setup(t) id = id + 1; t:set("me", id) end
    function request() n = n + 1
      local key = me .. "-" .. n .. "-" .. os.time()
      local body = ("${fields}&_key=" .. key):gsub("NOM", "Organisation+" .. key)
      return wrk.format("POST", nil, nil, body) end`);
  const headers = {
    Cookie: [...admin.cookies].map(([k, v]) => `${k}=${v}`).join('; '),
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  const written = async () => (await admin.get('/')).headers.get('x-writes').split(' ').map(Number);
  const [writes, commits] = await written();
  const a = wrk(`${server.base}/organisations`, { clients: 32, headers, script });
  row('form posts on the disk, 32 clients', `${n(a.rate)}/s, p99 ${n(a.p99, 1)} ms, longest ${n(a.most, 1)} ms, ${a.bad} refused`, 'nobody > 1 s');
  const [writesAfter, commitsAfter] = await written();
  const group = (writesAfter - writes) / (commitsAfter - commits);
  row('writes a commit', n(group, 1));
  await server.stop();
  const replay = join(root, 'build/test/bench/replay');
  if (existsSync(replay)) {
    const runs = [1, 2, 3].map(() => execFileSync(replay, [join(before, 'essaim.db'), join(data, 'essaim.db'), `${Math.max(1, Math.round(group))}`], { encoding: 'utf8' }));
    const speed = (text) => Number(/([\d.]+) posts\/s/.exec(text)[1]);
    const out = runs.sort((x, y) => speed(x) - speed(y))[1], rate = speed(out);
    row('a bare loop of the same statements', out.trim());
    row('posts against the bare loop', n(a.rate / rate, 3), '≥ 0.4');
  }
}

function schoolFile(count, from) {
  const kinds = ['École', 'Collège', 'Lycée', 'École primaire'];
  const names = ['Jean Moulin', 'Marie Curie', 'les Tilleuls', 'Victor Hugo', 'du Centre', 'de la Vallée',
    'Jules Ferry', 'Simone Veil', 'Georges de La Tour', 'des Hautes-Vosges', 'Émile Gallé'];
  const towns = ['Nancy', 'Metz', 'Épinal', 'Bar-le-Duc', 'Thionville', 'Verdun', 'Lunéville', 'Toul'];
  const keys = ['elementaire', 'college', 'lycee', 'primaire'];
  const lines = ['uai;name;commune;kind;state'];
  for (let i = from; i < from + count; i++) {
    const digits = String(1000000 + i).padStart(7, '0');
    lines.push(`${digits}${'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(digits) % 23]};${kinds[i % 4]} ${names[(i * 7) % 11]} ${i};${towns[(i * 5) % 8]};${keys[i % 4]};open`);
  }
  return lines.join('\r\n');
}

async function importAndSearch() {
  const data = join(folder, 'schools');
  cpSync(demo(), data, { recursive: true });
  const rates = [];
  for (const part of [0, 1]) {
    const file = join(folder, `schools${part}.csv`);
    writeFileSync(file, schoolFile(schools / 2, (part * schools) / 2));
    const began = process.hrtime.bigint();
    essaim('import', 'school', file, '--data', data);
    rates.push(schools / 2 / (Number(process.hrtime.bigint() - began) / 1e9));
  }
  row(`import of ${n(schools)} schools`, `${n(rates[0])} rows/s the first half, ${n(rates[1])} rows/s the second`, '≥ 15,000 rows/s, linear');
  const server = await serve({ data });
  const admin = await server.as('admin');
  const times = async (words) => {
    const list = [];
    for (let i = 0; i < 300; i++) {
      const began = process.hrtime.bigint();
      const r = await admin.get(`/etablissements?q=${encodeURIComponent(words[i % words.length](i))}`);
      list.push(Number(process.hrtime.bigint() - began) / 1e6);
      if (r.status !== 200) throw new Error(`search: ${r.status}`);
    }
    return percentile(list.slice(20), 0.99);
  };
  row('search, at most 2,000 match: whole page over HTTP', `p99 ${n(await times([(i) => `${5000 + i * 7}`, (i) => `lycee ${i + 300}`]), 1)} ms`, '≤ 5 ms');
  row('search, common words: whole page over HTTP', `p99 ${n(await times([() => 'college', () => 'nancy marie', () => 'ecole victor']), 1)} ms`, '≤ 25 ms');
  row(`memory with ${n(schools)} schools, after the searches`, `${n(memory(server.child.pid), 1)} MB`, '≤ 40 MB');
  await server.stop();
}

async function start() {
  const list = [];
  for (let i = 0; i < 7; i++) {
    const data = join(folder, `start${i}`);
    cpSync(demo(), data, { recursive: true });
    const port = 19100 + i + (process.pid % 700);
    const began = process.hrtime.bigint();
    const child = spawn(join(root, 'build/essaim'), ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' });
    while (!await fetch(`http://127.0.0.1:${port}/`).then((r) => r.ok, () => false)) await sleep(1);
    list.push(Number(process.hrtime.bigint() - began) / 1e6);
    child.kill();
  }
  row('start to the first page', `${n(percentile(list, 0.5))} ms (median of 7)`, '≤ 100 ms');
}

function programs() {
  const at = join(root, 'build/test/bench');
  for (const name of existsSync(at) ? readdirSync(at) : []) {
    if (name.includes('.') || name === 'replay' || !statSync(join(at, name)).isFile()) continue;
    console.log(`-- ${name}`);
    const out = execFileSync(join(at, name), { encoding: 'utf8' });
    process.stdout.write(out);
    programs.said = `${programs.said ?? ''}\n\n    ${out.trim().replaceAll('\n', '\n    ')}`;
  }
}

const parts = { start, page: pageAgainstNginx, posts, import: importAndSearch, programs };
const asked = process.argv.slice(2).filter((a) => parts[a]);
for (const part of asked.length ? asked : Object.keys(parts)) await parts[part]();

if (process.argv.includes('--record')) {
  const file = join(root, 'docs/performance.md');
  const cpu = cpus()[0]?.model ?? '';
  const made = [`Measured on ${cpus().length} cores (${cpu}), ${n(totalmem() / 2 ** 30, 1)} GB, version ${readFileSync(join(root, 'VERSION'), 'utf8').trim()}.`,
    '', '| what | measured | aim |', '|---|---|---|', ...table.map((r) => `| ${r.join(' | ')} |`),
    ...(programs.said ? ['', 'What the programs of test/bench print:', programs.said.replace(/^\n\n/, ''), ''] : [])].join('\n');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(<!-- measured -->\n)[\s\S]*(<!-- \/measured -->)/, (_, a, b) => `${a}${made}\n${b}`));
  console.log('docs/performance.md is written');
}
process.exit(0);
