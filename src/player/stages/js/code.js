// Code objects: what each holds beside its instructions.

/** Code objects of a file of which all are open. */
const FEW_CODES = 4;

class CodeColumn extends BoxColumn {
  constructor(app) {
    super(app, 'code', NAMES.code);
    const { codes } = this.model;
    this.inside = codes.map(() => []);
    codes.forEach((code, number) => code.parent >= 0 && this.inside[code.parent].push(number));
    this.byScope = new Map(codes.map((code, number) => [code.scope, number]));
    if (!codes.length) return;
    this.drawn = this.wanted(null);
    this.draw();
  }

  /** The code objects from the module to the one that is made of what is lit. */
  wanted(target) {
    if (!this.model.codes.length) return this.drawn;
    if (this.model.codes.length <= FEW_CODES) return 'all';
    let scope = target?.node >= 0 ? this.model.scopeAt(target.node) : 0;
    while (scope > 0 && !this.byScope.has(scope)) scope = this.model.scopes[scope].parent;
    return String(this.byScope.get(scope) ?? 0);
  }

  isOpen(code) {
    return this.drawn === 'all' || this.drawn === String(code);
  }

  isOnWay(code) {
    for (let at = Number(this.drawn); at >= 0; at = this.model.codes[at].parent) if (at === code) return true;
    return false;
  }

  draw() {
    this.items = [];
    refill(this.body, this.box(0));
  }

  box(number) {
    const { model } = this;
    const code = model.codes[number];
    const name = visible(model.texts[code.name]);
    const scope = model.scopes[code.scope];
    const node = scope?.node ?? -1;
    const span = node >= 0 && model.tree.start[node] >= 0 ? [[model.tree.start[node], model.tree.end[node]]] : [];
    const head = this.add(span, { class: 'scope-head' }, make('strong', {}, name), make('span', { class: 'quiet' }, `from line ${code.line} · ${counted(code.instructions.length / 8, 'instruction')}`));
    const children = this.inside[number];
    const isLong = (child) => this.isOpen(child) || this.isOnWay(child);
    const inside = this.some(children, `codes ${number}`, isLong);
    return make('div', { class: 'scope code-object', role: 'group', 'aria-label': name }, head, this.isOpen(number) ? this.details(number, code) : null,
      inside.shown.map((child) => this.box(child)), inside.more);
  }

  details(number, code) {
    const { model } = this;
    const words = (list) => list.map((one) => visible(model.texts[one]));
    const [all, positional, keyword] = code.arguments;
    const parameters = [counted(all + keyword, 'parameter'), positional ? `${positional} by position only` : null, keyword ? `${keyword} by name only` : null].filter(Boolean).join(', ');
    return [
      make('p', { class: 'code-facts' }, `${parameters} · value stack up to ${code.stack}`),
      make('p', { class: 'flags' }, words(code.flags).map((flag) => make('span', { class: 'flag' }, flag))),
      this.list('Constants', number, code.constants.map(([text, inner], index) => this.add(this.loads(code, text, index), { class: 'entry' }, make('span', { class: 'index' }, index), make('code', {}, cut(visible(model.texts[text]), 80)), inner >= 0 ? make('span', { class: 'quiet' }, 'below') : null))),
      ...[['Names', 'names'], ['Local variables', 'locals'], ['Cell variables', 'cells'], ['Free variables', 'free']].map(([title, list]) => this.list(title, number, code[list].map((text, index) => this.add(this.usesIn(code.scope, text), { class: 'entry' }, make('span', { class: 'index' }, index), make('code', {}, visible(model.texts[text])))))),
      this.lines(number, code),
      this.handlers(number, code),
    ];
  }

  list(title, number, rows) {
    if (!rows.length) return null;
    const { shown, more } = this.some(rows, `${title} ${number}`, () => false);
    return make('div', { class: 'code-list', role: 'group', 'aria-label': title }, make('div', { class: 'list-title' }, title), make('div', { class: 'entries' }, shown), more);
  }

  lines(number, code) {
    const rows = [];
    for (let i = 0; i < code.lines.length; i += 3) {
      const [start, end, line] = code.lines.slice(i, i + 3);
      rows.push(this.add(line > 0 ? [this.model.lineSpan(line - 1)] : [], { class: 'entry' }, make('span', { class: 'range' }, `${start}–${end}`), line > 0 ? `line ${line}` : 'no line'));
    }
    return this.list('Line table', number, rows);
  }

  handlers(number, code) {
    const rows = [];
    for (let i = 0; i < code.handlers.length; i += 5) {
      const [start, end, target, depth, pushes] = code.handlers.slice(i, i + 5);
      rows.push(this.add(this.covered(code, start, end), { class: 'entry wide' }, make('span', { class: 'range' }, `${start}–${end}`), make('span', {}, `→ ${target}, stack cut to ${depth}${pushes ? ', with the offset' : ''}`)));
    }
    return this.list('Exception table', number, rows);
  }

  /** The source from which the instructions of a range were made. */
  covered(code, start, end) {
    let [from, to] = [Infinity, -1];
    const rows = code.instructions;
    for (let i = 0; i < rows.length; i += 8) {
      if (rows[i] < start || rows[i] >= end || rows[i + 6] < 0) continue;
      [from, to] = [Math.min(from, rows[i + 6]), Math.max(to, rows[i + 7])];
    }
    return to < 0 ? [] : [[from, to]];
  }

  /** Where a constant is loaded. */
  loads(code, text, index) {
    const spans = [];
    const rows = code.instructions;
    for (let i = 0; i < rows.length; i += 8) {
      if (rows[i + 2] === index && rows[i + 3] === text && rows[i + 6] >= 0 && this.model.texts[rows[i + 1]].endsWith('_CONST')) spans.push([rows[i + 6], rows[i + 7]]);
    }
    return spans;
  }

  usesIn(scope, text) {
    const symbol = this.model.scopes[scope]?.symbols.find(({ name }) => name === text);
    return symbol ? usesOf(symbol).map(({ span }) => span) : [];
  }
}
