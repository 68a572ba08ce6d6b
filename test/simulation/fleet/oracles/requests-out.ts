import {
  connectionKey,
  type Intent,
  isQuarantined,
  type OperationRecord,
  operationKey,
} from "../../../../lib/contracts/operation.ts";
import { rotationType } from "../../../../lib/contracts/requests/rotate-policy-key.ts";
import { nameOf } from "../invariants/rows.ts";
import type { SecretInvariants } from "../invariants/secrets.ts";
import type { Work } from "../io.ts";
import type { ProviderCall } from "../provider-calls.ts";
import type { FleetStore } from "../store.ts";
import type { Report } from "../verdicts.ts";

export interface RequestsOutParts {
  readonly store: FleetStore;
  readonly report: Report;
  readonly nowMs: () => number;
  readonly secrets: SecretInvariants;
}

/** From the stored intent to the request: docs/protocol.md, "Effects". */
const sendWithinMs = 10_000;

/** From the look at the connection to the intent: reads that prepare an effect stand between them. */
const pauseReadMs = 300_000;

/** Whether it may have something under way that others must not meet. */
function isAtWork(row: OperationRecord): boolean {
  if (row.state === "ended" && !isQuarantined(row)) return false;
  if (row.request.type === "drover.azure-sphere.deploy") return Object.keys(row.intents).length > 0;
  return openOf(row).some(({ harmless }) => harmless !== true);
}

const openOf = (row: OperationRecord): readonly Intent[] =>
  Object.values(row.intents).filter((intent) => intent.result === undefined);

/** Watches every request to a provider as it leaves. */
export class RequestsOut {
  readonly #parts: RequestsOutParts;
  /** When an intent was first stored, by its nonce (virtual time). */
  readonly #storedAt = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  readonly #originOf = new Map<string, string>();
  /** Every operation that ever had the turn of a resource, or waited for it. */
  readonly #sharing = new Map<string, Set<string>>();

  constructor(parts: RequestsOutParts) {
    this.#parts = parts;
  }

  /** A row was written: its intents are known from now on. */
  written(row: OperationRecord): void {
    if (row.turn) this.#sharing.set(row.turn.resource, this.#sharingOf(row.turn.resource).add(row.id));
    for (const { nonce } of Object.values(row.intents)) {
      if (!this.#storedAt.has(nonce)) this.#storedAt.set(nonce, this.#parts.nowMs());
    }
  }

  leaving(call: ProviderCall, request: Request, work: Work | undefined): void {
    if (work) work.done.providerCalls += 1;
    this.#tokenStays(call, request);
    if (work?.operation !== undefined && call.changes) this.#begins(call, work.operation);
    if (work && call.changes) this.#noteIntent(work);
    if (!call.creates || work === undefined) return;
    const { store, report, nowMs } = this.#parts;
    const stored = work.operation === undefined ? undefined : store.peek(operationKey(work.operation));
    const row = stored?.kind === "operation" ? stored : undefined;
    // Any open intent, or one that another delivery has meanwhile found to have taken place.
    const intents = row ? Object.values(row.intents) : [];
    if (!row || intents.length === 0 || !store.isFlushed(operationKey(row.id))) {
      report(
        "intent-before-effect",
        `${call.label} leaves for ${row ? nameOf(row) : work.step} without a stored intent`,
      );
      return;
    }
    const latest = Math.max(...openOf(row).map(({ nonce }) => this.#storedAt.get(nonce) ?? 0), 0);
    if (openOf(row).length > 0 && nowMs() > latest + sendWithinMs) {
      report("sent-in-time", `${call.label} leaves ${nowMs() - latest} ms after the intent of ${nameOf(row)}`);
    }
    for (const { nonce } of openOf(row).slice(-1)) this.#countRequest(nonce, call, row);
  }

  /** A provider said that it did what it was asked for. */
  answered({ done }: Work): void {
    if (done.under !== undefined) done.answered = [...(done.answered ?? []), done.under];
  }

  #noteIntent({ done, operation = "" }: Work): void {
    const row = this.#parts.store.peek(operationKey(operation));
    const nonce = row?.kind === "operation" ? openOf(row).at(-1)?.nonce : undefined;
    if (nonce === undefined) delete done.under;
    else done.under = nonce;
  }

  /** A change leaves: nobody else is at work on the same thing, and nobody has paused its connection. */
  #begins(call: ProviderCall, operation: string): void {
    const { store, report } = this.#parts;
    const row = store.peek(operationKey(operation));
    if (row?.kind !== "operation") return;
    const open = openOf(row).filter(({ harmless }) => harmless !== true);
    if (open.length === 0) return;
    for (const id of row.turn === undefined ? [] : this.#sharingOf(row.turn.resource)) {
      const other = store.peek(operationKey(id));
      if (other?.kind !== "operation" || id === row.id || !isAtWork(other)) continue;
      if (other.turn?.resource !== row.turn?.resource) continue;
      report(
        "one-writer",
        `${call.label} leaves for ${nameOf(row)} while ${nameOf(other)} is at work on ${row.turn?.resource}`,
      );
    }
    const connection = store.peek(connectionKey(row.request.connection));
    const pausedAt = connection?.kind === "connection" ? connection.paused?.at : undefined;
    const written = Math.max(...open.map(({ writtenAt }) => writtenAt));
    if (pausedAt !== undefined && written > pausedAt + pauseReadMs && row.request.type !== rotationType) {
      report(
        "nothing-begins-while-paused",
        `${call.label} leaves for ${nameOf(row)}, ${written - pausedAt} ms after the pause`,
      );
    }
  }

  #sharingOf(resource: string): Set<string> {
    return this.#sharing.get(resource) ?? new Set();
  }

  #countRequest(nonce: string, call: ProviderCall, row: OperationRecord): void {
    const key = `${nonce} ${call.label}`;
    const count = (this.#sent.get(key) ?? 0) + 1;
    this.#sent.set(key, count);
    if (count > 1)
      this.#parts.report(
        "one-request-per-intent",
        `${call.label} left ${count} times under one intent of ${nameOf(row)}`,
      );
  }

  /** Each token was given for one place, and goes there only. */
  #tokenStays({ label }: ProviderCall, { headers, url }: Request): void {
    const { report, secrets } = this.#parts;
    const { origin, hostname } = new URL(url);
    const tokens = ["authorization", "x-auth-token", "x-ms-authorization-auxiliary"].flatMap(
      (name) => headers.get(name) ?? [],
    );
    if (hostname !== "127.0.0.1")
      report("token-only-to-its-host", `${label}: ${origin} is of no connection, sent ${tokens.length} tokens`);
    for (const token of tokens) {
      secrets.noteToken(token);
      const known = this.#originOf.get(token) ?? origin;
      this.#originOf.set(token, known);
      if (known !== origin) report("token-only-to-its-host", `${label}: a token of ${known} went to ${origin}`);
    }
  }
}
