/**
 * A graphics processor in software: SwiftShader, the Vulkan driver of Debian's package chromium, found by libvulkan1.
 *
 * Import this before the first session is created: the loader reads the environment then.
 */
import { existsSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { test } from "vitest";
import * as g from "../../src/index.ts";

const driver = process.env.VK_DRIVER_FILES ?? "/usr/lib/chromium/vk_swiftshader_icd.json";
process.env.VK_DRIVER_FILES = driver;

async function whatIsMissing(): Promise<string | undefined> {
  if (!existsSync(driver)) return `there is no ${driver}`;
  try {
    const program = await g.compile({ sum: g.add(g.input("x", [1]), g.constant(1)) }, { ort, device: "webgpu" });
    await program.close();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const missing = await whatIsMissing();

/** Whether there is a device; without one its tests are skipped, which CI does not allow. */
export const hasDevice = missing === undefined;

/** A test that says so. */
export function testDevice(): void {
  test("a graphics processor in software is here: Debian's packages chromium and libvulkan1", () => {
    if (missing === undefined) return;
    const message = `nothing is tested on WebGPU, ${missing}: apt-get install chromium libvulkan1`;
    if (process.env.CI) throw new Error(message);
    console.warn(message);
  });
}
