/** Conditions of a study in a YAML or JSON file. */
import { basename } from "node:path";
import { readPlainText } from "entropy-sgd-training/node";
import { stringify } from "yaml";
import { z } from "zod";
import { writeWhole } from "../../io/files.ts";
import { placedYaml } from "../../io/placedYaml.ts";
import { type StudyCondition, studyCondition } from "./studyDesign.ts";

const maxBytes = 2 ** 20;
const schema = z.strictObject({ conditions: z.array(studyCondition).min(1) });

/** The conditions in a file. @throws InputError with the place of what breaks a rule, and for a name that is there twice */
export function readConditions(file: string): readonly StudyCondition[] {
  const yaml = placedYaml(readPlainText(file, maxBytes), basename(file));
  const parsed = schema.safeParse(yaml.value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw yaml.refusal(path as (string | number)[], message);
  }
  const { conditions } = parsed.data;
  const names = conditions.map(({ name }) => name);
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0) throw yaml.refusal(["conditions", twice, "name"], "must not be there twice");
  return conditions;
}

/** Writes conditions for `readConditions`. */
export function writeConditions(file: string, conditions: readonly StudyCondition[]): void {
  writeWhole(file, conditionsText(conditions));
}

/** Conditions as YAML. */
export function conditionsText(conditions: readonly StudyCondition[]): string {
  return stringify({ conditions });
}
