import { ConflictError, InvalidInputError, PermanentError, RetryableError } from "../../../contracts/errors.ts";
import { sha256Hex } from "../../../contracts/identifiers.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import type { Stage, StageState } from "../../../contracts/provider.ts";
import { provider } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { Certificate } from "../wire.ts";
import { authorityOf } from "./authority.ts";
import { certificateIn, overOf, sameThumbprint, shownOf } from "./certificates.ts";
import type { DpsChange } from "./dps-change.ts";
import { leafProblem } from "./leaf.ts";
import { askForLeaf } from "./made-leaf.ts";
import { requirePermitted } from "./requested-secret.ts";
import { requireSigner } from "./signer.ts";
import type { Verification } from "./verification.ts";
import { codeStage, uploadStage, verifyStage } from "./verify-stages.ts";
import { handleOf, type VerifyState, verifyFieldsOf, verifyStateOf } from "./verify-state.ts";

/** Codes that others may make void before the operation gives up. */
const maxRounds = 4;

/**
 * Proves to the service that somebody has the CA's private key: a code of the service becomes the subject of a certificate that the key
 * signs. Every step of it changes the certificate's ETag, so that the ETag tells whether the code is still the one that counts.
 */
export function verifyCertificateChange(parts: Parts, given: JsonObject): DpsChange {
  const fields = verifyFieldsOf(given);
  const { resourceGroup, service, certificate: name, content, signWith } = fields;
  const where = { resourceGroup, service };
  return {
    async stage(state, context) {
      requirePermitted(parts, [signWith]);
      const authority = content === undefined ? undefined : authorityOf(content, name, parts.clock.wallMs());
      const work: Verification = { parts, where, name, fields, authority, context };
      const known = verifyStateOf(state.handle);
      return known === undefined ? begin(work, state) : goOn(work, known, state);
    },
    checkSupplied(handle, certificate) {
      // With the CA's key Drover makes its own leaf: another one would be taken and never sent.
      if (signWith !== undefined) throw notAsked(name);
      const state = verifyStateOf(handle);
      if (state?.code === undefined || (state.phase !== "supply" && state.phase !== "verify")) throw notAsked(name);
      if (state.refused?.fingerprint === sha256Hex(certificate)) {
        throw new InvalidInputError(
          `Expected another certificate than the one that the service has refused, got the same: ${state.refused.reason}`,
          { code: "leaf-refused" },
        );
      }
      const shown = { code: state.code, authority: content ?? state.authority };
      const problem = leafProblem(certificate, shown, parts.clock.wallMs());
      if (problem !== undefined)
        throw new InvalidInputError(problem, { code: "leaf-refused", problems: [`certificate: ${problem}`] });
    },
    plan: () => {
      const { paths } = parts;
      const body = { certificate: "(base64 of the PEM text)" };
      const upload = { method: "PUT", url: paths.certificate(where, name), body, changes: true };
      return [
        { method: "GET", url: paths.certificate(where, name), changes: false },
        ...(content === undefined ? [] : [upload]),
        { method: "POST", url: paths.verificationCode(where, name), changes: true },
        { method: "POST", url: paths.verify(where, name), body, changes: true },
      ];
    },
  };
}

async function begin(work: Verification, { begun }: StageState): Promise<Stage> {
  const { parts, where, name, authority, context } = work;
  if (begun("upload") && authority !== undefined) return uploadStage(work, authority);
  // Before anything is changed: a key that cannot prove it would leave an upload and a code behind.
  await requireSigner(work);
  const seen = await certificateIn(parts, where, name, context);
  if (seen === undefined) {
    if (authority === undefined) throw missing(work);
    return uploadStage(work, authority);
  }
  if (authority !== undefined && !sameThumbprint(seen, authority.thumbprint)) throw another(work, seen);
  return (
    overWhen(work, seen, false) ?? { kind: "moved", handle: handleOf({ phase: "code", round: 1 }), status: "code" }
  );
}

async function goOn(
  work: Verification,
  state: VerifyState,
  { operation, supplied, begun }: StageState,
): Promise<Stage> {
  const { parts, where, name, authority, context } = work;
  const effect = `${state.phase}-${state.round}`;
  if (state.phase === "code" && begun(effect)) return codeStage(work, state, effect);
  if (state.phase === "verify" && begun(effect)) return verifyStage(work, state, effect, supplied?.certificate);
  const seen = await certificateIn(parts, where, name, context);
  if (seen === undefined) throw missing(work);
  if (authority !== undefined && !sameThumbprint(seen, authority.thumbprint)) throw another(work, seen);
  const over = overWhen(work, seen, state.phase === "confirm");
  if (over !== undefined) return over;
  if (state.phase === "confirm") return notYet(work, state);
  if (state.phase === "code") return codeStage(work, state, effect);
  if (state.etag === undefined)
    return { kind: "moved", handle: handleOf({ ...state, etag: seen.etag ?? "" }), status: state.phase };
  if (seen.etag !== state.etag) return anotherCode(work, state);
  if (state.phase === "verify") return verifyStage(work, state, effect, supplied?.certificate);
  const certificate = supplied?.certificate;
  if (certificate === undefined || sha256Hex(certificate) === state.refused?.fingerprint)
    return askForLeaf(work, state, operation);
  const proof = { code: state.code ?? "", authority: work.fields.content ?? state.authority };
  const problem = leafProblem(certificate, proof, work.parts.clock.wallMs());
  if (problem !== undefined) return askForLeaf(work, state, operation, problem);
  return { kind: "moved", handle: handleOf({ ...state, phase: "verify" }), status: "verify" };
}

/** Whoever has verified it, it is verified. */
function overWhen({ where, name, authority }: Verification, seen: Certificate, changed: boolean): Stage | undefined {
  if (seen.properties.isVerified !== true) return undefined;
  const warning = authority?.warning;
  const { thumbprint } = seen.properties;
  const told = { changed, certificate: name, ...(thumbprint ? { thumbprint } : {}), ...shownOf(seen) };
  return { kind: "ended", ended: overOf(where, { ...told, ...(warning === undefined ? {} : { warning }) }).ended };
}

/** Somebody has asked for a code of his own, or changed the certificate: ours is void. */
function anotherCode({ name, where }: Verification, { round, authority }: VerifyState): Stage {
  const reason = `Somebody else has changed certificate ${name} of service ${where.service}, so that its code is void`;
  if (round >= maxRounds) {
    const ended = { status: "Contended", outcome: "failed", code: "code-contended" } as const;
    return {
      kind: "ended",
      ended: { ...ended, reason: `${reason}, for the ${round}th time: find out who else verifies it` },
    };
  }
  const next = { phase: "code", round: round + 1, ...(authority === undefined ? {} : { authority }) } as const;
  return { kind: "moved", handle: handleOf(next), status: "code", reason };
}

function notYet({ parts, name, context }: Verification, { verifiedAt = 0 }: VerifyState): Stage {
  const reason = `Expected certificate ${name} to be verified after the service has taken the proof, got one that is not`;
  if (context.nowMs < verifiedAt + parts.settling.settlingMs) {
    throw new RetryableError(`${reason} yet: it is looked at again`, {
      provider,
      code: "not-verified-yet",
      effect: "none",
    });
  }
  return { kind: "ended", ended: { status: "Unverified", outcome: "failed", code: "not-verified", reason } };
}

function missing({ name, where }: Verification): PermanentError {
  return new PermanentError(
    `Expected certificate ${name} in service ${where.service}, got none: check its name, or give its content to have it uploaded`,
    { provider, code: "certificate-not-found" },
  );
}

function another({ name, where, authority }: Verification, { properties }: Certificate): PermanentError {
  return new PermanentError(
    `Expected certificate ${name} of service ${where.service} to have the thumbprint ${authority?.thumbprint}, got ${properties.thumbprint ?? "none"}: put it there with drover.azure-dps.put-certificate, or choose another name`,
    { provider, code: "other-certificate" },
  );
}

function notAsked(name: string): ConflictError {
  return new ConflictError(
    `Expected an operation that waits for a proof of certificate ${name}, got one that does not: see drover explain`,
    {
      code: "not-waiting",
    },
  );
}
