import { ticketInput, ticketLine } from "../fleet/heat-tickets.ts";
import { type Calendar, hourMs, minuteMs } from "./calendar.ts";
import type { NewAsk } from "./sphere-asks.ts";
import { baselineConfig, type Flavour, flavours, type WeekFleet } from "./week-fleet.ts";

/** Servers of one request on a patch evening. */
const perRequest = 75;
/** Of 10,000 devices, on a workday; a quarter of it on other days. */
const changesADay = 25;

const connections = { openstack: "heat-openstack", otc: "heat-otc", rackspace: "heat-rackspace" } as const;
/** Each cloud has its evening, on which a share of its servers is patched: the others have theirs in other weeks. */
const evenings: readonly (readonly [flavour: Flavour, day: number, from: number, to: number])[] = [
  ["openstack", 1, 0, 0.18],
  ["otc", 2, 0, 0.18],
  ["rackspace", 3, 0, 0.18],
];

/** Evenings on which everything is patched, and what single servers are asked for on all days. */
export function heatAsks(calendar: Calendar, { servers }: WeekFleet): readonly NewAsk[] {
  let tickets = 0;
  const ask = (flavour: Flavour, wanted: readonly string[], atMs: number, deadline: string): NewAsk => {
    tickets += 1;
    return {
      ...{ atMs, chain: wanted.length > 1 ? "heat-fleet" : "heat", type: "drover.heat.deploy" },
      data: {
        ...{ connection: connections[flavour], deadline, servers: wanted, completion: "temp-url" },
        deployment: deploymentOf(calendar, flavour, `CHG-${tickets}`),
        cleanUp: calendar.pick(["after-success", "always"]),
      },
    };
  };
  const patches = evenings.flatMap(([flavour, day, from, to]) => {
    const all = servers[flavour];
    const wanted = all.slice(Math.round(from * all.length), Math.round(to * all.length));
    return inGroups(wanted, Math.min(perRequest, Math.max(2, calendar.scaled(perRequest * 4)))).map((some) =>
      ask(flavour, some, calendar.at(day, 20) + calendar.below(30 * minuteMs), "PT90M"),
    );
  });
  const changes = calendar.days.flatMap((day) => {
    const count = calendar.scaled(calendar.isWorkday(day) ? changesADay : changesADay / 4);
    return Array.from({ length: count }, () => {
      const flavour = calendar.pick(flavours);
      const atMs = calendar.isWorkday(day) ? calendar.inWorkingHours(day) : calendar.anyTime(day);
      return ask(flavour, [calendar.pick(servers[flavour])], Math.max(0, atMs - calendar.below(hourMs)), "PT2H");
    });
  });
  return [...patches, ...changes];
}

/** A script of its own, or the baseline with other inputs. */
function deploymentOf(calendar: Calendar, flavour: Flavour, ticket: string): object {
  if (calendar.chance(0.3)) {
    return {
      ...{ config_id: baselineConfig(flavour), action: "UPDATE" },
      input_values: { version: `4.${calendar.below(20)}`, [ticketInput]: ticket },
    };
  }
  const config = `#!/bin/sh\n${ticketLine(ticket)}\nset -e\napt-get -y upgrade\nuname -r\n`;
  return { action: "CREATE", config: { group: "script", config, outputs: [{ name: "health", type: "String" }] } };
}

function inGroups<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const groups = Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
  return groups.filter((group) => group.length > 0);
}
