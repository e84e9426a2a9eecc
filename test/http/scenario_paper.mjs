// Papers: the sheet of a day for who drives, the sheet for the sortie scolaire, as
// PDF; what stands on them is read back, and no text breaks them.
import { test, apiOf, equal, ok, match, serve, childOf, query, program, onPostgres } from './lib.mjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const server = await serve();
const admin = await server.as('admin');
const api = apiOf(server);
const db = (...sql) => query(server.folder, ...sql);
const tool = (name, args, input) => spawnSync(name, args, { input, maxBuffer: 1 << 28 });
const text = (pdf) => tool('pdftotext', ['-layout', '-enc', 'UTF-8', '-', '-'], pdf).stdout.toString('utf8');
const info = (pdf) => tool('pdfinfo', ['-'], pdf).stdout.toString('utf8');
const pages = (pdf) => Number(/Pages:\s+(\d+)/.exec(info(pdf))[1]);
const plain = (s) => s.normalize('NFC').replace(/\s+/g, ' ');
// The command itself, as the server runs it.
const draw = (said, cwd) => {
  const r = spawnSync(program, ['paper'], { cwd, input: typeof said === 'string' ? said : JSON.stringify(said), maxBuffer: 1 << 28 });
  return { status: r.status, pdf: r.stdout, said: r.stderr.toString() };
};

const [day, tour] = db(`SELECT s.arrives, s.tour FROM network_stop s JOIN network_tour t ON t.id = s.tour
  WHERE t.state IN ('planned', 'done') AND s.arrives IS NOT NULL ORDER BY s.id LIMIT 1`).split('|').map(Number);
const iso = new Date(day * 86400000).toISOString().slice(0, 10);

await test('the sheet of a day is a PDF with the moves of its page', async () => {
  const page = await admin.get(`/feuille-de-route?jour=${iso}`);
  match(page.text, new RegExp(`href="/feuille-de-route.pdf\\?jour=${iso}"`));
  const r = await admin.get(`/feuille-de-route.pdf?jour=${iso}`);
  equal(r.status, 200);
  equal(r.headers.get('content-type'), 'application/pdf');
  match(r.headers.get('content-disposition'), new RegExp(`feuille-de-route-${iso}\\.pdf`));
  ok(r.bytes.subarray(0, 5).toString() === '%PDF-');
  const said = plain(text(r.bytes));
  match(said, /Feuille de route/);
  match(said, /Reçue par/);
  const [kit, school, commune] = db(`SELECT k.name, e.name, e.commune FROM network_stop s JOIN network_tour t ON t.id = s.tour
    JOIN network_kit k ON k.id = t.kit JOIN directory_school e ON e.id = s.school WHERE s.tour = ${tour} AND s.arrives = ${day} LIMIT 1`).split('|');
  for (const word of [kit, school, commune]) ok(said.includes(plain(word)), `${word} in ${said.slice(0, 900)}`);
  match(info(r.bytes), /Page size:\s+595\.28 x 841\.89/);
  match(info(r.bytes), /Title:\s+Feuille de route/);
});

await test('the week of a laboratory and of the network, for the door of the staff room', async () => {
  const [lab, name, slot, title] = db(`SELECT v.lab, l.name, s.day, v.title FROM network_slot s JOIN network_visit v ON v.id = s.visit
    JOIN network_lab l ON l.id = v.lab WHERE v.state = 'confirmed' AND v.place = 'inside' ORDER BY s.id LIMIT 1`).split('|');
  const at = new Date(Number(slot) * 86400000);
  const on = at.toISOString().slice(0, 10);
  const monday = new Date(at - ((at.getUTCDay() + 6) % 7) * 86400000).toISOString().slice(0, 10);
  const path = `/laboratoires/${lab}/calendrier.pdf?jour=${monday}`;
  match((await admin.get(`/laboratoires/${lab}/calendrier?jour=${on}`)).text, new RegExp(`href="${path.replace('?', '\\?')}"`));
  ok(!(await admin.get(`/laboratoires/${lab}/calendrier?jour=${on}&vue=mois`)).text.includes('calendrier.pdf'));
  const r = await admin.get(path);
  equal(r.status, 200);
  match(r.headers.get('content-disposition'), new RegExp(`semaine-${lab}-${monday}\\.pdf`));
  match(info(r.bytes), /Page size:\s+841\.89 x 595\.28/);
  equal(pages(r.bytes), 1);
  const said = plain(tool('pdftotext', ['-enc', 'UTF-8', '-', '-'], r.bytes).stdout.toString('utf8'));
  for (const word of [name, title.split(' ')[0], 'matin', 'À jour le', `/laboratoires/${lab}`])
    ok(said.includes(plain(word)), `${word} in ${said.slice(0, 900)}`);
  const stranger = plain(text((await server.stranger().get(path)).bytes));
  ok(stranger.includes('matin') && !stranger.includes('confirmé'), 'a stranger sees what is free, and nobody');
  const all = await server.stranger().get(`/laboratoires/calendrier.pdf?jour=${on}`);
  const network = plain(text(all.bytes));
  ok(network.includes('Remiremont') && /matin : /.test(network), network.slice(0, 600));
  equal((await admin.get(`/laboratoires/${lab}/calendrier.pdf?jour=demain`)).status, 404);
  equal((await admin.get('/laboratoires/999999/calendrier.pdf')).status, 404);
});

await test('a day without moves says so; a day that is none is not found; a stranger signs in', async () => {
  const r = await admin.get('/feuille-de-route.pdf?jour=2031-08-03');
  equal(r.status, 200);
  match(plain(text(r.bytes)), /Aucune valise ne se déplace/);
  equal((await admin.get('/feuille-de-route.pdf?jour=demain')).status, 404);
  equal((await server.stranger().get(`/feuille-de-route.pdf?jour=${iso}`)).status, 303);
});

await test('the sheet for the sortie scolaire, in the reader’s language', async () => {
  const visit = Number(db("SELECT min(id) FROM network_visit WHERE state = 'confirmed' AND school IS NOT NULL AND class_label IS NOT NULL"));
  const page = await admin.get(`/accueils/${visit}/sortie`);
  match(page.text, new RegExp(`href="/accueils/${visit}/sortie.pdf"`));
  const r = await admin.get(`/accueils/${visit}/sortie.pdf`);
  equal(r.status, 200);
  const said = plain(text(r.bytes));
  const lab = db(`SELECT l.name FROM network_lab l JOIN network_visit v ON v.lab = l.id WHERE v.id = ${visit}`);
  ok(said.includes(plain(lab)), said.slice(0, 600));
  const other = plain(text((await (await server.as('admin', 'en')).get(`/accueils/${visit}/sortie.pdf`)).bytes));
  ok(other !== said && other.includes(plain(lab)) && !/[\u0001-\u0008]/.test(other));
  equal((await admin.get('/accueils/99999999/sortie.pdf')).status, 404);
});

await test('what a class comes for and what it needs are two lines of its sheet', async () => {
  const [outing] = JSON.parse((await api('GET', 'outing?limit=1')).text).rows;
  equal((await api('PATCH', `outing/${outing.id}`, { needs: 'Deux PAI', version: outing.version })).status, 200);
  const visit = JSON.parse((await api('GET', `visit/${outing.visit}`)).text);
  equal((await api('PATCH', `visit/${visit.id}`, { need: 'Tourner un film', version: visit.version })).status, 200);
  match(plain(text((await admin.get(`/accueils/${visit.id}/sortie.pdf`)).bytes)), /veut y faire Tourner un film.*Besoins particuliers Deux PAI/s);
});

await test('a text of any length, script or sign is set, and read back', async () => {
  const cases = {
    accents: 'Où naïve l’œuvre ? À Épinal, « Noël » coûte 12 €, ça va… ŒÆŸ',
    'no blanks': 'x'.repeat(10000),
    blanks: 'mot '.repeat(4000),
    arabic: 'مرحبا بالعالم',
    hebrew: 'שלום עולם',
    mixed: 'avant \u202Eopposé\u202C après',
    combining: 'e\u0301'.repeat(200),
    stacked: `z${'\u0336\u0489'.repeat(500)}`,
    emoji: '🐝 ruche 🏫',
    lines: 'ligne\n'.repeat(300),
    markup: '<b>&amp;</b> %s %n \\u0000 ${x} (parenthèse) \\(',
  };
  for (const [name, t] of Object.entries(cases)) {
    const r = draw({ title: name, parts: [{ kind: 'heading', text: t }, { kind: 'fact', label: t.slice(0, 200), text: t }, { kind: 'note', text: t },
      { kind: 'table', columns: [{ head: 'a', share: 1 }, { head: 'b', share: 3 }], rows: [[t, 'FIN'], ['x', t]] }] });
    equal(r.status, 0, `${name}: ${r.said}`);
    ok(pages(r.pdf) >= 1, name);
    match(text(r.pdf), /FIN/, name);
  }
  const words = plain(text(draw({ title: 't', parts: [{ kind: 'text', text: cases.accents }] }).pdf));
  ok(words.includes(plain(cases.accents)), words);
  ok(pages(draw({ title: 't', parts: [{ kind: 'text', text: cases.blanks }] }).pdf) > 1);
});

await test('heads stand on each page of a table, and each page has its number', async () => {
  const r = draw({ title: 'Liste', parts: [{ kind: 'table', columns: [{ head: 'École', share: 2 }, { head: 'Nombre', share: 1 }],
    rows: Array.from({ length: 200 }, (_, i) => [`École ${i}`, String(i)]) }] });
  const n = pages(r.pdf), said = text(r.pdf);
  ok(n > 3);
  equal(said.match(/Nombre/g).length, n);
  match(said, new RegExp(`1 ?/ ?${n}`));
  match(said, new RegExp(`${n} ?/ ?${n}`));
  for (const i of [0, 57, 199]) ok(said.includes(`École ${i}`));
  // A head higher than a page ends, too.
  equal(draw({ title: 'x', parts: [{ kind: 'table', columns: [{ head: 'mot '.repeat(3000), share: 1 }], rows: [['a'], ['b']] }] }).status, 0);
});

await test('what is no document is refused in words', async () => {
  for (const bad of ['', 'x', '{}', '[]', '{"parts":{}}', '{"title":"t","parts":[1]}', '{"title":"t","parts":[{"kind":"table","columns":[],"rows":[]}]}',
    '{"title":"t","parts":[{"kind":"table","columns":[{"head":"a"}],"rows":[["a","b"]]}]}', '{"title":"t","parts":[{"kind":"table","columns":[{}],"rows":[[1]]}]}',
    '{"title":"t","parts":[{"kind":"fact"}', `{"title":"t","parts":${'['.repeat(100)}`]) {
    const r = draw(bad);
    equal(r.status, 1, bad);
    match(r.said, /^essaim: paper: /, bad);
  }
  equal(draw('{"title":"t","parts":[{"kind":"fact"},{"kind":"what"},{}]}').status, 0);
});

await test('a folder whose settings are wrong draws as any other', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'essaim-paper-'));
  mkdirSync(join(cwd, 'data'));
  writeFileSync(join(cwd, 'data/essaim.conf'), 'no setting\n');
  const r = draw({ title: 't', parts: [] }, cwd);
  rmSync(cwd, { recursive: true });
  equal(r.status, 0, r.said);
  equal(pages(r.pdf), 1);
});

await test('a hostile text in a row breaks no sheet', async () => {
  const visit = Number(db("SELECT min(id) FROM network_visit WHERE state = 'confirmed' AND school IS NOT NULL"));
  const outing = db(`SELECT id FROM network_outing WHERE visit = ${visit}`);
  const needs = `مرحبا ${'y'.repeat(900)} \u202E`;
  const r = await api(outing ? 'PATCH' : 'POST', outing ? `outing/${outing}` : 'outing', { visit, needs,
    ...outing ? { version: Number(db(`SELECT version FROM network_outing WHERE id = ${outing}`)) } : {} });
  ok(r.status < 300, r.text);
  const p = await admin.get(`/accueils/${visit}/sortie.pdf`);
  equal(p.status, 200);
  ok((text(p.bytes).match(/y/g) ?? []).length >= 900);
});

await test('twenty at once are all answered, and none of their processes is left', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => admin.get(`/feuille-de-route.pdf?jour=${iso}`)));
  ok(all.every((r) => r.status === 200 || r.status === 503), all.map((r) => r.status).join());
  ok(all.filter((r) => r.status === 200).length >= 10);
  equal((await admin.get('/')).status, 200);
  equal(childOf(childOf(server.child.pid)), 0);
});

await test('no snapshot is held while a paper is drawn', async () => {
  // The drawer is stopped in the middle of its work.
  let pid = 0, answer;
  for (let i = 0; !pid && i < 50; i++) {
    let done = false;
    answer = admin.get(`/feuille-de-route.pdf?jour=${iso}`).finally(() => { done = true; });
    while (!pid && !done) {
      pid = childOf(childOf(server.child.pid));
      if (pid) try { process.kill(pid, 'SIGSTOP'); } catch { pid = 0; }
      await sleep(0);
    }
    if (!pid) await answer;
  }
  ok(pid, 'no drawer was met');
  try {
    await sleep(300);
    // A reader's snapshot would keep the log from being emptied, or stand as a transaction.
    if (onPostgres) equal(db("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'essaim' AND backend_xmin IS NOT NULL"), '0');
    else {
      db("UPDATE core_meta SET value = value WHERE name = 'schema'");
      match(db('PRAGMA wal_checkpoint(TRUNCATE)'), /^0\|0\|0$/);
    }
  } finally { process.kill(pid, 'SIGCONT'); }
  equal((await answer).status, 200);
});
await server.stop();
