// The page as a page: hostile texts, endings, looks, accessibility, a long run, the commands.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exported, memviz, open, record, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const HOSTILE = `class Evil:
    pass
Evil.__name__ = Evil.__qualname__ = "<img src=x onerror=alert(1)>"
bad = "</script><script>alert(1)</script>"
worse = {"<img src=http://example.invalid/x onerror=alert(2)>": "javascript:alert(3)", "']]>&quot;{{payload}}": bad}
e = Evil()
setattr(e, "<b onmouseover=alert(4)>", ["\\x00\\x1b[31m\\u202e", bad])
bad_code = "<svg onload=alert(5)>" # </script><script>alert(6)</script><!--
print("<script>alert(7)</script>", bad)
raise ValueError("<iframe src=https://example.invalid></iframe>")
`;

test('hostile texts stay texts: no script runs, no request leaves', async (t) => {
  const out = record(here, 'hostile', HOSTILE);
  const page = await open(t, here, out);
  const steps = Number(await page.getAttribute('#step', 'max'));
  for (let step = 1; step <= steps; step++) {
    await page.locator('#slider').fill(String(step));
    for (const element of await page.$$('#picture [role=button]')) await element.dispatchEvent('click');
  }
  await page.keyboard.press('/');
  await page.fill('#search', '<');
  await page.keyboard.press('Escape');
  for (const key of ['t', 'q', 'i', 'k', 'l', 'y', 'End']) await page.keyboard.press(key);
  assert.match(await page.textContent('#printed'), /<script>alert\(7\)<\/script>/);
  assert.match(await page.textContent('#raised'), /<iframe src=https:\/\/example\.invalid><\/iframe>/);
  assert.equal(await page.locator('body img, body iframe, body b').count(), 0);
  assert.equal(await page.locator('body script').count(), 2);
  const policy = await page.getAttribute('meta[http-equiv]', 'content');
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'$/);
});

test('the policy stops what a text would load or run, if it ever became markup', async (t) => {
  const page = await open(t, here, record(here, 'policy', 'a = 1\n'), { allowed: /Content Security Policy/ });
  const stopped = await page.evaluate(async () => {
    const seen = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      seen.push(event.effectiveDirective);
    });
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    await new Promise((done) => { setTimeout(done, 100); });
    return [seen, window.ran];
  });
  assert.deepEqual(stopped, [['script-src-elem'], undefined]);
});

test('a run that ended in an exception: traceback, the frames with their variables', async (t) => {
  const out = record(here, 'raised', 'def inner(items, i):\n    local = [i]\n    return items[i]\n\ndef outer():\n    mine = {"k": 1}\n    return inner([1, 2], 5)\n\nouter()\n');
  const page = await open(t, here, out);
  assert.match(await page.textContent('#ending'), /ended by IndexError/);
  assert.ok(await page.isHidden('#raised'));
  await page.keyboard.press('e');
  assert.match(await page.textContent('#raised'), /Raised: IndexError #\d+/);
  assert.match(await page.textContent('#stack .newest'), /inner\(\).*local/);
  await page.keyboard.press('End');
  assert.equal(await page.textContent('#source .has-run .mark'), 'raised');
  assert.match(await page.textContent('#source .has-run'), /return items\[i\]/);
  const words = await page.textContent('#raised');
  assert.match(words, /IndexError: list index out of range/);
  assert.match(words, /the script, line 9 outer\(\)/);
  assert.match(words, /inner\(\), line 3 return items\[i\]kept: items = list #\d+ set at step \d+ i = 5 set at step \d+ local = list #\d+ set at step \d+/);
  assert.equal(await page.locator('#picture .box.tone-exception').count(), 4, 'the exception and three tracebacks');
  await page.click('#raised .link:has-text("list")');
  assert.match(await page.textContent('#card .chain'), /the interpreter uncaught exception →.*__traceback__/);
  const lit = page.locator('#picture .box.on-chain');
  assert.equal(await lit.filter({ hasText: 'the interpreter' }).count(), 1);
  assert.equal(await page.locator('#picture .arrow.on-chain').count(), (await lit.count()), 'an arrow from each of the chain');
});

test('an empty script, and one that only exits', async (t) => {
  const empty = await open(t, here, record(here, 'empty', ''));
  assert.ok((await stepOf(empty)) === 1);
  assert.match(await empty.textContent('#source'), /The script is empty/);
  await empty.keyboard.press('End');
  await empty.keyboard.press('t');
  const exits = await open(t, here, record(here, 'exits', 'raise SystemExit(1)\n'));
  assert.match(await exits.textContent('#ending'), /ended with exit code 1/);
});

test('dark and light: by the system, by the button, by the address', async (t) => {
  const out = record(here, 'themes', 'a = [1]\n');
  const paper = (page) => page.evaluate(() => getComputedStyle(document.querySelector('.memory')).backgroundColor);
  const [light, dark] = ['rgb(255, 255, 255)', 'rgb(21, 24, 29)'];
  const page = await open(t, here, out);
  assert.equal(await paper(page), light);
  await page.click('#theme-button');
  assert.equal(await paper(page), dark);
  assert.equal(await page.textContent('#theme-button'), 'Light');
  await page.keyboard.press('d');
  assert.equal(await paper(page), light);
  assert.equal(await paper(await open(t, here, out, { colorScheme: 'dark' })), dark);
  assert.equal(await paper(await open(t, here, out, { address: '?theme=dark' })), dark);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await paper(page), light);
  assert.ok(await page.isHidden('.transport'));
});

test('on paper: the picture first, then the source with its long lines broken', async (t) => {
  const out = record(here, 'paper', `a = [1]\n# ${'a long remark '.repeat(30)}\nb = a\n`);
  const page = await open(t, here, out, { address: '#step=4' });
  await page.emulateMedia({ media: 'print' });
  const [memory, source, cut] = await page.evaluate(() => [
    ...['.memory', '.source'].map((panel) => document.querySelector(panel).getBoundingClientRect().top),
    [...document.querySelectorAll('#source .row')].filter((row) => row.scrollWidth > row.clientWidth + 1).length,
  ]);
  assert.ok(memory < source);
  assert.equal(cut, 0, 'no line runs out of its column');
  for (const hidden of ['.transport', '.side', '.split', '.memory-tools']) assert.ok(await page.locator(hidden).first().isHidden(), hidden);
});

test('embedded: source, picture and steps, nothing else', async (t) => {
  const out = record(here, 'embedded', 'a = [1]\nb = a\nprint(b)\n');
  const page = await open(t, here, out, { address: '?embed=1#step=4', viewport: { width: 720, height: 380 } });
  assert.equal(await stepOf(page), 4);
  for (const shown of ['#source', '#picture', '#next', '#slider', '#caption']) assert.ok(await page.isVisible(shown), shown);
  for (const hidden of ['.side', '#stack', '#quiz-button', '#timeline']) assert.ok(await page.isHidden(hidden), hidden);
  const framed = join(here.folder, 'framed.html');
  writeFileSync(framed, '<iframe src="embedded/index.html?embed=1#step=3" width="720" height="380"></iframe>');
  const outer = await here.browser.newPage();
  await outer.goto(`file://${framed}`);
  const frame = outer.frameLocator('iframe');
  await frame.locator('body.ready').waitFor();
  assert.match(await frame.locator('#caption').textContent(), /^Step 3 of/);
  await frame.locator('#next').click();
  assert.match(await frame.locator('#caption').textContent(), /^Step 4 of/);
  await outer.close();
});

test('room: columns take what they are given, the picture stands alone, all of its width is seen', async (t) => {
  const deep = 'a = [0]\nfor i in range(70):\n    a = [a, i]\n';
  const page = await open(t, here, record(here, 'room', deep), { address: '#step=999' });
  const width = (id) => page.evaluate((id) => document.getElementById(id).getBoundingClientRect().width, id);
  const [before, canvas] = [await width('left'), await width('canvas')];
  await page.focus('#split-left');
  const share = Number(await page.getAttribute('#split-left', 'aria-valuenow'));
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
  assert.equal(await width('left'), Math.round(before) + 96);
  assert.ok(Number(await page.getAttribute('#split-left', 'aria-valuenow')) > share);
  const { x, y, width: thick } = await page.locator('#split-left').boundingBox();
  await page.mouse.move(x + thick / 2, y + 200);
  await page.mouse.down();
  await page.mouse.move(x + thick / 2 - 150, y + 200);
  await page.mouse.up();
  assert.ok(Math.abs((await width('left')) - (Math.round(before) + 96 - 150)) <= 1);
  await page.dblclick('#split-left');
  assert.equal(await width('left'), before);
  assert.ok((await width('picture')) > canvas, 'a wide picture is not shrunk until its text cannot be read');
  await page.click('#zoom-fit');
  const [room, boxes] = await page.evaluate(() => ['#canvas', '#picture .box .frame'].map((wanted) => [...document.querySelectorAll(wanted)].map((element) => element.getBoundingClientRect().toJSON())));
  assert.ok(boxes.length > 12);
  for (const box of boxes) assert.ok(box.left >= room[0].left && box.right <= room[0].right && box.top >= room[0].top && box.bottom <= room[0].bottom, JSON.stringify(box));
  await page.keyboard.press('w');
  assert.ok(await page.isHidden('#left') && await page.isHidden('#side'));
  assert.equal(await page.getAttribute('#wide-button', 'aria-pressed'), 'true');
  assert.equal(await width('canvas'), 1440);
  await page.click('#wide-button');
  assert.equal(await width('left'), before);
  const alone = await open(t, here, join(here.folder, 'room'), { address: '?embed=1&wide=1#step=3', viewport: { width: 720, height: 380 } });
  assert.ok(await alone.isHidden('#source'));
  assert.equal(await alone.evaluate(() => document.getElementById('canvas').clientWidth), 720);
});

test('a narrow screen: one column, nothing wider than the screen', async (t) => {
  const out = record(here, 'narrow', 'a = [1]\nb = {"k": a, "a long key here": [a, a, "a text of some length"]}\n');
  const page = await open(t, here, out, { viewport: { width: 390, height: 800 } });
  await page.keyboard.press('End');
  const [wide, rects] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    ['#source', '#canvas', '#side', '#stack'].map((id) => document.querySelector(id).getBoundingClientRect().toJSON()),
  ]);
  assert.ok(wide <= 390, `${wide}`);
  for (const [above, below] of rects.slice(1).map((rect, i) => [rects[i], rect])) assert.ok(below.top >= above.bottom - 1);
  const isSeen = (id) => page.waitForFunction((id) => {
    const { top, bottom } = document.getElementById(id).getBoundingClientRect();
    return bottom > top + 40 && top < innerHeight - 100 && bottom > 0;
  }, id);
  assert.ok(rects[1].height > 400, 'half of the screen is the picture’s');
  await page.click('#tab-objects');
  await isSeen('objects');
  await page.click('#timeline-button');
  await isSeen('timeline');
  await page.click('#quiz-button');
  await isSeen('quiz');
  await page.click('#previous');
});

test('by keyboard alone: help, tabs, the boxes of the picture', async (t) => {
  const out = record(here, 'keyboard', 'a = [1]\nb = [a]\n');
  const page = await open(t, here, out);
  await page.keyboard.press('?');
  assert.ok(await page.isVisible('#help'));
  const keys = await page.locator('#help kbd').count();
  assert.ok(keys > 25);
  await page.keyboard.press('Escape');
  assert.ok(await page.isHidden('#help'));
  await page.keyboard.press('End');
  await page.keyboard.press('o');
  const first = await page.textContent('#card h2');
  await page.keyboard.press('o');
  assert.notEqual(await page.textContent('#card h2'), first);
  assert.equal(await page.evaluate(() => document.activeElement.classList.contains('chosen')), true);
  assert.equal(await page.locator('#picture [tabindex="0"]').count(), 1);
  await page.focus('#tab-card');
  await page.keyboard.press('ArrowRight');
  assert.ok(await page.isVisible('#objects'));
  assert.equal(await page.getAttribute('#tab-objects', 'aria-selected'), 'true');
  assert.equal(await page.getAttribute('#caption', 'aria-live'), 'polite');
});

test('the focus stays where the keyboard left it, whatever is drawn anew', async (t) => {
  const out = record(here, 'focus', 'import gc\nclass N:\n    pass\na = N()\na.me = a\nb = [a]\nb.append(1)\nb.append(2)\ndel a\ndel b\ngc.collect()\n');
  const { steps, objects } = exported(out);
  const isList = ({ id }) => objects[id - 1].type === 'list' && objects[id - 1].born;
  const { step, heap } = steps.find(({ heap }) => heap.some(isList));
  const page = await open(t, here, out, { address: `#step=${step}&focus=${heap.find(isList).id}` });
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.getAttribute('aria-label'));
  for (const words of ['Next change ▶', 'Fold', 'Only this']) {
    await page.locator(`#card button:has-text("${words}")`).focus();
    await page.keyboard.press('Enter');
    assert.equal(await focused(), words);
    await page.keyboard.press('Enter');
    assert.equal(await focused(), words);
  }
  const name = page.locator('#stack .newest .name').first();
  const text = await name.textContent();
  await name.focus();
  await page.keyboard.press('Enter');
  assert.equal(await focused(), text);
  await page.focus('#last');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'last');
  await page.locator('#slider').fill(String(steps.findIndex(({ gc }) => gc?.length) + 1));
  await page.keyboard.press('k');
  for (let phase = 0; phase < 5; phase++) {
    await page.locator('#collector button[aria-label="Next phase"]').focus();
    await page.keyboard.press('Enter');
    assert.equal(await focused(), '▶', `phase ${phase}`);
  }
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing serious, ${colorScheme}`, async (t) => {
    const out = record(here, 'axe', 'import gc\nclass Node:\n    pass\na = Node()\na.me = a\nprint("x" * 3)\ndel a\ngc.collect()\ndef f():\n    raise ValueError("no")\nf()\n');
    const { length } = exported(out).steps;
    const page = await open(t, here, out, { colorScheme });
    await page.evaluate(axe);
    const check = async (where) => {
      const { violations } = await page.evaluate(() => window.axe.run(document));
      const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(bad.map(({ id, nodes }) => [where, id, nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)]), []);
    };
    await check('first step');
    for (let step = 5; step <= length; step += 3) {
      await page.locator('#slider').fill(String(step));
      await page.keyboard.press('o');
      await check(`step ${step}`);
    }
    await page.keyboard.press('End');
    await check('the exception');
    for (const key of ['i', 't', 'k', 'l', 'y', 'q', '?']) {
      await page.keyboard.press(key);
      await check(`key ${key}`);
    }
  });
}

const LONG = `class Node:
    def __init__(self, value, peer):
        self.value = value
        self.peer = peer

groups = [[Node(k, None) for k in range(10)] for g in range(10)]
k = 0
while True:
    group = groups[k % 10]
    group[k * 7 % 10] = Node(k, [group[k % 10], k])
    k += 1
`.replace('while True', 'while k < 2500');

test('10,000 steps of 200 objects: small, opens in two seconds, steps in 50 ms', async (t) => {
  const out = record(here, 'long', LONG, ['--format', 'html', '--max-objects', '250']);
  const size = statSync(join(out, 'index.html')).size;
  // The machine may have more to do: of the time to open, the best of three counts; of the steps,
  // the time that the page's thread worked, layout included.
  const page = await open(t, here, out);
  const openings = [];
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    await page.reload();
    await page.waitForSelector('body.ready');
    openings.push(performance.now() - started);
  }
  const steps = Number(await page.getAttribute('#step', 'max'));
  assert.equal(steps, 10000);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const go = async (step) => {
    const before = await worked();
    const wall = await page.evaluate(async (step) => {
      const started = performance.now();
      const slider = document.querySelector('#slider');
      slider.value = step;
      slider.dispatchEvent(new Event('input'));
      await new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); });
      return performance.now() - started;
    }, step);
    return { wall, work: (await worked()) - before };
  };
  const take = async (list) => {
    const times = [];
    for (const step of list) times.push(await go(step));
    return ['work', 'wall'].map((what) => times.map((time) => time[what]).sort((a, b) => a - b));
  };
  const [nearWork, nearWall] = await take(Array.from({ length: 40 }, (_, i) => 5000 + i));
  const [farWork, farWall] = await take(Array.from({ length: 40 }, (_, i) => 1 + ((i * 7919) % 10000)));
  await page.locator('#slider').fill('9000');
  const boxes = await page.locator('#picture .box').count();
  const share = (list, part) => list[Math.floor((list.length - 1) * part)];
  const said = (list) => `${share(list, 0.5).toFixed(0)} (9 of 10: ${share(list, 0.9).toFixed(0)})`;
  t.diagnostic(`${(size / steps).toFixed(0)} bytes a step; opened in ${openings.map((ms) => ms.toFixed(0)).join(', ')} ms; ${boxes} boxes; `
    + `a step works ${said(nearWork)} ms and takes ${said(nearWall)}; a jump works ${said(farWork)} ms and takes ${said(farWall)}`);
  assert.ok(boxes >= 200, `${boxes} boxes`);
  assert.ok(size / steps < 1024);
  assert.ok(Math.min(...openings) < 2000, `${openings} ms`);
  assert.ok(share(nearWork, 0.5) < 50, `${nearWork}`);
  // A jump to any step draws a page anew; a machine with more to do is given room.
  assert.ok(share(farWork, 0.5) < 100, `${farWork}`);
});

test('memviz open writes the page beside the trace and starts the browser that is asked for', () => {
  const out = record(here, 'opened', 'a = 1\n', ['--format', 'none']);
  assert.ok(!existsSync(join(out, 'index.html')));
  const seen = join(here.folder, 'seen');
  const browser = join(here.folder, 'browser');
  writeFileSync(browser, `#!/bin/sh\nprintf '%s' "$1" > '${seen}'\n`, { mode: 0o755 });
  const done = memviz(here.folder, ['open', join(out, 'trace.memviz')], { BROWSER: browser });
  assert.equal(done.status, 0, done.stderr);
  assert.ok(existsSync(join(out, 'index.html')));
  assert.match(readFileSync(seen, 'utf8'), /opened\/index\.html$/);
  const none = memviz(here.folder, ['open', join(out, 'trace.memviz')], { BROWSER: '/no/such/browser', PATH: '/nowhere' });
  assert.equal(none.status, 2);
  assert.match(none.stderr, /^error: no browser could be opened: /m);
  assert.match(none.stderr, /^hint: set BROWSER to your browser, or open \S+index\.html yourself/m);
});
