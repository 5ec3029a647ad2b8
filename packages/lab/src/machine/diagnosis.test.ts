import { describe, expect, test } from "vitest";
import { committedSpeed } from "./committedSpeed.ts";
import { diagnosed } from "./diagnosis.ts";
import type { MachineFacts } from "./facts.ts";
import type { Speed } from "./speed.ts";
import { doctorText } from "./words.ts";

const gibibyte = 2 ** 30;

/** A machine of which nothing is to be said. */
const good: MachineFacts = {
  ...{ node: "v20.20.2", platform: "linux x64", processor: "EPYC", cores: 4, usableCores: 4, quota: null, load: 0.1 },
  ...{ instructionSets: ["avx2", "fma"], simdKernels: true, threads: 4, noiseAhead: true, telemetryVariable: null },
  memory: { total: 16 * gibibyte, available: 8 * gibibyte, limit: null },
  runtime: { version: "1.30.0", providers: ["cpu", "webgpu"] },
  gpu: null,
  vulkan: null,
};
const speed: Speed = { ...committedSpeed, productGflops: { cpu: 80 }, gpuFailure: null };
const vulkan = {
  loader: "/usr/lib/libvulkan.so.1",
  drivers: ["/etc/vulkan/icd.d/nvidia_icd.json"],
  cards: ["/dev/nvidia0"],
};
const missing = { missing: "no adapter" };
const adapter = { adapter: "NVIDIA H200" };

test("nothing is said of a machine that has everything", () => {
  expect(diagnosed(good, speed)).toEqual([]);
  expect(diagnosed({ ...good, quota: 4, instructionSets: null, load: null, telemetryVariable: "1" }, speed)).toEqual(
    [],
  );
});

describe("each fault is told with what helps", () => {
  const cases: [string, Partial<MachineFacts>, Partial<Speed> | null, string, RegExp][] = [
    [
      "no runtime",
      { runtime: { missing: "libstdc++ is missing" } },
      null,
      "broken",
      /^libstdc\+\+ is missing .*ONNX Runtime/,
    ],
    ["affinity", { usableCores: 3 }, {}, "wrong", /may use 3 of the machine's 4 cores.*taskset/],
    ["quota", { quota: 2.5 }, {}, "wrong", /time of 2\.5 cores, but sees 4.*--threads 2\b/],
    ["quota below one", { quota: 0.5 }, {}, "wrong", /time of 0\.5 cores.*--threads 1\b/],
    [
      "memory",
      { memory: { total: 4, available: gibibyte / 2, limit: 2 * gibibyte } },
      {},
      "wrong",
      /^0\.50 GiB .* limit of 2\.0 GiB.*batchSize/,
    ],
    ["telemetry", { telemetryVariable: "0" }, {}, "wrong", /ORT_DISABLE_TELEMETRY is "0".*telemetry.*Unset/],
    ["no SIMD", { simdKernels: false }, {}, "wrong", /plain JavaScript.*--jitless/],
    ["load", { load: 3 }, {}, "wrong", /want 3\.0 cores of 4 .*fewer --threads/],
    ["slow", {}, { gradientMs: 2.1 * committedSpeed.gradientMs }, "wrong", /at 0\.48 of the speed/],
    ["no GPU", { gpu: missing, vulkan }, {}, "faster", /used: no adapter\..*docs\/gpu\.md.*--gpus all/],
    [
      "a GPU of software",
      { gpu: { adapter: "a driver in software (lvp_icd.json)", software: true } },
      { productGflops: { cpu: 80, webgpu: 0.2 } },
      "faster",
      /finds a driver in software \(lvp_icd\.json\) alone.*docs\/gpu\.md/,
    ],
    ["a GPU", { gpu: adapter }, null, "faster", /NVIDIA H200.*--device webgpu/],
    [
      "a fast GPU",
      { gpu: adapter },
      { productGflops: { cpu: 80, webgpu: 8000 } },
      "faster",
      /\(NVIDIA H200\) multiplies matrices 100 times as fast.*--device webgpu/,
    ],
    [
      "a slow GPU",
      { gpu: adapter },
      { productGflops: { cpu: 80, webgpu: 8 } },
      "wrong",
      /at 0\.10 of the processor's speed.*--device cpu/,
    ],
    ["a failing GPU", { gpu: adapter }, { gpuFailure: "device lost" }, "wrong", /fails: device lost.*--device cpu/],
    ["old vectors", { instructionSets: ["avx"] }, {}, "faster", /AVX2 or FMA/],
    ["one core", { cores: 1, usableCores: 1 }, {}, "faster", /one core/],
  ];
  test.each(cases)("%s", (_, facts, measured, kind, words) => {
    const remarks = diagnosed({ ...good, ...facts }, measured === null ? null : { ...speed, ...measured });
    expect(remarks.map(({ what, help }) => `${what} ${help}`)).toEqual([expect.stringMatching(words)]);
    expect(remarks[0]!.kind).toBe(kind);
  });
});

test("a slow gradient is measured against as many cores as there are", () => {
  const half = { ...speed, gradientMs: 1.9 * committedSpeed.gradientMs };
  expect(diagnosed({ ...good, quota: 1, usableCores: 1, cores: 1 }, half).map(({ what }) => what)).toEqual([
    expect.stringContaining("There is one core"),
  ]);
});

test("the text has what is there, the speed beside the committed one, and the gravest remark first", () => {
  const facts = { ...good, gpu: missing, vulkan, telemetryVariable: "0", quota: 2 };
  const text = doctorText(facts, { ...speed, gradientMs: 10 }, diagnosed(facts, speed));
  expect(text).toMatch(/^ {2}cores +4, 4 usable, the time of 2 allowed; load 0\.10$/m);
  expect(text).toMatch(/^ {2}memory +16\.0 GiB, 8\.00 GiB available$/m);
  expect(text).toMatch(/^ {2}ONNX Runtime +1\.30\.0, with cpu, webgpu$/m);
  expect(text).toMatch(
    /^ {2}LeNet's gradient +10\.0 ms, 100 per second; 1\.51 of the committed speed \(15\.1 ms on 2 cores/m,
  );
  expect(text).not.toContain("Broken");
  expect(text.indexOf("\nWrong\n")).toBeLessThan(text.indexOf("\nWhat would make it faster\n"));
  const broken = { ...good, runtime: { missing: "no library" } };
  expect(doctorText(broken, null, diagnosed(broken, null))).toMatch(
    /Broken\n {2}- no library [\s\S]*Wrong\n {2}nothing was found/,
  );
});
