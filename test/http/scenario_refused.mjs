// Every form of every page, posted with what cannot pass: the answer is a page
// with the form, a word of what is wrong, and all that was typed.
import { test, ok, serve, routes, roles, forms, filled, unescape } from './lib.mjs';

const server = await serve();
const all = routes();
const people = { admin: await server.as('admin'), stranger: server.stranger() };
for (const role of roles) people[role] ??= await server.as(role);

// One form of each kind: by its address without numbers.
const kind = (action) => action.replace(/\?.*$/, '').replace(/\/\d+(?=\/|$)/g, '/:id');
const found = new Map();
const rowsOf = {};
async function look(path, who) {
  const page = await people[who].get(path);
  if (page.status !== 200 || !page.type.startsWith('text/html')) return;
  for (const form of forms(page.text)) {
    if (form.method !== 'post' || /^\/(sortir|entrer\/demonstration)/.test(form.action)) continue;
    // A step that is refused beforehand has no button to press.
    if (form.buttons.length && form.buttons.every((b) => 'disabled' in b)) continue;
    const key = kind(form.action);
    if (!found.has(key)) found.set(key, { path, who, action: form.action });
  }
}
const pages = all.filter((r) => r.method === 'GET' && !r.path.startsWith('/api/'));
for (const who of ['admin', 'leader', 'teacher', 'stranger'])
  for (const { path } of pages) {
    if (!path.includes(':')) { await look(path, who); continue; }
    const list = /^(\/[^:]*)\/:id(\/[^:]*)?$/.exec(path);
    if (!list) continue;
    const rows = rowsOf[list[1]] ??= await people.admin.get(`${list[1]}.json`)
      .then((r) => (r.status === 200 && r.type.includes('json') ? JSON.parse(r.text) : []));
    const states = new Map(rows.map((r) => [r.state, r]));
    for (const { id } of states.values()) await look(`${list[1]}/${id}${list[2] ?? ''}`, who);
  }
const free = new Set();
const half = [...(await people.stranger.get('/laboratoires')).text.matchAll(/href="(\/laboratoires\/\d+)"/g)];
for (const [, lab] of half) {
  const m = /href="([^"]*\/demande\?[^"]*)"/.exec((await people.stranger.get(lab)).text);
  if (m) free.add(unescape(m[1]));
}
for (const who of ['stranger', 'teacher']) for (const path of [...free].slice(0, 1)) await look(path, who);

// A series is moved from a preview, which its page asks for by an address.
for (const { id } of rowsOf['/series'])
  await look(`/series/${id}/changer?portee=toutes&jour=thursday&moment=morning&espace=`, 'admin');
let serial = 0;
// (No person fills "site": what does is not answered.)
const texts = (form) => form.controls.filter((c) => c.name !== 'site' && (c.tag === 'textarea'
  || (c.tag === 'input' && !['hidden', 'file', 'checkbox', 'radio', 'password'].includes(c.type))));
const ways = {
  'too long': (form) => Object.fromEntries(texts(form).map((c) =>
    [c.name, `mot${++serial} `.padEnd(Math.min(Number(c.maxlength ?? 20000) + 9, 20009), 'x')])),
  nonsense: (form) => Object.fromEntries(form.controls.filter((c) => c.name !== 'site' && !['hidden', 'file', 'password'].includes(c.type))
    .map((c) => [c.name, c.tag === 'select' || ['radio', 'checkbox'].includes(c.type) ? 'zzz' : `§${++serial} <b>&amp;`])),
  nothing: (form) => Object.fromEntries(form.controls.filter((c) => c.type !== 'hidden').map((c) => [c.name, ''])),
};
const flat = (s) => s.replace(/\s+/g, ' ');
// What takes a row away comes last, and before it what changes its state.
let turn = 0;
const order = ([key]) => (/\/suppression$/.test(key) ? 2 : /\/(etapes\/[^/]+|fin|decision|restauration)$/.test(key) ? 1 : 0);
for (const [key, { path, who, action }] of [...found].sort((a, b) => order(a) - order(b))) {
  // make check takes each form one way, in turn; make test all ways.
  const all = Object.entries(ways);
  for (const [way, make] of process.env.FULL ? all : [all[turn++ % all.length]]) {
    await test(`${key}: ${way}`, async (skip) => {
      const form = forms((await people[who].get(path)).text)
        .find((f) => f.method === 'post' && f.action === action);
      if (!form) { skip('it was done'); return; }
      const changes = make(form);
      const r = await people[who].submit(form, changes);
      if (r.status < 400) { skip(`taken, ${r.status}`); return; }
      ok(r.status < 500, `${r.status}`);
      ok(r.type.startsWith('text/html'), r.type);
      ok(!/class="oops"/.test(r.text), `a bare page: ${r.status}`);
      ok(/class="err"|class="errors"|class="notice bad"|role="alert"/.test(r.text), `no word of what is wrong: ${r.status}`);
      const back = forms(r.text).find((f) => kind(f.action) === key);
      ok(back, 'the form is gone');
      const page = flat(unescape(r.text));
      for (const c of texts(form))
        if (changes[c.name]) ok(page.includes(flat(changes[c.name])), `${c.name} is lost`);
    });
  }
}
await test('all forms were found', () => { ok(found.size > 120, `${found.size} forms`);
  for (const way of ['reserver', 'changer', 'annuler']) ok(found.has(`/series/:id/${way}`), way); });
await server.stop();
