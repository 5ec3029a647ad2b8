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

  test("an optimizer looks the same whatever stands beside it", () => {
    const own = (names: readonly string[]) => stylesOf(names).get("sgd");
    expect(own(["sgd"])).toEqual(own(["entropy-sgd", "adam", "sgd", "control"]));
    expect(stylesOf(["one", "sgd-1"]).get("sgd-1")).toEqual(own(["sgd"]));
    expect(stylesOf(["adamw lr=1"]).get("adamw lr=1")).toEqual(stylesOf(["adamw"]).get("adamw"));
  });

  test("no two series of a figure look alike, and neither colours nor dashes alone tell few ones apart", () => {
    const names = Array.from({ length: 30 }, (_, i) => `series ${i}`);
    expect(new Set(looks(names)).size).toBe(30);
    const same = Array.from({ length: 20 }, (_, i) => `sgd learningRate=${i}`);
    expect(new Set(looks(same)).size).toBe(20);
    const few = [...stylesOf(["a", "b", "c", "d"]).values()];
    for (const of of ["color", "dash", "symbol"] as const) expect(new Set(few.map((style) => style[of])).size).toBe(4);
  });
});
