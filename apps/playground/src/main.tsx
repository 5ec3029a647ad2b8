/** Brings the article's figures to life, each when it comes near the screen. */
import "./style.css";
import { h, render } from "preact";
import { type FigureEntry, figures } from "./figures/figures.ts";
import { keepOffline } from "./keepOffline.ts";
import { syncAddress } from "./state/syncAddress.ts";

const told = syncAddress(figures.map(({ group }) => group));
if (told.length > 0) {
  const note = document.getElementById("address-note")!;
  note.hidden = false;
  note.textContent = `Of this page's address: ${told.join("; ")}.`;
}

async function show(place: Element, entry: FigureEntry): Promise<void> {
  try {
    const { Figure } = await entry.load();
    place.replaceChildren();
    render(h(Figure, {}), place);
  } catch (error) {
    place.textContent = `This figure could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      const entry = figures.find(({ group }) => group.name === (target as HTMLElement).dataset.figure);
      if (!isIntersecting || entry === undefined) continue;
      near.unobserve(target);
      void show(target, entry);
    }
  },
  { rootMargin: "600px" },
);
for (const place of document.querySelectorAll("[data-figure]")) near.observe(place);

// After the first figure, which it would slow down.
const keep = (): unknown => setTimeout(() => keepOffline(document.getElementById("offline-note")!), 1500);
if (document.readyState === "complete") keep();
else addEventListener("load", keep, { once: true });
