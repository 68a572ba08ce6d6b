import type { AwsPanoramaConnection } from "../../contracts/configuration.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { DeploymentProvider, PollPace, Settling } from "../../contracts/provider.ts";
import type { Secret } from "../../contracts/secret.ts";
import { AwsService } from "../aws/service.ts";
import type { Fetch } from "../exchange.ts";
import type { StartTimer } from "../timer.ts";
import { check } from "./check.ts";
import { PanoramaClient } from "./client.ts";
import { provider as kind } from "./errors.ts";
import { mintOf } from "./mint.ts";
import { type Bounds, defaultBounds, type Parts } from "./parts.ts";
import { planOf } from "./plan.ts";
import { poll } from "./poll.ts";
import { deviceOf, handleOf, unsupported } from "./request.ts";

/** How far lists lag behind is documented nowhere: two minutes are what services of AWS with such lists stay well below. */
const defaultSettling: Settling = { requestTimeoutMs: 20_000, settlingMs: 120_000, lookEveryMs: 10_000 };
/** As often as the vendor's own samples look. */
const defaultPollPace: PollPace = { firstMs: 60_000, maxMs: 60_000 };

export interface AwsPanoramaProviderOptions {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly connection: AwsPanoramaConnection;
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  /** Stands in for the network: an emulator in this process, or a test. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer;
  readonly settling?: Partial<Settling>;
  readonly pollPace?: Partial<PollPace>;
  readonly bounds?: Partial<Bounds>;
}

/** Devices of AWS Panorama and the archives that appliances are provisioned with. */
export function createAwsPanoramaProvider(
  options: AwsPanoramaProviderOptions,
): DeploymentProvider & Required<Pick<DeploymentProvider, "mintOf">> {
  const { name, clock } = options;
  const bounds = { ...defaultBounds, ...options.bounds };
  const settling = { ...defaultSettling, ...options.settling };
  const service = new AwsService({ ...options, ...bounds, service: "panorama" });
  const client = new PanoramaClient({ service, clock, name, listPages: bounds.listPages });
  const parts: Parts = { name, client, service, clock, settling };
  return {
    kind,
    settling,
    pollPace: { ...defaultPollPace, ...options.pollPace },
    turnOf: (request) => `${kind}/${name}/${deviceOf(request).Name}`,
    prepareDeployment: async ({ type }) => Promise.reject(unsupported(type)),
    findDeployment: async ({ type }) => Promise.reject(unsupported(type)),
    createDeployment: async ({ type }) => Promise.reject(unsupported(type)),
    mintOf: (request, operation) => mintOf(parts, deviceOf(request), operation),
    poll: async (_request, handle, _intent, context) => poll(parts, handleOf(handle), context),
    check: (context) => check(parts, context),
    plan: (request) => planOf(parts, request),
  };
}
