import type { Call } from "../../exchange/call.ts";
import type { ProvisioningService, World } from "../world.ts";

/** A call of a service's data plane that may be carried out. */
export interface DataCall extends Call {
  readonly world: World;
  readonly service: ProvisioningService;
}
