// The comparisons, side by side in one run, printed as ratios; --record writes
// the table of docs/performance.md. Needs nginx and wrk (make bench sees to it).
import { networkAt } from './network.mjs';
import { portfolioAt } from './portfolio.mjs';
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync,
  writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { demo, essaim, links, report, root, serve } from '../http/lib.mjs';

process.off('exit', report); // this is no story

const busy = loadavg()[0]; // of others
const seconds = Number(process.env.SECONDS ?? 4);
const schools = Number(process.env.SCHOOLS ?? 60000);
const backupMegabytes = Number(process.env.BACKUP_MB ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'essaim-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const table = [];
function row(what, value, aim = '') {
  table.push([what, value, aim]);
  console.log(`${what}: ${value}${aim ? ` (aim ${aim})` : ''}`);
}
// Some turns of each side, one after the other, so that what else the machine
// does meets both; of each figure the one in the middle.
const turns = Number(process.env.TURNS ?? 5);
const percentile = (list, p) => {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
};
const middle = (list, of = (x) => x) => percentile(list.map(of), 0.5);
const n = (x, digits = 0) => x.toLocaleString('en', { maximumFractionDigits: digits });

function wrk(url, { clients = 64, headers = {}, script, env = {}, of } = {}) {
  const args = ['-t2', `-c${clients}`, `-d${seconds}s`, '--latency',
    ...Object.entries(headers).flatMap(([k, v]) => ['-H', `${k}: ${v}`]),
    ...(script ? ['-s', script] : []), url];
  const before = of && ticks(of);
  const run = spawnSync('wrk', args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (run.status !== 0) throw new Error(`wrk: ${run.stderr}`);
  const ms = (text) => {
    const [, x, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
    if (!unit) throw new Error(`wrk says nothing of use:\n${run.stdout}`);
    return Number(x) * { us: 0.001, ms: 1, s: 1000, m: 60000 }[unit];
  };
  return {
    rate: Number(/Requests\/sec:\s*([\d.]+)/.exec(run.stdout)[1]),
    p99: ms(/^\s+99%\s+(\S+)/m.exec(run.stdout)[1]),
    most: ms(/Latency\s+\S+\s+\S+\s+(\S+)/.exec(run.stdout)[1]),
    bad: Number(/Non-2xx or 3xx responses: (\d+)/.exec(run.stdout)?.[1] ?? 0),
    // Microseconds of processor time for each answer.
    cpu: of && (ticks(of) - before) * 1e4 / Number(/(\d+) requests in/.exec(run.stdout)[1]),
  };
}

// The processes under one, and what they have used: hundredths of a second.
function family(pid) {
  const under = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...under.flatMap(family)];
}
const ticks = (pid) => family(pid).map((p) => {
  const stat = readFileSync(`/proc/${p}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(stat[11]) + Number(stat[12]);
}).reduce((a, b) => a + b);

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
    if (await fetch(url).then((r) => r.ok, () => false)) return { url, pid: child.pid, stop: () => child.kill() };
    await sleep(20);
  }
  throw new Error('nginx does not start');
}

// Memory of the server and its child: what is theirs alone.
function memory(pid) {
  const kib = (p) => ['RssAnon', 'RssShmem'].map((k) =>
    Number(new RegExp(`${k}:\\s+(\\d+)`).exec(readFileSync(`/proc/${p}/status`, 'utf8'))[1]))
    .reduce((a, b) => a + b);
  return family(pid).map(kib).reduce((a, b) => a + b) / 1024;
}

async function pageAgainstNginx() {
  const data = join(folder, 'page');
  cpSync(demo(), data, { recursive: true });
  // Fifty projects: those of the demonstration and some more.
  const rows = (entity) => essaim('export', entity, '--format', 'json', '--data', data);
  const axis = JSON.parse(rows('axis'))[0].name, have = JSON.parse(rows('project')).length;
  writeFileSync(join(folder, 'projects.csv'), ['name;axis;starts',
    ...Array.from({ length: 50 - have }, (_, i) => `Projet de mesure ${i};${axis};2025-01-0${1 + i % 9}`)].join('\r\n'));
  essaim('import', 'project', join(folder, 'projects.csv'), '--data', data);
  // What a page costs is told by headers of their own, which who measures asks
  // for: the server that is timed does not write them.
  const telling = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const told = await (await telling.as('admin')).get('/projets');
  await telling.stop();
  const server = await serve({ data });
  const admin = await server.as('admin');
  const page = await admin.get('/projets');
  const shown = new Set(links(page.text).filter((l) => /^\/projets\/\d+$/.test(l))).size;
  row('page of projects', `${shown} projects, ${n(page.bytes.length)} bytes, ${told.headers.get('x-queries') ?? '?'} queries`, '50 projects');
  const other = await nginx(page.bytes);
  const headers = { Cookie: [...admin.cookies].map(([k, v]) => `${k}=${v}`).join('; ') };
  const ours = [], theirs = [];
  wrk(`${server.base}/projets`, { headers });
  for (let i = 0; i < turns; i++) {
    ours.push(wrk(`${server.base}/projets`, { headers, of: server.child.pid }));
    theirs.push(wrk(other.url, { of: other.pid }));
  }
  const said = (list) => `${n(middle(list, (x) => x.rate))}/s, p99 ${n(middle(list, (x) => x.p99), 1)} ms, `
    + `${n(middle(list, (x) => x.cpu))} µs of processor each`;
  const refused = ours.reduce((sum, x) => sum + x.bad, 0);
  row('that page, signed in, 64 connections', said(ours) + (refused ? `, ${refused} REFUSED` : ''), 'p99 ≤ 20 ms');
  row('nginx, the same bytes', said(theirs));
  row('page against nginx', n(middle(ours.map((x, i) => x.rate / theirs[i].rate)), 3), '≥ 0.3');
  row('memory after that (RssAnon + RssShmem)', `${n(memory(server.child.pid), 1)} MB`, '≤ 40 MB');
  other.stop();
  await server.stop();
}

// One turn: posts to a server on a fresh copy, then the bare loop over the rows
// that they made, on the same disk. ready: says where to and what wrk sends.
async function postsOnce(turn, ready) {
  const data = join(folder, `posts${turn}`), bare = join(folder, `bare${turn}`);
  cpSync(demo(), data, { recursive: true });
  const { prepared = () => {}, send } = ready;
  await prepared(data);
  cpSync(data, bare, { recursive: true });
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const admin = await server.as('admin');
  const { path, lua, headers } = await send(admin, data);
  const script = join(folder, 'post.lua');
  writeFileSync(script, `local id, n = 0, 0
    function setup(t) id = id + 1; t:set("me", id) end
    ${lua}`);
  const written = async () => (await admin.get('/')).headers.get('x-writes').split(' ').map(Number);
  const settled = () => spawnSync('sync'); // what was written before is nobody's cost here
  settled();
  const [writes, commits] = await written();
  const run = wrk(`${server.base}${path}`, { clients: 32, headers, script, of: server.child.pid });
  const [writesAfter, commitsAfter] = await written();
  await server.stop();
  const group = (writesAfter - writes) / (commitsAfter - commits);
  settled();
  const out = execFileSync(join(root, 'build/test/bench/replay'),
    [join(bare, 'essaim.db'), join(data, 'essaim.db'), `${Math.max(1, Math.round(group))}`], { encoding: 'utf8' });
  for (const used of [data, bare]) rmSync(used, { recursive: true });
  return { ...run, group, bare: Number(/([\d.]+) posts\/s/.exec(out)[1]), bareCpu: Number(/([\d.]+) us/.exec(out)[1]) };
}

// A form of an organisation.
const organisation = { async send(admin) {
  const form = await admin.form('/organisations/nouveau', '/organisations');
  const fields = new URLSearchParams(form.fields.filter(([k]) => k !== '_key').map(([k, v]) => [k, v]));
  for (const c of form.controls.filter((x) => 'required' in x))
    fields.set(c.name, c.tag === 'select' ? c.options.find((o) => o.value).value : 'NOM');
  return {
    path: '/organisations',
    lua: `function request() n = n + 1
      local key = me .. "-" .. n .. "-" .. os.time()
      local body = ("${fields}&_key=" .. key):gsub("NOM", "Organisation+" .. key)
      return wrk.format("POST", nil, nil, body) end`,
    headers: {
      Cookie: [...admin.cookies].map(([k, v]) => `${k}=${v}`).join('; '),
      'Content-Type': 'application/x-www-form-urlencoded',
    },
  };
} };

// A half-day of a room, on any open day of two school years: taken, or refused.
const halfDay = {
  prepared(data) {
    const rows = (entity) => JSON.parse(essaim('export', entity, '--format', 'json', '--data', data));
    const lines = rows('lab').flatMap((lab) => [2024, 2025].flatMap((year) => Array.from({ length: 20 }, (_, i) =>
      `Mesure ${i};${lab.name};${year}-${year + 1};workshop;inside;2025-03-12`)));
    writeFileSync(join(folder, 'visits.csv'), ['title;lab;year;kind;place;asked', ...lines].join('\r\n'));
    essaim('import', 'visit', join(folder, 'visits.csv'), '--data', data);
  },
  async send(admin, data) {
    const rows = (entity) => JSON.parse(essaim('export', entity, '--format', 'json', '--data', data));
    const closed = rows('closure');
    const open = (year) => Array.from({ length: 300 }, (_, i) =>
      new Date(Date.UTC(year, 8, 3 + i)).toISOString().slice(0, 10))
      .filter((d) => [1, 2, 4, 5].includes(new Date(d).getUTCDay()) && !closed.some((c) => c.starts <= d && d <= c.ends));
    const spaces = rows('space');
    const visits = rows('visit').filter((v) => v.title.startsWith('Mesure '));
    const token = essaim('token', 'add', 'admin@demo.example', 'bench', '--data', data).trim();
    const quoted = (list) => `{${list.map((x) => JSON.stringify(x)).join(',')}}`;
    return {
      path: '/api/v1/slot',
      lua: `local days = {["2024-2025"]=${quoted(open(2024))}, ["2025-2026"]=${quoted(open(2025))}}
        local visits = {${visits.map((v) => `{${v.id}, "${v.year}", {${spaces.filter((s) => s.lab === v.lab).map((s) => s.id)}}}`)}}
        function init() math.randomseed(me * 7919) end
        function request() n = n + 1
          local v = visits[math.random(#visits)]
          local d = days[v[2]]
          wrk.headers["Idempotency-Key"] = me .. "-" .. n .. "-" .. os.time()
          return wrk.format("POST", nil, nil, ('{"visit":%d,"day":"%s","part":"%s","space":%d}'):format(
            v[1], d[math.random(#d)], math.random(2) == 1 and "morning" or "afternoon", v[3][math.random(#v[3])])) end`,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    };
  },
};

async function posts() {
  const all = [];
  for (let i = 0; i < turns; i++) all.push(await postsOnce(i, organisation));
  const refused = all.reduce((sum, x) => sum + x.bad, 0);
  row('durable form posts, 32 clients', `${n(middle(all, (x) => x.rate))}/s, p99 ${n(middle(all, (x) => x.p99), 1)} ms, `
    + `${n(middle(all, (x) => x.cpu))} µs of processor each, longest of all ${n(Math.max(...all.map((x) => x.most)), 1)} ms${refused ? `, ${refused} REFUSED` : ''}`, 'nobody > 1 s');
  row('writes a commit', n(middle(all, (x) => x.group), 1));
  row('a bare loop of the same rows, in such groups', `${n(middle(all, (x) => x.bare))}/s, ${n(middle(all, (x) => x.bareCpu))} µs of processor each`);
  row('posts against the bare loop', `${n(middle(all, (x) => x.rate / x.bare), 3)} `
    + `(${all.map((x) => n(x.rate / x.bare, 2)).join(', ')})`, '≥ 0.4');
}

async function bookings() {
  const all = [];
  for (let i = 0; i < turns; i++) all.push(await postsOnce(i, halfDay));
  row('half-days booked, 32 clients, answered', `${n(middle(all, (x) => x.rate))}/s, p99 ${n(middle(all, (x) => x.p99), 1)} ms, `
    + `${n(middle(all, (x) => 100 * x.bad / x.rate / seconds))} % refused, ${n(middle(all, (x) => x.cpu))} µs of processor each`, '≥ 2,000/s, p99 ≤ 40 ms');
  row('bookings against a bare loop of the rows taken', `${n(middle(all, (x) => x.rate / x.bare), 3)} of ${n(middle(all, (x) => x.bare))}/s, `
    + `in groups of ${n(middle(all, (x) => x.group), 1)}`, '≥ 0.4');
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

// One connection kept open, signed in: asks, and tells what the answer took here
// and by the server's own account.
async function keptOpen(server, person) {
  const socket = connect(server.port, '127.0.0.1').setNoDelay();
  await new Promise((done) => socket.once('connect', done));
  const cookie = [...person.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
  return (path) => new Promise((done, fail) => {
    const began = process.hrtime.bigint();
    let got = '', whole = Infinity, own;
    const take = (bytes) => {
      got += bytes.toString('latin1');
      const end = got.indexOf('\r\n\r\n');
      if (end >= 0 && whole === Infinity) {
        const head = got.slice(0, end);
        if (!head.startsWith('HTTP/1.1 200')) fail(new Error(`${path}: ${head.slice(0, 40)}`));
        own = Number(/server-timing: app;dur=([\d.]+)/i.exec(head)[1]);
        whole = end + 4 + Number(/content-length: (\d+)/i.exec(head)[1]);
      }
      if (got.length < whole) return;
      socket.off('data', take);
      done({ server: own, client: Number(process.hrtime.bigint() - began) / 1e6 });
    };
    socket.on('data', take);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
  });
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
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const line = await keptOpen(server, await server.as('admin'));
  const times = async (words) => {
    const list = [];
    for (let i = 0; i < 600; i++)
      list.push(await line(`/etablissements?q=${encodeURIComponent(words[i % words.length](i))}`));
    const [server, client] = [(x) => x.server, (x) => x.client].map((of) => list.slice(30).map(of));
    return `in the server p50 ${n(percentile(server, 0.5), 1)}, p99 ${n(percentile(server, 0.99), 1)} ms; `
      + `at the client p50 ${n(percentile(client, 0.5), 1)}, p99 ${n(percentile(client, 0.99), 1)} ms`;
  };
  row('search, at most 2,000 match, the whole page', await times([(i) => `${5000 + i * 7}`, (i) => `lycee ${i + 300}`, (i) => `victor ${10 + i % 80}`]), 'p99 ≤ 5 ms');
  row('search, common words, the whole page', await times(['college', 'lycee', 'ecole', 'nancy marie', 'ecole victor'].map((w) => () => w)), 'p99 ≤ 25 ms');
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

async function portfolio() {
  const data = join(folder, 'portfolio');
  cpSync(demo(), data, { recursive: true });
  await portfolioAt(data, row);
}

async function network() {
  const data = join(folder, 'network');
  cpSync(demo(), data, { recursive: true });
  await networkAt(data, row);
}

// A database of about 1 GB, copied and backed up by turns. Both are synced; the
// processor's time is told beside the clock's, for where others use the machine.
function backups() {
  const data = join(folder, 'large');
  cpSync(demo(), data, { recursive: true });
  const db = join(data, 'essaim.db'), to = join(folder, 'copied');
  execFileSync('sqlite3', [db, `PRAGMA synchronous = OFF;
    INSERT INTO core_setting (name, value) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
      SELECT i + 1 FROM n WHERE i < ${backupMegabytes * 250}) SELECT 'bench ' || i, hex(randomblob(1900)) FROM n;
    PRAGMA wal_checkpoint(TRUNCATE);`], { stdio: 'ignore' });
  writeFileSync(join(folder, 'key'), 'x'.repeat(32));
  const timed = (command) => {
    rmSync(to, { force: true });
    execFileSync('sync');
    const said = spawnSync('bash', ['-c', `TIMEFORMAT='%R %U %S'; time { ${command}; }`], { encoding: 'utf8' });
    if (said.status !== 0) throw new Error(`${command}: ${said.stderr}`);
    const [clock, user, system] = said.stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { clock, cpu: user + system };
  };
  const essaim = join(root, 'build/essaim');
  const ways = { cp: `cp ${db} ${to} && sync ${to}`, plain: `${essaim} backup ${to} --data ${data}`,
    sealed: `${essaim} backup ${to} --data ${data} --key ${join(folder, 'key')}` };
  const all = { cp: [], plain: [], sealed: [] };
  for (let turn = 0; turn < 5; turn++)
    for (const [name, command] of Object.entries(ways)) all[name].push(timed(command));
  const median = (name, of) => percentile(all[name].map((x) => x[of]), 0.5);
  const size = statSync(db).size / 1e6;
  for (const name of ['cp', 'plain', 'sealed'])
    row(name === 'cp' ? `cp of ${n(size)} MB, synced` : `backup of it, ${name}`,
      `${n(median(name, 'clock'), 2)} s, ${n(median(name, 'cpu'), 2)} s of processor (medians of 5)`);
  for (const name of ['plain', 'sealed'])
    row(`backup against cp, ${name}`, n(median(name, 'clock') / median('cp', 'clock'), 2), '≤ 1.5');
  rmSync(data, { recursive: true });
}

function programs() {
  const at = join(root, 'build/test/bench');
  for (const name of existsSync(at) ? readdirSync(at) : []) {
    if (name.includes('.') || ['replay', 'portfolio', 'network'].includes(name) || !statSync(join(at, name)).isFile()) continue;
    console.log(`-- ${name}`);
    const out = execFileSync(join(at, name), { encoding: 'utf8' });
    process.stdout.write(out);
    programs.said = `${programs.said ?? ''}\n\n    ${out.trim().replaceAll('\n', '\n    ')}`;
  }
}

const parts = { start, page: pageAgainstNginx, posts, bookings, import: importAndSearch, portfolio, network, backup: backups, programs };
const asked = process.argv.slice(2).filter((a) => parts[a]);
for (const part of asked.length ? asked : Object.keys(parts)) await parts[part]();

if (process.argv.includes('--record')) {
  const file = join(root, 'docs/performance.md');
  const cpu = cpus()[0]?.model ?? '';
  const made = [`Measured on ${cpus().length} cores (${cpu}), ${n(totalmem() / 2 ** 30, 1)} GB, version ${readFileSync(join(root, 'VERSION'), 'utf8').trim()}, ${turns} turns of ${seconds} s;`,
    `load when it began ${n(busy, 1)}: above 1, other work shared the machine, and rates and p99 say little.`,
    '', '| what | measured | aim |', '|---|---|---|', ...table.map((r) => `| ${r.join(' | ')} |`),
    ...(programs.said ? ['', 'What the programs of test/bench print:', programs.said.replace(/^\n\n/, ''), ''] : [])].join('\n');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(<!-- measured -->\n)[\s\S]*(<!-- \/measured -->)/, (_, a, b) => `${a}${made}\n${b}`));
  console.log('docs/performance.md is written');
}
process.exit(0);
