/** What the table asks for beside the runs: groups of seeds, and settings once a filter names one. */
import { computed, effect, signal } from "@preact/signals";
import type { FieldList, GroupList, GroupRow, RunRow } from "entropy-sgd-lab";
import { ask } from "../live/ask.ts";
import { table } from "../live/table.ts";
import { place } from "../state/place.ts";
import { type Fields, meets, parseFilter, sortedBy, unknownKeys } from "./filter.ts";
import { fieldsOf } from "./rows.ts";

/** Groups of seeds, where the table is grouped. */
export const groups = signal<readonly GroupRow[]>([]);
/** Groups whose runs are shown. */
export const openGroups = signal<ReadonlySet<string>>(new Set());
/** Settings by run; empty until they are needed. */
const settings = signal<ReadonlyMap<string, Fields>>(new Map());

const filter = computed(() => parseFilter(place().filter));
const records = computed(() => {
  const known = settings.value;
  return new Map((table.value?.runs ?? []).map((row) => [row.id, fieldsOf(row, known.get(row.id))]));
});
const wanted = computed(() => unknownKeys(withSort(), [...records.value.values()]));

/** What conditions and the order name, and no run has. */
function withSort() {
  const key = place().sort.replace(/^-/, "");
  const order = { key, operator: "=", text: "" } as const;
  return { ...filter.value, conditions: [...filter.value.conditions, order] };
}

/** The runs that pass the filter, in order. */
export const shownRows = computed<readonly RunRow[]>(() => {
  const runs = table.value?.runs ?? [];
  const passing = runs.filter(({ id }) => meets(records.value.get(id)!, filter.value));
  return sortedBy(passing, ({ id }) => records.value.get(id)!, place().sort);
});

/** Fields that the filter names and no run has, once settings were asked for. */
export const unknownFields = computed(() =>
  hasAsked.value ? unknownKeys(filter.value, [...records.value.values()]) : [],
);
const hasAsked = signal(false);

const refreshMs = 1000;

/** Asks for groups and settings when they are needed and the table has changed, at most once a second. */
export function keepTable(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let askedFor = "";
  const stop = effect(() => {
    const needsGroups = place().grouped;
    const needsSettings = wanted.value.length > 0 || hasAsked.value;
    const version = `${table.value?.version} ${needsGroups} ${needsSettings}`;
    if (table.value === null || version === askedFor || !(needsGroups || needsSettings)) return;
    const isFirst = askedFor === "";
    clearTimeout(timer);
    timer = setTimeout(
      async () => {
        askedFor = version;
        // A server that cannot be reached is asked again with the next change; the page says that it cannot.
        await Promise.allSettled([needsGroups ? loadGroups() : null, needsSettings ? loadSettings() : null]);
      },
      isFirst ? 0 : refreshMs,
    );
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

async function loadGroups(): Promise<void> {
  groups.value = (await ask<GroupList>("groups")).groups;
}

async function loadSettings(): Promise<void> {
  const { runs } = await ask<FieldList>("fields");
  settings.value = new Map(runs.map(({ id, fields }) => [id, fields]));
  hasAsked.value = true;
}
