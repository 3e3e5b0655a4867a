// Small things over which readers have stumbled.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { exported, open, record, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const SOURCE = `import gc

class Child:
    def __init__(self, name):
        self.name = name
        self.me = self

    def __del__(self):
        print("bye", self.name)

def load(text):
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError("bad line") from error

child = Child("x")
adders = [lambda: i for i in range(3)]
del child
gc.collect()
load("oops")
`;
const run = record(here, 'manners', SOURCE);
const { steps } = exported(run);

/** Whether the lines of the step are all in view. */
const linesAreSeen = (page) => page.evaluate(() => {
  const room = document.querySelector('#source').getBoundingClientRect();
  const lines = [...document.querySelectorAll('#source .is-next, #source .has-run')].map((row) => row.getBoundingClientRect());
  return lines.length > 0 && lines.every(({ top, bottom }) => top >= room.top - 1 && bottom <= room.bottom + 1);
});

test('a panel takes its room from the others, and the line of the step stays in view', async (t) => {
  const page = await open(t, here, run, { viewport: { width: 1000, height: 700 }, address: `#step=${steps.length - 4}` });
  assert.ok(await linesAreSeen(page));
  for (const key of ['o', 'i', 'l', 'y', 'm']) {
    await page.keyboard.press(key);
    assert.ok(await linesAreSeen(page), `key ${key}`);
    const [panel, transport] = await page.evaluate(() => [document.querySelector('#panels').getBoundingClientRect().bottom, document.querySelector('.transport').getBoundingClientRect().top]);
    assert.ok(panel <= transport + 1, `key ${key}: ${panel} of ${transport}`);
  }
});

test('while a finalizer runs that the collector has called, it is said to wait for that', async (t) => {
  const page = await open(t, here, run);
  await page.click('#tab-collector');
  const within = steps.flatMap(({ function: name }, index) => (name.endsWith('__del__') ? [index + 1] : []));
  assert.ok(within.length > 1);
  for (const step of within) {
    await page.locator('#slider').fill(String(step));
    assert.match(await page.textContent('#collector'), /has called the finalizer of Child #\d+/, `step ${step}`);
  }
  await page.click('#collector button.link:has-text("step")');
  assert.match(await page.textContent('#caption'), /gc\.collect\(\)/);
});

test('an exception that ended the run says what caused it', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('End');
  assert.match(await page.textContent('#raised'), /RuntimeError: bad line.*Caused by: ValueError #\d+/s);
});

test('the names of the call stack are those of the program, not of its comprehensions', async (t) => {
  const page = await open(t, here, run);
  assert.doesNotMatch(await page.textContent('#stack'), /\bi\b.*cell/s);
  await page.keyboard.press('End');
  assert.doesNotMatch(await page.textContent('#stack .frame:first-child'), /\bi\b\s*cell/);
});

test('a line is read by its number, its text, then what is marked; the picture is a group of buttons', async (t) => {
  const page = await open(t, here, run, { address: '#step=3' });
  const line = await page.locator('#source .has-run').first().evaluate((row) => row.textContent);
  assert.match(line, /^\d+.*just ran/s);
  assert.equal(await page.getAttribute('#picture', 'role'), 'group');
});

test('what is said does not pile up', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('End');
  for (let i = 0; i < 4; i++) await page.keyboard.press('e');
  assert.equal(await page.locator('#caption .said').count(), 1);
});

test('after a speed is chosen, the arrows step', async (t) => {
  const page = await open(t, here, run);
  await page.focus('#speed');
  await page.selectOption('#speed', '5');
  await page.keyboard.press('ArrowRight');
  assert.equal(await stepOf(page), 2);
  assert.equal(await page.inputValue('#speed'), '5');
});

test('a frame of a phone’s width leaves the picture room', async (t) => {
  const page = await open(t, here, run, { viewport: { width: 390, height: 420 }, address: '?embed=1#step=12' });
  const high = await page.$eval('#canvas', (canvas) => canvas.getBoundingClientRect().height);
  assert.ok(high >= 180, `${high}`);
});

test('on a phone a run of many steps keeps its buttons in one row', async (t) => {
  const out = record(here, 'many', 'for i in range(6000):\n    pass\n', ['--format', 'html']);
  const page = await open(t, here, out, { viewport: { width: 390, height: 844 } });
  const [button, count] = await page.evaluate(() => ['#next', '.count'].map((wanted) => document.querySelector(wanted).getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2));
  assert.ok(Math.abs(button - count) < 12, `${button}, ${count}`);
});

test('boxes that are scrolled into view have names, as those that were there', async (t) => {
  const out = record(here, 'far', 'head = None\nfor i in range(40):\n    head = [i, head]\n');
  const page = await open(t, here, out, { viewport: { width: 720, height: 450 }, address: '#step=9999' });
  for (const [x, y] of [[0, 0], [900, 0], [900, 900], [0, 900]]) {
    await page.$eval('#canvas', (canvas, to) => canvas.scrollTo(...to), [x, y]);
    await page.waitForTimeout(60);
    const nameless = await page.$$eval('#picture .box', (boxes) => boxes.filter((box) => box.style.display !== 'none' && !box.getAttribute('aria-label')).length);
    assert.equal(nameless, 0, `at ${x}, ${y}`);
  }
});
