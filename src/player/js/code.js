// What stands left of the picture: source, exception, call stack, what was printed; and the caption.

/** A link to an object: choosing it shows its card. */
function objectLink(app, id, state = app.state) {
  return button(app.run.nameOf(id, state.heap.get(id)), () => app.choose(id), { class: 'link' });
}

/** What a reference leads to, in a few words: a value, or a link. */
function valueOf(app, id, state = app.state) {
  const object = state.heap.get(id);
  if (!object) return objectLink(app, id, state);
  if (app.run.kindOf(id) === 'atom') {
    const text = visible(app.run.text(object.value));
    return button(text, () => app.choose(id), { class: 'link value', title: `${app.run.typeOf(id)} #${id}` });
  }
  return objectLink(app, id, state);
}

class Source {
  constructor(app) {
    this.app = app;
    this.list = $('source');
    this.select = $('file');
    this.file = null;
    refill(this.select, app.run.files.map((file, number) => make('option', { value: number }, file.path)));
    this.select.hidden = app.run.files.length < 2;
    this.select.addEventListener('change', () => this.open(Number(this.select.value)));
    this.list.addEventListener('keydown', (event) => this.key(event));
  }

  /** Shows a file. */
  open(file) {
    this.file = file;
    this.select.value = String(file);
    const lines = (this.app.run.files[file]?.text ?? '').split('\n');
    if (lines.at(-1) === '') lines.pop();
    this.lines = lines.map((text, index) => this.line(text, index + 1));
    refill(this.list, this.lines.map((line) => line.element));
    this.list.style.setProperty('--digits', String(String(lines.length).length));
    if (!lines.length) refill(this.list, make('li', { class: 'quiet' }, 'The script is empty.'));
    this.mark();
  }

  line(text, number) {
    const runs = this.app.run.lines[this.file].get(number);
    const mark = make('span', { class: 'mark' });
    const code = make('code', {}, coloured(visible(lessonPart(text)), this.app.run.files[this.file].kinds?.[number - 1] ?? []));
    code.style.setProperty('--indent', String(indentOf(text.replaceAll('\t', '    '))));
    const label = make('span', { class: 'number' }, String(number));
    const element = runs
      ? make('li', {}, make('button', { type: 'button', class: 'row', tabindex: '-1', 'data-line': number, onclick: (event) => this.click(number, event) }, spaced(label, code, mark)))
      : make('li', {}, make('div', { class: 'row' }, spaced(label, code, mark)));
    return { element, mark, row: element.firstChild, runs };
  }

  /** A click on the number sets a breakpoint, on the line it runs to it. */
  click(line, event) {
    if (event.target.closest('.number, .mark')) this.app.breaks.toggle(this.file, line);
    else this.jump(line, event.shiftKey);
  }

  /** Goes to the next or previous step at which a line is about to run. */
  jump(line, back) {
    const { run, view } = this.app;
    const steps = run.lines[this.file].get(line)?.next ?? [];
    const step = back ? before(steps, view.step) : after(steps, view.step) ?? steps[0];
    if (step) this.app.go(step);
    else this.app.say(steps.length ? `line ${line} does not run before` : `line ${line} is never about to run`);
  }

  show() {
    const { file } = this.app.run.step(this.app.view.step);
    if (file !== this.file) this.open(file);
    else this.mark();
  }

  /** Brings the line of the step into view: when all panels have their room. */
  scroll() {
    const at = this.lines?.find((line) => line.row.classList.contains('is-next'))
      ?? this.lines?.find(({ row }) => row.matches('.has-run, .is-entered'));
    scrollWithin(this.list, at?.element);
  }

  mark() {
    const { run, view } = this.app;
    const step = run.step(view.step);
    const here = step.file === this.file;
    const next = here && /line|instruction/.test(step.event) ? step.line : null;
    const ran = here ? step.ran ?? null : null;
    const isStart = step.event === 'call' && run.text(step.function) === '<module>';
    const entered = here && step.event === 'call' && !isStart ? step.line : null;
    // Before its first line a script's is next; what returns goes back to its caller's.
    const first = isStart && run.steps[view.step]?.file === this.file ? run.steps[view.step].line : null;
    const caller = step.event === 'return' ? callerOf(this.app.state) : null;
    const back = caller && caller.file === this.file && caller.line !== ran ? caller.line : null;
    const raised = this.raisedLine();
    this.lines.forEach(({ row, mark, runs }, index) => {
      const line = index + 1;
      const times = runs ? countUpTo(runs.ran, view.step) : 0;
      row.classList.toggle('executed', times > 0);
      row.classList.toggle('has-run', line === ran || line === raised);
      row.classList.toggle('is-next', line === (next ?? first));
      row.classList.toggle('is-back', line === back);
      row.classList.toggle('is-entered', line === entered);
      row.classList.toggle('is-break', this.app.breaks.has(this.file, line));
      const words = [line === ran && 'just ran', line === raised && 'raised', line === (next ?? first) && 'next', line === back && 'goes back', line === entered && (step.resumed ? 'resumed' : 'entered')].filter(Boolean).join(', ');
      mark.textContent = words;
      if (runs) {
        row.title = `Has run ${counted(times, 'time')} so far. Click: next time it runs; with shift: the time before. Click its number: breakpoint.`;
      }
      row.setAttribute('tabindex', '-1');
    });
    const stop = this.lines.find(({ row, runs }) => runs && row.classList.contains('is-next')) ?? this.lines.find(({ runs }) => runs);
    stop?.row.setAttribute('tabindex', '0');
  }

  /** At the end of a run that an exception ended: the newest of its lines in this file. */
  raisedLine() {
    const { run, view } = this.app;
    if (run.outcome.kind !== 'exception' || view.step !== run.length) return null;
    const path = run.files[this.file]?.path;
    return run.outcome.traceback.findLast(([file]) => file === path)?.[1] ?? null;
  }

  key(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way) return;
    const rows = [...this.list.querySelectorAll('button.row')];
    rows[clamp(rows.indexOf(document.activeElement) + way, 0, rows.length - 1)]?.focus();
    event.preventDefault();
  }
}

const SYNTAX = ['keyword', 'text', 'number', 'comment'];

/** A line in its colours. */
function coloured(text, kinds) {
  if (!text) return ' ';
  const parts = [];
  let at = 0;
  for (const [start, end, kind] of kinds) {
    if (start > at) parts.push(text.slice(at, start));
    if (start < text.length) parts.push(make('span', { class: `syntax-${SYNTAX[kind]}` }, text.slice(start, end)));
    at = end;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

/** A line without what it says to memviz, which is no part of the lesson. */
function lessonPart(text) {
  const line = text.replaceAll('\t', '    ');
  const at = line.indexOf('# memviz:');
  return at < 0 ? line : line.slice(0, at).trimEnd();
}

/** The frame that a running call goes back to. */
function callerOf(state) {
  return state.frames.filter((frame) => frame.thread === state.thread).at(-2) ?? null;
}

/** The call stack in the order of the picture, with names that can be asked when they changed. */
function showStack(app) {
  const { run, state, view } = app;
  const previous = view.step > 1 ? framesOf(run.at(view.step - 1)) : new Map();
  const running = runningFrame(state);
  const frames = state.frames.map((frame) => {
    const rows = [];
    for (let i = 0; i < frame.names.length; i += 3) {
      const [name, kind, to] = frame.names.slice(i, i + 3);
      if (kind === NAME_OF_COMPILER) continue;
      const old = previous.get(frame.call);
      const moved = view.step > 1 && (!old || lookup(old, name) !== to);
      const chosen = view.name?.call === frame.call && view.name.name === name;
      rows.push(make('tr', { class: [moved && 'moved', chosen && 'chosen'].filter(Boolean).join(' ') },
        make('th', { scope: 'row' }, button(visible(run.text(name)), () => app.chooseName(frame.call, name), {
          class: 'link name', 'aria-expanded': String(chosen), title: 'When did this name change?',
        })),
        make('td', {}, valueOf(app, to))));
      if (chosen) rows.push(make('tr', { class: 'history' }, make('td', { colspan: 2 }, nameHistory(app, frame.call, name))));
    }
    const line = app.step.event === 'exit' ? '' : `line ${frame.line}`;
    return make('section', { class: frame === running ? 'frame newest' : 'frame' },
      make('h3', {}, run.frameName(frame), ' ', make('span', { class: 'quiet' }, line)),
      rows.length ? make('table', {}, make('tbody', {}, rows)) : make('p', { class: 'quiet' }, 'no names yet'));
  });
  refill($('stack'), frames);
  scrollWithin($('stack'), $('stack').querySelector('.newest'));
}

const framesOf = (state) => new Map(state.frames.map((frame) => [frame.call, frame]));

/** The steps at which a name changed, each a link. */
function nameHistory(app, call, name) {
  const changes = nameChanges(app.run, call, name).filter(({ step }) => step <= app.horizon);
  const shown = around(changes, app.view.step);
  const entries = shown.map(({ step, to, ended }) => {
    const words = to !== null ? app.run.nameOf(to, app.run.at(step).heap.get(to)) : ended ? 'the call ended' : 'unbound';
    return make('li', { 'aria-current': step === app.view.step ? 'step' : null },
      button(`step ${step}`, () => app.go(step), { class: 'link' }), ` ${words}`);
  });
  const more = changes.length - shown.length;
  return make('div', {}, make('p', { class: 'quiet' }, `Changed ${counted(changes.length, 'time')}${more ? `; ${shown.length} near this step` : ''}:`), make('ol', {}, entries));
}

const NEAR = 8;

/** The few entries around a step. */
function around(changes, step) {
  const at = changes.findIndex((change) => change.step >= step);
  const from = clamp((at < 0 ? changes.length : at) - NEAR / 2, 0, Math.max(0, changes.length - NEAR));
  return changes.slice(from, from + NEAR);
}

const PRINTED_AT_MOST = 20000;

/** What was written up to this step: to standard output, and, marked, to standard error. */
function showPrinted(app) {
  const { run, view } = app;
  const printed = $('printed');
  const shown = `${run.printed[view.step]} ${run.printed[view.step - 1]} ${view.step === run.length}`;
  if (printed.dataset.shown === shown) return;
  printed.dataset.shown = shown;
  const pieces = [];
  const [late, lateError] = (view.step === run.length && run.at_exit) || [];
  if (late) pieces.push(seen(late));
  if (lateError) pieces.push(make('span', { class: 'error', 'data-mark': 'stderr', title: 'written to standard error while the interpreter went' }, seen(lateError)));
  let left = PRINTED_AT_MOST;
  for (let number = view.step; number > 0 && left > 0; number--) {
    const { out = '', err = '', terminal } = run.step(number);
    const isNew = number === view.step;
    if (err) pieces.unshift(make('span', { class: 'error', 'data-mark': 'stderr', title: 'written to standard error' }, isNew ? make('mark', {}, seen(err)) : seen(err)));
    for (const [text, isRead] of terminal?.toReversed() ?? (out ? [[out, false]] : [])) {
      const words = isNew ? make('mark', {}, seen(text)) : seen(text);
      pieces.unshift(isRead ? make('span', { class: 'read', title: 'read from standard input' }, words) : words);
    }
    left -= out.length + err.length;
    if (left <= 0) pieces.unshift(make('span', { class: 'quiet' }, '…\n'));
  }
  refill(printed, pieces.length ? pieces : make('span', { class: 'quiet' }, 'nothing yet'));
  printed.scrollTop = printed.scrollHeight;
}

/** The exception on its way, and at the end the one that ended the run, with its frames. */
function showRaised(app) {
  const { run, state, step, view } = app;
  const ending = run.outcome.kind === 'exception' && view.step === run.length;
  const handled = step.raised ? undefined : step.handled;
  $('raised').hidden = !ending && !step.raised && !handled;
  if ($('raised').hidden) return;
  const parts = [];
  if (ending) {
    const { type, message, traceback } = run.outcome;
    parts.push(make('p', { class: 'what' }, make('strong', {}, type), visible(message ? `: ${message}` : '')));
    if (step.raised) parts.push(chainOf(app, step.raised));
    parts.push(make('p', { class: 'quiet' }, 'It ended the run, through these calls (the newest last):'));
    const frames = step.raised ? tracebackFrames(app, step.raised) : [];
    parts.push(make('ol', {}, traceback.map(([file, line, name], index) => make('li', {},
      `${name === '<module>' ? 'the script' : `${name}()`}, line ${line} `,
      make('code', {}, sourceLine(run, file, line)),
      frameNames(app, frames[index], callsOf(app, step.raised, traceback.length)[index])))));
  }
  const word = handled ? 'Being handled' : ending ? 'The exception' : step.event === 'exception' && !step.again ? 'Raised' : 'On its way';
  const exception = step.raised ?? handled;
  if (exception) parts.push(make('p', {}, `${word}: `, objectLink(app, exception, state), ending ? '' : messageOf(app, exception)));
  if (exception && !ending) parts.push(chainOf(app, exception));
  // Its own page has the search for a handler, and what was printed.
  if (run.stages) parts.push(make('p', {}, make('a', { class: 'to-errors', href: `${run.stages}#step=${view.step}&view=errors` }, 'How it was raised, and who handles it')));
  refill($('raised-body'), parts);
}

/** Links of a chain of exceptions that are shown: a program may have made it a circle. */
const LONGEST_CHAIN = 20;

/** The exceptions that led to one: its cause, else what was being handled when it was raised. */
function chainOf(app, exception) {
  const links = [];
  for (let at = exception; links.length < LONGEST_CHAIN;) {
    const related = (label) => {
      const to = referent(app, at, label);
      return to && app.run.kindOf(to) === 'exception' ? to : null;
    };
    const cause = related('__cause__');
    const next = cause ?? related('__context__');
    if (!next || links.some(([one]) => one === next) || next === exception) break;
    links.push([next, cause ? 'Caused by' : 'Came up while handling']);
    at = next;
  }
  return links.map(([one, words]) => make('p', { class: 'chained' }, `${words}: `, objectLink(app, one, app.state), messageOf(app, one)));
}

/** What an object refers to by a label. */
function referent({ run, state }, id, label) {
  const refs = state.heap.get(id)?.refs ?? [];
  const at = refs.findIndex((to, i) => i % 3 === 0 && run.text(to) === label);
  return at < 0 ? undefined : refs[at + 1];
}

/** What an exception says, where that is one value: ` 'no luck'`. */
function messageOf(app, exception) {
  const { run, state } = app;
  const args = referent(app, exception, 'args');
  const only = state.heap.get(args)?.refs.length === 3 ? referent(app, args, '[0]') : undefined;
  return only && run.kindOf(only) === 'atom' ? `: ${visible(run.text(state.heap.get(only)?.value))}` : '';
}

function sourceLine(run, path, line) {
  const file = run.files.find((file) => file.path === path);
  return visible((file?.text.split('\n')[line - 1] ?? '').trim());
}

/** The frame objects that an exception's traceback holds, oldest first. */
function tracebackFrames(app, exception) {
  const frames = [];
  for (let at = referent(app, exception, '__traceback__'); at; at = referent(app, at, 'tb_next')) {
    frames.push(referent(app, at, 'frame'));
  }
  return frames;
}

/** The calls that an exception went through, oldest first: those under way where it was raised. */
function callsOf(app, exception, most) {
  const { run, view } = app;
  const isThere = (number) => run.step(number).event === 'exception' && run.step(number).raised === exception && !run.step(number).again;
  let number = view.step;
  while (number > 0 && !isThere(number)) number--;
  if (!number) return [];
  const state = run.at(number);
  return state.frames.filter((frame) => frame.thread === state.thread).slice(-most).map((frame) => frame.call);
}

/** The variables of a frame that a traceback keeps. The script's own are the globals. */
function frameNames(app, frame, call) {
  const refs = app.state.heap.get(frame)?.refs ?? [];
  const names = [];
  for (let i = 0; i < refs.length; i += 3) {
    const label = app.run.text(refs[i]);
    // What a stopped evaluation holds is no variable either.
    if (refs[i + 2] & REF_NO_VARIABLE || /^stack \d+$/.test(label) || app.run.kindOf(refs[i + 1]) === 'namespace') continue;
    const set = call ? whenNamed(app.run, call, refs[i], app.view.step) : null;
    names.push(make('span', { class: 'pair' }, `${visible(label)} = `, valueOf(app, refs[i + 1]),
      set ? [' ', button(`set at step ${set}`, () => app.go(set), { class: 'small' })] : null), ' ');
  }
  return names.length ? make('div', { class: 'names' }, 'kept: ', names) : null;
}

/** How the run ended, for the head of the page. */
function endingInWords({ outcome }) {
  switch (outcome.kind) {
    case 'exception': return `ended by ${outcome.type}`;
    case 'exit': return `ended with exit code ${outcome.code}`;
    case 'limit': return `recorded up to its limit of ${outcome.limit}`;
    case 'interrupted': return 'interrupted';
    case 'crashed': return outcome.words;
    case 'further': return `goes on to step ${outcome.steps}`;
    default: return 'ran to its end';
  }
}
