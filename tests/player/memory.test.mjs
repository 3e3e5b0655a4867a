// The tab that shows memory over the run: held against the exported trace and `memviz memory`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { join } from 'node:path';
import { memviz, open, record, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SOURCE = `class Order:
    pass
kept = []
def handle():
    order = Order()
    kept.append(order)
for turn in range(8):
    handle()
def burst():
    rows = [[n] * 20 for n in range(1000, 1030)]
    return len(rows)
burst()
handle()
`;
const run = record(here, 'life', SOURCE);
const told = JSON.parse(memviz(here.folder, ['memory', join(run, 'trace.memviz'), '--format', 'json']).stdout);
/** A table as text: the first cell is its row's key. */
const rows = (page, id) => page.$$eval(`#${id} tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

test('the tab says what memviz memory says', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('m');
  assert.ok(await page.isVisible('#life-chart'));
  const { peak } = told;
  const types = await rows(page, 'life-types');
  const wanted = Object.fromEntries(peak.types.map(({ type, alive }) => [type, [alive.objects, alive.bytes].map((n) => n.toLocaleString('en'))]));
  const own = types.filter(([type]) => !/more type/.test(type));
  assert.ok(own.length >= 3);
  for (const [type, ...figures] of own) assert.deepEqual(figures, wanted[type] ?? ['0', '0'], type);
  const lines = await rows(page, 'life-lines');
  const byLine = new Map(told.lines.map(({ place, born, died }) => [String(place.line), [String(born), String(died)]]));
  assert.equal(lines.length, byLine.size);
  for (const [place, ...figures] of lines) assert.deepEqual(figures, byLine.get(place.split(' ')[0]), place);
  await page.click('#life-peak');
  assert.equal(await stepOf(page), peak.step);
  assert.match(await page.textContent('#life-now'), new RegExp(`${peak.alive.objects} objects, ${peak.alive.bytes.toLocaleString('en')} bytes`));
});

test('what start-up had made and what imports brought stands in the tab', async (t) => {
  const out = record(here, 'start', 'import json\nx = [1]\n');
  const { start, imports } = JSON.parse(memviz(here.folder, ['memory', join(out, 'trace.memviz'), '--format', 'json']).stdout);
  const page = await open(t, here, out);
  await page.keyboard.press('m');
  const figures = [start.objects, start.bytes].map((n) => n.toLocaleString('en'));
  const words = await page.textContent('#life-start');
  for (const figure of figures) assert.ok(words.includes(figure), `${figure} in ${words}`);
  const shown = await rows(page, 'life-imports');
  assert.deepEqual(shown, imports.map(({ step, objects, bytes }) => [`step ${step} import json`, ...[objects, bytes].map((n) => `+${n.toLocaleString('en')}`)]));
  await page.click('#life-imports button');
  assert.equal(await stepOf(page), imports[0].step);
});

test('a click on the chart goes to its step, a line to the next time that it runs', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('m');
  const chart = await page.locator('#life-chart').boundingBox();
  await page.mouse.click(chart.x + chart.width / 2, chart.y + chart.height / 2);
  const step = await stepOf(page);
  assert.ok(Math.abs(step - told.steps / 2) <= 1, `step ${step} of ${told.steps}`);
  await page.keyboard.press('Home');
  await page.click('#life-lines button:has-text("burst()")');
  assert.match(await page.textContent('#source .is-next'), /burst\(\)/);
});

test('bytes or objects; by key alone', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('m');
  const path = () => page.getAttribute('#life-chart .band-0', 'd');
  const bytes = await path();
  await page.selectOption('#life-unit', 'objects');
  assert.notEqual(await path(), bytes);
  await page.focus('#life-most');
  await page.keyboard.press('Enter');
  assert.equal(await stepOf(page), told.most_objects.step);
});

for (const colorScheme of ['light', 'dark']) {
  for (const viewport of [{ width: 1440, height: 900 }, { width: 420, height: 800 }]) {
    test(`axe finds nothing serious, ${colorScheme}, ${viewport.width} wide`, async (t) => {
      const page = await open(t, here, run, { colorScheme, viewport });
      await page.click('#tab-life');
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document));
      const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(bad.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
      const chart = await page.locator('#life-chart').boundingBox();
      assert.ok(chart.x >= 0 && chart.x + chart.width <= viewport.width, 'the chart is on the page');
    });
  }
}
