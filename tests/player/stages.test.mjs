// The page of a file's stages: pointing, keys, deep links, looks, paper, hostile texts, a long file.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { memviz, openPage, startBrowser } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const CLOSURE = `def counter(start):
    count = start

    def step(by=1):
        nonlocal count
        count += by * (2 + 3)
        return count

    return step


tick = counter(10)
for each in range(3):
    print(tick(each))
`;

/** Writes a script's page; returns its path. */
function made(name, source, options = [], status = 0) {
  writeFileSync(join(here.folder, `${name}.py`), source);
  const done = memviz(here.folder, ['stages', `${name}.py`, '--format', 'html', '--out', `${name}.html`, ...options]);
  assert.equal(done.status, status, done.stderr);
  return join(here.folder, `${name}.html`);
}

const shown = (t, file, options) => openPage(t, here, file, options);
const span = (source, text, from = 0) => {
  const at = source.indexOf(text, from);
  assert.ok(at >= 0, text);
  return [Buffer.byteLength(source.slice(0, at)), Buffer.byteLength(source.slice(0, at + text.length))];
};
/** What is lit in a column, by a part of each item. */
const lit = (page, column, part, mark = 'is-lit') => page.$$eval(`#body-${column} [data-i].${mark}`, (items, part) => items.map((item) => (part ? item.querySelector(part) : item).textContent), part);
const hash = async (page) => {
  await page.waitForTimeout(300);
  return page.evaluate(() => location.hash);
};
const settle = (page) => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));

test('pointing at a token lights its place in every column; a click pins, Escape lets go', async (t) => {
  const file = made('closure', CLOSURE);
  const page = await shown(t, file, { address: '#view=file,tokens,tree,names,code,bytecode', viewport: { width: 2400, height: 1000 } });
  const [start, end] = span(CLOSURE, 'by', CLOSURE.indexOf('+='));
  await page.hover(`#source [data-a="${start}"]`);
  await settle(page);
  assert.deepEqual(await lit(page, 'tokens', 'code'), ['by']);
  assert.deepEqual(await lit(page, 'tree', '.kind'), ['Name']);
  assert.deepEqual(await lit(page, 'bytecode', '.name'), ['LOAD_FAST_BORROW']);
  const around = await lit(page, 'tree', '.kind', 'is-around');
  assert.deepEqual(around, ['Module', 'FunctionDef', 'FunctionDef', 'AugAssign', 'BinOp']);
  assert.ok((await lit(page, 'bytecode', '.name', 'is-around')).includes('BINARY_OP'));
  assert.equal(await page.textContent('#body-names .use.is-lit'), 'load 6');

  await page.click(`#source [data-a="${start}"]`);
  assert.equal(await hash(page), `#span=${start}-${end}&view=file,tokens,tree,names,code,bytecode`);
  await page.hover('#source [data-a="0"]');
  await settle(page);
  assert.deepEqual(await lit(page, 'tokens', 'code'), ['by'], 'what is pinned stays');
  await page.keyboard.press('Escape');
  await page.hover('#source [data-a="4"]');
  await settle(page);
  assert.deepEqual(await lit(page, 'tokens', 'code'), ['counter']);
  assert.doesNotMatch(await hash(page), /span/);
});

test('an instruction, a node and a name light the source that they were made of', async (t) => {
  const page = await shown(t, made('back', CLOSURE), { address: '#view=tree,names,bytecode' });
  const source = () => page.$$eval('#source code .is-lit', (pieces) => pieces.map((piece) => piece.textContent).join(''));
  await page.click('#body-bytecode .instruction:has-text("BUILD_FUNCTION"), #body-bytecode .instruction:has-text("GET_ITER")');
  assert.equal(await source(), 'range(3)');
  await page.click('#body-names .symbol:has-text("nonlocal")');
  assert.equal(await source(), 'countcountcount', 'all uses of the free name in its scope');
  assert.match(await page.textContent('#lit-place'), /3 places, lines 5, 6, 7/);
  await page.click('#lit-path button:has-text("Module")');
  assert.match(await source(), /^def counter[\s\S]*print\(tick\(each\)\)$/);
});

test('a constant that the compiler has computed is struck through in the tree', async (t) => {
  const source = 'day = 60 * 60 * 24\n';
  const page = await shown(t, made('folded', source), { address: '#view=tree' });
  const row = page.locator('#body-tree .node.folded');
  assert.match(await row.textContent(), /BinOp.*→ 86400/);
  assert.equal(await row.locator('.kind').evaluate((kind) => getComputedStyle(kind).textDecorationLine), 'line-through');
});

test('a free name has an arrow to the scope that owns it, and nothing else has one', async (t) => {
  const page = await shown(t, made('arrows', CLOSURE), { address: '#view=names' });
  const arrows = await page.$$eval('.arrows .arrow', (paths) => paths.map((path) => path.getAttribute('class')));
  assert.equal(arrows.length, 1);
  assert.match(arrows[0], /^arrow free/);
  const [from, to] = await page.$eval('.arrows .arrow', (path) => [path.getPointAtLength(0).y, path.getPointAtLength(path.getTotalLength()).y]);
  const middle = (text) => page.$eval(`.symbol:has(${text})`, (row) => {
    const [at, room] = [row.querySelector('code').getBoundingClientRect(), row.closest('.arrow-room').getBoundingClientRect()];
    return at.top + at.height / 2 - room.top;
  });
  assert.ok(Math.abs(from - await middle('.where.free')) < 4);
  assert.ok(Math.abs(to - await middle('.where.cell')) < 5);
});

test('a local name that is read before it is bound is explained; one that is bound first is not', async (t) => {
  const source = 'count = 0\n\ndef bump():\n    print(count)\n    count = 1\n\ndef add():\n    count += 1\n\ndef fine():\n    count = 1\n    print(count)\n';
  const page = await shown(t, made('unbound', source), { address: '#view=names' });
  const words = await page.$$eval('.early-words', (all) => all.map((one) => one.textContent));
  assert.equal(words.length, 2);
  assert.match(words[0], /^Line 5 binds it, so it is local in all of bump\. The module’s count is another variable\. Line 4 reads it: UnboundLocalError/);
  assert.match(words[1], /^Line 8 binds it, so it is local in all of add\..*The same line reads it first/);
});

test('keys: siblings and parents in the tree, instructions, tokens; the cursor is named', async (t) => {
  const page = await shown(t, made('keys', CLOSURE), { address: '#view=tree,bytecode' });
  const active = async (column) => page.textContent(`[id="${await page.getAttribute(`#body-${column}`, 'aria-activedescendant')}"] ${column === 'tree' ? '.kind' : '.name'}`);
  await page.keyboard.press('Tab');
  while (await page.evaluate(() => document.activeElement.id) !== 'body-tree') await page.keyboard.press('Tab');
  assert.equal(await active('tree'), 'FunctionDef');
  const steps = [['ArrowDown', 'Assign'], ['ArrowDown', 'For'], ['ArrowDown', 'For'], ['ArrowRight', 'Name'], ['ArrowDown', 'Call'], ['ArrowRight', 'Name'], ['ArrowLeft', 'Call'], ['ArrowLeft', 'For'], ['ArrowUp', 'Assign'], ['ArrowLeft', 'Module']];
  for (const [key, kind] of steps) {
    await page.keyboard.press(key);
    assert.equal(await active('tree'), kind, key);
  }
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  assert.match(await hash(page), /span=0-/);
  assert.match(await page.textContent('#said'), /^pinned: lines 1 to 9/);
  await page.focus('#body-bytecode');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.match(await active('bytecode'), /LOAD_CONST/);
  await page.focus('#body-source');
  await page.keyboard.press('Home');
  const source = () => page.$$eval('#source code .is-lit', (pieces) => pieces.map((piece) => piece.textContent).join(''));
  assert.equal(await source(), 'def counter(start):');
  await page.keyboard.press('ArrowRight');
  assert.equal(await source(), 'def');
  await page.keyboard.press('ArrowRight');
  assert.equal(await source(), 'counter');
  await page.keyboard.press('6');
  assert.ok(await page.isHidden('#bytecode'), 'a column goes by its number');
});

test('a deep link opens pinned, with its columns; --span and --view do so without one', async (t) => {
  const [start, end] = span(CLOSURE, 'counter(10)');
  const linked = await shown(t, made('linked', CLOSURE), { address: `#span=${start}-${end}&view=tree,code` });
  assert.deepEqual(await lit(linked, 'tree', '.kind'), ['Call']);
  assert.deepEqual(await linked.$$eval('main > section:not([hidden])', (all) => all.map(({ id }) => id)), ['source', 'tree', 'code']);
  assert.ok(await linked.isVisible('#unpin'));
  const asked = await shown(t, made('asked', CLOSURE, ['--span', `${start}-${end}`, '--view', 'bytecode']));
  assert.deepEqual(await lit(asked, 'bytecode', '.name'), ['CALL']);
  assert.deepEqual(await asked.$$eval('main > section:not([hidden])', (all) => all.map(({ id }) => id)), ['source', 'bytecode']);
});

test('a failing stage says where and why; those before it are there, those behind say so', async (t) => {
  const page = await shown(t, made('wrong', 'good = 1\nbad = (1 +\n', [], 1), { address: '#view=file,tokens,tree,names' });
  const failed = await page.textContent('main .notice.garbage');
  assert.match(failed, /SyntaxError.*Line 2, column 7: '\(' was never closed/s);
  assert.ok(await page.locator('#body-tokens .chip').count() >= 4);
  assert.equal(await page.textContent('#source .failed .number'), '2');
  assert.match(await page.textContent('#names .notice'), /^Not reached: .* failed\.$/);
  const empty = await shown(t, made('empty', ''));
  assert.match(await empty.textContent('#source'), /The file is empty/);
});

test('hostile texts stay texts, and what would not be seen is written out', async (t) => {
  const source = 'bad = "</script><script>alert(1)</script>"\nworse = "a\u202eb\u2066" # <img src=x onerror=alert(2)>\né = f"{bad!r} <b>漢😀</b>{worse}"\n';
  const page = await shown(t, made('hostile', source), { address: '#view=file,tokens,tree,names,code,bytecode' });
  assert.match(await page.textContent('#body-source'), /a\\u202eb\\u2066/);
  assert.equal(await page.locator('body script').count(), 2);
  assert.equal(await page.locator('body img, body b').count(), 0);
  assert.doesNotMatch(await page.evaluate(() => document.body.innerText), /[\u202a-\u202e\u2066-\u2069]/);
  // Places count bytes, texts do not.
  const [start, end] = span(source, 'worse', source.indexOf('😀'));
  await page.click(`#source [data-a="${start}"]`);
  assert.equal(await page.textContent('#lit-place code'), 'worse');
  assert.match(await hash(page), new RegExp(`span=${start}-${end}`));
  const policy = await page.getAttribute('meta[http-equiv]', 'content');
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'$/);
});

const LOOKS = [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]];
for (const [colorScheme, width] of LOOKS) {
  test(`${colorScheme}, ${width} pixels wide: no serious finding of axe-core, nothing cut off sideways`, async (t) => {
    const source = `${CLOSURE}\ndef early():\n    print(total)\n    total = f"{1:>3}"\n\ntry:\n    early()\nexcept NameError as error:\n    del error\n`;
    const page = await shown(t, made(`looks-${colorScheme}-${width}`, source), { colorScheme, viewport: { width, height: 844 } });
    const tabs = width < 760 ? ['source', 'file', 'tokens', 'tree', 'names', 'code', 'bytecode'] : [null];
    for (const tab of tabs) {
      if (tab) await page.click(`#tab-${tab}`);
      else for (const key of ['1', '2', '5']) await page.keyboard.press(key);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), tab);
      if (tab) assert.deepEqual(await page.$$eval('main > section:not([hidden])', (all) => all.map(({ id }) => id)), [tab]);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      const serious = violations.filter(({ impact }) => /serious|critical/.test(impact));
      assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]), [], tab ?? 'all');
    }
  });
}

test('the switch changes what the system says of dark and light', async (t) => {
  const page = await shown(t, made('dark', CLOSURE), { colorScheme: 'dark' });
  const ground = () => page.$eval('#source', (panel) => getComputedStyle(panel).backgroundColor);
  const dark = await ground();
  assert.equal(await page.textContent('#theme-button'), 'Light');
  await page.keyboard.press('d');
  assert.notEqual(await ground(), dark);
  assert.equal(await page.textContent('#theme-button'), 'Dark');
});

test('on paper all columns stand, at what is lit', async (t) => {
  const source = Array.from({ length: 300 }, (_, i) => `name_${i} = ${i} + other_${i}\n`).join('');
  const [start, end] = span(source, '200 + other_200');
  const page = await shown(t, made('paper', source), { address: `#span=${start}-${end}&view=tree` });
  await page.emulateMedia({ media: 'print' });
  await settle(page);
  assert.equal(await page.locator('main > section:visible').count(), 7);
  assert.match(await page.textContent('#body-source'), /name_200/);
  assert.doesNotMatch(await page.textContent('#body-source'), /name_100 /);
  assert.deepEqual(await page.$$eval('#body-bytecode .meaning', (all) => all.map((one) => one.textContent)), ['200', 'other_200', '+', 'name_200']);
  await page.emulateMedia({ media: 'screen' });
  await settle(page);
  assert.equal(await page.locator('main > section:visible').count(), 2);
  assert.match(await page.textContent('#body-source'), /name_180 /);
  assert.ok(await page.locator('#body-source .chunk').count() > 1, 'what is far away is left out again');
});

test('of 10,000 lines only what is near the view is in the page, and every place is found', async (t) => {
  const source = Array.from({ length: 2500 }, (_, i) => `def f${i}(a, b=${i}):\n    if a > b:\n        return a - b\n    return f"{a} {b}"\n`).join('');
  const page = await shown(t, made('long', source), { address: '#view=tokens,tree,names,bytecode' });
  const size = () => page.evaluate(() => document.querySelectorAll('main *').length);
  const few = await size();
  assert.ok(few < 12000, `${few} elements`);
  const opened = await page.evaluate(() => performance.getEntriesByName('opened')[0].startTime);
  t.diagnostic(`opened after ${Math.round(opened)} ms, with ${few} elements`);
  const [start, end] = span(source, 'a - b', source.indexOf('def f2200('));
  await page.evaluate((to) => { location.hash = to; }, `#span=${start}-${end}&view=tokens,tree,names,bytecode`);
  await page.waitForFunction(() => document.querySelector('#body-bytecode .is-lit'));
  await page.waitForTimeout(300);
  for (const column of ['tree', 'bytecode', 'tokens', 'source']) {
    const item = page.locator(`#body-${column} .is-lit, #body-${column} .is-inside`).first();
    const [room, at] = await Promise.all([page.locator(`#body-${column}`).boundingBox(), item.boundingBox()]);
    assert.ok(at.y >= room.y - 1 && at.y + at.height <= room.y + room.height + 1, `${column} is in view`);
  }
  assert.ok(await size() < 14000, 'what was left is taken out again');
});

test('a file that memviz has not made is not written over; a run may go beside a page', (t) => {
  writeFileSync(join(here.folder, 'beside.py'), 'a = 1\n');
  writeFileSync(join(here.folder, 'mine.html'), '<p>mine</p>');
  const refused = memviz(here.folder, ['stages', 'beside.py', '--format', 'html', '--out', 'mine.html']);
  assert.match(refused.stderr, /^error: mine\.html is not memviz's\nhint: /);
  assert.equal(readFileSync(join(here.folder, 'mine.html'), 'utf8'), '<p>mine</p>');
  for (const format of ['html', 'html', 'svg']) assert.equal(memviz(here.folder, ['stages', 'beside.py', '--format', format]).status, 0);
  assert.ok(existsSync(join(here.folder, 'output/beside/stages.html')));
  for (const name of ['file', 'tokens', 'tree', 'names', 'code', 'bytecode']) assert.ok(existsSync(join(here.folder, `output/beside/stages/${name}.svg`)), name);
  const run = memviz(here.folder, ['beside.py']);
  assert.equal(run.status, 0, run.stderr);
  assert.ok(existsSync(join(here.folder, 'output/beside/stages.html')));
});
