/** Names of the graphics cards of a Linux machine, as drivers and the PCI bus tell them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Numbers of makers on the PCI bus. */
const makers: Readonly<Record<string, string>> = { "0x1002": "AMD", "0x8086": "Intel", "0x10de": "NVIDIA" };

/** NVIDIA's by the driver's full name, others by maker and number, such as `AMD 0x744c`. @param root - where the system's own folders are */
export function cardNames(root = "/"): string[] {
  const driver = join(root, "proc/driver/nvidia/gpus");
  const nvidia = entriesOf(driver).map(
    (card) => /^Model:\s*(.*\S)/m.exec(textOf(join(driver, card, "information")))?.[1],
  );
  const named = nvidia.filter((name) => name !== undefined);
  const drm = join(root, "sys/class/drm");
  const others = entriesOf(drm)
    .filter((name) => name.startsWith("renderD"))
    .map(
      (name) => [makerOf(join(drm, name, "device/vendor")), textOf(join(drm, name, "device/device")).trim()] as const,
    )
    .filter(([maker]) => maker !== undefined && !(maker === "NVIDIA" && named.length > 0))
    .map(([maker, number]) => `${maker} ${number}`.trim());
  return [...named, ...others];
}

const makerOf = (file: string): string | undefined => makers[textOf(file).trim()];

const entriesOf = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
