/** The pages of the tests, bundled by esbuild from the sources and served on this machine. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { entries, root } from "../../workspace.ts";
import { type Site, serve } from "../serve.ts";
import type { Digits } from "./trace.ts";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const strict = "default-src 'self'; script-src 'self'";

/** The headers of each kind of page, by the path where it is. */
const pageHeaders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/": {},
  "/isolated": isolation,
  "/no-blobs": { "Content-Security-Policy": `${strict} 'wasm-unsafe-eval'` },
  "/no-wasm": { "Content-Security-Policy": strict },
};

/** The address of ONNX Runtime's files on the site, of a page that stands in for each, and of none. */
export const ortPaths = { there: "/ort/", replaced: "/replaced/", missing: "/nowhere/" } as const;

const ort = join(dirname(createRequire(import.meta.url).resolve("onnxruntime-web")));

/** Scripts for browsers made of `files`, which may import the packages; by path. */
async function bundled(files: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    ...{ entryPoints: [...files], bundle: true, format: "esm", splitting: true, platform: "browser", target: "es2022" },
    ...{ write: false, outdir: "/", absWorkingDir: root, logLevel: "error", minify: true },
    alias: Object.fromEntries(entries.map(({ specifier, source }) => [specifier, join(root, source)])),
  });
  return new Map(outputFiles.map(({ path, contents }) => [path, contents]));
}

/** Serves the pages of this folder, the digits and ONNX Runtime's files. */
export async function testSite({ pixels, labels }: Digits): Promise<Site> {
  const scripts = await bundled(["page", "worker"].map((name) => join(import.meta.dirname, `${name}.ts`)));
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`;
  // Worker scripts of an isolated page must ask for its embedder policy too.
  const embeddable = { "Cross-Origin-Embedder-Policy": "require-corp" };
  return serve((path) => {
    const headers = pageHeaders[path];
    if (headers !== undefined) return { body: page, headers: { ...headers, "Content-Type": "text/html" } };
    if (path === "/digits.bin") return { body: Buffer.concat([pixels, labels]) };
    if (path.startsWith(ortPaths.there)) return { body: readFileSync(join(ort, path.slice(5))), headers: embeddable };
    if (path.startsWith(ortPaths.replaced)) return { body: page, headers: { "Content-Type": "text/html" } };
    const script = scripts.get(path);
    return script === undefined ? null : { body: script, headers: embeddable };
  });
}
