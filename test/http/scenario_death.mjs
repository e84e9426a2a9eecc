// Ends, wanted and unwanted: what was acknowledged is there.
import { test, equal, ok, serve, essaim, copy, drop, childOf } from './lib.mjs';
import { connect } from 'node:net';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const uai = (n) => `099${n}${'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(`099${n}`) % 23]}`;
const up = (server) => fetch(`${server.base}/healthz`, { signal: AbortSignal.timeout(200) })
  .then((r) => r.ok, () => false);
// Waits for what shall come; a server that has given up, or a minute, ends it.
async function until(server, what, pause = 10) {
  for (const began = Date.now(); !await what(); await sleep(pause)) {
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.log().slice(-600)}`);
    if (Date.now() - began > 60000) throw new Error('a minute of waiting');
  }
}

await test('TERM with 100 slow clients ends within 10 s, with 0', async () => {
  const server = await serve();
  const sockets = Array.from({ length: 100 }, (_, i) => {
    const s = connect(server.port, '127.0.0.1', () => {
      if (i % 4 === 0) s.write('GET / HT');
      else if (i % 4 === 1) s.write(`POST /entrer HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nab`);
      else if (i % 4 === 2) { s.pause(); s.write('GET /etablissements.csv HTTP/1.1\r\nHost: x\r\n\r\n'); }
      else s.write(`POST /entrer HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 29\r\n\r\nemail=admin@x&password=abcdef`);
    });
    s.on('error', () => {});
    return s;
  });
  await sleep(300);
  const began = Date.now();
  const end = await server.stop();
  const took = Date.now() - began;
  for (const s of sockets) s.destroy();
  equal(end.code, 0, JSON.stringify(end));
  ok(took < 10000, `${took} ms`);
});
await test('TERM while the child is being replaced ends too', async () => {
  const server = await serve();
  process.kill(childOf(server.child.pid), 'SIGKILL');
  // A killed process takes its time on a busy disk: until it is gone, the end would be its own.
  await until(server, () => server.log().includes('starting again'), 1);
  equal((await server.stop()).code, 0);
});
await test('a child that a bug ends while it stops is no good end', async () => {
  const server = await serve();
  const child = childOf(server.child.pid);
  process.kill(child, 'SIGSTOP');
  const end = server.stop();
  await sleep(200);
  process.kill(child, 'SIGABRT');
  process.kill(child, 'SIGCONT');
  equal((await end).code, 1);
  ok(/"event":"the child ended by a signal as it stopped","signal":6/.test(server.log()), server.log());
});
await test('a server that was stopped and goes on serves again', async () => {
  const server = await serve();
  process.kill(server.child.pid, 'SIGSTOP');
  await sleep(50);
  process.kill(server.child.pid, 'SIGCONT');
  await sleep(300);
  // A busy machine may let it wait; had it taken that for its end, it never came back.
  await until(server, () => up(server));
  equal((await server.stop()).code, 0);
});
await test('a child that is killed is replaced within a second', async () => {
  const server = await serve();
  const admin = await server.as('admin');
  for (let i = 0; i < 3; i++) {
    const child = childOf(server.child.pid);
    const began = Date.now();
    process.kill(child, 'SIGKILL');
    await sleep(20);
    await until(server, () => up(server));
    const took = Date.now() - began;
    ok(took < 1000, `${took} ms`);
    ok(childOf(server.child.pid) !== child, 'the same child');
  }
  equal((await admin.get('/imports')).status, 200, 'still signed in');
  await server.stop();
});
await test('the supervisor gone, the child ends', async () => {
  const server = await serve();
  const child = childOf(server.child.pid);
  server.child.kill('SIGKILL');
  for (let i = 0; i < 100 && readdirSync('/proc').includes(String(child)); i++) await sleep(50);
  ok(!readdirSync('/proc').includes(String(child)) || /\) Z /.test(readFileSync(`/proc/${child}/stat`, 'utf8')),
    'it goes on alone');
  drop(server.folder);
});
// make check has no time for more.
const deaths = process.env.FULL ? 20 : 8;
await test(`${deaths} × kill -9 while eight clients write: every acknowledged row is there`, async () => {
  const folder = copy();
  const token = essaim('token', 'add', 'admin@demo.example', 'x', '--data', folder).trim();
  const server = await serve({ data: folder });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const acknowledged = new Map();
  // There are 8,000 codes: a fast machine keeps some for each death.
  let running = true, n = 1000, unsure = 0, most = 300;
  const client = async () => {
    while (running && n < 9000) {
      if (acknowledged.size >= most) { await sleep(2); continue; }
      const body = JSON.stringify({ uai: uai(n), name: `Kill ${n}`, kind: 'college' });
      const key = `kill-${n++}`;
      for (let tries = 0; tries < 200; tries++) {
        const r = await fetch(`${server.base}/api/v1/school`,
          { method: 'POST', body, headers: { ...headers, 'idempotency-key': key } })
          .then(async (x) => ({ status: x.status, said: await x.json() }), () => null);
        if (r?.status === 201) { acknowledged.set(key, r.said.id); break; }
        if (r && r.status !== 503) {
          running = false;
          throw new Error(`${key}: ${r.status} ${JSON.stringify(r.said)}`);
        }
        unsure++;
        await sleep(20);
      }
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (let i = 0; i < deaths; i++) {
    // It dies while it writes, however slow the machine or the engine is today.
    const before = acknowledged.size;
    most = before + 300;
    await until(server, () => !running || acknowledged.size >= before + 8, 1);
    await sleep((i * 37) % 90);
    process.kill(childOf(server.child.pid), 'SIGKILL');
    await sleep(110);
    // Ten deaths within two seconds each would be a bug of the program's own.
    if (i % 8 === 7 && i + 1 < deaths) { await until(server, () => up(server)); await sleep(2100); }
  }
  running = false;
  await Promise.all(clients);
  await until(server, () => up(server));
  const rows = new Map();
  for (let next = ''; next !== null;) {
    const page = await (await fetch(`${server.base}/api/v1/school?limit=200${
      next && `&after=${encodeURIComponent(next)}`}`, { headers })).json();
    for (const r of page.rows) rows.set(r.id, r);
    ({ next } = page);
  }
  ok(acknowledged.size >= 8 * deaths, `${acknowledged.size} rows`);
  ok(unsure > 0, 'nothing was ever interrupted');
  equal([...acknowledged].filter(([key, id]) => rows.get(id)?.name !== `Kill ${key.slice(5)}`).length, 0);
  const made = [...rows.values()].filter((r) => r.name.startsWith('Kill '));
  equal(new Set(made.map((r) => r.uai)).size, made.length, 'a row twice');
  equal(made.length, acknowledged.size, 'rows and acknowledgements');
  await server.stop();
  essaim('db', 'check', '--data', folder);
  essaim('journal', 'verify', '--data', folder);
  drop(folder);
});
