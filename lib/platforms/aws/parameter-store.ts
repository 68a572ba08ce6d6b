import * as z from "zod/mini";
import { defaultPersistence, type Persistence, trying } from "../trying.ts";
import { type AwsSettings, addressSuffix } from "./clients.ts";
import { type Asked, refusalOf } from "./failures.ts";
import { type Answered, type SendParts, signedSender } from "./signed-call.ts";

export type ReadParameter = (name: string) => Promise<string>;

const answerSchema = z.object({ Parameter: z.object({ Value: z.string() }) });
const errorSchema = z.object({ __type: z.string() });

/** Reads one parameter of Systems Manager, decrypted. @throws ConfigurationError when it is not there */
export function parameterReader(parts: SendParts, persistence: Persistence = defaultPersistence): ReadParameter {
  const send = signedSender(parts);
  const url = addressOf(parts.settings);
  return async (name) => {
    const asked: Asked = {
      provider: "ssm",
      about: `the configuration in the parameter ${name}`,
      permission: "ssm:GetParameter on it, and kms:Decrypt on its key",
      whenMissing: "create the parameter, or correct DROVER_CONFIGURATION_PARAMETER",
    };
    return trying(persistence, async () => {
      const answer = await send(
        {
          service: "ssm",
          method: "POST",
          url,
          headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
          body: Buffer.from(JSON.stringify({ Name: name, WithDecryption: true })),
        },
        asked,
      );
      const value = answerSchema.safeParse(jsonIn(answer));
      if (answer.status === 200 && value.success) return value.data.Parameter.Value;
      throw refusalOf(refusedIn(answer), asked);
    });
  };
}

function addressOf({ endpoint, region }: AwsSettings): URL {
  return new URL(endpoint ?? `https://ssm.${addressSuffix(region)}/`);
}

function refusedIn(answer: Answered) {
  const error = errorSchema.safeParse(jsonIn(answer));
  const type = error.success ? error.data.__type.replace(/^.*#/, "") : "IncompleteAnswer";
  const { status, headers } = answer;
  return { type, status: status === 200 ? undefined : status, requestId: headers.get("x-amzn-requestid") ?? undefined };
}

function jsonIn({ body }: Answered): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
