/** Prints the cost of a measurement before it begins, and its progress. */
import type { MadePass } from "../measure/networkPasses.ts";
import type { CommandContext } from "./context.ts";
import { duration } from "./terminal/duration.ts";

/** A number of passes of one kind. */
export interface Passes extends MadePass {
  readonly number: number;
}

/** Forward passes that a pass is worth, about: a gradient is worth three, a product two gradients. */
const worth: Readonly<Record<MadePass["kind"], number>> = { loss: 1, recalibration: 1, gradient: 3, product: 6 };

const words: Readonly<Record<MadePass["kind"], string>> = {
  loss: "losses",
  recalibration: "recalibrations",
  gradient: "gradients",
  product: "Hessian-vector products",
};

/** Seconds of work after which the total time is estimated. */
const firstEstimate = 1;

/** Prints the progress of a measurement. */
export interface PassMeter {
  readonly onPass: (pass: MadePass) => void;
  /** Removes the live line of a terminal. */
  clear(): void;
}

/** Prints the cost; gives a listener of passes that prints how long it takes. */
export function passMeter(
  { stderr }: CommandContext,
  name: string,
  passes: readonly Passes[],
  now: () => number = () => performance.now(),
): PassMeter {
  const needed = passes.filter(({ number }) => number > 0);
  const list = needed.map(({ kind, number, numExamples }) => `${number} ${words[kind]} over ${numExamples} images`);
  stderr.write(`${name}: about ${list.join(", ")}\n`);
  const workOf = ({ kind, numExamples }: MadePass): number => worth[kind] * numExamples;
  const total = needed.reduce((sum, pass) => sum + pass.number * workOf(pass), 0);
  const started = now();
  let done = 0;
  let reported = 0;
  const isLive = stderr.keepBelow !== undefined;
  const clear = (): void => stderr.keepBelow?.(null);
  const onPass = (pass: MadePass): void => {
    done += workOf(pass);
    const seconds = (now() - started) / 1000;
    const share = Math.min(1, done / total);
    const twentieth = Math.floor(20 * share);
    if (share >= 1 && !isLive) return;
    const due = reported === 0 ? seconds >= firstEstimate : isLive || twentieth > Math.floor(20 * reported);
    if (!due) return;
    const left = duration((seconds / share) * (1 - share));
    const text =
      reported === 0 ? `about ${duration(seconds / share)} in all` : `${Math.floor(100 * share)} %, ${left} left`;
    if (stderr.keepBelow) stderr.keepBelow(() => [text]);
    else stderr.write(`${text}\n`);
    reported = Math.max(share, Number.MIN_VALUE);
  };
  return { onPass, clear };
}
