import { optimizerNames } from "entropy-sgd";
import { describe, expect, test } from "vitest";
import { seriesColors, stylesOf } from "./styles.ts";

const looks = (names: readonly string[]): string[] =>
  [...stylesOf(names).values()].map((style) => JSON.stringify(style));

describe("styles of series", () => {
  test("every optimizer and the control have a colour of their own, as far as there are colours, and look different", () => {
    const names = [...optimizerNames, "control"];
    const colors = new Set([...stylesOf(names).values()].map(({ color }) => color));
    expect(colors.size).toBe(Math.min(names.length, seriesColors.length));
    expect(new Set(looks(names)).size).toBe(names.length);
  });

  test("an optimizer has the same style in every figure", () => {
    const own = (names: readonly string[]) => stylesOf(names).get("sgd");
    expect(own(["sgd"])).toEqual(own(["entropy-sgd", "adam", "sgd", "control"]));
    expect(stylesOf(["one", "sgd-1"]).get("sgd-1")).toEqual(own(["sgd"]));
    expect(stylesOf(["adamw lr=1"]).get("adamw lr=1")).toEqual(stylesOf(["adamw"]).get("adamw"));
  });

  test("no two series of a figure look alike, and few series differ in more than colour or dashes", () => {
    const names = Array.from({ length: 30 }, (_, i) => `series ${i}`);
    expect(new Set(looks(names)).size).toBe(30);
    const same = Array.from({ length: 20 }, (_, i) => `sgd learningRate=${i}`);
    expect(new Set(looks(same)).size).toBe(20);
    const few = [...stylesOf(["a", "b", "c", "d"]).values()];
    for (const of of ["color", "dash", "symbol"] as const) expect(new Set(few.map((style) => style[of])).size).toBe(4);
  });
});
