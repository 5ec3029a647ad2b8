/** What the groups of a comparison came to, and the settings in which they differ. */
import type { ComparedGroup, Comparison } from "entropy-sgd-lab";
import { Sample } from "../charts/Legend.tsx";
import { stylesOf } from "../charts/seriesStyles.ts";
import { grouped, metricSpread, plain } from "../text/numbers.ts";

interface ResultTableProps {
  readonly comparison: Comparison;
  /** What is compared, with its unit. */
  readonly title: string;
  /** The metric, or "loss". */
  readonly name: string;
}

/** A table with a row for each group. */
export function ResultTable({ comparison: { groups, differing }, title, name: compared }: ResultTableProps) {
  const styles = stylesOf(groups.map(({ label }) => label));
  const differingShown = differing.filter(([name]) => name !== "optimizer");
  const endOf = ({ mean, high, n }: ComparedGroup["curve"]): string => {
    const last = mean.at(-1);
    const sd = last !== undefined && n.at(-1)! > 1 ? high.at(-1)! - last : null;
    return metricSpread(compared, last, sd);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways by keys
    <section class="scroll" aria-label="Table of results" tabIndex={0}>
      <table class="results">
        <thead>
          <tr>
            <th scope="col">group</th>
            <th scope="col" class="number">
              seeds
            </th>
            <th scope="col" class="number">
              {title} at the last evaluation
            </th>
            <th scope="col" class="number">
              gradients
            </th>
            {differingShown.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ group, label, seeds, curve }, i) => (
            <tr key={group}>
              <th scope="row">
                <Sample style={styles[i]!} />
                {label}
              </th>
              <td class="number">{seeds.length}</td>
              <td class="number">{endOf(curve)}</td>
              <td class="number">{grouped(curve.gradients.at(-1))}</td>
              {differingShown.map(([name, values]) => (
                <td key={name}>{plain(values[i])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
