// Asking: an object's card, why it is alive, search, what is hidden and folded, types and growth,
// the timeline, the collector's phases, the quiz.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { box, exported, hashOf, open, record, serial, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const SOURCE = `class Node:
    def __init__(self, value, rest=None):
        self.value = value
        self.rest = rest

Node.size = 2; tail = Node("the end")
head = Node("start", [tail])
kept = {"inner": head}
del tail
other = head
other.value = 7
del head, other
print("kept")
kept.clear()
print("done")
`;
const run = record(here, 'asking', SOURCE);
const trace = exported(run);
const last = trace.steps.length;
const at = (line) => trace.steps.find((step) => step.event === 'line' && step.line === line).step;
const nodeWith = (step, value) => trace.steps[step - 1].heap.find(({ refs, id }) => trace.objects[id - 1].type === 'Node'
  && refs.some(({ to }) => trace.steps[step - 1].heap.find((object) => object.id === to)?.value === value)).id;

const CYCLE = `import gc
class Pair:
    pass
a, b = Pair(), Pair()
a.b, b.a = b, a
outside = Pair()
del a, b
gc.collect()
print("over")
`;
const cycle = record(here, 'cycle', CYCLE);
const cycleTrace = exported(cycle);

test('a click shows the card: the facts of the trace', async (t) => {
  const step = at(13);
  const page = await open(t, here, run, { address: `#step=${step}` });
  const id = nodeWith(step, "'the end'");
  await page.click(box(id));
  const facts = Object.fromEntries(await page.$$eval('#card dt', (terms) => terms.map((term) => [term.textContent, term.nextElementSibling.textContent])));
  const { address, born, died } = trace.objects[id - 1];
  const object = trace.steps[step - 1].heap.find((object) => object.id === id);
  assert.equal(facts.Serial, `#${id}`);
  assert.equal(facts.Type, 'Node');
  assert.equal(facts.Address, address);
  assert.equal(facts.Size, `${object.size} bytes`);
  assert.equal(facts.Count, '1 reference');
  assert.equal(facts.Born, `step ${born.step}, line ${born.line}`);
  assert.equal(facts.Died, `step ${died.step}, line ${died.line}, its count fell to 0`);
  assert.match(await hashOf(page), new RegExp(`focus=${id}`));
  await page.click(`#card dd:has-text("step ${died.step}") button`);
  assert.equal(await stepOf(page), died.step);
});

test('every object: its owners are those of the ledger', async (t) => {
  const page = await open(t, here, run);
  for (const step of [at(10), at(13), last]) {
    for (const { id, owners, refcount, unexplained } of trace.steps[step - 1].heap) {
      await page.evaluate((hash) => { location.hash = hash; }, `#step=${step}&focus=${id}`);
      await page.waitForFunction(([step, id]) => document.querySelector('#card h2') && document.querySelector('#caption').textContent.startsWith(`Step ${step} `) && document.querySelector('#card dd').textContent === `#${id}`, [step, id]);
      const shown = await page.$$eval('#card h3', (heads) => {
        const head = heads.find((head) => head.textContent.startsWith('Who holds it'));
        return [...head.nextElementSibling.querySelectorAll('.label')].map((label) => label.textContent);
      });
      const wanted = owners.map(({ label }) => label);
      assert.deepEqual(shown.sort(), wanted.slice(0, 12).sort(), `step ${step}, #${id}`);
      if (refcount !== 'immortal') {
        const words = await page.textContent('#card');
        assert.equal(/that no owner is known of/.test(words), unexplained > 0 && shown.length <= 12, `step ${step}, #${id}`);
      }
    }
  }
});

test('why alive: the chain from a name, in words and lit up', async (t) => {
  const step = at(13);
  const page = await open(t, here, run, { address: `#step=${step}` });
  await page.click(box(nodeWith(step, "'the end'")));
  const chain = await page.$$eval('#card .chain li', (links) => links.map((link) => link.textContent.trim()));
  assert.equal(chain.length, 5);
  assert.match(chain[0], /^globals kept →/);
  assert.match(chain[1], /^dict #\d+ \['inner'\] →/);
  assert.match(chain[2], /^Node #\d+ \.rest →/);
  assert.match(chain[3], /^list #\d+ \[0\] →/);
  assert.match(chain[4], /^Node #\d+$/);
  assert.equal(await page.locator('#picture .arrow.on-chain').count(), 4);
  assert.equal(await page.locator('#picture .box.owner').count(), 1);
  assert.equal(await page.locator('#picture .box.chosen').count(), 1);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#picture .on-chain').count(), 0);
});

test('garbage is said to be garbage, the dead to be dead', async (t) => {
  const before = cycleTrace.steps.find((step) => step.line === 8 && step.event === 'line').step;
  const id = serial(cycleTrace, before, 'Pair');
  const page = await open(t, here, cycle, { address: `#step=${before}&focus=${id}` });
  assert.match(await page.textContent('#card'), /Nothing reaches it\. It waits for the collector\./);
  assert.equal(await page.locator('#picture .box.unreachable').count(), 2);
  await page.keyboard.press('n');
  assert.match(await page.textContent('#card'), /by the collector/);
  assert.match(await page.textContent('#card'), /It is dead at this step/);
  assert.equal(await page.locator('#picture .box.dead').count(), 2);
});

test('next and last change of an object', async (t) => {
  const id = nodeWith(at(10), "'start'");
  const page = await open(t, here, run, { address: `#step=1&focus=${id}` });
  const has = (step) => trace.steps[step - 1]?.heap.find((object) => object.id === id);
  const wanted = trace.steps.map(({ step }) => step).filter((step) => ['refs', 'refcount'].some((what) => JSON.stringify(has(step)?.[what]) !== JSON.stringify(has(step - 1)?.[what])));
  assert.ok(wanted.length >= 4);
  for (const step of wanted) {
    await page.keyboard.press('c');
    assert.equal(await stepOf(page), step);
  }
  await page.keyboard.press('c');
  assert.match(await page.textContent('#caption'), /no later step changes this object/);
  await page.click('#card button:has-text("Last change")');
  assert.equal(await stepOf(page), wanted.at(-2));
});

test('search finds by serial, type, value and name', async (t) => {
  const step = at(13);
  const page = await open(t, here, run, { address: `#step=${step}` });
  const id = nodeWith(step, '7');
  const find = async (words) => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.fill('#search', words);
    return page.$$eval('#found li', (found) => found.map((entry) => entry.textContent));
  };
  assert.match((await find(`#${id}`))[0], new RegExp(`Node #${id} serial`));
  assert.equal((await find('node')).filter((text) => /^Node #\d+ type/.test(text)).length, 2);
  assert.match((await find('the end'))[0], /'the end' value/);
  assert.match((await find('kept')).join(), /dict #\d+ held as kept/);
  assert.deepEqual(await find('no such thing'), []);
  assert.match(await page.textContent('#found'), /No object found/);
  await page.fill('#search', `#${id}`);
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('#card h2'), new RegExp(`Node #${id}`));
  // One that lives at other steps is shown where it was born.
  await page.keyboard.press('End');
  await page.keyboard.press('/');
  await page.fill('#search', `#${id}`);
  await page.keyboard.press('Enter');
  assert.equal(await stepOf(page), trace.steps.find(({ heap }) => heap.some((object) => object.id === id)).step);
});

test('only, fold and hide, and all again', async (t) => {
  const step = at(13);
  const [end, start, list] = [nodeWith(step, "'the end'"), nodeWith(step, '7'), serial(trace, step, 'list')];
  const page = await open(t, here, run, { address: `#step=${step}&focus=${start}` });
  const shows = async () => Promise.all([end, start, list].map((id) => page.locator(box(id)).count()));
  assert.deepEqual(await shows(), [1, 1, 1]);
  await page.click('#card button:has-text("Hide")');
  assert.deepEqual(await shows(), [1, 0, 1]);
  assert.match(await hashOf(page), new RegExp(`hide=${start}`));
  await page.click('#show-all');
  await page.click('#card button:has-text("Fold")');
  assert.deepEqual(await shows(), [0, 1, 0]);
  assert.match(await page.textContent(box(start)), /2 rows folded/);
  await hashOf(page);
  await page.reload();
  await page.waitForSelector('body.ready');
  assert.deepEqual(await shows(), [0, 1, 0]);
  await page.keyboard.press('a');
  assert.deepEqual(await shows(), [1, 1, 1]);
  const all = await page.locator('#picture .box').count();
  await page.keyboard.press('f');
  assert.deepEqual(await shows(), [1, 1, 1]);
  assert.ok(await page.locator('#picture .box').count() < all, 'the class is not kin');
});

test('living objects by type, and their growth between two steps', async (t) => {
  const page = await open(t, here, run, { address: `#step=${at(13)}` });
  await page.keyboard.press('i');
  const count = (step, type) => trace.steps[step - 1].heap.filter(({ id }) => trace.objects[id - 1].type === type).length;
  const rows = async () => Object.fromEntries(await page.$$eval('#objects tbody tr', (rows) => rows.map((row) => [row.cells[0].textContent, [row.cells[1].textContent, row.cells[2].textContent]])));
  for (const since of [1, at(8), at(9)]) {
    await page.fill('#since', String(since));
    await page.keyboard.press('Tab');
    const table = await rows();
    for (const [type, [living, growth]] of Object.entries(table)) {
      const [now, then] = [count(at(13), type), count(since, type)];
      assert.equal(living, String(now), type);
      assert.equal(growth, now > then ? `+${now - then}` : now < then ? `−${then - now}` : '0', type);
    }
    assert.ok('Node' in table);
  }
  await page.click('#objects th button:text-is("Node")');
  assert.equal(await page.locator('#objects td[colspan] li').count(), 2);
});

test('the timeline has a lane for each object, and leads to object and step', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('t');
  assert.ok(await page.isVisible('#timeline'));
  await page.focus('#timeline-view');
  await page.keyboard.press('ArrowDown');
  assert.match(await page.textContent('#timeline-said'), /^\S+ of globals, \d+ values?$/, 'variables come first');
  let said = '';
  for (let i = 0; i < 40 && !said.includes('born'); i++) {
    await page.keyboard.press('ArrowDown');
    said = await page.textContent('#timeline-said');
  }
  const [, type, id, born] = /^(\S+) #(\d+), born at step (\d+), (?:died at step \d+|alive at the end)$/.exec(said);
  assert.equal(trace.objects[id - 1].type, type);
  assert.equal(trace.objects[id - 1].born.step, Number(born));
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('#card h2'), new RegExp(`#${id}$`));
  const room = await page.locator('#timeline-view').boundingBox();
  await page.mouse.click(room.x + room.width - 20, room.y + 20);
  assert.equal(await stepOf(page), last);
  const inks = await page.evaluate(() => {
    const canvas = document.querySelector('.lanes');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(inks > 4, 'lanes and charts are drawn');
});

test('the timeline brings the lane of a chosen object into view, the last one too', async (t) => {
  const out = record(here, 'lanes', 'a = [[i] for i in range(80)]\nlast = [a]\n');
  const trace = exported(out);
  const last = serial(trace, trace.steps.length, 'list', -1);
  const page = await open(t, here, out, { address: `#step=999&focus=${last}` });
  await page.keyboard.press('t');
  await page.check('#timeline-all');
  const [scrolled, most] = await page.evaluate(() => {
    const { scrollTop, scrollHeight, clientHeight } = document.getElementById('timeline-view');
    return [scrollTop, scrollHeight - clientHeight];
  });
  assert.ok(most > 80 * 14 - 300, `${most}`);
  assert.ok(scrolled > most - 20, `${scrolled} of ${most}`);
  await page.locator('#timeline-view').evaluate((view) => { view.scrollTop = 0; });
  const room = await page.locator('#timeline-view').boundingBox();
  const moved = () => page.evaluate(() => new DOMMatrix(getComputedStyle(document.querySelector('.cursor')).transform).e);
  const end = await moved();
  await page.keyboard.press('Home');
  assert.ok((await moved()) < end - room.width / 2, 'the line of the step has moved');
});

test('the collector, phase by phase, with its own numbers', async (t) => {
  const page = await open(t, here, cycle);
  await page.keyboard.press('k');
  assert.match(await page.textContent('#collector'), /It ran in 1 step of this recording/);
  await page.keyboard.press('e');
  const { step, gc: [gc] } = cycleTrace.steps.find(({ gc }) => gc.length);
  assert.equal(await stepOf(page), step);
  assert.match(await page.textContent('#collector'), new RegExp(`is a candidate: ${gc.candidates.length} objects`));
  await page.keyboard.press('.');
  const [heads, rows] = await page.evaluate(() => {
    const table = document.querySelector('#collector table');
    const cells = (row) => [...row.cells].map((cell) => cell.textContent);
    return [cells(table.rows[0]), [...table.tBodies[0].rows].map(cells)];
  });
  assert.deepEqual(heads, ['Object', 'Count', 'From outside']);
  for (const [name, count, left] of rows) {
    const id = /#(\d+)/.exec(name)[1];
    assert.equal(left, String(gc.gc_refs[id]), name);
    assert.equal(count, String(gc.counts[id]), name);
  }
  assert.ok(await page.locator('#picture .badge').count() >= 3);
  const pairs = gc.collected.filter((id) => cycleTrace.objects[id - 1].type === 'Pair');
  assert.equal(pairs.length, 2);
  for (const id of pairs) assert.match(await page.textContent(`${box(id)} .badge`), /^0 from outside$/);
  while (!/Collected/.test(await page.textContent('#collector h3'))) await page.click('#phase-next');
  assert.match(await page.textContent('#collector'), new RegExp(`${gc.collected.length} objects? (is|are) freed`));
  assert.equal(await stepOf(page), step);
  await page.keyboard.press(',');
  assert.doesNotMatch(await page.textContent('#collector h3'), /Collected/);
});
