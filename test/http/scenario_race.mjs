// Sixty-four clients on the same few rooms and people, by every way that books: no two
// ever have one half-day, nothing is booked by half, and without the database's own
// refusal the same crowd does collide.
import { test, childOf, apiOf, equal, ok, serve, copy, drop, essaim, query, onPostgres, program, today } from './lib.mjs';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// make check has no time for all of them.
const attempts = process.env.FULL ? 10000 : 1200;
const deaths = process.env.FULL ? 200 : 8;
const clients = 64;

// The same numbers in each run: mulberry32.
function dice(seed) {
  return (n) => {
    seed = (seed + 0x6D2B79F5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}
// Thirty working days that are open everywhere.
const days = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2025, 4, 12 + i)).toISOString().slice(0, 10))
  .filter((d) => [1, 2, 4, 5].includes(new Date(d).getUTCDay()) && !['2025-05-29', '2025-05-30', '2025-06-09'].includes(d))
  .slice(0, 20);
const parts = ['morning', 'afternoon'];

// Where any two overlap, the first of them overlaps the one that begins next.
const overlaps = (folder) => Number(query(folder, `SELECT count(*) FROM (SELECT until, lead(starts)
  OVER (PARTITION BY kind, thing ORDER BY starts, id) AS next FROM booking_hold WHERE why <> 'override') AS h WHERE next < until`));
// What is kept without its room or its person, and what is held for nothing.
function halves(folder) {
  const slot = `FROM network_slot s JOIN network_visit v ON v.id = s.visit
    WHERE v.state IN ('asked', 'confirmed', 'held')`;
  // || '': SQLite shall look by owner, where there is one row, not by kind and thing.
  const held = (kind, column) => `SELECT count(*) ${slot} AND s.${column} IS NOT NULL AND NOT EXISTS (SELECT 1
    FROM booking_hold h WHERE h.owner = 'network_slot' AND h.owner_id = s.id AND h.kind || '' = '${kind}'
    AND h.thing = s.${column})`;
  return [held('space', 'space'), held('person', 'coordinator'),
    `SELECT count(*) FROM booking_hold h WHERE h.owner = 'network_slot' AND NOT EXISTS
      (SELECT 1 ${slot} AND s.id = h.owner_id)`].map((sql) => Number(query(folder, sql)));
}

class Crowd {
  constructor(server) {
    this.server = server;
    this.ask = apiOf(server);
    this.seen = {};
    this.slots = [];
    this.answered = 0;
  }
  async api(method, path, body) {
    const r = await this.ask(method, path, body);
    return { ...r, said: r.text.startsWith('{') ? JSON.parse(r.text) : null };
  }
  async rows(path) { return (await this.api('GET', `${path}?limit=200`)).said.rows; }
  // Few rooms and few people, so that they meet.
  async ready(count) {
    this.labs = (await this.rows('lab')).slice(0, 3);
    const spaces = await this.rows('space');
    this.people = (await this.rows('coordination')).map((t) => t.person).filter(Boolean).slice(0, 3);
    this.rooms = this.labs.map((lab) => spaces.filter((s) => s.lab === lab.id).slice(0, 2).map((s) => s.id));
    this.visits = await this.make(count);
    await this.plan();
    return this;
  }
  // Series are booked, moved and cancelled on their pages, by forms fetched once.
  async plan() {
    this.admin = await this.server.as('admin');
    this.series = await Promise.all(this.labs.map(async (lab, i) => {
      const made = await this.api('POST', 'series', { title: `Série ${i}`, lab: lab.id, kind: 'workshop', part: 'morning',
        week: 'every', starts: days[0], ends: days.at(-1), coordinator: this.people[i % this.people.length] });
      equal(made.status, 201, made.text);
      const { id } = made.said, form = await this.admin.form(`/series/${id}`, '/reserver');
      return { id, rooms: this.rooms[i], csrf: form.fields.find(([name]) => name === '_csrf')[1], keys: 0 };
    }));
  }
  send(series, what, fields) {
    return this.admin.post(`/series/${series.id}/${what}`,
      [['_csrf', series.csrf], ['_key', `race-${series.id}-${series.keys++}`], ...fields]);
  }
  // One or two dates at once, all or nothing.
  async actSeries(roll) {
    const one = this.series[roll(this.series.length)], way = roll(6);
    const tick = () => {
      const at = this.where(roll, one);
      return `${at.day}.${at.part}.${at.space}`;
    };
    const some = Array.from({ length: 1 + roll(2) }, tick);
    if (way < 3) return ['series book', await this.send(one, 'reserver', some.map((t) => ['keep', t]))];
    const scope = [['depuis', days[roll(days.length)]], ['portee', ['une', 'suite'][Number(!roll(4))]]];
    if (way === 3)
      return ['series cancel', await this.send(one, 'annuler', [...scope, ['reason', 'Une presse, pour l’essai']])];
    const { rows } = (await this.api('GET', `visit?series=${one.id}&state=confirmed&limit=200`)).said ?? { rows: [] };
    const keep = some.slice(0, rows.length).map((t, i) => ['keep', `${rows[(roll(rows.length) + i) % rows.length].id}:${t}`]);
    return ['series move', await this.send(one, 'changer', [...scope, ['jour', 'monday'], ['moment', 'morning'], ['espace', ''], ...keep])];
  }
  async make(count) {
    const { labs } = this, made = [];
    const make = async (i) => {
      const r = await this.api('POST', 'visit', { title: `Presse ${i}`, lab: labs[i % labs.length].id,
        kind: 'workshop', place: 'inside', year: '2024-2025', asked: today });
      equal(r.status, 201, r.text);
      return { id: r.said.id, uid: r.said.uid, rooms: this.rooms[i % labs.length] };
    };
    for (let i = 0; i < count; i += 32)
      made.push(...await Promise.all(Array.from({ length: Math.min(32, count - i) }, (_, k) => make(i + k))));
    return made;
  }
  where(roll, visit) {
    return { day: days[roll(days.length)], part: parts[roll(2)], space: visit.rooms[roll(visit.rooms.length)],
      coordinator: roll(3) ? null : this.people[roll(this.people.length)] };
  }
  // One of the ways that book, move, or give back.
  async act(roll) {
    const visit = this.visits[roll(this.visits.length)];
    const way = roll(12);
    if (way > 9) return this.actSeries(roll);
    if (way < 5) {
      const r = await this.api('POST', 'slot', { visit: visit.id, ...this.where(roll, visit) });
      if (r.status === 201) this.slots.push({ id: r.said.id, visit });
      return ['book', r];
    }
    const one = this.slots[roll(this.slots.length || 1)];
    if (way < 8 && one)
      return ['move', await this.api('PATCH', `slot/${one.id}`, this.where(roll, one.visit))];
    const step = ['confirm', 'cancel', 'reopen'][roll(3)];
    return [step, await this.api('POST', `visit/${visit.id}/etapes/${step}`,
      { reason: 'Une presse, pour l’essai' })];
  }
  async run(times, { mayFail = () => false } = {}) {
    let left = times;
    await Promise.all(Array.from({ length: clients }, async (_, i) => {
      const roll = dice(i + 1);
      while (left-- > 0) {
        let what, r;
        try { [what, r] = await this.act(roll); } catch (e) {
          if (!mayFail()) throw e;
          await sleep(20);
          continue;
        }
        if (r.status === 503) { mayFail(); await sleep(20); continue; } // a full lane
        ok([200, 201, 204, 303, 409, 422].includes(r.status), `${what}: ${r.status} ${r.text}`);
        this.answered++;
        const key = `${what} ${r.status < 400 ? 'done' : 'refused'}`;
        this.seen[key] = (this.seen[key] ?? 0) + 1;
      }
    }));
  }
}
async function crowd(folder, count) {
  const server = await serve({ data: folder });
  return new Crowd(server).ready(count);
}
// Beside the server, by the command line.
function imported(folder, name, lines) {
  const file = join(folder, name);
  writeFileSync(file, ['visit;day;part;space', ...lines].join('\r\n'));
  return new Promise((done) => {
    const child = spawn(program, ['import', 'slot', file, '--data', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (d) => { said += d; });
    child.stderr.on('data', (d) => { said += d; });
    child.on('close', (code) => done({ code, said }));
  });
}

const folder = copy();
const all = await crowd(folder, 240);
await test(`${attempts} attempts by ${clients} clients, and imports beside them: no overlap, nothing by half`, async () => {
  const roll = dice(99);
  const imports = Array.from({ length: 4 }, (_, i) => imported(folder, `presse${i}.csv`,
    Array.from({ length: 60 }, () => {
      const visit = all.visits[roll(all.visits.length)], at = all.where(roll, visit);
      return `${visit.id};${at.day};${at.part};${at.space}`;
    })));
  await all.run(attempts);
  for (const end of await Promise.all(imports)) {
    const [, made, refused] = /(\d+) new.*?(\d+) refused/s.exec(end.said) ?? [];
    ok(made > 0 && refused > 0, end.said);
  }
  equal(overlaps(folder), 0);
  equal(halves(folder).join(), '0,0,0');
  for (const way of ['book', 'move', 'confirm', 'cancel', 'reopen', 'series book', 'series move'])
    for (const end of ['done', 'refused'])
      ok(all.seen[`${way} ${end}`] > 0, `${way} ${end}: ${JSON.stringify(all.seen)}`);
  ok(all.seen['series cancel done'] > 0, JSON.stringify(all.seen));
});
await test('a stampede of 200 on one half-day of one room: one has it', async () => {
  const [space] = all.rooms[0];
  const mine = (await all.make(600)).filter((v) => v.rooms === all.rooms[0]);
  const got = await Promise.all(mine.map((v) =>
    all.api('POST', 'slot', { visit: v.id, day: '2025-07-01', part: 'morning', space })));
  equal(got.length, 200);
  equal(got.filter((r) => r.status === 201).length, 1, got.map((r) => r.status).join(' '));
  equal(got.filter((r) => r.status === 409).length, 199, got.map((r) => r.status).join(' '));
  equal(overlaps(folder), 0);
});
await test(`${deaths} × kill -9 meanwhile: nothing is booked by half`, async () => {
  const up = () => fetch(`${all.server.base}/healthz`, { signal: AbortSignal.timeout(500) }).then((r) => r.ok, () => false);
  const until = async (what) => { for (let i = 0; i < 3000 && !await what(); i++) await sleep(10); };
  let going = true, failed = 0;
  const work = (async () => { while (going) await all.run(clients * 2, { mayFail: () => ++failed }); })();
  work.catch(() => { going = false; });
  for (let i = 0; i < deaths && going; i++) {
    const before = all.answered;
    await until(async () => !going || all.answered >= before + 8);
    await sleep((i * 37) % 60);
    const child = childOf(all.server.child.pid);
    if (child) process.kill(child, 'SIGKILL');
    await sleep(60);
    // Ten deaths within two seconds each would be a bug of the program's own.
    if (i % 8 === 7 && i + 1 < deaths) { await until(up); await sleep(2100); }
  }
  going = false;
  await work;
  await until(up);
  ok(failed > 0, 'nothing was ever interrupted');
  equal(overlaps(folder), 0);
  equal(halves(folder).join(), '0,0,0');
});
await all.server.stop();
essaim('db', 'check', '--data', folder);
drop(folder);

await test('without the database\'s own refusal the same crowd collides', async () => {
  const bare = copy();
  const few = await crowd(bare, 60);
  if (onPostgres) query(bare, 'ALTER TABLE booking_hold DROP CONSTRAINT booking_hold_overlap');
  else
    for (const name of query(bare, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'booking_hold_overlap%'").split('\n'))
      query(bare, `DROP TRIGGER ${name}`);
  await few.run(400);
  ok(overlaps(bare) > 0, 'the test could not see one');
  await few.server.stop();
  drop(bare);
});
