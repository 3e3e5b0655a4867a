// The pictures are those of the SVG frames, and what lives on stays one element.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exported, open, record, startBrowser } from './helpers.mjs';

const here = await startBrowser(after);
const SCRIPTS = {
  said: '# memviz: color list blue\n# memviz: color N green\nclass N: pass\nn = N()\nn.v = 1\na = [n, 2]  # memviz: highlight a, n.v\nb = a  # memviz: label a "both \u6f22"\n# memviz: note "so it is"\nn = 3\ndel a, b\n',
  lists: 'a = [1, 2]\nb = a\nb.append(a)\nd = {"k": a, (1, 2): b}\ndel a\nt = ("wide \u6f22\u5b57", "tab\\tnew\\nline", "\\x1b[0m")\nprint(t)\ndel b, d\n',
  cycle: 'import gc, weakref\nclass Node:\n    pass\na = Node()\na.me = a\nw = weakref.ref(a)\ndel a\ngc.collect()\n',
  calls: 'def gen(n):\n    while n:\n        n -= 1\n        yield [n]\ng = gen(2)\nnext(g)\nnext(g)\ndef deep(k):\n    return k if k == 0 else deep(k - 1)\ndeep(14)\n',
  raised: 'try:\n    raise ValueError(1)\nexcept ValueError as e:\n    last = e\nraise KeyError(2)\n',
};

/** Texts, boxes, rows, arrows and dots with their places, looks included, from a picture. */
function factsIn(svg, isFrame) {
  const round = (n) => Math.round(n * 10) / 10;
  const shift = (element) => {
    const [, x, y] = /translate\(([-\d.]+)px, ([-\d.]+)px\)/.exec(element.closest('.box')?.style.transform ?? '') ?? [0, 0, 0];
    return [Number(x), Number(y)];
  };
  const canvas = document.createElement('canvas').getContext('2d');
  // What most of a frame's texts have in common stands at its root.
  const inherited = (element, name) => element.closest(`[${name}]`)?.getAttribute(name);
  const colour = (element, name) => {
    canvas.fillStyle = '#123456';
    canvas.fillStyle = isFrame ? inherited(element, name) ?? 'none' : getComputedStyle(element)[name];
    return canvas.fillStyle;
  };
  const facts = [];
  const inBox = (element) => !isFrame || element.closest('g[id]');
  // A frame begins where its boxes do, with what stands around them; the player shows them as they were laid out.
  const corners = [...svg.querySelectorAll('rect')].filter(inBox).map((rect) => ['x', 'y'].map((name, i) => Number(rect.getAttribute(name) ?? 0) + shift(rect)[i]));
  const origin = [0, 1].map((i) => Math.min(...corners.map((corner) => corner[i])));
  const at = (element, names) => names.map((name, i) => round(Number(element.getAttribute(name) ?? 0) + shift(element)[i] - origin[i])).join('|');
  const way = (path) => {
    let number = 0;
    return path.replace(/-?[\d.]+/g, (n) => round(Number(n) - origin[number++ % 2]));
  };
  for (const text of svg.querySelectorAll('text')) {
    if (!inBox(text)) continue;
    const bold = isFrame ? inherited(text, 'font-weight') === 'bold' : Number(getComputedStyle(text).fontWeight) >= 600;
    facts.push(['text', text.textContent, at(text, ['x', 'y']), inherited(text, 'font-size'), text.getAttribute('textLength'), colour(text, 'fill'), bold].join('|'));
  }
  for (const rect of svg.querySelectorAll('rect')) {
    if (!inBox(rect)) continue;
    facts.push(['rect', at(rect, ['x', 'y']), rect.getAttribute('width'), rect.getAttribute('height'), colour(rect, 'fill')].join('|'));
  }
  for (const dot of svg.querySelectorAll('circle')) {
    facts.push(['dot', at(dot, ['cx', 'cy']), colour(dot, 'fill')].join('|'));
  }
  for (const arrow of svg.querySelectorAll('path[marker-end]')) {
    const style = isFrame ? (name) => inherited(arrow, name) : (name) => getComputedStyle(arrow)[name].replaceAll('px', '').replaceAll(',', '').replace('none', '');
    facts.push(['arrow', way(arrow.getAttribute('d')), colour(arrow, 'stroke'), Number(style('stroke-width')), style('stroke-dasharray') ?? ''].join('|'));
  }
  for (const bar of svg.querySelectorAll(isFrame ? 'g[id] > path:nth-of-type(1)' : '.bar')) facts.push(`bar|${colour(bar, 'fill')}`);
  return facts.sort();
}

for (const [name, source] of Object.entries(SCRIPTS)) {
  for (const theme of ['light', 'dark']) {
    test(`${name}: every step is the picture of its SVG frame, ${theme}`, async (t) => {
      const out = record(here, name, source, ['--theme', theme, '--counts', 'always']);
      // Only what is in view, or near it, is drawn: all of it shall be.
      const page = await open(t, here, out, { colorScheme: theme, viewport: { width: 1440, height: 2400 } });
      const steps = Number(await page.getAttribute('#step', 'max'));
      await page.evaluate(`window.factsIn = ${factsIn}`);
      for (let step = 1; step <= steps; step++) {
        await page.locator('#slider').fill(String(step));
        const frame = readFileSync(join(out, 'frames', `${String(step).padStart(4, '0')}.svg`), 'utf8');
        const [wanted, found] = await page.evaluate((frame) => {
          const svg = new DOMParser().parseFromString(frame, 'image/svg+xml').documentElement;
          return [window.factsIn(svg, true), window.factsIn(document.querySelector('#picture'), false)];
        }, frame);
        assert.deepEqual(found, wanted, `step ${step}`);
      }
    });
  }
}

test('counts are drawn, also where the frames have none', async (t) => {
  const out = record(here, 'counted', 'a = []\nb = a\n');
  const page = await open(t, here, out);
  await page.locator('#slider').fill('4');
  assert.match(await page.textContent('#picture'), /2 refs/);
  assert.doesNotMatch(readFileSync(join(out, 'frames', '0004.svg'), 'utf8'), /2 refs/);
});

test('the picture stands as high at every step, however much there is to say', async (t) => {
  const source = 'class A:\n    pass\na = A()\na.x = a\nb = c = d = [a]\ndel a, b, c, d\nimport gc; gc.collect()\n';
  const out = record(here, 'high', source);
  for (const [address, viewport] of [['', undefined], ['?embed=1', { width: 720, height: 380 }], ['', { width: 390, height: 844 }]]) {
    const page = await open(t, here, out, { address, viewport });
    const tops = new Set();
    const words = new Set();
    for (let step = 1; step <= exported(out).steps.length; step++) {
      await page.locator('#slider').fill(String(step));
      tops.add(await page.evaluate(() => document.querySelector('#canvas').getBoundingClientRect().top + scrollY));
      words.add((await page.textContent('#caption')).length);
    }
    assert.ok(Math.max(...words) > 120 && words.size > 4);
    assert.equal(tops.size, 1, `${address}: ${[...tops]}`);
  }
});

test('a box that lives on is one element, and stays where it is', async (t) => {
  const page = await open(t, here, record(here, 'cycle', SCRIPTS.cycle), { reducedMotion: 'no-preference' });
  const steps = Number(await page.getAttribute('#step', 'max'));
  await page.evaluate(() => { window.seen = new Map(); });
  for (let step = 1; step <= steps; step++) {
    await page.locator('#slider').fill(String(step));
    const jumps = await page.evaluate(() => [...document.querySelectorAll('#picture .box')].flatMap((box) => {
      const key = box.dataset.box;
      const old = window.seen.get(key);
      window.seen.set(key, { box, at: box.style.transform });
      return old && (old.box !== box || old.at !== box.style.transform) ? [key] : [];
    }));
    assert.deepEqual(jumps, []);
  }
  assert.match(await page.evaluate(() => getComputedStyle(document.querySelector('.box')).transition), /transform/);
});
