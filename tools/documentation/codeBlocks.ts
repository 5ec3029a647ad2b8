/** The code that readers see: fenced blocks and commands of pages, fenced blocks of comments in the sources. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../workspace.ts";

/** A fenced block, with the place it was found at. */
export interface CodeBlock {
  /** File and line, such as `README.md:22`. */
  readonly place: string;
  /** `ts`, `sh` and so on, as the fence names it. */
  readonly language: string;
  readonly code: string;
}

/** Every block of the pages (README, docs, READMEs of packages) and of the comments in the packages' sources. */
export function codeBlocks(): CodeBlock[] {
  const comments = filesUnder("packages", /^packages\/[^/]+\/src\/.*(?<!\.test)\.ts$/);
  return [
    ...pages().flatMap((file) => blocksIn(file, textOf(file))),
    ...comments.flatMap((file) => {
      // Only comments, at the same lines: code becomes empty lines, and the leading ` * ` goes.
      const lines = textOf(file).split("\n");
      const kept = lines.map((line) => (/^\s*\*(?!\/)/.test(line) ? line.replace(/^\s*\* ?/, "") : ""));
      return blocksIn(file, kept.join("\n"));
    }),
  ];
}

/** Commands of the pages: lines of shell blocks, and inline code that begins with a command. */
export function shellCommands(): { readonly place: string; readonly command: string }[] {
  const blocks = codeBlocks().filter(({ language }) => language === "sh");
  const lines = blocks.flatMap(({ place, code }) =>
    code.split("\n").map((line) => ({ place, command: line.replace(/\s+#.*$/, "").trim() })),
  );
  const inline = pages().flatMap((file) =>
    [...textOf(file).matchAll(/`((?:npx|npm|node|entropy-sgd) [^`]*)`/g)].map(([, command = ""]) => ({
      place: file,
      command: command.replace(/\s+/g, " "),
    })),
  );
  return [...lines, ...inline].filter(({ command }) => command !== "" && !command.startsWith("#"));
}

function pages(): string[] {
  return filesUnder(".", /^(README|CONTRIBUTING)\.md$|^docs\/.*\.md$|^packages\/[^/]+\/README\.md$/);
}

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

function blocksIn(file: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({ 1: language = "", 2: code = "", index }) => ({
    place: `${file}:${text.slice(0, index).split("\n").length + 1}`,
    language,
    code,
  }));
}

/** Files by their path from the root, without what is installed or built. */
function filesUnder(folder: string, wanted: RegExp): string[] {
  const skipped = /^(node_modules|dist|runs|\.git)$/;
  const found: string[] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inside = join(path, entry.name);
      if (entry.isDirectory() && !skipped.test(entry.name)) visit(inside);
      const name = relative(root, inside);
      if (entry.isFile() && wanted.test(name)) found.push(name);
    }
  };
  visit(join(root, folder));
  return found.sort();
}
