// The column of a run's exceptions on the page of stages.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hashOf, memviz, openPage, record, startBrowser } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lesson = (name) => readFileSync(fileURLToPath(new URL(`../../scenarios/errors/${name}.py`, import.meta.url)), 'utf8');

const stagesOf = (t, out, options) => openPage(t, here, join(out, 'stages.html'), options);
/** What `memviz stages` says of the same recording. */
const said = (out) => JSON.parse(memviz(here.folder, ['stages', join(out, 'trace.memviz'), '--view', 'errors', '--format', 'json']).stdout).errors;
const texts = (page, selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent));

test('each call of the search and each printed line stands there, and lights its source', async (t) => {
  const out = record(here, 'deep', lesson('three_calls_deep'));
  const [error] = said(out);
  const page = await stagesOf(t, out, { address: '#view=errors' });
  assert.deepEqual(await texts(page, '#errors .error-place strong'), ['price()', 'total()', 'report()', 'the module']);
  assert.deepEqual(await texts(page, '#errors div.error-line pre'), error.printed.map(({ text }) => text));
  assert.equal(await page.textContent('#errors .error-line.is-start pre'), error.printed.findLast(({ part }) => part === 'entry').text);
  await page.click('#errors .error-call >> nth=1 >> strong');
  assert.equal((await texts(page, '#source code .is-lit')).join(''), 'price(item)');
  await page.click('#errors .error-step >> nth=0');
  assert.match(await hashOf(page), new RegExp(`^#step=${error.raisings[0].search[0].step}&`));
});

test('keys walk the lines of the column', async (t) => {
  const out = record(here, 'keys', lesson('library_call'));
  const page = await stagesOf(t, out, { address: '#view=errors' });
  await page.focus('#body-errors');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.textContent('#errors .is-cursor strong'), 'load()');
  assert.equal((await texts(page, '#source code .is-lit')).join(''), 'json.loads(text)');
});

test('plain words stand first, what the interpreter calls it in brackets behind', async (t) => {
  const out = record(here, 'words', lesson('three_calls_deep'));
  const page = await stagesOf(t, out, { address: '#view=errors' });
  const how = await page.textContent('#errors .error-call p >> nth=0');
  assert.match(how, /^looking up the item of a dict in `item\["price"\]` failed \[instruction BINARY_OP\]$/);
});

test('calls of a library stand as one, under the name of the thread', async (t) => {
  const out = record(here, 'thread', lesson('in_thread'));
  const page = await stagesOf(t, out, { address: '#view=errors' });
  assert.deepEqual(await texts(page, '#errors .error-place strong'), ['work()', '2 calls inside the library']);
  const [{ raisings: [{ thread }] }] = said(out);
  assert.ok((await page.textContent('#errors .list-title >> nth=0')).endsWith(`, in the thread ${thread}`));
  assert.match(await page.textContent('#errors .error-end'), new RegExp(`ended the thread ${thread.replace(/[()]/g, '.')}`));
});

test('an end that was asked for is not shown as a failure', async (t) => {
  const out = record(here, 'asked', 'import sys\nsys.exit(1)\n');
  const page = await stagesOf(t, out, { address: '#view=errors' });
  const colours = (of) => of.$$eval('#errors .scope-head, #errors .error-end', (all) => all.map((one) => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]));
  const failed = await stagesOf(t, record(here, 'failed', 'x = 1 / 0\n'), { address: '#view=errors' });
  const [[asked, end], [other, alarm]] = [(await colours(page)).flat(), (await colours(failed)).flat()].map((all) => [all[0], all[3]]);
  assert.notEqual(asked, other);
  assert.notEqual(end, alarm);
  assert.match(await page.textContent('#errors .error-end'), /as it has asked for, with exit code 1/);
});

test('the panel of an exception shows what led to it, and leads to the search for a handler', async (t) => {
  const out = record(here, 'panel', lesson('chained'));
  const second = said(out).find(({ type }) => type === 'RuntimeError');
  const [{ step }] = second.raisings[0].search;
  const page = await openPage(t, here, join(out, 'index.html'), { address: `#step=${step + 1}` });
  assert.match(await page.textContent('#raised .chained >> nth=0'), /^Caused by: /);
  const way = await page.getAttribute('#raised .to-errors', 'href');
  assert.equal(way, `stages.html#step=${step + 1}&view=errors`);
  const other = await stagesOf(t, out, { address: way.replace('stages.html', '') });
  assert.ok(await other.isVisible('#body-errors .error-call'));
});

test('a run without exceptions says so', async (t) => {
  const page = await stagesOf(t, record(here, 'none', 'x = 1\n'), { address: '#view=errors' });
  assert.match(await page.textContent('#body-errors'), /no exception/);
});

const chained = record(here, 'chained', lesson('chained'));
for (const [colorScheme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
  test(`${colorScheme}, ${width} pixels wide: no serious finding of axe-core, nothing cut off sideways`, async (t) => {
    const page = await stagesOf(t, chained, { colorScheme, viewport: { width, height: 844 }, address: '#view=errors' });
    assert.ok(await page.isVisible('#body-errors .error-call'));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    const serious = violations.filter(({ impact }) => /serious|critical/.test(impact));
    assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]), []);
  });
}
