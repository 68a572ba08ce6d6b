import { PermanentError } from "../../contracts/errors.ts";
import type { ChangeBegun, KeyTried, PolicyKeys, PolicyLook } from "../../contracts/key-rotation.ts";
import type { CallContext, Settling } from "../../contracts/provider.ts";
import type { Slot } from "../../contracts/publish-target.ts";
import type { Secret } from "../../contracts/secret.ts";
import { connectionString } from "./connection-string.ts";
import { policyIn, type ServiceDocument, withKeys } from "./document.ts";
import { editable } from "./editable.ts";
import { provider } from "./errors.ts";
import { readHidden, requireActive, requireLocalAuth, requireNothingToReset } from "./guards.ts";
import { keyParts, requireIntended } from "./intended.ts";
import type { Parts } from "./parts.ts";
import { begun } from "./polling.ts";
import type { RotationFields } from "./request.ts";
import { seenOf } from "./seen.ts";
import { hostNameOf, tryKey } from "./try-key.ts";

/** The two keys of one policy, for one step of a rotation. */
export class RotatedPolicy implements PolicyKeys {
  readonly #parts: Parts;
  readonly #fields: RotationFields;
  /** What the last look saw, keys and all: what `replace` writes is made from it. */
  #looked: ServiceDocument | undefined;

  constructor(parts: Parts, fields: RotationFields) {
    this.#parts = parts;
    this.#fields = fields;
  }

  get settling(): Settling {
    return this.#parts.settling;
  }

  get of(): string {
    return `${this.#fields.service}/${this.#fields.policy}`;
  }

  get about(): string {
    return `policy ${this.#fields.policy} of ${this.#fields.service}`;
  }

  async look({ signal }: CallContext): Promise<PolicyLook> {
    const { client } = this.#parts;
    const { policy, service } = this.#fields;
    this.#looked = undefined;
    const description = await client.service(this.#fields, signal);
    requireActive(this.#fields, description);
    // After the read whose ETag the write carries, so that whoever sets something in between makes that write fail.
    const hidden = await readHidden(client, this.#fields, signal);
    requireLocalAuth(this.#fields, hidden);
    requireNothingToReset(this.#fields, hidden, client.apiVersion);
    const keys = await client.keys(this.#fields, signal);
    const document = editable(description, keys, { name: service, apiVersion: client.apiVersion });
    const { primaryKey, secondaryKey } = policyIn(document, policy);
    if (primaryKey === undefined || secondaryKey === undefined) throw withoutLook(this.about);
    this.#looked = document;
    const there = this.#parts.clockThere();
    return {
      seen: seenOf(document, policy),
      ...(there === undefined ? {} : { there }),
      keys: { primary: primaryKey, secondary: secondaryKey },
    };
  }

  async replace(
    keys: Partial<Record<Slot, Secret>>,
    { signal, sendBefore }: CallContext & { readonly sendBefore: number },
  ): Promise<ChangeBegun> {
    const { client, settling } = this.#parts;
    const { policy } = this.#fields;
    const looked = this.#looked;
    if (looked === undefined) throw withoutLook(this.about);
    // One look, one write: a second one would write what was there before the first.
    this.#looked = undefined;
    const document = withKeys(looked, policy, keys);
    requireIntended(looked, document, { policies: { [policy]: keyParts(keys) } });
    const { etag } = document;
    const timeoutMs = settling.requestTimeoutMs;
    const accepted = await client.putService(this.#fields, document, { etag, sendBefore, timeoutMs }, signal);
    const { polling, requestId } = await begun(this.#parts, accepted, {
      change: "put",
      where: this.#fields,
      etagBefore: etag,
    });
    return { ...(polling === undefined ? {} : { polling }), ...(requestId === undefined ? {} : { requestId }) };
  }

  async tryKey(key: Secret, context: CallContext): Promise<KeyTried> {
    const { client } = this.#parts;
    const { policy, service } = this.#fields;
    const { keyName, rights } = this.#looked
      ? policyIn(this.#looked, policy)
      : await client.key(this.#fields, policy, context.signal);
    return tryKey(this.#parts, { service, policy: keyName, rights, key }, context);
  }

  published(key: Secret, format: "key" | "connection-string"): Secret {
    const { policy, service } = this.#fields;
    if (format === "key") return key;
    // Under the name by which the key was proven: the service's own spelling.
    const { keyName = policy } = this.#looked ? policyIn(this.#looked, policy) : {};
    return connectionString(hostNameOf(service, this.#parts.connection), keyName, key);
  }
}

function withoutLook(about: string): PermanentError {
  return new PermanentError(`Expected a look at ${about} before a change of its keys, got none: look first`, {
    provider,
    code: "not-looked",
  });
}
