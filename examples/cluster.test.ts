/** The examples in cluster/: what their programs would be given is what they take; the commands in them are ours. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { programOf } from "../packages/lab/src/commands/main.ts";

const folder = fileURLToPath(new URL("cluster", import.meta.url));
const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Whether the command takes these words. @throws what it says otherwise */
async function isTaken(words: readonly string[]): Promise<boolean> {
  const silent = { write: () => undefined };
  const context = { stdout: silent, stderr: silent, signal: new AbortController().signal };
  let called = false;
  const program = await programOf(words[0], context, () => undefined);
  const named = (command: Command, [word, ...rest]: readonly string[]): Command => {
    const own = command.commands.find((one) => one.name() === word);
    return own === undefined ? command : named(own, rest);
  };
  named(program, words).action(() => {
    called = true;
  });
  await program.parseAsync([...words], { from: "user" });
  return called;
}

/** The calls of the command in a text, each with its words; a variable of the shell is a number. */
function calls(text: string): string[][] {
  const found = [...text.matchAll(/^(?:#\s+)?(?:.*?[\s/])?entropy-sgd(?:\.js)? ((?:sweep|runs|resume|worker) .*)$/gm)];
  return found.map(([, words]) =>
    words!
      .replaceAll(/"\$\{from\[@\]\}"/g, "--from runs/part-1")
      .replaceAll(/\$\{?\w+\}?/g, "1")
      .split(/\s+/),
  );
}

describe("manifests of Kubernetes", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  const documents = names.flatMap((name) => parseAllDocuments(textOf(name)).map((document) => ({ name, document })));
  type Container = { image: string; command?: string[]; args: string[] };

  test("are well-formed, each with what Kubernetes asks of all", () => {
    expect(documents).toHaveLength(7);
    for (const { name, document } of documents) {
      expect([name, document.errors]).toEqual([name, []]);
      const label = expect.stringMatching(/^[a-z][a-z0-9-]*$/);
      expect(document.toJS()).toMatchObject({
        apiVersion: expect.any(String),
        kind: expect.any(String),
        metadata: { name: label },
      });
    }
  });

  test("call the command as it is", async () => {
    const pods = documents.flatMap(
      ({ document }) => document.toJS().spec?.template?.spec?.containers ?? [],
    ) as Container[];
    const own = pods.filter(({ image }) => image.endsWith("/entropy-sgd"));
    expect(own).toHaveLength(3);
    for (const { command, args } of own) {
      const lines = command![0] === "entropy-sgd" ? [args] : calls(args[0]!);
      expect(lines).toHaveLength(1);
      for (const words of lines) expect(await isTaken(words), words.join(" ")).toBe(true);
    }
    // Names that one part has and another uses.
    const text = textOf("kubernetes.yaml");
    for (const claim of ["nats", "runs"])
      expect(text).toMatch(new RegExp(`kind: PersistentVolumeClaim\nmetadata:\n {2}name: ${claim}\n`));
    expect(text).toMatch(/kind: Service\nmetadata:\n {2}name: nats\n/);
  });
});

test.each([
  ["kubernetes-shards.yaml", 3],
  ["slurm.sh", 3],
  ["entropy-sgd-worker.service", 1],
])("%s calls the command as it is", async (name, count) => {
  const found = calls(textOf(name));
  expect(found).toHaveLength(count);
  for (const words of found) expect(await isTaken(words), words.join(" ")).toBe(true);
});

test("the script of Slurm trains each part and merges those that began, by the program that reads it", () => {
  expect(spawnSync("bash", ["-n", join(folder, "slurm.sh")]).status).toBe(0);
  const place = mkdtempSync(join(tmpdir(), "slurm-"));
  for (const part of [1, 2, 3, 5, 6]) mkdirSync(join(place, `runs/part-${part}`), { recursive: true });
  // In place of npx: it says what it is called with.
  const run = (task: number): string =>
    spawnSync("bash", ["-c", 'npx() { echo "$*"; }; exec() { "$@"; exit; }; source "$0"', join(folder, "slurm.sh")], {
      env: { SLURM_ARRAY_TASK_ID: String(task) },
      encoding: "utf8",
      cwd: place,
    }).stdout;
  const sweep = "entropy-sgd sweep examples/sweeps/learning-rates.yaml";
  expect(run(2)).toBe(`${sweep} --shard 2/6 --out runs/part-2 --max-minutes 235\n`);
  const from = [1, 2, 3, 5, 6].map((part) => ` --from runs/part-${part}`).join("");
  expect(run(0)).toBe(`entropy-sgd runs merge runs/whole${from}\n${sweep} --out runs/whole\n`);
  rmSync(place, { recursive: true });
});
