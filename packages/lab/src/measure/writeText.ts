/** Text drawn from a trained language model, token by token. */
import { randomKey, uniformInto } from "entropy-sgd/random";
import { InputError, type StopSignal, throwIfInterrupted, tokenSteps } from "entropy-sgd-training";
import { nodePlatform, promptTokens, textOfTokens } from "entropy-sgd-training/node";
import { type DeployedOptions, deployedModel } from "./deployedModel.ts";

/** What is written. */
export interface TextRequest extends DeployedOptions {
  /** Tokens to write. */
  readonly length: number;
  /** Logits are divided by it: below 1 the likely becomes likelier; 0 takes the likeliest. */
  readonly temperature: number;
  readonly seed: number;
  /** Text that is read before, and goes on. */
  readonly prompt?: string | undefined;
  readonly signal?: StopSignal;
}

/**
 * Writes text: the network reads the prompt, or where there is none what ends a line, and then each token that was drawn from
 *
 *   p ∝ exp(logits / temperature)
 *
 * Cost: a forward pass of one token each. Randomness: draw i is a function of (seed, i).
 *
 * @returns what was written, without the prompt
 * @throws InputError for a run of something else than a text, and a prompt outside its vocabulary; Interruption after a signal
 */
export async function writeText(run: string, request: TextRequest): Promise<string> {
  const { length, temperature, seed, prompt, signal, ...compute } = request;
  const model = await deployedModel(run, { ...compute, steps: 1 });
  try {
    const { preparation, params, statistics } = model;
    if (preparation.text === undefined) throw new InputError({ path: run, rule: "was not trained on a text" });
    const steps = await tokenSteps(model.spec, {
      params,
      statistics,
      platform: nodePlatform,
      threads: compute.threads,
    });
    try {
      const key = randomKey(seed, "sample");
      const draw = new Float32Array(1);
      let logits: Float32Array | undefined;
      for (const token of promptTokens(prompt ?? null, preparation)) logits = await steps.after(token);
      const written: number[] = [];
      for (let step = 0; step < length; step++) {
        throwIfInterrupted(signal);
        uniformInto(draw, { key, stream: 0, step });
        const token = drawn(logits!, temperature, draw[0]!);
        written.push(token);
        logits = await steps.after(token);
      }
      return textOfTokens(written, preparation);
    } finally {
      await steps.close();
    }
  } finally {
    await model.close();
  }
}

/** The token at which the distribution function passes u; at temperature 0 the first of the likeliest. */
function drawn(logits: Float32Array, temperature: number, u: number): number {
  const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (temperature === 0) return logits.indexOf(largest);
  const weights = Array.from(logits, (value) => Math.exp((value - largest) / temperature));
  let left = u * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [token, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return token;
  }
  // Rounding may leave a little of u behind the last.
  return logits.lastIndexOf(largest);
}
