import { expect, test } from "vitest";
import { pageScriptFile, pageScriptModule } from "./pageScript.ts";
import { textOf } from "./sourceFiles.ts";

test("the script of pages is what `npm run redraw` writes, and small", () => {
  const text = textOf(pageScriptFile);
  expect(text === pageScriptModule()).toBe(true);
  // In every page with a figure.
  expect(text.length).toBeLessThan(12_800);
});
