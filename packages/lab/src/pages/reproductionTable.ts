/** Several experiments of the paper in one table, for the terminal, Markdown and JSON. */
import type { ReproductionResult } from "../experiments/reproduce/reproductionResult.ts";
import { markdownTable } from "../report/markdownTable.ts";
import { plain } from "../statistics/numbers.ts";
import { methodJson } from "./reproductionFindings.ts";
import {
  methodRows,
  reproductionCaption,
  reproductionHead,
  reproductionSentences,
  scaleNotice,
} from "./reproductionWords.ts";

/** The columns. */
export const tableHead: readonly string[] = ["experiment", "method", ...reproductionHead];

/** A row for each method of each experiment. */
export function tableRows(results: readonly ReproductionResult[]): string[][] {
  return results.flatMap((result) =>
    methodRows(result).map((row) => [
      `${result.name}${result.scale === 1 ? "" : ` at scale ${plain(result.scale)}`}, ${result.quantity.label}`,
      ...row,
    ]),
  );
}

/** The results as JSON, without the runs. */
export function tableJson(results: readonly ReproductionResult[]): object {
  return {
    experiments: results.map(({ name, scale, seeds, methods, between }) => ({
      ...{ name, scale, seeds, between },
      methods: methods.map(methodJson),
    })),
  };
}

/** README.md: the table, and of each experiment its figure NAME.svg, what is found, and how the paper was read. */
export function tablePage(results: readonly ReproductionResult[]): string {
  const sections = results.map((result) => {
    const { name, scale, reproduction, runs } = result;
    const command = `npx entropy-sgd reproduce ${name}${scale === 1 ? "" : ` --scale ${plain(scale)}`}`;
    const notice = scaleNotice(result);
    const has = runs.some(({ evaluations }) => evaluations.length > 0);
    const sentences = [...reproductionSentences(result), ...reproduction.readings, ...machineSentences(result)];
    return [
      `## ${reproduction.title}`,
      ...(notice === null ? [] : [`**${notice}**`]),
      ...(has ? [`![${reproduction.title}](${name}.svg)`] : []),
      sentences.map((sentence) => `- ${sentence}`).join("\n"),
      `\`${command}\`${has ? `; every evaluation of every run: [${name}.json](${name}.json)` : ""}.`,
    ].join("\n\n");
  });
  return `${[
    "# The paper's table, reproduced",
    "Written by `npx entropy-sgd reproduce table`; published and measured columns are never mixed.",
    markdownTable(tableHead, tableRows(results)),
    reproductionCaption,
    ...sections,
  ].join("\n\n")}\n`;
}

function machineSentences({ runs }: ReproductionResult): string[] {
  const machines = new Set(
    runs.map(
      ({ environment: { processor, cores, threads, node, onnxRuntime } }) =>
        `${processor}, ${cores} cores, threads of one operation: ${threads}, Node ${node}, ONNX Runtime ${onnxRuntime}`,
    ),
  );
  return [...machines].map((machine) => `Made on ${machine}.`);
}
