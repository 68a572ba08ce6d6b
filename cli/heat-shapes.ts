import * as z from "zod/mini";

/** The vendor's objects, as far as commands print them; versions differ in what is absent and what is null. */
const text = z.optional(z.nullable(z.string()));
const anything = z.optional(z.unknown());
const named = z.looseObject({ name: z.string() });

const config = z.looseObject({
  id: z.string(),
  name: text,
  group: text,
  config: anything,
  inputs: z.optional(z.nullable(z.array(named))),
  outputs: z.optional(z.nullable(z.array(named))),
  creation_time: text,
});
export const heatConfigShape = z.looseObject({ software_config: config });
export type HeatConfigAnswer = z.output<typeof config>;
export const heatConfigsShape = z.looseObject({
  software_configs: z.array(config),
  complete: z.optional(z.boolean()),
});

const deployment = z.looseObject({
  id: z.string(),
  server_id: text,
  config_id: text,
  action: text,
  status: anything,
  status_reason: anything,
  input_values: anything,
  output_values: anything,
  creation_time: text,
  updated_time: text,
});
export const heatDeploymentShape = z.looseObject({ software_deployment: deployment });
export type HeatDeploymentAnswer = z.output<typeof deployment>;
export const heatDeploymentsShape = z.looseObject({ software_deployments: z.array(deployment) });

export const deletedShape = z.looseObject({ id: z.string(), deleted: z.boolean() });
