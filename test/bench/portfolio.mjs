// A project with 500 steps, 300 deployments and 40 links; another in 2,500 schools: what
// build/test/bench/portfolio makes and measures, and their pages.
import { serve } from '../http/lib.mjs';
import { asked, printed } from './measure.mjs';

// In a folder whose database is in it, or beside it at an address.
export async function portfolioAt(data, row, ...address) {
  const [, busy, wide] = /(\d+) busy, (\d+) everywhere/.exec(printed('portfolio', row, data, ...address));
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  await asked(server, await server.as('leader'), row, [
    ['page of a project with 500 steps, 300 deployments, 40 links', `/projets/${busy}`, 'p95 ≤ 6 ms, ≤ 8 queries'],
    ['essaimage of 100,000 deployments, with its map', `/projets/${wide}/essaimage`, '≤ 50 ms'],
  ], 200);
  await server.stop();
}
