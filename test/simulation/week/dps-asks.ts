import { demoDpsIds } from "../../../emulators/azure-dps/index.ts";
import { publishedSecret, vaultName } from "../fleet/clouds.ts";
import { exampleOf } from "../fleet/connections.ts";
import { consumers } from "../fleet/requests.ts";
import { type Calendar, hourMs } from "./calendar.ts";
import type { NewAsk } from "./sphere-asks.ts";
import { dpsServices } from "./week-fleet.ts";

const { resourceGroup, service } = demoDpsIds;
const place = { connection: "dps-demo", resourceGroup };

/** The weekly rotation and one after somebody has left; tags, policies and certificates on workdays; a look at the certificates daily. */
export function dpsAsks(calendar: Calendar): readonly NewAsk[] {
  const content = (exampleOf("azure-dps", "certificate.json") as { readonly data: { readonly content: string } }).data
    .content;
  const ask = (chain: NewAsk["chain"], type: string, atMs: number, data: object): NewAsk => ({
    ...{ chain, type: `drover.azure-dps.${type}`, atMs },
    data: { ...place, deadline: "PT6H", service: calendar.pick(dpsServices), ...data },
  });
  const onWorkday = (day: number): readonly NewAsk[] => {
    const at = () => calendar.inWorkingHours(day);
    const keyName = `policy-${day + 1}`;
    return [
      ask("dps-tags", "tag-service", at(), { tags: { owner: "coffee", reviewed: `day-${day + 1}` } }),
      ask("dps-tags", "tag-service", at(), { tags: { owner: "coffee", cost: `center-${day + 1}` } }),
      ask("dps-policy", "put-policy", at(), { policy: { keyName, rights: "EnrollmentRead" } }),
      ask("dps-certificate", "put-certificate", at(), { certificate: `cert-${day + 1}`, content }),
    ];
  };
  const reads = calendar.days.flatMap((day) =>
    dpsServices.map((name, index) =>
      ask("dps-read", "read", calendar.at(day, 5) + index * 60_000, { service: name, read: "certificates" }),
    ),
  );
  const rotation = (atMs: number): NewAsk => ({
    ...{ chain: "rotation", type: "drover.azure-dps.rotate-policy-key", atMs },
    data: {
      ...{ ...place, service, policy: demoDpsIds.policy, grace: "PT6H", consumers, slotInUse: "primary" },
      publish: [{ target: vaultName, secret: publishedSecret }],
    },
  });
  return [
    rotation(calendar.at(0, 4)),
    ...(calendar.days.length > 4 ? [rotation(calendar.at(4, 16) + calendar.below(hourMs))] : []),
    ...calendar.days.filter((day) => calendar.isWorkday(day)).flatMap(onWorkday),
    ...reads,
  ];
}
