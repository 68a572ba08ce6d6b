import { Secret } from "../../../lib/contracts/secret.ts";
import { azureTokens } from "../../../lib/platforms/azure/tokens.ts";
import { ManualTime } from "../local/manual-time.ts";

export const identityHeader = "canary/identity-header";

/** A managed identity whose tokens a test can refuse. @param scope of which tokens are asked for; others are a mistake */
export function tokensOf(scope: string) {
  const valid = new Set<string>();
  let issued = 0;
  let mayIssueValid = true;
  const tokens = azureTokens(
    {
      kind: "managed-identity",
      clientId: "0a0a0a0a-0000-4000-8000-000000000000",
      endpoint: { url: "http://127.0.0.1:8081/msi/token", header: new Secret(identityHeader) },
    },
    {
      clock: new ManualTime(),
      fetch: async (request) => {
        const url = new URL(request.url);
        const isAsked =
          request.headers.get("x-identity-header") === identityHeader &&
          url.searchParams.get("client_id") === "0a0a0a0a-0000-4000-8000-000000000000" &&
          `${url.searchParams.get("resource")}/.default` === scope;
        if (!isAsked) return Response.json({ error: "invalid_request" }, { status: 400 });
        issued += 1;
        const token = `canary-token-${issued}`;
        if (mayIssueValid) valid.add(token);
        return Response.json({ access_token: token, expires_on: String(Date.UTC(2026, 10, 21) / 1_000 + 86_000) });
      },
    },
  );
  return {
    tokens,
    valid,
    issued: () => issued,
    revoke: () => valid.clear(),
    refuseAll: () => {
      valid.clear();
      mayIssueValid = false;
    },
  };
}
