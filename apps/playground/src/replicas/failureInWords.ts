/** Why a replica is not part of its run, in sentences for the reader. */
import { ClusterError } from "entropy-sgd-cluster";
import type { ReplicaSettings } from "./recipe.ts";

/** A sentence made already. */
const isSentence = (error: unknown): error is Error => error instanceof Error && error.message.endsWith(".");

/** What the replicas of a run have alike, as ClusterError names it: groups of settings, or single ones; and whether its rule's values say more. */
const others: Readonly<Record<string, { readonly words: string; readonly isTold: boolean }>> = {
  seed: { words: "another seed", isTold: true },
  budget: { words: "another number of passes", isTold: true },
  replicas: { words: "another number of replicas", isTold: true },
  network: { words: "another network", isTold: false },
  data: { words: "other training images", isTold: false },
  "SHA-256 of the data": { words: "other training images", isTold: false },
  trainExamples: { words: "another number of training images", isTold: false },
  optimizer: { words: "other settings of the optimizer", isTold: false },
};

/** @param isConnecting - whether the server has not answered yet */
export function failureInWords(
  error: unknown,
  { server, run, replicas }: ReplicaSettings,
  isConnecting: boolean,
): string {
  if (isSentence(error)) return error.message;
  const { name, message } = error as { readonly name?: string; readonly message?: string };
  if (name === "AuthorizationError" || name === "UserAuthenticationExpiredError")
    return "The server does not let you in: it asks for a user and a password, and those given are not right.";
  if (isConnecting) {
    const secure = server.startsWith("ws:") ? " A page that came by https may only use wss, or this machine." : "";
    return `No server answers at ${server}. Does it run, with the block websocket in its configuration, at this port?${secure}`;
  }
  if (error instanceof ClusterError) {
    const { code, name = "", rule = "" } = error.details;
    if (code === "taken") return `All ${replicas} replicas of the run ${run} are taken: each is at work somewhere.`;
    if (code === "other-length")
      return `The run ${run} is of another network: its vectors have another length. Choose the same network, or another name.`;
    if (code === "other-settings") {
      const { words, isTold } = others[name] ?? { words: `another ${name}`, isTold: true };
      // What is after the first of several may be named with hashes.
      const which = isTold ? `: it ${rule.split("; ")[0]}` : "";
      return `The run ${run} has ${words}${which}. Set what the others have, or choose another name.`;
    }
    if (code === "lease-lost")
      return "This tab did not answer for some time, and another has taken its place in the run.";
    if (code === "denied") return `The server does not allow it: ${message}.`;
  }
  return `The replica ended: ${message ?? String(error)}.`;
}
