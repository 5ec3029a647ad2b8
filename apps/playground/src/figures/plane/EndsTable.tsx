/** Who is where, and who ended where. */
import { shownNumber } from "../../ui/numbers.ts";
import { symbolsOf } from "../../ui/svgOf.ts";
import { placeOf } from "./ends.ts";
import { valueBetween } from "./field.ts";
import { landscapes } from "./landscapes.ts";
import { endsNow, fields, isRepeating, numSeeds, paths, repeat, settings, shownGradients } from "./signals.ts";
import { pathStyles } from "./styles.ts";
import { type OptimizerName, optimizerNames } from "./trajectories.ts";

/** An optimizer after the gradients shown. */
export interface Standing {
  readonly name: OptimizerName;
  readonly x: number;
  readonly y: number;
  readonly loss: number;
  readonly entropy: number;
  readonly place: string | null;
}

/** All optimizers after the gradients shown; empty before the paths are there. */
export function standings(): Standing[] {
  const now = paths.value;
  if (now === null) return [];
  const { landscape } = now.of;
  const field = fields.value?.landscape === landscape ? fields.value : null;
  return optimizerNames.map((name) => {
    const [x, y] = [now.paths[name].xs[shownGradients.value]!, now.paths[name].ys[shownGradients.value]!];
    const loss = landscapes[landscape].objective.valueAt(Float64Array.of(x, y));
    const entropy = field === null ? Number.NaN : valueBetween(field.entropy.values, x, y);
    return { name, x, y, loss, entropy, place: placeOf(landscape, x, y) };
  });
}

const shownOr = (value: number): string => (Number.isFinite(value) ? shownNumber(value) : "–");

/** The symbol at the end of a path. */
function PathSymbol({ name }: { readonly name: OptimizerName }) {
  const { color, symbol } = pathStyles[name];
  const outline = symbolsOf({ name, color, symbol, size: 5, xs: [8], ys: [8] }, Number, Number);
  return (
    <svg width="16" height="16" class="symbol" aria-hidden="true">
      <path d={outline} fill={`var(--series-${color})`} />
    </svg>
  );
}

/** The table, and the ends of other seeds. */
export function EndsTable() {
  const ends = endsNow.value;
  const places = ends === null ? [] : landscapes[settings.value.landscape].places;
  return (
    <div class="scroll">
      <table>
        <caption>After {shownNumber(shownGradients.value)} gradients each</caption>
        <thead>
          <tr>
            <th scope="col">optimizer</th>
            <th scope="col">f</th>
            <th scope="col">−F</th>
            <th scope="col">place</th>
            {places.map(({ name }) => (
              <th scope="col" key={name}>
                ends in {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {standings().map(({ name, x, y, loss, entropy, place }) => (
            <tr key={name} data-optimizer={name} data-x={x} data-y={y}>
              <th scope="row">
                <PathSymbol name={name} /> {pathStyles[name].words}
              </th>
              <td>{shownOr(loss)}</td>
              <td>{shownOr(entropy)}</td>
              <td>{place ?? "elsewhere"}</td>
              {places.map(({ name: at }) => (
                <td key={at}>
                  {ends!.counts[name][at] ?? 0} of {ends!.numSeeds}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="reading">
        <button type="button" onClick={repeat} disabled={isRepeating.value || ends !== null}>
          {isRepeating.value ? "Repeating …" : `Repeat with ${numSeeds} seeds`}
        </button>{" "}
        One path is one draw of the noise.
      </p>
    </div>
  );
}
