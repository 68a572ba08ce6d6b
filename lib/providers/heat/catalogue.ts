import type { HeatConnection } from "../../contracts/connections/heat.ts";
import { ConfigurationError } from "../../contracts/errors.ts";
import { isLoopback } from "../../contracts/loopback.ts";
import { listed } from "../quoted.ts";
import { provider } from "./errors.ts";
import { flavours } from "./flavours.ts";
import type { Session } from "./session.ts";

/** Catalogue types of the services that are used. */
export type Service = "orchestration" | "object-store";

export interface Endpoint {
  /** Without a slash at its end; the project stands in it. */
  readonly url: string;
  readonly origin: string;
  readonly from: "connection" | "catalogue";
}

/** Where a service is, for this session. @throws ConfigurationError when it is nowhere, or outside the connection's origins */
export function endpointOf(connection: HeatConnection, name: string, session: Session, service: Service): Endpoint {
  const fixed = service === "orchestration" ? connection.endpoint : connection.tempUrl?.endpoint;
  const found = fixed ?? inCatalogue(connection, session, service);
  const url = found === undefined ? null : URL.parse(found);
  if (url === null) throw missing(connection, name, session, service);
  const plain = url.protocol === "http:" && isLoopback(url.hostname);
  if ((url.protocol !== "https:" && !plain) || !originsOf(connection).has(url.origin)) {
    throw new ConfigurationError(
      `Expected ${service} at one of the connection's origins, got ${url.origin} from the catalogue: add it to connections.${name}.origins if it belongs to your cloud`,
      { code: "origin-refused", provider },
    );
  }
  const { origin, pathname } = url;
  return {
    url: `${origin}${pathname.replace(/\/+$/, "")}`,
    origin,
    from: fixed === undefined ? "catalogue" : "connection",
  };
}

/** Every origin that may be asked: a token that leaves them is worse than none. */
export function originsOf(connection: HeatConnection): ReadonlySet<string> {
  const { authUrl, endpoint, origins = [], tempUrl, flavour, region } = connection;
  const configured = [authUrl, endpoint, tempUrl?.endpoint, ...origins, ...flavours[flavour].origins(region)];
  return new Set(configured.flatMap((text) => (text === undefined ? [] : [new URL(text).origin])));
}

function inCatalogue(connection: HeatConnection, { catalogue }: Session, service: Service): string | undefined {
  const { flavour, region } = connection;
  const wanted = "interface" in connection ? connection.interface : "public";
  const fold = (text: string) => (flavours[flavour].anyCaseRegion ? text.toLowerCase() : text);
  return catalogue.find(
    (entry) =>
      entry.type === service &&
      entry.interface === wanted &&
      entry.regions.some((other) => fold(other) === fold(region)),
  )?.url;
}

function missing({ region }: HeatConnection, name: string, { catalogue }: Session, service: Service) {
  const offered = catalogue.filter(({ type }) => type === service).flatMap(({ regions }) => regions);
  const seen = offered.length === 0 ? `no ${service} at all` : `it in ${listed([...new Set(offered)], 8)}`;
  const setting = service === "orchestration" ? "endpoint" : "tempUrl.endpoint";
  return new ConfigurationError(
    `Expected ${service} of region ${region} in the catalogue, got ${seen}: check connections.${name}.region and interface, or set ${setting}`,
    { code: "endpoint-unknown", provider },
  );
}
