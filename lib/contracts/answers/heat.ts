import * as z from "zod/mini";
import { component, described, flag, text } from "../described.ts";

/** The vendor's objects: versions differ in what is absent and what is null, and all of it is passed on. */
const word = (description: string) => z.optional(described(description, z.nullable(z.string())));
const anything = (description: string) => z.optional(described(description, z.unknown()));
const named = z.looseObject({ name: text("Its name.") });
const list = (description: string) => z.optional(described(description, z.nullable(z.array(named))));

const config = component(
  "HeatSoftwareConfig",
  "A software config as Heat answers it, further fields included. Values of inputs are not shown.",
  z.looseObject({
    id: text("Its id."),
    name: word("Its name."),
    group: word("Chooses the runner on the server."),
    config: anything("The script."),
    inputs: list("What the script is given."),
    outputs: list("What the script answers."),
    creation_time: word("When it was made, as Heat writes it."),
  }),
);
export type HeatConfigAnswer = z.output<typeof config>;
export const heatConfigAnswer = component(
  "HeatSoftwareConfigAnswer",
  "One software config.",
  z.looseObject({ software_config: config }),
);
export const heatConfigsAnswer = component(
  "HeatSoftwareConfigs",
  "Software configs of the project, without their scripts.",
  z.looseObject({
    software_configs: z.array(config),
    complete: z.optional(flag("False: there are more than are looked at.")),
  }),
);

const deployment = component(
  "HeatDeployment",
  "A software deployment as Heat answers it, further fields included.",
  z.looseObject({
    id: text("Its id."),
    server_id: word("The server."),
    config_id: word("The software config."),
    action: word("Given to the script as `deploy_action`."),
    status: anything("IN_PROGRESS, COMPLETE or FAILED."),
    status_reason: anything("Why."),
    input_values: anything("What the script is given."),
    output_values: anything("What the script answered."),
    creation_time: word("When it was made, as Heat writes it."),
    updated_time: word("When it was last changed, as Heat writes it."),
  }),
);
export type HeatDeploymentAnswer = z.output<typeof deployment>;
export const heatDeploymentAnswer = component(
  "HeatDeploymentAnswer",
  "One deployment.",
  z.looseObject({ software_deployment: deployment }),
);
export const heatDeploymentsAnswer = component(
  "HeatDeployments",
  "Deployments of the project, or of one server.",
  z.looseObject({ software_deployments: z.array(deployment) }),
);

export const deletedAnswer = component(
  "HeatDeleted",
  "What is not there any more.",
  z.looseObject({ id: text("Its id."), deleted: z.literal(true) }),
);
