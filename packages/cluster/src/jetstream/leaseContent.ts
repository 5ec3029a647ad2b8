/** What the message of a lease says: words between blanks. */

/** What the holder of a lease tells of itself. */
export interface LeaseContent {
  readonly id: string;
  /** Length of the vectors that its holder shares; null where it does not say. */
  readonly elements: number | null;
  /** What it tells of its settings, which all members must have alike, by name. */
  readonly settings: ReadonlyMap<string, string>;
  /** What those settings are made of, by name, in words; none where it does not say. */
  readonly details: ReadonlyMap<string, string>;
}

/** Before the details; no name of a setting has a colon. Programs that know of no details pass over the word. */
const detailsMark = ":details=";

export function encodeLease({ id, elements, settings, details }: LeaseContent & { readonly elements: number }): string {
  const words = [...settings].map(([name, value]) => `${name}=${value}`);
  return [id, elements, ...words, ...(details.size === 0 ? [] : [detailsMark + encodeDetails(details)])].join(" ");
}

/** As they travel: JSON, which has blanks within strings only. */
export function encodeDetails(details: LeaseContent["details"]): string {
  return JSON.stringify(Object.fromEntries(details)).replaceAll(" ", "\\u0020");
}

export function decodeLease(data: Uint8Array): LeaseContent {
  const [id, elements, ...words] = new TextDecoder().decode(data).split(" ");
  const settings = words.filter((word) => !word.startsWith(detailsMark));
  const details = words.find((word) => word.startsWith(detailsMark))?.slice(detailsMark.length);
  return {
    id: id!,
    elements: elements === undefined ? null : Number(elements),
    settings: new Map(settings.map((one) => one.split("=", 2) as [string, string])),
    // Leases are read at each exchange, their details where a member is refused.
    get details() {
      return details === undefined ? new Map<string, string>() : detailsIn(details);
    },
  };
}

/** None where they are no strings by name. */
function detailsIn(json: string): ReadonlyMap<string, string> {
  try {
    const entries = Object.entries(JSON.parse(json) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return new Map();
  }
}
