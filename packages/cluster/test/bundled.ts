/** Programs of tests as one file, made of the sources. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";
import { entries, root } from "../../../tools/workspace.ts";

const folder = join(root, "node_modules/.cache/programs");
const made = new Map<string, string>();

/**
 * The file of a program for Node, which is made once in each process. Processes that compile what they import take half a second of a
 * processor each, and tests start many.
 */
export function bundled(program: string): string {
  const file = made.get(program) ?? bundle(program);
  made.set(program, file);
  return file;
}

function bundle(program: string): string {
  const { outputFiles } = buildSync({
    ...{ entryPoints: [program], write: false, bundle: true, platform: "node", format: "esm" },
    alias: Object.fromEntries(entries.map(({ specifier, source }) => [specifier, join(root, source)])),
    // The client of NATS is CommonJS.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const file = join(folder, `${basename(program, ".ts")}.mjs`);
  mkdirSync(folder, { recursive: true });
  // Whole at once: another process may be starting it.
  writeFileSync(`${file}.${process.pid}`, outputFiles[0]!.contents);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}
