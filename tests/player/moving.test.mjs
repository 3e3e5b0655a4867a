// Moving along the run: by button, key, slider, deep link, source line, and by playing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { exported, hashOf, open, record, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const SOURCE = `def double(x):
    return 2 * x

total = 0
for i in range(3):
    total += double(i)
    print("so far", total)
names = [total]
names.append(names)
`;
const run = record(here, 'moving', SOURCE);
const trace = exported(run);
const last = trace.steps.length;

test('the page shows the first step: source, caption, picture, call stack', async (t) => {
  const page = await open(t, here, run);
  assert.equal(await stepOf(page), 1);
  assert.match(await page.textContent('#caption'), /the script starts/);
  assert.equal(await page.locator('#source li').count(), SOURCE.trim().split('\n').length);
  assert.match(await page.textContent('#stack'), /globals/);
  assert.equal(await page.locator('#picture .box').count(), 1);
  assert.equal(await page.title(), 'moving.py · memviz');
});

test('buttons step and stop at both ends', async (t) => {
  const page = await open(t, here, run);
  await page.click('#next');
  await page.click('#next');
  assert.equal(await stepOf(page), 3);
  await page.click('#previous');
  assert.equal(await stepOf(page), 2);
  await page.click('#last');
  assert.equal(await stepOf(page), last);
  assert.equal(await page.getAttribute('#next', 'aria-disabled'), 'true');
  await page.click('#first');
  assert.equal(await stepOf(page), 1);
  assert.equal(await page.getAttribute('#previous', 'aria-disabled'), 'true');
});

test('keys step, and fields keep their letters', async (t) => {
  const page = await open(t, here, run);
  for (const [key, step] of [['ArrowRight', 2], ['n', 3], ['PageDown', 13], ['ArrowLeft', 12], ['p', 11], ['PageUp', 1], ['End', last], ['Home', 1]]) {
    await page.keyboard.press(key);
    assert.equal(await stepOf(page), step, key);
  }
  await page.keyboard.press('/');
  await page.keyboard.type('nope');
  assert.equal(await page.inputValue('#search'), 'nope');
  assert.equal(await stepOf(page), 1);
});

test('the slider steps and says the step in words', async (t) => {
  const page = await open(t, here, run);
  await page.focus('#slider');
  await page.keyboard.press('ArrowRight');
  assert.equal(await stepOf(page), 2);
  await page.locator('#slider').fill(String(last - 1));
  assert.equal(await stepOf(page), last - 1);
  assert.match(await page.getAttribute('#slider', 'aria-valuetext'), /^step \d+ of \d+: /);
});

test('a number in the field jumps there, also one out of range', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('g');
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  assert.equal(await stepOf(page), 7);
  await page.fill('#step', '99999');
  await page.keyboard.press('Enter');
  assert.equal(await stepOf(page), last);
});

test('an address that is entered just before the last step is written stands', async (t) => {
  const page = await open(t, here, run);
  await page.evaluate(() => {
    dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    // The time after which the step's own address is written passes before anything else can run.
    const end = performance.now() + 400;
    while (performance.now() < end);
    location.hash = '#step=3';
  });
  await page.waitForFunction(() => document.querySelector('#caption').textContent.startsWith('Step 3 '));
});

test('a deep link opens its step and object, and the address follows', async (t) => {
  const list = trace.steps[last - 1].heap.find(({ id }) => trace.objects[id - 1].type === 'list').id;
  const page = await open(t, here, run, { address: `#step=${last}&focus=${list}` });
  assert.equal(await stepOf(page), last);
  assert.match(await page.textContent('#card h2'), new RegExp(`list #${list}`));
  await page.keyboard.press('ArrowLeft');
  assert.match(await hashOf(page), new RegExp(`#step=${last - 1}&focus=${list}$`));
  await page.evaluate(() => { location.hash = '#step=3'; });
  await page.waitForFunction(() => document.querySelector('#caption').textContent.startsWith('Step 3 of'));
  for (const bad of ['#step=0', '#step=-4', '#step=x', '#focus=99999', '#nonsense']) {
    await page.evaluate((hash) => { location.hash = hash; }, bad);
    await page.waitForTimeout(30);
    assert.ok((await stepOf(page)) >= 1);
  }
});

test('Follow keeps the running call in view, and what is new beside it', async (t) => {
  const source = 'def down(n):\n    if n == 0:\n        return 0\n    return 1 + down(n - 1)\n\ndown(30)\nlast = [1]\n';
  const out = record(here, 'down', source);
  const page = await open(t, here, out, { address: '#step=2' });
  const inView = (wanted) => page.evaluate((wanted) => {
    const room = document.querySelector('#canvas').getBoundingClientRect();
    const at = document.querySelector(wanted)?.getBoundingClientRect();
    return at && at.top >= room.top && at.bottom <= room.bottom && at.left >= room.left && at.right <= room.right;
  }, wanted);
  const { steps } = exported(out);
  for (let step = 3; step <= steps.length; step++) {
    await page.keyboard.press('ArrowRight');
    if (steps[step - 1].event !== 'exit') assert.ok(await inView('#picture .tone-active-frame'), `step ${step}`);
  }
  await page.locator('#canvas').evaluate((canvas) => canvas.scrollTo(0, 5000));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowRight');
  assert.ok(await inView('#picture .tone-container'));
});

test('playing goes on by itself, and stops when asked or at the end', async (t) => {
  const page = await open(t, here, run);
  await page.selectOption('#speed', '20');
  await page.keyboard.press('Escape');
  await page.click('#play');
  assert.equal(await page.getAttribute('#play', 'aria-label'), 'Pause');
  await page.waitForFunction(() => Number(document.querySelector('#step').value) >= 4);
  await page.click('#play');
  const stopped = await stepOf(page);
  await page.waitForTimeout(200);
  assert.equal(await stepOf(page), stopped);
  await page.click('#play');
  await page.waitForFunction((last) => Number(document.querySelector('#step').value) === last, last);
  await page.waitForFunction(() => document.querySelector('#play').getAttribute('aria-label') === 'Play');
});

test('source marks: the line just run, the next one, those executed so far', async (t) => {
  const page = await open(t, here, run);
  for (const { step, event, line, ran } of trace.steps) {
    await page.locator('#slider').fill(String(step));
    const marked = await page.$$eval('#source .row', (rows) => ({
      next: rows.flatMap((row, i) => (row.classList.contains('is-next') ? [i + 1] : [])),
      ran: rows.flatMap((row, i) => (row.classList.contains('has-run') ? [i + 1] : [])),
      executed: rows.flatMap((row, i) => (row.classList.contains('executed') ? [i + 1] : [])),
    }));
    const shows = !['call', 'exit'].includes(event);
    // Before anything has run the script's first line is next.
    const next = event === 'line' ? [line] : step === 1 ? [trace.steps[1].line] : [];
    assert.deepEqual(marked.next, next, `step ${step}`);
    assert.deepEqual(marked.ran, shows && ran ? [ran] : [], `step ${step}`);
    const executed = new Set(trace.steps.slice(0, step).flatMap((s) => (s.ran && !['call', 'exit'].includes(s.event) ? [s.ran] : [])));
    assert.deepEqual(marked.executed, [...executed].sort((a, b) => a - b), `step ${step}`);
  }
});

test('a click on a source line goes to the next time that it runs, with shift to the last', async (t) => {
  const page = await open(t, here, run);
  const steps = trace.steps.filter(({ event, line }) => event === 'line' && line === 2).map(({ step }) => step);
  assert.equal(steps.length, 3);
  for (const step of steps) {
    await page.click('#source [data-line="2"]');
    assert.equal(await stepOf(page), step);
  }
  await page.click('#source [data-line="2"]', { modifiers: ['Shift'] });
  assert.equal(await stepOf(page), steps[1]);
  await page.keyboard.press('[');
  assert.equal(await stepOf(page), steps[0]);
  await page.keyboard.press(']');
  assert.equal(await stepOf(page), steps[1]);
});

test('standard output is that up to the step', async (t) => {
  const page = await open(t, here, run);
  let printed = '';
  for (const { step, stdout } of trace.steps) {
    printed += stdout;
    await page.locator('#slider').fill(String(step));
    const shown = await page.textContent('#printed');
    assert.equal(shown, printed || 'nothing yet');
  }
  assert.match(printed, /so far 6/);
});

test('a name says when it changed, and its changes can be walked', async (t) => {
  const page = await open(t, here, run, { address: `#step=${last}` });
  await page.click('#stack .name:text-is("total")');
  const steps = await page.$$eval('.history .link', (links) => links.map((link) => Number(link.textContent.replace('step ', ''))));
  const wanted = [];
  let old;
  for (const { step, call_stack } of trace.steps) {
    const now = call_stack[0]?.names.find(({ name }) => name === 'total')?.to;
    if (now !== old) wanted.push(step);
    old = now;
  }
  assert.ok(wanted.length >= 3);
  assert.deepEqual(steps, wanted);
  await page.keyboard.press('V');
  assert.equal(await stepOf(page), wanted.at(-1));
  await page.keyboard.press('V');
  assert.equal(await stepOf(page), wanted.at(-2));
  await page.keyboard.press('v');
  assert.equal(await stepOf(page), wanted.at(-1));
});

test('steps that are not chosen are passed over, and memory goes on through them', async (t) => {
  const page = await open(t, here, record(here, 'chosen', SOURCE, ['--steps', '3,8,12']));
  assert.equal(await stepOf(page), 3);
  assert.equal(await page.getAttribute('#previous', 'aria-disabled'), 'true');
  for (const step of [8, 12]) {
    await page.keyboard.press('n');
    assert.equal(await stepOf(page), step);
    const names = trace.steps[step - 1].call_stack.at(-1).names.map(({ name }) => name);
    assert.deepEqual(await page.$$eval('#stack .newest .name', (names) => names.map((name) => name.textContent)), names);
  }
  assert.equal(await page.getAttribute('#next', 'aria-disabled'), 'true');
  await page.keyboard.press('p');
  assert.equal(await stepOf(page), 8);
});

test('the calls of all threads stand in the call stack', async (t) => {
  const threads = record(here, 'threads', 'import threading\ndef work(n):\n    m = n + 1\n    return m\nthread = threading.Thread(target=work, args=(4,))\nthread.start()\nthread.join()\n');
  const facts = exported(threads);
  const { step } = facts.steps.find((step) => step.thread > 1 && step.other_threads?.length && step.function === 'work');
  const page = await open(t, here, threads, { address: `#step=${step}` });
  const titles = await page.$$eval('#stack h3', (heads) => heads.map((head) => head.firstChild.textContent));
  assert.ok(titles.includes('globals'), titles.join());
  assert.ok(titles.includes('work() in Thread-1 (work)'), titles.join());
  assert.match(await page.textContent('#stack .newest h3'), /^work\(\)/);
});

test('no mark that the picture itself is given changes where it stands', async (t) => {
  const source = readFileSync(fileURLToPath(new URL('../../src/player/js/picture.js', import.meta.url)), 'utf8');
  const marks = [...source.matchAll(/this\.svg\.classList\.\w+\('([^']+)'/g)].map(([, mark]) => mark);
  assert.ok(marks.length > 0);
  const page = await open(t, here, run, { address: `#step=${last}` });
  for (const mark of marks) {
    const [before, after] = await page.evaluate((name) => {
      const picture = document.querySelector('#picture');
      const place = () => JSON.stringify(picture.getBoundingClientRect());
      picture.classList.remove(name);
      const before = place();
      picture.classList.add(name);
      return [before, place()];
    }, mark);
    assert.equal(after, before, mark);
  }
});
