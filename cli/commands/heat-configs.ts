import { type Cli, describedCommand } from "../command.ts";
import { dateText } from "../describe.ts";
import { deletedShape, type HeatConfigAnswer, heatConfigShape, heatConfigsShape } from "../heat-shapes.ts";
import { readText } from "../input-file.ts";
import { boundedText } from "../long-text.ts";
import { fieldLines, tableLines } from "../table.ts";
import { heatSubcommand, runsHeat } from "./heat-command.ts";

export function heatConfigsCommand(cli: Cli) {
  const group = describedCommand(
    "configs",
    "Create, list, get and delete software configs",
    "drover heat configs list",
  );
  group.addCommand(createCommand(cli)).addCommand(listCommand(cli));
  return group.addCommand(getCommand(cli)).addCommand(deleteCommand(cli));
}

function createCommand(cli: Cli) {
  const command = heatSubcommand(
    "create",
    "Create a software config from the JSON of a request body, without its wrapper",
    "drover heat configs create config.json",
  ).argument("<file>", "file, or - for stdin");
  return runsHeat(cli, command, async ({ context, client, path }, _, file) => {
    const body = await readText(context, file, "a software config");
    const answer = await client.post(path("software-configs"), body, heatConfigShape);
    context.data(answer);
    context.lines([`Created software config ${answer.software_config.id}`]);
  });
}

function listCommand(cli: Cli) {
  const command = heatSubcommand("list", "List software configs, without their scripts", "drover heat configs list");
  return runsHeat(cli, command, async ({ context, client, path }) => {
    const answer = await client.get(path("software-configs"), heatConfigsShape);
    context.data(answer);
    const rows = answer.software_configs.map(({ id, creation_time, name }) => [
      id,
      dateText(creation_time),
      name ?? "",
    ]);
    const { style, terminal } = context;
    context.lines(
      rows.length === 0
        ? ["No software configs."]
        : tableLines(["ID", "CREATED", "NAME"], rows, style, terminal.columns()),
    );
    if (answer.complete === false) context.remark("There are more than Drover reads.");
  });
}

function getCommand(cli: Cli) {
  const command = heatSubcommand(
    "get",
    "Show a software config with the beginning of its script; all of it with --json, but for values of inputs",
    "drover heat configs get c0f10000-0000-4000-8000-000000000001",
  ).argument("<id>");
  return runsHeat(cli, command, async ({ context, client, path }, _, id) => {
    const answer = await client.get(path("software-configs", id), heatConfigShape);
    context.data(answer);
    const { software_config: config } = answer;
    const script = boundedText(typeof config.config === "string" ? config.config : JSON.stringify(config.config ?? ""));
    context.lines([...fieldLines(fieldsOf(config), context.style), "", ...script.lines]);
    if (script.isCut) context.remark("The script is longer: --json prints all of it");
  });
}

function fieldsOf({ id, name, group, creation_time, inputs, outputs }: HeatConfigAnswer) {
  const names = (list: HeatConfigAnswer["inputs"]) => (list ?? []).map((each) => each.name).join(", ") || "none";
  const fields: readonly (readonly [string, string])[] = [
    ["id", id],
    ["name", name ?? ""],
    ["group", group ?? ""],
    ["created", creation_time ?? ""],
    ["inputs", names(inputs)],
    ["outputs", names(outputs)],
  ];
  return fields;
}

function deleteCommand(cli: Cli) {
  const command = heatSubcommand(
    "delete",
    "Delete a software config that no deployment names",
    "drover heat configs delete c0f10000-0000-4000-8000-000000000001",
  ).argument("<id>");
  return runsHeat(cli, command, async ({ context, client, path }, _, id) => {
    context.data(await client.remove(path("software-configs", id), deletedShape));
    context.lines([`Software config ${id} is deleted.`]);
  });
}
