/** The colours of losses with their values. */
import { significant } from "../text/numbers.ts";
import { colorOf } from "./colorScale.ts";
import { type LossGrid, lossAt } from "./lossGrid.ts";

const numSteps = 48;

/** A bar from the lowest to the highest loss. */
export function ColorBar({ grid, isLog }: { readonly grid: LossGrid; readonly isLog: boolean }) {
  const loss = lossAt(grid, isLog);
  return (
    <div class="colors">
      <span>training loss{isLog ? " (log scale)" : ""}</span>
      <svg viewBox={`0 0 ${numSteps} 3`} preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: numSteps }, (_, i) => (
          <rect key={i} x={i} width="1.05" height="3" fill={colorOf(i / (numSteps - 1))} />
        ))}
      </svg>
      <span class="ends">
        {[0, 0.25, 0.5, 0.75, 1].map((at) => (
          <span key={at}>{significant(loss(at), 3)}</span>
        ))}
      </span>
    </div>
  );
}
