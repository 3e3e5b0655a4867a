// The tree of calls, in which one can jump; as a flame above the slider; and breakpoints.

const FLAME_ROW = 6;
const FLAME_ROWS_AT_MOST = 8;
/** Calls of one caller that are listed at once. */
const CALLS_SHOWN = 40;

/** The calls over the steps that they take, each below its caller. */
class Flame {
  constructor(app, canvas, x) {
    Object.assign(this, { app, canvas, x });
    const { calls } = app.run;
    this.rows = Math.min(FLAME_ROWS_AT_MOST, calls.deepest - 1);
    canvas.hidden = this.rows < 1;
    canvas.style.setProperty('--flame', `${Math.max(2, this.rows) * FLAME_ROW}px`);
    canvas.addEventListener('click', (event) => {
      const call = this.callAt(event);
      app.go(call ? call.first : this.stepAt(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      const call = this.callAt(event);
      canvas.title = call ? `${callName(app.run, call)}, steps ${call.first} to ${call.last}${call.left ? `, left by ${call.left.words}` : ''}` : '';
    });
  }

  draw() {
    if (this.canvas.hidden) return;
    const { pen, width } = sharp(this.canvas);
    const { run } = this.app;
    const colours = ['accent', 'lane'].map(colour);
    const names = new Map();
    for (const call of run.calls.byNumber.values()) {
      const row = call.depth - 1;
      if (row < 0 || row >= this.rows) continue;
      if (!names.has(call.function)) names.set(call.function, names.size);
      const [from, to] = [this.x(call.first, width), this.x(call.last, width)];
      pen.globalAlpha = 0.35 + 0.25 * (row % 2);
      pen.fillStyle = colours[names.get(call.function) % 2];
      pen.fillRect(from, row * FLAME_ROW, Math.max(1, to - from - 0.5), FLAME_ROW - 1);
    }
    pen.globalAlpha = 1;
  }

  stepAt(event) {
    const { width } = this.canvas.getBoundingClientRect();
    const share = (event.offsetX - THUMB) / Math.max(1, width - 2 * THUMB);
    return clamp(Math.round(1 + share * (this.app.run.length - 1)), 1, this.app.run.length);
  }

  /** The call that is drawn at a place. */
  callAt(event) {
    const depth = Math.floor(event.offsetY / FLAME_ROW) + 1;
    const step = this.stepAt(event);
    const near = 1 + this.app.run.length / Math.max(1, this.canvas.clientWidth);
    const reaches = (call, by) => call.depth === depth && call.first <= step + by && call.last >= step - by;
    const calls = [...this.app.run.calls.byNumber.values()];
    return calls.find((call) => reaches(call, 0)) ?? calls.find((call) => reaches(call, near));
  }
}

/** `fib(n=3)`. */
function callName(run, call) {
  const name = run.frameName(call).replace('()', '');
  if (call.module || call.body) return name;
  return `${name}(${call.given.map(([label, words]) => `${visible(run.text(label))}=${words}`).join(', ')})`;
}

class CallTree {
  constructor(app) {
    this.app = app;
    /** Calls that the reader has opened or closed. */
    this.asked = new Map();
  }

  show() {
    if ($('panels').hidden || $('calls').hidden) return;
    const { run, view, horizon } = this.app;
    this.current = run.calls.running[view.step];
    this.path = new Set();
    for (let at = this.current; at !== null && at !== undefined; at = run.calls.byNumber.get(at)?.parent) this.path.add(at);
    const known = [...run.calls.byNumber.values()].filter(({ first }) => first <= horizon);
    const roots = run.calls.roots().filter(({ first }) => first <= horizon);
    refill($('calls'),
      make('h2', {}, 'Calls'),
      this.app.keptBack(),
      make('p', { class: 'quiet' }, `${counted(known.length - 1, 'call')}. What runs now is bold; click a call to go to its beginning, what it returned, or what left it, to go to its end.`),
      make('ul', { class: 'calls' }, roots.map((call) => this.entry(call))));
    scrollWithin($('calls'), $('calls').querySelector('[aria-current]'));
  }

  entry(call) {
    const { app } = this;
    const { run } = app;
    const isOpen = this.asked.get(call.call) ?? this.path.has(call.call);
    const toggle = call.children.length ? button(isOpen ? '▾' : '▸', () => {
      this.asked.set(call.call, !isOpen);
      this.show();
    }, { class: 'toggle', 'aria-expanded': String(isOpen), 'aria-label': `Calls of ${callName(run, call)}` }) : make('span', { class: 'toggle' });
    const isKnown = (end) => (end && end.step <= app.horizon ? end : null);
    const returned = call.module || call.body ? null : isKnown(call.returned);
    const left = isKnown(call.left);
    const steps = call.last <= app.horizon ? `Steps ${call.first} to ${call.last}` : `From step ${call.first} on`;
    return make('li', {},
      make('div', { class: 'call' }, toggle,
        make('span', {}, button(callName(run, call), () => app.go(call.first), { class: 'link', 'aria-current': call.call === this.current ? 'true' : null, title: steps }),
        returned ? [' → ', button(returned.words, () => app.go(returned.step), { class: 'link value', title: `Step ${returned.step}` })] : null,
        left ? [' ', button(`left by ${left.words}`, () => app.go(left.step), { class: 'link left-by', title: `Step ${left.step}` })] : null)),
      isOpen && call.children.length ? make('ul', {}, this.children(call)) : null);
  }

  /** The calls of a call: all of them, or those around the step that is shown. */
  children(call) {
    const { run, view } = this.app;
    const calls = call.children.map((number) => run.calls.byNumber.get(number)).filter(({ first }) => first <= this.app.horizon);
    const at = calls.findLastIndex(({ first }) => first <= view.step);
    const from = clamp(at - CALLS_SHOWN / 2, 0, Math.max(0, calls.length - CALLS_SHOWN));
    const shown = calls.slice(from, from + CALLS_SHOWN);
    const more = (count, where) => (count > 0 ? make('li', { class: 'quiet' }, `… ${grouped(count)} ${where}`) : null);
    return [more(from, 'before'), shown.map((child) => this.entry(child)), more(calls.length - from - shown.length, 'after')];
  }
}

/** Lines at which running on stops. */
class Breakpoints {
  constructor(app) {
    this.app = app;
    this.lines = new Set();
    $('run-on').onclick = () => this.run(false);
  }

  has(file, line) {
    return this.lines.has(`${file}:${line}`);
  }

  /** Sets exactly these, `file:line` each. */
  put(lines) {
    this.lines = new Set(lines);
    $('run-on').hidden = !this.lines.size;
    this.app.source.mark();
  }

  toggle(file, line) {
    const key = `${file}:${line}`;
    const others = [...this.lines].filter((one) => one !== key);
    this.put(this.has(file, line) ? others : [...others, key]);
    this.app.say(this.has(file, line) ? `breakpoint at line ${line}: r runs on to it` : `no breakpoint at line ${line} any more`);
  }

  toggleHere() {
    const { app } = this;
    const focused = document.activeElement?.dataset?.line;
    this.toggle(app.source.file, Number(focused ?? app.step.line));
  }

  /** Goes to the next step at which a line with a breakpoint is about to run. */
  run(back) {
    const { app } = this;
    if (!this.lines.size) {
      app.say('no breakpoint is set: click a line’s number');
      return;
    }
    const steps = [...this.lines].flatMap((key) => {
      const [file, line] = key.split(':').map(Number);
      return app.run.lines[file]?.get(line)?.next ?? [];
    });
    app.seek(steps.sort((a, b) => a - b), back, 'stops at a breakpoint');
  }
}
