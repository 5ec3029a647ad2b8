import { printable } from "entropy-sgd-training";
import { diagnosed } from "../machine/diagnosis.ts";
import { machineFacts } from "../machine/facts.ts";
import { measureSpeed } from "../machine/speed.ts";
import { doctorText } from "../machine/words.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";

/** Options of `entropy-sgd doctor`. */
interface DoctorCommand {
  readonly speed: boolean;
  readonly json?: boolean;
}

/** `entropy-sgd doctor`. */
export const definition: CommandDefinition = {
  examples: ["", "--no-speed --json"],
  declare: (command, context, done) =>
    json(command)
      .description(
        "Say what this machine has for training, how fast it is, what would make it faster and what is wrong.",
      )
      .option("--no-speed", "do not measure, which takes about ten seconds")
      .action(async (options: DoctorCommand) => done(await doctorCommand(options, context))),
};

/** Looks, measures and tells. Gives the exit code: 1 where networks cannot be trained here. */
async function doctorCommand({ speed: asked, json: asJson }: DoctorCommand, context: CommandContext): Promise<number> {
  const facts = await machineFacts();
  const measurable = asked && !("missing" in facts.runtime);
  if (measurable) context.stderr.write("doctor: measuring for about ten seconds (--no-speed leaves it out)\n");
  // A driver in software would take minutes.
  const withGpu = facts.gpu !== null && "adapter" in facts.gpu && facts.gpu.software !== true;
  const speed = measurable ? await measureSpeed({ withGpu, signal: context.signal }) : null;
  const remarks = diagnosed(facts, speed);
  if (asJson) writeJson(context, { facts, speed, remarks });
  else for (const line of doctorText(facts, speed, remarks).split("\n")) context.stdout.write(`${printable(line)}\n`);
  return remarks.some(({ kind }) => kind === "broken") ? exitCodes.internal : exitCodes.ok;
}
