// Mail leaves as tasks, to a real SMTP server: once, also over the death of this one;
// put off and taken later; refused and told; or only shown where no server is set.
import { writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, childOf, equal, ok, match, serve, copy, drop, forms, links, query, readable, serverNow } from './lib.mjs';
import { mailServer, header } from '../mail.mjs';

const data = copy();
const sql = (text) => query(data, text);
const now = serverNow();
let serial = 0;
// As mail_add leaves it: a row and its task, in one transaction.
function post(to, { subject = 'Essai', text = 'Bonjour', n = 1 } = {}) {
  const uids = Array.from({ length: n }, () => `00000000-test-${++serial}`);
  const quoted = (s) => `'${s.replaceAll("'", "''")}'`;
  sql(`BEGIN; ${uids.map((uid) => `INSERT INTO core_mail (uid, what, address, subject, text, lang, at, state)
    VALUES ('${uid}', 'core.mails', ${quoted(to)}, ${quoted(subject)}, ${quoted(text)}, 'fr', ${now}, 'waiting');
    INSERT INTO core_task (kind, payload, due) VALUES ('core.mail', '${uid}', 0);`).join('\n')} COMMIT;`);
  return uids;
}
const state = (uid) => sql(`SELECT state FROM core_mail WHERE uid = '${uid}'`);
const until = async (what, met, ms = 20000) => {
  for (const began = Date.now(); Date.now() - began < ms; await sleep(100)) if (await met()) return;
  ok(false, what);
};
const again = () => sql("UPDATE core_task SET due = 0 WHERE done IS NULL AND kind = 'core.mail'");
const smtp = await mailServer();
const settings = { ESSAIM_SMTP: smtp.url, ESSAIM_SMTP_FROM: 'Réseau Essaim <essaim@lab.example>', ESSAIM_SITE: 'https://lab.example/' };
let server = await serve({ data, env: settings });
let admin = await server.as('admin');

await test('a mail arrives as it was written: accents, long lines, its headers; then it is blanked', async () => {
  const long = 'à l’école, œuvre = 100 % '.repeat(120).trim();
  const [uid] = post('prof@school.example', { subject: 'Votre demi-journée du 3 décembre à l’école élémentaire Élise-Deroche est confirmée',
    text: `Bonjour,\n\n${long}\n.\n..point\nFrom here\n\nVoir : {site}/accueils/1 ` });
  const [m] = await smtp.to('prof@school.example');
  equal(header(m, 'subject'), 'Votre demi-journée du 3 décembre à l’école élémentaire Élise-Deroche est confirmée');
  equal(m.text.replace(/\r\n/g, '\n').trimEnd(), `Bonjour,\n\n${long}\n.\n..point\nFrom here\n\nVoir : https://lab.example/accueils/1`);
  ok(m.longest <= 78, `a line of ${m.longest}`);
  ok(/^[\x00-\x7f]*$/.test(m.raw), 'seven bits only');
  equal(m.from, 'essaim@lab.example');
  equal(header(m, 'from'), 'Réseau Essaim <essaim@lab.example>');
  equal(header(m, 'message-id'), `<${uid}@lab.example>`);
  equal(header(m, 'auto-submitted'), 'auto-generated');
  ok(Math.abs(Date.parse(header(m, 'date')) / 1000 - now) < 5, header(m, 'date'));
  equal(m.defects.join(' '), '');
  await until('it is not told', () => state(uid) === 'sent');
  equal(sql(`SELECT count(*) FROM core_mail WHERE uid = '${uid}' AND address IS NULL AND text IS NULL AND subject IS NULL`), '1');
  const page = await admin.get(`/courriels/${uid}`);
  equal(page.status, 200);
  ok(!page.text.includes('prof@school.example'));
});
await test('no header and no addressee comes from what people type', async () => {
  const [uid] = post('prof2@school.example', { subject: 'Objet\r\nBcc: voleur@y.example\r\n\r\nCorps' });
  const [m] = await smtp.to('prof2@school.example');
  equal(header(m, 'bcc'), undefined);
  equal(m.to.length, 1);
  equal(m.text.trim(), 'Bonjour');
  await until('it is not told', () => state(uid) === 'sent');
});
await test('put off by the server, it is tried again; refused for good, it is told and not tried', async () => {
  const [later] = post('later1@school.example'), [no] = post('no1@school.example'), [big] = post('big1@school.example');
  await until('it is not put off', () => sql(`SELECT count(*) FROM core_mail WHERE uid = '${later}' AND tried IS NOT NULL`) === '1');
  await until('no refusal', () => state(no) === 'refused' && state(big) === 'refused');
  equal(state(later), 'waiting');
  const waits = Number(sql(`SELECT due FROM core_task WHERE payload = '${later}'`)) - now;
  ok(waits % 86400 > 100 && waits > 100, `tried again after ${waits} s`);
  again();
  await smtp.to('later1@school.example');
  await until('it is not told', () => state(later) === 'sent');
  match(readable((await admin.get('/')).text), /2 courriels n’ont pas pu partir/);
  const lost = await admin.get('/courriels?etat=perdus');
  for (const uid of [no, big]) ok(links(lost.text).includes(`/courriels/${uid}`));
  ok(!links(lost.text).includes(`/courriels/${later}`));
  match(readable((await admin.get(`/courriels/${no}`)).text), /550 5\.1\.1 no such mailbox/);
  equal(sql(`SELECT attempts FROM core_task WHERE payload = '${no}'`), '1');
  ok(!/@school\.example/.test(server.log()), 'an address in the log');
});
await test('what was refused is sent again, or dropped', async () => {
  const [no] = post('no2@school.example');
  await until('no refusal', () => state(no) === 'refused');
  const page = await admin.get(`/courriels/${no}`);
  const by = (end) => forms(page.text).find((f) => f.action.endsWith(end));
  sql(`UPDATE core_mail SET address = 'yes2@school.example' WHERE uid = '${no}'`);
  equal((await admin.submit(by('/renvoi'))).status, 303);
  await smtp.to('yes2@school.example');
  await until('it is not told', () => state(no) === 'sent');
  equal((await admin.submit(by('/oubli'), { _key: 'drop-1' })).status, 409, 'it is sent');
  const [other] = post('no3@school.example');
  await until('no refusal', () => state(other) === 'refused');
  const drop_ = forms((await admin.get(`/courriels/${other}`)).text).find((f) => f.action.endsWith('/oubli'));
  sql(`UPDATE core_mail SET stop = '/ne-plus-recevoir/abc' WHERE uid = '${other}'`); // as optional mail has
  equal((await admin.submit(drop_)).status, 303);
  equal(sql(`SELECT state, address, subject, text, answer, stop FROM core_mail WHERE uid = '${other}'`), 'dropped|||||');
});
await test('while the server is away other work goes on, and the mail leaves when it is back', async () => {
  await smtp.stop();
  const [uid] = post('away@school.example');
  await until('it is not tried', () => sql(`SELECT count(*) FROM core_mail WHERE uid = '${uid}' AND answer IS NOT NULL`) === '1');
  equal(state(uid), 'waiting');
  await smtp.start();
  again();
  await smtp.to('away@school.example');
  await until('it is not told', () => state(uid) === 'sent');
});
await test('after eight tries it is given up, and told', async () => {
  await smtp.stop();
  const [uid] = post('never@school.example');
  await until('it is not tried', () => sql(`SELECT count(*) FROM core_mail WHERE uid = '${uid}' AND answer IS NOT NULL`) === '1');
  sql(`UPDATE core_task SET due = 0, attempts = 7 WHERE payload = '${uid}'`);
  await until('it is not given up', () => state(uid) === 'failed');
  ok(links((await admin.get('/travaux')).text).includes(`/courriels/${uid}`));
  sql('DELETE FROM core_task');
  await smtp.start();
});
await test('a server that dies in the midst sends what it had not told again, under the same Message-ID', async () => {
  const uids = post('slow@school.example', { n: 4 });
  let kills = 0;
  for (let i = 0; i < 2; i++) {
    const before = smtp.taken().length;
    await until('nothing is taken', () => smtp.taken().length > before); // and not yet answered
    process.kill(childOf(server.child.pid), 'SIGKILL');
    kills++;
  }
  const told = `SELECT count(*) FROM core_mail WHERE state = 'sent' AND uid IN ('${uids.join("', '")}')`;
  await until('not all are told', () => sql(told) === String(uids.length), 60000);
  const ids = smtp.taken().filter((m) => m.to[0] === 'slow@school.example').map((m) => header(m, 'message-id'));
  equal([...new Set(ids)].sort().join(' '), uids.map((u) => `<${u}@lab.example>`).sort().join(' '), 'each, and no other');
  ok(ids.length <= uids.length + kills, `${ids.length} deliveries of ${uids.length} over ${kills} deaths`);
});
await test('a server that ends leaves the mail it is at for the next start', async () => {
  const [uid] = post('slow-end@school.example');
  await smtp.to('slow-end@school.example');
  const began = Date.now();
  equal((await server.stop()).code, 0);
  ok(Date.now() - began < 5000, 'it waits for the mail server');
  server = await serve({ data, env: settings });
  await until('it is not told', () => state(uid) === 'sent');
  await server.stop();
});
await test('a name and a password from a file; a wrong one is no fault of the mail', async () => {
  const guarded = await mailServer({ env: { SMTP_USER: 'essaim', SMTP_PASSWORD: 'mot de passe' } });
  const file = join(data, 'smtp.password');
  writeFileSync(file, 'faux\n');
  chmodSync(file, 0o600);
  server = await serve({ data, env: { ...settings, ESSAIM_SMTP: guarded.url, ESSAIM_SMTP_USER: 'essaim', ESSAIM_SMTP_PASSWORD_FILE: file } });
  const [uid] = post('known@school.example');
  await until('it is not tried', () => sql(`SELECT count(*) FROM core_mail WHERE uid = '${uid}' AND answer IS NOT NULL`) === '1');
  equal(state(uid), 'waiting');
  writeFileSync(file, 'mot de passe\n');
  again();
  await guarded.to('known@school.example');
  await until('it is not told', () => state(uid) === 'sent');
  ok(!/mot de passe|faux/.test(server.log()));
  await server.stop();
  await guarded.end();
});
await test('without a mail server nothing leaves, and a page shows what would have', async () => {
  const before = smtp.taken().length;
  server = await serve({ data });
  const [uid] = post('dev@school.example', { subject: 'Objet <b>gras</b>', text: 'Un lien : {site}/accord/abc' });
  await until('it is not shown', () => state(uid) === 'shown');
  admin = await server.as('admin');
  const list = readable((await admin.get('/courriels')).text);
  match(list, /rien ne part/);
  match(list, /Objet <b>gras<\/b>/);
  const page = readable((await admin.get(`/courriels/${uid}`)).text);
  match(page, /dev@school\.example/);
  match(page, new RegExp(`Un lien : http://127.0.0.1:${server.port}/accord/abc`));
  equal(smtp.taken().length, before);
  equal((await (await server.as('leader')).get('/courriels')).status, 403);
  await server.stop();
});
await smtp.end();
drop(data);
