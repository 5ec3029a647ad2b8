import { chooseDevice, type DeviceChoice } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import type { UsedDevice } from "../runs/environment.ts";

/** The device of a choice on this machine. @throws InputError that names what is missing for `webgpu` */
export async function usedDevice(choice: DeviceChoice): Promise<UsedDevice> {
  const device = await chooseDevice(nodePlatform, choice);
  if (device === "cpu") return { device, adapter: null };
  const found = await nodePlatform.webgpu();
  return { device, adapter: "adapter" in found ? found.adapter : null };
}
