import { detailsOf } from "entropy-sgd";
import { expect, test } from "vitest";
import { InputError } from "./inputError.ts";
import { isMissing, readPlainText } from "./node/plainFiles.ts";

test("the message of an InputError is made of its details", () => {
  const details = { path: "a/config.json", name: "seed", rule: "must be at least 0", value: -1 };
  const error = new InputError(details);
  expect(error.message).toBe("a/config.json: seed: must be at least 0, got -1");
  expect(detailsOf(error)).toEqual({ code: "bad-input", ...details });
  expect(Object.keys(error)).toEqual(["name"]);
});

test("an InputError may have a message other than that of its details", () => {
  const error = new InputError({ name: "scope", rule: "must be a number", value: "a" }, "--set scope: no number");
  expect(error.message).toBe("--set scope: no number");
  expect(error.details).toEqual({ code: "bad-input", name: "scope", rule: "must be a number", value: "a" });
});

test("an error of input may say how its value was found", () => {
  const details = { path: "a.gz", rule: "must have at most 8 bytes", value: 9 };
  const error = new InputError({ ...details, got: "it has 9" });
  expect(error.message).toBe("a.gz: must have at most 8 bytes, it has 9");
  expect(error.details).toEqual({ code: "bad-input", ...details });
});

test("a file that is not there has a code of its own", () => {
  const read = () => readPlainText("no/such/file", 10);
  expect(read).toThrow(new InputError("no/such/file: missing"));
  try {
    read();
  } catch (error) {
    expect(isMissing(error)).toBe(true);
    expect(detailsOf(error)).toEqual({ code: "missing", path: "no/such/file", rule: "missing" });
  }
});
