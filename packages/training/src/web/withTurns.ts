import type { OnnxRuntime } from "onnx-grad";
import { webScope } from "./webScope.ts";

/** The longest that messages and clicks wait, beside one run of a graph, in milliseconds; a turn takes some hundredths. */
const patience = 4;

/**
 * The runtime, giving the event loop a turn after a run when none was given for 4 ms: on one thread runs end without one,
 * and a page would stand still, a worker would not hear a message to stop, until all training is over. After it, so that
 * what another thread has made meanwhile, the noise of the step that follows, has arrived.
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
          const results = await run(...request);
          if (performance.now() - last > patience) {
            await turn();
            last = performance.now();
          }
          return results;
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
