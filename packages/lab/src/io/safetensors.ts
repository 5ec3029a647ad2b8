/** Safetensors files, with checksums by Node's hashes. */
import { createHash } from "node:crypto";
import { type SafetensorsCodec, safetensorsBy } from "entropy-sgd-training/formats";

const safetensors: SafetensorsCodec = safetensorsBy(createHash);

export const safetensorsPieces: SafetensorsCodec["pieces"] = safetensors.pieces;
export const encodeSafetensors: SafetensorsCodec["encode"] = safetensors.encode;
export const decodeSafetensors: SafetensorsCodec["decode"] = safetensors.decode;
