/** The vector instructions of the processor. */
import { existsSync, readFileSync } from "node:fs";

/** Those that matrix products and kernels gain from, by the names that Linux gives them. */
const ofInterest = [
  "sse4_1",
  "avx",
  "avx2",
  "fma",
  "f16c",
  "avx512f",
  "avx512bw",
  "avx512_bf16",
  "amx_tile",
  "asimd",
  "sve",
];

/** What Linux lists of them; null on other systems. @param file - the system's list */
export function instructionSets(file = "/proc/cpuinfo"): string[] | null {
  if (!existsSync(file)) return null;
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync(file, "utf8"))?.[1];
  if (line === undefined) return null;
  const flags = new Set(line.split(/\s+/));
  return ofInterest.filter((name) => flags.has(name));
}
