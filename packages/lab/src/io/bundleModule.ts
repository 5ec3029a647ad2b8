/** A user's module and what it imports as one file of JavaScript, so that a run folder can hold all of it. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { InputError } from "entropy-sgd-training";
import type { BuildOptions, Plugin } from "esbuild";

/** Packages that a module shares with the program that loads it. */
export type SharedPackages = Readonly<Record<string, object>>;

/** Loaded when it is needed: it is a program of its own. */
const esbuild = (): typeof import("esbuild") => createRequire(import.meta.url)("esbuild");

const common: BuildOptions = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "silent",
};

/**
 * The module in `path` (JavaScript or TypeScript) and all it imports, except for the shared packages, which stay imports.
 *
 * @throws InputError with file, line and column for a module that cannot be read, parsed or resolved
 */
export function bundleModule(path: string, shared: readonly string[]): string {
  try {
    const options = { ...common, write: false as const, entryPoints: [path], absWorkingDir: dirname(path) };
    return esbuild().buildSync({ ...options, external: [...shared], legalComments: "none" }).outputFiles[0]!.text;
  } catch (error) {
    throw new InputError({ path, rule: firstError(error) });
  }
}

/**
 * What a bundled module exports. It is executed; its shared packages are the given ones.
 *
 * @throws InputError for a module that throws
 */
export async function executeModule(text: string, path: string, shared: SharedPackages): Promise<object> {
  const options = { ...common, write: false as const, stdin: { contents: text, sourcefile: path } };
  try {
    const built = await esbuild().build({ ...options, plugins: [sharing(shared)] });
    const code = Buffer.from(built.outputFiles[0]!.text).toString("base64");
    return await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
  } catch (error) {
    throw new InputError({ path, rule: firstError(error) });
  }
}

const globalName = "entropy-sgd shared packages";

/** Imports of shared packages become reads of these very objects: a second copy could not share values with the first. */
function sharing(shared: SharedPackages): Plugin {
  Reflect.set(globalThis, Symbol.for(globalName), shared);
  return {
    name: "shared-packages",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
        Object.hasOwn(shared, path) ? { path, namespace: "shared" } : { path, external: true },
      );
      build.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => {
        const names = Object.keys(shared[path]!).join(", ");
        const source = `globalThis[Symbol.for(${JSON.stringify(globalName)})][${JSON.stringify(path)}]`;
        return { contents: `export const { ${names} } = ${source};`, loader: "js" };
      });
    },
  };
}

/** The first thing that is wrong, with its place. */
function firstError(error: unknown): string {
  const [first] =
    (error as { errors?: { text: string; location: { file: string; line: number; column: number } | null }[] })
      .errors ?? [];
  if (first === undefined) return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const { text, location } = first;
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}
