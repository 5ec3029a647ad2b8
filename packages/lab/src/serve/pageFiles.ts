/** The page, as vite has built it: its files by their paths, found once, so that no path of a request touches the disk. */
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The page as the package has it; the same from the sources and from what is built of them. */
export const builtPage: string = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));

/** A file of the page. */
export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Whether its name changes with its content. */
  readonly isHashed: boolean;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

/** What the page may do: its own files and the server's answers, styles that scripts set, nothing from elsewhere. */
export const dashboardPolicy: string = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The files in a folder by their paths in addresses; null where there is no page. */
export function pageFiles(folder: string): ReadonlyMap<string, PageFile> | null {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return null;
  }
  const files = entries.flatMap((entry): [string, PageFile][] => {
    const type = types[extname(entry.name)];
    if (type === undefined || !entry.isFile()) return [];
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join("/")}`;
    const body = new Uint8Array(readFileSync(file));
    return [[path, { body, type, isHashed: path.startsWith("/assets/") }]];
  });
  const found = new Map(files);
  const index = found.get("/index.html");
  return index === undefined ? null : found.set("/", index);
}
