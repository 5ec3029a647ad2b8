import { describe, expect, test } from "vitest";
import { addressOf, readAddress, schemaVersion, unknownIn } from "./address.ts";
import { choiceKnob, curveKnob, integerKnob, knobGroup, numberKnob, toggleKnob } from "./knobs.ts";

const newGroup = () =>
  knobGroup("one", {
    gamma: numberKnob("γ", 0.1, { min: 5e-5, max: 1, scale: "log" }),
    seed: integerKnob("seed", 42, { min: 0, max: 99 }),
    kind: choiceKnob("kind", "sgd", { sgd: "SGD", sam: "SAM" }),
    runs: toggleKnob("runs", true),
    drawn: curveKnob("drawn", 3),
  });

describe("the page's address", () => {
  test("holds what is not at its fallback, and gives it back", () => {
    const [group, again] = [newGroup(), newGroup()];
    expect(addressOf([group])).toBe(`?v=${schemaVersion}`);
    group.values.gamma.value = 1.234e-3;
    group.values.seed.value = 7;
    group.values.kind.value = "sam";
    group.values.runs.value = false;
    group.values.drawn.value = Float64Array.of(0, 0.2, 1);
    const address = addressOf([group]);
    expect(address).toBe("?v=1&one.gamma=0.001234&one.seed=7&one.kind=sam&one.runs=0&one.drawn=0033ff");
    expect(readAddress(address, again)).toEqual([]);
    expect(again.values.gamma.value).toBe(1.234e-3);
    expect([...again.values.drawn.value!]).toEqual([0, 0.2, 1]);
    expect(addressOf([again])).toBe(address);
    again.reset();
    expect(addressOf([again])).toBe("?v=1");
  });

  test.each([
    ["gamma", "7", "one.gamma must be a number from 0.00005 to 1, got 7; 0.1 is taken"],
    ["gamma", "", "one.gamma must be a number from 0.00005 to 1, got ; 0.1 is taken"],
    ["gamma", "NaN", "one.gamma must be a number from 0.00005 to 1, got NaN; 0.1 is taken"],
    ["seed", "1.5", "one.seed must be a whole number from 0 to 99, got 1.5; 42 is taken"],
    ["kind", "toString", "one.kind must be one of sgd, sam, got toString; sgd is taken"],
    ["runs", "true", "one.runs must be 0 or 1, got true; 1 is taken"],
    ["drawn", "00", "one.drawn must be 6 hexadecimal digits, got 00;  is taken"],
  ])("%s=%s keeps the fallback and is told", (name, text, words) => {
    const group = newGroup();
    expect(readAddress(`?v=1&one.${name}=${text}`, group)).toEqual([
      words.replace(";  is taken", "; nothing is taken"),
    ]);
    expect(addressOf([group])).toBe("?v=1");
  });

  test("another version and unknown names are told, names of other origin are not", () => {
    expect(unknownIn("?v=2&one.seed=1&two.seed=1&utm=x", [newGroup()])).toEqual([
      "the address is of version 2, this page of 1; what can be read is taken",
      "nothing is called two.seed",
    ]);
  });
});
