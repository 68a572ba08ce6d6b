import { app } from "@azure/functions";

/** What any app on Azure Functions costs: the host's library, and one function. */
app.storageQueue("bare", { queueName: "bare", connection: "BARE", handler: async () => undefined });
