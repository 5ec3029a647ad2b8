/** The `entropy-sgd` command. */
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { InputError, Interruption, printable } from "entropy-sgd-training";
import { leavingNoEmptyFolder } from "../io/madeFolders.ts";
import { refusalIn } from "../io/refusals.ts";
import { addCommands } from "./commands.ts";
import { type CommandContext, exitCodes, interruptionCode } from "./context.ts";

/**
 * Runs the command with its arguments (without program and script). Gives the exit code: 0 done; 1 internal error; 2 bad
 * usage or input; 3 divergence; 124 at a time limit; 130 after SIGINT, 143 after SIGTERM and 129 after SIGHUP.
 */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  let code = exitCodes.ok;
  const done = (result: number): void => {
    code = result;
  };
  try {
    const program = await programOf(args[0], { ...context, args }, done);
    await leavingNoEmptyFolder(() => program.parseAsync([...args], { from: "user" }));
    return code;
  } catch (error) {
    // Commander has printed its own message, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof Interruption) {
      context.stderr.write("\ninterrupted: nothing was written\n");
      return interruptionCode(context.signal);
    }
    const refusal = refusalIn(error);
    if (refusal !== null) {
      // Messages quote names and values, which may hold what a terminal would obey.
      context.stderr.write(`error: ${printable(refusal)}\n`);
      context.onFailure?.(refusal);
      return exitCodes.usage;
    }
    context.stderr.write(
      `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    context.onFailure?.(`internal error: ${String(error)}`);
    return exitCodes.internal;
  } finally {
    context.stderr.keepBelow?.(null);
  }
}

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** The program with the commands that begin with `word`, or all where none does; `done` takes their exit codes. */
export async function programOf(
  word: string | undefined,
  context: CommandContext,
  done: (code: number) => void,
): Promise<Command> {
  const program = new Command("entropy-sgd")
    .description("Train networks with Entropy-SGD beside other optimizers, at equal gradient evaluations.")
    .version(version, "--version", "print the version of entropy-sgd-lab")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    });

  program.hook("preAction", (_, command) => refuseEmpty(command));

  await addCommands(program, word, context, done);
  return program;
}

/** An empty name of a folder or file, as an unset shell variable leaves it, would mean this folder. @throws InputError */
function refuseEmpty(command: Command): void {
  const empty = command.options.find((option) => command.getOptionValue(option.attributeName()) === "");
  if (empty !== undefined) throw new InputError({ name: empty.long ?? empty.flags, rule: "must not be empty" });
  if (command.args.includes("")) throw new InputError({ path: command.name(), rule: "an argument must not be empty" });
}
