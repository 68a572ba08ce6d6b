import { ConflictError, InvalidInputError } from "../../lib/contracts/errors.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { handOverRequestOf } from "../../lib/contracts/requests/handed-over.ts";
import { isAwaited, isAwaitedAgain, isReady } from "./ready.ts";
import { fetchedOf, type HandOver, handOverOf } from "./state.ts";

/** What people who stand at a device may do, by how far its operation is. */

/** Steps that hand something over, by the type of the request. */
export const handingOver: Readonly<Record<string, string>> = {
  "drover.aws-panorama.provision": "provision-panorama-device",
  "drover.aws-iot.create-provisioning-claim": "create-provisioning-claim",
};

export interface Installer {
  readonly name: string;
  /** Whether he owns this Drover, and needs not be among those that the request names. */
  readonly owns: boolean;
}

/**
 * Whether a word "ready" is good for another minting. It is not while one is under way already.
 * @throws ConflictError when nobody can be waited for; InvalidInputError, code `not-allowed`, for whom the request does not name
 */
export function whenReady(
  record: OperationRecord,
  nowMs: number,
  installer: Installer,
): { readonly counts: boolean; readonly step: string } {
  const step = stepOf(record, installer);
  const state = goingOn(record);
  const fetched = fetchedOf(record, state);
  const counts = { step, counts: !isAwaited(record, state, nowMs) };
  switch (state.phase) {
    case "awaiting":
      return counts;
    case "minting":
      return { step, counts: isTooOld(record, nowMs) };
    case "removing":
      if (state.afterwards?.kind === "end")
        throw refused(record, "one that ends", "it shows its outcome soon", "ending");
      return state.afterwards?.kind === "await" ? counts : { step, counts: isTooOld(record, nowMs) };
    case "finishing":
      throw refused(record, "one that ends", "it shows its outcome soon", "ending");
    case "offered":
    case "following": {
      const { offer } = state;
      if (!fetched) return nowMs < (offer?.expiresAt ?? 0) ? { step, counts: false } : counts;
      if (isAwaitedAgain(record, state, nowMs)) return { step, counts: false };
      // Until it would show that it is used, only who has it can know that it did not arrive: another would take it back from under him.
      const untilMs = (offer?.expiresAt ?? 0) + handOverRequestOf(record.request).graceMs;
      if (fetched.by === installer.name || nowMs >= untilMs) return { step, counts: true };
      const found = `one whose credential ${fetched.by} has, and may be using until ${new Date(untilMs).toISOString()}`;
      throw refused(record, found, `ask ${fetched.by}, or say it again after that`, "fetched-by-another");
    }
  }
}

/** Somebody has said so for what is being minted, so long ago that it will not be minted for him. */
const isTooOld = (record: OperationRecord, nowMs: number) =>
  record.pickup?.ready !== undefined && !isReady(record, nowMs);

/**
 * The hand-off that may be given to him now.
 * @throws ConflictError when there is none; InvalidInputError, code `not-allowed`, for whom the request does not name
 */
export function whenFetched(
  record: OperationRecord,
  nowMs: number,
  installer: Installer,
): { readonly handoff: string; readonly expiresAt: number } {
  stepOf(record, installer);
  const state = goingOn(record);
  const { offer } = state;
  const ready = `say drover handoff ready ${record.id}`;
  const fetched = fetchedOf(record, state);
  if (fetched) {
    const found = `one that ${fetched.by} fetched at ${new Date(fetched.at).toISOString()}`;
    throw refused(record, found, `it is served once; if it did not arrive, ${ready} for a new one`, "fetched-already");
  }
  if (state.phase !== "offered" || !offer) {
    throw refused(record, "one for which nothing is minted", `${ready}, and fetch it then`, "not-minted");
  }
  // A clock that was set back knows nothing of what is left.
  if (nowMs >= offer.expiresAt || nowMs < (state.madeAt ?? 0)) {
    throw refused(
      record,
      `one that expired at ${new Date(offer.expiresAt).toISOString()}`,
      `${ready} for a new one`,
      "expired",
    );
  }
  return { handoff: offer.id, expiresAt: offer.expiresAt };
}

/** @throws ConflictError for an operation that hands nothing over */
export function refuseOthers({ id, request }: Pick<OperationRecord, "id" | "request">): string {
  const step = handingOver[request.type];
  if (step !== undefined) return step;
  throw new ConflictError(`Expected operation ${id} to hand something over, got one of type ${request.type}`, {
    code: "nothing-to-hand-over",
  });
}

function stepOf(record: OperationRecord, { name, owns }: Installer): string {
  const step = refuseOthers(record);
  const { installers } = handOverRequestOf(record.request);
  if (owns || !installers || installers.includes(name)) return step;
  throw new InvalidInputError(
    `Expected one of ${installers.join(", ")}, whom the request names as installers, got another client`,
    { code: "not-allowed" },
  );
}

function goingOn(record: OperationRecord): HandOver {
  if (record.state === "ended") {
    const { outcome, id } = record;
    throw refused(
      record,
      `one that ended as ${outcome}`,
      `for a new one: drover submit --again ${id}`,
      "operation-ended",
    );
  }
  if (record.cancelRequested) throw refused(record, "one that is being cancelled", "ask for a new one", "ending");
  const state = handOverOf(record);
  if (state) return state;
  throw refused(record, "one that has not begun", `see what it waits for: drover explain ${record.id}`, "not-begun");
}

function refused({ id }: OperationRecord, found: string, remedy: string, code: string): ConflictError {
  return new ConflictError(`Expected operation ${id} with something to hand over, got ${found}: ${remedy}`, { code });
}
