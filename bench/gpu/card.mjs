// The graphics card, as its driver and as WebGPU tell of it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { adapterProbe, runEngine } from "../engines.mjs";

/** Where a driver for Vulkan may say that it is; the first is where the loader looks by itself. */
const driverFiles = [null, "/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json", "/etc/vulkan/icd.d/nvidia_icd.json"];

/** Name, driver and memory by `nvidia-smi`; null where it does not answer. */
export function nvidiaCard() {
  const asked = ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"];
  const { status, stdout } = spawnSync("nvidia-smi", asked, { encoding: "utf8", timeout: 20_000 });
  const [name, driver, memory] = status === 0 ? stdout.trim().split("\n")[0].split(/, */) : [];
  return name === undefined ? null : { name, driver, memory };
}

/** The adapter that WebGPU finds and the environment in which it does, or what is missing. */
export function webgpuAdapter(onErrors) {
  let first = null;
  for (const file of driverFiles.filter((path) => path === null || existsSync(path))) {
    const environment = file === null ? {} : { VK_DRIVER_FILES: file };
    const found = { ...runEngine(adapterProbe, {}, {}, { seconds: 30, environment, onErrors }), environment };
    if (found.adapter !== undefined) return found;
    first ??= found;
  }
  return first;
}
