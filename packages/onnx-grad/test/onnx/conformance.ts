/** The ONNX project's own cases for operators, as Debian's libonnx-testdata has them: models, inputs and outputs. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as g from "../../src/index.ts";
import { decodeMessage, elementTypes } from "../../src/onnx/modelProto.ts";
import { onnxFile } from "../../src/onnx/read/onnxFile.ts";
import { isUnsupported, unsupported } from "../../src/onnx/read/readError.ts";
import { requireOperators } from "../../src/onnx/read/readGraph.ts";
import { storedTensor, type TensorMessage } from "../../src/onnx/read/storedTensor.ts";
import { type OnnxModel, readOnnx } from "../../src/onnx.ts";

/** Where the package puts its cases. */
export const casesFolder = "/usr/share/libonnx-testdata/data/node";

/** Names of all cases, or undefined without the package. */
export const caseNames = (): string[] | undefined =>
  existsSync(casesFolder) ? readdirSync(casesFolder).sort() : undefined;

/** What became of a case. */
export type Outcome =
  | { readonly kind: "passed"; readonly operators: readonly string[] }
  | { readonly kind: "not claimed" | "failed"; readonly operators: readonly string[]; readonly why: string };

interface Tensor {
  readonly shape: g.Shape;
  readonly data: Float64Array;
}

/** The tensor of a file; the suite stores bfloat16 as the bits of uint16. */
export function tensorIn(path: string, isBfloat16 = false): Tensor {
  const message = decodeMessage("Tensor", readFileSync(path)) as unknown as TensorMessage;
  const { shape, copyInto } = storedTensor(isBfloat16 ? { ...message, dataType: elementTypes.bfloat16 } : message);
  const data = new Float64Array(g.sizeOf(shape));
  copyInto(data);
  return { shape, data };
}

/** The suite's own tolerances. */
const [relative, absolute] = [1e-3, 1e-7];

/** Which outputs of a model are bfloat16. */
function bfloat16Outputs(bytes: Uint8Array): boolean[] {
  const { graph } = decodeMessage("Model", bytes) as unknown as {
    readonly graph: { readonly output: readonly { readonly type?: { readonly tensorType?: { elemType?: number } } }[] };
  };
  return graph.output.map(({ type }) => type?.tensorType?.elemType === elementTypes.bfloat16);
}

function difference(got: ArrayLike<number>, wanted: Tensor): string | undefined {
  if (got.length !== wanted.data.length) return `${got.length} elements instead of ${wanted.data.length}`;
  for (const [i, x] of wanted.data.entries()) {
    const isClose = Object.is(got[i], x) || got[i] === x || Math.abs(got[i]! - x) <= absolute + relative * Math.abs(x);
    if (!isClose) return `${got[i]} instead of ${x} at ${i}`;
  }
  return undefined;
}

/** Reads a case, runs it by the interpreter, and by `run` where that is given. */
export async function outcomeOf(
  name: string,
  run?: (outputs: Readonly<Record<string, g.Value>>, feeds: g.Feeds) => Promise<readonly ArrayLike<number>[]>,
): Promise<Outcome> {
  const folder = join(casesFolder, name);
  const bytes = readFileSync(join(folder, "model.onnx"));
  let operators: string[] = [];
  try {
    const file = onnxFile(bytes);
    operators = [...new Set(file.nodes.map(({ opType }) => opType))];
    requireOperators(file);
    if (bfloat16Outputs(bytes).includes(true)) throw unsupported("rounding to bfloat16 is not supported");
  } catch (error) {
    return { kind: "not claimed", operators, why: (error as Error).message };
  }
  const errors: Error[] = [];
  // Inputs that decide about shapes are known when a model is read: none is, or integers and booleans, or all but the first, or all.
  for (const known of [0, 1, 2, 3]) {
    try {
      const wrong = await faultOf(bytes, join(folder, "test_data_set_0"), known, run);
      return wrong === undefined ? { kind: "passed", operators } : { kind: "failed", operators, why: wrong };
    } catch (error) {
      errors.push(error as Error);
    }
  }
  const lack = errors.find(isUnsupported);
  return { kind: lack ? "not claimed" : "failed", operators, why: (lack ?? errors[0]!).message };
}

async function faultOf(
  bytes: Uint8Array,
  data: string,
  known: number,
  run: Parameters<typeof outcomeOf>[1],
): Promise<string | undefined> {
  const { inputs, outputs } = onnxFile(bytes);
  const given = inputs.map(({ type }, i) => tensorIn(join(data, `input_${i}.pb`), type === "bfloat16"));
  const isKnown = inputs.map(
    ({ type }, i) => known === 3 || (known === 1 ? !type.includes("float") : known === 2 && i > 0),
  );
  const model = readOnnx(bytes, {
    isParameter: () => false,
    constants: Object.fromEntries(inputs.flatMap(({ name }, i) => (isKnown[i] ? [[name, given[i]!.data]] : []))),
    shapes: Object.fromEntries(inputs.map(({ name }, i) => [name, given[i]!.shape])),
  });
  const values = valuesOf(model, outputs.length);
  const fed = given.filter((_, i) => !isKnown[i]);
  const feeds = Object.fromEntries(model.inputs.map(({ name }, i) => [name, fed[i]!.data]));
  const wanted = values.map((_, i) => tensorIn(join(data, `output_${i}.pb`)));
  const shape = values.findIndex((value, i) => value.shape.join() !== wanted[i]!.shape.join());
  if (shape >= 0) return `shape ${values[shape]!.shape} instead of ${wanted[shape]!.shape}`;
  const results = g.evaluate(values, feeds, "float64");
  const wrong = results.map((result, i) => difference(result, wanted[i]!)).find((message) => message !== undefined);
  if (wrong !== undefined || run === undefined) return wrong && `interpreter: ${wrong}`;
  const named = Object.fromEntries(values.map((value, i) => [`y${i}`, value]));
  const lowered = await run(named, feeds);
  const other = lowered.map((result, i) => difference(result, wanted[i]!)).find((message) => message !== undefined);
  return other && `ONNX Runtime: ${other}`;
}

function valuesOf(model: OnnxModel, count: number): g.Value[] {
  const { logits } = model.network();
  return model.outputs.slice(0, count).map((name) => logits[name]!);
}
