// Finding one's way: over and out of calls, breakpoints, calls, rounds of loops, watches, what was
// set where; dragging and zooming; what stays for the next time.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exported, open, record, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SOURCE = `import sys

def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

class Node:
    def __init__(self, value, next):
        self.value = value
        self.next = next

head = None
for i in range(4):
    head = Node(i * 10, head)
print("to stderr", file=sys.stderr)
answer = fib(3)
head.next.value = 5
print(answer)
`;
const run = record(here, 'ways', SOURCE);
const { steps, objects } = exported(run);
const depth = (step) => step.call_stack.length;
/** The first step, from 1, that a line is next in. */
const nextIn = (line, from = 1) => steps.findIndex((step, index) => index + 1 >= from && step.event === 'line' && step.line === line) + 1;

test('over a line with calls, back over them, and out of a call', async (t) => {
  const start = nextIn(17);
  const page = await open(t, here, run, { address: `#step=${start}` });
  await page.click('#over');
  const beyond = await stepOf(page);
  assert.equal(steps[beyond - 1].line, 18);
  assert.equal(depth(steps[beyond - 1]), 1);
  assert.ok(beyond > start + 10, 'the calls were passed over');
  await page.keyboard.press('S');
  assert.equal(await stepOf(page), start);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const inner = await stepOf(page);
  assert.equal(depth(steps[inner - 1]), 2);
  await page.keyboard.press('u');
  assert.equal(depth(steps[(await stepOf(page)) - 1]), 1);
  await page.keyboard.press('u');
  assert.match(await page.textContent('#caption .said'), /no call waits/);
});

test('breakpoints: a click on a line’s number, run on, run back', async (t) => {
  const page = await open(t, here, run);
  assert.ok(await page.isHidden('#run-on'));
  await page.click('#source [data-line="5"] .number');
  assert.equal(await stepOf(page), 1, 'the click sets it and goes nowhere');
  assert.equal(await page.locator('#source .is-break').count(), 1);
  await page.click('#run-on');
  const first = await stepOf(page);
  assert.equal(first, nextIn(5));
  await page.keyboard.press('r');
  assert.equal(await stepOf(page), nextIn(5, first + 1));
  await page.keyboard.press('R');
  assert.equal(await stepOf(page), first);
  await page.keyboard.press('b');
  assert.equal(await page.locator('#source .is-break').count(), 0);
  for (let i = 0; i < 4; i++) await page.keyboard.press('r');
  assert.equal(await page.locator('#caption .said').count(), 1, 'messages do not pile up');
});

test('the tree of calls, with what was given and returned, leads there; so does the flame', async (t) => {
  const page = await open(t, here, run, { address: `#step=${nextIn(5)}` });
  await page.keyboard.press('l');
  const words = await page.textContent('#calls');
  for (const wanted of ['fib(n=3) → 2', 'fib(n=2) → 1', 'fib(n=1) → 1']) assert.ok(words.replaceAll(/\s+/g, ' ').includes(wanted), `${wanted} in ${words}`);
  assert.match(await page.textContent('#calls [aria-current]'), /^fib\(n=1\)$/);
  await page.click('#calls button:has-text("fib(n=3)")');
  const step = steps[(await stepOf(page)) - 1];
  assert.equal(step.event, 'call');
  const { x, y, width } = await page.locator('#flame').boundingBox();
  const beyond = nextIn(18) - 4;
  await page.mouse.click(x + 8 + ((beyond - 1) / (steps.length - 1)) * (width - 16), y + 3);
  assert.equal(steps[(await stepOf(page)) - 1].event, 'call');
});

test('a watched path is followed, and says what it was', async (t) => {
  const page = await open(t, here, run, { address: `#step=${nextIn(19)}` });
  await page.keyboard.press('y');
  await page.fill('#watch-path', 'head.next.value');
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('#watch tr.moved'), /head\.next\.value5 was 20/);
  await page.click('#previous');
  assert.match(await page.textContent('#watch table'), /head\.next\.value20/);
  await page.keyboard.press('Home');
  assert.match(await page.textContent('#watch table'), /no head here/);
  await page.fill('#watch-path', 'import os');
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('#watch-said'), /Not a path/);
  await page.reload();
  await page.waitForSelector('body.ready');
  await page.keyboard.press('y');
  assert.match(await page.textContent('#watch'), /head\.next\.value/, 'it is kept');
});

test('the rounds of a loop, what differs between two steps, bookmarks', async (t) => {
  const page = await open(t, here, run, { address: `#step=${nextIn(15)}` });
  await page.keyboard.press('y');
  assert.match(await page.textContent('#watch'), /Rounds of the loop in line 14: 4/);
  const cells = await page.$$eval('#watch .rounds tbody tr', (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(cells.map(([round]) => round), ['1', '2', '3', '4']);
  assert.deepEqual(cells.map((row) => row.at(-2)), ['0', '1', '2', '3']);
  await page.click('#watch button:has-text("Remember this step")');
  await page.click('#watch .rounds tbody tr:last-child button');
  const words = await page.textContent('#watch');
  assert.match(words, /i of globals: 0 → 3/);
  assert.match(words, /New objects: 3/);
  await page.fill('#mark-note', 'the last round');
  await page.keyboard.press('Enter');
  const marked = await stepOf(page);
  await page.click('#first');
  await page.click(`#watch .owners button:has-text("step ${marked}")`);
  assert.equal(await stepOf(page), marked);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  assert.deepEqual(violations.filter(({ impact }) => /serious|critical/.test(impact)).map(({ id, nodes }) => [id, nodes[0].html]), []);
});

test('a row says where it was set', async (t) => {
  const last = nextIn(19);
  const node = steps[last - 1].heap.find(({ id, refs }) => objects[id - 1].type === 'Node' && refs.some(({ label, to }) => label === '.value' && steps[last - 1].heap.find((other) => other.id === to)?.value === '5'));
  const id = node?.id ?? steps[last - 1].heap.filter((object) => objects[object.id - 1].type === 'Node').map((object) => object.id)[2];
  const page = await open(t, here, run, { address: `#step=${last + 2}&focus=${id}` });
  await page.click('#card button[aria-label="set where? .value"]');
  assert.equal(await stepOf(page), last, 'where line 18 has run');
});

test('what is written to standard error is shown, and marked', async (t) => {
  const page = await open(t, here, run, { address: `#step=${nextIn(17)}` });
  assert.equal((await page.textContent('#printed .error')).trim(), 'to stderr');
  assert.equal(await page.locator('#printed .error mark').count(), 1, 'new in this step');
  const raised = record(here, 'uncaught', 'def f(x):\n    return 1 / x\n\nzero = 0\nf(zero)\n');
  const end = await open(t, here, raised, { address: '#step=999' });
  assert.match(await end.textContent('#printed .error'), /ZeroDivisionError/);
  const set = end.locator('#raised button:has-text("set at step")').first();
  await set.click();
  const called = exported(raised).steps.find((step) => step.event === 'call' && step.function === 'f');
  assert.equal(await stepOf(end), called.step, 'where f was given x, not where it was left');
});

test('the picture is dragged, and sized about the pointer; a drag chooses nothing', async (t) => {
  const source = 'a = [[[[[[[i]]]]]] for i in range(14)]\nb = {"k" + str(i): [i] for i in range(14)}\n';
  const page = await open(t, here, record(here, 'dragged', source), { address: '#step=999' });
  const room = await page.locator('#canvas').boundingBox();
  const scrolled = () => page.$eval('#canvas', ({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]);
  await page.$eval('#canvas', (canvas) => canvas.scrollTo(0, 0));
  const frame = await page.locator('#picture .box').first().boundingBox();
  await page.mouse.move(frame.x + 40, frame.y + 10);
  await page.mouse.down();
  await page.mouse.move(frame.x + 40, frame.y - 90, { steps: 4 });
  await page.mouse.up();
  assert.deepEqual(await scrolled(), [0, 100]);
  assert.ok(await page.isHidden('#panels'), 'nothing is chosen');
  await page.$eval('#canvas', (canvas) => canvas.scrollTo(0, 0));
  const target = page.locator('#picture .tone-container').first();
  const before = await target.boundingBox();
  await page.mouse.move(before.x, before.y);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -60);
  await page.keyboard.up('Control');
  await page.waitForTimeout(50);
  const now = await target.boundingBox();
  assert.ok(now.width > before.width * 1.2, `${now.width} of ${before.width}`);
  assert.ok(Math.abs(now.x - before.x) < 8 && Math.abs(now.y - before.y) < 8, JSON.stringify([before, now]));
  await page.click('#zoom-fit');
  const boxes = await page.$$eval('#picture .box .frame', (all) => all.map((box) => box.getBoundingClientRect().toJSON()));
  for (const box of boxes) assert.ok(box.left >= room.x && box.right <= room.x + room.width && box.top >= room.y && box.bottom <= room.y + room.height);
});

test('letters are as large as on the page', async (t) => {
  const page = await open(t, here, run, { address: '#step=999' });
  const high = () => page.$eval('#picture', (svg) => 13 * (svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
  assert.ok((await high()) >= 12.95, `${await high()}`);
  const many = await open(t, here, record(here, 'many', 'a = [[i] for i in range(60)]\nb = [a[0], [a[1], [a[2], [a[3], [4]]]]]\n'), { address: '#step=999' });
  const small = await many.$eval('#picture', (svg) => 13 * (svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
  assert.ok(small >= 11, `${small}`);
});

test('Follow: what a changed name leads to is in view, and so are its row or a copy of it', async (t) => {
  const source = `items = [[i, [i, [i]]] for i in range(40)]
def walk(items):
    for item in items:
        deep = item[1][1]
walk(items)
`;
  const out = record(here, 'followed', source, ['--max-objects', '200']);
  const page = await open(t, here, out);
  const seen = await page.evaluate(async () => {
    const room = document.querySelector('#canvas').getBoundingClientRect();
    const inView = (element) => {
      const { left, right, top, bottom, width } = element.getBoundingClientRect();
      return width > 0 && left >= room.left - 1 && right <= room.right + 1 && top >= room.top - 1 && bottom <= room.bottom + 1;
    };
    const result = [];
    const steps = Number(document.querySelector('#step').max);
    for (let step = 1; step < steps; step++) {
      document.querySelector('#next').click();
      const arrow = document.querySelector('#picture .arrow.moved');
      const target = arrow && document.querySelector(`#picture [data-box="${arrow.dataset.to}"]`);
      if (!target || !/^(deep|item) is/.test(document.querySelector('#caption .words')?.textContent ?? '')) continue;
      const rows = [...document.querySelectorAll('#picture .row-moved, #pinned .row-moved')];
      result.push([inView(target), rows.some(inView)]);
    }
    return result;
  });
  assert.ok(seen.length > 60, `${seen.length}`);
  const share = (which) => seen.filter((pair) => pair[which]).length / seen.length;
  assert.ok(share(0) >= 0.95 && share(1) >= 0.95, `${share(0)} ${share(1)}`);
});

test('settings stay: theme, speed, follow', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('d');
  await page.selectOption('#speed', '5');
  await page.keyboard.press('ArrowRight');
  assert.equal(await stepOf(page), 2, 'a list that was chosen from lets go of the arrows');
  await page.uncheck('#follow');
  await page.reload();
  await page.waitForSelector('body.ready');
  assert.equal(await page.textContent('#theme-button'), 'Light');
  assert.equal(await page.inputValue('#speed'), '5');
  assert.ok(!(await page.isChecked('#follow')));
});

test('a page around it is told the step and the height, and can go to a step; two stand on one page', async () => {
  const path = join(here.folder, 'around.html');
  writeFileSync(path, `<iframe id="a" src="ways/index.html?embed=1#step=3" width="720" height="380"></iframe>
<iframe id="b" src="ways/index.html?embed=1#step=4" width="720" height="380"></iframe>
<script>window.told = []; addEventListener('message', ({ data, source }) => told.push([source === a.contentWindow ? 'a' : 'b', data]));</script>`);
  const outer = await here.browser.newPage();
  await outer.goto(`file://${path}`);
  await outer.waitForFunction(() => ['a', 'b'].every((name) => window.told.some(([from, data]) => from === name && data.memviz === 'height')));
  await outer.evaluate(() => document.getElementById('a').contentWindow.postMessage({ memviz: 'go', step: 7 }, '*'));
  await outer.waitForFunction(() => window.told.some(([from, data]) => from === 'a' && data.memviz === 'step' && data.step === 7));
  const all = await outer.evaluate(() => window.told);
  assert.ok(all.some(([from, data]) => from === 'a' && data.memviz === 'step' && data.step === 3 && data.steps === steps.length));
  assert.ok(!all.some(([from, data]) => from === 'b' && data.step === 7));
  assert.ok(all.every(([, data]) => data.memviz !== 'height' || (data.height > 150 && data.height < 5000)));
  await outer.close();
});

test('a voice hears what an arrow leads to', async (t) => {
  const page = await open(t, here, run, { address: `#step=${nextIn(17)}` });
  const names = await page.$$eval('#picture .box', (all) => all.map((element) => element.getAttribute('aria-label')));
  assert.ok(names.some((name) => /^Node #\d+ .*value 30 next; next leads to Node #\d+$/.test(name)), names.join('\n'));
  assert.equal(await page.getAttribute('#picture', 'role'), 'group');
});

test('characters that turn text around are written out in the source and in what is printed', async (t) => {
  const out = record(here, 'bidi', 'a = "x"  # \u202e reversed\nprint("\u202e\u200b")\n');
  const page = await open(t, here, out, { address: '#step=999' });
  assert.match(await page.textContent('#source'), /# \\u202e reversed/);
  assert.match(await page.textContent('#printed'), /\\u202e\\u200b/);
});

test('less is shown: what the running call leads to, no boxes of a type; the address keeps it', async (t) => {
  const source = 'class Node:\n    def __init__(self):\n        self.items = [1]\n\nfar = [[1], [2]]\n\ndef f(node):\n    return node.items\n\nn = Node()\nf(n)\n';
  const out = record(here, 'less', source);
  const trace = exported(out);
  const step = trace.steps.findIndex(({ event, line }) => event === 'line' && line === 8) + 1;
  const page = await open(t, here, out, { address: `#step=${step}` });
  const titles = () => page.$$eval('#picture .box', (all) => all.map((element) => element.getAttribute('aria-label').split(' ')[0]).sort());
  const all = await titles();
  assert.ok(all.filter((title) => title === 'list').length === 4, `${all}`);
  await page.selectOption('#reach', 'call');
  assert.deepEqual(await titles(), ['Node', 'f()', 'globals', 'list']);
  await page.selectOption('#reach', '1');
  assert.deepEqual(await titles(), ['Node', 'f()', 'globals']);
  await page.click('#show-all');
  assert.deepEqual(await titles(), all);
  await page.keyboard.press('i');
  await page.click('#objects .types button:text-is("list")');
  await page.click('#objects button:has-text("Hide all")');
  assert.ok(!(await titles()).includes('list'));
  await page.waitForTimeout(400);
  assert.match(await page.evaluate(() => location.hash), /hidden-types=list/);
  await page.reload();
  await page.waitForSelector('body.ready');
  assert.ok(!(await titles()).includes('list'));
});
