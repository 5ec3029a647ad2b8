/** Whether a page is smooth, however busy the machine is. */
import type { Page } from "playwright";
import { expect } from "vitest";
import { processorTime } from "./processorTime.ts";

/** Milliseconds between the frames of two and a half seconds. As text: this is no page. */
const framesOf = `new Promise((resolve) => {
  const times = [];
  requestAnimationFrame(function frame(now) {
    times.push(now);
    if (now - times[0] < 2500) requestAnimationFrame(frame);
    else resolve(times.slice(1).map((time, k) => time - times[k]));
  });
})`;

/** Expects it of the page while it does what it does now. */
export async function expectSmooth(page: Page): Promise<void> {
  const spent = await processorTime(page);
  const frames = await page.evaluate<number[]>(framesOf);
  expectFewLate(frames, await spent());
}

/**
 * Where other programs have the processor frames come late whatever the page does; then it takes less than half of a frame's time.
 *
 * @param frames - milliseconds between frames
 * @param work - milliseconds of the processor that the page's main thread took meanwhile
 */
export function expectFewLate(frames: readonly number[], work: number): void {
  const ownWork = work / frames.length;
  const smooth = frames.filter((milliseconds) => milliseconds < 33).length / frames.length;
  expect(smooth >= 0.95 || ownWork < 16, `${smooth} of frames are smooth, ${ownWork} ms of work in each`).toBe(true);
}
