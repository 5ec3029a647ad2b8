/**
 * Algorithm 1 and its variants, line by line in float64, as slowly and plainly as they can be written.
 *
 * Shares no code with the library: it is what the library is compared with.
 */

/** The numbers of one run. */
export interface ReferenceOptions {
  readonly preset: "paper" | "lua" | "pytorch";
  readonly adaptive: "none" | "outer" | "inner" | "both";
  readonly learningRate: number;
  readonly innerLearningRate: number;
  readonly innerSteps: number;
  readonly noise: number;
  readonly weightDecay: number;
  readonly scope0: number;
  readonly scope1: number;
  readonly momentum: number;
}

/** What the world gives: gradients and normals, and what a perturbation does to each new point. */
export interface ReferenceWorld {
  gradientAt(point: readonly number[]): number[];
  /** The normals of the k-th gradient step. */
  normals(gradientStep: number): readonly number[];
  /** Applied to every new x' and x, with the move that led there; the identity for the trajectory itself. */
  disturb(point: number, move: number): number;
}

interface Adam {
  m: number[];
  v: number[];
  t: number;
}

const newAdam = (n: number): Adam => ({ m: new Array(n).fill(0), v: new Array(n).fill(0), t: 0 });

/** Kingma and Ba 2015, Algorithm 1, with their β and ε; the direction without the rate. */
function adamDirection(state: Adam, d: number[]): number[] {
  state.t += 1;
  return d.map((di, i) => {
    state.m[i] = 0.9 * state.m[i] + 0.1 * di;
    state.v[i] = 0.999 * state.v[i] + 0.001 * di * di;
    const mHat = state.m[i] / (1 - 0.9 ** state.t);
    const vHat = state.v[i] / (1 - 0.999 ** state.t);
    return mHat / (Math.sqrt(vHat) + 1e-8);
  });
}

/** N(d; v) of Nesterov's momentum; changes v. */
function nesterov(d: number[], v: number[], m: number): number[] {
  return d.map((di, i) => {
    v[i] = m * v[i] + di;
    return di + m * v[i];
  });
}

/** x after each outer step, and every x' in between. */
export function naiveEntropySgd(
  start: readonly number[],
  outerSteps: number,
  options: ReferenceOptions,
  world: ReferenceWorld,
): { outer: number[][]; inner: number[][] } {
  const { preset, adaptive, weightDecay: lambda, momentum: m, innerLearningRate: etaPrime } = options;
  const n = start.length;
  const alpha = preset === "paper" ? 0.75 : 0.25;
  const deviation = preset === "paper" ? Math.sqrt(etaPrime) * options.noise : options.noise * Math.sqrt(2 * etaPrime);
  const innerAdapts = adaptive === "inner" || adaptive === "both";
  const outerAdapts = adaptive === "outer" || adaptive === "both";
  const outerAdam = newAdam(n);
  const outerVelocity: number[] = new Array(n).fill(0);
  const result = { outer: [] as number[][], inner: [] as number[][] };
  let x = [...start];
  let gradientStep = 0;
  for (let t = 0; t < outerSteps; t++) {
    const exponent = { paper: t, lua: t + 1, pytorch: 0 }[preset];
    const gamma = options.scope0 * (1 + options.scope1) ** exponent;
    let inner = [...x];
    let mu = [...x];
    const velocity: number[] = new Array(n).fill(0);
    const innerAdam = newAdam(n);
    for (let l = 0; l < options.innerSteps; l++) {
      const gradient = world.gradientAt(inner);
      const force = inner.map((xi, i) => -gamma * (x[i] - xi));
      const decay = inner.map((xi) => lambda * xi);
      let d: number[];
      if (innerAdapts) {
        d = adamDirection(
          innerAdam,
          gradient.map((g, i) => g + decay[i] + force[i]),
        );
      } else if (preset === "paper") {
        d = nesterov(
          gradient.map((g, i) => g + decay[i] + force[i]),
          velocity,
          m,
        );
      } else if (preset === "lua") {
        d = nesterov(gradient, velocity, m).map((di, i) => di + decay[i] + force[i]);
      } else {
        d = nesterov(
          gradient.map((g, i) => g + decay[i]),
          velocity,
          m,
        ).map((di, i) => di + force[i]);
      }
      const normals = world.normals(gradientStep);
      inner = inner.map((xi, i) => {
        const move = -etaPrime * d[i] + deviation * normals[i];
        return world.disturb(xi + move, move);
      });
      mu = mu.map((mi, i) => (1 - alpha) * mi + alpha * inner[i]);
      gradientStep += 1;
      result.inner.push(inner);
    }
    let d = x.map((xi, i) => xi - mu[i]);
    if (preset === "pytorch") d = d.map((di, i) => di + lambda * x[i]);
    if (outerAdapts) d = adamDirection(outerAdam, d);
    else if (preset === "pytorch") d = nesterov(d, outerVelocity, 0.9);
    x = x.map((xi, i) => world.disturb(xi - options.learningRate * d[i], -options.learningRate * d[i]));
    result.outer.push(x);
  }
  return result;
}
