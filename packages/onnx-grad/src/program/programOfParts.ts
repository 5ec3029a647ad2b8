/** A batch computed as parts of its rows, each by a program of its own, all at once. */
import { inputsByName } from "../graph/inputs.ts";
import { recordOf } from "../graph/recordOf.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import { add } from "../ops/elementwise.ts";
import { input } from "../ops/leaves.ts";
import { type Program, type ProgramArray, requireInput, requireOutput } from "./program.ts";

/** What `programOfParts` is made of. */
export interface PartsOptions {
  /** The outputs for the whole batch; they are not compiled. */
  readonly whole: Readonly<Record<string, Value>>;
  /** The program of each part, of equally many rows. */
  readonly parts: readonly Program[];
  /** Compiles the sums of the parts' outputs, which are written where one of their terms is. */
  compile(outputs: Readonly<Record<string, Value>>): Promise<Program>;
}

/**
 * The parts as one program. An array whose size goes with the batch is that of all rows, part after part: the first axis of inputs and
 * outputs is the batch's. Other inputs are the same for every part, other outputs are the sums of what the parts give, in their order.
 *
 * Where a step has many small operations, a loop over short sequences say, threads that compute whole parts need not wait for each
 * other at every one. Cost: the outputs that are summed once more for each part but the first. There must be at least one, and before a
 * run every one of them must be bound.
 */
export async function programOfParts({ whole, parts, compile }: PartsOptions): Promise<Program> {
  const [first] = parts as [Program];
  const inputs = inputsOf(whole, first);
  const sums = await sumsOf(whole, parts, compile);
  /** What each part has of an array whose size for one part is `size`. */
  const pieces = <T extends ProgramArray>(data: T, size: number): T[] =>
    parts.map((_, part) => (size === data.length ? data : (data.subarray(part * size, (part + 1) * size) as T)));
  return {
    inputs,
    outputs: recordOf(Object.entries(whole).map(([name, { shape }]) => [name, { shape }])),
    nodeCounts: first.nodeCounts,
    transfers: first.transfers,
    bindInput(name, data) {
      requireInput(inputs, name, data);
      pieces(data, sizeOf(first.inputs[name]!.shape)).forEach((piece, part) => {
        parts[part]!.bindInput(name, piece);
      });
    },
    bindOutput(name, data) {
      requireOutput(whole, name, data);
      const arrays = sums.has(name) ? sums.bind(name, data) : pieces(data, sizeOf(first.outputs[name]!.shape));
      arrays.forEach((array, part) => {
        parts[part]!.bindOutput(name, array);
      });
    },
    async run() {
      sums.requireBound();
      // All have ended before an error is thrown: none writes any more.
      const ends = await Promise.allSettled(parts.map((program) => program.run()));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
      await sums.run();
    },
    async close() {
      for (const program of [...parts, sums]) await program.close();
    },
  };
}

/** The inputs that a part has, in the shapes of the whole batch. */
function inputsOf(whole: PartsOptions["whole"], part: Program): Program["inputs"] {
  const declared = inputsByName("programOfParts", Object.values(whole));
  return recordOf(
    Object.keys(part.inputs).map((name) => {
      const { shape, dtype } = declared.get(name)!;
      return [name, { shape, dtype }];
    }),
  );
}

/** Outputs that are added up. */
interface Sums {
  /** Whether the output `name` is one of them. */
  has(name: string): boolean;
  /** Where the parts write what is added up in `data`, which is the first one's. */
  bind(name: string, data: Float32Array): readonly Float32Array[];
  /** @throws Error unless all are bound */
  requireBound(): void;
  run(): Promise<void>;
  close(): Promise<void>;
}

/** The sums of outputs that have the same size for a part as for the whole batch. */
async function sumsOf(
  whole: PartsOptions["whole"],
  parts: readonly Program[],
  compile: PartsOptions["compile"],
): Promise<Sums> {
  const names = Object.keys(whole).filter(
    (name) => sizeOf(whole[name]!.shape) === sizeOf(parts[0]!.outputs[name]!.shape),
  );
  const terms = (name: string): string[] => parts.map((_, part) => `output${names.indexOf(name)}.part${part}`);
  const sumOf = (name: string): Value =>
    terms(name)
      .map((term) => input(term, whole[name]!.shape))
      .reduce((a, b) => add(a, b));
  const program = await compile(recordOf(names.map((name) => [name, sumOf(name)])));
  const own = new Map<string, readonly Float32Array[]>();
  return {
    has: (name) => names.includes(name),
    bind(name, data) {
      const others = own.get(name) ?? parts.slice(1).map(() => new Float32Array(data.length));
      own.set(name, others);
      const arrays = [data, ...others];
      terms(name).forEach((term, part) => {
        program.bindInput(term, arrays[part]!);
      });
      program.bindOutput(name, data);
      return arrays;
    },
    requireBound() {
      const missing = names.filter((name) => !own.has(name));
      if (missing.length > 0) throw new Error(`run: outputs not bound: ${missing.join(", ")}`);
    },
    run: program.run,
    close: program.close,
  };
}
