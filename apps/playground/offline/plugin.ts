/** Adds the service worker to the built site, with the list of the site's files. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Plugin, transformWithOxc } from "vite";
import { headersOf } from "../headers.ts";

const source = join(dirname(fileURLToPath(import.meta.url)), "serviceWorker.ts");

export const offline: Plugin = {
  name: "offline",
  apply: "build",
  generateBundle: {
    order: "post",
    async handler(_, bundle) {
      const files = Object.values(bundle).map((file) => ({
        name: file.fileName,
        content: file.type === "chunk" ? file.code : file.source,
      }));
      // Kept from one build to the next, so their names must tell their content, as those of assets do.
      const isLarge = ({ name }: { name: string }): boolean => /^assets\/.*\.(wasm|bin)$/.test(name);
      const pageFiles = files.filter((file) => !isLarge(file)).map(({ name }) => (name === "index.html" ? "./" : name));
      const built = {
        version: hashOf(files),
        pageFiles: pageFiles.sort(),
        largeFiles: files
          .filter(isLarge)
          .map(({ name }) => name)
          .sort(),
        headers: headersOf("index.html"),
        policies: policiesOf(files),
      };
      const { code } = await transformWithOxc(readFileSync(source, "utf8"), source, { target: "es2022" });
      this.emitFile({
        type: "asset",
        fileName: "offline.js",
        source: `(() => {\nconst built = ${JSON.stringify(built)};\n${code.replace(/^export \{\};?$/m, "")}\n})();\n`,
      });
    },
  },
};

/** The content security policies of the files that have another than the first page. */
function policiesOf(files: readonly { readonly name: string }[]): Record<string, string> {
  const policyOf = (name: string): string => headersOf(name)["Content-Security-Policy"]!;
  const others = files.filter(({ name }) => policyOf(name) !== policyOf("index.html"));
  return Object.fromEntries(others.map(({ name }) => [name, policyOf(name)]));
}

function hashOf(files: readonly { readonly name: string; readonly content: string | Uint8Array }[]): string {
  const hash = createHash("sha256");
  for (const { name, content } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}
