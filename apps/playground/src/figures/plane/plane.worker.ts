/** The fields and paths of the plane, off the page's thread. */
import { expose } from "comlink";
import { endCounts } from "./ends.ts";
import { contoursOf, levelsOf, lossOverMargin, negativeLocalEntropy, withoutMargin } from "./field.ts";
import { type LandscapeName, landscapes } from "./landscapes.ts";
import { pathsOf } from "./trajectories.ts";

/** f and −F of a landscape, each at levels of its own. */
function fieldsOf(landscape: LandscapeName, scope: number, temperature: number) {
  const whole = lossOverMargin(landscapes[landscape].objective);
  const loss = withoutMargin(whole);
  const entropy = withoutMargin(negativeLocalEntropy(whole, scope, temperature));
  return {
    landscape,
    scope,
    temperature,
    loss: { values: loss, contours: contoursOf(loss, levelsOf(loss)) },
    entropy: { values: entropy, contours: contoursOf(entropy, levelsOf(entropy)) },
  };
}

const api = { fieldsOf, pathsOf, endCounts };

/** What the page calls. */
export type PlaneApi = typeof api;

expose(api);
