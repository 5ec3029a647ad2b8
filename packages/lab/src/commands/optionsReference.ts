/** The options of every optimizer in words, from the tables that check them: as text, and as the page docs/reference. */
import {
  groupOptions,
  type NamedOptimizer,
  type NamedOption,
  type OptimizerName,
  optimizerNames,
  optimizersByName,
} from "entropy-sgd";
import { dataOptionNames, dataOptions } from "entropy-sgd-training/node";
import { markdownTable } from "../report/markdownTable.ts";

/** The options of an optimizer as the command prints them; lines of at most 100 characters but for long sentences. */
export function optionsText(optimizer: OptimizerName): string {
  const { options, presets } = optimizersByName[optimizer];
  const blocks = options.map((option) => {
    const inPresets = valuesIn(presets, option.name);
    return [
      `${option.name}: ${ruleInWords(option)}; ${defaultInWords(option)}`,
      `  ${option.doc}`,
      ...(inPresets.size === 0
        ? []
        : [`  Presets: ${Array.from(inPresets, ([name, value]) => `${name} ${value}`).join(", ")}.`]),
      `  Source: ${option.source}.`,
    ].join("\n");
  });
  return `${optimizer}: ${options.length} options\n\n${blocks.join("\n\n")}\n\n${commandNote}\n`;
}

/** The page docs/reference/options.md. */
export function optionsPage(): string {
  const sections = optimizerNames.map((optimizer) => {
    const { options, presets } = optimizersByName[optimizer];
    const presetNames = Object.keys(presets ?? {});
    const head = ["option", "value", "default", ...presetNames, "meaning", "source"];
    const rows = options.map((option) => [
      `\`${option.name}\``,
      ruleInWords(option),
      option.required ? "required" : code(option.default),
      ...presetNames.map((name) => valuesIn(presets, option.name).get(name) ?? ""),
      option.doc,
      option.source,
    ]);
    return `## ${optimizer}\n\n${markdownTable(head, rows)}`;
  });
  const groups = markdownTable(
    ["field", "value", "default", "meaning"],
    groupOptions.map((option) => [
      `\`${option.name}\``,
      ruleInWords(option),
      option.required ? "required" : code(option.default),
      option.doc,
    ]),
  );
  return `${pageHead}\n\n${sections.join("\n\n")}\n\n## groups\n\n${groups}\n\n${dataSection()}\n`;
}

/** The options of data, which `--set data.NAME=value` sets. */
function dataSection(): string {
  const rows = dataOptionNames.map((name) => {
    const { rule, doc, readers } = dataOptions[name];
    return [`\`${name}\``, rule, doc, readers?.join(", ") ?? "all"];
  });
  const lead =
    "How data in files are read and divided: `--set data.NAME=value` in `train` and `data`, `dataOptions` in files of settings.";
  return `## data\n\n${lead}\n\n${markdownTable(["option", "value", "meaning and default", "readers"], rows)}`;
}

const commandNote =
  "These are the library's defaults. `train` and the other commands take the value of the network's recipe before\n" +
  "the default, and what --set says before both.";

const pageHead = `# Options of the optimizers

Made by \`npm run reference\` from the tables that the library checks its options with; \`npx entropy-sgd options entropy-sgd\` prints
the same. ${commandNote.replaceAll("\n", " ")} A schedule is a function of the step; what it counts is said with each option. Values
that break their rule, and names that are not here, are errors.`;

/** What each preset sets an option to, by the preset's name; empty if none does. */
function valuesIn(presets: NamedOptimizer["presets"], option: string): ReadonlyMap<string, string> {
  const values = Object.entries(presets ?? {}).map(([name, preset]) => [name, preset[option]] as const);
  return new Map(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, code(value)]])));
}

function ruleInWords({ kind, rule }: NamedOption): string {
  return kind === "number" ? `a number ${rule}` : rule;
}

function defaultInWords(option: NamedOption): string {
  return option.required ? "required" : `default ${code(option.default)}`;
}

function code(value: unknown): string {
  return JSON.stringify(value);
}
