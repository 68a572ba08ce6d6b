import type { Clock } from "../../contracts/ports.ts";
import { Secret } from "../../contracts/secret.ts";
import type { Answer } from "../../providers/answer.ts";
import type { AccessKey } from "../../providers/aws/access-key.ts";
import { typeIn } from "../../providers/aws/refusals.ts";
import { signedCall } from "../../providers/aws/sign.ts";
import type { Call } from "../../providers/call.ts";
import type { Send } from "../../providers/http.ts";
import { sendWindow, tooLate } from "../../providers/send-window.ts";
import { valueIn } from "../../providers/value.ts";
import { formsOf } from "../outgoing-secrets.ts";
import { provider, secretsManagerRefusal } from "./refusals.ts";
import { secretValueSchema, writtenSchema } from "./wire.ts";

export interface SecretsManagerClientOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly accessKey: () => Promise<AccessKey>;
  readonly url: string;
  readonly region: string;
  /** Of the publish target, for messages. */
  readonly name: string;
}

export interface SecretWrite {
  readonly secret: string;
  readonly value: Secret;
  readonly versionId: string;
  readonly sendBefore: number;
  readonly timeoutMs: number;
}

export class SecretsManagerClient {
  readonly #options: SecretsManagerClientOptions;

  constructor(options: SecretsManagerClientOptions) {
    this.#options = options;
  }

  /** Undefined when there is no such secret, or none with a current value. */
  async read(secret: string, signal: AbortSignal) {
    const content = { SecretId: secret, VersionStage: "AWSCURRENT" };
    const about = { about: `secret ${secret}`, operation: "read-secret" };
    const call = await this.#signed("GetSecretValue", content, about);
    const answer = await this.#options.send(call, signal);
    if (answer.status === 400 && typeIn(answer) === "ResourceNotFoundException") return undefined;
    if (answer.status !== 200) throw this.#refusal(answer, call, secret);
    return valueIn(answer, call, secretValueSchema);
  }

  /** Sends one POST, whatever comes: the new version, or an error whose `effect` says what is proven. */
  async write({ secret, value, versionId, sendBefore, timeoutMs }: SecretWrite, signal: AbortSignal) {
    const { clock, send } = this.#options;
    const isInTime = sendWindow(clock, sendBefore);
    const content = {
      SecretId: secret,
      ClientRequestToken: versionId,
      SecretString: value.reveal(),
      VersionStages: ["AWSCURRENT"],
    };
    const about = { about: `a new version of secret ${secret}`, operation: "publish-secret", changes: true, timeoutMs };
    const call = await this.#signed("PutSecretValue", content, about, formsOf(value));
    // As late as possible: reading the key may have taken long, or the process may have been frozen.
    if (!isInTime()) throw tooLate(call);
    const answer = await send(call, signal);
    if (answer.status !== 200) throw this.#refusal(answer, call, secret);
    const { VersionId: version } = valueIn(answer, call, writtenSchema);
    return { version, ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }) };
  }

  #signed(
    action: string,
    content: object,
    about: Pick<Call, "about" | "operation" | "changes" | "timeoutMs">,
    secrets: readonly Secret[] = [],
  ): Promise<Call> {
    const { accessKey, url, region, clock } = this.#options;
    const text = JSON.stringify(content);
    const call: Call = {
      method: "POST",
      url,
      provider,
      ...about,
      headers: { "x-amz-target": `secretsmanager.${action}` },
      body: {
        contentType: "application/x-amz-json-1.1",
        text: secrets.length === 0 ? text : new Secret(text),
        secrets,
      },
    };
    return signedCall(call, { accessKey, clock, service: "secretsmanager", region });
  }

  #refusal(answer: Answer, call: Call, secret: string): Error {
    const { name, region, clock } = this.#options;
    return secretsManagerRefusal(answer, call, { target: name, secret, region }, clock.wallMs());
  }
}
