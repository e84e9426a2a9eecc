// An import by the command line beside the forms of a server: it says how long a form
// waits, and so it runs when no other part of the tests does.
import { test, equal, ok, match, serve, program } from './lib.mjs';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const server = await serve();
const data = ['--data', server.folder];
const uai = (n) => `099${n}${'ABCDEFGHJKLMNPRSTUVWXYZ'[Number(`099${n}`) % 23]}`;

await test('an import of 4,000 schools beside forms: both end, and nobody waits a second', async () => {
  const file = join(server.folder, 'beside.csv');
  const lines = Array.from({ length: 4000 }, (_, i) => `${uai(1000 + i)};Beside ${i};college`);
  writeFileSync(file, `uai;nom;nature\r\n${lines.join('\r\n')}\r\n`);
  const admin = await server.as('admin');
  const child = spawn(program, ['import', 'school', file, ...data], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '', going = true;
  child.stdout.on('data', (d) => { said += d; });
  const ended = new Promise((done) => child.on('close', (code) => { going = false; done(code); }));
  let longest = 0, written = 0;
  while (going) {
    const form = await admin.form('/organisations/nouveau', '/organisations');
    const began = Date.now();
    const r = await admin.submit(form, { name: `À côté ${written}`, kind: 'other' });
    longest = Math.max(longest, Date.now() - began);
    equal(r.status, 303);
    written++;
  }
  equal(await ended, 0, said);
  match(said, /4000 new/);
  ok(written > 0);
  ok(longest < 1000, `a form waited ${longest} ms`);
  const n = JSON.parse((await admin.get('/etablissements.json?q=beside')).text).length;
  equal(n, 4000);
});

await server.stop();
