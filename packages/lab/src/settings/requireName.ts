import { InputError } from "entropy-sgd-training";

/** The name, if it is one of those that are known. @throws InputError */
export function requireName<Name extends string>(what: string, name: string, known: readonly Name[]): Name {
  const found = known.find((one) => one === name);
  if (found !== undefined) return found;
  throw new InputError({ name: what, rule: `must be one of ${known.join(", ")}`, value: name });
}
