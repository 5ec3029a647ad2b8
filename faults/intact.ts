/** A second opinion on checkpoints, which shares no code with the program that is tested. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkpointsOf } from "./workload.ts";

/** Whether every byte of a checkpoint is what its checksums say. */
export function isIntact(path: string): boolean {
  try {
    const text = readFileSync(join(path, "state.json"), "utf8");
    const match = /^\{"sha256":"([0-9a-f]{64})","content":(.*)\}\n$/s.exec(text);
    if (match === null || hashOf(match[2]!) !== match[1]) return false;
    const { files } = JSON.parse(match[2]!) as { files: Record<string, { bytes: number; sha256: string }> };
    return Object.entries(files).every(([name, { bytes, sha256 }]) => {
      const content = readFileSync(join(path, name));
      return content.length === bytes && hashOf(content) === sha256;
    });
  } catch {
    return false;
  }
}

/** The newest intact checkpoint of a run, and the newer ones that are damaged. */
export function expectedResume(run: string): { readonly name: string | null; readonly damaged: readonly string[] } {
  const names = checkpointsOf(run).reverse();
  const at = names.findIndex((name) => isIntact(join(run, "checkpoints", name)));
  return at < 0 ? { name: null, damaged: names } : { name: names[at]!, damaged: names.slice(0, at) };
}

function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
