/** What the compiler knows of exchanges: checked with all sources, and of the packed declarations under other compilers. */
import {
  type Commit,
  type Exchange,
  type ExchangedMean,
  exchangeMean,
  inProcessExchange,
  jetStreamExchange,
  type Member,
} from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { expectTypeOf } from "vitest";

declare const member: Member;

// Both backends make the same.
expectTypeOf(inProcessExchange({ elements: 1 })).toEqualTypeOf<Exchange>();
const connected = connectNats("nats://localhost").then((one) => jetStreamExchange(one, { run: "a", elements: 1 }));
expectTypeOf(connected).toEqualTypeOf<Promise<Exchange>>();
// @ts-expect-error: a run must have a name
connectNats("nats://localhost").then((one) => jetStreamExchange(one, { elements: 1 }));

expectTypeOf(exchangeMean(member, 0, new Float32Array(1))).toEqualTypeOf<Promise<ExchangedMean>>();
expectTypeOf(member.watch()).toExtend<AsyncIterable<Commit>>();
// @ts-expect-error: only numbers of 32 bits are shared
member.publish(0, new Float64Array(1));
