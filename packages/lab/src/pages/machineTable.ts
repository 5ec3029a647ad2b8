import { table } from "../report/htmlPage.ts";
import { type Environment, environmentPairs } from "../runs/environment.ts";
import { namesOf } from "../runs/runFields.ts";

/** Each machine that runs were made on, once. */
export function machineTable(runs: readonly { readonly environment: Environment }[]): string {
  const machines = new Map(runs.map(({ environment }) => [JSON.stringify(environment), environment]));
  const columns = [...machines.values()].map((environment) => new Map(environmentPairs(environment)));
  const rows = namesOf(columns).map((name) => [name, ...columns.map((column) => column.get(name) ?? "–")]);
  const head = ["", ...columns.map((_, i) => (columns.length === 1 ? "value" : `machine ${i + 1}`))];
  return table(
    [head, ...rows],
    "Runs repeat to the bit on the same processor type, ONNX Runtime version, threads and device.",
  );
}
