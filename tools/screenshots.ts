/**
 * `npm run screenshots`: the pictures of the two pages in the README, taken in Chromium from what the sources make now.
 *
 * Pictures are kept as SVG around a JPEG, since the repository holds no binary files.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { executablePath, flags } from "./packages/chromiumFlags.mjs";
import { newFolder } from "./packages/consumer.ts";
import { playgroundSite } from "./packages/playgroundSite.ts";
import { root } from "./workspace.ts";

const command = join(root, "packages/lab/bin/entropy-sgd.js");
const [width, height] = [1280, 860];

/** Writes docs/screenshots/NAME.svg. */
async function take(page: Page, name: string, description: string): Promise<void> {
  const picture = (await page.screenshot({ type: "jpeg", quality: 82 })).toString("base64");
  const image = `<image width="${width}" height="${height}" href="data:image/jpeg;base64,${picture}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"><title>${description}</title>${image}</svg>\n`;
  writeFileSync(join(root, "docs/screenshots", `${name}.svg`), svg);
  process.stdout.write(`docs/screenshots/${name}.svg: ${Math.round(svg.length / 1000)} kB\n`);
}

async function playground(browser: Browser): Promise<void> {
  const site = await playgroundSite();
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(site.address);
  // The sweep of γ at the opening, and the outer steps after it.
  await page.waitForTimeout(10_000);
  // It walks in and out of the wide valley: until it is within.
  const place = page.locator("#valleys");
  while (!/Entropy-SGD at (2[5-9]|3[0-7])\d /.test(await place.innerText())) await page.waitForTimeout(50);
  await take(page, "playground", "The playground: negative local entropy has its minimum in the wide valley");
  site.close();
}

/** The command as a process, with its address. */
async function served(folder: string): Promise<{ readonly process: ChildProcess; readonly address: string }> {
  const child = spawn(process.execPath, [command, "serve", folder, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of child.stdout) {
    const address = /http:\/\/\S+/.exec(String(chunk))?.[0];
    if (address !== undefined) return { process: child, address };
  }
  throw new Error("the server ended before it said where it is");
}

async function dashboard(browser: Browser): Promise<void> {
  const folder = newFolder();
  const run = (line: string): void => {
    const { status } = spawnSync(process.execPath, [command, ...line.split(" ")], { cwd: folder, stdio: "inherit" });
    if (status !== 0) throw new Error(`${line} ended with ${status}`);
  };
  run("compare --network small-mnistfc --optimizers entropy-sgd,sgd --seeds 3 --budget 4 --out runs/four");
  const server = await served(join(folder, "runs"));
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(`${server.address}?run=four%2Fentropy-sgd-1`);
  await page.waitForTimeout(4_000);
  // Not the name of a temporary folder.
  await page.evaluate('document.querySelector(".folder").textContent = "runs"');
  await take(page, "dashboard", "The dashboard: curves of a run, and its inner loop");
  server.process.kill();
  rmSync(folder, { recursive: true, force: true });
}

const browser = await chromium.launch({ executablePath, args: [...flags], headless: true });
try {
  await playground(browser);
  await dashboard(browser);
} finally {
  await browser.close();
}
