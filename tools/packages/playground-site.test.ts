/** The whole page of the playground in Chromium. */
import { rmSync } from "node:fs";
import { type BrowserContext, chromium } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { executablePath, flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";
import { playgroundSite } from "./playgroundSite.ts";
import type { Site } from "./serve.ts";

const profile = newFolder();
let site: Site;
let context: BrowserContext;
const requested = new Set<string>();

beforeAll(async () => {
  site = await playgroundSite();
  context = await chromium.launchPersistentContext(profile, { executablePath, args: [...flags], headless: true });
  context.on("request", (request) => requested.add(new URL(request.url()).origin));
}, 60_000);

afterAll(async () => {
  await context?.close();
  site?.close();
  rmSync(profile, { recursive: true, force: true });
});

test("opens under a sub-path, and asks its own origin alone", async () => {
  const page = await context.newPage();
  await page.goto(site.address);
  await page.waitForSelector("[data-figure=valleys] canvas");
  expect([...requested]).toEqual([new URL(site.address).origin]);
  await page.close();
});
