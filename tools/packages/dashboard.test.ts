/** The dashboard in Chromium, against the command that serves it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { firstCamera, projection } from "../../apps/dashboard/src/surface/camera.ts";
import { root } from "../workspace.ts";
import { executablePath, flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";
import { append, hostileName, longLoss, makeRuns, numLong, remaining, surfaceLoss } from "./dashboardRuns.ts";
import { violationsIn } from "./violations.ts";

const folder = newFolder();
const requested = new Set<string>();
let browser: Browser;
let server: { readonly process: ChildProcess; readonly address: string };

/** The command as a process, from its sources. */
async function serve(port: number): Promise<typeof server> {
  const program = join(root, "packages/lab/test/commandProcess.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program, "serve", folder, "--port", String(port)], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of child.stdout!) {
    const address = /http:\/\/\S+/.exec(String(chunk))?.[0];
    if (address !== undefined) return { process: child, address };
  }
  throw new Error("the server ended before it said where it is");
}

async function end({ process: child }: typeof server): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

beforeAll(async () => {
  await Promise.all([
    makeRuns(folder),
    build({ configFile: join(root, "apps/dashboard/vite.config.ts"), logLevel: "error" }),
  ]);
  server = await serve(0);
  browser = await chromium.launch({ executablePath, args: [...flags], headless: true });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  if (server !== undefined) await end(server);
  rmSync(folder, { recursive: true, force: true });
});

async function opened(query: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  page.on("request", (request) => requested.add(new URL(request.url()).origin));
  await page.goto(`${server.address}${query}`);
  await page.waitForSelector(".connection.connected");
  return page;
}

const rowNames = (page: Page): Promise<string[]> => page.locator(".runs tbody th").allTextContents();

describe("the table", () => {
  test("shows the runs, filters, sorts and groups them, and keeps all that in its address", async () => {
    const page = await opened("?sort=name");
    expect(await rowNames(page)).toEqual([
      hostileName,
      "going",
      "long",
      ...["entropy-sgd-1", "entropy-sgd-2", "sgd-1", "sgd-2"].map((name) => `two/${name}`),
      ...["wide/sgd-1", "wide/sgd-2"],
    ]);
    expect(await page.title()).toBe("Runs – entropy-sgd");
    expect(await page.textContent("tr:has-text('going') .status")).toMatch(/^running .* %/);
    await page.fill("input[type=search]", "optimizer=sgd two");
    await page.click("th button:has-text('seed')");
    await page.click("th[aria-sort=ascending] button:has-text('seed')");
    expect(await rowNames(page)).toEqual(["two/sgd-2", "two/sgd-1"]);
    await page.fill("input[type=search]", "batchSize=50 learningRate>0.5 seed=1 two");
    await expect.poll(() => rowNames(page)).toEqual(["two/entropy-sgd-1"]);
    await page.fill("input[type=search]", "two");
    await page.check("text=Group seeds");
    await page.waitForSelector("tr.group");
    expect(await page.locator("tr.group").allTextContents()).toEqual([
      expect.stringMatching(/entropy-sgd.*2 runs.*± .*%/),
      expect.stringMatching(/sgd.*2 runs.*± .*%/),
    ]);
    await page.click("tr.group button >> nth=1");
    await page.click("text=two/sgd-1");
    await page.waitForSelector("h1:text('two/sgd-1')");
    await page.goBack();
    await page.waitForSelector("tr.group");
    await page.waitForURL(/filter=two.*grouped/);
    await page.reload();
    await page.waitForSelector("tr.group");
    await page.close();
  });
});

describe("a run that goes on", () => {
  test("grows as its log does, also when the server was killed and started again meanwhile", async () => {
    const page = await opened("?run=going");
    const steps = (number: number): Promise<unknown> =>
      expect.poll(() => page.textContent(".note"), { timeout: 40_000 }).toBe(`${number} outer steps`);
    const lines = remaining(folder);
    let known = 3;
    const appendSome = (from: number, to?: number): void => {
      const some = lines.slice(from, to);
      append(folder, some);
      known += some.filter((line) => JSON.parse(line).type === "outer").length;
    };
    await steps(known);
    appendSome(0, 3);
    await steps(known);
    const { port } = new URL(server.address);
    await end(server);
    await page.waitForSelector(".connection.reconnecting");
    appendSome(3, 6);
    server = await serve(Number(port));
    appendSome(6, 9);
    await page.waitForSelector(".connection.connected", { timeout: 40_000 });
    await steps(known);
    // All but the end: what still runs has none.
    appendSome(9, -1);
    await steps(known);
    // As the server knows it, which has read the log anew.
    await page.reload();
    await steps(known);
    expect(known).toBeGreaterThan(10);
    await page.close();
  });
});

/** In the page: how long the main thread is busy from an interaction to the next frame, and its longest task until half a second later. */
const measured = `async (interact) => {
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: "longtask" });
  const start = performance.now();
  interact();
  await new Promise((resolve) => requestAnimationFrame(() => resolve()));
  const frame = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 250));
  observer.disconnect();
  return Math.max(frame, ...tasks);
}`;

const interactions = {
  hover: `(i) => {
    const over = document.querySelector(".u-over");
    const { left, top, width } = over.getBoundingClientRect();
    over.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: left + width * (0.1 + 0.1 * i), clientY: top + 50 }));
  }`,
  zoom: `(i) => {
    const over = document.querySelector(".u-over");
    const { left, top, width } = over.getBoundingClientRect();
    const at = (share) => ({ bubbles: true, clientX: left + width * share, clientY: top + 50, button: 0, movementX: 1 });
    over.dispatchEvent(new MouseEvent("mousedown", at(0.1)));
    document.dispatchEvent(new MouseEvent("mousemove", at(0.5)));
    over.dispatchEvent(new MouseEvent("mousemove", at(0.9 - 0.01 * i)));
    over.dispatchEvent(new MouseEvent("mouseup", at(0.9 - 0.01 * i)));
  }`,
  smoothing: `(i) => {
    const slider = document.querySelector("input[type=range]");
    slider.value = String(1 + i);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }`,
};

/** What is seen of each. */
const effects: Readonly<Record<string, (page: Page) => Promise<string | null>>> = {
  hover: (page) => page.locator(".legend .value").first().textContent(),
  zoom: async (page) => new URL(page.url()).searchParams.get("from"),
  smoothing: async (page) => new URL(page.url()).searchParams.get("smoothing"),
};

describe("a run of 100,000 outer steps", () => {
  test("answers hover, zoom and smoothing within 50 ms, and loses no extreme", async () => {
    const page = await opened("?run=long");
    await page.waitForSelector(".note:text-is('100,000 outer steps')");
    for (const [name, interaction] of Object.entries(interactions)) {
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        times.push(Number(await page.evaluate(`(${measured})(() => (${interaction})(${i}))`)));
      }
      expect(times.sort((a, b) => a - b)[2], name).toBeLessThan(50);
      await expect.poll(() => effects[name]!(page), { message: name }).toMatch(/^\d/);
    }
    await page.close();

    const middle = (numLong / 2) * 2;
    const near = await opened(`?run=long&from=${middle - 100}&to=${middle + 100}`);
    await near.waitForSelector(".note:text-is('102 of 100,000 outer steps')");
    const over = near.locator(".u-over").first();
    const { width, height } = (await over.boundingBox())!;
    await over.hover({ position: { x: width / 2, y: height / 2 } });
    const legend = near.locator(".legend").first();
    await expect.poll(() => legend.textContent()).toContain(longLoss(numLong / 2).toPrecision(4));
    expect(await legend.textContent()).toContain("100k");
    await near.keyboard.press("Escape");
    await near.locator(".plot").first().dblclick();
    await near.waitForSelector(".note:text-is('100,000 outer steps')");
    await near.close();
  });
});

/** How many pixels of a canvas in the page are near a colour, and near an opacity where one is named (all are from 0 to 255). */
const pixelsNear = (page: Page, selector: string, color: readonly number[]): Promise<number> =>
  page
    .locator(selector)
    .first()
    .evaluate((canvas, wanted) => {
      const { width, height } = canvas as unknown as { width: number; height: number };
      const context = (canvas as unknown as { getContext(kind: string): PixelSource }).getContext("2d");
      const { data } = context.getImageData(0, 0, width, height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 0) continue;
        if (wanted.every((channel, c) => Math.abs(data[i + c]! - channel) < 20)) found += 1;
      }
      return found;
    }, color);

interface PixelSource {
  getImageData(left: number, top: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

describe("a comparison", () => {
  test("draws a line with a band for each group of seeds, and says what can be said of their difference", async () => {
    const page = await opened("?grouped&filter=two");
    await page.check("tr.group:has-text('entropy-sgd') input");
    await page.check("tr.group:not(:has-text('entropy-sgd')) input");
    await page.click("a:has-text('Compare 4 runs')");
    await page.waitForSelector("h1:text('Comparison')");
    await page.waitForSelector(".results tbody tr");
    expect(await page.locator(".results tbody tr").count()).toBe(2);
    expect(await page.textContent(".results tbody tr >> nth=0")).toMatch(/^entropy-sgd[^±]*2\d+\.\d\d ± \d+\.\d\d/);
    expect(await page.textContent(".differences")).toMatch(/entropy-sgd/);
    const address = new URL(page.url());
    expect(address.searchParams.getAll("with")).toHaveLength(4);
    await page.goBack();
    await page.waitForSelector("h1:text('Runs')");
    await page.close();

    const wide = await opened("?view=compare&quantity=testLoss&with=wide/sgd-1&with=wide/sgd-2");
    // The colour of sgd, as its line has it and as its band does.
    const [line, band] = [
      [0xd5, 0x5e, 0x00, 0xff],
      [0xd5, 0x5e, 0x00, 0x38],
    ];
    await expect.poll(() => pixelsNear(wide, ".plot canvas", line!)).toBeGreaterThan(200);
    expect(await pixelsNear(wide, ".plot canvas", band!)).toBeGreaterThan(1000);
    const button = wide.locator(".legend button:text-matches('^sgd')");
    await button.click();
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    await expect.poll(() => pixelsNear(wide, ".plot canvas", line!)).toBe(0);
    expect(await pixelsNear(wide, ".plot canvas", band!)).toBe(0);
    await wide.close();
  });
});

describe("the loss surface", () => {
  test("is seen as computed, turns by keys and by dragging, and has a table", async () => {
    const page = await opened("?run=two%2Fentropy-sgd-1");
    const view = page.locator(".turned");
    await view.scrollIntoViewIfNeeded();
    const camera = (): Promise<string | null> => view.getAttribute("data-camera");
    expect(await camera()).toBe("−35.0 45.0 1.00");
    // Its lowest point is where the projection puts the middle of the floor.
    const { width, height } = (await view.boundingBox())!;
    const bottom = projection(firstCamera, width, height)([0, 0, -0.55]);
    await view.hover({ position: bottom });
    await page.waitForSelector(`.note:text-is('(0, 0): loss ${surfaceLoss(0, 0).toFixed(4)}')`);
    const before = await view.screenshot();

    await view.press("ArrowLeft");
    await view.press("ArrowUp");
    await view.press("+");
    await expect.poll(camera).toBe("−40.0 50.0 1.15");
    await expect.poll(async () => (await view.screenshot()).equals(before)).toBe(false);
    await view.press("0");
    await expect.poll(camera).toBe("−35.0 45.0 1.00");
    await view.hover({ position: { x: 100, y: 100 } });
    await page.mouse.down();
    const { x, y } = (await view.boundingBox())!;
    await page.mouse.move(x + 150, y + 80);
    await page.mouse.up();
    await expect.poll(camera).toBe("−15.0 37.0 1.00");
    await page.click("button:text('Reset')");

    await page.click(".surface label:has-text('map')");
    await expect.poll(() => pixelsNear(page, ".surface canvas", [0xfd, 0xe7, 0x25])).toBeGreaterThan(50);
    await page.click(".surface label:has-text('table')");
    expect(await page.locator(".surface td").count()).toBe(21 * 21);
    expect(await page.locator(".surface tbody tr").first().textContent()).toContain("4.50");
    await page.close();
  });
});

describe("a run that ended", () => {
  test("has its report, rendered now, and a command to copy for each figure that is missing", async () => {
    const page = await opened("?run=two%2Fsgd-1");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.click("button[aria-label^='Copy the command for'] >> nth=0");
    await page.waitForSelector("button:text('Copied')");
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toBe(await page.locator(".missing code").first().textContent());
    expect(copied).toMatch(/entropy-sgd .*two\/sgd-1/);
    await page.click(".report summary");
    const report = page.frameLocator(".report iframe");
    expect(await report.locator("h1").textContent()).toContain("sgd");
    // Of an origin of its own: what is in it can neither read this page nor ask the server.
    expect(await report.locator("html").evaluate("self.origin")).toBe("null");
    await page.close();
  });
});

describe("the page", () => {
  test.each(["light", "dark"] as const)(
    "has no serious fault of accessibility and fits 360 pixels (%s)",
    async (colorScheme) => {
      const queries = [
        "",
        "?grouped",
        "?run=two%2Fentropy-sgd-1",
        `?run=${encodeURIComponent(hostileName)}`,
        "?view=compare&with=two%2Fsgd-1&with=two%2Fsgd-2",
      ];
      const page = await opened("", { colorScheme, viewport: { width: 360, height: 740 } });
      for (const query of queries) {
        await page.goto(server.address + query);
        await page.waitForSelector(".connection.connected");
        await page.waitForSelector(".runs tbody tr, .records, .failure, .results");
        expect(await violationsIn(page), query).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth"), query).toBe(360);
        const names = page.locator("dt, dd");
        const wide = await names.evaluateAll(
          (all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length,
        );
        expect(wide, query).toBe(0);
      }
      await page.close();
    },
  );

  test("asks nobody but its own server, and is below 60 kB", () => {
    expect([...requested]).toEqual([new URL(server.address).origin]);
    const assets = join(root, "packages/lab/dist/dashboard/assets");
    const sizes = readdirSync(assets).map((name) => gzipSync(readFileSync(join(assets, name))).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(60_000);
  });
});
