/** Recurrent networks as ONNX files: run by a plain session, read and written again. */
import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { buildNetwork, layers, type NetworkContext } from "../../src/layers.ts";
import { readOnnx, writeOnnx } from "../../src/onnx.ts";
import { distance, numbers, parameterFeeds, runPlain, someWeights } from "./written.ts";

const [steps, vocabulary, units] = [5, 7, 4];

const network = (carry: boolean) => (batch: number) =>
  buildNetwork(
    (context: NetworkContext, { tokens }: Readonly<Record<"tokens", g.Value>>) => {
      const first = layers.lstm(context, "lstm1", g.oneHot(tokens, vocabulary), units, { carry });
      const second = layers.gru(context, "gru", first, units, { carry, reverse: true });
      return layers.dense(context, "out", second, vocabulary);
    },
    { tokens: { shape: [batch, steps], dtype: "int32" } },
    "evaluation",
  );

test.each([true, false])("an LSTM and a GRU, their state carried: %s", async (carry) => {
  const build = network(carry);
  const batch = 3;
  const { parameters, logits, carried } = build(batch);
  const weights = someWeights(build(batch));
  const tokens = Int32Array.from({ length: batch * steps }, (_, i) => (i * 5) % vocabulary);
  const states = Object.fromEntries(
    carried.map(({ name, initial }, i) => [name, { shape: initial.shape, data: numbers(batch * units, 10 + i) }]),
  );
  const file = writeOnnx(build, weights);
  const values = [logits, ...carried.map(({ final }) => final)];
  const wanted = g.evaluate(values, {
    tokens,
    ...parameterFeeds(parameters, weights),
    ...Object.fromEntries(Object.entries(states).map(([name, { data }]) => [name, data])),
  });
  const got = await runPlain(file, { tokens: { shape: [batch, steps], data: tokens, integer: true }, ...states });
  expect(got.length).toBe(wanted.length);
  // Some dozen roundings of numbers of the size of the largest.
  got.forEach((result, i) => {
    expect(distance(result, wanted[i]!)).toBeLessThan(1e-5);
  });

  const again = (size: number) => readOnnx(file, { dimensions: { batch: size } }).network();
  const read = readOnnx(file, { dimensions: { batch } });
  expect(read.weights(again(batch))).toEqual(weights);
  expect(Buffer.compare(writeOnnx(again, weights), file)).toBe(0);
});
