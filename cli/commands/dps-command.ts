import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { usageError } from "../failure.ts";
import { connectionsShape, type DpsItem, dpsItemsShape } from "../shapes.ts";
import type { Client } from "../transport.ts";

const note = `
This reads at once, at the provider, and changes nothing; no key is shown. What Drover is to change is a request: drover submit.

Exit codes: 0 done; 2 wrong usage, or input that was refused; 3 a configuration that cannot work; 4 nothing of that name; 5 the provider
refuses or does not answer`;

interface DpsOptions {
  readonly connection?: string;
  readonly resourceGroup?: string;
  readonly service?: string;
}

/** What finds what is read, beside the argument. */
type Place = "anywhere" | "group" | "service";

export interface DpsReading {
  /** As the interface names it. */
  readonly read: string;
  readonly summary: string;
  readonly example: string;
  readonly place: Place;
  /** The parameter that the argument is. */
  readonly argument?: "service" | "policy" | "certificate" | "operationId";
  show(context: Context, items: readonly DpsItem[]): readonly string[];
}

export function dpsSubcommand(cli: Cli, { read, summary, example, place, argument, show }: DpsReading) {
  const command = describedCommand(read, summary, example);
  if (argument !== undefined) command.argument(`<${argument === "operationId" ? "id" : argument}>`);
  command.option("--connection <name>", "connection of kind azure-dps; may be left out where there is one");
  if (place === "group") command.option("--resource-group <name>", "only those of this resource group");
  if (place === "service") command.requiredOption("--resource-group <name>", "its resource group");
  if (place === "service" && argument !== "service") command.requiredOption("--service <name>", "the service");
  command.addHelpText("after", note);
  return runs(cli, command, async (context, ...all: unknown[]) =>
    context.withSession(async ({ client }) => {
      const options = all[argument === undefined ? 0 : 1] as DpsOptions;
      const name = options.connection ?? (await onlyDps(client));
      const answer = await client.get(`/connections/${encodeURIComponent(name)}/dps/${read}`, dpsItemsShape, {
        resourceGroup: options.resourceGroup,
        service: options.service,
        ...(argument === undefined ? {} : { [argument]: String(all[0]) }),
      });
      context.data(answer);
      context.lines(answer.items.length === 0 ? ["Nothing there."] : show(context, answer.items));
      return undefined;
    }),
  );
}

async function onlyDps(client: Client): Promise<string> {
  const { connections } = await client.get("/connections", connectionsShape);
  const names = connections.filter(({ kind }) => kind === "azure-dps").map(({ name }) => name);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw usageError(
    only === undefined
      ? "Expected a connection of kind azure-dps in the configuration, got none: add one, see drover init --provider azure-dps"
      : `Expected --connection with one out of ${names.join(", ")}, got none`,
  );
}
