/** The playground in the system's Chromium, for the tests of one file. */
import { rmSync } from "node:fs";
import { type BrowserContext, chromium } from "playwright";
import { executablePath, flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";
import { playgroundSite } from "./playgroundSite.ts";
import type { Site } from "./serve.ts";

/** The site with a browser beside it. */
export interface OpenPlayground {
  readonly site: Site;
  readonly context: BrowserContext;
  /** Ends both and removes the browser's profile. */
  close(): Promise<void>;
}

/** Serves the site and starts a browser with a profile of its own. */
export async function openPlayground(
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
): Promise<OpenPlayground> {
  const profile = newFolder();
  const site = await playgroundSite();
  const launch = { executablePath, args: [...flags], headless: true, ...options };
  const context = await chromium.launchPersistentContext(profile, launch);
  return {
    site,
    context,
    async close() {
      await context.close();
      site.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
