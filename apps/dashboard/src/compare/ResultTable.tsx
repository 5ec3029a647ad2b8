/** What the groups of a comparison came to, and the settings in which they differ. */
import type { Comparison } from "entropy-sgd-lab";
import { Sample } from "../charts/Legend.tsx";
import { stylesOf } from "../charts/seriesStyles.ts";
import { metricSpread, metricTitle, plain } from "../text/numbers.ts";

/** Columns of results. */
const results = ["test", "validation", "bestTest", "trainLoss", "seconds"] as const;

/** A table with a row for each group: means over the seeds that ended. */
export function ResultTable({ comparison: { groups, differing, metric } }: { readonly comparison: Comparison }) {
  const styles = stylesOf(groups.map(({ label }) => label));
  // Options that one of the optimizers does not have are no differences of what both were asked for.
  const differingShown = differing.filter(([name, values]) => name !== "optimizer" && !values.includes(null));
  const title = metricTitle(metric.name);
  const titles: Readonly<Record<(typeof results)[number], string>> = {
    test: `test ${title}`,
    validation: `validation ${title}`,
    bestTest: `test ${title} at best validation`,
    trainLoss: "train loss",
    seconds: "seconds",
  };
  const nameOf = (result: keyof typeof titles): string =>
    result === "trainLoss" || result === "seconds" ? result : metric.name;
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
            {results.map((result) => (
              <th key={result} scope="col" class="number">
                {titles[result]}
              </th>
            ))}
            {differingShown.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ group, label, seeds, results: own }, i) => (
            <tr key={group}>
              <th scope="row">
                <Sample style={styles[i]!} />
                {label}
              </th>
              <td class="number">{seeds.length}</td>
              {results.map((result) => (
                <td key={result} class="number">
                  {metricSpread(nameOf(result), own[result].mean, own[result].sd)}
                </td>
              ))}
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
