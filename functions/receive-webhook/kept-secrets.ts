import type { Configuration } from "../../lib/contracts/configuration.ts";
import { InvalidInputError } from "../../lib/contracts/errors.ts";

const prefix = "vault:";

/**
 * Names in the vault by which clients, events and the vault itself are known. Whoever could change one over HTTP could speak as another
 * client, or open what was sealed, whatever else it is allowed.
 */
export function keptSecretsOf({
  clients,
  sinks,
  platform,
}: Pick<Configuration, "clients" | "sinks" | "platform">): ReadonlySet<string> {
  const references = [
    ...Object.values(clients).flatMap(({ auth }) =>
      [auth].flat().flatMap((one) => (one.kind === "standard-webhooks" ? one.secrets : [])),
    ),
    ...Object.values(sinks).flatMap(({ secrets }) => secrets),
    ...(platform.kind === "local" && platform.vaultKey !== undefined ? [platform.vaultKey] : []),
  ];
  const names = references.filter((reference) => reference.startsWith(prefix));
  return new Set(names.map((reference) => folded(reference.slice(prefix.length))));
}

/** Some file systems do not tell cases apart. */
const folded = (name: string) => name.toLowerCase();

/** @throws InvalidInputError for one of those names */
export function refuseKept(kept: ReadonlySet<string> | undefined, name: string): void {
  if (!kept?.has(folded(name))) return;
  throw new InvalidInputError(
    "Expected a secret that no client, sink or platform is known by, got one of those: change it with drover vault on the machine itself",
    { code: "not-allowed" },
  );
}
