/** How many columns of a terminal a text takes. */

/**
 * Characters that take two columns: East Asian wide and full-width ones (Unicode Standard Annex 11) by their blocks, and
 * emoji.
 */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|(?!\p{RI})\p{Emoji_Presentation}/u;

/** Combining marks, and the later parts of Korean syllables. */
const combining = /[\p{Mn}\p{Me}\u1160-\u11ff]/u;

/** The width of a text in columns of a terminal. */
export function columnsOf(text: string): number {
  let width = 0;
  for (const character of text) width += combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** The longest beginning that takes no more columns than these. */
export function beginningOf(text: string, columns: number): string {
  let [width, end] = [0, 0];
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}
