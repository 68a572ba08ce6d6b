import type { DeploymentProvider } from "../lib/contracts/provider.ts";

const inProgressPolls = 3;

/** A provider inside the process that costs next to nothing: three polls in progress, then complete. */
export function createStubProvider(): DeploymentProvider & { readonly created: number } {
  const polls = new Map<string, number>();
  let created = 0;
  return {
    kind: "azure-sphere",
    settling: { requestTimeoutMs: 10_000, settlingMs: 60_000, lookEveryMs: 10_000 },
    pollPace: { firstMs: 0, maxMs: 0 },
    get created() {
      return created;
    },
    turnOf: (request) => `group:${request.fields["deviceGroupId"]}`,
    prepareDeployment: async () => ({ known: [] }),
    findDeployment: async () => ({ kind: "absent-so-far" }),
    async createDeployment() {
      created += 1;
      const operationId = `stub-${created}`;
      polls.set(operationId, 0);
      return { handle: { operationId }, ids: { operationId } };
    },
    async poll(_request, handle) {
      const { operationId } = handle as { operationId: string };
      const seen = polls.get(operationId) ?? 0;
      if (seen < inProgressPolls) {
        polls.set(operationId, seen + 1);
        return { kind: "in-progress", status: "InProgress" };
      }
      polls.delete(operationId);
      return { kind: "ended", status: "Complete", outcome: "succeeded", result: { state: "targeted" } };
    },
    check: async () => [],
    plan: () => [],
  };
}
