/** The playground as `npm run build:playground` makes it, served for tests: built once per process, in a folder of its own. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { headersOf } from "../../apps/playground/headers.ts";
import { newFolder, run } from "./consumer.ts";
import { type Site, serve } from "./serve.ts";

/** How the site is served. */
export interface PlaygroundSiteOptions {
  /** Sent with every file; those of `npm run playground` when absent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the site lies on its server, with a slash at both ends; not at the top when absent. */
  readonly path?: string;
}

let built: string | undefined;

/** The folder of the built site. */
export function builtSite(): string {
  built ??= buildSite();
  return built;
}

/** Serves the site. `address` is that of the page. */
export async function playgroundSite({ headers, path = "/some/folder/" }: PlaygroundSiteOptions = {}): Promise<Site> {
  const folder = builtSite();
  const site = await serve((asked) => {
    if (!asked.startsWith(path)) return null;
    const file = join(folder, decodeURI(asked.slice(path.length)) || "index.html");
    return file.startsWith(folder) && existsSync(file)
      ? { body: readFileSync(file), headers: { ...typeOf(asked), ...(headers ?? headersOf(asked)) } }
      : null;
  });
  return { ...site, address: new URL(path, site.address).href };
}

/** The page's own address has no ending. */
function typeOf(asked: string): Readonly<Record<string, string>> {
  return asked.endsWith("/") ? { "Content-Type": "text/html" } : {};
}

function buildSite(): string {
  const outDir = newFolder();
  process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
  // By a process of its own: vitest's environment is no production build's.
  run("npx", ["vite", "build", "apps/playground", "--outDir", outDir, "--logLevel", "error"]);
  return outDir;
}
