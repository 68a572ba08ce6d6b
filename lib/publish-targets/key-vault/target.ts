import { PermanentError } from "../../contracts/errors.ts";
import type { PublishNote, PublishTarget } from "../../contracts/publish-target.ts";
import type { KeyVaultTarget } from "../../contracts/publish-targets.ts";
import { Secret } from "../../contracts/secret.ts";
import type { CallBody } from "../../providers/call.ts";
import { createEntraTokens } from "../../providers/entra/tokens.ts";
import { createSend } from "../../providers/http.ts";
import { checkSecrets, checkStep } from "../check.ts";
import { formsOf } from "../outgoing-secrets.ts";
import type { TargetOptions } from "../parts.ts";
import { assertName } from "../permitted.ts";
import { cloudSettling } from "../settling.ts";
import { KeyVaultClient } from "./client.ts";
import { provider } from "./refusals.ts";
import { scopeOf } from "./scope.ts";
import { noteIn, tagsOf } from "./tags.ts";
import { type SecretBundle, versionIn } from "./wire.ts";

/** Versions of secrets of one Azure Key Vault, over its data plane. */
export function createKeyVaultTarget({ name, configuration, parts }: TargetOptions<KeyVaultTarget>): PublishTarget {
  const { url, credential, apiVersion, secrets } = configuration;
  const { clock } = parts;
  const { origin } = new URL(url);
  const base = url.replace(/\/+$/, "");
  const settling = cloudSettling(configuration.pace);
  const timeoutMs = settling.requestTimeoutMs;
  const scope = scopeOf(url);
  const tokens = createEntraTokens(credential, scope, { ...parts, timeoutMs });
  const client = new KeyVaultClient({
    send: createSend({ ...parts, origins: new Set([origin]), secretsTo: origin, timeoutMs }),
    tokens,
    clock,
    name,
    urlOf: (secret) => {
      assertName(/^[0-9a-zA-Z-]{1,127}$/, secret, "a secret's name of 1 to 127 letters, digits and dashes", provider);
      return `${base}/secrets/${secret}?api-version=${apiVersion}`;
    },
  });
  const read: PublishTarget["read"] = async (secret, { signal }) => {
    const bundle = await client.read(secret, signal);
    if (bundle === undefined) return undefined;
    assertReadable(bundle, secret, clock.wallMs());
    const note = noteIn(bundle.tags);
    const { created } = bundle.attributes;
    return {
      value: new Secret(bundle.value),
      version: versionIn(bundle),
      ...(typeof created === "number" ? { publishedAt: created * 1000 } : {}),
      ...(note === undefined ? {} : { note }),
    };
  };
  return {
    kind: provider,
    settling,
    read,
    publish: async (secret, value, note, { sendBefore, signal }) =>
      client.write(secret, bodyOf(value, note), { sendBefore, timeoutMs }, signal),
    async check(context) {
      const login = await checkStep("login", async () => {
        await tokens.get(context.signal);
        return `Got a token for ${credential.scope ?? scope}`;
      });
      return login.ok ? [login, ...(await checkSecrets({ patterns: secrets, read }, context))] : [login];
    },
  };
}

function bodyOf(value: Secret, note: PublishNote): CallBody {
  const content = { value: value.reveal(), contentType: "text/plain", tags: tagsOf(note) };
  return { contentType: "application/json", text: new Secret(JSON.stringify(content)), secrets: formsOf(value) };
}

/** The vault gives some of these out, and consumers that obey the attributes do not use them. */
function assertReadable(bundle: SecretBundle, secret: string, nowMs: number): void {
  const { enabled, exp, nbf } = bundle.attributes;
  const refuse = (code: string, what: string) =>
    new PermanentError(
      `Expected a version of secret ${secret} that consumers may use, got ${versionIn(bundle)}, which ${what}: change that in the vault`,
      { code, provider, operation: "read-secret" },
    );
  if (enabled === false) throw refuse("secret-disabled", "is disabled");
  if (typeof exp === "number" && exp * 1000 <= nowMs) throw refuse("secret-expired", "has expired");
  if (typeof nbf === "number" && nbf * 1000 > nowMs) throw refuse("secret-not-yet-valid", "is not valid yet");
}
