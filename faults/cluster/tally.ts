/** How the pieces of a queue have ended, by what its planners have told: each reads the queue from its first message on. */
import type { PlannerLine } from "../../packages/cluster/test/queueOn.ts";

export interface Tally {
  /** Ids of the pieces that have ended. */
  ended(): ReadonlySet<string>;
  /** Those of them whose outcomes must be on the queue now. */
  kept(): ReadonlySet<string>;
  /** Keeps what the planner has told that ends. */
  keep(lines: readonly PlannerLine[]): void;
  /** Before a broker loses its data. @returns to be called when it is back, and its queue whole again */
  losing(): () => void;
  /** Ids without an outcome, or with another than theirs, and of those that have more than one. */
  faults(planned: number): { readonly lost: readonly string[]; readonly twice: readonly string[] };
  /** Pieces that more than one worker has begun. */
  begunAgain(): number;
}

/** @param now - lines of the planner that is at work */
export function openTally(now: () => readonly PlannerLine[]): Tally {
  const before: PlannerLine[] = [];
  /** Those that had ended when the data were lost; and those of which it is not known on which side of that they ended. */
  const [gone, unsure] = [new Set<string>(), new Set<string>()];
  const ended = (): Set<string> => idsOf([...before, ...now()]);
  const resultsOf = (id: string, lines: readonly PlannerLine[]) =>
    lines.flatMap((line) => ("id" in line && line.id === id ? [resultOf(line)] : []));
  const isAbsent = (id: string): boolean => gone.has(id) || unsure.has(id);
  /** Whether it was done again, not only stored again by a worker that was not told of the first time. */
  const isDoneAgain = (id: string): boolean => resultsOf(id, now())[0]?.mark !== resultsOf(id, before)[0]?.mark;
  const outcomeOf = (id: string) =>
    resultsOf(id, now())[0] ?? (isAbsent(id) ? resultsOf(id, before)[0] : undefined) ?? null;
  return {
    ended,
    kept: () => new Set([...ended()].filter((id) => !isAbsent(id))),
    keep: (lines) => before.push(...lines),
    losing() {
      for (const id of ended()) gone.add(id);
      const from = now().length;
      return () => {
        for (const id of idsOf(now().slice(from))) unsure.add(id);
      };
    },
    faults(planned) {
      const all = Array.from({ length: planned }, (_, n) => ({ n, id: `piece-${n}` }));
      const told = [...idsOf(now())];
      return {
        lost: all.filter(({ n, id }) => outcomeOf(id)?.value !== 2 * n + 1).map(({ id }) => id),
        twice: told.filter((id) => resultsOf(id, now()).length > 1 || (gone.has(id) && isDoneAgain(id))),
      };
    },
    begunAgain: () => [...ended()].filter((id) => (outcomeOf(id)?.attempt ?? 0) > 1).length,
  };
}

/** Pieces that have ended. */
export function idsOf(lines: readonly PlannerLine[]): Set<string> {
  return new Set(lines.flatMap((line) => ("id" in line ? [line.id] : [])));
}

interface Result {
  readonly value: number;
  readonly attempt: number;
  /** Of one time that a piece was done. */
  readonly mark: string;
}

function resultOf(line: PlannerLine): Result | null {
  return line.kind === "result" ? (line.result as unknown as Result) : null;
}
