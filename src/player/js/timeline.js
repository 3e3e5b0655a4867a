// The timeline: living objects and bytes over the steps, a lane for each variable of the running call
// and of the script, and one for each object from its birth to its death. A lane is as thick as the object's count; collections are lines through all.

const LANE = 14;
const CHART = 64;
const NAMES = 150;
const THICKEST = 10;

class Timeline {
  constructor(app) {
    this.app = app;
    this.view = $('timeline-view');
    this.canvas = make('canvas', { class: 'lanes', 'aria-hidden': 'true' });
    this.space = make('div', { class: 'lane-space' });
    this.tip = make('div', { class: 'tip', hidden: true });
    this.cursor = make('div', { class: 'cursor', 'aria-hidden': 'true' });
    this.now = make('div', { class: 'now' });
    this.still = make('div', { class: 'still' }, this.canvas, this.cursor, this.now, this.tip);
    refill(this.view, this.still, this.space);
    $('timeline-key').textContent = 'Above: living objects (filled) and bytes (line). Below: a lane for each variable, with its values, and for each object, as thick as its count; purple lines: collections. Up, down and Enter choose an object.';
    this.at = -1;
    this.view.addEventListener('scroll', () => this.draw());
    this.view.addEventListener('click', (event) => this.click(event));
    this.view.addEventListener('mousemove', (event) => this.hover(event));
    this.view.addEventListener('mouseleave', () => { this.tip.hidden = true; });
    this.view.addEventListener('keydown', (event) => this.key(event));
    $('timeline-all').addEventListener('change', () => {
      Object.assign(this, { lanes: null, objects: null, focus: null, drawn: null });
      this.show();
    });
  }

  /** The objects that have a lane, in the order of their births: those with a box, or all. */
  find() {
    const { run } = this.app;
    const all = $('timeline-all').checked;
    const counts = allCounts(run);
    this.objects = [];
    for (let id = 1; id <= run.objects.length; id++) {
      const born = run.born(id);
      if (!born || !counts.has(id) || (!all && !run.boxOfObject.has(id))) continue;
      this.objects.push({ id, from: counts.get(id)[0][0], to: run.diedInRun(id)?.step ?? run.length, counts: counts.get(id) });
    }
    this.objects.sort((a, b) => a.from - b.from || a.id - b.id);
  }

  /** The variables of the running call, then those of its module: not names of functions and the like. */
  findVariables() {
    const { run, view, state } = this.app;
    const running = run.calls.running[view.step];
    const script = state.frames.find((frame) => frame.module)?.call;
    if (this.lanes && this.running === running) return;
    this.running = running;
    const isDefinition = ([, to]) => to === null || ['class', 'function', 'module'].includes(run.kindOf(to));
    const of = (call) => [...namesOverRun(run).values()].filter((lane) => lane.call === call && !lane.changes.every(isDefinition));
    const variables = running === script ? of(running) : [...of(running), ...of(script)];
    this.lanes = [...variables, ...this.objects];
    this.drawn = null;
    this.space.style.height = `${CHART + this.lanes.length * LANE + 8}px`;
  }

  show() {
    if ($('timeline').hidden) return;
    refill($('timeline-kept'), this.app.keptBack());
    if (!this.objects) this.find();
    this.findVariables();
    const { run, view, step } = this.app;
    const lane = this.lanes.findIndex(({ id }) => id === view.focus);
    if (lane >= 0 && view.focus !== this.focus) this.scrollTo(lane);
    this.focus = view.focus;
    this.draw();
    this.cursor.style.transform = `translateX(${this.x(view.step)}px)`;
    const { objects } = this.most();
    refill(this.now, make('div', {}, `${grouped(step.living)} of ${grouped(objects)} objects`), make('div', {}, `${grouped(step.bytes)} bytes`));
  }

  /** The most objects and bytes that live at any step. */
  most() {
    const most = (of) => this.app.run.steps.reduce((most, step) => Math.max(most, of(step)), 1);
    this.mostLiving ??= { objects: most((step) => step.living), bytes: most((step) => step.bytes) };
    return this.mostLiving;
  }

  x(step) {
    const width = this.canvas.clientWidth - NAMES - 16;
    return NAMES + ((step - 1) / Math.max(1, this.app.run.length - 1)) * width;
  }

  stepAt(x) {
    const width = this.canvas.clientWidth - NAMES - 16;
    return clamp(Math.round(1 + ((x - NAMES) / width) * (this.app.run.length - 1)), 1, this.app.run.length);
  }

  laneAt(y) {
    if (y < CHART) return -1;
    const lane = Math.floor((y - CHART + this.view.scrollTop) / LANE);
    return lane < this.lanes.length ? lane : -1;
  }

  /** Draws what is the same at every step, where it has changed. */
  draw() {
    const { view } = this;
    const drawn = [view.clientWidth, view.clientHeight, view.scrollTop, this.focus, this.at, this.lanes.length, this.running, this.app.view.name?.name, colour('text')].join();
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.still.style.setProperty('--room', `${view.clientHeight}px`);
    const { pen, width, height } = sharp(this.canvas);
    const { run } = this.app;
    pen.font = `11px ${colour('mono')}`;
    pen.textBaseline = 'middle';
    const first = Math.floor(this.view.scrollTop / LANE);
    const last = Math.min(this.lanes.length, first + Math.ceil((height - CHART) / LANE) + 1);
    pen.save();
    pen.beginPath();
    pen.rect(0, CHART, width, height - CHART);
    pen.clip();
    for (let lane = first; lane < last; lane++) this.drawLane(pen, lane, CHART + lane * LANE - this.view.scrollTop);
    pen.restore();
    this.drawCharts(pen, width);
    pen.fillStyle = colour('weak');
    run.steps.forEach((step, index) => {
      if (step.gc?.length) pen.fillRect(this.x(index + 1) - 2, 0, 4, height);
    });
  }

  /** A variable: a stretch for each value, with the value where there is room for it. */
  drawVariable(pen, lane, top) {
    const { run, view } = this.app;
    const { call, name, changes } = this.lanes[lane];
    const isChosen = view.name?.call === call && view.name.name === name;
    if (isChosen || lane === this.at) {
      pen.fillStyle = colour(isChosen ? 'changed-row' : 'panel');
      pen.fillRect(0, top, this.canvas.clientWidth, LANE);
    }
    pen.fillStyle = colour('text');
    pen.fillText(visible(run.text(name)), 8, top + LANE / 2, NAMES - 16);
    changes.forEach(([step, to], index) => {
      if (to === null) return;
      const [from, end] = [this.x(step), this.x(changes[index + 1]?.[0] ?? run.length)];
      pen.fillStyle = colour(index % 2 ? 'tone-frame' : 'tone-active-frame');
      pen.fillRect(from, top + 1, Math.max(1, end - from - 0.5), LANE - 2);
      const words = end - from > 16 ? this.valueAt(step, to) : '';
      if (!words || pen.measureText(words).width > end - from - 6) return;
      pen.fillStyle = colour('text');
      pen.fillText(words, from + 3, top + LANE / 2);
    });
  }

  /** A value in words; what a value is does not change, whenever it is asked. */
  valueAt(step, id) {
    const { run } = this.app;
    this.values ??= new Map();
    if (!this.values.has(id)) this.values.set(id, run.kindOf(id) === 'atom' ? run.shortName(id, run.at(step).heap.get(id)) : `${run.typeOf(id)} #${id}`);
    return this.values.get(id);
  }

  drawLane(pen, lane, top) {
    if (this.lanes[lane].changes) {
      this.drawVariable(pen, lane, top);
      return;
    }
    const { run, view } = this.app;
    const { id, to, counts } = this.lanes[lane];
    const middle = top + LANE / 2;
    if (id === view.focus || lane === this.at) {
      pen.fillStyle = colour(id === view.focus ? 'changed-row' : 'panel');
      pen.fillRect(0, top, this.canvas.clientWidth, LANE);
    }
    pen.fillStyle = colour(id === view.focus ? 'text' : 'quiet');
    const type = run.typeOf(id);
    pen.fillText(`${type.length > 14 ? `${type.slice(0, 13)}…` : type} #${id}`, 8, middle, NAMES - 16);
    pen.fillStyle = colour('lane');
    counts.forEach(([step, count], index) => {
      const end = counts[index + 1]?.[0] ?? to;
      const thick = count < 0 ? 2 : clamp(count * 2, 1, THICKEST);
      pen.fillRect(this.x(step), middle - thick / 2, Math.max(1.5, this.x(end) - this.x(step)), thick);
    });
    if (!run.diedInRun(id)) return;
    pen.strokeStyle = colour('garbage');
    pen.lineWidth = 1.5;
    pen.beginPath();
    const x = this.x(to);
    pen.moveTo(x - 3, middle - 3);
    pen.lineTo(x + 3, middle + 3);
    pen.moveTo(x + 3, middle - 3);
    pen.lineTo(x - 3, middle + 3);
    pen.stroke();
  }

  drawCharts(pen, width) {
    const { run } = this.app;
    const base = CHART - 8;
    const { objects, bytes } = this.most();
    const trace = (of, top) => {
      pen.beginPath();
      run.steps.forEach((step, index) => {
        const [x, y] = [this.x(index + 1), base - (of(step) / top) * (CHART - 20)];
        if (index === 0) pen.moveTo(x, y);
        else pen.lineTo(x, y);
      });
    };
    pen.fillStyle = colour('background');
    pen.fillRect(0, 0, width, CHART - 4);
    trace((step) => step.living, objects);
    pen.lineTo(this.x(run.length), base);
    pen.lineTo(this.x(1), base);
    pen.fillStyle = colour('changed-row');
    pen.fill();
    trace((step) => step.bytes, bytes);
    pen.strokeStyle = colour('accent');
    pen.lineWidth = 1.3;
    pen.stroke();
    pen.fillStyle = colour('line');
    pen.fillRect(0, CHART - 4, width, 1);
  }

  click(event) {
    const at = this.view.getBoundingClientRect();
    const [x, y] = [event.clientX - at.left, event.clientY - at.top];
    const lane = this.laneAt(y);
    if (lane >= 0) {
      this.at = lane;
      this.take(lane);
    }
    if (x >= NAMES) this.app.go(this.stepAt(x));
  }

  hover(event) {
    const at = this.view.getBoundingClientRect();
    const [x, y] = [event.clientX - at.left, event.clientY - at.top];
    const lane = this.laneAt(y);
    this.tip.hidden = lane < 0 && x < NAMES;
    const { run } = this.app;
    const words = x >= NAMES ? [`step ${this.stepAt(x)}`] : [];
    if (lane >= 0) words.unshift(this.laneInWords(this.lanes[lane]));
    else if (x >= NAMES) {
      const step = run.step(this.stepAt(x));
      words.push(`${grouped(step.living)} objects, ${grouped(step.bytes)} bytes`);
    }
    this.tip.textContent = words.join(' · ');
    this.tip.style.transform = `translate(${clamp(x + 12, 0, Math.max(0, at.width - 320))}px,${clamp(y + 14, 0, at.height - 24)}px)`;
  }

  /** Chooses what a lane is of. */
  take(lane) {
    const { id, call, name } = this.lanes[lane];
    if (id) this.app.choose(id);
    else if (this.app.view.name?.call !== call || this.app.view.name.name !== name) this.app.chooseName(call, name);
  }

  laneInWords({ id, call, name, changes }) {
    if (id) return this.lifeInWords(id);
    const { run } = this.app;
    return `${visible(run.text(name))} of ${run.frameName(run.calls.byNumber.get(call))}, ${counted(changes.filter(([, to]) => to !== null).length, 'value')}`;
  }

  lifeInWords(id) {
    const { run } = this.app;
    const died = run.diedInRun(id);
    return `${run.typeOf(id)} #${id}, born at step ${run.born(id).step}, ${died ? `died at step ${died.step}` : 'alive at the end'}`;
  }

  scrollTo(lane) {
    const top = lane * LANE;
    const room = this.view.clientHeight - CHART - LANE;
    this.view.scrollTop = clamp(this.view.scrollTop, top - room, top);
  }

  key(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter' && this.at >= 0) this.take(this.at);
    if (!way || !this.lanes.length) return;
    this.at = clamp(this.at + way, 0, this.lanes.length - 1);
    this.scrollTo(this.at);
    $('timeline-said').textContent = this.laneInWords(this.lanes[this.at]);
    this.draw();
    event.preventDefault();
    event.stopPropagation();
  }
}
