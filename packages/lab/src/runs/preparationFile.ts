/** preparation.json of a run: how its data became numbers, so that new examples are read alike. It carries its own hash. */
import { join } from "node:path";
import { InputError, type Preparation } from "entropy-sgd-training";
import { strictJson } from "entropy-sgd-training/formats";
import { isThere, readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { contentOf, withOwnHash } from "../io/digest.ts";
import { writeWhole } from "../io/files.ts";

const name = "preparation.json";
const maxBytes = 64 * 2 ** 20;
const maxDepth = 8;

const shape = z.array(z.int().min(1));
const texts = z.array(z.string());
const schema: z.ZodType<Preparation> = z.strictObject({
  format: z.string(),
  inputShape: shape,
  classNames: texts.nullable(),
  targetShape: shape.nullable(),
  standardisation: z.strictObject({ means: z.array(z.number()), deviations: z.array(z.number()) }).nullable(),
  whitening: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .exactOptional(),
  table: z
    .strictObject({
      separator: z.string(),
      header: z.boolean(),
      columns: z.array(z.strictObject({ name: z.string(), categories: texts.nullable() })),
      targets: texts,
    })
    .exactOptional(),
  image: z
    .strictObject({
      size: z.tuple([z.int().min(1), z.int().min(1)]),
      channels: z.literal([1, 3]),
      order: z.enum(["rgb", "bgr"]),
    })
    .exactOptional(),
  text: z.strictObject({ unit: z.enum(["characters", "bytes", "words"]) }).exactOptional(),
});

/** Keeps the preparation of a run's data. @param requireHeld - called before the file is put in place */
export function keepPreparation(run: string, preparation: Preparation, requireHeld: () => void): void {
  const path = join(run, name);
  if (!isThere(path)) writeWhole(path, withOwnHash(JSON.stringify(preparation)), requireHeld);
}

/**
 * The preparation of a run's data.
 *
 * @throws InputError if there is none, as in runs of earlier versions, or it is damaged
 */
export function readPreparation(run: string): Preparation {
  const path = join(run, name);
  if (!isThere(path)) {
    const rule = "missing; the run was made before it was kept, or its data were not read from files";
    throw new InputError({ code: "missing", path, rule });
  }
  const { value } = strictJson(contentOf(readPlainText(path, maxBytes), path), maxDepth, (why) => {
    throw new InputError({ path, rule: why });
  });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path: at, message } = parsed.error.issues[0]!;
  throw new InputError({ path, rule: `${at.map(String).join(".") || "content"}: ${message}` });
}
