import { queueFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { openDeadLetters } from "../cloud/dead-letters.ts";
import { type AwsHost, thisInstance } from "./host.ts";

export const deadLetterFunction = (host: AwsHost = thisInstance) =>
  queueFunction(
    host.parts,
    onceDone(() => openDeadLetters(host)),
  );
