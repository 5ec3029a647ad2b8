/** The packages in bundles for browsers: nothing of Node in them, and a bundler that finds ONNX Runtime's file by itself. */
import { rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build } from "vite";
import { expect, test } from "vitest";
import { entries, root } from "../workspace.ts";
import { newFolder } from "./consumer.ts";
import { inChromium } from "./inChromium.ts";

/** Entries that need Node say so in their names; the workbench is Node's. */
const forBrowsers = entries.filter(({ specifier }) => !/\/node$|^entropy-sgd-lab/.test(specifier));

test.each(forBrowsers)("$specifier bundled for browsers has nothing of Node", async ({ source }) => {
  const { metafile, outputFiles } = await esbuild({
    ...{ entryPoints: [join(root, source)], bundle: true, format: "esm", platform: "browser", write: false },
    ...{ metafile: true, outdir: "/", splitting: true, logLevel: "error" },
    alias: Object.fromEntries(entries.map((entry) => [entry.specifier, join(root, entry.source)])),
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  expect(imports.filter(({ external }) => external)).toEqual([]);
  expect(Object.keys(metafile.inputs).filter((file) => /^node:|\/src\/node/.test(file))).toEqual([]);
  const named = new RegExp(`(from|require\\(|import\\()\\s*["'](node:[^"']*|${builtinModules.join("|")})["']`);
  for (const { text } of outputFiles) expect(named.exec(text)?.[0]).toBeUndefined();
});

test("vite puts ONNX Runtime's file where it is looked for, and a policy without code of texts allows all", async () => {
  const folder = newFolder();
  try {
    const page = `import { compileNetwork, networks } from "entropy-sgd-training";
      import { webPlatform } from "entropy-sgd-training/web";
      const train = async () => {
        const model = await compileNetwork(networks["mlp-49-16-10"], { platform: webPlatform(), batchSize: 4 });
        return model.lossAndGradient(new Float32Array(model.numParams), new Float32Array(model.numParams));
      };
      await fetch("/result", { method: "POST", body: await train().catch(String) });`;
    writeFileSync(join(folder, "page.js"), page);
    writeFileSync(join(folder, "index.html"), `<!doctype html><script type="module" src="./page.js"></script>`);
    await build({
      ...{ root: folder, configFile: false, logLevel: "error", build: { target: "es2022" } },
      resolve: {
        alias: entries.map(({ specifier, source }) => ({
          find: new RegExp(`^${specifier}$`),
          replacement: join(root, source),
        })),
      },
    });
    // All weights 0: each of ten classes is as likely.
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    expect(Number(await inChromium(join(folder, "dist"), policy))).toBeCloseTo(Math.log(10), 6);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
