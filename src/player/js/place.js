// The same place in a later run of a script that has changed meanwhile: lines, steps, objects.

/** Lines of two texts that are compared one by one, beyond those that begin and end both. */
const COMPARED_AT_MOST = 2000;

/** Which pairs of two lists are the same, in the order of both: the longest such row of pairs. */
function alike(one, other) {
  if (one.length > COMPARED_AT_MOST || other.length > COMPARED_AT_MOST) return [];
  const width = other.length + 1;
  const best = new Uint16Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      best[i * width + j] = one[i] === other[j] ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
    }
  }
  const pairs = [];
  for (let [i, j] = [0, 0]; i < one.length && j < other.length;) {
    if (one[i] === other[j]) pairs.push([i++, j++]);
    else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

/**
 * For each line of a text, from 1, the line of a later one that it has become. A line that was changed
 * where it stands is the same; one that is gone has none.
 */
function linesKept(before, after) {
  const [one, other] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < Math.min(one.length, other.length) && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < Math.min(one.length, other.length) - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const middle = alike(one.slice(head, one.length - tail), other.slice(head, other.length - tail));
  const kept = new Map();
  let [i, j] = [0, 0];
  const pair = (toI, toJ) => {
    // Between two that are the same, as many lines as there are in both.
    for (; i < toI && j < toJ; i++, j++) kept.set(i + 1, j + 1);
    [i, j] = [toI, toJ];
    if (i < one.length && j < other.length) kept.set(++i, ++j);
  };
  for (let at = 0; at < head; at++) pair(at, at);
  for (const [a, b] of middle) pair(head + a, head + b);
  for (let at = tail; at > 0; at--) pair(one.length - at, other.length - at);
  pair(one.length, other.length);
  return kept;
}

/** What is kept of a place: the ways of all steps up to it, and the files whose lines they name. */
function placeOf(run, step) {
  return {
    step,
    files: run.files.map(({ path, text }) => [path, text]),
    way: run.steps.slice(0, step).map(({ event, file, line }) => [event, file, line]),
  };
}

/** Places of another run, found in this one. */
class Places {
  constructor(run, { step, files, way }) {
    Object.assign(this, { run, step, way });
    this.files = files.map(([path, text]) => {
      const file = run.files.findIndex((other) => other.path === path);
      return { file, lines: file < 0 ? new Map() : linesKept(text, run.files[file].text) };
    });
    this.isSame = way.every((one, index) => this.matches(one, run.steps[index]));
  }

  /** File and line here of a line there. */
  lineOf(file, line) {
    const known = this.files[file];
    const now = known?.lines.get(line);
    return now ? { file: known.file, line: now } : null;
  }

  matches([event, file, line], step) {
    const at = this.lineOf(file, line);
    return at !== null && step?.event === event && step.file === at.file && step.line === at.line;
  }

  /**
   * The step: the same, where all up to it went the same way; else the one that comes to its line as
   * often, or the last that does; else the one with its number.
   */
  stepHere() {
    const { run, way } = this;
    if (this.isSame) return this.step;
    const last = way.at(-1);
    const times = way.filter((one) => one.every((part, at) => part === last[at])).length;
    const at = this.lineOf(last[1], last[2]);
    const steps = (fits) => run.steps.flatMap((step, index) => (fits(step) ? [index + 1] : []));
    let found = steps((step) => this.matches(last, step));
    if (!found.length && at) found = steps(({ file, line }) => file === at.file && line === at.line);
    return found[Math.min(times, found.length) - 1] ?? clamp(this.step, 1, run.length);
  }

  /** The object that was made at the same line, as the same one of those that are made there. */
  objectHere(kept) {
    if (!kept) return null;
    const [type, file, line, nth] = kept;
    const at = line ? this.lineOf(file, line) : { file: -1, line: 0 };
    if (!at) return null;
    this.ids ??= idsByBirth(this.run);
    return this.ids.get(birthKey(type, at.file, at.line))?.[nth] ?? null;
  }
}

const birthKey = (type, file, line) => `${file}:${line} ${type}`;

/** Where an object was made; what is older than the run stands apart. */
function birthOf(run, id) {
  const born = run.born(id);
  return born ? [run.typeOf(id), run.step(born.step)?.file ?? -1, born.line] : [run.typeOf(id), -1, 0];
}

function idsByBirth(run) {
  const ids = new Map();
  run.objects.forEach((_, index) => {
    const key = birthKey(...birthOf(run, index + 1));
    if (!ids.has(key)) ids.set(key, []);
    ids.get(key).push(index + 1);
  });
  return ids;
}

/** What is kept of an object: type, file and line of its birth, and which of those made there it is. */
function objectKept(run, id, ids) {
  const birth = birthOf(run, id);
  return [...birth, ids.get(birthKey(...birth)).indexOf(id)];
}
