// What the stories over HTTP share; node 18 or later, nothing else.
//
//     import { test, equal, serve } from './lib.mjs';
//     const server = await serve();
//     await test('the home page answers', async () => {
//       equal((await server.stranger().get('/')).status, 200);
//     });
//     await server.stop();
import assert from 'node:assert/strict';
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, renameSync, rmSync,
  statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
export const program = process.env.ESSAIM ?? join(root, 'build/essaim');
// A Wednesday in March: the demonstration's living year lies around it.
export const today = '2025-03-12';
export const roles = ['admin', 'leader', 'inspector', 'ien', 'coordinator', 'expert',
  'researcher', 'partner', 'teacher', 'head', 'host'];
export const { equal, deepEqual, match, ok } = assert;

// One line a case: "ok name", or "not ok name" after what was wrong.
let passed = 0, failed = 0;
export async function test(name, run) {
  let skipped;
  try {
    await run((why) => { skipped = why; });
    passed++;
    console.log(`ok ${name}${skipped ? ` # skipped: ${skipped}` : ''}`);
  } catch (e) {
    failed++;
    const where = (e.stack ?? '').split('\n').find((l) => l.includes('/test/'))?.trim() ?? '';
    console.log(`  ${String(e.message).split('\n').slice(0, 12).join('\n  ')}\n  ${where}`);
    console.log(`not ok ${name}`);
  }
}
export const report = (code) => {
  console.log(`${passed} passed, ${failed} failed`);
  if (!code && (failed || !passed)) process.exitCode = 1;
};
process.on('exit', report); // what is no story takes it off

// Where ESSAIM_TEST_DB is set (postgresql://…), databases are made there; which
// one a data folder has stands in it.
const server = process.env.ESSAIM_TEST_DB ?? '';
export const onPostgres = server !== '';
delete process.env.ESSAIM_DB;
// Whole, for a program that is given no environment.
function url(name) {
  const u = new URL(server);
  const query = new URLSearchParams(u.search);
  for (const [key, variable] of [['host', 'PGHOST'], ['port', 'PGPORT'], ['user', 'PGUSER'],
    ['password', 'PGPASSWORD'], ['sslmode', 'PGSSLMODE']])
    if (!query.has(key) && process.env[variable]) query.set(key, process.env[variable]);
  return `postgresql://${u.host}/${name}?${query}`;
}
function psql(place, ...commands) {
  return execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', place,
    ...commands.flatMap((c) => ['-c', c])], { encoding: 'utf8', maxBuffer: 1 << 28 });
}
const conf = (folder) => join(folder, 'essaim.conf');
export const dbOf = (folder) => (existsSync(conf(folder))
  ? /^db = (.*)$/m.exec(readFileSync(conf(folder), 'utf8'))?.[1] : undefined);
let databases = 0;
function makeDb(folder, template) {
  const name = `essaim_${process.pid}_${++databases}`;
  psql(server, `CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
  writeFileSync(conf(folder), `db = ${url(name)}\n`);
}
export function drop(folder) {
  const place = dbOf(folder);
  rmSync(folder, { recursive: true, force: true });
  if (place) dropDb(place);
}
// Of a server that goes on: it still writes into its folder.
export const dropDb = (place) => psql(server, `DROP DATABASE IF EXISTS ${new URL(place).pathname.slice(1)} WITH (FORCE)`);
// A copy of a folder and what its database holds, also beside a server.
export function clone(from, to) {
  cpSync(from, to, { recursive: true });
  if (!dbOf(from)) return;
  makeDb(to);
  execFileSync('psql', ['-Xqb', '-v', 'ON_ERROR_STOP=1', '-d', dbOf(to)], {
    input: execFileSync('pg_dump', ['-d', dbOf(from)], { maxBuffer: 1 << 28 }), stdio: ['pipe', 'ignore', 'inherit'] });
}
// What statements answer, as psql and sqlite3 print it.
export function query(folder, ...sql) {
  if (dbOf(folder)) return psql(dbOf(folder), ...sql).trim();
  return execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(folder, 'essaim.db'), ...sql],
    { encoding: 'utf8', maxBuffer: 1 << 28 }).trim();
}

// Runs the program to its end.
export const run = (...args) =>
  spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
// Its standard output, when all went well.
export function essaim(...args) {
  const run = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0)
    throw new Error(`essaim ${args.join(' ')}: exit ${run.status ?? run.signal}\n${run.stderr}`);
  return run.stdout;
}

// The demonstration, made once for each build of the program; whole under its
// name, also where two stories make it at the same time.
export function demo() {
  const made = join(root, `build/demo${onPostgres ? `-postgres-${process.env.PGPORT ?? ''}` : ''}`);
  const there = () => !onPostgres
    || psql(server, `SELECT 1 FROM pg_database WHERE datname = '${template()}'`) !== '';
  if (!existsSync(made) || statSync(made).mtimeMs < statSync(program).mtimeMs || !there()) {
    const part = `${made}.${process.pid}`, db = `essaim_part_${process.pid}`;
    if (onPostgres) psql(server, `CREATE DATABASE ${db}`);
    essaim('demo', '--data', part, '--today', today, '--password', 'demonstration',
      ...onPostgres ? ['--db', url(db)] : []);
    if (onPostgres) psql(server, `DROP DATABASE IF EXISTS ${template()}`,
      `ALTER DATABASE ${db} RENAME TO ${template()}`);
    rmSync(made, { recursive: true, force: true });
    renameSync(part, made);
  }
  return made;
}
const template = () => `essaim_demo_${Math.round(statSync(program).mtimeMs)}`;
// A copy of it in a new folder.
export function copy(folder = mkdtempSync(join(tmpdir(), 'essaim-http-'))) {
  cpSync(demo(), folder, { recursive: true });
  if (onPostgres) makeDb(folder, template());
  return folder;
}

// A folder whose database is there and empty.
export function emptied() {
  const folder = mkdtempSync(join(tmpdir(), 'essaim-empty-'));
  if (onPostgres) makeDb(folder);
  else writeFileSync(join(folder, 'essaim.db'), '');
  return folder;
}

function freePort() {
  return new Promise((done, fail) => {
    const s = createServer().on('error', fail).listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => done(port));
    });
  });
}

// A server of its own on a copy of the demonstration, gone with the process.
// under: a program that runs it with its arguments, as prlimit does.
export async function serve({ args = [], env = {}, data, under = [] } = {}) {
  const folder = data ?? copy();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const [first, ...words] = [...under, program];
  const child = spawn(first,
    [...words, 'serve', '--data', folder, '--listen', `127.0.0.1:${port}`, '--today', today, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  let log = '';
  child.stderr.on('data', (d) => { log = (log + d).slice(-200000); });
  // A story that failed before its stop ends all the same.
  child.unref();
  child.stderr.unref();
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  const ended = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  for (let i = 0; ; i++) {
    const up = await send(new URL('/healthz', base), 'GET').then((r) => r.status === 200, () => false);
    if (up) break;
    if (i > 400 || child.exitCode !== null) throw new Error(`the server does not start\n${log}`);
    await sleep(25);
  }
  return {
    base, port, folder, child,
    log: () => log,
    stranger: (lang) => new Person(base, lang),
    as: (role, lang) => new Person(base, lang).signIn(role),
    async stop() {
      child.ref();
      child.kill('SIGTERM');
      const end = await Promise.race([ended, sleep(10000, null, { ref: false })]);
      process.off('exit', kill);
      if (!end) kill();
      if (!data) drop(folder);
      if (!end) throw new Error('the server does not end on TERM');
      return end;
    },
  };
}

// The child that a server's supervisor keeps, or one that a thread of it has started; 0: none
// at the moment.
export const childOf = (pid) => {
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const [first] = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ');
      if (first) return Number(first);
    }
  } catch { /* it has ended */ }
  return 0;
};

// One request. Node's fetch, with its Headers and its Response, is work that a story
// of thousands of requests has no time for; what they come to is said here.
const clients = { 'http:': http, 'https:': https };
const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
class Headers {
  constructor(raw) { this.raw = raw; }
  all(name) { return this.raw.filter((_, i) => i % 2 && this.raw[i - 1].toLowerCase() === name); }
  get(name) {
    const found = this.all(name.toLowerCase());
    return found.length ? found.join(', ') : null;
  }
  getSetCookie() { return this.all('set-cookie'); }
}
async function bodyOf(body) {
  if (body === undefined || body instanceof Uint8Array) return [body];
  if (typeof body === 'string') return [body, 'text/plain;charset=UTF-8'];
  if (body instanceof URLSearchParams) return [String(body), 'application/x-www-form-urlencoded;charset=UTF-8'];
  const form = new Response(body);
  return [Buffer.from(await form.arrayBuffer()), form.headers.get('content-type')];
}
// A server closes what has rested for half a minute, and a story that waited for a program of
// its own meanwhile has not seen it yet.
let askedAt = Date.now();
function forgetRested() {
  const now = Date.now();
  if (now - askedAt > 10000)
    for (const agent of Object.values(agents)) Object.values(agent.freeSockets).flat().forEach((s) => s.destroy());
  askedAt = now;
}
async function send(url, method, headers, body) {
  const [bytes, type] = await bodyOf(body);
  forgetRested();
  return new Promise((done, fail) => {
    const request = clients[url.protocol].request(url, {
      agent: agents[url.protocol], method,
      headers: { accept: '*/*', ...type && { 'content-type': type }, ...headers },
    }, (r) => {
      const parts = [];
      r.on('data', (part) => parts.push(part)).on('error', fail).on('end', () =>
        done({ status: r.statusCode, headers: new Headers(r.rawHeaders), bytes: Buffer.concat(parts) }));
    });
    // A connection that rested may be closed just as it is used again: a browser asks once more, too.
    request.on('error', (e) => (request.reusedSocket && e.code === 'ECONNRESET' && method === 'GET'
      ? send(url, method, headers, body).then(done, fail) : fail(e))).end(bytes);
  });
}

// The API in the name of an account: (method, path, body, headers).
export function apiOf(server, { as = 'admin@demo.example', name = 'test' } = {}) {
  const token = essaim('token', 'add', as, name, '--data', server.folder).trim();
  return (method, path, body, headers = {}) => server.stranger().fetch(`/api/v1/${path}`, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
}

// A page that answers mistakes says so in its title, and where they are told is
// where a reader begins.
function faulty(path, r) {
  const text = r.bytes.toString('utf8'), title = /<title>([^<]*)/.exec(text)?.[1];
  if (title === undefined) return;
  match(title, /^(Erreur\u00a0: |Error: )/, path);
  match(text, / autofocus>|aria-invalid="true"|<div class="oops">/, path);
}

// Someone with a browser without scripts: cookies, forms, no redirects unasked.
export class Person {
  constructor(base, lang = 'fr') {
    this.base = base;
    this.cookies = new Map([['lang', lang]]);
  }
  async fetch(path, { method = 'GET', body, headers = {} } = {}) {
    const cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    const r = await send(new URL(path, this.base), method, { cookie, ...headers }, body);
    if (r.status === 422) faulty(path, r);
    for (const line of r.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(';');
      const at = pair.indexOf('=');
      const gone = rest.some((p) => /^\s*max-age=0$/i.test(p));
      if (gone) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return {
      method, path, status: r.status, headers: r.headers, bytes: r.bytes,
      text: r.bytes.toString('utf8'), type: r.headers.get('content-type') ?? '',
      location: r.headers.get('location'),
    };
  }
  get(path, headers) { return this.fetch(path, { headers }); }
  // Fields as an object, or as pairs where a name comes twice.
  post(path, fields, headers) {
    return this.fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }
  postFiles(path, pairs, headers) {
    const body = new FormData();
    for (const [name, value, file] of pairs)
      if (file) body.append(name, new Blob([value]), file); else body.append(name, value);
    return this.fetch(path, { method: 'POST', body, headers });
  }
  // A GET that follows at most five redirects.
  async open(path) {
    let r = await this.get(path);
    for (let i = 0; i < 5 && r.status >= 300 && r.status < 400; i++) r = await this.get(r.location);
    return r;
  }
  // By the button of the demonstration's page.
  async signIn(role) {
    const form = forms((await this.get('/entrer')).text)
      .find((f) => f.buttons.some((b) => b.name === 'role' && b.value === role));
    if (!form) throw new Error(`the sign-in page has no button for ${role}`);
    const r = await this.post(form.action, [...form.fields, ['role', role]]);
    equal(r.status, 303, `sign in as ${role}`);
    ok(this.cookies.has('session'), `${role} gets no session`);
    return this;
  }
  // The form of a page whose action ends so; fields changed by name.
  async form(path, action = '') {
    const page = await this.get(path);
    equal(page.status, 200, `GET ${path}`);
    const form = forms(page.text).find((f) => f.method === 'post' && f.action.endsWith(action)
      && !/\/sortir$/.test(f.action));
    if (!form) throw new Error(`${path} has no form ${action}`);
    return form;
  }
  submit(form, changes = {}, headers) {
    const pairs = filled(form, changes);
    if (form.enctype === 'multipart/form-data') return this.postFiles(form.action, pairs, headers);
    return this.post(form.action, pairs, headers);
  }
}

// Sent as by a button, its page unread: with the token of who sends, and a key of its own.
const tokens = new WeakMap();
let posts = 0;
export async function post(who, path, fields = {}) {
  if (!tokens.has(who))
    tokens.set(who, forms((await who.get('/')).text).flatMap((f) => f.fields).find(([n]) => n === '_csrf')[1]);
  return who.post(path, { _csrf: tokens.get(who), _key: `post-${posts++}`, ...fields });
}
// It was done: where it led. It was not: the words that say why.
export const made = (r) => { equal(r.status, 303, readable(r.text).slice(0, 500)); return r.location; };
export const says = (r, status, words) => {
  equal(r.status, status, readable(r.text).slice(0, 500));
  match(readable(r.text), words);
};

// The secret of the last link that was mailed for an entry of a waiting list.
export const offerOf = (folder, waiting) => /\/proposition\/([0-9a-f]+)/.exec(
  query(folder, `SELECT text FROM core_mail WHERE page = '/attente/${waiting}' ORDER BY uid DESC LIMIT 1`))?.[1];

export function filled(form, changes) {
  const left = new Map(Object.entries(changes));
  const pairs = [];
  for (const [name, value] of form.fields) {
    if (!left.has(name)) pairs.push([name, value]);
    else if (left.get(name) !== null) pairs.push([name, left.get(name)]);
    left.delete(name);
  }
  for (const [name, value] of left) if (value !== null) pairs.push([name, value]);
  return pairs;
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
export function unescape(s) {
  return s.replace(/&(#x?)?([0-9a-zA-Z]+);/g, (all, number, name) =>
    number ? String.fromCodePoint(parseInt(name, number === '#x' ? 16 : 10)) : entities[name] ?? all);
}
function attributes(tag) {
  const out = {};
  for (const m of tag.matchAll(/\s([a-z-]+)(?:="([^"]*)")?/g)) out[m[1]] = unescape(m[2] ?? '');
  return out;
}
// What a person reads: no tags, no scripts.
export function readable(html) {
  return unescape(html.replace(/<(script|style|svg)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();
}
export function links(html) {
  return [...html.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map((m) => unescape(m[1]));
}
// What each form would send as it stands, and its controls.
export function forms(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head, inside]) => {
    const a = attributes(head);
    const form = {
      action: a.action ?? '', method: a.method ?? 'get', enctype: a.enctype,
      fields: [], controls: [], buttons: [], html: inside,
    };
    const tags = /<(input|button|select|textarea)\b([^>]*)>(?:([\s\S]*?)<\/(?:select|textarea|button)>)?/g;
    for (const m of inside.replace(/(<input\b[^>]*>)/g, '$1</select>').matchAll(tags)) {
      const [, tag, rest, content] = m;
      const c = { tag, ...attributes(rest) };
      if (tag === 'button') { form.buttons.push(c); continue; }
      if (!c.name) continue;
      if (tag === 'select') {
        c.options = [...content.matchAll(/<option\b([^>]*)>/g)].map((o) => attributes(o[1]));
        const chosen = c.options.find((o) => 'selected' in o) ?? c.options[0];
        c.value = chosen?.value ?? '';
      }
      if (tag === 'textarea') c.value = unescape((content ?? '').replace(/^\r?\n/, ''));
      form.controls.push(c);
      const off = (c.type === 'checkbox' || c.type === 'radio') && !('checked' in c);
      if (!off && c.type !== 'file') form.fields.push([c.name, c.value ?? '']);
    }
    return form;
  });
}

// Values that pass for what a form requires, and for the names that were wrong;
// known: what to type for a control of that name.
let serial = 0;
function plausible(c, known) {
  serial++;
  if (c.tag === 'select') return c.options.find((o) => o.value)?.value ?? '';
  if (known[c.name]) return known[c.name];
  if (c.name === 'year') return '2025-2026';
  if (/uai/.test(c.name)) {
    const digits = `099${9000 + serial}`;
    return digits + 'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(digits) % 23];
  }
  if (c.type === 'email' || /mail/.test(c.name)) return `essai${serial}@demo.example`;
  if (c.type === 'date') return '2025-03-10';
  if (c.type === 'url' || /(site|link|url)$/.test(c.name)) return 'https://demo.example/';
  if (c.type === 'number' || ['numeric', 'decimal'].includes(c.inputmode)) return '1';
  return `Essai ${serial}`;
}
export function filling(form, { wrong = [], known = {} } = {}) {
  const out = {};
  for (const c of form.controls) {
    if (c.type === 'hidden' || c.type === 'file' || c.type === 'checkbox') continue;
    if (!('required' in c) && !wrong.includes(c.name)) continue;
    if (c.type === 'radio') out[c.name] ??= c.value;
    else out[c.name] = plausible(c, known);
  }
  return out;
}

// A file is sent to be imported: the answer.
export async function importSend(who, entity, file, name = 'liste.csv') {
  const form = await who.form('/imports', '/imports');
  return who.postFiles('/imports', [...filled(form, { entity }), ['file', file, name]]);
}
// A button of an import's page, by the end of where it leads.
export async function importPress(who, where, action) {
  const form = forms((await who.get(where)).text).find((f) => f.action.endsWith(`/${action}`));
  ok(form, `${where} has no button ${action}`);
  const r = await who.submit(form);
  equal(r.status, 303, readable(r.text).slice(0, 300));
}
// Waits until an import's work has ended, for as long as a busy machine may take;
// what its .json then says.
export async function importEnd(who, where) {
  for (const began = Date.now(); Date.now() - began < 120000;) {
    const r = await who.get(`${where}.json`);
    equal(r.status, 200, `${where}.json`);
    const state = JSON.parse(r.text);
    if (state.done) return state;
    await sleep(25);
  }
  throw new Error(`${where} does not end`);
}

// What a server of that day's clock says, in seconds: the hour that it is in Paris.
export function serverNow() {
  const day = (ms) => Date.parse(new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris' }).format(ms));
  let now = Date.now();
  for (let i = 0; i < 2; i++) now += Date.parse(today) - day(now); // over the hour of summer, as it does
  return Math.floor(now / 1000);
}

// Every table with its rows, but for what a read or the clock may change, when
// no task is at work.
const moving = ['core_once', 'auth_session', 'core_leaf', 'core_head', 'core_task'];
// What is due on another day, as an offer that lapses, is nothing to wait for.
const atWork = `SELECT 1 FROM core_task WHERE done IS NULL AND due < ${Date.parse(today) / 1000 + 100000} LIMIT 1`;
const dialects = {
  sqlite: {
    names: "SELECT name FROM sqlite_schema WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
      + " AND name NOT LIKE 'sqlite_%' ORDER BY name",
    print: (name) => [`.print '\x01${name}\x02'`, `SELECT * FROM "${name}"`],
  },
  postgres: {
    names: "SELECT relname FROM pg_class WHERE relkind = 'r'"
      + ' AND relnamespace = current_schema()::regnamespace ORDER BY 1',
    // Its rows' digest: they are only compared.
    print: (name) => [`SELECT E'\x01${name}\x02', count(*), sum(hashtextextended(t::text, 0)) FROM "${name}" t`],
  },
};
let last = {};
const printed = new Map(); // by folder: what prints its tables, which stay the same
// .all: their rows, by name. Of SQLite it is held as the bytes of its files, and
// printed when asked for: mostly nothing is committed before the next look.
export function tables(folder) {
  const seen = lastCommit(folder);
  if (seen && last.folder === folder && last.mark === seen.mark) return last;
  for (let i = 0; i < 400 && read(folder, atWork); i++) pause(50);
  let commit, files;
  do {
    commit = lastCommit(folder);
    files = commit && filesAt(folder, commit);
  } while (commit?.mark !== lastCommit(folder)?.mark);
  let all = commit ? undefined : print(folder);
  last = { folder, mark: commit?.mark, get all() { return all ??= printHeld(folder, files); } };
  return last;
}
const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
// The file as it was found when the log was begun, and the log up to a commit: while
// the log has the same salts it only grows, and what goes from it into the file is
// in it, too. So each look reads what was committed since the one before.
let log = {};
function filesAt(folder, { salts, length }) {
  const db = join(folder, 'essaim.db');
  if (log.folder !== folder || log.salts !== salts) log = { folder, salts, length: 0, parts: [], db: readFileSync(db) };
  if (log.length < length) {
    const part = Buffer.alloc(length - log.length), file = openSync(`${db}-wal`);
    readSync(file, part, 0, part.length, log.length);
    closeSync(file);
    log = { ...log, length, parts: [...log.parts, part] };
  }
  return { 'essaim.db': log.db, 'essaim.db-wal': log.parts };
}
function printHeld(folder, files) {
  const copy = mkdtempSync(join(tmpdir(), 'essaim-held-'));
  for (const [name, bytes] of Object.entries(files))
    writeFileSync(join(copy, name), Array.isArray(bytes) ? Buffer.concat(bytes) : bytes);
  const all = print(copy, folder);
  rmSync(copy, { recursive: true });
  return all;
}
function print(folder, of = folder) {
  const { names, print } = dialects[dbOf(folder) ? 'postgres' : 'sqlite'];
  if (!printed.has(of))
    printed.set(of, read(folder, names).split('\n').filter((n) => n && !moving.includes(n)).flatMap(print));
  return Object.fromEntries(read(folder, ...printed.get(of)).split('\x01').slice(1).map((t) => t.split('\x02')));
}
function read(folder, ...sql) {
  if (dbOf(folder)) return psql(dbOf(folder), ...sql);
  return execFileSync('sqlite3', ['-readonly', `file:${join(folder, 'essaim.db')}?mode=ro`, ...sql],
    { encoding: 'latin1', maxBuffer: 1 << 28 }); // bytes, to be compared
}
// SQLite's last commit: what tells it are the two equal heads of the index of its log
// (sqlite.org/walformat.html), and when the log was last emptied into the file: while
// they stay, so does every table. The log's salts, and its bytes up to that commit.
function lastCommit(folder) {
  const db = join(folder, 'essaim.db'), index = `${db}-shm`;
  if (dbOf(folder) || !existsSync(index)) return null;
  const heads = Buffer.alloc(96), file = openSync(index);
  readSync(file, heads, 0, 96, 0);
  closeSync(file);
  if (!heads.subarray(0, 48).equals(heads.subarray(48))) return null;
  const page = heads.readUInt16LE(14), frames = heads.readUInt32LE(16);
  return {
    mark: heads.toString('hex') + statSync(db, { bigint: true }).mtimeNs,
    salts: heads.toString('hex', 32, 40),
    length: frames && 32 + frames * (24 + (page === 1 ? 65536 : page)),
  };
}
export function sameTables(before, after, what) {
  if (before === after) return;
  const other = Object.keys(after.all).filter((n) => before.all[n] !== after.all[n]);
  equal(other.join(' '), '', `${what}: tables that changed`);
}

export const routes = () => JSON.parse(essaim('routes', '--format', 'json'));
export const rights = () => Object.fromEntries(JSON.parse(essaim('rights', '--format', 'json'))
  .map((r) => [r.right, r.roles.split(/\s+/)]));
