import { findRoute, type RestRoute } from "../aws/rest-json.ts";
import { type Answer, withHeaders } from "../exchange/answer.ts";
import type { Admission, Call } from "../exchange/call.ts";
import type { ExchangedService } from "../exchange/exchange.ts";
import { createClaim } from "./claims.ts";
import { iotError, scripted, throttled } from "./errors.ts";
import { writeAsOther } from "./other-writer.ts";
import type { IotOwnFault } from "./scenario.ts";
import { describeTemplate, listTemplates, type RoutedCall } from "./templates.ts";
import type { World } from "./world.ts";

const TEMPLATES = "/provisioning-templates";

const ROUTES: readonly RestRoute<(call: RoutedCall) => Answer>[] = [
  { operation: "ListProvisioningTemplates", method: "GET", path: TEMPLATES, handle: listTemplates },
  {
    operation: "DescribeProvisioningTemplate",
    method: "GET",
    path: `${TEMPLATES}/{templateName}`,
    handle: describeTemplate,
  },
  {
    operation: "CreateProvisioningClaim",
    method: "POST",
    path: `${TEMPLATES}/{templateName}/provisioning-claim`,
    handle: createClaim,
  },
];

export function exchangedService(world: World): ExchangedService<IotOwnFault> {
  return {
    timeline: world.timeline,
    nameOf: (call) => findRoute(ROUTES, call)?.route.operation ?? "Unknown",
    admit: (call) => admit(world, call),
    refusal: (_call, status, code) => scripted(status, code),
    finish: (_call, answer) => withHeaders(answer, { "x-amzn-requestid": world.newId() }),
    shown: (url) => url,
    sufferOwn: (fault, carryOut) => {
      if (fault.kind !== "other-writer") return fault;
      if (fault.moment === "before") writeAsOther(world, fault.write, world.timeline.now());
      const answer = carryOut();
      if (fault.moment === "after") writeAsOther(world, fault.write, world.timeline.now());
      return answer;
    },
  };
}

function admit(world: World, call: Call): Admission {
  const found = findRoute(ROUTES, call);
  if (found === null) return { refusal: iotError(404, "UnknownOperationException", "") };
  const { route, params } = found;
  const { region, signatureSkewMs: skewMs, callsPerSecond } = world.settings;
  const refusal = world.accessKeys.refusal(call, { service: "iot", region, action: route.operation, skewMs });
  if (refusal !== null) return { refusal: iotError(403, refusal.type, refusal.message) };
  const budget = { name: route.operation, perSecond: callsPerSecond ?? Infinity };
  if (!world.rates.take([budget], call.atMs)) return { refusal: throttled(world.settings) };
  return { carryOut: (atMs) => route.handle({ ...call, atMs, world, params }) };
}
