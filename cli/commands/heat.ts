import { type Cli, describedCommand } from "../command.ts";
import { heatConfigsCommand } from "./heat-configs.ts";
import { heatDeploymentsCommand } from "./heat-deployments.ts";

export function heatCommand(cli: Cli) {
  const group = describedCommand(
    "heat",
    "Ask a Heat directly about its software configs and deployments",
    "drover heat deployments list --server 5e2e0000-0000-4000-8000-000000000001",
  );
  group.addCommand(heatConfigsCommand(cli));
  group.addCommand(heatDeploymentsCommand(cli));
  return group;
}
