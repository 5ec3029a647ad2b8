import { zoomFactor } from "./toolbar.ts";

/** Points that Page Up and Page Down pass. */
const page = 10;

/** What keys do with a figure. */
export interface KeyActions {
  /** Tells of the point so many further to the right. */
  move(step: number): void;
  zoomBy(factor: number): void;
  reset(): void;
  leave(): void;
}

/** Makes a figure one that the Tab key reaches, and listens to keys while it has the focus. */
export function listenToKeys(holder: HTMLElement, { move, zoomBy, reset, leave }: KeyActions): void {
  const keys: Readonly<Record<string, () => void>> = {
    ArrowRight: () => move(1),
    ArrowLeft: () => move(-1),
    PageDown: () => move(page),
    PageUp: () => move(-page),
    Home: () => move(Number.NEGATIVE_INFINITY),
    End: () => move(Number.POSITIVE_INFINITY),
    "+": () => zoomBy(zoomFactor),
    "-": () => zoomBy(1 / zoomFactor),
    Escape: reset,
  };
  holder.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (act === undefined || event.target !== holder || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  holder.addEventListener("focusout", ({ relatedTarget }) => {
    // The buttons belong to the figure.
    if (!(relatedTarget instanceof Node && holder.contains(relatedTarget))) leave();
  });
  holder.tabIndex = 0;
  holder.setAttribute("role", "group");
  const title = holder.querySelector("title")?.textContent;
  holder.setAttribute("aria-label", `${title}: arrow keys tell values, plus and minus zoom, Escape shows the whole`);
}
