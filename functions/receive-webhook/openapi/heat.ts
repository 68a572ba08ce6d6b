import {
  deletedAnswer,
  heatConfigAnswer,
  heatConfigsAnswer,
  heatDeploymentAnswer,
  heatDeploymentsAnswer,
} from "../../../lib/contracts/answers/heat.ts";
import { configSchema, deploymentChangeSchema } from "../bodies.ts";
import { queryNames, serverIdLength } from "../query.ts";
import { type Area, json, jsonBody } from "./description.ts";
import { query, words } from "./parameters.ts";

const problems = {
  404: "No connection of that name, or nothing under that id at its Heat.",
  422: "`other-kind`: the connection is no Heat. Or an id that Heat cannot have.",
  502: "Heat refused.",
  503: "Heat cannot be reached, or is busy.",
} as const;

export const heatDescriptions = {
  "GET /connections/:name/heat/software-configs": {
    operationId: "listHeatConfigs",
    summary: "List software configs",
    description: "All pages of Heat together, up to a bound, without the scripts.",
    tag: "Heat",
    answers: { 200: { description: "The configs.", content: json(heatConfigsAnswer) } },
    problems,
  },
  "POST /connections/:name/heat/software-configs": {
    operationId: "createHeatConfig",
    summary: "Make a software config",
    description:
      "Not idempotent, as Heat has no key for it: look at the list before you repeat one whose answer was lost.",
    tag: "Heat",
    body: jsonBody(configSchema),
    answers: { 201: { description: "Made.", content: json(heatConfigAnswer) } },
    problems,
  },
  "GET /connections/:name/heat/software-configs/:id": {
    operationId: "readHeatConfig",
    summary: "See a software config",
    description: "With its script. Values of inputs are not shown: they may be secrets or signed URLs.",
    tag: "Heat",
    answers: { 200: { description: "The config.", content: json(heatConfigAnswer) } },
    problems,
  },
  "DELETE /connections/:name/heat/software-configs/:id": {
    operationId: "deleteHeatConfig",
    summary: "Delete a software config",
    description: "Harmless when repeated.",
    tag: "Heat",
    answers: { 200: { description: "Not there any more.", content: json(deletedAnswer) } },
    problems: { ...problems, 409: "`config-in-use`: a deployment names it." },
  },
  "GET /connections/:name/heat/deployments": {
    operationId: "listHeatDeployments",
    summary: "List deployments",
    description: "Of the whole project, or of one server.",
    tag: "Heat",
    parameters: query(queryNames.heatDeployments, {
      server: words("Id of the server.", { minLength: 1, maxLength: serverIdLength }),
    }),
    answers: { 200: { description: "The deployments.", content: json(heatDeploymentsAnswer) } },
    problems,
  },
  "GET /connections/:name/heat/deployments/:id": {
    operationId: "readHeatDeployment",
    summary: "See a deployment",
    description: "As Heat has it.",
    tag: "Heat",
    answers: { 200: { description: "The deployment.", content: json(heatDeploymentAnswer) } },
    problems,
  },
  "PUT /connections/:name/heat/deployments/:id": {
    operationId: "changeHeatDeployment",
    summary: "Change a deployment",
    description: "Sets its status, reason or outputs; what is left out stays as it is.",
    tag: "Heat",
    body: jsonBody(deploymentChangeSchema),
    answers: { 200: { description: "The deployment as it is now.", content: json(heatDeploymentAnswer) } },
    problems: { ...problems, 409: "Heat has it in a state that does not go with the change." },
  },
  "DELETE /connections/:name/heat/deployments/:id": {
    operationId: "deleteHeatDeployment",
    summary: "Delete a deployment",
    description: "Harmless when repeated. Its software config stays.",
    tag: "Heat",
    answers: { 200: { description: "Not there any more.", content: json(deletedAnswer) } },
    problems: { ...problems, 409: "Heat has it in a state that does not go with it." },
  },
} as const satisfies Area;
