import { InputError, shown } from "entropy-sgd-training";
import type { CommandDefinition } from "./commandDefinition.ts";
import { exitCodes } from "./context.ts";
import { optimizersByName, optionsText } from "./optionsReference.ts";

/** `entropy-sgd options`. */
export const definition: CommandDefinition = {
  examples: ["entropy-sgd", "sgld"],
  declare: (command, { stdout }, done) =>
    command
      .description("Print the options of an optimizer: rule, default, values of the presets, meaning and source.")
      .argument("<optimizer>", optimizersByName.join(", "))
      .action((name: string) => {
        const optimizer = optimizersByName.find((known) => known === name);
        if (optimizer === undefined) {
          throw new InputError(`optimizer: must be one of ${optimizersByName.join(", ")}, got ${shown(name)}`);
        }
        stdout.write(optionsText(optimizer));
        done(exitCodes.ok);
      }),
};
