/** One run: its state, curves, warnings, figures of its landscape, settings and report. */
import type { DetailContent, RunRow } from "entropy-sgd-lab";
import { useEffect, useRef } from "preact/hooks";
import { addressOf } from "../live/ask.ts";
import { table } from "../live/table.ts";
import { Status } from "../table/Status.tsx";
import { announce } from "../text/announce.ts";
import { Failure } from "../text/Failure.tsx";
import { duration, grouped, metricCell, metricTitle, plain, significant } from "../text/numbers.ts";
import { Curves } from "./Curves.tsx";
import type { FollowedRun } from "./followedRun.ts";
import { Landscapes } from "./Landscapes.tsx";

/** A run that is followed. */
export function RunPage({ run }: { readonly run: FollowedRun }) {
  const detail = run.detail.value;
  // The table's row is the newest.
  const row = table.value!.runs.find(({ id }) => id === run.id) ?? detail?.row;
  useNews(run);
  return (
    <>
      {run.error.value !== null && <Failure message={run.error.value} />}
      {row !== undefined && <Facts row={row} />}
      {row?.reason && <p class="failure">{row.reason}</p>}
      {detail !== null && detail.content !== null && (
        <>
          <Notices content={detail.content} />
          <Curves run={run} />
          <Landscapes run={run.id} content={detail.content} />
          <Report run={run.id} />
          <Records content={detail.content} />
        </>
      )}
    </>
  );
}

/** Tells a screen reader of each new evaluation. */
function useNews(run: FollowedRun): void {
  const { length } = run.evaluations.value;
  const known = useRef(0);
  useEffect(() => {
    const before = known.current;
    known.current = length;
    if (before === 0 || length <= before) return;
    const { gradients, test } = run.evaluations.value.at(-1)!;
    const metric = run.detail.value?.row.facts?.metric.name ?? "error";
    announce(`Gradient ${grouped(gradients)}: test ${metricTitle(metric)} ${metricCell(metric, test)}`);
  }, [length, run]);
}

function Facts({ row }: { readonly row: RunRow }) {
  const { facts } = row;
  const entries: [string, preact.ComponentChildren][] = [["status", <Status key="status" row={row} />]];
  if (facts !== null) {
    const { metric, preset } = facts;
    entries.push(
      ["optimizer", `${facts.optimizer}${preset === null ? "" : ` (${preset})`}`],
      ["network", facts.network],
      ["seed", plain(facts.seed)],
      ["gradients", ofAll(facts.gradients, facts.totalGradients)],
      ["effective epochs", ofAll(facts.effectiveEpochs, facts.budget)],
      [`validation ${metricTitle(metric.name)}`, metricCell(metric.name, facts.validation)],
      [`test ${metricTitle(metric.name)}`, metricCell(metric.name, facts.test)],
      ["train loss", significant(facts.trainLoss)],
      ["time", duration(facts.seconds)],
    );
  }
  return (
    <dl class="facts">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function ofAll(value: number, all: number | null): string {
  const text = (number: number): string => (Number.isInteger(number) ? grouped(number) : significant(number));
  return all === null ? text(value) : `${text(value)} of ${text(all)}`;
}

function Notices({ content: { warnings, incidents, edits } }: { readonly content: DetailContent }) {
  const notices = [
    ...warnings.map((notice) => ({ ...notice, kind: "warning" })),
    ...incidents.map((notice) => ({ ...notice, kind: "incident" })),
  ].sort((a, b) => a.gradients - b.gradients);
  if (notices.length + edits.length === 0) return null;
  return (
    <section>
      <h2>Warnings</h2>
      <ul class="notices">
        {notices.map(({ kind, gradients, message }) => (
          <li key={`${gradients} ${message}`} class={kind}>
            <span class="at">gradient {grouped(gradients)}</span> {message}
          </li>
        ))}
        {edits.map((edit) => (
          <li key={edit}>{edit}</li>
        ))}
      </ul>
    </section>
  );
}

/** The report in a frame of its own origin: it can neither run as this page nor ask the server. */
function Report({ run }: { readonly run: string }) {
  const address = addressOf("report", { run });
  return (
    <details class="report">
      <summary>Report</summary>
      <p>
        Rendered now from the run's log. <a href={address}>Open it alone</a>
      </p>
      <iframe title={`Report of ${run}`} src={address} sandbox="allow-scripts" loading="lazy" />
    </details>
  );
}

function Records({ content: { settings, environment } }: { readonly content: DetailContent }) {
  return (
    <div class="records">
      <Entries title="Settings" entries={settings} />
      <Entries title="Machine" entries={environment} />
    </div>
  );
}

interface EntriesProps {
  readonly title: string;
  readonly entries: readonly (readonly [string, unknown])[];
}

function Entries({ title, entries }: EntriesProps) {
  return (
    <section>
      <h2>{title}</h2>
      <dl class="entries">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{plain(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
