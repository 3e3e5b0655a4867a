// The columns of what a run imports, of what it has open and of its end, on the page of stages.

import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hashOf, memviz, openPage, record, startBrowser } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lessons = fileURLToPath(new URL('../../scenarios/outside/', import.meta.url));
const lesson = (name) => readFileSync(join(lessons, `${name}.py`), 'utf8');
// The lessons' own modules stand beside them.
cpSync(join(lessons, 'shop'), join(here.folder, 'shop'), { recursive: true });

const stagesOf = (t, out, options) => openPage(t, here, join(out, 'stages.html'), options);
/** What `memviz stages` says of the same recording. */
const said = (out) => JSON.parse(memviz(here.folder, ['stages', join(out, 'trace.memviz'), '--view', 'imports,end', '--format', 'json']).stdout);
const first = (all) => (Array.isArray(all) ? all[0] : all);
const texts = (page, selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent));

test('modules that the library needed are folded, and listed when asked for', async (t) => {
  const out = record(here, 'folded', 'import json\n');
  const { imports } = first(said(out));
  const page = await stagesOf(t, out, { address: '#view=imports' });
  assert.equal(await page.locator('#imports .import-folded').count(), 0);
  await page.click('#imports [data-fold] >> nth=0');
  const shown = (await page.textContent('#imports .import-folded')).split(', ');
  const names = imports.modules.map(({ name }) => name);
  assert.ok(shown.length > 10 && shown.every((name) => names.includes(name)), shown.join(' '));
  await page.click('#imports [data-fold] >> nth=0');
  assert.equal(await page.locator('#imports .import-folded').count(), 0);
  // The same by keys: the second row is the module.
  await page.focus('#body-imports');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('o');
  assert.equal(await page.locator('#imports .import-folded').count(), 1);
});

test('each import statement stands there, lights its line, and leads to its step', async (t) => {
  const out = record(here, 'imports', lesson('imports'));
  const { imports } = first(said(out));
  const page = await stagesOf(t, out, { address: '#view=imports' });
  const places = await texts(page, '#imports .import.statement .import-place');
  assert.ok(imports.statements.length > 2);
  assert.equal(places.length, imports.statements.length);
  await page.click('#imports .import.statement >> nth=0 >> .import-head code');
  assert.match((await texts(page, '#source code .is-lit')).join(''), /import/);
  const way = page.locator('#imports .to-step').first();
  const step = Number((await way.textContent()).replace('step ', ''));
  await way.click();
  assert.match(await hashOf(page), new RegExp(`^#(file=[^&]*&)?step=${step}&`));
});

test('what was never closed is said to be so, and the end goes on in its order', async (t) => {
  const out = record(here, 'resources', lesson('resources'));
  const { end } = first(said(out));
  const page = await stagesOf(t, out, { address: '#view=end' });
  assert.equal(await page.locator('#end .resource').count(), end.resources.length);
  assert.ok(end.resources.some(({ left_open: isOpen }) => isOpen));
  assert.ok(await page.locator('#end .resource.left').count() > 0);
  const exit = record(here, 'exit', lesson('exit').replace('sys.exit(3)', 'sys.exit(1)'));
  const other = await stagesOf(t, exit, { address: '#view=end' });
  const kinds = await texts(other, '#end .event .import-word');
  assert.ok(kinds.includes('finalized') && kinds.includes('freed'), kinds.join());
});

const resources = record(here, 'resources_looks', lesson('resources'));
for (const [colorScheme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
  test(`${colorScheme}, ${width} pixels wide: no serious finding of axe-core, nothing cut off sideways`, async (t) => {
    for (const view of ['imports', 'end']) {
      const page = await stagesOf(t, resources, { colorScheme, viewport: { width, height: 844 }, address: `#view=${view}` });
      assert.ok(await page.isVisible(`#body-${view}`));
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      const serious = violations.filter(({ impact }) => /serious|critical/.test(impact));
      assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]), []);
    }
  });
}
