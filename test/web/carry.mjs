// A session that ends while somebody writes, as a browser tells it.
import { server, open, test, equal, deepEqual, match, tooWide, close } from './lib.mjs';

for (const width of [375, 1280])
  await test(`a form outlives its session, at ${width} px and without scripts`, async () => {
    const page = await open('admin', { width, script: false });
    const name = `Les abeilles à ${width}`;
    await page.goto('/organisations/nouveau');
    await page.fill('[name=name]', name);
    await page.context().clearCookies({ name: 'session' });
    await page.click('main form.form p.actions button');
    match(await page.textContent('main'), /Ce que vous aviez écrit est gardé/);
    deepEqual(await tooWide(page), []);
    await page.click('button[name=role][value=admin]');
    deepEqual(await tooWide(page), []);
    await page.click('button[name=_more]');
    equal(await page.inputValue('[name=name]'), name);
    await page.selectOption('[name=kind]', 'association')
      .catch(() => page.check('[name=kind][value=association]'));
    await page.click('main form.form p.actions button.btn:not(.quiet)');
    match(page.url(), new RegExp(`^${server.base}/organisations/\\d+$`));
    match(await page.textContent('main h1'), new RegExp(name));
  });
await close();
