/** What a page costs, however busy the machine is. */
import type { Page } from "playwright";

/** Starts a clock of the processor time that the page's main thread takes; gives its milliseconds. */
export async function processorTime(page: Page): Promise<() => Promise<number>> {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send("Performance.setTimeDomain", { timeDomain: "threadTicks" });
  await protocol.send("Performance.enable");
  const taken = async (): Promise<number> => {
    const { metrics } = await protocol.send("Performance.getMetrics");
    return 1000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
  };
  const start = await taken();
  return async () => (await taken()) - start;
}
