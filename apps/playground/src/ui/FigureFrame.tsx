/** What is around every figure: its controls, what screen readers are told, and what can be copied and saved. */
import type { ReadonlySignal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { addressOf } from "../state/address.ts";
import type { KnobGroup } from "../state/knobs.ts";
import { type Chart, csvOf, type Table, tableOf } from "./chart.ts";
import { download, pngOf } from "./download.ts";
import { paperInk } from "./palette.ts";
import { Said, Status } from "./status.tsx";
import { stackedSvg } from "./svgOf.ts";

/** A figure's surroundings. */
export interface FigureFrameProps {
  /** The figure's group: its name is the first part of the files' names. */
  readonly group: KnobGroup;
  /** The knobs' controls. */
  readonly controls: ComponentChildren;
  readonly children: ComponentChildren;
  readonly caption?: ComponentChildren;
  /** What happens, in a sentence with numbers. */
  readonly status: ReadonlySignal<string>;
  /** What is exported now: charts one below the other, the first with the table, or an SVG with a table. */
  readonly exported: () => Chart | readonly Chart[] | { readonly svg: string; readonly table: Table };
  /** What a link to the figure lacks, said when it is copied; empty where it has all. */
  readonly linkNote?: () => string;
  /** A program that computes the same numbers with the library. */
  readonly code: () => string;
  /** The command that computes the same, where there is one. */
  readonly command?: (() => string) | undefined;
}

/** A figure with its controls, status, copies and files. */
export function FigureFrame({
  group,
  controls,
  children,
  caption,
  status,
  exported,
  linkNote,
  code,
  command,
}: FigureFrameProps) {
  const said = useSignal("");
  const copy = async (words: string, text: string, note = ""): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = `${words} copied${note && `, ${note}`}`;
    } catch {
      said.value = "The browser does not let this page copy.";
    }
  };
  const file = (): { readonly svg: string; readonly table: Table } => {
    const now = exported();
    if ("svg" in now) return now;
    const charts = "lines" in now ? [now] : now;
    return { svg: stackedSvg(charts, paperInk), table: tableOf(...charts) };
  };
  const { name } = group;
  return (
    <figure class="figure" aria-label={name}>
      <div class="controls">{controls}</div>
      {children}
      {caption && <figcaption>{caption}</figcaption>}
      <Status text={status} />
      <fieldset class="tools" aria-label="Copy and save">
        <button
          type="button"
          onClick={() => copy("Link", new URL(`${addressOf([group])}#${name}`, location.href).href, linkNote?.())}
        >
          Copy link
        </button>
        <button type="button" onClick={() => copy("Program", code())}>
          Copy as TypeScript
        </button>
        {command && (
          <button type="button" onClick={() => copy("Command", command())}>
            Copy as command
          </button>
        )}
        <button type="button" onClick={() => download(`${name}.svg`, file().svg, "image/svg+xml")}>
          SVG
        </button>
        <button type="button" onClick={async () => download(`${name}.png`, await pngOf(file().svg))}>
          PNG
        </button>
        <button type="button" onClick={() => download(`${name}.csv`, csvOf(file().table), "text/csv")}>
          CSV
        </button>
        <button type="button" onClick={group.reset}>
          Reset
        </button>
        <Said text={said} />
      </fieldset>
    </figure>
  );
}
