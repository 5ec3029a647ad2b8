import { type PlantedCondition, plantedConditions } from "../measure/planted/conditions.ts";
import type { PlantedStudy } from "../measure/planted/judgedStudy.ts";
import { type PlantedHypothesis, type PlantedTest, plantedMeasures } from "../measure/planted/judgePlanted.ts";
import type { PhaseDifference, PhaseRow } from "../measure/planted/phaseDiagram.ts";
import type { PlantedSettings } from "../measure/planted/plantedStudy.ts";
import { plantedStarts } from "../measure/planted/trainPlanted.ts";
import type { Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, settingsHtml, table } from "../report/htmlPage.ts";
import { fixed, inPercent, plain, plusMinus, short, withError } from "../statistics/numbers.ts";
import { medianOf } from "../statistics/spread.ts";
import { counted } from "../statistics/words.ts";

const claims: Readonly<Record<PlantedHypothesis["name"], string>> = {
  H1: "the chosen Entropy-SGD ends in configurations of higher local entropy than SGD, its control and SGLD",
  H2: "the chosen Entropy-SGD generalises better than SGD, its control and SGLD",
};

/** The outcome by the rule, in sentences without full stops. */
export function plantedSentences({ settings, judgement, instances }: PlantedStudy): string[] {
  const { premises, tests, hypotheses } = judgement;
  const { ratio, correlations } = premises;
  const [correlation] = correlations;
  const words = [
    `${instances.length} instances of ${settings.numWeights} binary weights and ${settings.numExamples} examples, ` +
      `${plain(medianOf(instances.map(({ numSolutions }) => numSolutions)))} solutions in the median`,
  ];
  if (ratio !== null) {
    const kind = premises.wideAndNarrow ? "Wide and narrow solutions exist" : "The solutions are of like width";
    words.push(
      `${kind}: −F̃ of the narrowest is ${withError(ratio.estimate, ratio.standardError)} times that of the widest`,
    );
  }
  if (correlation) {
    const kind = premises.wideGeneralise ? "Wide ones generalise" : "That wide ones generalise was not seen";
    const value = withError(correlation.estimate, correlation.standardError);
    words.push(
      `${kind}: rank correlation of local entropy and generalisation error ${value} over the solutions of an instance`,
    );
  }
  for (const start of plantedStarts) {
    const chosen = tests.find((test) => test.start === start)?.first;
    for (const { name, verdict } of hypotheses.filter((one) => one.start === start)) {
      words.push(`${name} ${verdict} from the ${start}${chosen === undefined ? "" : ` (${chosen})`}: ${claims[name]}`);
    }
  }
  return words;
}

/** A page that explains the figures, with every test and every cell. */
export function plantedPage(study: PlantedStudy, figures: readonly Figure[]): string {
  const { settings, judgement, phases } = study;
  const { scopes, noises, innerSteps, rates, flipProbabilities, ...amounts } = settings;
  const lists = { scopes, noises, innerSteps, rates, flipProbabilities };
  const joined = Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.join(", ")]));
  const lead =
    "In a binary perceptron that learns from a teacher all configurations can be counted: which are solutions, how wide the " +
    "region of solutions around each is, and how it generalises. Optimizers run on a smooth loss with a well near each of many " +
    "configurations, with equal gradients; where they end is judged by these exact numbers.";
  const [first, last] = [settings.firstSeed, settings.firstSeed + settings.numInstances - 1];
  const half = Math.ceil(first + settings.numInstances / 2);
  return htmlPage(
    "Planted solutions",
    `<p class="lead">${escaped(lead)}</p>
${listHtml(plantedSentences(study).map((line) => `${line}.`))}
<h2>The tests</h2>
${table(testRows(judgement.tests), `Paired over the instances ${half} to ${last}; the cell and its comparators were chosen on ${first} to ${half - 1} by local entropy. Seen: at 5 % over all tests together, by Holm's correction.`)}
${judgement.forceTests.length === 0 ? "" : table(testRows(judgement.forceTests), "The chosen cell against that of the same ε and L at the smallest γ, on the same instances: a family of tests of its own, beside the rule.")}
<p>${escaped(choiceWords(settings))}</p>
${figures.map(figureHtml).join("\n")}
${plantedStarts
  .map(
    (start) => `<h2>All conditions, from the ${start}</h2>
${table(conditionRows(phases.filter((row) => row.start === start)), "Means and paired differences ± standard error over all instances. A star: seen over the cells of the column together, by Holm's correction (for the other conditions: by its own test). η'γL and ‖γ(x − μ)‖/‖∇f‖ tell whether the force acts. Solved: ends without a training error; above the mean solution: their local entropy less the mean over all solutions of the instance. Forceless: the same ε and L at the smallest γ.")}`,
  )
  .join("\n")}
${settingsHtml({ ...amounts, ...joined }, "Where runs end is sign x.")}`,
  );
}

/** What judging on other instances does not take away. */
function choiceWords(settings: PlantedSettings): string {
  const numOf = (optimizer: PlantedCondition["optimizer"]): string =>
    counted(plantedConditions(settings).filter((one) => one.optimizer === optimizer).length, "condition");
  return (
    `Entropy-SGD was chosen from ${numOf("entropy-sgd")}, its control from ${numOf("control")}, SGLD from ${numOf("sgld")}: to judge on ` +
    "other instances removes the bias of the choice, not the advantage of more tuning."
  );
}

function testRows(tests: readonly PlantedTest[]): string[][] {
  const head = [
    "compared with",
    "why",
    "start",
    "measure",
    "seen",
    "difference ± standard error",
    "could have been seen",
  ];
  return [
    head,
    ...tests.map(({ start, measure, second, role, difference, seen }) => [
      ...[second, role, start, measure === "localEntropy" ? "local entropy" : "generalisation error"],
      seen ? (difference!.estimate > 0 ? "higher" : "lower") : "no",
      difference === null ? "–" : withError(difference.estimate, difference.standardError),
      difference === null || difference.standardError === 0 ? "–" : short(difference.detectable),
    ]),
  ];
}

function conditionRows(rows: readonly PhaseRow[]): string[][] {
  const head = [
    ...["condition", "rate", "η'γL", "‖γ(x−μ)‖/‖∇f‖", "training error, %", "solved, %"],
    ...["above the mean solution", "local entropy", "generalisation error"],
    ...["F̃ − sgd", "F̃ − control", "F̃ − forceless", "error − sgd", "error − control", "error − forceless"],
  ];
  const starred = (found: PhaseDifference | null): string => {
    if (found === null) return "–";
    const { estimate, standardError } = found.difference;
    return `${plusMinus(estimate, standardError, 3)}${found.seen ? " *" : ""}`;
  };
  return [
    head,
    ...rows.map(({ condition, rate, reach, forceShare, differences, ...row }) => [
      condition.name,
      rate === null ? "–" : String(rate),
      reach === null ? "–" : short(reach),
      forceShare === null ? "–" : short(forceShare),
      ...[inPercent(row.trainingError?.estimate, 1), inPercent(row.solved, 0)],
      row.excess === null ? "–" : plusMinus(row.excess.estimate, row.excess.standardError, 3),
      fixed(row.means?.localEntropy.estimate, 3),
      fixed(row.means?.generalisationError.estimate, 3),
      ...plantedMeasures.flatMap((measure) =>
        (["sgd", "control", "forceless"] as const).map((reference) => starred(differences[reference][measure])),
      ),
    ]),
  ];
}
