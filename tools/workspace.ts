/** The packages of the workspace and their entries, as their package.json files declare them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** One way into a package: what follows the package's name in an import. */
export interface Entry {
  /** What an import names, such as `entropy-sgd/sampling`. */
  readonly specifier: string;
  /** Path of the source from the root. */
  readonly source: string;
}

export interface WorkspacePackage {
  readonly name: string;
  readonly version: string;
  /** Path from the root, such as `packages/lab`. */
  readonly folder: string;
  readonly entries: readonly Entry[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

export const workspacePackages: readonly WorkspacePackage[] = readdirSync(join(root, "packages"))
  .map((folder) => `packages/${folder}`)
  .filter((folder) => existsSync(join(root, folder, "package.json")))
  .map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
    const { name, version, exports } = manifest;
    return { name, version, folder, entries: entriesOf(name, folder, exports) };
  });

/** Every entry of every package. */
export const entries: readonly Entry[] = workspacePackages.flatMap((one) => one.entries);

/** An entry's build `dist/x.js` is made from the source `src/x.ts`. */
function entriesOf(name: string, folder: string, exports: Manifest["exports"]): Entry[] {
  return Object.entries(exports).flatMap(([path, target]) => {
    const built = typeof target === "string" ? target : target.default;
    if (!built.endsWith(".js")) return [];
    const source = built.replace(/^\.\/dist\/(.*)\.js$/, `${folder}/src/$1.ts`);
    return [{ specifier: name + path.slice(1), source }];
  });
}
