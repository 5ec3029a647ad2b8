/**
 * Records in a file, as TensorFlow writes them: eight bytes of length, a checksum of these, the data, a checksum of these. All are
 * little-endian; a checksum is a CRC-32C, rotated and shifted, since data may hold checksums themselves.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"
 */
import CRC32C from "crc-32/crc32c.js";

const [lengthBytes, checksumBytes] = [8, 4];
const headBytes = lengthBytes + checksumBytes;
const maskDelta = 0xa282ead8;

/** A record with these data. */
export function recordOf(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(headBytes + data.length + checksumBytes);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(lengthBytes, maskedChecksum(record.subarray(0, lengthBytes)), true);
  record.set(data, headBytes);
  view.setUint32(headBytes + data.length, maskedChecksum(data), true);
  return record;
}

/** The records of a file, each with the place of its first byte, up to the first that is cut or damaged. */
export function* recordsIn(
  bytes: Uint8Array,
): Generator<{ readonly data: Uint8Array; readonly start: number; readonly end: number }, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let start = 0; start + headBytes + checksumBytes <= bytes.length; ) {
    const length = Number(view.getBigUint64(start, true));
    const end = start + headBytes + length + checksumBytes;
    if (end > bytes.length) return;
    const data = bytes.subarray(start + headBytes, end - checksumBytes);
    if (view.getUint32(start + lengthBytes, true) !== maskedChecksum(bytes.subarray(start, start + lengthBytes)))
      return;
    if (view.getUint32(end - checksumBytes, true) !== maskedChecksum(data)) return;
    yield { data, start, end };
    start = end;
  }
}

function maskedChecksum(bytes: Uint8Array): number {
  const checksum = CRC32C.buf(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + maskDelta) >>> 0;
}
