/** Builds the app for Azure Functions into dist/azure: `npm run package:azure`. */
import { join } from "node:path";
import { buildAzureApp, problemsOf, tableOf } from "./azure-app.ts";

const app = await buildAzureApp(join(import.meta.dirname, "..", "dist", "azure"));
console.log(tableOf(app));
for (const problem of problemsOf(app)) {
  console.error(problem);
  process.exitCode = 1;
}
