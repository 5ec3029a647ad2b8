/** What the reader claims of the ONNX project's cases, written again: the same file a second time, and the same numbers. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { type OnnxModel, readOnnx, writeOnnx } from "../../src/onnx.ts";
import { caseNames, casesFolder } from "./conformance.ts";
import { distance, numbers, runPlain } from "./written.ts";

const names = caseNames() ?? [];

/** The model of a case, or undefined where the reader refuses it or wants to know inputs. */
function modelOf(name: string): OnnxModel | undefined {
  try {
    const model = readOnnx(readFileSync(`${casesFolder}/${name}/model.onnx`), { isParameter: () => false });
    model.network();
    return model;
  } catch {
    return undefined;
  }
}

/** What is wrong with the model written, if anything. */
async function faultOf({ inputs, network }: OnnxModel, isRun: boolean): Promise<string | undefined> {
  const values = Object.values(network().logits);
  const first = writeOnnx(network(), []);
  const again = readOnnx(first);
  const second = writeOnnx(again.network(), again.weights(again.network()));
  if (Buffer.compare(first, second) !== 0) return "another file the second time";
  if (!isRun) return undefined;
  const fed = inputs.map(({ name, shape, dtype }, i) => {
    const integer = dtype === "int32";
    const drawn = numbers(g.sizeOf(shape as g.Shape), i + 3).map((x) => (integer ? Math.floor(x + 1) : x + 1.1));
    return [name, { shape: shape as g.Shape, data: drawn, integer }] as const;
  });
  const wanted = g.evaluate(values, Object.fromEntries(fed.map(([name, { data }]) => [name, data])));
  // Outside an operator's domain all are NaN or infinite in their own ways.
  if (wanted.some((list) => list.some((x) => !Number.isFinite(x)))) return undefined;
  const results = await runPlain(first, Object.fromEntries(fed));
  const worst = Math.max(...wanted.map((list, i) => distance(results[i]!, list)));
  return worst < 1e-5 ? undefined : `${worst} away`;
}

describe.skipIf(names.length === 0)("the ONNX project's cases of operators, read and written", () => {
  test("are the same file the second time; every third runs in a plain session and gives our numbers", async () => {
    const faults: string[] = [];
    let count = 0;
    for (const name of names) {
      const model = modelOf(name);
      if (model === undefined) continue;
      const fault = await faultOf(model, count % 3 === 0);
      if (fault !== undefined) faults.push(`${name}: ${fault}`);
      count += 1;
    }
    console.log(`ONNX models of operators written: ${count - faults.length} passed, ${faults.length} failed`);
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(590);
  });
});
