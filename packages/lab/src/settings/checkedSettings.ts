/** Settings as they are found in files. */
import { InputError } from "entropy-sgd-training";
import { z } from "zod";
import { brokenRule } from "./brokenRule.ts";
import { rowOf, type Settings, settingNames } from "./settings.ts";

/** The rules of config.json. */
const settingsSchema: z.ZodType<Settings> = z.strictObject(
  Object.fromEntries(settingNames.map((name) => [name, rowOf(name).rule])),
) as never;

/**
 * Settings read from anywhere, checked.
 *
 * @param where - the beginning of messages, such as a file's path
 * @throws InputError naming the first field that breaks its rule
 */
export function checkedSettings(settings: unknown, where?: string): Settings {
  const parsed = settingsSchema.safeParse(settings, { error: brokenRule });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const found = issue.path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    settings,
  );
  const name = issue.path.map(String).join(".") || "settings";
  throw new InputError({ ...(where === undefined ? {} : { path: where }), name, rule: issue.message, value: found });
}
