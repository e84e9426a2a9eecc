// One box over everything: by postcode too, each found row told apart, and how
// many there are of each kind.
import { test, equal, ok, match, serve, links, readable } from './lib.mjs';

const server = await serve();
const admin = await server.as('admin');
const all = async (path) => JSON.parse((await admin.get(`${path}.json`)).text);
const found = async (who, words) => (await who.get(`/recherche?q=${encodeURIComponent(words)}`)).text;
const section = (html, id) => new RegExp(`<section aria-labelledby="${id}">[\\s\\S]*?</section>`).exec(html)?.[0] ?? '';

await test('a postcode finds the schools and the communes of that place', async () => {
  const commune = (await all('/organisations')).find((o) => o.kind === 'commune' && o.postcode);
  const near = (await all('/etablissements')).filter((s) => s.postcode === commune.postcode);
  ok(near.length > 0);
  const html = await found(server.stranger(), commune.postcode);
  ok(links(section(html, 'organisation')).includes(`/organisations/${commune.id}`));
  const shown = links(section(html, 'school')).filter((l) => /\d$/.test(l));
  equal(shown.length, Math.min(near.length, 8));
  for (const l of shown) ok(near.some((s) => l === `/etablissements/${s.id}`), l);
});
await test('each kind says how many, and its list says the same', async () => {
  for (const [lang, words] of [['fr', /([\d\s]+) résultats?/], ['en', /([\d,]+) results?/]]) {
    const html = await found(server.stranger(lang), 'college');
    const part = section(html, 'school');
    const n = Number(words.exec(readable(part))[1].replace(/\D/g, ''));
    const list = JSON.parse((await admin.get('/etablissements.json?q=college')).text);
    equal(n, list.length);
    ok(n > 8);
  }
});
await test('rows of one name are told apart by kind, commune and code', async () => {
  const schools = await all('/etablissements');
  const name = schools.find((s) => schools.filter((t) => t.name === s.name).length > 2).name;
  const html = section(await found(admin, name), 'school');
  const lines = [...html.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, l]) => readable(l));
  ok(lines.length > 2);
  equal(new Set(lines).size, lines.length, lines.join('\n'));
  for (const s of schools.filter((t) => t.name === name).slice(0, 3)) {
    const line = lines.find((l) => l.includes(s.uai));
    match(line ?? '', new RegExp(s.commune.replace(/[-'’]/g, '.')));
  }
});
await server.stop();
