import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, vi } from "vitest";

/** Makes folders of files below one temporary folder, which is removed after the tests that call this. */
export function temporaryFolders(): (files: Readonly<Record<string, Uint8Array | string>>) => string {
  const root = mkdtempSync(join(tmpdir(), "data-"));
  afterAll(() => rmSync(root, { recursive: true }));
  let numFolders = 0;
  return (files) => {
    const path = join(root, `set-${numFolders++}`);
    mkdirSync(path);
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), bytes);
    }
    return path;
  };
}

/** Gives each of the tests that follow a folder of its own, empty at first, where programs keep their caches. @returns that folder */
export function freshCaches(): () => string {
  const folder = temporaryFolders();
  let caches = "";
  beforeEach(() => {
    caches = folder({});
    vi.stubEnv("XDG_CACHE_HOME", caches);
  });
  afterEach(() => void vi.unstubAllEnvs());
  return () => caches;
}
