import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { ConflictError, RetryableError } from "../../contracts/errors.ts";
import type { Vault, VaultEntry } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { lazily } from "../made-once.ts";
import { defaultPersistence, type Persistence, pauseBefore, trying } from "../trying.ts";
import { type AwsSettings, clientOptions } from "./clients.ts";
import { type Asked, failureOf, refusedBy } from "./failures.ts";
import { checkedName, pack, unpack } from "./vault-entry.ts";

/** A name that was deleted is free again once the service has done so in the background: seconds, as a rule. */
const nameAttempts = 6;
const pageSize = 100;
/** Pages of one listing: ten thousand secrets. */
const maxPages = 100;
/** The service asks for no more than one write in ten minutes for long; what bumps into its limit waits as long. */
const afterLimitMs = 600_000;

export interface AwsVaultOptions {
  readonly settings: AwsSettings;
  /** Before every name, e.g. `drover/prod/vault/`. Keys of Drover's own stand under another one. */
  readonly prefix: string;
  readonly persistence?: Persistence;
}

/**
 * Secrets Manager. Nothing is kept in memory: who may read a secret, and whether it is still there, is asked each time.
 *
 * `remove` deletes without a recovery window. With one, the value could be brought back for 7 to 30 days by whoever may, after
 * Drover has said that it is gone, and its name could not be used again. Without one the name is free within seconds.
 *
 * A write carries a token of its own, by which the service knows a repetition: a lost answer neither stores twice nor fails.
 * The service is eventually consistent: `names` may be minutes behind.
 */
export function awsVault({ settings, prefix, persistence = defaultPersistence }: AwsVaultOptions): Vault {
  const client = lazily(() => new SecretsManagerClient(clientOptions(settings)));
  const idOf = (name: string) => `${prefix}${checkedName(name)}`;

  async function asking<Answer>(asked: Asked, work: () => Promise<Answer>): Promise<Answer> {
    return trying(persistence, () => work().catch((error: unknown) => Promise.reject(failureOf(error, asked))));
  }

  /** Undefined where there is none, and where it is being deleted. */
  async function look(name: string): Promise<VaultEntry | undefined> {
    const SecretId = idOf(name);
    const found = await asking<GetSecretValueCommandOutput | undefined>(about(name, "GetSecretValue"), () =>
      client().send(new GetSecretValueCommand({ SecretId })).catch(unlessGone),
    );
    if (found === undefined) return undefined;
    const { VersionId: version = "", CreatedDate: storedAt } = found;
    return { ...unpack(name, found), version, storedAt: storedAt?.getTime() ?? 0 };
  }

  /** False when the name is taken, also by one that is being deleted. */
  async function makeNew(name: string, content: ReturnType<typeof pack>, token: string): Promise<boolean> {
    return asking(about(name, "CreateSecret"), async () => {
      try {
        await client().send(new CreateSecretCommand({ Name: idOf(name), ClientRequestToken: token, ...content }));
        return true;
      } catch (error) {
        if (refusedBy(error).type === "ResourceExistsException" || isBeingDeleted(error)) return false;
        throw error;
      }
    });
  }

  /** False when there is no such secret. */
  async function replace(name: string, content: ReturnType<typeof pack>, token: string): Promise<boolean> {
    return asking(about(name, "PutSecretValue"), async () => {
      const put = new PutSecretValueCommand({ SecretId: idOf(name), ClientRequestToken: token, ...content });
      return (await client().send(put).catch(unlessGone)) !== undefined;
    });
  }

  /** Goes on until the name is either there or free: another may create or remove it in between, and a deletion takes its time. */
  async function untilSettled<Value>(name: string, work: () => Promise<Value | undefined>): Promise<Value> {
    for (let attempt = 1; attempt <= nameAttempts; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, persistence);
      const value = await work();
      if (value !== undefined) return value;
    }
    throw new RetryableError(
      `Expected the name ${name} to be free or in use in the vault, got one that is being deleted: restore it or delete it without a recovery window`,
      { code: "secret-being-deleted", provider: "secrets-manager" },
    );
  }

  return {
    describe: look,
    get: async (name) => (await look(name))?.value,
    async put(name, value, note) {
      checkedName(name);
      const content = pack(name, value, note);
      const token = randomUUID();
      return untilSettled(name, async () => {
        if (await replace(name, content, token)) return token;
        return (await makeNew(name, content, token)) ? token : undefined;
      });
    },
    async create(name, value) {
      checkedName(name);
      const content = pack(name, value);
      const token = randomUUID();
      return untilSettled<Secret>(name, async () => {
        if (await makeNew(name, content, token)) return value;
        return (await look(name))?.value;
      });
    },
    async names() {
      const names: string[] = [];
      let next: string | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const { SecretList = [], NextToken } = await asking(about("", "ListSecrets"), () =>
          client().send(
            new ListSecretsCommand({
              Filters: [{ Key: "name", Values: [prefix] }],
              MaxResults: pageSize,
              ...(next === undefined ? {} : { NextToken: next }),
            }),
          ),
        );
        names.push(
          ...SecretList.flatMap(({ Name = "" }) => (Name.startsWith(prefix) ? [Name.slice(prefix.length)] : [])),
        );
        if (NextToken === undefined) return names;
        next = NextToken;
      }
      throw new ConflictError(`Expected at most ${maxPages * pageSize} secrets under ${prefix}, got more`);
    },
    async remove(name) {
      const SecretId = idOf(name);
      // A deletion by force answers the same whether there was one; asking for its description shows no value to anybody.
      const found = await asking(about(name, "DescribeSecret"), () =>
        client().send(new DescribeSecretCommand({ SecretId })).catch(unlessGone),
      );
      if (found === undefined) return false;
      await asking(about(name, "DeleteSecret"), () =>
        client()
          .send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
          .catch(unlessGone),
      );
      return found.DeletedDate === undefined;
    },
  };
}

function unlessGone(error: unknown): undefined {
  if (refusedBy(error).type === "ResourceNotFoundException" || isBeingDeleted(error)) return undefined;
  if (refusedBy(error).type === "LimitExceededException") {
    throw new RetryableError(
      "Expected Secrets Manager to take another version of a secret, got LimitExceededException",
      {
        code: "throttled",
        provider: "secrets-manager",
        retryAfterMs: afterLimitMs,
      },
    );
  }
  throw error;
}

/** The type alone does not tell: the text is the service's, and is looked at only for these words. */
function isBeingDeleted(error: unknown): boolean {
  return (
    refusedBy(error).type === "InvalidRequestException" &&
    error instanceof Error &&
    /marked for deletion|scheduled for deletion/.test(error.message)
  );
}

const about = (name: string, action: string): Asked => ({
  provider: "secrets-manager",
  about: name === "" ? "the names in the vault" : `the vault to answer for the secret ${name}`,
  permission: `secretsmanager:${action}`,
  whenMissing: `store it in Secrets Manager as ${name}, under the prefix of the vault`,
});
