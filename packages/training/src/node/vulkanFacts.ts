/** What ONNX Runtime needs to reach a graphics processor on Linux: Vulkan's loader and a driver. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What of it is there. */
export interface VulkanFacts {
  /** Where the loader libvulkan.so.1 is; null where it is not found. */
  readonly loader: string | null;
  /** The files by which drivers make themselves known. */
  readonly drivers: readonly string[];
  /** Device files of graphics cards. */
  readonly cards: readonly string[];
}

const libraryFolders = [
  "usr/lib/x86_64-linux-gnu",
  "usr/lib/aarch64-linux-gnu",
  "usr/lib64",
  "usr/lib",
  "usr/local/lib",
];
const driverFolders = ["etc/vulkan/icd.d", "usr/share/vulkan/icd.d", "usr/local/share/vulkan/icd.d"];

/** Looks for it; null on other systems. @param root - where the system's own folders are */
export function vulkanFacts(
  root = "/",
  { VK_DRIVER_FILES, LD_LIBRARY_PATH }: Readonly<Record<string, string | undefined>> = process.env,
  system: string = process.platform,
): VulkanFacts | null {
  if (system !== "linux") return null;
  const places = [...listed(LD_LIBRARY_PATH), ...libraryFolders.map((folder) => join(root, folder))];
  const loader = places.map((folder) => join(folder, "libvulkan.so.1")).find((file) => existsSync(file)) ?? null;
  const drivers =
    VK_DRIVER_FILES === undefined
      ? driverFolders.flatMap((folder) => filesIn(join(root, folder), /\.json$/))
      : listed(VK_DRIVER_FILES);
  const cards = [...filesIn(join(root, "dev"), /^nvidia\d+$/), ...filesIn(join(root, "dev/dri"), /^render/)];
  return { loader, drivers, cards };
}

const listed = (paths: string | undefined): string[] => (paths ?? "").split(":").filter((path) => path !== "");

function filesIn(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => name.test(file))
    .sort()
    .map((file) => join(folder, file));
}
