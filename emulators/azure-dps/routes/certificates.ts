import { type Answer, empty, json } from "../../exchange/answer.ts";
import { fieldsOf, jsonBody } from "../../exchange/call.ts";
import { nestsCertificates, takesVerified } from "../api-versions.ts";
import { param, type Route, type RoutedCall } from "../call.ts";
import { certificateEtag, describeCertificate, isProof, readCertificate } from "../certificates.ts";
import { note } from "../effects.ts";
import { providerError } from "../errors.ts";
import { SERVICE, serviceOf } from "../service-of.ts";
import { type Certificate, key, type ProvisioningService } from "../world.ts";

const CERTIFICATES = `${SERVICE}/certificates`;
const CERTIFICATE = `${CERTIFICATES}/{certificateName}`;
const NAME = /^[A-Za-z0-9-._]{1,64}$/;

export const listCertificates: Route = {
  operation: "DpsCertificates_List",
  method: "GET",
  path: CERTIFICATES,
  budget: "reads",
  handle(call) {
    const service = serviceOf(call);
    if ("status" in service) return service;
    return json(200, {
      value: [...service.certificates.values()].map((each) => describeCertificate(call, service, each)),
    });
  },
};

export const findCertificate: Route = {
  operation: "DpsCertificate_Get",
  method: "GET",
  path: CERTIFICATE,
  budget: "reads",
  handle: (call) => withCertificate(call, (service, known) => answer(call, service, known)),
};

export const putCertificate: Route = {
  operation: "DpsCertificate_CreateOrUpdate",
  method: "PUT",
  path: CERTIFICATE,
  budget: "writes",
  reports: "writes",
  handle(call) {
    const service = serviceOf(call);
    if ("status" in service) return service;
    const name = param(call, "certificateName");
    if (!NAME.test(name)) return refuse(call, 400, 400_002, `The certificate name '${name}' is not valid.`);
    const known = service.certificates.get(key(name));
    if (known !== undefined) {
      const optional = call.world.settings.certificateUpdateWithoutEtag === "accept";
      const refusal = refusalOfEtag(call, known, optional);
      if (refusal !== null) return refusal;
    }
    const body = fieldsOf(jsonBody(call));
    // A body of the other version has the certificate where this version does not look: it is as if there were none.
    const given = nestsCertificates(call.apiVersion) ? fieldsOf(body?.["properties"]) : body;
    const ca = readCertificate(given?.["certificate"]);
    if (ca === null) return refuse(call, 400, 400_013, "The certificate is missing or is no X.509 certificate.");
    const isVerified = takesVerified(call.apiVersion) && given?.["isVerified"] === true;
    const stored: Certificate = {
      name: known?.name ?? name,
      pem: ca.toString(),
      etag: certificateEtag(call.world),
      isVerified,
      verificationCode: null,
      updatedAtMs: call.atMs,
    };
    return store(call, service, stored, "certificate-put");
  },
};

export const deleteCertificate: Route = {
  operation: "DpsCertificate_Delete",
  method: "DELETE",
  path: CERTIFICATE,
  budget: "deletes",
  reports: "deletes",
  handle(call) {
    const service = serviceOf(call);
    if ("status" in service) return service;
    if (!call.headers.has("if-match")) return missingEtag(call);
    const known = service.certificates.get(key(param(call, "certificateName")));
    if (known === undefined) return empty(204);
    const refusal = refusalOfEtag(call, known);
    if (refusal !== null) return refusal;
    service.certificates.delete(key(known.name));
    note(call.world, call.atMs, "certificate-deleted", service.name, { certificate: known.name });
    return empty(200);
  },
};

export const generateVerificationCode: Route = {
  operation: "DpsCertificate_GenerateVerificationCode",
  method: "POST",
  path: `${CERTIFICATE}/generateVerificationCode`,
  budget: "writes",
  reports: "writes",
  handle: (call) =>
    withCertificate(call, (service, known) => {
      const refusal = refusalOfEtag(call, known);
      if (refusal !== null) return refusal;
      const verificationCode = call.world.secrets.hex(48);
      return store(call, service, { ...known, verificationCode }, "certificate-code", true);
    }),
};

export const verifyCertificate: Route = {
  operation: "DpsCertificate_VerifyCertificate",
  method: "POST",
  path: `${CERTIFICATE}/verify`,
  budget: "writes",
  reports: "writes",
  handle: (call) =>
    withCertificate(call, (service, known) => {
      const refusal = refusalOfEtag(call, known);
      if (refusal !== null) return refusal;
      const leaf = readCertificate(fieldsOf(jsonBody(call))?.["certificate"]);
      if (leaf === null) return refuse(call, 400, 400_013, "The certificate is missing or is no X.509 certificate.");
      if (!isProof(leaf, known, call.atMs)) {
        return refuse(call, 400, 400_020, "The certificate does not prove possession of the private key.");
      }
      return store(call, service, { ...known, isVerified: true, verificationCode: null }, "certificate-verified");
    }),
};

function withCertificate(call: RoutedCall, then: (service: ProvisioningService, known: Certificate) => Answer): Answer {
  const service = serviceOf(call);
  if ("status" in service) return service;
  const name = param(call, "certificateName");
  const known = service.certificates.get(key(name));
  return known === undefined
    ? refuse(call, 404, 404_010, `The certificate '${name}' was not found.`)
    : then(service, known);
}

/** Every step changes the etag. */
function store(
  call: RoutedCall,
  service: ProvisioningService,
  certificate: Certificate,
  kind: string,
  withCode = false,
): Answer {
  const stored = { ...certificate, etag: certificateEtag(call.world), updatedAtMs: call.atMs };
  service.certificates.set(key(stored.name), stored);
  note(call.world, call.atMs, kind, service.name, { certificate: stored.name });
  return answer(call, service, stored, withCode);
}

function answer(call: RoutedCall, service: ProvisioningService, certificate: Certificate, withCode = false): Answer {
  return json(200, describeCertificate(call, service, certificate, withCode));
}

/** The etag goes verbatim into `If-Match`: with quotes around it, it is another one. */
function refusalOfEtag(call: RoutedCall, { etag }: Certificate, optional = false): Answer | null {
  const given = call.headers.get("if-match");
  if (given === null) return optional ? null : missingEtag(call);
  if (given === etag || given === "*") return null;
  return refuse(call, 412, 412_001, "The etag of the request is not the one of the certificate.");
}

function missingEtag(call: RoutedCall): Answer {
  return refuse(call, 400, 400_021, "The header If-Match is required.");
}

function refuse({ world, atMs }: RoutedCall, status: number, code: number, message: string): Answer {
  return providerError(world, status, code, message, atMs);
}
