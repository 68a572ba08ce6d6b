import { ConfigurationError } from "../../contracts/errors.ts";
import { isOnLoopback } from "../../contracts/loopback.ts";
import type { Bus, Clock, HandoffStore, Ledger, Vault } from "../../contracts/ports.ts";
import type { Sealer } from "../../contracts/sealer.ts";
import { Secret } from "../../contracts/secret.ts";
import type { Fetch } from "../../providers/exchange.ts";
import { lazily } from "../made-once.ts";
import type { Persistence } from "../trying.ts";
import { sealingKeys } from "../vault-key.ts";
import { vaultSealer } from "../vault-sealer.ts";
import { azureBlobs } from "./blobs.ts";
import { azureBus } from "./bus.ts";
import { azureHandoffStore } from "./handoff.ts";
import { createTablesLedger } from "./ledger/ledger.ts";
import { type AzureQueue, azureQueue } from "./queue.ts";
import { queueNames } from "./queue-names.ts";
import { azureSettings, type Variables } from "./settings.ts";
import { azureTokens } from "./tokens.ts";
import { blobTurns } from "./turns.ts";
import { azureVault } from "./vault.ts";

export interface AzureAdapters {
  readonly ledger: Ledger;
  readonly queue: AzureQueue;
  readonly bus: Bus;
  readonly vault: Vault;
  readonly sealer: Sealer;
  readonly handoff: HandoffStore;
}

export interface AdapterParts {
  readonly clock: Clock;
  /** Of logins, topic, vault and blobs. The network when absent. */
  readonly fetch?: Fetch | undefined;
  readonly persistence?: Persistence | undefined;
  /** For one attempt of a call. */
  readonly requestTimeoutMs?: number | undefined;
}

/** Names of app settings, each with what is expected and what it is when it is not set. */
export const appSettings = {
  DROVER_TABLE: {
    expected: "the name of a table: 3 to 63 letters and digits",
    pattern: /^[A-Za-z][A-Za-z0-9]{2,62}$/,
    standard: "drover",
  },
  DROVER_HANDOFF_CONTAINER: {
    expected: "the name of a container: 3 to 63 small letters, digits and dashes",
    pattern: /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    standard: "drover-handoffs",
  },
  DROVER_TOPIC_ENDPOINT: {
    expected: "the endpoint of an Event Grid topic",
    pattern: /^https?:\/\/[^\s]+$/,
    standard: "",
  },
  DROVER_VAULT_URL: { expected: "the URL of a Key Vault", pattern: /^https?:\/\/[^\s?#]+$/, standard: "" },
  DROVER_VAULT_PREFIX: {
    expected: "small letters, digits and single dashes, with a dash at the end",
    pattern: /^(?:[a-z0-9]+-)+$/,
    standard: "drover-",
  },
} as const;

/**
 * All adapters, from app settings. Nothing is asked for before it is used: a step that publishes nothing needs no topic.
 * `DROVER_TOPIC_KEY` is for an emulator on loopback.
 * @throws ConfigurationError with all problems at once, without the values
 */
export function azureAdapters(variables: Variables, adapterParts: AdapterParts): AzureAdapters {
  const { clock, fetch, persistence, requestTimeoutMs } = adapterParts;
  const [read, named] = bothOf(
    () => azureSettings(variables),
    () => namesIn(variables),
  );
  const settings = { ...read, requestTimeoutMs };
  const tokens = azureTokens(settings.identity, { clock, ...(fetch === undefined ? {} : { fetch }) });
  const parts = { settings, tokens, clock, fetch, ...(persistence === undefined ? {} : { persistence }) };
  const monotonicMs = () => clock.monotonicMs();
  const topicKey = variables["DROVER_TOPIC_KEY"];
  const blobs = azureBlobs({ ...parts, container: named.DROVER_HANDOFF_CONTAINER });
  const oneAtATime = blobTurns({ ...parts, blobs, monotonicMs });
  const vaultWith = (kind: "vault" | "keys") =>
    azureVault({
      ...parts,
      oneAtATime,
      monotonicMs,
      vaultUrl: named.DROVER_VAULT_URL,
      // Keys stand apart: among the secrets of people somebody would list, read or remove them.
      prefix: `${named.DROVER_VAULT_PREFIX}${kind}-`,
    });
  const keys = sealingKeys(vaultWith("keys"));
  const bus = lazily(() => {
    const endpoint = named.DROVER_TOPIC_ENDPOINT;
    const key = topicKey ? new Secret(topicKey) : undefined;
    return azureBus({ ...parts, endpoint, key });
  });
  return {
    ledger: createTablesLedger({ ...parts, table: named.DROVER_TABLE }),
    queue: azureQueue({ ...parts, names: queueNames(variables) }),
    bus: { publish: (events) => bus().publish(events) },
    vault: vaultWith("vault"),
    sealer: vaultSealer(keys),
    handoff: azureHandoffStore({ ...parts, blobs, keys }),
  };
}

type Named = { readonly [Name in keyof typeof appSettings]: string };

function namesIn(variables: Variables): Named {
  const problems: string[] = [];
  const named = Object.entries(appSettings).map(([name, { expected, pattern, standard }]) => {
    const value = variables[name] || standard;
    const isSafe = !value.startsWith("http:") || isOnLoopback(value);
    if (!pattern.test(value) || !isSafe || (value.startsWith("http") && !URL.canParse(value))) {
      problems.push(`${name}: expected ${expected}`);
    }
    return [name, value];
  });
  if (variables["DROVER_TOPIC_KEY"] && !isOnLoopback(variables["DROVER_TOPIC_ENDPOINT"] ?? "")) {
    problems.push("DROVER_TOPIC_KEY: expected none, as the app's identity sends to a topic");
  }
  if (problems.length === 0) return Object.fromEntries(named) as Named;
  throw invalid(problems);
}

/** Whoever mends the settings hears of everything at once. */
function bothOf<First, Second>(first: () => First, second: () => Second): [First, Second] {
  const problems: string[] = [];
  const tried = <Value>(read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const [one, other] = [tried(first), tried(second)];
  if (one === undefined || other === undefined) throw invalid(problems);
  return [one, other];
}

const invalid = (problems: readonly string[]) =>
  new ConfigurationError(`Expected the settings of a function on Azure, got ${problems.join("; ")}`, {
    code: "invalid-environment",
    problems,
  });
