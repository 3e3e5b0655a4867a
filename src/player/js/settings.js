// What the reader has set: it stays for the next time, where the browser keeps anything.

const SETTINGS_KEY = 'memviz-player';

/** A page in a frame without an address of its own is given no store. */
function readSettings() {
  try {
    return JSON.parse(localStorage.getItem(SETTINGS_KEY)) ?? {};
  } catch {
    return {};
  }
}

function keepSetting(name, value) {
  try {
    localStorage.setItem(SETTINGS_KEY, JSON.stringify({ ...readSettings(), [name]: value }));
  } catch {
    // Then it holds for this time only.
  }
}
