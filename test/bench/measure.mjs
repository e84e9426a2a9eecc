// What the parts of the bench that have a program and pages of their own share.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../http/lib.mjs';

const at = (list, part) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * part)].toFixed(1);

// Runs a program of test/bench; each of its lines that has an aim becomes a row.
export function printed(program, row, ...args) {
  const said = execFileSync(join(root, 'build/test/bench', program), args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  for (const line of said.trim().split('\n')) {
    const [, what, value, aim] = /^(.*?: \d+), (.*?) ?\((?:median of \d+; )?aim (.*)\)$/.exec(line) ?? [];
    if (what) row(what, value, aim);
  }
  return said;
}
// What made the rows left their lines in the journal unsealed: the server seals them first, which
// is no part of a page.
async function sealed(server) {
  const waits = async () => Number(/^essaim_journal_unsealed_lines (\d+)/m.exec((await server.stranger().get('/metrics')).text)[1]);
  while (await waits()) await sleep(200);
}
// Asks each page, [what, path, aim], and says what it took and cost. Each thread of the server has
// a connection of its own, which reads and plans a statement before it runs it.
export async function asked(server, who, row, pages, rounds = 100) {
  await sealed(server);
  for (const [what, path, aim] of pages) {
    const list = [];
    let r;
    for (let i = -40; i < rounds; i++) {
      const began = process.hrtime.bigint();
      r = await who.get(path);
      if (i >= 0) list.push(Number(process.hrtime.bigint() - began) / 1e6);
      if (r.status !== 200) throw new Error(`${path}: ${r.status}`);
    }
    const trips = Number(r.headers.get('x-round-trips'));
    row(what, `p50 ${at(list, 0.5)} ms, p95 ${at(list, 0.95)} ms, ${r.headers.get('x-queries')} queries${
      trips ? ` in ${trips} round trips` : ''}, ${r.bytes.length.toLocaleString('en')} bytes`, aim);
  }
}
