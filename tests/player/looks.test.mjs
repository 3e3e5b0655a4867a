// How the page looks and sounds to those who see it in other ways: forced colours, 200 % zoom, paper,
// and axe in every state and theme.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { open, record, startBrowser, stepOf } from './helpers.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const here = await startBrowser(after);
const SOURCE = `import gc
class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next
# memviz: text "A **chain** of nodes."
head = None
for value in range(4):
    head = Node(value, head)
print(head.value)
head.next.next.next.next = head  # memviz: picture "It closes"
del head
gc.collect()
rest = {"k": [1, 2], "l": (3, [4])}  # memviz: ask "What is k?" "[1, 2]" "[1]"
def fail(deep):
    if deep:
        return fail(deep - 1)
    raise ValueError("no")
try:
    fail(2)
except ValueError as error:
    kept = error
raise RuntimeError("the end") from kept
`;
const run = record(here, 'looks', SOURCE);

/** What axe finds that is serious. */
async function findings(page) {
  if (!await page.evaluate(() => window.axe !== undefined)) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return bad.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`);
}

const WINDOWS = {
  wide: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 1000, height: 700 } },
  zoomed: { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
  phone: { viewport: { width: 390, height: 844 } },
  embedded: { viewport: { width: 720, height: 420 }, address: '?embed=1' },
  alone: { viewport: { width: 900, height: 600 }, address: '?wide=1' },
};
/** Colours do not depend on the window: each look is tried in the windows that differ most. */
const LOOKS = [
  ['light', {}, Object.keys(WINDOWS)],
  ['dark', { colorScheme: 'dark' }, ['wide', 'phone']],
  ['forced', { forcedColors: 'active' }, ['wide']],
  ['forced dark', { forcedColors: 'active', colorScheme: 'dark' }, ['wide']],
];

for (const [look, options, windows] of LOOKS) {
  for (const name of windows) {
    const { address = '', ...size } = WINDOWS[name];
    test(`axe finds nothing serious, and nothing runs out of the page: ${look}, ${name}`, async (t) => {
      const page = await open(t, here, run, { ...size, ...options, address: `${address}#step=1` });
      const check = async (state) => {
        assert.deepEqual(await findings(page), [], `${state}`);
        const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide <= room, `${state}: ${wide} of ${room} pixels`);
      };
      await check('the first step');
      await page.keyboard.press('End');
      await check('the end, by an exception');
      await page.keyboard.press('o');
      await check('an object');
      await page.evaluate(() => document.querySelector('#above').replaceChildren('a.py, line 3: SyntaxError: no'));
      await page.evaluate(() => { document.querySelector('#above').hidden = false; });
      for (const key of ['i', 'k', 'l', 'y', 'm', 't', 'f', 'q', '?']) {
        await page.keyboard.press(key);
        await check(`key ${key}`);
      }
      await page.keyboard.press('Escape');
      if (await page.locator('#quiz .answer input').first().isVisible()) {
        await page.locator('#quiz .answer input').first().check();
        await page.click('#quiz-go');
        await check('an answer');
      }
    });
  }
}

/** The contrast between two colours as the browser gives them. */
const contrast = (one, other) => {
  const light = (colour) => {
    // `rgb(0, 0, 0)`, or `color(srgb 0 0 0)` where it is mixed.
    const most = colour.startsWith('color(') ? 1 : 255;
    const parts = colour.match(/\d+(\.\d+)?/g).slice(0, 3).map((part) => Number(part) / most);
    const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

for (const colorScheme of ['light', 'dark']) {
  test(`forced colours, ${colorScheme}: the picture obeys them, and what is marked is marked by more than colour`, async (t) => {
    const page = await open(t, here, run, { forcedColors: 'active', colorScheme, address: '#step=20' });
    const system = await page.evaluate(() => {
      const probe = document.createElement('p');
      probe.style.cssText = 'color: CanvasText; background-color: Canvas';
      document.body.append(probe);
      const { color, backgroundColor } = getComputedStyle(probe);
      probe.remove();
      return { text: color, canvas: backgroundColor };
    });
    const seen = await page.evaluate(() => {
      const style = (element, name) => getComputedStyle(element)[name];
      const all = (wanted) => [...document.querySelectorAll(`#picture ${wanted}`)];
      return {
        frames: all('.box .frame').map((frame) => [style(frame, 'fill'), style(frame, 'stroke')]),
        bars: all('.box .bar').map((bar) => style(bar, 'fill')),
        texts: all('text').map((text) => style(text, 'fill')),
        arrows: all('.arrow').map((arrow) => style(arrow, 'stroke')),
      };
    });
    assert.ok(seen.texts.length > 10 && seen.arrows.length > 1 && seen.frames.length > 2);
    for (const [fill, stroke] of seen.frames) {
      assert.equal(fill, system.canvas);
      assert.ok(contrast(stroke, system.canvas) >= 3, stroke);
    }
    for (const fill of seen.bars) assert.ok(contrast(fill, system.text) >= 4.5, `the letters on ${fill}`);
    for (const fill of seen.texts) assert.ok(contrast(fill, system.canvas) >= 4.5, fill);
    for (const stroke of seen.arrows) assert.ok(contrast(stroke, system.canvas) >= 3, stroke);
    const outlined = await page.$$eval('#source .is-next, #source .has-run', (rows) => rows.map((row) => getComputedStyle(row).outlineStyle));
    assert.ok(outlined.length && outlined.every((style) => style === 'solid'), `${outlined}`);
    await page.keyboard.press('i');
    const edge = (selected) => page.locator(`.tabs button[aria-selected="${selected}"]`).first().evaluate((tab) => {
      const { borderLeftColor, borderBottomColor } = getComputedStyle(tab);
      return `${borderLeftColor} ${borderBottomColor}`;
    });
    assert.notEqual(await edge(true), await edge(false));
    const pressed = (id) => page.$eval(id, (button) => getComputedStyle(button).outlineStyle);
    await page.keyboard.press('t');
    assert.notEqual(await pressed('#timeline-button'), await pressed('#quiz-button'));
  });
}

test('at 200 %: picture, source and steps are on the first screen, and letters stay letters', async (t) => {
  const page = await open(t, here, run, { ...WINDOWS.zoomed, address: '#step=25' });
  const inView = (wanted, least) => page.$eval(wanted, (element, least) => {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    // The steps stay at the lower edge, over what is scrolled.
    const steps = document.querySelector('.transport');
    const end = steps.contains(element) ? innerHeight : steps.getBoundingClientRect().top;
    return top >= 0 && left >= 0 && right <= innerWidth && Math.min(bottom, end) - top >= least;
  }, least);
  for (const [wanted, least] of [['#canvas', 150], ['#source', 60], ['#next', 18], ['#slider', 10], ['#caption', 30]]) {
    assert.ok(await inView(wanted, least), wanted);
  }
  const letters = await page.$$eval('#picture text', (texts) => texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a));
  letters.sort((a, b) => a - b);
  // The numbers of objects are smaller than what stands in their rows.
  assert.ok(letters[0] >= 10 && letters[letters.length >> 1] >= 11, `${letters}`);
  await page.keyboard.press('ArrowRight');
  assert.equal(await stepOf(page), 26);
  await page.click('#tab-objects');
  assert.ok(await inView('#objects', 90), 'what is asked for comes into view');
});

for (const [state, keys] of [['the end', ['End']], ['a panel, the timeline and the quiz', ['o', 't', 'q']], ['the picture alone', ['End', 'w']], ['sized up', ['End', '+']]]) {
  test(`on paper: ${state}`, async (t) => {
    const page = await open(t, here, run, { colorScheme: 'dark', address: '#step=18' });
    for (const key of keys) await page.keyboard.press(key);
    if (state === 'sized up') for (let i = 0; i < 6; i++) await page.click('#zoom-in');
    // The width of A4 between its margins.
    await page.setViewportSize({ width: 718, height: 1000 });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const paper = await page.evaluate(() => {
      const right = (wanted) => Math.max(0, ...[...document.querySelectorAll(wanted)].map((element) => element.getBoundingClientRect().right));
      const svg = document.querySelector('#picture').getBoundingClientRect();
      const boxes = [...document.querySelectorAll('#picture .box')].map((box) => box.getBoundingClientRect());
      return {
        wide: document.documentElement.scrollWidth,
        right: right('#picture, #source .row, #stack, #printed, #caption'),
        out: boxes.filter((box) => box.right > svg.right + 1 || box.bottom > svg.bottom + 1).length,
        boxes: boxes.length,
        paper: getComputedStyle(document.querySelector('.memory')).backgroundColor,
        ink: getComputedStyle(document.querySelector('#caption .words, #caption strong')).color,
      };
    });
    assert.ok(paper.wide <= 718 && paper.right <= 718, `${paper.wide}, ${paper.right}`);
    assert.ok(paper.boxes > 1 && paper.out === 0, `${paper.out} of ${paper.boxes}`);
    assert.ok(contrast(paper.ink, paper.paper) >= 7, `${paper.ink} on ${paper.paper}`);
    for (const hidden of ['.transport', '.side', '.timeline', '#pinned', '#pinned-bar', '#caption-more']) {
      if (await page.locator(hidden).count()) assert.ok(await page.locator(hidden).first().isHidden(), hidden);
    }
  });
}
