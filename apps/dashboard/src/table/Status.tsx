/** The status of a run: a word, with progress and the time that is left while it runs. */
import type { RunRow } from "entropy-sgd-lab";
import { duration, fixed } from "../text/numbers.ts";
import { progressOf, secondsLeft } from "./rows.ts";

/** Why a run ended, where its status does not say it. */
const reasons: Readonly<Record<string, string>> = { time: "time limit", "early-stopping": "early stopping" };

/** A run's status. */
export function Status({ row }: { readonly row: RunRow }) {
  const { status, reason, facts } = row;
  const progress = progressOf(row);
  const left = secondsLeft(row);
  const why = reasons[facts?.endReason ?? ""];
  return (
    <span class={`status ${status}`} title={reason ?? undefined}>
      {status}
      {why === undefined ? "" : ` (${why})`}
      {(status === "running" || status === "unfinished" || status === "interrupted") && progress !== null && (
        <>
          {" "}
          <progress value={progress} max={1} aria-label="progress" /> {fixed(100 * progress, 0)} %
        </>
      )}
      {left !== null && `, ${duration(left)} left`}
    </span>
  );
}
