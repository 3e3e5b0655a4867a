// The machine: the instruction of a step, the value stack before and after it, what it took and left.

/** What kinds of entries there are, in words behind the value. */
const ENTRY_HINTS = [null, 'borrowed', null, null];
const ENTRY_TITLES = [
  'The entry counts as a reference to this object',
  'Borrowed: a variable holds the object for as long as it stands here, so that it is not counted again',
  'Nothing stands here: calls have a placeholder where a method’s object would be',
  'The recording does not know this object',
];

class MachineColumn extends Column {
  constructor(app) {
    super(app, 'machine', NAMES.machine, { role: 'group' });
    this.count = 0;
    this.data = app.run.machine;
    this.at = new Map(this.data.steps.map((step, at) => [step.step, at]));
    this.say(this.data.note ?? 'Go to a step below (n is the next, p the one before): here stands what its instruction finds on the stack and what it leaves.');
  }

  say(...words) {
    refill(this.body, words.map((one) => make('p', { class: 'quiet pad' }, one)));
  }

  text(number) {
    return visible(this.data.texts[number]);
  }

  showStep({ number }) {
    if (this.data.note) return;
    const step = this.data.steps[this.at.get(number)];
    if (step) this.draw(step);
    else this.say(`Step ${grouped(number)} is no instruction: here a call begins or ends, or an exception is raised. No stack is recorded.`);
  }

  draw(step) {
    const kept = step.before.length - step.took;
    const before = this.stack('Before', step.before, kept, 'taken', 'takes');
    const after = step.after ? this.stack('After', step.after, step.after.length - step.left, 'put', 'leaves') : make('div', { class: 'stack-side' }, make('h3', {}, 'After'), make('p', { class: 'quiet' }, 'not known'));
    refill(this.body,
      make('div', { class: 'machine-head' },
        make('p', {}, make('strong', { class: 'opcode' }, this.text(step.name)), make('span', { class: 'quiet' }, ` at ${step.offset} in ${this.text(step.code)}`)),
        make('p', { class: 'explained' }, this.text(step.explained))),
      make('div', { class: 'stacks' }, before, make('div', { class: 'stacks-arrow', 'aria-hidden': 'true' }, '→'), after),
      make('ul', { class: 'machine-words' }, step.words.map((words) => make('li', {}, this.text(words)))),
      make('h3', {}, 'Counts of references'),
      step.counts.length ? make('ul', { class: 'counts' }, step.counts.map(([entry, words]) => make('li', {}, this.entry(entry, step.step), make('span', { class: 'moved' }, this.text(words))))) : make('p', { class: 'quiet' }, step.after ? 'None has changed.' : 'Not known.'));
  }

  /** A stack with its top at the top; from `kept` on, entries are marked. */
  stack(title, entries, kept, mark, words) {
    const rows = entries.map((entry, at) => make('li', { class: at >= kept ? mark : null }, this.entry(entry, this.app.step), at >= kept ? make('span', { class: 'unseen' }, `, it ${words} this`) : null));
    return make('div', { class: 'stack-side' },
      make('h3', {}, title, kept < entries.length ? make('span', { class: 'quiet' }, ` · framed: ${mark === 'taken' ? 'taken' : 'left'}`) : null),
      rows.length ? make('ol', { class: 'stack', reversed: true, 'aria-label': `Value stack ${title.toLowerCase()}, its top first` }, rows.reverse()) : make('p', { class: 'stack-empty' }, 'empty'));
  }

  entry(number, step) {
    const [kind, object, type, value, path, tone] = this.data.entries.slice(number * 6, number * 6 + 6);
    const { player } = this.app.run;
    const inner = [
      make('span', { class: 'entry-type' }, object < 0 ? '' : this.text(type), ENTRY_HINTS[kind] && make('span', { class: 'borrowed' }, ENTRY_HINTS[kind])),
      make('code', {}, cut(this.text(value), 60)),
      path < 0 ? null : make('span', { class: 'entry-path' }, this.text(path)),
    ];
    const attributes = { class: `stack-entry kind-${kind}`, title: ENTRY_TITLES[kind] };
    const element = player && object > 0 ? make('a', { ...attributes, href: `${player}#step=${step}&focus=${object}` }, inner) : make('span', attributes, inner);
    if (tone >= 0) element.style.setProperty('--tone', `var(--tone-${this.data.tones[tone]})`);
    return element;
  }

  /** There are no rows to walk through: keys scroll. */
  key() {
    return false;
  }

  /** What is lit is lit elsewhere. */
  light() {}
}
