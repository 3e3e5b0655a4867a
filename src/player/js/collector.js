// A run of the collector, phase by phase, with the numbers that it worked with.

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
  }

  show() {
    const { app } = this;
    const runs = app.step.gc ?? [];
    const active = !$('collector').hidden && runs.length > 0;
    this.mark(active ? this.phases(runs[this.runAt])[this.phase] : null);
    if ($('collector').hidden) return;
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
    const { app, steps } = this;
    if (!app.run.lives) return make('p', { class: 'hint' }, 'What the collector did is not known on this interpreter.');
    if (!steps.length) return make('p', { class: 'hint' }, 'The collector did not run in this recording.');
    const waits = this.waitsFor();
    if (waits) return waits;
    const near = around(steps.map((step) => ({ step })), app.view.step);
    return [
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

  /** Puts the phase's numbers on the boxes of the picture. */
  mark(phase) {
    const { picture, run } = this.app;
    for (const badge of picture.boxLayer.querySelectorAll('.badge')) badge.remove();
    for (const { element } of picture.boxes.values()) element.classList.remove('in-phase');
    if (!phase) return;
    for (const id of phase.ids) {
      const entry = picture.boxes.get(run.boxOfObject.get(id));
      if (!entry) continue;
      entry.element.classList.add('in-phase');
      const left = phase.counts?.get(id);
      if (left === undefined) continue;
      const words = `${left} from outside`;
      const { metrics, contents } = run.picture;
      const width = picture.textWidth(words, metrics.small_font) + 10;
      const content = contents[entry.content];
      const x = tenth(content.width / 10 - width + 4);
      const y = content.height / 10 - 3;
      entry.element.append(draw('g', { class: left ? 'badge held' : 'badge' },
        draw('rect', { x, y, width: tenth(width), height: 16, rx: 8 }),
        picture.write('badge-text', x + 5, y + 12, metrics.small_font, words)));
    }
  }
}
