import type { OnnxRuntime } from "onnx-grad";
import { webScope } from "./webScope.ts";

/** The longest that messages and clicks wait, beside one run of a graph. */
const patience = 50;

/**
 * The runtime, giving the event loop a turn before a run when none was given for 50 ms: on one thread runs end without one,
 * and a page would stand still, a worker would not hear a message to stop, until all training is over.
 */
export function withTurns(runtime: OnnxRuntime): OnnxRuntime {
  let last = performance.now();
  return {
    Tensor: runtime.Tensor,
    InferenceSession: {
      async create(model, options) {
        const session = await runtime.InferenceSession.create(model, options);
        // Of a session's two ways to be called.
        type Run = (...request: Parameters<typeof session.run>) => ReturnType<typeof session.run>;
        const run = session.run.bind(session) as Run;
        const patient: Run = async (...request) => {
          if (performance.now() - last > patience) {
            await turn();
            last = performance.now();
          }
          return run(...request);
        };
        session.run = patient as typeof session.run;
        return session;
      },
    },
  };
}

/** Ends when what waits in the event loop was done. A message, since timers wait at least 4 ms. */
function turn(): Promise<void> {
  const { port1, port2 } = new webScope.MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
