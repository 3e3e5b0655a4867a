// The recorded run: reads the payload and gives memory and picture at any step.

/** Steps between two states that are kept. */
const KEYFRAME_EVERY = 128;
/** What is known of a reference beside its label: bits of the third number. */
const REF_WEAK = 1;
const REF_KEY = 2;
const REF_NO_VARIABLE = 4;
/** The kind of a name that the compiler has made. */
const NAME_OF_COMPILER = 5;
/** The kind of a name that belongs to a function around. */
const NAME_FREE = 3;
/** Letters of a value that a short name has. */
const SHORT = 24;
/** States that were asked for last and are kept: the step, those around it, one to compare with. */
const RECENT = 6;

/** Memory and picture at one step. Everything in it is replaced, never changed. */
class State {
  constructor(before) {
    this.heap = new Map(before?.heap);
    this.held = new Map(before?.held);
    this.lost = new Set(before?.lost);
    this.boxes = new Map(before?.boxes);
    this.arrows = new Set(before?.arrows);
    this.frames = before?.frames ?? [];
    this.thread = before?.thread ?? 1;
    this.isExit = before?.isExit ?? false;
  }

  apply(step) {
    this.applyHeap(step);
    this.frames = framesAfter(this.frames, step);
    this.thread = step.thread ?? 1;
    this.isExit = step.event === 'exit';
    for (const [id, ...labels] of step.held ?? []) {
      if (labels.length) this.held.set(id, labels);
      else this.held.delete(id);
    }
    for (const id of step.found ?? []) this.lost.delete(id);
    for (const id of step.lost ?? []) this.lost.add(id);
    const put = step.put ?? [];
    for (let i = 0; i < put.length; i += 4) {
      this.boxes.set(put[i], { content: put[i + 1], x: put[i + 2] / 10, y: put[i + 3] / 10 });
    }
    for (const box of step.cut ?? []) this.boxes.delete(box);
    for (const arrow of step.erase ?? []) this.arrows.delete(arrow);
    for (const arrow of step.draw ?? []) this.arrows.add(arrow);
  }

  applyHeap(step) {
    for (const id of step.leave ?? []) {
      this.heap.delete(id);
      this.held.delete(id);
      this.lost.delete(id);
    }
    for (const change of step.change ?? []) {
      const object = this.heap.get(change.id);
      if (!object) continue;
      const after = { ...object, ...change };
      if (change.refs) after.refs = spliced(object.refs, ...change.refs);
      this.heap.set(change.id, after);
    }
    for (const [id, count, generation, value, name, length, size, refs] of step.enter ?? []) {
      this.heap.set(id, { id, count, generation, value, name, length, size, refs });
    }
  }
}

/** A flat list of threes in which all but the first `keep` and the last `tail` are replaced. */
function spliced(list, keep, tail, put) {
  return list.slice(0, 3 * keep).concat(put, tail ? list.slice(-3 * tail) : []);
}

/** The call frames after a step. */
function framesAfter(before, step) {
  const frames = before.slice(0, step.kept);
  for (const { call, thread, named, function: name, body, module, file, line, keep = 0, tail = 0, names } of step.frames ?? []) {
    const old = before[frames.length];
    const kept = old?.call === call ? old.names : [];
    const depth = frames.filter((frame) => frame.thread === thread).length;
    frames.push({ call, thread, named, depth, function: name, body, module, file, line, names: spliced(kept, keep, tail, names) });
  }
  return frames;
}

/** The frame of the call whose step it is. */
const runningFrame = (state) => state.frames.findLast((frame) => frame.thread === state.thread);

/** What stands in a box, by name. */
function contentOf([[title, count, note, tone, status], flags, [width, height, shape, stops], rows, [label, color] = [null, '']]) {
  return { title, count, note, tone, status, new: (flags & 1) > 0, moved: (flags & 2) > 0, outlined: (flags & 4) > 0, label, color, width, height, shape, stops, rows };
}

class Run {
  constructor(data) {
    Object.assign(this, data);
    this.length = this.steps.length;
    this.picture.contents = this.picture.contents.map(contentOf);
    this.columns = new Map(data.columns);
    this.placeOfRoot = new Map(data.roots);
    this.boxOfObject = new Map();
    this.boxOfCall = new Map();
    this.picture.keys.forEach((key, box) => {
      if (key.object) this.boxOfObject.set(key.object, box);
      if (key.call !== undefined) this.boxOfCall.set(key.call, box);
      if (key === 'interpreter') this.boxOfInterpreter = box;
    });
    this.keyframes = [new State()];
    this.recent = new Map();
    this.goThrough();
  }

  /** Reads the payload out of the page. */
  static async open(element) {
    return new Run(await unpack(element));
  }

  /** Goes through all steps once: keeps states, and notes which lines run when. */
  goThrough() {
    this.lines = this.files.map(() => new Map());
    this.printed = [0];
    /** The most boxes that stand in a picture at once. */
    this.mostBoxes = 0;
    this.calls = new CallLog(this);
    const state = new State();
    let before = null;
    this.steps.forEach((step, index) => {
      const number = index + 1;
      state.apply(step);
      this.mostBoxes = Math.max(this.mostBoxes, state.boxes.size);
      if (number % KEYFRAME_EVERY === 0) this.keyframes.push(new State(state));
      this.printed.push(this.printed[index] + (step.out ?? '').length + (step.err ?? '').length + (step.terminal?.length ?? 0));
      this.calls.take(number, state, step);
      this.noteLine(step, before, number);
      before = step;
    });
  }

  noteLine(step, before, number) {
    const lines = this.lines[step.file];
    if (!lines) return;
    const entry = (line) => {
      if (!lines.has(line)) lines.set(line, { next: [], ran: [] });
      return lines.get(line);
    };
    const goesOn = step.event === 'instruction' && before?.event === 'instruction'
      && before.line === step.line && before.function === step.function;
    if (!goesOn && (this.granularity === 'call' || /line|instruction/.test(step.event))) {
      entry(step.line).next.push(number);
    }
    if (step.ran !== undefined) entry(step.ran).ran.push(number);
  }

  text(number) {
    return this.texts[number] ?? '';
  }

  /** Memory and picture at step `number`, from 1. */
  at(number) {
    const known = this.recent.get(number);
    if (known) return known;
    let from = number - (number % KEYFRAME_EVERY);
    let base = this.keyframes[from / KEYFRAME_EVERY];
    for (const [near, state] of this.recent) {
      if (near > from && near < number) [from, base] = [near, state];
    }
    const state = new State(base);
    while (from < number) state.apply(this.steps[from++]);
    this.recent.set(number, state);
    if (this.recent.size > RECENT) this.recent.delete(this.recent.keys().next().value);
    return state;
  }

  /** The box of what holds a reference: a call, an object, or the interpreter for it. */
  boxOfOwner(state, { frame, id, label }) {
    if (id) return this.boxOfObject.get(id);
    if (frame) return this.boxOfCall.get(frame.call);
    const place = this.placeOfRoot.get(label);
    if (place === 'call') return this.boxOfCall.get(runningFrame(state)?.call);
    return place === 'interpreter' ? this.boxOfInterpreter : undefined;
  }

  step(number) {
    return this.steps[number - 1];
  }

  /** What was printed up to a step. */
  printedAt(number) {
    return this.steps.slice(0, number).map((step) => step.out ?? '').join('');
  }

  typeOf(id) {
    return this.text(this.objects[id - 1][0]);
  }

  kindOf(id) {
    return this.objects[id - 1][1];
  }

  /** The kind of object that a box stands for; nothing for a call's. */
  kindOfBox(box) {
    const { object } = this.picture.keys[box];
    return object ? this.kindOf(object) : '';
  }

  address(id) {
    return this.objects[id - 1][2];
  }

  /** Step and line of an object's birth; null for what is older than the recording. */
  born(id) {
    const [step, line] = this.objects[id - 1][3];
    return step ? { step, line } : null;
  }

  died(id) {
    const died = this.objects[id - 1][4];
    return died && { step: died[0], line: died[1], cause: died[2] };
  }

  /** Its death, unless it lived to the end and the interpreter took it along. */
  diedInRun(id) {
    const died = this.died(id);
    return died?.cause === 'exit' ? null : died;
  }

  /** `list #12`, `int 5`, `class Node`. */
  nameOf(id, object) {
    if (this.kindOf(id) === 'atom' && object && object.value >= 0) {
      return `${this.typeOf(id)} ${visible(this.text(object.value))}`;
    }
    const named = object && object.name >= 0 ? ` ${visible(this.text(object.name))}` : '';
    const type = { class: 'class', function: 'function', module: 'module' }[this.kindOf(id)];
    return `${type ?? this.typeOf(id)}${named} #${id}`;
  }

  /** `12`, `'text'`, `Node #12`: a value that is one, else a name. */
  shortName(id, object) {
    if (this.kindOf(id) !== 'atom' || !object || object.value < 0) return this.nameOf(id, object);
    const letters = [...visible(this.text(object.value))];
    return letters.length > SHORT ? `${letters.slice(0, SHORT - 1).join('')}…` : letters.join('');
  }

  /** What a frame is called. */
  frameName(frame) {
    const name = this.text(frame.function);
    if (frame.module && frame.depth === 0) return 'globals';
    const module = this.files[frame.file]?.path.split('/').pop() ?? 'a module';
    const title = frame.module ? `globals of ${module}` : frame.body ? `body of class ${name}` : `${name}()`;
    return frame.named === undefined ? title : `${title} in ${this.text(frame.named)}`;
  }

  /** The drawn step that is nearest to one: itself, else on in the way that was gone, else back. */
  drawnStep(number, back) {
    const at = clamp(number, 1, this.length);
    for (const way of back ? [-1, 1] : [1, -1]) {
      for (let step = at; step >= 1 && step <= this.length; step += way) {
        if (!this.step(step).skip) return step;
      }
    }
    return at;
  }
}
