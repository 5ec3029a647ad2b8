/**
 * Replica exchange: one replica at each rung of a ladder of laws, moved by Hamiltonian Monte Carlo and exchanged between
 * neighbours, so that what one rung finds reaches the others.
 *
 * @see Swendsen, Wang 1986, "Replica Monte Carlo simulation of spin glasses"; Geyer 1991, "Markov chain Monte Carlo maximum
 *   likelihood"
 */
import { dot } from "../curvature/vectors.ts";
import { normalInto, uniformInto } from "../random/fills.ts";
import type { RandomKey } from "../random/philox.ts";
import { hamiltonianMove, type Law, type Replica, type ReplicaAt } from "./hamiltonianMove.ts";

/** A law with the mass and the angle of its moves. */
export interface Rung extends Law {
  readonly mass: number;
  readonly angle: number;
}

/** What was seen at one rung, a value per sweep. */
export interface RungSeries {
  /** V = βf. */
  readonly potentials: number[];
  /** ‖z‖²/2. */
  readonly distances: number[];
  /** z·∇V. */
  readonly virials: number[];
}

/** Numbers that all ladders of an estimate share. */
export interface MoveNumbers {
  readonly dimension: number;
  /** Gradients of a move, at most. */
  readonly numSteps: number;
  readonly key: RandomKey;
}

/** Acceptance that angles are adapted to: from 0.65 to 0.9 moves cost about the same. */
const targetAcceptance = 0.8;

/** Radians in all, or less where moves may not be as long: an independent draw where f is flat. The first angle, too. */
export const quarterTurn: number = Math.PI / 2;

/** Normals and uniforms of one stream, by a count of draws. */
interface RandomSource {
  normals(): Float32Array;
  uniforms(count: number): Float32Array;
}

function randomSource(key: RandomKey, stream: number, dimension: number): RandomSource {
  const normals = new Float32Array(dimension);
  let step = 0;
  return {
    normals: (): Float32Array => {
      normalInto(normals, { key, stream: 2 * stream, step });
      step += 1;
      return normals;
    },
    uniforms: (count: number): Float32Array => {
      const uniforms = new Float32Array(count);
      uniformInto(uniforms, { key, stream: 2 * stream + 1, step });
      step += 1;
      return uniforms;
    },
  };
}

/** Draws and moves under one random stream. */
export interface Mover {
  readonly random: RandomSource;
  /** A draw from the Gaussian of a law. */
  draw(law: Law): Promise<Replica>;
  /** One move; `adaptation` is the number of moves before it while the angle is adapted, null when it is kept. */
  move(
    rung: Rung,
    start: Replica,
    adaptation: number | null,
  ): Promise<{ readonly replica: Replica; readonly angle: number }>;
}

/** The mover of a stream. */
export function mover(replicaAt: ReplicaAt, { dimension, numSteps, key }: MoveNumbers, stream: number): Mover {
  const random = randomSource(key, stream, dimension);
  return {
    random,
    async draw({ precision }) {
      const z = Float64Array.from(random.normals());
      for (let i = 0; i < dimension; i++) z[i] /= Math.sqrt(precision);
      return replicaAt(z);
    },
    async move(rung, start, adaptation) {
      const [uniform, jitter] = random.uniforms(2);
      // A fixed angle could make trajectories periodic, which would not mix (Neal 2011).
      const angle = rung.angle * (0.8 + 0.4 * jitter);
      const normals = random.normals();
      const { replica, acceptance } = await hamiltonianMove(replicaAt, rung, start, {
        mass: rung.mass,
        angle,
        normals,
        uniform,
        numSteps: Math.min(numSteps, Math.ceil(quarterTurn / rung.angle)),
      });
      const gain = adaptation === null ? 0 : 1.5 / Math.sqrt(1 + adaptation);
      const adapted = Math.min(quarterTurn, rung.angle * Math.exp(gain * (acceptance - targetAcceptance)));
      return { replica, angle: rung.coupling === 0 ? rung.angle : adapted };
    },
  };
}

/** One ladder of replicas, started from given points. */
export async function exchangeReplicas(
  { move, random }: Mover,
  start: readonly { readonly rung: Rung; readonly replica: Replica }[],
  numbers: { readonly burnIn: number; readonly numSamples: number },
): Promise<readonly RungSeries[]> {
  const rungs = start.map(({ rung }) => rung);
  const replicas = start.map(({ replica }) => replica);
  const series = rungs.map((): RungSeries => ({ potentials: [], distances: [], virials: [] }));
  for (let sweep = 0; sweep < numbers.burnIn + numbers.numSamples; sweep++) {
    const burning = sweep < numbers.burnIn;
    for (let k = 0; k < rungs.length; k++) {
      const moved = await move(rungs[k], replicas[k], burning ? sweep : null);
      replicas[k] = moved.replica;
      rungs[k] = { ...rungs[k], angle: moved.angle };
    }
    exchange(rungs, replicas, random.uniforms(exchangesPerSweep(rungs.length)));
    if (burning) continue;
    series.forEach(({ potentials, distances, virials }, k) => {
      const { z, gradient, potential, distance } = replicas[k];
      potentials.push(potential);
      distances.push(distance);
      virials.push(dot(z, gradient));
    });
  }
  return series;
}

/** Exchanges tried after each round of moves; they cost no gradient, and let a draw pass from one end to the other. */
function exchangesPerSweep(numRungs: number): number {
  return numRungs * (numRungs - 1);
}

/** Tries to exchange neighbours, from one end of the ladder to the other and back in turn, one uniform each. */
function exchange(rungs: readonly Rung[], replicas: Replica[], uniforms: Float32Array): void {
  const numPairs = rungs.length - 1;
  for (let i = 0; i < uniforms.length; i++) {
    const along = i % numPairs;
    const k = Math.floor(i / numPairs) % 2 === 0 ? along : numPairs - 1 - along;
    if (Math.log(uniforms[i] + 2 ** -25) < logExchange(rungs, replicas, k)) {
      [replicas[k], replicas[k + 1]] = [replicas[k + 1], replicas[k]];
    }
  }
}

/** log of the Metropolis ratio for exchanging the replicas of rungs k and k + 1. */
function logExchange(rungs: readonly Rung[], replicas: readonly Replica[], k: number): number {
  const [a, b, u, v] = [rungs[k], rungs[k + 1], replicas[k], replicas[k + 1]];
  const ratio =
    (a.coupling - b.coupling) * (u.potential - v.potential) + (a.precision - b.precision) * (u.distance - v.distance);
  return Number.isNaN(ratio) ? Number.NEGATIVE_INFINITY : ratio;
}
