/**
 * States to JSON and named vectors, and back.
 */
import { rangeError, typeError } from "../errors.ts";
import { firstDifference, type SavedOptions } from "../optimizers/savedOptions.ts";
import { booleanOption, checkedOptions, requireKnownOptions } from "../options.ts";
import { philoxRounds } from "../random/philox.ts";
import type { PlainData, Vector } from "../types.ts";
import { isList, isRecord, isVector, joined, rebuilt } from "./walk.ts";

/** Raised when the layout of a saved state changes, or what is drawn from its counters. */
export const stateVersion = 4;

/** States of this version carry no options yet; they are read without comparing any. */
const versionWithoutOptions = 2;

/** Up to this version every progress had local entropy's fields, null for optimizers without. */
const versionWithNulls = 3;
const none: ReadonlySet<string> = new Set();
const formerNulls: ReadonlySet<string> = new Set(["scope", "distance", "localEntropyGradientNorm"]);

const format = "entropy-sgd state";

/** A state as what JSON and a tensor file can hold. */
export interface SerialisedState {
  /** Survives `JSON.stringify`; a vector is `{ "$vector": name }`, a number that JSON lacks `{ "$number": "NaN" }`. */
  readonly json: PlainData;
  /** The vectors by name, such as `inner.buffers.velocity`. */
  readonly vectors: Readonly<Record<string, Vector>>;
}

/** Options of `serialise`. */
export interface SerialiseOptions {
  /**
   * false gives the state's own vectors, to be written out before its next step. Default true: copies, which cost the
   * state's memory once more.
   */
  readonly copy?: boolean;
}

const serialiseTable = { copy: booleanOption("Whether the vectors are copies.") };

/**
 * A state as JSON and named vectors; the JSON carries the version of the layout and of the generator.
 *
 * @throws TypeError for what is no plain data and would be lost, or where two vectors have one name
 * @example
 * ```ts
 * import { serialise, sgd } from "entropy-sgd";
 * const saved = serialise(sgd({ learningRate: 1, momentum: 0.9 }).init(new Float64Array([1])));
 * Object.keys(saved.vectors); // => ["params", "direction.buffers.velocity"]
 * ```
 */
export function serialise(state: PlainData, options: SerialiseOptions = {}): SerialisedState {
  const { copy } = checkedOptions("serialise", serialiseTable, { copy: true }, options);
  const vectors: Record<string, Vector> = {};
  const tree = rebuilt("serialise", state, (leaf, path) => {
    if (isVector(leaf)) {
      if (Object.hasOwn(vectors, path)) throw typeError("serialise", "", `two vectors have the name ${path}`);
      vectors[path] = copy ? leaf.slice() : leaf;
      return { $vector: path };
    }
    return typeof leaf === "number" && !survivesJson(leaf)
      ? { $number: Object.is(leaf, -0) ? "-0" : String(leaf) }
      : leaf;
  });
  return { json: { format, version: stateVersion, philoxRounds, state: tree }, vectors };
}

/** JSON has no NaN, no infinities, and writes −0 as 0. */
function survivesJson(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

/** Options of `deserialise`. */
export interface DeserialiseOptions {
  /** Names of the optimizer's options that may be other than when the state was saved. Default none. */
  readonly changed?: readonly string[];
}

/**
 * The saved state, in the vectors of `template`, which it consumes.
 *
 * The template is a fresh state of the same optimizer, `optimizer.init(params, memory)`: it says what must be there (names,
 * kinds of values, lengths and types of vectors) and where the vectors live. With the same options, the seed included,
 * the run goes on with the same bits. States carry their options, schedules as their values at a few steps, so that
 * others are refused; what is named in `changed` may differ, and the template's holds. States of versions 2, which carry
 * none, and 3 are read too.
 *
 * @throws TypeError for an unknown option, or if the data is not a saved state or does not match the template;
 *   RangeError for another version, other
 *   options, a vector of another length, a negative or fractional counter
 * @example
 * ```ts
 * import { deserialise, serialise, sgd } from "entropy-sgd";
 * const optimizer = sgd({ learningRate: 1 });
 * const saved = serialise(optimizer.step(new Float64Array([1]), optimizer.init(new Float64Array([5]))));
 * optimizer.evalPoint(deserialise(saved, optimizer.init(new Float64Array(1))))[0]; // => 4
 * ```
 */
export function deserialise<S extends PlainData>(
  saved: SerialisedState,
  template: S,
  options: DeserialiseOptions = {},
): S {
  requireKnownOptions<DeserialiseOptions>("deserialise", { changed: true }, options);
  const { changed = [] } = options;
  if (!isList<string>(changed)) fail("changed", "must be an array of names", changed);
  if (!isRecord(saved)) fail("the saved state", "must be a record of json and vectors", saved);
  const { json, vectors } = saved;
  if (!isRecord(json) || json.format !== format) fail("json.format", `must be "${format}"`);
  const found = json.version;
  if (found !== versionWithoutOptions && found !== versionWithNulls && found !== stateVersion) {
    throw version("version", found, stateVersion, "cannot be read");
  }
  if (json.philoxRounds !== philoxRounds) {
    throw version("philoxRounds", json.philoxRounds, philoxRounds, "would draw other noise");
  }
  if (!isRecord(vectors)) fail("vectors", "must be a record of typed arrays");
  // First check everything, then write: a bad file must not leave the template half overwritten.
  check(json.state, template, "", { vectors, version: found, changed });
  const restored = restore(json.state, template, vectors);
  // `check` has found every leaf of the template in the saved tree, which the type system cannot see.
  return restored as S;
}

function fail(name: string, rule: string, ...found: [value?: unknown, got?: string]): never {
  throw typeError("deserialise", name, rule, ...found);
}

function version(name: string, found: unknown, own: number, consequence: string): RangeError {
  return rangeError("deserialise", name, `must be ${own}`, found, `${String(found)}; the state ${consequence} here`);
}

/** Counters are whole numbers; anything else under these names is a damaged file. */
const counters: ReadonlySet<string> = new Set(["gradients", "outerSteps", "innerStep", "steps"]);

/** What the parts of a saved state are checked against. */
interface Rules {
  readonly vectors: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly changed: readonly string[];
}

function check(saved: unknown, template: PlainData, path: string, rules: Rules): void {
  if (isVector(template)) {
    const vector = isRecord(saved) && typeof saved.$vector === "string" ? rules.vectors[saved.$vector] : undefined;
    if (!isVector(vector)) fail(path, "must name a vector that is there");
    if (vector.constructor !== template.constructor) {
      fail(path, `must be a ${template.constructor.name}`, vector, `a ${vector.constructor.name}`);
    }
    if (vector.length === template.length) return;
    throw rangeError("deserialise", path, `must have ${template.length} elements`, vector.length);
  }
  if (isList<PlainData>(template)) {
    if (!isList<unknown>(saved)) fail(path, "must be an array");
    if (saved.length !== template.length) {
      throw rangeError("deserialise", path, `must have ${template.length} elements`, saved.length);
    }
    for (const [index, value] of template.entries()) check(saved[index], value, joined(path, index), rules);
    return;
  }
  if (isRecord(template)) {
    if (!isRecord(saved)) fail(path || "state", "must be a record");
    // First the options of the same optimizer: what they differ in explains fields that are missing or unknown.
    if (isRecord(template.options) && saved.kind === template.kind && rules.version !== versionWithoutOptions) {
      checkOptions(saved.options, template.options, joined(path, "options"), rules.changed);
    }
    const former = rules.version <= versionWithNulls ? formerNulls : none;
    const unknown = Object.keys(saved).find(
      (name) => !Object.hasOwn(template, name) && !(saved[name] === null && former.has(name)),
    );
    if (unknown !== undefined) fail(joined(path, unknown), "is unknown to this optimizer");
    for (const [name, value] of Object.entries(template)) {
      if (name === "options" && isRecord(value)) continue;
      if (!Object.hasOwn(saved, name)) fail(joined(path, name), "is missing");
      check(saved[name], value, joined(path, name), rules);
    }
    return;
  }
  const value = number(saved);
  if (typeof template === "string" && saved !== template) fail(path, `must be "${template}"`, saved, String(saved));
  if (typeof template === "boolean" && typeof saved !== "boolean") fail(path, "must be true or false");
  if (template === null && saved !== null && value === null) fail(path, "must be a number or null");
  if (typeof template !== "number") return;
  if (value === null) fail(path, "must be a number", saved, saved === null ? "null" : typeof saved);
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (!counters.has(name) || (Number.isSafeInteger(value) && value >= 0)) return;
  throw rangeError("deserialise", path, "must be an integer in [0, ∞)", value);
}

function checkOptions(saved: unknown, own: SavedOptions, path: string, changed: readonly string[]): void {
  if (!isRecord(saved)) fail(path, "must be a record");
  const difference = firstDifference(saved, own, changed);
  if (difference === null) return;
  const rule = `must be ${difference.saved}, as when the state was saved`;
  const got = `${difference.own}; name it in \`changed\` if it is meant to differ`;
  throw rangeError("deserialise", `option ${difference.name}`, rule, difference.own, got);
}

/** A number, also one that JSON lacks; null for anything else. */
function number(saved: unknown): number | null {
  if (typeof saved === "number") return saved;
  return isRecord(saved) && typeof saved.$number === "string" ? Number(saved.$number) : null;
}

function restore(saved: unknown, template: PlainData, vectors: Readonly<Record<string, Vector>>): PlainData {
  if (isVector(template)) {
    const name = isRecord(saved) ? String(saved.$vector) : "";
    template.set(vectors[name]);
    return template;
  }
  if (isList<PlainData>(template) && isList<unknown>(saved)) {
    return template.map((value, index) => restore(saved[index], value, vectors));
  }
  if (isRecord(template) && isRecord(saved)) {
    // The options are the template's: what they were has been compared.
    const entries = Object.entries(template).map(([name, value]): [string, PlainData] => {
      return [name, name === "options" && isRecord(value) ? value : restore(saved[name], value, vectors)];
    });
    return Object.fromEntries(entries);
  }
  if (typeof saved === "string" || typeof saved === "boolean") return saved;
  return number(saved);
}
