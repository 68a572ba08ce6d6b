import type { ConnectionConfiguration } from "../../lib/contracts/configuration.ts";
import { NotFoundError } from "../../lib/contracts/errors.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/** @throws NotFoundError for a name from outside that no connection has */
export function configured(
  { connections }: Pick<ApplicationDependencies, "connections">,
  name: string,
): ConnectionConfiguration {
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (connection) return connection;
  throw new NotFoundError(
    "Expected a connection of the configuration, got none of that name: see drover connections list",
  );
}
