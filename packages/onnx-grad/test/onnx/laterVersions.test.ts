/** Operators that changed in the versions 18 to 21, newer than the ONNX project's cases here, against ONNX Runtime itself. */
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { readOnnx } from "../../src/onnx.ts";
import { runValues } from "../runProgram.ts";
import { numbers } from "../samples.ts";
import { laterVersions } from "./laterVersions.ts";
import { modelBytes } from "./models.ts";

let count = 0;
afterAll(() => console.log(`versions 18 to 21: ${count} models as ONNX Runtime has them`));

describe.each([18, 19, 20, 21])("version %s", (opset) => {
  test.each(laterVersions.filter(({ since = 18, until = 21 }) => since <= opset && opset <= until))(
    "$name",
    async ({ spec }) => {
      const bytes = modelBytes({ outputs: ["y"], ...spec, opset });
      const next = numbers(3);
      const feeds = Object.fromEntries(
        Object.entries(spec.inputs).map(([name, shape]) => {
          const size = g.sizeOf(shape as number[]);
          return [name, Float32Array.from({ length: size }, () => 4 * next() - 2)] as const;
        }),
      );
      const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
      const wanted = await session.run(
        Object.fromEntries(
          Object.entries(feeds).map(([name, data]) => [
            name,
            new ort.Tensor("float32", data, [...(spec.inputs[name] as number[])]),
          ]),
        ),
      );
      const { logits } = readOnnx(bytes, { isParameter: () => false }).network();
      const values = session.outputNames.map((name) => logits[name]!);
      expect(values.map(({ shape }) => shape)).toEqual(session.outputNames.map((name) => wanted[name]!.dims));
      for (const results of [g.evaluate(values, feeds), await runValues(values, feeds)]) {
        session.outputNames.forEach((name, i) => {
          const expected = Array.from(wanted[name]!.data as ArrayLike<number>, Number);
          expect([...results[i]!]).toEqual(expected.map((x) => (Number.isFinite(x) ? expect.closeTo(x, 4) : x)));
        });
      }
      await session.release();
      count++;
    },
  );
});
