/** A canvas as wide as its place, as sharp as the screen, drawn again with size, theme and what it shows. */
import { useEffect, useRef } from "preact/hooks";
import { themeChanges } from "../charts/theme.ts";

/** Draws on a canvas of a size in CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void;

/**
 * A canvas of a component.
 *
 * @param draw - called once a frame at most, when something changed
 * @param shown - what the drawing depends on
 */
export function useCanvas(draw: Draw, shown: readonly unknown[], heightOf: (width: number) => number) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  const frame = useRef(0);
  const request = useRef(() => {});

  useEffect(() => {
    const element = canvas.current!;
    request.current = () => {
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(() => {
        const width = element.parentElement!.clientWidth;
        const height = heightOf(width);
        const [columns, rows] = [width * devicePixelRatio, height * devicePixelRatio].map(Math.round) as [
          number,
          number,
        ];
        if (element.width !== columns || element.height !== rows) {
          [element.width, element.height] = [columns, rows];
          element.style.height = `${height}px`;
        }
        const context = element.getContext("2d")!;
        context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
        latest.current(context, width, height);
      });
    };
    const observer = new ResizeObserver(() => request.current());
    observer.observe(element.parentElement!);
    const unsubscribe = themeChanges.subscribe(() => request.current());
    return () => {
      observer.disconnect();
      unsubscribe();
      cancelAnimationFrame(frame.current);
    };
  }, [heightOf]);
  useEffect(() => request.current(), shown);
  return canvas;
}
