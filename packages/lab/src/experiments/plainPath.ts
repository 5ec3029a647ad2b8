const part = String.raw`(?!\.\.?(/|$))[\w.-]+`;

/** A path below a folder that has no surprises on another machine: letters, digits, _ . and - between single /. */
export const plainPath: RegExp = new RegExp(`^${part}(/${part})*$`);
