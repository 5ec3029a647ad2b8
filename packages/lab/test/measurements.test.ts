import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { main } from "../src/commands/main.ts";
import { passMeter } from "../src/commands/passMeter.ts";
import { solutionMeter } from "../src/commands/solutionMeter.ts";
import { decodeSafetensors, encodeSafetensors } from "../src/io/safetensors.ts";
import { readConfig } from "../src/runs/readRun.ts";
import { writeSeal } from "../src/runs/seal.ts";
import { dataFolder, freshOut, root, run } from "./commandRunner.ts";
import { writeSmallImages } from "./smallImages.ts";

const network = ["--network", "mlp-49-16-10", "--set", "validation=100", "--set", "batchSize=50", "--optimizer", "sgd"];
const [one, two] = [join(root, "runs", "one"), join(root, "runs", "two")];

beforeAll(async () => {
  for (const [seed, out] of [one, two].entries()) {
    const place = ["--data", dataFolder(), "--seed", String(seed + 1), "--out", out];
    await run(["train", ...network, "--budget", "1", ...place, "--json"]);
  }
});

/** Small amounts of every measuring command. */
const measuring: Readonly<Record<string, (first: string, second: string) => string[]>> = {
  spectrum: (first) => ["spectrum", first, "--examples", "100", "--steps", "6"],
  "local-entropy": (first, second) => [
    ...["local-entropy", first, second, "--examples", "100", "--steps", "4", "--draws", "4"],
    ...["--radii", "0.001,0.01"],
  ],
  robustness: (first, second) => ["robustness", first, second, "--examples", "40", "--blocks", "2"],
  flatness: (first, second) => [
    ...["flatness", first, second, "--examples", "100", "--steps", "4", "--draws", "2", "--probes", "2"],
    ...["--radii", "0.001"],
  ],
  slice: (first, second) => ["slice", first, second, "--examples", "100", "--points", "5", "--grid", "3"],
};

/** Questions of the signal, one a batch and some more, after which something is complete and something is not. */
const interruptedAfter: Readonly<Record<string, readonly number[]>> = {
  spectrum: [5, 12],
  "local-entropy": [14, 50],
  robustness: [9, 60],
  flatness: [20, 160],
  slice: [4, 9],
};

/** A signal that is seen at the question after `numAsked` of them. */
function signalAfter(numAsked: number): AbortSignal {
  let asked = 0;
  const target = new EventTarget();
  return Object.defineProperties(target, {
    aborted: { get: () => ++asked > numAsked },
    reason: { value: "SIGINT" },
  }) as unknown as AbortSignal;
}

/** Where the links of a page lead. */
function linksOf(page: string): string[] {
  const hrefs = [...readFileSync(page, "utf8").matchAll(/href="([^"]+)"/g)].map(([, href]) => href!);
  return hrefs.map((href) => join(dirname(page), ...href.split("/").map(decodeURIComponent)));
}

describe("a measurement", () => {
  test("has a folder for each pair and settings, reuses it, and is linked with the pages of its runs", async () => {
    const seeded = (seed: number) => [...measuring.spectrum!(one, two), "--seed", String(seed)];
    for (const seed of [0, 1, 0]) expect((await run(seeded(seed))).code).toBe(0);
    expect((await run(measuring.slice!(one, two))).code).toBe(0);
    const folder = join(one, "measurements");
    expect(readdirSync(folder)).toEqual(["index.html", "slice-with-two", "spectrum", "spectrum-2"]);
    const numbers = JSON.parse(readFileSync(join(folder, "spectrum-2", "spectrum.json"), "utf8"));
    expect(numbers.settings.seed).toBe(1);

    const page = join(folder, "slice-with-two", "slice.html");
    const index = (of: string) => join(of, "measurements", "index.html");
    const report = (of: string) => join(of, "report.html");
    expect(linksOf(page)).toEqual([index(one), report(one), index(two), report(two)]);
    expect(linksOf(index(one))).toEqual([
      ...[report(one), page, join(folder, "spectrum", "spectrum.html")],
      join(folder, "spectrum-2", "spectrum.html"),
    ]);
    expect(linksOf(index(two))).toEqual([report(two), page]);
    for (const of of [one, two]) expect(linksOf(report(of))).toEqual([index(of)]);
  });

  test("is not replaced in the folder of --out by another of its name", async () => {
    const out = freshOut();
    const seeded = (seed: number) => [...measuring.spectrum!(one, two), "--seed", String(seed), "--out", out];
    expect((await run(seeded(0))).code).toBe(0);
    expect((await run(seeded(0))).code).toBe(0);
    expect(await run(seeded(1))).toMatchObject({
      code: 2,
      stderr: `error: ${join(out, "spectrum.json")}: is the spectrum of other runs, weights or settings; choose another --out\n`,
    });
  });

  test("is refused before it begins if its results cannot be written", async () => {
    const linked = freshOut();
    cpSync(one, linked, { recursive: true });
    rmSync(join(linked, "measurements"), { recursive: true, force: true });
    const elsewhere = freshOut();
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(linked, "measurements"));
    const place = join(linked, "measurements");
    const refused = await run(measuring.spectrum!(linked, two));
    expect(refused).toMatchObject({ code: 2, stderr: `error: ${place}: must be a folder, and no symbolic link\n` });
    const file = join(one, "config.json");
    const { code, stderr } = await run([...measuring.spectrum!(one, two), "--out", join(file, "a")]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: .*config\.json.*: cannot be written/)]);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test("of a study's solutions prints a line for each, with the time left", () => {
    const lines: string[] = [];
    let time = 0;
    const context = { stderr: { write: (text: string) => lines.push(text) } } as unknown as Parameters<typeof main>[1];
    const meter = solutionMeter(context, 4, () => time);
    // The first was measured before.
    meter.onMeasured("sgd, seed 1");
    for (const seed of [2, 3, 4]) {
      meter.onStep(`sgd, seed ${seed}`, "trace");
      time += 30_000;
      meter.onStep(`sgd, seed ${seed}`, "shift 1");
      meter.onMeasured(`sgd, seed ${seed}`);
    }
    expect(lines).toEqual([
      "measured 2 of 4: sgd, seed 2, about 60 s left\n",
      "measured 3 of 4: sgd, seed 3, about 30 s left\n",
      "measured 4 of 4: sgd, seed 4\n",
    ]);
  });

  test("prints its cost first, and the time once it can be estimated", () => {
    const lines: string[] = [];
    let time = 0;
    const context = { stderr: { write: (text: string) => lines.push(text) } } as unknown as Parameters<typeof main>[1];
    const { onPass } = passMeter(
      context,
      "local-entropy",
      [
        { kind: "product", number: 10, numExamples: 100 },
        { kind: "loss", number: 40, numExamples: 100 },
        { kind: "recalibration", number: 0, numExamples: 0 },
      ],
      () => time,
    );
    // 10 products are worth 60 of 100 forward passes; at 0.3 s each these are 3 s, and the losses 2 s.
    for (let k = 0; k < 10; k++) {
      time += 300;
      onPass({ kind: "product", numExamples: 100 });
    }
    expect(lines[0]).toBe(
      "local-entropy: about 10 Hessian-vector products over 100 images, 40 losses over 100 images\n",
    );
    expect(lines[1]).toBe("about 5 s in all\n");
    expect(lines.at(-1)).toBe("60 %, 2 s left\n");
  });
});

test("a search for saddles is ended by a signal within a descent", async () => {
  const out = join(freshOut(), "s.html");
  const args = ["saddles", "--data", dataFolder(), "--examples", "50", "--searches", "50", "--out", out];
  const { code, stderr } = await run(args, { signal: signalAfter(100) });
  expect(code).toBe(130);
  expect(stderr).toMatch(/^saddles: 50 searches over 50 images; each descends by up to 3000 gradients/);
  expect(stderr).toContain("interrupted: nothing was complete, nothing was written\n");
});

describe.each(Object.entries(measuring))("%s", (name, args) => {
  test("keeps its complete parts after a signal, says so, and does not replace a complete measurement", async () => {
    const out = freshOut();
    const numbers = () => JSON.parse(readFileSync(join(out, `${name}.json`), "utf8"));
    for (const numAsked of interruptedAfter[name]!) {
      const { code, stderr } = await run([...args(one, two), "--out", out], { signal: signalAfter(numAsked) });
      expect(code).toBe(130);
      expect(stderr).toContain(`interrupted: what was complete is in ${out}\n`);
      expect(numbers().interrupted).toBe(true);
      const page = readFileSync(join(out, `${name}.html`), "utf8");
      expect(page).toContain("Interrupted: this page holds what was complete");
      expect(page).not.toMatch(/NaN|undefined|Infinity/);
    }
    const complete = await run([...args(one, two), "--out", out]);
    expect(complete.code).toBe(0);
    expect(complete.stderr).toMatch(new RegExp(`^${name}: about \\d+ .* over \\d+ images`));
    expect(numbers().interrupted).toBe(undefined);
    const again = await run([...args(one, two), "--out", out], { signal: signalAfter(interruptedAfter[name]![0]!) });
    expect(again.code).toBe(130);
    expect(again.stderr).toContain(`interrupted: the same measurement, complete, stays in ${out}\n`);
    expect(numbers().interrupted).toBe(undefined);
  });

  test("refuses weights that are not finite, and says how many", async () => {
    const bad = freshOut();
    cpSync(one, bad, { recursive: true });
    const file = join(bad, "weights.safetensors");
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
    tensors[0]!.data[0] = Number.NaN;
    tensors[0]!.data[3] = Number.POSITIVE_INFINITY;
    writeFileSync(file, encodeSafetensors({ tensors, metadata }));
    writeSeal(bad, readConfig(bad), () => {});
    expect(await run(args(bad, bad))).toMatchObject({
      code: 2,
      stderr: `error: ${bad}: weights to be measured must be finite, 2 of 970 are not: 2 in fc1.weight\n`,
    });
  });

  test("accepts the run's data in another folder, and no other data", async () => {
    const [moved, other] = [join(root, "moved"), join(root, "other")];
    cpSync(dataFolder(), moved, { recursive: true });
    writeSmallImages(other, { noisy: true });
    const refused = await run([...args(one, two), "--data", other]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /^error: .*one: the data must be those the run began with, SHA-256 \w{64}, found \w{64} \(other\); --data .*\n$/,
    );
    expect((await run([...args(one, two), "--data", moved, "--out", freshOut()])).code).toBe(0);
  });
});
