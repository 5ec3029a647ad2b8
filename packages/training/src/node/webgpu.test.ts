import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/temporaryFolder.ts";
import { cardNames } from "./cardNames.ts";
import { type VulkanFacts, vulkanFacts } from "./vulkanFacts.ts";
import { adapterOf, whyMissing } from "./webgpu.ts";

const system = temporaryFolders();

test("Vulkan's loader, drivers and cards are found where systems have them, or where variables say", () => {
  const root = system({
    "usr/lib64/libvulkan.so.1": "",
    "usr/share/vulkan/icd.d/lvp_icd.json": "{}",
    "usr/share/vulkan/icd.d/README": "",
    "dev/nvidia0": "",
    "dev/nvidiactl": "",
    "dev/dri/renderD128": "",
    "own/libvulkan.so.1": "",
  });
  const at = (path: string): string => join(root, path);
  expect(vulkanFacts(root, {}, "linux")).toEqual({
    loader: at("usr/lib64/libvulkan.so.1"),
    drivers: [at("usr/share/vulkan/icd.d/lvp_icd.json")],
    cards: [at("dev/nvidia0"), at("dev/dri/renderD128")],
  });
  const named = vulkanFacts(root, { VK_DRIVER_FILES: "/a.json:/b.json", LD_LIBRARY_PATH: at("own") }, "linux");
  expect(named).toMatchObject({ loader: at("own/libvulkan.so.1"), drivers: ["/a.json", "/b.json"] });
  expect(vulkanFacts(system({}), {}, "linux")).toEqual({ loader: null, drivers: [], cards: [] });
  expect(vulkanFacts(root, {}, "darwin")).toBeNull();
});

test("cards have the names that NVIDIA's driver and the bus tell", () => {
  const drm = "sys/class/drm/renderD128/device";
  const nvidia = { "proc/driver/nvidia/gpus/0000:19:00.0/information": "Model: \t\t NVIDIA H200\nIRQ: 5\n" };
  const bus = { [`${drm}/vendor`]: "0x10de\n", [`${drm}/device`]: "0x2335\n" };
  expect(cardNames(system({ ...nvidia, ...bus }))).toEqual(["NVIDIA H200"]);
  expect(cardNames(system(bus))).toEqual(["NVIDIA 0x2335"]);
  expect(cardNames(system({ [`${drm}/vendor`]: "0x1002\n", [`${drm}/device`]: "0x744c\n" }))).toEqual(["AMD 0x744c"]);
  expect(cardNames(system({ [`${drm}/vendor`]: "0x1af4\n" }))).toEqual([]);
  expect(cardNames(system({}))).toEqual([]);
});

const file = join(system({ "nvidia_icd.json": "{}" }), "nvidia_icd.json");
const facts: VulkanFacts = { loader: "/usr/lib/libvulkan.so.1", drivers: [file], cards: ["/dev/nvidia0"] };

test("an adapter is named by the cards; one that computes on the processor is told apart", () => {
  expect(adapterOf(facts, ["NVIDIA H200"])).toEqual({ adapter: "NVIDIA H200" });
  expect(adapterOf(facts, ["NVIDIA H200", "Intel 0x4680"])).toEqual({ adapter: "NVIDIA H200 or Intel 0x4680" });
  expect(adapterOf(facts, [])).toEqual({ adapter: "a graphics card without a name" });
  expect(adapterOf(null, [])).toEqual({ adapter: "the system's graphics processor" });
  const software = { adapter: "a driver in software (vk_swiftshader_icd.json)", software: true };
  const swiftShader = ["/usr/lib/chromium/vk_swiftshader_icd.json"];
  expect(adapterOf({ ...facts, drivers: swiftShader }, ["NVIDIA H200"])).toEqual(software);
  expect(adapterOf({ ...facts, drivers: swiftShader, cards: [] }, [])).toEqual(software);
});

test("what is missing is said by its name, with what installs it", () => {
  const none = new Error("webgpu_context.cc:136 Failed to get a WebGPU adapter: No supported adapters");
  const why = (change: Partial<VulkanFacts>): string => whyMissing(none, { ...facts, ...change });
  expect(why({ loader: null })).toMatch(/libvulkan\.so\.1, is not installed.*apt-get install libvulkan1/);
  expect(why({ drivers: [], cards: [] })).toMatch(/no driver for Vulkan.*mesa-vulkan-drivers/);
  expect(why({ drivers: ["/absent/icd.json"] })).toBe("VK_DRIVER_FILES names /absent/icd.json, which is not there");
  expect(why({ cards: [] })).toMatch(/drivers for Vulkan \(nvidia_icd\.json\) have no graphics card.*\/dev\/nvidia/);
  expect(why({})).toBe("the drivers for Vulkan (nvidia_icd.json) give no adapter for /dev/nvidia0");
  expect(whyMissing(none, null)).toContain("Metal or Direct3D 12");
  expect(whyMissing(new Error("device lost\nat somewhere"), facts)).toBe("device lost");
});
