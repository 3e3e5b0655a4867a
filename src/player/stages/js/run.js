// The run that the files come from, where the page is that of a recording.

class Run {
  constructor(data) {
    // A part of the run that a column shows stands under the column's name.
    Object.assign(this, data);
    this.length = data.steps.length / STEP_WIDTH;
  }

  /** A step, from 1: the file's sheet, the line, the place in the source where that is known. */
  step(number) {
    if (!(number >= 1 && number <= this.length)) return null;
    const [sheet, line, start, end] = this.steps.slice((number - 1) * STEP_WIDTH, number * STEP_WIDTH);
    return { number, sheet, line, span: start < 0 ? null : [start, end], at: this.instruction(number) };
  }

  /** Code object and instruction of a step, where they are known. */
  instruction(number) {
    this.instructions ??= new Map(this.machine.steps.map(({ step, at }) => [step, at]));
    return this.instructions.get(number) ?? null;
  }
}

const STEP_WIDTH = 4;
