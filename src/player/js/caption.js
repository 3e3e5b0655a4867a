// The caption: what the step has done. Its room is the same at every step; what is longer can be read
// whole, over the picture.

class Caption {
  constructor(app) {
    this.app = app;
    this.isWhole = false;
    $('caption-more').onclick = () => this.open(!this.isWhole);
    $('caption').onclick = () => this.isLong && this.open(!this.isWhole);
    $('caption').onkeydown = (event) => {
      if (event.key !== 'Enter' || !this.isLong) return;
      event.preventDefault();
      this.open(!this.isWhole);
    };
  }

  get isLong() {
    return !$('caption-more').hidden;
  }

  show() {
    const { run, step, view } = this.app;
    const words = run.text(step.words);
    refill($('caption'),
      make('strong', {}, `Step ${view.step} of ${run.length}`), ` · ${visible(run.text(step.caption))} `,
      words ? make('span', { class: 'words' }, visible(words)) : null);
    if (this.isWhole) this.open(false);
  }

  /** Says something to the reader: in place of what was said before, which else would pile up. */
  say(words) {
    $('caption').querySelector('.said')?.remove();
    $('caption').append(' ', make('span', { class: 'said' }, words));
    this.fit();
  }

  /** Offers the rest of what there is no room for. */
  fit() {
    if (this.isWhole) return;
    const caption = $('caption');
    // Without the button first, which takes room itself.
    $('caption-more').hidden = true;
    $('caption-more').hidden = caption.scrollHeight <= caption.clientHeight + 1;
  }

  open(isWhole) {
    this.isWhole = isWhole;
    document.querySelector('.memory-head').classList.toggle('whole', isWhole);
    set($('caption-more'), 'aria-expanded', String(isWhole));
    $('caption-more').textContent = isWhole ? 'Less' : 'All of it';
    if (!isWhole) this.fit();
  }
}
