/** What each entry exports and how much it weighs: both change on purpose only (`npm run packages -- -u` writes the names anew). */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import ts from "typescript";
import { expect, test } from "vitest";
import { optimizerNames } from "../../packages/entropy-sgd/src/index.ts";
import { entries, root } from "../workspace.ts";
import { entryBudgets, outOfBudget } from "./budgets.ts";

const program = ts.createProgram(
  entries.map(({ source }) => join(root, source)),
  {
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noEmit: true },
    ...{ target: ts.ScriptTarget.ES2022, allowImportingTsExtensions: true, types: [] },
  },
);

/** `value name` or `type name` for each export of a source, sorted. */
function exportsOf(source: string): string[] {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, source))!)!;
  const isValue = (symbol: ts.Symbol): boolean => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  };
  return checker
    .getExportsOfModule(module)
    .map((symbol) => `${isValue(symbol) ? "value" : "type"} ${symbol.name}`)
    .sort();
}

test.each(entries)("$specifier exports the names that are written down", async ({ specifier, source }) => {
  const file = `exports/${specifier.replaceAll("/", "-")}.txt`;
  await expect(`${exportsOf(source).join("\n")}\n`).toMatchFileSnapshot(file);
});

test("no name has two homes, but optimizers, which TensorFlow.js gets under the names that they have", () => {
  const homes = entries.flatMap(({ source }) => exportsOf(source).map((name) => name.replace(/^\w+ /, "")));
  const hosted = exportsOf("packages/entropy-sgd/src/tfjs.ts").map((name) => name.replace(/^\w+ /, ""));
  const twice = homes.filter((name, i) => homes.indexOf(name) !== i);
  expect(twice.filter((name) => !hosted.includes(name))).toEqual([]);
  expect(twice.filter((name) => hosted.includes(name)).sort()).toEqual(hosted.filter(isOptimizer));
});

/** Whether the library has a factory of this name in its table of optimizers. */
function isOptimizer(name: string): boolean {
  return optimizerNames.some(
    (option) => option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) === name,
  );
}

test.each(entries)("$specifier keeps within its size", async ({ specifier, source }) => {
  const { outputFiles } = await build({
    ...{ entryPoints: [join(root, source)], bundle: true, minify: true, format: "esm", write: false },
    // Packages that are installed beside, and the compiled kernels.
    ...{ packages: "external", external: ["*/kernelModule.ts", "node:*"], treeShaking: true },
  });
  const bytes = gzipSync(outputFiles[0]!.contents).length;
  expect(outOfBudget({ bytes }, { bytes: entryBudgets[specifier]! }), `${bytes} bytes`).toEqual([]);
});
