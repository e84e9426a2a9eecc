// The proxies of deploy/ in front of a running server, as they are shipped but
// for ports and certificate: TLS and HTTP/2, who the client is, uploads, long
// answers, restarts. And the unit, as systemd reads it.
import { test, childOf, equal, ok, match, serve, drop, Person, program, root } from './lib.mjs';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { connect as secure } from 'node:tls';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // its own certificate
process.removeAllListeners('warning');
const place = mkdtempSync(join(tmpdir(), 'essaim-proxy-'));
chmodSync(place, 0o755);
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const at = (name) => join(place, name);
const shipped = (name) => readFileSync(join(root, 'deploy', name), 'utf8');
const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
// Held together until both are known, or they may be the same one.
async function twoPorts() {
  const held = await Promise.all([1, 2].map(() => new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => done(s));
  })));
  const ports = held.map((s) => s.address().port);
  await Promise.all(held.map((s) => new Promise((done) => { s.close(done); })));
  return ports;
}
// Every place of what is shipped that a machine changes; each must be there.
function changed(text, changes) {
  for (const [from, to] of changes) {
    ok(text.includes(from), `deploy/ has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

if (has('openssl'))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', at('key'), '-out', at('cert')],
  { stdio: 'ignore' });

const proxies = {
  nginx: async (to) => {
    const [tls, plain] = await twoPorts();
    const site = changed(shipped('nginx.conf'), [
      ['listen 443 ', `listen 127.0.0.1:${tls} `], ['listen 80;', `listen 127.0.0.1:${plain};`],
      ['127.0.0.1:8080', `127.0.0.1:${to}`], ['labo.example.fr', 'localhost'],
      ['/etc/ssl/labo.pem', at('cert')], ['/etc/ssl/labo.key', at('key')]]);
    writeFileSync(at('nginx.conf'), `daemon off; pid ${at('pid')}; error_log ${at('error.log')};
      events { worker_connections 256; }
      http { access_log off; client_body_temp_path ${at('b')}; proxy_temp_path ${at('p')};
        fastcgi_temp_path ${at('f')}; uwsgi_temp_path ${at('u')}; scgi_temp_path ${at('s')};
        ${site} }`);
    return { tls, plain, args: ['nginx', ['-c', at('nginx.conf'), '-p', place]] };
  },
  haproxy: async (to) => {
    const [tls, plain] = await twoPorts();
    writeFileSync(at('pem'), readFileSync(at('cert'), 'utf8') + readFileSync(at('key'), 'utf8'));
    writeFileSync(at('haproxy.cfg'), changed(shipped('haproxy.cfg'), [
      ['bind :443 ', `bind 127.0.0.1:${tls} `], ['bind :80\n', `bind 127.0.0.1:${plain}\n`],
      ['127.0.0.1:8080', `127.0.0.1:${to}`], ['/etc/haproxy/labo.pem', at('pem')]]));
    return { tls, plain, args: ['haproxy', ['-db', '-f', at('haproxy.cfg')]] };
  },
};

function overHttp2(base, path) {
  return new Promise((done, fail) => {
    const session = connect(base, { rejectUnauthorized: false }).on('error', fail);
    const r = session.request({ ':path': path });
    let body = '', status;
    r.on('response', (h) => { status = h[':status']; });
    r.setEncoding('utf8').on('data', (d) => { body += d; });
    r.on('end', () => { session.close(); done({ status, body, protocol: session.alpnProtocol }); });
    r.on('error', fail);
  });
}

for (const [name, make] of Object.entries(proxies)) {
  if (!has(name) || !has('openssl')) {
    await test(`${name}: the example`, (skip) => skip(`no ${name} or no openssl here`));
    continue;
  }
  let server = await serve({ env: { ESSAIM_PROXIES: '127.0.0.1', ESSAIM_METRICS_TOKEN: '' } });
  const { tls, plain, args } = await make(server.port);
  const proxy = spawn(args[0], args[1], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const s of [proxy.stdout, proxy.stderr]) s.on('data', (d) => { said += d; });
  process.on('exit', () => proxy.kill('SIGKILL'));
  const base = `https://localhost:${tls}`;
  for (let i = 0; ; i++) {
    if (await fetch(`${base}/readyz`).then((r) => r.status === 200, () => false)) break;
    if (i > 100) throw new Error(`${name} does not start: ${said}`);
    await sleep(50);
  }
  const who = new Person(base);
  await test(`${name}: a page over HTTP/2, and plain HTTP is sent there`, async () => {
    const r = await overHttp2(base, '/entrer');
    equal(r.protocol, 'h2');
    equal(r.status, 200);
    match(r.body, /<h1/);
    const away = await fetch(`http://127.0.0.1:${plain}/projets`, { redirect: 'manual' });
    equal(away.status, 301);
    match(away.headers.get('location'), /^https:\/\//);
  });
  await test(`${name}: the session's cookie is for TLS only; signing in and a form work`, async () => {
    await who.signIn('admin');
    const r = await who.get('/langue/fr');
    match(r.headers.getSetCookie().join('\n'), /; Secure/);
    match(r.headers.get('strict-transport-security'), /max-age/);
    const form = await who.form('/organisations/nouveau', '/organisations');
    equal((await who.submit(form, {})).status, 422);
  });
  await test(`${name}: a head that could be read in two ways ends there`, async () => {
    const all = (bytes) => new Promise((done) => {
      let text = '';
      const socket = secure({ port: tls, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
        () => socket.write(Buffer.from(bytes, 'latin1')));
      socket.setTimeout(2000, () => socket.destroy());
      socket.on('data', (d) => { text += d.toString('latin1'); }).on('error', () => {});
      socket.on('close', () => done([...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((m) => m[1]).join(' ')));
    });
    const lines = 'GET /readyz HTTP/1.1\r\nHost: localhost\r\n';
    equal(await all(`${lines}\r\n`), '200');
    for (const odd of [': junk', '\0A: b', 'A: b\0c', 'A\0b: c'])
      equal(await all(`${lines}${odd}\r\n${lines}\r\n`), '400', JSON.stringify(odd));
  });
  await test(`${name}: what a client pretends to be is not passed on; metrics stay inside`, async () => {
    for (const headers of [{}, { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
      { forwarded: 'for=127.0.0.1' }]) {
      ok([403, 404].includes((await who.get('/metrics', headers)).status));
      match((await who.get('/langue/fr', headers)).headers.getSetCookie().join('\n'), /; Secure/);
    }
  });
  await test(`${name}: an upload of 3 MB and an answer of all schools come through whole`, async () => {
    const form = await who.form('/imports', '/imports');
    const entity = form.controls.find((c) => c.name === 'entity').options.find((o) => o.value === 'school');
    const lines = ['nothing;nobody', ...Array.from({ length: 60000 }, (_, i) => `${i};${'x'.repeat(44)}`)];
    const file = form.html.match(/<input[^>]*type="file"[^>]*name="([^"]+)"|<input[^>]*name="([^"]+)"[^>]*type="file"/);
    const pairs = [...form.fields.filter(([n]) => n !== 'entity'), ['entity', entity.value],
      [file[1] ?? file[2], lines.join('\n'), 'large.csv']];
    const r = await who.postFiles(form.action, pairs);
    ok([303, 422].includes(r.status), `${r.status} ${r.text.slice(0, 200)}`);
    const direct = new Person(server.base);
    for (const [k, v] of who.cookies) direct.cookies.set(k, v);
    equal(Buffer.compare((await who.get('/etablissements.csv')).bytes,
      (await direct.get('/etablissements.csv')).bytes), 0);
  });
  await test(`${name}: a child that dies is not seen by who reads`, async () => {
    for (let i = 0; i < 3; i++) {
      const child = childOf(server.child.pid);
      const answers = Array.from({ length: 8 }, () => who.get('/projets'));
      process.kill(child, 'SIGKILL');
      for (const a of answers) equal((await a).status, 200, `${(await a).text.slice(0, 300)} ${name === 'nginx' ? readFileSync(at('error.log')) : ''}`);
      equal((await who.get('/projets')).status, 200);
      while (childOf(server.child.pid) === child) await sleep(10);
      await sleep(300);
    }
  });
  await test(`${name}: while the whole service restarts, nobody sees a broken page`, async () => {
    server.child.kill('SIGTERM');
    await new Promise((done) => server.child.on('exit', done));
    const asked = who.get('/projets');
    await sleep(300);
    const again = spawn(program, ['serve', '--data', server.folder, '--listen', `127.0.0.1:${server.port}`,
      '--today', '2025-03-12'], { stdio: 'ignore', env: { ...process.env, ESSAIM_PROXIES: '127.0.0.1' } });
    process.on('exit', () => again.kill('SIGKILL'));
    const r = await asked;
    if (name === 'haproxy') equal(r.status, 200);
    else {
      equal(r.status, 503);
      equal(r.headers.get('retry-after'), '2');
      match(r.text, /redémarre/);
    }
    for (let i = 0; (await who.get('/projets')).status !== 200; i++) {
      ok(i < 100, 'it does not come back');
      await sleep(50);
    }
    again.kill('SIGTERM');
    await new Promise((done) => again.on('exit', done));
  });
  proxy.kill('SIGTERM');
  drop(server.folder);
}
await test('nobody\'s word is taken who is no proxy', async () => {
  const server = await serve();
  const r = await server.stranger().get('/langue/fr', { 'x-forwarded-proto': 'https' });
  ok(!/Secure/.test(r.headers.getSetCookie().join()));
  await server.stop();
  const bad = await serve({ env: { ESSAIM_PROXIES: 'proxy.example' } }).then(() => 'it started', (e) => e.message);
  match(bad, /ESSAIM_PROXIES is a list/);
});
await test('the unit is one that systemd understands, and leaves little', async (skip) => {
  if (!has('systemd-analyze')) { skip('no systemd here'); return; }
  writeFileSync(at('essaim.service'), changed(shipped('essaim.service'),
    [['/usr/local/bin/essaim', program], ['Documentation=man:essaim(1)\n', '']]));
  const v = spawnSync('systemd-analyze', ['verify', at('essaim.service')], { encoding: 'utf8' });
  equal(v.stderr.split('\n').filter((l) => l.includes('essaim')).join('\n'), '');
  const s = spawnSync('systemd-analyze',
    ['security', '--offline=true', '--no-pager', '--threshold=15', at('essaim.service')], { encoding: 'utf8' });
  equal(s.status, 0, `${s.stdout.split('\n').slice(-3).join('\n')}${s.stderr}`);
});
process.exit();
