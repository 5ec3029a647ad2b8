/** What can be said of the differences between groups. */
import type { Comparison } from "entropy-sgd-lab";

/** The judgements in words. */
export function Differences({ comparison: { differences } }: { readonly comparison: Comparison }) {
  if (differences.length === 0) return null;
  return (
    <ul class="differences">
      {differences.map(({ first, second, sentence }) => (
        <li key={`${first} ${second}`}>{sentence}</li>
      ))}
    </ul>
  );
}
