import * as z from "zod/mini";
import { entraCredential } from "./entra.ts";
import { bounded, connectionLimits, endpoint, origins, pace, settlesLongEnough } from "./parts.ts";

/**
 * Device Provisioning Services of one Azure subscription, over Azure Resource Manager.
 * @see https://learn.microsoft.com/rest/api/iot-dps/iot-dps-resource
 */
export const azureDpsConnectionSchema = z
  .strictObject({
    kind: z.literal("azure-dps"),
    subscriptionId: z.guid(),
    /** As in Azure's documentation; older ones do not show what newer ones can set. */
    apiVersion: z._default(
      z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}(?:-preview)?$/, "expected an api-version such as 2017-11-15")),
      "2017-11-15",
    ),
    endpoint: z._default(endpoint, "https://management.azure.com"),
    credential: entraCredential,
    origins,
    /** Where the service itself is reached, to try a key out. */
    dataPlane: z._default(
      z.strictObject({
        /** What follows the service's name in its host; another one in sovereign clouds. */
        suffix: z._default(
          z
            .string()
            .check(
              z.regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, "expected a domain such as azure-devices-provisioning.net"),
            ),
          "azure-devices-provisioning.net",
        ),
        /** Where all such hosts are reached instead, as `<endpoint>/<host>/…`: an emulator. */
        endpoint: z.optional(endpoint),
        /** `none` where the service cannot be reached from here: keys are then proven by the list alone. */
        check: z._default(z.enum(["signed-call", "none"]), "signed-call"),
      }),
      { suffix: "azure-devices-provisioning.net", check: "signed-call" },
    ),
    /** Secrets of the vault that requests may name: hubs' connection strings, keys of policies and of CAs. `*` stands for any characters. */
    secrets: z._default(z.array(bounded).check(z.maxLength(64)), []),
    pace: z.optional(pace),
    limits: z.optional(connectionLimits),
  })
  .check(
    z.refine(({ endpoint, pace }) => settlesLongEnough(endpoint, pace?.settling), {
      message: "expected at least PT2M (less only for an endpoint on loopback)",
      path: ["pace", "settling"],
    }),
  );
export type AzureDpsConnection = z.output<typeof azureDpsConnectionSchema>;
