import { createHash } from "node:crypto";
import { keyButSeed } from "../runs/groupRuns.ts";
import type { RunContent } from "../runs/storedRun.ts";

/** A short text that is equal for runs that differ in the seed alone. */
export function groupKey(content: RunContent): string {
  return createHash("sha256").update(keyButSeed(content)).digest("base64url").slice(0, 12);
}
