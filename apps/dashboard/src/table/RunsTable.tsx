/** The table itself. */
import type { GroupRow, RunRow } from "entropy-sgd-lab";
import { adjust, follow, hrefOf, place } from "../state/place.ts";
import { columns } from "./columns.ts";
import type { Line } from "./rows.ts";
import { Status } from "./Status.tsx";
import { openGroups } from "./tableState.ts";

/** Lines of runs and groups under heads that sort. */
export function RunsTable({ lines }: { readonly lines: readonly Line[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways by keys
    <section class="scroll" aria-label="Table of runs" tabIndex={0}>
      <table class="runs">
        <thead>
          <tr>
            <th scope="col" class="choice">
              <span class="unseen">chosen</span>
            </th>
            <Head field="name" title="run" />
            <Head field="status" title="status" />
            {columns.map(({ key, title, isNumber, isWide }) => (
              <Head key={key} field={key} title={title} class={classOf(isNumber, isWide)} />
            ))}
            <Head field="changed" title="changed" class="wide" falling />
          </tr>
        </thead>
        <tbody>
          {lines.map((line) =>
            line.kind === "run" ? (
              <RunLine key={line.row.id} row={line.row} isMember={line.isMember} />
            ) : (
              <GroupLine key={`group ${line.group.group}`} group={line.group} rows={line.rows} />
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}

interface HeadProps {
  readonly field: string;
  readonly title: string;
  readonly class?: string;
  /** Whether the first click sorts from the largest on. */
  readonly falling?: boolean;
}

function Head({ field, title, class: classes = "", falling = false }: HeadProps) {
  const { sort } = place();
  const order = sort === field ? "ascending" : sort === `-${field}` ? "descending" : "none";
  const isFalling = order === "none" ? falling : order === "ascending";
  return (
    <th scope="col" class={classes} aria-sort={order}>
      <button type="button" onClick={() => adjust({ sort: isFalling ? `-${field}` : field })}>
        {title}
        <span class="order" aria-hidden="true">
          {order === "ascending" ? "▲" : order === "descending" ? "▼" : ""}
        </span>
      </button>
    </th>
  );
}

function RunLine({ row, isMember }: { readonly row: RunRow; readonly isMember: boolean }) {
  const shown = { view: "run", run: row.id, zoom: null } as const;
  return (
    <tr class={isMember ? "member" : ""}>
      <td class="choice">
        <Choice runs={row.facts === null ? [] : [row.id]} label={row.id} />
      </td>
      <th scope="row">
        <a href={hrefOf(shown)} onClick={follow(shown)}>
          {row.id}
        </a>
      </th>
      <td>
        <Status row={row} />
      </td>
      {columns.map(({ key, isNumber, isWide, run }) => (
        <td key={key} class={classOf(isNumber, isWide)}>
          {run(row)}
        </td>
      ))}
      <td class="wide">{row.changed === null ? "" : timeOf(row.changed)}</td>
    </tr>
  );
}

function GroupLine({ group, rows }: { readonly group: GroupRow; readonly rows: readonly RunRow[] }) {
  const isOpen = openGroups.value.has(group.group);
  const toggle = (): void => {
    const open = new Set(openGroups.value);
    if (!open.delete(group.group)) open.add(group.group);
    openGroups.value = open;
  };
  const { length } = group.counted;
  return (
    <tr class="group">
      <td class="choice">
        <Choice runs={rows.map(({ id }) => id)} label={group.label} />
      </td>
      <th scope="row">
        <button type="button" aria-expanded={isOpen} onClick={toggle}>
          <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span> {group.label}
        </button>
      </th>
      <td>
        {rows.length === 1 ? "1 run" : `${rows.length} runs`}
        {length === group.runs.length ? "" : `, ${length} ended`}
      </td>
      {columns.map(({ key, isNumber, isWide, group: cell }) => (
        <td key={key} class={classOf(isNumber, isWide)}>
          {cell(group)}
        </td>
      ))}
      <td class="wide" />
    </tr>
  );
}

/** A box that chooses runs for comparison. */
function Choice({ runs, label }: { readonly runs: readonly string[]; readonly label: string }) {
  const { chosen } = place();
  const isChosen = runs.length > 0 && runs.every((id) => chosen.includes(id));
  const toggle = (): void => {
    const others = chosen.filter((id) => !runs.includes(id));
    adjust({ chosen: isChosen ? others : [...others, ...runs] });
  };
  return (
    <input
      type="checkbox"
      aria-label={`Compare ${label}`}
      checked={isChosen}
      disabled={runs.length === 0}
      onChange={toggle}
    />
  );
}

function classOf(isNumber = false, isWide = false): string {
  return [isNumber ? "number" : "", isWide ? "wide" : ""].filter((name) => name !== "").join(" ");
}

/** A time of today as hours and minutes, others with their date. */
function timeOf(iso: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return isToday ? time : `${date.toLocaleDateString("en-CA")} ${time}`;
}
