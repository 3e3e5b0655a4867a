// Elements. Text of the program's goes in by textContent only; no markup is ever parsed.

const SVG = 'http://www.w3.org/2000/svg';
const $ = (id) => document.getElementById(id);

/** Makes an element: `make('button', {class: 'x', onclick: f}, 'text', child)`. */
function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Puts `children` in the place of what an element holds. */
function refill(element, ...children) {
  const focused = focusIn(element);
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  if (focused) focused.alike(element)?.focus({ preventScroll: true });
}

const CAN_FOCUS = 'button, input, select, [tabindex]';

/** Where the focus is in an element that is about to be filled anew, and how to find it again. */
function focusIn(element) {
  const { activeElement } = document;
  if (activeElement === element || !element.contains(activeElement)) return null;
  const name = (of) => `${of.localName} ${of.getAttribute('aria-label') ?? of.textContent}`;
  const all = [...element.querySelectorAll(CAN_FOCUS)];
  const [at, wanted] = [all.indexOf(activeElement), name(activeElement)];
  // The same by name, the nearest to where it was; else what stands in its place.
  const alike = (filled) => {
    if (element.contains(document.activeElement)) return null;
    const now = [...filled.querySelectorAll(CAN_FOCUS)];
    const same = now.filter((of) => name(of) === wanted);
    return same.sort((a, b) => Math.abs(now.indexOf(a) - at) - Math.abs(now.indexOf(b) - at))[0] ?? now[Math.min(at, now.length - 1)];
  };
  return { alike };
}

/** Sets an attribute only where that changes it: else a page would be styled anew for nothing. */
function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function button(text, action, attributes = {}) {
  return make('button', { type: 'button', onclick: action, ...attributes }, text);
}

/** Children with a space between them, where only their boxes stand apart: for who reads or copies them. */
const spaced = (...children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined).flatMap((child) => [child, ' ']);

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Characters that would not be seen are written as Python writes them, as in the SVG frames. */
function visible(text) {
  return text
    .replace(/[\n\t\r]/g, ' ')
    .replace(UNSEEN, (it) => {
      const code = it.codePointAt(0).toString(16);
      return code.length < 3 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
    })
    .replace(/[\ufffe\uffff]/g, '\ufffd');
}

/** A text of several lines: what turns the order of letters around, or cannot be seen, is written out. */
const seen = (text) => text.replace(/[^\n\t]+/g, visible);

const numbers = new Intl.NumberFormat('en');
const grouped = (number) => numbers.format(number);
const counted = (number, what) => `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
const clamp = (number, low, high) => Math.min(high, Math.max(low, number));

/** The bytes that base64 stands for. */
function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  return bytes;
}

/** The document that an element holds, deflated. */
async function unpack(element) {
  const packed = bytesOf(element.textContent.trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
}

/** Whether the page is dark: by its own switch, else as the reader's other pages are. */
function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** Scrolls a box, and nothing else, so that an element in it is seen. */
function scrollWithin(holder, element) {
  if (!element) return;
  const [room, at] = [holder.getBoundingClientRect(), element.getBoundingClientRect()];
  const space = Math.min(60, room.height / 4);
  if (at.top < room.top + space) holder.scrollTop -= room.top + space - at.top;
  // Of what is higher than its room, the beginning.
  else if (at.bottom > room.bottom - space) holder.scrollTop += Math.min(at.bottom - room.bottom + space, at.top - room.top);
}

/** Writes a page's address. A page inside a frame without an address of its own has no deep links. */
function replaceAddress(hash) {
  if (location.hash === hash || !/^(file|https?):$/.test(location.protocol)) return;
  // A page from disk may not rewrite its history, but it may go to a part of itself.
  try {
    history.replaceState(null, '', hash);
  } catch {
    location.replace(hash);
  }
}
