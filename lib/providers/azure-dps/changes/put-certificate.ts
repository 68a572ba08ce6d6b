import * as z from "zod/mini";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { putCertificate } from "../../../contracts/requests/azure-dps.ts";
import type { Parts } from "../parts.ts";
import type { Certificate } from "../wire.ts";
import { authorityOf } from "./authority.ts";
import { certificateIn, findPut, overOf, preparedOf, preparing, sameThumbprint, shownOf } from "./certificates.ts";
import type { DpsChange } from "./dps-change.ts";

const fieldsSchema = z.object(putCertificate);

/** Uploads a CA's certificate, or puts another one in place of the one of that name. */
export function putCertificateChange(parts: Parts, given: JsonObject): DpsChange {
  const {
    resourceGroup,
    service,
    certificate: name,
    content,
  } = parseAs(fieldsSchema, given, "the fields of a certificate");
  const where = { resourceGroup, service };
  return {
    async stage(_state, context) {
      const { thumbprint, warning } = authorityOf(content, name, parts.clock.wallMs());
      const over = (changed: boolean, seen: Certificate | undefined) =>
        overOf(where, { changed, certificate: name, thumbprint, ...shownOf(seen), ...(warning ? { warning } : {}) });
      return {
        kind: "effect",
        name: "change",
        settling: parts.settling,
        async prepare() {
          const seen = await certificateIn(parts, where, name, context);
          return preparing(seen, sameThumbprint(seen, thumbprint));
        },
        find: (intent) => findPut(parts, where, { name, thumbprint, over }, intent, context),
        async create({ prepared, sendBefore }) {
          const { unchanged, etag } = preparedOf(prepared);
          if (unchanged === true) return over(false, undefined);
          const window = { sendBefore, timeoutMs: parts.settling.requestTimeoutMs, etag };
          return over(true, await parts.client.putCertificate(where, name, content, window, context.signal));
        },
      };
    },
    plan: () => {
      const url = parts.paths.certificate(where, name);
      return [
        { method: "GET", url, changes: false },
        { method: "PUT", url, body: { certificate: "(base64 of the PEM text)" }, changes: true },
      ];
    },
  };
}
