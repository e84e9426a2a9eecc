// On an English page nothing is French without saying so: what the program
// itself puts into rows is in English, what people typed is in lang="fr". Each
// text of each page is held against all that the tables hold.
import { test, equal, ok, serve, routes, links, unescape, root, roles } from './lib.mjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const server = await serve();
const admin = await server.as('admin', 'en');
const all = routes();
const lists = all.filter((r) => r.method === 'GET' && r.path.endsWith('/:id/modifier'))
  .map((r) => r.path.slice(0, -'/:id/modifier'.length));

// What people typed: all texts of all rows, but keys, codes and addresses.
const typed = new Set(), first = new Map();
const squeeze = (s) => s.replace(/\s+/g, ' ').trim();
for (const path of lists) {
  const rows = JSON.parse((await admin.get(`${path}.json`)).text);
  first.set(path, rows.slice(0, 3).map((r) => r.id));
  for (const row of rows)
    for (const value of Object.values(row))
      if (typeof value === 'string' && /\p{L}{3}/u.test(value) && !/^[a-z0-9_-]+$/.test(value) &&
        !/^\S+(@|:\/\/)\S+$/.test(value))
        typed.add(squeeze(value));
}
// What the program puts there, which an English page says in English.
const given = new Set([...readFileSync(join(root, 'src/modules/portfolio/po/fr.po'), 'utf8')
  .matchAll(/msgid "[a-z]+\.given\.[^"]*"\nmsgstr "([^"]*)"/g)].map((m) => squeeze(m[1])));
const long = [...typed].filter((t) => t.length > 14 && t.includes(' '));

const empty = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'use', 'path', 'rect']);
// Each text of a page with the language it is in.
function texts(html) {
  const out = [], open = [{ lang: '' }];
  const body = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '').replace(/<title\b[^>]*>[^<]* – Essaim<\/title>/, '');
  for (const [, end, tag, rest, text] of body.matchAll(/<(\/?)([a-z0-9!]+)((?:[^>"]|"[^"]*")*)>|([^<]+)/gi)) {
    if (text !== undefined) {
      const s = squeeze(unescape(text));
      if (s) out.push([open.at(-1).lang, s, open.at(-1).tag]);
    } else if (end) {
      while (open.length > 1 && open.pop().tag !== tag);
    } else if (!empty.has(tag) && !rest.endsWith('/') && tag !== '!doctype') {
      open.push({ tag, lang: /\slang="([a-z]+)"/.exec(rest)?.[1] ?? open.at(-1).lang });
    }
  }
  return out;
}
function faults(html) {
  const out = [];
  for (const [lang, text, tag] of texts(html)) {
    const own = typed.has(text) || long.some((t) => text.includes(t));
    // In a form it is what would be sent again, and marked.
    if (given.has(text) ? tag !== 'textarea' || lang !== 'fr' : own && lang === 'en') out.push(text);
  }
  return out;
}

const pages = new Set(all.filter((r) => r.method === 'GET' && !r.path.includes(':') && !r.path.startsWith('/api')
  && !r.path.startsWith('/statique')).map((r) => r.path));
for (const path of lists)
  for (const id of first.get(path))
    for (const end of ['', '/modifier', '/historique']) pages.add(`${path}/${id}${end}`);
pages.add('/recherche?q=num%C3%A9rique');
for (const link of links((await admin.get('/chiffres')).text))
  if (link.startsWith('/chiffres/') && !/\.(csv|json)/.test(link)) pages.add(link);

await test('no page has French that does not say so', async () => {
  const wrong = [];
  let looked = 0, marked = 0;
  for (const path of pages) {
    const r = await admin.get(path);
    if (r.status !== 200 || !r.type.startsWith('text/html')) continue;
    ok(r.text.includes('<html lang="en"'), path);
    for (const text of faults(r.text)) wrong.push(`${path}: ${text.slice(0, 80)}`);
    marked += texts(r.text).filter(([lang]) => lang === 'fr').length;
    looked++;
  }
  equal(wrong.length, 0, `${wrong.length} of ${looked} pages' texts:\n${wrong.slice(0, 90).join('\n')}`);
  ok(looked > 100 && marked > 1000, `${looked} pages, ${marked} texts in French`);
});
await test('nor what each role finds at home, on the strategy and on a project', async () => {
  for (const role of roles) {
    const who = await server.as(role, 'en');
    for (const path of ['/', '/strategie', '/projets', `/projets/${first.get('/projets')[0]}`, '/services'])
      equal(faults((await who.get(path)).text).join('\n'), '', `${role} ${path}`);
  }
});
await test('a page that says nothing of its language would be told', async () => {
  const page = await (await server.as('admin')).get('/strategie');
  ok(faults(page.text.replace('<html lang="fr"', '<html lang="en"')).length > 15);
});
// "48,598" is forty-eight thousand to an English reader.
await test('a form saved as it is drawn leaves its row as it was, in either language', async () => {
  let saved = 0;
  for (const who of [admin, await server.as('admin', 'fr')])
    for (const path of lists)
      for (const id of first.get(path)) {
        const was = (await who.get(`${path}/${id}.json`)).text;
        if ((await who.get(`${path}/${id}/modifier`)).status !== 200) continue;
        equal((await who.submit(await who.form(`${path}/${id}/modifier`, '/modifier'))).status, 303, `${path}/${id}`);
        equal((await who.get(`${path}/${id}.json`)).text, was, `${path}/${id}`);
        saved++;
      }
  ok(saved > 100, `${saved} were saved`);
});
await test('what was renamed is said as it was renamed', async () => {
  const [id] = first.get('/services');
  const form = await admin.form(`/services/${id}/modifier`, '/modifier');
  equal((await admin.submit(form, { name: 'Recherche et développement' })).status, 303);
  const page = (await admin.get('/services')).text;
  ok(page.includes('<span lang="fr">Recherche et développement</span>'));
  ok(!page.includes('>Research<') && page.includes('>Prototyping<'));
  ok(!(await (await server.as('admin')).get('/services')).text.includes('lang="fr">Recherche'), 'marked to the French');
});
await server.stop();
