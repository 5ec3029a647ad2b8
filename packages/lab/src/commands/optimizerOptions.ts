import { optimizerNames } from "entropy-sgd";
import { requireName } from "../settings/requireName.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { exitCodes } from "./context.ts";
import { optionsText } from "./optionsReference.ts";

/** `entropy-sgd options`. */
export const definition: CommandDefinition = {
  examples: ["entropy-sgd", "sgld"],
  declare: (command, { stdout }, done) =>
    command
      .description("Print the options of an optimizer: rule, default, values of the presets, meaning and source.")
      .argument("<optimizer>", optimizerNames.join(", "))
      .action((name: string) => {
        stdout.write(optionsText(requireName("optimizer", name, optimizerNames)));
        done(exitCodes.ok);
      }),
};
