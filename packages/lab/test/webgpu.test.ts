/** Commands on a graphics processor, here one in software. */
import { describe, expect, test } from "vitest";
import { hasDevice, testDevice } from "../../onnx-grad/test/webgpu/softwareDevice.ts";
import { readRun } from "../src/runs/readRun.ts";
import { freshOut, run, trainArgs } from "./commandRunner.ts";

testDevice();

/** What a command prints, read as JSON. */
async function printed(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run([...args, "--json"]);
  expect([code, stderr.replace(/^(?!error).*\n?/gm, "")]).toEqual([0, ""]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

interface Evaluated {
  readonly loss: { readonly value: number };
}

interface Slice {
  readonly line: readonly { readonly loss: number }[];
  readonly surface: Slice["line"];
}

describe.skipIf(!hasDevice)("on a graphics processor", () => {
  const out = freshOut();

  test("a network trains, and its run says so", async () => {
    await printed(...trainArgs(out, "--budget", "0.2", "--device", "webgpu", "--set", "innerSteps=2"));
    const { environment, settings, result } = readRun(out);
    expect(settings.device).toBe("webgpu");
    expect(environment).toMatchObject({ device: "webgpu", provider: "WebGpuExecutionProvider" });
    expect(environment.adapter).toContain("software");
    expect(result!.reason).toBe("budget");
  });

  test("evaluate and a measurement give the processor's numbers", async () => {
    const [cpu, gpu] = (await Promise.all(
      ["cpu", "webgpu"].map((device) => printed("evaluate", out, "--device", device)),
    )) as [Evaluated, Evaluated];
    expect(gpu).toEqual({ ...cpu, loss: expect.anything() });
    // A mean over 200 examples, each right to a few roundings of 6e-8.
    expect(Math.abs(gpu.loss.value / cpu.loss.value - 1)).toBeLessThan(1e-6);
    const few = ["--points", "2", "--grid", "2", "--examples", "50", "--out"];
    const slice = (device: string) => printed("slice", out, "--device", device, ...few, freshOut()) as Promise<Slice>;
    const [there, here] = [await slice("cpu"), await slice("webgpu")];
    expect(here).toEqual({ ...there, line: expect.anything(), surface: expect.anything() });
    const losses = ({ line, surface }: Slice): number[] => [...line, ...surface].map(({ loss }) => loss);
    for (const [i, loss] of losses(here).entries()) expect(Math.abs(loss / losses(there)[i]! - 1)).toBeLessThan(1e-6);
  });

  test("auto does not choose a driver in software", async () => {
    const other = freshOut();
    await printed(...trainArgs(other, "--budget", "0.2", "--device", "auto", "--set", "innerSteps=2"));
    expect(readRun(other).environment).toMatchObject({ device: "cpu", adapter: null });
  });
});
