/** A graph for any batch size: one program for each size, compiled at its first use, all over the same arrays. */
import { sizeOf, type Value } from "../graph/value.ts";
import type { Program, ProgramArray } from "./program.ts";

/**
 * Programs of several batch sizes, bound together. What a graph does not depend on in the end, a bias before batch norm say,
 * is bound nowhere; an array is bound again only when another one comes.
 */
export interface BatchedProgram<Name extends string> {
  /** The program of a batch size, compiled now if it was not. Bind its arrays here, not there. */
  at(batch: number): Promise<Program>;
  /** `data` is the input `name` at every batch size; it is read at each run and must not move. */
  bindInput(name: string, data: ProgramArray): void;
  /** `data` is the output `name` at every batch size; outputs that are not bound have arrays of the programs' own. */
  bindOutput(name: Name, data: Float32Array): void;
  /**
   * Runs a batch over the bound inputs and `inputs`, which are this batch's alone.
   *
   * @returns the outputs by name; the next run of the batch size overwrites them
   */
  run(batch: number, inputs?: Readonly<Record<string, ProgramArray>>): Promise<Readonly<Record<Name, Float32Array>>>;
  /** Frees the sessions of all batch sizes. */
  close(): Promise<void>;
}

/** A program and the arrays that it reads and writes. */
interface Bound<Name extends string> {
  readonly program: Program;
  readonly read: Map<string, ProgramArray>;
  readonly written: Partial<Record<Name, Float32Array>>;
}

/**
 * Programs of the graphs that `build` makes for a batch size, compiled by `compile`, such as
 * `(outputs) => compile(outputs, { ort })`.
 *
 * Cost: one session for each batch size; a run over arrays that are bound already copies and allocates nothing.
 */
export function batchedProgram<Name extends string>(
  build: (batch: number) => Readonly<Record<Name, Value>>,
  compile: (outputs: Readonly<Record<Name, Value>>, batch: number) => Promise<Program>,
): BatchedProgram<Name> {
  const programs = new Map<number, Promise<Bound<Name>>>();
  const inputs = new Map<string, ProgramArray>();
  const outputs = new Map<string, Float32Array>();

  async function compiled(batch: number): Promise<Bound<Name>> {
    return { program: await compile(build(batch), batch), read: new Map(), written: {} };
  }

  function boundAt(batch: number): Promise<Bound<Name>> {
    const bound = programs.get(batch) ?? compiled(batch);
    programs.set(batch, bound);
    return bound;
  }

  function read({ program, read }: Bound<Name>, name: string, data: ProgramArray): void {
    if (program.inputs[name] === undefined || read.get(name) === data) return;
    program.bindInput(name, data);
    read.set(name, data);
  }

  function write({ program, written }: Bound<Name>): Readonly<Record<Name, Float32Array>> {
    for (const name of Object.keys(program.outputs) as Name[]) {
      const data = outputs.get(name) ?? written[name] ?? new Float32Array(sizeOf(program.outputs[name]!.shape));
      if (written[name] === data) continue;
      program.bindOutput(name, data);
      written[name] = data;
    }
    return written as Record<Name, Float32Array>;
  }

  return {
    at: async (batch) => (await boundAt(batch)).program,
    bindInput: (name, data) => void inputs.set(name, data),
    bindOutput: (name, data) => void outputs.set(name, data),
    async run(batch, own = {}) {
      const bound = await boundAt(batch);
      for (const [name, data] of inputs) read(bound, name, data);
      for (const [name, data] of Object.entries(own)) read(bound, name, data);
      const results = write(bound);
      await bound.program.run();
      return results;
    },
    async close() {
      for (const bound of programs.values()) await (await bound).program.close();
      programs.clear();
    },
  };
}
