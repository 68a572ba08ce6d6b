import { exampleOf } from "../fleet/connections.ts";
import type { Calendar } from "./calendar.ts";
import type { NewAsk } from "./sphere-asks.ts";

/** Of 10,000 devices, on a workday. */
const camerasADay = 10;
const gatewaysADay = 25;

/** New cameras and gateways are put up on workdays; credentials are made when the installer stands there, mostly. */
export function installerAsks(calendar: Calendar): readonly NewAsk[] {
  const { data } = exampleOf("aws", "panorama.json") as { readonly data: { readonly device: object } };
  const workdays = calendar.days.filter((day) => calendar.isWorkday(day));
  let made = 0;
  const mint = () => (calendar.chance(0.8) ? "on-pickup" : "immediate");
  const several = (count: number, one: (day: number) => NewAsk) =>
    workdays.flatMap((day) => Array.from({ length: calendar.scaled(count) }, () => one(day)));
  const cameras = several(camerasADay, (day) => {
    made += 1;
    return {
      ...{ chain: "panorama", type: "drover.aws-panorama.provision", atMs: calendar.inWorkingHours(day) },
      data: {
        ...{ connection: "panorama-demo", deadline: calendar.pick(["PT8H", "P1D"]), mint: mint() },
        device: { ...data.device, Name: `new-cam-${made}` },
      },
    };
  });
  const gateways = several(gatewaysADay, (day) => ({
    ...{ chain: "iot", type: "drover.aws-iot.create-provisioning-claim", atMs: calendar.inWorkingHours(day) },
    data: { connection: "iot-demo", deadline: calendar.pick(["PT8H", "P1D"]), templateName: "gateways", mint: mint() },
  }));
  return [...cameras, ...gateways];
}
