/** The mean loss of a whole text, each token predicted from those before it. */
import { batchedProgram, sizeOf } from "onnx-grad";
import { requireSplit } from "../data/requireFit.ts";
import type { TextSplit } from "../data/textSplit.ts";
import { InputError } from "../inputError.ts";
import { type StopSignal, throwIfInterrupted } from "../interruption.ts";
import { buildSpec } from "../networks/buildSpec.ts";
import type { NetworkSpec } from "../networks/networkSpec.ts";
import type { Task, TokenScores } from "../tasks/task.ts";
import { bindParameters } from "./bindParameters.ts";
import { statesAfter } from "./carriedArrays.ts";
import { compileGraph } from "./compileGraph.ts";
import type { EvaluationOptions } from "./evaluationOptions.ts";
import { targetInput } from "./lossAndGradients.ts";
import type { Evaluation } from "./trainableModel.ts";

/** The lanes of an evaluation, and how many tokens a lane reads before its own, so that it begins with their state. */
interface LaneOptions {
  readonly lanes?: number;
  readonly warmUp?: number;
}

/** Lanes fill the matrix products; after 200 tokens little is left of where a state began. */
const usual: Required<LaneOptions> = { lanes: 32, warmUp: 200 };

/** How a text is divided among lanes. */
interface Lanes {
  readonly count: number;
  /** Tokens that a lane predicts; the last lanes may have fewer. */
  readonly length: number;
  /** Windows before those that count. */
  readonly warmUpWindows: number;
  readonly windows: number;
}

/** Divides the predictions of a text of so many tokens. */
function lanesOf(numTokens: number, steps: number, options: LaneOptions = {}): Lanes {
  const { lanes, warmUp } = { ...usual, ...options };
  const predictions = numTokens - 1;
  const count = Math.max(1, Math.min(lanes, Math.floor(predictions / steps)));
  const length = Math.ceil(predictions / count);
  // The first lane has nothing before it; no other may begin before the text does.
  const warmUpWindows = count === 1 ? 0 : Math.min(Math.ceil(warmUp / steps), Math.floor(length / steps));
  return { count, length, warmUpWindows, windows: warmUpWindows + Math.ceil(length / steps) };
}

/** Evaluates texts. */
export interface TextEvaluation {
  /** Gives a graph input of all passes, such as batch-norm statistics. */
  bindInput(name: string, data: Float32Array): void;
  /** @throws InputError for a task without scores of tokens; Interruption after a signal, between two windows */
  evaluate(params: Float32Array, split: TextSplit, signal?: StopSignal, options?: LaneOptions): Promise<Evaluation>;
  close(): Promise<void>;
}

/**
 * Mean loss over all tokens of a text but the first, each counted once: the text is divided into lanes, contiguous parts that are
 * read side by side window by window with the state of recurrent layers carried along. A lane first reads the tokens before its
 * own without counting them, so that it begins with their state; the first begins with zeros, as the text does.
 *
 * Programs are compiled at first use. Cost: one forward pass over the text and 200 tokens for each of 32 lanes.
 */
export function textEvaluation(spec: NetworkSpec, options: EvaluationOptions, task: Task): TextEvaluation {
  const { platform, device, threads, dropout } = options;
  const build = (batch: number) => buildSpec(spec, { mode: "evaluation", batch, dropout, carriesState: true });
  const program = batchedProgram(
    (batch) => {
      const network = build(batch);
      const { losses, isWrong } = tokenScoresOf(task).of(network.logits, targetInput(network.logits, task));
      return { losses, isWrong, ...statesAfter(network) };
    },
    (outputs) => compileGraph(outputs, { platform, device, threads }),
  );
  const { parameters, carried } = build(1);
  const bindParams = bindParameters(parameters, program.bindInput);
  return {
    bindInput: program.bindInput,
    close: program.close,
    async evaluate(params, split, signal, laneOptions) {
      requireSplit({ ...spec, task }, split, "evaluated");
      const { tokens, steps } = split;
      const lanes = lanesOf(tokens.length, steps, laneOptions);
      const inputs = new Float32Array(lanes.count * steps);
      const targets = new Int32Array(lanes.count * steps);
      const states = Object.fromEntries(
        carried.map(({ name, initial }) => [name, new Float32Array(lanes.count * sizeOf(initial.shape))]),
      );
      let [lossSum, numWrong, numTokens] = [0, 0, 0];
      bindParams(params);
      for (let window = 0; window < lanes.windows; window++) {
        throwIfInterrupted(signal);
        fillWindow(inputs, targets, tokens, steps, lanes, window);
        if (window === lanes.warmUpWindows) zeroFirstLane(states, lanes);
        const outputs: Readonly<Record<string, Float32Array>> = await program.run(lanes.count, {
          inputs,
          targets,
          ...states,
        });
        for (const [name, state] of Object.entries(states)) state.set(outputs[`${name}.after`]!);
        for (let lane = 0; lane < lanes.count; lane++) {
          const from = (window - lanes.warmUpWindows) * steps;
          const counted = Math.min(lanes.length, tokens.length - 1 - lane * lanes.length) - from;
          for (let i = 0; from >= 0 && i < Math.min(steps, counted); i++) {
            lossSum += outputs.losses![lane * steps + i]!;
            numWrong += outputs.isWrong![lane * steps + i]!;
            numTokens++;
          }
        }
      }
      return { ...tokenScoresOf(task).scores(lossSum, numWrong, numTokens), numExamples: split.numExamples };
    },
  };
}

/** What lanes read at a window; places before the text and behind it hold a token that does not count. */
function fillWindow(
  inputs: Float32Array,
  targets: Int32Array,
  tokens: Int32Array,
  steps: number,
  { count, length, warmUpWindows }: Lanes,
  window: number,
): void {
  const last = tokens.length - 1;
  for (let lane = 0; lane < count; lane++) {
    const from = lane * length + (window - warmUpWindows) * steps;
    for (let i = 0; i < steps; i++) {
      inputs[lane * steps + i] = tokens[Math.min(Math.max(from + i, 0), last)]!;
      targets[lane * steps + i] = tokens[Math.min(Math.max(from + i + 1, 0), last)]!;
    }
  }
}

/** The first lane begins where the text does. */
function zeroFirstLane(states: Readonly<Record<string, Float32Array>>, { count }: Lanes): void {
  for (const state of Object.values(states)) state.fill(0, 0, state.length / count);
}

function tokenScoresOf(task: Task): TokenScores {
  if (task.tokens !== undefined) return task.tokens;
  throw new InputError({ name: "task", rule: "a text is learnt by the task sequence", value: task.name });
}
