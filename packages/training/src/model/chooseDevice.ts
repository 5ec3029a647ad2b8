import type { Device } from "onnx-grad";
import { InputError } from "../inputError.ts";
import type { Platform } from "./platform.ts";

/** A device, or `auto`: the graphics processor where there is one that is not of software, else the processor. */
export type DeviceChoice = Device | "auto";

/**
 * The device of a choice on a platform.
 *
 * @throws InputError that names what is missing for `webgpu`, or for a name that is no device
 */
export async function chooseDevice(platform: Platform, choice: DeviceChoice = "cpu"): Promise<Device> {
  if (choice === "cpu") return choice;
  if (choice !== "webgpu" && choice !== "auto") {
    throw new InputError({ name: "device", rule: "must be cpu, webgpu or auto", value: choice });
  }
  const found = await platform.webgpu();
  if (!("missing" in found)) return choice === "auto" && found.software === true ? "cpu" : "webgpu";
  if (choice === "auto") return "cpu";
  throw new InputError({ name: "device", rule: `webgpu cannot be used here: ${found.missing}`, value: choice });
}
