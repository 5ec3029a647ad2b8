import type { Objective, Vector } from "entropy-sgd";
import {
  couplingEntropy,
  hessianAt,
  type LocalEntropyEstimate,
  laplaceEntropy,
  logMeanExpEntropy,
  type Neighbourhood,
  scopeEntropy,
  spectralDensity,
} from "entropy-sgd/landscape";
import { normalInto, randomKey, uniformInto } from "entropy-sgd/random";
import { type CoverageCase, type Instrument, type Statement, symmetricInterval } from "../instrument.ts";

/** A function of one variable with the place where its local entropy is measured. */
interface Well {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly x: number;
  readonly beta: number;
  readonly radius: number;
}

const doubleWell = (x: number): number => 0.5 * (x * x - 1) ** 2 + 0.1 * x;
const dip = (x: number): number => 0.05 * x * x - Math.exp(-((x - 0.5) ** 2) / 8e-4);
const ripples = (x: number): number => 1 - Math.cos(5 * x) + 0.05 * x * x;

/** Wells that were looked at while the estimators were written. */
const known: readonly Well[] = [
  { name: "quadratic", f: (x) => 2 * (x - 0.3) ** 2, x: 0, beta: 5, radius: 1 },
  { name: "quartic", f: (x) => x ** 4, x: 0.5, beta: 10, radius: 1 },
  { name: "rounded |x|", f: (x) => Math.sqrt(x * x + 0.01), x: 0.3, beta: 10, radius: 0.5 },
  { name: "double well, β = 20, σ = 1", f: doubleWell, x: 0.98, beta: 20, radius: 1 },
  { name: "double well, β = 200, σ = 0.3", f: doubleWell, x: 0.98, beta: 200, radius: 0.3 },
  { name: "narrow dip at x", f: dip, x: 0.5, beta: 20, radius: 1 },
  { name: "narrow dip elsewhere", f: dip, x: 0, beta: 20, radius: 1 },
  { name: "ripples, β = 20", f: ripples, x: 0.6, beta: 20, radius: 1 },
  { name: "ripples, β = 3", f: ripples, x: 0.6, beta: 3, radius: 1 },
];

/** Wells drawn at random, of which nothing was tuned: a bowl, three Gaussian dips and a ripple, each of a random size. */
function drawnWell(number: number): Well {
  const u = new Float64Array(16);
  uniformInto(u, { key: randomKey(2027, "held-out wells"), stream: 0, step: number });
  const dips = [0, 1, 2].map((k) => ({
    depth: 1.5 * u[3 * k]!,
    at: 4 * u[3 * k + 1]! - 2,
    width: 0.05 * 20 ** u[3 * k + 2]!,
  }));
  const [bowl, height, frequency, x] = [0.2 * u[9]!, 0.4 * u[10]!, 2 + 6 * u[11]!, 3 * u[12]! - 1.5];
  const f = (y: number): number =>
    dips.reduce((sum, { depth, at, width }) => sum - depth * Math.exp(-0.5 * ((y - at) / width) ** 2), bowl * y * y) +
    height * Math.sin(frequency * y);
  const [beta, radius] = [2 * 50 ** u[13]!, 0.15 * 10 ** u[14]!];
  return { name: `drawn ${number + 1}: β = ${beta.toFixed(0)}, σ = ${radius.toFixed(2)}`, f, x, beta, radius };
}

/** log E exp(−βf(x + σz))/β by quadrature over |z| ≤ 12. */
function truthOf({ f, x, beta, radius }: Well): number {
  const [steps, end] = [48_000, 12];
  const logs = Array.from({ length: steps + 1 }, (_, i) => {
    const z = -end + (2 * end * i) / steps;
    return -0.5 * z * z - beta * f(x + radius * z);
  });
  const top = logs.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const sum = logs.reduce((total, value) => total + Math.exp(value - top), 0);
  return (top + Math.log((sum * 2 * end) / steps / Math.sqrt(2 * Math.PI))) / beta;
}

const derivative = (f: (x: number) => number, x: number): number => (f(x + 1e-6) - f(x - 1e-6)) / 2e-6;

/** An estimate at a place. */
type Estimator = (
  objective: Required<Objective>,
  place: Neighbourhood & { readonly seed: number },
) => Promise<LocalEntropyEstimate>;

const draws: Estimator = (objective, place) => logMeanExpEntropy(objective, { ...place, numDraws: 4000 });

/** Laplace's method in one dimension. */
const laplace: Estimator = async (objective, place) => {
  const gradient = new Float64Array(1);
  const loss = await objective.valueAndGradientAt(place.params, gradient);
  const density = await spectralDensity(hessianAt(objective, place.params), { numSteps: 1, numProbes: 2 });
  return laplaceEntropy(objective, { ...place, loss, gradient, density });
};

/** A function of one variable, its derivatives by differences. */
function curve(f: (x: number) => number): Required<Objective> {
  return {
    valueAt: ([x]) => f(x!),
    valueAndGradientAt([x], out) {
      out[0] = derivative(f, x!);
      return f(x!);
    },
    hessianProduct([x], [v], out) {
      out[0] = ((derivative(f, x! + 1e-4) - derivative(f, x! - 1e-4)) / 2e-4) * v!;
    },
  };
}

function caseOf(estimator: Estimator, well: Well): CoverageCase {
  const { name, f, x, beta, radius } = well;
  const objective = curve(f);
  const place = { params: Float64Array.of(x), inverseTemperature: beta, radius };
  return { name, truth: truthOf(well), run: (seed) => stated(estimator(objective, { ...place, seed })) };
}

async function stated(measuring: Promise<LocalEntropyEstimate>): Promise<Statement | null> {
  const { estimate, standardError, valid, numEvaluations: cost } = await measuring;
  return valid ? { estimate, standardError, interval: symmetricInterval(estimate, standardError, 1.96), cost } : null;
}

/** A quadratic with its closed form; curvatures in units of γ. */
function quadraticCase(estimator: Estimator, name: string, curvatures: Float64Array, numbers: object): CoverageCase {
  const [n, beta, radius] = [curvatures.length, 1000, 0.05];
  const gamma = 1 / (beta * radius * radius);
  const h = curvatures.map((value) => gamma * value);
  const a = new Float64Array(n);
  normalInto(a, { key: randomKey(7, "coverage-quadratics"), stream: 0, step: 0 });
  for (let i = 0; i < n; i++) a[i]! *= 0.01;
  const valueAndGradientAt = (x: Vector, out: Vector): number => {
    let value = 0;
    for (let i = 0; i < n; i++) {
      out[i] = h[i]! * (x[i]! - a[i]!);
      value += 0.5 * out[i]! * (x[i]! - a[i]!);
    }
    return value;
  };
  const objective: Required<Objective> = {
    valueAt: (x) => valueAndGradientAt(x, new Float64Array(n)),
    valueAndGradientAt,
    hessianProduct: (_, v, out) => out.set(v.map((value, i) => h[i]! * value)),
  };
  const truth = h.reduce(
    (sum, hi, i) => sum - (0.5 * gamma * hi * a[i]! ** 2) / (hi + gamma) - Math.log1p(hi / gamma) / (2 * beta),
    0,
  );
  const place = { params: new Float64Array(n), inverseTemperature: beta, radius, ...numbers };
  return { name, truth, run: (seed) => stated(estimator(objective, { ...place, seed })) };
}

const small = Float64Array.of(0.3, 1, 3, 10, 30);
const stiff = Float64Array.from({ length: 1000 }, (_, i) => 27 + (143 * i) / 999);

const common = { level: 0.9, claim: "at least", unit: "evaluations" } as const;

function instrumentsOf(
  { name, words, suite }: { readonly name: string; readonly words: string; readonly suite: readonly [number, number] },
  estimator: Estimator,
  quadratics: readonly CoverageCase[],
): Instrument[] {
  return [
    {
      ...{ ...common, name, numSeeds: 40, numSuiteSeeds: suite[0] },
      title: `F̃ ${words}, on wells that were looked at while it was written and on quadratics`,
      cases: [...known.map((well) => caseOf(estimator, well)), ...quadratics],
    },
    {
      ...{ ...common, name: `${name}-held-out`, numSeeds: 10, numSuiteSeeds: suite[1] },
      title: `F̃ ${words}, on wells drawn at random that nothing was tuned on`,
      cases: Array.from({ length: 24 }, (_, k) => caseOf(estimator, drawnWell(k))),
    },
  ];
}

const fiveWeights = (estimator: Estimator): CoverageCase[] => [quadraticCase(estimator, "quadratic, n = 5", small, {})];

/** Local entropy by each estimator, on wells, held-out wells and quadratics. */
export const localEntropies: readonly Instrument[] = [
  ...instrumentsOf(
    { name: "coupling-entropy", words: "along the coupling (`couplingEntropy`)", suite: [1, 0] },
    couplingEntropy,
    fiveWeights(couplingEntropy),
  ),
  ...instrumentsOf(
    { name: "scope-entropy", words: "along the scope (`scopeEntropy`)", suite: [1, 0] },
    scopeEntropy,
    fiveWeights(scopeEntropy),
  ),
  ...instrumentsOf(
    { name: "draws-entropy", words: "by draws (`logMeanExpEntropy`)", suite: [4, 2] },
    draws,
    fiveWeights(draws),
  ),
  ...instrumentsOf(
    { name: "laplace-entropy", words: "by Laplace's method (`laplaceEntropy`)", suite: [4, 2] },
    laplace,
    [],
  ),
];

/** At a thousand weights, for the page only. */
export const stiffEntropies: Instrument = {
  ...{ ...common, name: "stiff-entropy", numSeeds: 20, numSuiteSeeds: 0 },
  title: "F̃ at n = 1,000 with curvatures 27 to 170 times γ",
  cases: [
    quadraticCase(couplingEntropy, "along the coupling", stiff, { numSamples: 60, burnIn: 15 }),
    quadraticCase(scopeEntropy, "along the scope", stiff, { numSamples: 60, burnIn: 15 }),
  ],
};
