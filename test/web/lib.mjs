// What the browser's stories share: a server on the demonstration, Chromium, and
// axe-core's rules.
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { serve } from '../http/lib.mjs';
export { test, equal, deepEqual, match, ok, roles } from '../http/lib.mjs';

export const server = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// A window of that width for that role (null: a stranger). Whatever the page
// asks of another site is refused and told in page.strayed; what scripts throw
// is in page.thrown. at: another server than the one they share.
export async function open(role, { width = 1280, height = 900, lang = 'fr', dark = false,
  script = true, at = server } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, baseURL: at.base, javaScriptEnabled: script,
    colorScheme: dark ? 'dark' : 'light', locale: lang === 'fr' ? 'fr-FR' : 'en-GB',
    reducedMotion: 'reduce', bypassCSP: false,
  });
  const person = role ? await at.as(role, lang) : at.stranger(lang);
  await context.addCookies([...person.cookies].map(([name, value]) =>
    ({ name, value, url: at.base })));
  const page = await context.newPage();
  page.strayed = [];
  page.thrown = [];
  await context.route((url) => url.origin !== at.base && url.protocol.startsWith('http'),
    (r) => { page.strayed.push(r.request().url()); return r.abort(); });
  page.on('pageerror', (e) => page.thrown.push(e.message));
  page.on('console', (m) => {
    if (m.type() === 'error') page.thrown.push(m.text());
  });
  return page;
}

// The faults that axe finds, a line each; the rules of WCAG 2.2 A and AA.
export async function axeFaults(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return found.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) =>
    `${v.id}: ${n.target.join(' ')}: ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? v.help}`));
}

// What stands in the page: whole, also where a link that was followed is still arriving.
export async function main(page) {
  await page.waitForLoadState();
  return page.locator('main').innerText();
}

// Elements that stick out of the window: the page must not scroll sideways.
export function tooWide(page) {
  return page.evaluate(() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((e) => e.getBoundingClientRect().right > most + 1
        && !e.closest('.scroll') && getComputedStyle(e).position !== 'fixed')
      .slice(0, 5).map((e) => `${e.tagName.toLowerCase()}.${e.className}`);
  });
}

export async function close() {
  await browser.close();
  await server.stop();
}
