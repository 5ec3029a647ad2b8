import { describe, test } from "vitest";
import { cases } from "../cases.ts";
import { checkLowering } from "../checks.ts";
import { hasDevice, testDevice } from "./softwareDevice.ts";

testDevice();

describe.skipIf(!hasDevice).each(Object.entries(cases))("%s on WebGPU", (_, samples) => {
  test("gives the interpreter's value, gradient and Hessian-vector product", async () => {
    await checkLowering(samples, 2, "webgpu");
  });
});
