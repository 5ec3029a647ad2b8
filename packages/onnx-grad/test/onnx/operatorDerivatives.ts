/** First and second derivatives of operators on the ONNX project's own cases, against central differences in float64. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as g from "../../src/index.ts";
import { onnxFile } from "../../src/onnx/read/onnxFile.ts";
import { readOnnx } from "../../src/onnx.ts";
import { numbers, scalarOf } from "../samples.ts";
import { casesFolder, tensorIn } from "./conformance.ts";

/** Relative errors of the directional derivatives of a random function of a case's outputs: the first and the second. */
interface DerivativeErrors {
  readonly operator: string;
  readonly first: number;
  readonly second: number;
}

/** Step of central differences: the cube root of the machine epsilon. */
const step = Math.cbrt(Number.EPSILON);

/** Undefined for a case without a float32 input of at most 200 elements, of several nodes, or that is not claimed. */
function derivativeErrors(name: string): DerivativeErrors | undefined {
  const bytes = readFileSync(join(casesFolder, name, "model.onnx"));
  const data = join(casesFolder, name, "test_data_set_0");
  try {
    const { inputs, nodes } = onnxFile(bytes);
    if (nodes.length !== 1) return undefined;
    const given = inputs.map((_, i) => tensorIn(join(data, `input_${i}.pb`)));
    for (const moving of [inputs.map(({ type }) => type === "float32"), inputs.map((_, i) => i === 0)]) {
      if (!inputs.some(({ type }, i) => moving[i] && type === "float32" && given[i]!.data.length <= 200)) continue;
      try {
        const constants = Object.fromEntries(
          inputs.flatMap((one, i) => (moving[i] ? [] : [[one.name, given[i]!.data]])),
        );
        const shapes = Object.fromEntries(inputs.map((one, i) => [one.name, given[i]!.shape]));
        const model = readOnnx(bytes, { isParameter: () => false, constants, shapes });
        // Examples of few digits lie on steps, ties and edges of domains.
        const away = numbers(7);
        const at = given.flatMap(({ data: x }, i) =>
          moving[i] ? [x.map((value) => value + 0.004 + 0.004 * away())] : [],
        );
        const { logits, inputs: values } = model.network();
        const errors = errorsAt(
          logits[model.outputs[0]!]!,
          model.inputs.map((one) => values[one.name]!),
          at,
        );
        return { operator: nodes[0]!.opType, ...errors };
      } catch {}
    }
  } catch {}
  return undefined;
}

/** Of f = Σ r·y + ½ Σ r·y² with random r, in a random direction v: v·∇f and v·H v. */
function errorsAt(y: g.Value, inputs: readonly g.Value[], at: readonly Float64Array[]) {
  const loss = scalarOf(y, 5);
  const gradient = g.gradients(loss, inputs);
  const next = numbers(11);
  const directions = at.map((x) => x.map(() => 2 * next() - 1));
  const product = g.hvp(
    loss,
    inputs,
    inputs.map((one, i) => g.input(`v${i}`, one.shape)),
  );
  const along = (values: readonly ArrayLike<number>[]): number =>
    values.reduce((sum, list, i) => directions[i]!.reduce((all, v, j) => all + v * list[j]!, sum), 0);
  const feeds = (shift: number): g.Feeds =>
    Object.fromEntries(
      inputs.flatMap((one, i) => [
        [one.op === "input" ? one.attributes.name : "", at[i]!.map((x, j) => x + shift * step * directions[i]![j]!)],
        [`v${i}`, directions[i]!],
      ]),
    );
  const central = (f: (shift: number) => number): number => (f(1) - f(-1)) / (2 * step);
  const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / (1 + Math.abs(wanted));
  return {
    first: relative(
      along(g.evaluate(gradient, feeds(0))),
      central((s) => g.evaluate([loss], feeds(s))[0]![0]!),
    ),
    second: relative(
      along(g.evaluate(product, feeds(0))),
      central((s) => along(g.evaluate(gradient, feeds(s)))),
    ),
  };
}

/** Operators of which every case's derivatives are right, and what is wrong with those of others. */
export function checkedOperators(names: readonly string[]) {
  const checked = new Set<string>();
  const faults: string[] = [];
  for (const name of names) {
    // Of infinite numbers there is no difference.
    const errors = name.includes("BFLOAT16") ? undefined : derivativeErrors(name);
    if (errors === undefined) continue;
    checked.add(errors.operator);
    // Third derivatives of these functions are below 1e4, steps are 6e-6.
    if (!(errors.first < 1e-5 && errors.second < 1e-5))
      faults.push(`${name}: ${errors.operator} ${errors.first} ${errors.second}`);
  }
  return { checked, faults };
}
