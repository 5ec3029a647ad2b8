/** Animation that stops where nobody sees it. */
import type { ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Whether the reader asked their system for less motion; figures then start paused. */
export const prefersLessMotion: boolean = matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Calls `step` once per frame with the seconds since the last, at most a tenth, while `running` is true and the element is on the
 * screen.
 */
export function useFrames(
  element: RefObject<Element | null>,
  running: ReadonlySignal<boolean>,
  step: (seconds: number) => void,
): void {
  useEffect(() => {
    let isVisible = false;
    let last: number | null = null;
    let request = 0;
    const frame = (now: number): void => {
      if (last !== null && running.peek()) step(Math.min(0.1, (now - last) / 1000));
      last = now;
      request = isVisible && running.peek() ? requestAnimationFrame(frame) : 0;
      if (request === 0) last = null;
    };
    const wake = (): void => {
      if (request === 0 && isVisible && running.peek()) request = requestAnimationFrame(frame);
    };
    const observer = new IntersectionObserver(([entry]) => {
      isVisible = entry!.isIntersecting;
      wake();
    });
    if (element.current !== null) observer.observe(element.current);
    const unsubscribe = running.subscribe(wake);
    return () => {
      observer.disconnect();
      unsubscribe();
      cancelAnimationFrame(request);
    };
  }, []);
}
