// Columns of boxes: each scope, or code object, has one; those that matter for what is lit are open.

/** Rows of a box that are shown before somebody asks for all. */
const SHOWN = 40;

class BoxColumn extends Column {
  constructor(app, name, title, options) {
    super(app, name, title, options);
    this.items = [];
    this.wholes = new Set();
    this.opened = new Set();
  }

  get count() {
    return this.items.length;
  }

  /** An item, and what it stands for in the source. */
  add(spans, attributes, ...children) {
    const number = this.items.length;
    this.items.push({ spans });
    return make('div', this.item(number, attributes), ...children);
  }

  target(item) {
    const spans = this.items[item]?.spans ?? [];
    return spans.length ? this.app.target(spans) : null;
  }

  element(item) {
    return this.body.querySelector(`[data-i="${item}"]`);
  }

  /** Of a long list what is lit or stands first, and how many more there are. */
  some(list, key, isLit) {
    if (list.length <= SHOWN + 10 || this.wholes.has(key)) return { shown: list, more: null };
    const shown = list.filter((one, index) => index < SHOWN || isLit(one));
    const more = list.length - shown.length;
    return { shown, more: more > 0 ? button(`${grouped(more)} more`, () => { this.wholes.add(key); this.draw(); }, { class: 'more' }) : null };
  }

  mark(target) {
    this.marks = new Uint8Array(this.items.length);
    if (!target) return;
    this.items.forEach(({ spans }, at) => {
      for (const [from, to] of spans) {
        for (const [start, end] of target.spans) {
          const mark = from === start && to === end ? LIT
            : from >= start && to <= end ? INSIDE
              : from <= start && to >= end ? AROUND : NOT;
          if (mark > this.marks[at]) this.marks[at] = mark;
        }
      }
    });
  }

  /** Which boxes are open depends on what is lit. */
  light(target, reveal) {
    const wanted = this.wanted(target);
    if (reveal && wanted !== this.drawn) {
      this.drawn = wanted;
      this.draw();
    }
    super.light(target, reveal);
    for (const element of this.body.querySelectorAll('[data-a]')) this.applyPiece(element, target);
  }

  applyPiece(element, target) {
    const [from, to] = [Number(element.dataset.a), Number(element.dataset.b)];
    element.classList.toggle('is-lit', Boolean(target?.spans.some(([start, end]) => from === start && to === end)));
  }
}

class FileColumn extends BoxColumn {
  constructor(app) {
    super(app, 'file', NAMES.file);
    this.draw();
  }

  wanted() {
    return this.drawn;
  }

  draw() {
    refill(this.body, this.model.facts.map(([about, words, span]) => this.add(span ? [span] : [], { class: 'fact' },
      make('span', { class: 'about' }, about), make('span', { class: 'words' }, visible(words)))));
  }
}
