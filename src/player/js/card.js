// The card of one object: what it is, how long it lives, who holds it, why it is alive.

const CAUSES = {
  refcount: 'its count fell to 0',
  collector: 'by the collector',
  exit: 'at exit',
  unknown: 'of what is not known',
};
const OWNERS_SHOWN = 12;

function showCard(app) {
  const { run, state, view } = app;
  const id = view.focus;
  if (!id) {
    refill($('card'), make('p', { class: 'hint' }, 'Choose an object in the picture, in the call stack or under “Objects” to see what holds it and why it is alive.'));
    return;
  }
  const object = state.heap.get(id);
  refill($('card'),
    make('h2', {}, run.nameOf(id, object)),
    object ? null : absence(app, id),
    object ? sharedVariables(app, id, object) : null,
    object ? whyAlive(app, id, object) : null,
    moves(app, id),
    object ? [ownerList(app, id, object), contents(app, object)] : null,
    make('h3', {}, 'Its life'),
    facts(app, id, object),
    history(app, id));
}

function facts(app, id, object) {
  const { run } = app;
  const born = run.born(id);
  // While a question is open, what comes is not told.
  const isKnown = app.horizon === run.length || (run.died(id)?.step ?? Infinity) <= app.horizon;
  const moment = ({ step, line }) => [button(`step ${step}`, () => app.go(step), { class: 'link' }), line ? `, line ${line}` : ''];
  const rows = [
    ['Serial', `#${id}`],
    ['Type', run.typeOf(id)],
    ['Value', object && object.value >= 0 ? make('code', {}, visible(run.text(object.value))) : null],
    ['Address', make('code', {}, run.address(id))],
    ['Size', object && object.size >= 0 ? counted(object.size, 'byte') : null],
    ['Count', object ? countInWords(object.count) : null],
    ['Generation', object && object.generation >= 0 ? (object.generation > 2 ? 'frozen' : String(object.generation)) : null],
    [run.lives ? 'Born' : 'Found first', born ? moment(born) : 'before the recording'],
    isKnown ? end(run, run.died(id), moment) : ['Died', 'kept back: a question is open'],
  ];
  return make('dl', {}, rows.filter(([, value]) => value !== null).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
}

/** The row on an object's end, as far as one is known. */
function end(run, died, moment) {
  if (died?.cause === 'lost') return ['Not found from', [...moment(died), ', freed or not']];
  if (!died) return ['Died', run.lives ? 'not in this run' : 'not known'];
  return ['Died', [...moment(died), `, ${CAUSES[died.cause]}`]];
}

function countInWords(count) {
  if (count === UNKNOWN) return 'not known';
  return count === FOREVER ? 'immortal: it lives as long as the interpreter' : counted(count, 'reference');
}

/** Buttons: along its changes, and what the picture shows of it. */
function moves(app, id) {
  const { view } = app;
  const drawn = app.run.boxOfObject.has(id);
  return [
    make('div', { class: 'actions', role: 'group', 'aria-label': 'Changes of this object' }, spaced(
      button('◀ Last change', () => app.nextChange(true), { title: 'Last step at which it changed (C)' }),
      button('Next change ▶', () => app.nextChange(false), { title: 'Next step at which it changes (c)' }))),
    drawn ? make('div', { class: 'actions', role: 'group', 'aria-label': 'In the picture' }, spaced(
      button('Only this', () => app.toggleOnly(), { 'aria-pressed': String(view.only), title: 'Only what leads to it and what it leads to (f)' }),
      button('Fold', () => app.toggle('folded', id), { 'aria-pressed': String(view.folded.has(id)), title: 'Fold its rows, and what only it leads to (z)' }),
      button('Hide', () => app.toggle('hidden', id), { 'aria-pressed': String(view.hidden.has(id)), title: 'Hide its box (h)' }))) : null,
  ];
}

function absence(app, id) {
  const born = app.run.born(id);
  const { run } = app;
  const early = run.lives ? 'It is not born yet at this step.' : 'It is not found yet at this step.';
  const late = run.died(id)?.cause === 'lost' ? 'No name leads to it at this step. Whether it is freed is not known.' : 'It is dead at this step.';
  const words = born && born.step > app.view.step ? early : late;
  return make('p', { class: 'notice' }, words);
}

function ownerName(app, owner) {
  if (owner.frame) return app.run.frameName(owner.frame);
  return owner.id ? objectLink(app, owner.id) : 'the interpreter';
}

/** The chain from a root, as a list; or that there is none. */
function whyAlive(app, id, object) {
  const { run, state } = app;
  const title = make('h3', {}, 'Why is it alive?');
  const chain = chainTo(state, id);
  if (state.lost.has(id)) {
    return [title, make('p', { class: 'notice garbage' }, run.lives ? 'Nothing reaches it. It waits for the collector.' : 'No name leads to it. It is not freed yet.')];
  }
  if (!chain) {
    const words = object.count === FOREVER ? 'It is immortal.' : 'The interpreter holds it in a way that is not known.';
    return [title, make('p', {}, words)];
  }
  const links = chain.map((link) => make('li', {},
    ownerName(app, link), ' ', make('span', { class: 'label' }, visible(run.text(link.label))), ' → '));
  return [title, make('ol', { class: 'chain' }, links, make('li', {}, make('strong', {}, run.nameOf(id, object))))];
}

/** That several functions have one variable in common: of its cell, or of one of the functions. */
function sharedVariables(app, id, object) {
  const { run, state } = app;
  const cells = run.kindOf(id) === 'function' ? object.refs.filter((_, i) => i % 3 === 1) : [id];
  return [...new Set(cells)].map((cell) => {
    const functions = sharersOf(run, state, cell);
    if (functions.length < 2) return null;
    const links = functions.slice(0, OWNERS_SHOWN).map((one) => [' ', one === id ? make('span', {}, 'this one') : objectLink(app, one)]);
    return make('p', { class: 'notice shared' }, cell === id ? 'It is shared' : [objectLink(app, cell), ' is shared'], ` by ${functions.length} functions: there is one variable, and each of them sees what it holds now.`, links, functions.length > OWNERS_SHOWN ? ' …' : null);
  });
}

function ownerList(app, id, object) {
  const { run, state } = app;
  const owners = ownersOf(state, id);
  const entry = (owner) => make('li', {}, ownerName(app, owner), ' ', make('span', { class: 'label' }, visible(run.text(owner.label))));
  const list = owners.slice(0, OWNERS_SHOWN).map(entry);
  if (owners.length > OWNERS_SHOWN) list.push(make('li', { class: 'quiet' }, `… ${grouped(owners.length - OWNERS_SHOWN)} more`));
  const rest = object.count < 0 ? 0 : object.count - owners.length;
  if (rest > 0) list.push(make('li', { class: 'quiet' }, `${counted(rest, 'reference')} that no owner is known of`));
  const title = object.count < 0 ? 'Who holds it' : `Who holds it: ${object.count === 1 ? 'its count is' : 'they make up the count of'} ${grouped(object.count)}`;
  return [make('h3', {}, title), list.length ? make('ul', { class: 'owners' }, list) : make('p', { class: 'quiet' }, 'Nobody.')];
}

/** Goes to where a row came to hold what it holds. */
function setAt(app, owner, label) {
  const go = () => {
    const step = whenSet(app.run, owner, label, app.view.step);
    if (step) app.go(step);
  };
  return button('set where?', go, { class: 'small', title: 'Go to the step at which this was set', 'aria-label': `set where? ${visible(app.run.text(label))}` });
}

const CONTENTS_SHOWN = 20;

/** What it holds itself. */
function contents(app, object) {
  const { run } = app;
  const { refs } = object;
  if (!refs.length) return null;
  const rows = [];
  const isPlainKey = (i) => refs[i + 2] & REF_KEY && run.kindOf(refs[i + 1]) === 'atom';
  const wanted = [];
  for (let i = 0; i < refs.length; i += 3) if (!isPlainKey(i)) wanted.push(i);
  for (const i of wanted.slice(0, CONTENTS_SHOWN)) {
    rows.push(make('li', {}, make('span', { class: 'label' }, visible(run.text(refs[i]))), refs[i + 2] & REF_WEAK ? ' (weak) ' : ' ', valueOf(app, refs[i + 1]), ' ', setAt(app, object.id, refs[i])));
  }
  const more = wanted.length - rows.length;
  if (more > 0) rows.push(make('li', { class: 'quiet' }, `… ${grouped(more)} more`));
  return [make('h3', {}, 'What it holds'), make('ul', { class: 'owners' }, rows)];
}

/** The count over the object's life, as a line of steps and in words. */
function history(app, id) {
  const { run, view } = app;
  const counts = countHistory(run, id).filter(([step]) => step <= app.horizon);
  if (!counts.length || counts.every(([, count]) => count < 0)) return null;
  const died = run.diedInRun(id);
  const hasDied = died && died.step <= app.horizon;
  const end = hasDied ? died.step : app.horizon + 1;
  const top = Math.max(...counts.map(([, count]) => count), 1);
  const [width, height] = [260, 56];
  const first = counts[0][0];
  const span = Math.max(1, end - first);
  const x = (step) => tenth(4 + ((step - first) / span) * (width - 8));
  const y = (count) => tenth(height - 6 - (Math.max(0, count) / top) * (height - 16));
  let way = '';
  counts.forEach(([step, count], index) => {
    way += `${index ? 'L' : 'M'}${x(step)} ${y(index ? counts[index - 1][1] : count)}L${x(step)} ${y(count)}`;
  });
  way += `L${x(end)} ${y(counts.at(-1)[1])}${hasDied ? `L${x(end)} ${y(0)}` : ''}`;
  const here = view.step >= first && view.step <= end;
  const words = around(counts.map(([step, count]) => ({ step, count })), view.step)
    .map(({ step, count }) => make('li', {}, button(`step ${step}`, () => app.go(step), { class: 'link' }), ` ${grouped(count)}`));
  return [
    make('h3', {}, 'History of its count'),
    draw('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `Count from step ${first} to ${end}, at most ${top}` },
      draw('path', { class: 'base', d: `M4 ${y(0)}H${width - 4}` }),
      draw('path', { class: 'curve', d: way }),
      here ? draw('path', { class: 'now', d: `M${x(view.step)} 4V${height - 4}` }) : null),
    make('ol', { class: 'inline' }, words),
  ];
}
