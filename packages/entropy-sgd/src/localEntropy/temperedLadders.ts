/**
 * Independent ladders of replicas around a point: from Gaussians that can be drawn from, rung by rung to the target
 * exp(−βf)·N(x, σ²I).
 *
 * Every ladder joins two branches at the target: the estimator's own, and in few dimensions one from a Gaussian wider than σ,
 * which feeds wells beyond it. Ladders start apart: every second one climbs from Gaussian draws, the
 * others start at the best place that descents find, and at x.
 */
import { rangeError } from "../errors.ts";
import { evaluated, type ObjectiveWith } from "../objective.ts";
import { checkedOptions, integerOption, type OptionTable } from "../options.ts";
import { randomKey } from "../random/randomKey.ts";
import { meanOf } from "../statistics/meanEstimate.ts";
import { halfSquare, type Law, type Replica, type ReplicaAt } from "./hamiltonianMove.ts";
import { type Neighbourhood, neighbourhoodTable, widthOf } from "./localEntropyEstimate.ts";
import { lowestPlace, lowestPlaceEvaluations } from "./lowestPlace.ts";
import { exchangeReplicas, type Mover, mover, quarterTurn, type Rung, type RungSeries } from "./replicaExchange.ts";

/** Options of `couplingEntropy` and `scopeEntropy`. */
export interface LadderOptions extends Neighbourhood {
  /** Intervals of a branch of the ladder; even, so that every second rung is a ladder too. Default 16. */
  readonly numRungs?: number;
  /** Independent ladders, at least 2; half climb from Gaussian draws, half start at x or the best place around. Default 4. */
  readonly numChains?: number;
  /** Gradients of a Hamiltonian move, at most: as many as a quarter turn takes at the step that is accepted. Default 4. */
  readonly numLeapfrogSteps?: number;
  /** Moves kept per rung and ladder. Default 100. */
  readonly numSamples?: number;
  /** Moves per rung before the first kept, in which steps are adapted; twice as many set the rungs before. Default 30. */
  readonly burnIn?: number;
  /** Draws that the estimate is held against, by `entropyBounds`. Default 64. */
  readonly numDraws?: number;
  readonly seed?: number;
}

type Numbers = Omit<LadderOptions, keyof Neighbourhood>;

const table: OptionTable<LadderOptions> = {
  ...neighbourhoodTable,
  numRungs: integerOption("[2, ∞)", "Intervals of a branch of the ladder."),
  numChains: integerOption("[2, ∞)", "Independent ladders."),
  numLeapfrogSteps: integerOption("[1, ∞)", "Gradients of a move, at most."),
  numSamples: integerOption("[8, ∞)", "Moves kept per rung and ladder."),
  burnIn: integerOption("[4, ∞)", "Moves per rung before the first kept."),
  numDraws: integerOption("[8, ∞)", "Draws that the estimate is held against."),
  seed: integerOption("[0, 9007199254740991]", "Seed of the noise."),
};

/** The numbers that have a default. */
const defaults = {
  numRungs: 16,
  numChains: 4,
  numLeapfrogSteps: 4,
  numSamples: 100,
  burnIn: 30,
  numDraws: 64,
  seed: 0,
};

/** A path of laws that ends in the target. */
export interface Branch {
  /** The law at a share of the path, from 0 to 1: the target. */
  lawAt(share: number): Law;
  /** Shares of the rungs, rising to 1. */
  readonly shares: readonly number[];
  /** Whether the rungs move to equal thermodynamic lengths. */
  readonly adaptive: boolean;
}

/** The series of all ladders. */
export interface LadderRuns {
  /** Own branch up to the target, then the wide branch down from it. */
  readonly laws: readonly Law[];
  /** Position of the target among the laws. */
  readonly target: number;
  /** Per ladder and rung. */
  readonly ladders: readonly (readonly RungSeries[])[];
  readonly finite: boolean;
  readonly numEvaluations: number;
}

/** Rungs crowd at λ = 0, where E f falls fastest, before they are moved: λ = share⁴. */
const crowding = 4;

/** From N(x, (wσ)²I) to the target, straight in λ and the precision. */
export function temperedBranch(width: number, numRungs: number): Branch {
  const start = width ** -2;
  return {
    lawAt(share) {
      const coupling = share ** crowding;
      return { coupling, precision: start + (1 - start) * coupling };
    },
    shares: Array.from({ length: numRungs + 1 }, (_, k) => k / numRungs),
    adaptive: true,
  };
}

/** The options with their defaults, checked. @throws TypeError or RangeError, with `where` in front */
export function checkedLadder(where: string, options: LadderOptions): Required<LadderOptions> {
  const checked = checkedOptions(where, table, defaults, options);
  if (checked.numRungs % 2 !== 0) throw rangeError(where, "numRungs", "must be even", checked.numRungs);
  return checked;
}

/**
 * Evaluations that an integration of `dimension` weights makes, at most (but for descents, which are counted as usual): every rung of a branch moves
 * 2·burnIn + numChains·(burnIn + numSamples + 2) times at numLeapfrogSteps gradients, beside the starts and numDraws losses.
 */
export function ladderEvaluations(options: Numbers, dimension: number): number {
  const { numRungs, numChains, numLeapfrogSteps, numSamples, burnIn, numDraws } = { ...defaults, ...options };
  const moves = 2 * burnIn + numChains * (burnIn + numSamples + climbingMoves);
  const branches = widthOf(dimension) > 1 ? 2 : 1;
  const descents = branches === 2 ? lowestPlaceEvaluations : 0;
  return branches * (numRungs + 1) * numLeapfrogSteps * moves + descents + numDraws + 2;
}

/** Moves at each rung of a ladder that climbs to its start. */
const climbingMoves = 2;

/**
 * Moves the rungs to where they are needed, then runs the ladders.
 *
 * @throws TypeError, with `where` in front, for a value that is no number
 */
export async function runLadders(
  where: string,
  objective: ObjectiveWith<"valueAndGradientAt">,
  options: Required<LadderOptions>,
  branch: Branch,
): Promise<LadderRuns> {
  const { params, radius, inverseTemperature: beta, numRungs, numChains, numLeapfrogSteps, burnIn, seed } = options;
  const n = params.length;
  let numEvaluations = 0;
  const x = new Float64Array(n);
  const replicaAt: ReplicaAt = async (z) => {
    for (let i = 0; i < n; i++) x[i] = params[i] + radius * z[i];
    const { value, gradient } = await evaluated(where, objective, x);
    numEvaluations += 1;
    for (let i = 0; i < n; i++) gradient[i] *= beta * radius;
    return { z, potential: beta * value, gradient, distance: halfSquare(z) };
  };
  const key = randomKey(seed, "local-entropy", "ladders");
  const moverOf = (stream: number): Mover =>
    mover(replicaAt, { dimension: n, numSteps: numLeapfrogSteps, key }, stream);
  const width = widthOf(n);
  const branches = width > 1 ? [branch, temperedBranch(width, numRungs)] : [branch];

  // One chain climbs each branch, then one ladder is run: each time the rungs move by what was seen.
  const pilot = moverOf(0);
  const climbed: Start[][] = [];
  for (const one of branches) climbed.push(await climb(pilot, one, n, burnIn));
  let rungs = branches.map((one, b) => respaced(one, climbed[b], climbed[b].map(meansOf)));
  const half = burnIn >> 1;
  const tried = await exchangeReplicas(
    pilot,
    joined(rungs.map((own, b) => own.map((rung, k) => ({ rung, replica: climbed[b][k].replica })))),
    { burnIn: half, numSamples: burnIn - half },
  );
  const perBranch = [tried.slice(0, rungs[0].length), tried.slice(rungs[0].length - 1).reverse()];
  rungs = branches.map((one, b) =>
    respaced(
      one,
      rungs[b].map((rung) => ({ rung })),
      perBranch[b].map(meansOf),
    ),
  );

  const center = await replicaAt(new Float64Array(n));
  const lowest = await lowestPlace(center, replicaAt, randomKey(seed, "local-entropy", "descents"));
  const ladders: (readonly RungSeries[])[] = [];
  let finite = true;
  for (let chain = 0; chain < numChains && finite; chain++) {
    const chainMover = moverOf(chain + 1);
    const place = chain % 4 === 1 ? lowest : chain % 4 === 3 ? center : null;
    const starts: Start[][] = [];
    for (const own of rungs) starts.push(await startsOf(chainMover, own, place));
    const series = await exchangeReplicas(chainMover, joined(starts), options);
    finite = series.every(({ potentials }) => potentials.every(Number.isFinite));
    ladders.push(series);
  }
  const laws = joined(rungs).map(({ coupling, precision }) => ({ coupling, precision }));
  return { laws, target: rungs[0].length - 1, ladders, finite, numEvaluations };
}

/** A rung at its share of the path. */
type PlacedRung = Rung & { readonly share: number };

/** A rung with the first point of its replica. */
type Start = { readonly rung: PlacedRung; readonly replica: Replica } & RungMeans;

type RungMeans = Pick<RungSeries, "potentials" | "distances">;

/** One ladder of two branches, which share the target. */
function joined<Item>([own, wide = []]: readonly (readonly Item[])[]): Item[] {
  return [...own, ...wide.slice(0, -1).reverse()];
}

/** One chain goes up a branch and adapts the angle of its moves at each rung. */
async function climb({ draw, move }: Mover, { lawAt, shares }: Branch, dimension: number, burnIn: number) {
  const starts: Start[] = [];
  let angle = quarterTurn;
  // What V adds to the inverse of a weight's mean square, per λ.
  let curvature = 0;
  let replica: Replica | null = null;
  for (const share of shares) {
    const law = lawAt(share);
    const expected = Math.max(law.precision + law.coupling * curvature, law.precision / 4);
    let rung: PlacedRung = { ...law, angle, mass: expected, share };
    replica ??= await draw(rung);
    const [potentials, distances]: [number[], number[]] = [[], []];
    for (let step = 0; step < burnIn; step++) {
      const moved = await move(rung, replica, step);
      rung = { ...rung, angle: moved.angle };
      replica = moved.replica;
      if (step < burnIn >> 1) continue;
      potentials.push(replica.potential);
      distances.push(replica.distance);
    }
    // The inverse of a weight's mean square, leaning a little on what the rung below lets expect.
    const [weights, squares] = [dimension * distances.length, 2 * distances.reduce((sum, value) => sum + value, 0)];
    const mass = (weights + 4) / (squares + 4 / expected);
    if (law.coupling > 0) curvature = (mass - law.precision) / law.coupling;
    angle = rung.angle;
    starts.push({ rung: { ...rung, mass }, replica, potentials, distances });
  }
  return starts;
}

/** The first points of a branch: a given place, or those of a chain that goes up from a Gaussian draw. */
async function startsOf({ draw, move }: Mover, rungs: readonly PlacedRung[], place: Replica | null): Promise<Start[]> {
  const starts: Start[] = [];
  let replica = place ?? (await draw(rungs[0]));
  for (const rung of rungs) {
    for (let step = 0; place === null && step < climbingMoves; step++) {
      ({ replica } = await move(rung, replica, null));
    }
    starts.push({ rung, replica, potentials: [], distances: [] });
  }
  return starts;
}

function meansOf({ potentials, distances }: RungMeans): { readonly potential: number; readonly distance: number } {
  return { potential: meanOf(potentials), distance: meanOf(distances) };
}

/**
 * The rungs moved to equal thermodynamic lengths: of neighbours, about the root of Jeffreys' divergence
 * Δλ·(E_a V − E_b V) + Δp·(E_a q − E_b q), q = ‖z‖²/2.
 *
 * @see Crooks 2007, "Measuring thermodynamic length" (arXiv:0706.0559)
 */
function respaced(
  { lawAt, adaptive }: Branch,
  starts: readonly { readonly rung: PlacedRung }[],
  means: readonly { readonly potential: number; readonly distance: number }[],
): readonly PlacedRung[] {
  const rungs = starts.map(({ rung }) => rung);
  if (!adaptive) return rungs;
  const last = rungs.length - 1;
  const lengths = rungs.slice(1).map((rung, k) => {
    const divergence =
      (rung.coupling - rungs[k].coupling) * (means[k].potential - means[k + 1].potential) +
      (rung.precision - rungs[k].precision) * (means[k].distance - means[k + 1].distance);
    return Number.isFinite(divergence) ? Math.sqrt(Math.max(0, divergence)) : 0;
  });
  const floor = (0.25 * lengths.reduce((sum, length) => sum + length, 0)) / last + 1e-12;
  const reached = [0];
  for (const length of lengths) reached.push(reached[reached.length - 1] + length + floor);
  return rungs.map((_, k) => {
    if (k === 0 || k === last) return rungs[k];
    const place = (reached[last] * k) / last;
    const above = reached.findIndex((value) => value >= place);
    const part = (place - reached[above - 1]) / (reached[above] - reached[above - 1]);
    const between = (of: "share" | "angle" | "mass"): number =>
      rungs[above - 1][of] + part * (rungs[above][of] - rungs[above - 1][of]);
    return { ...lawAt(between("share")), share: between("share"), angle: between("angle"), mass: between("mass") };
  });
}
