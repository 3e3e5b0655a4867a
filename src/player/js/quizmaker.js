// Questions for the quiz, made of what the run does: each about one step that teaches something, with
// the answer from the record and wrong choices that a learner may believe. They need no page.

const QUESTIONS_AT_MOST = 24;
/** Steps that are looked at for questions, evenly over a long run. */
const LOOKED_AT = 1500;
const OUTPUT_AT_MOST = 70;
const CHOICES_AT_MOST = 4;

const joined = (names) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);

/** One step of the run with the next one that is drawn: what makers of questions look at. */
class Moment {
  constructor(run, step, next) {
    Object.assign(this, { run, step, next, old: run.at(step), now: run.at(next) });
    this.before = run.step(step);
    this.after = run.step(next);
    this.frame = runningFrame(this.now);
    this.same = this.frame && this.old.frames.find(({ call }) => call === this.frame.call);
    /** The line that runs between the two, where it is one of this call. */
    this.line = this.same && this.after.ran === this.before.line ? this.after.ran : null;
  }

  lineText(line = this.line) {
    const lines = this.run.files[this.before.file]?.text.split('\n') ?? [];
    return visible(lessonPart(lines[line - 1] ?? '').trim());
  }

  /** The names of the running call with what they lead to. */
  names(frame = this.frame) {
    const list = [];
    for (let i = 0; i < frame.names.length; i += 3) {
      if (frame.names[i + 1] !== NAME_OF_COMPILER) list.push({ name: this.run.text(frame.names[i]), label: frame.names[i], id: frame.names[i + 2] });
    }
    return list;
  }

  /** Names that lead elsewhere after the step. */
  bound() {
    return this.names().filter(({ label, id }) => lookup(this.same, label) !== id);
  }

  value(id, state = this.now) {
    return this.run.shortName(id, state.heap.get(id));
  }

  isPlain(id) {
    return this.run.kindOf(id) === 'atom';
  }

  /** Whether an object is one of the program's data that has a box in the picture. */
  isData(id, state = this.now) {
    return !['atom', 'class', 'function', 'module', 'namespace', 'frame', 'traceback'].includes(this.run.kindOf(id)) && state.boxes.has(this.run.boxOfObject.get(id));
  }

  question(kind, prompt, right, wrong, why) {
    const others = [...new Set(wrong.map(String))].filter((words) => words && words !== String(right)).slice(0, CHOICES_AT_MOST - 1);
    if (!others.length) return null;
    const choices = [{ words: String(right), right: true }, ...others.map((words) => ({ words, right: false }))];
    // Always in the same order, in which the right one stands anywhere.
    const turn = (this.step * 7 + kind.length) % choices.length;
    return { kind, step: this.step, next: this.next, prompt, choices: [...choices.slice(turn), ...choices.slice(0, turn)], why };
  }
}

/** Other numbers that a number may be taken for; a text with and without its quotes. */
function mistaken(words) {
  const number = /^-?\d+$/.exec(words) && Number(words);
  if (typeof number === 'number' && Number.isSafeInteger(number)) return [number + 1, number - 1, number * 2].map(String);
  return /^'.*'$/.test(words) ? [words.slice(1, -1)] : [];
}

const MAKERS = {
  /** What will be printed? */
  printed(moment) {
    const out = (moment.after.out ?? '').trimEnd();
    if (!out || !moment.line || out.includes('\n') || out.length > OUTPUT_AT_MOST) return null;
    const earlier = moment.run.printedAt(moment.step).trimEnd().split('\n').filter(Boolean).reverse().slice(0, 2);
    const varied = out.replace(/-?\d+(?!.*\d)/, (number) => String(Number(number) + 1));
    const less = out.replace(/-?\d+/, (number) => String(Number(number) - 1));
    const names = moment.names(moment.same).map(({ id }) => moment.value(id, moment.old));
    return moment.question('printed', `What does line ${moment.line} print?`, seen(out),
      [...earlier, varied, less, `'${out}'`, ...names].map(seen), `It prints ${seen(out)}.`);
  },

  /** What does a name lead to after the line? */
  refers(moment) {
    if (!moment.line) return null;
    const [one] = moment.bound().filter(({ id }) => moment.isPlain(id));
    if (!one) return null;
    const was = lookup(moment.same, one.label);
    const right = moment.value(one.id);
    const old = was === null ? [] : [moment.value(was, moment.old)];
    const type = moment.run.typeOf(one.id);
    const others = moment.names(moment.same).filter(({ id }) => moment.isPlain(id) && moment.run.typeOf(id) === type).map(({ id }) => moment.value(id, moment.old));
    const negated = { True: ['False'], False: ['True'] }[right] ?? [];
    const wrong = [...old, ...negated, ...mistaken(right), ...others];
    return wrong.length < 2 && !negated.length ? null : moment.question('refers', `What is ${one.name} after line ${moment.line} has run?`, right, wrong,
      old.length ? `${one.name} was ${old[0]} and is ${right} now.` : `${one.name} is ${right}.`);
  },

  /** The same object, two that are equal, or two that differ? */
  same(moment) {
    if (!moment.line) return null;
    for (const one of moment.bound().filter(({ id }) => moment.isData(id))) {
      const alike = moment.names().filter(({ label, id }) => label !== one.label && moment.isData(id) && moment.run.typeOf(id) === moment.run.typeOf(one.id));
      const other = alike.find(({ id }) => id === one.id) ?? alike[0];
      if (!other) continue;
      const [a, b] = [moment.value(one.id), moment.value(other.id)];
      const equal = sameRefs(moment.now.heap.get(one.id).refs, moment.now.heap.get(other.id).refs);
      const answers = ['They lead to the same object.', 'They lead to two objects with the same contents.', 'They lead to two objects that differ.'];
      const right = one.id === other.id ? 0 : equal ? 1 : 2;
      const why = [`Both lead to ${a}: an assignment binds a name, it copies nothing.`, `${one.name} leads to ${a}, ${other.name} to ${b}: a copy, which holds the same objects.`, `${one.name} leads to ${a}, ${other.name} to ${b}.`][right];
      return moment.question('same', `After line ${moment.line}: what do ${one.name} and ${other.name} lead to?`, answers[right], answers, why);
    }
    return null;
  },

  /** By which names is a change seen? */
  shared(moment) {
    if (!moment.line) return null;
    const names = moment.names(moment.same);
    for (const { id: changed } of (moment.after.change ?? []).filter(({ refs }) => refs)) {
      if (!moment.isData(changed)) continue;
      const mine = names.filter(({ id }) => id === changed).map(({ name }) => name);
      const others = names.filter(({ id }) => id !== changed && moment.isData(id, moment.old) && moment.run.typeOf(id) === moment.run.typeOf(changed)).map(({ name }) => name);
      if (!mine.length || mine.length + others.length < 2) continue;
      const right = joined(mine);
      const wrong = [...mine.map((name) => `only ${name}`), joined([...mine, ...others]), others.length ? `only ${others[0]}` : '', 'none of them'].filter((words) => words !== `only ${right}`);
      return moment.question('shared', `Line ${moment.line} changes an object: ${moment.lineText()}. Through which names is the change seen?`, mine.length === 1 ? `only ${right}` : right, wrong,
        `${right} ${mine.length === 1 ? 'leads' : 'lead'} to ${moment.value(changed)}, which is changed.${others.length ? ` ${joined(others)} ${others.length === 1 ? 'leads' : 'lead'} elsewhere.` : ' There is one object, with several names.'}`);
    }
    return null;
  },

  /** Which objects die? */
  dies(moment) {
    if (!moment.line) return null;
    const drawn = [...moment.old.boxes.keys()].map((box) => moment.run.picture.keys[box].object).filter((id) => id && moment.isData(id, moment.old) && moment.old.heap.has(id));
    const freed = new Set(moment.after.freed ?? []);
    const dead = drawn.filter((id) => freed.has(id));
    if (!dead.length && !/^del\b/.test(moment.lineText())) return null;
    const alive = drawn.filter((id) => !freed.has(id));
    const name = (ids) => joined(ids.map((id) => moment.value(id, moment.old)));
    const none = 'None: something still leads to each.';
    const wrong = [none, ...alive.slice(0, 2).map((id) => name([id])), alive.length ? name([...dead, alive[0]]) : '', dead.length > 1 ? name(dead.slice(0, 1)) : ''];
    const why = dead.length ? `${name(dead)}: nothing leads there any more.` : 'A name is gone, but the object is held elsewhere.';
    return moment.question('dies', `Which objects die when line ${moment.line} runs: ${moment.lineText()}?`, dead.length ? name(dead) : none, wrong, why);
  },

  /** Which line comes next? */
  line(moment) {
    const { before, after, run } = moment;
    if (!moment.line || before.event !== 'line' || after.event !== 'line' || /^(def|class|async def|@)/.test(moment.lineText())) return null;
    const lines = (run.files[before.file]?.text ?? '').split('\n');
    const isCode = (line) => line >= 1 && line <= lines.length && /^\s*[^\s#]/.test(lines[line - 1]);
    const below = [1, 2, 3, 4, 5, 6].map((by) => before.line + by).filter(isCode);
    const branches = /^(if|elif|while|for)\b/.test(moment.lineText());
    if (after.line === below[0] && !branches) return null;
    const wrong = [below[0], below[1], before.line - 1, below[2]].filter(isCode);
    const say = (line) => `line ${line}: ${moment.lineText(line)}`;
    return moment.question('line', `Line ${before.line} runs now: ${moment.lineText(before.line)}. Which line is next?`, say(after.line), wrong.map(say),
      visible(run.text(after.words)) || `Line ${after.line} is next.`);
  },

  /** What does a count become? */
  count(moment) {
    if (!moment.line) return null;
    // Only where all that leads to it can be seen: not what the interpreter holds for a while.
    const isSeen = (state, id) => {
      const owners = ownersOf(state, id);
      return owners.length === state.heap.get(id)?.count && owners.every((owner) => owner.frame || (owner.id && moment.isData(owner.id, state)));
    };
    const changed = (moment.after.change ?? []).find(({ id, count }) => count > 0 && moment.isData(id) && isSeen(moment.old, id) && isSeen(moment.now, id));
    if (!changed) return null;
    const was = moment.old.heap.get(changed.id).count;
    const gains = changed.count > was;
    return moment.question('count', `${moment.value(changed.id)} has ${counted(was, 'reference')}. How many after line ${moment.line}: ${moment.lineText()}?`, changed.count,
      [was, was + 1, Math.max(0, was - 1), was + 2], `${counted(Math.abs(changed.count - was), 'reference')} ${gains ? 'more leads' : 'fewer lead'} to it: ${changed.count}.`);
  },
};

/** The questions of a run, by step: of all kinds, spread over it; the author's own are all in it. */
function questionsOf(run) {
  const asked = (run.asks ?? []).map((ask) => authorsQuestion(run, ask));
  const byKind = new Map(Object.keys(MAKERS).map((kind) => [kind, []]));
  const every = Math.max(1, Math.floor(run.length / LOOKED_AT));
  for (let step = 1; step < run.length; step += every) {
    if (run.step(step).skip) continue;
    const next = run.drawnStep(step + 1, false);
    if (next <= step) continue;
    const moment = new Moment(run, step, next);
    if (!moment.frame) continue;
    for (const [kind, make] of Object.entries(MAKERS)) {
      const question = make(moment);
      if (question) byKind.get(kind).push(question);
    }
  }
  return [...asked, ...chosenOf(byKind, asked)].sort((a, b) => a.step - b.step);
}

/** Takes from each kind in turn, each line at most once a kind and each step once. */
function chosenOf(byKind, asked) {
  const taken = new Set(asked.map(({ step }) => step));
  const chosen = [];
  const queues = [...byKind.values()].map((list) => [...new Map(list.map((one) => [one.prompt, one])).values()]);
  for (let round = 0; chosen.length < QUESTIONS_AT_MOST && round < QUESTIONS_AT_MOST; round++) {
    for (const queue of queues) {
      // From the ends of the run and its middle, not only from its first lines.
      const free = queue.filter(({ step }) => !taken.has(step));
      const one = free[Math.floor((free.length * ((round * 5) % 8)) / 8)];
      if (!one || chosen.length >= QUESTIONS_AT_MOST) continue;
      taken.add(one.step);
      chosen.push(one);
    }
  }
  return chosen;
}

/** A question that the script's author has written: the first answer is the right one. */
function authorsQuestion(run, [next, prompt, answers]) {
  const step = Math.max(1, run.drawnStep(next - 1, true));
  const choices = answers.map((words, index) => ({ words, right: index === 0 }));
  const turn = (next + answers.length) % Math.max(1, choices.length);
  return { kind: 'author', step, next, prompt, choices: [...choices.slice(turn), ...choices.slice(0, turn)], why: visible(run.text(run.step(next).words)) };
}
