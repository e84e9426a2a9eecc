// The map's points stand far enough from each other for a finger (WCAG 2.5.8).
import { test, equal, ok, open, close } from './lib.mjs';

for (const width of [375, 768, 1280, 1920])
  await test(`24 px and more from point to point at ${width} px`, async () => {
    const page = await open(null, { width });
    await page.goto('/carte');
    const { least, n } = await page.evaluate(() => {
      const at = [...document.querySelectorAll('.map a')].map((a) => {
        const b = a.getBoundingClientRect();
        return [b.x + b.width / 2, b.y + b.height / 2];
      });
      let nearest = Infinity;
      at.forEach(([x, y], i) => at.slice(i + 1).forEach(([u, v]) => {
        nearest = Math.min(nearest, Math.hypot(x - u, y - v));
      }));
      return { least: nearest, n: at.length };
    });
    ok(n > 50, `${n} points`);
    ok(least >= 23.99, `${least} px`);
    const signs = await page.locator('.legend svg').evaluateAll((all) => all.map((s) => s.getBoundingClientRect())
      .map((b) => Math.max(b.width, b.height)));
    ok(signs.length >= 4 && Math.max(...signs) <= 24, `signs of the legend: ${signs}`);
    equal(page.thrown.join(), '');
    await page.context().close();
  });
// Of each point, whether an outline of the map holds it.
const outside = (page) => page.evaluate(() => {
  const land = [...document.querySelectorAll('.map .land')];
  return [...document.querySelectorAll('.map a use')].filter((u) => {
    const at = new DOMPoint(u.x.baseVal.value + 8, u.y.baseVal.value + 8);
    return !land.some((l) => l.isPointInFill(at));
  }).length;
});
await test('every point stands within the outline, at the border too', async () => {
  const page = await open(null, { width: 1280 });
  await page.goto('/carte');
  equal(await outside(page), 0);
  await page.context().close();
});
await test('the map of one bassin is seen whole on a telephone, with room for fingers', async () => {
  const page = await open(null, { width: 375 });
  await page.goto('/carte');
  ok(await page.locator('.map .drag').isVisible(), 'nothing says that there is more map');
  const bassins = await page.locator('#f-bassin option').evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
  ok(bassins.length > 10);
  for (const bassin of bassins) {
    await page.goto(`/carte?bassin=${bassin}`);
    const seen = await page.evaluate(() => {
      const at = [...document.querySelectorAll('.map a')].map((a) => {
        const b = a.getBoundingClientRect();
        return [b.x + b.width / 2, b.y + b.height / 2];
      });
      let least = Infinity;
      at.forEach(([x, y], i) => at.slice(i + 1).forEach(([u, v]) => {
        least = Math.min(least, Math.hypot(x - u, y - v));
      }));
      return { least, right: Math.max(...at.map(([x]) => x)), n: at.length,
        table: document.querySelectorAll('#map-list tbody tr').length };
    });
    ok(seen.n && seen.n === seen.table, `${bassin}: ${seen.n} points, ${seen.table} rows`);
    ok(seen.right < 375 && seen.least >= 23.99, `${bassin}: ${JSON.stringify(seen)}`);
  }
  await page.context().close();
});
await test('by keyboard one key passes the map', async () => {
  const page = await open(null, { width: 1280 });
  await page.goto('/carte');
  await page.locator('a[href="#map-list"]').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  ok(await page.evaluate(() => document.activeElement.closest('#map-list') !== null), 'still in the map');
  await page.context().close();
});
await close();
