import { wasInterrupted } from "entropy-sgd-training";
import { writeText } from "../measure/writeText.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, interruptionCode, writeJson } from "./context.ts";
import { count, notNegative, whole } from "./options.ts";

/** Options of `entropy-sgd sample`. */
interface SampleCommand {
  readonly length: number;
  readonly temperature: number;
  readonly seed: number;
  readonly prompt?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `entropy-sgd sample`. */
export const definition: CommandDefinition = {
  examples: ["runs/one --length 500 --temperature 0.8", "runs/one --prompt Prince --seed 2"],
  declare: (command, context, done) =>
    json(command)
      .description("Write text from a trained language model.")
      .argument("<run>", "run folder")
      .option("--length <n>", "tokens to write: characters, bytes or words", count, 500)
      .option("--temperature <t>", "below 1 likely text becomes likelier, 0 takes the likeliest token", notNegative, 1)
      .option("--seed <n>", "seed of the draws", whole, 1)
      .option("--prompt <text>", "text to go on from; default: the end of a line")
      .option("--threads <n>", "threads of one operation; one token is little work", count, 1)
      .action(async (run: string, options: SampleCommand) => done(await sampleCommand(run, options, context))),
};

/** Writes the text to standard output. Gives the exit code. */
async function sampleCommand(run: string, options: SampleCommand, context: CommandContext): Promise<number> {
  const { json: isJson = false, ...request } = options;
  let text = "";
  const interrupted = await wasInterrupted(async () => {
    text = await writeText(run, { ...request, signal: context.signal });
  });
  if (interrupted) return interruptionCode(context.signal);
  if (isJson) writeJson(context, { run, prompt: null, ...request, text });
  else context.stdout.write(`${withoutControls((request.prompt ?? "") + text)}\n`);
  return exitCodes.ok;
}

/** Text as a terminal may show it: what a text of somebody else's could hold beside blanks and ends of lines does not move the cursor. */
function withoutControls(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(/(?![\n\t])\p{Cc}/gu, "\ufffd");
}
