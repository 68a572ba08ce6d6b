import type { Caller } from "../../lib/clients/caller.ts";
import type { ConnectionConfiguration } from "../../lib/contracts/configuration.ts";
import { NotFoundError } from "../../lib/contracts/errors.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/** @throws NotFoundError for a name from outside that no connection has, or none that the caller may know of */
export function configured(
  { connections }: Pick<ApplicationDependencies, "connections">,
  caller: Caller,
  name: string,
): ConnectionConfiguration {
  const isSeen = Object.hasOwn(connections, name) && caller.seesConnection(name);
  const connection = isSeen ? connections[name] : undefined;
  if (connection) return connection;
  throw new NotFoundError(
    "Expected a connection of the configuration, got none of that name: see drover connections list",
  );
}
