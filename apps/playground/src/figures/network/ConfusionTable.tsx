/** Answers to held-out examples by true class, as a table. */
import type { Confusion } from "./session.ts";
import { optimizerTitles } from "./setUp.ts";

/** One optimizer's table; each cell is shaded by its share of the row. */
export function ConfusionTable({
  confusion: { optimizer, counts },
  classes,
}: {
  readonly confusion: Confusion;
  readonly classes: readonly string[];
}) {
  return (
    <table class="confusion">
      <caption>{optimizerTitles[optimizer]}: answers (columns) by true class (rows), held out, all seeds</caption>
      <thead>
        <tr>
          <td />
          {classes.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {counts.map((row, i) => (
          <tr key={classes[i]}>
            <th scope="row">{classes[i]}</th>
            {row.map((count, j) => (
              <td key={classes[j]} class={i === j ? "right" : "wrong"} style={{ "--share": shareOf(count, row) }}>
                {count}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shareOf(count: number, row: readonly number[]): number {
  return (
    count /
    Math.max(
      1,
      row.reduce((sum, value) => sum + value, 0),
    )
  );
}
