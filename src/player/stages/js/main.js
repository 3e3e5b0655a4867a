// The page as a whole: its columns, the address, the keys, paper.

class Page {
  constructor(book) {
    this.book = book;
    this.run = book.run;
    this.light = new Lit(this);
    this.tab = 'source';
    this.transport = new Transport(this);
    this.makeChooser();
    this.open(0);
    this.listen();
    this.readAddress();
  }

  /** Opens a file: all columns are made anew, and what was lit was another file's. */
  open(file) {
    this.file = file;
    const [sheet, ...beside] = this.book.files[file];
    this.model = this.book.model(sheet);
    this.beside = beside.map((other) => this.book.model(other));
    Object.assign(this.light, { now: null, pinned: false });
    $('script').textContent = visible(this.model.path);
    $('engine').textContent = this.beside.length ? `${this.model.python}; beside its bytecode that of ${this.beside.map(({ python }) => python).join(', ')}` : this.model.engine;
    $('file').value = String(file);
    const entries = columnsOf(this);
    this.names = entries.map(({ name }) => name);
    this.titles = Object.fromEntries([['source', NAMES.source], ...entries.map(({ name, title }) => [name, title])]);
    this.labels = Object.fromEntries([['source', NAMES.source], ...entries.map(({ name, label }) => [name, label])]);
    this.columns = { source: new SourceColumn(this) };
    for (const { name, make } of entries) this.columns[name] = make(this, this.titles[name]);
    refill($('columns'), Object.values(this.columns).map(({ panel }) => panel));
    if (!this.columns[this.tab]) this.tab = 'source';
    this.makeSwitches();
    this.setViews(this.views ?? this.standardViews());
  }

  makeChooser() {
    const { files, sheets } = this.book;
    refill($('file'), files.map(([first], at) => make('option', { value: at }, visible(sheets[first].path))));
    $('file').hidden = files.length < 2;
    $('script').hidden = files.length > 1;
    $('file').onchange = () => {
      this.open(Number($('file').value));
      if (this.step) this.tellStep();
      this.lightFirst();
      this.writeAddress();
    };
  }

  /** Goes to a step of the run, in the file that it is in, and shows it in all columns. */
  showStep(number) {
    const step = this.run?.step(number);
    if (!step) return;
    const file = this.book.files.findIndex((sheets) => sheets[0] === step.sheet);
    if (file >= 0 && file !== this.file) this.open(file);
    this.step = number;
    const span = file < 0 ? null : this.spanOf(step);
    this.tellStep();
    this.light.pinned = Boolean(span);
    this.light.show(span && this.target([span]));
    this.transport.show();
    this.writeAddress();
  }

  /** Tells all columns of the step that the page is at. */
  tellStep() {
    const step = this.run.step(this.step);
    for (const column of Object.values(this.columns)) column.showStep(step);
  }

  /** Whether a sheet is that of the file that is open. */
  isShown(sheet) {
    return this.book.files[this.file][0] === sheet;
  }

  /** What of the source a step is about: its instruction, else its line. */
  spanOf({ span, line }) {
    if (span) return span;
    return line >= 1 && line <= this.model.lineCount ? this.columns.source.target(line - 1).spans[0] : null;
  }

  get lit() {
    return this.light.now;
  }

  target(spans, node) {
    return this.light.target(spans, node);
  }

  shownColumns() {
    return Object.values(this.columns).filter(({ panel }) => !panel.hidden);
  }

  /** Pointing lights, unless something is pinned. */
  hover(column, targetOf) {
    if (this.light.pinned) return;
    this.waiting = [column, targetOf];
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const [from, wanted] = this.waiting;
      const target = this.light.pinned ? null : wanted();
      if (target) this.light.show(target, from);
    });
  }

  /** Keys light as well, and take what is pinned along. */
  walk(column, target) {
    // The tree unfolds what its keys have come to.
    this.light.show(target, column === this.columns.tree ? null : column);
    if (this.light.pinned) this.writeAddress();
  }

  /** Pins something, or lets go of what is pinned already. */
  pin(column, target) {
    if (!target) return;
    const same = this.light.pinned && this.lit.node === target.node && String(this.lit.spans) === String(target.spans);
    this.light.pinned = !same;
    this.light.show(target, column);
    this.sayLit();
    this.writeAddress();
  }

  /** Lets go of what is pinned; then of what is lit. */
  release() {
    const { pinned } = this.light;
    this.light.pinned = false;
    this.light.show(pinned ? this.lit : null);
    $('said').textContent = pinned ? 'unpinned' : 'nothing is lit';
    this.writeAddress();
  }

  sayLit() {
    $('said').textContent = this.light.words();
  }

  /** The next or previous token. */
  nextToken(column, way) {
    const { tokens } = this.model;
    const at = this.lit?.spans[0][0] ?? 0;
    const seen = (token) => tokens.end[token] > tokens.start[token] && !GHOSTS[this.model.texts[tokens.kind[token]]];
    let token = lastUpTo(tokens.start, at);
    const isOn = this.lit && tokens.start[token] === at && tokens.end[token] === this.lit.spans[0][1];
    if (isOn || way < 0) token += way;
    while (token >= 0 && token < tokens.count && !seen(token)) token += way;
    if (token < 0 || token >= tokens.count) return;
    this.walk(column, this.target([[tokens.start[token], tokens.end[token]]]));
    column.setCursor(this.model.line(tokens.start[token]));
    this.sayLit();
  }

  standardViews() {
    const { failure } = this.model;
    const { views } = this.book.asked;
    if (views.length) return views;
    if (failure) return STAGES.slice(0, STAGES.indexOf(failure.stage) + 1).slice(-3);
    const beside = this.names.filter((name) => name.startsWith('bytecode-'));
    if (beside.length) return ['bytecode', ...beside];
    // What has ended the run is what one asks about.
    if (this.run?.errors.list.some(({ raisings }) => raisings.at(-1)?.kind === 'uncaught')) return ['bytecode', 'errors'];
    if (this.run?.machine.steps.length) return ['bytecode', 'machine'];
    if (innerWidth >= ROOMY) return ['tokens', 'tree', 'names', 'bytecode'];
    // Where there is one scope, its names say little.
    const hasScopes = this.model.scopes.length > 1;
    return [hasScopes ? 'names' : 'tokens', 'tree', 'bytecode'];
  }

  makeSwitches() {
    const { failure } = this.model;
    const hasFailed = (name) => failure && STAGES.indexOf(this.columns[name].kind) >= STAGES.indexOf(failure.stage);
    refill($('switches'), this.names.map((name, at) => button(this.labels[name], () => this.toggle(name), { id: `switch-${name}`, title: at < 9 ? `${at + 1}` : null, class: hasFailed(name) ? 'has-failed' : null })));
    refill($('tabs'), Object.keys(this.columns).map((name) => button(this.labels[name], () => this.openTab(name), { id: `tab-${name}`, role: 'tab', 'aria-controls': name, class: hasFailed(name) ? 'has-failed' : null })));
  }

  toggle(name) {
    if (this.narrow) {
      this.openTab(name);
      return;
    }
    const has = this.views.includes(name);
    this.setViews(this.names.filter((one) => (one === name ? !has : this.views.includes(one))));
    this.writeAddress();
  }

  setViews(views) {
    this.views = this.names.filter((name) => views.includes(name));
    this.showColumns();
  }

  openTab(name) {
    this.tab = name;
    this.showColumns();
    this.writeAddress();
  }

  /** Shows the wanted columns; where there is no room, one of them. */
  showColumns() {
    this.narrow = innerWidth <= 760 && !this.onPaper;
    document.body.classList.toggle('narrow', this.narrow);
    for (const [name, column] of Object.entries(this.columns)) {
      const wanted = this.narrow ? name === this.tab : name === 'source' || this.views.includes(name);
      column.panel.hidden = !wanted && !this.onPaper;
      column.panel.toggleAttribute('data-tab', this.narrow);
      set(column.panel, 'role', this.narrow ? 'tabpanel' : 'region');
      const tab = $(`tab-${name}`);
      tab.setAttribute('aria-selected', String(name === this.tab));
      tab.setAttribute('tabindex', name === this.tab ? '0' : '-1');
      $(`switch-${name}`)?.setAttribute('aria-pressed', String(this.views.includes(name)));
    }
    $('columns').style.setProperty('--shown', String(this.views.length));
    this.light.show(this.lit);
  }

  toggleTheme() {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    this.themeChanged();
  }

  themeChanged() {
    $('theme-button').textContent = isDark() ? 'Light' : 'Dark';
  }

  /** `#span=12-19&view=tree,bytecode` */
  writeAddress() {
    const parts = [];
    if (this.file) parts.push(`file=${this.file + 1}`);
    if (this.step) parts.push(`step=${this.step}`);
    if (this.light.pinned) parts.push(`span=${this.lit.spans[0].join('-')}`);
    parts.push(`view=${this.narrow ? this.tab : this.views.join(',')}`);
    this.address = `#${parts.join('&')}`;
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.putAddress(), ADDRESS_WAIT);
  }

  putAddress() {
    this.written = this.address;
    replaceAddress(this.address);
  }

  readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const file = Number(asked.get('file') ?? 1) - 1;
    if (asked.has('file') && this.book.files[file] && file !== this.file) this.open(file);
    if (asked.has('view')) {
      const views = asked.get('view').split(',').filter((name) => name in this.columns);
      if (this.narrow && views.length) this.tab = views[0];
      this.setViews(views);
    }
    const step = Number(asked.get('step'));
    if (step) this.showStep(step);
    const span = asked.has('span') ? /^(\d+)-(\d+)$/.exec(asked.get('span'))?.slice(1).map(Number) : this.book.asked.span;
    const fits = span && span[0] <= span[1] && span[1] <= this.model.length;
    if (fits) {
      this.light.pinned = true;
      this.light.show(this.target([span]));
    } else this.lightFirst();
  }

  /** What is lit before anybody has pointed at anything. */
  lightFirst() {
    const first = this.model.failure?.span ?? this.model.firstStatement();
    if (!this.lit && first) this.light.show(this.target([first]));
  }

  listen() {
    $('theme-button').onclick = () => this.toggleTheme();
    $('help-button').onclick = () => openHelp(this);
    $('unpin').onclick = () => this.release();
    addEventListener('hashchange', () => location.hash !== this.written && this.readAddress());
    addEventListener('resize', () => this.showColumns());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.themeChanged());
    // A browser tells of paper in one of two ways.
    matchMedia('print').addEventListener('change', ({ matches }) => this.setPaper(matches));
    addEventListener('beforeprint', () => this.setPaper(true));
    addEventListener('afterprint', () => this.setPaper(false));
    $('tabs').addEventListener('keydown', (event) => this.moveTab(event));
    document.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || $('help').open) return;
      // A chooser takes letters, a slider its arrows.
      if (event.target.matches('select') || (event.target.matches('input') && /^(Arrow|Page|Home|End)/.test(event.key))) return;
      const column = this.names[Number(event.key) - 1];
      const entry = KEYS.find((one) => one[0].includes(event.key) && (this.run || !STEP_KEYS.includes(one)));
      const action = column ? () => this.toggle(column) : entry?.[3];
      if (!action) return;
      event.preventDefault();
      action(this);
    });
  }

  moveTab(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    const names = Object.keys(this.columns);
    const next = names[(names.indexOf(this.tab) + way + names.length) % names.length];
    this.openTab(next);
    $(`tab-${next}`).focus();
    event.preventDefault();
  }

  /** On paper all columns stand, at what is lit. */
  setPaper(on) {
    if (Boolean(this.onPaper) === on) return;
    this.onPaper = on;
    this.showColumns();
    for (const column of Object.values(this.columns)) {
      if (!column.chunks) continue;
      if (on) column.chunks.only(paperRows(column, this.lit));
      else column.chunks.reset(column.chunks.count, { role: column === this.columns.tree ? 'presentation' : null });
    }
    this.light.show(this.lit);
  }
}

/** Rows of a column that go to paper when nothing is lit, at most. */
const PAPER_ROWS = 80;

/** The rows that show what is lit and its statement. */
function paperRows(column, lit) {
  const all = Array.from({ length: column.chunks.count ?? 0 }, (_, row) => row);
  if (!lit || all.length <= PAPER_ROWS) return all.slice(0, PAPER_ROWS);
  const { model } = column;
  const [start, end] = lit.statement;
  const [first, last] = [model.line(start), model.line(Math.max(start, end - 1))];
  const isNear = {
    source: (row) => row >= first - 3 && row <= last + 3,
    tokens: (row) => row >= first && row <= last,
    tree: (row) => column.marks[column.rows[row]] !== NOT || model.tree.statement[column.rows[row]] === model.tree.statement[Math.max(0, lit.node)],
    bytecode: (row) => column.starts[row] >= start && column.ends[row] <= end,
  }[column.kind];
  return all.filter(isNear).slice(0, PAPER_ROWS * 2);
}

/** Keys that a page without a run has no use for. */
const STEP_KEYS = [
  [['n', 'ArrowRight'], 'n', 'next step of the run; also → where it has no other use', (page) => page.transport.go(1)],
  [['p', 'ArrowLeft'], 'p', 'previous step; also ←', (page) => page.transport.go(-1)],
  [[], 's', 'the step of the row that the cursor is on', null],
  [[], 'o', 'in imports: the list of modules of that row, or fold it again', null],
];

/** Keys, what they are called, what they do; what a column does itself has no action here. */
const KEYS = [
  [['Tab'], 'Tab', 'next column', null],
  [[], '↑ ↓', 'lines, tokens, names, instructions; in the tree siblings', null],
  [[], '← →', 'tokens; in the tree parent and child', null],
  [[], 'Enter', 'pin what the cursor stands on', null],
  [['Escape'], 'Esc', 'unpin; then light nothing', (page) => page.release()],
  ...STEP_KEYS,
  [['u'], 'u', 'unfold all of the tree, or fold it again', (page) => page.columns.tree.unfold && page.columns.tree.toggleAll()],
  [['d'], 'd', 'dark or light', (page) => page.toggleTheme()],
  [['?'], '?', 'this help', (page) => openHelp(page)],
];

function openHelp(page) {
  const switches = page.names.slice(0, 9).map((name, at) => [[], String(at + 1), `${page.titles[name]}: on or off`]);
  const steps = page.run ? [] : STEP_KEYS;
  const rows = [...switches, ...KEYS.filter((entry) => !steps.includes(entry))].map(([, name, words]) => make('tr', {}, make('th', { scope: 'row' }, make('kbd', {}, name)), make('td', {}, words)));
  refill($('help'),
    make('h2', { id: 'help-title', tabindex: '-1', autofocus: true }, 'Keys'),
    make('table', {}, make('tbody', {}, rows)),
    make('h2', {}, 'Signs'),
    make('p', {}, 'Strongly lit is what was made of the very place that you point at; where nothing was, the smallest thing around it. A bar at the side marks what stands around it in the same statement.'),
    make('p', {}, 'Dashed tokens leave no letter in the source: ends of lines, and where blocks begin and end. Struck through in the tree is what the compiler has computed already; behind the arrow stands the constant.'),
    make('p', {}, 'Beside the bytecode, arrows at the left are jumps, brackets at the right are what the exception table covers. Its caches are left out.'),
    make('p', {}, 'The address keeps what is pinned and which columns are shown: copy it to link to this very view.'),
    make('form', { method: 'dialog' }, make('button', { class: 'primary' }, 'Close')));
  $('help').showModal();
}

async function start() {
  const theme = new URLSearchParams(location.search).get('theme') ?? '';
  if (/^(light|dark)$/.test(theme)) document.documentElement.dataset.theme = theme;
  try {
    const page = new Page(new Book(await unpack($('payload'))));
    page.themeChanged();
  } catch (error) {
    refill($('columns'), make('p', { class: 'no-script', role: 'alert' }, `This page cannot show its file: ${error.message}`));
  }
  document.body.classList.add('ready');
  performance.mark('opened');
}

start();
