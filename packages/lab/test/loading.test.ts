/** What commands load: those that neither train nor measure work where the engine's native library cannot be loaded. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { freshCaches } from "../../training/test/temporaryFolder.ts";
import { freshOut, run, small, trainArgs } from "./commandRunner.ts";

const command = fileURLToPath(new URL("../bin/entropy-sgd.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "loading-"));
afterAll(() => rmSync(root, { recursive: true }));
freshCaches();

test("a command that is not built says what builds it", () => {
  const folder = join(root, "unbuilt/bin");
  mkdirSync(folder, { recursive: true });
  copyFileSync(command, join(folder, "entropy-sgd.js"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "entropy-sgd.js")], { encoding: "utf8" });
  const words = "error: the program cannot be loaded: it is not built: npm run build does that\n";
  expect([status, stderr]).toEqual([2, words]);
});

/** Heavy packages, by what they are for. */
const engine = ["onnxruntime-node"];
const server = ["@nats-io"];
const pages = ["@observablehq/plot", "linkedom", "@resvg/resvg-js"];

/** The heavy packages that the built command loads: modules that it imports, and native libraries however they came. */
function loadedBy(args: readonly string[]): { readonly status: number | null; readonly loaded: string[] } {
  const log = join(root, "log");
  writeFileSync(log, "");
  const hooks = join(root, "hooks.mjs");
  writeFileSync(
    hooks,
    `import { appendFileSync } from "node:fs";
     export async function resolve(specifier, context, next) {
       const found = await next(specifier, context);
       appendFileSync(${JSON.stringify(log)}, found.url + "\\n");
       return found;
     }`,
  );
  const preload = join(root, "preload.mjs");
  writeFileSync(
    preload,
    `import { appendFileSync } from "node:fs";
     import { register } from "node:module";
     register(${JSON.stringify(pathToFileURL(hooks).href)});
     process.report.excludeNetwork = true;
     process.on("exit", () =>
       appendFileSync(${JSON.stringify(log)}, process.report.getReport().sharedObjects.join("\\n")));`,
  );
  const { status } = spawnSync(process.execPath, ["--import", pathToFileURL(preload).href, command, ...args]);
  const lines = readFileSync(log, "utf8");
  return { status, loaded: [...engine, ...server, ...pages].filter((name) => lines.includes(`/node_modules/${name}`)) };
}

test("help, version and lists load neither the engine, nor the client of the NATS server, nor the code of pages", async () => {
  const folder = freshOut();
  // The same look at a command that trains finds all of it.
  const training = loadedBy(trainArgs(folder, "--optimizer", "sgd", "--budget", "0.1"));
  expect(training).toEqual({ status: 0, loaded: [...engine, ...pages] });
  for (const args of [["--help"], ["--version"], ["runs", "list", folder], ["runs", "compare", folder]]) {
    expect(loadedBy(args), args.join(" ")).toEqual({ status: 0, loaded: [] });
  }
  // The same look at a command that asks a server, which is not there.
  expect(loadedBy(["cluster", "status", "--nats", "nats://127.0.0.1:1"])).toEqual({ status: 2, loaded: server });
  // Reports are drawn without the engine.
  expect(loadedBy(["report", folder, "--out", freshOut()])).toEqual({ status: 0, loaded: pages });
});

test("--version prints the package's", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(await run(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test.each([
  ["train", [...small, "--budget", "1"]],
  ["compare", [...small, "--budget", "1", "--optimizers", "sgd"]],
])("%s refuses more threads than the cores can use", async (name, args) => {
  const { code, stderr } = await run([name, ...args, "--threads", "100000", "--out", freshOut()]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: threads: must be at most \d+, 4 for each core, got 100000\n$/);
});

test("networks that have data by name are offered, other names refused, and data that were not fetched say how to get them", async () => {
  const help = (await run(["train", "--help"])).stdout;
  for (const network of ["all-cnn-bn", "char-lstm", "ptb-large"]) expect(help).toContain(network);
  const train = async (network: string) =>
    await run(["train", "--network", network, "--budget", "1", "--out", freshOut()]);
  const unknown = await train("all-cnn");
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringMatching(/^error: network: must be one of mnistfc, /),
  ]);
  for (const [network, data] of [
    ["all-cnn-bn", "cifar-10"],
    ["char-lstm", "war-and-peace"],
    ["ptb-small", "ptb"],
  ]) {
    const { code, stderr } = await train(network!);
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${data}: not fetched yet; "entropy-sgd data ${data} --download" gets it`);
  }
});
