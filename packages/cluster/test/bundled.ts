/** Programs of tests as one file, made of the sources. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";
import { entries, root } from "../../../tools/workspace.ts";

const made = new Map<string, string>();
let folder: string | undefined;

/**
 * The file of a program for Node, which is made once. Processes that compile what they import take half a second of a processor each, and tests
 * start many.
 */
export function bundled(program: string): string {
  const file = made.get(program) ?? bundle(program);
  made.set(program, file);
  return file;
}

function bundle(program: string): string {
  if (folder === undefined) {
    const own = mkdtempSync(join(tmpdir(), "programs-"));
    process.once("exit", () => rmSync(own, { recursive: true }));
    folder = own;
  }
  const outfile = join(folder, `${basename(program, ".ts")}.mjs`);
  buildSync({
    ...{ entryPoints: [program], outfile, bundle: true, platform: "node", format: "esm" },
    alias: Object.fromEntries(entries.map(({ specifier, source }) => [specifier, join(root, source)])),
    // The client of NATS is CommonJS.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return outfile;
}
