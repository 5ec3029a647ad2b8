/** Sums of products by an equation of letters, as Einstein's convention: `bij,bjk->bik`. */
import { sizeOf, type Value } from "../../../graph/value.ts";
import { reshape, transpose } from "../../../ops/layout.ts";
import { matmul } from "../../../ops/matmul.ts";
import { reduceSum } from "../../../ops/reductions.ts";
import type { NodeReader } from "../nodeReader.ts";
import { unsupported } from "../readError.ts";

/** A value whose axes have letters. */
interface Lettered {
  readonly value: Value;
  readonly letters: readonly string[];
}

/** Axes of an ellipsis are letters of their own, aligned at the last. */
function lettersOf(term: string, rank: number): string[] {
  const [before = "", after] = term.split("...");
  if (after === undefined) return [...before];
  const count = rank - before.length - after.length;
  return [...before, ...Array.from({ length: Math.max(count, 0) }, (_, i) => `…${count - i}`), ...after];
}

/** The value of an Einsum of any number of operands, joined two by two; no letter may be twice in one operand. */
export function einsum(node: NodeReader): Value {
  const equation = node.text("equation", "").replaceAll(" ", "");
  const [left = "", stated] = equation.split("->");
  const operands = left.split(",").map((term, i): Lettered => {
    const value = node.float(i);
    const letters = lettersOf(term, value.shape.length);
    if (letters.length !== value.shape.length || new Set(letters).size < letters.length)
      throw unsupported(`equation "${equation}" is not supported`);
    return { value, letters };
  });
  const all = operands.flatMap(({ letters }) => letters);
  const most = [...new Set(all)]
    .filter((letter) => letter.startsWith("…"))
    .sort()
    .reverse();
  const once = [...new Set(all)].filter((a) => !a.startsWith("…") && all.filter((b) => a === b).length === 1).sort();
  const wanted =
    stated === undefined
      ? [...most, ...once]
      : lettersOf(stated, stated.replace("...", "").length + (stated.includes("...") ? most.length : 0));
  const result = operands.reduce((a, b, i) => {
    const needed = new Set([...wanted, ...operands.slice(i + 1).flatMap(({ letters }) => letters)]);
    return product(a, b, needed);
  });
  return ordered(summed(result, new Set(wanted)), wanted);
}

/** Sums over the axes that nothing needs. */
function summed({ value, letters }: Lettered, needed: ReadonlySet<string>): Lettered {
  const axes = letters.flatMap((letter, i) => (needed.has(letter) ? [] : [i]));
  return { value: reduceSum(value, { axes }), letters: letters.filter((letter) => needed.has(letter)) };
}

function ordered({ value, letters }: Lettered, wanted: readonly string[]): Value {
  return transpose(
    value,
    wanted.map((letter) => letters.indexOf(letter)),
  );
}

/** One product of matrices: letters of both that are needed lead, those that are not are its inner axis. */
function product(a: Lettered, b: Lettered, needed: ReadonlySet<string>): Lettered {
  const [left, right] = [summed(a, new Set([...needed, ...b.letters])), summed(b, new Set([...needed, ...a.letters]))];
  const both = left.letters.filter((letter) => right.letters.includes(letter));
  const leading = both.filter((letter) => needed.has(letter));
  const inner = both.filter((letter) => !needed.has(letter));
  const own = (x: Lettered): string[] => x.letters.filter((letter) => !both.includes(letter));
  const sizes = (x: Lettered, letters: readonly string[]): number[] =>
    letters.map((letter) => x.value.shape[x.letters.indexOf(letter)]!);
  const matrix = (x: Lettered, rows: readonly string[], columns: readonly string[]): Value =>
    reshape(ordered(x, [...leading, ...rows, ...columns]), [
      ...sizes(x, leading),
      sizeOf(sizes(x, rows)),
      sizeOf(sizes(x, columns)),
    ]);
  const y = matmul(matrix(left, own(left), inner), matrix(right, inner, own(right)));
  const lead = y.shape.slice(0, -2);
  return {
    value: reshape(y, [...lead, ...sizes(left, own(left)), ...sizes(right, own(right))]),
    letters: [...leading, ...own(left), ...own(right)],
  };
}
