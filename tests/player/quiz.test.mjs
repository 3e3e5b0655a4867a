// The quiz and the author's lessons: questions from the record, right and wrong answers, the score.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { join } from 'node:path';
import { exported, memviz, open, record, startBrowser, stepOf } from './helpers.mjs';

const here = await startBrowser(after);
const SOURCE = `a = [1, 2]
b = a
c = list(a)
b.append(3)
n = 0
while n < 3:
    n += 1
d = [4]
e = d
del d
print(len(a), a is c)
e = None
`;
const run = record(here, 'asked', SOURCE);
const { steps } = exported(run);

/** All questions of a run, as the quiz asks them. */
async function questions(page) {
  const all = [];
  for (;;) {
    all.push({ prompt: await page.textContent('#quiz .prompt'), answers: await page.$$eval('#quiz .answer span', (spans) => spans.map((span) => span.textContent)), step: await stepOf(page) });
    if (!(await page.locator('#quiz-next').count())) return all;
    await page.click('#quiz-next');
  }
}

test('questions are of many kinds, each with its answer and wrong ones, each at a step of its own', async (t) => {
  const page = await open(t, here, run);
  await page.click('#quiz-button');
  const all = await questions(page);
  for (const kind of [/^What does line 11 print/, /^What is n after line/, /lead to\?$/, /Through which names/, /^Which objects die when line 10/, /Which line is next/, /^list #\d+ has \d reference/]) {
    assert.ok(all.some(({ prompt }) => kind.test(prompt)), `${kind}: ${all.map(({ prompt }) => prompt).join('\n')}`);
  }
  assert.ok(all.every(({ answers }) => answers.length > 1 && new Set(answers).size === answers.length));
  assert.equal(new Set(all.map(({ step }) => step)).size, all.length);
  // Whoever always takes the same place is seldom right.
  const found = all.find(({ prompt }) => /^What does line 11 print/.test(prompt));
  assert.ok(found.answers.includes('3 False'), found.answers.join());
});

test('a right answer counts; a wrong one is explained', async (t) => {
  const page = await open(t, here, run);
  await page.click('#quiz-button');
  const find = async (kind) => {
    while (!kind.test(await page.textContent('#quiz .prompt'))) await page.click('#quiz-next');
  };
  await find(/Through which names/);
  await page.click('#quiz-go');
  assert.match(await page.textContent('#caption .said'), /choose an answer/);
  await page.click('#quiz .answer:has-text("only b")');
  const asked = await stepOf(page);
  await page.click('#quiz-go');
  assert.equal(await stepOf(page), asked + 1);
  assert.match(await page.textContent('#quiz .verdict'), /Not so/);
  assert.match(await page.textContent('#quiz'), /✓ a and b/);
  assert.match(await page.textContent('#quiz'), /a and b lead to list #\d+, which is changed\. c leads elsewhere\./);
  assert.match(await page.textContent('#quiz .score'), /0 of 1 answer right/);
  await page.click('#quiz-next');
  await find(/^What does line 11 print/);
  await page.click('#quiz .answer span:text-is("3 False")');
  await page.click('#quiz-go');
  assert.match(await page.textContent('#quiz .verdict'), /Right/);
  assert.match(await page.textContent('#quiz .score'), /1 of 2 answers right/);
});

test('no place among the answers is right more than half of the time', async (t) => {
  const page = await open(t, here, run);
  await page.click('#quiz-button');
  const places = [];
  for (;;) {
    if (await page.locator('#quiz .answer').count()) {
      await page.click('#quiz .answer >> nth=0');
      await page.click('#quiz-go');
    }
    places.push(await page.$$eval('#quiz .answers li', (list) => list.findIndex((entry) => entry.textContent.startsWith('✓'))));
    if (!(await page.locator('#quiz-next').count())) break;
    await page.click('#quiz-next');
  }
  assert.ok(places.length >= 8, `${places}`);
  for (const place of [0, 1, 2, 3]) assert.ok(places.filter((at) => at === place).length <= places.length / 2, `${places}`);
});

test('the option opens it; a run of nothing has no question', async (t) => {
  const quiz = record(here, 'opened', SOURCE, ['--format', 'html', '--quiz']);
  const page = await open(t, here, quiz);
  assert.ok(await page.isVisible('#quiz .prompt'));
  const empty = await open(t, here, record(here, 'none', 'pass\n'));
  await empty.click('#quiz-button');
  assert.match(await empty.textContent('#quiz'), /no step that a question could be asked about/);
});

const LESSON = `# memviz: text "Two names, **one** list: \`b = a\` copies nothing. <b>No markup.</b>"
a = [1, 2]
b = a
b.append(3)  # memviz: ask "What is \`a\` now?" "[1, 2, 3]" "[1, 2]" "an error"
# memviz: text "- a and b *share* it"
print(a)
`;

test('a question that is asked elsewhere says so, and leads back', async (t) => {
  const page = await open(t, here, run);
  await page.keyboard.press('ArrowRight');
  const from = await stepOf(page);
  await page.keyboard.press('q');
  const at = await stepOf(page);
  assert.notEqual(at, from);
  assert.match(await page.textContent('#caption .said'), new RegExp(`about step ${at}; you came from step ${from}`));
  assert.match(await page.textContent('#quiz'), new RegExp(`asked at step ${at}`));
  const named = Number(/step (\d+)/.exec(await page.textContent('#quiz-next'))[1]);
  await page.click('#quiz-back');
  assert.equal(await stepOf(page), from);
  await page.click('#quiz-go');
  assert.equal(await stepOf(page), at, 'and there again');
  await page.click('#quiz-next');
  assert.equal(await stepOf(page), named, 'as the button says');
});

test('while a question is open, no panel tells what comes', async (t) => {
  const kept = record(here, 'kept', `def double(items):
    copy = []
    for item in items:
        copy.append(item * 2)
    return copy

numbers = [1, 2]
twice = double(numbers)
again = twice
again.append(7)
more = double(twice)
print(twice, len(more))
`);
  const page = await open(t, here, kept);
  const last = Number(await page.textContent('#steps'));
  await page.keyboard.press('q');
  const at = await stepOf(page);
  assert.ok(at < last - 2);
  /** The steps that a panel speaks of. */
  const told = async (panel) => [...(await page.locator(panel).evaluate((element) => [element.textContent, ...[...element.querySelectorAll('[title]')].map(({ title }) => title)].join('\n'))).matchAll(/[Ss]teps? (\d+)(?: to (\d+))?/g)].map(([, one, other]) => Number(other ?? one));
  const spoken = {};
  for (const tab of ['card', 'calls', 'watch', 'collector', 'life']) {
    if (tab === 'card') await page.locator('#picture [role=button]').first().dispatchEvent('click');
    else await page.click(`#tab-${tab}`);
    spoken[tab] = await told(`#${tab}`);
    assert.ok(spoken[tab].every((step) => step <= at), `${tab} tells of ${spoken[tab]} at step ${at}`);
  }
  for (const tab of ['calls', 'life']) {
    await page.click(`#tab-${tab}`);
    assert.match(await page.textContent(`#${tab} .kept-back`), /until it is answered/);
  }
  await page.locator('#stack .name').first().click();
  assert.ok((await told('#stack')).every((step) => step <= at));
  await page.click('#timeline-button');
  for (const hidden of ['#timeline-view', '#ticks', '#flame']) assert.ok(await page.isHidden(hidden), hidden);
  await page.click('#timeline-button');
  // Answered, all of it is told.
  await page.click('#life .kept-back button');
  assert.ok(await page.isVisible('#quiz'));
  await page.check('#answer-0');
  await page.click('#quiz-go');
  for (const tab of ['calls', 'life']) {
    await page.click(`#tab-${tab}`);
    assert.ok((await told(`#${tab}`)).some((step) => step > at + 1), `${tab} tells of all`);
    assert.equal(await page.locator(`#${tab} .kept-back`).count(), 0);
  }
  assert.ok(await page.isVisible('#ticks'));
});

test('a lesson: the author’s prose and questions, as stops', async (t) => {
  const out = record(here, 'lesson', LESSON);
  const lesson = exported(out).steps;
  const page = await open(t, here, out);
  assert.ok(await page.isVisible('#lesson'), 'it opens by itself');
  assert.ok(await page.isHidden('#invite'));
  assert.equal(await page.textContent('#lesson strong'), 'one');
  assert.equal(await page.textContent('#lesson code'), 'b = a');
  assert.match(await page.textContent('#lesson'), /<b>No markup\.<\/b>/);
  await page.click('#stop-next');
  const asked = await stepOf(page);
  const answered = lesson.findIndex(({ ran, event }) => event === 'line' && ran === 4) + 1;
  assert.equal(asked, answered - 1);
  await page.click('#lesson .answer span:text-is("[1, 2]")');
  await page.click('#quiz-go');
  assert.equal(await stepOf(page), answered);
  await page.click('#previous');
  assert.match(await page.textContent('#lesson .answers'), /✓ \[1, 2, 3\]/);
  await page.click('#stop-next');
  assert.match(await page.textContent('#lesson li:has(em)'), /a and b share it/);
  assert.equal(await page.locator('#stop-next').count(), 0);
});

const PICTURED = `a = [1]
b = a  # memviz: picture "Two names, *one* list"
for item in (2, 3):
    b.append(item)  # memviz: picture "It grows"
# memviz: text "Both show it."
c = a[:]  # memviz: picture
`;

test('a lesson: the captions of marked pictures are stops, and no step is left out', async (t) => {
  record(here, 'pictured', PICTURED);
  // As it comes: without an option that asks for every step.
  const out = join(here.folder, 'as-it-comes');
  assert.equal(memviz(here.folder, ['--out', out, 'pictured.py']).status, 0);
  const { steps } = exported(out);
  const after = (line) => steps.flatMap(({ event, ran }, index) => (event === 'line' && ran === line ? [index + 1] : []));
  const page = await open(t, here, out);
  assert.ok(await page.isVisible('#lesson'));
  const stops = [];
  for (;;) {
    stops.push([await stepOf(page), await page.textContent('#lesson .stop-caption'), await page.textContent('#lesson .prose')]);
    if (!await page.locator('#stop-next').count()) break;
    await page.click('#stop-next');
  }
  const [first, second] = after(4);
  assert.deepEqual(stops, [[after(2)[0], 'Two names, *one* list', ''], [first, 'It grows', 'Both show it.'], [second, 'It grows', '']]);
  await page.keyboard.press('Home');
  for (let step = 2; step <= steps.length; step++) {
    await page.keyboard.press('ArrowRight');
    assert.equal(await stepOf(page), step);
  }
});

test('captions alone do not open the page with a lesson', async (t) => {
  const page = await open(t, here, record(here, 'captions', 'a = [1]  # memviz: picture "One list"\n'));
  assert.ok(await page.isVisible('#invite'));
  assert.ok(await page.isHidden('#lesson'));
  await page.click('#tab-lesson');
  assert.match(await page.textContent('#lesson'), /first stop comes later/);
  await page.click('#stop-next');
  assert.equal(await page.textContent('#lesson .stop-caption'), 'One list');
});
