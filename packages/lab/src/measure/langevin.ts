/** A thousand chains in a double well: descent, Langevin dynamics, annealed steps, annealed temperature. */
import type { ObjectiveWith, ScalarOrSchedule } from "entropy-sgd";
import { type DoubleWell, doubleWell, separable } from "entropy-sgd/planted";
import { normalInto, randomKey } from "entropy-sgd/random";
import { gridDensity, langevin } from "entropy-sgd/sampling";
import { densityGrid } from "./densityGrid.ts";
import type { EventTurn } from "./eventTurns.ts";

const numChains = 1000;
const numSteps = 4000;
/** The barrier is about 2 above the minimum of the starting well. */
const well: DoubleWell = doubleWell(2, 0.5);
const particles = separable(well.energy, well.slope);
const start = 0.9;

/** One kind of dynamics, with its result. */
export interface Dynamics {
  readonly name: string;
  readonly words: string;
  /** Positions at the end, shape (1000,). */
  readonly positions: Float64Array;
  /** Positions of two chains over the steps. */
  readonly paths: readonly (readonly number[])[];
  /** Share that ended in the global minimum's well. */
  readonly share: number;
  readonly standardError: number;
}

/** The figure's numbers. */
export interface LangevinFigure {
  readonly seed: number;
  readonly numChains: number;
  /** Brownian paths: W at times k/numTimes. */
  readonly brownian: readonly Float64Array[];
  readonly well: DoubleWell;
  readonly dynamics: readonly Dynamics[];
  /** Mass of exp(−βU) in the global minimum's well at β = 1, by quadrature. */
  readonly gibbsShare: number;
}

const stepSize = 0.02;
const methods: readonly {
  readonly name: string;
  readonly words: string;
  readonly stepSize: ScalarOrSchedule;
  readonly inverseTemperature: ScalarOrSchedule;
}[] = [
  { name: "gradient descent", words: "no noise", stepSize, inverseTemperature: 1e12 },
  { name: "Langevin", words: "step 0.02, β = 1", stepSize, inverseTemperature: 1 },
  {
    name: "annealed step (SGLD)",
    words: "step 0.05(1 + t/10)^−0.55, β = 1: samples the Gibbs distribution",
    stepSize: (t) => 0.05 * (1 + t / 10) ** -0.55,
    inverseTemperature: 1,
  },
  {
    name: "annealed temperature",
    words: "step 0.02, β from 0.5 to 16: seeks the global minimum",
    stepSize,
    inverseTemperature: (t) => 0.5 * 32 ** (t / numSteps),
  },
];

/** 1,000 independent chains per method from the higher well; 20 Brownian paths. Randomness: a function of the seed. */
export async function langevinFigure(seed: number, turn: EventTurn): Promise<LangevinFigure> {
  const dynamics: Dynamics[] = [];
  for (const { name, words, ...numbers } of methods) {
    const positions = new Float64Array(numChains);
    const paths = Array.from({ length: 2 }, (): number[] => []);
    const objective: ObjectiveWith<"valueAndGradientAt"> = {
      async valueAndGradientAt(x: Float64Array, out) {
        await turn();
        return particles.valueAndGradientAt(x, out);
      },
    };
    const options = { ...numbers, numSamples: numSteps / 10, thin: 10, seed };
    await langevin(objective, new Float64Array(numChains).fill(start), options, ({ point }) => {
      positions.set(point);
      for (const [k, path] of paths.entries()) path.push(point[k]!);
    });
    const share = positions.filter((x) => x < well.barrier).length / numChains;
    const standardError = Math.sqrt((share * (1 - share)) / numChains);
    dynamics.push({ name, words, positions, paths, share, standardError });
  }
  const gibbsShare = gridDensity((x) => -well.energy(x), densityGrid).massBelow(well.barrier);
  return { seed, numChains, brownian: brownianPaths(seed), well, dynamics, gibbsShare };
}

/** 20 paths of 200 steps: increments of variance 1/200. */
function brownianPaths(seed: number): Float64Array[] {
  const numTimes = 200;
  return Array.from({ length: 20 }, (_, path) => {
    const increments = new Float64Array(numTimes);
    normalInto(increments, { key: randomKey(seed, "brownian"), stream: path, step: 0 });
    const positions = new Float64Array(numTimes + 1);
    for (let k = 0; k < numTimes; k++) positions[k + 1] = positions[k]! + increments[k]! / Math.sqrt(numTimes);
    return positions;
  });
}
