// A page that is served while its script is being written: it asks for the next run, and shows that at
// the same place. And one from disk, which can find out less.

const PLACE_KEY = 'memviz-place';
/** How long a run may take before it is said that one is under way. */
const UNSAID = 400;
/** Times that are tried to reach the server, and the time between them. */
const TRIES = 3;
const TRY_AGAIN = 700;

/** Says something above the page, or nothing more. */
function sayAbove(words, ...buttons) {
  const line = $('above');
  line.hidden = !words;
  refill(line, words ? [seen(words), ' ', ...buttons] : []);
}

const pause = (time) => new Promise((done) => { setTimeout(done, time); });

class Live {
  constructor(app, run) {
    this.app = app;
    this.run = run;
    this.resume();
    this.listen();
  }

  async listen() {
    let number = 0;
    for (let failed = 0; failed < TRIES;) {
      try {
        const answer = await fetch(`news?after=${number}`);
        if (!answer.ok) throw new Error(answer.statusText);
        const news = await answer.json();
        ({ number } = news);
        failed = 0;
        if (this.hear(news)) return;
      } catch {
        failed += 1;
        await pause(TRY_AGAIN);
      }
    }
    this.hear({ run: this.run });
    sayAbove('memviz has ended: this is the last run that it has drawn.');
  }

  /** Takes news; true where the page goes. */
  hear({ run, running, problem }) {
    clearTimeout(this.waiting);
    if (run !== this.run) {
      this.leave();
      return true;
    }
    document.body.classList.toggle('with-problem', Boolean(problem));
    sayAbove(problem ? `${problem} (this is the last run that could be drawn)` : '');
    if (running) this.waiting = setTimeout(() => sayAbove('The script runs again…'), UNSAID);
    return false;
  }

  /** Keeps where the reader is, and goes to the new run. */
  leave() {
    const { app } = this;
    try {
      sessionStorage.setItem(PLACE_KEY, JSON.stringify(this.kept()));
    } catch {
      // Then it opens at the address alone.
    }
    clearTimeout(app.writing);
    location.reload();
  }

  kept() {
    const { run, view, picture: { camera }, breaks, quiz, panel } = this.app;
    const ids = idsByBirth(run);
    const objects = (all) => [...all].map((id) => objectKept(run, id, ids));
    const types = Object.entries(view.types).map(([what, chosen]) => [what, [...chosen]]);
    camera.look();
    return {
      place: placeOf(run, view.step),
      focus: view.focus && objectKept(run, view.focus, ids),
      name: view.name && [view.name.call, run.text(view.name.name)],
      hidden: objects(view.hidden),
      folded: objects(view.folded),
      types,
      only: view.only,
      reach: view.reach,
      breaks: [...breaks.lines].map((key) => key.split(':').map(Number)),
      panel: $('panels').hidden ? null : panel,
      quiz: quiz.on,
      timeline: !$('timeline').hidden,
      wide: document.body.classList.contains('wide'),
      search: $('search').value,
      zoom: camera.zoom,
      scrolled: camera.scrolled,
      focused: document.activeElement?.id ?? '',
    };
  }

  /** Takes up where the page of the run before was. */
  resume() {
    const { app } = this;
    const kept = keptPlace();
    if (!kept) return;
    const places = new Places(app.run, kept.place);
    this.takeView(kept, places);
    const breaks = kept.breaks.map(([file, line]) => places.lineOf(file, line)).filter(Boolean);
    app.breaks.put(breaks.map(({ file, line }) => `${file}:${line}`));
    $('search').value = kept.search;
    if (kept.timeline) app.toggleTimeline(true);
    if (kept.quiz) app.quiz.toggle(true);
    if (kept.panel) app.tab(kept.panel);
    else app.showSide(false);
    app.panes.toggleWide(kept.wide);
    app.go(places.stepHere());
    const { camera } = app.picture;
    camera.zoom = kept.zoom;
    camera.fit();
    camera.jumpTo(kept.scrolled.x, kept.scrolled.y);
    app.show({ follow: $('follow').checked });
    document.getElementById(kept.focused)?.focus({ preventScroll: true });
  }

  takeView(kept, places) {
    const { run, view } = this.app;
    const objects = (all) => new Set(all.map((one) => places.objectHere(one)).filter(Boolean));
    const focus = places.objectHere(kept.focus);
    const name = kept.name && places.isSame ? { call: kept.name[0], name: run.texts.indexOf(kept.name[1]) } : null;
    Object.assign(view, {
      focus,
      name,
      only: kept.only && focus !== null,
      hidden: objects(kept.hidden),
      folded: objects(kept.folded),
      types: Object.fromEntries(kept.types.map(([what, chosen]) => [what, new Set(chosen)])),
      reach: kept.reach,
    });
  }
}

/** What the page before has kept, once. */
function keptPlace() {
  try {
    const words = sessionStorage.getItem(PLACE_KEY);
    sessionStorage.removeItem(PLACE_KEY);
    return JSON.parse(words);
  } catch {
    return null;
  }
}

/**
 * A page from disk may ask for nothing, not even for itself. But a page that is opened later from the
 * same place leaves word of its run, where the browser keeps anything.
 */
function listenForNewer(payload) {
  if (parent !== window) return;
  const key = `memviz-run ${location.pathname}`;
  const own = markOf(payload);
  try {
    localStorage.setItem(key, own);
  } catch {
    return;
  }
  addEventListener('storage', (event) => {
    if (event.key !== key || !event.newValue) return;
    const isOld = event.newValue !== own;
    sayAbove(isOld ? 'This page is old: a newer run has been written in its place.' : '', button('Show the new run', () => location.reload()));
  });
}

/** A short mark of a text: texts that differ have different ones, as good as always. */
function markOf(text) {
  let mark = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) mark = Math.imul(mark ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}-${(mark >>> 0).toString(16)}`;
}

function startLive(app, payload) {
  const live = document.querySelector('meta[name="memviz-run"]');
  if (!live) listenForNewer(payload);
  else if (app.run.length) app.live = new Live(app, Number(live.content));
}
