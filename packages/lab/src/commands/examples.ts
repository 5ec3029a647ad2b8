/** Examples of every command, shown below its help. */
import type { Command } from "commander";

/** Arguments by command; a test parses each of them. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  train: [
    "--network small-mnistfc --budget 1",
    "--network lenet --optimizer entropy-sgd --preset lua --budget 4 --seed 1 --out runs/one",
    '--network mnistfc --budget 2 --set innerSteps=10 --set "scope=geometricScope(1e-3, 1e-3)"',
  ],
  compare: [
    "--network lenet --optimizers entropy-sgd,sgd,adam --budget 4 --out runs/three",
    "--network small-mnistfc --optimizers sgd,sam --seeds 5 --budget 2 --set sgd.learningRate=0.1",
  ],
  start: ["", "--budget 1"],
  resume: ["runs/one"],
  sweep: ["examples/sweeps/learning-rates.yaml --dry-run", "examples/sweeps/learning-rates.yaml --parallel 2"],
  "runs list": ["", "--where optimizer=entropy-sgd --sort testError", "runs/three --group --csv"],
  "runs show": ["runs/one"],
  "runs compare": ["runs/one runs/three", "--where network=lenet --out runs/comparison"],
  "runs delete": ["--where status=diverged", "--run one --yes"],
  "runs export": ["--out runs.csv", "runs/three --evaluations --out evaluations.json"],
  figure: ["wide-valleys --out runs/wide-valleys.html", "langevin --seed 7"],
  spectrum: ["runs/one --steps 100 --examples 10000"],
  "local-entropy": ["runs/one runs/two --radii 1e-3,1e-2,1e-1"],
  robustness: ["runs/one runs/two"],
  flatness: ["runs/one runs/two --draws 64"],
  slice: ["runs/one", "runs/one runs/two --points 21"],
  saddles: ["--out runs/saddles.html"],
  study: ["wide-valleys --network small-lenet --seeds 5 --budget 20"],
  options: ["entropy-sgd", "sgld"],
  report: ["runs/one runs/two --out runs/report"],
};

/** Shows the examples of a program's commands below their help. */
export function addExamples(program: Command): void {
  for (const [name, lines] of Object.entries(examples)) {
    const command = commandAt(program, name);
    const shown = lines.map((line) => `  npx entropy-sgd ${name} ${line}`.trimEnd());
    command?.addHelpText("after", `\nExamples:\n${shown.join("\n")}`);
  }
}

function commandAt(program: Command, name: string): Command | undefined {
  return name
    .split(" ")
    .reduce<Command | undefined>((at, word) => at?.commands.find((command) => command.name() === word), program);
}
