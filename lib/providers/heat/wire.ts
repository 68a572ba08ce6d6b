import * as z from "zod/mini";

/**
 * Heat's objects, as far as they are read. What is not needed to go on is optional, since absent, null and `{}` stand for the same in
 * different versions; a status stays unchecked until its table is asked.
 * @see https://docs.openstack.org/api-ref/orchestration/v1/ Software configuration, Software deployments
 */
const anything = z.optional(z.unknown());
const text = z.optional(z.nullable(z.string()));
/** It goes back in a path, where dots could lead elsewhere. */
const id = z.string().check(z.regex(/^[\w-]{1,64}$/, "not an id"));

export const isId = (value: string) => id.safeParse(value).success;

const deployment = z.object({
  id,
  config_id: text,
  server_id: text,
  action: text,
  status: anything,
  status_reason: anything,
  input_values: anything,
  output_values: anything,
  creation_time: anything,
  updated_time: anything,
});
export type HeatDeployment = z.output<typeof deployment>;
export const deploymentSchema = z.object({ software_deployment: deployment });
/** Required: an answer that merely lacks the list must never pass for an empty one. */
export const deploymentsSchema = z.object({ software_deployments: z.array(deployment) });

/** Everything an input says goes back into the derived config, known or not. */
const input = z.looseObject({ name: z.string() });
export type HeatInput = z.output<typeof input>;
const config = z.object({
  id,
  name: text,
  group: text,
  config: anything,
  inputs: z.optional(z.nullable(z.array(input))),
  outputs: z.optional(z.nullable(z.array(z.unknown()))),
  options: anything,
});
export type HeatConfig = z.output<typeof config>;
export const configSchema = z.object({ software_config: config });
export const createdConfigSchema = z.object({ software_config: z.object({ id, name: text }) });
export const configsSchema = z.object({
  software_configs: z.array(z.object({ id, name: text, creation_time: anything })),
});
export type ListedConfig = z.output<typeof configsSchema>["software_configs"][number];
