import { PermanentError } from "../../contracts/errors.ts";
import type { KeyRotationProvider } from "../../contracts/key-rotation.ts";
import { isLoopback } from "../../contracts/loopback.ts";
import type { DeploymentProvider, PollPace, Settling } from "../../contracts/provider.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import { createEntraTokens } from "../entra/tokens.ts";
import { changeOf, type DpsChange } from "./changes/index.ts";
import { check } from "./check.ts";
import { type AzureDpsProviderOptions, createParts } from "./create-parts.ts";
import { provider as kind } from "./errors.ts";
import { createOperator, type DpsOperator } from "./operator.ts";
import { defaultBounds, type Parts } from "./parts.ts";
import { rotationPlan } from "./plan.ts";
import { poll } from "./poll.ts";
import { replacedPolicy, rotationOf, rotationType, writtenService } from "./request.ts";
import { RotatedPolicy } from "./rotation.ts";

const defaultSettling: Settling = { requestTimeoutMs: 30_000, settlingMs: 5 * 60_000, lookEveryMs: 30_000 };
const defaultPollPace: PollPace = { firstMs: 5_000, maxMs: 30_000 };

export type AzureDpsProvider = DeploymentProvider & {
  readonly rotation: KeyRotationProvider;
  readonly operator: DpsOperator;
};

/** Device Provisioning Services over Azure Resource Manager, and the keys of their policies. */
export function createAzureDpsProvider(options: AzureDpsProviderOptions): AzureDpsProvider {
  const { connection } = options;
  const { credential } = connection;
  const bounds = { ...defaultBounds, ...options.bounds };
  const settling = { ...defaultSettling, ...options.settling };
  // The token's audience is the service itself, wherever an emulator may stand in for it.
  const defaultScope = scopeOf(connection.endpoint);
  const tokens = createEntraTokens(credential, defaultScope, { ...options, timeoutMs: bounds.readTimeoutMs });
  const parts = createParts(options, { bounds, settling, tokens });
  const change = (request: OperationRequest) => requiredChange(request, parts);
  const turnOf = (request: OperationRequest) => {
    const where = writtenService(request);
    if (where === undefined) return undefined;
    return `${kind}:${connection.subscriptionId}/${where.resourceGroup}/${where.service}`.toLowerCase();
  };
  const claimOn = (request: OperationRequest, policy: string) => `${turnOf(request)}/policies/${policy}`.toLowerCase();
  return {
    kind,
    settling,
    pollPace: { ...defaultPollPace, ...options.pollPace },
    turnOf,
    claimOf: (request) => {
      const policy = replacedPolicy(request);
      return policy === undefined ? undefined : claimOn(request, policy);
    },
    prepareDeployment: async (request) => refuseDeployment(request),
    findDeployment: async (request) => refuseDeployment(request),
    createDeployment: async (request) => refuseDeployment(request),
    changeOf: change,
    poll: async (request, handle, intent, context) => {
      const own = changeOf(request, parts);
      return own?.poll === undefined ? poll(parts, handle, context) : own.poll(handle, intent, context);
    },
    check: (context) => check(parts, { tokens, scope: credential.scope ?? defaultScope }, context),
    plan: (request) =>
      request.type === rotationType ? rotationPlan(parts.paths, rotationOf(request)) : change(request).plan(),
    operator: createOperator(parts),
    rotation: {
      claimOf: (request) => claimOn(request, rotationOf(request).policy),
      policyKeys: (request) => new RotatedPolicy(parts, rotationOf(request)),
      resultOf: (request) => {
        const { resourceGroup, service, policy } = rotationOf(request);
        return { resourceGroup, service, policy };
      },
    },
  };
}

function requiredChange(request: OperationRequest, parts: Parts): DpsChange {
  return changeOf(request, parts) ?? refuseDeployment(request);
}

function refuseDeployment(request: OperationRequest): never {
  throw new PermanentError(`Expected a request that Azure DPS can carry out, got ${request.type}: check its type`, {
    code: "unsupported-request",
    provider: kind,
  });
}

/** Of the sovereign clouds' own endpoints too; an endpoint on loopback stands in for the public one. */
function scopeOf(endpoint: string): string {
  const { hostname, origin } = new URL(endpoint);
  return `${isLoopback(hostname) ? "https://management.azure.com" : origin}/.default`;
}
