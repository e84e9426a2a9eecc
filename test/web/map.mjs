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
    equal(page.thrown.join(), '');
    await page.context().close();
  });
await close();
