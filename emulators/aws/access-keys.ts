import type { Call } from "../exchange/call.ts";
import { isGenuine, parseSignature, timeOf } from "./signature.ts";

export interface AccessKeySeed {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials: every request must carry and sign it. */
  readonly sessionToken?: string;
  /** Absent: all of them. */
  readonly actions?: readonly string[];
}

/** What a signature must be for. */
export interface SignedFor {
  readonly service: string;
  /** Null takes every region. */
  readonly region: string | null;
  readonly action: string;
  /** How far the time of a signature may be from the clock. */
  readonly skewMs: number;
}

export interface Refusal {
  readonly type: string;
  readonly message: string;
}

const TOKEN_HEADER = "x-amz-security-token";
const MISMATCH = "The request signature we calculated does not match the signature you provided.";

/** Who may sign, and whether a call was signed by one of them, in the order in which AWS looks. */
export class AccessKeys {
  readonly #seeds = new Map<string, AccessKeySeed>();

  add(seed: AccessKeySeed): void {
    this.#seeds.set(seed.accessKeyId, seed);
  }

  /** Null for a call that may go on. */
  refusal(call: Call, { service, region, action, skewMs }: SignedFor): Refusal | null {
    const authorization = call.headers.get("authorization");
    if (authorization === null) return refused("MissingAuthenticationToken", "Missing Authentication Token");
    const signed = parseSignature(authorization);
    if (signed === null) return refused("IncompleteSignature", "The Authorization header is not well formed.");
    const holder = this.#seeds.get(signed.accessKeyId);
    const token = call.headers.get(TOKEN_HEADER);
    if (holder === undefined || (holder.sessionToken ?? token) !== token) {
      return refused("UnrecognizedClient", "The security token included in the request is invalid.");
    }
    const signedAtMs = timeOf(call.headers);
    if (signedAtMs === null || Math.abs(signedAtMs - call.atMs) > skewMs) {
      return refused("InvalidSignature", "Signature expired.");
    }
    if (region !== null && signed.region !== region) {
      return refused("InvalidSignature", `Credential should be scoped to a valid region, not '${signed.region}'.`);
    }
    const signsToken = token === null || signed.headers.includes(TOKEN_HEADER);
    if (signed.service !== service || !signsToken || !isGenuine(call, signed, holder.secretAccessKey)) {
      return refused("InvalidSignature", MISMATCH);
    }
    if (holder.actions !== undefined && !holder.actions.includes(action)) {
      return refused("AccessDenied", `The caller is not authorized to perform ${service}:${action}.`);
    }
    return null;
  }
}

function refused(type: string, message: string): Refusal {
  return { type: `${type}Exception`, message };
}
