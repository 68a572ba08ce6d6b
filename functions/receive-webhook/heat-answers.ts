import { RetryableError } from "../../lib/contracts/errors.ts";
import type { Json, JsonObject } from "../../lib/contracts/json.ts";

/**
 * A config whose answer is lost cannot be told from one that never was; a second one does no harm, and is not wanted either.
 * @throws the config's error, which says where to look
 */
export async function createdOnce(config: Promise<JsonObject>): Promise<JsonObject> {
  try {
    return await config;
  } catch (error) {
    if (!(error instanceof RetryableError) || error.effect === "none") throw error;
    const { code, provider, operation, status, requestId, retryAfterMs, message } = error;
    throw new RetryableError(
      `${message}; the config may have been made all the same, so look with drover heat configs list before you repeat it`,
      {
        code,
        ...(provider === undefined ? {} : { provider }),
        ...(operation === undefined ? {} : { operation }),
        ...(status === undefined ? {} : { status }),
        ...(requestId === undefined ? {} : { requestId }),
        retryAfterMs,
        cause: error,
      },
    );
  }
}

/** The value of an input may be a secret that a request named, or a signed URL; neither leaves through here. */
export function withoutValues(answer: JsonObject): JsonObject {
  const config = answer["software_config"];
  if (!isObject(config) || !Array.isArray(config["inputs"])) return answer;
  const inputs = config["inputs"].map((input: Json) =>
    isObject(input) && "value" in input ? { ...input, value: notShown } : input,
  );
  return { ...answer, software_config: { ...config, inputs } };
}

const notShown = "(not shown)";

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
