import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freshOut, run, trainArgs } from "./commandRunner.ts";

const program = fileURLToPath(new URL("./commandProcess.ts", import.meta.url));

/**
 * Starts a program in a process of its own and sends the signals, each when the text before it was printed; gives how it
 * ended.
 */
async function signalled(ofNode: readonly string[], signals: readonly (readonly [RegExp, NodeJS.Signals])[]) {
  const child = spawn(process.execPath, ["--import", "tsx", ...ofNode], { stdio: ["ignore", "ignore", "pipe"] });
  let [stderr, sent] = ["", 0];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    while (sent < signals.length && signals[sent]![0].test(stderr)) child.kill(signals[sent++]![1]);
  });
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on("close", (code, signal) => resolve([code, signal]));
  });
  const [code, signal] = await ended;
  return { code, signal, stderr };
}

test("a figure of chains without I/O is ended by a signal", async () => {
  const out = join(freshOut(), "g.html");
  const { code, stderr } = await signalled(
    [program, "figure", "gibbs", "--out", out],
    [[/^gibbs: 6 targets/, "SIGINT"]],
  );
  expect(stderr).toContain("interrupted: nothing was complete, nothing was written\n");
  expect(code).toBe(130);
  expect(existsSync(out)).toBe(false);
});

test("a measurement is ended by a signal within a product and keeps the steps before", async () => {
  const out = freshOut();
  await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1"));
  const [steps, examples] = ["100000", "600"];
  const args = [program, "spectrum", out, "--steps", steps, "--examples", examples];
  const { code, stderr } = await signalled(args, [[/^about .* in all$/m, "SIGTERM"]]);
  expect(stderr).toContain(`interrupted: what was complete is in ${join(out, "measurements", "spectrum")}\n`);
  expect(code).toBe(143);
  const { interrupted, densityProbes } = JSON.parse(
    readFileSync(join(out, "measurements", "spectrum", "spectrum.json"), "utf8"),
  );
  expect(interrupted).toBe(true);
  expect(densityProbes[0].nodes.length).toBeGreaterThan(0);
});

test("a second signal, also of another kind, ends the process at once", async () => {
  const context = fileURLToPath(new URL("../src/commands/processContext.ts", import.meta.url));
  // Work that does not end by itself, nor by the first signal.
  const endless = `
    const { stderr, signal } = (await import(${JSON.stringify(context)})).processContext();
    signal.addEventListener("abort", () => stderr.write("first " + signal.reason + "\\n"));
    signal.addEventListener("abort", () => setTimeout(() => stderr.write("later\\n"), 150));
    setInterval(() => {}, 1000);
    stderr.write("begun\\n");
  `;
  const { code, signal, stderr } = await signalled(
    ["--input-type=module", "--eval", endless],
    [
      [/begun/, "SIGHUP"],
      // A terminal that is closed sends it twice.
      [/first/, "SIGHUP"],
      [/later/, "SIGTERM"],
    ],
  );
  expect(stderr).toBe("begun\nfirst SIGHUP\nlater\n");
  expect([code, signal]).toEqual([null, "SIGTERM"]);
});

test("after SIGUSR2 the run writes a checkpoint and continues; after SIGHUP it writes one and ends with 129", async () => {
  const out = freshOut();
  const args = [program, ...trainArgs(out, "--optimizer", "sgd", "--budget", "200")];
  const { code, stderr } = await signalled(args, [
    [/epoch 1\./, "SIGUSR2"],
    [/epoch 20\./, "SIGHUP"],
  ]);
  expect(code, stderr).toBe(129);
  const lines = readFileSync(join(out, "events.jsonl"), "utf8").trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line));
  const [requested, last] = ["requested", "interrupted"].map((reason) => events.findIndex((e) => e.reason === reason));
  expect(requested).toBeGreaterThan(0);
  expect(last).toBe(events.length - 2);
  expect(events.at(-1)).toMatchObject({ type: "end", result: { interrupted: true } });
  expect(existsSync(join(out, "checkpoints", events[last!].name))).toBe(true);
  expect((await run(["resume", out, "--json"], { signal: AbortSignal.abort("SIGHUP") })).code).toBe(129);
});
