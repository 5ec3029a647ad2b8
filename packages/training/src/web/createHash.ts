import { md5 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { CreateHash } from "../formats/hashing.ts";

const algorithms = { md5, sha256 };

/** Begins a hash in a page. Browsers have hashes of their own of whole arrays only, and not the md5 of MNIST's files. */
export const createHash: CreateHash = (algorithm) => {
  const hash = algorithms[algorithm].create();
  return {
    update: (data) => hash.update(typeof data === "string" ? new TextEncoder().encode(data) : data),
    digest: () => bytesToHex(hash.digest()),
  };
};
