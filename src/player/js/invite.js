// The first screen: what there is to see, and how to begin.

/** At the first step, over the empty picture. */
function showInvite(app) {
  const isFirst = app.view.step === 1 && app.run.length > 1 && !app.lesson.isTold;
  const invite = $('invite');
  if (invite.hidden === !isFirst) return;
  invite.hidden = !isFirst;
  if (!isFirst || invite.firstChild) return;
  const line = (key, words) => make('li', {}, make('kbd', {}, key), ` ${words}`);
  refill(invite,
    make('h3', {}, 'See what this program does'),
    button('Run the first line →', () => app.go(2), { class: 'primary' }),
    make('ul', {},
      line('→', 'one step on, and ← one back'),
      line('space', 'let it play by itself'),
      make('li', {}, 'Click a line to run on to it, an object to ask why it is alive.'),
      line('?', 'all keys and signs')));
}
