import { PermanentError } from "../../contracts/errors.ts";
import type { Intent } from "../../contracts/operation.ts";
import { Secret } from "../../contracts/secret.ts";
import type { CallBody } from "../call.ts";
import { readSecret } from "../read-secret.ts";
import { endpointOf } from "./catalogue.ts";
import { bodyMaxBytes, provider } from "./errors.ts";
import { type Declared, standardValues, tempUrlValues, valuedInputs } from "./inputs.ts";
import type { Parts } from "./parts.ts";
import { configNameOf, type Deploy } from "./request.ts";
import type { Session } from "./session.ts";
import { signalObjectOf, signedUrl } from "./temp-url.ts";

export interface Signal {
  readonly url: Secret;
  readonly object: string;
}

/** The signed URL by which the server reports. Its name and end follow from the intent alone. */
export async function signalFor(
  parts: Parts,
  deploy: Deploy,
  session: Session,
  { nonce, writtenAt }: Pick<Intent, "nonce" | "writtenAt">,
): Promise<Signal | undefined> {
  const { connection, name, bounds } = parts;
  const { tempUrl } = connection;
  if (deploy.completion !== "temp-url" || tempUrl === undefined) return undefined;
  const { container, digest } = tempUrl;
  const object = signalObjectOf(deploy.operation, nonce);
  const url = signedUrl({
    method: "PUT",
    endpoint: endpointOf(connection, name, session, "object-store").url,
    container,
    object,
    expiresMs: writtenAt + deploy.deadlineMs + bounds.signedUrlMarginMs,
    key: await readSecret(parts.secret, tempUrl.key, { what: "the key for signed URLs", provider }),
    digest,
  });
  return { url, object };
}

/** The derived config with its secrets in it: the source, and a value for every input. @throws PermanentError when it is too long */
export async function derivedBody(
  { secret: read }: Parts,
  deploy: Deploy,
  declared: Declared,
  signal: Signal | undefined,
): Promise<CallBody> {
  const secrets: Secret[] = signal === undefined ? [] : [signal.url];
  const inputs: unknown[] = [];
  for (const { input, value, reference } of valuedInputs(deploy, declared)) {
    if (reference === undefined) {
      inputs.push({ ...input, value });
      continue;
    }
    const what = `the value of input ${JSON.stringify(input.name.slice(0, 64))}`;
    const secret = await readSecret(read, reference, { what, provider });
    const text = secret.reveal();
    // Both forms can come back in an error: the text, and the text as it stood in the JSON.
    secrets.push(secret, new Secret(JSON.stringify(text).slice(1, -1)));
    inputs.push({ ...input, value: text });
  }
  const body = JSON.stringify(shapeOf(deploy, declared, inputs, signal?.url.reveal()));
  refuseTooLong(body);
  return { contentType: "application/json", text: new Secret(body), secrets };
}

/** The same with references and a placeholder in place of what is secret: for people, and for its length. */
export function derivedShape(deploy: Deploy, declared: Declared, url?: string) {
  const inputs = valuedInputs(deploy, declared).map(({ input, value }) => ({ ...input, value }));
  return shapeOf(deploy, declared, inputs, url);
}

function shapeOf(deploy: Deploy, declared: Declared, inputs: readonly unknown[], url: string | undefined) {
  const { group, config, options, outputs } = declared;
  const signal = url === undefined ? [] : tempUrlValues(url);
  return {
    name: configNameOf(deploy),
    ...(group ? { group } : {}),
    ...(config === undefined || config === null ? {} : { config }),
    ...(options === undefined || options === null ? {} : { options }),
    inputs: [...inputs, ...standardValues(deploy), ...signal],
    outputs,
  };
}

export function refuseTooLong(body: string): void {
  const bytes = Buffer.byteLength(body);
  if (bytes <= bodyMaxBytes) return;
  throw new PermanentError(
    `Expected a software config of at most ${bodyMaxBytes} bytes, got ${bytes}: make the script or its inputs shorter`,
    { code: "too-large", provider, operation: "create-config" },
  );
}
