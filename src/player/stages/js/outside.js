// The columns of what stands around the objects of a run: its imports, what was open, its end.

/** A column whose rows belong to lines of any of the run's files, and to steps. */
class RunColumn extends BoxColumn {
  constructor(page, name) {
    super(page, name, NAMES[name]);
    this.data = page.run[name];
    this.body.addEventListener('click', (event) => {
      const fold = event.target.closest('[data-fold]');
      const way = event.target.closest('[data-go]');
      if (!way && !fold) return;
      event.stopPropagation();
      if (fold) return this.toggle(Number(fold.dataset.fold));
      this.app.showStep(Number(way.dataset.go));
    });
    this.draw();
  }

  wanted() {
    return this.drawn;
  }

  /** The source of a line, where its file is the one that is shown. */
  spanOf({ sheet, line }) {
    const { app, model } = this;
    const isShown = sheet === app.book.files[app.file][0] && line >= 1 && line <= model.lineCount;
    return isShown ? [model.lineSpan(line - 1)] : [];
  }

  /** s: goes to the step of the row that the cursor is on. */
  keyMore(key) {
    const way = key === 's' && this.element(this.cursor)?.querySelector('[data-go]');
    if (way) this.app.showStep(Number(way.dataset.go));
    return Boolean(way);
  }

  /** A way to a step; no button, since a row of the list is one thing for a screen reader. */
  step(number, words) {
    return make('span', { class: 'to-step', 'data-go': number, title: 'Go to this step (s)' }, words);
  }

  /** Marks the rows that are about a step. */
  showStep(step) {
    for (const element of this.body.querySelectorAll('[data-step]')) element.classList.toggle('is-now', Number(element.dataset.step) === step?.number);
  }
}

class ImportsColumn extends RunColumn {
  constructor(page) {
    super(page, 'imports');
  }

  draw() {
    this.items = [];
    refill(this.body, this.data.rows.map((row, at) => this.row(row, at)));
  }

  /** o: opens or folds the list of modules of the row that the cursor is on. */
  keyMore(key) {
    const fold = key === 'o' && this.element(this.cursor)?.querySelector('[data-fold]');
    if (fold) this.toggle(Number(fold.dataset.fold));
    return Boolean(fold) || super.keyMore(key);
  }

  toggle(at) {
    if (!this.opened.delete(at)) this.opened.add(at);
    this.draw();
    this.light(this.app.lit, false);
  }

  /** The modules that a row stands for as well, one list, folded until somebody asks. */
  fold(row, at) {
    if (!row.folded) return null;
    const isOpen = this.opened.has(at);
    return [
      make('span', { class: 'to-step', 'data-fold': at, title: `${isOpen ? 'Fold' : 'Show'} the list (o)` }, isOpen ? 'fold' : 'show them'),
      isOpen ? make('p', { class: 'import-words import-folded' }, visible(row.folded)) : null,
    ];
  }

  row(row, at) {
    const { depth, kind, word, head, words, step } = row;
    const name = kind === 'note' ? make('span', { class: 'quiet' }, visible(head)) : make('code', {}, visible(head));
    const place = kind === 'statement' && row.line > 0 ? make('span', { class: 'import-place' }, `${visible(row.file)}:${row.line}`) : null;
    const more = kind === 'statement' ? [words.join('; ')] : words;
    const element = this.add(this.spanOf(row), { class: `import ${kind}`, 'data-step': kind === 'statement' ? step : null },
      make('div', { class: 'import-head' }, name, word ? make('span', { class: `import-word ${kind}` }, word) : null, kind === 'statement' && step > 0 ? this.step(step, `step ${step}`) : null, place),
      more.filter(Boolean).map((text) => make('p', { class: 'import-words' }, visible(text))), this.fold(row, at));
    element.style.setProperty('--depth', depth);
    return element;
  }
}

class EndColumn extends RunColumn {
  constructor(page) {
    super(page, 'end');
  }

  draw() {
    this.items = [];
    const { resources, outcome, rows } = this.data;
    const behind = rows.length ? rows.map((row, at) => this.event(row, at + 1)) : make('p', { class: 'quiet end-note' }, 'Nothing that was recorded happened there.');
    refill(this.body,
      resources.length ? make('div', { class: 'end-title' }, 'Open over the steps') : null,
      resources.map((one) => this.resource(one)),
      make('div', { class: 'end-title' }, 'After the last line'),
      make('p', { class: 'end-note' }, visible(outcome)),
      behind);
  }

  resource(one) {
    const track = make('div', { class: 'track', role: 'img', 'aria-label': visible(one.end) });
    // Behind the last step there is room for the interpreter's own end.
    const place = (step) => `${((step - 1) / Math.max(1, this.data.steps)) * 100}%`;
    for (const [from, to, isOpen] of one.bars) {
      const bar = make('span', { class: `bar${isOpen ? '' : ' free'}${one.left ? ' left' : ''}` });
      bar.style.setProperty('left', place(from));
      bar.style.setProperty('width', `calc(${place(to)} - ${place(from)})`);
      track.append(bar);
    }
    return this.add(this.spanOf(one), { class: `resource${one.left ? ' left' : ''}` },
      make('div', { class: 'import-head' }, make('code', {}, visible(one.head)), make('span', { class: 'quiet' }, visible(one.kind)), this.step(one.step, `step ${one.step}`)),
      track,
      make('p', { class: 'import-words' }, one.left ? make('strong', { class: 'garbage' }, '✕ ') : null, visible(one.end)));
  }

  event([kind, words], number) {
    return this.add([], { class: `event ${kind}` }, make('span', { class: 'index' }, number), make('span', { class: `import-word ${kind}` }, kind), make('span', { class: 'event-words' }, visible(words)));
  }
}
