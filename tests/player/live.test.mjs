// A player that is served while its script is being written: it shows the new run at the same place.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { open, openAddress, record, startBrowser, stepOf, watch } from './helpers.mjs';

const here = await startBrowser(after);
const SOURCE = `class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


def chain(count):
    head = None
    for value in range(count):
        head = Node(value, head)
    return head


head = chain(3)
total = 0
at = head
while at:
    total += at.value
    at = at.next
print(total)
`;

/** What the browser says when the server has gone: the page waits for its news. */
const GONE = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE/;

/** A folder of its own with a script that is watched, and its open page. */
async function watched(t, name, source, options = {}) {
  const folder = join(here.folder, name);
  mkdirSync(folder);
  const save = (text, file = 'script.py') => writeFileSync(join(folder, file), text);
  save(source);
  for (const [file, text] of Object.entries(options.files ?? {})) save(text, file);
  const server = await watch(t, folder, 'script.py');
  const page = await openAddress(t, here, server.address, { within: server.address, allowed: GONE });
  // Before the first run is drawn another page stands there, and asks again.
  await page.waitForSelector('body.ready');
  return { page, save, folder, ...server };
}

const runOf = (page) => page.evaluate(() => Number(document.querySelector('meta[name="memviz-run"]')?.content));
const comesToRun = (page, run) => page.waitForFunction((run) => document.body.classList.contains('ready') && Number(document.querySelector('meta[name="memviz-run"]')?.content) >= run, run, { polling: 20 });
const lineOf = (page) => page.locator('#source .is-next .number').textContent();

test('a new run is shown at the same place: step, object, panel, breakpoint, size, what is hidden', async (t) => {
  const { page, save } = await watched(t, 'place', SOURCE);
  await page.fill('#step', '30');
  await page.keyboard.press('Enter');
  const step = await stepOf(page);
  const line = Number(await lineOf(page));
  await page.locator('#picture .box', { hasText: 'Node' }).nth(1).click({ position: { x: 10, y: 6 } });
  const chosen = await page.textContent('#card h2');
  assert.match(chosen, /^Node #\d+/);
  await page.locator('#source button.row').nth(2).locator('.number').click();
  await page.click('#zoom-in');
  await page.click('#zoom-in');
  await page.click('#timeline-button');
  const wide = await page.getAttribute('#picture', 'width');
  const before = await runOf(page);
  // A line more above all of it, and another value behind the step.
  save(`# A chain.\n${SOURCE.replace('print(total)', 'print(total, head)')}`);
  await comesToRun(page, before + 1);
  assert.equal(await stepOf(page), step);
  assert.equal(Number(await lineOf(page)), line + 1);
  assert.match(await page.textContent('#source'), /A chain/);
  assert.equal((await page.textContent('#card h2')).split(' #')[0], 'Node');
  assert.equal(await page.isVisible('#card'), true);
  assert.equal(await page.isVisible('#timeline'), true);
  assert.equal(await page.locator('#source .is-break').count(), 1);
  assert.equal(await page.locator('#source .is-break .number').textContent(), '4');
  assert.equal(await page.getAttribute('#picture', 'width'), wide);
  assert.equal(await page.isHidden('#above'), true);
});

test('where the run goes another way before, the step is at the same line, as often', async (t) => {
  const { page, save } = await watched(t, 'way', SOURCE);
  // The second time that the sum is about to grow.
  const row = page.locator('#source button.row', { hasText: 'total += at.value' });
  await row.click();
  await row.click();
  const before = [await stepOf(page), await runOf(page)];
  save(SOURCE.replace('chain(3)', 'chain(5)'));
  await comesToRun(page, before[1] + 1);
  assert.ok(await stepOf(page) > before[0]);
  assert.match(await page.locator('#source .is-next').textContent(), /total \+= at\.value/);
  assert.match(await page.textContent('#stack'), /total.*4/s);
});

test('a script that cannot run is explained, the last picture stays, and goes on when it is mended', async (t) => {
  const { page, save, said } = await watched(t, 'broken', SOURCE);
  await page.keyboard.press('End');
  const [step, run] = [await stepOf(page), await runOf(page)];
  save(SOURCE.replace('def chain(count):', 'def chain(count:'));
  await page.waitForSelector('#above:not([hidden])');
  await page.waitForFunction(() => /script\.py, line 7: SyntaxError/.test(document.querySelector('#above').textContent));
  assert.match(said(), /error: .*script\.py, line 7: SyntaxError/);
  assert.equal(await runOf(page), run);
  assert.equal(await stepOf(page), step);
  await page.click('#previous');
  assert.equal(await stepOf(page), step - 1);
  save(SOURCE.replace('print(total)', 'print(total + 1)'));
  await comesToRun(page, run + 1);
  assert.equal(await page.isHidden('#above'), true);
  assert.equal(await stepOf(page), step - 1);
});

test('a module of the folder counts, other files do not', async (t) => {
  const files = { 'part.py': 'VALUE = 1\n' };
  const { page, save } = await watched(t, 'module', 'import part\nprint(part.VALUE)\n', { files });
  await page.keyboard.press('End');
  assert.match(await page.textContent('#printed'), /^1/);
  const before = await runOf(page);
  save('a note', 'note.txt');
  save('VALUE = 2\n', 'part.py');
  await comesToRun(page, before + 1);
  await page.keyboard.press('End');
  assert.match(await page.textContent('#printed'), /^2/);
  // What is saved as it was runs nothing.
  save('VALUE = 2\n', 'part.py');
  save('VALUE = 3\n', 'part.py');
  await comesToRun(page, before + 2);
  assert.equal(await runOf(page), before + 2);
});

test('when memviz ends, the page says so and stays', async (t) => {
  const { page, child, ended } = await watched(t, 'end', 'x = [1]\ny = x\n');
  child.kill('SIGINT');
  assert.deepEqual(await ended, { code: 130, signal: null });
  await page.waitForFunction(() => /memviz has ended/.test(document.querySelector('#above').textContent));
  await page.click('#next');
  assert.equal(await stepOf(page), 2);
});

test('a page from disk learns of a newer run when that is opened', async (t) => {
  const out = record(here, 'disk', 'x = [1]\n');
  const page = await open(t, here, out);
  record(here, 'disk', 'x = [1, 2]\n');
  assert.equal(await page.isHidden('#above'), true);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await page.waitForSelector('#above:not([hidden])');
  assert.match(await page.textContent('#above'), /This page is old/);
  await page.click('#above button');
  await page.waitForFunction(() => /x = \[1, 2\]/.test(document.querySelector('#source').textContent));
  assert.equal(await page.isHidden('#above'), true);
});

/** Measured, and said; how long it takes depends on who else uses the machine. */
test('from saving to the new picture', async (t) => {
  const { page, save } = await watched(t, 'speed', SOURCE);
  await page.keyboard.press('End');
  const times = [];
  for (let round = 1; round <= 9; round++) {
    const run = await runOf(page);
    const from = performance.now();
    save(SOURCE.replace('total = 0', `total = ${round}`));
    await comesToRun(page, run + 1);
    times.push(Math.round(performance.now() - from));
    assert.match(await page.textContent('#printed'), new RegExp(`^${3 + round}`));
  }
  times.sort((a, b) => a - b);
  t.diagnostic(`from saving to the picture: median ${times[4]} ms, from ${times[0]} to ${times.at(-1)} ms`);
});
