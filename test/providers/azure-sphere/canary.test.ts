import { describe, expect, test } from "vitest";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { shown } from "../support.ts";
import { clientSecret, createFleet, type Fleet, groupId, intentFor, requestFor } from "./support.ts";

const sas = "https://images.azure-sphere.example/x?sv=2024-11-04&sp=r&sig=canarySignature%2B4711";

/** A service that says all it was told, wherever it can, in every form. */
function echoing(status: number, form: "array" | "object" | "text" | "header" | "redirect") {
  return async (request: Request, next: Fetch): Promise<Response> => {
    const body = request.method === "POST" ? await request.clone().text() : "";
    const told = `${request.headers.get("authorization")} ${decodeURIComponent(body)} ${body} ${sas}`;
    if (request.url.endsWith("/token") && !request.headers.has("x-echo")) {
      return next(request);
    }
    const init = { status, headers: {} };
    if (form === "text") return new Response(told, init);
    if (form === "object") return new Response(JSON.stringify({ error: { code: told, message: told } }), init);
    if (form === "header") return new Response("{}", { status, headers: { "x-ms-request-id": told.slice(0, 90) } });
    if (form === "redirect")
      return new Response(null, {
        status: 307,
        headers: { location: `https://evil.example/?${encodeURIComponent(told)}` },
      });
    return new Response(JSON.stringify([{ ErrorCode: told, Title: told, Detail: told }]), init);
  };
}

function tokensOf({ sent }: Fleet): string[] {
  return sent.flatMap((request) => request.headers.get("authorization")?.replace("Bearer ", "") ?? []);
}

/** Everything that the provider gives out, whatever comes. */
async function everything(fleet: Fleet): Promise<string> {
  const request = requestFor();
  const seen: string[] = [];
  const keep = async (promise: Promise<unknown>) => {
    try {
      seen.push(JSON.stringify(await promise));
    } catch (error) {
      seen.push(shown(error));
    }
  };
  const prepared = { requestedAt: fleet.time.now(), knownBefore: null, known: [], notes: [] };
  const intent = intentFor(fleet.time, prepared);
  const { provider } = fleet;
  const operationId = "0c9d1c0e-0000-4000-8000-000000000001";
  await keep(provider.prepareDeployment(request, fleet.context()));
  await keep(provider.createDeployment(request, intent, fleet.context()));
  await keep(provider.findDeployment(request, intent, fleet.context()));
  await keep(provider.poll(request, { operationId, deviceGroupId: groupId }, intent, fleet.context()));
  await keep(provider.poll(request, { deploymentId: operationId, deviceGroupId: groupId }, intent, fleet.context()));
  await keep(provider.check(fleet.context()));
  seen.push(JSON.stringify(provider.plan(request)), JSON.stringify(provider), String(provider.turnOf(request)));
  return seen.join("\n");
}

describe("no secret comes out again", () => {
  const statuses = [200, 202, 400, 401, 403, 404, 409, 429, 500, 503];
  const forms = ["array", "object", "text", "header", "redirect"] as const;

  test.each(statuses.flatMap((status) => forms.map((form) => [status, form] as const)))(
    "of an echo with %i as %s",
    async (status, form) => {
      const fleet = createFleet({ through: echoing(status, form) });
      const all = await everything(fleet);
      const tokens = tokensOf(fleet);
      expect(tokens.length).toBeGreaterThan(4);
      for (const token of tokens) {
        expect(all).not.toContain(token);
        expect(all).not.toContain(token.slice(0, 24));
      }
      expect(all).not.toMatch(/canary[~S%]/);
      expect(all).not.toContain(clientSecret.slice(7, 20));
    },
  );

  test("of an operation's message, in results and reasons", async () => {
    for (const result of ["failed", "complete-with-errors"] as const) {
      const fleet = createFleet();
      const request = requestFor();
      const prepared = await fleet.provider.prepareDeployment(request, fleet.context());
      const intent = intentFor(fleet.time, prepared);
      const message = `Bearer ${tokensOf(fleet)[0]} and ${sas} and ${clientSecret}`;
      fleet.emulator.script({ result, errorCode: 0, errorMessage: message, detailsMessage: message });
      const started = await fleet.provider.createDeployment(request, intent, fleet.context());
      fleet.time.advance(10_000);
      const seen = await fleet.provider.poll(request, started.handle, intent, fleet.context());
      const all = JSON.stringify([prepared, started, seen]);
      expect(seen.kind).toBe("ended");
      expect(all).not.toContain(tokensOf(fleet)[0]);
      expect(all).not.toContain("canarySignature");
    }
  });
});
