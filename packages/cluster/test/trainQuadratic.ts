/** A replica of Parle in training, for tests of faults. */
import { setTimeout as delay } from "node:timers/promises";
import { type ExchangedMean, type Member, meanExchange } from "entropy-sgd-cluster";
import { gradientOf, innerSteps, lossOf, quadraticReplica, start } from "./quadratic.ts";

export interface Round extends ExchangedMean {
  readonly round: number;
  /** At the evaluation point. */
  readonly loss: number;
}

/** Trains for as long as it is asked for rounds. @param pace - milliseconds that a round takes at least */
export async function* trainQuadratic(member: Member, pace: number): AsyncGenerator<Round, never, void> {
  const { replica } = member;
  const optimizer = quadraticReplica(replica);
  const exchange = meanExchange(member);
  let state = optimizer.init(start);
  for (let round = 0; ; round++) {
    await delay(pace);
    for (let step = 0; step < innerSteps; step++) {
      const gradient = gradientOf(replica, round * innerSteps + step, optimizer.gradientPoint(state) as Float32Array);
      state = optimizer.step(gradient, state);
    }
    const exchanged = await exchange(round, optimizer.contribution(state) as Float32Array);
    state = optimizer.couple(exchanged.mean, state);
    yield { ...exchanged, round, loss: lossOf(optimizer.evalPoint(state) as Float32Array) };
  }
}
