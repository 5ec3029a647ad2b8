/**
 * Runs the `@example` blocks of the sources: a line `expression; // … => value` must give that value.
 *
 * A block is TypeScript that imports from "entropy-sgd"; it is written beside the tests of the run, stripped of its types
 * by the test runner and executed. Values are compared after both sides were evaluated, so strings and arrays work.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as library from "../src/index.ts";

const source = fileURLToPath(new URL("../src", import.meta.url));

interface Example {
  readonly file: string;
  readonly name: string;
  readonly code: string;
}

/** The fenced blocks under `@example`, with the leading ` * ` taken off, and the name that is declared below. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(join(source, file), "utf8");
  return [
    ...text.matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*?@example\s+\* ```ts\n([\s\S]*?)\* ```[\s\S]*?\*\/\s*([^\n]*)/g),
  ].map(([, block = "", declaration = ""]) => ({
    file,
    name: /(?:function|const|type|interface)\*? (\w+)/.exec(declaration)?.[1] ?? declaration,
    code: block.replace(/^\s*\* ?/gm, ""),
  }));
}

/** The code with imports read from the library and each `expression; // => value` turned into a comparison. */
function runnable(code: string): { body: string; numChecks: number } {
  let numChecks = 0;
  const checked = code
    .replace(/import \{([^}]*)\} from "entropy-sgd";/g, "const {$1} = library;")
    .replace(/^(.*?);? *\/\/.*?=> (.*)$/gm, (_, expression: string, value: string) => {
      numChecks += 1;
      return `check((${expression}), (${value}));`;
    });
  const { outputText } = ts.transpileModule(checked, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  return { body: outputText, numChecks };
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .sort();
const examples = files.flatMap(examplesOf);

describe("examples in the documentation", () => {
  test("are found", () => expect(examples.length).toBeGreaterThan(10));

  test.each(examples)("$file: $name", ({ code }) => {
    const { body, numChecks } = runnable(code);
    expect(numChecks, "an example without `// =>` checks nothing").toBeGreaterThan(0);
    const check = (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected);
    new Function("library", "check", body)(library, check);
  });
});
