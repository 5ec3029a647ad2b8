// Makes .gpu/, the archive of bench/gpu.mjs for a Linux machine (x64) that has a GPU and Python but neither Node nor a network:
// node tools/setup.mjs && node bench/gpu/pack.mjs. bench/gpu/run.sh unpacks and runs it there.
//
// In it: this Node, ONNX Runtime's library, the programs as bundles, and the loaders that graphics drivers need, as Debian's
// packages. Node and ONNX Runtime are of this machine, which has to be Linux on x64.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const bench = fileURLToPath(new URL("../", import.meta.url));
const archive = join(bench, "../.gpu");
const app = join(archive, "app");
rmSync(archive, { recursive: true, force: true });
mkdirSync(app, { recursive: true });

// The bundles stand to one another as the programs do, which start one another by path.
await build({
  entryPoints: [
    "gpu.mjs",
    "gpuProfile.mjs",
    "engines/oursDevice.mjs",
    "engines/oursProfile.mjs",
    "engines/adapterProbe.mjs",
  ].map((name) => join(bench, name)),
  ...{ outdir: app, outbase: bench, outExtension: { ".js": ".mjs" } },
  ...{ bundle: true, platform: "node", format: "esm", target: "node20", tsconfigRaw: "{}" },
  // Found beside the bundles; what the workbench draws pages with is not reached by the programs.
  external: ["onnxruntime-node", "onnxruntime-web", "@resvg/resvg-js", "esbuild", "linkedom"],
});
for (const name of ["pytorch.py", "pytorch_networks.py"])
  cpSync(join(bench, "engines", name), join(app, "engines", name));

const require = createRequire(import.meta.url);
const runtime = dirname(require.resolve("onnxruntime-node/package.json"));
const libraries = "bin/napi-v6/linux/x64";
copyPackage("onnxruntime-node", runtime, ["package.json", "dist", libraries]);
copyPackage(
  "onnxruntime-common",
  dirname(dirname(dirname(createRequire(join(runtime, "x.js")).resolve("onnxruntime-common")))),
  ["package.json", "dist/cjs"],
);
writeFileSync(join(app, "package.json"), `{ "type": "module" }\n`);
execFileSync("strip", ["-s", "-o", join(app, "node"), process.execPath]);
execFileSync("tar", ["-C", archive, "-c", "-f", join(archive, "app.tar"), "app"]);
rmSync(app, { recursive: true });
execFileSync("xz", ["-T0", "-6", join(archive, "app.tar")]);
downloadLoaders(archive);
console.log(`${archive}/app.tar.xz: ${(statSync(join(archive, "app.tar.xz")).size / 1e6).toFixed(1)} MB`);

function copyPackage(name, from, parts) {
  for (const part of parts) cpSync(join(from, part), join(app, "node_modules", name, part), { recursive: true });
}

/** Drivers of graphics cards come without the loader of Vulkan and the libraries of X that they are linked with. */
function downloadLoaders(folder) {
  const lists = join(folder, "lists");
  mkdirSync(join(lists, "partial"), { recursive: true });
  const options = ["APT::Architecture=amd64", "APT::Architectures=amd64", `Dir::State::Lists=${lists}`];
  const apt = (...words) =>
    execFileSync("apt-get", [...options.map((option) => `-o${option}`), ...words], { cwd: folder, stdio: "ignore" });
  apt("update");
  apt("download", "libvulkan1", "libegl1", "libglvnd0", "libopengl0", "libgl1", "libglx0", "libgles2");
  rmSync(lists, { recursive: true });
}
