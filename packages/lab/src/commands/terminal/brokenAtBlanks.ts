import { columnsOf } from "../../report/columnsOf.ts";

/** Of lines after the first. */
const indent = "    ";

/** A line in lines of fewer than `columns` columns, broken at blanks, but never between a number and its unit. */
export function brokenAtBlanks(line: string, columns: number): string {
  if (columnsOf(line) < columns) return line;
  const [, own = "", text = ""] = /^( *)(.*)$/s.exec(line) ?? [];
  const words = text.replace(/(?<=\d) (?=[%s](?![\p{L}\d]))/gu, "\u{f8ff}").split(" ");
  const lines: string[] = [];
  let current = own;
  let isEmpty = true;
  for (const word of words.map((each) => each.replaceAll("\u{f8ff}", " "))) {
    const longer = isEmpty ? current + word : `${current} ${word}`;
    if (isEmpty || columnsOf(longer) < columns) current = longer;
    else {
      lines.push(current);
      current = indent + word;
    }
    isEmpty = false;
  }
  return [...lines, current].join("\n");
}
