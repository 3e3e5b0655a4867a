// The parts of the page's script that need no page: a run made by hand, read and replayed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const script = (name) => readFileSync(new URL(`../../src/player/js/${name}`, import.meta.url), 'utf8');
const context = vm.createContext({ atob, Uint8Array });
vm.runInContext(`${script('dom.js')}\n${script('run.js')}\n${script('calls.js')}\n${script('questions.js')}\n${script('inquiries.js')}\n${script('place.js')}\nglobalThis.parts = { Run, State, spliced, framesAfter, bytesOf, parsePath, loopsAround, stepOver, stepOut, whenSet, linesKept, placeOf, Places, objectKept, idsByBirth };`, context);
const { Run, State, spliced, framesAfter, bytesOf, parsePath, loopsAround, stepOver, stepOut, whenSet, linesKept, placeOf, Places, objectKept, idsByBirth } = context.parts;
const plain = (value) => JSON.parse(JSON.stringify(value));

const TEXTS = ['', '<module>', 'box', 'list', '[0]', 'return value', 'f', 'x'];

/** Three steps: a list, an item in it, the list is gone. */
function made() {
  const step = (more) => ({ event: 'line', file: 0, function: 1, line: 1, kept: 0, living: 0, bytes: 0, ...more });
  return new Run({
    texts: TEXTS, columns: [], roots: [[5, 'call']], granularity: 'line',
    files: [{ path: 'a.py', text: 'box = []\nbox.append(1)\nbox = None\n' }],
    objects: [[3, 'sequence', '0x10', [1, 1], [3, 3, 'refcount']], [6, 'atom', '0x20', [0, 0], null]],
    picture: { contents: [], keys: [{ call: 0 }, { object: 1 }], arrows: [] },
    steps: [
      step({ out: 'one\n', enter: [[1, 1, -1, -1, -1, null, 56, []]], frames: [{ call: 0, thread: 1, function: 1, module: true, file: 0, line: 1, names: [2, 0, 1] }] }),
      step({ line: 2, ran: 1, kept: 1, change: [{ id: 1, count: 2, refs: [0, 0, [4, 2, 0]] }] }),
      step({ line: 3, ran: 2, leave: [1], skip: true, out: 'two\n', frames: [{ call: 0, thread: 1, function: 1, module: true, file: 0, line: 3, names: [] }] }),
    ],
  });
}

test('a flat list of threes is spliced at both ends', () => {
  assert.deepEqual(plain(spliced([1, 2, 3, 4, 5, 6], 1, 0, [7, 8, 9])), [1, 2, 3, 7, 8, 9]);
  assert.deepEqual(plain(spliced([1, 2, 3, 4, 5, 6], 0, 1, [])), [4, 5, 6]);
  assert.deepEqual(plain(spliced([], 0, 0, [1, 2, 3])), [1, 2, 3]);
});

test('memory at any step is that of all changes up to it, in whatever order it is asked for', () => {
  const run = made();
  for (const number of [3, 1, 2, 1, 3]) {
    const state = run.at(number);
    assert.deepEqual([...state.heap.keys()], number < 3 ? [1] : [], `step ${number}`);
    assert.equal(state.frames[0].names.length, number < 3 ? 3 : 0);
  }
  assert.deepEqual(plain(run.at(2).heap.get(1).refs), [4, 2, 0]);
  assert.deepEqual(plain(run.at(1).heap.get(1).refs), []);
  assert.equal(run.at(2).heap.get(1).count, 2);
});

test('lines, what is printed, lives and names are found', () => {
  const run = made();
  assert.deepEqual(plain(run.lines[0].get(2)), { next: [2], ran: [3] });
  assert.equal(run.printedAt(2), 'one\n');
  assert.equal(run.printedAt(3), 'one\ntwo\n');
  assert.deepEqual(plain(run.died(1)), { step: 3, line: 3, cause: 'refcount' });
  assert.equal(run.born(2), null);
  assert.equal(run.frameName(run.at(1).frames[0]), 'globals');
});

test('a step that is not drawn stands for the nearest one that is', () => {
  const run = made();
  assert.equal(run.drawnStep(3, true), 2);
  assert.equal(run.drawnStep(3, false), 2);
  assert.equal(run.drawnStep(99, false), 2);
  assert.equal(run.drawnStep(-5, true), 1);
});

test('what holds a reference has a box where one is drawn', () => {
  const run = made();
  const state = run.at(1);
  assert.equal(run.boxOfOwner(state, { id: 1 }), 1);
  assert.equal(run.boxOfOwner(state, { frame: { call: 0 } }), 0);
  assert.equal(run.boxOfOwner(state, { label: 5 }), 0);
  assert.equal(run.boxOfOwner(state, { label: 7 }), undefined);
});

test('a call that goes on keeps the names that have not changed', () => {
  const before = [{ call: 4, thread: 1, names: [2, 0, 1, 7, 0, 2] }];
  const [frame] = framesAfter(before, { kept: 0, frames: [{ call: 4, thread: 1, keep: 1, names: [6, 0, 9] }] });
  assert.deepEqual(plain(frame.names), [2, 0, 1, 6, 0, 9]);
  const [other] = framesAfter(before, { kept: 0, frames: [{ call: 5, thread: 1, keep: 0, names: [6, 0, 9] }] });
  assert.deepEqual(plain(other.names), [6, 0, 9]);
});

test('an empty state has nothing, and base64 is read', () => {
  assert.equal(new State().heap.size, 0);
  assert.deepEqual([...bytesOf('AQID')], [1, 2, 3]);
});

test('a path is a name and what is asked of each object; nothing else is one', () => {
  assert.deepEqual(plain(parsePath(' head.next[0].value ')), { name: 'head', parts: ['.next', '[0]', '.value'] });
  assert.deepEqual(plain(parsePath('x')), { name: 'x', parts: [] });
  for (const words of ['', '1', 'f()', 'a b', 'a..b', 'a[0', 'a.b = 1']) assert.equal(parsePath(words), null, words);
});

test('the loops around a line, the innermost first, none beyond its function', () => {
  const text = 'for a in x:\n    while b:\n        c\n\n        d\n    e\nf\ndef g():\n    h\n    for i in j:\n        k\n';
  const loops = (line) => plain(loopsAround(text, line)).map(({ first, last }) => [first, last]);
  assert.deepEqual(loops(3), [[2, 5], [1, 6]]);
  assert.deepEqual(loops(2), [[2, 5], [1, 6]]);
  assert.deepEqual(loops(6), [[1, 6]]);
  assert.deepEqual(loops(7), []);
  assert.deepEqual(loops(9), []);
  assert.deepEqual(loops(11), [[10, 11]]);
});

test('over and out of calls go by the calls, not by lines', () => {
  const step = (calls) => ({ event: 'line', file: 0, function: 1, line: 1, kept: 0, living: 0, bytes: 0, frames: calls.map((call) => ({ call, thread: 1, function: 1, module: call === 0, file: 0, line: 1, names: [] })) });
  const run = new Run({ texts: TEXTS, columns: [], roots: [], granularity: 'line', files: [], objects: [], picture: { contents: [], keys: [], arrows: [] }, steps: [step([0]), step([0, 1]), step([0, 1, 2]), step([0, 1]), step([0])] });
  assert.equal(stepOver(run, 1), 5);
  assert.equal(stepOver(run, 2), 4);
  assert.equal(stepOut(run, 3), 4);
  assert.equal(stepOut(run, 2), 5);
  assert.equal(stepOut(run, 1), null);
});

test('where a row was set: the last step that changed what it leads to', () => {
  const run = made();
  assert.equal(whenSet(run, 1, 4, 2), 2);
  assert.equal(whenSet(run, 1, 4, 1), null);
});

test('lines are found again where others came, went or changed', () => {
  const kept = (before, after) => Object.fromEntries(linesKept(before.join('\n'), after.join('\n')));
  assert.deepEqual(kept(['a', 'b', 'c'], ['a', 'b', 'c']), { 1: 1, 2: 2, 3: 3 });
  assert.deepEqual(kept(['a', 'b', 'c'], ['new', 'a', 'b', 'c']), { 1: 2, 2: 3, 3: 4 });
  assert.deepEqual(kept(['a', 'b', 'c'], ['a', 'c']), { 1: 1, 3: 2 });
  assert.deepEqual(kept(['a', 'b', 'c'], ['a', 'other', 'c']), { 1: 1, 2: 2, 3: 3 });
  assert.deepEqual(kept(['a', 'b', 'c', 'd', 'e'], ['x', 'a', 'y', 'c', 'd', 'z', 'e']), { 1: 2, 2: 3, 3: 4, 4: 5, 5: 7 });
  assert.deepEqual(kept(['a'], ['b', 'a', 'a']), { 1: 3 });
  const long = Array.from({ length: 5000 }, (_, line) => `line ${line}`);
  assert.equal(linesKept(long.join('\n'), ['first', ...long].join('\n')).get(5000), 5001);
});

/** A run of a script by its lines, each step about to run one of them. */
function ranBy(text, lines) {
  const step = (line) => ({ event: 'line', file: 0, function: 1, line, kept: 0, living: 0, bytes: 0 });
  return new Run({
    texts: TEXTS, columns: [], roots: [], granularity: 'line', files: [{ path: 'a.py', text }],
    objects: lines.map((line, index) => [3, 'sequence', '0x10', [index + 1, line], null]),
    picture: { contents: [], keys: [], arrows: [] }, steps: lines.map(step),
  });
}

test('a place is found in the next run: at its step, else at its line as often, else nearby', () => {
  const text = 'for i in x:\n    f(i)\nend\n';
  const before = ranBy(text, [1, 2, 1, 2, 1, 2, 3]);
  const there = (step, text, lines) => new Places(ranBy(text, lines), placeOf(before, step));
  // All up to it is the same: what comes behind does not matter, nor a line that moved or changed.
  assert.equal(there(4, text, [1, 2, 1, 2, 3]).stepHere(), 4);
  assert.equal(there(4, `# why\n${text}`, [2, 3, 2, 3, 2, 3, 4]).stepHere(), 4);
  assert.equal(there(4, text.replace('f(i)', 'g(i)'), [1, 2, 1, 2, 1, 2, 3]).stepHere(), 4);
  // Something runs before it now: the second time of its line, or the last.
  assert.equal(there(4, `a\n${text}`, [1, 2, 3, 2, 3, 2, 4]).stepHere(), 5);
  assert.equal(there(6, `a\n${text}`, [1, 2, 3, 2, 3, 4]).stepHere(), 5);
  // Its line is gone, or does not run.
  assert.equal(there(4, 'end\n', [1]).stepHere(), 1);
  assert.equal(there(7, text, [1, 2]).stepHere(), 2);
});

test('an object is found again by where it was made', () => {
  const before = ranBy('a\nb\nb\n', [1, 2, 2, 3]);
  const kept = objectKept(before, 3, idsByBirth(before));
  assert.deepEqual(plain(kept), ['list', 0, 2, 1]);
  const there = (text, lines) => new Places(ranBy(text, lines), placeOf(before, 1)).objectHere(kept);
  assert.equal(there('new\na\nb\nb\n', [1, 2, 3, 3, 4]), 4);
  assert.equal(there('a\nb\nb\n', [1, 2, 3]), null);
});
