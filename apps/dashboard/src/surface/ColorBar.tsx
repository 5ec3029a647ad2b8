/** The colours of losses with their values. */
import { significant } from "../text/numbers.ts";
import { colorOf } from "./colorScale.ts";
import { type LossGrid, lossAt } from "./lossGrid.ts";

const steps = Array.from({ length: 25 }, (_, i) => colorOf(i / 24));

/** A bar from the lowest to the highest loss. */
export function ColorBar({ grid, isLog }: { readonly grid: LossGrid; readonly isLog: boolean }) {
  const loss = lossAt(grid, isLog);
  return (
    <div class="colors">
      <span>training loss{isLog ? " (log scale)" : ""}</span>
      <div class="bar" style={{ background: `linear-gradient(to right, ${steps.join(", ")})` }} />
      <span class="ends">
        {[0, 0.25, 0.5, 0.75, 1].map((at) => (
          <span key={at}>{significant(loss(at), 3)}</span>
        ))}
      </span>
    </div>
  );
}
