/** Parle against Entropy-SGD, the recursion on quadratics, and replicas that exchange by themselves. */
import { describe, expect, test } from "vitest";
import {
  clone,
  type EntropySgdOptions,
  elasticSgd,
  entropySgd,
  meanInto,
  type Optimizer,
  outerStep,
  type ParleReplicaState,
  parle,
  parleReplica,
  progress,
  sgd,
  type Vector,
} from "../src/index.ts";
import { normalInto, randomKey } from "../src/random.ts";

/** Noisy gradients of a badly conditioned quadratic; the k-th is a function of k. */
function noisyGradient(point: Vector, k: number): Float32Array {
  const out = new Float32Array(point.length);
  normalInto(out, { key: randomKey(3, "gradients"), stream: 0, step: k });
  for (let i = 0; i < out.length; i++) out[i] += (0.1 + (i % 7)) * (point[i] - 1);
  return out;
}

function run<S>(optimizer: Optimizer<S>, state: S, from: number, count: number): S {
  let next = state;
  for (let k = from; k < from + count; k++)
    next = optimizer.step(noisyGradient(optimizer.gradientPoint(next), k), next);
  return next;
}

const start = Float32Array.from({ length: 37 }, (_, i) => Math.cos(i));
const settings = {
  ...{ innerLearningRate: 0.03, innerSteps: 4, noise: 1e-2, clipNorm: 20, weightDecay: 1e-3, seed: 5 },
  scope: (t: number) => 0.1 * 1.01 ** t,
} as const;

describe("one replica without a coupling is Entropy-SGD, bit for bit", () => {
  test.each<[string, Partial<EntropySgdOptions>]>([
    ["as it is", {}],
    ["with outer momentum, decay and scaling", { outerMomentum: 0.9, outerWeightDecay: true, scaleByScope: true }],
    ["with a falling outer rate", { learningRate: (t) => 0.9 ** t, averaging: 0.25, noiseForm: "code" }],
  ])("%s", (_, own) => {
    const options = { ...settings, learningRate: 1, ...own };
    const [one, other] = [entropySgd(options), parle({ ...options, replicas: 1, coupling: 0 })];
    const single = parleReplica({ ...options, coupling: 0 });
    let [a, b, c] = [one.init(start), other.init(start), single.init(start)];
    for (let k = 0; k < 50; k++) {
      [a, b, c] = [run(one, a, k, 1), run(other, b, k, 1), run(single, c, k, 1)];
      const mean = single.contribution(c);
      if (mean !== null) c = single.couple(mean, c);
      expect(other.gradientPoint(b)).toEqual(one.gradientPoint(a));
      expect(single.gradientPoint(c)).toEqual(one.gradientPoint(a));
      expect([...other.evalPoint(b)]).toEqual([...one.evalPoint(a)]);
      expect([...single.evalPoint(c)]).toEqual([...one.evalPoint(a)]);
      expect(progress(b)).toEqual(progress(a));
      expect(progress(c)).toEqual(progress(a));
    }
  });
});

test("replicas that exchange by themselves are those that take turns, bit for bit", () => {
  const [count, innerSteps] = [3, settings.innerSteps];
  const options = { ...settings, coupling: 0.4, learningRate: 0.8, outerMomentum: 0.5 };
  const together = parle({ ...options, replicas: count });
  let all = together.init(start);
  const single = Array.from({ length: count }, (_, replica) => parleReplica({ ...options, replica }));
  let states: ParleReplicaState[] = single.map((one) => one.init(start));
  for (let round = 0; round < 5; round++) {
    all = run(together, all, round * count * innerSteps, count * innerSteps);
    for (let l = 0; l < innerSteps; l++) {
      states = states.map((state, a) => run(single[a]!, state, (round * innerSteps + l) * count + a, 1));
    }
    const mean = meanInto(
      new Float32Array(start.length),
      states.map((state, a) => single[a]!.contribution(state)!),
    );
    states = states.map((state, a) => single[a]!.couple(mean, state));
    for (const [a, state] of states.entries()) {
      expect(single[a]!.gradientPoint(state)).toEqual(all.replicas[a]!.params);
      expect(single[a]!.evalPoint(state)).toEqual(together.evalPoint(all));
    }
  }
  // The centre is the mean of the replicas' points; each has rounded in 24 bits a few hundred times.
  const points = all.replicas.map(({ params }) => params);
  const mean = meanInto(new Float64Array(start.length), points);
  for (const [i, value] of together.evalPoint(all).entries()) expect(Math.abs(value - mean[i]!)).toBeLessThan(1e-5);
  expect(points[0]).not.toEqual(points[1]);
});

describe("on quadratics ½h(x − cᵃ)² with Σcᵃ = 0, without noise", () => {
  const [h, gamma, rate, eta, rho, innerSteps] = [0.8, 0.5, 0.25, 0.6, 0.3, 6];
  // x' goes to the proximal point by 1 − η'(h + γ) per step: z = k·x + (1 − k)·c.
  const k = (gamma + h * (1 - rate * (h + gamma)) ** innerSteps) / (h + gamma);

  test("the mean contracts by 1 − η(1 + ρ)(1 − k), deviations go to (1 − k)c/(1 − k + ρ) by 1 − η(1 − k + ρ)", () => {
    const centres = [1, -3, 2];
    const optimizer = parle({
      ...{ replicas: 3, coupling: rho, scope: gamma, innerSteps, innerLearningRate: rate, learningRate: eta },
      ...{ averaging: 1, momentum: 0, noise: 0 },
    });
    let state = optimizer.init(new Float64Array([4]));
    for (let t = 1; t <= 20; t++) {
      for (let g = 0; g < optimizer.innerSteps; g++) {
        const slope = optimizer.gradientPoint(state).map((x) => h * (x - centres[g % 3]!));
        state = optimizer.step(slope, state);
      }
      const mean = 4 * (1 - eta * (1 + rho) * (1 - k)) ** t;
      expect(optimizer.evalPoint(state)[0]).toBeCloseTo(mean, 12);
      for (const [a, { params }] of state.replicas.entries()) {
        const limit = ((1 - k) * centres[a]!) / (1 - k + rho);
        const deviation = limit * (1 - (1 - eta * (1 - k + rho)) ** t);
        expect(params[0]).toBeCloseTo(mean + deviation, 12);
      }
    }
  });

  test("Elastic SGD: the mean contracts by 1 − (1 + c)ηh, deviations by 1 − ηh − c", () => {
    const [share, learningRate] = [0.2, 0.25];
    const centres = [1, -1];
    const optimizer = elasticSgd({ learningRate, replicas: 2, coupling: share });
    let state = optimizer.init(new Float64Array([4]));
    for (let t = 1; t <= 30; t++) {
      for (const c of centres) {
        const slope = optimizer.gradientPoint(state).map((x) => h * (x - c));
        state = optimizer.step(slope, state);
      }
      const shrink = learningRate * h;
      const mean = 4 * (1 - (1 + share) * shrink) ** t;
      const deviation = (shrink / (shrink + share)) * (1 - (1 - shrink - share) ** t);
      expect(optimizer.evalPoint(state)[0]).toBeCloseTo(mean, 12);
      expect(state.replicas[0]!.params[0]).toBeCloseTo(mean + deviation, 12);
    }
  });
});

describe("one replica of Elastic SGD without a pull", () => {
  // z − x is η∇f rounded once more: equal up to roundings of 24 bits in 40 steps, amplified ten times by the momentum.
  test.each([0, 0.9])("is SGD with Nesterov momentum %d", (gain) => {
    const one = sgd({ learningRate: 0.01, momentum: gain, nesterov: true });
    const other = elasticSgd({ learningRate: 0.01, replicas: 1, coupling: 0, momentum: gain });
    const [a, b] = [run(one, one.init(start), 0, 40), run(other, other.init(start), 0, 40)];
    for (const [i, value] of one.evalPoint(a).entries())
      expect(Math.abs(other.evalPoint(b)[i]! - value)).toBeLessThan(40 * 10 * 4 * 2 ** -24);
  });
});

describe("a replica", () => {
  const optimizer = parleReplica({ ...settings, coupling: 1 });
  const waiting = (): ParleReplicaState => run(optimizer, optimizer.init(start), 0, settings.innerSteps);

  test("has nothing to share within an inner loop, and takes no mean then", () => {
    const state = run(optimizer, optimizer.init(start), 0, 2);
    expect(optimizer.contribution(state)).toBeNull();
    expect(() => optimizer.couple(start, state)).toThrow("parleReplica: mean must come when an inner loop has ended");
  });

  test("takes no gradient while it waits", () => {
    expect(() => run(optimizer, waiting(), 4, 1)).toThrow(
      "parleReplica: gradient must not come before the coupling of the inner loop that has ended",
    );
    expect(() => outerStep(optimizer, waiting(), () => start)).toThrow("before the coupling");
  });

  test("takes a mean of its own type and length", () => {
    const rule = "parleReplica: mean must be a Float32Array of 37 elements";
    expect(() => optimizer.couple(new Float64Array(37), waiting())).toThrow(rule);
    expect(() => optimizer.couple(new Float32Array(36), waiting())).toThrow(rule);
  });

  test("waits after a copy as before it", () => {
    const state = waiting();
    const copy = clone(state);
    const mean = start.map((value) => value / 2);
    expect(optimizer.couple(mean, copy)).toEqual(optimizer.couple(mean, state));
  });

  test("draws other noise than the others", () => {
    const points = [0, 1, 2].map((replica) => {
      const one = parleReplica({ ...settings, replica });
      return [...one.gradientPoint(run(one, one.init(start), 0, 2))];
    });
    expect(new Set(points.map(String)).size).toBe(3);
  });
});

test("a mean is the sum in the order of the vectors, rounded once; one of −0 is 0", () => {
  const drawn = (step: number): Float32Array => {
    const out = new Float32Array(37);
    normalInto(out, { key: randomKey(5, "mean"), stream: 0, step });
    return out.fill(-0, 0, 2);
  };
  for (let count = 1; count <= 6; count++) {
    const vectors = Array.from({ length: count }, (_, i) => drawn(i));
    const expected = vectors[0]!.map((_, at) => vectors.reduce((sum, vector) => sum + vector[at]!, 0) / count);
    expect(Object.is(expected[0], 0)).toBe(true);
    expect(meanInto(new Float32Array(37), vectors)).toEqual(expected);
    // It may be written over one of them.
    expect(meanInto(vectors[count - 1]!, vectors)).toEqual(expected);
  }
});

test("a mean has the vectors' length, and is of at least one", () => {
  expect(() => meanInto(new Float32Array(2), [])).toThrow("meanInto: vectors must be at least one");
  expect(() => meanInto(new Float32Array(2), [start])).toThrow("meanInto: vectors must have 2 elements each, got 37");
});
