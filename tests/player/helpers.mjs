// Runs memviz, opens its page in a headless Chromium, and watches that nothing leaves the page.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const MEMVIZ = process.env.MEMVIZ;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser for the tests of a file; `after` is the hook that closes it. */
export async function startBrowser(after) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  const folder = mkdtempSync(join(tmpdir(), 'memviz-player-'));
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });
  return { browser, folder };
}

/** Records a script; returns the folder with its page. `name` is the script's name, `input` what is typed. */
export function record({ folder }, name, source, options = [], input = '') {
  writeFileSync(join(folder, `${name}.py`), source);
  const out = join(folder, name);
  // Every step is drawn, so that each can be held against the page.
  const chosen = options.some((word) => /^--(steps|from-line|to-line|only-changes)/.test(word)) ? [] : ['--steps', 'all'];
  const done = spawnSync(MEMVIZ, [...chosen, ...options, '--out', out, `${name}.py`], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28, input });
  assert.ok([0, 1].includes(done.status), done.stderr);
  return out;
}

/** Watches a script; resolves with the address that is printed. `after` ends it. */
export async function watch(t, folder, name, options = []) {
  const child = spawn(MEMVIZ, [...options, name, '--watch'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => { child.on('exit', (code, signal) => done({ code, signal })); });
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let said = '';
  const address = await new Promise((done, failed) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\//.exec(said);
      if (found) done(found[0]);
    });
    child.on('exit', () => failed(new Error(said)));
  });
  return { child, ended, address, said: () => said };
}

export function memviz(folder, options, env = {}) {
  return spawnSync(MEMVIZ, options, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } });
}

/** A trace in the exported form. */
export function exported(out) {
  return JSON.parse(execFileSync(MEMVIZ, ['export', join(out, 'trace.memviz'), '--format', 'json'], { maxBuffer: 1 << 30 }));
}

/**
 * Opens a run's page. Fails the test at any error in the page, any broken policy, any request that
 * is not for the page itself; but for messages that are `allowed`.
 */
export function open(t, here, out, options) {
  return openPage(t, here, join(out, 'index.html'), options);
}

/** The same for a page by its path. */
export function openPage(t, here, path, options) {
  return openAddress(t, here, `file://${path}`, options);
}

/** The same for a page by its address; it may ask for what stands below `within`. */
export async function openAddress(t, { browser }, base, { within = null, address = '', viewport = { width: 1440, height: 900 }, deviceScaleFactor = 1, colorScheme = 'light', forcedColors = 'none', reducedMotion = 'reduce', allowed = /^$/ } = {}) {
  const context = await browser.newContext({ viewport, deviceScaleFactor, colorScheme, forcedColors, reducedMotion });
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && !allowed.test(message.text()) && wrong.push(message.text()));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    // What stands in the page itself asks for nothing.
    if (url.startsWith('data:')) return;
    const isOwn = within === null ? url.split(/[?#]/)[0] === base : url.startsWith(within);
    if (!isOwn) wrong.push(`request: ${url}`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, [], 'the page is quiet and asks for nothing');
  });
  await page.goto(base + address);
  await page.waitForSelector('body.ready');
  return page;
}

/** The step that the page shows. */
export async function stepOf(page) {
  const caption = await page.textContent('#caption strong');
  const step = Number(/^Step (\d+) of/.exec(caption)[1]);
  assert.equal(await page.inputValue('#step'), String(step));
  assert.equal(await page.inputValue('#slider'), String(step));
  return step;
}

export const box = (serial) => `#picture [aria-label*="#${serial} "]`;

/** The part of the address that says step and object. */
export async function hashOf(page) {
  // The address is written when a step has settled.
  await page.waitForTimeout(400);
  return page.evaluate(() => location.hash);
}

/** The serial of an object of a type that lives at a step of an exported trace: the first, or another. */
export function serial(trace, step, type, which = 0) {
  const found = trace.steps[step - 1].heap.filter(({ id }) => trace.objects[id - 1].type === type && trace.objects[id - 1].born);
  assert.ok(found.length > which, `a ${type} lives at step ${step}`);
  return found.at(which).id;
}
