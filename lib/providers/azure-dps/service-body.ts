import { Secret } from "../../contracts/secret.ts";
import type { CallBody } from "../call.ts";
import { connectionStringOf } from "./connection-string.ts";
import type { ServiceDocument } from "./document.ts";

/** The document as a PUT sends it, secret as a whole: nothing of it comes back in a message. */
export function bodyOf(document: ServiceDocument, etag = document.etag): CallBody {
  const { location, sku, tags, allocationPolicy, iotHubs, policies, newer } = document;
  const body = {
    location,
    ...(etag === undefined ? {} : { etag }),
    sku,
    ...(tags === undefined ? {} : { tags }),
    ...newer?.top,
    properties: {
      ...newer?.properties,
      ...(allocationPolicy === undefined ? {} : { allocationPolicy }),
      ...(iotHubs === undefined
        ? {}
        : { iotHubs: iotHubs.map((hub) => ({ ...hub, connectionString: hub.connectionString.reveal() })) }),
      ...(policies === undefined
        ? {}
        : {
            authorizationPolicies: policies.map(({ keyName, rights, primaryKey, secondaryKey }) => ({
              keyName,
              rights,
              ...(primaryKey === undefined ? {} : { primaryKey: primaryKey.reveal() }),
              ...(secondaryKey === undefined ? {} : { secondaryKey: secondaryKey.reveal() }),
            })),
          }),
    },
  };
  return { contentType: "application/json", text: new Secret(JSON.stringify(body)), secrets: secretsIn(document) };
}

/** Every key in a document, alone and in its connection string. A mask is no secret, and stands in texts that matter. */
export function secretsIn({ policies = [], iotHubs = [] }: ServiceDocument): readonly Secret[] {
  const keys = policies.flatMap(({ primaryKey, secondaryKey }) => [primaryKey ?? [], secondaryKey ?? []].flat());
  const links = iotHubs.flatMap(({ connectionString }) => {
    const parts = connectionStringOf(connectionString);
    return parts?.masked ? [] : [connectionString, ...(parts === undefined ? [] : [parts.key])];
  });
  return [...keys, ...links];
}
