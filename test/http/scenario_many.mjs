// A hundred thousand schools: a word that more of them have than an order can sort.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, equal, ok, match, serve, copy, drop, links, readable, onPostgres } from './lib.mjs';
import { schools, liteAt, serverAt } from '../bench/scale/grow.mjs';

const folder = copy();
const place = onPostgres ? serverAt(/^db = (.*)$/m.exec(readFileSync(join(folder, 'essaim.conf'), 'utf8'))[1]) : liteAt(folder);
schools(place, 100000);
place.end();
const server = await serve({ data: folder });
const who = await server.as('admin');
const shown = (r) => links(r.text).map((l) => /^\/etablissements\/(\d+)$/.exec(l)?.[1]).filter(Boolean).map(Number);

await test('of more rows than an order sorts, the newest come first and the list says so', async () => {
  for (const order of ['', '&sort=name', '&sort=-uai']) {
    let at = `/etablissements?q=ecole${order}`;
    const ids = [];
    for (let pages = 0; pages < 3; pages++) {
      const r = await who.get(at);
      equal(r.status, 200, at);
      match(readable(r.text), /Plus de 40.000 lignes ont ces mots/);
      ids.push(...new Set(shown(r)));
      at = links(r.text).find((l) => /[?&]after=/.test(l));
    }
    equal(ids.length, 150, order);
    ok(ids.every((id, i) => !i || id < ids[i - 1]), `${order}: ${ids.slice(0, 60)}`);
  }
});
await test('a word that fewer have keeps the order asked', async () => {
  const r = await who.get('/etablissements?q=luneville&sort=-name');
  ok(!/lignes ont ces mots/.test(readable(r.text)));
  const names = JSON.parse((await who.get('/api/v1/school?q=luneville&sort=-name&limit=20')).text).rows.map((s) => s.name);
  equal(names.length, 20);
  ok(names.every((n, i) => !i || n.localeCompare(names[i - 1], 'fr', { sensitivity: 'base' }) <= 0), names.join(' | '));
});
await test('the search box finds the newest of a common word', async () => {
  const r = await who.get('/recherche?q=ecole');
  equal(r.status, 200);
  const ids = shown(r);
  ok(ids.length >= 8 && ids.slice(0, 8).every((id) => id > 254), ids.join());
});
await server.stop();
drop(folder);
