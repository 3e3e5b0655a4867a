// The file, its source line by line, and its tokens as chips over the same lines.

const SYNTAX = [[/^(F|T)?STRING/, 'text'], [/^NUMBER/, 'number'], [/^COMMENT/, 'comment']];

/** How a token is coloured. */
function syntaxOf(model, token) {
  const exact = model.texts[model.tokens.exact[token]];
  if (exact === 'keyword' || exact === 'soft keyword') return 'keyword';
  const kind = model.texts[model.tokens.kind[token]];
  return SYNTAX.find(([pattern]) => pattern.test(kind))?.[1] ?? null;
}

const shownSource = (text) => visible(text.replace(/[\r\n]+$/, '').replaceAll('\t', '    '));

class SourceColumn extends Column {
  constructor(app) {
    super(app, 'source', 'Source');
    this.count = this.model.lineCount;
    this.chunks = new Chunks(this.body, (line) => this.line(line), 20);
    this.body.style.setProperty('--digits', String(String(this.count).length));
    if (this.count) this.chunks.reset(this.count);
    else refill(this.body, make('p', { class: 'quiet pad' }, this.model.failure?.stage === 'file' ? 'The file could not be decoded.' : 'The file is empty.'));
  }

  span(line) {
    return this.model.lineSpan(line);
  }

  target(line) {
    const [start, end] = this.span(line);
    const text = this.model.text(start, end);
    const before = text.length - text.trimStart().length;
    return this.app.target([[start + before, Math.max(start + before, end)]]);
  }

  element(line) {
    return this.chunks.row(line);
  }

  /** A line in pieces: tokens, and what stands between them. */
  line(number) {
    const { model } = this;
    const { tokens } = model;
    const [start, end] = model.lineSpan(number);
    const pieces = [];
    const piece = (from, to, syntax) => {
      if (to > from) pieces.push(at === start && syntax === null && /^\s*$/.test(model.text(from, to)) ? shownSource(model.text(from, to)) : this.markPiece(make('span', { 'data-a': from, 'data-b': to, class: syntax && `syntax-${syntax}` }, shownSource(model.text(from, to)))));
    };
    let at = start;
    for (let token = Math.max(0, lastUpTo(tokens.start, start) - 2); token < tokens.count && tokens.start[token] < end; token++) {
      const [from, to] = [Math.max(tokens.start[token], at), Math.min(tokens.end[token], end)];
      if (to <= from) continue;
      piece(at, from, null);
      piece(from, to, syntaxOf(model, token));
      at = to;
    }
    piece(at, end, null);
    const failed = model.failure?.line === number + 1;
    const current = this.current === number && 'is-current';
    return this.applyMark(make('div', this.item(number, { class: ['line', failed && 'failed', current].filter(Boolean).join(' ') }), make('span', { class: 'number' }, String(number + 1)), make('code', {}, pieces.length ? pieces : ' ')));
  }

  /** The line that is about to run. */
  showStep({ sheet, line }) {
    this.chunks.made(this.current)?.classList.remove('is-current');
    this.current = this.app.isShown(sheet) && line <= this.count ? line - 1 : null;
    if (this.current >= 0) this.element(this.current)?.classList.add('is-current');
  }

  markPiece(element) {
    const { lit } = this.app;
    const [from, to] = [Number(element.dataset.a), Number(element.dataset.b)];
    const isLit = Boolean(lit?.spans.some(([start, end]) => (start < end ? from < end && to > start : from <= start && start < to)));
    element.classList.toggle('is-lit', isLit);
    element.classList.toggle('is-around', Boolean(!isLit && lit && from >= lit.statement[0] && to <= lit.statement[1]));
    return element;
  }

  mark(target) {
    if (this.marks.length !== this.count) this.marks = new Uint8Array(this.count);
    this.marks.fill(NOT);
    for (const [start, end] of target?.spans ?? []) {
      const last = this.model.line(Math.max(start, end - 1));
      for (let line = this.model.line(start); line <= last && line < this.count; line++) this.marks[line] = LIT;
    }
  }

  applyMarks() {
    super.applyMarks();
    for (const element of this.body.querySelectorAll('[data-a]')) this.markPiece(element);
  }

  keyMore(key) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!way) return false;
    this.app.nextToken(this, way);
    return true;
  }
}

/** Tokens that leave no letter in the line. */
const GHOSTS = { NEWLINE: '↵', NL: '↵', INDENT: '⇥', DEDENT: '⇤' };

class TokensColumn extends Column {
  constructor(app) {
    super(app, 'tokens', NAMES.tokens);
    const { tokens, lineCount } = this.model;
    Object.assign(this, { starts: tokens.start, ends: tokens.end, count: tokens.count });
    this.rows = lineCount + 1;
    this.lineOf = new Int32Array(this.count);
    for (let i = 0; i < this.count; i++) this.lineOf[i] = Math.min(this.model.line(tokens.start[i]), lineCount);
    this.chunks = new Chunks(this.body, (line) => this.row(line), 46);
    if (this.count) this.chunks.reset(this.rows);
  }

  span(token) {
    return [this.starts[token], this.ends[token]];
  }

  element(token) {
    return this.chunks.row(this.lineOf[token])?.querySelector(`[data-i="${token}"]`);
  }

  row(line) {
    const chips = [];
    for (let at = this.firstOf(line); at < this.count && this.lineOf[at] === line; at++) chips.push(this.chip(at));
    const number = line < this.model.lineCount ? String(line + 1) : '';
    return make('div', { class: 'chips', role: 'group', 'aria-label': number ? `line ${number}` : 'end of the file' }, make('span', { class: 'number', 'aria-hidden': 'true' }, number), make('div', { class: 'chip-row' }, chips));
  }

  firstOf(line) {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.lineOf[middle] < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  chip(token) {
    const { model } = this;
    const kind = model.texts[model.tokens.kind[token]];
    const exact = model.tokens.exact[token] >= 0 ? model.texts[model.tokens.exact[token]] : null;
    const ghost = GHOSTS[kind] ?? (this.starts[token] === this.ends[token] ? '·' : null);
    const part = /^[FT]STRING_/.test(kind);
    const text = ghost ?? shownSource(model.text(this.starts[token], this.ends[token]));
    const short = text.length > 60 ? `${text.slice(0, 58)}…` : text;
    const syntax = ghost ? null : syntaxOf(model, token);
    return this.applyMark(make('span', this.item(token, { class: ['chip', ghost && 'ghost', part && 'part'].filter(Boolean).join(' '), title: exact ? `${kind}, ${exact}` : kind }),
      make('code', { class: syntax && `syntax-${syntax}` }, short), make('small', {}, exact ?? kind)));
  }

  keyMore(key) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!way) return false;
    this.go(clamp(this.cursor + way, 0, this.count - 1));
    return true;
  }

  key(key) {
    // Up and down go by lines.
    const way = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!way || this.cursor < 0) return super.key(key);
    let at = this.cursor;
    const line = this.lineOf[at];
    while (at >= 0 && at < this.count && this.lineOf[at] === line) at += way;
    if (at >= 0 && at < this.count) this.go(way < 0 ? this.firstOf(this.lineOf[at]) : at);
    return true;
  }
}
