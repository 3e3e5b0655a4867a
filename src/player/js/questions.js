// Questions about memory at a step, and about the history of a thing.

const FOREVER = -1;
/** In the place of a count that nobody knows. */
const UNKNOWN = -2;

/** Each object's strong references, by who holds them; made once a state. */
function ledger(state) {
  if (state.ledger) return state.ledger;
  const owners = new Map();
  const weakly = new Set();
  const add = (to, owner) => {
    if (!owners.has(to)) owners.set(to, []);
    owners.get(to).push(owner);
  };
  state.frames.forEach((frame) => {
    for (let i = 0; i < frame.names.length; i += 3) {
      add(frame.names[i + 2], { frame, label: frame.names[i] });
    }
  });
  for (const [id, labels] of state.held) {
    for (const label of labels) add(id, { label });
  }
  for (const [id, object] of state.heap) {
    const { refs } = object;
    for (let i = 0; i < refs.length; i += 3) {
      if (refs[i + 2] & REF_WEAK) weakly.add(refs[i + 1]);
      else add(refs[i + 1], { id, label: refs[i] });
    }
  }
  state.ledger = { owners, weakly };
  return state.ledger;
}

/** Who holds each reference that makes up an object's count. */
function ownersOf(state, id) {
  return ledger(state).owners.get(id) ?? [];
}

/** The functions that share a cell: where there are several, one variable is meant by all of them. */
function sharersOf(run, state, id) {
  if (run.typeOf(id) !== 'cell') return [];
  const owners = new Set(ownersOf(state, id).map((owner) => owner.id));
  return [...owners].filter((owner) => owner && run.kindOf(owner) === 'function');
}

/** Whether an object counts as one of the program's: it was made by it, or is in use by it. */
function isListed(run, state, id) {
  const object = state.heap.get(id);
  if (!object) return false;
  const { owners, weakly } = ledger(state);
  return run.born(id) !== null || object.refs.length > 0 || owners.has(id) || weakly.has(id);
}

/**
 * The shortest chain of owners from a root to an object: the root first, each link with the label
 * by which it holds the next. Names count as nearer roots than the interpreter itself.
 */
function chainTo(state, id) {
  for (const isRoot of [(owner) => owner.frame, (owner) => !owner.id]) {
    const seen = new Map([[id, null]]);
    const open = [id];
    while (open.length) {
      const at = open.shift();
      const owners = ownersOf(state, at);
      const root = owners.find(isRoot);
      if (root) return unwound(root, at, seen);
      for (const owner of owners) {
        if (owner.id && !seen.has(owner.id)) {
          seen.set(owner.id, { to: at, label: owner.label });
          open.push(owner.id);
        }
      }
    }
  }
  return null;
}

function unwound(root, at, seen) {
  const chain = [{ ...root, to: at }];
  for (let link = seen.get(at), from = at; link; from = link.to, link = seen.get(from)) {
    chain.push({ id: from, label: link.label, to: link.to });
  }
  return chain;
}

/** Count of an object over the steps: `[step, count]` at each change; -1 for immortal ones. */
function countHistory(run, id) {
  return allCounts(run).get(id) ?? [];
}

/** The counts of all objects over the steps. */
function allCounts(run) {
  if (run.counts) return run.counts;
  run.counts = new Map();
  run.steps.forEach((step, index) => {
    for (const [id, count] of step.enter ?? []) {
      if (!run.counts.has(id)) run.counts.set(id, []);
      run.counts.get(id).push([index + 1, count]);
    }
    for (const change of step.change ?? []) {
      if (change.count !== undefined) run.counts.get(change.id)?.push([index + 1, change.count]);
    }
  });
  return run.counts;
}

/** The steps at which an object changes: its references, its value, its count, its birth and end. */
function contentChanges(run, id) {
  const steps = [];
  run.steps.forEach((step, index) => {
    const changed = (step.change ?? []).some(
      (change) => change.id === id && (change.refs || change.value !== undefined || change.name !== undefined || change.count !== undefined),
    );
    if (changed || step.leave?.includes(id) || (step.enter ?? []).some(([entered]) => entered === id)) {
      steps.push(index + 1);
    }
  });
  return steps;
}

/** The steps at which a name of one call is bound, bound anew or unbound, and what to. */
function nameChanges(run, call, name) {
  const changes = [];
  let frames = [];
  let bound = null;
  run.steps.forEach((step, index) => {
    if (step.kept === frames.length && !step.frames) return;
    frames = framesAfter(frames, step);
    const frame = frames.find((frame) => frame.call === call);
    const now = frame ? lookup(frame, name) : null;
    if (now !== bound && (frame || bound !== null)) {
      changes.push({ step: index + 1, to: now, ended: !frame });
    }
    bound = now;
  });
  return changes;
}

function lookup(frame, name) {
  for (let i = 0; i < frame.names.length; i += 3) {
    if (frame.names[i] === name) return frame.names[i + 2];
  }
  return null;
}

const after = (steps, number) => steps.find((step) => step > number);
const before = (steps, number) => steps.findLast((step) => step < number);

/** How many numbers of a rising list are not above another. */
function countUpTo(list, most) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Living objects of the program by type: how many, and how many bytes. */
function byType(run, state) {
  const types = new Map();
  for (const [id, object] of state.heap) {
    if (!isListed(run, state, id)) continue;
    const type = run.typeOf(id);
    if (!types.has(type)) types.set(type, { type, ids: [], bytes: 0 });
    const entry = types.get(type);
    entry.ids.push(id);
    entry.bytes += Math.max(0, object.size);
  }
  return types;
}

const FOUND_AT_MOST = 60;

/**
 * Objects that `words` speak of: a serial (`#12` or `12`), a type, a value, a name that leads to
 * it. Living ones first; of those that do not live at this step, serial and type are searched.
 */
function search(run, state, words) {
  const wanted = words.trim().toLowerCase();
  const serial = /^#?(\d+)$/.exec(wanted)?.[1];
  const found = [];
  const has = (text) => text.toLowerCase().includes(wanted);
  for (const [id, object] of state.heap) {
    if (!isListed(run, state, id)) continue;
    let why = null;
    if (serial && id === Number(serial)) why = 'serial';
    else if (has(run.typeOf(id))) why = 'type';
    else if (object.value >= 0 && has(run.text(object.value))) why = 'value';
    else if (object.name >= 0 && has(run.text(object.name))) why = 'name';
    else {
      const owner = ownersOf(state, id).find((owner) => has(run.text(owner.label)));
      if (owner) why = `held as ${visible(run.text(owner.label))}`;
    }
    if (why) found.push({ id, object, why });
  }
  // What was asked for by its number, then what is drawn, then the rest.
  const rank = ({ id, why }) => (why === 'serial' ? 0 : state.boxes.has(run.boxOfObject.get(id)) ? 1 : 2);
  found.sort((a, b) => rank(a) - rank(b) || a.id - b.id);
  for (let id = 1; id <= run.objects.length && found.length < 4 * FOUND_AT_MOST; id++) {
    if (state.heap.has(id) || !run.born(id)) continue;
    if (serial ? id === Number(serial) : has(run.typeOf(id))) {
      found.push({ id, object: null, why: 'lives at other steps' });
    }
  }
  return found;
}
