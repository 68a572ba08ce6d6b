import { ConflictError, messageOf } from "../../../lib/contracts/errors.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import type { HandoffStore, Ports } from "../../../lib/contracts/ports.ts";
import { claimHandoff } from "../../../lib/operations/pickup.ts";
import { type Installer, whenFetched } from "../../hand-over/pickup.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { durably } from "../input.ts";
import { type MintParts, mintOf } from "./mint.ts";
import { servedOnce } from "./serve.ts";

type Parts = Pick<ApplicationDependencies, "ports" | "storage" | "handoffs"> & MintParts;

/**
 * Serves what is handed over, to one, once. It is written down before whom it is given to, and that is on disk before anything is served:
 * a crash in between serves nothing, and whoever says "ready" again gets another one.
 * @throws ConflictError when there is nothing to serve, or nothing any more; InvalidInputError, code `not-allowed`
 */
export async function giveOut(parts: Parts, record: OperationRecord, installer: Installer): Promise<Response> {
  const { ports } = parts;
  const { id } = record;
  const by = installer.name;
  // Before the claim: what can fail must not cost the credential.
  const mediaType = mintOf(parts, record)?.mediaType ?? "application/octet-stream";
  const { handoff } = await claimHandoff(ports, id, (row, now) => whenFetched(row, now, installer), { by });
  await durably(parts);
  const taken = await takenFrom(parts, handoff, id);
  if (!taken) {
    ports.log.warn("a hand-off was claimed and is gone", { operation: id, by });
    throw new ConflictError(
      `Expected what operation ${id} hands over in the store, got nothing there that is still good: say drover handoff ready ${id} for a new one`,
      { code: "gone" },
    );
  }
  const secondsLeft = Math.floor((taken.entry.expiresAt - ports.clock.now()) / 1000);
  ports.log.info("a hand-off was given out", { operation: id, by, secondsLeft });
  return servedOnce(taken, { mediaType, secondsLeft });
}

/**
 * What was claimed, out of its store and while it is good.
 * A store that fails after the claim has nothing to serve any more: nobody else may have it.
 */
export async function takenFrom(
  { handoffs, ports }: { readonly handoffs: HandoffStore; readonly ports: Pick<Ports, "clock" | "log"> },
  handoff: string,
  operation: string,
): ReturnType<HandoffStore["take"]> {
  try {
    const taken = await handoffs.take(handoff);
    if (taken === undefined || ports.clock.now() < taken.entry.expiresAt) return taken;
    // A store may take minutes to answer: what nobody can use any more is not served.
    taken.content.fill(0);
    return undefined;
  } catch (error) {
    ports.log.error("a hand-off could not be taken from its store", { operation, error: messageOf(error) });
    await handoffs.remove(handoff).catch(() => false);
    return undefined;
  }
}
