// The second page of the player: the files of a run, its steps, the machine; several files, several Pythons.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hashOf, memviz, open, openPage, record, startBrowser } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TOTAL = `def total(prices):
    result = 0
    for price in prices:
        result += price
    return result

print(total([5, 20]))
`;

const stagesOf = (t, out, options) => openPage(t, here, join(out, 'stages.html'), options);
/** What `memviz stages` says of the same recording. */
const said = (out) => JSON.parse(memviz(here.folder, ['stages', join(out, 'trace.memviz'), '--view', 'machine', '--format', 'json']).stdout).machine;
const texts = (page, selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent));
const value = (entry) => entry.value ?? 'a placeholder';

test('before a step is chosen the slider says how many there are; a narrow source goes on below', async (t) => {
  const out = record(here, 'narrow', `words = [${'"some words", '.repeat(20)}]\n`);
  const page = await stagesOf(t, out, { viewport: { width: 1000, height: 800 }, address: '#view=tokens,tree,bytecode' });
  assert.match(await page.textContent('#step-count'), /^No step yet: 1 to \d+$/);
  const wide = await page.$eval('#body-source', (body) => body.scrollWidth > body.clientWidth);
  assert.equal(wide, false, 'nothing of a line is out of sight');
  const height = await page.$eval('#source .line', (line) => line.offsetHeight);
  assert.ok(height > 60, `${height}`);
});

test('the player leads to its second page at its step, and that leads back', async (t) => {
  const out = record(here, 'there', TOTAL);
  const player = await open(t, here, out, { address: '#step=7' });
  assert.equal(await player.getAttribute('#to-stages', 'href'), 'stages.html#step=7');
  await player.keyboard.press('n');
  assert.equal(await player.getAttribute('#to-stages', 'href'), 'stages.html#step=8');
  const page = await stagesOf(t, out, { address: '#step=7' });
  assert.equal(await page.textContent('#step-count'), 'Step 7 of 14');
  assert.equal(await page.getAttribute('#to-player', 'href'), 'index.html#step=7');
  const line = memviz(here.folder, ['export', join(out, 'trace.memviz'), '--format', 'json']).stdout;
  assert.equal(await page.textContent('#source .is-current .number'), String(JSON.parse(line).steps[6].line));
});

test('a page without a run has neither steps nor a machine, and a run without the page no link', async (t) => {
  writeFileSync(join(here.folder, 'alone.py'), TOTAL);
  memviz(here.folder, ['stages', 'alone.py', '--format', 'html', '--out', 'alone.html']);
  const page = await openPage(t, here, join(here.folder, 'alone.html'));
  assert.ok(await page.isHidden('#transport'));
  assert.equal(await page.locator('#machine').count(), 0);
  const refused = memviz(here.folder, ['stages', 'alone.py', '--view', 'machine']);
  assert.match(refused.stderr, /^error: --view machine shows a run, and a script is none\nhint: /);
});

test('steps go by keys, buttons and slider; what runs is lit in every column', async (t) => {
  const out = record(here, 'steps', TOTAL);
  const page = await stagesOf(t, out, { address: '#view=tree,bytecode' });
  await page.keyboard.press('n');
  assert.match(await hashOf(page), /^#step=1&/);
  await page.click('#next');
  assert.match(await hashOf(page), /^#step=2&/);
  assert.equal((await texts(page, '#source code .is-lit')).join(''), 'def total(prices):');
  await page.fill('#slider', '4');
  assert.match(await hashOf(page), /^#step=4&/);
  assert.equal(await page.locator('#body-tree .is-lit').count(), 1);
  await page.keyboard.press('p');
  assert.match(await hashOf(page), /^#step=3&/);
  assert.match(await page.textContent('#source .is-current'), /print/);
});

test('a run by lines says that there is no machine, and how to get one', async (t) => {
  const out = record(here, 'lines', TOTAL);
  const page = await stagesOf(t, out, { address: '#step=4&view=machine' });
  assert.match(await page.textContent('#body-machine'), /Instructions were not recorded: memviz --step instruction SCRIPT/);
  assert.equal(said(out), null);
});

test('the machine: both stacks, what is taken and left, counts, each as the JSON has it', async (t) => {
  const out = record(here, 'machine', TOTAL, ['--step', 'instruction']);
  const steps = said(out);
  assert.ok(steps.length > 30);
  const page = await stagesOf(t, out, { address: '#step=1&view=bytecode,machine' });
  const last = Number(await page.getAttribute('#slider', 'max'));
  const known = new Map(steps.map((step) => [step.step, step]));
  for (let number = 1; number <= last; number++) {
    const one = known.get(number);
    if (number > 1) await page.keyboard.press('n');
    if (!one) {
      assert.match(await page.textContent('#body-machine'), /is no instruction/);
      continue;
    }
    const stacks = await page.$$eval('#body-machine .stack-side', (sides) => sides.map((side) => [...side.querySelectorAll('li code')].map((code) => code.textContent).reverse()));
    assert.deepEqual(stacks[0], one.before.map(value), `step ${number}`);
    assert.deepEqual(stacks[1], (one.after ?? []).map(value));
    assert.equal(await page.locator('#body-machine .taken').count(), one.took);
    assert.equal(await page.locator('#body-machine .put').count(), one.left);
    assert.equal(await page.locator('#body-machine .counts li').count(), one.counts.length);
    assert.deepEqual(await texts(page, '#body-bytecode .is-current .name'), [one.name]);
    assert.deepEqual(await texts(page, '#body-bytecode .is-current .offset'), [String(one.offset)]);
    if (one.span) assert.match(await page.textContent('#lit-words'), new RegExp(`^${one.name} `));
  }
  // An entry is the very object of the memory picture.
  const adds = steps.find((step) => step.name === 'BINARY_OP');
  await page.evaluate((to) => { location.hash = to; }, `#step=${adds.step}&view=bytecode,machine`);
  await page.waitForFunction((step) => document.getElementById('step-count').textContent.startsWith(`Step ${step} `), adds.step);
  const link = await page.locator('#body-machine a.stack-entry').last().getAttribute('href');
  assert.match(link, new RegExp(`^index.html#step=${adds.step}&focus=\\d+$`));
  assert.equal(await page.locator('#body-machine .borrowed').count(), adds.before.concat(adds.after).filter(({ kind }) => kind === 'borrowed').length);
});

test('a deep link opens at a step with its columns', async (t) => {
  const out = record(here, 'deep', TOTAL, ['--step', 'instruction']);
  const [first, second] = said(out).filter(({ name }) => name === 'BINARY_OP');
  const [start, end] = second.span;
  const page = await stagesOf(t, out, { address: `#step=${second.step}&span=${start}-${end}&view=machine` });
  assert.equal(await page.textContent('.machine-head .opcode'), 'BINARY_OP');
  assert.deepEqual(await page.$$eval('main > section:not([hidden])', (all) => all.map(({ id }) => id)), ['source', 'machine']);
  assert.equal(await hashOf(page), `#step=${second.step}&span=${start}-${end}&view=machine`);
  assert.notEqual(first.step, second.step);
});

test('several files: a chooser, and a step opens the file that it is in', async (t) => {
  writeFileSync(join(here.folder, 'helper.py'), 'def double(x):\n    return x * 2\n');
  const out = record(here, 'several', 'import helper\n\nprint(helper.double(4))\n');
  const page = await stagesOf(t, out, { address: '#view=tree' });
  assert.deepEqual(await texts(page, '#file option'), ['several.py', 'helper.py']);
  await page.selectOption('#file', { label: 'helper.py' });
  assert.match(await page.textContent('#body-source'), /def double/);
  assert.match(await hashOf(page), /^#file=2&view=tree$/);
  const files = new Set();
  for (let i = 0; i < 11; i++) {
    await page.keyboard.press('n');
    files.add(await page.$eval('#file', (chooser) => chooser.selectedOptions[0].textContent));
    assert.equal(await page.locator('#source .is-current').count(), 1);
  }
  assert.deepEqual([...files].sort(), ['helper.py', 'several.py']);
});

test('several Pythons: the bytecode of each beside the same source, lit together', async (t) => {
  const pythons = ['3.8', '3.13'].filter((version) => memviz(here.folder, ['stages', '-', '--python', version, '--view', 'file']).status === 0);
  if (!pythons.length) return t.skip('no other Python is here');
  writeFileSync(join(here.folder, 'beside.py'), TOTAL);
  const options = ['rustpython', ...pythons].flatMap((python) => ['--python', python]);
  const done = memviz(here.folder, ['stages', 'beside.py', '--format', 'html', '--out', 'beside.html', ...options]);
  assert.equal(done.status, 0, done.stderr);
  const start = TOTAL.indexOf('result += price');
  const page = await openPage(t, here, join(here.folder, 'beside.html'), { address: `#span=${start}-${start + 15}`, viewport: { width: 2000, height: 900 } });
  const names = ['bytecode', ...pythons.map((_, at) => `bytecode-${at + 2}`)];
  assert.deepEqual(await page.$$eval('main > section:not([hidden])', (all) => all.map(({ id }) => id)), ['source', ...names]);
  for (const name of names) assert.ok(await page.locator(`#body-${name} .is-lit`).count() >= 1, name);
  assert.match(await page.textContent('#title-bytecode'), /RustPython/);
  const svg = memviz(here.folder, ['stages', 'beside.py', '--format', 'svg', '--view', 'bytecode', '--out', 'pictures', ...options]);
  assert.equal(svg.status, 0, svg.stderr);
  assert.ok(existsSync(join(here.folder, 'pictures/bytecode-RustPython-0.6.0.svg')));
});

test('a picture of the machine is that of one step', () => {
  const out = record(here, 'picture', TOTAL, ['--step', 'instruction']);
  const { step, words } = said(out).find(({ name }) => name === 'BINARY_OP');
  const svg = (...options) => memviz(here.folder, ['stages', join(out, 'trace.memviz'), '--format', 'svg', '--view', 'machine', '--out', 'machine', ...options]);
  assert.match(svg().stderr, /^error: a picture of the machine shows one step/);
  const done = svg('--step', String(step));
  assert.equal(done.status, 0, done.stderr);
  const picture = readFileSync(join(here.folder, 'machine/machine.svg'), 'utf8');
  assert.match(picture, /BINARY_OP/);
  assert.ok(picture.includes(words[0]));
});

const looks = record(here, 'looks', TOTAL, ['--step', 'instruction']);
for (const [colorScheme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
  test(`${colorScheme}, ${width} pixels wide: no serious finding of axe-core, nothing cut off sideways`, async (t) => {
    const adds = said(looks).find(({ name }) => name === 'BINARY_OP');
    const page = await stagesOf(t, looks, { colorScheme, viewport: { width, height: 844 }, address: `#step=${adds.step}&view=machine` });
    assert.ok(await page.isVisible('#body-machine .stack'));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    const serious = violations.filter(({ impact }) => /serious|critical/.test(impact));
    assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]), []);
    if (width > 760) return;
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.isVisible('#machine .stack'), 'the machine goes to paper as well');
  });
}
