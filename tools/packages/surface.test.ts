/** What each entry exports and how much it weighs: both change on purpose only (`npm run packages -- -u` writes the names anew). */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import ts from "typescript";
import { expect, test } from "vitest";
import { entries, root } from "../workspace.ts";

/** Bytes of an entry minified and gzipped, about a tenth above what it is; without the compiled kernels, which are data. */
const budgets: Readonly<Record<string, number>> = {
  "entropy-sgd": 15_000,
  "entropy-sgd/sampling": 5_500,
  "entropy-sgd/landscape": 23_000,
  "entropy-sgd/random": 3_500,
  "entropy-sgd/workers": 1_400,
  "onnx-grad": 20_500,
  "onnx-grad/layers": 4_700,
  "entropy-sgd-training": 10_000,
};

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

test("no name has two homes", () => {
  const homes = entries.flatMap(({ source }) => exportsOf(source).map((name) => name.replace(/^\w+ /, "")));
  expect(homes.filter((name, i) => homes.indexOf(name) !== i)).toEqual([]);
});

test.each(Object.entries(budgets))("%s keeps within its size", async (specifier, budget) => {
  const { source } = entries.find((entry) => entry.specifier === specifier)!;
  const { outputFiles } = await build({
    ...{ entryPoints: [join(root, source)], bundle: true, minify: true, format: "esm", write: false },
    // Packages that are installed beside, and the compiled kernels.
    ...{ packages: "external", external: ["*/kernelModule.ts"], treeShaking: true },
  });
  const size = gzipSync(outputFiles[0]!.contents).length;
  expect(size).toBeLessThanOrEqual(budget);
  // A budget that is far too large guards nothing.
  expect(size).toBeGreaterThan(0.8 * budget);
});
