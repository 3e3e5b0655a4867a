// The main ways of the player in Firefox, driven by WebDriver BiDi.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { record, watch } from './helpers.mjs';

const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const skip = existsSync(FIREFOX) ? false : 'there is no Firefox (firefox-esr)';
const SOURCE = `class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next

def chain(count):
    head = None
    for value in range(count):
        head = Node(value, head)
    return head

head = chain(6)
names = {'head': head, 'all': [1, 2, 3]}
other = names['all']
other.append(4)
print('sum', sum(other))
`;
const here = { folder: mkdtempSync(join(tmpdir(), 'memviz-firefox-')) };
let browser;
let run;

before(async () => {
  if (skip) return;
  browser = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true, extraPrefsFirefox: { 'ui.prefersReducedMotion': 1 } });
  run = record(here, 'ways', SOURCE);
});
after(async () => {
  await browser?.close();
  rmSync(here.folder, { recursive: true });
});

/** Opens a page; fails the test at an error in it, or a request that is not for what stands below it. */
async function open(t, address, { viewport = { width: 1440, height: 900 } } = {}) {
  const page = await browser.newPage();
  const wrong = [];
  const own = address.split(/[?#]/)[0];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(own) && !url.startsWith('data:')) wrong.push(`request: ${url}`);
  });
  await page.setViewport(viewport);
  t.after(async () => {
    await page.close();
    assert.deepEqual(wrong, []);
  });
  await page.goto(address);
  await page.waitForSelector('body.ready');
  return page;
}

const openRun = (t, address = '', options = {}) => open(t, `file://${join(run, 'index.html')}${address}`, options);
const text = (page, wanted) => page.$eval(wanted, (element) => element.textContent);
const stepOf = async (page) => Number(/^Step (\d+) of/.exec(await text(page, '#caption strong'))[1]);
const isShown = (page, wanted) => page.$eval(wanted, (element) => element.checkVisibility());
const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

test('steps by button, key, slider, field and source line', { skip }, async (t) => {
  const page = await openRun(t);
  assert.equal(await stepOf(page), 1);
  await page.click('#invite button');
  assert.equal(await stepOf(page), 2);
  await page.click('#next');
  await press(page, 'ArrowRight', 'ArrowRight', 'ArrowLeft');
  assert.equal(await stepOf(page), 4);
  await press(page, 'End');
  const last = await stepOf(page);
  await press(page, 'Home');
  await page.focus('#slider');
  await press(page, 'ArrowRight', 'ArrowRight');
  assert.equal(await stepOf(page), 3);
  await press(page, 'g');
  await page.keyboard.type('12');
  await press(page, 'Enter');
  assert.equal(await stepOf(page), 12);
  await page.click('#source li:nth-child(14) code');
  assert.match(await text(page, '#source .is-next'), /other = names/);
  await press(page, 's');
  assert.match(await text(page, '#source .is-next'), /other\.append/);
  assert.ok(last > 40);
  assert.match(await page.evaluate(() => location.hash), /^#step=\d+$|^$/);
});

test('breakpoints, over and out of calls, the tree of calls', { skip }, async (t) => {
  const page = await openRun(t);
  await page.click('#source li:nth-child(9) .number');
  assert.equal(await page.$$eval('#source .is-break', (all) => all.length), 1);
  await press(page, 'r', 'r');
  assert.match(await text(page, '#source .is-next'), /head = Node\(value, head\)/);
  await press(page, 'u');
  assert.match(await text(page, '#stack'), /globals/);
  await press(page, 'l');
  assert.equal(await isShown(page, '#calls'), true);
  assert.match(await text(page, '#calls'), /chain\(/);
  await press(page, 'x');
  assert.equal(await isShown(page, '#calls'), false);
});

test('Follow keeps what is new in view; the picture is dragged and sized', { skip }, async (t) => {
  const page = await openRun(t, '', { viewport: { width: 900, height: 560 } });
  const inView = () => page.evaluate(() => {
    const room = document.querySelector('#canvas').getBoundingClientRect();
    return [...document.querySelectorAll('#picture .box.new')].some((box) => {
      const at = box.getBoundingClientRect();
      return at.right > room.left && at.left < room.right && at.bottom > room.top && at.top < room.bottom;
    });
  });
  let seen = 0;
  for (let step = 2; step <= 40; step++) {
    await press(page, 'ArrowRight');
    if (await page.$('#picture .box.new')) {
      assert.ok(await inView(), `step ${step}`);
      seen += 1;
    }
  }
  assert.ok(seen > 5);
  const width = () => page.$eval('#picture', (svg) => Number(svg.getAttribute('width')));
  const from = await width();
  await page.click('#zoom-in');
  await page.click('#zoom-in');
  assert.ok(await width() > from);
  const room = await page.$eval('#canvas', (canvas) => {
    const { x, y, width, height } = canvas.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  });
  const scrolled = () => page.$eval('#canvas', (canvas) => [canvas.scrollLeft, canvas.scrollTop]);
  await page.$eval('#canvas', (canvas) => canvas.scrollTo(0, 0));
  await page.mouse.move(room.x, room.y);
  await page.mouse.down();
  await page.mouse.move(room.x - 60, room.y - 30, { steps: 4 });
  await page.mouse.up();
  const [left, top] = await scrolled();
  assert.ok(left > 0 || top > 0, `${left}, ${top}`);
  const sized = await width();
  await page.$eval('#canvas', (canvas) => canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -100, ctrlKey: true, clientX: 300, clientY: 300, cancelable: true })));
  assert.ok(await width() > sized);
  await page.click('#zoom-fit');
  assert.ok(await width() < sized);
});

test('an object’s card, search, panels, timeline, memory, the collector', { skip }, async (t) => {
  const page = await openRun(t);
  await press(page, 'End', '/');
  await page.keyboard.type('node');
  await page.waitForFunction(() => document.querySelectorAll('#found button').length >= 6);
  assert.equal(await page.$eval('#search', (field) => field.value), 'node');
  await press(page, 'Enter');
  assert.match(await text(page, '#card h2'), /^(class )?Node/);
  await press(page, 'o');
  assert.match(await text(page, '#card'), /Why is it alive\?/);
  for (const [key, panel] of [['i', 'objects'], ['y', 'watch'], ['k', 'collector'], ['m', 'life'], ['t', 'timeline']]) {
    await press(page, key);
    assert.equal(await isShown(page, `#${panel}`), true, panel);
  }
  await press(page, 'y');
  await page.type('#watch-path', 'head.next.value');
  await press(page, 'Enter', 'Escape');
  assert.match(await text(page, '#watch'), /head\.next\.value\s*4/);
  await press(page, '?');
  assert.equal(await page.$eval('#help', (help) => help.open), true);
  await press(page, 'Escape');
  assert.equal(await page.$eval('#help', (help) => help.open), false);
});

test('the quiz asks, takes an answer, and explains it', { skip }, async (t) => {
  const page = await openRun(t);
  await press(page, 'q');
  const step = await stepOf(page);
  const prompt = await text(page, '#quiz .prompt');
  await page.click('#quiz .answer input');
  await page.evaluate(() => [...document.querySelectorAll('#quiz button')].find(({ textContent }) => /^(Answer|See|Check)/.test(textContent))?.click());
  await page.waitForSelector('#quiz .score');
  assert.ok(prompt.length > 10);
  assert.ok(await stepOf(page) >= step);
  assert.match(await text(page, '#quiz .score'), /[01] of 1 answer right/);
});

test('theme, what is printed, deep links; settings stay', { skip }, async (t) => {
  const page = await openRun(t, '#step=9999');
  assert.match(await text(page, '#printed'), /sum 10/);
  await press(page, 'd');
  const theme = await page.$eval('html', (root) => root.dataset.theme);
  assert.match(theme, /^(dark|light)$/);
  await page.reload();
  await page.waitForSelector('body.ready');
  assert.equal(await page.$eval('html', (root) => root.dataset.theme), theme);
});

test('a phone’s width: one column, nothing wider than the screen', { skip }, async (t) => {
  const page = await openRun(t, '', { viewport: { width: 480, height: 844 } });
  await press(page, 'End');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.equal(await page.evaluate(() => document.body.classList.contains('narrow')), true);
});

test('a page around it is told the step, and can go to one', { skip }, async (t) => {
  const outer = join(run, 'outer.html');
  writeFileSync(outer, `<script>let told = []; addEventListener('message', ({ data }) => told.push(data));</script><iframe src="index.html?embed=1" width="900" height="500"></iframe>`);
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(`file://${outer}`);
  await page.waitForFunction(() => told.some(({ memviz }) => memviz === 'step') && told.some(({ memviz }) => memviz === 'height'));
  await page.evaluate(() => frames[0].postMessage({ memviz: 'go', step: 7 }, '*'));
  await page.waitForFunction(() => told.some(({ memviz, step }) => memviz === 'step' && step === 7));
});

test('a watched script: the new run at the same place', { skip }, async (t) => {
  const script = join(here.folder, 'watched.py');
  writeFileSync(script, SOURCE);
  const { address } = await watch(t, here.folder, 'watched.py');
  const page = await open(t, address);
  await press(page, 'g');
  await page.keyboard.type('30');
  await press(page, 'Enter');
  const first = await page.$eval('meta[name="memviz-run"]', (meta) => Number(meta.content));
  writeFileSync(script, `# more\n${SOURCE}`);
  await page.waitForFunction((first) => document.body.classList.contains('ready') && Number(document.querySelector('meta[name="memviz-run"]')?.content) > first, {}, first);
  assert.equal(await stepOf(page), 30);
  writeFileSync(script, SOURCE.replace('class Node:', 'class Node'));
  await page.waitForFunction(() => /SyntaxError/.test(document.querySelector('#above').textContent));
});
