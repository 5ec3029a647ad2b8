// What measured numbers depend on.
import { loadavg, release, totalmem, type } from "node:os";
import { currentEnvironment } from "entropy-sgd-lab";

/** This machine as it is now. */
export function machine() {
  return {
    ...currentEnvironment(null),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    load: loadavg()[0],
    date: new Date().toISOString().slice(0, 10),
  };
}
