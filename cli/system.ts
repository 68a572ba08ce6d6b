import { dirname } from "node:path";
import { createLocalHost, type LocalHost } from "../functions/local.ts";
import { createProviders } from "../functions/providers.ts";
import { loadSchedules } from "../lib/configuration/schedules.ts";
import type { Configuration } from "../lib/contracts/configuration.ts";
import { localPlatformOf } from "../lib/contracts/platform-fit.ts";
import type { HandoffStore, Log, Vault } from "../lib/contracts/ports.ts";
import type { Sealer } from "../lib/contracts/sealer.ts";
import type { Secret } from "../lib/contracts/secret.ts";
import { openLocalHandoffStore } from "../lib/platforms/local/handoff.ts";
import { type LocalPlatform, openLocalPlatform } from "../lib/platforms/local/platform.ts";
import { localSealer } from "../lib/platforms/local/sealer.ts";
import type { SealedStoreOptions } from "../lib/platforms/local/sealing-key.ts";
import { localVault } from "../lib/platforms/local/vault.ts";
import { readStartOfFile, secretResolver } from "../lib/platforms/secret-references.ts";
import { calendar } from "../lib/schedules/calendar.ts";
import { packageVersion } from "./package.ts";
import type { Terminal } from "./terminal.ts";

export interface Secrets {
  readonly vault: Vault;
  readonly resolve: (reference: string) => Promise<Secret>;
  readonly sealer: Sealer;
  /** Of everything that is sealed in the data folder. */
  readonly sealed: SealedStoreOptions;
}

/** The vault and what reads references; it needs no lock, since every secret is a file of its own. */
export async function openSecrets(
  configuration: Configuration,
  configPath: string,
  { variables }: Pick<Terminal, "variables">,
): Promise<Secrets> {
  const sources = { environment: variables, readFile: readStartOfFile, baseFolder: dirname(configPath) };
  const { dataFolder, vaultKey } = localPlatformOf(configuration);
  const key = vaultKey === undefined ? undefined : await secretResolver(sources)(vaultKey);
  const sealed = { dataFolder, ...(key === undefined ? {} : { key }) };
  const vault = localVault(sealed);
  return { vault, sealed, sealer: localSealer(sealed), resolve: secretResolver({ ...sources, vault }) };
}

/** A data folder held by this process, with everything that runs on it. */
export interface System {
  readonly platform: LocalPlatform;
  readonly host: LocalHost;
}

export interface OpenOptions {
  readonly configuration: Configuration;
  readonly configPath: string;
  readonly terminal: Pick<Terminal, "variables" | "environment" | "fetch">;
  readonly log: Log;
  readonly afterRestore?: boolean;
}

/** @throws ConfigurationError, with the code `data-folder-held` when another process has the folder */
export async function openSystem(options: OpenOptions): Promise<System> {
  const { configuration, terminal, log } = options;
  const { vault, sealer, sealed, resolve } = await openSecrets(configuration, options.configPath, terminal);
  const schedules = await loadSchedules(configuration, calendar);
  const platform = openLocalPlatform({ folder: localPlatformOf(configuration).dataFolder, log });
  const { afterRestore = false } = options;
  const handoffs = await openHandoffs(platform, sealed, afterRestore);
  const { managedIdentity } = terminal.environment;
  const providers = createProviders(configuration.connections, {
    secret: resolve,
    ...(terminal.fetch ? { fetch: terminal.fetch } : {}),
    clock: platform.clock,
    randomness: platform.randomness,
    ledger: platform.ledger,
    vault,
    handoffs,
    sealer,
    publishTargets: configuration.publishTargets,
    ...(managedIdentity ? { identityEndpoint: { url: managedIdentity.endpoint, header: managedIdentity.header } } : {}),
  });
  const host = createLocalHost({
    platform,
    configuration,
    providers,
    vault,
    handoffs,
    secret: resolve,
    schedules,
    version: packageVersion(),
    afterRestore,
  });
  return { platform, host };
}

/** Only whoever holds the folder may come here. */
async function openHandoffs(
  platform: LocalPlatform,
  sealed: SealedStoreOptions,
  afterRestore: boolean,
): Promise<HandoffStore> {
  try {
    const handoffs = await openLocalHandoffStore({ ...sealed, clock: platform.clock });
    // A backup may hold what was served after it was made: nothing of it is served again.
    if (afterRestore) await handoffs.expire(Number.MAX_SAFE_INTEGER);
    return handoffs;
  } catch (error) {
    await platform.close();
    throw error;
  }
}
