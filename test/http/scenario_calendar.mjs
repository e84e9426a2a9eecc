// The calendars: a laboratory by day, week, month and year, and the network by
// half-day; each as a grid and as a plain table; closed days say why.
import { test, apiOf, equal, deepEqual, ok, match, serve, drop, copy, links, query, readable, today } from './lib.mjs';

const folder = copy();
const server = await serve({ data: folder, env: { ESSAIM_QUERIES: '1' } });
const who = server.stranger();
const admin = await server.as('admin');
const rows = async (path) => JSON.parse((await admin.get(path.replace(/(?=\?|$)/, '.json'))).text);
const api = apiOf(server);
const labs = await rows('/laboratoires');
const areas = await rows('/territoires');
const named = (word) => labs.find((l) => l.name.includes(word));
const at = (lab, more) => `/laboratoires/${lab.id}/calendrier?${more}`;
const page = async (path, person = who) => {
  const r = await person.get(path);
  equal(r.status, 200, path);
  return r;
};
const said = async (path, person) => readable((await page(path, person)).text);
const free = (text) => new Set(links(text).filter((l) => l.includes('/demande?jour=')));

await test('each span, as a grid and as a table, in both languages', async () => {
  for (const lang of ['fr', 'en'])
    for (const view of ['jour', 'semaine', 'mois', 'annee'])
      for (const form of ['', '&forme=tableau']) {
        const r = await page(at(labs[0], `vue=${view}&jour=2025-03-20${form}`), server.stranger(lang));
        ok(/<table/.test(r.text), `${view}${form}`);
        match(r.text, lang === 'fr' ? /Précédent/ : /Previous/);
      }
  equal((await who.get(at(labs[0], 'vue=siecle'))).status, 404);
  equal((await who.get(at(labs[0], 'jour=1492-10-12'))).status, 404);
  equal((await who.get(at(labs[0], 'jour=demain'))).status, 404);
});

await test('grid and table offer the same half-days, and so does the week of the network', async () => {
  for (const lab of labs.slice(0, 4)) {
    const grid = free((await page(at(lab, 'jour=2025-03-27'))).text);
    const table = free((await page(at(lab, 'jour=2025-03-27&forme=tableau'))).text);
    ok(grid.size >= 8, `${lab.name}: ${grid.size}`);
    equal([...table].sort().join('\n'), [...grid].sort().join('\n'));
    const net = free((await page('/laboratoires/calendrier?jour=2025-03-27')).text);
    equal([...net].filter((l) => l.startsWith(`/laboratoires/${lab.id}/`)).sort().join('\n'), [...grid].sort().join('\n'));
  }
});

await test('a week is reached from the next and back, across both changes of the clock', async () => {
  for (const day of ['2025-03-27', '2025-10-23']) {
    const one = await page(at(labs[0], `jour=${day}`));
    const next = links(one.text).find((l) => l.includes('jour=') && l.includes('vue=semaine') && l.includes(day < '2025-04' ? '2025-03-31' : '2025-10-27'));
    ok(next, 'the next week');
    ok(links((await page(next)).text).some((l) => l.includes(day < '2025-04' ? '2025-03-24' : '2025-10-20')), 'back');
  }
});

await test('closed days say why: holidays, public holidays, local law, the other week', async () => {
  const nancy = named('Lunéville'), metz = named('Forbach');
  match(await said(at(nancy, 'jour=2025-04-09')), /Vacances de printemps/);
  match(await said(at(nancy, 'jour=2024-11-13')), /Armistice de 1918/);
  match(await said(at(metz, 'jour=2026-04-01&forme=tableau')), /Vendredi saint/);
  ok(!/Vendredi saint/.test(await said(at(nancy, 'jour=2026-04-01&forme=tableau'))), 'not in Meurthe-et-Moselle');
  match(await said(at(nancy, 'jour=2025-03-12')), /pas en semaine A/);
  ok(!/pas en semaine/.test(await said(at(nancy, 'jour=2025-03-19'))), 'it opens in B weeks');
  match(await said(at(nancy, 'vue=annee&jour=2025-03-12&forme=tableau')), /Vacances d’hiver/);
});

await test('a closure of an area of any kind, and of one laboratory', async () => {
  const lab = labs.find((l) => l.school !== null && l.grappe !== null);
  const school = (await rows(`/etablissements`)).find((s) => s.id === lab.school) ?? JSON.parse((await api('GET', `school/${lab.school}`)).text);
  const bassin = areas.find((a) => a.id === lab.bassin);
  const up = (a) => areas.find((b) => b.id === a.parent);
  const tree = [bassin, up(bassin), up(up(bassin)), areas.find((a) => a.id === lab.grappe)].filter(Boolean);
  if (up(up(up(bassin)) ?? {})) tree.push(up(up(up(bassin))));
  ok(tree.length >= 3 && school, tree.map((a) => a.kind).join(' '));
  for (const [i, area] of tree.entries()) {
    const day = `2025-06-${[10, 11, 12, 13, 17][i]}`, name = `Fermé : ${area.kind}`;
    equal((await api('POST', 'closure', { name, kind: 'other', area: area.id, starts: day, ends: day })).status, 201);
    match(await said(at(lab, `vue=jour&jour=${day}`)), new RegExp(name));
    equal((await who.get(`/laboratoires/${lab.id}/demande?jour=${day}&moment=morning`)).status, 409, area.kind);
  }
  const other = areas.find((a) => a.kind === 'bassin' && a.id !== lab.bassin);
  await api('POST', 'closure', { name: 'Ailleurs', kind: 'other', area: other.id, starts: '2025-06-16', ends: '2025-06-16' });
  ok(!/Ailleurs/.test(await said(at(lab, 'vue=jour&jour=2025-06-16'))));
  const own = { lab: lab.name, name: 'Peinture', starts: '2025-06-23', ends: '2025-06-24' };
  equal((await api('POST', 'pause', own)).status, 201);
  match(await said(at(lab, 'vue=jour&jour=2025-06-24')), /Peinture/);
  equal((await who.get(`/laboratoires/${lab.id}/demande?jour=2025-06-24&moment=morning`)).status, 409);
  match(readable((await who.get(`/laboratoires/${lab.id}/demande?jour=2025-06-24&moment=morning`)).text), /Le laboratoire est fermé ce jour-là : Peinture\./);
  equal((await who.get(`/laboratoires/${lab.id}/demande?jour=2025-06-26&moment=morning`)).status, 200);
  const wrong = await api('POST', 'pause', { ...own, starts: '2025-06-27', ends: '2025-06-26' });
  equal(wrong.status, 422);
});

await test('days of a year whose holidays nobody has loaded are not open, and say so, until somebody does', async () => {
  const later = await serve({ args: ['--today', '2027-06-01'] });
  const [lab, day, far] = [labs[0], '2027-10-12', later.stranger()], operator = await later.as('admin');
  const ask = `/laboratoires/${lab.id}/demande?jour=${day}&moment=morning`;
  const call = async (path, body) => JSON.parse((await apiOf(later)('POST', path, body)).text);
  const book = async () => {
    const { id } = await call('visit', { title: 'Rentrée', lab: lab.id, kind: 'workshop', place: 'inside', year: '2027-2028', asked: '2027-06-01' });
    const space = Number(query(later.folder, `SELECT min(id) FROM network_space WHERE lab = ${lab.id} AND within IS NULL`));
    return apiOf(later)('POST', 'slot', { visit: id, day, part: 'morning', space });
  };
  match(readable((await far.get(at(lab, `jour=${day}`))).text), /calendrier scolaire pas encore connu/);
  match(readable((await far.get(`/laboratoires/${lab.id}?mois=2027-10`)).text), /du 4 au 8 octobre 2027 calendrier scolaire pas encore connu/);
  equal(free((await far.get(at(lab, `jour=${day}`))).text).size, 0);
  match(readable((await operator.get('/')).text), /dernière période de vacances connue/);
  const refused = await far.get(ask);
  equal(refused.status, 409);
  match(readable(refused.text), /ne sont pas encore dans le calendrier scolaire/);
  ok(free(refused.text).size > 0, 'something else is offered');
  const slot = await book();
  equal(slot.status, 422, slot.text);
  equal(JSON.parse(slot.text).errors[0].code, 'network_slot.year_unknown');
  await call('closure', { name: 'Vacances d’été', kind: 'holidays', starts: '2028-07-08', ends: '2028-08-31' });
  equal((await far.get(ask)).status, 200);
  equal((await book()).status, 201);
  ok(!/dernière période de vacances connue/.test(readable((await operator.get('/')).text)), 'nothing to load any more');
  await later.stop();
});

await test('a laboratory does not close on a day on which somebody is expected', async () => {
  const slot = (await rows('/demi-journees?day_from=2025-03-13')).find((s) => s.space !== null);
  const visit = JSON.parse((await api('GET', `visit/${slot.visit}`)).text);
  const r = await api('POST', 'pause', { lab: visit.lab, name: 'Absence', starts: slot.day, ends: slot.day });
  equal(r.status, 422, r.text);
  match(r.text, /attendu/);
});

await test('who may see the visits reads them in the calendar; a stranger sees only that it is taken', async () => {
  const slot = (await rows('/demi-journees?day_from=2025-03-13')).find((s) => s.space !== null);
  const visit = JSON.parse((await api('GET', `visit/${slot.visit}`)).text);
  for (const view of ['jour', 'semaine', 'mois']) {
    const path = at({ id: visit.lab }, `vue=${view}&jour=${slot.day}`);
    ok((await said(path, admin)).includes(visit.title), view);
    ok((await page(`${path}&forme=tableau`, admin)).text.includes(`/accueils/${visit.id}`), `${view}, table`);
    ok(!(await page(path)).text.includes('/accueils/'), `${view}, a stranger`);
  }
});

await test('the day tells who is in a part of a divided room, each as far as they may read it', async () => {
  const parts = (await rows('/espaces')).filter((s) => s.within !== null);
  const [{ lab, within: room }, [one, other]] = [parts[0], parts.filter((s) => s.within === parts[0].within)];
  const head = await server.as('head'), day = '2025-05-20', path = at({ id: lab }, `vue=jour&jour=${day}`);
  const { school } = JSON.parse((await head.get('/accueils.json')).text)[0];
  const put = async (title, space, more = {}, override = undefined) => {
    const visit = await api('POST', 'visit', { title, lab, kind: 'workshop', place: 'inside', year: '2024-2025', asked: today, ...more });
    equal(visit.status, 201, visit.text);
    const { id } = JSON.parse(visit.text);
    const slot = await api('POST', 'slot', { visit: id, day, part: 'morning', space, override });
    equal(slot.status, 201, slot.text);
    return `/accueils/${id}`;
  };
  const morning = async (person) => {
    const r = await page(path, person), cell = /<tr><th scope="row">matin<\/th>(<td.*?<\/td>)/s.exec(r.text)[1];
    return { words: readable(cell).trim(), mark: /class="(\w+)/.exec(cell)[1], visits: links(cell), queries: r.headers.get('x-queries') };
  };
  const taken = (space) => new RegExp(`${space.name} : pris`);
  equal((await morning(who)).mark, 'free');

  const first = await put('Les fenêtres', one.id, { school });
  const alone = await morning(admin), public_ = await morning(who);
  const its = (path) => `${path}&slot.0.day=${day}&slot.0.part=morning&slot.0.space=${other.id}`;
  deepEqual([alone.mark, ...alone.visits], ['some', its(`/accueils/nouveau?lab=${lab}`), first], 'the free part is offered');
  match(alone.words, new RegExp(`en partie pris, 1 libre.*Les fenêtres.*${one.name}`));
  ok(!/: pris/.test(alone.words), alone.words);
  deepEqual([public_.mark, ...public_.visits], ['some', `/laboratoires/${lab}/demande?jour=${day}&moment=morning`]);
  match(public_.words, /en partie pris, 1 libre/);
  match(public_.words, taken(one));

  const second = await put('Le studio', other.id);
  const both = await morning(admin), own = await morning(head);
  deepEqual([both.mark, ...both.visits], ['full', first, second]);
  match(both.words, new RegExp(`Les fenêtres.*${one.name}.*Le studio.*${other.name}`));
  deepEqual([own.mark, ...own.visits], ['full', first]);
  match(own.words, taken(other));
  ok(!own.words.includes('Le studio'), own.words);
  equal((await morning(who)).words, 'pris');

  const whole = await put('Toute la salle', room, {}, 'Les trois groupes se connaissent');
  const all = await morning(admin);
  deepEqual([all.mark, ...all.visits], ['full', first, second, whole]);
  ok(!/: pris/.test(all.words), all.words);
  equal((await morning(who)).words, 'pris');
  equal(all.queries, alone.queries);
});

await test('the day has a column for what takes place outside, where there is something that the reader may see', async () => {
  const lab = labs[0].id, day = '2025-05-22', path = at(labs[0], `vue=jour&jour=${day}`);
  const column = async (person) => {
    const text = (await page(path, person)).text, grid = /<table class="cal">.*?<\/table>/s.exec(text)[0];
    return { heads: [...grid.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/gs)].map((m) => readable(m[1])), visits: links(grid).filter((l) => /^\/accueils\/\d+$/.test(l)), grid };
  };
  const rooms = (await column(admin)).heads;
  const visit = JSON.parse((await api('POST', 'visit', { title: 'Au gymnase', lab, kind: 'workshop', place: 'outside', year: '2024-2025', asked: today })).text).id;
  equal((await api('POST', 'slot', { visit, day, part: 'afternoon', address: 'Gymnase' })).status, 201);
  const seen = await column(admin);
  deepEqual(seen.heads, [...rooms, 'hors du laboratoire']);
  deepEqual(seen.visits, [`/accueils/${visit}`]);
  match(seen.grid, new RegExp(`après-midi</th>.*</td><td[^>]*class="none"><ul class="cal-visits">\\s*<li><a href="/accueils/${visit}"`, 's'));
  deepEqual((await column(who)).heads, rooms);
});

await test('what a calendar asks does not grow with its span, nor with the laboratories', async () => {
  const cost = async (path, person = who) => Number((await page(path, person)).headers.get('x-queries'));
  const week = await cost(at(labs[0], 'jour=2025-03-20'));
  ok(week <= 7, `${week} queries`);
  equal(await cost(at(labs[0], 'vue=annee&jour=2025-03-20')), week);
  ok(await cost('/laboratoires/calendrier') <= week);
  ok(await cost(at(labs[0], `vue=mois&jour=${today}`), admin) <= week + 4);
});

await server.stop();
drop(folder);
