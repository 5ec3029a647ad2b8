import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../tools/workspace.ts";

const text = (path: string): string => readFileSync(join(root, path), "utf8");

interface Cell {
  readonly network: string;
  readonly optimizer: string;
  readonly preset: string | null;
  readonly default: { readonly mean: number | null };
}

test("README says by how much Entropy-SGD errs more than SGD in a first try", () => {
  const { cells } = JSON.parse(text("docs/results/first-try.json")) as { cells: readonly Cell[] };
  const meanOf = (network: string, optimizer: string): number =>
    cells.find((cell) => cell.network === network && cell.optimizer === optimizer && cell.preset === null)!.default
      .mean!;
  const networks = [...new Set(cells.map(({ network }) => network))];
  const points = networks.map((network) => 100 * (meanOf(network, "entropy-sgd") - meanOf(network, "sgd")));
  const range = `${Math.min(...points).toFixed(1)} to ${Math.max(...points).toFixed(1)} points`;
  expect(networks).toHaveLength(7);
  expect(text("README.md").replace(/\s+/g, " ")).toContain(
    `above that of SGD on each of our seven networks, by ${range}`,
  );
});
