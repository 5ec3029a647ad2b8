import { expect, test } from "vitest";
import { markdown } from "./markdown.mjs";

const machine = {
  ...{ date: "2026-01-02", processor: "EPYC", cores: 2, memoryGB: 8, system: "Linux 6" },
  ...{ node: "v20", onnxRuntime: "1.30.0" },
};
const run = {
  ...{ load: 0.1, compileMs: 100, startupMs: 1600, peakMB: 200, numExamples: 1000, evaluationMs: [500] },
  ...{ gradientMs: [9], updateMs: [1], updateOneCoreMs: [2], stepMs: [10] },
};
const bench = {
  lenet: {
    ...{ machine, rounds: 1, seconds: 2, numParams: 1_000_000 },
    engines: [
      { name: "ours", reason: null, variant: { threads: 2 }, tried: [], runs: [run] },
      { name: "pytorch", reason: null, variant: {}, tried: [], runs: [{ ...run, stepMs: [16] }] },
      { name: "tfjs-cpu", reason: "absent: npm install", variant: null, tried: [], runs: [] },
    ],
  },
};
/** Heap and resident memory of 10,000 steps that end at `last`. */
const record = (last: number, steps = 10_000) => ({
  ...{ machine, steps, interval: steps / 4 },
  samples: [0.25, 0.5, 0.75, 1].map((part) => ({
    ...{ step: part * steps, heapMB: part === 1 ? last : 100, residentMB: 100 },
  })),
});

/** Checkpoints of 30 ms a minute; a state of 100 MB that adds 120 MB to the peak. */
const checkpoints = {
  machine,
  byTheMinute: { network: "lenet", minutes: 2, checkpointMs: [20, 40], megabytes: 3 },
  largeState: {
    ...{ stateMB: 100, writtenMB: 125, writeMs: 400 },
    ...{ residentMB: 180, peakBeforeMB: 190, peakAfterMB: 310 },
  },
};

test("goals say what is reached, what is not, what is absent and what was not measured", () => {
  const page: string = markdown({
    bench,
    memory: { lenet: record(101), "mnistfc-bn": record(103) },
    browser: {},
    profiles: {},
    checkpoints,
    gpu: {},
    layers: {},
  });
  expect(page).toContain("| lenet: whole step against pytorch | ≥ 1.50× | 1.60× | yes |");
  expect(page).toContain("| lenet: start-up | ≤ 1,500 ms | 1,600 ms | **no** |");
  expect(page).toContain("| lenet: whole step against tfjs-cpu | ≥ 50× | – | absent |");
  expect(page).toContain("| mnistfc-bn: whole step against pytorch | ≥ 1.80× | – | not measured |");
  expect(page).toContain("steps | ± 2 % | 1.0 % and 0.0 % | yes |");
  expect(page).toContain("steps | ± 2 % | 3.0 % and 0.0 % | **no** |");
  expect(page).toContain("| lenet: time of a checkpoint every minute | < 1 % | 0.05 % | yes |");
  expect(page).toContain("| memory that writing a state of 100 MB adds | < 100 % of it | 120 % | **no** |");
  expect(page).toContain("20.0, 40.0 ms each");
  expect(page).toContain("| tfjs-cpu | absent: npm install | – |");
  expect(page).toContain("Our update takes 1.00 ns per weight, 2.00 ns on one core");
  expect(page).toContain(
    "heap 100.00 → 103.00 MB (+3.00 %), resident memory 100.00 → 100.00 MB (+0.00 %): **not within 2 %**",
  );
  expect(
    markdown({
      bench: {},
      memory: { lenet: record(100, 100) },
      browser: {},
      profiles: {},
      checkpoints: {},
      gpu: {},
      layers: {},
    }),
  ).toContain("| too few steps |");
});

test("a GPU is told with its card, errors against the processor, and parts that failed; or as not measured", () => {
  const page = (gpu: object): string =>
    markdown({ bench: {}, memory: {}, browser: {}, profiles: {}, checkpoints: {}, gpu, layers: {} });
  expect(page({})).toContain("## On a GPU\n\nNot measured.");
  const part = { network: "lenet", batchSize: 128, engine: "ours", startupMs: 700, stepMs: [30] };
  const resident = { copiedBytes: { toDevice: 1.5e6, fromDevice: 5e5 }, residentMs: [1.2] };
  const gpu = {
    ...{
      machine,
      seconds: 1,
      card: { name: "H200", driver: "580", memory: "141 GiB" },
      adapter: { adapter: "Hopper" },
    },
    parts: [
      { ...part, device: "cpu", gradientMs: [20, 22, 24] },
      { ...part, device: "webgpu", gradientMs: [2], stepMs: [3], lossError: 1e-7, gradientError: 2.5e-6, ...resident },
      { ...part, engine: "pytorch", device: "cuda", reason: "gave up after 50 seconds" },
    ],
  };
  expect(page(gpu)).toContain("| lenet | 128 | ours on cpu | 22.0 | 30.0 | 1.00× | – | – | – | – | 700 |");
  expect(page(gpu)).toContain(
    "| lenet | 128 | ours on webgpu | 2.00 | 3.00 | 11× | 1.0e-7 | 2.5e-6 | 1.50 and 0.50 | 1.20 | 700 |",
  );
  expect(page(gpu)).toContain("| lenet | 128 | pytorch on cuda | gave up after 50 seconds | – |");
  expect(page(gpu)).toContain("against ours above | ≥ 20× | – | not measured |");
  const ours = { name: "ours", reason: null, variant: {}, tried: [], runs: [{ ...run, gradientMs: [1000] }] };
  const withCnn = (more: object): string =>
    markdown({
      ...{
        bench: { "all-cnn-bn": { ...bench.lenet, engines: [ours] } },
        memory: {},
        browser: {},
        profiles: {},
        checkpoints: {},
      },
      layers: {},
      gpu: { ...gpu, parts: [{ ...part, network: "all-cnn-bn", device: "webgpu", ...more }] },
    });
  expect(withCnn({ gradientMs: [40, 50, 60] })).toContain("against ours above | ≥ 20× | 20× | yes |");
  expect(withCnn({ gradientMs: [100] })).toContain("against ours above | ≥ 20× | 10× | **no** |");
  expect(withCnn({ reason: "throws" })).toContain("against ours above | ≥ 20× | – | throws |");
  expect(page(gpu)).toContain("H200, driver 580, 141 GiB; WebGPU: Hopper. 2026-01-02; EPYC");
});

test("engines in a browser are told beside our faster one, with goals against the fastest other, and failures", () => {
  const page = (browser: object): string =>
    markdown({ bench: {}, browser, memory: {}, profiles: {}, checkpoints: {}, gpu: {}, layers: {} });
  const goal = (network: string): string => `| ${network} in a browser: whole step against the fastest other engine |`;
  expect(page({})).toContain("## In a browser\n\nNot measured.");
  expect(page({})).toContain(`${goal("lenet")} ≥ 10× | – | not measured |`);
  const times = (stepMs: number) => ({ load: 1, gradientMs: [8], updateMs: [1], startupMs: 900, stepMs: [stepMs] });
  const network = {
    ...{ machine, browser: "Chromium 150", rounds: 1, seconds: 2, numParams: 10 },
    engines: [
      { name: "ours", reason: null, runs: [times(20)] },
      { name: "ours, 1 thread", reason: null, runs: [times(40)] },
      { name: "jax-js", reason: null, runs: [times(180)] },
      { name: "tfjs-wasm", reason: "throws: no kernel", runs: [] },
      { name: "tfjs-cpu", reason: null, runs: [times(2000)] },
    ],
  };
  const told = page({ lenet: network, "mnistfc-bn": network });
  expect(told).toContain("### lenet in a browser");
  expect(told).toContain("| jax-js | 8.00 (8.00–8.00) | 1.00 (1.00–1.00) | 180 (180–180) | 9.00× | 900 (900–900) |");
  expect(told).toContain("| tfjs-wasm | throws: no kernel | – |");
  expect(told).toContain(`${goal("lenet")} ≥ 10× | 9.00× | **no** |`);
  expect(told).toContain(`${goal("mnistfc-bn")} ≥ 1.00× | 9.00× | yes |`);
});

test("a model of TensorFlow.js is told with how many times ours each engine took, and failures", () => {
  const page = (layers: object): string =>
    markdown({ bench: {}, memory: {}, browser: {}, profiles: {}, checkpoints: {}, gpu: {}, layers });
  const goal = "| lenet as a model of TensorFlow.js: whole step against tfjs-cpu | ≥ 100× |";
  expect(page({})).toContain("## A model of TensorFlow.js\n\nNot measured.");
  expect(page({})).toContain(`${goal} – | not measured |`);
  const layers = {
    ...{ machine, batchSize: 128, rounds: 2, seconds: 1 },
    engines: [
      { name: "ours", reason: null, runs: [{ load: 1, loss: 2.5, stepMs: [20, 22, 24] }] },
      { name: "tfjs-cpu", reason: null, runs: [{ load: 1.5, loss: 2.5, stepMs: [2000] }] },
      { name: "tfjs-wasm", reason: "throws: no kernel", runs: [] },
    ],
  };
  expect(page(layers)).toContain("| tfjs-cpu | 2,000 (2,000–2,000) | 91× | 2.50000 |");
  expect(page(layers)).toContain("| tfjs-wasm | throws: no kernel | – | – |");
  expect(page(layers)).toContain(`${goal} 91× | **no** |`);
});

test("recurrent language models are told beside PyTorch, with their goals, or as not measured", () => {
  const page = (lstm: object): string =>
    markdown({ bench: {}, browser: {}, memory: {}, profiles: {}, checkpoints: {}, gpu: {}, layers: {}, lstm });
  expect(page({})).toContain("## Recurrent language models\n\nNot measured");
  expect(page({})).toContain("| char-lstm: loss and gradient against pytorch | ≥ 1.80× | – | not measured |");
  const timed = (gradientMs: number) => ({ load: 1, gradientMs: [gradientMs], compileMs: 150, peakMB: 300 });
  const result = {
    ...{ machine, rounds: 1, seconds: 2, numParams: 10, batchSize: 32, steps: 50, vocabulary: 87 },
    engines: [
      { name: "ours", reason: null, variant: { threads: 2 }, runs: [timed(30)] },
      { name: "pytorch", reason: null, variant: { threads: 1 }, runs: [{ ...timed(60), compileMs: undefined }] },
    ],
  };
  const told = page({ "char-lstm": result });
  expect(told).toContain("| char-lstm: loss and gradient against pytorch | ≥ 1.80× | 2.00× | yes |");
  expect(told).toContain("| char-lstm: compiled | ≤ 200 ms | 150 ms | yes |");
  expect(told).toContain(
    "| char-lstm, 32×50, 87 tokens | pytorch | 60.0 (60.0–60.0) | 2.00× | – | 300 (300–300) | threads 1 |",
  );
});
