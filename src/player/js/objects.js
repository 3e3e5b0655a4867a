// Search, and the table of living objects by type with its growth between two steps.

class Objects {
  constructor(app) {
    this.app = app;
    this.open = null;
    this.since = 1;
    this.field = make('input', {
      type: 'search', id: 'search', placeholder: 'name, type, #serial, value',
      oninput: () => this.showResult(),
      onkeydown: (event) => event.key === 'Enter' && this.result.querySelector('button')?.click(),
    });
    this.sinceField = make('input', { type: 'number', id: 'since', min: 1, max: app.run.length, value: 1, onchange: () => this.setSince() });
    this.result = make('div', { id: 'found', 'aria-live': 'polite' });
    this.table = make('div', {});
    refill($('objects'),
      make('label', { class: 'field' }, 'Find an object', this.field),
      this.result,
      this.table);
  }

  setSince() {
    this.since = clamp(Math.round(Number(this.sinceField.value)) || 1, 1, this.app.run.length);
    this.sinceField.value = this.since;
    this.show();
  }

  show() {
    if ($('objects').hidden) return;
    this.showResult();
    const { run, state } = this.app;
    const now = byType(run, state);
    const then = byType(run, run.at(this.since));
    const types = [...new Set([...now.keys(), ...then.keys()])].sort((a, b) =>
      (now.get(b)?.ids.length ?? 0) - (now.get(a)?.ids.length ?? 0) || a.localeCompare(b));
    const rows = types.flatMap((type) => this.typeRows(type, now.get(type), then.get(type)));
    const step = this.app.step;
    const focused = document.activeElement === this.sinceField;
    refill(this.table,
      make('h3', {}, 'Living objects by type'),
      make('p', { class: 'quiet', id: 'living-now' }, this.countInWords(now)),
      make('label', { class: 'field inline' }, 'Growth since step', this.sinceField),
      make('table', { class: 'types' },
        make('thead', {}, make('tr', {}, ['Type', 'Living', 'Growth', 'Bytes'].map((head) => make('th', { scope: 'col' }, head)))),
        make('tbody', {}, rows)));
    if (focused) this.sinceField.focus();
  }

  /** What is counted, in words. */
  countInWords(now) {
    const { run, step } = this.app;
    const all = `${counted(step.living, 'object')}, ${grouped(step.bytes)} bytes at this step`;
    if (!run.lives) return `${all}.`;
    const ids = [...now.values()].flatMap((type) => type.ids);
    const made = ids.filter((id) => run.born(id) !== null).length;
    return `${all}: ${grouped(made)} that the run has made, as under “Memory”, and ${grouped(ids.length - made)} older that it uses.`;
  }

  typeRows(type, now, then) {
    const [count, old] = [now?.ids.length ?? 0, then?.ids.length ?? 0];
    const growth = count - old;
    const isOpen = this.open === type;
    const toggle = button(type, () => {
      this.open = isOpen ? null : type;
      this.show();
    }, { class: 'link', 'aria-expanded': String(isOpen) });
    const row = make('tr', {},
      make('th', { scope: 'row' }, toggle),
      make('td', {}, grouped(count)),
      make('td', { class: growth ? 'moved' : 'quiet' }, growth > 0 ? `+${grouped(growth)}` : growth < 0 ? `−${grouped(-growth)}` : '0'),
      make('td', {}, grouped(now?.bytes ?? 0)));
    if (!isOpen || !now) return [row];
    const list = now.ids.slice(0, FOUND_AT_MOST).map((id) => make('li', {}, objectLink(this.app, id), this.isNew(id) ? ' new' : ''));
    if (now.ids.length > FOUND_AT_MOST) list.push(make('li', { class: 'quiet' }, `… ${grouped(now.ids.length - FOUND_AT_MOST)} more`));
    return [row, make('tr', {}, make('td', { colspan: 4 }, this.ofType(type), make('ul', { class: 'owners' }, list)))];
  }

  /** Buttons for all boxes of a type. */
  ofType(type) {
    const { app } = this;
    const one = (what, words) => button(words, () => app.toggleType(what, type), { 'aria-pressed': String(app.view.types[what].has(type)) });
    return make('div', { class: 'actions', role: 'group', 'aria-label': `All boxes of ${type}` }, spaced(one('folded', 'Fold all'), one('hidden', 'Hide all')));
  }

  /** Whether an object was born after the step that growth counts from. */
  isNew(id) {
    const born = this.app.run.born(id);
    return born !== null && born.step > this.since;
  }

  showResult() {
    const { app } = this;
    const words = this.field.value;
    if (!words.trim()) {
      refill(this.result);
      return;
    }
    const found = search(app.run, app.state, words);
    const entries = found.slice(0, FOUND_AT_MOST).map(({ id, object, why }) => make('li', {},
      button(app.run.nameOf(id, object), () => app.choose(id, true), { class: 'link' }), ' ', make('span', { class: 'quiet' }, why)));
    const more = found.length > FOUND_AT_MOST ? ` (the first ${FOUND_AT_MOST})` : '';
    refill(this.result,
      make('p', { class: 'quiet' }, found.length ? `${counted(found.length, 'object')} found${more}` : 'No object found.'),
      make('ul', { class: 'owners' }, entries));
  }
}
