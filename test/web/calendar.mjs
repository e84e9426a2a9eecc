// A week on paper: one sheet, wider than high, also where the week is full; and the
// calendars by keyboard alone.
import { test, equal, ok, match, open, close, server } from './lib.mjs';

const sheets = async (page) => {
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
  const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf);
  return { count: Number(/\/Count (\d+)/.exec(pdf)[1]), width: Number(width), height: Number(height) };
};

await test('the fullest week of a laboratory, and that of the network, print on one A4 sheet each', async () => {
  const page = await open('coordinator');
  const admin = await server.as('admin');
  const slots = JSON.parse((await admin.get('/demi-journees.json?day_from=2024-03-11&day_to=2024-03-15')).text);
  ok(slots.length > 20, `${slots.length} half-days in that week`);
  for (const path of ['/laboratoires/1/calendrier?jour=2024-03-18', '/laboratoires/calendrier?jour=2025-03-20']) {
    equal((await page.goto(path)).status(), 200);
    const { count, width, height } = await sheets(page);
    equal(count, 1, path);
    ok(width > height && Math.abs(width - 842) < 2 && Math.abs(height - 595) < 2, `${width} × ${height}`);
  }
});

await test('from a week to a day, to its table and back to today, by keyboard', async () => {
  const page = await open(null, { width: 375 });
  await page.goto('/laboratoires/1/calendrier?jour=2025-03-24');
  const press = async (name) => {
    const link = page.getByRole('link', { name, exact: true }).first();
    const before = page.url();
    await link.focus();
    await Promise.all([page.waitForURL((u) => u.href !== before), page.keyboard.press('Enter')]);
  };
  await press('Suivant');
  match(page.url(), /jour=2025-03-31/);
  await press('Tableau');
  match(page.url(), /forme=tableau/);
  await press('Jour');
  match(page.url(), /vue=jour/);
  await press('Aujourd’hui');
  match(page.url(), /jour=2025-03-12/);
});

await close();
