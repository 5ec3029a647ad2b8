import { expect, test } from "vitest";
import { chooseDevice, type DeviceChoice } from "./chooseDevice.ts";
import type { Platform, WebGpu } from "./platform.ts";

const withGpu = (found: WebGpu): Platform => ({
  loadRuntime: () => Promise.reject(new Error("not needed")),
  webgpu: () => Promise.resolve(found),
  spawnWorker: null,
  cores: 1,
  inPlace: false,
});
const one = withGpu({ adapter: "a card" });
const software = withGpu({ adapter: "a driver in software", software: true });
const none = withGpu({ missing: "no driver" });

test("a choice is the device that is there", async () => {
  expect(await Promise.all([chooseDevice(one), chooseDevice(one, "webgpu"), chooseDevice(one, "auto")])).toEqual([
    "cpu",
    "webgpu",
    "webgpu",
  ]);
  expect(await Promise.all([chooseDevice(software, "webgpu"), chooseDevice(software, "auto")])).toEqual([
    "webgpu",
    "cpu",
  ]);
  expect(await Promise.all([chooseDevice(none, "cpu"), chooseDevice(none, "auto")])).toEqual(["cpu", "cpu"]);
});

test("a device that is not there and a name that is none are refused with the reason", async () => {
  await expect(chooseDevice(none, "webgpu")).rejects.toThrow("device: webgpu cannot be used here: no driver");
  await expect(chooseDevice(one, "gpu" as DeviceChoice)).rejects.toThrow("device: must be cpu, webgpu or auto");
});
