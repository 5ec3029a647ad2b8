/** The adapter for TensorFlow.js as a page has it: bundled and minified, in Chromium. */
import { copyFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../workspace.ts";
import { newFolder } from "./consumer.ts";
import { inChromium } from "./inChromium.ts";
import { use } from "./uses/entropy-sgd.tfjs.ts";

test("TensorFlow.js trains, saves and loads in Chromium, bundled and minified by esbuild, as in Node", async () => {
  const folder = newFolder();
  const wasmFiles = join(root, "node_modules/@tensorflow/tfjs-backend-wasm/dist/");
  const page = `import { use } from ${JSON.stringify(join(root, "tools/packages/uses/entropy-sgd.tfjs.ts"))};
    const result = await use("/").then(JSON.stringify, String);
    await fetch("/result", { method: "POST", body: result });`;
  try {
    await build({
      ...{ stdin: { contents: page, resolveDir: root }, bundle: true, minify: true, format: "esm", logLevel: "error" },
      ...{ outfile: join(folder, "page.js"), platform: "browser", target: "es2022" },
    });
    for (const file of readdirSync(wasmFiles).filter((name) => name.endsWith(".wasm"))) {
      copyFileSync(join(wasmFiles, file), join(folder, file));
    }
    writeFileSync(join(folder, "index.html"), `<!doctype html><script type="module" src="./page.js"></script>`);
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    expect(JSON.parse(await inChromium(folder, policy))).toEqual(await use(wasmFiles));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
