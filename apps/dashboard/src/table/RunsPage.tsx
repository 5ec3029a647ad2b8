/** The table of runs: filter, order, groups of seeds, choice for comparison. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { folder, table } from "../live/table.ts";
import { adjust, follow, hrefOf, place } from "../state/place.ts";
import { grouped } from "../text/numbers.ts";
import { RunsTable } from "./RunsTable.tsx";
import { groupedLines, type Line } from "./rows.ts";
import { groups, keepTable, openGroups, shownRows, unknownFields } from "./tableState.ts";

const pageSize = 50;
/** Addresses of more runs become too long for servers. */
const maxChosen = 200;

/** The table with what is above and below it. */
export function RunsPage() {
  useEffect(keepTable, []);
  const { grouped: isGrouped, filter, sort } = place();
  const rows = shownRows.value;
  const lines: Line[] = isGrouped
    ? groupedLines(rows, groups.value, (group) => openGroups.value.has(group))
    : rows.map((row) => ({ kind: "run", row, isMember: false }));
  const page = useSignal(0);
  useEffect(() => {
    page.value = 0;
  }, [filter, sort, isGrouped, page]);
  const last = Math.max(0, Math.ceil(lines.length / pageSize) - 1);
  const at = Math.min(page.value, last);
  const total = table.value!.runs.length;
  if (total === 0) return <NoRuns />;
  return (
    <>
      <Controls />
      <p class="count" role="status">
        {rows.length === total ? `${grouped(total)} runs` : `${grouped(rows.length)} of ${grouped(total)} runs`}
        {isGrouped ? ` in ${grouped(lines.filter(({ kind }) => kind === "group").length)} groups` : ""}
      </p>
      {unknownFields.value.length > 0 && <p class="failure">No run has {unknownFields.value.join(", ")}.</p>}
      <RunsTable lines={lines.slice(at * pageSize, (at + 1) * pageSize)} />
      {last > 0 && (
        <nav class="pages" aria-label="Pages of the table">
          <button type="button" disabled={at === 0} onClick={() => (page.value = at - 1)}>
            Previous
          </button>
          <span>
            Page {at + 1} of {last + 1}
          </span>
          <button type="button" disabled={at === last} onClick={() => (page.value = at + 1)}>
            Next
          </button>
        </nav>
      )}
    </>
  );
}

function Controls() {
  const { filter, grouped: isGrouped, chosen } = place();
  const isTooMany = chosen.length > maxChosen;
  const compare = { view: "compare", run: null, zoom: null } as const;
  return (
    <div class="controls">
      <label class="filter">
        Filter
        <input
          type="search"
          value={filter}
          placeholder="words, optimizer=sgd, learningRate>0.1"
          onInput={({ currentTarget: { value } }) => adjust({ filter: value })}
        />
      </label>
      <label>
        <input
          type="checkbox"
          checked={isGrouped}
          onChange={({ currentTarget: { checked } }) => adjust({ grouped: checked })}
        />
        Group seeds
      </label>
      {chosen.length > 0 && (
        <span class="chosen">
          {isTooMany ? (
            `At most ${maxChosen} runs can be compared`
          ) : (
            <a class="button" href={hrefOf(compare)} onClick={follow(compare)}>
              Compare {chosen.length === 1 ? "1 run" : `${chosen.length} runs`}
            </a>
          )}
          <button type="button" onClick={() => adjust({ chosen: [] })}>
            Choose none
          </button>
        </span>
      )}
    </div>
  );
}

function NoRuns() {
  return (
    <div class="empty">
      <p class="lead">There are no runs in this folder yet. They appear here as soon as they begin:</p>
      <pre>npx entropy-sgd train --out {folder}/first</pre>
    </div>
  );
}
