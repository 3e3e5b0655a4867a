// The running call's names, where their box is out of view: a copy of the box at the edge of what is
// seen, with its arrows to the boxes that are seen.

/** The share of the view that a copy may take. */
const PINNED_WIDTH = 0.45;
const PINNED_HEIGHT = 0.6;
const PINNED_EDGE = 12;

/** The height of what is said above a copy, in pixels. */
const PINNED_BAR = 26;

class Pinned {
  constructor(picture) {
    this.picture = picture;
    this.isClosed = false;
    this.arrows = draw('g', { class: 'arrows' });
    this.box = draw('g', {});
    this.layer = draw('svg', { id: 'pinned', 'aria-hidden': 'true' }, this.arrows, this.box);
    this.words = make('span', {}, 'running call, a copy: its box is');
    this.there = button('', () => this.goThere(), { class: 'link', title: 'Go to the box itself' });
    this.bar = make('div', { id: 'pinned-bar', role: 'group', 'aria-label': 'Copy of the running call' },
      this.words, ' ', this.there, ' ',
      button('×', () => this.close(true), { 'aria-label': 'Close the copy', title: 'Close the copy. Follow, switched off and on, brings it back.' }));
    this.layer.style.display = 'none';
    // Its width is asked for before it is seen.
    this.bar.style.visibility = 'hidden';
  }

  /** Shows the copy where it is needed, at a step's state or where the view has moved. */
  show(now = this.now) {
    if (this.now !== now) this.about = null;
    this.now = now;
    const placed = this.wanted();
    const wasShown = this.isShown;
    this.isShown = placed !== null;
    if (wasShown !== this.isShown) {
      this.layer.style.display = placed ? '' : 'none';
      this.bar.style.visibility = placed ? '' : 'hidden';
    }
    if (placed) this.draw(placed);
    // The copy's arrows stand for those of the box.
    const box = placed ? placed.box : undefined;
    for (const [number, element] of this.picture.arrows) element.classList.toggle('stands-back', this.picture.run.picture.arrows[number][0] === box);
  }

  close(isClosed) {
    this.isClosed = isClosed;
    this.show();
    if (isClosed) this.picture.holder.focus({ preventScroll: true });
  }

  goThere() {
    this.picture.holder.focus({ preventScroll: true });
    this.picture.camera.reveal(this.of);
    this.show();
  }

  /** The running call's box, where it is out of view and there is a place for a copy of it. */
  wanted() {
    if (!this.now || this.isClosed) return null;
    const { picture, now: { state, shown } } = this;
    const { camera, run } = picture;
    const box = run.boxOfCall.get(runningFrame(state)?.call);
    const entry = shown.boxes.has(box) ? state.boxes.get(box) : undefined;
    if (!entry || camera.whole) return null;
    const place = camera.placeOf(entry);
    const { width, height } = camera.room;
    const fits = place.right - place.left < width * PINNED_WIDTH && place.bottom - place.top < height * PINNED_HEIGHT;
    const isOut = place.left < -40 || place.bottom < 40 || place.top > height - 60 || place.left > width - 60;
    if (!fits || !isOut || !this.matters(box, entry)) return null;
    this.tell(place);
    const corner = this.freeCorner(place, box);
    return corner && { box, entry, place, corner };
  }

  /** Whether the step is about the box: a row has changed, or an arrow of it leads to what is seen. */
  matters(box, { content }) {
    const { camera, run } = this.picture;
    const { state, shown } = this.now;
    if (run.picture.contents[content].rows.some(([, , flags]) => flags & 1)) return true;
    return [...shown.arrows].some((number) => {
      const [from, to] = run.picture.arrows[number];
      return from === box && shown.boxes.has(to) && camera.isNear(state.boxes.get(to), -20);
    });
  }

  /**
   * Where the copy covers nothing of what the step is about, and as little else as can be: as near to
   * its box as it gets, else at another edge. Null where there is no such place.
   */
  freeCorner(place, box) {
    const { camera } = this.picture;
    const { state, shown } = this.now;
    const [wide, tall] = [Math.max(place.right - place.left, this.bar.offsetWidth), place.bottom - place.top];
    const [most, low] = [camera.room.width - wide - PINNED_EDGE, camera.room.height - tall - PINNED_EDGE];
    const [left, top] = [PINNED_EDGE, PINNED_EDGE + PINNED_BAR];
    const near = { x: clamp(place.left, left, Math.max(left, most)), y: clamp(place.top, top, Math.max(top, low)) };
    const corners = [near, { x: left, y: near.y }, { x: near.x, y: top }, { x: near.x, y: low }, { x: left, y: top }, { x: left, y: low }, { x: most, y: near.y }, { x: most, y: top }, { x: most, y: low }];
    this.about ??= camera.subjects(state, shown, true).rects;
    const others = [...shown.boxes].filter((one) => one !== box).map((one) => camera.rectOf(state.boxes.get(one)));
    const covered = (rects, { x, y }) => rects.reduce((sum, rect) => sum + sharedArea(camera.onScreen(rect), { left: x, top: y - PINNED_BAR, right: x + wide, bottom: y + tall }), 0);
    const free = corners.filter((corner) => corner.y >= top && covered(this.about, corner) === 0);
    return free.reduce((best, corner) => (!best || covered(others, corner) < covered(others, best) ? corner : best), null);
  }

  draw({ box, entry, place, corner }) {
    const { picture } = this;
    const { camera, run } = picture;
    const content = run.picture.contents[entry.content];
    if (this.drawn !== entry.content) {
      picture.fillBox(this.box, box, content, false);
      this.box.setAttribute('class', picture.classesOf(content, false));
      this.drawn = entry.content;
    }
    const { x, y } = corner;
    this.box.setAttribute('transform', `translate(${tenth(x)} ${tenth(y)}) scale(${camera.scale})`);
    refill(this.arrows, this.arrowsFrom(box, entry, { x, y }));
    this.of = box;
    this.bar.style.transform = `translate(${tenth(x)}px, ${tenth(y - PINNED_BAR)}px)`;
  }

  /** Says what the copy is, and where its box stands. */
  tell({ left, bottom, top }) {
    const { width, height } = this.picture.camera.room;
    const where = bottom < 40 ? '↑ above' : top > height - 60 ? '↓ below' : left > width - 60 ? '→ at the right' : '← at the left';
    if (this.there.textContent !== where) this.there.textContent = where;
  }

  /** The arrows of the copy to what is seen. */
  arrowsFrom(box, entry, corner) {
    const { camera, run } = this.picture;
    const { shown, state } = this.now;
    const ways = [];
    for (const number of shown.arrows) {
      const [from, to, way, flags] = run.picture.arrows[number];
      if (from !== box || !shown.boxes.has(to) || !camera.isNear(state.boxes.get(to), -20)) continue;
      const numbers = run.text(way).match(/-?[\d.]+/g).map(Number);
      const [startX, startY] = [corner.x + (numbers[0] - entry.x) * camera.scale, corner.y + (numbers[1] - entry.y) * camera.scale];
      const end = camera.onScreen({ x: numbers.at(-2), y: numbers.at(-1), width: 0, height: 0 });
      const bend = Math.max(30, Math.abs(end.left - startX) / 2);
      const kind = flags & MOVED ? 'moved' : 'plain';
      ways.push(draw('path', {
        class: `arrow ${kind}`,
        d: `M${tenth(startX)} ${tenth(startY)}C${tenth(startX + bend)} ${tenth(startY)} ${tenth(end.left - bend)} ${tenth(end.top)} ${tenth(end.left)} ${tenth(end.top)}`,
        'marker-end': `url(#head-${kind})`,
      }));
    }
    return ways;
  }
}

/** How much two rectangles of the screen have in common. */
function sharedArea(one, other) {
  const side = (from, to) => Math.max(0, Math.min(one[to], other[to]) - Math.max(one[from], other[from]));
  return side('left', 'right') * side('top', 'bottom');
}
