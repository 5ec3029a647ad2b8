import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { dataFolder, freshOut, root, run, trainArgs } from "./commandRunner.ts";

describe("figure wide-valleys", () => {
  test("prints minimizers and heights as JSON and writes page, SVG and PNG", async () => {
    const out = join(freshOut(), "valleys.html");
    const { code, stdout } = await run(["figure", "wide-valleys", "--seed", "7", "--out", out, "--json"]);
    expect(code).toBe(0);
    const { seed, minimizerOfLoss, scopes } = JSON.parse(stdout);
    expect(seed).toBe(7);
    expect(minimizerOfLoss).toBeGreaterThanOrEqual(790);
    expect(scopes.map(({ gamma }: { gamma: number }) => gamma)).toEqual([3e-3, 1e-3, 5e-5]);
    expect(Object.keys(scopes[0])).toEqual(["gamma", "minimizer", "heightAtSharp", "heightAtWide"]);
    expect(readdirSync(join(out, "..")).sort()).toEqual(["valleys.html", "valleys.json", "valleys.png", "valleys.svg"]);
  });

  test("refuses other names and endings", async () => {
    expect((await run(["figure", "narrow-valleys"])).code).toBe(2);
    const { code, stderr } = await run(["figure", "wide-valleys", "--out", join(freshOut(), "a.png")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --out: must end in \.html/);
  });
});

describe("figures of sampling", () => {
  test("langevin: descent stays, noise crosses, annealed temperature finds the global minimum more often", async () => {
    const out = join(freshOut(), "l.html");
    const { code, stdout } = await run(["figure", "langevin", "--out", out, "--json"]);
    expect(code).toBe(0);
    const { methods, gibbsShare, numChains } = JSON.parse(stdout);
    expect(numChains).toBe(1000);
    const [descent, langevin, step, temperature] = methods;
    expect(descent).toMatchObject({ name: "gradient descent", share: 0 });
    // The step's bias on the share is of order h = 0.02; chains have forgotten their start after 4,000 steps.
    for (const method of [langevin, step]) {
      expect(Math.abs(method.share - gibbsShare)).toBeLessThan(5 * method.standardError + 0.02);
    }
    expect(temperature.share).toBeGreaterThan(langevin.share + 5 * temperature.standardError);
    expect(readdirSync(join(out, ".."))).toEqual(
      expect.arrayContaining(["l.html", "l.json", "l-brownian.svg", "l-ends.png", "l-paths.svg"]),
    );
  });

  test("gibbs: samples have the masses of quadrature at every temperature and scope", async () => {
    const out = join(freshOut(), "g.html");
    const { stdout } = await run(["figure", "gibbs", "--seed", "3", "--out", out, "--json"]);
    const { targets } = JSON.parse(stdout);
    expect(targets).toHaveLength(6);
    for (const { massLeft, shareLeft, standardError, acceptance } of targets) {
      expect(Math.abs(shareLeft - massLeft)).toBeLessThan(5 * standardError);
      expect(acceptance).toBeGreaterThan(0.5);
    }
    expect(readFileSync(out, "utf8")).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("spectrum", () => {
  test("of a trained run: Lanczos extremes equal the dense ones, and the page, figure and numbers are written", async () => {
    const out = freshOut();
    const base = [
      "--network",
      "mlp-49-16-10",
      "--set",
      "validation=100",
      "--set",
      "batchSize=50",
      "--data",
      dataFolder(),
    ];
    await run(["train", ...base, "--optimizer", "sgd", "--budget", "5", "--out", out, "--json"]);
    const { code, stdout } = await run(["spectrum", out, "--examples", "300", "--steps", "60", "--dense", "--json"]);
    expect(code).toBe(0);
    const { dimension, largest, smallest, denseEigenvalues, nearZero, settings } = JSON.parse(stdout);
    expect(dimension).toBe(970);
    expect(settings).toMatchObject({ network: "mlp-49-16-10", examples: 300, steps: 60 });
    expect(denseEigenvalues).toHaveLength(970);
    // Products are float32: right to about 1e-5 of the largest eigenvalue.
    const scale = 1e-4 * denseEigenvalues[969];
    expect(Math.abs(largest[4].estimate - denseEigenvalues[969])).toBeLessThan(scale + largest[4].residual);
    expect(Math.abs(smallest[0].estimate - denseEigenvalues[0])).toBeLessThan(scale + smallest[0].residual);
    expect(nearZero[0]).toMatchObject({ threshold: 1e-4, resolved: expect.any(Boolean) });
    expect(readdirSync(join(out, "measurements", "spectrum"))).toEqual(
      expect.arrayContaining(["spectrum.html", "spectrum.json", "spectrum.png", "spectrum.svg"]),
    );
    const page = readFileSync(join(out, "measurements", "spectrum", "spectrum.html"), "utf8");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("needs a run with weights, and few weights for a dense Hessian", async () => {
    const missing = await run(["spectrum", join(root, "nowhere")]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: .*config\.json: missing/) });
    const out = freshOut();
    await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1"));
    const dense = await run(["spectrum", out, "--dense"]);
    expect(dense).toMatchObject({
      code: 2,
      stderr: "error: --dense: the network must have at most 3000 weights, small-mnistfc has 50890\n",
    });
    rmSync(join(out, "weights.safetensors"));
    const without = await run(["spectrum", out]);
    expect(without).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/weights\.safetensors: missing; the run has had no evaluation\n$/),
    });
  });
});

describe("local-entropy", () => {
  test("of two runs: the smoothed loss bounds from below, estimators agree, and everything is written", async () => {
    const base = [
      "--network",
      "mlp-49-16-10",
      "--set",
      "validation=100",
      "--set",
      "batchSize=50",
      "--data",
      dataFolder(),
    ];
    const [one, two] = [freshOut(), freshOut()];
    await run(["train", ...base, "--optimizer", "sgd", "--budget", "5", "--seed", "1", "--out", one, "--json"]);
    await run(["train", ...base, "--optimizer", "sgd", "--budget", "5", "--seed", "2", "--out", two, "--json"]);
    const { code, stdout } = await run([
      ...[
        "local-entropy",
        one,
        two,
        "--radii",
        "0.01,0.02",
        "--estimators",
        "smoothed-loss,laplace,coupling,scope",
        "--beta",
        "600",
      ],
      ...["--examples", "100", "--samples", "16", "--json"],
    ]);
    expect(code).toBe(0);
    const { settings, runs } = JSON.parse(stdout);
    expect(settings).toMatchObject({ network: "mlp-49-16-10", beta: 600, examples: 100 });
    expect(runs).toHaveLength(2);
    for (const { points, loss } of runs) {
      const at = (estimator: string, radius: number) =>
        points.find(
          (point: { estimator: string; radius: number }) => point.estimator === estimator && point.radius === radius,
        );
      expect(points).toHaveLength(8);
      for (const radius of [0.01, 0.02]) {
        const [bound, coupling] = [at("smoothed-loss", radius), at("coupling", radius)];
        expect(bound).toMatchObject({ kind: "lower bound", valid: true });
        expect(bound.estimate).toBeLessThan(coupling.estimate + 5 * (coupling.standardError + bound.standardError));
        expect(coupling.estimate).toBeLessThan(5 * coupling.standardError);
        expect(-coupling.estimate).toBeGreaterThan(loss - 0.1);
      }
    }
    const place = join(one, "measurements", `local-entropy-with-${basename(two)}`);
    expect(readdirSync(place)).toEqual(
      expect.arrayContaining(["local-entropy.html", "local-entropy.json", "local-entropy.png", "local-entropy.svg"]),
    );
    expect(readFileSync(join(place, "local-entropy.html"), "utf8")).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("refuses bad radii and estimators", async () => {
    expect((await run(["local-entropy", "x", "--radii", "0"])).stderr).toMatch(
      /It must be positive numbers between commas/,
    );
    expect((await run(["local-entropy", "x", "--estimators", "guess"])).stderr).toMatch(
      /Estimators are smoothed-loss, laplace, coupling, scope/,
    );
  });
});
