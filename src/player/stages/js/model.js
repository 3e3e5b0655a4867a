// The stages of a file, and what is found in them by a place in the source. Places are bytes of the
// source as UTF-8, as in all of memviz; -1 stands for what is absent.

/** Fields that hold statements, or parts of a statement that hold some. */
const BLOCKS = new Set(['body', 'orelse', 'finalbody', 'handlers', 'cases']);

/** Every `width`th number of a list, from the one at `at`. */
function stripe(rows, width, at) {
  const out = new Int32Array(rows.length / width);
  for (let i = 0; i < out.length; i++) out[i] = rows[i * width + at];
  return out;
}

/** All that the page is given: files as one Python or several have them, and perhaps a run. */
class Book {
  constructor(data) {
    Object.assign(this, { run: data.run && new Run(data.run), asked: { span: data.span, views: data.views }, sheets: data.sheets });
    // Of each path the first is shown whole; others are the same file as other Pythons have it.
    const files = new Map();
    data.sheets.forEach(({ path }, sheet) => files.set(path, [...(files.get(path) ?? []), sheet]));
    this.files = [...files.values()];
    this.models = new Map();
  }

  /** A file as one Python has it; few of many are ever looked at. */
  model(sheet) {
    if (!this.models.has(sheet)) this.models.set(sheet, new Model(this.sheets[sheet]));
    return this.models.get(sheet);
  }
}

class Model {
  constructor(data) {
    Object.assign(this, { path: data.path, engine: data.engine, python: data.python, source: data.source, starts: data.starts, facts: data.facts, failure: data.failure, texts: data.texts, scopes: data.scopes, codes: data.codes, explanations: data.explanations });
    this.units = byteUnits(data.source);
    this.length = this.units ? this.units.length - 1 : data.source.length;
    this.lineCount = this.starts.length - (this.starts.at(-1) === this.length ? 1 : 0);
    this.readTokens(data.tokens);
    this.readTree(data.tree, data.values);
    this.scopeOfNode = new Map(this.scopes.flatMap((scope, number) => (scope.node >= 0 ? [[scope.node, number]] : [])));
  }

  readTokens(rows) {
    const [kind, exact, start, end] = [0, 1, 2, 3].map((at) => stripe(rows, 4, at));
    this.tokens = { count: kind.length, kind, exact, start, end };
  }

  readTree(rows, values) {
    const [kind, parent, field, index, context, start, end, folded] = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => stripe(rows, 8, at));
    const count = kind.length;
    const [last, depth, statement] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
    // A parent stands before its children.
    for (let i = count - 1; i >= 0; i--) {
      last[i] = Math.max(last[i], i + 1);
      if (i > 0) last[parent[i]] = Math.max(last[parent[i]], last[i]);
    }
    for (let i = 1; i < count; i++) {
      depth[i] = depth[parent[i]] + 1;
      statement[i] = index[i] >= 0 && BLOCKS.has(this.texts[field[i]]) ? i : statement[parent[i]];
    }
    this.tree = { count, kind, parent, field, index, context, start, end, folded, last, depth, statement };
    this.values = new Map();
    for (let i = 0; i < values.length; i += 3) {
      if (!this.values.has(values[i])) this.values.set(values[i], []);
      this.values.get(values[i]).push([this.texts[values[i + 1]], this.texts[values[i + 2]]]);
    }
  }

  /** The source between two bytes. */
  text(start, end) {
    return this.units ? this.source.slice(this.units[start], this.units[end]) : this.source.slice(start, end);
  }

  /** The line that a byte stands in, from 0. */
  line(at) {
    return lastUpTo(this.starts, at);
  }

  /** The bytes of a line (from 0), its end not included. */
  lineSpan(line) {
    const start = this.starts[line];
    let end = this.starts[line + 1] ?? this.length;
    while (end > start && /[\r\n]/.test(this.text(end - 1, end))) end--;
    return [start, end];
  }

  /** A place as people name it. */
  position(at) {
    const line = this.line(at);
    return { line: line + 1, column: [...this.text(this.starts[line], at)].length + 1 };
  }

  /** Where a span stands, in words. */
  place(start, end) {
    const [from, to] = [this.position(start), this.position(end)];
    if (start === end) return `line ${from.line}, before column ${from.column}`;
    if (from.line !== to.line) return to.column === 1 && to.line === from.line + 1 ? `line ${from.line}` : `lines ${from.line} to ${to.column === 1 ? to.line - 1 : to.line}`;
    const last = to.column - 1;
    return from.column === last ? `line ${from.line}, column ${last}` : `line ${from.line}, columns ${from.column} to ${last}`;
  }

  /** The smallest node that holds a span; the innermost of several. */
  innermost(start, end) {
    const tree = this.tree;
    let [found, size] = [tree.count ? 0 : -1, Infinity];
    for (let i = 0; i < tree.count; i++) {
      const from = tree.start[i];
      if (from < 0 || from > start || tree.end[i] < end) continue;
      if (tree.end[i] - from <= size) [found, size] = [i, tree.end[i] - from];
    }
    return found;
  }

  /** The nodes from the module down to a node. */
  chain(node) {
    const nodes = [];
    for (let at = node; at >= 0; at = this.tree.parent[at]) nodes.unshift(at);
    return nodes;
  }

  /** Where the first statement stands that does something: no text on its own, no import. */
  firstStatement() {
    const { tree } = this;
    const says = (node) => this.kind(node) === 'Expr' && this.kind(node + 1) === 'Constant';
    for (let node = 1; node < tree.count; node = tree.last[node]) {
      if (!says(node) && !this.kind(node).startsWith('Import')) return [tree.start[node], tree.end[node]];
    }
    return null;
  }

  /** The scope that a node stands in, or that it opens. */
  scopeAt(node) {
    for (let at = node; at >= 0; at = this.tree.parent[at]) {
      if (this.scopeOfNode.has(at)) return this.scopeOfNode.get(at);
    }
    return this.scopes.length ? 0 : -1;
  }

  /** The edge that leads to a node: `targets[0]`. */
  edge(node) {
    const { field, index } = this.tree;
    return `${this.texts[field[node]]}${index[node] >= 0 ? `[${index[node]}]` : ''}`;
  }

  kind(node) {
    return this.texts[this.tree.kind[node]];
  }

  /** Statements shown by their first line. */
  summary(node) {
    const { start, end } = this.tree;
    if (start[node] < 0) return '';
    const [, stop] = this.lineSpan(this.line(start[node]));
    return this.text(start[node], Math.min(end[node], Math.max(stop, start[node]))).trim();
  }
}

/** For each byte of a source, its place in the text as scripts count; null where they are the same. */
function byteUnits(source) {
  const length = new TextEncoder().encode(source).length;
  if (length === source.length) return null;
  const units = new Int32Array(length + 1);
  let [byte, unit] = [0, 0];
  for (const character of source) {
    const code = character.codePointAt(0);
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units.fill(unit, byte, byte + size);
    byte += size;
    unit += character.length;
  }
  units[length] = source.length;
  return units;
}

/** The index of the last number of a rising list that is at most `at`. */
function lastUpTo(list, at) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
