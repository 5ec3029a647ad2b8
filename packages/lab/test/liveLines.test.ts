/** What a person sees of a run on terminals of several widths, read from a virtual one. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CommandContext } from "../src/commands/context.ts";
import { counter } from "../src/commands/findings.ts";
import { passMeter } from "../src/commands/passMeter.ts";
import { progressListener } from "../src/commands/progress.ts";
import { solutionMeter } from "../src/commands/solutionMeter.ts";
import { runsMeter } from "../src/commands/terminal/runsMeter.ts";
import type { LiveView } from "../src/commands/terminal/terminalStreams.ts";
import { whileWaiting } from "../src/commands/terminal/whileWaiting.ts";
import { columnsOf } from "../src/report/columnsOf.ts";
import type { RunEvent } from "../src/runs/runEvents.ts";
import { evaluationAt, gradientAt, outerAt, resultWith, startEvent } from "./testRecords.ts";
import { type VirtualTerminal, virtualTerminal } from "./virtualTerminal.ts";

/** A run whose losses fall from 2.3 to 0.02, and whose distance is known. */
function eventsUpTo(gradients: number): RunEvent[] {
  const events: RunEvent[] = [startEvent()];
  for (let k = 1; k <= gradients; k++) {
    events.push(gradientAt(k, 2.3 * 0.01 ** (k / 80)));
    if (k % 20 === 0) events.push({ ...outerAt(k), scope: 1e-4, distance: 0.1234 });
    if (k === 40) events.push(evaluationAt(k, 0.0123, []));
  }
  return events;
}

/** The terminal after the events, 20 ms between two gradients. */
function shown(
  columns: number,
  events: readonly RunEvent[],
  variables = {},
): VirtualTerminal & { listen(event: RunEvent): void } {
  const terminal = virtualTerminal(columns, variables);
  let clock = 0;
  const listener = progressListener(terminal.stderr, { now: () => clock });
  const listen = (event: RunEvent): void => {
    if (event.type === "gradient") clock += 100;
    listener(event);
  };
  for (const event of events) listen(event);
  return { ...terminal, listen };
}

describe("a long evaluation", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("where nothing can be redrawn is said by a line each half minute, until it has ended", () => {
    const written: string[] = [];
    const listen = progressListener({ write: (text) => written.push(text) });
    listen(startEvent());
    const last = startEvent().totalGradients;
    for (let k = 1; k <= last; k++) listen(gradientAt(k));
    written.length = 0;
    vi.advanceTimersByTime(95_000);
    expect(written).toEqual(["30 s", "60 s", "2 min"].map((time) => `  evaluating, for ${time} so far\n`));
    listen(evaluationAt(last, 0.1, []));
    written.length = 0;
    vi.advanceTimersByTime(95_000);
    expect(written).toEqual([]);
  });

  test("is a live line of a terminal", () => {
    let lines: readonly string[] | null = null;
    const stream = {
      write: () => expect.unreachable(),
      keepBelow(view: LiveView | null) {
        lines = view === null ? null : view(80);
      },
    };
    const stop = whileWaiting(stream, "evaluating 5,000 tokens");
    vi.advanceTimersByTime(41_000);
    expect(lines).toEqual(["evaluating 5,000 tokens, for 41 s so far"]);
    stop();
    expect(lines).toBeNull();
    vi.advanceTimersByTime(5000);
    expect(lines).toBeNull();
  });
});

describe("the live lines of a run", () => {
  test("have a bar, the time left, the curves of loss and error, and the state of the optimizer", async () => {
    const terminal = shown(200, eventsUpTo(50));
    expect(await terminal.lines()).toEqual([
      "lenet, sgd, seed 1: 3 weights, 80 gradients",
      "  epoch 1.0: validation error 1.23 %, test error 1.23 % (40 gradients, 40 s)",
      "62 %         ████████████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░ epoch 1.3/2.0, 50/s, 0:01 left",
      "loss 0.546   ███████▇▇▇▇▇▇▆▆▆▆▆▆▅▅▅▅▅▅▄▄▄▄▄▄▃▃▃▃▃▃▂▂▂▂▂▂▁▁▁▁▁▁▁ 0.129 to 2.17, log scale",
      "error 1.23 % ▁ validation, test 1.23 %, best validation 1.23 %",
      "outer 3/4, inner 10/20, scope γ 1.0e-4, distance ‖x'−x‖ 0.123, learning rate 0.1",
    ]);
  });

  test.each([
    [
      80,
      [
        "62 %         ██████████████████████░░░░░░░░░░░░░ epoch 1.3/2.0, 50/s, 0:01 left",
        "loss 0.546   ██████▇▇▇▇▇▆▆▆▆▆▅▅▅▅▅▄▄▄▄▄▃▃▃▃▃▂▂▂▂▂▁▁▁▁▁ 0.129 to 2.17, log scale",
        "error 1.23 % ▁ validation, test 1.23 %, best validation 1.23 %",
        "outer 3/4, scope γ 1.0e-4, distance ‖x'−x‖ 0.123, learning rate 0.1",
      ],
    ],
    [
      40,
      [
        "62 %         ██████░░░░ 50/s, 0:01 left",
        "loss 0.546   ██▇▆▆▅▄▃▃▂▁▁ 0.129 to 2.17",
        "error 1.23 % ▁ test 1.23 %",
        "γ 1.0e-4, ‖x'−x‖ 0.123, lr 0.1",
      ],
    ],
    [20, ["62 % 0:01 left", "loss 0.546 █▇▆▅▄▃▂▁", "error 1.23 % ▁", "γ 1.0e-4, lr 0.1"]],
    [8, ["62 %"]],
  ])("have whole words and numbers on %d columns, and no line that goes on in the next", async (columns, expected) => {
    const terminal = shown(columns, eventsUpTo(50));
    const lines = await terminal.lines();
    expect(lines.slice(-expected.length)).toEqual(expected);
    if (columns >= 20) expect(await terminal.hasWrapped()).toBe(false);
    // The cursor is below them, at the left.
    expect(await terminal.cursor()).toEqual([lines.length, 0]);
  });

  test("are drawn ten times a second at most, and where an evaluation begins", () => {
    const terminal = virtualTerminal(80);
    let clock = 0;
    const listen = progressListener(terminal.stderr, { now: () => clock });
    listen(startEvent());
    for (let k = 1; k <= 50; k++) {
      clock += 20;
      listen(gradientAt(k));
    }
    // 50 gradients of 20 ms, at most one drawing in 100 ms, and one more where an evaluation is due, which did not come.
    expect(terminal.written().match(/loss/g)).toHaveLength(11);
  });

  test("include evaluations in the time left and show when one is running; runs are numbered", async () => {
    const terminal = virtualTerminal(200);
    let clock = 0;
    const listen = progressListener(terminal.stderr, { now: () => clock, numRuns: 6, numDone: () => 2 });
    listen(startEvent());
    expect(await terminal.lines()).toEqual([expect.stringContaining("run 3 of 6: lenet, sgd, seed 1")]);
    const progress = async (): Promise<string> => (await terminal.lines()).find((line) => line.includes("left"))!;
    for (let k = 1; k <= 40; k++) listen(gradientAt(k));
    // The first evaluation is due after 40 gradients.
    expect(await progress()).toMatch(/ run 3 of 6, epoch 1.0\/2.0, evaluating, >0:01 left$/);
    clock += 10_000;
    listen(evaluationAt(40, 0.0123, []));
    for (let k = 41; k <= 60; k++) listen(gradientAt(k));
    clock += 1000;
    listen(gradientAt(61));
    // 19 gradients of 20 ms, and an evaluation of 10 s.
    expect(await progress()).toContain("50/s, 0:10 left");
    for (let k = 62; k <= 80; k++) listen(gradientAt(k));
    expect(await progress()).toMatch(/^100 % .*evaluating, 0:10 left$/);
  });

  test("make room for every other line, and are gone at the end", async () => {
    const terminal = shown(40, eventsUpTo(30));
    const before = await terminal.lines();
    expect(before).toHaveLength(5);
    terminal.listen({ type: "warning", gradients: 30, message: "the loss rises; try a smaller learning rate" });
    terminal.stdout.write("on standard output\n");
    terminal.stderr.write("on standard error\n");
    expect(await terminal.lines()).toEqual([
      ...before.slice(0, 2),
      "warning: the loss rises; try a smaller",
      "    learning rate",
      "on standard output",
      "on standard error",
      ...before.slice(2),
    ]);
    terminal.listen({ type: "end", result: resultWith({ reason: "interrupted", gradientEvaluations: 30 }) });
    expect(await terminal.lines()).toEqual([
      ...before.slice(0, 2),
      "warning: the loss rises; try a smaller",
      "    learning rate",
      "on standard output",
      "on standard error",
      "  interrupted after 30 gradients",
    ]);
  });

  test.each([
    [80, [40]],
    [40, [20]],
    [20, [80]],
    [200, [33]],
    [80, [40, 100]],
  ])("leave nothing behind when %d columns become %j", async (from, widths) => {
    const terminal = shown(from, eventsUpTo(45));
    let gradients = 45;
    const next = (): void => {
      gradients += 1;
      terminal.listen(gradientAt(gradients, 2.3 * 0.01 ** (gradients / 80)));
    };
    // Two drawings for the old width: tmux tells of a new one a quarter of a second later.
    for (const columns of widths) {
      await terminal.resize(columns, () => {
        next();
        next();
      });
    }
    while (gradients < 50) next();
    const to = widths.at(-1)!;
    const [same, all] = [await shown(to, eventsUpTo(50)).lines(), await terminal.lines()];
    expect(all.slice(-4)).toEqual(same.slice(-4));
    // Before them stands what was printed, broken anew, and nothing of the lines before.
    expect(all.filter((line) => /loss/.test(line))).toHaveLength(1);
    expect(all.join("").replaceAll(" ", "")).toMatch(/^lenet,sgd,seed1:3weights,80gradients.*\(40gradients,40s\)62%/);
    terminal.listen({ type: "end", result: resultWith({ reason: "interrupted" }) });
    expect((await terminal.lines()).filter((line) => /loss|γ|█/.test(line))).toEqual([]);
  });

  test("of a terminal that is too low are the first ones", async () => {
    const terminal = virtualTerminal(80, {}, 3);
    const listen = progressListener(terminal.stderr, { now: () => 0 });
    for (const event of eventsUpTo(40)) listen(event);
    expect((await terminal.lines()).slice(-2)).toEqual([
      expect.stringMatching(/^50 %/),
      expect.stringMatching(/^loss/),
    ]);
  });

  test("stay above what is typed, and are erased with it", async () => {
    const terminal = shown(40, eventsUpTo(30));
    const before = await terminal.lines();
    terminal.type("^C");
    expect(await terminal.lines()).toEqual([...before, "^C"]);
    terminal.listen({ type: "end", result: resultWith({ reason: "interrupted", gradientEvaluations: 30 }) });
    expect(await terminal.lines()).toEqual([...before.slice(0, 2), "  interrupted after 30 gradients"]);
  });

  test("wait for the end of a line that is written in parts", async () => {
    const terminal = shown(40, eventsUpTo(30));
    const [head, rest, ...view] = await terminal.lines();
    terminal.stdout.write("begun, ");
    expect(await terminal.lines()).toEqual([head, rest, "begun,"]);
    terminal.stdout.write("ended\n");
    expect(await terminal.lines()).toEqual([head, rest, "begun, ended", ...view]);
  });
});

describe("the live line of runs at a time", () => {
  test("has those that are done and at work, and the time left once one was trained", async () => {
    const terminal = virtualTerminal(80);
    let clock = 0;
    const meter = runsMeter(terminal.stderr, 4, () => clock);
    meter.begin("sgd-1");
    meter.begin("sgd-2");
    expect(await terminal.lines()).toEqual([`0/4 runs ${"░".repeat(48)} at work: sgd-1, sgd-2`]);
    meter.end("sgd-1", false);
    expect(await terminal.lines()).toEqual([expect.stringMatching(/^1\/4 runs █{14}░{41} at work: sgd-2$/)]);
    clock += 30_000;
    meter.end("sgd-2", true);
    meter.begin("sgd-3");
    expect(await terminal.lines()).toEqual([expect.stringMatching(/^2\/4 runs █+░+ at work: sgd-3, about 60 s left$/)]);
    await terminal.resize(40);
    expect(await terminal.lines()).toEqual(["2/4 runs ███████░░░░░░░ about 60 s left"]);
    await terminal.resize(20);
    expect(await terminal.lines()).toEqual(["2/4 runs █████░░░░░"]);
    meter.end("sgd-3", true);
    meter.begin("sgd-4");
    meter.end("sgd-4", true);
    expect(await terminal.lines()).toEqual([]);
  });
});

describe("colours", () => {
  const escapeCharacter = String.fromCharCode(27);

  test.each([
    [{}, true],
    [{ NO_COLOR: "" }, true],
    [{ NO_COLOR: "1" }, false],
    [{ FORCE_COLOR: "0" }, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true],
  ])("with %j: %s", async (variables, expected) => {
    const terminal = shown(80, eventsUpTo(50), variables);
    expect(terminal.written().includes(`${escapeCharacter}[32m`)).toBe(expected);
    expect(await terminal.lines()).toEqual(await shown(80, eventsUpTo(50)).lines());
  });

  test("and drawing are off on a dumb terminal", async () => {
    const terminal = shown(80, eventsUpTo(50), { TERM: "dumb", FORCE_COLOR: "1" });
    expect(terminal.written()).not.toContain(escapeCharacter);
    expect(await terminal.lines()).toEqual([
      "lenet, sgd, seed 1: 3 weights, 80 gradients",
      "  epoch 1.0: validation error 1.23 %, test error 1.23 % (40 gradients, 40 s)",
    ]);
  });
});

describe("the live line of a measurement", () => {
  const contextOf = ({ stdout, stderr }: VirtualTerminal): CommandContext => ({
    stdout,
    stderr,
    signal: new AbortController().signal,
  });

  test("is gone before another is written", async () => {
    const terminal = virtualTerminal(40);
    let time = 0;
    const { onPass, clear } = passMeter(
      contextOf(terminal),
      "a",
      [{ kind: "loss", number: 4, numExamples: 1 }],
      () => time,
    );
    for (let k = 0; k < 3; k++) {
      time += 1000;
      onPass({ kind: "loss", numExamples: 1 });
    }
    const head = "a: about 4 losses over 1 images";
    expect(await terminal.lines()).toEqual([head, "75 %, 1 s left"]);
    clear();
    expect(await terminal.lines()).toEqual([head]);
  });

  test("of a study is cut at the edge", async () => {
    const terminal = virtualTerminal(20);
    const meter = solutionMeter(contextOf(terminal), 2, () => 0);
    meter.onStep("sgd, seed 1", "trace");
    meter.onStep("sgd, seed 1", "shift 1");
    expect(await terminal.lines()).toEqual(["measuring 1 of 2: s"]);
    meter.onMeasured("sgd, seed 1");
    expect(await terminal.lines()).toEqual(["measured 1 of 2: sgd", ", seed 1, about 0 s", "left"]);
  });

  test("of a count becomes a line at its end", async () => {
    const terminal = virtualTerminal(40);
    const count = counter(contextOf(terminal), 2, "rates");
    count();
    expect(await terminal.lines()).toEqual([expect.stringMatching(/^1\/2 rates, \d+ s left$/)]);
    count();
    expect(await terminal.lines()).toEqual(["2/2 rates, 0 s left"]);
  });
});

test("wide characters count twice", () => {
  expect(columnsOf("数字 3")).toBe(6);
});
