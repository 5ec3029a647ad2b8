/** `virtual:findings`: the committed results, read when the page is built, so that the page cannot differ from them. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { readFindings } from "./readFindings.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const name = "virtual:findings";

/** Makes the module. */
export const committedFindings: Plugin = {
  name: "committed-findings",
  resolveId: (id) => (id === name ? `\0${name}` : null),
  load: (id) => (id === `\0${name}` ? `export const findings = ${JSON.stringify(readFindings(root))};` : null),
};
