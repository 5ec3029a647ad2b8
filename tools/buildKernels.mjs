// Compiles packages/entropy-sgd/assembly to WebAssembly and writes it, in base64, as a module of the library's sources.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(mkdtempSync(join(tmpdir(), "kernels-")), "kernels.wasm");
const options = [
  ["--outFile", out, "--enable", "simd", "--runtime", "stub", "--importMemory", "--initialMemory", "1"],
  ["--optimizeLevel", "3", "--shrinkLevel", "0", "--converge", "--noAssert", "--use", "abort="],
].flat();
const result = spawnSync(
  process.execPath,
  [join(root, "node_modules/assemblyscript/bin/asc.js"), "packages/entropy-sgd/assembly/kernels.ts", ...options],
  { cwd: root, encoding: "utf8" },
);
if (result.status !== 0) {
  process.stderr.write(`${result.stdout}${result.stderr}`);
  process.exit(1);
}
const base64 = readFileSync(out).toString("base64");
rmSync(dirname(out), { recursive: true });
writeFileSync(
  join(root, "packages/entropy-sgd/src/kernels/kernelModule.ts"),
  `/** Made by tools/buildKernels.mjs from assembly/; not committed. */\nexport const kernelModule: string =\n  "${base64}";\n`,
);
