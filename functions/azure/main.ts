/** What the host loads: registers every function of the app. Nothing else is done before the first invocation. */
import { app } from "@azure/functions";
import { processVariables } from "../../lib/configuration/environment.ts";
import { createAzureHost } from "./host.ts";
import { registerFunctions } from "./register.ts";

const variables = processVariables();
const host = createAzureHost({ variables });
registerFunctions(app, host, variables);
// What was counted since the last line of figures would go with the process.
app.hook.appTerminate(() => host.parts.voice.metrics.flush());
