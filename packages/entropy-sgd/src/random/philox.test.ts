import { expect, test } from "vitest";
import { philoxInto } from "./philox.ts";

// The known answers for `philox4x32 7` published with the reference implementation (Random123, kat_vectors).
test.each([
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x5207ddc2, 0x45165e59, 0x4d8ee751, 0x8c52f662],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0x4dfccaba, 0x190a87f0, 0xc47362ba, 0xb6b5242a],
  },
] as const)("philox 4×32-7 gives the published words for counter $counter", ({ counter, key, words }) => {
  const out = new Uint32Array(4);
  const [c0, c1, c2, c3] = counter;
  philoxInto(out, 0, key, c0, c1, c2, c3);
  expect([...out]).toEqual([...words]);
});
