// What follows from a visit by mail: who asked is told, the head agrees by a one-time
// link, a reminder comes before, one minute is asked for afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import { test, apiOf, equal, ok, match as matches, serve, copy, drop, forms, links, readable, query, onPostgres, today } from './lib.mjs';
import { mailServer, header } from '../mail.mjs';

// French spaces are not what is tried here.
const match = (text, what) => matches(text.replace(/[\u00a0\u202f]/g, ' '), what);
const folder = copy();
query(folder, 'DELETE FROM core_mail', 'DELETE FROM core_task');
const smtp = await mailServer();
const site = 'https://lab.example';
const server = await serve({ data: folder, env: { ESSAIM_SMTP: smtp.url, ESSAIM_SITE: site, ESSAIM_SMTP_FROM: 'Labo <labo@lab.example>' } });
const admin = await server.as('admin');
const sql = (text) => query(folder, text);
const ask = apiOf(server);
const api = async (method, path, body) => {
  const r = await ask(method, path, body);
  return { ...r, json: r.text ? JSON.parse(r.text) : null };
};
const rows = async (path) => JSON.parse((await admin.get(`${path}.json`)).text);
const until = async (what, met) => {
  for (let i = 0; i < 200; i++, await sleep(100)) if (await met()) return;
  ok(false, what);
};
const lab = (await rows('/laboratoires'))[5];
const school = (await rows('/etablissements')).find((s) => s.mail && s.bassin === lab.bassin);
const room = (await rows('/espaces')).find((s) => s.lab === lab.id && s.within === null);
const pages = await Promise.all(['04', '05'].map((m) => server.stranger().get(`/laboratoires/${lab.id}?mois=2025-${m}`)));
const free = pages.flatMap((p) => links(p.text)).filter((l) => l.includes(`/laboratoires/${lab.id}/demande?jour=`));
let turn = 0, serial = 0;
const linkOf = (m, path) => new RegExp(`${site}(/${path}/[0-9a-f]+)`).exec(m.text)[1];
const about = (word) => (m) => header(m, 'subject').includes(word);
async function asks({ lang, email = `prof${++serial}@school.example`, who = server.stranger(lang), ...more } = {}) {
  const form = await who.form(free[turn++ * 2]);
  const r = await who.submit(form, { kind: 'workshop', school: school.uai, class_label: '5e B', pupils: '18',
    asker: 'Une professeure', email, ...more });
  equal(r.status, 303, readable(r.text).slice(0, 600));
  const visit = (await rows('/accueils')).find((v) => (more.need ? v.need === more.need : v.email === email));
  return { visit, email };
}
const agreements = (visit) => sql(`SELECT state FROM network_agreement WHERE visit = ${visit} ORDER BY id`);
const taken = (address) => smtp.taken().filter((m) => m.to[0] === address);
const step = (visit, name, body) => api('POST', `visit/${visit}/etapes/${name}`, body);
const run = async () => {
  sql("INSERT INTO core_task (kind, payload, due) VALUES ('network.remind', '', 0)");
  await until('reminders do not end', () => sql("SELECT count(*) FROM core_task WHERE kind = 'network.remind' AND done IS NULL") === '0');
};
// What the head is asked about that need, of all that the school's address gets.
const askedFor = async (need, n = 1) => (await smtp.to(school.mail, n, (m) => m.text.includes(need))).at(-1);
const told = [];

await test('who asked gets a mail, and the head a link: page, refusal without a reason, agreement, once', async () => {
  const before = taken(school.mail).length;
  const { visit, email } = await asks({ need: 'Robots ; un élève en fauteuil' });
  const [m] = await smtp.to(email);
  match(header(m, 'subject'), /^Votre demande est arrivée : Laboratoire/);
  match(m.text, /5e B, 18 élèves/);
  const team = sql(`SELECT p.email FROM network_team t JOIN directory_person p ON p.id = t.person WHERE t.lab = ${lab.id} ORDER BY p.id LIMIT 1`);
  const [wakes] = await smtp.to(team, 1, about('Nouvelle demande'));
  match(wakes.text, new RegExp(`Une professeure demande une demi-journée[^]*/accueils/${visit.id}`));
  const waits = readable((await admin.get(`/accueils/${visit.id}`)).text);
  match(waits, /accord de la direction est attendu : confirmez/);
  const reads = await server.as('inspector').then((i) => i.get(`/accueils/${visit.id}`));
  equal(reads.status, 200);
  ok(!/confirmez/.test(readable(reads.text)), 'who confirms nothing is not told to');
  ok(!/Sans nom/.test(waits), 'the agreement has a name');
  const asked = (await smtp.to(school.mail, before + 1)).at(-1);
  match(header(asked, 'subject'), /^Votre accord est demandé/);
  const path = linkOf(asked, 'accord');
  told.push(path);
  const head = server.stranger();
  const form = await head.form(path);
  match(asked.text, /Robots ; un élève en fauteuil/);
  match(readable((await head.get(path)).text), /Robots ; un élève en fauteuil/, 'what the class would do');
  equal((await head.submit(form, { answer: 'refuse', reason: ' ' })).status, 422);
  equal((await head.submit(form, {})).status, 422, 'no answer chosen');
  equal(agreements(visit.id), 'asked');
  equal((await head.submit(form, { answer: 'agree', _key: 'agree-1' })).status, 303);
  match(readable((await head.get(path)).text), /Votre réponse est enregistrée.*donné/);
  equal((await head.submit(form, { answer: 'refuse', reason: 'Non', _key: 'agree-2' })).status, 409, 'once');
  equal(agreements(visit.id), 'agreed');
  for (const address of [email, team]) match((await smtp.to(address, 1, about('Accord donné')))[0].text, /donne son accord/);
  // Who asked without an account reads how it stands by their own link.
  const [answered] = await smtp.to(email, 1, about('Accord donné'));
  ok(!/\/accueils\//.test(answered.text), 'a page behind an account');
  match(readable((await server.stranger().get(linkOf(answered, 'ma-demande'))).text), /Votre demande d’accueil/);
  ok(!/est attendu/.test(readable((await admin.get(`/accueils/${visit.id}`)).text)));
  match(readable((await admin.get(`/accueils/${visit.id}`)).text), /Accords de la direction.*donné/);
  equal(sql(`SELECT count(*) FROM core_journal WHERE entity = 'network_agreement' AND what = 'agree'`), '1');
  const secret = path.split('/').pop();
  equal(sql(`SELECT count(*) FROM core_link WHERE hash = '${secret}'`), '0', 'the hash alone is kept');
  await until('the text stays', () => sql(`SELECT count(*) FROM core_mail WHERE text LIKE '%${secret}%'`) === '0');
});
await test('a laboratory\'s rule: without the agreement nothing is confirmed; a refusal says why, to who waits', async () => {
  const now = (await api('GET', `lab/${lab.id}`)).json;
  equal((await api('PATCH', `lab/${lab.id}`, { agreement: true, version: now.version })).status, 200);
  const { visit, email } = await asks({ need: 'Un fauteuil' });
  const asked = (await smtp.to(school.mail, 2)).at(-1);
  const r = await step(visit.id, 'confirm');
  equal(r.status, 409, r.text);
  match(r.text, /accord de la direction/);
  const head = server.stranger();
  const path = linkOf(asked, 'accord');
  equal((await head.submit(await head.form(path), { answer: 'refuse', reason: `Trop de sorties ce mois ${'é'.repeat(377)}` })).status, 422);
  equal((await head.submit(await head.form(path), { answer: 'refuse', reason: `Trop de sorties ce mois ${'é'.repeat(376)}` })).status, 303, '400 characters');
  equal((await step(visit.id, 'confirm')).status, 409);
  match(readable((await admin.get('/')).text), /dont la direction refuse la sortie/);
  match(readable((await admin.get(`/accueils/${visit.id}`)).text), /Trop de sorties ce mois/);
  match((await smtp.to(email, 1, about('Accord refusé')))[0].text, /Trop de sorties ce mois/);
  // Given on paper meanwhile: the coordinator notes it.
  const again = await api('POST', 'agreement', { visit: visit.id, email: school.mail, state: 'asked' });
  equal(again.status, 201, again.text);
  equal((await api('POST', `agreement/${again.json.id}/etapes/agree`)).status < 300, true);
  equal((await step(visit.id, 'confirm')).status < 300, true);
  const [sure] = await smtp.to(email, 1, about('confirmé'));
  match(header(sure, 'subject'), /^C’est confirmé/);
  // Without an account: what the head said, and what was asked for, are on it.
  const sheet = linkOf(sure, 'fiche-sortie');
  match(readable((await server.stranger().get(sheet)).text), /Ce que l’on veut y faire Un fauteuil.*accord donné le 12 mars 2025/);
  // What is to be provided for is not what they come for: it waits for the pen.
  match(readable((await server.stranger().get(sheet)).text), /Besoins particuliers à écrire à la main/);
  const pdf = await server.stranger().get(`${sheet}/pdf`);
  equal(pdf.status, 200);
  match(pdf.text, /^%PDF/);
  equal((await server.stranger().get(`${sheet}0`)).status, 404);
  const cancelled = await step(visit.id, 'cancel', { reason: 'Panne de chauffage' });
  ok(cancelled.status < 300, cancelled.text);
  const [last] = await smtp.to(email, 1, about('Annulé'));
  equal((await server.stranger().get(sheet)).status, 404, 'it takes place no more');
  match(last.text, /Panne de chauffage/);
  equal(agreements(visit.id), 'refused\nrevoked');
});
await test('a visit that comes back after it was cancelled needs another agreement; one that was missed keeps its own', async () => {
  const { visit, email } = await asks();
  const agrees = async () => {
    await until('no agreement is asked for', () => agreements(visit.id).endsWith('asked'));
    const id = sql(`SELECT max(id) FROM network_agreement WHERE visit = ${visit.id}`);
    equal((await api('POST', `agreement/${id}/etapes/agree`)).status < 300, true);
  };
  const goes = async (name, reason) => {
    const r = await step(visit.id, name, reason && { reason });
    ok(r.status < 300, `${name}: ${r.text}`);
  };
  await agrees();
  await goes('confirm');
  await goes('cancel', 'Erreur');
  const r = await step(visit.id, 'reopen');
  equal(r.status, 409, r.text);
  match(r.text, /accord de la direction/);
  equal(agreements(visit.id), 'revoked');
  const answered = taken(email).filter(about('Votre demande est arrivée')).length;
  await goes('ask_again');
  equal((await step(visit.id, 'confirm')).status, 409);
  await smtp.to(email, answered + 1, about('Votre demande est arrivée'));
  await agrees();
  await goes('confirm');
  // Nobody is missing before the day.
  const early = await step(visit.id, 'miss', { reason: 'Neige' });
  equal(early.status, 409, early.text);
  match(readable(early.text), /n’a pas encore eu lieu/);
  const day = sql(`SELECT min(day) FROM network_slot WHERE visit = ${visit.id}`);
  const on = (n) => sql(`UPDATE network_slot SET day = ${n} WHERE visit = ${visit.id} AND day = (SELECT min(day) FROM network_slot WHERE visit = ${visit.id})`);
  const missed = async () => {
    on(Date.parse(today) / 86400000);
    await goes('miss', 'Neige');
    on(day);
  };
  await missed();
  equal(agreements(visit.id), 'revoked\nagreed');
  await goes('reopen');
  equal(agreements(visit.id), 'revoked\nagreed');
  // Where the laboratory does not wait for it, it is asked for all the same.
  await goes('cancel', 'Erreur');
  const rule = async (agreement) => {
    const { version } = (await api('GET', `lab/${lab.id}`)).json;
    equal((await api('PATCH', `lab/${lab.id}`, { agreement, version })).status, 200);
  };
  await rule(false);
  // Also while the task that was asked for before is not told done yet.
  await until('a task is open', () => sql(`SELECT count(*) FROM core_task WHERE kind = 'network.agree' AND done IS NULL`) === '0');
  sql(`INSERT INTO core_task (kind, payload, unique_key, due, lease)
    VALUES ('network.agree', '${visit.id}', NULL, 0, ${Date.parse(today) / 1000 + 86400 * 9})`);
  await goes('reopen');
  await until('it is not asked for', () => agreements(visit.id) === 'revoked\nrevoked\nasked');
  await missed();
  const reminded = () => taken(school.mail).filter(about('Rappel, votre accord')).length;
  const before = reminded();
  sql(`UPDATE network_agreement SET asked = asked - 4 WHERE visit = ${visit.id} AND state = 'asked'`);
  await run();
  await sleep(300);
  equal(reminded(), before, 'nobody is reminded of what is over');
  await rule(true);
});
await test('who asked withdraws without an account, once, and until the day; the laboratory is told', async () => {
  const { visit, email } = await asks();
  const [m] = await smtp.to(email);
  const path = linkOf(m, 'ma-demande'), who = server.stranger();
  told.push(path);
  match(readable((await who.get(path)).text), /demandé.*Retirer la demande/);
  const form = await who.form(path);
  equal((await who.submit(form, { _key: 'gone-1' })).status, 303);
  equal(sql(`SELECT state FROM network_visit WHERE id = ${visit.id}`), 'cancelled');
  equal(sql(`SELECT count(*) FROM booking_hold h, network_slot s WHERE h.owner = 'network_slot' AND h.owner_id = s.id AND s.visit = ${visit.id}`), '0');
  const team = sql(`SELECT p.email FROM network_team t JOIN directory_person p ON p.id = t.person WHERE t.lab = ${lab.id} ORDER BY p.id LIMIT 1`);
  match((await smtp.to(team, 1, about('Demande retirée')))[0].text, /ne peut pas venir/);
  equal((await who.submit(form, { _key: 'gone-2' })).status, 409, 'once');
  match(readable((await who.get(path)).text), /annulé.*plus rien à retirer/);
  equal(taken(email).filter(about('nnul')).length, 0, 'who withdrew is not told');
  const late = await asks();
  const link = linkOf((await smtp.to(late.email))[0], 'ma-demande');
  told.push(link);
  sql(`UPDATE network_slot SET day = ${Date.parse(today) / 86400000} WHERE visit = ${late.visit.id}`);
  match(readable((await who.get(link)).text), /téléphonez au laboratoire/);
});
await test('a teacher withdraws on the page of what they asked for, and nobody else', async () => {
  const teacher = await server.as('teacher');
  const { visit } = await asks({ who: teacher, need: 'À retirer', school: undefined, asker: undefined, email: undefined });
  ok(visit.person);
  const form = await teacher.form(`/accueils/${visit.id}`, '/etapes/withdraw');
  ok(!forms((await admin.get(`/accueils/${visit.id}`)).text).some((f) => f.action?.endsWith('/etapes/withdraw')), 'not for others');
  equal((await step(visit.id, 'withdraw')).status, 409);
  equal((await teacher.submit(form)).status, 303);
  equal(sql(`SELECT state FROM network_visit WHERE id = ${visit.id}`), 'cancelled');
});
await test('a visit that moves needs another agreement: the old link says so, a new one comes', async () => {
  const need = 'Un jour puis un autre';
  const { visit, email } = await asks({ need });
  const first = await askedFor(need);
  const slot = (await rows('/demi-journees')).find((s) => s.visit === visit.id);
  const later = /jour=([\d-]+)/.exec(free[turn++ * 2])[1];
  const moved = await api('PATCH', `slot/${slot.id}`, { day: later, version: slot.version });
  equal(moved.status, 200, moved.text);
  await until('no other is asked', () => agreements(visit.id) === 'revoked\nasked');
  const second = await askedFor(need, 2);
  const [a, b] = [linkOf(first, 'accord'), linkOf(second, 'accord')];
  ok(a !== b);
  match(readable((await server.stranger().get(a)).text), /ne vaut plus/);
  equal((await server.stranger().post(a, { answer: 'agree' })).status, 409);
  equal((await server.stranger().get(b)).status, 200);
  const no = await step(visit.id, 'cancel', { reason: 'Le laboratoire est complet' });
  ok(no.status < 300, no.text);
  const [declined] = await smtp.to(email, 1, about('ne peut pas vous recevoir'));
  match(declined.text, /Le laboratoire est complet/);
  match(readable((await server.stranger().get(b)).text), /ne vaut plus/);
});
await test('two answers at once: one counts', async () => {
  const need = 'Huit à la fois';
  const { visit } = await asks({ need });
  const path = linkOf(await askedFor(need), 'accord');
  const all = await Promise.all(Array.from({ length: 8 }, (_, i) =>
    server.stranger().post(path, { answer: i % 2 ? 'agree' : 'refuse', reason: 'Non', _key: `at-once-${i}` })));
  equal(all.filter((r) => r.status === 303).length, 1, all.map((r) => r.status).join(' '));
  equal(all.filter((r) => r.status === 409).length, 7);
  equal(sql(`SELECT count(*) FROM core_journal WHERE entity = 'network_agreement' AND what IN ('agree', 'refuse') AND row_id =
    (SELECT max(id) FROM network_agreement WHERE visit = ${visit.id})`), '1');
});
await test('each in their language: who asks in English is answered so', async () => {
  const { email } = await asks({ lang: 'en' });
  const [m] = await smtp.to(email);
  match(header(m, 'subject'), /^Your request has arrived/);
  equal(header(m, 'content-language'), 'en');
  match(m.text, /the half-day is held for you/);
});
await test('the head whom the directory knows is asked, at their own address, and agrees signed in too', async () => {
  const teacher = await server.as('teacher');
  const own = (await rows('/personnes')).find((p) => p.email === 'teacher@demo.example');
  const form = await teacher.form(free[turn * 2]);
  ok(form.controls.filter((c) => c.type !== 'hidden' && c.name !== 'site').length <= 7);
  const { visit } = await asks({ who: teacher, need: 'Un besoin à nul autre pareil', school: null, asker: null, email: null });
  equal(visit.school, own.school);
  const heads = sql(`SELECT a.email FROM auth_grant g JOIN auth_account a ON a.person = g.person
    WHERE g.role = 'head' AND g.row_id = ${own.school}`);
  const to = heads || (await rows('/etablissements')).find((s) => s.id === own.school).mail;
  ok((await smtp.to(to)).length >= 1);
  const id = sql(`SELECT id FROM network_agreement WHERE visit = ${visit.id}`);
  if (heads) {
    const head = await server.as('head');
    const agree = forms((await head.get(`/accords/${id}`)).text).find((f) => f.action.endsWith('/etapes/agree'));
    equal((await head.submit(agree)).status, 303);
    equal(agreements(visit.id), 'agreed');
  }
});
await test('who asks is not asked for the agreement: the school\'s address goes before the one they give', async () => {
  const partner = await server.as('partner');
  const before = taken(school.mail).length;
  const { visit } = await asks({ who: partner, need: 'Un club de robots', head_email: 'partner@demo.example', asker: null, email: null });
  equal(visit.head_email, 'partner@demo.example');
  match(header((await smtp.to(school.mail, before + 1)).at(-1), 'subject'), /^Votre accord est demandé/);
  equal(taken('partner@demo.example').filter(about('Votre accord')).length, 0);
  equal(sql(`SELECT email FROM network_agreement WHERE visit = ${visit.id}`), school.mail);
});
await test('what a stranger types brings no link into the laboratory\'s mail', async () => {
  const need = 'Des mots entre accolades';
  const who = server.stranger();
  const form = await who.form(free[turn * 2]);
  const typed = { kind: 'workshop', school: school.uai, class_label: '5e B', asker: 'Une professeure', email: 'prof@school.example' };
  for (const wrong of [{ asker: 'Voir HTTPS://y.example/a' }, { class_label: 'www.y.example' }]) {
    const r = await who.submit(form, { ...typed, ...wrong });
    equal(r.status, 422);
    match(readable(r.text), /Pas d’adresse de site ici/);
  }
  const { email } = await asks({ need, asker: 'Mme {site}/a {stop} {asker} {', class_label: '5e {site}/b' });
  const asked = await askedFor(need);
  ok(asked.text.includes('Mme {site}/a {stop} {asker} {'), asked.text);
  ok(asked.text.includes('5e {site}/b'), asked.text);
  equal(asked.text.split(site).length, 2, 'the link alone');
  ok((await smtp.to(email))[0].text.includes('5e {site}/b'));
});

async function visitOn(day, more = {}, earlier = []) {
  const email = `passé${++serial}@school.example`.replace('é', 'e');
  const v = await api('POST', 'visit', { title: `Robots ${serial}`, lab: lab.id, kind: 'workshop', place: 'inside',
    year: '2024-2025', asked: today, school: school.id, pupils: 20, email, asker: 'Une professeure', ...more });
  equal(v.status, 201, v.text);
  for (const at of [...earlier, day]) {
    const s = await api('POST', 'slot', { visit: v.json.id, day: at, part: 'morning', space: room.id, override: 'pour l’essai' });
    equal(s.status, 201, s.text);
  }
  const g = await api('POST', 'agreement', { visit: v.json.id, email: school.mail, state: 'asked' });
  equal((await api('POST', `agreement/${g.json.id}/etapes/agree`)).status < 300, true);
  equal((await step(v.json.id, 'confirm')).status < 300, true);
  return { id: v.json.id, email };
}
await test('some days before, who comes and who receives are reminded, once', async () => {
  const { id, email } = await visitOn('2025-03-14');
  const team = sql(`SELECT p.email FROM network_team t JOIN directory_person p ON p.id = t.person WHERE t.lab = ${lab.id}`).split('\n');
  await run();
  const [m] = await smtp.to(email, 1, about('Rappel'));
  match(m.text, /vendredi 14 mars 2025, matin/);
  // The demonstration's own visits of these days have theirs as well.
  const received = (mail) => about('À recevoir')(mail) && mail.text.includes(`${site}/accueils/${id}`);
  await smtp.to(team[0], 1, received);
  await run();
  await sleep(300);
  equal(taken(email).filter(about('Rappel')).length, 1);
  equal(taken(team[0]).filter(received).length, 1);
  // Further off than its laboratory wants: not yet.
  const now = (await api('GET', `lab/${lab.id}`)).json;
  equal((await api('PATCH', `lab/${lab.id}`, { remind_days: 1, version: now.version })).status, 200);
  const far = await visitOn('2025-03-15');
  await run();
  await sleep(300);
  equal(taken(far.email).filter(about('Rappel')).length, 0);
});
await test('the last of very many half-days is reminded of as the first is', async () => {
  const now = (await api('GET', `lab/${lab.id}`)).json;
  equal((await api('PATCH', `lab/${lab.id}`, { remind_days: 3, version: now.version })).status, 200);
  const before = Array.from({ length: 24 }, (_, i) => `2025-02-${String(i + 1).padStart(2, '0')}`);
  const { email } = await visitOn('2025-03-14', {}, before);
  await run();
  const [m] = await smtp.to(email, 1, about('Rappel'));
  match(m.text, /vendredi 14 mars 2025, matin/);
  equal((await api('PATCH', `lab/${lab.id}`, { remind_days: 1, version: now.version + 1 })).status, 200);
});
await test('the day after, one minute: what was used and what blocked, once, on the visit and in the list', async () => {
  const { id, email } = await visitOn('2025-03-11');
  await run();
  const [m] = await smtp.to(email, 1, about('comment s’est passée'));
  await run();
  const path = linkOf(m, 'votre-avis');
  const who = server.stranger();
  const form = await who.form(path);
  const boxes = form.controls.filter((c) => c.name === 'used');
  ok(boxes.length >= 3, 'what the laboratory shows');
  equal((await who.submit(form, { blocked: 'Le réseau' })).status, 422);
  const foreign = sql(`SELECT min(id) FROM network_shown WHERE lab <> ${lab.id}`);
  const sent = await who.post(path, [['went', 'partly'], ['used', boxes[0].value], ['used', boxes[1].value], ['used', foreign],
    ['other', 'Nos tablettes'], ['blocked', 'Le réseau a coupé.'], ['_key', 'review-1']]);
  equal(sent.status, 303, readable(sent.text).slice(0, 300));
  match(readable((await who.get(path)).text), /Merci/);
  equal((await who.post(path, { went: 'well', _key: 'review-2' })).status, 409);
  const review = (await rows('/avis-accueils')).find((r) => r.visit === id);
  equal(review.went, 'partly');
  equal(sql(`SELECT count(*) FROM network_review_used WHERE row_id = ${review.id}`), '2');
  match(readable((await admin.get(`/accueils/${id}`)).text), /Le réseau a coupé/);
  await run();
  await sleep(300);
  equal(taken(email).filter(about('comment s’est passée')).length, 1);
});
await test('a head who has not answered is reminded, and both links are good', async () => {
  const before = taken(school.mail).length;
  const { visit } = await asks();
  const first = (await smtp.to(school.mail, before + 1)).at(-1);
  sql(`UPDATE network_agreement SET asked = asked - 4 WHERE visit = ${visit.id}`);
  await run();
  const second = (await smtp.to(school.mail, before + 2)).at(-1);
  match(header(second, 'subject'), /^Rappel, votre accord/);
  await run();
  await sleep(300);
  equal(taken(school.mail).length, before + 2);
  for (const m of [first, second]) equal((await server.stranger().get(linkOf(m, 'accord'))).status, 200);
  // Past, or cut by a mail program: the head is told whom to ask.
  const days = (n) => sql(`UPDATE core_link SET until = until ${n} WHERE what = 'agreement' AND row_id = (SELECT id FROM network_agreement WHERE visit = ${visit.id})`);
  days('- 400');
  for (const path of [linkOf(first, 'accord'), linkOf(first, 'accord').slice(0, -9)]) {
    const r = await server.stranger().get(path);
    equal(r.status, 404);
    match(readable(r.text), /Ce lien ne vaut pas, ou ne vaut plus.*demandez un nouveau lien/);
  }
  days('+ 400');
  const head = server.stranger();
  equal((await head.submit(await head.form(linkOf(first, 'accord')), { answer: 'agree' })).status, 303);
  match(readable((await head.get(linkOf(second, 'accord'))).text), /Votre réponse est enregistrée/);
});
await test('what ends between finding it due and writing to it is not written to', async () => {
  // The mail about the first of two is the moment at which the second ends.
  const ends = async (once, change) => {
    const when = `NEW.once LIKE '${once}:%'`;
    sql(onPostgres ? `CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF ${when} THEN ${change}; END IF; RETURN NEW; END $$;
      CREATE TRIGGER ends AFTER INSERT ON core_mail FOR EACH ROW EXECUTE FUNCTION ends()`
      : `CREATE TRIGGER ends AFTER INSERT ON core_mail WHEN ${when} BEGIN ${change}; END`);
    await run();
    sql(onPostgres ? 'DROP TRIGGER ends ON core_mail; DROP FUNCTION ends()' : 'DROP TRIGGER ends');
  };
  const written = (once) => sql(`SELECT count(*) FROM core_mail WHERE once LIKE '${once}:%'`) !== '0';
  for (const [key, day] of [['network.coming', '2025-03-13'], ['network.review', '2025-03-11']]) {
    const [one, two] = [await visitOn(day), await visitOn(day)];
    await ends(`${key}:${one.id}`, `UPDATE network_visit SET state = 'cancelled' WHERE id = ${two.id}`);
    ok(written(`${key}:${one.id}`) && !written(`${key}:${two.id}`), key);
  }
  const waits = async () => {
    const v = await api('POST', 'visit', { title: 'Silence', lab: lab.id, kind: 'workshop', place: 'inside', year: '2024-2025', asked: today });
    const { id } = (await api('POST', 'agreement', { visit: v.json.id, email: school.mail, state: 'asked' })).json;
    sql(`UPDATE network_agreement SET asked = asked - 4 WHERE id = ${id}`);
    return id;
  };
  const [one, two] = [await waits(), await waits()];
  await ends(`network.silent:${one}`, `UPDATE network_agreement SET state = 'agreed' WHERE id = ${two}`);
  ok(written(`network.silent:${one}`) && !written(`network.silent:${two}`), 'silent');
  // Nor is a head reminded once the last half-day is past.
  const [past, today_] = [await waits(), await waits()];
  for (const [id, day] of [[past, '2025-03-11'], [today_, today]])
    sql(`INSERT INTO network_slot (version, created_at, created_by, changed_at, changed_by, uid, visit, day, part)
      SELECT 1, 0, 0, 0, 0, 'silent-${id}', visit, ${Date.parse(day) / 86400000}, 'morning' FROM network_agreement WHERE id = ${id}`);
  await run();
  ok(written(`network.silent:${today_}`) && !written(`network.silent:${past}`), 'past');
});
await test('reminders and requests for reviews are stopped by whoever gets them, also by their mail program', async () => {
  const { id, email } = await visitOn('2025-03-10');
  await run();
  const [m] = await smtp.to(email, 1, about('comment s’est passée'));
  const stop = /^<https:\/\/lab\.example(\/ne-plus-recevoir\/[0-9a-f]+)>$/.exec(header(m, 'list-unsubscribe'))[1];
  equal(header(m, 'list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
  ok(m.text.includes(stop), 'the text has it too');
  equal((await server.stranger().post(stop, { 'List-Unsubscribe': 'One-Click' })).status, 303);
  sql(`DELETE FROM core_mail WHERE once LIKE 'network.review:${id}:%'`);
  await run();
  await sleep(300);
  equal(taken(email).filter(about('comment s’est passée')).length, 1, 'it is not asked again');
  equal(sql(`SELECT count(*) FROM core_link WHERE what = 'review' AND row_id = ${id}`), '1', 'nor is a link made for nothing');
  const who = server.stranger();
  const again = await who.form(stop);
  equal((await who.submit(again, { again: '1' })).status, 303);
  match(readable((await who.get(stop)).text), /ne seront plus envoyés/);
  // What is about one's own request is not stopped.
  ok(!header((await smtp.to(email, 1, about('confirmé')))[0], 'list-unsubscribe'));
});
await test('the sheet for the sortie scolaire says what is known and leaves the rest to the pen', async () => {
  const teacher = await server.as('teacher');
  const mine = (await rows('/accueils')).find((v) => v.need === 'Un besoin à nul autre pareil');
  const sheet = await teacher.get(`/accueils/${mine.id}/sortie`);
  equal(sheet.status, 200);
  match(readable(sheet.text), /Fiche de sortie scolaire.*Besoins particuliers.*signature/);
  const form = await teacher.form(`/sorties/nouveau?visit=${mine.id}`, '/sorties');
  const sent = await teacher.submit(form, { leaves: '8 h 30', transport: 'coach', cost: '185,50', adults: '3', needs: 'Un fauteuil' });
  equal(sent.status, 303, readable(sent.text).slice(0, 400));
  match(readable((await teacher.get(`/accueils/${mine.id}/sortie`)).text),
    /veut y faire Un besoin à nul autre pareil.*8 h 30.*car réservé.*185,50.*Besoins particuliers Un fauteuil/);
  equal((await (await server.as('partner')).get(`/accueils/${mine.id}/sortie`)).status, 403);
});
await test('its secret address is good until the way home, on whichever day that is, and for one address of mail', async () => {
  const { id, email } = await visitOn('2025-03-05');
  const [m] = await smtp.to(email, 1, about('confirmé'));
  const sheet = linkOf(m, 'fiche-sortie'), reads = async (path) => (await server.stranger().get(path)).status;
  equal(await reads(sheet), 404, 'they are home');
  const goes = async (kind, of, what) => {
    const r = await api('PATCH', `${kind}/${of.id}`, { ...what, version: of.version });
    equal(r.status, 200, r.text);
  };
  await goes('slot', (await rows('/demi-journees')).find((s) => s.visit === id), { day: '2025-03-20' });
  equal(await reads(sheet), 200, 'later than it was confirmed for');
  await goes('visit', (await api('GET', `visit/${id}`)).json, { phone: '03 83 00 00 00' });
  equal(await reads(sheet), 200);
  await goes('visit', (await api('GET', `visit/${id}`)).json, { email: 'enfin@school.example' });
  equal(await reads(sheet), 404, 'it was somebody else\'s address');
  const [other] = await smtp.to('enfin@school.example', 1, about('confirmé'));
  equal(await reads(linkOf(other, 'fiche-sortie')), 200);
  equal(taken(email).filter(about('confirmé')).length, 1);
});
await test('an address that is corrected takes the link along that withdraws', async () => {
  const { email, visit: { id } } = await asks({ email: 'faux@school.example' });
  const [m] = await smtp.to(email, 1, about('est arrivée'));
  const link = linkOf(m, 'ma-demande'), reads = async (path) => (await server.stranger().get(path)).status;
  equal(await reads(link), 200);
  const v = (await api('GET', `visit/${id}`)).json;
  equal((await api('PATCH', `visit/${id}`, { email: 'juste@school.example', version: v.version })).status, 200);
  equal(await reads(link), 404, 'it was somebody else\'s address');
  const [other] = await smtp.to('juste@school.example', 1, about('est arrivée'));
  equal(await reads(linkOf(other, 'ma-demande')), 200);
});
await test('no address and no secret stands in the log', () => {
  ok(!/@school\.example|@demo\.example/.test(server.log()), server.log().slice(-2000));
  for (const path of told) ok(!server.log().includes(path.split('/').pop()));
});
await server.stop();
await smtp.end();
drop(folder);
