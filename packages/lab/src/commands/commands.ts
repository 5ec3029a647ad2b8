/** The commands by name, in the order of the help: a new one is its file, which exports `definition`, and its line here. */
import type { Command } from "commander";
import type { CommandDefinition } from "./commandDefinition.ts";
import type { CommandContext } from "./context.ts";

/** The file of each command, loaded when it is called and for the help of the whole program: no file draws pages as it is loaded. */
export const commandFiles: Readonly<Record<string, () => Promise<{ readonly definition: CommandDefinition }>>> = {
  train: () => import("./train.ts"),
  finetune: () => import("./finetune.ts"),
  compare: () => import("./compare.ts"),
  start: () => import("./start.ts"),
  parle: () => import("./parle.ts"),
  worker: () => import("./worker.ts"),
  resume: () => import("./resume.ts"),
  sweep: () => import("./sweep.ts"),
  "cluster status": () => import("./clusterStatus.ts"),
  "cluster remove": () => import("./clusterRemove.ts"),
  "cluster simulate": () => import("./clusterSimulate.ts"),
  "runs list": () => import("./runsList.ts"),
  "runs show": () => import("./runsShow.ts"),
  "runs compare": () => import("./runsCompare.ts"),
  "runs delete": () => import("./runsDelete.ts"),
  "runs export": () => import("./runsExport.ts"),
  "runs merge": () => import("./runsMerge.ts"),
  "lr-find": () => import("./lrFind.ts"),
  "find-scope": () => import("./findScope.ts"),
  data: () => import("./data.ts"),
  predict: () => import("./predict.ts"),
  evaluate: () => import("./evaluate.ts"),
  sample: () => import("./sample.ts"),
  figure: () => import("./figure.ts"),
  spectrum: () => import("./spectrum.ts"),
  "local-entropy": () => import("./localEntropy.ts"),
  robustness: () => import("./robustness.ts"),
  flatness: () => import("./flatness.ts"),
  slice: () => import("./slice.ts"),
  saddles: () => import("./saddles.ts"),
  planted: () => import("./planted.ts"),
  study: () => import("./study.ts"),
  reproduce: () => import("./reproduce.ts"),
  serve: () => import("./serve.ts"),
  report: () => import("./report.ts"),
  export: () => import("./export.ts"),
  options: () => import("./optimizerOptions.ts"),
  doctor: () => import("./doctor.ts"),
};

/** Descriptions of the words that several commands begin with. */
const families: Readonly<Record<string, string>> = {
  runs: "List, show, compare, delete, export and merge the runs in a folder.",
  cluster: "Look at many machines, take runs off their queues, or simulate them.",
};

/** Adds the commands that begin with `word`, or all where none does; `done` takes their exit codes. */
export async function addCommands(
  program: Command,
  word: string | undefined,
  context: CommandContext,
  done: (code: number) => void,
): Promise<void> {
  const names = Object.keys(commandFiles);
  const called = names.filter((name) => name.split(" ")[0] === word);
  for (const name of called.length > 0 ? called : names) {
    const { definition } = await commandFiles[name]!();
    const examples = definition.examples.map((example) => `  npx entropy-sgd ${name} ${example}`.trimEnd());
    definition
      .declare(commandNamed(program, name), context, done)
      .addHelpText("after", `\nExamples:\n${examples.join("\n")}`);
  }
}

/** A new command of one word, or of two below its family. */
function commandNamed(program: Command, name: string): Command {
  const [first, second] = name.split(" ") as [string, string?];
  if (second === undefined) return program.command(first);
  const family = program.commands.find((command) => command.name() === first);
  return (family ?? program.command(first).description(families[first]!)).command(second);
}
