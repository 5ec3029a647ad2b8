/** A run as a piece of work on a queue: JSON, which the queue does not look into, and a worker checks. */
import type { Json } from "entropy-sgd-cluster";
import { z } from "zod";
import { digestOf } from "../../io/digest.ts";
import { checkedSettings } from "../../settings/checkedSettings.ts";
import { canonicalJson, trainingOf } from "../../settings/sameTraining.ts";
import type { Settings } from "../../settings/settings.ts";
import type { PlannedRun } from "../experiment.ts";
import { plainPath } from "../plainPath.ts";

/** The version of the layout of a piece. */
const pieceVersion = 1;

/** What a worker is given. */
export interface Piece {
  /** With the hash of the files of a network of the user's own. */
  readonly settings: Settings;
  /** SHA-256 of the data; null where they have none. */
  readonly dataChecksum: string | null;
  /** The run's folder below the folder that planner and workers share; null where the run comes back as files. */
  readonly folder: string | null;
}

const pieceSchema = z.strictObject({
  version: z.literal(pieceVersion),
  settings: z.unknown(),
  dataChecksum: z.string().nullable(),
  folder: z.string().regex(plainPath).nullable(),
});

/** A piece as it goes to the queue. */
export function pieceJson(piece: Piece): Json {
  return JSON.parse(JSON.stringify({ version: pieceVersion, ...piece })) as Json;
}

/** Work of a later version than this one; one of that version may do it. */
export class LaterVersion extends Error {}

/** The piece in the work of a queue. @throws LaterVersion; InputError or an error of zod for what is none */
export function pieceIn(work: Json): Piece {
  const version = z.object({ version: z.number() }).safeParse(work).data?.version ?? 0;
  if (version > pieceVersion)
    throw new LaterVersion(`the work is of version ${version}, this worker of ${pieceVersion}`);
  const parsed = pieceSchema.safeParse(work);
  if (!parsed.success) throw new Error(`the work is malformed: ${z.prettifyError(parsed.error)}`);
  const { version: _, settings, ...piece } = parsed.data;
  return { ...piece, settings: checkedSettings(settings, "the work") };
}

/** Characters of a run's name in that of its piece. */
const maxName = 100;

/** The name of a piece on its queue: the same training on the same data has the same, so that it is not done twice. */
export function pieceId({ name }: Pick<PlannedRun, "name">, { settings, dataChecksum, folder }: Piece): string {
  const text = canonicalJson({ training: trainingOf(settings), dataChecksum, folder });
  return `${name.slice(0, maxName)}-${digestOf([Buffer.from(text)]).sha256.slice(0, 16)}`;
}

/** Whether a piece is called after a run of this name; runs of several experiments may have one name. */
export function namesRun(id: string, run: string): boolean {
  return /^(.*)-[0-9a-f]{16}$/.exec(id)?.[1] === run.slice(0, maxName);
}
