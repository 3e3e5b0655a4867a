// The columns of the page, in one place. A new one is a class of its own file, and a line here.

/** What a file goes through, in this order; a file may fail at each. */
const STAGES = ['file', 'tokens', 'tree', 'names', 'code', 'bytecode'];
const NAMES = {
  source: 'Source', file: 'File', tokens: 'Tokens', tree: 'Syntax tree', names: 'Names', code: 'Code objects', bytecode: 'Bytecode', machine: 'Machine', imports: 'Imports', errors: 'Errors', end: 'The end',
};

/**
 * The columns beside the source. `of`: a column of the run, which is there where the page has that
 * part of `run` (see payload/run.rs). What a step is, the page tells each column by `showStep`.
 */
const COLUMN_LIST = [
  { name: 'file', make: (page) => new FileColumn(page) },
  { name: 'tokens', make: (page) => new TokensColumn(page) },
  { name: 'tree', make: (page) => new TreeColumn(page) },
  { name: 'names', make: (page) => new NamesColumn(page) },
  { name: 'code', make: (page) => new CodeColumn(page) },
  { name: 'bytecode', make: (page, title) => new BytecodeColumn(page, { title }) },
  { name: 'machine', of: 'machine', make: (page) => new MachineColumn(page) },
  { name: 'imports', of: 'imports', make: (page) => new ImportsColumn(page) },
  { name: 'errors', of: 'errors', make: (page) => new ErrorsColumn(page) },
  { name: 'end', of: 'end', make: (page) => new EndColumn(page) },
];

/** The columns that a page has for the file that it shows: name, title, what its switch says, how one is made. */
function columnsOf(page) {
  const of = COLUMN_LIST.filter(({ of }) => !of || page.run?.[of]).map((one) => ({ title: NAMES[one.name], label: NAMES[one.name], ...one }));
  const several = page.beside.length > 0;
  const bytecode = of.findIndex(({ name }) => name === 'bytecode');
  if (several) of[bytecode].title = `Bytecode, ${page.model.python}`;
  const beside = page.beside.map((model, at) => {
    const [name, title] = [`bytecode-${at + 2}`, `Bytecode, ${model.python}`];
    return { name, title, label: model.python, make: () => new BytecodeColumn(page, { model, name, title }) };
  });
  return of.toSpliced(bytecode + 1, 0, ...beside);
}
