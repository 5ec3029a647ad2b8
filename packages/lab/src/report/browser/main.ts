/** The script of pages: values at the pointer and zoom for every figure whose data are in the page. */
import type { FigureData } from "../figureData.ts";
import { interactive } from "./interactive.ts";
import { liveRegion } from "./liveRegion.ts";

const say = liveRegion();
for (const element of document.querySelectorAll<HTMLScriptElement>("figure > script")) {
  const data = JSON.parse(element.text) as FigureData;
  const [wide, narrow] = ["wide", "narrow"].map(
    (name) => element.parentElement!.querySelector<HTMLElement>(`.${name}`)!,
  );
  interactive(wide!, data, data.views[0], say);
  interactive(narrow!, data, data.views[1], say);
}
