import * as z from "zod/mini";
import { ConflictError } from "../../contracts/errors.ts";
import type { Fetch } from "../../providers/exchange.ts";
import { type Asked, refusalOf } from "./failures.ts";
import { type Answered, bearer, refusedIn, restSender } from "./rest.ts";
import type { AzureSettings } from "./settings.ts";
import { type Tokens, vaultScopeOf } from "./tokens.ts";

export interface SecretsOptions {
  readonly settings: Pick<AzureSettings, "requestTimeoutMs">;
  readonly tokens: Tokens;
  /** `https://….vault.azure.net`, without a slash at the end. */
  readonly vaultUrl: string;
  readonly fetch?: Fetch | undefined;
}

const apiVersion = "7.4";
/** Pages of one listing, 25 secrets each. */
const maxPages = 400;
const pageSize = "25";

const idPattern = /\/secrets\/([0-9a-zA-Z-]{1,127})(?:\/([0-9a-zA-Z-]{1,64}))?$/;
const id = z.string().check(z.regex(idPattern));
const setSchema = z.object({ id });
const getSchema = z.object({ id, value: z.string(), attributes: z.object({ created: z.nullish(z.number()) }) });
const listSchema = z.object({ value: z.nullish(z.array(z.object({ id }))), nextLink: z.nullish(z.string()) });

type Repeating = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Secrets of one vault, each call sent once. @see https://learn.microsoft.com/rest/api/keyvault/secrets api-version 7.4 */
export function vaultSecrets(options: SecretsOptions) {
  const { vaultUrl, tokens } = options;
  const base = vaultUrl.replace(/\/+$/, "");
  const { origin, host } = new URL(base);
  const send = restSender({ ...options, authority: bearer(tokens(vaultScopeOf(base))), origin });
  const asked: Asked = {
    provider: "key-vault",
    about: `the vault at ${host} to answer`,
    role: "Key Vault Secrets Officer",
    whenMissing: "create the vault, or correct DROVER_VAULT_URL",
  };
  const urlOf = (path: string) => {
    const url = new URL(`${base}/${path}`);
    url.searchParams.set("api-version", apiVersion);
    return url;
  };
  const refusal = (answer: Answered) => refusalOf(refusedIn(answer), asked);
  const ask = (method: "GET" | "PUT" | "POST" | "DELETE", url: URL, content?: object) =>
    send(
      content === undefined
        ? { method, url }
        : {
            method,
            url,
            headers: { "content-type": "application/json" },
            body: Buffer.from(JSON.stringify(content)),
          },
      asked,
    );
  const isNone = (answer: Answered) => answer.status === 404 && refusedIn(answer).type === "SecretNotFound";

  function valueIn<Value>(answer: Answered, schema: z.ZodMiniType<Value>): Value {
    const parsed = schema.safeParse(jsonIn(answer));
    if (parsed.success) return parsed.data;
    // Such as a page of a proxy in front.
    throw refusalOf({ type: "UnreadableAnswer", status: answer.status }, asked);
  }

  return {
    async get(name: string) {
      const answer = await ask("GET", urlOf(`secrets/${name}`));
      if (isNone(answer)) return undefined;
      if (answer.status !== 200) throw refusal(answer);
      const { id: found, value, attributes } = valueIn(answer, getSchema);
      return { value, version: versionIn(found), storedAt: (attributes.created ?? 0) * 1_000 };
    },
    /** The version; `deleted` when the name belongs to one that could be recovered, `busy` on its way there or back. */
    async set(name: string, value: string): Promise<{ readonly version: string } | "deleted" | "busy"> {
      const answer = await ask("PUT", urlOf(`secrets/${name}`), { value, contentType: "application/json" });
      if (answer.status === 409) {
        return refusedIn(answer).type === "ObjectIsDeletedButRecoverable" ? "deleted" : "busy";
      }
      if (answer.status !== 200) throw refusal(answer);
      return { version: versionIn(valueIn(answer, setSchema).id) };
    },
    /** False when there is none. */
    async remove(name: string): Promise<boolean> {
      const answer = await ask("DELETE", urlOf(`secrets/${name}`));
      // Between two states, and gone in both.
      if (isNone(answer) || isBetween(answer)) return false;
      if (answer.status !== 200) throw refusal(answer);
      return true;
    },
    async purge(name: string): Promise<"done" | "none" | "busy"> {
      const answer = await ask("DELETE", urlOf(`deletedsecrets/${name}`));
      if (isBetween(answer)) return "busy";
      if (answer.status === 204) return "done";
      if (isNone(answer)) return "none";
      throw refusal(answer);
    },
    /** What it leads to takes a while; a name that is neither deleted nor on its way is let be. */
    async recover(name: string): Promise<void> {
      const answer = await ask("POST", urlOf(`deletedsecrets/${name}/recover`));
      if (answer.status !== 200 && answer.status !== 404 && !isBetween(answer)) throw refusal(answer);
    },
    async names(repeating: Repeating): Promise<readonly string[]> {
      const names: string[] = [];
      let url: URL | null = urlOf("secrets");
      url.searchParams.set("maxresults", pageSize);
      for (let page = 0; page < maxPages && url !== null; page += 1) {
        const at: URL = url;
        const answer = await repeating(async () => {
          const one = await ask("GET", at);
          if (one.status === 200) return one;
          throw refusal(one);
        });
        const { value, nextLink } = valueIn(answer, listSchema);
        names.push(...(value ?? []).map((one) => idPattern.exec(one.id)?.[1] ?? ""));
        // Followed to the vault alone: what asks has a token.
        url = nextLink ? new URL(nextLink, at) : null;
      }
      if (url === null) return names;
      throw new ConflictError(`Expected at most ${maxPages * Number(pageSize)} secrets in the vault, got more`);
    },
  };
}

const isBetween = (answer: Answered) => answer.status === 409;

const versionIn = (text: string) => idPattern.exec(text)?.[2] ?? "";

function jsonIn({ body }: Answered): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
