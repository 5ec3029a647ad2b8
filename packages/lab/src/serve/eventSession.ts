/** What one listener of `/api/events` is told: changes of the table, and what is appended to the logs that it follows. */
import type { LogBatch, StreamEvents } from "./api.ts";
import { batchAfter } from "./logColumns.ts";
import { type LogPosition, logBeginning, positionOf, positionText } from "./runLog.ts";
import type { RunTable } from "./runTable.ts";

/** What a listener asks for. */
export interface Following {
  /** The version of the table that it knows; null for the one now. */
  readonly since: string | null;
  readonly runs: readonly string[];
  /** How far each log is known; null for up to now. */
  readonly at: readonly (string | null)[];
  /** The id of the last event that it got, which says more than the rest; null for none. */
  readonly lastId: string | null;
}

/** An event as it is sent. */
export interface StreamMessage {
  readonly event: keyof StreamEvents;
  readonly id: string;
  readonly data: string;
}

/** A log that is followed. */
interface Followed {
  readonly run: string;
  position: LogPosition;
}

/** Outer steps in an event: whoever is farther behind asks for the curve, which is thinned. */
const maxSteps = 5000;

/**
 * The events since the last call. Ids hold the version of the table and the place in each log that is followed, `VERSION~OFFSET.TAIL~…`: a
 * place is recognised by the bytes before it, so that ids of an earlier process hold as long as the logs are the same.
 */
export function eventSession(table: RunTable, { since, runs, at, lastId }: Following): () => StreamMessage[] {
  const [lastVersion, ...lastPlaces] = lastId?.split("~") ?? [];
  const isOwn = lastVersion !== undefined && lastPlaces.length === runs.length;
  let version = (isOwn ? lastVersion : since) ?? table.version();
  const followed = runs.map((run, i): Followed => {
    const known = isOwn ? lastPlaces[i]! : at[i];
    return { run, position: (known == null ? null : positionOf(known)) ?? positionNow(table, run) };
  });
  const message = <Name extends keyof StreamEvents>(event: Name, data: StreamEvents[Name]): StreamMessage => {
    const id = [version, ...followed.map(({ position }) => positionText(position))].join("~");
    return { event, id, data: JSON.stringify(data) };
  };
  const ofTable = (): StreamMessage[] => {
    const now = table.version();
    if (now === version) return [];
    const changes = table.since(version);
    version = now;
    return [changes === null ? message("reload", { version }) : message("rows", { version, ...changes })];
  };
  const ofLog = (own: Followed): StreamMessage[] => {
    const news = newsOf(table, own);
    if (news === null) return [];
    own.position = news.position;
    const place = { run: own.run, position: positionText(news.position) };
    return [news.batch === null ? message("reset", place) : message("log", { ...place, ...news.batch })];
  };
  return () => [...ofTable(), ...followed.flatMap(ofLog)];
}

/** Where a log is now, and what was appended; no batch where the log is another one; null if nothing has happened. */
function newsOf(
  table: RunTable,
  { run, position }: Followed,
): { readonly position: LogPosition; readonly batch: Omit<LogBatch, "run" | "position"> | null } | null {
  try {
    const log = table.log(run);
    if (log === undefined) return position.offset === 0 ? null : { position: logBeginning, batch: null };
    const now = log.position;
    if (!log.holds(position)) return { position: now, batch: null };
    if (now.offset === position.offset) return null;
    const batch = batchAfter(log.content, position.offset);
    return { position: now, batch: batch.outers.gradients.length > maxSteps ? null : batch };
  } catch {
    // A damaged log has no news; the table says what is wrong.
    return null;
  }
}

function positionNow(table: RunTable, run: string): LogPosition {
  try {
    return table.log(run)?.position ?? logBeginning;
  } catch {
    return logBeginning;
  }
}
