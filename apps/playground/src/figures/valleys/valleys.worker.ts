/** Curves and balls of the figure, off the page's thread. */
import { expose } from "comlink";
import { type Balls, newBalls, type Snapshot } from "./balls.ts";
import { type LandscapeChoice, landscapeOf } from "./landscape.ts";
import { valleysAt } from "./valleysAt.ts";

let balls: Balls | null = null;

const api = {
  valleysAt,
  restart(choice: LandscapeChoice, start: number, gamma: number): Snapshot {
    balls = newBalls(choice.seed, landscapeOf(choice), start);
    return balls.snapshot(gamma);
  },
  changeLandscape(choice: LandscapeChoice): void {
    balls?.changeLandscape(landscapeOf(choice));
  },
  /** Goes on for that many outer steps; null: to the end of this one. */
  advance(gamma: number, outerSteps: number | null): Snapshot {
    if (outerSteps === null) balls!.finishOuterStep(gamma);
    else if (outerSteps > 0) balls!.advance(gamma, outerSteps);
    return balls!.snapshot(gamma);
  },
};

/** What the page calls. */
export type ValleysApi = typeof api;

expose(api);
