import { expect, test } from "vitest";
import { savedEvents } from "./savedEvents.ts";

test("events come back from their pieces, however these are cut, and go on", () => {
  const first = savedEvents<{ readonly text: string }>(null);
  expect(first.events).toEqual([]);
  first.keep({ text: "γ\n= 1" });
  first.keep({ text: "μ" });
  const [bytes] = first.pieces();
  // In the middle of a letter of two bytes.
  const cut = bytes!.indexOf(0xce) + 1;
  const again = savedEvents<{ readonly text: string }>({ events: [bytes!.subarray(0, cut), bytes!.subarray(cut)] });
  expect(again.events).toEqual(first.events);
  again.keep({ text: "x" });
  expect(again.events.map(({ text }) => text)).toEqual(["γ\n= 1", "μ", "x"]);
  expect(savedEvents({ events: again.pieces() }).events).toEqual(again.events);
});
