// What is lit: one place in the source, shown in all columns at once.

/** Wide enough for four columns beside the source. */
const ROOMY = 1640;
const ADDRESS_WAIT = 150;

class Lit {
  constructor(page) {
    Object.assign(this, { page, now: null, pinned: false });
  }

  get model() {
    return this.page.model;
  }

  /** What is lit where some places are pointed at: they, the node of the tree, its statement. */
  target(spans, node = -1) {
    const { tree } = this.model;
    const at = node >= 0 ? node : this.model.innermost(...spans[0]);
    const statement = at < 0 ? -1 : tree.statement[at];
    const around = statement < 0 || tree.start[statement] < 0 ? spans[0] : [tree.start[statement], tree.end[statement]];
    return { spans, node: at, statement: around };
  }

  /** Shows something lit; the column that it was chosen in stays where it is. */
  show(target, from = null) {
    this.now = target;
    for (const column of this.page.shownColumns()) column.light(target, column !== from);
    this.showBar();
  }

  /** The words below the columns. */
  showBar() {
    const { model, now } = this;
    const { tree } = model;
    $('unpin').hidden = !this.pinned;
    document.body.classList.toggle('pinned', this.pinned);
    if (!now) {
      refill($('lit-place'), make('span', { class: 'quiet' }, 'Point at anything: the same place lights up in every column. A click pins it.'));
      refill($('lit-path'));
      $('lit-words').textContent = '';
      return;
    }
    const [start, end] = now.spans[0];
    refill($('lit-place'), make('strong', {}, this.where()), make('code', {}, cut(shownSource(model.text(start, end)), 70)));
    const chain = now.node < 0 ? [] : model.chain(now.node);
    refill($('lit-path'), chain.flatMap((node, at) => [
      at ? make('span', { class: 'quiet', 'aria-hidden': 'true' }, '›') : null,
      tree.start[node] < 0 ? make('span', {}, model.kind(node)) : button(model.kind(node), () => this.page.pin(null, this.target([[tree.start[node], tree.end[node]]], node)), { class: 'link', title: node ? model.edge(node) : null, 'aria-current': node === now.node ? 'true' : null }),
    ]));
    refill($('lit-words'), this.instructionWords());
  }

  where() {
    const { model, now } = this;
    if (now.spans.length === 1) return model.place(...now.spans[0]);
    const lines = [...new Set(now.spans.map(([start]) => model.line(start) + 1))].sort((a, b) => a - b);
    return `${counted(now.spans.length, 'place')}, line${lines.length > 1 ? 's' : ''} ${cut(lines.join(', '), 30)}`;
  }

  /** What the instruction that was made of this very place does. */
  instructionWords() {
    const { bytecode } = this.page.columns;
    const [start, end] = this.now.spans[0];
    // At a step of the run, its own instruction.
    let found = bytecode.starts[bytecode.current] === start ? bytecode.current : -1;
    for (let i = 0; i < bytecode.count && found < 0; i++) {
      if (bytecode.starts[i] === start && bytecode.ends[i] === end) found = i;
    }
    const one = bytecode.words(found);
    return one && [make('code', {}, one.name), ` ${one.words}`];
  }

  /** For a reader of the screen. */
  words() {
    const { model, now } = this;
    if (!now) return 'nothing is lit';
    const [start, end] = now.spans[0];
    const kind = now.node < 0 ? '' : `, ${model.kind(now.node)}`;
    return `${this.pinned ? 'pinned: ' : ''}${this.where()}: ${cut(shownSource(model.text(start, end)), 60)}${kind}`;
  }
}
