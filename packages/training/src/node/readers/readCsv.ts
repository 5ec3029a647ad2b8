import { type CsvLayout, type CsvTable, parseCsv } from "../../formats/csvTable.ts";
import { readPlain } from "../plainFiles.ts";

/** Bytes of a table; larger data belong in an array file. */
const maxCsvBytes: number = 2 ** 28;

/** Reads the table of a file. @throws InputError as `parseCsv`, and for a file larger than 256 MiB */
export function readCsv(path: string, layout: CsvLayout): CsvTable {
  return parseCsv(path, readPlain(path, maxCsvBytes, { followLinks: true }), layout);
}
