// Loss and gradient of recurrent language models.
import { ratioToOurs, summaryOf } from "../summary.mjs";
import { configuration, machineLine, number, spread, table, times } from "./text.mjs";

/** A row for each network and engine. */
export function lstmSection(lstm) {
  const heading = "## Recurrent language models\n\n";
  const networks = Object.entries(lstm);
  if (networks.length === 0) return `${heading}Not measured: \`npm run bench -- lstm\`.`;
  const rows = networks.flatMap(([network, result]) =>
    result.engines.map(({ name, variant, reason, runs }) => [
      `${network}, ${result.batchSize}×${result.steps}, ${result.vocabulary.toLocaleString("en")} tokens`,
      name,
      reason ?? spread(summaryOf(runs, "gradientMs")),
      times(ratioToOurs(result, name, "gradientMs")),
      spread(summaryOf(runs, "compileMs")),
      spread(summaryOf(runs, "peakMB")),
      configuration(variant),
    ]),
  );
  const loads = networks.flatMap(([, { engines }]) => engines.flatMap(({ runs }) => runs.map(({ load }) => load)));
  const [[, { machine, rounds, seconds }]] = networks;
  return [
    `${heading}Loss and gradient of one window (batch × steps), without dropout, from the same weights; the losses agree to 1e-3.
*Compiled*: graph, derivative and session.`,
    table([
      ["network", "engine", "loss and gradient, ms", "against ours", "compiled, ms", "peak memory, MB", "setting"],
      ...rows,
    ]),
    `${machineLine(machine)}; rounds: ${rounds}, seconds: ${seconds}; load ${number(Math.min(...loads))} to ` +
      `${number(Math.max(...loads))} when runs began. Raw values are in [lstm.json](lstm.json).`,
  ].join("\n\n");
}
