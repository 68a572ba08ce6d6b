import { X509Certificate } from "node:crypto";
import { PermanentError } from "../../../contracts/errors.ts";
import type { Stage } from "../../../contracts/provider.ts";
import { provider } from "../errors.ts";
import { certificateIn } from "./certificates.ts";
import { leafProblem } from "./leaf.ts";
import { requireSigner } from "./signer.ts";
import type { Verification } from "./verification.ts";
import type { VerifyState } from "./verify-state.ts";

const remindEveryMs = 3_600_000;

/** Waits for a leaf that somebody makes where the CA's key is. */
export function askForLeaf(
  { name, where, context }: Verification,
  state: VerifyState,
  operation: string,
  problem?: string,
): Stage {
  const { code = "", refused } = state;
  const subject = `-subj "/CN=${code}"`;
  const before = problem ?? refused?.reason;
  return {
    kind: "asks",
    code: "certificate",
    reason: `Certificate ${name} of service ${where.service} waits for a certificate whose subject is CN=${code}, signed by the CA's key${before === undefined ? "" : `. The last one was not taken: ${before}`}`,
    commands: [
      `openssl req -new -newkey rsa:2048 -nodes -keyout leaf.key ${subject} -out leaf.csr`,
      "openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -sha256 -out leaf.pem",
      `drover operations supply ${operation} --certificate leaf.pem`,
    ].join(" && "),
    untilMs: context.nowMs + remindEveryMs,
  };
}

/** @throws PermanentError when the service would refuse it */
export async function madeLeaf(work: Verification, { code = "", authority: shown }: VerifyState): Promise<string> {
  const { parts, where, name, authority, context } = work;
  const key = await requireSigner(work);
  if (key === undefined) return "";
  const known = authority?.certificate ?? (shown === undefined ? undefined : new X509Certificate(shown));
  // Loaded where a leaf is made, and nowhere else.
  const { makeLeaf } = await import("./make-leaf.ts");
  const seen = known === undefined ? await certificateIn(parts, where, name, context) : undefined;
  const leaf = makeLeaf({
    code,
    authority: known,
    issuer: seen?.properties.subject ?? name,
    key,
    // The service looks at its own clock.
    nowMs: parts.clock.wallMs(),
  });
  const problem = leafProblem(leaf, { code, authority: known?.toString() }, parts.clock.wallMs());
  if (problem !== undefined) {
    throw new PermanentError(`${problem}; ${work.fields.signWith?.$secret} is another key`, {
      provider,
      code: "wrong-ca-key",
    });
  }
  return leaf;
}
