/** The options of every optimizer in words, from the tables that check them: as text, and as the page docs/reference. */
import {
  groupOptions,
  type NamedOption,
  type OptimizerName,
  optimizerOptions,
  type PresetName,
  presets,
} from "entropy-sgd";
import { markdownTable } from "../report/markdownTable.ts";

/** Names of the optimizers, in the order of the page. */
export const optimizersByName = Object.keys(optimizerOptions) as OptimizerName[];

const presetNames = Object.keys(presets) as PresetName[];

/** The options of an optimizer as the command prints them; lines of at most 100 characters but for long sentences. */
export function optionsText(optimizer: OptimizerName): string {
  const options = optimizerOptions[optimizer];
  const blocks = options.map((option) => {
    const inPresets = hasPresets(optimizer) ? presetsOf(option.name) : null;
    return [
      `${option.name}: ${ruleInWords(option)}; ${defaultInWords(option)}`,
      `  ${option.doc}`,
      ...(inPresets === null
        ? []
        : [`  Presets: ${presetNames.map((name, i) => `${name} ${inPresets[i]}`).join(", ")}.`]),
      `  Source: ${option.source}.`,
    ].join("\n");
  });
  return `${optimizer}: ${options.length} options\n\n${blocks.join("\n\n")}\n\n${commandNote}\n`;
}

/** The page docs/reference/options.md. */
export function optionsPage(): string {
  const sections = optimizersByName.map((optimizer) => {
    const withPresets = hasPresets(optimizer);
    const head = ["option", "value", "default", ...(withPresets ? presetNames : []), "meaning", "source"];
    const rows = optimizerOptions[optimizer].map((option) => [
      `\`${option.name}\``,
      ruleInWords(option),
      option.required ? "required" : code(option.default),
      ...(withPresets ? (presetsOf(option.name) ?? presetNames.map(() => "")) : []),
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
  return `${pageHead}\n\n${sections.join("\n\n")}\n\n## groups\n\n${groups}\n`;
}

const commandNote =
  "These are the library's defaults. `train` and the other commands take the value of the network's recipe before\n" +
  "the default, and what --set says before both.";

const pageHead = `# Options of the optimizers

Made by \`npm run reference\` from the tables that the library checks its options with; \`npx entropy-sgd options entropy-sgd\` prints
the same. ${commandNote.replaceAll("\n", " ")} A schedule is a function of the step; what it counts is said with each option. Values
that break their rule, and names that are not here, are errors.`;

function hasPresets(optimizer: OptimizerName): boolean {
  return optimizer === "entropy-sgd" || optimizer === "entropy-adam";
}

/** What each preset sets an option to; null if none does. */
function presetsOf(option: string): string[] | null {
  const values = presetNames.map((name): unknown => Reflect.get(presets[name], option));
  return values.every((value) => value === undefined) ? null : values.map(code);
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
