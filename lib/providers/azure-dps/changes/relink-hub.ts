import * as z from "zod/mini";
import { PermanentError } from "../../../contracts/errors.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { relinkHub } from "../../../contracts/requests/azure-dps.ts";
import { listed } from "../../quoted.ts";
import { connectionStringOf } from "../connection-string.ts";
import { hostOf, hubIn, sameName, withHub } from "../document.ts";
import { provider } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { lookAt, sendWritten } from "./look-at.ts";
import { writePlan } from "./plans.ts";
import { requestedLink, requirePermitted } from "./requested-secret.ts";
import type { ServiceWrite } from "./service-change.ts";

const fieldsSchema = z.object(relinkHub);

/**
 * Gives the service the key that a linked hub has now. After a rotation of the hub's key device registrations fail with
 * IotHubUnauthorizedAccess until this is done. Weight and allocation policy of the link stay.
 */
export function relinkHubWrite(parts: Parts, given: JsonObject): ServiceWrite {
  const { resourceGroup, service, hub, connectionString } = parseAs(fieldsSchema, given, "the fields of a hub's link");
  const where = { resourceGroup, service };
  return {
    where,
    change: "put",
    async look(purpose, context) {
      requirePermitted(parts, [connectionString]);
      const wanted = await requestedLink(parts, connectionString);
      if (!sameName(wanted.hostName, hub)) {
        throw new PermanentError(
          `Expected ${connectionString.$secret} to be the connection string of hub ${hub}, got that of ${wanted.hostName}: store the right one, or name that hub`,
          { provider, code: "other-hub" },
        );
      }
      const read = await lookAt(parts, where, context, { purpose });
      const linked = hubIn(read, hub);
      if (linked === undefined && purpose === "write") throw notLinked(hub, service, (read.iotHubs ?? []).map(hostOf));
      const shown = linked && connectionStringOf(linked.connectionString);
      const looked = {
        inForce: shown?.keyName === wanted.keyName,
        // A read shows which key it is by name alone.
        provable: false,
        etag: read.etag,
        result: { hub: wanted.hostName, keyName: wanted.keyName },
      };
      if (linked === undefined || purpose === "find") return looked;
      const written = withHub(read, { location: linked.location, connectionString: wanted.text });
      return { ...looked, send: sendWritten(parts, where, { read, written, intended: { hubs: [hub] } }) };
    },
    plan: () => writePlan(parts.paths, where, "PUT", { relink: hub, everythingElse: "(as it is)" }),
  };
}

function notLinked(hub: string, service: string, hosts: readonly (string | undefined)[]): PermanentError {
  const linked = listed(hosts.flatMap((host) => host ?? []));
  return new PermanentError(
    `Expected hub ${hub} to be linked to service ${service}, got ${linked}: check its name, or link it with drover.azure-dps.put-service`,
    { provider, code: "hub-not-linked" },
  );
}
