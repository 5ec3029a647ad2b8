import type { Command } from "commander";
import { makeNextFolder } from "../io/files.ts";
import {
  type RateSearch,
  requireRate,
  type SearchedRates,
  searchCost,
  searchLearningRate,
  usualRate,
} from "../measure/searchLearningRate.ts";
import { loadParts } from "../runner/loadParts.ts";
import { requestOf, resolveSettings, type SettingsRequest } from "../settings/resolveSettings.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { configurable, configured } from "./configFile.ts";
import { type CommandContext, lockHooks } from "./context.ts";
import { counter, type Findings, writeFindings } from "./findings.ts";
import { count, integerFrom, positive } from "./options.ts";
import { runOptions } from "./settingOptions.ts";

/** Options of `entropy-sgd lr-find`. */
export interface LrFindCommand extends Omit<SettingsRequest, "budget"> {
  readonly rate?: string;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly seeds: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly config?: string;
}

/** `entropy-sgd lr-find`. */
export const definition: CommandDefinition = {
  examples: [
    "--network lenet --optimizer sgd",
    "--network small-mnistfc --optimizer entropy-sgd --seeds 3",
    "--config examples/configurations/small-mnistfc.yaml --rate learningRate",
  ],
  declare: (command, context, done) =>
    configurable(runOptions(command, ["budget"], { place: "runs/lr-find-N" }))
      .description("Search a learning rate: train while it rises, and see where the loss falls fastest.")
      .option("--rate <name>", "learningRate, or innerLearningRate: the default where there is an inner loop")
      .option("--from <rate>", "the first rate", positive, 1e-7)
      .option("--to <rate>", "the last rate", positive, 10)
      .option("--steps <n>", "rates, at equal factors; one for each step of the optimizer", integerFrom(20), 100)
      .option("--seeds <k>", "searches with k seeds, from --seed on", count, 1)
      .action(async (parsed: LrFindCommand, own: Command) => {
        const { options, placing } = configured(own, parsed);
        done(await placing(() => lrFindCommand(options, context)));
      }),
};

/** Trains while the learning rate rises, and writes a page with where the loss falls fastest. Gives the exit code. */
export async function lrFindCommand(options: LrFindCommand, context: CommandContext): Promise<number> {
  const { from, to, steps: numRates, seeds, out, json } = options;
  const settings = resolveSettings(requestOf({ ...options, budget: 1 }));
  const { optimizer, seed: first } = settings;
  const rate = options.rate ?? usualRate(optimizer);
  requireRate(optimizer, rate);
  const search: RateSearch = { rate, from, to, numRates };
  const parts = await loadParts(settings, lockHooks(context));
  const cost = searchCost(settings, search);
  context.stderr.write(`lr-find: ${numRates} values of ${rate}, ${seeds} times at most ${cost} gradients\n`);
  const count = counter(context, seeds * numRates, "rates");
  const searches: SearchedRates[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    const found = await searchLearningRate({ ...settings, seed }, parts, search, context.signal, count);
    if (found === null) break;
    searches.push(found);
  }
  const interrupted = searches.length < seeds;
  const findings = async (): Promise<Findings> => {
    const { adviceOf, learningRateFigure, learningRatePage, rateSentences } = await import(
      "../pages/learningRateFigure.ts"
    );
    const { network, preset, batchSize, dropout, data } = settings;
    const shown = { network, optimizer, preset: preset ?? "none", batchSize, dropout, data: data ?? "MNIST" };
    const figure = learningRateFigure(searches, rate);
    const page = learningRatePage(searches, rate, figure, { ...shown, from, to, steps: numRates });
    const numbers = { rate, ...adviceOf(searches), settings, search: { from, to, numRates }, searches };
    return { name: "lr-find", figures: [figure], page, json: numbers, lines: rateSentences(searches, rate) };
  };
  const place = out ?? (searches.length === 0 ? "" : makeNextFolder("runs", "lr-find"));
  return writeFindings(place, searches.length === 0 ? null : await findings(), { json, interrupted }, context);
}
