/** Programs copied from the playground, run. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.ts";
import { run } from "./consumer.ts";

/** What a program prints, run as a reader would who has the packages installed. */
export function printedByCopy(program: string): string {
  const all = join(root, "node_modules/.cache/playground");
  mkdirSync(all, { recursive: true });
  const folder = mkdtempSync(join(all, "copied-"));
  try {
    const file = join(folder, "copied.ts");
    writeFileSync(file, program);
    return run("npx", ["tsx", file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
