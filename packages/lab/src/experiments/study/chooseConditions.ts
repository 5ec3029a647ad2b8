/** Which conditions of the screening the study is made with, by the rule of docs/decisions/study-scope.md. */
import { spreadOf } from "../../statistics/spread.ts";
import type { MeasuredRun } from "./assemble.ts";
import type { StudyCondition } from "./studyDesign.ts";

/** A cell may err so much more on validation than the control. */
const tolerated = 0.02;

/** The measure that stands for flatness here: local energy, which does not depend on the scale of the weights. */
const localEnergy = "loss-rise-relative";

/**
 * The control, SGD and SAM with the lowest validation errors of theirs, and four cells: the eligible cell with the lowest validation
 * error, that with the lowest local energy, and those with the lowest validation errors of the groups `focusing` and `strong`. A cell
 * that was chosen before leaves its place to the next by the same criterion, and a group without a cell left to the lowest validation
 * error of all. Eligible are cells that did not diverge and err on validation by at most two points more than the control; all that did
 * not diverge, where fewer than four are. Of conditions that differ in their learning rate alone (`rateOf`) there is only that with the
 * lowest validation error.
 */
export function chooseConditions(
  conditions: readonly StudyCondition[],
  runs: readonly MeasuredRun[],
): StudyCondition[] {
  const meanOf = (name: string, read: (run: MeasuredRun) => number | null): number =>
    spreadOf(runs.filter(({ condition }) => condition === name).map(read)).mean ?? Number.POSITIVE_INFINITY;
  const error = ({ name }: StudyCondition): number => meanOf(name, ({ result }) => result.validationError);
  const energy = ({ name }: StudyCondition): number =>
    meanOf(name, ({ measures }) => measures.flatness.find((measure) => measure.name === localEnergy)?.estimate ?? null);
  const inOrder = (list: readonly StudyCondition[], by: (condition: StudyCondition) => number): StudyCondition[] =>
    [...list].filter((condition) => by(condition) < Number.POSITIVE_INFINITY).sort((a, b) => by(a) - by(b));
  const best = (role: StudyCondition["role"]): StudyCondition[] =>
    inOrder(
      conditions.filter((condition) => condition.role === role),
      error,
    ).slice(0, 1);
  const [control] = best("control");
  const ended = atBestRates(
    inOrder(
      conditions.filter(({ role }) => role === "cell"),
      error,
    ),
  );
  const near = ended.filter((cell) => control === undefined || error(cell) <= error(control) + tolerated);
  const eligible = near.length >= 4 ? near : ended;
  const chosen: StudyCondition[] = [];
  const take = (list: readonly StudyCondition[]): void => {
    const cell = [...list, ...eligible].find((one) => !chosen.includes(one));
    if (cell !== undefined) chosen.push(cell);
  };
  take(eligible);
  take(inOrder(eligible, energy));
  for (const group of ["focusing", "strong"]) take(eligible.filter((cell) => cell.group === group));
  return [...best("control"), ...best("sgd"), ...best("sam"), ...chosen];
}

/** Of conditions in the order of their validation errors, the first of each that differ in their learning rate alone. */
function atBestRates(ordered: readonly StudyCondition[]): StudyCondition[] {
  const baseOf = ({ name, rateOf = name }: StudyCondition): string => rateOf;
  return ordered.filter((one, i) => ordered.findIndex((other) => baseOf(other) === baseOf(one)) === i);
}

/** Of the loops whose inner learning rate the second screening tries; the first has the rate of the paper. */
const otherRates = [0.03, 0.3];
const rateOption = "innerLearningRate=";

/** The conditions for a second screening: those chosen by a first one, with control and cells at other inner learning rates too. */
export function withOtherRates(chosen: readonly StudyCondition[]): StudyCondition[] {
  return chosen.flatMap((condition) => {
    const { name, words, set, role } = condition;
    if (role !== "control" && role !== "cell") return [condition];
    const others = otherRates.map((rate) => ({
      ...condition,
      name: `${name}-r${String(rate).replace(".", "p")}`,
      words: `${words}, inner learning rate ${rate}`,
      set: [...set.filter((option) => !option.startsWith(rateOption)), `${rateOption}${rate}`],
      rateOf: name,
    }));
    return [condition, ...others];
  });
}
