// Inquiries that go over several steps: what a path leads to, where something was set, what differs
// between two steps, the rounds of a loop. They need no page.

const PATH = /^\s*([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*|\[[^\][]+\])*)\s*$/;
const PATH_PART = /\.[A-Za-z_]\w*|\[[^\][]+\]/g;

/** The parts of `head.next[0]`: its name, then what is asked of each object; null for anything else. */
function parsePath(words) {
  const found = PATH.exec(words);
  return found && { name: found[1], parts: found[2].match(PATH_PART) ?? [] };
}

/** The object that a name leads to in the running call, else in the module around it. */
function nameAt(run, state, name) {
  const running = runningFrame(state);
  const frames = [running, state.frames.find((frame) => frame.module && frame.file === running?.file), ...state.frames.filter((frame) => frame.module)];
  for (const frame of frames.filter(Boolean)) {
    for (let i = 0; i < frame.names.length; i += 3) {
      if (run.text(frame.names[i]) === name && frame.names[i + 1] !== NAME_OF_COMPILER) return frame.names[i + 2];
    }
  }
  return null;
}

/** The object that an object refers to by a label. */
function referentOf(run, state, id, label) {
  const refs = state.heap.get(id)?.refs ?? [];
  for (let i = 0; i < refs.length; i += 3) if (run.text(refs[i]) === label) return refs[i + 1];
  return null;
}

/** What a path leads to at a state: `{ id }`, or `{ missing }`, the part that leads to nothing. */
function ledTo(run, state, { name, parts }) {
  let id = nameAt(run, state, name);
  if (id === null) return { missing: name };
  for (const part of parts) {
    const label = part.startsWith('[') ? part.replaceAll('"', "'") : part;
    id = referentOf(run, state, id, label);
    if (id === null) return { missing: part };
  }
  return { id };
}

/** The step up to `number` at which an object came to refer by `label` to what it does then. */
function whenSet(run, owner, label, number) {
  let refs = [];
  let [now, since] = [undefined, null];
  for (let step = 1; step <= number; step++) {
    const { enter, change } = run.step(step);
    for (const [id, , , , , , , entered] of enter ?? []) if (id === owner) refs = entered;
    for (const one of change ?? []) if (one.id === owner && one.refs) refs = spliced(refs, ...one.refs);
    let to;
    for (let i = 0; i < refs.length; i += 3) if (refs[i] === label) to = refs[i + 1];
    if (to !== now) [now, since] = [to, step];
  }
  return now === undefined ? null : since;
}

/** The step up to `number` at which a name of a call came to lead to what it does then. */
function whenNamed(run, call, name, number) {
  // That a call has ended sets nothing.
  return nameChanges(run, call, name).findLast(({ step, ended }) => !ended && step <= number)?.step ?? null;
}

/** What differs between two steps: names by call, objects that came, went, or hold something else. */
function differenceOf(run, one, other) {
  const [from, to] = [run.at(one), run.at(other)];
  const calls = framesOf(from);
  const names = [];
  for (const frame of to.frames) {
    const old = calls.get(frame.call);
    for (let i = 0; i < frame.names.length; i += 3) {
      const [name, kind, id] = frame.names.slice(i, i + 3);
      if (kind === NAME_OF_COMPILER) continue;
      const was = old ? lookup(old, name) : null;
      if (was !== id) names.push({ frame, name, was, is: id });
    }
  }
  const isOwn = (id) => run.born(id) !== null && run.kindOf(id) !== 'atom';
  const born = [...to.heap.keys()].filter((id) => !from.heap.has(id) && isOwn(id));
  const gone = [...from.heap.keys()].filter((id) => !to.heap.has(id) && isOwn(id));
  const changed = [...to.heap].filter(([id, object]) => from.heap.has(id) && isOwn(id) && !sameRefs(from.heap.get(id).refs, object.refs)).map(([id]) => id);
  return { names, born, gone, changed };
}

const sameRefs = (one, other) => one === other || (one.length === other.length && one.every((number, i) => number === other[i]));

const indentOf = (line) => /^\s*/.exec(line)[0].length;

const LOOP = /^\s*(async\s+for|for|while)\b/;

/** First and last line of each loop around a line of a file, the innermost first. */
function loopsAround(text, line) {
  const lines = text.replaceAll('\t', '    ').split('\n');
  const loops = [];
  let depth = indentOf(lines[line - 1] ?? '') + (LOOP.test(lines[line - 1] ?? '') ? 1 : 0);
  for (let at = line; at >= 1; at--) {
    const words = lines[at - 1];
    if (!words.trim() || indentOf(words) >= depth) continue;
    depth = indentOf(words);
    if (/^\s*(def|class|async\s+def)\b/.test(words)) break;
    if (!LOOP.test(words)) continue;
    let end = at;
    for (let next = at + 1; next <= lines.length; next++) {
      if (!lines[next - 1].trim()) continue;
      if (indentOf(lines[next - 1]) <= depth) break;
      end = next;
    }
    if (end >= line) loops.push({ first: at, last: end });
  }
  return loops;
}

const ROUNDS_AT_MOST = 2000;

/**
 * The rounds of each loop around a step, in its call: for each the step that begins it, the step at its
 * end, and what each name led to then; nothing behind the step `limit`. Names that no round changes are
 * left out.
 */
function roundsOf(run, number, limit = run.length) {
  const step = run.step(number);
  const loops = (line) => loopsAround(run.files[step.file]?.text ?? '', line);
  const around = step.ran ? loops(step.ran) : [];
  return (around.length ? around : loops(step.line)).map((loop) => roundsIn(run, number, loop, limit)).filter(({ rounds }) => rounds.length);
}

function roundsIn(run, number, loop, limit) {
  const call = run.calls.running[number];
  const isIn = (at) => run.calls.running[at] !== call || (run.step(at).line >= loop.first && run.step(at).line <= loop.last);
  let [from, to] = [number, number];
  const { first = 1, last: end = run.length } = run.calls.byNumber.get(call) ?? {};
  const last = Math.min(end, limit);
  while (from > first && isIn(from - 1)) from--;
  while (to < last && isIn(to)) to++;
  const rounds = [];
  for (let at = from; at <= to && rounds.length < ROUNDS_AT_MOST; at++) {
    const here = run.step(at);
    if (run.calls.running[at] === call && here.ran === loop.first && here.line > loop.first && here.line <= loop.last) rounds.push({ step: at, end: at, names: new Map() });
  }
  readRounds(run, call, rounds, to);
  const names = [...new Set(rounds.flatMap((round) => [...round.names.keys()]))];
  const varied = names.filter((name) => new Set(rounds.map((round) => round.names.get(name)?.id)).size > 1);
  return { loop, call, rounds, names: rounds.length > 1 ? varied : names };
}

/** Notes what the names of a call lead to at the end of each round. */
function readRounds(run, call, rounds, end) {
  let frames = [];
  let index = -1;
  for (let at = 1; at <= end; at++) {
    frames = framesAfter(frames, run.step(at));
    if (rounds[index + 1]?.step === at) index++;
    if (index < 0 || run.calls.running[at] !== call) continue;
    const frame = frames.find((frame) => frame.call === call);
    const names = new Map();
    for (let i = 0; i < (frame?.names.length ?? 0); i += 3) {
      if (frame.names[i + 1] !== NAME_OF_COMPILER) names.set(frame.names[i], { id: frame.names[i + 2], step: at });
    }
    Object.assign(rounds[index], { names, end: at });
  }
}

/** What each name of each call leads to over the run: `[step, object]` at each change, null where unbound. */
function namesOverRun(run) {
  if (run.nameLanes) return run.nameLanes;
  const lanes = new Map();
  let frames = [];
  run.steps.forEach((step, index) => {
    const before = new Map(frames.map((frame) => [frame.call, frame]));
    frames = framesAfter(frames, step);
    for (const frame of frames.slice(step.kept)) {
      noteNames(lanes, frame, before.get(frame.call), index + 1);
      before.delete(frame.call);
    }
    for (const frame of frames.slice(0, step.kept)) before.delete(frame.call);
    for (const ended of before.values()) noteNames(lanes, { ...ended, names: [] }, ended, index + 1);
  });
  run.nameLanes = lanes;
  return lanes;
}

/** Notes at a step which names of a call lead elsewhere than before. */
function noteNames(lanes, frame, old, step) {
  const note = (name, to) => {
    const key = `${frame.call} ${name}`;
    if (!lanes.has(key)) lanes.set(key, { call: frame.call, name, changes: [] });
    lanes.get(key).changes.push([step, to]);
  };
  for (let i = 0; i < frame.names.length; i += 3) {
    const [name, kind, to] = frame.names.slice(i, i + 3);
    if (kind !== NAME_OF_COMPILER && (!old || lookup(old, name) !== to)) note(name, to);
  }
  for (let i = 0; i < (old?.names.length ?? 0); i += 3) {
    if (old.names[i + 1] !== NAME_OF_COMPILER && lookup(frame, old.names[i]) === null) note(old.names[i], null);
  }
}
