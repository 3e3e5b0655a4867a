// The syntax tree: the statement in view is unfolded, all others are a line each.

const CONTEXTS = { Load: 'reads', Store: 'binds', Del: 'unbinds' };

class TreeColumn extends Column {
  constructor(app) {
    super(app, 'tree', NAMES.tree, { role: 'tree' });
    const { tree } = this.model;
    Object.assign(this, { starts: tree.start, ends: tree.end, count: tree.count, all: false, rowOf: new Int32Array(tree.count), rows: [] });
    this.chunks = new Chunks(this.body, (row) => this.row(this.rows[row]), 24);
    if (!this.count) return;
    this.unfold = button('Unfold all', () => this.toggleAll(), { 'aria-pressed': 'false' });
    this.tools.append(this.unfold);
    this.fold(-1);
  }

  toggleAll() {
    this.all = !this.all;
    this.unfold.setAttribute('aria-pressed', String(this.all));
    this.fold(this.app.lit?.node ?? -1, true);
    this.light(this.app.lit, true);
  }

  /** Shows the nodes from the module down to a node's statement, and all of that. */
  fold(node, anew = false) {
    const { tree } = this.model;
    const statement = node < 0 ? 0 : tree.statement[node];
    if (!anew && this.open === statement) return;
    this.open = statement;
    const path = new Set(this.model.chain(statement));
    this.rows = [];
    this.rowOf.fill(-1);
    for (let i = 0; i < tree.count;) {
      this.rowOf[i] = this.rows.length;
      this.rows.push(i);
      i = this.isOpen(i, path) ? i + 1 : tree.last[i];
    }
    this.chunks.reset(this.rows.length, { role: 'presentation' });
  }

  /** Whether a node's fields are shown: the way to the open statement, and what belongs to one that is seen. */
  isOpen(node, path) {
    const { tree } = this.model;
    if (this.all || path.has(node)) return true;
    return tree.statement[node] !== node && (tree.statement[node] === this.open || path.has(tree.statement[node]));
  }

  target(node) {
    const { start, end } = this.model.tree;
    // Where nothing of a node stands in the source, it is lit with what it belongs to.
    let at = node;
    while (at > 0 && start[at] < 0) at = this.model.tree.parent[at];
    return start[at] < 0 ? null : this.app.target([[start[at], end[at]]], at);
  }

  span(node) {
    return [this.starts[node], this.ends[node]];
  }

  element(node) {
    return this.rowOf[node] < 0 ? null : this.chunks.row(this.rowOf[node]);
  }

  row(node) {
    const { model } = this;
    const { tree } = model;
    const hasMore = tree.last[node] > node + 1;
    const open = hasMore && this.rows[this.rowOf[node] + 1] === node + 1;
    const folded = hasMore && !open;
    const context = tree.context[node] >= 0 ? model.texts[tree.context[node]] : null;
    const constant = tree.folded[node] >= 0 ? visible(model.texts[tree.folded[node]]) : null;
    const values = (model.values.get(node) ?? []).map(([field, value]) => make('span', { class: 'value' }, make('span', { class: 'field' }, `${field}=`), cut(visible(value), 48)));
    const row = make('div', this.item(node, {
      role: 'treeitem', class: ['node', constant && 'folded', this.underFolded(node) && 'gone'].filter(Boolean).join(' '),
      'aria-level': tree.depth[node] + 1, 'aria-expanded': hasMore ? String(open) : null,
      title: constant ? `The compiler has made this one constant: ${constant}` : null,
    }),
    make('span', { class: 'fold', 'aria-hidden': 'true' }, folded ? '▸' : open ? '▾' : ''),
    tree.parent[node] >= 0 ? make('span', { class: 'edge' }, model.edge(node)) : null,
    make('span', { class: 'kind' }, model.kind(node)),
    folded ? make('code', { class: 'summary' }, cut(shownSource(model.summary(node)), 60)) : values,
    context ? make('span', { class: `context ${context}`, title: `${context}: ${CONTEXTS[context] ?? ''}` }, context) : null,
    constant ? make('span', { class: 'became' }, `→ ${cut(constant, 40)}`) : null);
    row.style.setProperty('--depth', String(tree.depth[node]));
    return this.applyMark(row);
  }

  /** Whether a node is gone because one around it has become a constant. */
  underFolded(node) {
    const { tree } = this.model;
    for (let at = tree.parent[node]; at >= 0 && at !== tree.statement[node]; at = tree.parent[at]) {
      if (tree.folded[at] >= 0) return true;
    }
    return false;
  }

  light(target, reveal) {
    // Nothing is folded under a pointer that rests here.
    if (target && reveal) this.fold(target.node);
    super.light(target, reveal);
  }

  mark(target) {
    const { tree } = this.model;
    if (this.marks.length !== this.count) this.marks = new Uint8Array(this.count);
    this.marks.fill(NOT);
    if (!target) return;
    for (const [index, [start, end]] of target.spans.entries()) {
      const node = index === 0 ? target.node : this.model.innermost(start, end);
      if (node < 0) continue;
      for (let at = tree.parent[node]; at >= 0; at = tree.parent[at]) this.marks[at] = Math.max(this.marks[at], AROUND);
      if (start <= tree.start[node] && end >= tree.end[node]) this.marks.fill(INSIDE, node + 1, tree.last[node]);
      this.marks[node] = LIT;
    }
  }

  key(key) {
    const to = { ArrowLeft: () => this.parent(), ArrowRight: () => this.child(), ArrowDown: () => this.sibling(1), ArrowUp: () => this.sibling(-1) }[key];
    if (!to) return super.key(key);
    if (!this.count) return true;
    const node = this.cursor < 0 ? Math.max(0, this.firstLit()) : to();
    if (node >= 0) this.go(node);
    return true;
  }

  parent() {
    return this.model.tree.parent[this.cursor];
  }

  child() {
    return this.model.tree.last[this.cursor] > this.cursor + 1 ? this.cursor + 1 : -1;
  }

  sibling(way) {
    const { tree } = this.model;
    const at = this.cursor;
    if (way > 0) return tree.last[at] < tree.count && tree.parent[tree.last[at]] === tree.parent[at] ? tree.last[at] : -1;
    // The one before ends where this begins.
    for (let node = at - 1; node > tree.parent[at]; node--) {
      if (tree.parent[node] === tree.parent[at]) return node;
    }
    return -1;
  }
}

function cut(text, length) {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
