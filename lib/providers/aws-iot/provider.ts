import * as z from "zod/mini";
import type { AwsIotConnection } from "../../contracts/configuration.ts";
import { parseAs } from "../../contracts/parse.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { DeploymentProvider, PollPace, Settling } from "../../contracts/provider.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import { createProvisioningClaim } from "../../contracts/requests/aws-iot.ts";
import type { Secret } from "../../contracts/secret.ts";
import { AwsService } from "../aws/service.ts";
import type { Fetch } from "../exchange.ts";
import type { StartTimer } from "../timer.ts";
import { check } from "./check.ts";
import { claimPath, IotClient, templatePath } from "./client.ts";
import { provider as kind, refused } from "./errors.ts";
import { assertPermitted, mintOf, type Parts } from "./mint.ts";

const claimType = "drover.aws-iot.create-provisioning-claim";

/** A lost answer is not looked for, as a claim can be seen nowhere: only the time of the request counts. */
const defaultSettling: Settling = { requestTimeoutMs: 20_000, settlingMs: 120_000, lookEveryMs: 10_000 };
const defaultPollPace: PollPace = { firstMs: 60_000, maxMs: 60_000 };
const readTimeoutMs = 20_000;
const answerBytes = 1024 * 1024;

export interface AwsIotProviderOptions {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly connection: AwsIotConnection;
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  /** Stands in for the network: an emulator in this process, or a test. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer;
  readonly settling?: Partial<Settling>;
  readonly pollPace?: Partial<PollPace>;
}

/** Claims by which devices register themselves at AWS IoT Core. */
export function createAwsIotProvider(
  options: AwsIotProviderOptions,
): DeploymentProvider & Required<Pick<DeploymentProvider, "mintOf">> {
  const { name, connection, clock } = options;
  const { templates } = connection;
  const settling = { ...defaultSettling, ...options.settling };
  const service = new AwsService({ ...options, service: "iot", readTimeoutMs, answerBytes });
  const client = new IotClient({ service, clock, name });
  const parts: Parts = { name, client, settling, templates };
  return {
    kind,
    settling,
    pollPace: { ...defaultPollPace, ...options.pollPace },
    turnOf: () => undefined,
    prepareDeployment: async ({ type }) => Promise.reject(unsupported(type)),
    findDeployment: async ({ type }) => Promise.reject(unsupported(type)),
    createDeployment: async ({ type }) => Promise.reject(unsupported(type)),
    mintOf: (request) => mintOf(parts, templateNameOf(request)),
    poll: async () =>
      Promise.reject(
        refused("Expected nothing to poll, as AWS IoT keeps no track of claims, got a poll", "not-polled"),
      ),
    check: (context) => check(parts, service, context),
    plan: (request) => {
      const templateName = templateNameOf(request);
      assertPermitted(parts, templateName);
      return [
        { method: "GET", url: service.urlOf(templatePath(templateName)), changes: false },
        { method: "POST", url: service.urlOf(claimPath(templateName)), changes: true },
      ];
    },
  };
}

const fieldsSchema = z.object(createProvisioningClaim);

/** @throws InvalidInputError, PermanentError for another type of request */
function templateNameOf({ type, fields }: OperationRequest): string {
  if (type !== claimType) throw unsupported(type);
  return parseAs(fieldsSchema, fields, "the fields of a provisioning claim").templateName;
}

function unsupported(type: string) {
  const expected = "Expected a request that AWS IoT can carry out";
  return refused(`${expected}, got ${type}: check its type`, "unsupported-request");
}
