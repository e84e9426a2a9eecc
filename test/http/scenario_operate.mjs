// What an operator reads of a running server: ready or not, metrics, the log.
import { test, equal, deepEqual, ok, match, serve, routes, childOf, program, onPostgres } from './lib.mjs';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Prometheus' text format, strictly: every series under its HELP and TYPE, no
// series twice, histograms that grow and end with +Inf equal to their count.
export function parseMetrics(text) {
  ok(text.endsWith('\n'), 'ends with a line');
  const families = new Map(), series = new Map();
  let now = null;
  for (const line of text.slice(0, -1).split('\n')) {
    let m = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$/.exec(line);
    if (m) {
      ok(!families.has(m[1]), `${m[1]} described twice`);
      now = { name: m[1], type: null };
      families.set(m[1], now);
      continue;
    }
    m = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    if (m) {
      equal(m[1], now?.name, `TYPE of ${m[1]} after another's HELP`);
      equal(now.type, null, `${m[1]} has two types`);
      now.type = m[2];
      equal(m[2] === 'counter', m[1].endsWith('_total'), `${m[1]}: counters, and only they, end so`);
      continue;
    }
    m = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    ok(m, `not a line of metrics: ${line}`);
    const [, name, inside, number] = m;
    ok(now?.type, `${name} without a type`);
    const tails = now.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    ok(tails.some((t) => name === now.name + t), `${name} under ${now.name}`);
    const labels = {};
    let rest = inside ?? '';
    while (rest) {
      const l = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest);
      ok(l, `labels of ${line}`);
      ok(!(l[1] in labels), `a label twice: ${line}`);
      labels[l[1]] = l[2];
      rest = rest.slice(l[0].length);
    }
    const value = number === '+Inf' ? Infinity : Number(number);
    ok(!Number.isNaN(value), `no number: ${line}`);
    const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
    ok(!series.has(key), `a series twice: ${line}`);
    series.set(key, { family: now.name, name, labels, value });
  }
  for (const f of families.values()) ok(f.type, `${f.name} has no type`);
  const all = [...series.values()];
  for (const f of families.values()) {
    if (f.type !== 'histogram') continue;
    const groups = new Map();
    for (const s of all.filter((x) => x.family === f.name)) {
      const { le, ...others } = s.labels;
      const key = JSON.stringify(others);
      if (!groups.has(key)) groups.set(key, { buckets: [] });
      const g = groups.get(key);
      if (s.name.endsWith('_bucket')) g.buckets.push([le === '+Inf' ? Infinity : Number(le), s.value]);
      else g[s.name.slice(f.name.length + 1)] = s.value;
    }
    for (const [key, g] of groups) {
      ok(g.buckets.length > 1, `${f.name} ${key}: no buckets`);
      for (let i = 1; i < g.buckets.length; i++)
        ok(g.buckets[i][0] > g.buckets[i - 1][0] && g.buckets[i][1] >= g.buckets[i - 1][1],
          `${f.name} ${key}: buckets out of order`);
      equal(g.buckets.at(-1)[0], Infinity);
      equal(g.buckets.at(-1)[1], g.count, `${f.name} ${key}: count`);
      ok(g.sum >= 0);
    }
  }
  const value = (name, labels = {}) => all.find((s) => s.name === name
    && Object.entries(labels).every(([k, v]) => s.labels[k] === v))?.value;
  return { families, all, value };
}

const secret = 'Zébulon-que-personne-ne-doit-lire';
const server = await serve({ env: {
  ESSAIM_ACCESS_LOG: '1', ESSAIM_LOG: 'logfmt', ESSAIM_SLOW_MS: '1',
  ESSAIM_METRICS_TOKEN: 'un-jeton', JOURNAL_STREAM: '',
} });
const metrics = async () => parseMetrics((await server.stranger().get('/metrics')).text);
const admin = await server.as('admin');

await test('metrics are what Prometheus reads, and count what was done', async () => {
  const before = await metrics();
  const label = { method: 'GET', route: '/projets/:id', code: '2xx' };
  const count = 'essaim_http_request_duration_seconds_count';
  const id = JSON.parse((await admin.get('/projets.json')).text)[0].id;
  for (let i = 0; i < 3; i++) equal((await admin.get(`/projets/${id}`)).status, 200);
  const after = await metrics();
  equal(after.value(count, label) - (before.value(count, label) ?? 0), 3);
  for (const name of ['essaim_build_info', 'essaim_db_wal_bytes', 'essaim_db_commits_total',
    'essaim_db_writes_total', 'essaim_db_writes_per_commit_count', 'essaim_ceilings_total',
    'essaim_journal_unsealed_seconds', 'essaim_http_connections'])
    ok(after.value(name) >= 0, name);
  for (const lane of ['fast', 'heavy', 'writer'])
    equal(after.value('essaim_lane_refused_total', { lane }), 0);
  ok(after.value('process_resident_memory_bytes') > 1e6);
  ok(after.value('essaim_memory_own_bytes') < 40e6);
  ok(after.value('essaim_db_queries_total') - before.value('essaim_db_queries_total') >= 6);
});
// Tasks of the server's own may stand before the writer for a moment.
await test('nothing waits once nothing is asked', async () => {
  for (let i = 0; ; i++) {
    const now = await metrics();
    const waiting = ['fast', 'heavy', 'writer'].map((lane) => now.value('essaim_lane_waiting', { lane }));
    if (waiting.every((n) => n === 0)) break;
    ok(i < 100, `they wait: ${waiting}`);
    await sleep(100);
  }
});
await test('labels are patterns and families, whatever is asked', async () => {
  await server.stranger().get(`/${encodeURIComponent(secret)}`);
  await server.stranger().get(`/recherche?q=${encodeURIComponent(secret)}`);
  await server.stranger().get('/assets/nothing.css');
  const { all } = await metrics();
  const known = new Set([...routes().map((r) => r.path), 'static', 'probe', 'unknown', 'refused']);
  for (const s of all) if ('route' in s.labels) ok(known.has(s.labels.route), s.labels.route);
});
await test('sealed lines and writes show within seconds', async () => {
  const before = await metrics();
  await server.as('teacher');
  for (let i = 0; ; i++) {
    const now = await metrics();
    if (now.value('essaim_journal_sealed_lines') > before.value('essaim_journal_sealed_lines')
      && now.value('essaim_journal_unsealed_lines') === 0) break;
    ok(i < 40, 'the seal does not show');
    await sleep(100);
  }
});
await test('metrics are for this machine, or for who has the token', async () => {
  const ask = async (headers) => (await server.stranger().get('/metrics', headers)).status;
  equal(await ask({ 'x-forwarded-for': '198.51.100.7' }), 403);
  equal(await ask({ forwarded: 'for=198.51.100.7' }), 403);
  equal(await ask({ 'x-forwarded-for': '198.51.100.7', authorization: 'Bearer un-jeton' }), 200);
  equal(await ask({ authorization: 'Bearer un-jetom' }), 403);
  equal(await ask({ authorization: 'Bearer ' }), 403);
});
await test('a statement over the limit is counted, and logged without its values', async () => {
  await admin.get(`/recherche?q=${encodeURIComponent(secret)}`);
  ok((await metrics()).value('essaim_db_slow_queries_total') > 0);
  match(server.log(), /event="slow query" ms=\d+ sql=/);
});
await test('what was asked ahead and lasted is told too', async (skip) => {
  if (!onPostgres) return skip('a file is asked nothing ahead');
  const held = spawn('psql', ['-Xq', '-d', /^db = (.*)$/m.exec(readFileSync(join(server.folder, 'essaim.conf'), 'utf8'))[1],
    '-c', 'BEGIN; LOCK TABLE directory_school IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT'], { stdio: 'ignore' });
  const over = new Promise((done) => { held.on('close', done); });
  await sleep(700);
  equal((await admin.get('/etablissements?q=ecole')).status, 200);
  await over;
  ok(server.log().split('\n').some((l) => /event="slow query" ms=[1-9]\d{2,} sql=.*FROM directory_school/.test(l)), 'not told');
});
await test('the access log has the pattern, the code, the person\'s number, and no more', async () => {
  await admin.get('/projets?q=quelque-chose');
  await sleep(100);
  const line = server.log().split('\n').findLast((l) => / route=\/projets /.test(l));
  match(line, /^time=\S+Z level=info event=request method=GET route=\/projets code=200 ms=[\d.]+ queries=\d+ person=\d+$/);
  ok(!/quelque-chose|Z%C3%A9bulon|Zébulon|@demo\.example/.test(server.log()));
});
await test('in JSON what is a number is one', async () => {
  const other = await serve({ env: { ESSAIM_ACCESS_LOG: '1', ESSAIM_LOG: 'json', ESSAIM_SLOW_MS: '1', JOURNAL_STREAM: '' } });
  const who = await other.as('admin');
  await who.get('/recherche?q=ecole');
  await other.stop();
  const lines = other.log().split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l));
  const asked = lines.find((l) => l.event === 'request' && l.route === '/recherche' && l.person);
  for (const name of ['code', 'ms', 'queries', 'person']) equal(typeof asked[name], 'number', name);
  equal(typeof lines.find((l) => l.event === 'slow query').ms, 'number');
  equal(lines.find((l) => l.event === 'request' && l.route === '/entrer').person, null);
});
await test('a commit is one that changed something, and the log before the database has a size', async () => {
  for (let i = 0, size = 0; !size; i++) {
    size = (await metrics()).value('essaim_db_wal_bytes');
    ok(i < 50, 'no size');
    await sleep(100);
  }
  const form = await admin.form('/organisations/nouveau', '/organisations');
  const kind = form.controls.find((c) => c.name === 'kind').options.find((o) => o.value).value;
  const seen = async () => {
    const now = await metrics();
    return ['commits_total', 'writes_total', 'writes_per_commit_count', 'writes_per_commit_sum'].map((n) => now.value(`essaim_db_${n}`));
  };
  await sleep(2500); // the journal is sealed
  // The server's own tasks commit as well: between two of them, nothing else does.
  let looked, expected;
  for (let i = 0; i < 10 && (!i || `${looked}` !== `${expected}`); i++) {
    const before = await seen();
    expected = [before[0], before[1] + 3, before[2], before[3]];
    for (let k = 0; k < 3; k++) equal((await server.stranger().get('/readyz')).status, 200);
    looked = await seen();
  }
  deepEqual(looked, expected, 'what changes nothing is no commit');
  equal((await admin.submit(form, { name: 'Une organisation de plus', kind })).status, 303);
  const after = await seen();
  ok(after[0] > looked[0] && after[2] > looked[2] && after[3] > looked[3], `${after}`);
});
await test('ready, and not ready when the disk is nearly full', async () => {
  equal((await server.stranger().get('/readyz')).text, 'ready\n');
  const other = await serve({ env: { ESSAIM_ROOM_MB: '999999999' } });
  const r = await other.stranger().get('/readyz');
  equal(r.status, 503);
  match(r.text, /^not ready: the disk has room for \d+ MB/);
  equal((await other.stranger().get('/healthz')).status, 200);
  await other.stop();
});
await test('not ready when the folder\'s disk has become read-only', async (skip) => {
  const own = process.getuid() === 0 ? ['unshare', '-m'] : ['unshare', '-rm'];
  if (spawnSync(own[0], [...own.slice(1), 'true']).status !== 0) return skip('no name space for mounts');
  const other = await serve({ under: own });
  const ready = async () => (await other.stranger().get('/readyz')).text;
  equal(await ready(), 'ready\n');
  // As the kernel leaves a disk after an error: what is open stays, no name can be written.
  const inside = (...words) => execFileSync('nsenter',
    [...process.getuid() === 0 ? [] : ['-U', '--preserve-credentials'], '-t', String(childOf(other.child.pid)), '-m', ...words]);
  const aside = mkdtempSync(join(tmpdir(), 'essaim-aside-')); // where nobody opens anything
  inside('mount', '--bind', other.folder, aside);
  inside('mount', '-o', 'remount,bind,ro', aside);
  inside('mount', '--bind', aside, other.folder);
  const r = await other.stranger().get('/readyz');
  equal(r.status, 503);
  equal(r.text, 'not ready: the data folder takes no files (Read-only file system): mend its disk or its rights\n');
  inside('umount', '-l', other.folder); // a file may be open there
  equal(await ready(), 'ready\n');
  await other.stop();
  rmdirSync(aside);
});
await test('asked for a form of the log, a server says nothing otherwise', async () => {
  const form = /^time=\S+ level=(info|warn|error) event=/;
  const other = await serve({ args: ['--log', 'logfmt'] });
  process.kill(childOf(other.child.pid), 'SIGKILL');
  for (let i = 0; i < 200 && !/event=serving[^]*event=serving/.test(other.log()); i++) await sleep(50);
  await other.stop();
  match(other.log(), /level=error event="the child ended by a signal; starting again"/);
  for (const line of other.log().trim().split('\n')) match(line, form);
  const r = spawnSync(program, ['serve', '--data', join(tmpdir(), 'essaim-nowhere'), '--log', 'logfmt'], { encoding: 'utf8' });
  equal(r.status, 1);
  match(r.stderr, /^time=\S+ level=error event="cannot serve" why="\S+ holds no laboratory: make one [^"]*"\n$/);
  // Nor of its settings, as far as they were read.
  const place = mkdtempSync(join(tmpdir(), 'essaim-settings-'));
  for (const [line, env, why] of [['slow_ms = soon', {}, /ESSAIM_SLOW_MS is a number/], ['sloww_ms = 1', {}, /essaim\.conf:2: no setting sloww_ms/],
    ['', { ESSAIM_DB: 'mysql://x/y' }, /--db takes an address/]]) {
    writeFileSync(join(place, 'essaim.conf'), `log = logfmt\n${line}\n`);
    const s = spawnSync(program, ['serve', '--data', place], { encoding: 'utf8', env: { ...process.env, ...env } });
    ok(s.status > 0);
    match(s.stderr, /^time=\S+ level=error event="cannot serve" why=[^\n]*\n$/);
    match(s.stderr, why);
  }
  rmSync(place, { recursive: true });
});
await test('a setting that makes no sense is told in one line', async () => {
  for (const [env, what] of [[{ ESSAIM_LOG: 'xml' }, /json or logfmt/],
    [{ ESSAIM_LOG_LEVEL: 'loud' }, /debug, info/], [{ ESSAIM_SLOW_MS: 'soon' }, /milliseconds/]]) {
    const said = await serve({ env }).then(() => 'it started', (e) => e.message);
    match(said, what);
  }
});
await server.stop();
