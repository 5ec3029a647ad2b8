/**
 * Area under the ROC curve: the probability that a positive example has a larger score than a negative one, ties counting half.
 *
 * Computed from the ranks (Mann and Whitney 1947), equal scores having their mean rank. Cost: a sort.
 * @returns null where one of the two classes has no example, or a score is no number
 */
export function areaUnderCurve(scores: ArrayLike<number>, isPositive: (index: number) => boolean): number | null {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [numPositive, rankSum] = [0, 0];
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start]!]!;
    if (Number.isNaN(score)) return null;
    let end = start + 1;
    while (end < order.length && scores[order[end]!] === score) end++;
    // Ranks from 1: start + 1 … end.
    const meanRank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (!isPositive(order[i]!)) continue;
      numPositive += 1;
      rankSum += meanRank;
    }
    start = end;
  }
  const numNegative = scores.length - numPositive;
  if (numPositive === 0 || numNegative === 0) return null;
  return (rankSum - (numPositive * (numPositive + 1)) / 2) / (numPositive * numNegative);
}
