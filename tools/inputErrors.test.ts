/** Errors of input say what is wrong as data: path, name, rule and value, of which their message is made. */
import { expect, test } from "vitest";
import { sourceFiles, textOf } from "./sourceFiles.ts";

test("errors of input that are a message only grow no more", () => {
  const files = ["packages/training/src", "packages/lab/src"].flatMap((folder) =>
    sourceFiles(folder, { tests: false }),
  );
  const bare = files.flatMap((file) => textOf(file).match(/new InputError\(\s*(?:["'`]|refusalOf)/g) ?? []);
  // May only shrink.
  expect(bare.length).toBe(11);
});
