import type { EventTurn } from "../measure/eventTurns.ts";
import type { Findings } from "./findings.ts";

/** What the file of a figure exports as `definition`. */
export interface FigureDefinition {
  /** What it computes, in words printed before it begins. */
  readonly cost: string;
  /** Computes and draws; `turn` lets signals in. */
  make(seed: number, turn: EventTurn): Promise<Omit<Findings, "name">>;
}
