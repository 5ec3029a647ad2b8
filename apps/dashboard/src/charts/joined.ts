/** Tables with different x as one, as a figure needs them. */

/** Values of a curve; null where there is none. */
export type Values = readonly (number | null)[];

/** Columns over ascending x. */
export interface Columns {
  readonly x: readonly number[];
  readonly columns: readonly Values[];
}

/** One table over every x of the given ones; null where a column has no value there. O(total length · tables). */
export function joined(tables: readonly Columns[]): { readonly x: number[]; readonly columns: (number | null)[][] } {
  const at = tables.map(() => 0);
  const x: number[] = [];
  const columns: (number | null)[][] = tables.flatMap(({ columns: own }) => own.map(() => []));
  for (;;) {
    let next = Number.POSITIVE_INFINITY;
    tables.forEach((table, t) => {
      next = Math.min(next, table.x[at[t]!] ?? Number.POSITIVE_INFINITY);
    });
    if (next === Number.POSITIVE_INFINITY) return { x, columns };
    x.push(next);
    let column = 0;
    tables.forEach((table, t) => {
      const isHere = table.x[at[t]!] === next;
      for (const values of table.columns) columns[column++]!.push(isHere ? values[at[t]!]! : null);
      if (isHere) at[t]! += 1;
    });
  }
}
