import { TableClient } from "@azure/data-tables";
import { app } from "@azure/functions";
import { QueueServiceClient } from "@azure/storage-queue";

/** The same with the two clients that every step needs, and nothing of Drover. */
app.storageQueue("bare", { queueName: "bare", connection: "BARE", handler: async () => undefined });
export const clients = [TableClient, QueueServiceClient];
