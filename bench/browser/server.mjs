// The page's bundle, and its server: cross-origin isolated, with the work of one network at a time.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const require = createRequire(import.meta.url);
const jax = fileURLToPath(new URL("../peers/node_modules/@jax-js/jax/dist/index.js", import.meta.url));

/** Why jax-js cannot be measured; null where it can. */
export const jaxAbsent = existsSync(jax) ? null : "absent: npm install --prefix bench/peers";

/** What a server of the page answers beside the bundle. */
function files(folderOf) {
  const tfjs = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"].map((name) => dirname(require.resolve(name)));
  const roots = { work: () => [folderOf()], tfjs: () => tfjs };
  const types = { json: "application/json", js: "text/javascript", wasm: "application/wasm" };
  return {
    name: "work",
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use((request, response, next) => {
        const [, root, file] = /^\/(work|tfjs)\/([\w.-]+)$/.exec(request.url ?? "") ?? [];
        const path =
          root &&
          roots[root]()
            .map((folder) => join(folder, file))
            .find(existsSync);
        if (!path) return next();
        response.setHeader("Content-Type", types[file.split(".").at(-1)] ?? "application/octet-stream");
        response.end(readFileSync(path));
      });
    },
  };
}

/** Bundles and serves the page; `folderOf` gives the folder with the work at the moment. Close it in the end. */
export async function serve(folderOf) {
  const outDir = mkdtempSync(join(tmpdir(), "bench-page-"));
  const config = /** @type {import("vite").InlineConfig} */ ({
    configFile: false,
    root: here,
    logLevel: "error",
    resolve: { alias: jaxAbsent === null ? { "@jax-js/jax": jax } : {} },
    worker: { format: "es", rollupOptions: { external: jaxAbsent === null ? [] : ["@jax-js/jax"] } },
    build: { outDir, emptyOutDir: true, target: "es2022" },
    plugins: [files(folderOf)],
    preview: {
      ...{ host: "127.0.0.1", port: 0 },
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
    },
  });
  await build(config);
  const server = await preview(config);
  return {
    address: /** @type {any} */ (server.resolvedUrls).local[0],
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
