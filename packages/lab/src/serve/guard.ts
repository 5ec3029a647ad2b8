/**
 * Who is answered: pages of this server alone, at an address that it listens on, with the token where there is one.
 *
 * Another site in the reader's browser can send requests here. Its pages may not read the answers (there is no header that allows it),
 * unless its name is made to mean this machine (DNS rebinding): then the request's Host is its name, and is refused.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { refusal } from "./refusal.ts";

/** Who may ask. */
export interface Access {
  /** Values of the header Host that mean this server, in lower case. */
  readonly hosts: ReadonlySet<string>;
  /** Null where none is asked for. */
  readonly token: string | null;
  /** Name of the token's cookie: cookies of a host are common to all its ports. */
  readonly cookie: string;
}

/** Headers of every answer, unless it has its own. */
const headers = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
} as const;

/** Refuses what is not to be answered, and sets the headers of what is. `accessOf` is asked for each request: a port is known late. */
export function guard(accessOf: () => Access): MiddlewareHandler {
  return async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    const access = accessOf();
    requireOwnPages(context, access);
    const isNew = requireToken(context, access);
    if (isNew) return context.html(withoutToken);
    return next();
  };
}

function requireOwnPages({ req }: Context, { hosts }: Access): void {
  if (req.method !== "GET" && req.method !== "HEAD") throw refusal(405, "only GET and HEAD are answered");
  const host = req.header("host")?.toLowerCase() ?? "";
  if (!hosts.has(host)) throw refusal(403, "the header Host must be an address that this server listens on");
  const origin = req.header("origin");
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
    throw refusal(403, "requests of other sites are refused");
  }
  // A link from another site to the page itself is followed; nothing else is asked for by others.
  const isVisit = req.path === "/" && req.header("sec-fetch-mode") === "navigate";
  const site = req.header("sec-fetch-site") ?? "none";
  if (site !== "same-origin" && site !== "none" && !isVisit) throw refusal(403, "requests of other sites are refused");
}

/** Whether the address of the page has the token, which becomes a cookie. @throws HTTPException without the right token */
function requireToken(context: Context, { token, cookie }: Access): boolean {
  if (token === null) return false;
  const { req } = context;
  const inAddress = req.path === "/" ? req.query("token") : undefined;
  if (inAddress !== undefined && isEqual(inAddress, token)) {
    setCookie(context, cookie, token, { httpOnly: true, sameSite: "Strict", path: "/" });
    return true;
  }
  const bearer = /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1];
  const given = bearer ?? getCookie(context, cookie);
  if (given === undefined || !isEqual(given, token)) {
    throw refusal(401, "a token is needed: open the address that `entropy-sgd serve` printed");
  }
  return false;
}

/** Goes on to the page without the token in its address; from here, as a redirected visit from another site has no strict cookie. */
const withoutToken =
  '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><title>entropy-sgd</title>';

/** In a time that does not tell how much of it is right. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
