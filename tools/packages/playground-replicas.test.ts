/** The playground's page of replicas in Chromium: what it connects to, a run with Node, faults, and what people can read. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { jetStreamExchange, joinReplicas } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selfSigned, tlsLines } from "../../packages/cluster/test/certificate.ts";
import { documentedRights } from "../../packages/cluster/test/documentedRights.ts";
import { hasServer, type NatsServer, startServer } from "../../packages/cluster/test/natsServer.ts";
import { readRun, weightsOf } from "../../packages/lab/src/runs/readRun.ts";
import { safetensorsBy } from "../../packages/training/src/formats.ts";
import { createHash } from "../../packages/training/src/web.ts";
import { root } from "../workspace.ts";
import { flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";
import { openPlayground } from "./openPlayground.ts";
import type { Site } from "./serve.ts";
import { violationsIn } from "./violations.ts";

/** Weights of the small network. */
const elements = 970;
let site: Site;
let context: BrowserContext;
let close: (() => Promise<void>) | undefined;
let server: NatsServer;

beforeAll(async () => {
  // The certificate below is vouched for by nobody.
  const args = [...flags, "--ignore-certificate-errors"];
  ({ site, context, close } = await openPlayground({ serviceWorkers: "block", args }));
  context.setDefaultTimeout(150_000);
  if (hasServer) server = await startServer();
}, 60_000);

afterAll(async () => {
  await close?.();
  if (hasServer) await server.stop();
});

/** Runs of one tab and one Node. Budgets are rounded up to whole inner loops of 20 gradients, an exchange each; errors are of 10 classes. */
const sharedRuns = [
  {
    network: "mlp-49-16-10",
    settings: { budget: "0.2", seed: "3" },
    command: "--budget 0.2 --seed 3",
    ...{ gradients: 100, exchanges: 5, mostError: 50 },
  },
  {
    network: "lenet",
    // Two gradients are a pass over as few images.
    settings: { images: "256", budget: "20", seed: "3", threads: "one" },
    command: "--budget 20 --seed 3 --set trainExamples=256",
    ...{ gradients: 40, exchanges: 2, mostError: 50 },
  },
];

/** The page with what is set, and the addresses that it asked. */
async function opened(settings: Readonly<Record<string, string>>): Promise<Page & { readonly asked: string[] }> {
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  page.on("websocket", (socket) => asked.push(socket.url()));
  const query = new URLSearchParams({ v: "1" });
  for (const [name, value] of Object.entries(settings)) query.set(`replicas.${name}`, value);
  await page.goto(`${site.address}replicas.html?${query}`);
  await page.getByRole("button", { name: "Join the run" }).waitFor();
  return Object.assign(page, { asked });
}

const press = (page: Page, name: string): Promise<void> => page.getByRole("button", { name }).click();
const says = (page: Page, words: string | RegExp) => page.locator(".doing", { hasText: words }).waitFor();
const alert = (page: Page, words: string) => page.locator("[role=alert]", { hasText: words }).waitFor();

/** Whether a tensor holds batch norm's statistics, which each replica measures itself, to the rounding of its ONNX Runtime. */
const isMeasured = (name: string): boolean => /^bn\d\.(mean|variance)$/.test(name);

/** The largest difference of two tensors, relative where they are large; not finite where one is not. */
const differenceOf = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  Array.from(one).reduce((most, value, i) => {
    const difference = Math.abs(value - other[i]!) / (1 + Math.abs(value));
    return difference <= most ? most : difference;
  }, 0);

/** Tries a WebSocket in the page; gives the directive that forbids it, or null. As text: this is no page. */
const attempt = (address: string): string => `new Promise((resolve) => {
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective));
  const socket = new WebSocket(${JSON.stringify(address)});
  socket.onopen = () => { socket.close(); resolve(null); };
})`;

describe.skipIf(!hasServer)("the page of replicas", () => {
  test("connects to nothing before the button is pressed; the other page may not connect at all", async () => {
    const page = await opened({ server: server.webAddress });
    await page.getByText("The server asks for a user").click();
    await page.getByLabel("User", { exact: true }).fill("someone");
    await page.getByLabel("Password").fill("secret");
    await page.getByLabel("Name of the run").fill("named");
    await page.waitForURL(/replicas\.run=named/);
    await page.waitForLoadState("networkidle");
    expect(new Set(page.asked)).toEqual(new Set([new URL(site.address).origin]));
    expect(page.url()).not.toMatch(/secret|someone/);
    expect(await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")).toBe("[{},{}]");
    expect(await page.evaluate(attempt(server.webAddress))).toBe(null);

    const scripts: string[] = [];
    page.on("response", async (response) => response.url().endsWith(".js") && scripts.push(await response.text()));
    await page.goto(site.address);
    await page.waitForSelector("[data-figure=valleys] canvas");
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => script.includes("nats"))).toEqual([]);
    expect(await page.evaluate(attempt(server.webAddress))).toBe("connect-src");
    await page.close();
  });

  test.each(sharedRuns)("is a replica of $network in one run with Node, to the same bits", async (row) => {
    const { network, settings, command: asked, gradients, exchanges, mostError } = row;
    const page = await opened({ server: server.webAddress, run: network, network, ...settings });
    const command = (await page.locator(".command").innerText()).replace("npx entropy-sgd ", "").split(" ");
    expect(command.join(" ")).toContain(`parle --network ${network} --replicas 2 ${asked} --nats`);
    await press(page, "Join the run");
    await says(page, "Joined as replica 1. Waiting until all have joined");
    const out = join(newFolder(), "run");
    command[command.indexOf("--nats") + 1] = server.address;
    const program = join(root, "packages/lab/bin/entropy-sgd.js");
    const args = [program, ...command, "--threads", "1", "--out", out];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const said = text(child.stderr!);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the weights" }).click(),
    ]);
    // It has compared its settings and data with what the tab has told of its own.
    expect(await ended, await said).toBe(0);
    await page.getByText("Nothing was refused.").waitFor();
    const replica = join(out, "replica-2");
    const inNode = readRun(replica);
    // Where one of the two could not answer for three heartbeats, the means are of the other alone.
    expect(inNode.result).toMatchObject({ reason: "budget", gradientEvaluations: gradients, incompleteMeans: 0 });
    await page.getByText("The mean X is the same for all replicas, bit for bit.").waitFor();
    const saved = safetensorsBy(createHash).decode(readFileSync(await download.path()), "saved");
    const weights = weightsOf(replica, inNode);
    expect(saved.metadata).toEqual(weights.metadata);
    expect(saved.tensors.map(({ name, shape }) => [name, shape])).toEqual(
      weights.tensors.map(({ name, shape }) => [name, shape]),
    );
    for (const [at, { name, data }] of saved.tensors.entries())
      expect(differenceOf(data, weights.tensors[at]!.data), name).toBeLessThanOrEqual(isMeasured(name) ? 1e-4 : 0);
    const readings = await page.locator(".readings").innerText();
    expect(readings).toMatch(new RegExp(`Gradients\\s+${gradients} of ${gradients}\\s+Exchanges\\s+${exchanges}\\s`));
    // Of 10,000 images, on which the same weights differ by rounding alone.
    const testError = 100 * inNode.result!.testError!;
    expect(Math.abs(Number(/Test error of the mean\s+([\d.]+)/.exec(readings)![1]) - testError)).toBeLessThan(0.05);
    expect(testError).toBeLessThan(mostError);
    await page.close();
  });

  test("can be read by everyone", async () => {
    const page = await opened({ server: server.webAddress, run: "read", replicas: "1", budget: "0.05" });
    await press(page, "Join the run");
    await page.getByRole("button", { name: "Save the weights" }).waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsIn(page, { impacts: ["minor", "moderate", "serious", "critical"] })).toEqual([]);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    await expect.poll(() => page.evaluate("document.documentElement.scrollWidth"), { timeout: 5000 }).toBe(360);
    await page.close();
  });

  test("takes LeNet with all threads after the small network with one", async () => {
    const page = await opened({
      server: server.webAddress,
      run: "small",
      replicas: "1",
      budget: "0.05",
      images: "2560",
    });
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    for (const network of ["mlp-49-16-10", "lenet"]) {
      await page.getByLabel("Network").selectOption(network);
      await page.getByLabel("Name of the run").fill(`alone-${network}`);
      await press(page, "Join the run");
      const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Save the weights")]);
      const { metadata } = safetensorsBy(createHash).decode(readFileSync(await download.path()), "saved");
      expect(metadata).toEqual({ network, gradients: "20" });
    }
    await page.close();
  });

  test("waits for a server that is away, goes on when it is back, and leaves at once when it is stopped or trains no more", async () => {
    const page = await opened({ server: server.webAddress, run: "lost" });
    await press(page, "Join the run");
    await says(page, "Waiting until all have joined");
    await server.kill();
    await alert(page, "The connection to the server is lost.");
    await server.restart();
    await page.locator(".lost").waitFor({ state: "detached" });
    const connection = await connectNats(server.address);
    const exchange = jetStreamExchange(connection, { run: "lost", elements });
    // Number 0 is the tab's, whose lease the server has lost with its memory: it takes it again at its next heartbeat.
    const signal = AbortSignal.timeout(100_000);
    const member = await joinReplicas(exchange, { count: 2, numbers: [1], signal });
    await says(page, "Training");
    await press(page, "Stop and leave");
    await page.locator(".doing").waitFor({ state: "detached" });
    await (await exchange.join(0)).leave();

    const workerOf = (name: string) => page.workers().find((worker) => worker.url().includes(name))!;
    // It is patient for a minute: a twentieth of that.
    await workerOf("replica.worker").evaluate(
      "void (self.setInterval = ((given) => (work, every) => given(work, every / 20))(self.setInterval))",
    );
    await press(page, "Join the run");
    await says(page, "Training");
    // Of which nobody is told.
    await workerOf("trainer.worker").evaluate("self.close()");
    await alert(page, "The program that trains does not answer any more.");
    const again = await exchange.join(0);
    await Promise.all([member.leave(), again.leave()]);
    await connection.close();
    await page.close();
  });

  test("logs in over wss as a user who has the documented rights of one run", async () => {
    const webTls = tlsLines(selfSigned(newFolder()));
    const secured = await startServer({ settings: documentedRights(), webTls });
    expect(secured.webAddress).toMatch(/^wss:/);
    const page = await opened({ server: secured.webAddress, run: "first", replicas: "1", budget: "0.05" });
    await page.getByText("The server asks for a user").click();
    await page.getByLabel("User", { exact: true }).fill("first");
    await page.getByLabel("Password").fill("guessed");
    await press(page, "Join the run");
    await alert(page, "The server does not let you in");
    await page.getByLabel("Password").fill("secret of first");
    await press(page, "Join the run");
    await page.getByRole("button", { name: "Save the weights" }).waitFor();
    expect(await page.locator(".readings").innerText()).toMatch(/Gradients\s+40 of 40\s/);
    await page.getByLabel("Name of the run").fill("second");
    await press(page, "Join the run");
    await alert(page, "The server does not allow it");
    expect(new Set(page.asked)).toEqual(new Set([new URL(site.address).origin, `${secured.webAddress}/`]));
    await page.close();
    await secured.stop();
  });

  test("says what is wrong", async () => {
    const connection = await connectNats(server.address);
    const other = await jetStreamExchange(connection, { run: "other", elements: 12 }).join(1);
    const settings = { seed: "1", data: "another-hash" };
    const another = await jetStreamExchange(connection, { run: "another", elements, settings }).join(1);
    const full = await jetStreamExchange(connection, { run: "full", elements }).join(0);
    const page = await opened({ server: server.webAddress, run: "other", replicas: "1" });
    await press(page, "Join the run");
    await alert(page, "The run other is of another network");
    await page.getByLabel("Name of the run").fill("another");
    await press(page, "Join the run");
    await alert(page, "The run another has other training images.");
    await page.getByLabel("Seed").fill("2");
    await press(page, "Join the run");
    await alert(page, "The run another has another seed: it must be 1");
    await page.getByLabel("Name of the run").fill("full");
    await press(page, "Join the run");
    await alert(page, "All 1 replicas of the run full are taken");
    await page.getByLabel("Address of the server").fill("ws://127.0.0.1:1");
    await press(page, "Join the run");
    await alert(page, "No server answers at ws://127.0.0.1:1.");
    await page.getByLabel("Address of the server").fill("ws://someone:secret@127.0.0.1:1");
    await alert(page, "Must be an address such as ws://host:8080");
    expect(await page.getByRole("button", { name: "Join the run" }).isDisabled()).toBe(true);
    expect(page.url()).not.toContain("secret");
    await Promise.all([other, another, full].map((member) => member.leave()));
    await connection.close();
    await page.close();
  });
});
