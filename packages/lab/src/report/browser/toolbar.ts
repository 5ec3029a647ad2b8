/** By how much a button or a key enlarges. */
export const zoomFactor = 2;

/** What the buttons of a figure do. */
export interface ZoomActions {
  zoomBy(factor: number): void;
  reset(): void;
}

/** Adds buttons to a figure; those that show more need something to be hidden. */
export function toolbar(holder: HTMLElement, actions: ZoomActions): { setZoomed(isZoomed: boolean): void } {
  const bar = document.createElement("div");
  bar.className = "zoom";
  const button = (text: string, label: string, act: () => void): HTMLButtonElement => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    element.setAttribute("aria-label", label);
    element.addEventListener("click", act);
    bar.append(element);
    return element;
  };
  button("+", "Zoom in", () => actions.zoomBy(zoomFactor));
  const less = [
    button("−", "Zoom out", () => actions.zoomBy(1 / zoomFactor)),
    button("Reset", "Show the whole figure", actions.reset),
  ];
  const setZoomed = (isZoomed: boolean): void => {
    for (const element of less) element.disabled = !isZoomed;
  };
  setZoomed(false);
  holder.append(bar);
  return { setZoomed };
}
