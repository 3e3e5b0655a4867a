// The calls of a run: over which steps each goes, what it was given and what it gave; and ways along
// them.

const RETURN_VALUE = 'return value';

/** Goes through a run's steps and notes its calls. */
class CallLog {
  constructor(run) {
    this.run = run;
    this.byNumber = new Map();
    /** By step, from 1: the running call, and how deep it stands. */
    this.running = [null];
    this.depths = [0];
    this.deepest = 0;
    this.returnLabel = run.texts.indexOf(RETURN_VALUE);
  }

  take(number, state, step) {
    for (const frame of state.frames) {
      const known = this.byNumber.get(frame.call);
      if (known) known.last = number;
      else this.begin(number, frame, state);
    }
    const frame = runningFrame(state);
    this.running.push(frame?.call ?? null);
    this.depths.push(frame ? frame.depth + 1 : 0);
    if (step.event === 'return' && frame) this.end(frame.call, number, state, step.raised);
  }

  begin(number, frame, state) {
    const parent = state.frames.findLast((other) => other.thread === frame.thread && other.depth < frame.depth);
    const call = { ...frame, parent: parent?.call ?? null, first: number, last: number, children: [], returned: null, left: null };
    call.given = frame.module || frame.body ? [] : this.values(frame, state);
    this.byNumber.set(frame.call, call);
    this.byNumber.get(call.parent)?.children.push(frame.call);
    this.deepest = Math.max(this.deepest, frame.depth + 1);
  }

  /** The names that a call begins with, in words. */
  values(frame, state) {
    const values = [];
    for (let i = 0; i < frame.names.length; i += 3) {
      const [name, kind, id] = frame.names.slice(i, i + 3);
      // Those of a function around it are not handed over.
      if (kind === NAME_OF_COMPILER || kind === NAME_FREE) continue;
      values.push([name, this.run.shortName(id, state.heap.get(id))]);
    }
    return values;
  }

  /** Notes how a call ends: by an exception that is on its way, or with what it gives back. */
  end(call, number, state, raised) {
    if (raised) {
      this.byNumber.get(call).left = { step: number, id: raised, words: this.run.typeOf(raised) };
      return;
    }
    for (const [id, labels] of state.held) {
      if (!labels.includes(this.returnLabel)) continue;
      this.byNumber.get(call).returned = { step: number, id, words: this.run.shortName(id, state.heap.get(id)) };
    }
  }

  roots() {
    return [...this.byNumber.values()].filter(({ parent }) => parent === null);
  }
}

/** Whether a step belongs to a call, or to what that call goes back to. */
const isDrawn = (run, step) => !run.step(step).skip;

/** Where the thread of a step is next, no deeper than there. */
function stepOver(run, number) {
  const { depths } = run.calls;
  return searchOn(run, number, 1, (step) => depths[step] <= depths[number]);
}

function stepBackOver(run, number) {
  const { depths } = run.calls;
  return searchOn(run, number, -1, (step) => depths[step] <= depths[number]);
}

/** Where the caller goes on. */
function stepOut(run, number) {
  const { depths } = run.calls;
  return searchOn(run, number, 1, (step) => depths[step] < depths[number] && depths[step] > 0);
}

function searchOn(run, number, way, isWanted) {
  const thread = run.step(number).thread ?? 1;
  for (let step = number + way; step >= 1 && step <= run.length; step += way) {
    if ((run.step(step).thread ?? 1) === thread && isDrawn(run, step) && isWanted(step)) return step;
  }
  return null;
}
