import { describe, expect, test } from "vitest";
import {
  adam,
  adamw,
  clone,
  deserialise,
  entropyAdam,
  entropySgd,
  geometricScope,
  gradientDescent,
  type LocalEntropyState,
  momentum,
  type Optimizer,
  type PlainData,
  type Progress,
  progress,
  type SerialisedState,
  sam,
  serialise,
  sgd,
  sgld,
  stateVersion,
  swa,
} from "../src/index.ts";
import { philoxRounds } from "../src/random.ts";

const optimizer = entropySgd({ scope: 0.5, innerSteps: 3, seed: 1 });
const fresh = (): LocalEntropyState => optimizer.init(new Float32Array(2));

function saved(): { json: Record<string, PlainData>; vectors: Record<string, Float32Array | Float64Array> } {
  const state = optimizer.step(new Float32Array([1, 2]), optimizer.init(new Float32Array([3, 4])));
  return JSON.parse(JSON.stringify(serialise(state)), (_, value) => {
    // Typed arrays become records of their elements in JSON; here they are made anew.
    return typeof value === "object" && value !== null && "0" in value
      ? Float32Array.from(Object.values(value))
      : value;
  });
}

/** The saved state with one change at a path such as "state.progress.gradients". */
function changed(path: string, value: PlainData | undefined): SerialisedState {
  const { json, vectors } = saved();
  const names = path.split(".");
  const last = names.pop() ?? "";
  let node: Record<string, PlainData> = json;
  for (const name of names) node = node[name] as Record<string, PlainData>;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return { json, vectors };
}

test("a saved state carries the version of its layout and of the generator", () => {
  expect(saved().json).toMatchObject({ format: "entropy-sgd state", version: stateVersion, philoxRounds });
  expect(Object.keys(saved().vectors)).toEqual(["params", "innerParams", "innerMean", "inner.buffers.velocity"]);
});

test("restoring writes into the vectors of the template", () => {
  const template = fresh();
  const restored = deserialise(saved(), template);
  expect(restored.params).toBe(template.params);
  expect([...restored.params]).toEqual([3, 4]);
});

test("without copies, a saved state holds the state's own vectors", () => {
  const state = fresh();
  expect(serialise(state, { copy: false }).vectors.params).toBe(state.params);
  expect(serialise(state).vectors.params).not.toBe(state.params);
});

test("numbers that JSON would lose come back as they were: −0, NaN and the infinities", () => {
  const values = { a: -0, b: Number.NaN, c: Number.POSITIVE_INFINITY, d: Number.NEGATIVE_INFINITY, e: 0, f: 0.1 };
  const json = JSON.parse(JSON.stringify(serialise(values).json));
  expect(deserialise({ json, vectors: {} }, { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 })).toStrictEqual(values);
});

describe("malformed states", () => {
  test.each([
    ["format", "other", 'json.format must be "entropy-sgd state"'],
    ["version", 1, "version must be 4, got 1; the state cannot be read here"],
    ["philoxRounds", 10, "philoxRounds must be 7, got 10; the state would draw other noise here"],
    ["state", null, "state must be a record"],
    ["state.kind", "gradient-descent", 'kind must be "local-entropy", got gradient-descent'],
    ["state.progress", undefined, "progress is missing"],
    ["state.progress.gradients", -1, "progress.gradients must be an integer in [0, ∞), got -1"],
    ["state.progress.innerStep", 0.5, "progress.innerStep must be an integer in [0, ∞), got 0.5"],
    ["state.progress.gradients", "7", "progress.gradients must be a number, got string"],
    ["state.progress.learningRate", null, "progress.learningRate must be a number, got null"],
    ["state.progress.distance", "far", "progress.distance must be a number or null"],
    ["state.extra", 1, "extra is unknown to this optimizer"],
    ["state.params", [1, 2], "params must name a vector that is there"],
    ["state.params", { $vector: "nowhere" }, "params must name a vector that is there"],
    ["state.params", { $vector: "toString" }, "params must name a vector that is there"],
    ["state.inner.steps", -2, "inner.steps must be an integer in [0, ∞), got -2"],
  ] as const)("%s = %o", (path, value, message) => {
    expect(() => deserialise(changed(path, value), fresh())).toThrow(`deserialise: ${message}`);
  });

  test("vectors of another length or type, or of another optimizer", () => {
    const { json, vectors } = saved();
    const longer = { json, vectors: { ...vectors, innerMean: new Float32Array(3) } };
    expect(() => deserialise(longer, fresh())).toThrow("deserialise: innerMean must have 2 elements, got 3");
    const doubles = { json, vectors: { ...vectors, params: new Float64Array(2) } };
    expect(() => deserialise(doubles, fresh())).toThrow(
      "deserialise: params must be a Float32Array, got a Float64Array",
    );
    const other = entropyAdam({ scope: 0.5 }).init(new Float32Array(2));
    const changed = Object.keys(other.options);
    expect(() => deserialise({ json, vectors }, other, { changed })).toThrow(
      /^deserialise: inner\.buffers\.velocity is unknown/,
    );
  });

  test("a rejected state leaves the template as it was", () => {
    const template = fresh();
    expect(() => deserialise(changed("state.inner.steps", -2), template)).toThrow(RangeError);
    expect(template).toEqual(fresh());
  });
});

describe("states under other options", () => {
  const base = { scope: 0.5, innerSteps: 3, seed: 1 };
  const refusal = (options: Parameters<typeof entropySgd>[0], changed: readonly string[] = []): string | null => {
    try {
      deserialise(saved(), entropySgd(options).init(new Float32Array(2)), { changed });
      return null;
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return (error as Error).message;
    }
  };
  const told = (name: string, was: string, is: string): string =>
    `deserialise: option ${name} must be ${was}, as when the state was saved, got ${is}; ` +
    "name it in `changed` if it is meant to differ";

  test("are refused by the name of the option, unless it may change", () => {
    expect(refusal(base)).toBeNull();
    expect(refusal({ ...base, innerSteps: 4 })).toBe(told("innerSteps", "3", "4"));
    expect(refusal({ ...base, seed: 2 })).toBe(told("seed", "1", "2"));
    expect(refusal({ ...base, momentum: 0.5 })).toBe(told("momentum", "0.9", "0.5"));
    expect(refusal({ ...base, forcePlacement: "outside" })).toBe(told("forcePlacement", '"inside"', '"outside"'));
    expect(refusal({ ...base, groups: [{ start: 0, end: 1, frozen: true }] })).toMatch(/option groups must be \[\]/);
    expect(refusal({ ...base, innerSteps: 4 }, ["innerSteps"])).toBeNull();
  });

  test("a saved schedule is identified by its values", () => {
    expect(refusal({ ...base, scope: geometricScope(0.5, 1e-3) })).toMatch(
      /^deserialise: option scope must be 0\.5, .* got \[0\.5,0\.5005,/,
    );
    const scheduled = sgd({ learningRate: (t) => 1 / (1 + t) });
    const json = serialise(scheduled.init(new Float32Array(2)));
    const into = (learningRate: (t: number) => number) => () =>
      deserialise(json, sgd({ learningRate }).init(new Float32Array(2)));
    // The last bits of a schedule may differ between engines.
    expect(into((t) => (1 / (1 + t)) * (1 + 1e-15))).not.toThrow();
    expect(into((t) => 1 / (2 + t))).toThrow("option learningRate");
    // A table that ends with its run has no value later.
    const rates = [0.5, 0.25];
    const table = { learningRate: (t: number): number => rates[t]!, seed: 1 };
    const ended = serialise(sgld(table).init(new Float32Array(2)));
    expect(() => deserialise(ended, sgld(table).init(new Float32Array(2)))).not.toThrow();
  });

  test("each optimizer's own differences", () => {
    const start = new Float32Array(2);
    const pairs: readonly (readonly [PlainData, PlainData, string])[] = [
      [adam({ beta2: 0.9 }).init(start), adam({ beta2: 0.99 }).init(start), "beta2"],
      [adam().init(start), adamw({ weightDecay: 0 }).init(start), "weightDecayPlacement"],
      [sam({ learningRate: 1 }).init(start), sam({ learningRate: 1, radius: 1 }).init(start), "radius"],
      [
        swa({ learningRate: 1, averageFrom: 1, averageEvery: 1 }).init(start),
        swa({ learningRate: 1, averageFrom: 2, averageEvery: 1 }).init(start),
        "averageFrom",
      ],
      [
        gradientDescent({ learningRate: 1, direction: momentum({ momentum: 0.5 }) }).init(start),
        gradientDescent({ learningRate: 1, direction: momentum({ momentum: 0.6 }) }).init(start),
        "direction",
      ],
    ];
    for (const [before, after, name] of pairs) {
      expect(() => deserialise(serialise(before), after)).toThrow(`option ${name} must be`);
    }
    const often = sgd({ learningRate: 1, gradientNormEvery: 5 }).init(start);
    expect(() => deserialise(serialise(sgd({ learningRate: 1 }).init(start)), often)).not.toThrow();
  });

  test("states of version 3, with local entropy's fields as null for every optimizer, are read by those without", () => {
    const averaged = () => swa({ learningRate: 0.1, averageFrom: 0, averageEvery: 1 });
    const optimizer = averaged();
    const state = optimizer.step(new Float32Array([1, 2]), optimizer.init(new Float32Array([3, 4])));
    const nulls = { scope: null, distance: null, localEntropyGradientNorm: null };
    const progress = { ...state.progress, ...nulls };
    const { json, vectors } = serialise({ ...state, progress, base: { ...state.base, progress } });
    const old = { json: { ...(json as object), version: 3 }, vectors };
    expect(deserialise(old, averaged().init(new Float32Array(2)))).toEqual(state);
    expect(() => deserialise({ json, vectors }, averaged().init(new Float32Array(2)))).toThrow(
      "deserialise: progress.scope is unknown to this optimizer",
    );
  });

  test("an option that a saved state lacks was off: states of sam from before it took a direction", () => {
    const start = new Float32Array([3, 4]);
    const state = sam({ learningRate: 1 }).init(start);
    const { direction: _, ...options } = state.options;
    const old = serialise({ ...state, options });
    expect(deserialise(old, sam({ learningRate: 1 }).init(start))).toEqual(state);
    expect(() => deserialise(old, sam({ learningRate: 1, direction: momentum() }).init(start))).toThrow(
      "deserialise: option direction must be null, as when the state was saved",
    );
  });

  test("states of version 2, which carry no options, are read as they were", () => {
    const { json, vectors } = changed("state.options", undefined);
    const old = { json: { ...(json as object), version: 2 }, vectors };
    const restored = deserialise(old, fresh());
    expect(restored).toEqual(deserialise(saved(), fresh()));
    expect(() => deserialise({ json: { ...(json as object), version: 3 }, vectors }, fresh())).toThrow(
      "deserialise: options must be a record",
    );
  });
});

test("lists in a state come back, and are compared in length", () => {
  const json = serialise({ list: [1, Number.NaN, { a: 2 }] });
  expect(deserialise(json, { list: [0, 0, { a: 0 }] })).toEqual({ list: [1, Number.NaN, { a: 2 }] });
  expect(() => deserialise(json, { list: [0] })).toThrow("deserialise: list must have 1 elements, got 3");
});

describe("progress", () => {
  test("tells position, scope, rates and norms by hand", () => {
    // f = 0: only the given gradient moves x' from x, so that every number can be computed by hand.
    const plain = { momentum: 0, noise: 0, averaging: 1, innerLearningRate: 0.5, learningRate: 1 };
    const teller = entropySgd({ ...plain, scope: (t) => 0.5 * (t + 1), scopeStart: 1, innerSteps: 2 });
    let state = teller.init(new Float64Array([0, 0]));
    expect(progress(state)).toEqual({
      gradients: 0,
      outerSteps: 0,
      innerStep: 0,
      scope: 1,
      learningRate: 1,
      distance: null,
      localEntropyGradientNorm: null,
      gradientNorm: 0,
      finite: true,
    });
    state = teller.step(new Float64Array([6, 8]), state); // x' = −½·(6, 8) = (−3, −4)
    expect(progress(state)).toMatchObject({ gradients: 1, outerSteps: 0, innerStep: 1, scope: 1, distance: null });
    // d = (0, 3) + 1·(−3, −4) = (−3, −1); x' = (−3, −4) + ½·(3, 1) = (−1.5, −3.5) = μ
    state = teller.step(new Float64Array([0, 3]), state);
    expect(progress(state)).toEqual({
      gradients: 2,
      outerSteps: 1,
      innerStep: 0,
      scope: 1,
      learningRate: 1,
      distance: Math.hypot(1.5, 3.5),
      localEntropyGradientNorm: Math.hypot(1.5, 3.5),
      gradientNorm: 3,
      finite: true,
    });
    expect([...teller.evalPoint(state)]).toEqual([-1.5, -3.5]);
    state = teller.step(new Float64Array([0, 0]), state);
    expect(progress(state).scope).toBe(1.5);
  });

  test("measures the gradient norm of sgd every `gradientNormEvery` gradients", () => {
    const seldom = sgd({ learningRate: 1e-3, gradientNormEvery: 3 });
    let state = seldom.init(new Float64Array(1));
    const norms = [1, 2, 3, 4, 5].map((value) => {
      state = seldom.step(new Float64Array([value]), state);
      return progress(state).gradientNorm;
    });
    expect(norms).toEqual([1, 1, 1, 4, 4]);
  });
});

describe("what is no plain data", () => {
  const list: unknown[] = [];
  list.push(list);
  test.each([
    ["a Map", { a: { b: new Map([[1, 2]]) } }, "a.b must be plain data"],
    ["undefined", { a: [1, undefined] }, "a.1 must be plain data"],
    ["a hole", { a: new Array(1) }, "a.0 must be plain data"],
    ["a function", { a: () => 1 }, "a must be plain data"],
    ["another typed array", { a: new Int32Array(2) }, "an Int32Array of 2"],
    ["a Date", new Date(0), "the state must be plain data"],
    ["itself", { list }, "list.0 must not contain itself"],
  ])("is refused by serialise and clone: %s", (_, state, message) => {
    expect(() => serialise(state as unknown as PlainData)).toThrow(message);
    expect(() => clone(state as unknown as PlainData)).toThrow(TypeError);
  });

  test("one part in two places, and records without a prototype, are plain", () => {
    const part = { x: Float64Array.of(1) };
    expect(Object.keys(serialise({ a: part, b: part }).vectors)).toEqual(["a.x", "b.x"]);
    expect(clone(Object.assign(Object.create(null), { y: 1 }))).toEqual({ y: 1 });
  });

  test("two vectors of one name are refused", () => {
    const state = { "a.b": Float64Array.of(1), a: { b: Float64Array.of(2) } };
    expect(() => serialise(state)).toThrow("serialise: two vectors have the name a.b");
  });

  test("a saved state and the names of changed options are checked", () => {
    expect(() => deserialise(JSON.parse("null"), fresh())).toThrow("deserialise: the saved state must be a record");
    expect(() => deserialise(serialise(fresh()), fresh(), JSON.parse('{ "changed": "seed" }'))).toThrow(
      'deserialise: changed must be an array of names, got "seed"',
    );
  });
});

describe("weights that are not finite", () => {
  const frozen = { groups: [{ start: 0, end: 1, frozen: true }] };
  const factories = {
    sgd: sgd({ learningRate: 0.1, ...frozen }),
    adam: adam({ learningRate: 0.1 }),
    adamw: adamw({ learningRate: 0.1 }),
    sgld: sgld({ learningRate: 0.1 }),
    sam: sam({ learningRate: 0.1, ...frozen }),
    swa: swa({ learningRate: 0.1, averageFrom: 0, averageEvery: 1 }),
    entropySgd: entropySgd({ scope: 0.5, innerSteps: 1 }),
    entropyAdam: entropyAdam({ scope: 0.5, innerSteps: 1, groups: frozen.groups }),
  };
  test.each(Object.entries<Optimizer<PlainData & { readonly progress: Progress }>>(factories))(
    "make progress not finite at the next measurement though the gradient is 0: %s",
    (_, one) => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        let state = one.init(new Float64Array([value, 1]));
        for (let step = 0; step < 2; step++) state = one.step(new Float64Array(2), state);
        expect(progress(state).finite).toBe(false);
      }
      let large = one.init(new Float64Array([1e160, 1]));
      for (let step = 0; step < 2; step++) large = one.step(new Float64Array(2), large);
      if (!("distance" in progress(large))) expect(progress(large).finite).toBe(true);
    },
  );
});
