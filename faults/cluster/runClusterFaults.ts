/** Injects faults into queues that are worked on, and counts the pieces of work: each has one result, the right one. */
import { generator } from "../runFaults.ts";
import { type ClusterFault, clusterFaults } from "./clusterFaults.ts";
import { openSite, type Site } from "./site.ts";

export interface ClusterFaultOptions {
  readonly count: number;
  readonly seed: number;
  /** On one broker, on three that keep three copies, or as many faults on each, side by side. */
  readonly brokers: 1 | 3 | "both";
  /** Against workers that lose pieces, instead of the right ones. */
  readonly careless?: boolean;
  /** Told of each fault. */
  readonly onFault?: (line: string) => void;
}

/** What came of the pieces of one queue. */
export interface QueueCounts {
  readonly brokers: number;
  readonly injected: number;
  readonly planned: number;
  /** Pieces without a result, or with another than theirs. */
  readonly lost: number;
  /** The ids of those. */
  readonly losses: readonly string[];
  /** Pieces with more than one outcome. */
  readonly twice: number;
  /** Pieces that more than one worker has begun. */
  readonly begunAgain: number;
  /** Times that a broker was started again because it did not catch up with the others. */
  readonly restarted: number;
  /** Faults after which nothing went on within two minutes. */
  readonly stuck: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
}

/** Pieces that end between two faults, and that are planned for each. */
const between = 4;
const perFault = 20;
/** How long nothing may go on, in milliseconds; where pieces are lost on purpose, less. */
const patienceOf = (careless: boolean): number => (careless ? 3_000 : 120_000);

export async function runClusterFaults({ count, brokers, ...rest }: ClusterFaultOptions): Promise<QueueCounts[]> {
  if (brokers !== "both") return [await faultsOfQueue({ count, brokers, ...rest })];
  const half = Math.ceil(count / 2);
  return Promise.all([
    faultsOfQueue({ count: half, brokers: 1, ...rest }),
    faultsOfQueue({ count: count - half, brokers: 3, ...rest }),
  ]);
}

type Options = ClusterFaultOptions & { readonly brokers: 1 | 3 };

async function faultsOfQueue({ count, seed, brokers, careless = false, onFault }: Options): Promise<QueueCounts> {
  const patience = patienceOf(careless);
  const site = await openSite(`faults-${seed}`, brokers, careless);
  try {
    const chosen = clusterFaults.filter((fault) => fault.brokers === undefined || fault.brokers === brokers);
    const kinds = Object.fromEntries(chosen.map(({ name }) => [name, 0]));
    const stuck: string[] = [];
    site.plan(perFault);
    await site.goesOn(between, patience);
    for (let i = 0; i < count && stuck.length === 0; i++) {
      const fault = chosen[i % chosen.length]!;
      kinds[fault.name]!++;
      const words = await injectOne(site, fault, generator(seed + brokers, i), patience);
      onFault?.(`${i + 1}/${count} ${brokers === 1 ? "one broker" : "three brokers"}, ${fault.name}: ${words}`);
      if (words === "stuck") stuck.push(`${fault.name} (${i + 1})`);
    }
    const injected = Object.values(kinds).reduce((sum, one) => sum + one, 0);
    const counts = await counted(site, patience);
    return { brokers, injected, ...counts, restarted: site.restarted(), stuck, kinds };
  } finally {
    await site.end();
  }
}

async function injectOne(
  site: Site,
  { inject }: ClusterFault,
  random: () => number,
  patience: number,
): Promise<string> {
  site.plan(perFault);
  const begun = performance.now();
  await inject(site, random);
  const isOver = performance.now();
  if (!(await site.goesOn(between, patience))) return "stuck";
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return `${seconds(isOver - begun)} s, went on after ${seconds(performance.now() - isOver)} s`;
}

/** Waits until each piece has ended, and reads all that was told from the first message on. */
async function counted(
  site: Site,
  patience: number,
): Promise<Omit<QueueCounts, "brokers" | "injected" | "restarted" | "stuck" | "kinds">> {
  const planned = site.planned();
  await site.restartPlanner();
  await site.goesOn(planned, patience);
  await site.readsAll(patience);
  const { lost, twice } = site.tally.faults(planned);
  return { planned, lost: lost.length, losses: lost, twice: twice.length, begunAgain: site.tally.begunAgain() };
}
