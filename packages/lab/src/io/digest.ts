/** Lengths and hashes of files, and JSON that carries its own hash, by Node's hashes. */
import { createHash } from "node:crypto";
import { type Digests, digestsBy } from "entropy-sgd-training/formats";

const digests: Digests = digestsBy(createHash);

export const digester: Digests["digester"] = digests.digester;
export const digestOf: Digests["digestOf"] = digests.digestOf;
export const withOwnHash: Digests["withOwnHash"] = digests.withOwnHash;
export const contentOf: Digests["contentOf"] = digests.contentOf;
