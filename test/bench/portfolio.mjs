// A project with 500 steps, 300 deployments and 40 links; another in 2,500 schools: what
// build/test/bench/portfolio makes and measures, and their pages.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root, serve } from '../http/lib.mjs';

const at = (list, part) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * part)].toFixed(1);

// In a folder whose database is in it, or beside it at an address.
export async function portfolioAt(data, row, ...address) {
  const said = execFileSync(join(root, 'build/test/bench/portfolio'), [data, ...address], { encoding: 'utf8' });
  for (const line of said.trim().split('\n').slice(0, -1)) {
    const [, what, value, aim] = /^(.*?: [\d]+), (.*); aim (.*)\)$/.exec(line);
    row(what, `${value})`, aim);
  }
  const [, busy, wide] = /(\d+) busy, (\d+) everywhere/.exec(said);
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const leader = await server.as('leader');
  for (const [what, path, aim] of [
    ['page of a project with 500 steps, 300 deployments, 40 links', `/projets/${busy}`, 'p95 ≤ 6 ms, ≤ 8 queries'],
    ['essaimage of 100,000 deployments, with its map', `/projets/${wide}/essaimage`, '≤ 50 ms']]) {
    const list = [];
    let r;
    for (let i = 0; i < 220; i++) {
      const began = process.hrtime.bigint();
      r = await leader.get(path);
      if (i >= 20) list.push(Number(process.hrtime.bigint() - began) / 1e6);
      if (r.status !== 200) throw new Error(`${path}: ${r.status}`);
    }
    const trips = Number(r.headers.get('x-round-trips'));
    row(what, `p50 ${at(list, 0.5)} ms, p95 ${at(list, 0.95)} ms, ${r.headers.get('x-queries')} queries${
      trips ? ` in ${trips} round trips` : ''}, ${r.bytes.length.toLocaleString('en')} bytes`, aim);
  }
  await server.stop();
}
