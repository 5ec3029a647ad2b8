/** The tasks by name: each that is added has its file, and a line here. */
import { binary } from "./binary.ts";
import { classification } from "./classification.ts";
import { multilabel } from "./multilabel.ts";
import { regression } from "./regression.ts";
import { sequence } from "./sequence.ts";
import type { Task } from "./task.ts";

/** Every task by name, with its default options. */
export const tasks: Readonly<Record<string, () => Task>> = {
  classification,
  binary,
  multilabel,
  regression,
  sequence,
};
