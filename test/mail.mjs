// A mail server for stories: test/smtp.py, with what it took.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './http/lib.mjs';

const freePort = () => new Promise((done) => {
  const s = createServer().listen(0, '127.0.0.1', () => {
    const { port } = s.address();
    s.close(() => done(port));
  });
});

export async function mailServer({ env = {}, port } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'essaim-mail-'));
  const file = join(folder, 'taken');
  port ??= await freePort();
  let child;
  async function start() {
    child = spawn('/usr/bin/python3', [join(root, 'test/smtp.py'), String(port), file],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    const it = child;
    process.on('exit', () => it.kill('SIGKILL'));
    await new Promise((ready, fail) => {
      child.stdout.once('data', ready);
      child.once('exit', () => fail(new Error('no mail server')));
    });
    child.stdout.unref();
    child.unref();
  }
  const stop = () => new Promise((done) => { child.once('exit', done); child.ref(); child.kill('SIGTERM'); });
  // A line that has no end yet is still being written.
  const taken = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1).map(JSON.parse) : []);
  await start();
  return {
    port, url: `smtp://127.0.0.1:${port}`, start, stop, taken,
    // What was taken for an address, once there are so many of them.
    async to(address, n = 1, met = () => true) {
      for (let i = 0; i < 400; i++) {
        const list = taken().filter((m) => m.to[0] === address && met(m));
        if (list.length >= n) return list;
        await sleep(50);
      }
      throw new Error(`no mail to ${address}; taken: ${taken().map((m) => `${m.to[0]}: ${header(m, 'subject')}`).join('\n')}`);
    },
    async end() { await stop(); rmSync(folder, { recursive: true, force: true }); },
  };
}
export const header = (m, name) => m.headers.find(([k]) => k.toLowerCase() === name)?.[1];
