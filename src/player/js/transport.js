// Moving along the run: buttons, slider with what happens along it, playing.

/** Where the slider's thumb stands at its ends. */
const THUMB = 8;
const STEP_TIME = 1000;

class Transport {
  constructor(app) {
    this.app = app;
    this.slider = $('slider');
    this.field = $('step');
    this.timer = null;
    this.slider.max = this.field.max = app.run.length;
    $('steps').textContent = grouped(app.run.length);
    for (const [id, icon] of Object.entries(ICONS)) refill($(id), iconOf(icon));
    $('first').onclick = () => app.go(1);
    $('previous').onclick = () => app.go(app.view.step - 1);
    $('next').onclick = () => app.go(app.view.step + 1);
    $('last').onclick = () => app.go(app.run.length);
    $('play').onclick = () => this.toggle();
    const kept = readSettings();
    if ([...$('speed').options].some(({ value }) => value === kept.speed)) $('speed').value = kept.speed;
    $('follow').checked = kept.follow ?? true;
    $('follow').onchange = () => {
      keepSetting('follow', $('follow').checked);
      app.picture.pinned.close(false);
    };
    $('speed').onchange = () => {
      keepSetting('speed', $('speed').value);
      if (this.timer) this.start();
    };
    $('over-back').onclick = () => app.stepOver(true);
    $('over').onclick = () => app.stepOver(false);
    $('out').onclick = () => app.stepOut();
    this.flame = new Flame(app, $('flame'), (number, width) => this.x(number, width));
    this.slider.oninput = () => app.go(Number(this.slider.value));
    this.field.onchange = () => app.go(Number(this.field.value));
    this.drawTicks();
  }

  toggle() {
    if (this.timer) this.stop();
    else this.start();
  }

  start() {
    clearInterval(this.timer);
    const last = this.app.run.drawnStep(this.app.run.length, true);
    if (this.app.view.step === last) this.app.go(1);
    this.timer = setInterval(() => {
      this.app.go(this.app.view.step + 1, { playing: true });
      if (this.app.view.step === last) this.stop();
    }, STEP_TIME / Number($('speed').value));
    this.showPlaying();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.showPlaying();
  }

  showPlaying() {
    refill($('play'), iconOf(this.timer ? 'M7 5h3v14h-3zM14 5h3v14h-3z' : ICONS.play));
    $('play').setAttribute('aria-label', this.timer ? 'Pause' : 'Play');
    // A voice that reads every step of a playing run says nothing.
    $('caption').setAttribute('aria-live', this.timer ? 'off' : 'polite');
  }

  changeSpeed(way) {
    const speed = $('speed');
    speed.selectedIndex = clamp(speed.selectedIndex + way, 0, speed.options.length - 1);
    speed.onchange();
  }

  show() {
    const { run, view, step } = this.app;
    this.slider.value = view.step;
    this.slider.setAttribute('aria-valuetext', `step ${view.step} of ${run.length}: ${run.text(step.caption)}`);
    if (document.activeElement !== this.field || this.field.value !== '') this.field.value = view.step;
    // Not `disabled`, which would take the focus from a button that is pressed until the end.
    const ends = { first: 1, previous: 1, next: run.length, last: run.length };
    for (const [id, end] of Object.entries(ends)) {
      set($(id), 'aria-disabled', String(view.step === run.drawnStep(end, end > 1)));
    }
  }

  /** Where a step stands along the slider. */
  x(number, width) {
    return THUMB + ((number - 1) / Math.max(1, this.app.run.length - 1)) * (width - 2 * THUMB);
  }

  /** Births up, deaths down, collections as lines, exceptions as diamonds. */
  drawTicks() {
    this.flame.draw();
    const canvas = $('ticks');
    const { pen, width, height } = sharp(canvas);
    const { run } = this.app;
    const x = (number) => this.x(number, width);
    const middle = height / 2;
    const bins = { births: new Map(), deaths: new Map() };
    run.steps.forEach((step, index) => {
      const at = Math.round(x(index + 1));
      const add = (bin, list) => list?.length && bin.set(at, (bin.get(at) ?? 0) + list.length);
      add(bins.births, step.born);
      add(bins.deaths, step.freed);
    });
    const tall = (count) => Math.min(middle - 2, 2 + 2 * Math.log2(1 + count));
    pen.fillStyle = colour('births');
    for (const [at, count] of bins.births) pen.fillRect(at - 0.75, middle - 1 - tall(count), 1.5, tall(count));
    pen.fillStyle = colour('garbage');
    for (const [at, count] of bins.deaths) pen.fillRect(at - 0.75, middle + 1, 1.5, tall(count));
    run.steps.forEach((step, index) => {
      const at = x(index + 1);
      if (step.gc?.length) {
        pen.fillStyle = colour('weak');
        pen.fillRect(at - 1, 0, 2, height);
      }
      if (step.event === 'exception' && !step.again) {
        pen.fillStyle = colour('changed');
        pen.beginPath();
        pen.moveTo(at, 0);
        pen.lineTo(at + 4, 4);
        pen.lineTo(at, 8);
        pen.lineTo(at - 4, 4);
        pen.fill();
      }
    });
  }
}

const ICONS = {
  'over-back': 'M20 15h-2.5a5.5 5.5 0 0 0-11 0h2.8L5 20L.7 15H4a8 8 0 0 1 16 0zM12 16.5a2 2 0 1 0 .1 0z',
  over: 'M4 15h2.5a5.5 5.5 0 0 1 11 0h-2.8L19 20L23.3 15H20a8 8 0 0 0-16 0zM12 16.5a2 2 0 1 0 .1 0z',
  out: 'M10.8 15V8H7l5-5.5L17 8h-3.8v7zM12 17a2.2 2.2 0 1 0 .1 0z',
  'run-on': 'M5 5l9 7l-9 7zM18.5 8.5a3.5 3.5 0 1 0 .1 0z',
  first: 'M4 5h2.5v14H4zM15 5v14l-7.5-7zM22 5v14l-7.5-7z',
  previous: 'M18 5h-2.5v14H18zM13 5l-8 7l8 7z',
  play: 'M8 5l11 7l-11 7z',
  next: 'M6 5h2.5v14H6zM11 5l8 7l-8 7z',
  last: 'M17.5 5H20v14h-2.5zM9 5l7.5 7l-7.5 7zM2 5l7.5 7l-7.5 7z',
};

function iconOf(way) {
  return draw('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: 'icon' }, draw('path', { d: way }));
}

/** A canvas set to the pixels of the screen, wiped. */
function sharp(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  pen.scale(ratio, ratio);
  return { pen, width, height };
}

/** A colour of the theme in force. */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
