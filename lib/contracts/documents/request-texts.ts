import { describeDuration } from "../duration.ts";
import { limits } from "../limits.ts";
import { awsTexts } from "./aws-texts.ts";
import { dpsTexts } from "./dps-texts.ts";
import { heatTexts } from "./heat-texts.ts";
import { durationText, type Texts } from "./text.ts";

const deadlines = `${describeDuration(limits.deadlineMinMs)} to ${describeDuration(limits.deadlineMaxMs)}, default ${describeDuration(limits.deadlineDefaultMs)}`;

/** What the attributes and the data of requests are for. */
export const requestTexts: Texts = {
  specversion: "Version of CloudEvents.",
  id: "Together with `source` the idempotency key: the same key is the same operation.",
  source: "Who asks. Together with `id` the idempotency key.",
  type: "What is asked for.",
  subject: "What it is about, in the requester's words; part of the content that must not change under one key.",
  time: "When it was asked for.",
  datacontenttype: "JSON, when it is given at all.",
  data: "What the operation needs. Unknown keys are refused.",
  "data.connection": "Name of a connection in the configuration.",
  "data.deadline": durationText(`Time that the operation may take at most: ${deadlines}.`),
  "data.labels": `Up to ${limits.labels} labels to find operations by.`,
  "data.labels.*": "Text of the label.",
  "data.deviceGroupId": "The device group that gets the deployment.",
  "data.images": "Ids of the images, as the vendor's request body has them.",
  "data.images.[]": "Id of one image, each once.",
  ...heatTexts,
  ...dpsTexts,
  ...awsTexts,
  "data.<0>": "By the operation's id.",
  "data.<1>": "By the key of the request that started it.",
  "data.<0>.operation": "Id of the operation.",
  "data.<1>.source": "`source` of the request that started the operation.",
  "data.<1>.id": "`id` of the request that started the operation.",
  "**.note": "Why, for the history.",
};
