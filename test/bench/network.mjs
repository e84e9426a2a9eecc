// The network after ten years: what build/test/bench/network makes and measures in a
// copy of the demonstration, and the pages that read it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { forms, root, serve } from '../http/lib.mjs';

const at = (list, part) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * part)].toFixed(1);

export async function networkAt(data, row, ...address) {
  const said = execFileSync(join(root, 'build/test/bench/network'), [data, ...address], { encoding: 'utf8', maxBuffer: 1 << 26 });
  for (const line of said.trim().split('\n')) {
    const [, what, value, aim] = /^(.*?: \d+), (.*?);? ?\(?(?:median of \d+; )?aim (.*)\)$/.exec(line);
    row(what, value.replace(/ \($/, ''), aim);
  }
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const admin = await server.as('admin');
  await admin.submit(forms((await admin.get('/mes-agendas')).text).find((f) =>
    f.controls.some((c) => c.name === 'agenda' && c.value === 'lab-1')), {});
  const feed = new URL(/value="(http[^"]*\/agendas\/[^"]*)"/.exec((await admin.get('/mes-agendas')).text)[1]).pathname;
  for (const [what, path, aim] of [
    ['month of a laboratory, its page', '/laboratoires/1?mois=2025-03', '≤ 20 ms'],
    ['month of a laboratory, calendar with visits', '/laboratoires/1/calendrier?vue=mois&jour=2025-03-12', '≤ 20 ms'],
    ['year of a laboratory, calendar', '/laboratoires/1/calendrier?vue=annee&jour=2025-03-12', ''],
    ['week of the network', '/laboratoires/calendrier?jour=2025-03-12', ''],
    ['figures by bassin', '/reseau?par=bassin&annee=2024-2025', ''],
    ['figures by year', '/reseau?par=annee&annee=2024-2025', ''],
    ['schools reached and never', '/territoire', ''],
    ['agenda of a laboratory', feed, '≤ 50 ms']]) {
    const list = [];
    let r;
    for (let i = 0; i < 60; i++) {
      const began = process.hrtime.bigint();
      r = await admin.get(path);
      if (i >= 10) list.push(Number(process.hrtime.bigint() - began) / 1e6);
      if (r.status !== 200) throw new Error(`${path}: ${r.status}`);
    }
    const trips = Number(r.headers.get('x-round-trips'));
    row(what, `p50 ${at(list, 0.5)} ms, p95 ${at(list, 0.95)} ms, ${r.headers.get('x-queries')} queries${
      trips ? ` in ${trips} round trips` : ''}, ${r.bytes.length.toLocaleString('en')} bytes`, aim);
  }
  await server.stop();
}
