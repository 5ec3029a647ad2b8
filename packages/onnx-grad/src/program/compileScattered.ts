/** Gradients of large tables, of which a batch reads few rows, without a pass of the program over the table. */
import { recordOf } from "../graph/recordOf.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import { cast } from "../ops/elementwise.ts";
import { addRowsInto } from "./addRowsInto.ts";
import { type Program, requireOutput } from "./program.ts";

/** From this many times the elements of the added rows on a table is written by the host. */
const timesLarger = 4;

/** Below 2²⁴ float32 has every integer: the indices are an output of the program. */
const mostRows = 2 ** 24;

/** Whether an output is zeros with a few rows added, [words × width]. */
function isTable(value: Value): boolean {
  if (value.op !== "scatterAdd" || value.attributes.axis !== 0 || value.shape.length !== 2) return false;
  return value.shape[0]! < mostRows && sizeOf(value.shape) >= timesLarger * sizeOf(value.inputs[0]!.shape);
}

/** Outputs by name. */
type Outputs = Readonly<Record<string, Value>>;

/**
 * Compiles `outputs` by `compile`, with the rows of a table's `scatterAdd` as outputs in its place, which the returned program adds to
 * zeros after each run (`addRowsInto`): the same numbers, where the operators would fill a table and copy it.
 */
export async function compileScattered(
  outputs: Outputs,
  compile: (outputs: Outputs) => Promise<Program>,
): Promise<Program> {
  const tables = new Set(Object.keys(outputs).filter((name) => isTable(outputs[name]!)));
  const inner = await compile(withRows(outputs, tables));
  if (tables.size === 0) return inner;
  const bound = new Map<string, () => void>();
  return {
    ...inner,
    outputs: recordOf(Object.entries(outputs).map(([name, { shape }]) => [name, { shape }])),
    bindOutput(name, data) {
      if (!tables.has(name)) return inner.bindOutput(name, data);
      requireOutput(outputs, name, data);
      const [rows, places] = namesOf(name).map((output) => new Float32Array(sizeOf(inner.outputs[output]!.shape)));
      inner.bindOutput(namesOf(name)[0], rows!);
      inner.bindOutput(namesOf(name)[1], places!);
      const indices = new Int32Array(places!.length);
      bound.set(name, () => {
        indices.set(places!);
        data.fill(0);
        addRowsInto(data, rows!, indices);
      });
    },
    async run() {
      await inner.run();
      for (const add of bound.values()) add();
    },
  };
}

/** The outputs with rows and indices in place of tables. */
function withRows(outputs: Outputs, tables: ReadonlySet<string>): Outputs {
  const entries = Object.entries(outputs).flatMap(([name, value]): [string, Value][] => {
    if (!tables.has(name)) return [[name, value]];
    const [rows, indices] = value.inputs as [Value, Value];
    const [ofRows, ofIndices] = namesOf(name);
    return [
      [ofRows, rows],
      [ofIndices, cast(indices, "float32")],
    ];
  });
  return recordOf(entries);
}

const namesOf = (table: string): [rows: string, indices: string] => [`${table} rows`, `${table} indices`];
