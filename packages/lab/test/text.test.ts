/** A language model of a text by commands: train, resume, evaluate, sample. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root, run } from "./commandRunner.ts";

const folder = join(root, "texts");
const book = join(folder, "book.txt");
const out = join(root, "model");

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(book, "the cat sat on the mat\nthe dog sat on the log\n".repeat(40));
});

const trainArgs = (place: string, ...more: string[]): string[] => [
  ...["train", "--network", "char-lstm", "--data", book, "--optimizer", "adam", "--threads", "1", "--out", place],
  ...["--set", "batchSize=7", "--set", "data.steps=10", ...more],
];
const train = (place: string, ...more: string[]) => run(trainArgs(place, ...more));

/** The last evaluation of a run. */
function lastEvaluation(place: string): { readonly testLoss: number } {
  const events = readFileSync(join(place, "events.jsonl"), "utf8").trim().split("\n");
  return events
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === "evaluation")
    .at(-1);
}

describe("a character model", () => {
  test("says what the text is, and trains to less than a uniform guess", async () => {
    const { code, stderr, stdout } = await train(out, "--budget", "2", "--json");
    expect(code).toBe(0);
    expect(stderr).toContain(
      "book.txt, read as text: windows of 10 characters, a vocabulary of 14; 1,656 train, 92 validation, 92 test\n",
    );
    expect(lastEvaluation(out).testLoss).toBeLessThan(Math.log(14));
    expect(JSON.parse(stdout)).toMatchObject({ task: "sequence", primary: { name: "perplexity" } });
    const settings = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
    expect(settings).toMatchObject({ task: "sequence", dataOptions: { steps: 10 }, validation: null });
  });

  test("goes on after an interruption in the middle of a lane to the same bits", async () => {
    const place = join(root, "interrupted");
    // Lanes have 23 windows; the first evaluation is after 25 gradients.
    const stopped = await run(trainArgs(place, "--budget", "2"), { stopAt: "(25 gradients" });
    expect(stopped.code).toBe(130);
    expect(await run(["resume", place])).toMatchObject({ code: 0 });
    expect(readFileSync(join(place, "weights.safetensors"))).toEqual(readFileSync(join(out, "weights.safetensors")));
  });

  test("is evaluated over a whole text, as in training", async () => {
    const { code, stdout } = await run(["evaluate", out, "--threads", "1", "--json"]);
    expect(code).toBe(0);
    const { testLoss } = lastEvaluation(out);
    expect(JSON.parse(stdout)).toMatchObject({ loss: { value: testLoss }, perplexity: { value: Math.exp(testLoss) } });
    const other = join(folder, "other.txt");
    writeFileSync(other, "the cat sat on the dog\n");
    expect((await run(["evaluate", out, "--data", other])).code).toBe(0);
    writeFileSync(other, "THE CAT SAT ON THE DOG\n");
    expect((await run(["evaluate", out, "--data", other])).stderr).toContain('number 1 is "T"');
    expect(await run(["predict", out, "--data", other])).toMatchObject({ code: 2 });
    for (const short of ["", "the cat"]) {
      writeFileSync(other, short);
      expect(await run(["evaluate", out, "--data", other])).toMatchObject({
        code: 2,
        stderr: `error: ${other}: must have at least 11 characters, one more than the steps of a window, it has ${short.length}\n`,
      });
    }
  });

  test("writes text, the same for the same seed", async () => {
    const ask = async (...more: string[]) => (await run(["sample", out, "--length", "40", ...more])).stdout;
    const one = await ask("--seed", "3");
    expect(one).toHaveLength(41);
    expect(await ask("--seed", "3")).toBe(one);
    expect(await ask("--seed", "4")).not.toBe(one);
    const prompted = await ask("--seed", "3", "--prompt", "the cat");
    expect(prompted.startsWith("the cat")).toBe(true);
    expect(prompted).toHaveLength(48);
    const cold = await ask("--temperature", "0", "--seed", "1");
    expect(await ask("--temperature", "0", "--seed", "2")).toBe(cold);
    const { text, seed } = JSON.parse(await ask("--seed", "3", "--json"));
    expect([`${text}\n`, seed]).toEqual([one, 3]);
    const { code, stderr } = await run(["sample", out, "--prompt", "Cat"]);
    expect(code).toBe(2);
    expect(stderr).toContain("prompt: characters must be among the 14 of the vocabulary");
  });
});

test("a word model writes words", async () => {
  const place = join(root, "words");
  const set = ["data.steps=5", "batchSize=4"].flatMap((value) => ["--set", value]);
  const { code } = await run([
    ...["train", "--network", "ptb-small", "--data", book, "--optimizer", "sgd", "--threads", "1", "--budget", "1"],
    ...["--out", place, ...set],
  ]);
  expect(code).toBe(0);
  const { stdout } = await run(["sample", place, "--length", "12"]);
  const words = stdout.split(/\s+/).filter((word) => word !== "");
  for (const word of words) expect(["the", "cat", "dog", "sat", "on", "mat", "log"]).toContain(word);
  expect(words.length).toBeGreaterThan(3);
  expect(await run(["sample", place, "--prompt", "  "])).toMatchObject({
    code: 2,
    stderr: 'error: prompt: must have words, got "  "\n',
  });
});

describe("refused are", () => {
  test("a language model of pictures, and text from a classifier", async () => {
    const { code, stderr } = await run(["train", "--network", "char-lstm", "--data", "mnist", "--budget", "1"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: char-lstm: takes texts (--data FILE.txt, or one of war-and-peace, tiny-shakespeare, ptb), examples have the shape 1×28×28\n",
    );
  });

  test.each(["char-lstm", "mlp"])("the classes of a text by %s", async (network) => {
    const { code, stderr } = await run([
      ...["train", "--network", network, "--data", book, "--task", "classification", "--optimizer", "adam"],
      ...["--budget", "1", "--set", "data.steps=10"],
    ]);
    expect([code, stderr]).toEqual([
      2,
      `error: ${network}: classification: outputs must be [classes] for an example, got [10, 14]\n`,
    ]);
  });

  test("noise of tokens", async () => {
    const { code, stderr } = await run(["robustness", out, out]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("a text has tokens for inputs")]);
  });

  test("a permutation of what is read in order", async () => {
    const { code, stderr } = await train(join(root, "none"), "--budget", "1", "--sampling", "permutation");
    expect(code).toBe(2);
    expect(stderr).toContain("sampling: a text is read in order");
  });
});
