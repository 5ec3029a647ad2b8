import type { CommandDefinition } from "./commandDefinition.ts";
import { compareCommand } from "./compare.ts";
import { positive } from "./options.ts";

/** `entropy-sgd start`: a comparison that shows the method. */
export const definition: CommandDefinition = {
  examples: ["", "--budget 1"],
  declare: (command, context, done) =>
    command
      .description(
        "Four effective epochs of LeNet on MNIST with Entropy-SGD (lua) and SGD; the report in runs/start-N.",
      )
      .option("--budget <epochs>", "effective epochs, inner steps counted", positive, 4)
      .action(async ({ budget }: { budget: number }) => {
        // README.md says the same of the default, four.
        context.stderr.write(
          `LeNet with Entropy-SGD (preset lua), then SGD: ${budget / 2} to ${budget} minutes on two free cores\n`,
        );
        const plan = {
          network: "lenet",
          optimizers: ["entropy-sgd", "sgd"],
          preset: "lua",
          recipe: "paper",
          seeds: 1,
          budget,
          set: ["sgd.learningRate=0.1"],
          folderName: "start",
        };
        done(await compareCommand(plan, context));
      }),
};
