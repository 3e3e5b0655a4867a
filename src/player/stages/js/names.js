// Symbol tables: a box for each scope, those inside it within; arrows lead from a name to the scope
// whose variable it is.

const SCOPE_WORDS = {
  local: 'local', cell: 'cell', free: 'free', 'global explicit': 'global', 'global implicit': 'global', unknown: 'unknown',
};
const SCOPE_HINTS = {
  local: 'a variable of this scope alone',
  cell: 'a variable of this scope that scopes inside use as well: it lives in a cell',
  free: 'a variable of a scope around this: the arrow leads to the cell',
  'global explicit': 'a name of the module, because a global statement says so',
  'global implicit': 'bound neither here nor in a function around: looked for in the module, then among the built-in names',
  unknown: 'the interpreter does not say',
};
/** Names in a file of which all boxes are open. */
const FEW_NAMES = 160;
/** Arrows that can still be told apart. */
const FEW_ARROWS = 24;
const LANE = 9;
const MOST_NAME_LANES = 6;
const BINDS = new Set(['store', 'parameter', 'import', 'define', 'delete']);

class NamesColumn extends BoxColumn {
  constructor(app) {
    super(app, 'names', NAMES.names);
    const { scopes } = this.model;
    this.few = scopes.reduce((sum, scope) => sum + scope.symbols.length, 0) <= FEW_NAMES;
    this.inside = scopes.map(() => []);
    scopes.forEach((scope, number) => scope.parent >= 0 && this.inside[scope.parent].push(number));
    this.symbolOf = scopes.map((scope) => new Map(scope.symbols.map((symbol) => [symbol.name, symbol])));
    if (!scopes.length) return;
    this.resizing = new ResizeObserver(() => this.drawArrows());
    this.resizing.observe(this.body);
    this.drawn = this.wanted(null);
    this.draw();
  }

  /** The scopes from the module to where something is lit, and those that own what is named there. */
  wanted(target) {
    if (!this.model.scopes.length) return this.drawn;
    if (this.few) return 'all';
    const open = new Set([0]);
    const add = (at) => { for (let one = at; one >= 0; one = this.model.scopes[one].parent) open.add(one); };
    if (target?.node >= 0) add(this.model.scopeAt(target.node));
    return [...open].sort((a, b) => a - b).join(' ');
  }

  isOpen(scope) {
    // What the interpreter has put in of its own says little.
    if (this.model.scopes[scope].implicit && !this.inside[scope].length) return false;
    return this.few || this.drawn.split(' ').includes(String(scope));
  }

  draw() {
    this.items = [];
    this.rows = new Map();
    const nowhere = this.nowhere();
    const content = make('div', { class: 'scopes' }, nowhere, this.box(0));
    this.arrows = draw('svg', { class: 'arrows', 'aria-hidden': 'true' });
    const room = make('div', { class: 'arrow-room', role: 'presentation' }, content, this.arrows);
    const lanes = Math.min(MOST_NAME_LANES, [...this.rows.values()].filter((from) => this.aim(from)).length);
    room.style.setProperty('--lanes', `${lanes * LANE}px`);
    refill(this.body, room);
    this.drawArrows();
  }

  /** Names that the file uses and binds nowhere. */
  nowhere() {
    const { scopes, texts } = this.model;
    const names = new Map();
    for (const scope of scopes) {
      for (const symbol of scope.symbols) {
        if (symbol.note || symbol.scope !== 'global implicit' || this.moduleBinds(symbol.name)) continue;
        names.set(symbol.name, [...(names.get(symbol.name) ?? []), ...usesOf(symbol)]);
      }
    }
    if (!names.size) return null;
    const rows = [...names].slice(0, SHOWN).map(([name, uses]) => this.add(uses.map(({ span }) => span), { class: 'chip-name', title: `${counted(uses.length, 'use')}` }, visible(texts[name])));
    return make('div', { class: 'scope nowhere', role: 'group', 'aria-label': 'bound nowhere in this file' },
      make('div', { class: 'scope-title' }, make('strong', {}, 'Bound nowhere in this file'), make('span', { class: 'quiet' }, 'built-in, unless something else puts it into the module')), make('div', { class: 'names-row' }, rows));
  }

  moduleBinds(name) {
    const symbol = this.symbolOf[0]?.get(name);
    return Boolean(symbol) && (usesOf(symbol).some(({ what }) => BINDS.has(this.model.texts[what])) || symbol.scope === 'local' || symbol.scope === 'cell' || symbol.scope === 'global explicit');
  }

  box(number) {
    const { scopes, texts, tree } = this.model;
    const scope = scopes[number];
    const name = number === 0 ? 'module' : `${texts[scope.kind]} ${visible(texts[scope.name])}`;
    const flags = scope.flags.map((flag) => texts[flag]);
    const span = scope.node > 0 ? [[tree.start[scope.node], tree.end[scope.node]]] : [];
    const open = this.isOpen(number);
    const head = this.add(span, { class: 'scope-head' }, make('strong', {}, name), make('span', { class: 'quiet' }, [scope.line > 0 && number > 0 ? `line ${scope.line}` : null, scope.implicit ? 'made by the compiler for annotations' : null, ...flags, open ? null : counted(scope.symbols.length, 'name')].filter(Boolean).join(' · ')));
    if (!open) return make('div', { class: 'scope shut', role: 'group', 'aria-label': name }, head);
    const isLit = (symbol) => usesOf(symbol).some((use) => this.app.lit?.spans.some(([start, end]) => use.span[0] >= start && use.span[1] <= end));
    const { shown, more } = this.some(scope.symbols, `names ${number}`, isLit);
    const inside = this.some(this.inside[number], `scopes ${number}`, (child) => this.isOpen(child));
    return make('div', { class: `scope ${texts[scope.kind].replaceAll(' ', '-')}`, role: 'group', 'aria-label': name }, head,
      shown.map((symbol) => this.symbol(number, symbol)), more, inside.shown.map((child) => this.box(child)), inside.more);
  }

  symbol(number, symbol) {
    const { texts } = this.model;
    const uses = usesOf(symbol);
    const chips = uses.slice(0, 12).map(({ span, what }) => make('span', { class: `use ${BINDS.has(texts[what]) ? 'binds' : ''}`, 'data-a': span[0], 'data-b': span[1] }, `${texts[what]} ${this.model.line(span[0]) + 1}`));
    const note = symbol.note?.map((text) => texts[text]) ?? null;
    const word = note?.[0] ?? SCOPE_WORDS[symbol.scope];
    const how = note ? null : symbol.scope === 'global implicit' ? 'implicit' : symbol.scope === 'global explicit' ? 'explicit' : symbol.flags.some((flag) => texts[flag] === 'declared nonlocal') ? 'nonlocal' : null;
    const early = this.early(number, symbol, uses);
    const row = this.add(uses.map(({ span }) => span), { class: early ? 'symbol early' : 'symbol', title: note?.[1] ?? SCOPE_HINTS[symbol.scope] },
      make('code', { class: 'symbol-name' }, visible(texts[symbol.name])),
      make('span', { class: `where ${note ? 'noted' : symbol.scope.replace(' ', '-')}` }, word, how ? make('small', {}, ` ${how}`) : null),
      make('span', { class: 'uses' }, chips, uses.length > 12 ? `+${uses.length - 12}` : null),
      note ? make('p', { class: 'name-note quiet' }, note[1]) : null,
      early ? make('p', { class: 'early-words' }, early) : null);
    this.rows.set(`${number} ${symbol.name}`, { row, symbol, number });
    return row;
  }

  /** Of a function's variable that stands before all that binds it: why that is an error. */
  early(number, symbol, uses) {
    const { scopes, texts } = this.model;
    const scope = scopes[number];
    if (!/^(function|lambda)$/.test(texts[scope.kind]) || symbol.note || !/^(local|cell)$/.test(symbol.scope)) return null;
    const sorted = uses.map((use) => ({ ...use, word: texts[use.what] })).sort((a, b) => a.span[0] - b.span[0]);
    const [bound, line] = [sorted.find(({ word }) => BINDS.has(word)), (use) => this.model.line(use.span[0]) + 1];
    const read = sorted.find(({ word, node, span }) => word === 'load' && bound && span[0] < bound.span[0] && !this.sameStatement(node, bound))
      ?? this.readInBinding(sorted, bound);
    if (!read || !bound) return null;
    const name = visible(texts[symbol.name]);
    const other = this.moduleBinds(symbol.name) ? ` The module’s ${name} is another variable.` : '';
    const local = `Line ${line(bound)} binds it, so it is local in all of ${visible(texts[scope.name])}.`;
    const outcome = line(read) === line(bound)
      ? 'The same line reads it first: UnboundLocalError, unless something has bound it before.'
      : `Line ${line(read)} reads it: UnboundLocalError, if that runs first.`;
    return `${local}${other} ${outcome}`;
  }

  /** Whether a use stands in the statement that binds first: there, what is read is read before. */
  sameStatement(node, bound) {
    const { statement } = this.model.tree;
    return statement[node] === statement[bound.node];
  }

  /** What the first statement that binds a name reads of it: `x += 1`, `x = x + 1`. */
  readInBinding(sorted, bound) {
    if (!bound || bound.word !== 'store') return null;
    const { tree } = this.model;
    const statement = tree.statement[bound.node];
    const kind = this.model.kind(statement);
    if (kind === 'AugAssign' && tree.parent[bound.node] === statement) return bound;
    if (kind !== 'Assign' && kind !== 'AnnAssign') return null;
    return sorted.find(({ word, node }) => word === 'load' && tree.statement[node] === statement) ?? null;
  }

  /** Where a name's arrow leads: to the owner of its cell, or to the module. */
  aim({ symbol, number }) {
    if (symbol.scope === 'free' && symbol.owner >= 0) return this.rows.get(`${symbol.owner} ${symbol.name}`);
    if (number > 0 && symbol.scope.startsWith('global')) return this.rows.get(`0 ${symbol.name}`);
    return undefined;
  }

  drawArrows() {
    const room = this.arrows?.parentElement?.getBoundingClientRect();
    if (!room?.width) return;
    const all = [...this.rows.values()].flatMap((from) => {
      const to = this.aim(from);
      return to && to !== from ? [{ from, to }] : [];
    });
    const lit = ({ from }) => from.row.matches('.is-lit, .is-inside');
    const shown = all.length > FEW_ARROWS ? all.filter(lit) : all;
    const middle = ({ row }) => { const at = row.querySelector('code').getBoundingClientRect(); return at.top + at.height / 2 - room.top; };
    const right = ({ row }) => row.getBoundingClientRect().right - room.left;
    const arrows = shown.map(({ from, to }) => ({ from, y: middle(from), x: right(from), toY: middle(to), toX: right(to), kind: from.symbol.scope.split(' ')[0], name: from.symbol.name }));
    const lanes = assignLanes(arrows.map(({ y, toY }) => [Math.min(y, toY), Math.max(y, toY)]), MOST_NAME_LANES);
    const edge = Math.max(0, ...arrows.map(({ x, toX }) => Math.max(x, toX)));
    this.arrows.replaceChildren(draw('defs', {}, ['free', 'global'].map((kind) => draw('marker', { id: `head-${kind}`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerUnits: 'userSpaceOnUse', markerWidth: 9, markerHeight: 9, orient: 'auto' }, draw('path', { d: 'M0 .5L8 4L0 7.5L1.8 4Z', class: `head ${kind}` })))),
      ...arrows.map(({ from, x, y, toX, toY, kind }, at) => {
        const lane = Math.min(edge + 10 + lanes[at] * LANE, room.width - 3);
        // Two heads on one place are set apart.
        const end = toY + 3;
        const bend = Math.min(6, Math.abs(end - y) / 2) * Math.sign(end - y);
        const path = draw('path', { d: `M${x} ${y}H${lane - 6}Q${lane} ${y} ${lane} ${y + bend}V${end - bend}Q${lane} ${end} ${lane - 6} ${end}H${toX + 1}`, class: `arrow ${kind}`, 'marker-end': `url(#head-${kind})` });
        path.classList.toggle('is-lit', from.row.matches('.is-lit, .is-inside'));
        return path;
      }));
  }

  light(target, reveal) {
    super.light(target, reveal);
    this.drawArrows();
  }
}

/** Where a scope names a name. */
function usesOf(symbol) {
  const uses = [];
  for (let i = 0; i < symbol.uses.length; i += 4) uses.push({ span: [symbol.uses[i], symbol.uses[i + 1]], what: symbol.uses[i + 2], node: symbol.uses[i + 3] });
  return uses;
}

/** Gives each stretch a lane in which no other lies beside it, short ones first; -1 where there are too many. */
function assignLanes(stretches, most) {
  const order = stretches.map((_, at) => at).sort((a, b) => (stretches[a][1] - stretches[a][0]) - (stretches[b][1] - stretches[b][0]) || a - b);
  const lanes = [];
  const given = new Array(stretches.length).fill(-1);
  for (const at of order) {
    const [from, to] = stretches[at];
    let lane = lanes.findIndex((taken) => taken.every(([start, end]) => end < from || start > to));
    if (lane < 0 && lanes.length < most) lane = lanes.push([]) - 1;
    if (lane < 0) continue;
    lanes[lane].push(stretches[at]);
    given[at] = lane;
  }
  return given;
}
