// A run of the collector, phase by phase, with the numbers that it worked with.

/** What a phase makes of an object, and what that means. */
const GC_STATES = [
  ['candidate', '(looked at, not yet decided)'],
  ['kept', '(reached from outside, lives on)'],
  ['unreachable', '(nothing outside leads to it)'],
  ['freed', '(its memory is given back)'],
];

class Collector {
  constructor(app) {
    this.app = app;
    this.phase = 0;
    this.runAt = 0;
    this.steps = app.run.steps.flatMap((step, index) => (step.gc?.length ? [index + 1] : []));
  }

  /** A step was shown: its first collection starts from its first phase. */
  moved() {
    this.phase = 0;
    this.runAt = 0;
  }

  /** The phases of a collection: what happens, and the objects of which it does. */
  phases(gc) {
    const outside = gc.gc_refs.filter(([, left]) => left > 0).map(([id]) => id);
    const out = [
      { title: 'The candidates', ids: gc.candidates, words: `Every container in generation ${gc.generation}${gc.generation ? ' and younger' : ''} is a candidate: ${counted(gc.candidates.length, 'object')}.` },
      { title: 'Take off the references from inside', ids: gc.candidates, before: new Map(gc.counts), counts: new Map(gc.gc_refs), words: 'From each candidate’s count, the references that come from other candidates are taken off. What is left comes from outside.' },
      { title: 'Held from outside', ids: outside, before: new Map(gc.counts), counts: new Map(gc.gc_refs), words: `${counted(outside.length, 'candidate')} ${outside.length === 1 ? 'has' : 'have'} a count above 0 left: something outside holds ${outside.length === 1 ? 'it' : 'them'}, and rescues all that ${outside.length === 1 ? 'it reaches' : 'they reach'}.` },
      { title: 'Unreachable', ids: gc.unreachable, words: `What is not rescued is unreachable: ${counted(gc.unreachable.length, 'object')}.` },
    ];
    const more = [
      ['Weak references cleared', gc.cleared, 'Weak references to them are cleared first.'],
      ['Finalizers run', gc.finalized, 'Their finalizers (__del__) run.'],
      ['Brought back', gc.resurrected, 'A finalizer made them reachable again: they live on.'],
      ['Collected', gc.collected, gc.collected.length ? `${counted(gc.collected.length, 'object')} ${gc.collected.length === 1 ? 'is' : 'are'} freed.` : 'Nothing is freed.'],
    ];
    for (const [title, ids, words] of more) {
      if (ids.length || title === 'Collected') out.push({ title, ids, words });
    }
    return out;
  }

  move(way) {
    const runs = this.app.step.gc ?? [];
    if (!runs.length) return;
    const phases = this.phases(runs[this.runAt]).length;
    const next = this.phase + way;
    if (next >= phases && this.runAt < runs.length - 1) {
      this.runAt++;
      this.phase = 0;
    } else if (next < 0 && this.runAt > 0) {
      this.runAt--;
      this.phase = this.phases(runs[this.runAt]).length - 1;
    } else {
      this.phase = clamp(next, 0, phases - 1);
    }
    this.app.tab('collector');
    this.show();
    this.app.showLegend();
  }

  show() {
    const { app } = this;
    const runs = app.step.gc ?? [];
    const isOpen = !$('panels').hidden && !$('collector').hidden;
    const active = isOpen && runs.length > 0;
    this.mark(active ? this.phases(runs[this.runAt])[this.phase] : null);
    if (!isOpen) return;
    refill($('collector'), make('h2', {}, 'The collector'), runs.length ? this.collection(runs) : this.elsewhere());
  }

  /** A finalizer that the collector has called runs: it is told of when it has come to its end. */
  waitsFor() {
    const { run, state, view } = this.app;
    for (const frame of state.frames) {
      if (!/(^|\.)__del__$/.test(run.text(frame.function))) continue;
      const [, , id] = frame.names;
      const step = this.steps.find((step) => step > view.step && run.step(step).gc.some(({ finalized }) => finalized.includes(id)));
      if (step) {
        return [
          make('p', {}, 'It is at work: it has called the finalizer of ', objectLink(this.app, id), ', and waits for that.'),
          make('p', {}, 'What it does is told when it has done it: ', button(`step ${step}`, () => this.app.go(step), { class: 'link' })),
        ];
      }
    }
    return null;
  }

  /** Which steps have a collection. */
  elsewhere() {
    const { app } = this;
    const steps = this.steps.filter((step) => step <= app.horizon);
    const keptBack = app.keptBack();
    if (keptBack && !steps.length) return keptBack;
    if (!app.run.lives) return make('p', { class: 'hint' }, 'What the collector did is not known on this interpreter.');
    if (!steps.length) return make('p', { class: 'hint' }, 'The collector did not run in this recording.');
    const waits = this.waitsFor();
    if (waits) return waits;
    const near = around(steps.map((step) => ({ step })), app.view.step);
    return [
      keptBack,
      make('p', {}, `It does not run in this step. It ran in ${counted(steps.length, 'step')} of this recording:`),
      make('ul', { class: 'owners' }, near.map(({ step }) => make('li', {}, button(`step ${step}`, () => app.go(step), { class: 'link' })))),
    ];
  }

  collection(runs) {
    const gc = runs[this.runAt];
    const phases = this.phases(gc);
    const phase = phases[this.phase];
    const which = runs.length > 1 ? `, run ${this.runAt + 1} of ${runs.length} in this step` : '';
    return [
      make('p', {}, `${gc.automatic ? 'Automatic' : 'Asked for by the program'}, generation ${gc.generation}${which}.`),
      make('div', { class: 'actions', role: 'group', 'aria-label': 'Phases' },
        button('◀', () => this.move(-1), { 'aria-label': 'Phase before', title: 'Phase before (,)', id: 'phase-before' }),
        make('span', {}, `Phase ${this.phase + 1} of ${phases.length}`),
        button('▶', () => this.move(1), { 'aria-label': 'Next phase', title: 'Next phase (.)', id: 'phase-next' })),
      make('div', { 'aria-live': 'polite' }, make('h3', {}, phase.title), make('p', {}, phase.words)),
      this.legend(),
      this.table(phase),
    ];
  }

  table(phase) {
    if (!phase.ids.length) return null;
    const { app } = this;
    const old = app.view.step > 1 ? app.run.at(app.view.step - 1) : app.state;
    const rows = phase.ids.slice(0, FOUND_AT_MOST).map((id) => {
      const object = app.state.heap.get(id) ?? old.heap.get(id);
      const cells = [make('th', { scope: 'row' }, button(app.run.nameOf(id, object), () => app.choose(id, false), { class: 'link' }))];
      if (phase.counts) {
        cells.push(make('td', {}, String(phase.before.get(id) ?? '')));
        cells.push(make('td', { class: phase.counts.get(id) ? 'moved' : 'quiet' }, String(phase.counts.get(id) ?? '')));
      }
      return make('tr', {}, cells);
    });
    const heads = phase.counts ? ['Object', 'Count', 'From outside'] : ['Object'];
    const more = phase.ids.length - rows.length;
    return [
      make('table', { class: 'types' },
        make('thead', {}, make('tr', {}, heads.map((head) => make('th', { scope: 'col' }, head)))),
        make('tbody', {}, rows)),
      more > 0 ? make('p', { class: 'quiet' }, `… ${grouped(more)} more`) : null,
    ];
  }

  /** What an object is at this phase, of those that this run of the collector looks at. */
  states() {
    const runs = this.app.step.gc;
    const gc = runs[this.runAt];
    const title = this.phases(gc)[this.phase].title;
    const unreachable = new Set(gc.unreachable);
    const states = new Map();
    for (const id of gc.candidates) {
      const isKnown = !['The candidates', 'Take off the references from inside'].includes(title);
      states.set(id, isKnown && !unreachable.has(id) ? 'kept' : isKnown && title !== 'Held from outside' ? 'unreachable' : 'candidate');
    }
    if (['Brought back', 'Collected'].includes(title)) for (const id of gc.resurrected) states.set(id, 'kept');
    if (title === 'Collected') for (const id of gc.collected) states.set(id, 'freed');
    return states;
  }

  /** What the signs of this phase mean, with how many objects each stands for. */
  legend() {
    const states = [...this.states().values()];
    return make('ul', { class: 'gc-legend', 'aria-label': 'Signs of this phase' }, GC_STATES.filter(([name]) => states.includes(name)).map(([name, words]) => make('li', {},
      make('span', { class: `sample gc-${name}`, 'aria-hidden': 'true' }), ' ', make('strong', {}, name), ` ${words}: ${grouped(states.filter((state) => state === name).length)}`)));
  }

  /** Puts the phase's states and numbers on the boxes: what is freed in it, or later, stands there as living. */
  mark(phase) {
    const { picture, run } = this.app;
    for (const badge of picture.boxLayer.querySelectorAll('.of-phase')) badge.remove();
    const states = phase ? this.states() : new Map();
    const inPhase = new Set(phase?.ids);
    const later = new Set((phase ? this.app.step.gc.slice(this.runAt) : []).flatMap(({ collected }) => collected));
    const livesYet = (box) => {
      const { object } = run.picture.keys[box];
      return later.has(object) && states.get(object) !== 'freed';
    };
    for (const [box, { element }] of picture.boxes) {
      const { object } = run.picture.keys[box];
      element.classList.toggle('in-phase', inPhase.has(object));
      element.classList.toggle('lives-yet', livesYet(box));
      for (const [name] of GC_STATES) element.classList.toggle(`gc-${name}`, states.get(object) === name);
    }
    for (const [number, element] of picture.arrows) element.classList.toggle('lives-yet', livesYet(run.picture.arrows[number][0]));
    for (const [id, state] of states) {
      const entry = picture.boxes.get(run.boxOfObject.get(id));
      if (!entry) continue;
      const left = phase.counts?.get(id);
      const words = left === undefined ? state : `${left} from outside`;
      entry.element.append(picture.badge(run.picture.contents[entry.content], words, left ? 'of-phase held' : 'of-phase'));
    }
  }
}
