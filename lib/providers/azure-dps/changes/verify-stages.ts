import { PermanentError } from "../../../contracts/errors.ts";
import { sha256Hex } from "../../../contracts/identifiers.ts";
import type { Stage, Started } from "../../../contracts/provider.ts";
import { provider } from "../errors.ts";
import type { Authority } from "./authority.ts";
import { certificateOf } from "./authority.ts";
import { certificateIn, findPut, preparedOf, preparing, sameThumbprint } from "./certificates.ts";
import { madeLeaf } from "./made-leaf.ts";
import type { Verification } from "./verification.ts";
import { handleOf, type VerifyState } from "./verify-state.ts";

type EffectStage = Extract<Stage, { kind: "effect" }>;

/** A certificate that the service shows is kept with each intent, so that a longer one is left to the service. */
const longestAuthority = 3 * 1024;

/** Puts the CA's certificate there: what is there already stays. */
export function uploadStage({ parts, where, name, fields, context }: Verification, { thumbprint }: Authority): Stage {
  const over = (): Started => movedTo(where, { phase: "code", round: 1 });
  return {
    kind: "effect",
    name: "upload",
    settling: parts.settling,
    goesOn: true,
    async prepare() {
      const seen = await certificateIn(parts, where, name, context);
      if (seen !== undefined && !sameThumbprint(seen, thumbprint)) {
        throw new PermanentError(
          `Expected no certificate ${name} in service ${where.service}, got another one that came meanwhile: submit the request again`,
          { provider, code: "other-certificate" },
        );
      }
      return preparing(seen, seen !== undefined);
    },
    find: (intent) => findPut(parts, where, { name, thumbprint, over }, intent, context),
    async create({ prepared, sendBefore }) {
      if (preparedOf(prepared).unchanged === true) return over();
      const window = { sendBefore, timeoutMs: parts.settling.requestTimeoutMs };
      await parts.client.putCertificate(where, name, fields.content ?? "", window, context.signal);
      return over();
    },
  };
}

/**
 * Asks for a code. A code whose answer was lost is never shown again: where the ETag has changed the request can land no more, and
 * another code takes the place of whatever it made.
 */
export function codeStage(work: Verification, { round, authority }: VerifyState, effect: string): EffectStage {
  const { parts, where, name, fields, context } = work;
  return {
    kind: "effect",
    name: effect,
    settling: parts.settling,
    // One too many is another text to sign.
    harmless: true,
    goesOn: true,
    async prepare() {
      const seen = await certificateIn(parts, where, name, context);
      if (seen === undefined) throw gone(work);
      return preparing(seen, false);
    },
    find: ({ prepared }) => voidSince(work, preparedOf(prepared).etag),
    async create({ prepared, sendBefore }) {
      const { etag = "" } = preparedOf(prepared);
      const window = { sendBefore, timeoutMs: parts.settling.requestTimeoutMs, etag };
      const answer = await parts.client.generateVerificationCode(where, name, window, context.signal);
      const { verificationCode: code, certificate } = answer.properties;
      const shown = fields.content === undefined ? shownAuthority(certificate) : undefined;
      return movedTo(where, {
        phase: fields.signWith === undefined ? "supply" : "verify",
        round,
        code,
        ...(answer.etag ? { etag: answer.etag } : {}),
        ...(shown === undefined ? (authority === undefined ? {} : { authority }) : { authority: shown }),
      });
    },
  };
}

/** Sends the leaf. Verified is verified, by whatever leaf; another ETag without that makes the code void, and the request too late. */
export function verifyStage(
  work: Verification,
  state: VerifyState,
  effect: string,
  supplied: string | undefined,
): EffectStage {
  const { parts, where, name, fields, context } = work;
  let leaf: string | undefined;
  const verified = (): Started => movedTo(where, { ...state, phase: "confirm", verifiedAt: context.nowMs });
  return {
    kind: "effect",
    name: effect,
    settling: parts.settling,
    goesOn: true,
    async prepare() {
      leaf = fields.signWith === undefined ? supplied : await madeLeaf(work, state);
      const { etag } = state;
      return etag === undefined ? {} : { etag };
    },
    async find({ prepared }) {
      const seen = await certificateIn(parts, where, name, context);
      if (seen?.properties.isVerified === true) return { kind: "found", result: verified() };
      return voidSince(work, preparedOf(prepared).etag);
    },
    async create({ prepared, sendBefore }) {
      const { etag = "" } = preparedOf(prepared);
      const window = { sendBefore, timeoutMs: parts.settling.requestTimeoutMs, etag };
      await parts.client.verifyCertificate(where, name, leaf ?? "", window, context.signal);
      return verified();
    },
    refused(error) {
      if (fields.signWith !== undefined || supplied === undefined || error.status !== 400) return undefined;
      const refused = { fingerprint: sha256Hex(supplied), reason: error.message.slice(0, 300) };
      return handleOf({ ...state, phase: "supply", refused });
    },
  };
}

/** The request carries the ETag of before: where that has changed, it is refused should it still come. */
async function voidSince({ parts, where, name, context }: Verification, etag: string | undefined) {
  const seen = await certificateIn(parts, where, name, context);
  if (seen !== undefined && seen.etag === etag) return { kind: "absent-so-far" } as const;
  const evidence = `Certificate ${name} has changed since, so that what carries its ETag of before is refused`;
  return { kind: "fenced", evidence } as const;
}

function movedTo({ resourceGroup, service }: Verification["where"], state: VerifyState): Started {
  return { handle: handleOf(state), ids: { resourceGroup, service } };
}

/** As the service shows it in its answer: text, or base64 of it. */
function shownAuthority(text: string | null | undefined): string | undefined {
  if (!text || text.length > longestAuthority) return undefined;
  const pem = text.includes("-----BEGIN") ? text : Buffer.from(text, "base64").toString("utf8");
  return certificateOf(pem)?.toString();
}

function gone({ name, where }: Verification): PermanentError {
  return new PermanentError(
    `Expected certificate ${name} in service ${where.service}, got none: somebody has removed it meanwhile`,
    {
      provider,
      code: "certificate-not-found",
    },
  );
}
