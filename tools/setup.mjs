// Makes the workspace ready to run: installs what the lockfile names, compiles the kernels and builds the packages.
// When nothing changed since the last time it compares time stamps only.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const force = process.argv.includes("--force");

function run(title, command, args) {
  process.stderr.write(`${title} ...\n`);
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ""}\n${title}: failed (exit code ${result.status ?? result.signal})\n`);
  process.exit(result.status ?? 1);
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name === "kernelModule.ts") continue;
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestIn(path) : modified(path));
  }
  return newest;
}

/** Removes what was built from sources that are no more, so that it is not packed. */
function removeStale(folder) {
  if (!existsSync(join(folder, "dist"))) return;
  for (const file of readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" })) {
    const source = file.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
    if (source !== file && !existsSync(join(folder, "src", source))) rmSync(join(folder, "dist", file));
  }
}

const packages = readdirSync(join(root, "packages"));
const installed = join(root, "node_modules", ".package-lock.json");
const wanted = Math.max(modified(join(root, "package-lock.json")), modified(join(root, "package.json")));
if (modified(installed) < wanted) {
  run("Installing packages", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  const now = new Date();
  const { utimesSync } = await import("node:fs");
  utimesSync(installed, now, now);
}

const stamp = join(root, "node_modules", ".cache", "built");
const sources = Math.max(
  newestIn(join(root, "packages")),
  newestIn(join(root, "apps", "dashboard")),
  ...["jsx.ts", "series.css"].map((shared) => modified(join(root, "apps", shared))),
  modified(join(root, "tsconfig.base.json")),
  modified(installed),
);
if (force || modified(stamp) < sources) {
  if (existsSync(join(root, "tools", "buildKernels.mjs")))
    run("Compiling kernels", process.execPath, ["tools/buildKernels.mjs"]);
  for (const name of packages) removeStale(join(root, "packages", name));
  run("Building packages", process.execPath, [
    "node_modules/typescript/bin/tsc",
    "-b",
    ...packages.map((name) => `packages/${name}`),
  ]);
  // The page of `entropy-sgd serve` is a part of the package that serves it.
  run("Building the dashboard", process.execPath, [
    "node_modules/vite/bin/vite.js",
    ...["build", "apps/dashboard", "--logLevel", "warn"],
  ]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, "");
}
