// One agenda, read by two programs that are not ours: Debian's python3-icalendar and
// npm's ical.js find the same events at the same instants, winter and summer.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import ICAL from 'ical.js';
import { test, equal, deepEqual, ok, serve, drop, copy, forms, root } from '../http/lib.mjs';

const folder = copy();
const server = await serve({ data: folder });
const admin = await server.as('admin');
const page = await admin.get('/mes-agendas');
const form = forms(page.text).find((f) => f.controls.some((c) => c.name === 'agenda' && c.value === 'week'));
await admin.submit(form, {});
const address = /value="(http[^"]*\/agendas\/[^"]*)"/.exec((await admin.get('/mes-agendas')).text)[1];
const text = (await server.stranger().get(new URL(address).pathname)).text;

// The instants are computed by the calendar's own VTIMEZONE.
function byIcalJs(source) {
  const all = new ICAL.Component(ICAL.parse(source));
  const zones = all.getAllSubcomponents('vtimezone').map((z) => new ICAL.Timezone(z));
  for (const z of zones) ICAL.TimezoneService.register(z, z.tzid);
  const instant = (p) => new Date(p.getFirstValue().toUnixTime() * 1000).toISOString().replace('.000', '');
  return {
    name: all.getFirstPropertyValue('x-wr-calname'), zones: zones.map((z) => z.tzid),
    events: all.getAllSubcomponents('vevent').map((e) => ({
      uid: e.getFirstPropertyValue('uid'), sequence: e.getFirstPropertyValue('sequence'),
      status: e.getFirstPropertyValue('status'), start: instant(e.getFirstProperty('dtstart')),
      end: instant(e.getFirstProperty('dtend')), zone: e.getFirstProperty('dtstart').getFirstParameter('tzid'),
      stamp: instant(e.getFirstProperty('dtstamp')), title: e.getFirstPropertyValue('summary'),
      place: e.getFirstPropertyValue('location') ?? '', text: e.getFirstPropertyValue('description') ?? '',
      url: e.getFirstPropertyValue('url') ?? '',
    })),
  };
}
function byPython(source) {
  const run = spawnSync('/usr/bin/python3', [join(root, 'test/tools/ical.py')], { input: source, encoding: 'utf8', maxBuffer: 1 << 28 });
  equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

await test('two readers find the same events', async () => {
  const one = byIcalJs(text), other = byPython(text);
  ok(one.events.length > 100, `${one.events.length} events`);
  deepEqual(one.zones, ['Europe/Paris']);
  deepEqual(one, other);
});

await test('a morning begins at nine in Nancy, whatever the season', async () => {
  const { events } = byIcalJs(text);
  const paris = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', hour: '2-digit', minute: '2-digit' });
  const begins = new Set(events.map((e) => paris.format(new Date(e.start))));
  for (const at of begins) ok(['09:00', '13:30', '18:00'].includes(at), at);
  const offsets = new Set(events.map((e) => e.start.slice(11, 16)).filter((t) => ['07:00', '08:00'].includes(t)));
  equal(offsets.size, 2, 'both sides of a change of the clock');
});

await test('every half-day that the week shows is an event, once', async () => {
  const { events } = byIcalJs(text);
  equal(new Set(events.map((e) => e.uid)).size, events.length);
  const slots = JSON.parse((await admin.get('/demi-journees.json?day_from=2025-03-10&day_to=2025-03-16')).text);
  for (const s of slots) ok(events.some((e) => e.uid === s.uid), s.uid);
});

await server.stop();
drop(folder);
