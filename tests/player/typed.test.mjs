// What was typed stands where it was typed, between what was printed.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, record, startBrowser } from './helpers.mjs';

const here = await startBrowser(after);
const run = record(here, 'typed', `name = input("Name? ")
print("hello", name)
age = input("Age? ")
`, [], 'Ada\n41\n');

test('what was typed is marked, in its place', async (t) => {
  const page = await open(t, here, run);
  const printed = () => page.textContent('#printed');
  const step = (number) => page.evaluate((to) => { location.hash = `#step=${to}`; }, number);
  await step(3);
  await page.waitForFunction(() => document.querySelector('#printed .read'));
  assert.equal(await printed(), 'Name? Ada\n');
  assert.equal(await page.textContent('#printed .read'), 'Ada\n');
  assert.equal(await page.getAttribute('#printed .read', 'title'), 'read from standard input');
  assert.match(await page.textContent('#caption'), /“Ada” is read from standard input/);
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.querySelectorAll('#printed .read').length === 2);
  assert.equal(await printed(), 'Name? Ada\nhello Ada\nAge? 41\n');
});
