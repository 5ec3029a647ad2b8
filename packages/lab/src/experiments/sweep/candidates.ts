/** The combinations of values that a sweep asks for, before they are checked. */
import type { Path } from "../../io/placedYaml.ts";
import { accepts, partsOf } from "../../settings/optionRules.ts";
import { sweepFields } from "../../settings/settings.ts";
import { isRange, type SweepParameter, type SweepValue } from "../../settings/valueSchemas.ts";
import { maxRuns } from "../withEachSeed.ts";
import { drawnValue } from "./drawing.ts";
import type { Sweep } from "./readSweep.ts";

/** A value that a configuration has, and where in the file it comes from. */
export interface Choice {
  /** The name of the option without an optimizer in front. */
  readonly name: string;
  readonly value: SweepValue;
  readonly path: Path;
  /** Whether it is one of the parameters'. */
  readonly varied: boolean;
}

/** One combination. */
export interface Candidate {
  readonly optimizer: string;
  /** Each name once; the optimizer is among them where it is varied. */
  readonly choices: readonly Choice[];
}

/** What one name of an optimizer's configurations may be. */
interface Source {
  readonly name: string;
  /** The name as the file has it, which random choices depend on. */
  readonly written: string;
  readonly path: Path;
  readonly parameter: SweepParameter;
  readonly varied: boolean;
}

/**
 * The combinations: of a grid all of them, with the file's last parameter changing fastest, else the random ones.
 *
 * @throws InputError if there are too many runs
 */
export function candidatesOf(sweep: Sweep): Candidate[] {
  const { file, optimizers, seeds, yaml } = sweep;
  const perOptimizer = optimizers.map(({ name, path }) => ({ name, path, sources: sourcesOf(sweep, name) }));
  const sizes = perOptimizer.map(({ sources }) => sources.reduce((size, source) => size * sizeOf(source), 1));
  const count = file.samples ?? sizes.reduce((sum, size) => sum + size, 0);
  if (count * seeds.length > maxRuns) {
    const found = `${count} configurations with ${seeds.length} seeds are ${count * seeds.length}`;
    throw yaml.keyRefusal(["parameters"], `must give at most ${maxRuns} runs; ${found}`);
  }
  const isVaried = sweep.parameters.has("optimizer");
  const candidate = (at: number, choices: readonly Choice[]): Candidate => {
    const { name, path } = perOptimizer[at]!;
    const own: Choice = { name: "optimizer", value: name, path, varied: true };
    return { optimizer: name, choices: isVaried ? [own, ...choices] : choices };
  };
  if (file.search === "grid") {
    return perOptimizer.flatMap(({ sources }, at) => productOf(sources).map((choices) => candidate(at, choices)));
  }
  const seed = file.seed ?? 0;
  const names = optimizers.map(({ name }) => name);
  return Array.from({ length: count }, (_, i) => {
    const at = isVaried ? (drawnValue(names, seed, "optimizer", i).index ?? 0) : 0;
    return candidate(
      at,
      perOptimizer[at]!.sources.map((source) => drawnChoice(source, seed, i)),
    );
  });
}

/**
 * Where the values of an optimizer's names come from. What is written for this optimizer goes before what is written for
 * all, and parameters before what is fixed.
 */
function sourcesOf({ file, set, parameters }: Sweep, optimizer: string): Source[] {
  const sources = new Map<string, Source>();
  const add = (written: string, path: Path, parameter: SweepParameter, varied: boolean): void => {
    const { prefix, base: name } = partsOf(written);
    if (prefix === null ? !accepts(optimizer, name) || sources.has(name) : prefix !== optimizer) return;
    sources.set(name, { name, written, path, parameter, varied });
  };
  for (const [name, parameter] of parameters) {
    if (name !== "optimizer") add(name, ["parameters", name], parameter, true);
  }
  for (const [name, value] of set) add(name, ["set", name], [value], false);
  for (const name of sweepFields) {
    const value = file[name];
    if (value !== undefined) add(name, [name], [value], false);
  }
  return [...sources.values()];
}

function sizeOf({ parameter }: Source): number {
  return isRange(parameter) ? 1 : parameter.length;
}

function productOf(sources: readonly Source[]): Choice[][] {
  return sources.reduce<Choice[][]>(
    (before, source) => before.flatMap((choices) => choicesOf(source).map((choice) => [...choices, choice])),
    [[]],
  );
}

function choicesOf({ name, path, parameter, varied }: Source): Choice[] {
  if (isRange(parameter)) return [];
  return parameter.map((value, i) => ({ name, value, path: varied ? [...path, i] : path, varied }));
}

function drawnChoice({ name, written, path, parameter, varied }: Source, seed: number, i: number): Choice {
  const { value, index } = drawnValue(parameter, seed, written, i);
  return { name, value, path: varied && index !== null ? [...path, index] : path, varied };
}
