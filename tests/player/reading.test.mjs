// Reading a page: what is in view, when a value was taken, what is counted, and that nothing is cut off.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { box, exported, open, record, serial, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];
const MESSAGE = 'Bob has only 10, and asks for 30: that is more than there is on the account';
const BANK = `class Account:
    def __init__(self, owner, balance):
        self.owner = owner
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError(f"{self.owner} has only {self.balance}, and asks for {amount}: that is more than there is on the account")
        self.balance -= amount

def pay(accounts, amounts):
    for account, amount in zip(accounts, amounts):
        account.withdraw(amount)

def first(items):
    try:
        return items[0]
    except IndexError:
        return None

def share(total, people):
    return total / people

bank = [Account("Ann", 50), Account("Bob", 10)]
history = {"paid": [1, 2]}
first([])
try:
    share(10, 0)
except ZeroDivisionError:
    print("nobody")
pay(bank, [20, 30])
`;
const bank = record(here, 'bank', BANK);
const bankTrace = exported(bank);
const LISTS = `class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next

def reverse(node):
    previous = None
    while node:
        following = node.next
        node.next = previous
        previous, node = node, following
    return previous

head = None
for letter in "abcdef":
    head = Node(letter, head)
head = reverse(head)
pairs = {"first of all that are looked at": head, "second of all that are looked at": head.next}
head = None
pairs.clear()
print("done")
`;
const lists = record(here, 'lists', LISTS);
const listsTrace = exported(lists);
/** The first step at which a line is next. */
const nextIn = ({ steps }, line) => steps.findIndex((step) => step.event === 'line' && step.line === line) + 1;

/** Whether elements stand in the part of the picture that is seen, whole. */
const areInView = (page, wanted) => page.evaluate((wanted) => {
  const room = document.querySelector('#canvas').getBoundingClientRect();
  const found = [...document.querySelectorAll(wanted)].map((element) => element.getBoundingClientRect());
  return found.length > 0 && found.every(({ left, top, right, bottom }) => left >= room.left - 1 && top >= room.top - 1 && right <= room.right + 1 && bottom <= Math.min(room.bottom, innerHeight) + 1);
}, wanted);

for (const viewport of SIZES) {
  test(`${viewport.width} pixels wide: at the end of a run that an exception ended, the program’s own is in view`, async (t) => {
    const page = await open(t, here, bank, { viewport });
    await page.keyboard.press('End');
    assert.match(await page.textContent('#caption'), /Nobody has caught the ValueError/);
    assert.ok(await page.locator('#picture [aria-label*="traceback"]').count() > 0, 'there are tracebacks to be led astray by');
    const dict = serial(bankTrace, bankTrace.steps.length, 'dict', -1);
    assert.ok(await areInView(page, '#picture [aria-label^="globals"]'), 'the names of the script');
    assert.ok(await areInView(page, box(dict)), 'and what one of them leads to');
  });
}

test('the rounds of a loop say when their values are taken, and lead there', async (t) => {
  const page = await open(t, here, bank, { address: `#step=${nextIn(bankTrace, 12)}` });
  await page.keyboard.press('y');
  const table = page.locator('#watch .rounds');
  assert.match(await table.locator('thead').textContent(), /at the end of the round/);
  const columns = await table.locator('thead tr:last-child th').allTextContents();
  assert.equal(columns[0], 'Round');
  for (const name of ['account', 'amount']) {
    assert.equal(await table.locator('thead th', { hasText: name }).last().getAttribute('title'), `${name} at the end of the round`);
  }
  const amounts = await table.locator(`tbody td:nth-child(${columns.indexOf('amount') + 1})`).allTextContents();
  assert.deepEqual(amounts, ['20', '30']);
  for (const round of [0, 1]) {
    const end = table.locator('tbody tr').nth(round).locator('button', { hasText: 'step' });
    const step = Number((await end.textContent()).replace('step ', ''));
    await end.click();
    assert.equal(await stepOf(page), step);
    const frame = page.locator('#stack .frame', { hasText: 'pay()' });
    assert.equal(await frame.locator('tr', { hasText: 'amount' }).last().locator('td').textContent(), amounts[round]);
  }
});

test('the copy of the running call says what it is, leads to its box, covers nothing of the step, and can be closed', async (t) => {
  const page = await open(t, here, lists, { viewport: { width: 760, height: 560 } });
  let copies = 0;
  for (let step = 2; step <= listsTrace.steps.length; step++) {
    await page.keyboard.press('ArrowRight');
    const found = await page.evaluate(() => {
      const layer = document.querySelector('#pinned');
      if (layer.style.display === 'none') return null;
      const rects = [layer.querySelector(':scope > g.box'), document.querySelector('#pinned-bar')].map((element) => element.getBoundingClientRect());
      const targets = [...document.querySelectorAll('#picture .arrow.moved')].map((arrow) => document.querySelector(`#picture [data-box="${arrow.dataset.to}"]`));
      const news = [...document.querySelectorAll('#picture .box.new, #picture .box.dead, #picture .box:has(.row-moved)'), ...targets]
        .filter((element) => element && !element.matches('.tone-active-frame'));
      const covered = news.filter((element) => {
        const one = element.querySelector('.frame').getBoundingClientRect();
        return one.width && rects.some((other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1);
      });
      return { words: document.querySelector('#pinned-bar').textContent, covered: covered.map((element) => element.getAttribute('aria-label')) };
    });
    if (!found) continue;
    copies++;
    assert.match(found.words, /running call, a copy: its box is (↑ above|↓ below|← at the left|→ at the right)/);
    assert.deepEqual(found.covered, [], `step ${step}`);
  }
  assert.ok(copies >= 3, `${copies} steps have a copy`);
  while (await page.isHidden('#pinned-bar')) await page.keyboard.press('ArrowLeft');
  const name = (await page.textContent('#pinned text.strong')).trim();
  await page.click('#pinned-bar .link');
  assert.ok(await page.isHidden('#pinned-bar'), 'the box itself is in view');
  assert.ok(await areInView(page, `#picture .tone-active-frame[aria-label^="${name}"]`));
  while (await page.isHidden('#pinned-bar')) await page.keyboard.press('ArrowLeft');
  const step = await stepOf(page);
  await page.click('#pinned-bar [aria-label="Close the copy"]');
  for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) {
    await page.keyboard.press(key);
    assert.ok(await page.isHidden('#pinned-bar') && await page.isHidden('#pinned'));
  }
  assert.equal(await stepOf(page), step);
  for (const _ of 'ab') await page.dispatchEvent('#follow', 'click');
  assert.ok(await page.isVisible('#pinned-bar'), 'Follow brings it back');
});

test('a caption that is longer than its room can be read whole, by touch and by key', async (t) => {
  const page = await open(t, here, lists, { viewport: SIZES[1] });
  const isCut = () => page.evaluate(() => {
    const caption = document.querySelector('#caption');
    return caption.scrollHeight > caption.clientHeight + 1;
  });
  const cut = [];
  for (let step = 2; step <= listsTrace.steps.length; step++) {
    await page.keyboard.press('ArrowRight');
    const offered = await page.isVisible('#caption-more');
    assert.equal(offered, await isCut(), `step ${step}`);
    if (offered) cut.push(step);
  }
  assert.ok(cut.length > 0, 'a caption is longer than its room');
  await page.fill('#step', String(cut[0]));
  await page.keyboard.press('Enter');
  const picture = () => page.evaluate(() => document.querySelector('#canvas').getBoundingClientRect().top);
  const before = await picture();
  await page.click('#caption-more');
  assert.ok(!await isCut());
  assert.equal(await page.getAttribute('#caption-more', 'aria-expanded'), 'true');
  assert.equal(await picture(), before, 'the picture stays where it is');
  await page.click('#caption-more');
  assert.ok(await isCut());
  await page.focus('#caption');
  await page.keyboard.press('Enter');
  assert.ok(!await isCut());
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.getAttribute('#caption-more', 'aria-expanded'), 'false', 'the next step has a caption of its own');
});

test('what an exception says is told whole', async (t) => {
  const page = await open(t, here, bank);
  const raised = bankTrace.steps.findIndex(({ event, line }) => event === 'exception' && line === 8) + 1;
  await page.fill('#step', String(raised));
  await page.keyboard.press('Enter');
  for (const place of ['#caption', '#raised']) assert.ok((await page.textContent(place)).includes(MESSAGE), place);
  await page.keyboard.press('End');
  assert.ok((await page.textContent('#raised')).includes(MESSAGE));
});

test('a picture that was fitted is fitted again when panels open and close', async (t) => {
  const page = await open(t, here, lists, { address: `#step=${nextIn(listsTrace, 17)}` });
  const allIsSeen = () => areInView(page, '#picture .box .frame');
  await page.click('#zoom-fit');
  assert.ok(await allIsSeen());
  const wide = await page.getAttribute('#picture', 'width');
  for (const key of ['y', 't', 'w', 'w', 't']) {
    await page.keyboard.press(key);
    assert.ok(await allIsSeen(), `after ${key}`);
  }
  assert.ok(Number(await page.getAttribute('#picture', 'width')) < Number(wide), 'there is less room');
  await page.keyboard.press('x');
  assert.ok(await allIsSeen());
  assert.equal(await page.getAttribute('#picture', 'width'), wide);
  // A size of the reader's own stays.
  await page.click('#zoom-in');
  const own = await page.getAttribute('#picture', 'width');
  await page.keyboard.press('y');
  assert.equal(await page.getAttribute('#picture', 'width'), own);
});

test('functions that share a variable are said to share it', async (t) => {
  const run = record(here, 'closures', `def make():
    out = []
    for i in range(3):
        def f():
            return i
        out.append(f)
    return out

def alone(k):
    return lambda: k

functions = make()
one = alone(5)
print(functions[0]())
`);
  const trace = exported(run);
  const step = nextIn(trace, 14);
  const page = await open(t, here, run, { address: `#step=${step}` });
  const [cell, own] = [serial(trace, step, 'cell'), serial(trace, step, 'cell', 1)];
  assert.match(await page.textContent(box(cell)), /shared by 3 functions/);
  assert.match(await page.getAttribute(box(cell), 'aria-label'), /shared by 3 functions/);
  await page.locator(box(cell)).dispatchEvent('click');
  assert.match(await page.textContent('#card .shared'), /shared by 3 functions: there is one variable/);
  await page.click('#card .shared .link');
  assert.match(await page.textContent('#card .shared'), new RegExp(`cell #${cell} is shared by 3 functions.*this one`));
  assert.doesNotMatch(await page.textContent(box(own)), /shared/);
  await page.locator(box(own)).dispatchEvent('click');
  assert.equal(await page.locator('#card .shared').count(), 0);
});

for (const viewport of SIZES) {
  test(`${viewport.width} pixels wide: a source line that goes on below keeps its indentation`, async (t) => {
    const page = await open(t, here, bank, { viewport });
    const lines = await page.$$eval('#source code', (codes) => codes.map((code) => {
      const words = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
      const lefts = [];
      let first = null;
      for (let text = words.nextNode(); text; text = words.nextNode()) {
        for (let at = 0; at < text.data.length; at++) {
          if (text.data[at] === ' ') continue;
          const range = document.createRange();
          range.setStart(text, at);
          range.setEnd(text, at + 1);
          const { left, top, height } = range.getBoundingClientRect();
          first ??= { left, top };
          if (top > first.top + height / 2) lefts.push(left);
        }
      }
      return { begins: first?.left, goesOn: lefts.length ? Math.min(...lefts) : null };
    }));
    const broken = lines.filter(({ goesOn }) => goesOn !== null);
    assert.ok(broken.length > 0, 'a line is longer than its pane');
    for (const { begins, goesOn } of broken) assert.ok(goesOn > begins + 4 && goesOn < begins + 40, `${goesOn} of ${begins}`);
  });
}

test('calls that an exception left are marked in words, and lead to where it did', async (t) => {
  const page = await open(t, here, bank);
  await page.keyboard.press('End');
  await page.keyboard.press('l');
  for (let closed = 1; closed;) {
    closed = await page.locator('#calls .toggle[aria-expanded="false"]').count();
    if (closed) await page.locator('#calls .toggle[aria-expanded="false"]').first().click();
  }
  const calls = (await page.locator('#calls .call').allTextContents()).map((words) => words.replace(/^[▾▸]/, '').trim());
  const of = (name) => calls.filter((words) => words.startsWith(name));
  assert.deepEqual(of('share'), ['share(total=10, people=0) left by ZeroDivisionError']);
  assert.match(of('first')[0], /→ None$/, 'one that has handled it is not');
  assert.match(of('pay')[0], /left by ValueError$/);
  assert.deepEqual(of('Account.withdraw').map((words) => words.includes('left by ValueError')), [false, true]);
  assert.match(of('globals')[0], /left by ValueError$/);
  await page.click('#calls .left-by:has-text("ZeroDivisionError")');
  const { event, function: name } = bankTrace.steps[await stepOf(page) - 1];
  assert.deepEqual([event, name], ['return', 'share']);
});

test('what is counted is said: all objects that live, those that the run has made', async (t) => {
  const page = await open(t, here, bank);
  const numbers = (words) => words.match(/\d[\d,]*/g).map((number) => Number(number.replace(',', '')));
  let differs = 0;
  for (const step of [5, 20, bankTrace.steps.length - 3]) {
    await page.fill('#step', String(step));
    await page.keyboard.press('Enter');
    await page.click('#tab-objects');
    const [all, , made, older] = numbers(await page.textContent('#living-now'));
    const rows = await page.$$eval('#objects .types tbody tr', (rows) => rows.map((row) => Number(row.cells[1].textContent.replace(',', ''))));
    assert.equal(rows.reduce((sum, count) => sum + count, 0), all);
    assert.equal(made + older, all);
    await page.click('#tab-life');
    const words = await page.textContent('#life-now');
    assert.equal(numbers(words)[1], made);
    assert.match(words, /of what the run made/);
    if (older) differs++;
    await page.click('#tab-life');
  }
  assert.ok(differs > 0, 'there are older ones to be told apart');
});

test('a phase of the collector shows each object as it is then, with words and a legend', async (t) => {
  const run = record(here, 'phases', `import gc

class Node:
    def __init__(self, name):
        self.name = name

a, b, c = Node("a"), Node("b"), Node("c")
a.other, b.other = b, a
del a, b
gc.collect()
print(c.name)
`);
  const trace = exported(run);
  const step = nextIn(trace, 11);
  const page = await open(t, here, run, { address: `#step=${step}` });
  const [gone] = trace.steps[step - 1].gc.flatMap(({ collected }) => collected).filter((id) => trace.objects[id - 1].type === 'Node');
  const kept = serial(trace, step, 'Node');
  assert.ok(gone && kept);
  const look = (id) => page.evaluate((wanted) => {
    const box = document.querySelector(wanted);
    return { opacity: getComputedStyle(box).opacity, dash: getComputedStyle(box.querySelector('.frame')).strokeDasharray, words: box.querySelector('.badge')?.textContent ?? null, note: getComputedStyle(box.querySelector('.note') ?? box).visibility };
  }, box(id));
  assert.notEqual((await look(gone)).opacity, '1', 'without the panel it is drawn as freed');
  await page.keyboard.press('k');
  const seen = [];
  for (let last = ''; ;) {
    const title = await page.textContent('#collector h3');
    if (title === last) break;
    last = title;
    const [one, other] = [await look(gone), await look(kept)];
    seen.push([title, one.words, other.words]);
    const isFreed = title === 'Collected';
    assert.equal(one.opacity === '1', !isFreed, `${title}: ${one.opacity}`);
    assert.equal(one.note, isFreed ? 'visible' : 'hidden', title);
    assert.equal(one.dash !== 'none', isFreed || title === 'Unreachable', title);
    const legend = await page.textContent('#collector .gc-legend');
    for (const words of [one.words, other.words]) if (/^[a-z]+$/.test(words)) assert.match(legend, new RegExp(`${words} \\(.+\\): \\d+`), title);
    await page.keyboard.press('.');
  }
  assert.deepEqual(seen, [
    ['The candidates', 'candidate', 'candidate'],
    ['Take off the references from inside', '0 from outside', '0 from outside'],
    ['Held from outside', '0 from outside', '0 from outside'],
    ['Unreachable', 'unreachable', 'kept'],
    ['Collected', 'freed', 'kept'],
  ]);
  assert.match(await page.textContent('#legend'), /freed in this phase/);
  await page.keyboard.press('x');
  assert.equal((await look(gone)).words, null);
});

test('classes name what they inherit from, a running generator its frame', async (t) => {
  const run = record(here, 'kinds', `class Animal:
    def speak(self):
        return "..."

class Dog(Animal):
    def speak(self):
        return super().speak()

def squares(n):
    for i in range(n):
        yield i * i

numbers = squares(3)
print(Dog().speak(), next(numbers))
`);
  const trace = exported(run);
  const page = await open(t, here, run, { address: `#step=${nextIn(trace, 13)}` });
  assert.match(await page.getAttribute('#picture [aria-label^="globals"]', 'aria-label'), /class Dog\(Animal\)/);
  await page.fill('#step', String(nextIn(trace, 11)));
  await page.keyboard.press('Enter');
  assert.match(await page.getAttribute('#picture [aria-label^="generator"]', 'aria-label'), /its frame: squares\(\)/);
  assert.equal(await page.locator('#picture [aria-label^="squares()"]').count(), 1);
});

/** Texts that run together where one element ends and the next begins, within a paragraph, a row or a cell. */
const joins = (page) => page.evaluate(() => {
  const BLOCKS = 'li, p, h1, h2, h3, h4, div, tr, td, th, dt, dd, ul, ol, dl, table, section, pre, label, option, select, legend, fieldset, header, footer, main, aside, dialog, form, svg, canvas, input, body';
  const found = [];
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  let [last, isApart] = [null, true];
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      isApart ||= node.matches(BLOCKS);
      continue;
    }
    if (!node.data || node.parentElement.closest('script, style, noscript')) continue;
    const isCode = last?.parentElement.closest('#source code, #printed');
    const isJoined = !isApart && !isCode && last.parentElement.closest(BLOCKS) === node.parentElement.closest(BLOCKS) && /[\p{L}\d]$/u.test(last.data) && /^[\p{L}\d]/u.test(node.data);
    if (isJoined) found.push(`${last.data.slice(-30)}|${node.data.slice(0, 30)}`);
    [last, isApart] = [node, false];
  }
  return found;
});

test('in no panel do numbers and words run together', async (t) => {
  for (const [run, trace] of [[bank, bankTrace], [lists, listsTrace]]) {
    const page = await open(t, here, run);
    const last = trace.steps.length;
    for (const step of [Math.floor(last * 0.3), Math.floor(last * 0.7), last]) {
      await page.fill('#step', String(step));
      await page.keyboard.press('Enter');
      await page.locator('#picture [role=button]').first().dispatchEvent('click');
      for (const name of ['card', 'objects', 'calls', 'watch', 'collector', 'life']) {
        if (await page.getAttribute(`#tab-${name}`, 'aria-selected') !== 'true' || await page.isHidden('#panels')) await page.click(`#tab-${name}`);
        assert.ok((await page.textContent(`#${name}`)).length > 10, name);
        if (name === 'objects') await page.locator('#objects .types .link').first().click();
        const remember = page.locator('#watch button:has-text("Remember this step")');
        if (name === 'watch' && await remember.count()) await remember.click();
        assert.deepEqual(await joins(page), [], `${name} at step ${step}`);
      }
      await page.locator('#stack .name').first().click();
      assert.deepEqual(await joins(page), [], `a name at step ${step}`);
    }
    await page.fill('#step', '1');
    await page.keyboard.press('Enter');
    for (const button of ['#timeline-button', '#quiz-button']) await page.click(button);
    assert.deepEqual(await joins(page), [], 'quiz');
    await page.check('#answer-0');
    await page.click('#quiz-go');
    assert.deepEqual(await joins(page), [], 'an answer');
    await page.click('#help-button');
    assert.deepEqual(await joins(page), [], 'help');
  }
});

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: no serious finding of axe-core in what is copied, unfolded, kept back, or marked`, async (t) => {
    const page = await open(t, here, lists, { colorScheme, viewport: { width: 390, height: 700 } });
    const check = async (where, page) => {
      await page.evaluate(axe);
      // Of a box that the edge of the view cuts, axe-core sees a part of what its name says.
      const { violations } = await page.evaluate(() => window.axe.run(document, { rules: { 'label-content-name-mismatch': { enabled: false } } }));
      const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(bad.map(({ id, nodes }) => [where, id, nodes.map(({ html }) => html)]), []);
    };
    const goOnTo = async (wanted) => {
      for (let step = 2; await page.isHidden(wanted); step++) {
        assert.ok(step < listsTrace.steps.length, wanted);
        await page.keyboard.press('ArrowRight');
      }
    };
    await goOnTo('#pinned-bar');
    await check('the copy', page);
    await page.keyboard.press('Home');
    await goOnTo('#caption-more');
    await page.click('#caption-more');
    await check('a caption', page);
    await page.keyboard.press('Home');
    for (const key of ['q', 'l', 'm', 't']) await page.keyboard.press(key);
    await page.locator('#calls, #life').filter({ visible: true }).locator('.kept-back').waitFor();
    await check('an open question', page);
    const ended = await open(t, here, bank, { colorScheme, address: `#step=${bankTrace.steps.length}` });
    await ended.keyboard.press('l');
    await ended.waitForSelector('#calls .left-by');
    await check('calls that an exception left', ended);
  });
}
