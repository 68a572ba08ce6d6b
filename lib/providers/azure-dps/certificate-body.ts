import type { CallBody } from "../call.ts";
import { nestsCertificates } from "./versions.ts";

/** The upload of a certificate: base64 of its PEM text, flat up to 2021 and inside `properties` from 2022 on. */
export function certificateBody(pem: string, apiVersion: string): CallBody {
  const certificate = Buffer.from(pem, "utf8").toString("base64");
  const body = nestsCertificates(apiVersion) ? { properties: { certificate } } : { certificate };
  return { contentType: "application/json", text: JSON.stringify(body) };
}
