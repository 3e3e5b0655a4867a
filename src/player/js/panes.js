// Room: the columns beside the picture take as much as they are given, or step aside.

const NARROWEST = 180;
const KEY_STEP = 24;

class Panes {
  constructor(app) {
    this.app = app;
    this.main = document.querySelector('main');
    const kept = readSettings();
    for (const name of ['left', 'side']) if (/^\d+px$/.test(kept[name] ?? '')) this.main.style.setProperty(`--${name}`, kept[name]);
    for (const [name, way] of [['left', 1], ['side', -1]]) this.listen(name, way);
    $('wide-button').onclick = () => this.toggleWide();
    this.toggleWide(document.body.classList.contains('wide'));
  }

  /** A separator between a column and the picture; `way` is 1 where the column grows to the right. */
  listen(name, way) {
    const separator = $(`split-${name}`);
    const width = () => $(name).getBoundingClientRect().width;
    separator.addEventListener('pointerdown', (event) => {
      separator.setPointerCapture(event.pointerId);
      const from = { x: event.clientX, width: width() };
      const move = ({ clientX }) => this.size(name, from.width + way * (clientX - from.x));
      separator.addEventListener('pointermove', move);
      separator.addEventListener('lostpointercapture', () => separator.removeEventListener('pointermove', move), { once: true });
      event.preventDefault();
    });
    separator.addEventListener('keydown', (event) => {
      const step = { ArrowRight: KEY_STEP, ArrowLeft: -KEY_STEP }[event.key];
      if (!step) return;
      this.size(name, width() + way * step);
      event.preventDefault();
    });
    separator.addEventListener('dblclick', () => this.size(name, null));
    separator.addEventListener('focus', () => this.tell(name));
    this.tell(name);
  }

  /** Gives a column a width in pixels, or its own again. */
  size(name, width) {
    if (width === null) this.main.style.removeProperty(`--${name}`);
    else this.main.style.setProperty(`--${name}`, `${Math.round(clamp(width, NARROWEST, innerWidth / 2))}px`);
    keepSetting(name, this.main.style.getPropertyValue(`--${name}`) || null);
    this.tell(name);
    this.app.picture.lookAgain();
  }

  tell(name) {
    const share = (100 * $(name).getBoundingClientRect().width) / innerWidth;
    set($(`split-${name}`), 'aria-valuenow', String(Math.round(share)));
  }

  /** The picture alone, or with the columns beside it. */
  toggleWide(wide = !document.body.classList.contains('wide')) {
    document.body.classList.toggle('wide', wide);
    $('wide-button').setAttribute('aria-pressed', String(wide));
    this.app.picture.lookAgain();
  }
}
