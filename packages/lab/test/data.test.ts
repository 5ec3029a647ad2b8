import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshCaches } from "../../training/test/temporaryFolder.ts";
import { dataFolder, freshOut, root, run } from "./commandRunner.ts";

test("data in IDX files: shapes, classes, and a page with a picture of each class", async () => {
  const out = freshOut();
  const { code, stdout } = await run(["data", dataFolder(), "--set", "validation=100", "--out", out]);
  expect(code).toBe(0);
  expect(stdout).toContain("data, read as idx: examples of the shape 1×28×28; 600 train, 100 validation, 200 test\n");
  expect(stdout).toMatch(/\nclass +train +validation +test\n/);
  expect(stdout.match(/^\d +\d+ +\d+ +\d+$/gm)).toHaveLength(10);
  expect(readFileSync(join(out, "examples.png")).subarray(1, 4).toString()).toBe("PNG");
  expect(readFileSync(join(out, "data.html"), "utf8")).toContain(
    `<img src="data:image/png;base64,${readFileSync(join(out, "examples.png")).toString("base64")}"`,
  );
  expect(JSON.parse(readFileSync(join(out, "data.json"), "utf8")).numExamples.train).toBe(600);
});

test("a table: its columns and a table of examples; JSON alone on standard output", async () => {
  const table = join(root, "houses.csv");
  writeFileSync(table, "size,town,price\n1,Ulm,10\n3,<b>,20\n3,Ulm,30\n1,Ulm,40\n");
  const out = freshOut();
  const args = [
    "data",
    table,
    "--set",
    "data.target=price",
    "--set",
    "data.test=1",
    "--set",
    "validation=1",
    "--out",
    out,
  ];
  const { stdout } = await run(args);
  expect(stdout).toContain("inputs: size, town (2 categories)\ntargets: numbers of the shape 1 (price)\n");
  expect(existsSync(join(out, "examples.png"))).toBe(false);
  expect(readFileSync(join(out, "data.html"), "utf8")).not.toContain("<b>");
  const json = await run([...args, "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ format: "csv", columns: [{ name: "size" }, { name: "town" }] });
});

test("what is wrong is said in one line", async () => {
  const empty = join(root, "empty");
  mkdirSync(empty);
  for (const [args, message] of [
    [[empty], `${empty}: no data that are known; they are `],
    [[dataFolder(), "--set", "batchSize=3"], "--set: must be data.NAME=value, validation=number or heldOut=how"],
    [[dataFolder(), "--set", "data.colour=3"], "colour: is no option of data; they are targets, target, "],
    [[dataFolder(), "--set", "data.test=-1"], "test: must be a share in (0, 1), or a whole number, got -1"],
  ] as const) {
    const { code, stderr } = await run(["data", ...args]);
    expect([code, stderr.trimEnd().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toContain(message);
  }
});

describe("data --download", () => {
  freshCaches();

  test("names where it looks when there is nothing, and refuses data that come with the packages", async () => {
    const failed = await run(["data", "cifar-10", "--download", "--from", "http://127.0.0.1:9/cifar.tar.gz"]);
    expect([failed.code, failed.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: http:\/\/127\.0\.0\.1:9\/cifar\.tar\.gz: cannot be reached \(.+\)\n$/),
    ]);
    const packaged = await run(["data", "--download"]);
    expect([packaged.code, packaged.stderr]).toEqual([
      2,
      'error: data: only data of these names are fetched: cifar-10, war-and-peace, tiny-shakespeare, ptb, got "mnist"\n',
    ]);
    const without = await run(["data", "cifar-10", "--from", "http://127.0.0.1:9"]);
    expect([without.code, without.stderr]).toEqual([2, "error: --from: is the address for --download\n"]);
  });

  test("a network for CIFAR-10 asks for it by itself", async () => {
    const { code, stderr } = await run(["train", "--network", "small-cifar", "--budget", "1", "--out", freshOut()]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('"entropy-sgd data cifar-10 --download" gets it')]);
  });
});
