import * as z from "zod/mini";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { deleteCertificate } from "../../../contracts/requests/azure-dps.ts";
import type { Parts } from "../parts.ts";
import { certificateIn, overOf, preparedOf, preparing } from "./certificates.ts";
import type { DpsChange } from "./dps-change.ts";

const fieldsSchema = z.object(deleteCertificate);

/** Removes a CA's certificate: devices under it register no more. */
export function deleteCertificateChange(parts: Parts, given: JsonObject): DpsChange {
  const {
    resourceGroup,
    service,
    certificate: name,
  } = parseAs(fieldsSchema, given, "the fields of a certificate's deletion");
  const where = { resourceGroup, service };
  const over = (changed: boolean) => overOf(where, { changed, certificate: name });
  return {
    async stage(_state, context) {
      return {
        kind: "effect",
        name: "change",
        settling: parts.settling,
        async prepare() {
          const seen = await certificateIn(parts, where, name, context);
          return preparing(seen, seen === undefined);
        },
        async find({ prepared }) {
          const { unchanged, etag, thumbprint } = preparedOf(prepared);
          if (unchanged === true) return { kind: "found", result: over(false) };
          const seen = await certificateIn(parts, where, name, context);
          if (seen === undefined) return { kind: "found", result: over(true) };
          if (seen.etag === etag) return { kind: "absent-so-far" };
          const { thumbprint: found } = seen.properties;
          if (found === thumbprint) {
            return {
              kind: "fenced",
              evidence: `Somebody else has changed certificate ${name}: what carries its ETag of before is refused`,
            };
          }
          const evidence = `Certificate ${name} has the thumbprint ${found} where it had ${thumbprint}: somebody has put another one there, and whether it shall go too is not known`;
          return { kind: "ambiguous", evidence };
        },
        async create({ prepared, sendBefore }) {
          const { unchanged, etag = "" } = preparedOf(prepared);
          if (unchanged === true) return over(false);
          const window = { sendBefore, timeoutMs: parts.settling.requestTimeoutMs, etag };
          const { status } = await parts.client.deleteCertificate(where, name, window, context.signal);
          return over(status !== 204);
        },
      };
    },
    plan: () => {
      const url = parts.paths.certificate(where, name);
      return [
        { method: "GET", url, changes: false },
        { method: "DELETE", url, changes: true },
      ];
    },
  };
}
