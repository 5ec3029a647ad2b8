import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import type { CommandDefinition } from "./commandDefinition.ts";
import { exitCodes } from "./context.ts";

/** `entropy-sgd report`. */
export const definition: CommandDefinition = {
  examples: ["runs/one runs/two --out runs/report"],
  declare: (command, { stdout }, done) =>
    command
      .description("Write the report of runs again, from their folders.")
      .argument("<runs...>", "run folders")
      .requiredOption("--out <folder>", "where report.html and figures/ go")
      .action(async (runs: string[], { out }: { out: string }) => {
        for (const run of runs)
          if (!existsSync(join(run, "config.json"))) throw new InputError({ path: run, rule: "is not a run" });
        const { writeReport } = await import("../pages/writeReport.ts");
        stdout.write(`The report is ${writeReport(out, runs)}\n`);
        done(exitCodes.ok);
      }),
};
