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
    return make('div', { class: `scope error ${error.wanted ? 'wanted' : ''}`, role: 'group', 'aria-label': visible(error.title) },
      make('div', { class: 'scope-head' }, make('strong', {}, visible(error.title)), make('span', { class: 'quiet' }, `object ${error.object}`)),
      error.raisings.map((raising) => this.raising(raising)),
      this.table('What the object holds', error.held),
      this.table('The values behind it', error.values),
      this.printed(error.printed));
  }

  listTitle(words) {
    return make('div', { class: 'list-title' }, words);
  }

  raising({ title, search, end, kind }) {
    return make('div', { class: 'code-list', role: 'group', 'aria-label': visible(title) },
      this.listTitle(visible(title)),
      search.map((call) => this.call(call)),
      make('p', { class: `error-end ${kind}` }, visible(end)));
  }

  call(call) {
    return [
      make('div', { class: 'error-room', role: 'presentation' }, this.add(this.spans(call.at), { class: `error-call ${call.own ? '' : 'foreign'}` },
        make('div', { class: 'error-place' }, this.names(call), this.step(call.step)),
        call.folded.map((words) => make('p', { class: 'quiet' }, visible(words))),
        call.how ? make('p', {}, visible(call.how[0]), this.detail(call.how[1])) : null,
        call.handlers.map(([words, row]) => make('p', {}, make('span', { class: 'where free' }, visible(words)), this.detail(row))),
        make('p', {}, make('span', { class: `where ${call.outcome === 'caught' ? 'local' : call.outcome === 'replaced' ? 'replaced' : ''}` }, visible(call.words)), this.detail(call.entry)))),
      call.more ? make('p', { class: 'quiet error-more' }, `… and ${grouped(call.more)} more calls like this one`) : null,
    ];
  }

  /** Whose call it is; of several calls of a library, how many. */
  names(call) {
    if (call.folded.length) return make('strong', {}, `${call.folded.length} calls inside the library`);
    return [make('strong', {}, visible(call.name)), make('span', { class: 'quiet' }, `line ${call.line} of ${visible(call.path)}`)];
  }

  /** What the interpreter calls it, small behind the words. */
  detail(words) {
    return words ? make('small', { class: 'quiet error-detail' }, ` [${visible(words)}]`) : null;
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
      lines.map(([text, words, detail, start, at]) => text === '' ? make('pre', { class: 'error-line', 'aria-hidden': 'true' }, ' ') : this.add(this.spans(at), { class: `error-line ${start ? 'is-start' : ''}` },
        make('pre', {}, visible(text)),
        make('small', { class: 'quiet' }, visible(words), this.detail(detail)),
        start ? make('span', { class: 'where replaced' }, 'read from here: your own last line') : null)));
  }
}
