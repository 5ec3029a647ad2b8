import { describe, test } from "vitest";
import { cases } from "../cases.ts";
import { checkLowering } from "../checks.ts";
import { hasDevice, testDevice } from "./softwareDevice.ts";

testDevice();

/** Samples of each primitive; the shaders of convolutions take a second each to compile, and forms.test.ts has more of them. */
const numSamples = (name: string): number => (name.startsWith("conv2d") ? 1 : 2);

/** Loops have no form there: they are refused by name, as every operation without one. */
const onDevice = Object.entries(cases).filter(([name]) => name !== "scan");

describe.skipIf(!hasDevice).each(onDevice)("%s on WebGPU", (name, samples) => {
  test("gives the interpreter's value, gradient and Hessian-vector product", async () => {
    await checkLowering(samples, numSamples(name), "webgpu");
  });
});
