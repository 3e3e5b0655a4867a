// The quiz: questions about what comes next, at the steps that teach something.

class Quiz {
  constructor(app) {
    this.app = app;
    this.on = false;
    this.at = -1;
    this.given = new Map();
    this.chosen = null;
    /** The step that was left for a question. */
    this.from = null;
  }

  /** Whether the question is asked at this step, and not answered. */
  get isOpen() {
    return this.on && this.question !== undefined && this.isOpenHere(this.question);
  }

  isOpenHere(question) {
    return question.step === this.app.view.step && !this.given.has(question);
  }

  get question() {
    return this.questions?.[this.at];
  }

  toggle(on = !this.on) {
    this.on = on;
    $('quiz-button').setAttribute('aria-pressed', String(on));
    $('tab-quiz').hidden = !on;
    if (!on) {
      if (!$('quiz').hidden) this.app.showSide(false);
      this.app.show();
      return;
    }
    this.questions ??= questionsOf(this.app.run);
    this.app.tab('quiz');
    const next = this.questions.findIndex(({ step }) => step >= this.app.view.step);
    this.ask(next < 0 ? 0 : next);
    this.app.bringPanel();
  }

  /** Goes to where a question is asked, and says so. */
  ask(number) {
    this.at = number;
    const { step } = this.app.view;
    const goes = this.question && !this.given.has(this.question) && this.question.step !== step;
    this.from = goes ? step : null;
    if (!goes) {
      this.app.show();
      return;
    }
    this.app.go(this.question.step);
    this.app.say(`the question is about step ${this.question.step}; you came from step ${step}`);
  }

  /** The way back from a question to the step that was left for it. */
  wayBack() {
    const { from, app } = this;
    if (from === null || from === app.view.step) return null;
    return make('p', {}, `You came from step ${from}. `, button(`Back to step ${from}`, () => app.go(from), { class: 'link', id: 'quiz-back' }));
  }

  /** Goes on to the answer. */
  answer(question) {
    if (this.chosen?.question !== question) {
      this.app.say('choose an answer first');
      return;
    }
    this.given.set(question, this.chosen.index);
    this.app.go(question.next);
  }

  score() {
    const right = [...this.given].filter(([{ choices }, choice]) => choices[choice].right).length;
    return `${right} of ${counted(this.given.size, 'answer')} right`;
  }

  show() {
    const isOpen = !$('panels').hidden && !$('quiz').hidden;
    refill($('quiz'), isOpen ? [
      make('h2', {}, 'Quiz'),
      this.questions.length ? this.current() : make('p', {}, 'This run has no step that a question could be asked about.'),
      this.given.size ? make('p', { class: 'score' }, this.score()) : null,
    ] : null);
  }

  current() {
    const { question } = this;
    const last = this.at === this.questions.length - 1;
    return [
      make('p', { class: 'quiet' }, `Question ${this.at + 1} of ${this.questions.length}, asked at step ${question.step}`),
      this.wayBack(),
      this.block(question),
      make('p', { class: 'actions' }, spaced(
        this.at > 0 ? button(`◀ Question before: ${this.place(this.at - 1)}`, () => this.ask(this.at - 1)) : null,
        last ? null : button(`${this.given.has(question) ? 'Next question' : 'Another question'}: ${this.place(this.at + 1)} ▶`, () => this.ask(this.at + 1), { id: 'quiz-next' }))),
    ];
  }

  /** Where a question leads. */
  place(number) {
    const question = this.questions[number];
    return this.given.has(question) ? 'answered' : `step ${question.step}`;
  }

  /** A question: to be answered, or with what is right. */
  block(question) {
    const { app } = this;
    const prompt = make('p', { class: 'prompt' }, seen(question.prompt));
    if (this.given.has(question)) return [prompt, this.verdict(question)];
    const answers = question.choices.map(({ words }, index) => make('label', { class: 'check answer' },
      make('input', { type: 'radio', name: 'answer', id: `answer-${index}`, checked: this.chosen?.question === question && this.chosen.index === index, onchange: () => { this.chosen = { question, index }; } }),
      make('span', {}, seen(words))));
    const isHere = app.view.step === question.step;
    return [prompt,
      make('fieldset', {}, make('legend', { class: 'unseen' }, 'Answers'), answers),
      isHere ? button('Answer', () => this.answer(question), { class: 'primary', id: 'quiz-go' })
        : button(`Back to step ${question.step}, where this is asked`, () => app.go(question.step), { class: 'primary', id: 'quiz-go' })];
  }

  /** What was right, and why, from the record of the step. */
  verdict(question) {
    const { run } = this.app;
    const chosen = this.given.get(question);
    const isRight = question.choices[chosen].right;
    const words = visible(run.text(run.step(question.next).words));
    return [
      make('p', { class: isRight ? 'verdict right' : 'verdict', role: 'status' }, isRight ? 'Right.' : 'Not so.'),
      make('ul', { class: 'answers' }, question.choices.map(({ words: choice, right }, index) => make('li', { class: right ? 'right' : index === chosen ? 'missed' : null },
        `${right ? '✓' : index === chosen ? '✗' : '·'} ${seen(choice)}${index === chosen ? ' (your answer)' : ''}`))),
      question.why ? make('p', {}, question.why) : null,
      words && words !== question.why ? make('p', { class: 'quiet' }, `Step ${question.next}: ${words}`) : null,
      make('p', {}, button(`See step ${question.next}`, () => this.app.go(question.next), { class: 'link' })),
    ];
  }
}
