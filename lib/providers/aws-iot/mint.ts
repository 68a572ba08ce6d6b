import type { Mint } from "../../contracts/mint.ts";
import { matchesAny } from "../../contracts/patterns.ts";
import type { Settling } from "../../contracts/provider.ts";
import { claimFileName } from "./claim.ts";
import type { IotClient } from "./client.ts";
import { refused } from "./errors.ts";

export interface Parts {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly client: IotClient;
  readonly settling: Settling;
  /** Patterns of the templates that requests may name. */
  readonly templates: readonly string[];
}

/** A claim for one template. Nothing of it stays at the service that could be taken back: it dies by itself. */
export function mintOf(parts: Parts, templateName: string): Mint {
  const { client, settling } = parts;
  return {
    settling,
    what: `a provisioning claim for template ${templateName}`,
    fileName: claimFileName(templateName),
    mediaType: "application/x-pem-file",
    instructions:
      "The file holds a certificate and its private key. Put it on the device and let it register itself within the time that is left: a claim lives five minutes. Whoever has it until then can register devices with this template, so show it to nobody.",
    async prepare({ signal }) {
      assertPermitted(parts, templateName);
      const { enabled } = await client.describe(templateName, signal);
      if (enabled === false) {
        throw refused(
          `Expected provisioning template ${templateName} to be enabled, got one that is not: enable it first, as no device could use a claim for it`,
          "template-disabled",
          "describe-template",
        );
      }
      return { templateName };
    },
    async create({ nonce, sendBefore }, { signal }) {
      assertPermitted(parts, templateName);
      const window = { sendBefore, timeoutMs: settling.requestTimeoutMs };
      const { certificateId, content, expiresAt, requestId } = await client.createClaim(templateName, window, signal);
      return {
        made: {
          id: certificateId ?? nonce,
          words: { ...(certificateId === undefined ? {} : { certificateId }), templateName },
        },
        ...(content === undefined ? {} : { credential: { content, expiresAt } }),
        ...(requestId === undefined ? {} : { requestId }),
      };
    },
    find: async () => ({
      kind: "fenced",
      evidence: "What a lost answer held, nobody has, and it dies by itself within five minutes",
    }),
  };
}

/** Before anything is sent: whoever may ask for claims must not get them for every template of the account. */
export function assertPermitted({ name, templates }: Pick<Parts, "name" | "templates">, templateName: string): void {
  if (matchesAny(templates, templateName)) return;
  throw refused(
    `Expected a provisioning template that connection ${name} permits, got ${templateName}: list it in connections.${name}.templates`,
    "template-not-permitted",
  );
}
