// The page as a whole: what is shown, the address, the keys.

/** Browsers count how often a page changes its address: it is written when a step has settled. */
const ADDRESS_WAIT = 150;
const TABS = ['lesson', 'card', 'objects', 'calls', 'watch', 'collector', 'life', 'quiz'];

class App {
  constructor(run) {
    this.run = run;
    this.view = { step: 1, focus: null, name: null, only: false, hidden: new Set(), folded: new Set(), types: { hidden: new Set(), folded: new Set() }, reach: 'all' };
    $('script').textContent = run.script;
    $('ending').textContent = `${counted(run.length, 'step')}, ${endingInWords(run)}`;
    $('ending').title = run.engine;
    if (!run.length) return;
    this.state = run.at(1);
    this.picture = new Picture(run, $('canvas'));
    this.source = new Source(this);
    this.objects = new Objects(this);
    this.transport = new Transport(this);
    this.timeline = new Timeline(this);
    this.collector = new Collector(this);
    this.life = new MemoryTab(this);
    this.quiz = new Quiz(this);
    this.lesson = new Lesson(this);
    this.panes = new Panes(this);
    this.embedded = new Embedded(this);
    this.calls = new CallTree(this);
    this.breaks = new Breakpoints(this);
    this.watch = new Watch(this);
    this.caption = new Caption(this);
    this.listen();
    this.readAddress();
    this.lesson.begin();
    const panel = new URLSearchParams(location.search).get('panel');
    if (TABS.includes(panel) && !$(`tab-${panel}`).hidden) this.openTab(panel);
    if (run.quiz) this.quiz.toggle(true);
  }

  get step() {
    return this.run.step(this.view.step);
  }

  /** The last step that panels may speak of: while a question is open, the step at which it is asked. */
  get horizon() {
    return this.quiz.isOpen || this.lesson.isOpen ? this.view.step : this.run.length;
  }

  /** What stands in the place of what would answer the question that is open. */
  keptBack() {
    const words = this.quiz.isOpen ? 'quiz' : 'lesson';
    return this.horizon === this.run.length ? null : make('p', { class: 'notice kept-back' }, 'A question is open: what comes after this step is kept back until it is answered. ', button('To the question', () => this.openTab(words), { class: 'link' }));
  }

  /** Goes to a step. */
  go(number, { playing = false } = {}) {
    if (!Number.isFinite(number)) return;
    const from = this.view.step;
    this.view.step = this.run.drawnStep(Math.round(number), number < from);
    if (!playing) this.transport.stop();
    if (this.view.step !== from) {
      this.collector.moved();
    }
    this.show({ follow: $('follow').checked && this.view.step !== from });
  }

  /** Shows everything at the step that the view is at; with `follow`, the picture's news in view. */
  show({ follow = false } = {}) {
    this.state = this.run.at(this.view.step);
    document.body.classList.toggle('keeps-back', this.horizon < this.run.length);
    // First what asks the browser for places: it has little to lay out as yet.
    this.source.show();
    showPrinted(this);
    this.picture.show(this.state, this.view, follow);
    this.caption.show();
    showRaised(this);
    showStack(this);
    this.transport.show();
    if (!$('panels').hidden && !$('card').hidden) showCard(this);
    showInvite(this);
    this.objects.show();
    this.collector.show();
    this.showLegend();
    this.life.show();
    this.calls.show();
    this.watch.show();
    this.quiz.show();
    this.lesson.show();
    // When all panels have their room.
    this.source.scroll();
    this.caption.fit();
    this.timeline.show();
    this.embedded.show();
    $('reach').value = this.view.reach;
    $('show-all').hidden = !this.picture.leftOut;
    $('show-all').textContent = `Show all (${this.picture.leftOut} left out)`;
    this.writeAddress();
  }

  /** Chooses an object: its card is shown; with `find`, at a step at which it lives. */
  choose(id, find = false) {
    const again = this.view.focus === id;
    this.view.focus = id;
    if (!id) this.view.only = false;
    if (id || !$('panels').hidden) this.tab('card');
    if (find && !this.state.heap.has(id)) {
      const first = countHistory(this.run, id)[0]?.[0];
      if (first) this.go(first);
    }
    this.show();
    if (id && !again) this.picture.camera.reveal(this.run.boxOfObject.get(id));
    if (id) this.bringPanel();
  }

  chooseName(call, name) {
    const same = this.view.name?.call === call && this.view.name.name === name;
    this.view.name = same ? null : { call, name };
    this.show();
  }

  /** Whether an object has a box to do something with; if not, that is said. */
  hasBox(id) {
    const { run, state } = this;
    const isDrawn = state.boxes.has(run.boxOfObject.get(id));
    if (!isDrawn) this.say(id ? `${run.nameOf(id, state.heap.get(id))} has no box in this picture` : 'no object is chosen');
    return isDrawn;
  }

  toggleOnly() {
    if (!this.view.only && !this.hasBox(this.view.focus)) return;
    this.view.only = !this.view.only;
    this.show();
  }

  /** Hides or folds an object's box, or undoes it. */
  toggle(what, id) {
    if (!this.view[what].has(id) && !this.hasBox(id)) return;
    if (!this.view[what].delete(id)) this.view[what].add(id);
    this.show();
  }

  /** Hides or folds all boxes of a type, or undoes it. */
  toggleType(what, type) {
    if (!this.view.types[what].delete(type)) this.view.types[what].add(type);
    this.show();
  }

  /** Shows all, or what the running call leads to: `call`, or over so many arrows. */
  setReach(reach) {
    this.view.reach = reach;
    this.show({ follow: $('follow').checked });
  }

  showAll() {
    Object.assign(this.view, { only: false, hidden: new Set(), folded: new Set(), types: { hidden: new Set(), folded: new Set() }, reach: 'all' });
    this.show();
  }

  /** Goes to the next or last step of a list, or says that there is none. */
  seek(steps, back, what) {
    const step = back ? before(steps, this.view.step) : after(steps, this.view.step);
    if (step) this.go(step);
    else this.say(`no ${back ? 'earlier' : 'later'} step ${what}`);
  }

  nextChange(back) {
    if (!this.view.focus) this.say('no object is chosen');
    else this.seek(contentChanges(this.run, this.view.focus), back, 'changes this object');
  }

  nextNameChange(back) {
    const { name } = this.view;
    if (!name) this.say('no name is chosen: click one in the call stack');
    else this.seek(nameChanges(this.run, name.call, name.name).map(({ step }) => step), back, 'changes this name');
  }

  nextEvent(back) {
    const steps = this.run.steps.flatMap((step, index) => (step.gc?.length || (step.event === 'exception' && !step.again) ? [index + 1] : []));
    this.seek(steps, back, 'has a collection or an exception');
  }

  /** Goes to where this call goes on, past the calls that it makes; or back to before them. */
  stepOver(back) {
    const step = back ? stepBackOver(this.run, this.view.step) : stepOver(this.run, this.view.step);
    if (step) this.go(step);
    else this.say(back ? 'nothing of this call comes before' : 'nothing comes after this step');
  }

  /** Goes to where the caller of this call goes on. */
  stepOut() {
    const step = stepOut(this.run, this.view.step);
    if (step) this.go(step);
    else this.say('no call waits for this one');
  }

  nextRun(back) {
    const focused = document.activeElement?.dataset?.line;
    this.source.jump(Number(focused ?? this.step.line), back);
  }

  nextObject(back) {
    const boxes = this.picture.objectBoxes();
    const at = boxes.indexOf(document.activeElement);
    const from = at >= 0 ? at : boxes.findIndex((element) => element.classList.contains('chosen'));
    const next = boxes[(from + (back ? -1 : 1) + boxes.length) % boxes.length] ?? boxes[0];
    if (!next) return;
    this.choose(this.run.picture.keys[next.dataset.box].object);
    next.focus();
  }

  /** Words for the reader of the screen, and for a moment for all. */
  say(words) {
    if (words) this.caption.say(words);
  }

  /** Opens a panel at the side. */
  tab(name) {
    this.panel = name;
    this.showSide(true);
    for (const each of TABS) {
      // A browser takes the focus out of what is hidden only later, and the next key would go there.
      if (each !== name && $(each).contains(document.activeElement)) document.activeElement.blur();
      $(each).hidden = each !== name;
      const tab = $(`tab-${each}`);
      tab.setAttribute('aria-selected', String(each === name));
      tab.setAttribute('tabindex', each === name ? '0' : '-1');
    }
  }

  /** Shows or closes what stands at the side of the picture. */
  showSide(open) {
    $('panels').hidden = !open;
    if (document.body.classList.contains('side-open') === open) return;
    document.body.classList.toggle('side-open', open);
    this.picture.lookAgain();
    // A phase of the collector is shown as long as its panel is.
    this.collector.show();
    this.showLegend();
  }

  openTab(name) {
    this.tab(name);
    this.show();
    this.bringPanel();
  }

  /** A click on an open panel's tab closes it. */
  toggleTab(name) {
    if (this.panel === name && !$('panels').hidden) this.showSide(false);
    else this.openTab(name);
  }

  /** On a narrow screen the panels are below what is seen. */
  bringPanel(id = 'side') {
    if (document.body.classList.contains('narrow')) $(id).scrollIntoView({ block: 'nearest', behavior: wantsMotion() ? 'smooth' : 'auto' });
  }

  toggleTimeline(open = $('timeline').hidden) {
    $('timeline').hidden = !open;
    $('timeline-button').setAttribute('aria-pressed', String(open));
    document.body.classList.toggle('with-timeline', open);
    this.show();
    this.picture.lookAgain();
    if (open) this.bringPanel('timeline');
  }

  toggleTheme(theme) {
    const root = document.documentElement;
    root.dataset.theme = theme ?? (isDark() ? 'light' : 'dark');
    keepSetting('theme', root.dataset.theme);
    this.themeChanged();
  }

  themeChanged() {
    $('theme-button').textContent = isDark() ? 'Light' : 'Dark';
    this.transport.drawTicks();
    this.timeline.show();
  }

  /** The signs that this picture uses. */
  showLegend() {
    const { run } = this;
    const has = (wanted) => this.picture.svg.querySelector(wanted);
    const signs = [
      ['plain', 'reference', has('.arrow')],
      ['weak', run.lives ? 'weak reference: adds nothing to the count' : 'weak reference: keeps nothing alive', has('.arrow.weak, .arrow.dotted')],
      ['moved', 'new or changed in this step', has('.box.new, .row-moved, .arrow.moved, text.moved')],
      ['unreachable', run.lives ? 'unreachable: waiting for the collector' : 'no name leads to it; not freed yet', has('.box.unreachable')],
      ['dead', 'freed in this step', has('.box.dead:not(.lives-yet)')],
      ['lost', 'no name leads to it; freed or not is not known', has('.box.lost')],
      ...GC_STATES.map(([name]) => [`gc-${name}`, `${name} in this phase`, has(`.box.gc-${name}`)]),
      ['chosen', 'chosen', has('.box.chosen')],
      ['owner', 'holds what is chosen', has('.box.owner')],
      ['on-chain', 'keeps it alive', has('.arrow.on-chain')],
    ];
    refill($('legend'), signs.filter(([, , used]) => used).map(([name, words]) => make('li', {}, make('span', { class: `sample ${name}`, 'aria-hidden': 'true' }), words)));
  }

  /** `#step=12&focus=3`, with what is hidden, folded, or left alone. */
  writeAddress() {
    const { step, focus, only, hidden, folded } = this.view;
    const { stages } = this.run;
    $('to-stages').hidden = !stages;
    // The other page shows the same step.
    if (stages) set($('to-stages'), 'href', `${stages}#step=${step}`);
    const parts = [`step=${step}`];
    if (focus) parts.push(`focus=${focus}`);
    if (only) parts.push('only=1');
    if (hidden.size) parts.push(`hide=${[...hidden].join(',')}`);
    if (folded.size) parts.push(`fold=${[...folded].join(',')}`);
    const types = Object.entries(this.view.types).filter(([, chosen]) => chosen.size);
    for (const [what, chosen] of types) parts.push(`${what}-types=${[...chosen].map(encodeURIComponent).join(',')}`);
    if (this.view.reach !== 'all') parts.push(`reach=${this.view.reach}`);
    this.address = `#${parts.join('&')}`;
    clearTimeout(this.writing);
    const before = location.hash;
    // An address that was entered meanwhile is about to be read, and stands.
    this.writing = setTimeout(() => location.hash === before && this.putAddress(), ADDRESS_WAIT);
  }

  putAddress() {
    this.written = this.address;
    replaceAddress(this.address);
  }

  readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const ids = (name) => new Set((asked.get(name) ?? '').split(',').map(Number).filter((id) => this.run.objects[id - 1]));
    const [focus] = ids('focus');
    Object.assign(this.view, { focus: focus ?? null, only: asked.get('only') === '1' && focus > 0, hidden: ids('hide'), folded: ids('fold') });
    const types = (what) => new Set((asked.get(`${what}-types`) ?? '').split(',').filter(Boolean));
    this.view.types = { hidden: types('hidden'), folded: types('folded') };
    this.view.reach = /^(call|[1-9])$/.test(asked.get('reach') ?? '') ? asked.get('reach') : 'all';
    if (focus && $('quiz').hidden) this.tab('card');
    this.go(asked.has('step') ? Number(asked.get('step')) || 1 : this.view.step);
    if (focus) this.picture.camera.reveal(this.run.boxOfObject.get(focus));
  }

  listen() {
    listenToPage(this);
    listenToKeys(this);
  }
}

start();
