// The picture of memory: the boxes and arrows of the SVG frames, each box one element over all
// steps, so that what lives on stays or glides.

const WEAK = 1;
const MOVED = 2;
const FADED = 4;
const STATUS = ['', 'unreachable', 'dead', 'lost'];
/** How the rows of a box are set. */
const [ROWS, STRIP, LINE] = [0, 1, 2];
const ROOM = 18;
/** More boxes than these are not seen to glide: they stand at their new places at once. */
const GLIDING = 40;

class Picture {
  constructor(run, holder) {
    this.run = run;
    this.holder = holder;
    this.boxes = new Map();
    this.arrows = new Map();
    this.arrowLayer = draw('g', { class: 'arrows' });
    this.boxLayer = draw('g', { class: 'boxes' });
    const { left, top, right, bottom } = run.picture.extent;
    const empty = !Number.isFinite(left);
    this.left = empty ? 0 : Math.floor(left - ROOM);
    this.top = empty ? 0 : Math.floor(top - ROOM - 8);
    this.width = empty ? 300 : Math.ceil(right + ROOM) - this.left;
    this.height = empty ? 60 : Math.ceil(bottom + ROOM) - this.top;
    this.pinned = new Pinned(this);
    this.svg = draw(
      'svg',
      { id: 'picture', role: 'group', 'aria-label': 'Boxes and arrows', viewBox: `${this.left} ${this.top} ${this.width} ${this.height}` },
      this.heads(),
      this.arrowLayer,
      this.boxLayer,
    );
    holder.append(this.svg);
    holder.parentElement.append(this.pinned.layer, this.pinned.bar);
    this.camera = new Camera(this);
    holder.addEventListener('scroll', () => {
      this.camera.look();
      this.drawNear();
      this.pinned.show();
    });
    // On paper all of it is seen.
    addEventListener('beforeprint', () => {
      this.camera.whole = true;
      this.drawNear();
    });
    addEventListener('afterprint', () => { this.camera.whole = false; });
    this.camera.fit();
  }

  heads() {
    // As large as in the frames, where a head grows with its line; a chosen arrow's does not.
    const head = ([name, size]) => draw(
      'marker',
      { id: `head-${name}`, class: name, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: size, markerHeight: size, markerUnits: 'userSpaceOnUse', orient: 'auto' },
      draw('path', { d: 'M0 0.5L8 4L0 7.5L1.8 4Z' }),
    );
    return draw('defs', {}, [['plain', 9.1], ['weak', 9.1], ['faded', 9.1], ['moved', 14], ['chosen', 12]].map(head));
  }

  /** Draws the boxes that are in view or near it; the others are kept, empty and not laid out. */
  drawNear() {
    let isNew = false;
    for (const [box, entry] of this.boxes) isNew = this.drawEntry(box, entry) || isNew;
    if (isNew && this.shown) this.name(this.shown);
  }

  /** True where the box was not drawn so before. */
  drawEntry(box, entry) {
    const near = this.camera.isNear(entry);
    const wanted = `${entry.content}${entry.folded ? ' folded' : ''}${entry.sharers > 1 ? ` ${entry.sharers}` : ''}`;
    const isNew = near && entry.drawn !== wanted;
    if (isNew) {
      const content = this.run.picture.contents[entry.content];
      this.fillBox(entry.element, box, content, entry.folded);
      if (entry.sharers > 1) entry.element.append(this.badge(content, `shared by ${entry.sharers} functions`, 'shared'), ' ');
      entry.drawn = wanted;
    }
    if (entry.near !== near) {
      entry.element.style.display = near ? '' : 'none';
      entry.near = near;
    }
    return isNew;
  }

  /**
   * Shows a state; `view` says what is hidden, folded, chosen. With `follow`, what is new or changed
   * comes into view: before anything is drawn, so that boxes are drawn only where they are seen.
   */
  show(state, view, follow = false) {
    const shown = shownBoxes(this.run, state, view);
    if (follow) this.camera.follow(state, shown);
    for (const [box, entry] of this.boxes) {
      if (!shown.boxes.has(box)) {
        entry.element.remove();
        this.boxes.delete(box);
      }
    }
    const moving = [...this.boxes].filter(([box, { x, y }]) => state.boxes.get(box).x !== x || state.boxes.get(box).y !== y);
    this.svg.classList.toggle('without-gliding', moving.length > GLIDING);
    for (const [box, placed] of state.boxes) {
      if (shown.boxes.has(box)) this.place(box, placed, view, state);
    }
    for (const [arrow, element] of this.arrows) {
      if (!shown.arrows.has(arrow)) {
        element.remove();
        this.arrows.delete(arrow);
      }
    }
    for (const arrow of shown.arrows) {
      if (!this.arrows.has(arrow)) this.arrows.set(arrow, this.drawArrow(arrow));
    }
    this.leftOut = state.boxes.size - shown.boxes.size;
    this.now = state;
    this.shown = shown;
    this.pinned.show({ state, shown });
    this.name(shown);
    this.light(state, view);
  }

  /** The room for the picture has changed: it is sized anew, and what the step is about brought into view again. */
  lookAgain() {
    this.camera.refit();
    if (!this.now) return;
    if ($('follow').checked && !this.camera.fitsStep) this.camera.follow(this.now, this.shown);
    this.drawNear();
    this.pinned.show();
  }

  /** Names the boxes in words: what stands in them, and for each arrow what it leads to. */
  name(shown) {
    const from = new Map();
    for (const number of shown.arrows) {
      const arrow = this.run.picture.arrows[number];
      if (!from.has(arrow[0])) from.set(arrow[0], []);
      from.get(arrow[0]).push(arrow);
    }
    for (const [box, entry] of this.boxes) {
      if (!entry.near) continue;
      const arrows = from.get(box) ?? [];
      const key = `${entry.drawn} ${arrows.map(([, to, way]) => `${to} ${way}`)}`;
      if (entry.named === key) continue;
      entry.named = key;
      entry.element.setAttribute('aria-label', this.labelOf(entry, arrows));
    }
  }

  /** What is read in a box, word by word, and then where its arrows lead. */
  labelOf(entry, arrows) {
    const { contents, dots } = this.run.picture;
    const words = [...entry.element.querySelectorAll('text')].map((text) => text.textContent.trim()).join(' ');
    const ways = (entry.folded ? [] : contents[entry.content].rows).flatMap(([label, value]) => [label, value].filter((cell) => cell < 0).map((cell) => {
      const to = this.targetOf(entry, dots[-cell - 1], arrows);
      return to === null ? null : `${label > 0 ? `${visible(this.run.text(label - 1))} ` : ''}leads to ${to}`;
    }));
    return [words, ways.filter(Boolean).join(', ')].filter(Boolean).join('; ');
  }

  /** What the arrow leads to that starts from a dot. */
  targetOf(entry, dot, arrows) {
    const distance = ([, , way]) => {
      const [x, y] = this.run.text(way).match(/-?[\d.]+/g).map(Number);
      return Math.hypot(x - entry.x - dot[0] / 10, y - entry.y - dot[1] / 10);
    };
    const nearest = arrows.reduce((best, arrow) => (!best || distance(arrow) < distance(best) ? arrow : best), null);
    const to = nearest && this.boxes.get(nearest[1]);
    if (!to) return null;
    const { object } = this.run.picture.keys[nearest[1]];
    return `${visible(this.run.text(this.run.picture.contents[to.content].title))}${object ? ` #${object}` : ''}`;
  }

  place(box, { content, x, y }, view, state) {
    const { object } = this.run.picture.keys[box];
    let entry = this.boxes.get(box);
    let appears = false;
    if (!entry) {
      entry = { element: draw('g', { 'data-box': box, role: object ? 'button' : 'img', tabindex: object ? '-1' : null }) };
      this.boxes.set(box, entry);
      this.boxLayer.append(entry.element);
      appears = this.now !== undefined;
    }
    if (entry.x !== x || entry.y !== y) entry.element.style.transform = `translate(${x}px,${y}px)`;
    if (entry.content !== content || entry.folded !== isChosen(this.run, view, 'folded', object)) {
      const classes = this.classesOf(this.run.picture.contents[content], isChosen(this.run, view, 'folded', object));
      entry.element.setAttribute('class', appears ? `${classes} appears` : classes);
    }
    const sharers = object ? sharersOf(this.run, state, object).length : 0;
    Object.assign(entry, { x, y, content, sharers, folded: isChosen(this.run, view, 'folded', object) });
    this.drawEntry(box, entry);
  }

  drawArrow(number) {
    const [from, to, way, flags] = this.run.picture.arrows[number];
    const kind = flags & MOVED ? 'moved' : flags & FADED ? 'faded' : flags & WEAK ? 'weak' : 'plain';
    const dash = flags & WEAK ? ' dotted' : flags & FADED ? ' dashed' : '';
    const grows = kind === 'moved' && !dash && this.now !== undefined;
    const arrow = draw('path', {
      class: `arrow ${kind}${dash}${grows ? ' grows' : ''}`,
      // Ways are measured in shares of themselves where they are seen to grow.
      pathLength: grows ? 1 : null,
      d: this.run.text(way),
      'data-from': from,
      'data-to': to,
      'marker-end': `url(#head-${kind})`,
    });
    this.arrowLayer.append(arrow);
    return arrow;
  }

  classesOf(content, folded) {
    return ['box', `tone-${content.tone}`, STATUS[content.status], content.color && `color-${content.color}`, content.new && 'new', folded && 'folded'].filter(Boolean).join(' ');
  }

  fillBox(element, box, content, folded) {
    const { metrics, keys } = this.run.picture;
    const { object } = keys[box];
    const width = content.width / 10;
    const rows = folded ? [] : content.rows;
    const height = folded ? metrics.title_height + metrics.row_height : content.height / 10;
    const bar = metrics.title_height - 3;
    // In a line the title stands left of the cells.
    const head = content.shape === LINE && !folded ? content.stops[0] / 10 : width;
    const round = content.shape === LINE && !folded
      ? `M${tenth(head)} ${metrics.title_height - 0.5}h-${tenth(head - 3)}q-2.5 0 -2.5 -2.5v-${metrics.title_height - 6}q0 -2.5 2.5 -2.5h${tenth(head - 3)}z`
      : `M0.5 ${metrics.title_height}v-${bar}q0 -2.5 2.5 -2.5h${tenth(width - 6)}q2.5 0 2.5 2.5v${bar}z`;
    const parts = [
      draw('rect', { class: 'frame', width, height, rx: 3 }),
      draw('path', { class: 'bar', d: round }),
      ...this.title(content, head, object),
    ];
    rows.forEach((row, index) => parts.push(...this.row(content, row, index)));
    if (folded) {
      const words = `▸ ${counted(content.rows.length, 'row')} folded`;
      parts.push(this.write('quiet', metrics.padding, metrics.title_height + 14.5, metrics.row_font, words));
    }
    parts.push(...this.above(content));
    if (content.outlined) parts.push(this.outline(0, 0, width, height, 4, 6));
    rows.forEach(([, , flags], index) => {
      if (!(flags & 4)) return;
      const [at, to] = this.areas(content, index, flags & 2);
      const { left, top, right, bottom } = sidesOf(at, to);
      parts.push(this.outline(left, top, right - left, bottom - top, -1.5, 3));
    });
    for (const [label, value, flags] of rows) {
      for (const cell of [label, value]) {
        if (cell >= 0) continue;
        const [x, y] = this.run.picture.dots[-cell - 1];
        parts.push(draw('circle', { class: flags & 1 ? 'dot moved' : 'dot', cx: x / 10, cy: y / 10, r: 3.2 }));
      }
    }
    refill(element, parts.map((part) => (part?.localName === 'text' ? [part, ' '] : part)));
  }

  /** The author's words above a box, and behind them what has become of it. */
  above(content) {
    const { metrics } = this.run.picture;
    const label = content.label === null ? '' : this.run.text(content.label);
    const y = content.outlined ? -9 : -4;
    const x = label && this.textWidth(label, metrics.small_font, content.label) + this.textWidth('  ', metrics.small_font);
    return [
      this.write('strong', 0, y, metrics.small_font, label, content.label),
      this.write('note', x || 0, y, metrics.small_font, this.run.text(content.note), content.note),
    ];
  }

  /** A line around what the author points at, `by` pixels away from it. */
  outline(x, y, width, height, by, rx) {
    return draw('rect', { class: 'outline', x: tenth(x - by), y: tenth(y - by), width: tenth(width + 2 * by), height: tenth(height + 2 * by), rx });
  }

  title(content, width, object) {
    const { metrics } = this.run.picture;
    const title = this.run.text(content.title);
    const count = this.run.text(content.count);
    const x = metrics.padding + this.textWidth(title, metrics.title_font, content.title);
    const countX = width - metrics.padding - this.textWidth(count, metrics.small_font, content.count);
    return [
      this.write('strong', metrics.padding, 14, metrics.title_font, title, content.title),
      object ? this.write('quiet', x, 14, metrics.small_font, ` #${object}`) : null,
      this.write(content.moved ? 'moved references' : 'plain references', countX, 14, metrics.small_font, count, content.count),
    ];
  }

  /** Where a row's label and value stand. */
  areas(content, index, aside) {
    const { title_height: top, row_height: row, label_height: labels } = this.run.picture.metrics;
    const width = content.width / 10;
    const stops = content.stops.map((stop) => stop / 10);
    if (content.shape === ROWS) {
      const y = top + index * row;
      const split = aside ? 0 : stops[0] ?? 0;
      return [{ x: 0, y, width: split, height: row }, { x: split, y, width: width - split, height: row }];
    }
    const [x, end] = [stops[index], stops[index + 1]];
    const y = content.shape === STRIP ? content.height / 10 - row : 0;
    const height = content.shape === STRIP && !aside && y > top ? labels : 0;
    return [{ x, y: y - height, width: end - x, height }, { x, y, width: end - x, height: row }];
  }

  row(content, [label, value, flags], index) {
    const { metrics } = this.run.picture;
    const [changed, aside] = [flags & 1, flags & 2];
    const [at, to] = this.areas(content, index, aside);
    const isRow = content.shape === ROWS;
    const labelled = isSeen(at);
    const parts = [];
    const path = (role, d) => parts.push(draw('path', { class: role, d }));
    const { left, top, right, bottom } = sidesOf(at, to);
    if (changed) {
      parts.push(draw('rect', { class: 'row-moved', x: tenth(left + 1), y: tenth(top + 0.5), width: tenth(right - left - 2), height: tenth(bottom - top - 1) }));
      path('sign', isRow ? `M0.5 ${tenth(to.y + to.height / 2 - 4)}l5 4l-5 4z` : `M${tenth(left + 1)} ${tenth(bottom - 3)}h${tenth(right - left - 2)}v2.5h-${tenth(right - left - 2)}z`);
    }
    if (isRow && index > 0) path('line', `M0 ${tenth(top)}h${tenth(right)}`);
    if (isRow ? labelled : index > 0 || content.shape === LINE) path('line', `M${tenth(to.x)} ${tenth(isRow ? to.y : top)}v${tenth(bottom - (isRow ? to.y : top))}`);
    const widthOf = (cell, font) => this.textWidth(this.run.text(cell - 1), font, cell - 1);
    if (label > 0 && isRow) parts.push(this.write('quiet', metrics.padding, to.y + 14.5, metrics.row_font, this.run.text(label - 1), label - 1));
    else if (label > 0 && labelled) parts.push(this.write('quiet', at.x + (at.width - widthOf(label, metrics.small_font)) / 2, at.y + 11.5, metrics.small_font, this.run.text(label - 1), label - 1));
    if (value > 0) {
      const x = isRow ? to.x + metrics.padding : to.x + (to.width - widthOf(value, metrics.row_font)) / 2;
      parts.push(this.write(aside ? 'quiet' : 'plain', x, to.y + 14.5, metrics.row_font, this.run.text(value - 1), value - 1));
    }
    return parts;
  }

  /** A few words on the lower edge of a box. */
  badge(content, words, role) {
    const { metrics } = this.run.picture;
    const width = this.textWidth(words, metrics.small_font) + 10;
    const x = tenth(content.width / 10 - width + 4);
    const y = content.height / 10 - 1;
    return draw('g', { class: `badge ${role}` },
      draw('rect', { x, y, width: tenth(width), height: 16, rx: 8 }),
      this.write('badge-text', x + 5, y + 12, metrics.small_font, words));
  }

  textWidth(text, font, number) {
    const columns = this.run.columns.get(number) ?? [...text].length;
    return columns * font * this.run.picture.metrics.advance;
  }

  /** A piece of text; `number` is its number in the run, where it has one. */
  write(role, x, y, font, text, number) {
    if (!text) return null;
    const element = draw('text', {
      class: role,
      x: tenth(x),
      y,
      'font-size': font,
      textLength: tenth(this.textWidth(text, font, number)),
      lengthAdjust: 'spacingAndGlyphs',
    });
    element.textContent = visible(text);
    return element;
  }

  /** Lights up the chosen object, its owners, and the chain that keeps it alive. */
  light(state, view) {
    const chosen = this.run.boxOfObject.get(view.focus);
    const boxOf = (link) => this.run.boxOfOwner(state, link);
    const owners = new Set();
    const links = new Set();
    if (chosen !== undefined && state.heap.has(view.focus)) {
      for (const owner of ownersOf(state, view.focus)) owners.add(boxOf(owner));
      for (const link of chainTo(state, view.focus) ?? []) {
        links.add(`${boxOf(link)} ${this.run.boxOfObject.get(link.to)}`);
      }
    }
    for (const [box, { element }] of this.boxes) {
      element.classList.toggle('chosen', box === chosen);
      element.classList.toggle('owner', owners.has(box));
      if (this.run.picture.keys[box].object) set(element, 'aria-pressed', String(box === chosen));
    }
    const holds = [...links].map((link) => Number(link.split(' ')[0]));
    for (const [box, { element }] of this.boxes) element.classList.toggle('on-chain', holds.includes(box));
    for (const [number, element] of this.arrows) {
      const [from, to] = this.run.picture.arrows[number];
      element.classList.toggle('to-chosen', to === chosen && chosen !== undefined);
      element.classList.toggle('on-chain', links.has(`${from} ${to}`));
    }
    this.svg.classList.toggle('has-choice', this.boxes.has(chosen));
    this.moveTabStop(chosen);
  }

  /** One box at a time can be reached by the tab key. */
  moveTabStop(box) {
    const buttons = this.objectBoxes();
    const stop = buttons.find((element) => Number(element.dataset.box) === box) ?? buttons[0];
    for (const element of buttons) set(element, 'tabindex', element === stop ? '0' : '-1');
  }

  objectBoxes() {
    return [...this.boxLayer.querySelectorAll('[role=button]')];
  }

  /** Whether a box is new, changed or dead in this step. */
  isFresh(box, { content }) {
    const { status, new: fresh, rows } = this.run.picture.contents[content];
    return this.run.picture.keys[box] !== 'more' && (fresh || status === 2 || rows.some(([, , flags]) => flags & 1));
  }
}

const isSeen = ({ width, height }) => width > 0 && height > 0;

/** The sides of a row: its value's area with its label's, where it has one. */
const sidesOf = (at, to) => ({
  left: isSeen(at) ? at.x : to.x,
  top: isSeen(at) ? at.y : to.y,
  right: to.x + to.width,
  bottom: to.y + to.height,
});

const tenth = (number) => Math.round(number * 10) / 10;

/** What a reader has folded or hidden: an object, or all of its type. */
const isChosen = (run, view, what, id) => view[what].has(id) || (id && view.types[what].has(run.typeOf(id)));

/** The boxes and arrows that are left when some are hidden, folded, or only one is asked for. */
function shownBoxes(run, state, view) {
  const boxes = new Set(state.boxes.keys());
  const isWhole = !view.hidden.size && !view.folded.size && !view.types.hidden.size && !view.types.folded.size && !view.only && view.reach === 'all';
  if (isWhole) return { boxes, arrows: state.arrows };
  const entries = [...state.arrows].map((number) => [number, ...run.picture.arrows[number]]);
  const { keys } = run.picture;
  const of = (what) => new Set([...boxes].filter((box) => isChosen(run, view, what, keys[box].object)));
  const [hidden, folded] = [of('hidden'), of('folded')];
  // What only a folded box leads to is folded away with it.
  const hasOwner = new Set(entries.map(([, , to]) => to));
  const roots = [...boxes].filter((box) => !hasOwner.has(box));
  const whole = reached(roots, waysOf(entries));
  const rest = reached(roots, waysOf(entries.filter(([, from]) => !folded.has(from))));
  const focus = run.boxOfObject.get(view.focus);
  const kin = view.only && boxes.has(focus) ? kinOf(focus, entries) : null;
  const near = view.reach === 'all' ? null : nearCall(run, state, entries, view.reach);
  for (const box of boxes) {
    const foldedAway = whole.has(box) && !rest.has(box);
    const isFar = near && !near.has(box) && keys[box].call === undefined;
    if (hidden.has(box) || foldedAway || (kin && !kin.has(box)) || isFar) boxes.delete(box);
  }
  const arrows = new Set(entries
    .filter(([, from, to]) => boxes.has(from) && boxes.has(to) && !folded.has(from))
    .map(([number]) => number));
  return { boxes, arrows };
}

/** What the running call leads to: all of it, or over so many arrows. */
function nearCall(run, state, entries, reach) {
  const ways = waysOf(entries);
  let edge = [run.boxOfCall.get(runningFrame(state)?.call)];
  const seen = new Set(edge);
  const most = reach === 'call' ? Infinity : Number(reach);
  for (let depth = 0; depth < most && edge.length; depth++) {
    edge = edge.flatMap((box) => ways.get(box) ?? []).filter((box) => !seen.has(box) && seen.add(box));
  }
  return seen;
}

/** A box, all that it leads to, and all that leads to it. */
function kinOf(box, entries) {
  const back = entries.map(([number, from, to]) => [number, to, from]);
  return new Set([...reached([box], waysOf(entries)), ...reached([box], waysOf(back))]);
}

/** Where the arrows of each box lead. */
function waysOf(entries) {
  const ways = new Map();
  for (const [, from, to] of entries) {
    if (!ways.has(from)) ways.set(from, []);
    ways.get(from).push(to);
  }
  return ways;
}

function reached(roots, ways) {
  const seen = new Set(roots);
  const open = [...roots];
  while (open.length) {
    for (const to of ways.get(open.pop()) ?? []) {
      if (!seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
    }
  }
  return seen;
}
