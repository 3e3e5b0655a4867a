// Moving along the run, where there is one.

class Transport {
  constructor(page) {
    this.page = page;
    $('transport').hidden = !page.run;
    if (!page.run) return;
    this.last = page.run.length;
    const slider = $('slider');
    slider.max = String(this.last);
    $('step-count').textContent = `No step yet: 1 to ${grouped(this.last)}`;
    slider.oninput = () => page.showStep(Number(slider.value));
    $('previous').onclick = () => this.go(-1);
    $('next').onclick = () => this.go(1);
  }

  /** Goes so many steps on; from nowhere, to the first. */
  go(way) {
    if (!this.page.run) return;
    this.page.showStep(this.page.step ? clamp(this.page.step + way, 1, this.last) : 1);
  }

  show() {
    const { step, run } = this.page;
    $('slider').value = String(step);
    $('step-count').textContent = `Step ${grouped(step)} of ${grouped(this.last)}`;
    const { player } = run;
    $('to-player').hidden = !player;
    if (player) $('to-player').href = `${player}#step=${step}`;
  }
}
