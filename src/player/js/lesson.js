// A lesson: the author's prose and questions, as stops along the run.

/** Prose in a little Markdown: paragraphs, lists, `code`, **strong**, *stressed*. All of it stays text. */
function proseOf(text) {
  const blocks = [];
  for (const line of seen(text).split('\n')) {
    const item = /^\s*[-*] (.*)$/.exec(line);
    if (!item) blocks.push(make('p', {}, inlineOf(line)));
    else if (blocks.at(-1)?.localName === 'ul') blocks.at(-1).append(make('li', {}, inlineOf(item[1])));
    else blocks.push(make('ul', {}, make('li', {}, inlineOf(item[1]))));
  }
  return blocks;
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*/g;

function inlineOf(line) {
  const parts = [];
  let at = 0;
  for (const found of line.matchAll(INLINE)) {
    parts.push(line.slice(at, found.index));
    const [, code, strong, stressed] = found;
    parts.push(code ? make('code', {}, code) : strong ? make('strong', {}, strong) : make('em', {}, stressed));
    at = found.index + found[0].length;
  }
  return [...parts, line.slice(at)];
}

/** The stops of a run: the steps at which something is said or asked. */
function stopsOf(run) {
  const stops = new Map();
  const at = (step) => {
    if (!stops.has(step)) stops.set(step, { step, captions: [], prose: [], questions: [] });
    return stops.get(step);
  };
  for (const [step, words] of run.captions ?? []) at(run.drawnStep(step, false)).captions.push(words);
  for (const [step, text] of run.prose ?? []) at(run.drawnStep(step, false)).prose.push(text);
  for (const ask of run.asks ?? []) {
    const question = authorsQuestion(run, ask);
    at(question.step).questions.push(question);
  }
  return [...stops.values()].sort((a, b) => a.step - b.step);
}

class Lesson {
  constructor(app) {
    this.app = app;
    this.stops = stopsOf(app.run);
    $('tab-lesson').hidden = !this.stops.length;
  }

  /** Whether something is told or asked. Captions alone are stops in a run like any other. */
  get isTold() {
    return this.stops.some(({ prose, questions }) => prose.length || questions.length);
  }

  /** Whether a question of the lesson is asked at this step, and not answered. */
  get isOpen() {
    return this.isTold && this.stops.some(({ questions }) => questions.some((question) => this.app.quiz.isOpenHere(question)));
  }

  /** The stop that the step belongs to: the last one that is not behind it. */
  get at() {
    return this.stops.findLastIndex(({ step }) => step <= this.app.view.step);
  }

  /** Opens with the page, where the address asks for no step or object. */
  begin() {
    if (!this.isTold || location.hash.length > 1 || document.body.classList.contains('narrow')) return;
    this.app.tab('lesson');
    this.app.go(this.stops[0].step);
    this.app.show();
  }

  show() {
    if ($('panels').hidden || $('lesson').hidden) return;
    const { app, at } = this;
    const stop = this.stops[at];
    const other = (number, words, name) => (this.stops[number] ? button(words, () => app.go(this.stops[number].step), { id: name }) : null);
    const isHere = stop?.step === app.view.step;
    refill($('lesson'),
      make('h2', {}, 'Lesson'),
      make('p', { class: 'quiet' }, stop ? `Stop ${at + 1} of ${this.stops.length}` : 'The first stop comes later.',
        stop && !isHere ? [', ', button(`step ${stop.step}`, () => app.go(stop.step), { class: 'link' })] : null),
      (stop?.captions ?? []).map((words) => make('p', { class: 'stop-caption' }, seen(words))),
      make('div', { class: 'prose' }, (stop?.prose ?? []).map(proseOf)),
      (stop?.questions ?? []).map((question) => app.quiz.block(question)),
      make('p', { class: 'actions' }, spaced(other(at - 1, '◀ Back', 'stop-before'), other(at + 1, 'Go on ▶', 'stop-next'))));
  }
}
