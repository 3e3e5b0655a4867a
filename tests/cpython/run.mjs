// Runs scripts on CPython in WebAssembly and prints, as one JSON object, what the tracer notes of each.
//
//     node run.mjs SCRIPT...

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const python = await loadPyodide();
const tracer = fileURLToPath(new URL("tracer.py", import.meta.url));
python.FS.writeFile("/home/pyodide/tracer.py", readFileSync(tracer));
// Standard output is for the result alone.
python.setStdout({ write: (bytes) => bytes.length });
const trace = python.pyimport("tracer").trace;

const scripts = {};
for (const path of process.argv.slice(2)) {
  const name = basename(path, ".py");
  try {
    scripts[name] = JSON.parse(trace(path, readFileSync(path, "utf8")));
  } catch (error) {
    scripts[name] = { failure: String(error) };
  }
}
const version = python.runPython("import sys; sys.version.split()[0]");
process.stdout.write(JSON.stringify({ python: version, scripts }) + "\n");
