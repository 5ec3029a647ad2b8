/** The report: one self-contained HTML page. */
import { shown } from "../cli/resultTable.ts";
import type { RunRecord } from "../runs/readRun.ts";
import { type Summary, summarise } from "../runs/summarise.ts";
import type { RunResult } from "../training/events.ts";
import { optimizersOf } from "./curves.ts";
import type { Figure } from "./figures.ts";

/** The page of some runs and their figures. */
export function renderReport(records: readonly RunRecord[], figures: readonly Figure[]): string {
  const results = records.flatMap(({ result }) => (result === null ? [] : [result]));
  const { network } = records[0]!.settings;
  const title = `${network}: ${optimizersOf(records).join(", ")}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="lead">${escaped(inWords(records, results))}</p>
${table(summaryRows(results), "Errors in per cent, mean ± sample standard deviation over seeds.")}
${figures.map(figureHtml).join("\n")}
<h2>Runs</h2>
${table(runRows(records), "The test error at best validation is that of the epoch with the lowest validation error.")}
<h2>Settings</h2>
${settingsHtml(records)}
<h2>Machine</h2>
${table(environmentRows(records), "Runs repeat to the bit on the same processor type, ONNX Runtime version and threads.")}
</main>
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.2rem 4rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.lead { font-size: 1.1rem; max-width: 48rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
caption { caption-side: bottom; text-align: left; padding-top: 0.4rem; opacity: 0.75; }
th, td { padding: 0.35rem 0.8rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr.differs td { background: var(--soft); }
figure { margin: 2.5rem 0; } figure svg { max-width: 100%; height: auto; border-radius: 4px; }
figcaption { max-width: 46rem; opacity: 0.85; font-size: 0.92rem; margin-top: 0.3rem; }
@media print { figure { break-inside: avoid; } }
`;

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => escapes[character]!);
}

function figureHtml({ title, caption, svg }: Figure): string {
  return `<h2>${escaped(title)}</h2>\n<figure>${svg}<figcaption>${escaped(caption)}</figcaption></figure>`;
}

function table(rows: readonly (readonly string[])[], caption: string, differs: readonly boolean[] = []): string {
  const [head, ...body] = rows;
  const cells = (row: readonly string[], tag: "th" | "td"): string =>
    row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("");
  const lines = body.map((row, i) => `<tr${differs[i] ? ' class="differs"' : ""}>${cells(row, "td")}</tr>`);
  return `<div class="scroll"><table><caption>${escaped(caption)}</caption>
<thead><tr>${cells(head ?? [], "th")}</tr></thead>
<tbody>${lines.join("\n")}</tbody></table></div>`;
}

/** What was compared and what came out, in two or three sentences made from the numbers. */
function inWords(records: readonly RunRecord[], results: readonly RunResult[]): string {
  const { settings, start } = records[0]!;
  const seeds = new Set(records.map((record) => record.settings.seed)).size;
  const epochs = (start.totalGradients / start.gradientsPerEpoch).toFixed(1);
  const budget =
    `Each run had a budget of ${start.totalGradients} gradient evaluations (${epochs} effective epochs of batches of ` +
    `${start.batchSize}), with dropout ${settings.dropout} and ${seeds === 1 ? "one seed" : `${seeds} seeds`}.`;
  const unfinished = records.filter(({ result }) => result === null || result.reason !== "budget").length;
  const note = unfinished === 0 ? "" : ` ${unfinished} of ${records.length} runs did not reach the end of the budget.`;
  return `${budget}${note} ${comparison(Object.entries(summarise(results)))}`.trim();
}

/** The differences of the first optimizer to the others, with what their spread allows to say. */
function comparison(summaries: readonly (readonly [string, Summary])[]): string {
  const [first, ...others] = summaries.filter(([, summary]) => summary.testError.mean !== null);
  if (first === undefined) return "No run has a test error.";
  const [name, own] = first;
  if (others.length === 0) return `The test error at the end is ${shown(own.testError, 100, 2)} %.`;
  const sentences = others.map(([other, { testError }]) => {
    const difference = 100 * (own.testError.mean! - testError.mean!);
    const text = `${name} ${shown(own.testError, 100, 2)} % against ${other} ${shown(testError, 100, 2)} % at the end`;
    if (own.testError.sd === null || testError.sd === null) return `${text}; one seed says nothing about the spread.`;
    const error = 100 * Math.sqrt(own.testError.sd ** 2 / own.testError.n + testError.sd ** 2 / testError.n);
    const verdict =
      Math.abs(difference) <= 2 * error
        ? "no difference beyond two standard errors: parity"
        : `${difference < 0 ? "lower" : "higher"} by ${Math.abs(difference).toFixed(2)} points`;
    return `${text} (${verdict}; standard error of the difference ${error.toFixed(2)}).`;
  });
  return `Test error: ${sentences.join(" ")}`;
}

function summaryRows(results: readonly RunResult[]): string[][] {
  const head = [
    "optimizer",
    "runs",
    "test error",
    "at best validation",
    "minimum of test curve",
    "train loss",
    "ms/gradient",
  ];
  return [
    head,
    ...Object.entries(summarise(results)).map(([name, summary]) => [
      name,
      String(results.filter(({ optimizer }) => optimizer === name).length),
      shown(summary.testError, 100, 2),
      shown(summary.bestTestError, 100, 2),
      shown(summary.minTestError, 100, 2),
      shown(summary.trainLoss, 1, 4),
      shown(summary.msPerGradient, 1, 1),
    ]),
  ];
}

function runRows(records: readonly RunRecord[]): string[][] {
  const percent = (value: number | null): string => (value === null ? "–" : (100 * value).toFixed(2));
  return [
    ["run", "seed", "gradients", "test error", "at best validation", "validation error", "seconds", "ended by"],
    ...records.map(({ name, settings, result, outers }) => [
      name,
      String(settings.seed),
      String(result?.gradientEvaluations ?? outers.at(-1)?.gradients ?? 0),
      percent(result?.testError ?? null),
      percent(result?.bestTestError ?? null),
      percent(result?.validationError ?? null),
      result === null ? "–" : result.seconds.toFixed(0),
      result?.reason ?? "not ended",
    ]),
  ];
}

/** The settings of each optimizer's first run; rows in which they differ are marked. */
function settingsHtml(records: readonly RunRecord[]): string {
  const names = optimizersOf(records);
  const flat = names.map((name) => {
    const { options, ...rest } = records.find(({ settings }) => settings.optimizer === name)!.settings;
    return { ...rest, ...options } as Readonly<Record<string, unknown>>;
  });
  const keys = [...new Set(flat.flatMap((settings) => Object.keys(settings)))].filter(
    (key) => key !== "optimizer" && key !== "seed" && key !== "version",
  );
  const rows = keys.map((key) => [key, ...flat.map((settings) => (key in settings ? text(settings[key]) : "–"))]);
  const differs = rows.map(([, ...values]) => new Set(values).size > 1);
  return table([["setting", ...names], ...rows], "Rows in which the optimizers differ are shaded.", differs);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function environmentRows(records: readonly RunRecord[]): string[][] {
  const { environment } = records[0]!;
  return [["", "value"], ...Object.entries(environment).map(([name, value]) => [name, String(value)])];
}
