import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "../runProgram.ts";
import { caseNames, type Outcome, outcomeOf } from "./conformance.ts";
import { checkedOperators } from "./operatorDerivatives.ts";
import { operatorTable } from "./operatorTable.ts";

const names = caseNames();

/** Every case takes part; ONNX Runtime runs the graph lowered again too. */
const count = (kind: Outcome["kind"], outcomes: readonly Outcome[]): number =>
  outcomes.filter((outcome) => outcome.kind === kind).length;

test("the ONNX project's cases are here: Debian's package libonnx-testdata", () => {
  if (names === undefined) {
    const message = "libonnx-testdata is missing, so no conformance is tested: apt-get install libonnx-testdata";
    if (process.env.CI) throw new Error(message);
    console.warn(message);
    return;
  }
  expect(names.length).toBe(932);
});

describe.skipIf(names === undefined)("the ONNX project's cases of operators", () => {
  const outcomes: (readonly [name: string, outcome: Outcome])[] = [];

  test("each that is claimed gives the stored outputs, by the interpreter and by ONNX Runtime", async () => {
    for (const name of names ?? []) outcomes.push([name, await outcomeOf(name, runProgram)]);
    const failed = outcomes.flatMap(([name, outcome]) =>
      outcome.kind === "failed" ? [`${name}: ${outcome.why}`] : [],
    );
    expect(failed).toEqual([]);
    expect(outcomes.filter(([, { kind }]) => kind === "passed").length).toBeGreaterThanOrEqual(754);
  });

  afterAll(() => {
    const all = outcomes.map(([, outcome]) => outcome);
    const unclaimed = new Map<string, number>();
    for (const { kind, operators } of all) {
      if (kind !== "not claimed") continue;
      const key = operators.length > 1 ? "of several" : (operators[0] ?? "of other types");
      unclaimed.set(key, (unclaimed.get(key) ?? 0) + 1);
    }
    const list = [...unclaimed].map(([operator, n]) => `${operator} ${n}`).join(", ");
    console.log(
      `ONNX conformance: ${count("passed", all)} passed, ${count("not claimed", all)} not claimed (${list}), ${count("failed", all)} failed`,
    );
  });
});

test.skipIf(names === undefined)(
  "derivatives are those of differences; the documentation's table is that of the reader (vitest -u writes it)",
  async () => {
    const { checked, faults } = checkedOperators(names ?? []);
    expect(faults).toEqual([]);
    await expect(operatorTable(checked)).toMatchFileSnapshot("../../../../docs/onnx-operators.md");
  },
);
