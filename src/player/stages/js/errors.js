// Exceptions of the run: the calls that each went through, what it holds, the values that failed, and
// what was printed, each line beside what it is made from.

class ErrorsColumn extends BoxColumn {
  constructor(app) {
    super(app, 'errors', NAMES.errors);
    this.errors = app.run.errors.list;
    this.body.addEventListener('click', (event) => {
      const step = event.target.closest('[data-step]');
      if (!step) return;
      event.stopPropagation();
      app.showStep(Number(step.dataset.step));
    });
    this.draw();
  }

  /** s: goes to the step of the call that the cursor is on. */
  keyMore(key) {
    const step = key === 's' && this.element(this.cursor)?.querySelector('[data-step]');
    if (step) this.app.showStep(Number(step.dataset.step));
    return Boolean(step);
  }

  wanted() {
    return this.drawn;
  }

  draw() {
    this.items = [];
    if (!this.errors.length) {
      refill(this.body, make('p', { class: 'notice' }, 'The program’s own code has raised no exception, and none came to it.'));
      return;
    }
    const { shown, more } = this.some(this.errors, 'errors', () => false);
    refill(this.body, shown.map((error) => this.error(error)), more);
  }

  /** Spans of the file that is shown. */
  spans([sheet, start, end]) {
    return start >= 0 && this.app.isShown(sheet) ? [[start, end]] : [];
  }

  error(error) {
    return make('div', { class: 'scope error', role: 'group', 'aria-label': visible(error.title) },
      make('div', { class: 'scope-head' }, make('strong', {}, visible(error.title)), make('span', { class: 'quiet' }, `object ${error.object}`)),
      error.raisings.map((raising) => this.raising(raising)),
      this.table('What the object holds', error.held),
      this.table('What the line that failed worked with', error.values),
      this.printed(error.printed));
  }

  listTitle(words) {
    return make('div', { class: 'list-title' }, words);
  }

  raising({ search, end, kind }) {
    return make('div', { class: 'code-list', role: 'group', 'aria-label': 'The search for a handler' },
      this.listTitle('The search for a handler, from call to call'),
      search.map((call) => this.call(call)),
      make('p', { class: `error-end ${kind}` }, visible(end)));
  }

  call(call) {
    return [
      make('div', { class: 'error-room', role: 'presentation' }, this.add(this.spans(call.at), { class: `error-call ${call.own ? '' : 'foreign'}` },
        make('div', { class: 'error-place' }, make('strong', {}, visible(call.name)), make('span', { class: 'quiet' }, `line ${call.line} of ${visible(call.path)}`), this.step(call.step)),
        call.how ? make('p', {}, visible(call.how)) : null,
        call.handlers.map(([words, row]) => make('p', {}, make('span', { class: 'where free' }, visible(words)), ' ', make('small', { class: 'quiet' }, row))),
        make('p', {}, make('span', { class: `where ${call.outcome === 'caught' ? 'local' : call.outcome === 'replaced' ? 'replaced' : ''}` }, visible(call.words)), ' ', call.entry ? make('small', { class: 'quiet' }, call.entry) : null))),
      call.more ? make('p', { class: 'quiet error-more' }, `… and ${grouped(call.more)} more calls like this one`) : null,
    ];
  }

  step(number) {
    return make('span', { class: 'error-step', 'data-step': number, title: 'Go to this step (s)' }, `step ${number}`);
  }

  table(title, rows) {
    if (!rows.length) return null;
    return make('div', { class: 'code-list', role: 'group', 'aria-label': title }, this.listTitle(title),
      rows.map(([about, words, at]) => this.add(this.spans(at), { class: 'fact' }, make('span', { class: 'about' }, about), make('span', { class: 'words' }, visible(words)))));
  }

  printed(lines) {
    if (!lines.length) return null;
    return make('div', { class: 'code-list', role: 'group', 'aria-label': 'What was printed' }, this.listTitle('What was printed, and what each line is made from'),
      lines.map(([text, words, start, at]) => text === '' ? make('pre', { class: 'error-line', 'aria-hidden': 'true' }, ' ') : this.add(this.spans(at), { class: `error-line ${start ? 'is-start' : ''}` },
        make('pre', {}, visible(text)),
        make('small', { class: 'quiet' }, visible(words)),
        start ? make('span', { class: 'where replaced' }, 'read from here: your own last line') : null)));
  }
}
