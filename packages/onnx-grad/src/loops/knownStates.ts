/** States that a step only keeps or exchanges with each other: what they are at every step is known before the loop. */
import type { Value } from "../graph/value.ts";
import { gather } from "../ops/indexing.ts";
import { concat, reshape } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { type OpenLoop, type OpenState, stepLeaf } from "./openLoop.ts";
import { substitute } from "./substitute.ts";

/**
 * The loop, and the values asked of it, in which those states depend on no state: one that is kept is its initial value, and those
 * that are exchanged in a circle are slices of a sequence of their initial values.
 */
export function withKnownStates(
  loop: OpenLoop,
  asked: readonly Value[],
): { readonly loop: OpenLoop; readonly asked: readonly Value[] } {
  const replacements = new Map<Value, Value>();
  const sequences = new Map(loop.sequences);
  for (const circle of circlesOf(loop.states)) {
    const [{ initial, leaf }] = circle as [OpenState];
    if (circle.length === 1) {
      replacements.set(leaf, initial);
      continue;
    }
    const initials = concat(
      circle.map((state) => reshape(state.initial, [1, ...initial.shape])),
      0,
    );
    circle.forEach((state, place) => {
      const slice = stepLeaf(initial.shape, initial.dtype);
      replacements.set(state.leaf, slice);
      sequences.set(slice, gather(initials, placesFrom(place, circle.length, loop), 0));
    });
  }
  if (replacements.size === 0) return { loop, asked };
  const known = substitute([...loop.states.map(({ next }) => next), ...asked], replacements);
  const states = loop.states.map((state) => ({ ...state, next: known(state.next) }));
  return { loop: { ...loop, sequences, states }, asked: asked.map(known) };
}

/** For each slice, the place in the circle whose initial value has come to `place`: one further at each step. */
function placesFrom(place: number, size: number, { steps, reverse }: OpenLoop): Value {
  const places = Array.from({ length: steps }, (_, at) => (place + (reverse ? steps - 1 - at : at)) % size);
  return constant(places, [steps], "int32");
}

/** States each of which becomes the one behind it, and the last the first. */
function circlesOf(states: readonly OpenState[]): OpenState[][] {
  const ofLeaf = new Map<Value, OpenState>(states.map((state) => [state.leaf, state]));
  const done = new Set<OpenState>();
  return states.flatMap((first) => {
    const chain: OpenState[] = [];
    let state: OpenState | undefined = first;
    while (state !== undefined && !done.has(state)) {
      done.add(state);
      chain.push(state);
      state = ofLeaf.get(state.next);
    }
    const from = state === undefined ? -1 : chain.indexOf(state);
    return from < 0 ? [] : [chain.slice(from)];
  });
}
