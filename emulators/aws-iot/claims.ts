import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { issueCertificate } from "../aws/certificate.ts";
import { epochSeconds, restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import { invalidRequest } from "./errors.ts";
import { type RoutedCall, templateOf } from "./templates.ts";
import type { Claim, World } from "./world.ts";

/** Every call issues one more claim; none can be read again. */
export function createClaim(call: RoutedCall): Answer {
  const { world, atMs } = call;
  const template = templateOf(call);
  if ("headers" in template) return template;
  if (!template.enabled && world.settings.disabledTemplate === "refuse-400") {
    return invalidRequest(`The provisioning template ${template.name} is not enabled.`);
  }
  const { claimLifetimeMs } = world.settings;
  const issued = issueCertificate(world.secrets, world.authority, "AWS IoT Certificate", atMs, claimLifetimeMs);
  const { certificatePem, privateKeyPem, publicKeyPem, expiresAtMs } = issued;
  const certificateId = createHash("sha256").update(new X509Certificate(certificatePem).raw).digest("hex");
  const claim: Claim = {
    certificateId,
    templateName: template.name,
    certificatePem,
    privateKeyPem,
    publicKeyPem,
    issuedAtMs: atMs,
    expiresAtMs,
  };
  world.claims.set(certificateId, claim);
  world.effects.push({
    atMs,
    kind: "claim-issued",
    templateName: template.name,
    by: "caller",
    detail: { certificateId },
  });
  const keyPair = { PublicKey: publicKeyPem, PrivateKey: privateKeyPem };
  return restJson({ certificateId, certificatePem, keyPair, expiration: epochSeconds(expiresAtMs) });
}

/** What a device shows when it comes with a claim. */
export interface Presented {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly templateName: string;
}

export type PresentedResult =
  | "accepted"
  | "foreign-certificate"
  | "wrong-key"
  | "expired"
  | "other-template"
  | "disabled";

/** A claim may be used by many devices until it expires. */
export function present(world: World, { certificatePem, privateKeyPem, templateName }: Presented): PresentedResult {
  const atMs = world.timeline.now();
  const claim = [...world.claims.values()].find((each) => each.certificatePem.trim() === certificatePem.trim());
  const result = resultOf(world, claim, privateKeyPem, templateName, atMs);
  world.effects.push({ atMs, kind: "claim-presented", templateName, by: "device", detail: { result } });
  return result;
}

function resultOf(
  world: World,
  claim: Claim | undefined,
  privateKeyPem: string,
  templateName: string,
  atMs: number,
): PresentedResult {
  if (claim === undefined) return "foreign-certificate";
  const certificate = new X509Certificate(claim.certificatePem);
  if (!opens(certificate, privateKeyPem)) return "wrong-key";
  if (atMs > Date.parse(certificate.validTo)) return "expired";
  if (claim.templateName !== templateName) return "other-template";
  return world.templates.get(templateName)?.enabled ? "accepted" : "disabled";
}

function opens(certificate: X509Certificate, privateKeyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(privateKeyPem));
  } catch {
    return false;
  }
}
