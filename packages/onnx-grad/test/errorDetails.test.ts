/** What is wrong is told as data too: nobody needs to parse a message. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";

const matrix = g.input("matrix", [2, 3]);

const detailsOf = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return (error as { readonly details?: unknown }).details;
  }
  return "no error";
};

test("an error of shapes has the operation with its label, the rule and the shapes", () => {
  expect(detailsOf(() => g.matmul(matrix, matrix, { label: "fc1" }))).toEqual({
    code: "out-of-range",
    path: "matmul (fc1)",
    name: "",
    rule: "inner sizes must be equal (3 and 2)",
    value: [
      [2, 3],
      [2, 3],
    ],
  });
});

test("an error of one argument has its name, the rule and the value", () => {
  const labels = g.input("labels", [2], "int32");
  const details = { path: "oneHot", name: "depth", rule: "must be a positive integer", value: 0 };
  expect(detailsOf(() => g.oneHot(labels, 0))).toEqual({ code: "out-of-range", ...details });
  const wrongType = { path: "relu", name: "inputs", rule: "must be float32", value: "int32" };
  expect(detailsOf(() => g.relu(labels))).toEqual({ code: "wrong-type", ...wrongType });
});

test("an unknown option has its name", () => {
  const options = { transB: true } as object;
  expect(detailsOf(() => g.matmul(matrix, matrix, options))).toMatchObject({
    code: "unknown-option",
    path: "matmul",
    name: "transB",
  });
});

test("every TypeError and RangeError is made with its details", () => {
  const source = fileURLToPath(new URL("../src", import.meta.url));
  const bare = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (file) =>
      file.endsWith(".ts") && /throw new (?:TypeError|RangeError)\(/.test(readFileSync(`${source}/${file}`, "utf8")),
  );
  expect(bare).toEqual([]);
});
