// The quiz: at each step, what will change? The learner marks it, then sees.

const NEW = 'new';
const PRINTED = 'printed';

class Quiz {
  constructor(app) {
    this.app = app;
    this.on = false;
    this.asked = null;
    this.score = { right: 0, steps: 0 };
    this.answer = null;
  }

  toggle(on = !this.on) {
    this.on = on;
    $('quiz-button').setAttribute('aria-pressed', String(on));
    $('tab-quiz').hidden = !on;
    this.answer = null;
    if (on) {
      this.ask();
      this.app.tab('quiz');
    } else {
      this.asked = null;
      if (!$('quiz').hidden) this.app.showSide(false);
    }
    this.app.show();
    if (on) this.app.bringPanel();
  }

  /** Asks about the step that comes after this one. */
  ask() {
    const { view, run } = this.app;
    this.answer = null;
    const next = run.drawnStep(view.step + 1, false);
    this.asked = next > view.step ? { step: view.step, next, marked: new Set() } : null;
  }

  /** Goes on to the answer, also where nothing is marked: nothing will change. */
  see() {
    this.seeing = true;
    this.app.go(this.app.view.step + 1);
    this.seeing = false;
  }

  /** A step was gone to: the one that was asked about is answered, any other asks anew. */
  moved(from, to) {
    if (!this.on) return;
    // Who goes on without a mark has not answered.
    const answered = this.asked?.marked.size || this.seeing;
    if (this.asked?.step === from && to === this.asked.next && answered) this.check();
    else this.ask();
  }

  /** Marks a box of the picture; whether the quiz took the click. */
  mark(box) {
    if (!this.on || !this.asked) return false;
    const { marked } = this.asked;
    if (!marked.delete(box)) marked.add(box);
    this.show();
    return true;
  }

  check() {
    const { step, next, marked } = this.asked;
    const truth = changesTo(this.app.run, step, next);
    const keys = [...new Set([...truth.keys(), ...marked])];
    const right = keys.every((key) => truth.has(key) && marked.has(key));
    this.score.steps++;
    if (right) this.score.right++;
    this.answer = { truth, marked, keys, right, from: step, to: next };
    this.asked = null;
  }

  boxName(box) {
    const { keys, contents } = this.app.run.picture;
    const { object, call } = keys[box];
    const { from, to } = this.answer ?? { from: this.app.view.step, to: this.app.view.step };
    const placed = this.app.run.at(from).boxes.get(box) ?? this.app.run.at(to).boxes.get(box);
    const title = visible(this.app.run.text(contents[placed.content].title));
    return object ? `${title} #${object}` : call === undefined ? title : `the names of ${title}`;
  }

  show() {
    this.markPicture();
    if ($('quiz').hidden) return;
    const parts = [make('h2', {}, 'What will change?')];
    if (this.answer) parts.push(...this.showAnswer());
    else if (this.asked) parts.push(...this.question());
    else parts.push(make('p', {}, 'The run has ended: nothing comes after this step.'));
    if (this.score.steps) parts.push(make('p', { class: 'score' }, `${this.score.right} of ${counted(this.score.steps, 'step')} right`));
    const focused = document.activeElement?.closest('#quiz') ? document.activeElement.id : null;
    refill($('quiz'), parts);
    if (focused) ($(focused) ?? $('quiz-go'))?.focus();
  }

  question() {
    const { app } = this;
    const { keys } = app.run.picture;
    const boxes = [...app.state.boxes.keys()].filter((box) => keys[box].object || keys[box].call !== undefined);
    const choice = (key, words) => make('label', { class: 'check' },
      make('input', { type: 'checkbox', id: `mark-${key}`, checked: this.asked.marked.has(key), onchange: () => this.mark(key) }), ` ${words}`);
    const alive = boxes.filter((box) => app.run.picture.contents[app.state.boxes.get(box).content].status < 2);
    return [
      make('p', {}, `Now: ${app.run.text(app.step.caption)}. What will be different after the next step? Mark boxes here or in the picture.`),
      make('fieldset', {}, make('legend', {}, 'These will change (rows, count, or end):'), alive.map((box) => choice(box, this.boxName(box)))),
      make('fieldset', {}, make('legend', {}, 'And also:'), choice(NEW, 'a new box appears'), choice(PRINTED, 'something is printed')),
      button('See', () => this.see(), { class: 'primary', id: 'quiz-go' }),
    ];
  }

  showAnswer() {
    const { truth, marked, keys, right } = this.answer;
    const name = (key) => (key === NEW ? 'a new box' : key === PRINTED ? 'output' : this.boxName(key));
    const entries = keys.map((key) => {
      const [sign, verdict] = truth.has(key) ? (marked.has(key) ? ['✓', 'right'] : ['○', 'missed']) : ['✗', 'did not change'];
      return make('li', { class: verdict.replaceAll(' ', '-') }, `${sign} ${name(key)}: ${verdict}`, truth.has(key) ? make('span', { class: 'quiet' }, ` (${truth.get(key)})`) : null);
    });
    const last = this.app.view.step === this.app.run.drawnStep(this.app.run.length, true);
    return [
      make('p', { class: right ? 'verdict right' : 'verdict', role: 'status' }, right ? (keys.length ? 'All right.' : 'Right: nothing changes.') : 'Not quite.'),
      keys.length ? make('ul', { class: 'answers' }, entries) : null,
      last ? null : button('Next question', () => {
        this.ask();
        this.app.show();
      }, { class: 'primary', id: 'quiz-go' }),
    ];
  }

  markPicture() {
    const marked = this.on ? (this.asked ?? this.answer)?.marked : null;
    for (const [box, { element }] of this.app.picture.boxes) element.classList.toggle('marked', marked?.has(box) ?? false);
  }
}

/** What is different at the step that is drawn after `step`: for each box, in words, what; new boxes and output, too. */
function changesTo(run, step, next) {
  const [old, now] = [run.at(step), run.at(next)];
  const { contents, keys } = run.picture;
  const truth = new Map();
  for (const [box, { content }] of old.boxes) {
    const [was, is] = [contents[content], contents[now.boxes.get(box)?.content]];
    if (was.status === 2 || (!keys[box].object && keys[box].call === undefined)) continue;
    const why = is ? differences(run, was, is) : [keys[box].object ? 'it leaves the picture' : 'the call ends'];
    if (why.length) truth.set(box, why.join(', '));
  }
  const fresh = [...now.boxes.keys()].filter((box) => !old.boxes.has(box) && (keys[box].object || keys[box].call !== undefined));
  if (fresh.length) truth.set(NEW, fresh.map((box) => visible(run.text(contents[now.boxes.get(box).content].title))).join(', '));
  const out = run.printedAt(next).slice(run.printedAt(step).length);
  if (out) truth.set(PRINTED, visible(out.trim()));
  return truth;
}

const keysOfPassing = ['return', 'yield', 'raise'];

/** Rows that hold something: not words about the box, nor what a call hands on, which is no name. */
const rowsOf = (run, { rows }) => rows.filter(([label, , flags]) => !(flags & 2) && !keysOfPassing.includes(run.text(label - 1)));

function differences(run, was, is) {
  if (is.status === 2) return [run.text(is.note)];
  const why = [];
  const rows = rowsOf(run, is);
  const changed = rows.filter(([, , flags]) => flags & 1).length;
  if (changed) why.push(counted(changed, 'row'));
  else if (rows.length !== rowsOf(run, was).length) why.push('rows are gone');
  if (is.moved) why.push(run.text(is.count));
  if (was.status !== is.status) why.push(is.status ? 'now unreachable' : 'reachable again');
  return why;
}
