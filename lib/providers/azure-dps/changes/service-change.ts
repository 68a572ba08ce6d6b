import * as z from "zod/mini";
import { PermanentError } from "../../../contracts/errors.ts";
import type { Json, JsonObject } from "../../../contracts/json.ts";
import type { Intent } from "../../../contracts/operation.ts";
import { parseAs } from "../../../contracts/parse.ts";
import type { CallContext, Ended, Found, PlannedCall, Polled, Stage, Started } from "../../../contracts/provider.ts";
import { listed } from "../../quoted.ts";
import type { Window } from "../arm.ts";
import type { Accepted } from "../client.ts";
import type { Parts } from "../parts.ts";
import type { Where } from "../paths.ts";
import { poll } from "../poll.ts";
import { begun, type Polling } from "../polling.ts";
import type { DpsChange } from "./dps-change.ts";

/** What a look at a service says about one wish. */
export interface Looked {
  /** Whether all that a read shows is as it was asked for. */
  readonly inForce: boolean;
  /** Whether a read shows all of the wish. A hub's key is never shown: of a link that looks right the key may be another one. */
  readonly provable: boolean;
  readonly etag?: string | undefined;
  /** Whether there is no service yet, and so no ETag that a write could carry. */
  readonly creates?: boolean;
  /** Tells the service from a later one of the same name. */
  readonly idScope?: string | undefined;
  /** What can be told of it: never a key. */
  readonly result: JsonObject;
  /** Where the service itself says that the change has failed for good. */
  readonly failed?: { readonly code: string; readonly reason: string };
  /** Whether the service says that the change is under way. */
  readonly underWay?: boolean;
  /** Writes what was looked at, with the wish put in: one request. */
  readonly send?: (window: Window, signal: AbortSignal) => Promise<Accepted>;
}

/** One kind of change of a service. */
export interface ServiceWrite {
  readonly where: Where;
  readonly change: Polling["change"];
  /** @param purpose `write`: with everything that forbids a write */
  look(purpose: "write" | "find", context: CallContext): Promise<Looked>;
  plan(): readonly PlannedCall[];
}

const preparedSchema = z.object({
  unchanged: z.optional(z.boolean()),
  etag: z.optional(z.string()),
  idScope: z.optional(z.string()),
  /** Whether all that a read shows was as it was asked for before anything was sent. */
  inForce: z.boolean(),
});
const acceptedSchema = z.object({ acceptedAt: z.optional(z.number()) });

/**
 * A change by one write of the whole service. What proves that a write took place whose answer was lost: the service shows what was asked
 * for, and did not before. What shows nothing, such as a hub's new key under its old name, is written again after the settling time:
 * the same once more changes nothing, and leaves nobody to decide.
 */
export class ServiceChange implements DpsChange {
  readonly #parts: Parts;
  readonly #write: ServiceWrite;
  /** What the last `prepare` saw: what `create` writes is made from it. */
  #looked: Looked | undefined;

  constructor(parts: Parts, write: ServiceWrite) {
    this.#parts = parts;
    this.#write = write;
  }

  async stage(_state: unknown, context: CallContext): Promise<Stage> {
    return {
      kind: "effect",
      name: "change",
      settling: this.#parts.settling,
      prepare: () => this.#prepare(context),
      find: (intent) => this.#find(intent, context),
      create: (intent) => this.#create(intent, context),
    };
  }

  plan(): readonly PlannedCall[] {
    return this.#write.plan();
  }

  async #prepare(context: CallContext): Promise<Json> {
    const looked = await this.#write.look("write", context);
    this.#looked = looked;
    const { inForce, provable, etag, idScope } = looked;
    const unchanged = inForce && provable;
    // A write that carries none undoes whatever somebody else has changed since the look.
    if (!unchanged && looked.creates !== true && !etag) throw withoutEtag(this.#write.where);
    return {
      inForce,
      ...(unchanged ? { unchanged } : {}),
      ...(etag === undefined ? {} : { etag }),
      ...(idScope === undefined ? {} : { idScope }),
    };
  }

  async #create({ sendBefore, prepared }: Intent, context: CallContext): Promise<Started> {
    const looked = this.#looked;
    this.#looked = undefined;
    if (preparedOf(prepared).unchanged === true) return this.#over(false, looked?.result);
    if (looked?.send === undefined) throw withoutLook(this.#write.where);
    const timeoutMs = this.#parts.settling.requestTimeoutMs;
    const accepted = await looked.send({ sendBefore, timeoutMs }, context.signal);
    const { where, change } = this.#write;
    const { polling, requestId, retryAfterMs } = await begun(this.#parts, accepted, {
      change,
      where,
      etagBefore: looked.etag,
    });
    const more = { ...(requestId === undefined ? {} : { requestId }) };
    if (polling === undefined) return { ...this.#over(true, looked.result), ...more };
    return {
      handle: { ...Object(polling), acceptedAt: context.nowMs },
      ids: this.#ids,
      ...more,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }

  async #find(intent: Intent, context: CallContext): Promise<Found<Started>> {
    const prepared = preparedOf(intent.prepared);
    const { where, change } = this.#write;
    // Nothing was to be sent.
    if (prepared.unchanged === true) return { kind: "found", result: this.#over(false) };
    let looked: Looked;
    try {
      looked = await this.#write.look("find", context);
    } catch (error) {
      if (!(error instanceof PermanentError) || error.code !== "service-not-found") throw error;
      const evidence = `Service ${where.service} is not there any more, so that a write with its ETag cannot land`;
      return { kind: "fenced", evidence };
    }
    const { inForce, provable, idScope, failed, underWay, result } = looked;
    if (prepared.idScope !== undefined && idScope !== undefined && prepared.idScope !== idScope) {
      const evidence = `Service ${where.service} has the id scope ${listed([idScope])} where it had ${listed([prepared.idScope])}: somebody has deleted it and created another one of its name, and whether that came before or after this request is not known`;
      return { kind: "ambiguous", evidence };
    }
    if (failed !== undefined) return { kind: "found", result: this.#failed(failed) };
    if (underWay === true) {
      return { kind: "found", result: { handle: { change, ...where, acceptedAt: context.nowMs }, ids: this.#ids } };
    }
    if (!inForce || (!provable && prepared.inForce)) return { kind: "absent-so-far" };
    return { kind: "found", result: this.#over(true, result), evidence: "The service shows what was asked for" };
  }

  /** What is seen in force counts, also where the provider does not tell any more; what is said to be in force has to be seen. */
  async poll(handle: Json, _intent: Intent | undefined, context: CallContext): Promise<Polled> {
    const seen = await poll(this.#parts, handle, context);
    const isOver = seen.kind === "ended" && seen.outcome === "succeeded";
    if (this.#write.change === "delete") {
      return isOver ? { ...seen, result: { changed: true, ...this.#write.where } } : seen;
    }
    if (!isOver && seen.kind !== "unclear") return seen;
    const looked = await this.#confirm(context);
    if (looked === undefined)
      return seen.kind === "unclear" ? seen : { kind: "unclear", status: "Succeeded, unreadable" };
    if (looked.inForce && (isOver || looked.provable)) {
      const { outcome, result, status } = { ...this.#over(true, looked.result).ended, ...seen } as Ended;
      return {
        kind: "ended",
        outcome: outcome ?? "succeeded",
        status,
        result: { ...result, changed: true, ...looked.result },
      };
    }
    if (!isOver) return seen;
    const { acceptedAt = 0 } = parseAs(acceptedSchema, handle, "what an Azure DPS change is followed by");
    // A read may be behind for a while.
    if (context.nowMs < acceptedAt + this.#parts.settling.settlingMs) {
      return { kind: "in-progress", status: "Succeeded, and not visible yet" };
    }
    const reason = `Azure says that the change of service ${this.#write.where.service} has succeeded, and the service does not show what was asked for: compare it with the request, somebody else may have changed it`;
    return { kind: "ended", status: seen.status, outcome: "failed", code: "not-in-force", reason, ids: this.#ids };
  }

  async #confirm(context: CallContext): Promise<Looked | undefined> {
    try {
      return await this.#write.look("find", context);
    } catch (error) {
      if (error instanceof PermanentError) return undefined;
      throw error;
    }
  }

  get #ids(): Readonly<Record<string, string>> {
    const { resourceGroup, service } = this.#write.where;
    return { resourceGroup, service };
  }

  #over(changed: boolean, result: JsonObject = {}): Started & { readonly ended: Ended } {
    const status = changed ? "Succeeded" : "Unchanged";
    return {
      handle: { ...this.#ids },
      ids: this.#ids,
      ended: { status, outcome: "succeeded", result: { changed, ...this.#ids, ...result } },
    };
  }

  #failed({ code, reason }: NonNullable<Looked["failed"]>): Started {
    return { handle: { ...this.#ids }, ids: this.#ids, ended: { status: "Failed", outcome: "failed", code, reason } };
  }
}

const preparedOf = (prepared: Json) => parseAs(preparedSchema, prepared, "what was seen before a change");

function withoutLook({ service }: Where): PermanentError {
  return new PermanentError(`Expected a look at service ${service} before a change of it, got none: look first`, {
    provider: "azure-dps",
    code: "not-looked",
  });
}

function withoutEtag({ service }: Where): PermanentError {
  return new PermanentError(`Expected an ETag of service ${service}, got none: it cannot be changed without one`, {
    provider: "azure-dps",
    code: "no-etag",
  });
}
