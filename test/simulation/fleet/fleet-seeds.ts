import type { IotScenario } from "../../../emulators/aws-iot/scenario.ts";
import type { PanoramaScenario } from "../../../emulators/aws-panorama/scenario.ts";
import type { AzureDpsScenario } from "../../../emulators/azure-dps/scenario.ts";
import type { AzureSphereScenario } from "../../../emulators/azure-sphere/scenario.ts";
import type { HeatScenario } from "../../../emulators/heat/scenario.ts";

/** Flavours of Heat beside the upstream one, which every world has. */
export const otherFlavours = ["otc", "rackspace"] as const;
export type OtherFlavour = (typeof otherFlavours)[number];

/** What is there beside, and behaves other than, what every small world has. Lists are added to those of the demos. */
export interface FleetSeeds {
  readonly sphere: AzureSphereScenario;
  readonly heat: HeatScenario;
  readonly heatOthers: Readonly<Record<OtherFlavour, HeatScenario>>;
  readonly dps: AzureDpsScenario;
  readonly panorama: PanoramaScenario;
  readonly iot: IotScenario;
}

/** One scenario with what another one adds: lists grow, with what is added coming first; settings are replaced. */
export function withMore<Kind extends object>(base: Kind, more: Partial<Kind> = {}): Kind {
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [name, value] of Object.entries(more)) {
    const known = merged.get(name);
    if (Array.isArray(value)) merged.set(name, [...value, ...(Array.isArray(known) ? known : [])]);
    else merged.set(name, { ...(known as object | undefined), ...(value as object) });
  }
  return Object.fromEntries(merged) as Kind;
}
