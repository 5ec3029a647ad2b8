/** The claims about test errors. */
import type { Findings, FirstTry } from "./findings.ts";
import { publishedLenet, publishedTable } from "./published.ts";
import { type ClaimView, colorOf, optimizerNames, percent, percentInterval, percents } from "./view.ts";

/** The same test error as tuned SGD, after several epochs. */
export function parity({ fourEpochs, study }: Findings): ClaimView {
  const { source, rows, epochs } = fourEpochs;
  const { testError } = study;
  return {
    published:
      "The paper's Table 1 has Entropy-SGD beside the baseline of each model: errors within a spread or two of each other, perplexities slightly lower; at more gradients on mnistfc and at fewer on the others. Its numbers are the best points of the test curve.",
    measured: `Our LeNet ends ${epochs} effective epochs with ${rows
      .map(({ optimizer, testError: own }) => `${percents(own)} % (${optimizerNames[optimizer]})`)
      .join(
        ", ",
      )}. On ${study.network}, ${study.seeds} seeds and ${study.budget} effective epochs, Entropy-SGD's error less SGD's is ${percent(testError.estimate)} ± ${percent(testError.standardError)} points.`,
    verdict: `${testError.equivalent ? "Supported there" : "Not shown there"}: two one-sided tests ${testError.equivalent ? "place" : "do not place"} that difference within ±${percent(testError.margin, 1)} points, the margin fixed before. Parity, not victory.`,
    chart: {
      title: "Test error of LeNet on MNIST, published and measured",
      x: { label: "test error, %" },
      rows: [
        ...publishedLenet.map((row) => ({
          name: `published, ${row.optimizer}, ${row.epochs} epochs`,
          color: 8,
          symbol: "square" as const,
          ...percentInterval(row),
        })),
        ...rows.map(({ optimizer, minTestError }) => ({
          name: `measured, ${optimizerNames[optimizer]}, ${epochs} epochs`,
          color: colorOf(optimizer),
          ...percentInterval(minTestError),
        })),
      ],
    },
    caption:
      "Mean ± standard deviation over runs of the smallest error of the test curve, which is what the paper gives. Grey squares are the paper's, after many more gradients: compare within a group, not across. Measured before the arithmetic of batch norm and the normals changed; bits differ since.",
    tables: [
      {
        caption: "Published: the paper's Table 1, at effective epochs",
        columns: ["Model", "Entropy-SGD", "Baseline"],
        rows: publishedTable.map(({ model, entropySgd, baseline }) => [model, entropySgd, baseline]),
      },
      {
        caption: `Measured: LeNet, ${epochs} effective epochs, test error in %`,
        columns: ["Optimizer", "at the end", "at best validation", "smallest", "training loss"],
        rows: rows.map((row) => [
          optimizerNames[row.optimizer]!,
          percents(row.testError),
          percents(row.bestTestError),
          percents(row.minTestError),
          `${row.trainLoss.mean.toFixed(4)} ± ${row.trainLoss.sd.toFixed(4)}`,
        ]),
      },
    ],
    sources: [source, study.judged],
  };
}

/** Entropy-SGD's mean error less SGD's, by network. */
function gapsOf({ rows }: FirstTry): { readonly network: string; readonly gap: number }[] {
  const meanOf = (network: string, optimizer: string): number =>
    rows.find((row) => row.network === network && row.optimizer === optimizer && row.preset !== "lua")!.testError.mean;
  const networks = [...new Set(rows.map(({ network }) => network))];
  return networks.map((network) => ({ network, gap: meanOf(network, "entropy-sgd") - meanOf(network, "sgd") }));
}

/** After one effective epoch. */
export function early({ firstTry }: Findings, network: string): ClaimView {
  const { source, rows, seeds } = firstTry;
  const own = rows.filter((row) => row.network === network);
  const gaps = gapsOf(firstTry);
  const above = gaps.filter(({ gap }) => gap > 0).map(({ gap }) => gap);
  const named = own.map((row) => ({
    ...row,
    name: `${optimizerNames[row.optimizer]}${row.preset === null ? "" : ` (${row.preset})`}`,
  }));
  return {
    published:
      "The paper shows no result after a single pass over the data; it trains for 80 effective epochs and more.",
    measured: `After one effective epoch, at the learning rates by default, Entropy-SGD's mean error is above SGD's on ${above.length} of ${gaps.length} networks, by ${percent(Math.min(...above), 1)} to ${percent(Math.max(...above), 1)} points.`,
    verdict: "For a low error soon, plain SGD or Adam is the better choice.",
    chart: {
      title: `Test error after one effective epoch, ${network}`,
      x: { label: "test error, %" },
      rows: named.map((row) => ({ name: row.name, color: colorOf(row.optimizer), ...percentInterval(row.testError) })),
    },
    caption: `Mean ± standard deviation over seeds ${seeds.join(", ")}. The rates were chosen on validation error, not on these.`,
    tables: [
      {
        caption: `${network}, one effective epoch, test error in %`,
        columns: ["Optimizer", "rates", "test error"],
        rows: named.map(({ name, rates, testError }) => [name, rates, percents(testError)]),
      },
    ],
    sources: [source],
  };
}
