/** Activations composed of primitives. Where a function has a kink its derivative there is PyTorch's. */
import { rangeError } from "../graph/errors.ts";
import { optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import type { Value } from "../graph/value.ts";
import { expm1, neg } from "./arithmetic.ts";
import { add, erf, exp, greater, log, mul, relu, sigmoid, stopGradient, sub, where } from "./elementwise.ts";
import { constant } from "./leaves.ts";

const one = constant(1);
const zero = constant(0);

const operands = new WeakMap<Value, readonly Value[]>();

/** What an activation that is composed of primitives was applied to, by its result; undefined of other values. */
export function operandsOfActivation(y: Value): readonly Value[] | undefined {
  return operands.get(y);
}

/** `y`, known as the result of an activation of `of`. */
function activation(y: Value, ...of: readonly Value[]): Value {
  operands.set(y, of);
  return y;
}

/** x above 0, slope·x below, as slope·x + (1 − slope)·max(x, 0); its derivative at 0 is the slope. */
export function leakyRelu(x: Value, slope = 0.01): Value {
  requireFloat("leakyRelu", undefined, [x]);
  requireNumber("leakyRelu", "slope", slope);
  return activation(add(mul(x, constant(slope)), mul(relu(x), constant(1 - slope))), x);
}

/** `leakyRelu` whose slopes are a value that broadcasts to the shape of x, such as [channels × 1 × 1]. */
export function prelu(x: Value, slopes: Value): Value {
  requireFloat("prelu", undefined, [x, slopes]);
  return activation(add(mul(x, slopes), mul(relu(x), sub(one, slopes))), x, slopes);
}

/** x above 0, alpha·(eˣ − 1) below; its derivative at 0 is alpha. Clevert et al. 2016, arXiv:1511.07289. */
export function elu(x: Value, alpha = 1): Value {
  requireFloat("elu", undefined, [x]);
  requireNumber("elu", "alpha", alpha);
  const isPositive = greater(x, zero);
  const below = expm1(where(isPositive, zero, x));
  return activation(where(isPositive, x, mul(below, constant(alpha))), x);
}

/** Klambauer et al. 2017, arXiv:1706.02515, eq. 14, for which mean 0 and variance 1 are a fixed point. */
const [seluAlpha, seluScale] = [1.6732632423543772, 1.0507009873554805];

/** The scaled `elu` of self-normalising networks: 1.0507·elu(x, 1.6733). */
export function selu(x: Value): Value {
  requireFloat("selu", undefined, [x]);
  return activation(mul(elu(x, seluAlpha), constant(seluScale)), x);
}

/** log(1 + eˣ), finite for every finite x. */
export function softplus(x: Value): Value {
  requireFloat("softplus", undefined, [x]);
  // m + log(e⁻ᵐ + eˣ⁻ᵐ) with m = max(x, 0), on which the sum does not depend.
  const m = stopGradient(relu(x));
  return activation(add(m, log(add(exp(neg(m)), exp(sub(x, m))))), x);
}

/** How `gelu` is computed. */
export interface GeluOptions {
  /** `tanh` takes the approximation x/2·(1 + tanh(√(2/π)(x + 0.044715 x³))); `none`, the default, the error function. */
  readonly approximate?: "none" | "tanh";
}

const geluRules = {
  approximate: { rule: "none or tanh", holds: (value: unknown) => value === "none" || value === "tanh" },
};

/** x·Φ(x) = x/2·(1 + erf(x/√2)). Hendrycks and Gimpel 2016, arXiv:1606.08415. */
export function gelu(x: Value, options: GeluOptions = {}): Value {
  requireOptions("gelu", options, geluRules);
  requireFloat("gelu", undefined, [x]);
  if (options.approximate !== "tanh") {
    return activation(mul(mul(x, constant(0.5)), add(erf(mul(x, constant(Math.SQRT1_2))), one)), x);
  }
  // (1 + tanh u)/2 = σ(2u), which does not cancel below 0.
  const cubic = add(mul(mul(x, x), constant(0.044715)), one);
  return activation(mul(x, sigmoid(mul(mul(x, cubic), constant(2 * Math.sqrt(2 / Math.PI))))), x);
}

/** x·σ(x), also called swish. */
export function silu(x: Value): Value {
  requireFloat("silu", undefined, [x]);
  return activation(mul(x, sigmoid(x)), x);
}

/** The line of `hardSigmoid`. */
export interface HardSigmoidOptions {
  /** 1/6 by default, as in PyTorch; ONNX has 0.2. */
  readonly alpha?: number;
  /** 0.5 by default. */
  readonly beta?: number;
}

const hardSigmoidRules = { alpha: optionRules.number, beta: optionRules.number };

/** alpha·x + beta moved into [0, 1]; its derivative at both kinks is 0. */
export function hardSigmoid(x: Value, options: HardSigmoidOptions = {}): Value {
  requireOptions("hardSigmoid", options, hardSigmoidRules);
  requireFloat("hardSigmoid", undefined, [x]);
  const { alpha = 1 / 6, beta = 0.5 } = options;
  const line = add(mul(x, constant(alpha)), constant(beta));
  return activation(sub(one, relu(sub(one, relu(line)))), x);
}

/** x·hardSigmoid(x). Howard et al. 2019, arXiv:1905.02244, section 5.2. */
export function hardSwish(x: Value): Value {
  requireFloat("hardSwish", undefined, [x]);
  return activation(mul(x, hardSigmoid(x)), x);
}

function requireNumber(caller: string, what: string, value: number): void {
  if (!Number.isFinite(value)) throw rangeError(caller, what, "must be a finite number", value);
}
