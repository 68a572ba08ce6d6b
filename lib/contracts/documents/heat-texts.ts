import type { Texts } from "./text.ts";

const deployment = "data.deployment";
export const heatTexts: Texts = {
  "data.servers": "Ids of the servers, each once. More than one makes a parent operation with a child for each.",
  "data.servers.[]": "Id of one server, as Nova has it. Heat takes unknown ones without a word.",
  [deployment]: "Body of the vendor's request, with `config` beside `config_id` for a script that is sent along.",
  [`${deployment}.config_id`]: "Id of a software config in the project; it serves as the source of a derived one.",
  [`${deployment}.config`]: "A software config to make, instead of `config_id`.",
  [`${deployment}.config.name`]: "Ignored at the provider: a derived config is named after its operation.",
  [`${deployment}.config.group`]: "Chooses the runner on the server, such as script, ansible or puppet.",
  [`${deployment}.config.config`]: "The script.",
  [`${deployment}.config.inputs`]: "What the script is given.",
  [`${deployment}.config.inputs.[]`]: "One input.",
  [`${deployment}.config.inputs.[].name`]: "Name of the input.",
  [`${deployment}.config.inputs.[].type`]: "Type of its value.",
  [`${deployment}.config.inputs.[].description`]: "What it is for.",
  [`${deployment}.config.inputs.[].default`]: "Its value where `input_values` gives none.",
  [`${deployment}.config.inputs.[].replace_on_change`]: "Read by stacks, not by deployments.",
  [`${deployment}.config.outputs`]: "What the script answers.",
  [`${deployment}.config.outputs.[]`]: "One output.",
  [`${deployment}.config.outputs.[].name`]: "Name of the output.",
  [`${deployment}.config.outputs.[].type`]: "Type of its value.",
  [`${deployment}.config.outputs.[].description`]: "What it says.",
  [`${deployment}.config.outputs.[].error_output`]: "Whether a value means that the deployment failed.",
  [`${deployment}.config.options`]: "Options of the runner.",
  [`${deployment}.config.options.*`]: "One option.",
  [`${deployment}.action`]: "Given to the script as `deploy_action`; default CREATE.",
  [`${deployment}.input_values`]: "Values of inputs by their names.",
  [`${deployment}.input_values.*`]: "One value.",
  [`${deployment}.input_values.*.<0>`]:
    "A secret of the vault, for an input; the connection's `inputSecrets` has to allow it.",
  [`${deployment}.input_values.*.<0>.$secret`]: "Reference such as vault:app-db.",
  [`${deployment}.input_values.*.<1>`]: "A value as it is. Secrets do not belong here.",
  [`${deployment}.stack_user_project_id`]:
    "A project that may read and write the deployment; the connection's `stackUserProjects` has to allow it.",
  [`${deployment}.status`]:
    "Status that the deployment begins with; default IN_PROGRESS. With another one no server is waited for.",
  [`${deployment}.status_reason`]: "Why it has that status.",
  "data.useConfig":
    "`derived` (default): a config of its own for each run, so that a lost attempt can be made impossible. `as-is`: the very `config_id`, which a server runs once and never again.",
  "data.completion":
    "Who says that the script has run: `as-configured` (default) what the config declares, `temp-url` the server by a signed URL, `external` somebody with `drover operations report`.",
  "data.cleanUp":
    "When the deployment and its derived config are removed: `never`, `after-success` (default) or `always`.",
  "data.outputs":
    "What events and results say of `output_values` and `status_reason`: their size and SHA-256 (`digest`, default), or the values (`full`).",
};
