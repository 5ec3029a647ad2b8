/** Type-checks pieces of TypeScript as a stranger's files would be: strict, against the packages' declarations. */
import { join } from "node:path";
import ts from "typescript";
import { entries, root } from "../workspace.ts";
import type { CodeBlock } from "./codeBlocks.ts";

/** Errors of the blocks, one a line: place, code and message. One program for all, so that the library is read once. */
export function typeErrors(blocks: readonly CodeBlock[]): string[] {
  // A folder that need not be there: modules are found from it as from any file of the repository.
  const fileOf = (index: number): string => join(root, "documentation", `block${index}.mts`);
  const texts = new Map(blocks.map(({ code }, index) => [fileOf(index), `${code}\nexport {};\n`]));
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: Object.fromEntries(entries.map(({ specifier, source }) => [specifier, [join(root, source)]])),
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (file, how) => {
    const text = texts.get(file);
    return text === undefined ? getSourceFile(file, how) : ts.createSourceFile(file, text, how);
  };
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  const program = ts.createProgram([...texts.keys()], options, host);
  return blocks.flatMap(({ place }, index) => {
    const file = program.getSourceFile(fileOf(index));
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(
      ({ code, messageText }) => `${place}: TS${code} ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}
