import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../../test/temporaryFolder.ts";
import type { AnySplit } from "../../data/split.ts";
import { subset } from "../../data/subset.ts";
import { isText, type TextSplit } from "../../data/textSplit.ts";
import { loadDataSet } from "../dataSets.ts";
import { loadExamples } from "../loadExamples.ts";

const folderOf = temporaryFolders();
const fileOf = (content: Uint8Array | string): string => `${folderOf({ "book.txt": content })}/book.txt`;

function textOf(split: AnySplit): TextSplit {
  if (!isText(split)) throw new Error("no text");
  return split;
}

/** What the tokens stand for. */
const namesIn = (split: AnySplit, vocabulary: readonly string[]): string[] =>
  Array.from(textOf(split).tokens, (token) => vocabulary[token]!);

describe("units", () => {
  test("characters are code points, without a byte-order mark", () => {
    const data = loadDataSet({ data: fileOf("\ufeffaé😀é\r\n".repeat(8)), steps: 2, validation: 0.2, test: 0.2 });
    const { classNames, text, inputShape, targetShape, format } = data.preparation!;
    expect({ format, classNames, text, inputShape, targetShape }).toEqual({
      format: "text",
      classNames: ["\n", "\r", "a", "é", "\ufeff", "😀"],
      text: { unit: "characters" },
      inputShape: [2],
      targetShape: [2],
    });
    // The first mark alone is one of byte order.
    expect(namesIn(data.train, classNames!).slice(0, 7)).toEqual(["a", "é", "😀", "é", "\r", "\n", "\ufeff"]);
  });

  test("bytes are any", () => {
    const data = loadDataSet({
      data: fileOf(Uint8Array.of(255, 0, 10, 255, 0, 255, 10, 10, 0, 255)),
      unit: "bytes",
      steps: 1,
      validation: 2,
      test: 2,
    });
    expect(data.preparation!.classNames).toEqual(["0", "10", "255"]);
    expect([...textOf(data.train).tokens]).toEqual([2, 0, 1, 2, 0, 2]);
    expect([...textOf(data.validation).tokens]).toEqual([1, 1]);
    expect([...textOf(data.test).tokens]).toEqual([0, 2]);
  });

  test("words are between blanks, and each line ends with one <eos>", () => {
    const folder = folderOf({
      "ptb.train.txt": " the cat <unk> \n the  dog\tsat \r\n\n",
      "ptb.valid.txt": "the cow sat\n",
      "ptb.test.txt": "dog dog",
    });
    const data = loadDataSet({ data: folder, unit: "words", steps: 2 });
    const { classNames } = data.preparation!;
    expect(classNames).toEqual(["<eos>", "<unk>", "cat", "dog", "sat", "the"]);
    const train = ["the", "cat", "<unk>", "<eos>", "the", "dog", "sat", "<eos>", "<eos>"];
    expect(namesIn(data.train, classNames!)).toEqual(train);
    expect(namesIn(data.validation, classNames!)).toEqual(["the", "<unk>", "sat", "<eos>"]);
    expect(namesIn(data.test, classNames!)).toEqual(["dog", "dog", "<eos>"]);
  });
});

describe("windows", () => {
  test("follow one another, and their targets are the next tokens", () => {
    const { train } = loadDataSet({ data: fileOf("abcdefghij".repeat(4)), steps: 3, validation: 5, test: 4 });
    // 40 characters, of which 9 are held out at the end.
    expect(textOf(train).tokens).toHaveLength(31);
    expect(train.numExamples).toBe(10);
    const [x, y] = [new Float32Array(3), new Int32Array(3)];
    train.readExampleInto(x, 0, 3);
    textOf(train).readTargetInto(y, 0, 3);
    expect([...x]).toEqual([9, 0, 1]);
    expect([...y]).toEqual([0, 1, 2]);
  });

  test("a text falls in 90, 5 and 5 % where nothing is said, whatever the steps", () => {
    const path = fileOf("abcde".repeat(400));
    for (const steps of [10, 37]) {
      const data = loadDataSet({ data: path, steps });
      expect([data.train, data.validation, data.test].map((split) => textOf(split).tokens.length)).toEqual([
        1800, 100, 100,
      ]);
    }
  });

  test("in order are a text, in another order examples on their own", () => {
    const { train } = loadDataSet({ data: fileOf("abcdefghij".repeat(4)), steps: 3, validation: 5, test: 4 });
    const some = textOf(subset(train, Int32Array.of(2, 3)));
    expect([...some.tokens]).toEqual([6, 7, 8, 9, 0, 1, 2]);
    expect(some.numExamples).toBe(2);
    expect(subset(train, new Int32Array(0)).numExamples).toBe(0);
    const drawn = subset(train, Int32Array.of(3, 0, 3));
    expect(isText(drawn)).toBe(false);
    expect(drawn.numExamples).toBe(3);
    const x = new Float32Array(9);
    for (let i = 0; i < 3; i++) drawn.readExampleInto(x, 3 * i, i);
    expect([...x]).toEqual([9, 0, 1, 0, 1, 2, 9, 0, 1]);
  });

  test("nothing is held out where nothing is asked for", () => {
    const data = loadDataSet({ data: fileOf("abcde".repeat(20)), steps: 10, validation: 0, test: 20 });
    expect(textOf(data.train).tokens).toHaveLength(80);
    expect(data.validation.numExamples).toBe(0);
  });

  test("new text is read by the vocabulary of the run", () => {
    const { preparation } = loadDataSet({ data: fileOf("abcabcabc ".repeat(10)), steps: 3 });
    const { examples } = loadExamples(fileOf("cab cab cab"), preparation!, { withTargets: true });
    expect(namesIn(examples, preparation!.classNames!).join("")).toBe("cab cab cab");
    expect(() => loadExamples(fileOf("cab dab"), preparation!, { withTargets: true })).toThrow(
      /book\.txt: characters must be among the 4 of the vocabulary, which is that of the training text, number 5 is "d"/,
    );
  });
});

describe("refuses", () => {
  const folders = {
    "a character that the training text has not": {
      files: { "train.txt": "abab".repeat(9), "valid.txt": "abac".repeat(9), "test.txt": "abab".repeat(9) },
      message: /valid\.txt: characters must be among the 2 of the vocabulary.+, number 4 is "c"/,
    },
    "a byte that the training text has not": {
      files: { "train.txt": "abab".repeat(9), "valid.txt": "abab".repeat(9), "test.txt": "ab\n".repeat(9) },
      options: { unit: "bytes" },
      message: /test\.txt: bytes must be among the 2 of the vocabulary.+, number 3 is "10"/,
    },
    "a word that the training text has not, without <unk>": {
      files: { "train.txt": "a b a b a b", "valid.txt": "a c a b", "test.txt": "a b a" },
      options: { unit: "words" },
      message: /valid\.txt: words must be among the 3 of the vocabulary.+, number 2 is "c"/,
    },
    "two texts of one part": {
      files: { "train.txt": "abab", "valid.txt": "abab", "validation.txt": "abab" },
      message: /must hold one text for validation, found train\.txt, valid\.txt, validation\.txt/,
    },
    "a part that is too short": {
      files: { "train.txt": "abab".repeat(9), "valid.txt": "abab".repeat(9), "test.txt": "ab" },
      message: /test\.txt: must have at least 3 characters, one more than the steps of a window, it has 2/,
    },
  } as const;

  test.each(Object.entries(folders))("%s", (_, { files, message, ...rest }) => {
    const options = "options" in rest ? rest.options : {};
    expect(() => loadDataSet({ data: folderOf(files), steps: 2, ...options })).toThrow(message);
  });

  test.each([
    {
      what: "a byte that begins nothing",
      bytes: [97, 98, 0xff, 99],
      message: /the byte at offset 2 does not belong there/,
    },
    {
      what: "a byte that goes on with nothing",
      bytes: [97, 0xc3, 97],
      message: /the byte at offset 2 does not belong there/,
    },
    { what: "an end within a character", bytes: [97, 98, 0xe2, 0x82], message: /it ends within a character at byte 4/ },
  ])("$what", ({ bytes, message }) => {
    const path = fileOf(Uint8Array.from([...new TextEncoder().encode("é".repeat(500)), ...bytes]));
    const place = /offset (\d+)|byte (\d+)/;
    const [, offset, end] = place.exec(String(message))!;
    const shifted = new RegExp(
      String(message)
        .slice(1, -1)
        .replace(place, (found) => found.replace(/\d+/, String(1000 + Number(offset ?? end)))),
    );
    expect(() => loadDataSet({ data: path })).toThrow(shifted);
    expect(() => loadDataSet({ data: path, unit: "bytes", steps: 5 })).not.toThrow();
  });

  test("an empty file, other draws than the end, and options that texts have not", () => {
    expect(() => loadDataSet({ data: fileOf("") })).toThrow("must have at least 51 characters");
    const path = fileOf("abcd".repeat(100));
    expect(() => loadDataSet({ data: path, steps: 4, heldOut: "random" })).toThrow(
      "heldOut: of a text must be last: its parts are one after another",
    );
    expect(() => loadDataSet({ data: path, steps: 4, validation: 3 })).toThrow(
      "validation: of a text must leave and take at least 5 tokens, one more than the steps of a window, of 380 it takes 3",
    );
    expect(() => loadDataSet({ data: path, augment: ["noise=0.1"] })).toThrow("augment: is no option of texts");
    expect(() => loadDataSet({ data: path, steps: 0 })).toThrow("steps: must be a positive whole number, got 0");
  });
});
