import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { commandFiles } from "../src/commands/commands.ts";
import { programOf } from "../src/commands/main.ts";
import { inMemory, run } from "./commandRunner.ts";

/** Every command that does something, by its words. */
function commandsOf(command: Command, words: readonly string[] = []): [string, Command][] {
  const own = command.commands.filter((one) => one.name() !== "help");
  if (own.length === 0) return [[words.join(" "), command]];
  return own.flatMap((one) => commandsOf(one, [...words, one.name()]));
}

const program = (word?: string): Promise<Command> => programOf(word, inMemory().context, () => undefined);
const commands = commandsOf(await program());
const examples: [string, readonly string[]][] = [];
for (const [name, load] of Object.entries(commandFiles)) examples.push([name, (await load()).definition.examples]);

test("every command has examples", () => {
  expect(examples.map(([name]) => name)).toEqual(commands.map(([name]) => name));
  for (const [name, lines] of examples) expect(lines.length, name).toBeGreaterThan(0);
});

describe.each(examples)("%s", (name, lines) => {
  test("shows its examples in its help", async () => {
    const { code, stdout } = await run([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    for (const line of lines) expect(stdout).toContain(`npx entropy-sgd ${name} ${line}`.trimEnd());
  });

  test.each(lines)("takes the example %j", async (line) => {
    const parsed = commandsOf(await program(name.split(" ")[0])).find(([own]) => own === name)![1];
    let called = false;
    parsed.action(() => {
      called = true;
    });
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    await parsed.parseAsync(words, { from: "user" });
    expect(called).toBe(true);
  });
});

test("commands that compute for minutes have the option --threads", () => {
  const isLong =
    /^(train|compare|parle|sweep|reproduce|resume|study|spectrum|local-entropy|robustness|flatness|slice)$/;
  const long = commands.filter(([name]) => isLong.test(name));
  expect(long).toHaveLength(12);
  for (const [name, { options }] of long)
    expect(
      options.map(({ long }) => long),
      name,
    ).toContain("--threads");
});

test("the whole help names every command", async () => {
  const { stdout } = await run(["--help"]);
  for (const [name] of commands) expect(stdout).toContain(`  ${name.split(" ")[0]} `);
});
