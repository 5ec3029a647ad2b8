import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { engineNames, networkNames, readArguments, UsageError } from "./arguments.mjs";

describe("readArguments", () => {
  test("nothing asks for everything", () => {
    const asked = { command: "all", networks: networkNames, engines: engineNames, rounds: 4, seconds: 2, json: false };
    expect(readArguments([])).toEqual({ ...asked, steps: 10_000, minutes: 4, runs: 3 });
  });

  test("a command and its options", () => {
    const asked = readArguments([
      "step",
      "--json",
      "--networks",
      "lenet",
      "--engines",
      "ours,pytorch",
      "--seconds",
      "0.3",
    ]);
    expect(asked).toMatchObject({ command: "step", json: true, networks: ["lenet"], seconds: 0.3 });
    expect(asked.engines).toEqual(["ours", "pytorch"]);
  });

  test.each([
    [["faster"], /commands are step, report, memory, profile, checkpoints, layers, lstm, browser, got faster/],
    [["step", "report"], /got step report/],
    [["--networks", "lenet,nothing"], /--networks takes mnistfc-bn, lenet, all-cnn-bn, resnet18, got nothing/],
    [["lstm", "--networks", "lenet"], /--networks takes char-lstm, ptb-small, ptb-large, got lenet/],
    [["--engines", ""], /--engines takes .*got $/],
    [["--rounds", "1.5"], /--rounds must be an integer of at least 1, got 1.5/],
    [["--seconds", "0"], /--seconds must be positive, got 0/],
    [["--steps", "10"], /--steps must be an integer of at least 20, got 10/],
    [["--fast"], /Unknown option '--fast'/],
  ])("%j is refused", (argv, message) => {
    expect(() => readArguments(argv)).toThrow(UsageError);
    expect(() => readArguments(argv)).toThrow(message);
  });
});

test("the command ends with 2, a line on standard error and nothing on standard output", () => {
  const main = fileURLToPath(new URL("main.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "--networks", "nothing"], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^error: --networks takes .*\n$/);
});
