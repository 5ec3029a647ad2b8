import { operandsOf } from "./bodies.ts";
import type { Value } from "./value.ts";

/** Every value that `outputs` depend on, inputs before users, each once; what happens inside bodies is not among them. */
export function topological(outputs: readonly Value[]): Value[] {
  return inOrder(outputs, ({ inputs }) => inputs);
}

/** Every value of `topological` and of the bodies inside, a body before its owner. */
export function withBodies(outputs: readonly Value[]): Value[] {
  return inOrder(outputs, operandsOf);
}

/** Every value that `outputs` reach over `operands`, operands before users, each once. */
export function inOrder(outputs: readonly Value[], operands: (value: Value) => readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  // An explicit stack: graphs of higher derivatives are deeper than the call stack.
  const stack: { value: Value; next: readonly Value[]; at: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ value: output, next: operands(output), at: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = top.next[top.at++];
      if (input === undefined) {
        order.push(top.value);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ value: input, next: operands(input), at: 0 });
      }
    }
  }
  return order;
}
