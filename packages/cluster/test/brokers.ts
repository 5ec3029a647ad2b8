/** A cluster of NATS servers for tests, each on a machine of its own. */
import { type NatsServer, startServer } from "./natsServer.ts";
import type { Machine } from "./network.ts";

const routePort = 6222;

/**
 * It takes some seconds until they have chosen a leader.
 *
 * @param settings - lines of configuration that all have
 */
export function startBrokers(machines: readonly Machine[], settings = ""): Promise<NatsServer[]> {
  const routes = machines.map(({ address }) => `"nats-route://${address}:${routePort}"`).join(", ");
  const settingsOf = ({ address }: Machine): string =>
    `server_name: "${address}"
     cluster { name: "tests", listen: "${address}:${routePort}", routes: [${routes}] }
     ${settings}`;
  return Promise.all(machines.map((machine) => startServer({ machine, settings: settingsOf(machine) })));
}
