/** Messages that are asked for together come in their order, each once. */
import { expect, test } from "vitest";
import { readAhead } from "../src/queue/readAhead.ts";

/** A stream in memory that answers each question when it comes to it. */
function stream(numbers: number[]) {
  const asked: number[] = [];
  const ask = async (from: number) => {
    asked.push(from);
    const seq = numbers.find((one) => one >= from);
    return seq === undefined ? null : { seq, subject: "a", data: new Uint8Array() };
  };
  return { ask, asked };
}

async function allOf({ next }: ReturnType<typeof readAhead>): Promise<number[]> {
  const found: number[] = [];
  for (let some = await next(); some.length > 0; some = await next()) found.push(...some.map(({ seq }) => seq));
  return found;
}

test("all of them, those that are missing left out, with few answers to wait for", async () => {
  const numbers = Array.from({ length: 10_000 }, (_, i) => i + 1).filter((n) => n % 7 > 1 && (n < 3000 || n > 3100));
  const { ask } = stream(numbers);
  let rounds = 0;
  const reading = readAhead(ask);
  const next = () => {
    rounds++;
    return reading.next();
  };
  const found = await allOf({ ...reading, next });
  expect(found).toEqual(numbers);
  expect(rounds).toBeLessThan(10_000 / 50);
});

test("one is asked for where nothing waits, and what is stored later comes later", async () => {
  const numbers: number[] = [];
  const { ask, asked } = stream(numbers);
  const reading = readAhead(ask);
  expect([await allOf(reading), asked]).toEqual([[], [1]]);
  numbers.push(1, 2);
  expect(await allOf(reading)).toEqual([1, 2]);
  expect(asked.length).toBeLessThan(6);
  numbers.push(3);
  asked.length = 0;
  expect([(await reading.next()).map(({ seq }) => seq), asked]).toEqual([[3], [3]]);
});

test("what is stored between two questions is not passed over", async () => {
  const numbers = [1];
  const { ask } = stream(numbers);
  const reading = readAhead(async (from) => {
    const answer = await ask(from);
    // 2 and 3 come after it was asked for 2, and before it is asked for 3.
    if (from === 2 && answer === null) numbers.push(2, 3);
    return answer;
  });
  const found: number[] = [];
  for (let i = 0; i < 6; i++) for (const { seq } of await reading.next()) found.push(seq);
  expect(found).toEqual([1, 2, 3]);
});
