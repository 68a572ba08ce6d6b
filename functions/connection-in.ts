import type { ConnectionConfiguration } from "../lib/contracts/configuration.ts";
import { ConfigurationError } from "../lib/contracts/errors.ts";

/** @throws ConfigurationError when there is no connection of that name */
export function connectionIn(
  connections: Readonly<Record<string, ConnectionConfiguration>>,
  name: string,
): ConnectionConfiguration {
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (connection) return connection;
  throw new ConfigurationError(
    `Expected connection ${name} in the configuration, got none of that name: put it back, or cancel the operations that name it`,
    { code: "unknown-connection" },
  );
}
