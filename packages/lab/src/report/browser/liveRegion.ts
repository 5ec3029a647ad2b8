/** Milliseconds between two messages. */
const interval = 1000;

/** A region that screen readers read aloud, the newest text at most once a second. Gives the function that tells it a text. */
export function liveRegion(): (text: string) => void {
  const region = document.createElement("div");
  region.className = "told";
  region.setAttribute("role", "status");
  document.querySelector("main")!.append(region);
  let [newest, isWaiting] = ["", false];
  const write = (): void => {
    if (region.textContent === newest) {
      isWaiting = false;
      return;
    }
    region.textContent = newest;
    isWaiting = true;
    setTimeout(write, interval);
  };
  return (text) => {
    newest = text;
    if (!isWaiting) write();
  };
}
