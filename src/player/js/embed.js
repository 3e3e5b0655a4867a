// A page inside another: it tells the step that it shows and the height that it would like, and goes to
// a step that it is told.
//
// Out: { memviz: 'step', step, steps } and { memviz: 'height', height }. In: { memviz: 'go', step }.

class Embedded {
  constructor(app) {
    this.app = app;
    if (parent === window) return;
    addEventListener('message', ({ data, source }) => {
      if (source === parent && data?.memviz === 'go' && Number.isFinite(data.step)) app.go(data.step);
    });
    this.tellsHeight = new ResizeObserver(() => this.tell({ memviz: 'height', height: this.height() }));
    this.tellsHeight.observe(document.querySelector('.top'));
  }

  /** The script's name, the source or the picture, whichever is higher, and the steps. */
  height() {
    const tall = (wanted) => [...document.querySelectorAll(wanted)].reduce((sum, element) => sum + element.getBoundingClientRect().height, 0);
    const picture = this.app.picture.svg.getBoundingClientRect().height + tall('.memory-head') + tall('#legend') + 24;
    const source = [...$('source').children].reduce((sum, line) => sum + line.getBoundingClientRect().height, 0) + 40;
    return Math.ceil(tall('.top') + Math.max(picture, source) + tall('.transport'));
  }

  /** Which page is around it is not known: what is told is no secret. */
  tell(message) {
    if (parent !== window) parent.postMessage(message, '*');
  }

  show() {
    const { run, view } = this.app;
    this.tell({ memviz: 'step', step: view.step, steps: run.length });
  }
}
