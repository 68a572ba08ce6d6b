import type { MessageHandler } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { createRunner } from "../../lib/operations/runner.ts";
import type { Step } from "../../lib/operations/step.ts";
import { requestRoutes } from "../request-routes.ts";
import type { CloudHost } from "./host.ts";
import type { ProviderOf } from "./providers.ts";

/** What is behind the queue of one step. It knows no other: a message of another step is a defect, and stays in the queue. */
export async function openStep(
  step: Step<DeploymentProvider>,
  host: CloudHost,
  providers: () => Promise<ProviderOf>,
): Promise<MessageHandler> {
  const { connections, retainMs } = await host.configuration();
  const providerOf = await providers();
  return createRunner({
    ports: host.platform(),
    steps: { [step.name]: step },
    providerOf: ({ request }) => providerOf(request.connection),
    retainMs,
    limitsOf: ({ request: { connection } }) =>
      Object.hasOwn(connections, connection) ? connections[connection]?.limits : undefined,
    splitOf: ({ request }) => requestRoutes[request.type].split,
  });
}
