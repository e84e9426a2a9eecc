// The network after ten years: what build/test/bench/network makes and measures in a
// copy of the demonstration, and the pages that read it.
import { forms, serve } from '../http/lib.mjs';
import { asked, printed } from './measure.mjs';

export async function networkAt(data, row, ...address) {
  printed('network', row, data, ...address);
  const server = await serve({ data, env: { ESSAIM_QUERIES: '1' } });
  const admin = await server.as('admin');
  await admin.submit(forms((await admin.get('/mes-agendas')).text).find((f) =>
    f.controls.some((c) => c.name === 'agenda' && c.value === 'lab-1')), {});
  const feed = new URL(/value="(http[^"]*\/agendas\/[^"]*)"/.exec((await admin.get('/mes-agendas')).text)[1]).pathname;
  await asked(server, admin, row, [
    ['month of a laboratory, its page', '/laboratoires/1?mois=2025-03', '≤ 20 ms'],
    ['month of a laboratory, calendar with visits', '/laboratoires/1/calendrier?vue=mois&jour=2025-03-12', '≤ 20 ms'],
    ['year of a laboratory, calendar', '/laboratoires/1/calendrier?vue=annee&jour=2025-03-12', ''],
    ['week of the network', '/laboratoires/calendrier?jour=2025-03-12', ''],
    ['figures by bassin', '/reseau?par=bassin&annee=2024-2025', ''],
    ['figures by year', '/reseau?par=annee&annee=2024-2025', ''],
    ['schools reached and never', '/territoire', ''],
    ['agenda of a laboratory', feed, '≤ 50 ms'],
  ]);
  await server.stop();
}
