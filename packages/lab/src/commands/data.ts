import { describeDataSet, InputError, printable } from "entropy-sgd-training";
import {
  type DataRequest,
  dataOptionFrom,
  dataSetNames,
  fetchDataSet,
  prepareDataSet,
} from "entropy-sgd-training/node";
import { textTable, widthOf } from "../report/textTable.ts";
import { dataHelp } from "../settings/settings.ts";
import { dataSentences } from "../statistics/dataWords.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";
import { collect } from "./options.ts";

/** Options of `entropy-sgd data`. */
interface DataCommand {
  readonly set: readonly string[];
  readonly out?: string;
  readonly download?: boolean;
  readonly from?: string;
  readonly json?: boolean;
}

/** `entropy-sgd data`. */
export const definition: CommandDefinition = {
  examples: ["photos", "cifar-10 --download", "houses.csv --set data.target=price --out runs/houses"],
  declare: (command, context, done) =>
    json(command)
      .description("Show what is understood of data: format, shapes, classes, and a page with some examples.")
      .argument("[data]", dataHelp())
      .option(
        "--set <name=value>",
        "data.NAME of a reader's option, validation or heldOut; may be repeated",
        collect,
        [],
      )
      .option(
        "--download",
        "fetch data of a name first, once, into the cache folder; nothing else here uses the network",
      )
      .option("--from <address>", "another address of the same archive, for --download")
      .option("--out <folder>", "where a page, a picture of examples and the numbers go; none by default")
      .action(async (data: string | undefined, options: DataCommand) =>
        done(await dataCommand(data, options, context)),
      ),
};

/** Loads data as training would, and tells what they are. Gives the exit code. */
async function dataCommand(path: string | undefined, options: DataCommand, context: CommandContext): Promise<number> {
  const { set, out, json: asJson } = options;
  if (options.download || options.from !== undefined) await downloaded(path, options, context);
  const request = { ...requestFrom(set), data: path ?? null };
  const { signal, stderr } = context;
  const onProgress = (words: string): void => void stderr.write(`${words}\n`);
  const data = await prepareDataSet(request, { signal, onProgress });
  const { classRows, writeDataPage } = await import("../pages/dataPage.ts");
  const description = describeDataSet(data);
  const page = out === undefined ? null : writeDataPage(out, data);
  if (asJson) {
    writeJson(context, description);
    return exitCodes.ok;
  }
  const { stdout } = context;
  for (const sentence of dataSentences(description)) stdout.write(`${printable(sentence)}\n`);
  const [head, ...rows] = classRows(description);
  if (head !== undefined) stdout.write(`\n${textTable(head, rows, widthOf(stdout))}`);
  if (page !== null) stdout.write(`\nThe page is ${printable(page)}\n`);
  return exitCodes.ok;
}

/** Fetches data of a name, and says how far it is. @throws InputError as `fetchDataSet`, and for an address without --download */
async function downloaded(
  name: string | undefined,
  { download, from }: DataCommand,
  { stderr, signal }: CommandContext,
): Promise<void> {
  if (!download) throw new InputError({ name: "--from", rule: "is the address for --download" });
  const step = 10 * 2 ** 20;
  let told = 0;
  const folder = await fetchDataSet(name ?? dataSetNames[0]!, {
    ...(from !== undefined && { from }),
    signal,
    onProgress(bytes) {
      if (bytes < told + step) return;
      told = bytes;
      stderr.write(`download: ${Math.round(bytes / 2 ** 20)} MiB\n`);
    },
  });
  stderr.write(`The files are in ${printable(folder)}\n`);
}

/** The request of `--set` in the names that `train` has for it. @throws InputError for another name */
function requestFrom(set: readonly string[]): DataRequest {
  const entries = set.map((text): [string, unknown] => {
    const [, name = text, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === "validation") return [name, Number(value)];
    if (name === "heldOut") return [name, value];
    if (name.startsWith("data.")) return [name.slice(5), dataOptionFrom(name.slice(5), value)];
    throw new InputError({
      name: "--set",
      rule: "must be data.NAME=value, validation=number or heldOut=how",
      value: text,
    });
  });
  return Object.fromEntries(entries);
}
