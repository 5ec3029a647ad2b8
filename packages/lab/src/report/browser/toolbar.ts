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
  const button = (text: string, act: () => void, label: string = text): HTMLButtonElement => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    element.setAttribute("aria-label", label);
    element.addEventListener("click", act);
    bar.append(element);
    return element;
  };
  button("+", () => actions.zoomBy(zoomFactor), "Zoom in");
  const less = [button("−", () => actions.zoomBy(1 / zoomFactor), "Zoom out"), button("Reset zoom", actions.reset)];
  const setZoomed = (isZoomed: boolean): void => {
    for (const element of less) element.disabled = !isZoomed;
  };
  setZoomed(false);
  holder.append(bar);
  return { setZoomed };
}
