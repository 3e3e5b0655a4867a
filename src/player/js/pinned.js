// The running call's names, where their box is out of view: a copy of the box at the edge of what is
// seen, with its arrows to the boxes that are seen.

/** The share of the view that a copy may take. */
const PINNED_WIDTH = 0.45;
const PINNED_HEIGHT = 0.6;
const PINNED_EDGE = 12;

class Pinned {
  constructor(picture) {
    this.picture = picture;
    this.arrows = draw('g', { class: 'arrows' });
    this.box = draw('g', {});
    this.layer = draw('svg', { id: 'pinned', 'aria-hidden': 'true' }, this.arrows, this.box);
    this.layer.style.display = 'none';
  }

  /** Shows the copy where it is needed, at a step's state or where the view has moved. */
  show(now = this.now) {
    this.now = now;
    const placed = this.wanted();
    const wasShown = this.isShown;
    this.isShown = placed !== null;
    if (wasShown !== this.isShown) this.layer.style.display = placed ? '' : 'none';
    if (placed) this.draw(placed);
    // The copy's arrows stand for those of the box.
    const box = placed ? placed.box : undefined;
    for (const [number, element] of this.picture.arrows) element.classList.toggle('stands-back', this.picture.run.picture.arrows[number][0] === box);
  }

  /** The running call's box, where it is out of view and small enough to stand in it. */
  wanted() {
    if (!this.now) return null;
    const { picture, now: { state, shown } } = this;
    const { camera, run } = picture;
    const box = run.boxOfCall.get(runningFrame(state)?.call);
    const entry = shown.boxes.has(box) ? state.boxes.get(box) : undefined;
    if (!entry || camera.whole) return null;
    const place = camera.placeOf(entry);
    const { width, height } = camera.room;
    const fits = place.right - place.left < width * PINNED_WIDTH && place.bottom - place.top < height * PINNED_HEIGHT;
    const isOut = place.left < -40 || place.bottom < 40 || place.top > height - 60 || place.left > width - 60;
    return fits && isOut && this.matters(box, entry) ? { box, entry, place } : null;
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

  draw({ box, entry, place }) {
    const { picture } = this;
    const { camera, run } = picture;
    const content = run.picture.contents[entry.content];
    if (this.drawn !== entry.content) {
      picture.fillBox(this.box, box, content, false);
      this.box.setAttribute('class', picture.classesOf(content, false));
      this.drawn = entry.content;
    }
    const [wide, tall] = [place.right - place.left, place.bottom - place.top];
    const x = clamp(place.left, PINNED_EDGE, Math.max(PINNED_EDGE, camera.room.width - wide - PINNED_EDGE));
    const y = clamp(place.top, PINNED_EDGE, Math.max(PINNED_EDGE, camera.room.height - tall - PINNED_EDGE));
    this.box.setAttribute('transform', `translate(${tenth(x)} ${tenth(y)}) scale(${camera.scale})`);
    refill(this.arrows, this.arrowsFrom(box, entry, { x, y }));
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
