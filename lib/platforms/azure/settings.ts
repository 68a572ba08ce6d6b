import { ConfigurationError } from "../../contracts/errors.ts";
import { isOnLoopback } from "../../contracts/loopback.ts";
import { Secret } from "../../contracts/secret.ts";

/** What every client of Azure is made with. No module reads the environment: it is handed over as `Variables`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Who Drover is, for Entra. */
export type Identity =
  /** Of the function; `clientId` when it is a user-assigned one. */
  | {
      readonly kind: "managed-identity";
      readonly clientId?: string | undefined;
      readonly endpoint?: { readonly url: string; readonly header: Secret } | undefined;
    }
  /** Of an application, where there is no managed identity: a host outside Azure. */
  | {
      readonly kind: "client-secret";
      readonly directoryId: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly authority?: string | undefined;
    };

/** The account's key: an emulator on loopback knows no identities. */
export interface AccountKey {
  readonly account: string;
  readonly key: Secret;
}

export interface StorageSettings {
  /** Without a slash at the end; an emulator has the account's name in the path. */
  readonly queues: string;
  readonly tables: string;
  readonly blobs: string;
  /** Absent: `identity` is used. */
  readonly key?: AccountKey | undefined;
}

export interface AzureSettings {
  readonly storage: StorageSettings;
  readonly identity: Identity;
  /** For one attempt, from the first byte to the last. */
  readonly requestTimeoutMs?: number | undefined;
}

/** A region answers within milliseconds: what takes longer is lost, and a step's time limit must hold several attempts. */
const defaultRequestTimeoutMs = 5_000;
export const requestTimeoutMsOf = (settings: Pick<AzureSettings, "requestTimeoutMs">) =>
  settings.requestTimeoutMs ?? defaultRequestTimeoutMs;

const publicSuffix = "core.windows.net";
const accountPattern = /^[a-z0-9]{3,24}$/;
const suffixPattern = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/**
 * `DROVER_STORAGE_ACCOUNT` is the account of queues, table and blobs; `DROVER_STORAGE_SUFFIX` names another cloud.
 * `DROVER_STORAGE_CONNECTION_STRING` is taken for an emulator on loopback alone: a key of a real account opens all of it, for ever.
 * `DROVER_IDENTITY_CLIENT_ID` names a user-assigned identity. Functions set IDENTITY_ENDPOINT and IDENTITY_HEADER.
 * @throws ConfigurationError with all problems at once, without the values
 */
export function azureSettings(variables: Variables): AzureSettings {
  const problems: string[] = [];
  const storage = storageIn(variables, problems);
  const identity = identityIn(variables, problems);
  if (problems.length === 0 && storage) return { storage, identity };
  throw new ConfigurationError(`Expected the settings of a function on Azure, got ${problems.join("; ")}`, {
    code: "invalid-environment",
    problems,
  });
}

function storageIn(variables: Variables, problems: string[]): StorageSettings | undefined {
  const { DROVER_STORAGE_ACCOUNT: account = "", DROVER_STORAGE_CONNECTION_STRING: connection } = variables;
  const suffix = variables["DROVER_STORAGE_SUFFIX"] || publicSuffix;
  if (connection) {
    if (account !== "") problems.push("DROVER_STORAGE_ACCOUNT: expected none beside DROVER_STORAGE_CONNECTION_STRING");
    const storage = emulatorIn(connection);
    if (!storage) problems.push("DROVER_STORAGE_CONNECTION_STRING: expected the one of an emulator on loopback");
    return storage;
  }
  if (!accountPattern.test(account)) problems.push("DROVER_STORAGE_ACCOUNT: expected the name of a storage account");
  if (!suffixPattern.test(suffix)) problems.push(`DROVER_STORAGE_SUFFIX: expected a suffix such as ${publicSuffix}`);
  const urlOf = (service: string) => `https://${account}.${service}.${suffix}`;
  return { queues: urlOf("queue"), tables: urlOf("table"), blobs: urlOf("blob") };
}

/** The account and key that every Azurite knows. @see https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const developmentAccount = {
  account: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

function emulatorIn(connection: string): StorageSettings | undefined {
  const parts = new Map(
    connection.split(";").map((part) => {
      const at = part.indexOf("=");
      return [part.slice(0, at), part.slice(at + 1)] as const;
    }),
  );
  const isDevelopment = parts.get("UseDevelopmentStorage") === "true";
  const account = parts.get("AccountName") ?? (isDevelopment ? developmentAccount.account : "");
  const key = parts.get("AccountKey") ?? (isDevelopment ? developmentAccount.key : "");
  const urlOf = (name: string, port: number) =>
    (parts.get(name) ?? (isDevelopment ? `http://127.0.0.1:${port}/${account}` : "")).replace(/\/+$/, "");
  const [queues, tables, blobs] = [
    urlOf("QueueEndpoint", 10_001),
    urlOf("TableEndpoint", 10_002),
    urlOf("BlobEndpoint", 10_000),
  ];
  if (account === "" || key === "" || ![queues, tables, blobs].every(isOnLoopback)) return undefined;
  return { queues, tables, blobs, key: { account, key: new Secret(key) } };
}

function identityIn(variables: Variables, problems: string[]): Identity {
  const {
    AZURE_TENANT_ID: directoryId,
    AZURE_CLIENT_ID: applicationId,
    AZURE_CLIENT_SECRET: clientSecret,
    AZURE_AUTHORITY_HOST: authority,
    IDENTITY_ENDPOINT: url,
    IDENTITY_HEADER: header,
  } = variables;
  // The second name is the one that Azure's own tools take for a user-assigned identity.
  const clientId = variables["DROVER_IDENTITY_CLIENT_ID"] || applicationId || undefined;
  if (directoryId && applicationId && clientSecret) {
    return {
      kind: "client-secret",
      directoryId,
      clientId: applicationId,
      clientSecret: new Secret(clientSecret),
      authority: authority || undefined,
    };
  }
  if (clientSecret) problems.push("AZURE_CLIENT_SECRET: expected AZURE_TENANT_ID and AZURE_CLIENT_ID beside it");
  const endpoint = url && header ? { url, header: new Secret(header) } : undefined;
  return { kind: "managed-identity", clientId, endpoint };
}
