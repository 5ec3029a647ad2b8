/** The project's own source files, for the tests that read them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every source file of a folder by its path from the root, sorted, without tests where `tests` is false. */
export function sourceFiles(folder: string, { tests }: { tests: boolean }): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name) && !/node_modules|dist/.test(entry.parentPath),
    )
    .filter((entry) => tests || !/\.test(-d)?\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** The text of a file at its path from the root. */
export function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Files made by tools, not written by hand. */
export const generated = /(kernelModule|pageScript)\.ts$/;
