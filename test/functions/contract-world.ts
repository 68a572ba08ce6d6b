import { createAzureSphereEmulator, demoIds } from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { routeSecurity } from "../../functions/receive-webhook/security.ts";
import { encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { dpsConnection, dpsSecret, dpsTargets, quickDps } from "./dps-harness.ts";
import { panoramaConnection } from "./handoff-harness.ts";
import { type OpenFixture, openFixture, quickScenario, request, sphereConnection } from "./harness.ts";
import { heatConnection, heatSecrets, quickHeat } from "./heat-harness.ts";
import { scheduleOf } from "./schedule-harness.ts";

/** Everything that the interface can show, behind one application with clients. */

export const tokens = {
  ops: "token-of-the-operators-team",
  ci: "token-of-the-pipeline-here",
  slow: "token-of-somebody-too-eager",
};
export const webhookSecret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const heatUrl = "http://127.0.0.1:10";

const allow = {
  sources: ["*"],
  types: ["*"],
  connections: ["*"],
  actions: [...new Set(routeSecurity.flatMap(({ action }) => (action === "open" ? [] : [action])))],
};
const bearer = (name: keyof typeof tokens) => ({ kind: "bearer", tokens: [`sha256:${sha256Hex(tokens[name])}`] });

const configuration = {
  clients: {
    ops: { auth: bearer("ops"), allow, requestsPerMinute: 6000 },
    ci: {
      auth: [bearer("ci"), { kind: "standard-webhooks", secrets: ["vault:ci"] }],
      allow: { ...allow, sources: ["/ci/*"], actions: ["submit", "read", "report"] },
      requestsPerMinute: 6000,
    },
    slow: { auth: bearer("slow"), allow, requestsPerMinute: 1 },
  },
  approvals: [{ types: ["drover.azure-sphere.*"], connections: ["guarded"] }],
  http: { webhookOrigins: ["eventgrid.azure.net"] },
  publishTargets: dpsTargets,
  sinks: { crm: { url: "http://127.0.0.1:9/hooks", secrets: ["vault:crm"], allowPrivateAddresses: true } },
};

export function contractWorld() {
  const now = () => Date.now();
  const sphere = createAzureSphereEmulator({ now, delay: delayOnTimer, scenario: quickScenario() });
  const heat = quickHeat();
  const dps = quickDps();
  const { HEAT_LOGIN, HEAT_KEY } = heatSecrets();
  const opened = openFixture(
    {
      sphere: sphereConnection(),
      guarded: sphereConnection(),
      heat: heatConnection("openstack", heatUrl),
      dps: dpsConnection(),
      panorama: panoramaConnection,
    },
    (sent) => {
      if (sent.url.startsWith("https://")) return dps.fetch(sent);
      return sent.url.startsWith(heatUrl) ? heat.fetch(sent) : sphere.fetch(sent);
    },
    {
      ...dpsSecret,
      "env:SPHERE": demoIds.clientSecret,
      "env:HEAT_LOGIN": HEAT_LOGIN,
      "env:HEAT_KEY": HEAT_KEY,
      "vault:ci": webhookSecret,
      "vault:crm": webhookSecret,
    },
    configuration,
    [scheduleOf({ every: "P1D", window: { from: "02:00", to: "04:00", days: ["Sat"] } }, { connection: "sphere" })],
  );
  return { ...opened, sphere, heat, dps };
}
export type ContractWorld = ReturnType<typeof contractWorld>;

export const ours = (id: string, data: Readonly<Record<string, unknown>> = {}) =>
  request(id, { source: "/ci/hvac" }, data);

export async function deadLetterIn({ platform, send }: OpenFixture): Promise<string> {
  const letter = { queue: "inbox", id: "1", body: "nothing", cause: "not JSON", receives: 5, at: Date.now() };
  await platform.queue.send([{ queue: "inbox-dead-letters", body: encodeDeadLetter(letter) }]);
  for (;;) {
    const { body } = await send("GET", "/dead-letters");
    const [first] = Array.isArray(body["deadLetters"]) ? body["deadLetters"] : [];
    if (first) return String(first.id);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
