/** A program of someone who installed `entropy-sgd-cluster`: two replicas in one process share a mean. */
import { type Exchange, exchangeMean, inProcessExchange } from "entropy-sgd-cluster";

export async function use(): Promise<Record<string, unknown>> {
  const exchange: Exchange = inProcessExchange({ elements: 2 });
  const members = await Promise.all([0, 1].map((replica) => exchange.join(replica)));
  const vectors = [new Float32Array([1, 2]), new Float32Array([3, 4])];
  const means = await Promise.all(members.map((member, i) => exchangeMean(member, 0, vectors[i]!)));
  for (const member of members) await member.leave();
  return { mean: [...means[0]!.mean], replicas: means[1]!.replicas };
}
