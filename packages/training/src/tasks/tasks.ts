/** The tasks by name: each that is added has its file, and a line here. */
import { requireKnownOptions } from "entropy-sgd";
import { binary } from "./binary.ts";
import { classification } from "./classification.ts";
import { multilabel } from "./multilabel.ts";
import { regression } from "./regression.ts";
import { sequence } from "./sequence.ts";
import type { Task } from "./task.ts";

/** Makes a task. @throws TypeError for an unknown option or one of another type, RangeError for a value out of range */
export type TaskFactory = (options?: Readonly<Record<string, unknown>>) => Task;

/** Every task by name. */
export const tasks: Readonly<Record<string, TaskFactory>> = {
  classification,
  binary: withoutOptions("binary", binary),
  multilabel: withoutOptions("multilabel", multilabel),
  regression,
  sequence: withoutOptions("sequence", sequence),
};

function withoutOptions(name: string, make: () => Task): TaskFactory {
  return (options = {}) => {
    requireKnownOptions(name, {}, options);
    return make();
  };
}
