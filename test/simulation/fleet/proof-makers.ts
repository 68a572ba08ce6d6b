import { createPrivateKey, X509Certificate } from "node:crypto";
import { supply } from "../../../functions/receive-webhook/supply.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { makeLeaf } from "../../../lib/providers/azure-dps/changes/make-leaf.ts";
import { verifyStateOf } from "../../../lib/providers/azure-dps/changes/verify-state.ts";
import { knownSecrets } from "./connections.ts";
import { authority } from "./dps-requests.ts";
import { type Errand, person } from "./errand.ts";
import type { PeopleParts } from "./people-parts.ts";

const minuteMs = 60_000;

/** Those who have a CA's key, and prove it where Drover has not been given that key. */
export class ProofMakers {
  readonly #parts: PeopleParts;

  constructor(parts: PeopleParts) {
    this.#parts = parts;
  }

  errandFor(row: OperationRecord): Errand | undefined {
    const { request, waitingFor, handle, id } = row;
    if (request.type !== "drover.azure-dps.verify-certificate" || waitingFor?.code !== "certificate") return undefined;
    const code = verifyStateOf(handle)?.code;
    if (code === undefined) return undefined;
    const { random, wallNow } = this.#parts;
    return {
      ...{ key: `${id}/supply/${code}`, step: "supply", afterMs: 5_000 + random.below(40 * minuteMs) },
      run: (functions) => supply(functions, row, leafFor(code, wallNow()), person),
    };
  }
}

function leafFor(code: string, nowMs: number): string {
  const { content, signWith } = authority();
  const key = createPrivateKey(knownSecrets.get(signWith.$secret) ?? "");
  return makeLeaf({ code, authority: new X509Certificate(content), issuer: "", key, nowMs });
}
