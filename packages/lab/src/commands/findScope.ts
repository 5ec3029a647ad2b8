import type { Command } from "commander";
import { makeNextFolder } from "../io/files.ts";
import { foundScopes } from "../measure/foundScopes.ts";
import { type ScopeSearch, scopeCost, searchScope } from "../measure/searchScope.ts";
import { loadParts } from "../runner/loadParts.ts";
import { requestOf, resolveSettings, type SettingsRequest } from "../settings/resolveSettings.ts";
import { plain } from "../statistics/numbers.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { configurable, configured } from "./configFile.ts";
import { type CommandContext, exitCodes, lockHooks } from "./context.ts";
import { counter, type Findings, writeFindings } from "./findings.ts";
import { count, integerFrom, positive, positiveList } from "./options.ts";
import { scopeCommands } from "./scopeCommands.ts";
import { runOptions } from "./settingOptions.ts";

/** Options of `entropy-sgd find-scope`. */
export interface FindScopeCommand extends SettingsRequest {
  readonly from: number;
  readonly to: number;
  readonly scopes: number;
  readonly sweeps: number;
  readonly forceShares: readonly number[];
  readonly distanceShares: readonly number[];
  readonly out?: string;
  readonly json?: boolean;
  readonly config?: string;
}

/** `entropy-sgd find-scope`. */
export const definition: CommandDefinition = {
  examples: [
    "--network lenet",
    "--network small-mnistfc --budget 4 --sweeps 5",
    "--network lenet --force-shares 0.1,0.5 --set innerSteps=5",
  ],
  declare: (command, context, done) =>
    configurable(runOptions(command, ["budget"], { place: "runs/find-scope-N", usual: { optimizer: "entropy-sgd" } }))
      .description("Find where the scope acts: train while it sweeps a range, and see force and distance.")
      .option("--budget <epochs>", "effective epochs in all; more where the sweeps take more", positive, 4)
      .option("--from <scope>", "the first scope", positive, 1e-3)
      .option("--to <scope>", "the last scope", positive, 10)
      .option("--scopes <n>", "scopes of a sweep, at equal factors; one for each outer step", integerFrom(5), 17)
      .option("--sweeps <k>", "sweeps, spread over the budget", count, 5)
      .option("--force-shares <list>", "shares of ‖∇f‖ for ‖γ(x − μ)‖", positiveList, [0.01, 0.03, 0.1, 0.3, 1])
      .option("--distance-shares <list>", "shares of ‖x‖ for ‖x' − x‖", positiveList, [0.003, 0.01, 0.03, 0.1])
      .action(async (parsed: FindScopeCommand, own: Command) => {
        const { options, placing } = configured(own, parsed);
        done(await placing(() => findScopeCommand(options, context)));
      }),
};

/** Trains while the scope sweeps a range, and writes a page with the scopes of the shares. Gives the exit code. */
export async function findScopeCommand(options: FindScopeCommand, context: CommandContext): Promise<number> {
  const { from, to, scopes: numScopes, sweeps: numSweeps, forceShares, distanceShares, out, json } = options;
  const settings = resolveSettings(requestOf(options));
  const parts = await loadParts(settings, lockHooks(context));
  const perEpoch = Math.floor(parts.data.train.numExamples / settings.batchSize);
  const least = numScopes * numSweeps;
  const asked = Math.ceil((options.budget * perEpoch) / settings.innerSteps);
  const search: ScopeSearch = { from, to, numScopes, numSweeps, outerSteps: Math.max(least, asked) };
  const cost = scopeCost(settings, search);
  const { signal, stderr } = context;
  stderr.write(`find-scope: ${numSweeps} sweeps through ${numScopes} scopes, ${cost} gradients in all\n`);
  const sweeps = await searchScope(settings, parts, search, signal, counter(context, numSweeps, "sweeps"));
  const isCut = sweeps.length < numSweeps;
  const interrupted = isCut && signal.aborted;
  const diverged = isCut && !signal.aborted;
  if (diverged) stderr.write(`find-scope: sweep ${sweeps.length + 1} diverged: take smaller rates or scopes\n`);
  if (diverged && sweeps.length === 0) return exitCodes.divergence;
  const findings = async (): Promise<Findings> => {
    const { scopeFigures, scopePage, scopeSentences } = await import("../pages/scopeFigures.ts");
    const { network, optimizer, preset, batchSize, dropout, data, innerSteps } = settings;
    const found = foundScopes(sweeps, { force: forceShares, distance: distanceShares });
    const rates = ["learningRate", "innerLearningRate", "noise"].map((name) => [name, plain(settings.options[name])]);
    const shown = { network, optimizer, preset: preset ?? "none", innerSteps, ...Object.fromEntries(rates) };
    const figures = scopeFigures(sweeps, found);
    const page = scopePage(sweeps, found, figures, { ...shown, batchSize, dropout, data: data ?? "MNIST", ...search });
    const lines = [...scopeSentences(found, sweeps.length), ...scopeCommands(found, options)];
    return { name: "find-scope", figures, page, json: { ...found, settings, search, sweeps }, lines };
  };
  const place = out ?? (sweeps.length === 0 ? "" : makeNextFolder("runs", "find-scope"));
  const found = sweeps.length === 0 ? null : await findings();
  const code = await writeFindings(place, found, { json, interrupted }, context);
  return diverged ? exitCodes.divergence : code;
}
