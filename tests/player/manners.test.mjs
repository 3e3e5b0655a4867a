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

test('the line that runs first is marked, and the one that a call goes back to', async (t) => {
  const page = await open(t, here, run);
  const marks = () => page.$$eval('#source .row', (rows) => rows.flatMap((row, at) => {
    const words = row.querySelector('.mark').textContent;
    return words ? [`${at + 1} ${words}`] : [];
  }));
  assert.deepEqual(await marks(), ['1 next']);
  const back = steps.findIndex(({ event, function: name }) => event === 'return' && name === '__init__') + 1;
  await page.fill('#step', String(back));
  await page.keyboard.press('Enter');
  assert.deepEqual(await marks(), ['6 just ran', '17 goes back']);
});

test('the calls stand in one order, in the call stack and in the picture', async (t) => {
  const page = await open(t, here, run);
  const inLoad = steps.findIndex(({ function: name }) => name === 'load') + 1;
  await page.fill('#step', String(inLoad));
  await page.keyboard.press('Enter');
  const stack = await page.$$eval('#stack h3', (heads) => heads.map((head) => head.firstChild.textContent));
  const picture = await page.$$eval('#picture :is(.tone-frame, .tone-active-frame)', (boxes) => boxes
    .map((box) => [box.getBoundingClientRect().top, box.querySelector('text').textContent])
    .sort(([one], [other]) => one - other).map(([, title]) => title));
  assert.deepEqual(stack, ['globals', 'load()']);
  assert.deepEqual(picture, stack);
});

test('on a phone marks stand beside the numbers of their lines, and buttons are large enough for fingers', async (t) => {
  const page = await open(t, here, run, { viewport: { width: 390, height: 844 } });
  for (let step = 2; step < 12; step++) {
    await page.keyboard.press('ArrowRight');
    const shared = await page.$$eval('#source .row', (rows) => rows.filter((row) => row.querySelector('.mark').textContent).map((row) => {
      const words = document.createRange();
      words.selectNodeContents(row.querySelector('.mark'));
      const digits = document.createRange();
      digits.selectNodeContents(row.querySelector('.number'));
      return words.getBoundingClientRect().right - digits.getBoundingClientRect().left;
    }));
    assert.ok(shared.length > 0 && shared.every((by) => by <= 0), `step ${step}: ${shared}`);
  }
  const small = await page.$$eval('.transport button, .tools button, .tabs button, #zoom-fit', (buttons) => buttons
    .map((button) => [button.id, button.getBoundingClientRect()])
    .filter(([, { width, height }]) => width && (height < 43.5 || width < 43.5)).map(([id]) => id));
  assert.deepEqual(small, []);
});

test('what is asked of a box is answered where the object has none', async (t) => {
  const page = await open(t, here, run, { address: `#step=${steps.length}` });
  await page.keyboard.press('f');
  assert.match(await page.textContent('#caption .said'), /no object is chosen/);
  await page.keyboard.press('/');
  await page.fill('#search', "'bad line'");
  await page.keyboard.press('Enter');
  await page.click('#card h2');
  for (const key of ['f', 'z', 'h']) {
    await page.keyboard.press(key);
    assert.match(await page.textContent('#caption .said'), /str 'bad line' has no box in this picture/, key);
    assert.ok(await page.isHidden('#show-all'), key);
  }
});

test('a search finds what is drawn before what is not', async (t) => {
  const out = record(here, 'books', 'class Book:\n    pass\n\nname = "Book"\nother = "Books"\nitems = [Book(), Book()]\nprint(len(items))\n');
  const page = await open(t, here, out, { address: '#step=9999' });
  await page.keyboard.press('/');
  await page.fill('#search', 'book');
  const found = await page.$$eval('#found li', (entries) => entries.map((entry) => entry.textContent));
  const [drawn, text] = [found.findLastIndex((words) => /^Book #/.test(words)), found.findIndex((words) => /^str/.test(words))];
  assert.ok(drawn >= 1 && text > drawn, found.join('\n'));
});

for (const reducedMotion of ['reduce', 'no-preference']) {
  test(`panels below are brought into view ${reducedMotion === 'reduce' ? 'at once' : 'in motion'}`, async (t) => {
    const page = await open(t, here, run, { viewport: { width: 390, height: 844 }, reducedMotion });
    await page.evaluate(() => {
      window.asked = [];
      Element.prototype.scrollIntoView = (options) => window.asked.push(options?.behavior);
    });
    await page.click('#tab-objects');
    assert.deepEqual(await page.evaluate(() => window.asked), [reducedMotion === 'reduce' ? 'auto' : 'smooth']);
  });
}

test('the card says first why an object is alive; bigger and smaller keep the middle; Fit shows all of a large picture, also in a frame', async (t) => {
  const out = record(here, 'large', `class Node:
    def __init__(self, next):
        self.next = next

rows = []
for i in range(15):
    head = None
    for k in range(4):
        head = Node(head)
    rows.append(head)
print(len(rows))
`, ['--format', 'html']);
  for (const address of ['', '?embed=1']) {
    const page = await open(t, here, out, { address: `${address}#step=9999`, viewport: { width: 900, height: 700 } });
    await page.click('#zoom-fit');
    const [boxes, cut] = await page.evaluate(() => {
      const room = document.querySelector('#canvas').getBoundingClientRect();
      const rects = [...document.querySelectorAll('#picture .box')].map((box) => box.getBoundingClientRect());
      return [rects.length, rects.filter(({ left, top, right, bottom }) => left < room.left - 1 || top < room.top - 1 || right > room.right + 1 || bottom > room.bottom + 1).length];
    });
    assert.ok(boxes > 40, `${boxes} boxes`);
    assert.equal(cut, 0, `of ${boxes} boxes`);
    if (address) continue;
    const middle = () => page.evaluate(() => {
      const canvas = document.querySelector('#canvas');
      const { width } = document.querySelector('#picture').getBoundingClientRect();
      return { x: (canvas.scrollLeft + canvas.clientWidth / 2) / width, y: (canvas.scrollTop + canvas.clientHeight / 2) / width };
    });
    for (let times = 0; times < 6; times++) await page.click('#zoom-in');
    await page.evaluate(() => document.querySelector('#canvas').scrollTo(300, 300));
    const before = await middle();
    await page.click('#zoom-in');
    const after = await middle();
    for (const side of ['x', 'y']) assert.ok(Math.abs(before[side] - after[side]) < 0.02, `${side}: ${before[side]} and ${after[side]}`);
    await page.locator('#picture [role=button]').first().dispatchEvent('click');
    assert.equal(await page.textContent('#card h3'), 'Why is it alive?');
  }
});
