/** The commands that train with what `find-scope` has found. */
import type { FoundScope, FoundScopes } from "../measure/foundScopes.ts";
import { askedOf, type SettingsRequest } from "../settings/resolveSettings.ts";
import { plain, rounded } from "../statistics/numbers.ts";
import { quoted } from "./commandLine.ts";

/**
 * A line for a scope that stays and one for a scope that keeps the distance, of the shares that most sweeps cross and of these the
 * largest force and the distance in the middle; none where no sweep crosses any.
 */
export function scopeCommands({ force, distance }: FoundScopes, asked: SettingsRequest): string[] {
  const [strongest, held] = [ofMostSweeps(force).at(-1), middleOf(ofMostSweeps(distance))];
  const command = (scope: string): string =>
    `npx entropy-sgd train ${[...flagsOf(asked), `--set ${quoted(`scope=${scope}`)}`].join(" ")}`;
  return [
    ...(strongest === undefined
      ? []
      : [`Train with a force of ${plain(strongest.share)} of ‖∇f‖: ${command(numberOf(strongest))}`]),
    ...(held === undefined
      ? []
      : [
          `Train with the distance held at ${plain(held.share)} of ‖x‖: ${command(`distanceScope(${plain(held.share)}, ${numberOf(held)})`)}`,
        ]),
  ];
}

/** The shares that the most sweeps cross, in the order asked for by size. */
function ofMostSweeps(found: readonly FoundScope[]): FoundScope[] {
  const most = Math.max(0, ...found.map(({ n }) => n));
  return found.filter(({ n }) => n === most && n > 0).sort((a, b) => a.share - b.share);
}

const middleOf = (found: readonly FoundScope[]): FoundScope | undefined => found[Math.floor((found.length - 1) / 2)];

/** The scope to three digits, as options are written. */
const numberOf = ({ mean }: FoundScope): string => String(rounded(mean!, 3));

/** The settings of the search as options of `train`, but for its scope. */
function flagsOf(asked: SettingsRequest): string[] {
  const own = Object.entries(askedOf(asked)).filter(([, value]) => isWord(value));
  const sets = (asked.set ?? []).filter((assignment) => !assignment.startsWith("scope="));
  return [
    ...own.map(([name, value]) => `--${kebab(name)} ${quoted(String(value))}`),
    ...sets.map((assignment) => `--set ${quoted(assignment)}`),
  ];
}

const isWord = (value: unknown): boolean => typeof value === "string" || typeof value === "number";

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
