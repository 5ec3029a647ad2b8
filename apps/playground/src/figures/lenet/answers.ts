/** What the trained network answers to the test images. */
import { evaluationPrograms, networks, type Platform, type Split, subset } from "entropy-sgd-training";
import { dropout } from "./recipe.ts";

/** An image with its class and the network's answer. */
export interface Answer {
  readonly index: number;
  readonly label: number;
  readonly answer: number;
  /** Softmax of the answer, from 0 to 1. */
  readonly confidence: number;
  /** Grey values from 0 (paper) to 255 (ink), shape (784,). */
  readonly pixels: readonly number[];
}

/** Some answers, the wrong ones first. */
export interface ShownAnswers {
  readonly numWrong: number;
  readonly numImages: number;
  readonly shown: readonly Answer[];
}

const numShown = 24;

/** How many of the 10,000 test images are asked, the first ones. */
export const numAsked = 2000;

/** Cost: one forward pass over the first 2,000 images. @throws Interruption after a signal */
export async function answersOf(
  params: Float32Array,
  statistics: Readonly<Record<string, Float32Array>>,
  test: Split,
  { signal, ...place }: { readonly platform: Platform; readonly threads: number; readonly signal: AbortSignal },
): Promise<ShownAnswers> {
  const images = subset(
    test,
    Int32Array.from({ length: numAsked }, (_, i) => i),
  );
  const programs = evaluationPrograms(networks.lenet!, { ...place, dropout });
  for (const [name, values] of Object.entries(statistics)) programs.statistics[name]!.set(values);
  const [wrong, right]: [Answer[], Answer[]] = [[], []];
  let numWrong = 0;
  const note = (logits: Float32Array, index: number): void => {
    const answer = logits.indexOf(Math.max(...logits));
    const label = images.labelOf(index);
    if (answer !== label) numWrong++;
    const [list, length] = answer === label ? [right, numShown / 4] : [wrong, numShown];
    if (list.length < length) list.push({ index, label, answer, ...seen(logits, answer, images, index) });
  };
  try {
    await programs.outputs(
      params,
      images,
      (outputs, start, count) => {
        const size = outputs.length / count;
        for (let i = 0; i < count; i++) note(outputs.subarray(i * size, (i + 1) * size), start + i);
      },
      signal,
    );
  } finally {
    await programs.close();
  }
  return { numWrong, numImages: images.numExamples, shown: [...wrong, ...right].slice(0, numShown) };
}

function seen(logits: Float32Array, answer: number, images: Split, index: number) {
  const top = logits[answer]!;
  const confidence = 1 / logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
  const values = new Float32Array(784);
  images.readExampleInto(values, 0, index);
  // The inverse of (p − 126)/126.
  return { confidence, pixels: Array.from(values, (value) => Math.round(126 * value + 126)) };
}
