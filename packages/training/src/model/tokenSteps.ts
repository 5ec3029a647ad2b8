/** A language model read one token at a time, its state carried along: to write text. */
import { sizeOf, type Value } from "onnx-grad";
import { InputError } from "../inputError.ts";
import { buildSpec } from "../networks/buildSpec.ts";
import type { NetworkSpec } from "../networks/networkSpec.ts";
import { bindParameters } from "./bindParameters.ts";
import { carriedArrays, carryStates, statesAfter } from "./carriedArrays.ts";
import { compileGraph } from "./compileGraph.ts";
import type { Platform } from "./platform.ts";

/** A trained network and what it computes with. */
export interface TokenStepsOptions {
  /** Shape (n,). */
  readonly params: Float32Array;
  /** Batch-norm statistics by name. */
  readonly statistics?: Readonly<Record<string, Float32Array>>;
  readonly platform: Platform;
  readonly threads?: number | undefined;
}

/** Reads a text token by token, from a state of zeros on. */
export interface TokenSteps {
  /** The logits of what follows after one more token, shape (vocabulary,); the next call overwrites them. */
  after(token: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @param spec - for windows of one token @throws InputError for a network of longer windows, or without a vocabulary */
export async function tokenSteps(
  spec: NetworkSpec,
  { params, statistics = {}, platform, threads }: TokenStepsOptions,
): Promise<TokenSteps> {
  if (String(spec.inputShape) !== "1" || spec.outputShape.length !== 2) {
    const rule = "must take texts in windows of one token to write text, as a language model by name does";
    throw new InputError({ path: spec.name, rule });
  }
  const network = buildSpec(spec, { mode: "evaluation", carriesState: true });
  const outputs: Record<string, Value> = { logits: network.logits, ...statesAfter(network) };
  const program = await compileGraph(outputs, { platform, threads });
  const bind = (name: string, data: Float32Array): void => {
    if (program.inputs[name] !== undefined) program.bindInput(name, data);
  };
  const inputs = new Float32Array(1);
  const logits = new Float32Array(sizeOf(network.logits.shape));
  const carried = carriedArrays(network, { allocate: (length) => new Float32Array(length) });
  bindParameters(network.parameters, bind)(params);
  for (const [name, data] of Object.entries(statistics)) bind(name, data);
  for (const { name, before, after } of carried) {
    bind(name, before);
    program.bindOutput(`${name}.after`, after);
  }
  bind("inputs", inputs);
  program.bindOutput("logits", logits);
  return {
    async after(token) {
      inputs[0] = token;
      await program.run();
      carryStates(carried, false);
      return logits;
    },
    close: program.close,
  };
}
