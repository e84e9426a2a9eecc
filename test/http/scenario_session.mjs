// Coming in and going out, and what guards every form.
import { test, equal, ok, match, serve, forms, links, tables, sameTables, readable, query } from './lib.mjs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const server = await serve({ env: { ESSAIM_PROXIES: '127.0.0.1', ESSAIM_METRICS_TOKEN: 'metrics' } });

await test('a role button signs in, and leads back where one wanted to go', async () => {
  const who = server.stranger();
  const sent = await who.get('/imports?entity=school');
  equal(sent.status, 303);
  const page = await who.get(sent.location);
  const form = forms(page.text).find((f) => f.buttons.some((b) => b.value === 'coordinator'));
  const r = await who.post(form.action, [...form.fields, ['role', 'coordinator']]);
  equal(r.status, 303);
  equal(r.location, '/imports?entity=school');
  const cookie = r.headers.getSetCookie().find((c) => c.startsWith('session='));
  match(cookie, /HttpOnly/);
  match(cookie, /SameSite=Lax/);
  equal((await who.get(r.location)).status, 200);
});
await test('behind TLS no cookie goes over plain HTTP', async () => {
  for (const [proto, secure] of [['https', true], ['http', false]]) {
    const who = server.stranger();
    const headers = { 'x-forwarded-proto': proto };
    const form = forms((await who.get('/entrer')).text).find((f) => f.buttons.some((b) => b.value === 'admin'));
    const set = [await who.post(form.action, [...form.fields, ['role', 'admin']], headers),
      await who.get('/langue/en', headers)].flatMap((r) => r.headers.getSetCookie());
    equal(set.length, 2);
    for (const line of set) {
      equal(/; Secure$/.test(line), secure, line);
      match(line, /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+/);
    }
  }
});
await test('a password signs in, in any case of the address; a wrong one does not', async () => {
  const who = server.stranger();
  const form = await who.form('/entrer', '/entrer');
  for (const [email, password] of [['admin@demo.example', 'wrong'], ['admin@demo.example', ''],
    ['nobody@demo.example', 'demonstration'], ['', ''], ["' OR 1=1 --", 'x'],
    ['admin@demo.example', 'x'.repeat(5000)]]) {
    const r = await who.submit(form, { email, password });
    equal(r.status, 422, email);
    ok(!who.cookies.has('session'), `${email} has a session`);
    ok(forms(r.text).some((f) => f.action === '/entrer'), 'the form is there again');
  }
  const r = await who.submit(form, { email: 'Admin@Demo.Example', password: 'demonstration' });
  equal(r.status, 303);
  equal((await who.get('/imports')).status, 200);
});
await test('the way back never leaves the site', async () => {
  for (const back of ['//evil.example', 'https://evil.example/', '/\\evil.example', '\\\\evil.example',
    '/\t/evil.example', '/x\r\nSet-Cookie: a=b', 'javascript:alert(1)', '', 'etablissements']) {
    const q = `/entrer?retour=${encodeURIComponent(back)}`;
    let who = server.stranger();
    const form = forms((await who.get(q)).text).find((f) => f.buttons.some((b) => b.value === 'admin'));
    for (const fields of [[...form.fields, ['role', 'admin']], [['retour', back], ['role', 'admin']]]) {
      who = server.stranger();
      const r = await who.post(form.action, fields);
      equal(r.status, 303, back);
      equal(r.location, '/', `retour=${JSON.stringify(back)}`);
      equal(r.headers.getSetCookie().filter((c) => c.startsWith('a=')).length, 0);
    }
    const r = await who.get(`/langue/en?retour=${encodeURIComponent(back)}`);
    equal(r.location, '/', `langue ${JSON.stringify(back)}`);
  }
});
await test('another site cannot sign its reader in, nor send what strangers may', async () => {
  const own = server.base, account = { email: 'admin@demo.example', password: 'demonstration' };
  for (const [headers, taken] of [[{ 'sec-fetch-site': 'cross-site' }, false], [{ 'sec-fetch-site': 'same-site' }, false],
    [{ origin: 'https://evil.example' }, false], [{ origin: 'null' }, false], [{ origin: `${own}.evil.example` }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: own }, false], [{ origin: own }, true],
    [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, true], [{ 'sec-fetch-site': 'none' }, true]]) {
    for (const [path, fields] of [['/entrer', account], ['/entrer/demonstration', { role: 'admin' }]]) {
      const who = server.stranger();
      const r = await who.post(path, fields, headers);
      equal(r.status, taken ? 303 : 403, `${path} ${JSON.stringify(headers)}`);
      equal(who.cookies.has('session'), taken);
      if (!taken) match(readable(r.text), /depuis un autre site/);
    }
    const ask = await server.stranger().post('/demander-conseil', {}, headers);
    equal(ask.status, taken ? 422 : 403, JSON.stringify(headers));
  }
});
await test('signing out ends the session on the server too', async () => {
  const who = await server.as('teacher');
  const old = new Map(who.cookies);
  const form = forms((await who.get('/')).text).find((f) => f.action === '/sortir');
  equal((await who.submit(form)).status, 303);
  ok(!who.cookies.has('session'));
  who.cookies = old;
  equal((await who.get('/classes')).status, 303, 'the old cookie');
});
await test('signing in anew ends the session before; everywhere ends them all', async () => {
  const who = await server.as('teacher');
  const old = new Map(who.cookies);
  await who.signIn('teacher');
  const stale = server.stranger();
  stale.cookies = old;
  equal((await stale.get('/classes')).status, 303, 'the cookie before');
  const elsewhere = await server.as('teacher'), admin = await server.as('admin');
  const out = forms((await who.get('/')).text).find((f) => f.action === '/sortir');
  match(out.html, /formaction="\/sortir\/partout"/);
  equal((await who.post('/sortir/partout', { _csrf: 'x' })).status, 403);
  equal((await elsewhere.get('/classes')).status, 200);
  equal((await who.post('/sortir/partout', out.fields)).status, 303);
  equal((await elsewhere.get('/classes')).status, 303, 'the other session');
  equal((await admin.get('/classes')).status, 200, 'that of another person');
});
await test('passwords are guessed slowly; their owner does not wait for that', async () => {
  const ends = async () => Object.fromEntries([...(await server.stranger().get('/metrics',
    { authorization: 'Bearer metrics' })).text.matchAll(/^essaim_sign_ins_total\{end="(\w+)"\} (\d+)$/gm)]
    .map(([, end, n]) => [end, Number(n)]));
  const before = await ends();
  const from = (n) => ({ 'x-forwarded-for': `192.0.2.${n}` });
  const email = 'leader@demo.example';
  const tries = async (who, n, headers, password = 'wrong') => {
    const all = [];
    for (let i = 0; i < n; i++) all.push(await who.post('/entrer', { email, password }, headers));
    return all;
  };
  const owner = server.stranger();
  equal((await tries(owner, 1, from(1), 'demonstration'))[0].status, 303);
  owner.cookies.delete('session');
  const guesser = server.stranger();
  const answers = await tries(guesser, 20, from(2));
  // Held: a redirection, so that Back and Reload send no password again.
  const isHeld = (r) => r.status === 303 && /^\/entrer\?attente=\d+&retour=%2F$/.test(r.location);
  equal(answers.map((r) => (isHeld(r) ? 'held' : r.status)).join(' '),
    `${'422 '.repeat(5)}${Array(15).fill('held').join(' ')}`);
  const last = await guesser.get(answers.at(-1).location);
  equal(last.status, 429);
  const wait = Number(last.headers.get('retry-after'));
  ok(wait > 0 && wait <= 30, `Retry-After ${wait}`);
  match(last.text, new RegExp(`Attendez ${wait} secondes?`));
  match(last.headers.get('cache-control'), /no-cache|no-store/);
  ok(isHeld((await tries(guesser, 1, from(2), 'demonstration'))[0]), 'a lucky one is not looked at');
  for (const n of ['0', '-1', 'x', '99999', ''])
    equal((await guesser.get(`/entrer?attente=${n}`)).status, 200, n);
  ok(!guesser.cookies.has('session'));
  // An account that nobody has is held in the same way.
  const nobody = server.stranger();
  for (let i = 0; i < 6; i++)
    equal((await nobody.post('/entrer', { email: 'nobody@x.example', password: 'x' }, from(4))).status, i < 5 ? 422 : 303);
  // From many addresses, too; but not the owner's own browser.
  for (let i = 10; i < 40; i++) await tries(server.stranger(), 1, from(i));
  ok(isHeld((await tries(server.stranger(), 1, from(50)))[0]));
  equal((await tries(owner, 1, from(51), 'demonstration'))[0].status, 303, 'the owner, elsewhere');
  const after = await ends();
  equal(after.right - before.right, 2);
  ok(after.wrong > before.wrong && after.held - before.held >= 18);
});
await test('behind a proxy that changes Host, a form that tells its origin alone is taken: by the proxy\'s word only', async () => {
  const sent = (headers) => server.stranger().post('/entrer', { email: 'head@demo.example', password: 'demonstration' },
    { 'x-forwarded-for': '192.0.2.90', origin: 'https://labo.example.fr', ...headers }).then((r) => r.status);
  equal(await sent({}), 403);
  equal(await sent({ 'x-forwarded-host': 'labo.example.fr' }), 303);
  equal(await sent({ 'x-forwarded-host': 'labo.example.fr, inner:8080' }), 303);
  equal(await sent({ 'x-forwarded-host': 'other.example' }), 403);
  // Without a proxy that is believed, nobody's word counts.
  const plain = await serve();
  const r = await plain.stranger().post('/entrer', { email: 'head@demo.example', password: 'demonstration' },
    { origin: 'https://labo.example.fr', 'x-forwarded-host': 'labo.example.fr' });
  equal(r.status, 403);
  await plain.stop();
});
await test('signing in anew gives another token', async () => {
  const a = await server.as('teacher');
  const b = await server.as('teacher');
  ok(a.cookies.get('session') !== b.cookies.get('session'));
});
await test('a session lasts twelve hours after its last use, not after its first', async () => {
  const who = await server.as('teacher');
  const later = (hours) => query(server.folder, `UPDATE auth_session SET used = used - ${hours * 3600}`);
  for (let i = 0; i < 3; i++) {
    later(7);
    equal((await who.get('/classes')).status, 200, `after ${(i + 1) * 7} hours`);
  }
  later(13);
  equal((await who.get('/classes')).status, 303);
});
await test('a form without its token, or with another, is 403 and writes nothing', async () => {
  const admin = await server.as('admin');
  const other = await server.as('leader');
  const form = await admin.form('/etablissements/nouveau', '/etablissements');
  const before = tables(server.folder);
  const theirs = forms((await other.get('/')).text).flatMap((f) => f.fields)
    .find(([n]) => n === '_csrf')[1];
  for (const _csrf of [null, '', 'x', theirs, Object.fromEntries(form.fields)._csrf.slice(1)])
    equal((await admin.submit(form, { _csrf })).status, 403, String(_csrf));
  equal((await admin.submit(form, { _key: null })).status, 422, 'no key');
  equal((await admin.submit(form, { _key: '' })).status, 422, 'an empty key');
  equal((await admin.submit(form, { _key: 'x'.repeat(200) })).status, 422, 'a key too long');
  sameTables(before, tables(server.folder), 'refused forms');
});
await test('a token of another session does not open signing out', async () => {
  const who = await server.as('teacher');
  equal((await who.post('/sortir', { _csrf: 'x' })).status, 403);
  equal((await who.get('/classes')).status, 200);
});
await test('the sitemap leads to every page that one may read, and to no other', async () => {
  for (const who of [server.stranger(), await server.as('admin')]) {
    const plan = links((await who.get('/plan')).text);
    const lists = ['/etablissements', '/projets', '/carte', '/strategie', '/chiffres', '/organisations',
      '/accessibilite', '/mentions', '/donnees-personnelles', '/aide'];
    const others = ['/personnes', '/classes', '/imports'];
    for (const path of lists) ok(plan.includes(path), path);
    for (const path of others) equal(plan.includes(path), who.cookies.has('session'), path);
    for (const path of plan.filter((x) => /^\/[a-z-]+$/.test(x)))
      equal((await who.get(path)).status, 200, path);
  }
});
await test('both languages, kept by a cookie, else as the browser asks', async () => {
  const who = server.stranger();
  who.cookies.delete('lang');
  const page = (headers) => who.get('/entrer', headers);
  match((await page({ 'accept-language': 'en-GB,en;q=0.9,fr;q=0.1' })).text, /<html lang="en"/);
  match((await page({ 'accept-language': 'de, fr;q=0.5' })).text, /<html lang="fr"/);
  match((await page({ 'accept-language': ';;;=,q=' })).text, /<html lang="fr"/);
  const r = await who.get('/langue/en?retour=%2Fetablissements%3Fsort%3Dname');
  equal(r.location, '/etablissements?sort=name');
  match((await page({ 'accept-language': 'fr' })).text, /<html lang="en"/);
  equal((await who.get('/langue/xx')).status, 404);
});
await test('errors speak the reader\'s language and say what to do', async () => {
  const who = server.stranger();
  for (const [lang, word] of [['fr', /page|existe/i], ['en', /page|exist/i]]) {
    who.cookies.set('lang', lang);
    const r = await who.get('/nulle-part');
    equal(r.status, 404);
    match(r.text, new RegExp(`<html lang="${lang}"`));
    match(readable(r.text), word);
  }
});
await server.stop();
