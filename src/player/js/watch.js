// What the reader keeps an eye on: paths, the rounds of a loop, the difference to another step,
// bookmarks.

const COLUMNS_AT_MOST = 7;
const ROUNDS_SHOWN = 30;
const DIFFERENCES_SHOWN = 24;

class Watch {
  constructor(app) {
    this.app = app;
    this.store = `watch ${app.run.script}`;
    const kept = readSettings()[this.store] ?? {};
    this.paths = Array.isArray(kept.paths) ? kept.paths.filter((path) => parsePath(String(path))) : [];
    this.marks = Array.isArray(kept.marks) ? kept.marks.filter(({ step }) => step >= 1 && step <= app.run.length) : [];
    this.against = null;
    this.field = make('input', { id: 'watch-path', placeholder: 'head.next.value', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'watch-said' });
    this.note = make('input', { id: 'mark-note', placeholder: 'why it matters', autocomplete: 'off' });
    this.said = make('p', { id: 'watch-said', role: 'status', class: 'moved' });
    this.body = make('div', {});
    const form = (label, field, action, words) => make('form', { class: 'line', onsubmit: (event) => { event.preventDefault(); action(); } },
      make('label', { class: 'field' }, label, field), make('button', { type: 'submit' }, words));
    refill($('watch'), make('h2', {}, 'Watch'),
      form('A name, or a path from one', this.field, () => this.add(), 'Watch'), this.said, this.body,
      make('h3', {}, 'Bookmarks'), form('A note on this step', this.note, () => this.bookmark(), 'Keep'), this.list = make('ul', { class: 'owners' }));
  }

  keep() {
    keepSetting(this.store, { paths: this.paths, marks: this.marks });
    this.show();
  }

  add() {
    const words = this.field.value.trim();
    this.said.textContent = '';
    if (!parsePath(words)) {
      this.said.textContent = 'Not a path: write a name, then .attribute or [key].';
      return;
    }
    if (!this.paths.includes(words)) this.paths.push(words);
    this.field.value = '';
    this.keep();
  }

  bookmark() {
    const { step } = this.app.view;
    this.marks = [...this.marks.filter((mark) => mark.step !== step), { step, note: this.note.value.trim() }].sort((a, b) => a.step - b.step);
    this.note.value = '';
    this.keep();
  }

  show() {
    if ($('panels').hidden || $('watch').hidden) return;
    refill(this.body, this.watched(), this.rounds(), this.difference());
    refill(this.list, this.marks.map(({ step, note }) => make('li', {},
      button(`step ${step}`, () => this.app.go(step), { class: 'link', 'aria-current': step === this.app.view.step ? 'step' : null }), note ? ` ${visible(note)} ` : ' ',
      button('×', () => { this.marks = this.marks.filter((mark) => mark.step !== step); this.keep(); }, { class: 'small', 'aria-label': `Forget the bookmark at step ${step}` }))));
  }

  /** Each path with what it leads to now; what it led to before, where that differs. */
  watched() {
    const { app } = this;
    const { run, view, state } = app;
    if (!this.paths.length) return null;
    const before = view.step > 1 ? run.at(run.drawnStep(view.step - 1, true)) : null;
    const rows = this.paths.map((words) => {
      const path = parsePath(words);
      const now = ledTo(run, state, path);
      const was = before && ledTo(run, before, path);
      const moved = was && was.id !== now.id;
      const old = moved && was.id ? make('span', { class: 'quiet' }, ` was ${run.shortName(was.id, before.heap.get(was.id))}`) : null;
      return make('tr', { class: moved ? 'moved' : null },
        make('th', { scope: 'row' }, make('code', {}, words)),
        make('td', {}, now.id ? valueOf(app, now.id) : make('span', { class: 'quiet' }, `no ${now.missing} here`), old),
        make('td', {}, button('×', () => { this.paths = this.paths.filter((one) => one !== words); this.keep(); }, { class: 'small', 'aria-label': `Watch ${words} no more` })));
    });
    return make('table', { class: 'rounds' }, make('tbody', {}, rows));
  }

  /** The loops that the step is in: a row for each round, a column for each name that changes. */
  rounds() {
    const loops = roundsOf(this.app.run, this.app.view.step, this.app.horizon);
    if (!loops.length) return [make('h3', {}, 'Rounds of the loop'), make('p', { class: 'quiet' }, 'This step is in no loop.')];
    return loops.map((found) => this.table(found));
  }

  table({ rounds, loop, names: all }) {
    const { app } = this;
    const { run, view } = app;
    const names = all.slice(0, COLUMNS_AT_MOST);
    const at = rounds.findLastIndex(({ step }) => step <= view.step);
    const from = clamp(at - ROUNDS_SHOWN / 2, 0, Math.max(0, rounds.length - ROUNDS_SHOWN));
    const cell = (round, name) => {
      const found = round.names.get(name);
      return make('td', {}, found ? valueOf(app, found.id, run.at(found.step)) : '');
    };
    const rows = rounds.slice(from, from + ROUNDS_SHOWN).map((round, index) => make('tr', { class: from + index === at ? 'moved' : null },
      make('th', { scope: 'row' }, button(String(from + index + 1), () => app.go(round.step), { class: 'link', title: `Begins at step ${round.step}` })), ' ',
      names.map((name) => [cell(round, name), ' ']),
      make('td', {}, button(`step ${round.end}`, () => app.go(round.end), { class: 'link', title: 'The end of this round: the values are those of this step' }))));
    const title = `Rounds of the loop in line ${loop.first}: ${grouped(rounds.length)}`;
    const near = rounds.length > ROUNDS_SHOWN ? ` ${ROUNDS_SHOWN} near this step are listed.` : '';
    const column = (name) => make('th', { scope: 'col', title: `${visible(run.text(name))} at the end of the round` }, make('code', {}, visible(run.text(name))));
    return [
      make('h3', {}, title),
      app.keptBack(),
      make('p', { class: 'quiet' }, `Each value is that at the end of its round, at the step that stands behind it.${near} The number of a round leads to its beginning.`),
      make('div', { class: 'across', tabindex: '0', role: 'group', 'aria-label': title }, make('table', { class: 'rounds' },
        make('thead', {},
          names.length ? make('tr', {}, make('td', {}), make('th', { scope: 'colgroup', colspan: names.length + 1 }, 'at the end of the round')) : null,
          make('tr', {}, make('th', { scope: 'col' }, 'Round'), ' ', names.map((name) => [column(name), ' ']), make('th', { scope: 'col' }, 'which is'))),
        make('tbody', {}, rows))),
    ];
  }

  /** What differs between a step that was chosen and this one. */
  difference() {
    const { app } = this;
    const { run, view } = app;
    const head = make('h3', {}, 'Compare with another step');
    if (this.against === null || this.against === view.step) {
      const words = this.against === null ? 'Remember this step, go to another, and see what differs.' : `Step ${view.step} is remembered: go to another step.`;
      return [head, make('p', { class: 'quiet' }, words), this.against === null ? button('Remember this step', () => this.remember(view.step)) : null];
    }
    const [one, other] = [this.against, view.step].sort((a, b) => a - b);
    const { names, born, gone, changed } = differenceOf(run, one, other);
    const [from, to] = [run.at(one), run.at(other)];
    const value = (id, state) => (id === null ? 'unbound' : run.shortName(id, state.heap.get(id)));
    const links = (ids, state) => ids.slice(0, DIFFERENCES_SHOWN).map((id) => make('li', {}, objectLink(app, id, state)));
    const part = (title, ids, state) => (ids.length ? [make('h4', {}, `${title}: ${grouped(ids.length)}`), make('ul', { class: 'owners' }, links(ids, state), ids.length > DIFFERENCES_SHOWN ? make('li', { class: 'quiet' }, '…') : null)] : null);
    return [
      make('h3', {}, `From step ${one} to step ${other}`),
      names.length ? make('ul', { class: 'owners' }, names.slice(0, DIFFERENCES_SHOWN).map(({ frame, name, was, is }) => make('li', {},
        make('code', {}, visible(run.text(name))), make('span', { class: 'quiet' }, ` of ${run.frameName(frame)}: `), `${value(was, from)} → ${value(is, to)}`))) : make('p', { class: 'quiet' }, 'No name leads elsewhere.'),
      part('New objects', born, to), part('Changed objects', changed, to), part('Gone', gone, from),
      button('Forget the other step', () => this.remember(null)),
    ];
  }

  remember(step) {
    this.against = step;
    this.show();
  }
}
