/** Recurrent networks as ONNX files: run by a plain session, read and written again. */
import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { buildNetwork, layers, type NetworkContext, uniform } from "../../src/layers.ts";
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

/** The state behind the last of x [batch × steps × 9], from 0.1 on. */
const lastState = (x: g.Value, step: (slice: g.Value, before: g.Value) => g.Value): g.Value =>
  g.scan(([slice], [before]) => ({ states: [step(slice!, before!)] }), {
    sequences: [g.transpose(x, [1, 0, ...x.shape.map((_, axis) => axis).slice(2)])],
    states: [g.broadcastTo(g.constant(0.1), [x.shape[0]!, 9])],
  }).states[0]!;

const definitions: Readonly<Record<string, (weight: g.Value, x: g.Value) => g.Value>> = {
  "constants too large for its body, one of each batch's size": (weight, x) => {
    const batch = x.shape[0]!;
    const table = g.constant(numbers(81, 5), [9, 9]);
    const scale = g.constant(new Array(batch * 36).fill(1.5), [batch, 36]);
    return lastState(x, (slice, before) => {
      const [part] = g.split(g.mul(g.concat([before, before, before, before], 1), scale), [9, 27], 1);
      return g.tanh(g.add(slice, g.matmul(g.matmul(part!, table), weight)));
    });
  },
  "a loop inside": (weight, x) =>
    lastState(g.reshape(x, [x.shape[0]!, 2, 3, 9]), (rows, before) => {
      const { outputs } = g.scan(
        ([row], [state]) => {
          const next = g.tanh(g.add(g.matmul(state!, weight), g.mul(row!, before)));
          return { states: [next], outputs: [next] };
        },
        { sequences: [g.transpose(rows, [1, 0, 2])], states: [before] },
      );
      return g.reduceSum(outputs[0]!, { axes: [0] });
    }),
};

test.each(Object.entries(definitions))("a loop with %s", async (_, define) => {
  const build = (batch: number) =>
    buildNetwork(
      (context, x) => define(context.parameter("weight", [9, 9], uniform(0.5), "weight"), x),
      [batch, 6, 9],
      "evaluation",
    );
  const batch = 4;
  const { logits, parameters } = build(batch);
  const weights = someWeights(build(batch));
  const inputs = numbers(batch * 54, 7);
  const [wanted] = g.evaluate([logits], { inputs, ...parameterFeeds(parameters, weights) });
  const [got] = await runPlain(writeOnnx(build, weights), { inputs: { shape: [batch, 6, 9], data: inputs } });
  expect(distance(got!, wanted!)).toBeLessThan(1e-5);
});
