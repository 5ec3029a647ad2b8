/**
 * Everything that readers may copy: TypeScript of README, docs and comments is type-checked and run, commands are parsed by
 * the command's own parser, scripts and files that they name exist.
 *
 * A line `expression; // … => value` must give that value; in comments, where examples say what a function does, every
 * block has one.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { configured } from "../packages/lab/src/commands/configFile.ts";
import { programOf } from "../packages/lab/src/commands/main.ts";
import { resolveSettings, type SettingsRequest } from "../packages/lab/src/settings/resolveSettings.ts";
import { type CodeBlock, codeBlocks, shellCommands } from "../tools/documentation/codeBlocks.ts";
import { typeErrors } from "../tools/documentation/typeErrors.ts";
import { entries, root } from "../tools/workspace.ts";

const isTypeScript = ({ language }: CodeBlock): boolean => ["ts", "typescript", "js", "javascript"].includes(language);
const blocks = codeBlocks().filter(isTypeScript);

/** What blocks may import beside packages of others: the packages' entries. */
const sources = new Map(entries.map(({ specifier, source }) => [specifier, source]));

/** The code as the body of an async function of `load`, `check` and `console`. */
function runnable(code: string): { body: string; numChecks: number } {
  let numChecks = 0;
  const checked = code.replace(/^(?!\s*import )(.*?);? *\/\/.*?=> (.*)$/gm, (_, expression: string, value: string) => {
    numChecks += 1;
    return `check((${expression}), (${value}));`;
  });
  const { outputText } = ts.transpileModule(checked, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const body = outputText
    .replace(/^import \{([^}]*)\} from ("[^"]*");/gm, (_, names: string, from: string) => {
      return `const {${names.replaceAll(" as ", ": ")}} = await load(${from});`;
    })
    .replace(/^import \* as (\w+) from ("[^"]*");/gm, "const $1 = await load($2);")
    .replace(/^export \{\};$/m, "");
  return { body, numChecks };
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

describe("TypeScript of README, docs and comments", () => {
  test("is found in all three", () => {
    expect(blocks.length).toBeGreaterThan(25);
    expect(blocks.some(({ place }) => place.startsWith("README.md"))).toBe(true);
  });

  test("passes the strict type checker", () => expect(typeErrors(blocks)).toEqual([]));

  test("the checker finds what is wrong", () => {
    const code = `import { sgd } from "entropy-sgd";\nconst state = sgd({ learningRate: "1" });`;
    expect(typeErrors([{ place: "here:1", language: "ts", code }])).toEqual([
      expect.stringMatching(/^here:1: TS2322 .*ScalarOrSchedule/),
    ]);
  });

  test.each(blocks)("$place runs", async ({ place, code }) => {
    const { body, numChecks } = runnable(code);
    if (place.startsWith("packages/") && !place.includes(".md:")) {
      expect(numChecks, "an example without `// =>` checks nothing").toBeGreaterThan(0);
    }
    const load = (name: string): Promise<object> => import(sources.has(name) ? join(root, sources.get(name)!) : name);
    const check = (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected);
    const silent = { log: () => {} };
    await new AsyncFunction("load", "check", "console", body)(load, check, silent);
  });
});

describe("commands of README and docs", () => {
  const all = shellCommands();
  const own = all.filter(({ command }) => /^(npx )?entropy-sgd /.test(command));
  const others = all.filter((entry) => !own.includes(entry));

  test("are found", () => expect(own.length).toBeGreaterThan(20));

  test.each(own)("$place: $command", async ({ command }) => {
    const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
    const asked = await parsed(words.slice(words.indexOf("entropy-sgd") + 1));
    for (const request of requestsOf(asked)) expect(() => resolveSettings(request)).not.toThrow();
  });

  test("of the README work in their order: no folder is made twice, none is read before it is made", () => {
    const made = new Set<string>();
    for (const { place, command } of own.filter((entry) => entry.place.startsWith("README.md"))) {
      const out = /--out (\S+)/.exec(command)?.[1];
      for (const [, folder] of command.matchAll(/ (runs\/\S+)/g)) {
        expect(made.has(folder!), `${place}: ${folder}`).toBe(folder !== out);
      }
      if (out !== undefined) made.add(out);
    }
    expect(made.size).toBeGreaterThan(4);
  });

  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  test.each(others)("$place: $command names what is there", ({ command }) => {
    const [program, first = "", second = ""] = command.split(" ");
    if (program === "node") expect(existsSync(join(root, first))).toBe(true);
    else if (program === "npx") expect([first, existsSync(join(root, second))]).toEqual(["tsx", true]);
    else if (program === "npm" && !["install", "ci"].includes(first)) {
      expect(Object.keys(scripts)).toContain(first === "run" ? second : first);
    } else expect(["npm", "apt-get", "git", "cd"]).toContain(program);
  });
});

interface Asked {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the command's parser makes of the words; no action is run. */
async function parsed(words: readonly string[]): Promise<Asked> {
  const stream = { write: () => true };
  let asked: Asked | undefined;
  const context = { stdout: stream, stderr: stream, signal: new AbortController().signal };
  const program = await programOf(words[0], context, () => {});
  const disarm = (command: Command): void => {
    for (const child of command.commands) disarm(child);
    if (command.commands.length > 0) return;
    command.action(() => {
      asked = { name: command.name(), options: withFile(command) };
    });
  };
  disarm(program);
  // Pages write optional arguments in brackets.
  try {
    await program.parseAsync(
      words.map((word) => word.replace(/^\[(.*?)\]$/, "$1")),
      { from: "user" },
    );
  } catch (error) {
    // Help and version end the parser without an action.
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
    return { name: "help", options: {} };
  }
  if (asked === undefined) throw new Error(`${words.join(" ")}: no command was reached`);
  return asked;
}

/** The options with those of their file of settings; none for the file of a run that readers have trained. */
function withFile(command: Command): Asked["options"] {
  const options = command.opts<SettingsRequest & { config?: string }>();
  if (options.config?.startsWith("runs/")) return {};
  const takesFile = command.options.some(({ long }) => long === "--config");
  return { ...(takesFile ? configured(command, options).options : options) };
}

/** The runs that `train`, `finetune` and `compare` ask for. */
function requestsOf({ name, options }: Asked): SettingsRequest[] {
  // The other options, such as --out and --seeds, are the command's own.
  const own = [
    "network",
    "classes",
    "freeze",
    "learningRateFactor",
    "optimizer",
    "preset",
    "recipe",
    "budget",
    "seed",
    "dropout",
    "sampling",
    "data",
    "threads",
    "set",
  ];
  const request = Object.fromEntries(
    Object.entries(options).filter(([option]) => own.includes(option)),
  ) as unknown as SettingsRequest;
  if (name === "train") return request.network === undefined ? [] : [request];
  if (name === "finetune") return [{ ...request, network: "model.onnx" }];
  if (name !== "compare") return [];
  return ((options.optimizers ?? []) as readonly string[]).map((optimizer) => {
    const preset = optimizer.startsWith("entropy-") ? request.preset : undefined;
    return { ...request, optimizer, seed: 1, preset, set: (request.set ?? []).filter((one) => !/^[\w-]+\./.test(one)) };
  });
}
