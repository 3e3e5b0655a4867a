// Which part of the picture is seen, and how large: fitting, zooming, panning, and following what a
// step is about.

/** Scales that are taken unasked: rows of 13 pixels where few boxes are drawn, of 11 at least. */
const EASY = 1;
const LEGIBLE = 0.85;
const FEW_BOXES = 30;
const LARGEST = 1.25;
/** Scales that can be asked for. */
const [SMALLEST_ZOOM, LARGEST_ZOOM] = [0.05, 4];
/** What surrounds the picture in its holder, in pixels, and a little. */
const EDGE = 10;
/** How far beyond what is seen boxes are drawn already, in pixels of the screen. */
const AHEAD = 250;
/** Space that is left around what is brought into view. */
const MARGIN = 28;
const GLIDE_TIME = 180;
/** Kinds of objects in which the interpreter keeps book on calls: a step is about others first. */
const BOOKS = ['traceback', 'frame', 'namespace'];
/** A pointer that moves less than this has clicked. */
const DRAG_FROM = 4;

const wantsMotion = () => !matchMedia('(prefers-reduced-motion: reduce)').matches;

class Camera {
  constructor(picture) {
    this.picture = picture;
    this.holder = picture.holder;
    this.run = picture.run;
    this.zoom = null;
    /** All of a step was asked for: it is sized anew when the room changes. */
    this.fitsStep = false;
    this.scrolled = { x: 0, y: 0 };
    this.listen();
  }

  listen() {
    const { holder } = this;
    holder.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoomAt(this.scale * Math.exp(-clamp(event.deltaY, -60, 60) / 200), event);
    }, { passive: false });
    holder.addEventListener('pointerdown', (event) => this.grab(event));
    holder.addEventListener('touchstart', (event) => this.pinch(event), { passive: true });
  }

  /** Drags the picture along with the mouse; fingers scroll by themselves. */
  grab(event) {
    if (event.pointerType !== 'mouse' || event.button > 1) return;
    const { holder } = this;
    // The scrollbars are the browser's.
    if (event.offsetX > holder.clientWidth && event.target === holder) return;
    const from = { x: event.clientX + holder.scrollLeft, y: event.clientY + holder.scrollTop };
    const [startX, startY] = [event.clientX, event.clientY];
    let dragging = false;
    const move = ({ clientX, clientY }) => {
      dragging ||= Math.hypot(clientX - startX, clientY - startY) > DRAG_FROM;
      if (!dragging) return;
      holder.classList.add('dragged');
      holder.scrollTo(from.x - clientX, from.y - clientY);
    };
    const end = () => {
      removeEventListener('pointermove', move);
      holder.classList.remove('dragged');
      // The click that ends a drag chooses nothing.
      if (!dragging) return;
      const swallow = (click) => click.stopPropagation();
      addEventListener('click', swallow, { capture: true });
      setTimeout(() => removeEventListener('click', swallow, { capture: true }), 0);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end, { once: true });
  }

  /** Two fingers size the picture about the middle between them. */
  pinch(event) {
    if (event.touches.length !== 2) return;
    const spread = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const [from, scale] = [spread(event.touches), this.scale];
    const move = (moved) => {
      if (moved.touches.length !== 2) return;
      moved.preventDefault();
      const [one, other] = moved.touches;
      this.zoomAt((scale * spread(moved.touches)) / from, { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
    };
    const end = () => {
      this.holder.removeEventListener('touchmove', move);
      this.holder.removeEventListener('touchend', end);
    };
    this.holder.addEventListener('touchmove', move, { passive: false });
    this.holder.addEventListener('touchend', end);
  }

  /** Sizes the picture so that what is at a point of the screen stays there; or what is in the middle. */
  zoomAt(scale, point = null) {
    const at = this.holder.getBoundingClientRect();
    const [x, y] = point ? [point.clientX - at.left, point.clientY - at.top] : [this.room.width / 2, this.room.height / 2];
    this.look();
    const fixed = { x: (x + this.scrolled.x) / this.scale, y: (y + this.scrolled.y) / this.scale };
    this.zoom = clamp(scale, SMALLEST_ZOOM, LARGEST_ZOOM);
    this.fitsStep = false;
    this.fit();
    this.jumpTo(fixed.x * this.scale - x, fixed.y * this.scale - y);
  }

  zoomBy(factor) {
    this.zoomAt(this.scale * factor);
  }

  /** The scale at which all of the picture's width is seen; small pictures are blown up a little. */
  wholeWidth() {
    return Math.min((this.holder.clientWidth - EDGE) / this.picture.width, LARGEST);
  }

  /** The scale below which nothing is drawn unasked. */
  legible() {
    return this.run.mostBoxes <= FEW_BOXES && this.holder.clientWidth > 600 ? EASY : LEGIBLE;
  }

  /** Sizes the picture: to a scale that was asked for, or to its holder as far as it is legible. */
  fit() {
    const { picture, holder } = this;
    this.room = { width: holder.clientWidth, height: Math.min(holder.clientHeight || innerHeight, innerHeight) };
    this.scale = this.zoom ?? Math.max(this.wholeWidth(), this.legible());
    picture.svg.setAttribute('width', Math.round(picture.width * this.scale));
    picture.svg.setAttribute('height', Math.round(picture.height * this.scale));
    this.look();
    picture.drawNear();
  }

  /** Where the holder is scrolled to: the browser tells of scrolling later than it scrolls. */
  look() {
    this.scrolled = { x: this.holder.scrollLeft, y: this.holder.scrollTop };
  }

  jumpTo(x, y) {
    this.holder.scrollTo({ left: x, top: y });
    this.look();
    this.picture.drawNear();
  }

  /** A rectangle of the picture in its holder, in pixels of the screen, as it is scrolled now. */
  onScreen({ x, y, width, height }) {
    const left = (x - this.picture.left) * this.scale - this.scrolled.x;
    const top = (y - this.picture.top) * this.scale - this.scrolled.y;
    return { left, top, right: left + width * this.scale, bottom: top + height * this.scale };
  }

  rectOf({ x, y, content }) {
    const { width, height } = this.run.picture.contents[content];
    return { x, y, width: width / 10, height: height / 10 };
  }

  placeOf(entry) {
    return this.onScreen(this.rectOf(entry));
  }

  isNear(entry, ahead = AHEAD) {
    if (this.whole) return true;
    const { left, top, right, bottom } = this.placeOf(entry);
    return right > -ahead && left < this.room.width + ahead && bottom > -ahead && top < this.room.height + ahead;
  }

  /** Whether all of a rectangle of the screen is in view. */
  isInView({ left, top, right, bottom }) {
    return left >= 0 && top >= 0 && right <= this.room.width - EDGE && bottom <= this.room.height - EDGE;
  }

  /**
   * Brings what a step is about into view: what its new arrows lead to, the rows that they start
   * from, what else is new or changed, the running call; of these as many as there is room for.
   */
  follow(state, shown) {
    // The signs below the picture take more or less of its room.
    this.room = { width: this.holder.clientWidth, height: Math.min(this.holder.clientHeight, innerHeight) };
    this.look();
    const { rects, running } = this.subjects(state, shown);
    let area = null;
    for (const rect of rects) {
      const wider = area ? aroundBoth(area, rect) : rect;
      if (!area || this.hasRoomFor(wider)) area = wider;
    }
    if (!area) return;
    // What does not fit beside it stands at the left as a copy.
    const isApart = running && (running.x < area.x || running.x > area.x + area.width) && running.width * this.scale < this.room.width * PINNED_WIDTH;
    if (isApart) {
      const room = running.width + (PINNED_EDGE + MARGIN) / this.scale;
      const beside = { ...area, x: area.x - room, width: area.width + room };
      if (this.hasRoomFor(beside)) area = beside;
    }
    this.bringIntoView(area);
  }

  hasRoomFor({ width, height }) {
    return width * this.scale < this.room.width - 2 * MARGIN && height * this.scale < this.room.height - 2 * MARGIN;
  }

  /** What a step is about, the most important first: the program's own before the interpreter's books. */
  subjects(state, shown, withoutRunning = false) {
    const call = this.run.boxOfCall.get(runningFrame(state)?.call);
    const running = shown.boxes.has(call) && state.boxes.get(call);
    const arrows = [...shown.arrows].map((number) => this.run.picture.arrows[number]).filter(([, to]) => shown.boxes.has(to));
    const moved = arrows.filter(([, , , flags]) => flags & MOVED).sort((a, b) => (b[0] === call) - (a[0] === call));
    const fresh = [...shown.boxes].filter((box) => this.picture.isFresh(box, state.boxes.get(box)));
    const isBook = (box) => BOOKS.includes(this.run.kindOfBox(box));
    const partOf = (box) => this.part(this.rectOf(state.boxes.get(box)));
    const news = (wanted) => [
      ...moved.filter(([from, to]) => (isBook(from) || isBook(to)) === wanted).flatMap((arrow) => this.endsOf(state, arrow)),
      ...fresh.filter((box) => isBook(box) === wanted).map(partOf),
    ];
    const about = running && !withoutRunning ? [this.part(this.rectOf(running))] : [];
    // At the end it is what is left of the program.
    const left = state.isExit ? [...about, ...arrows.filter(([from, to]) => from === call && !isBook(to)).map(([, to]) => partOf(to))] : [];
    return { rects: [...left, ...news(false), ...about, ...news(true)], running: running && this.rectOf(running) };
  }

  /** What an arrow leads to, and the row that it starts from. */
  endsOf(state, [, to, way]) {
    const numbers = this.run.text(way).match(/-?[\d.]+/g).map(Number);
    const [x, y] = numbers;
    const [endX, endY] = numbers.slice(-2);
    const row = this.run.picture.metrics.row_height;
    return [
      this.part(this.rectOf(state.boxes.get(to)), { x: endX, y: endY }),
      { x: x - 60, y: y - row / 2, width: 60, height: row },
    ];
  }

  /** A rectangle, or of one that is larger than the view the part about a point. */
  part(rect, at = rect) {
    const most = { width: (this.room.width - 3 * MARGIN) / this.scale, height: (this.room.height - 3 * MARGIN) / this.scale };
    const cut = (low, size, room, point) => (size <= room ? [low, size] : [clamp(point - room / 3, low, low + size - room), room]);
    const [x, width] = cut(rect.x, rect.width, most.width, at.x);
    const [y, height] = cut(rect.y, rect.height, most.height, at.y);
    return { x, y, width, height };
  }

  /** Scrolls no further than is needed. */
  bringIntoView(rect) {
    const { left, top, right, bottom } = this.onScreen(rect);
    if (this.isInView({ left, top, right, bottom })) return;
    const by = (low, high, room) => (low < MARGIN ? low - MARGIN : Math.max(0, high + MARGIN - room));
    this.glide(by(left, right, this.room.width), by(top, bottom, this.room.height));
  }

  /** Scrolls at once, and lets the picture be seen to move there. */
  glide(x, y) {
    const before = this.scrolled;
    this.holder.scrollTo({ left: before.x + x, top: before.y + y });
    this.look();
    const [byX, byY] = [this.scrolled.x - before.x, this.scrolled.y - before.y];
    const isFar = Math.abs(byX) > 2 * this.room.width || Math.abs(byY) > 2 * this.room.height;
    this.gliding?.cancel();
    if ((!byX && !byY) || isFar || !wantsMotion()) return;
    this.gliding = this.picture.svg.animate(
      [{ transform: `translate(${byX}px, ${byY}px)` }, { transform: 'none' }],
      { duration: GLIDE_TIME, easing: 'ease-out' },
    );
  }

  /** Brings a box into view, where there is one. */
  reveal(box) {
    const entry = this.picture.boxes.get(box);
    if (entry) this.bringIntoView(this.part(this.rectOf(entry)));
    this.picture.drawNear();
  }

  /** The room for the picture has changed: where all of a step was asked for, all of it is seen again. */
  refit() {
    if (this.fitsStep) this.fitStep();
    else this.fit();
  }

  /** Sizes and scrolls the picture so that all boxes of this step are seen. */
  fitStep() {
    this.room = { width: this.holder.clientWidth, height: Math.min(this.holder.clientHeight || innerHeight, innerHeight) };
    this.fitsStep = true;
    const rects = [...this.picture.boxes.values()].map((entry) => this.rectOf(entry));
    if (!rects.length) return;
    const all = rects.reduce(aroundBoth);
    const [width, height] = [all.width + 2 * ROOM, all.height + 2 * ROOM + 8];
    this.zoom = clamp(Math.min((this.room.width - EDGE) / width, (this.room.height - EDGE) / height), SMALLEST_ZOOM, LARGEST);
    this.fit();
    // What was in the way of its room may be gone now: scrollbars.
    this.room = { width: this.holder.clientWidth, height: this.holder.clientHeight };
    this.jumpTo((all.x - this.picture.left - ROOM) * this.scale, (all.y - this.picture.top - ROOM - 8) * this.scale);
  }
}

/** The rectangle around two. */
function aroundBoth(one, other) {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
  const right = Math.max(one.x + one.width, other.x + other.width);
  const bottom = Math.max(one.y + one.height, other.y + other.height);
  return { x, y, width: right - x, height: bottom - y };
}
