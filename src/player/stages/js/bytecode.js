// Instructions in the manner of `dis`: jumps as arrows at the left, what the exception table covers
// as brackets at the right.

/** Lanes for jumps, and for ranges of the exception table. */
const MOST_LANES = 8;
const JUMP_LANE = 7;
const RANGE_LANE = 6;

class BytecodeColumn extends Column {
  constructor(app, { model = app.model, name = 'bytecode', title = NAMES.bytecode } = {}) {
    super(app, name, title, { model });
    const { codes } = this.model;
    const count = codes.reduce((sum, code) => sum + 1 + code.instructions.length / 8, 0);
    Object.assign(this, { count, starts: new Int32Array(count).fill(-1), ends: new Int32Array(count).fill(-1), codeOf: new Int32Array(count), first: [], sides: new Map() });
    let at = 0;
    codes.forEach((code, number) => {
      this.first.push(at);
      this.codeOf[at++] = number;
      for (let i = 0; i < code.instructions.length; i += 8, at++) {
        [this.starts[at], this.ends[at]] = this.placeOf(code.instructions.slice(i, i + 8));
        this.codeOf[at] = number;
      }
    });
    this.chunks = new Chunks(this.body, (row) => this.row(row), 44);
    if (count) this.chunks.reset(count);
  }

  /** Where an instruction stems from: Pythons before 3.11 know no more of it than its line. */
  placeOf([, , , , , line, start, end]) {
    if (start >= 0 || line < 1 || line > this.model.lineCount) return [start, end];
    const [from, to] = this.model.lineSpan(line - 1);
    return [from + this.model.text(from, to).search(/\S|$/), to];
  }

  span(item) {
    if (this.starts[item] >= 0) return [this.starts[item], this.ends[item]];
    if (!this.isHead(item)) return null;
    const node = this.model.scopes[this.model.codes[this.codeOf[item]].scope]?.node ?? -1;
    return node >= 0 && this.model.tree.start[node] >= 0 ? [this.model.tree.start[node], this.model.tree.end[node]] : null;
  }

  isHead(item) {
    return this.first[this.codeOf[item]] === item;
  }

  element(item) {
    return this.chunks.row(item);
  }

  /** One instruction as an object. */
  instruction(item) {
    const code = this.model.codes[this.codeOf[item]];
    const at = (item - this.first[this.codeOf[item]] - 1) * 8;
    const [offset, name, argument, meaning, target, line] = code.instructions.slice(at, at + 6);
    const before = at > 0 ? code.instructions[at - 3] : -2;
    return { offset, name: this.model.texts[name], argument, meaning: this.model.texts[meaning], target, line, newLine: line !== before, words: this.model.explanations[name] ?? '' };
  }

  /** What stands at the side of a code object's rows: lanes of jumps and of ranges. */
  side(number) {
    if (this.sides.has(number)) return this.sides.get(number);
    const { instructions, handlers } = this.model.codes[number];
    const rowAt = new Map();
    for (let i = 0; i < instructions.length; i += 8) rowAt.set(instructions[i], i / 8);
    const jumps = [];
    for (let i = 0; i < instructions.length; i += 8) {
      const to = rowAt.get(instructions[i + 4]);
      if (to !== undefined) jumps.push({ from: i / 8, to, low: Math.min(i / 8, to), high: Math.max(i / 8, to) });
    }
    const ranges = [];
    for (let i = 0; i < handlers.length; i += 5) {
      const rows = [...rowAt].filter(([offset]) => offset >= handlers[i] && offset < handlers[i + 1]).map(([, row]) => row);
      if (rows.length) ranges.push({ low: rows[0], high: rows.at(-1), target: handlers[i + 2] });
    }
    const side = { jumps: laned(jumps, instructions.length / 8), ranges: laned(ranges, instructions.length / 8) };
    this.sides.set(number, side);
    return side;
  }

  /** What is computed first stands above what it is for. */
  firstLit() {
    // At a step of the run, its instruction.
    if (this.marks[this.current]) return this.current;
    const [lit, inside] = [this.marks.indexOf(LIT), this.marks.indexOf(INSIDE)];
    return inside >= 0 && (lit < 0 || inside < lit) ? inside : lit;
  }

  row(item) {
    const row = this.applyMark(this.isHead(item) ? this.head(item) : this.line(item));
    row.classList.toggle('is-current', item === this.current);
    return row;
  }

  /** The instruction that is about to run. */
  showStep({ at, sheet }) {
    if (this.model !== this.app.model) return;
    this.chunks.made(this.current)?.classList.remove('is-current');
    this.current = at && this.app.isShown(sheet) ? this.first[at[0]] + 1 + at[1] : null;
    if (this.current === null) return;
    const row = this.element(this.current);
    row.classList.add('is-current');
    scrollWithin(this.body, row);
  }

  head(item) {
    const code = this.model.codes[this.codeOf[item]];
    return make('div', this.item(item, { class: 'code-head' }), make('strong', {}, visible(this.model.texts[code.name])), make('span', { class: 'quiet' }, `from line ${code.line}`));
  }

  line(item) {
    const number = this.codeOf[item];
    const row = item - this.first[number] - 1;
    const side = this.side(number);
    const one = this.instruction(item);
    const meaning = one.target >= 0 ? `to ${one.target}` : one.meaning;
    const starting = (side.ranges.at[row] ?? []).filter(({ low }) => low === row);
    const element = make('div', this.item(item, { class: one.newLine ? 'instruction new-line' : 'instruction' }),
      jumpMarks(side.jumps, row), rangeMarks(side.ranges, row),
      make('span', { class: 'line-number' }, one.newLine && one.line > 0 ? one.line : ''),
      make('span', { class: 'offset' }, one.offset),
      make('span', { class: 'name' }, one.name),
      make('span', { class: 'argument' }, one.argument < 0 ? '' : one.argument),
      make('span', { class: 'meaning' }, cut(visible(meaning), 60)),
      make('span', { class: 'explained' }, one.words, starting.map(({ target }) => make('span', { class: 'handler' }, `an exception from here on goes to ${target}`))));
    element.style.setProperty('--jumps', `${side.jumps.lanes * JUMP_LANE}px`);
    element.style.setProperty('--ranges', `${side.ranges.lanes * RANGE_LANE}px`);
    return element;
  }

  words(item) {
    if (item < 0 || this.isHead(item)) return null;
    const { name, words } = this.instruction(item);
    return { name, words };
  }
}

/** Gives stretches lanes, and says of each row which pass it. */
function laned(stretches, rows) {
  const lanes = assignLanes(stretches.map(({ low, high }) => [low, high]), MOST_LANES);
  const at = new Array(rows);
  let used = 0;
  stretches.forEach((stretch, number) => {
    if (lanes[number] < 0) return;
    stretch.lane = lanes[number];
    used = Math.max(used, stretch.lane + 1);
    for (let row = stretch.low; row <= stretch.high; row++) (at[row] ??= []).push(stretch);
  });
  return { lanes: used, at };
}

function jumpMarks({ lanes, at }, row) {
  const marks = [];
  for (const { lane, low, high, from, to } of at[row] ?? []) {
    const left = (lanes - 1 - lane) * JUMP_LANE + 5;
    const part = low === high ? 'only' : row === low ? 'first' : row === high ? 'last' : 'between';
    const line = make('i', { class: `jump ${part}`, 'aria-hidden': 'true' });
    line.style.left = `${left}px`;
    marks.push(line);
    if (row !== from && row !== to) continue;
    const stub = make('i', { class: row === to ? 'stub head' : 'stub', 'aria-hidden': 'true' });
    stub.style.left = `${left}px`;
    stub.style.width = `${lanes * JUMP_LANE + 7 - left}px`;
    marks.push(stub);
  }
  return marks;
}

function rangeMarks({ at }, row) {
  return (at[row] ?? []).map(({ lane, low, high, target }) => {
    const part = low === high ? 'only' : row === low ? 'first' : row === high ? 'last' : 'between';
    const mark = make('i', { class: `range-mark ${part}`, title: `an exception here goes to ${target}` });
    mark.style.right = `${3 + lane * RANGE_LANE}px`;
    return mark;
  });
}
