import { describe, expect, test } from "vitest";
import { detailsOf, entropySgd, sgd } from "./index.ts";

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the details of an error", () => {
  test("name function, option, rule and value of an option", () => {
    const error = caught(() => sgd({ learningRate: 1, momentum: 1 }));
    const rule = "must be in [0, 1)";
    expect(detailsOf(error)).toEqual({ code: "out-of-range", path: "sgd", name: "momentum", rule, value: 1 });
  });

  test("say where an option is inside of another one", () => {
    const groups = [{ start: 0, end: "1" as never }];
    const details = { code: "wrong-type", path: "entropySgd", name: "groups[0].end", value: "1" };
    const found = detailsOf(caught(() => entropySgd({ scope: 1, groups })));
    expect(found).toEqual({ ...details, rule: "must be an integer in [1, ∞)" });
  });

  test("have no value where an option is missing", () => {
    const rule = "is required and must be in (0, ∞) or a schedule";
    const details = { code: "wrong-type", path: "sgd", name: "learningRate", rule };
    expect(detailsOf(caught(() => sgd({} as never)))).toEqual(details);
  });

  test("name an option that is unknown, also in a group", () => {
    const groups = [{ start: 0, end: 1, rate: 1 } as never];
    const error = caught(() => sgd({ learningRate: 1, groups }));
    expect(detailsOf(error)).toMatchObject({ code: "unknown-option", path: "sgd: groups[0]", name: "rate" });
    expect((error as Error).message).toMatch(/^sgd: groups\[0\]: unknown option "rate"; the options are start, end/);
  });

  test("are not printed beside the message that says the same", () => {
    expect(Object.keys(caught(() => sgd({ learningRate: -1 })) as Error)).toEqual([]);
  });

  test("are undefined for other errors and other values", () => {
    expect([new Error("no"), "no", undefined].map(detailsOf)).toEqual([undefined, undefined, undefined]);
  });
});
