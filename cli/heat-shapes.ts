/** The vendor's objects, as far as commands print them; all else is passed on as it came. */
export {
  deletedAnswer as deletedShape,
  type HeatConfigAnswer,
  type HeatDeploymentAnswer,
  heatConfigAnswer as heatConfigShape,
  heatConfigsAnswer as heatConfigsShape,
  heatDeploymentAnswer as heatDeploymentShape,
  heatDeploymentsAnswer as heatDeploymentsShape,
} from "../lib/contracts/answers/heat.ts";
