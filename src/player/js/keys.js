// What the page listens to: clicks outside of the panels' own buttons, and keys.

function listenToPage(app) {
  const boxOf = (event) => event.target.closest?.('[data-box]');
  const take = (element) => {
    const box = Number(element.dataset.box);
    const { object } = app.run.picture.keys[box];
    if (object) app.choose(object);
  };
  app.picture.svg.addEventListener('click', (event) => boxOf(event) && take(boxOf(event)));
  app.picture.svg.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !boxOf(event)) return;
    take(boxOf(event));
    event.preventDefault();
  });
  for (const name of TABS) $(`tab-${name}`).addEventListener('click', () => app.toggleTab(name));
  $('side-close').onclick = () => app.showSide(false);
  document.querySelector('[role=tablist]').addEventListener('keydown', (event) => moveTab(app, event));
  $('show-all').onclick = () => app.showAll();
  $('reach').onchange = () => app.setReach($('reach').value);
  $('quiz-button').onclick = () => app.quiz.toggle();
  $('timeline-button').onclick = () => app.toggleTimeline();
  $('theme-button').onclick = () => app.toggleTheme();
  $('help-button').onclick = () => openHelp();
  $('zoom-fit').onclick = () => app.picture.camera.fitStep();
  $('zoom-in').onclick = () => app.picture.camera.zoomBy(1.25);
  $('zoom-out').onclick = () => app.picture.camera.zoomBy(1 / 1.25);
  addEventListener('hashchange', () => location.hash !== app.written && app.readAddress());
  addEventListener('resize', () => {
    setNarrow();
    app.picture.lookAgain();
    app.transport.drawTicks();
    app.timeline.show();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => app.themeChanged());
}

function moveTab(app, event) {
  const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const tabs = TABS.filter((name) => !$(`tab-${name}`).hidden);
  const at = tabs.findIndex((name) => !$(name).hidden);
  const next = tabs[(at + way + tabs.length) % tabs.length];
  app.openTab(next);
  $(`tab-${next}`).focus();
  event.preventDefault();
  event.stopPropagation();
}

/** Keys, what they are called, what they do; keys that go together share a line of the help. */
const KEYS = [
  [['ArrowRight', 'n'], '→ n', 'next step', (app) => app.go(app.view.step + 1)],
  [['ArrowLeft', 'p'], '← p', 'previous step', (app) => app.go(app.view.step - 1)],
  [['s'], 's', 'over the calls that this line makes', (app) => app.stepOver(false)],
  [['S'], 'S', 'back over calls', (app) => app.stepOver(true)],
  [['u'], 'u', 'out of this call, up to its caller', (app) => app.stepOut()],
  [['b'], 'b', 'breakpoint at this line, on or off', (app) => app.breaks.toggleHere()],
  [['r'], 'r', 'run on to the next breakpoint', (app) => app.breaks.run(false)],
  [['R'], 'R', 'back to the breakpoint before', (app) => app.breaks.run(true)],
  [['PageDown'], 'Page down', 'ten steps on', (app) => app.go(app.view.step + 10)],
  [['PageUp'], 'Page up', 'ten steps back', (app) => app.go(app.view.step - 10)],
  [['Home'], 'Home', 'first step', (app) => app.go(1)],
  [['End'], 'End', 'last step', (app) => app.go(app.run.length)],
  [[' '], 'space', 'play or pause', (app) => app.transport.toggle()],
  [['+'], '+', 'faster', (app) => app.transport.changeSpeed(1)],
  [['-'], '−', 'slower', (app) => app.transport.changeSpeed(-1)],
  [['g'], 'g', 'jump to a step', () => $('step').select()],
  [[']'], ']', 'next time that this line runs', (app) => app.nextRun(false)],
  [['['], '[', 'last time that this line ran', (app) => app.nextRun(true)],
  [['e'], 'e', 'next collection or exception', (app) => app.nextEvent(false)],
  [['E'], 'E', 'collection or exception before', (app) => app.nextEvent(true)],
  [['o'], 'o', 'next object of the picture', (app) => app.nextObject(false)],
  [['O'], 'O', 'object before', (app) => app.nextObject(true)],
  [['c'], 'c', 'next change of the chosen object', (app) => app.nextChange(false)],
  [['C'], 'C', 'its change before', (app) => app.nextChange(true)],
  [['v'], 'v', 'next change of the chosen name', (app) => app.nextNameChange(false)],
  [['V'], 'V', 'its change before', (app) => app.nextNameChange(true)],
  [['f'], 'f', 'only the chosen object and its kin', (app) => app.toggleOnly()],
  [['z'], 'z', 'fold the chosen object', (app) => app.toggle('folded', app.view.focus)],
  [['h'], 'h', 'hide the chosen object', (app) => app.toggle('hidden', app.view.focus)],
  [['a'], 'a', 'show all again', (app) => app.showAll()],
  [['/'], '/', 'find an object', (app) => { app.openTab('objects'); $('search').focus(); }],
  [['i'], 'i', 'living objects by type', (app) => app.openTab('objects')],
  [['k'], 'k', 'the collector', (app) => app.openTab('collector')],
  [['l'], 'l', 'the tree of calls', (app) => app.openTab('calls')],
  [['y'], 'y', 'watch: paths, rounds of the loop, bookmarks', (app) => app.openTab('watch')],
  [['x'], 'x', 'close the panel at the side', (app) => app.showSide(false)],
  [['m'], 'm', 'memory over the run', (app) => app.openTab('life')],
  [['.'], '.', 'next phase of the collector', (app) => app.collector.move(1)],
  [[','], ',', 'phase before', (app) => app.collector.move(-1)],
  [['w'], 'w', 'the picture alone, wide', (app) => app.panes.toggleWide()],
  [['t'], 't', 'timeline', (app) => app.toggleTimeline()],
  [['q'], 'q', 'quiz', (app) => app.quiz.toggle()],
  [['d'], 'd', 'dark or light', (app) => app.toggleTheme()],
  [['Escape'], 'Esc', 'choose nothing', (app) => app.choose(null)],
  [['?'], '?', 'this help', () => openHelp()],
];

function listenToKeys(app) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || $('help').open) return;
    const { target, key } = event;
    if (isOwnKey(target, key)) return;
    const entry = KEYS.find(([keys]) => keys.includes(key));
    if (!entry) return;
    event.preventDefault();
    entry[3](app);
  });
}

/** Whether an element uses a key itself: fields take letters, a slider its arrows, buttons space. */
function isOwnKey(target, key) {
  if (key === 'Escape' && target.matches('input')) {
    target.blur();
    return true;
  }
  if (target.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea')) return true;
  // A list that was chosen from lets go of the arrows.
  if (target.matches('select')) return !/^(Arrow(Left|Right))$/.test(key);
  if (target.matches('input[type=range]')) return /^(Arrow|Page|Home|End)/.test(key);
  if (target.matches('input[type=radio]')) return /^Arrow(Up|Down)$/.test(key) || key === ' ';
  return key === ' ' && target.matches('button, input[type=checkbox]');
}

function openHelp() {
  const rows = KEYS.map(([, name, words]) => make('tr', {}, make('th', { scope: 'row' }, make('kbd', {}, name)), make('td', {}, words)));
  const half = Math.ceil(rows.length / 2);
  const table = (rows) => make('table', {}, make('tbody', {}, rows));
  refill($('help'),
    make('h2', { id: 'help-title', tabindex: '-1', autofocus: true }, 'Keys'),
    make('div', { class: 'columns' }, table(rows.slice(0, half)), table(rows.slice(half))),
    make('h2', {}, 'Signs'),
    make('p', {}, 'Beside the source a green bar marks the lines that have run so far.'),
    make('p', {}, 'A box with a dashed edge and a label is a copy of the running call’s names, whose own box is out of view; its × closes it, and Follow, switched off and on, brings it back.'),
    make('p', {}, 'Above the slider: the calls, each over the steps that it takes; click one to go there. Along the slider: births stand above the middle, deaths below it; a line is a run of the collector, a diamond an exception.'),
    make('p', {}, 'Click a source line to go to the next step at which it is about to run; with shift, to the one before. Click its number to stop there when you run on (r). Click a name in the call stack to see when it changed. The address keeps step and object: copy it to link to this very picture.'),
    make('form', { method: 'dialog' }, make('button', { class: 'primary' }, 'Close')));
  $('help').showModal();
}

/** One column where there is no room for two: the style sheet does the rest. */
function setNarrow() {
  const { classList } = document.body;
  classList.toggle('narrow', innerWidth <= (classList.contains('embed') ? 560 : 760));
}

/** Reads what the page's address asks of its looks, opens the run, and shows it. */
async function start() {
  const asked = new URLSearchParams(location.search);
  for (const look of ['embed', 'wide']) document.body.classList.toggle(look, asked.get(look) === '1');
  setNarrow();
  const theme = asked.get('theme') ?? readSettings().theme ?? '';
  if (/^(light|dark)$/.test(theme)) document.documentElement.dataset.theme = theme;
  try {
    const app = new App(await Run.open($('payload')));
    if (app.run.length) app.themeChanged();
    startLive(app, $('payload').textContent);
    document.body.classList.add('ready');
  } catch (error) {
    refill(document.querySelector('main'), make('p', { class: 'no-script', role: 'alert' }, `This page cannot show its run: ${error.message}`));
    document.body.classList.add('ready');
  }
}
