// Long lists: only the rows near the view are in the page. Rows stand in chunks; a chunk that is far
// away is an empty box of the height that it had, or may have.

const CHUNK = 40;
/** How far from the view rows are made already. */
const NEAR_VIEW = '400px 0px';

class Chunks {
  /** `make` makes a row; `guess` is its height before anybody has measured it. */
  constructor(holder, make, guess) {
    Object.assign(this, { holder, make, guess, filled: new Set() });
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) this.fill(entry.target);
        else this.empty(entry.target);
      }
    }, { root: holder, rootMargin: NEAR_VIEW });
  }

  /** Begins anew, with so many rows. */
  reset(count, { role = null, label = null } = {}) {
    this.observer.disconnect();
    this.filled.clear();
    this.count = count;
    this.chunks = [];
    for (let from = 0; from < count; from += CHUNK) {
      const chunk = make('div', { class: 'chunk', role, 'aria-label': label });
      chunk.from = from;
      chunk.to = Math.min(from + CHUNK, count);
      chunk.style.height = `${(chunk.to - from) * this.guess}px`;
      this.chunks.push(chunk);
    }
    this.holder.replaceChildren(...this.chunks);
    for (const chunk of this.chunks) this.observer.observe(chunk);
    // What is seen at once needs not wait for the observer.
    if (this.chunks.length) this.fill(this.chunks[0]);
  }

  fill(chunk) {
    if (this.filled.has(chunk)) return;
    this.filled.add(chunk);
    chunk.style.height = '';
    const rows = [];
    for (let at = chunk.from; at < chunk.to; at++) rows.push(this.make(at));
    chunk.replaceChildren(...rows);
  }

  empty(chunk) {
    if (!this.filled.delete(chunk)) return;
    chunk.style.height = `${chunk.offsetHeight}px`;
    chunk.replaceChildren();
  }

  /** A row, made if need be, and with it what may be seen beside it. */
  row(at) {
    const number = Math.floor(at / CHUNK);
    const chunk = this.chunks[number];
    if (!chunk) return null;
    if (!this.filled.has(chunk)) {
      for (const near of [number - 1, number, number + 1]) if (this.chunks[near]) this.fill(this.chunks[near]);
    }
    return chunk.children[at - chunk.from];
  }

  /** A row where it is in the page. */
  made(at) {
    const chunk = this.chunks?.[Math.floor(at / CHUNK)];
    return chunk && this.filled.has(chunk) ? chunk.children[at - chunk.from] : null;
  }

  /** Makes these rows and no others, for paper. */
  only(rows) {
    this.observer.disconnect();
    this.filled.clear();
    this.holder.replaceChildren(...rows.map((at) => this.make(at)));
  }
}
