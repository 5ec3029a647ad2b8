import { Argument } from "commander";
import { wasInterrupted } from "entropy-sgd-training";
import { eventTurns } from "../measure/eventTurns.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import type { CommandContext } from "./context.ts";
import { figureFiles } from "./figures.ts";
import { type Findings, pagePlace, writeFindings } from "./findings.ts";
import { whole } from "./options.ts";

/** Options of `entropy-sgd figure`. */
export interface FigureCommand {
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `entropy-sgd figure`. */
export const definition: CommandDefinition = {
  examples: ["wide-valleys --out runs/wide-valleys.html", "langevin --seed 7"],
  declare: (command, context, done) =>
    json(command)
      .description("Draw a figure of the ideas behind the method, with a page that explains it.")
      .addArgument(new Argument("<name>", "which figure").choices(Object.keys(figureFiles)))
      .option("--seed <n>", "seed of landscape or chains", whole, 42)
      .option("--out <file>", "an .html file; SVG and PNG are written beside it")
      .action(async (name: string, options: FigureCommand) => done(await figureCommand(name, options, context))),
};

/** Draws figures as SVG and PNG beside an HTML page that explains them. Gives the exit code. */
export async function figureCommand(
  figure: string,
  { seed, out = `${figure}.html`, json }: FigureCommand,
  context: CommandContext,
): Promise<number> {
  const { folder, name } = pagePlace(out);
  const { cost, make } = (await figureFiles[figure]!()).definition;
  context.stderr.write(`${figure}: ${cost}\n`);
  let made: Findings | null = null;
  const turn = eventTurns(context.signal);
  const interrupted = await wasInterrupted(async () => {
    made = { ...(await make(seed, turn)), name };
  });
  const findings = made as Findings | null;
  if (interrupted || findings === null) return writeFindings(folder, null, {}, context);
  // One figure has the page's name, several have it in front of their own.
  const named = findings.figures.map((one) => ({
    ...one,
    name: findings.figures.length === 1 ? name : `${name}-${one.name}`,
  }));
  return writeFindings(folder, { ...findings, figures: named }, { json }, context);
}
