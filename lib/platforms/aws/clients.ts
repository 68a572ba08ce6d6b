import { ConfigurationError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";

/**
 * What every client of AWS is made with. The clients themselves are made by the adapters that use them (`queue.ts`, `bus.ts`,
 * `vault.ts`), so that a step's bundle has those it needs and no other.
 */

export type Variables = Readonly<Record<string, string | undefined>>;

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** A role's keys do not work without. */
  readonly sessionToken?: Secret | undefined;
}

export interface AwsSettings {
  readonly region: string;
  /** Read for each signature: keys of a role are replaced while an instance lives. */
  readonly credentials: () => AwsCredentials;
  /** Instead of the service's own address: an emulator on loopback. */
  readonly endpoint?: string | undefined;
  readonly connectTimeoutMs?: number | undefined;
  /** For one attempt, from the first byte to the last. */
  readonly requestTimeoutMs?: number | undefined;
}

/** A region answers within milliseconds: what takes longer is lost, and a step's time limit must hold several attempts. */
const defaultConnectTimeoutMs = 1_000;
const defaultRequestTimeoutMs = 5_000;
/** Requests of one instance under way at once. */
const maxSockets = 32;

/** Regions whose addresses end differently, by how their names begin. */
const suffixes: Readonly<Record<string, string>> = { "cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu" };

/** What the address of a service ends with, for clients that are no SDK's. */
export function addressSuffix(region: string): string {
  const [, suffix = "amazonaws.com"] = Object.entries(suffixes).find(([begin]) => region.startsWith(begin)) ?? [];
  return `${region}.${suffix}`;
}

export const requestTimeoutMsOf = (settings: AwsSettings) => settings.requestTimeoutMs ?? defaultRequestTimeoutMs;

/**
 * Lambda sets all of these. `AWS_ENDPOINT_URL` is what AWS's own tools call the override.
 * @throws ConfigurationError with all problems at once, without the values
 */
export function awsSettings(variables: Variables): AwsSettings {
  const region = variables["AWS_REGION"] || variables["AWS_DEFAULT_REGION"] || "";
  const endpoint = variables["AWS_ENDPOINT_URL"] || undefined;
  const problems = [
    /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/.test(region) ? [] : ["AWS_REGION: expected a region such as eu-central-1"],
    endpoint === undefined || URL.canParse(endpoint) ? [] : ["AWS_ENDPOINT_URL: expected a URL"],
  ].flat();
  if (problems.length > 0) {
    throw new ConfigurationError(`Expected the environment of a function on AWS, got ${problems.join("; ")}`, {
      code: "invalid-environment",
      problems,
    });
  }
  return { region, endpoint, credentials: () => credentialsIn(variables) };
}

function credentialsIn(variables: Variables): AwsCredentials {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: token } = variables;
  if (!id || !key) {
    throw new ConfigurationError(
      "Expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, got none: give the function a role, or set them",
      { code: "credentials-missing" },
    );
  }
  return { accessKeyId: id, secretAccessKey: new Secret(key), sessionToken: token ? new Secret(token) : undefined };
}

/**
 * Options for the constructor of any SDK client. Its own retries are off: `trying` repeats instead, because a partly failed batch
 * and a failed call share one bound, and because every call here may be repeated (messages and events are at-least-once, writes
 * carry a token or a condition).
 */
export function clientOptions(settings: AwsSettings) {
  const agent = { keepAlive: true, maxSockets };
  return {
    region: settings.region,
    maxAttempts: 1,
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = settings.credentials();
      const session = sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() };
      return { accessKeyId, secretAccessKey: secretAccessKey.reveal(), ...session };
    },
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs ?? defaultConnectTimeoutMs,
      requestTimeout: requestTimeoutMsOf(settings),
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
  };
}
