// What all columns have in common: items with places in the source, which are lit, pointed at, and
// walked through by keys.

/** How an item stands to what is lit. */
const [NOT, AROUND, INSIDE, LIT] = [0, 1, 2, 3];
const MARKS = ['', 'is-around', 'is-inside', 'is-lit'];

/** Marks spans by what is lit: the same span, what is inside it; where there is neither, the smallest around it. */
function markSpans(starts, ends, target, marks) {
  marks.fill(NOT);
  for (const [start, end] of target.spans) {
    let [exact, inside, smallest] = [false, false, Infinity];
    for (let i = 0; i < marks.length; i++) {
      const [from, to] = [starts[i], ends[i]];
      if (from < 0) continue;
      if (from === start && to === end) exact = true;
      else if (from >= start && to <= end) inside ||= to > from;
      else if (from <= start && to >= end && to - from < smallest) smallest = to - from;
      else if (from < end && to > start) inside ||= !(from <= start && to >= end);
    }
    for (let i = 0; i < marks.length; i++) {
      const [from, to] = [starts[i], ends[i]];
      if (from < 0) continue;
      let mark = NOT;
      if (from === start && to === end) mark = LIT;
      else if (from >= start && to <= end) mark = to === from ? NOT : INSIDE;
      else if (from <= start && to >= end) {
        if (!exact && !inside && to - from === smallest) mark = LIT;
        else if (from >= target.statement[0] && to <= target.statement[1]) mark = AROUND;
      } else if (from < end && to > start) mark = INSIDE;
      if (mark > marks[i]) marks[i] = mark;
    }
  }
}

class Column {
  constructor(app, name, title, { role = 'listbox', hint = '', model = app.model } = {}) {
    // Of a column that is there for several Pythons, what it is.
    const kind = name.replace(/-\d+$/, '');
    Object.assign(this, { app, model, name, kind, title, cursor: -1, marks: new Uint8Array(0) });
    this.heading = make('h2', { id: `title-${name}` }, title);
    this.tools = make('div', { class: 'column-tools' });
    this.body = make('div', { id: `body-${name}`, class: `column-body ${kind}`, tabindex: '0', role, 'aria-labelledby': `title-${name}` });
    this.panel = make('section', { class: `column column-${kind}`, id: name, 'aria-labelledby': `title-${name}` },
      make('div', { class: 'column-head' }, this.heading, make('span', { class: 'quiet' }, hint), this.tools), this.failure(), this.body);
    this.listen();
  }

  /** What is said where this stage has failed, or was not reached. */
  failure() {
    const { failure } = this.model;
    const [own, failed] = [STAGES.indexOf(this.kind), STAGES.indexOf(failure?.stage)];
    if (!failure || own < failed) return null;
    if (own > failed) return make('p', { class: 'notice' }, `Not reached: ${NAMES[failure.stage].toLowerCase()} failed.`);
    const place = failure.line > 0 ? `Line ${failure.line}${failure.column > 0 ? `, column ${failure.column}` : ''}: ` : '';
    const words = make('div', { class: 'notice garbage', role: 'note' }, make('p', {}, make('strong', {}, failure.type)), make('p', {}, `${place}${visible(failure.message)}`), make('pre', {}, failure.printed.split('\n').map(visible).join('\n')));
    if (failure.span) Object.assign(words.dataset, { a: failure.span[0], b: failure.span[1] });
    return words;
  }

  listen() {
    const { panel, body, app } = this;
    panel.addEventListener('pointermove', (event) => {
      // A page that scrolls under a resting pointer is not pointed at.
      const at = `${event.clientX} ${event.clientY}`;
      const rests = at === this.pointer;
      this.pointer = at;
      if (event.pointerType === 'touch' || rests) return;
      const element = event.target.closest('[data-a], [data-i]');
      if (element && element !== this.over) app.hover(this, () => this.targetOf(element));
      this.over = element;
    });
    panel.addEventListener('pointerleave', () => Object.assign(this, { over: null, pointer: null }));
    panel.addEventListener('click', (event) => {
      if (event.target.closest('button')) return;
      const element = event.target.closest('[data-a], [data-i]');
      if (!element) return;
      const item = element.closest('[data-i]');
      if (item) this.setCursor(Number(item.dataset.i), false);
      app.pin(this, this.targetOf(element));
    });
    body.addEventListener('focus', () => {
      if (!body.matches(':focus-visible')) return;
      if (this.cursor < 0) this.go(Math.max(0, this.firstLit()));
      else this.setCursor(this.cursor);
    });
    body.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target !== body) return;
      if (this.key(event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
  }

  targetOf(element) {
    const { a, b, node, i } = element.dataset;
    if (a !== undefined) return this.app.target([[Number(a), Number(b)]], node === undefined ? -1 : Number(node));
    return this.target(Number(i));
  }

  /** What an item lights; null where it has no place. */
  target(item) {
    const span = this.span(item);
    return span && this.app.target([span]);
  }

  key(key) {
    const way = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[key];
    if (way) this.go(clamp(this.cursor + way, 0, this.count - 1));
    else if (key === 'Home') this.go(0);
    else if (key === 'End') this.go(this.count - 1);
    else if (key === 'Enter' || key === ' ') this.app.pin(this, this.target(this.cursor));
    else return this.keyMore(key);
    return true;
  }

  keyMore() {
    return false;
  }

  /** Moves the cursor, and lights what it stands on. */
  go(item) {
    if (!this.count) return;
    const target = this.target(item);
    if (target) this.app.walk(this, target);
    this.setCursor(item);
    if (target) this.app.sayLit();
  }

  setCursor(item, reveal = true) {
    this.cursor = item;
    this.body.querySelector('.is-cursor')?.classList.remove('is-cursor');
    const element = this.element(item);
    if (!element) return;
    element.classList.add('is-cursor');
    this.body.setAttribute('aria-activedescendant', element.id);
    if (reveal) scrollWithin(this.body, element);
  }

  firstLit() {
    const at = this.marks.indexOf(LIT);
    return at < 0 ? this.marks.indexOf(INSIDE) : at;
  }

  /** Shows what is lit; brings it into view unless it was pointed at here. */
  light(target, reveal) {
    this.mark(target);
    this.applyMarks();
    if (!reveal || !target) return;
    const at = this.firstLit();
    if (at >= 0) scrollWithin(this.body, this.element(at));
  }

  /** Shows a step of the run: what stands here of it. The page lights its place in the source. */
  showStep() {}

  mark(target) {
    if (this.marks.length !== this.count) this.marks = new Uint8Array(this.count);
    if (target) markSpans(this.starts, this.ends, target, this.marks);
    else this.marks.fill(NOT);
  }

  applyMarks() {
    for (const element of this.body.querySelectorAll('[data-i]')) this.applyMark(element);
  }

  applyMark(element) {
    const mark = this.marks[element.dataset.i] ?? NOT;
    for (const each of [AROUND, INSIDE, LIT]) element.classList.toggle(MARKS[each], mark === each);
    set(element, 'aria-selected', String(mark === LIT));
    return element;
  }

  /** An item's attributes. */
  item(number, more = {}) {
    return { id: `${this.name}-${number}`, 'data-i': number, role: 'option', 'aria-selected': 'false', ...more };
  }
}
