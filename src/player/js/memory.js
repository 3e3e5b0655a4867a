// Memory over the run: what was alive by type at each step, the peak, and which lines made what. All
// of it follows from the steps; the page is given nothing more for it.

/** Types with a band of their own; the others share one. */
const BANDS = 7;
const PLOT_WIDTH = 320;
const PLOT_HEIGHT = 150;
const LINES_AT_MOST = 30;

/** Goes through a run and counts: what is alive at each step, births and deaths by line. */
class MemoryLife {
  constructor(run) {
    this.run = run;
    this.types = new Map();
    this.lines = new Map();
    this.totals = [];
    const alive = new Map();
    let frames = [];
    let before = null;
    this.files = run.steps.map((step) => {
      // What led to a step was done by the calls that were under way before it; where that left a call, by its caller.
      const running = frames.filter(({ thread }) => thread === (before?.thread ?? 1));
      if (before?.event === 'return') running.pop();
      frames = framesAfter(frames, step);
      before = step;
      return running.at(-1)?.file ?? step.file;
    });
    const now = { objects: 0, bytes: 0 };
    run.steps.forEach((step, index) => {
      this.apply(step, alive, now);
      for (const type of this.types.values()) type.series.push({ objects: type.objects, bytes: type.bytes });
      this.totals[index] = { ...now };
    });
    this.countLines();
    const most = (of) => this.totals.reduce((best, total, index) => (of(total) > of(this.totals[best]) ? index : best), 0) + 1;
    this.peak = most(({ bytes, objects }) => bytes + objects / 1e9);
    this.mostObjects = most(({ objects }) => objects);
    this.sorted = [...this.types.values()].sort((a, b) => b.most - a.most || a.name.localeCompare(b.name));
  }

  /** The changes of one step to what the run has made. */
  apply(step, alive, now) {
    const change = (id, objects, bytes) => {
      const type = this.typeOf(id);
      for (const sum of [type, now]) {
        sum.objects += objects;
        sum.bytes += bytes;
      }
      type.most = Math.max(type.most, type.bytes);
    };
    const remove = (id) => {
      if (!alive.has(id)) return;
      change(id, -1, -alive.get(id));
      alive.delete(id);
    };
    const add = (id, size) => {
      if (!this.run.born(id)) return;
      remove(id);
      alive.set(id, Math.max(0, size));
      change(id, 1, alive.get(id));
    };
    for (const id of step.leave ?? []) remove(id);
    for (const { id, size } of step.change ?? []) if (size !== undefined && alive.has(id)) add(id, size);
    for (const [id, , , , , , size] of step.enter ?? []) add(id, size);
  }

  typeOf(id) {
    const name = this.run.typeOf(id);
    if (!this.types.has(name)) {
      const series = this.totals.map(() => ({ objects: 0, bytes: 0 }));
      this.types.set(name, { name, objects: 0, bytes: 0, most: 0, series });
    }
    return this.types.get(name);
  }

  countLines() {
    const at = ({ step, line }) => {
      const file = this.files[step - 1] ?? 0;
      const key = `${file}:${line}`;
      if (!this.lines.has(key)) this.lines.set(key, { file, line, born: 0, died: 0 });
      return this.lines.get(key);
    };
    for (let id = 1; id <= this.run.objects.length; id++) {
      const born = this.run.born(id);
      if (!born) continue;
      at(born).born++;
      const died = this.run.diedInRun(id);
      if (died) at(died).died++;
    }
  }
}

class MemoryTab {
  constructor(app) {
    this.app = app;
    this.unit = 'bytes';
  }

  show() {
    if ($('life').hidden) return;
    const keptBack = this.app.keptBack();
    if (keptBack) {
      this.built = false;
      refill($('life'), make('h2', {}, 'Memory over the run'), keptBack);
      return;
    }
    if (!this.app.run.lives) {
      refill($('life'), make('h2', {}, 'Memory over the run'), make('p', { class: 'hint' }, 'How much memory objects take, and when each is freed, is not known on this interpreter.'));
      return;
    }
    this.life ??= new MemoryLife(this.app.run);
    if (!this.built) this.build();
    const { step } = this.app.view;
    const now = this.life.totals[step - 1];
    const x = this.x(step);
    for (const [name, value] of [['x1', x], ['x2', x]]) set(this.cursor, name, String(tenth(value)));
    this.now.textContent = `Step ${step}: ${counted(now.objects, 'object')}, ${grouped(now.bytes)} bytes alive of what the run made. Older objects that it uses are counted under “Objects” alone.`;
  }

  build() {
    this.built = true;
    const { life } = this;
    const { app } = this;
    this.now = make('p', { id: 'life-now', 'aria-live': 'polite' });
    const unit = make('select', { id: 'life-unit', onchange: () => { this.unit = unit.value; this.rebuild(); } },
      ['bytes', 'objects'].map((name) => make('option', { value: name, selected: name === this.unit }, name)));
    const jump = (words, step, id) => button(`${words}: step ${step}`, () => app.go(step), { id });
    refill($('life'),
      make('h2', {}, 'Memory over the run'),
      make('label', { class: 'field inline' }, 'By type, in ', unit),
      this.chart(),
      this.now,
      make('div', { class: 'actions' }, jump('Peak', life.peak, 'life-peak'), ' ', jump('Most objects', life.mostObjects, 'life-most')),
      make('h3', {}, 'Types at the peak'),
      this.legend(),
      this.whole(),
      make('h3', {}, 'Made and died, by line'),
      this.table(),
      make('p', { class: 'hint' }, 'Bytes are what each object’s type says of it; an unknown size counts as 0. The chart counts what the run has made, and nothing older.'));
  }

  /** What start-up had made before the first line, and by how much imports made the interpreter grow. */
  whole() {
    const { app } = this;
    const { whole } = app.run;
    if (!whole) return null;
    const [objects, bytes] = whole.start;
    const types = whole.types.map(([name, count, size]) => make('tr', {}, make('th', { scope: 'row' }, visible(name)), make('td', {}, grouped(count)), make('td', {}, grouped(size))));
    const signed = (count) => (count < 0 ? `−${grouped(-count)}` : `+${grouped(count)}`);
    const imports = whole.imports.map(([step, more, size]) => make('tr', {},
      make('th', { scope: 'row' }, button(`step ${step} ${visible(this.sourceOf(step))}`, () => app.go(step), { class: 'link' })),
      make('td', {}, signed(more)), make('td', {}, signed(size))));
    return [
      make('h3', {}, 'The whole interpreter, before the first line'),
      make('p', { id: 'life-start' }, `Start-up had made ${counted(objects, 'object')}, ${grouped(bytes)} bytes. The most of it, by type:`),
      this.rows('life-start-types', ['Type', 'Objects', 'Bytes'], types),
      imports.length ? [make('h3', {}, 'By how much imports made it grow'), this.rows('life-imports', ['Import', 'Objects', 'Bytes'], imports)] : null,
    ];
  }

  /** The line that is about to run at a step. */
  sourceOf(step) {
    const { file, line } = this.app.run.steps[step - 1] ?? {};
    return this.app.run.files[file]?.text.split('\n')[line - 1]?.trim() ?? '';
  }

  rebuild() {
    this.built = false;
    this.show();
    $('life-unit').focus();
  }

  x(step) {
    return ((step - 0.5) / this.app.run.length) * PLOT_WIDTH;
  }

  /** The bands, the largest type lowest; of steps that share a column, the one with the most. */
  chart() {
    const { life, unit } = this;
    const { length } = this.app.run;
    const columns = Math.min(length, PLOT_WIDTH);
    const shown = Array.from({ length: columns }, (_, column) => {
      const [first, end] = [0, 1].map((more) => Math.floor(((column + more) * length) / columns));
      let best = first;
      for (let at = first; at < end; at++) if (life.totals[at][unit] > life.totals[best][unit]) best = at;
      return best;
    });
    const top = Math.max(1, ...shown.map((at) => life.totals[at][unit]));
    const below = shown.map(() => 0);
    const y = (value) => tenth(PLOT_HEIGHT * (1 - value / top));
    const edge = (values, at, way) => values.map((value, i) => `${way}${tenth((at(i) * PLOT_WIDTH) / columns)} ${y(value)}L${tenth((at(i + 1) * PLOT_WIDTH) / columns)} ${y(value)}`).join('');
    const bands = this.groups().map(({ name, types }, band) => {
      const low = [...below];
      shown.forEach((at, column) => types.forEach(({ series }) => { below[column] += series[at][unit]; }));
      const back = low.map((_, i) => low[columns - 1 - i]);
      const path = `M0 ${PLOT_HEIGHT}${edge(below, (i) => i, 'L')}${edge(back, (i) => columns - i, 'L')}Z`;
      return draw('path', { d: path, class: `band band-${band}` }, draw('title', {}, `${name} `));
    });
    this.cursor = draw('line', { y1: 0, y2: PLOT_HEIGHT, class: 'now' });
    const peak = tenth(this.x(life.peak));
    const { objects, bytes } = life.totals[life.peak - 1];
    const words = `Living objects by type over ${counted(length, 'step')}, in ${unit}. Peak at step ${life.peak}: ${grouped(bytes)} bytes in ${counted(objects, 'object')}. The buttons and tables below say the same.`;
    return draw('svg', {
      id: 'life-chart', viewBox: `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': words,
      onclick: (event) => this.click(event),
    }, bands, draw('line', { x1: peak, x2: peak, y1: 0, y2: PLOT_HEIGHT, class: 'peak' }), this.cursor);
  }

  click(event) {
    const place = event.currentTarget.getBoundingClientRect();
    const { length } = this.app.run;
    this.app.go(clamp(Math.floor(((event.clientX - place.left) / place.width) * length) + 1, 1, length));
  }

  /** The types that have a band, and those that share the last. */
  groups() {
    const { sorted } = this.life;
    const own = sorted.slice(0, BANDS).map((type) => ({ name: type.name, types: [type] }));
    const rest = sorted.slice(BANDS);
    return rest.length ? [...own, { name: `${counted(rest.length, 'more type')}`, types: rest }] : own;
  }

  legend() {
    const at = this.life.peak - 1;
    const rows = this.groups().map(({ name, types }, band) => {
      const sum = (unit) => types.reduce((all, { series }) => all + series[at][unit], 0);
      return make('tr', {},
        make('th', { scope: 'row' }, make('span', { class: `swatch band-${band}`, 'aria-hidden': 'true' }), visible(name)),
        make('td', {}, grouped(sum('objects'))),
        make('td', {}, grouped(sum('bytes'))));
    });
    return this.rows('life-types', ['Type', 'Objects', 'Bytes'], rows);
  }

  table() {
    const { app } = this;
    const all = [...this.life.lines.values()].sort((a, b) => Math.max(b.born, b.died) - Math.max(a.born, a.died) || a.file - b.file || a.line - b.line);
    const rows = all.slice(0, LINES_AT_MOST).map(({ file, line, born, died }) => {
      const source = app.run.files[file]?.text.split('\n')[line - 1]?.trim() ?? '';
      const name = `${app.run.files.length > 1 ? `${app.run.files[file]?.path.split('/').pop()}:` : ''}${line}`;
      const go = () => {
        if (app.source.file !== file) app.source.open(file);
        app.source.jump(line, false);
      };
      const place = line ? button(`${name} ${visible(source)}`, go, { class: 'link', title: 'Go to the next time that it runs' }) : 'no line known';
      return make('tr', {}, make('th', { scope: 'row' }, place), make('td', {}, grouped(born)), make('td', {}, grouped(died)));
    });
    const more = all.length - rows.length;
    return [this.rows('life-lines', ['Line', 'Made', 'Died'], rows), more > 0 ? make('p', { class: 'quiet' }, `… ${counted(more, 'more line')}`) : null];
  }

  rows(id, heads, rows) {
    return make('table', { class: 'types', id },
      make('thead', {}, make('tr', {}, heads.map((head) => make('th', { scope: 'col' }, head)))),
      make('tbody', {}, rows));
  }
}
