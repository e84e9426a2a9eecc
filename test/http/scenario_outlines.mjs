// Finer outlines for the map: loaded, drawn, named, taken back.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, equal, ok, match, serve, program, readable, root } from './lib.mjs';

const server = await serve();
const who = server.stranger();
const file = join(server.folder, 'outlines.geojson');
const load = (...args) => spawnSync(program, ['outlines', ...args, '--data', server.folder], { encoding: 'utf8' });
const lands = async () => {
  const r = await who.get('/carte');
  equal(r.status, 200);
  return { text: readable(r.text), paths: [...r.text.matchAll(/<path class="[^"]*land[^"]*" d="([^"]*)"/g)].map((m) => m[1]) };
};
// Two neighbours with a border of many points.
const border = Array.from({ length: 3000 }, (_, i) => [6 + Math.sin(i / 50) / 20, 48 + i / 2000]);
const feature = (nom, ring, type = 'Polygon') => ({
  type: 'Feature', properties: { nom },
  geometry: { type, coordinates: type === 'Polygon' ? [ring] : [[ring]] },
});
const close = (ring) => [...ring, ring[0]];
const west = close([...border, [5, 49.5], [5, 48]]);
const east = close([...border, [7, 49.5], [7, 48]]);
const whole = { type: 'FeatureCollection', features: [feature('Ouest', west), feature('Est', east, 'MultiPolygon')] };

const ours = await lands();
await test('without others, ours, and it says so', () => {
  equal(ours.paths.length, 4);
  match(ours.text, /dessinés pour Essaim/);
});
await test('a GeoJSON is drawn instead, coarser, with its source', async () => {
  writeFileSync(file, JSON.stringify(whole));
  const r = load(file, 'Service des contours, Licence Ouverte 2.0');
  equal(r.status, 0, r.stderr);
  const points = Number(/2 outlines of (\d+) points/.exec(r.stdout)[1]);
  ok(points > 500 && points <= 4000, r.stdout);
  const now = await lands();
  equal(now.paths.length, 2);
  match(now.text, /Contours : Service des contours, Licence Ouverte 2\.0/);
  const corners = now.paths.map((d) => new Set(d.match(/[\d.]+[ ,][\d.]+/g)));
  const common = [...corners[0]].filter((p) => corners[1].has(p)).length;
  ok(common > corners[0].size - 10, `${common} points of ${corners[0].size} are common`);
});
await test('the source is written out, never as markup', async () => {
  equal(load(file, '<script>alert(1)</script>').status, 0);
  ok(!(await who.get('/carte')).text.includes('<script>alert'));
});
await test('what is no outline is refused in one line, and nothing changes', async () => {
  const before = (await lands()).paths.join();
  for (const [what, text] of [
    ['no JSON', '{'], ['no GeoJSON', '{}'], ['no features', '{"type":"FeatureCollection","features":[]}'],
    ['a point', JSON.stringify({ type: 'Point', coordinates: [6, 48] })],
    ['an open ring', JSON.stringify({ type: 'Polygon', coordinates: [[[6, 48], [7, 48], [7, 49], [6, 49]]] })],
    ['a short ring', JSON.stringify({ type: 'Polygon', coordinates: [[[6, 48], [7, 48], [6, 48]]] })],
    ['metres', JSON.stringify({ type: 'Polygon', coordinates: [close([[900000, 6800000], [900001, 6800000], [900001, 6800009]])] })],
    ['texts', JSON.stringify({ type: 'Polygon', coordinates: [['a', 'b', 'c', 'd']] })],
    ['null', JSON.stringify(feature('x', null)).replace('[null]', 'null')],
    ['no area', JSON.stringify({ type: 'Polygon', coordinates: [close([[6, 48], [6, 48], [6, 48]])] })],
    ['no reals', '{"type":"Polygon","coordinates":[[[1e999,0],[0,0],[0,1],[1,0]]]}'],
    ['deep', '['.repeat(5000)], ['empty', ''],
    ['too many rings', JSON.stringify({ type: 'MultiPolygon', coordinates: Array.from({ length: 501 },
      () => [close([[6, 48], [7, 48], [7, 49]])]) })]]) {
    writeFileSync(file, text);
    const r = load(file, 'x');
    equal(r.status, 1, `${what}: ${r.stdout}`);
    equal(r.stderr.trim().split('\n').length, 1, `${what}: ${r.stderr}`);
  }
  equal(load('/nowhere', 'x').status, 1);
  equal(load(file).status, 2, 'without a source');
  equal((await lands()).paths.join(), before);
});
await test('undo brings ours back', async () => {
  equal(load('undo').status, 0);
  const now = await lands();
  equal(now.paths.join(), ours.paths.join());
  match(now.text, /dessinés pour Essaim/);
});
await test('the real outlines of the académie', async (skip) => {
  const real = resolve(root, '../shared/data/nancy-metz-departements.geojson');
  if (!existsSync(real)) { skip('the data are not there'); return; }
  ok(readFileSync(real).length);
  equal(load(real, 'IGN Admin Express 2018, Licence Ouverte').status, 0);
  const now = await lands();
  equal(now.paths.length, 4);
  ok(now.paths.join().length > ours.paths.join().length, 'finer than ours');
});
await server.stop();
