/** What requests may ask for: the rules of their parameters. */
import type { Context } from "hono";
import { z } from "zod";
import { brokenRule } from "../settings/brokenRule.ts";
import { comparedQuantities } from "./compare.ts";
import { minPoints } from "./curve.ts";
import { curveColumns } from "./logColumns.ts";
import { refusal } from "./refusal.ts";

/** Logs that one listener may follow. */
const maxFollowed = 16;

const number = z.coerce.number();

/** Each parameter may be given once, those in `lists` several times. */
const rules = {
  curve: z.object({
    run: z.string(),
    x: z.enum(["gradients", "epochs", "seconds"]).default("gradients"),
    from: number.nullable().default(null),
    to: number.nullable().default(null),
    points: number.int().min(minPoints).max(20_000).default(2000),
    smoothing: number.int().min(1).max(100_000).default(1),
    columns: z
      .string()
      .transform((text) => [...new Set(text.split(","))])
      .pipe(z.array(z.enum(curveColumns)))
      .default([...curveColumns]),
  }),
  compare: z.object({
    run: z.array(z.string()).min(1).max(1000),
    quantity: z.enum(comparedQuantities).default("test"),
  }),
  events: z.object({
    since: z.string().max(100).nullable().default(null),
    run: z.array(z.string()).max(maxFollowed).default([]),
    at: z.array(z.string().max(100)).max(maxFollowed).default([]),
  }),
  run: z.object({ run: z.string() }),
  measurement: z.object({ run: z.string(), place: z.string() }),
  figure: z.object({ run: z.string(), place: z.string(), name: z.string() }),
} as const;

const lists: ReadonlySet<string> = new Set(["compare.run", "events.run", "events.at"]);

/** The parameters of a request. @throws HTTPException (400) naming the first that breaks its rule */
export function queryOf<Kind extends keyof typeof rules>(kind: Kind, { req }: Context): z.infer<(typeof rules)[Kind]> {
  const given = Object.entries(req.queries()).map(([name, values]) => {
    if (lists.has(`${kind}.${name}`)) return [name, values] as const;
    if (values.length > 1) throw refusal(400, `${name}: must be given once`);
    return [name, values[0]] as const;
  });
  const parsed = rules[kind].safeParse(Object.fromEntries(given), { error: brokenRule });
  if (parsed.success) return parsed.data as z.infer<(typeof rules)[Kind]>;
  const issue = parsed.error.issues[0]!;
  throw refusal(400, `${issue.path.map(String).join(".")}: ${issue.message}`);
}
