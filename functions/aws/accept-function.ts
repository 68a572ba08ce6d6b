import { queueFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import { openAccept } from "../cloud/accept.ts";
import { type AwsHost, thisInstance } from "./host.ts";

export const acceptFunction = (host: AwsHost = thisInstance) =>
  queueFunction(
    host.parts,
    onceDone(() => openAccept(host)),
  );
