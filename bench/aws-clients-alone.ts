import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";

/** The three clients of AWS as they come, and nothing of ours: what a function with them pays anyway. */
export const handler = () => [
  ...[DynamoDBClient, GetItemCommand, SQSClient],
  ...[SendMessageBatchCommand, EventBridgeClient, PutEventsCommand],
];
