/** The page: its head, what its address asks for, and what a screen reader is told. */
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ComparePage } from "./compare/ComparePage.tsx";
import { connection } from "./live/stream.ts";
import { folder, table, tableError } from "./live/table.ts";
import { RunPage } from "./run/RunPage.tsx";
import { follow, hrefOf, place } from "./state/place.ts";
import { followed } from "./state/session.ts";
import { RunsPage } from "./table/RunsPage.tsx";
import { announced } from "./text/announce.ts";
import { Failure } from "./text/Failure.tsx";

/** The whole page. */
export function App() {
  const { view, run } = place();
  const title = view === "run" ? (run ?? "") : view === "compare" ? "Comparison" : "Runs";
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(title);
  useEffect(() => {
    document.title = `${title} – entropy-sgd`;
    // Who reads by keys or by ear goes on where the new content begins.
    if (shown.current !== title) heading.current!.focus();
    shown.current = title;
  }, [title]);
  return (
    <>
      <header class="head">
        <a
          href={hrefOf({ view: "runs", run: null, zoom: null })}
          onClick={follow({ view: "runs", run: null, zoom: null })}
        >
          Runs
        </a>
        <span class="folder">{folder}</span>
        <ConnectionState />
      </header>
      <main>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <Shown />
      </main>
      <p class="unseen" aria-live="polite">
        {announced}
      </p>
    </>
  );
}

function Shown() {
  const { view } = place();
  if (tableError.value !== null) return <Failure message={tableError.value} />;
  if (table.value === null) return <p class="lead">Reading the runs …</p>;
  if (view === "compare") return <ComparePage />;
  if (view === "run") return followed.value === null ? null : <RunPage key={followed.value.id} run={followed.value} />;
  return <RunsPage />;
}

const words = { connecting: "connecting …", connected: "live", reconnecting: "reconnecting …" } as const;

function ConnectionState() {
  const text = useComputed(() => words[connection.value]);
  return (
    <span class={`connection ${connection.value}`} role="status">
      {text}
    </span>
  );
}
