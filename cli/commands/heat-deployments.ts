import { type Cli, describedCommand } from "../command.ts";
import { dateText } from "../describe.ts";
import { deletedShape, heatDeploymentShape, heatDeploymentsShape } from "../heat-shapes.ts";
import { readJson } from "../input-file.ts";
import { tableLines } from "../table.ts";
import { type HeatOptions, heatSubcommand, runsHeat } from "./heat-command.ts";
import { deploymentLines, statusOf } from "./heat-deployment-fields.ts";

export function heatDeploymentsCommand(cli: Cli) {
  const group = describedCommand(
    "deployments",
    "List, show, update and delete software deployments",
    "drover heat deployments list",
  );
  group.addCommand(listCommand(cli)).addCommand(showCommand(cli));
  return group.addCommand(updateCommand(cli)).addCommand(deleteCommand(cli));
}

interface ListOptions extends HeatOptions {
  readonly server?: string;
}

function listCommand(cli: Cli) {
  const command = heatSubcommand(
    "list",
    "List software deployments, of all servers or one",
    "drover heat deployments list --server 5e2e0000-0000-4000-8000-000000000001",
  ).option("--server <id>", "only those of this server");
  return runsHeat<ListOptions>(cli, command, async ({ context, client, path }, { server }) => {
    const answer = await client.get(path("deployments"), heatDeploymentsShape, { server });
    context.data(answer);
    const rows = answer.software_deployments.map((row) => [
      row.id,
      statusOf(row),
      dateText(row.updated_time ?? row.creation_time),
      ...(server === undefined ? [row.server_id ?? ""] : []),
      row.config_id ?? "",
    ]);
    const head = ["ID", "STATUS", "CHANGED", ...(server === undefined ? ["SERVER"] : []), "CONFIG"];
    const { style, terminal } = context;
    context.lines(rows.length === 0 ? ["No deployments."] : tableLines(head, rows, style, terminal.columns()));
  });
}

function showCommand(cli: Cli) {
  const command = heatSubcommand(
    "show",
    "Show a deployment with the beginning of each output; all of it with --json",
    "drover heat deployments show 7e0c8f50-0000-4000-8000-000000000001",
  ).argument("<id>");
  return runsHeat(cli, command, async ({ context, client, path }, _, id) => {
    const answer = await client.get(path("deployments", id), heatDeploymentShape);
    context.data(answer);
    const { lines, isCut } = deploymentLines(answer.software_deployment, context.style);
    context.lines(lines);
    if (isCut) context.remark("Some of it is longer: --json prints all of it");
  });
}

interface UpdateOptions extends HeatOptions {
  readonly status: string;
  readonly reason?: string;
  readonly outputs?: string;
}

function updateCommand(cli: Cli) {
  const command = heatSubcommand(
    "update",
    "Set a deployment's status, also of one that Drover looks after: it ends with the next look",
    "drover heat deployments update 7e0c8f50-0000-4000-8000-000000000001 --status COMPLETE",
  )
    .argument("<id>")
    .requiredOption("--status <status>", "IN_PROGRESS, COMPLETE or FAILED")
    .option("--reason <text>", "its status_reason")
    .option("--outputs <file>", "JSON object of output_values, which replaces the ones before; - for stdin");
  return runsHeat<UpdateOptions>(cli, command, async ({ context, client, path }, options, id) => {
    const { status, reason, outputs } = options;
    const body = {
      status,
      ...(reason === undefined ? {} : { status_reason: reason }),
      ...(outputs === undefined ? {} : { output_values: await readJson(context, outputs, "output_values") }),
    };
    const answer = await client.replace(path("deployments", id), body, heatDeploymentShape);
    context.data(answer);
    context.lines([`Deployment ${id} is ${statusOf(answer.software_deployment)}.`]);
  });
}

function deleteCommand(cli: Cli) {
  const command = heatSubcommand(
    "delete",
    "Delete a deployment; what its script has done stays done, and a running one goes on",
    "drover heat deployments delete 7e0c8f50-0000-4000-8000-000000000001",
  ).argument("<id>");
  return runsHeat(cli, command, async ({ context, client, path }, _, id) => {
    context.data(await client.remove(path("deployments", id), deletedShape));
    context.lines([`Deployment ${id} is deleted.`]);
  });
}
